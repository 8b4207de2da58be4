//! A disk that is played over a real folder: it has so much room, may not be written at all, or is gone after so many
//! steps, and it knows what was synced.

use std::{
    collections::HashMap,
    fs::{self, TryLockError},
    io::{self, BufRead, Write},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::{Disk, DiskFile, Local};

#[derive(Debug, Default)]
struct State {
    /// How many bytes may still be written; a cut gives back what it cuts.
    room: u64,
    /// How many steps are left until nothing happens any more; `None`: no end.
    steps: Option<u64>,
    read_only: bool,
    full: bool,
    syncs: usize,
    /// How many bytes of a file are sure to be there after a power cut.
    synced: HashMap<PathBuf, u64>,
}

/// A disk with so many bytes left. Clones are the same disk.
#[derive(Debug, Clone, Default)]
pub(crate) struct SmallDisk(Arc<Mutex<State>>);

impl SmallDisk {
    pub(crate) fn with_room(room: u64) -> Self {
        Self(Arc::new(Mutex::new(State { room, ..State::default() })))
    }

    /// What exists can be read; nothing can be written or made.
    pub(crate) fn read_only() -> Self {
        Self(Arc::new(Mutex::new(State { read_only: true, room: u64::MAX, ..State::default() })))
    }

    /// After so many steps every further one fails and changes nothing, as if the program had been killed.
    pub(crate) fn gone_after(steps: u64) -> Self {
        Self(Arc::new(Mutex::new(State { steps: Some(steps), room: u64::MAX, ..State::default() })))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What of a file would be there after a power cut.
    pub(crate) fn synced(&self, path: &Path) -> String {
        let length = self.state().synced.get(path).copied().unwrap_or_default();
        let bytes = fs::read(path).unwrap_or_default();
        let length = usize::try_from(length).unwrap_or(usize::MAX).min(bytes.len());
        String::from_utf8_lossy(bytes.get(..length).unwrap_or_default()).into_owned()
    }

    /// Takes a file that was there before for synced.
    pub(crate) fn know(&self, path: &Path) {
        let length = fs::metadata(path).map_or(0, |metadata| metadata.len());
        self.state().synced.insert(path.to_owned(), length);
    }

    pub(crate) fn syncs(&self) -> usize {
        self.state().syncs
    }

    /// Whether it was full at some time.
    pub(crate) fn was_full(&self) -> bool {
        self.state().full
    }

    /// Somebody makes room.
    pub(crate) fn free(&self, room: u64) {
        self.state().room = room;
    }

    /// Whether one more step may be taken.
    fn step(&self) -> io::Result<()> {
        let mut state = self.state();
        if state.read_only {
            return Err(io::ErrorKind::ReadOnlyFilesystem.into());
        }
        match &mut state.steps {
            Some(0) => Err(io::ErrorKind::NotConnected.into()),
            Some(left) => {
                *left -= 1;
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn file(&self, path: &Path, inner: Box<dyn DiskFile>) -> Box<dyn DiskFile> {
        Box::new(SmallFile { disk: self.clone(), path: path.to_owned(), inner })
    }
}

impl Disk for SmallDisk {
    fn append(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        self.step()?;
        Ok(self.file(path, Local.append(path)?))
    }

    fn create(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        self.step()?;
        Ok(self.file(path, Local.create(path)?))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.step()?;
        fs::rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.step()?;
        Local.remove(path)
    }
}

#[derive(Debug)]
struct SmallFile {
    disk: SmallDisk,
    path: PathBuf,
    inner: Box<dyn DiskFile>,
}

impl Write for SmallFile {
    /// Takes what there is room for, as a system does, and says that the disk is full when there is none.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.disk.step()?;
        let mut state = self.disk.state();
        let room = usize::try_from(state.room).unwrap_or(usize::MAX).min(bytes.len());
        if room == 0 && !bytes.is_empty() {
            state.full = true;
            return Err(io::ErrorKind::StorageFull.into());
        }
        let written = self.inner.write(bytes.get(..room).unwrap_or_default())?;
        state.room = state.room.saturating_sub(u64::try_from(written).unwrap_or(u64::MAX));
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl DiskFile for SmallFile {
    fn lock(&self) -> Result<(), TryLockError> {
        self.inner.lock()
    }

    fn length(&self) -> io::Result<u64> {
        self.inner.length()
    }

    fn reader(&mut self) -> io::Result<Box<dyn BufRead + '_>> {
        self.inner.reader()
    }

    fn cut(&mut self, length: u64) -> io::Result<()> {
        self.disk.step()?;
        let before = self.inner.length()?;
        self.inner.cut(length)?;
        let mut state = self.disk.state();
        state.room = state.room.saturating_add(before.saturating_sub(length));
        state.synced.insert(self.path.clone(), length);
        Ok(())
    }

    fn sync(&mut self) -> io::Result<()> {
        self.disk.step()?;
        let length = self.inner.length()?;
        let mut state = self.disk.state();
        state.synced.insert(self.path.clone(), length);
        state.syncs += 1;
        Ok(())
    }
}

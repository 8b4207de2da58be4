//! A disk that is played: it has so much room, and knows what was synced.

use std::{
    io::{self, BufRead, Cursor},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::JournalFile;

#[derive(Default)]
struct State {
    bytes: Vec<u8>,
    synced: usize,
    syncs: usize,
    room: usize,
    full: bool,
}

/// A file on a disk with so many bytes left. Clones are the same file.
#[derive(Clone, Default)]
pub(crate) struct Disk(Arc<Mutex<State>>);

impl Disk {
    pub(crate) fn with_room(room: usize) -> Self {
        Self(Arc::new(Mutex::new(State { room, ..State::default() })))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All that was written, synced or not.
    pub(crate) fn written(&self) -> String {
        String::from_utf8_lossy(&self.state().bytes).into_owned()
    }

    /// What would be there after a power cut.
    pub(crate) fn synced(&self) -> String {
        let state = self.state();
        String::from_utf8_lossy(state.bytes.get(..state.synced).unwrap_or_default()).into_owned()
    }

    pub(crate) fn syncs(&self) -> usize {
        self.state().syncs
    }

    /// Whether it never was full.
    pub(crate) fn held(&self) -> bool {
        !self.state().full
    }
}

impl JournalFile for Disk {
    fn reader(&mut self) -> io::Result<Box<dyn BufRead + '_>> {
        Ok(Box::new(Cursor::new(self.state().bytes.clone())))
    }

    fn cut(&mut self, length: u64) -> io::Result<()> {
        self.state().bytes.truncate(usize::try_from(length).unwrap_or(usize::MAX));
        Ok(())
    }

    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut state = self.state();
        let room = state.room.saturating_sub(state.bytes.len());
        state.bytes.extend(bytes.iter().take(room));
        state.full |= bytes.len() > room;
        if bytes.len() > room { Err(io::Error::from(io::ErrorKind::StorageFull)) } else { Ok(()) }
    }

    fn sync(&mut self) -> io::Result<()> {
        let mut state = self.state();
        state.synced = state.bytes.len();
        state.syncs += 1;
        Ok(())
    }
}

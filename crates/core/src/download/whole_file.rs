//! A file that appears under its name only when it is whole.

use std::{
    fs::{self, File, TryLockError},
    io::{self, Write},
    mem,
    path::{Path, PathBuf},
    sync::Arc,
};

use tokio::task::{JoinHandle, spawn_blocking};

use crate::error::Error;

/// Writes are gathered until there is so much of them. There are two buffers: one is filled while the other one is
/// written.
const BUFFER: usize = 512 * 1024;

/// At most so much is gathered, while a write takes longer than usual.
const MOST: usize = 2 * BUFFER;

/// What was written is brought to the disk from so much on, while more comes: all at once at the end would be waited for.
const BEHIND: usize = 8 * BUFFER;

/// What is written goes into `NAME.part` beside the file, which takes its name at the end; dropped before that, the part is
/// removed. A file that was there under the name stays until then, and its permissions are those of the new one; without
/// one they are the process's own.
///
/// The part is locked while it is written: a second writer of the same file is refused, and a part that an earlier process
/// left behind is begun anew.
#[derive(Debug)]
pub struct WholeFile {
    path: PathBuf,
    part: PathBuf,
    /// `None` after the end, and once it was given up.
    file: Option<Arc<File>>,
    gathered: Vec<u8>,
    /// A write that is under way, and gives its memory back.
    writing: Option<JoinHandle<io::Result<Vec<u8>>>>,
    /// Written, and not on its way to the disk yet.
    behind: usize,
    syncing: Option<JoinHandle<io::Result<()>>>,
}

impl WholeFile {
    /// Begins a file. What stands in the way is an error here already: a directory that is not there or may not be
    /// written to, or something under the name that is no file, such as a device.
    pub async fn create(path: impl AsRef<Path>) -> Result<Self, Error> {
        let (path, shown) = (path.as_ref().to_owned(), path.as_ref());
        apart(move || begin(path)).await.map_err(|error| failed(shown, &error))
    }

    /// Writes bytes behind what was written. That they cannot be written may be told by a later call; then the file is
    /// given up.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let gathered = self.gathered.len() + bytes.len();
        if gathered > MOST || (gathered > BUFFER && self.writing.as_ref().is_none_or(JoinHandle::is_finished))
        {
            let passed = self.pass_on().await;
            passed.map_err(|error| {
                self.give_up();
                failed(&self.path, &error)
            })?;
        }
        self.gathered.extend_from_slice(bytes);
        Ok(())
    }

    /// Has what was gathered written, once what was before it is.
    async fn pass_on(&mut self) -> io::Result<()> {
        let Some(file) = self.file.clone() else { return Err(io::Error::other("an earlier write failed")) };
        let empty = self.written().await?.unwrap_or_else(|| Vec::with_capacity(BUFFER));
        if self.behind >= BEHIND && self.syncing.as_ref().is_none_or(JoinHandle::is_finished) {
            self.synced().await?;
            self.behind = 0;
            let file = Arc::clone(&file);
            self.syncing = Some(spawn_blocking(move || file.sync_data()));
        }
        if self.gathered.is_empty() {
            return Ok(());
        }
        let full = mem::replace(&mut self.gathered, empty);
        self.behind += full.len();
        self.writing = Some(spawn_blocking(move || file.as_ref().write_all(&full).map(|()| full)));
        Ok(())
    }

    /// Waits for the write that is under way: its memory, emptied.
    async fn written(&mut self) -> io::Result<Option<Vec<u8>>> {
        let Some(writing) = &mut self.writing else { return Ok(None) };
        let done = writing.await;
        self.writing = None;
        let mut full = done.map_err(io::Error::other)??;
        full.clear();
        Ok(Some(full))
    }

    /// Waits for what is on its way to the disk.
    async fn synced(&mut self) -> io::Result<()> {
        let Some(syncing) = &mut self.syncing else { return Ok(()) };
        let done = syncing.await;
        self.syncing = None;
        done.map_err(io::Error::other)?
    }

    /// Brings everything to the disk and gives the file its name.
    pub async fn finish(mut self) -> Result<(), Error> {
        let ended = self.end().await;
        ended.map_err(|error| failed(&self.path, &error))
    }

    async fn end(&mut self) -> io::Result<()> {
        self.pass_on().await?;
        self.written().await?;
        self.synced().await?;
        if let Some(file) = self.file.clone() {
            apart(move || file.sync_all()).await?;
            tokio::fs::rename(&self.part, &self.path).await?;
        }
        self.file = None;
        Ok(())
    }

    /// What is left of a file that will not be whole. A disk may tell an error once only, so nothing goes on after one.
    fn give_up(&mut self) {
        if self.file.take().is_some() {
            // A part is of no use to anybody; that it cannot be removed either is not the error to tell.
            let _ = fs::remove_file(&self.part);
        }
    }
}

fn begin(path: PathBuf) -> io::Result<WholeFile> {
    let there = fs::metadata(&path).ok();
    if there.as_ref().is_some_and(|there| !there.is_file()) {
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, "what is there is no file"));
    }
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    let part = path.with_file_name(name);
    let file = Arc::new(locked(&part)?);
    let gathered = Vec::with_capacity(BUFFER);
    let whole = WholeFile {
        path,
        part,
        file: Some(Arc::clone(&file)),
        gathered,
        writing: None,
        behind: 0,
        syncing: None,
    };
    // Before the first byte: who may not read the file must not read it in the part either.
    if let Some(there) = there {
        file.set_permissions(there.permissions())?;
    }
    Ok(whole)
}

/// A new part that nobody else writes.
fn locked(part: &Path) -> io::Result<File> {
    let mut stale = None;
    let busy = || io::Error::new(io::ErrorKind::ResourceBusy, "somebody else is writing it");
    loop {
        match File::options().write(true).create_new(true).open(part) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                let there = File::options().write(true).open(part)?;
                if matches!(there.try_lock(), Err(TryLockError::WouldBlock)) {
                    return Err(busy());
                }
                fs::remove_file(part)?;
                // Stays locked, so that whoever came upon it too does not remove the next one.
                stale = Some(there);
            }
            opened => {
                let file = opened?;
                // Where there are no locks, there is nobody to be kept out.
                let taken = matches!(file.try_lock(), Err(TryLockError::WouldBlock));
                drop(stale);
                return if taken { Err(busy()) } else { Ok(file) };
            }
        }
    }
}

/// Does what blocks on a thread that may be blocked.
async fn apart<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    spawn_blocking(work).await.map_err(io::Error::other)?
}

impl Drop for WholeFile {
    fn drop(&mut self) {
        self.give_up();
    }
}

fn failed(path: &Path, error: &io::Error) -> Error {
    Error::io(format_args!("{} cannot be written", path.display()), error)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_file_whose_write_failed_never_takes_its_name() {
        let directory = std::env::temp_dir().join(format!("afflux-failed-file-{}", std::process::id()));
        fs::create_dir_all(&directory).unwrap();
        let path = directory.join("rows.csv");
        fs::write(&path, "of yesterday").unwrap();
        let mut file = WholeFile::create(&path).await.unwrap();
        // What can only be read fails as a disk does.
        let part = file.file.replace(Arc::new(File::open(&path).unwrap()));
        let mut told = 0;
        for _ in 0..8 {
            told += u32::from(file.write(&vec![0; BUFFER]).await.is_err());
        }
        drop(part);
        assert!(told > 1, "a later write is an error too");
        let error = file.finish().await.unwrap_err();
        assert!(error.to_string().contains("an earlier write failed"), "{error}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "of yesterday");
        assert_eq!(fs::read_dir(&directory).unwrap().count(), 1, "a part was left behind");
        fs::remove_dir_all(&directory).unwrap();
    }
}

//! The journal's file behind a seam, so that a full disk and a read-only folder can be played.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{self, BufRead, BufReader, Seek, SeekFrom, Write},
    path::Path,
};

/// What a journal needs of a file.
pub(crate) trait JournalFile: Send {
    /// All that is in it, from its beginning.
    fn reader(&mut self) -> io::Result<Box<dyn BufRead + '_>>;
    /// Cuts it to so many bytes.
    fn cut(&mut self, length: u64) -> io::Result<()>;
    /// Writes at its end.
    fn append(&mut self, bytes: &[u8]) -> io::Result<()>;
    /// Returns when all that was written is on the disk.
    fn sync(&mut self) -> io::Result<()>;
}

/// Why a journal could not be opened.
#[derive(Debug)]
pub(crate) enum OpenError {
    /// Another run works on it.
    Locked,
    /// The system says no.
    Io(io::Error),
}

/// Opens the file, readable for its owner only, and takes the lock that keeps a second run out. The lock is the
/// system's and ends with the process, however it ends.
pub(crate) fn open(path: &Path) -> Result<Box<dyn JournalFile>, OpenError> {
    let existed = path.exists();
    let file =
        private(OpenOptions::new().read(true).append(true).create(true)).open(path).map_err(OpenError::Io)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(OpenError::Locked),
        Err(TryLockError::Error(error)) => return Err(OpenError::Io(error)),
    }
    close_to_others(&file).map_err(OpenError::Io)?;
    if !existed {
        sync_folder(path).map_err(OpenError::Io)?;
    }
    Ok(Box::new(file))
}

impl JournalFile for File {
    fn reader(&mut self) -> io::Result<Box<dyn BufRead + '_>> {
        self.seek(SeekFrom::Start(0))?;
        Ok(Box::new(BufReader::with_capacity(64 * 1024, self)))
    }

    fn cut(&mut self, length: u64) -> io::Result<()> {
        self.set_len(length)?;
        self.sync_all()
    }

    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.write_all(bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.sync_data()
    }
}

/// Makes a file to be created readable for its owner only.
#[cfg(unix)]
pub(crate) fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;
    options.mode(0o600)
}

/// Other systems have no mode; the folder's permissions hold.
#[cfg(not(unix))]
pub(crate) fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}

/// Takes other people's permissions from a file that was there before.
#[cfg(unix)]
pub(crate) fn close_to_others(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mut permissions = file.metadata()?.permissions();
    if permissions.mode() & 0o077 != 0 {
        permissions.set_mode(0o600);
        file.set_permissions(permissions)?;
    }
    Ok(())
}

/// Other systems have no mode.
#[cfg(not(unix))]
pub(crate) fn close_to_others(_file: &File) -> io::Result<()> {
    Ok(())
}

/// A new file's name is on the disk only when its folder is.
#[cfg(unix)]
pub(crate) fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

/// Other systems do not sync folders.
#[cfg(not(unix))]
pub(crate) fn sync_folder(_path: &Path) -> io::Result<()> {
    Ok(())
}

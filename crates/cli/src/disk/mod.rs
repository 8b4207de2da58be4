//! Where files are written, behind a seam, so that a full disk and a read-only folder can be played.
//!
//! What is written is for its owner's eyes. Files that are only read need no seam.

#[cfg(test)]
pub(crate) mod small;

use std::{
    fmt,
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, BufRead, BufReader, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

/// A disk.
pub(crate) trait Disk: fmt::Debug + Send + Sync {
    /// Opens a file to be written at its end, and makes it if there is none.
    fn append(&self, path: &Path) -> io::Result<Box<dyn DiskFile>>;
    /// Makes a file, or empties it.
    fn create(&self, path: &Path) -> io::Result<Box<dyn DiskFile>>;
    /// Gives a file another name, in one step, and returns when the name is on the disk.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Removes a file; that there is none is fine.
    fn remove(&self, path: &Path) -> io::Result<()>;
}

/// A file that can be written.
pub(crate) trait DiskFile: Write + fmt::Debug + Send {
    /// Keeps other processes out until the file is closed. The lock is the system's and ends with the process, however
    /// it ends.
    fn lock(&self) -> Result<(), TryLockError>;
    /// How many bytes are in it.
    fn length(&self) -> io::Result<u64>;
    /// All that is in it, from its beginning.
    fn reader(&mut self) -> io::Result<Box<dyn BufRead + '_>>;
    /// Cuts it to so many bytes. What was opened by [`Disk::append`] is written on from there.
    fn cut(&mut self, length: u64) -> io::Result<()>;
    /// Returns when all that was written is on the disk.
    fn sync(&mut self) -> io::Result<()>;
}

/// The machine's own.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Local;

impl Disk for Local {
    fn append(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        let existed = path.exists();
        let file = private(OpenOptions::new().read(true).append(true).create(true)).open(path)?;
        close_to_others(&file)?;
        if !existed {
            sync_folder(path)?;
        }
        Ok(Box::new(file))
    }

    fn create(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        let file =
            private(OpenOptions::new().read(true).write(true).create(true).truncate(true)).open(path)?;
        close_to_others(&file)?;
        Ok(Box::new(file))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)?;
        sync_folder(to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

impl DiskFile for File {
    fn lock(&self) -> Result<(), TryLockError> {
        self.try_lock()
    }

    fn length(&self) -> io::Result<u64> {
        Ok(self.metadata()?.len())
    }

    fn reader(&mut self) -> io::Result<Box<dyn BufRead + '_>> {
        self.seek(SeekFrom::Start(0))?;
        Ok(Box::new(BufReader::with_capacity(64 * 1024, self)))
    }

    fn cut(&mut self, length: u64) -> io::Result<()> {
        self.set_len(length)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.sync_data()
    }
}

/// The path beside a file.
pub(crate) fn beside(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// Makes a file to be created readable for its owner only.
#[cfg(unix)]
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;
    options.mode(0o600)
}

/// Other systems have no mode; the folder's permissions hold.
#[cfg(not(unix))]
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}

/// Takes other people's permissions from a file that was there before.
#[cfg(unix)]
fn close_to_others(file: &File) -> io::Result<()> {
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
fn close_to_others(_file: &File) -> io::Result<()> {
    Ok(())
}

/// A new file's name is on the disk only when its folder is.
#[cfg(unix)]
fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

/// Other systems do not sync folders.
#[cfg(not(unix))]
fn sync_folder(_path: &Path) -> io::Result<()> {
    Ok(())
}

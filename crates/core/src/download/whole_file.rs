//! A file that appears under its name only when it is whole.

use std::path::{Path, PathBuf};

use tokio::{
    fs::File,
    io::{AsyncWriteExt, BufWriter},
};

use crate::error::Error;

/// Writes are gathered in this much memory: an unbuffered file is slower by half.
const BUFFER: usize = 1024 * 1024;

/// What is written goes into `NAME.part` beside the file, which takes its name at the end; dropped before that, the
/// part is removed. A file that was there under the name stays until then.
#[derive(Debug)]
pub struct WholeFile {
    path: PathBuf,
    part: PathBuf,
    /// `None` after the end.
    writer: Option<BufWriter<File>>,
}

impl WholeFile {
    /// Begins a file. A part that an earlier process left behind is overwritten.
    pub async fn create(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref().to_owned();
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(".part");
        let part = path.with_file_name(name);
        let file = File::create(&part).await.map_err(|error| failed(&path, &error))?;
        Ok(Self { path, part, writer: Some(BufWriter::with_capacity(BUFFER, file)) })
    }

    /// Writes bytes behind what was written.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let Some(writer) = &mut self.writer else { return Ok(()) };
        writer.write_all(bytes).await.map_err(|error| failed(&self.path, &error))
    }

    /// Brings everything to the disk and gives the file its name.
    pub async fn finish(mut self) -> Result<(), Error> {
        let Some(writer) = &mut self.writer else { return Ok(()) };
        let failed = |error| failed(&self.path, &error);
        writer.flush().await.map_err(failed)?;
        writer.get_ref().sync_all().await.map_err(failed)?;
        tokio::fs::rename(&self.part, &self.path).await.map_err(failed)?;
        self.writer = None;
        Ok(())
    }
}

impl Drop for WholeFile {
    fn drop(&mut self) {
        if self.writer.take().is_some() {
            // A part is of no use to anybody; that it cannot be removed either is not the error to tell.
            let _ = std::fs::remove_file(&self.part);
        }
    }
}

fn failed(path: &Path, error: &std::io::Error) -> Error {
    Error::io(format_args!("{} cannot be written", path.display()), error)
}

//! The CSV of an export while it comes: into a file, into a writer, or as rows.

use std::path::Path;

use afflux_core::{
    download::{Download, WholeFile},
    error::Error,
    request::Request,
};
use tokio::io::{AsyncWrite, AsyncWriteExt};

use super::{
    ExportEvent, Started,
    count::LineCount,
    job::{self, Asking, Form},
    kind::Exported,
    rows::ExportRows,
    text::Decoder,
};

/// What was written of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Written {
    /// Rows, without the header.
    pub rows: u64,
    /// Bytes, decompressed.
    pub bytes: u64,
}

/// The CSV of an export, which is still coming.
#[derive(Debug)]
#[must_use = "nothing is kept until to_path(), to_writer() or rows() is asked"]
pub struct ExportData<'a, K> {
    asking: Asking<'a, K>,
    /// What brings it again.
    request: Request,
    download: Box<Download>,
}

impl<'a, K: Exported> ExportData<'a, K> {
    pub(super) fn new(asking: Asking<'a, K>, request: Request, download: Box<Download>) -> Self {
        Self { asking, request, download }
    }

    /// Writes the CSV into the file at `path`, byte for byte as it came, in constant memory. The file appears only
    /// when it is whole; one that was there before stays until then. What breaks off is started again as often as the
    /// retry policy allows.
    pub async fn to_path(mut self, path: impl AsRef<Path>) -> Result<Written, Error> {
        let path = path.as_ref();
        let mut attempts = 0;
        loop {
            attempts += 1;
            match self.write(path).await {
                Err(error) if self.asking.engine.starts_again(&self.request, &error, attempts).await => {
                    self = self.again().await?;
                }
                end => return end,
            }
        }
    }

    async fn write(&mut self, path: &Path) -> Result<Written, Error> {
        let mut file = WholeFile::create(path).await?;
        let mut tally = Tally::new(self.asking.form);
        while let Some(chunk) = self.download.chunk().await? {
            file.write(&chunk).await?;
            tally.add(&chunk);
            self.asking.tell(ExportEvent::Received(tally.bytes));
        }
        file.finish().await?;
        Ok(tally.end())
    }

    /// Asks for the same CSV once more. What came at once before may be a job by now.
    async fn again(self) -> Result<Self, Error> {
        match job::ask(self.asking, self.request).await? {
            Started::Data(data) => Ok(data),
            Started::Job(job) => job.wait().await,
        }
    }

    /// Writes the CSV into a writer, byte for byte as it came, in constant memory. A CSV that breaks off is an error,
    /// and the writer has a part of it.
    pub async fn to_writer(
        mut self,
        writer: &mut (impl AsyncWrite + Unpin + Send),
    ) -> Result<Written, Error> {
        let failed = |error| Error::io("the export cannot be written", &error);
        let mut tally = Tally::new(self.asking.form);
        while let Some(chunk) = self.download.chunk().await? {
            writer.write_all(&chunk).await.map_err(failed)?;
            tally.add(&chunk);
            self.asking.tell(ExportEvent::Received(tally.bytes));
        }
        writer.flush().await.map_err(failed)?;
        Ok(tally.end())
    }

    /// The rows, as they come.
    pub fn rows(self) -> ExportRows<K> {
        ExportRows::new(*self.download, self.asking.form.wide, self.asking.form.delimiter)
    }
}

/// Counts what passes by. Rows are counted in the text, whatever its encoding.
struct Tally {
    bytes: u64,
    lines: LineCount,
    decoder: Decoder,
}

impl Tally {
    fn new(form: Form) -> Self {
        Self { bytes: 0, lines: LineCount::new(form.delimiter), decoder: Decoder::new(form.wide) }
    }

    fn add(&mut self, chunk: &[u8]) {
        self.bytes += chunk.len() as u64;
        self.lines.add(&self.decoder.decode(chunk));
    }

    fn end(mut self) -> Written {
        if let Ok(rest) = self.decoder.end() {
            self.lines.add(&rest);
        }
        Written { rows: self.lines.rows(), bytes: self.bytes }
    }
}

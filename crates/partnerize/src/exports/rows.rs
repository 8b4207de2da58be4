//! An export as a stream of rows.

use std::{
    fmt,
    marker::PhantomData,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use afflux_core::{download::Download, error::Error};
use futures_core::Stream;

use super::{
    columns::KNOWN,
    kind::Exported,
    row::ExportRow,
    table::{Header, LONGEST, Read, Record, Table},
    text::Decoder,
};

/// A stream of the rows of an export, in the memory of a few of them.
///
/// A row that has more or fewer columns than the header is an error among good rows; the stream goes on behind it. An
/// export that is cut off is an error at the end, never a short one.
pub struct ExportRows<K> {
    download: Download,
    decoder: Decoder,
    table: Table,
    rows: u64,
    done: bool,
    kind: PhantomData<fn() -> K>,
}

impl<K> fmt::Debug for ExportRows<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExportRows")
            .field("rows", &self.rows)
            .field("table", &self.table)
            .finish_non_exhaustive()
    }
}

impl<K: Exported> ExportRows<K> {
    pub(super) fn new(download: Download, wide: bool, delimiter: u8) -> Self {
        Self {
            download,
            decoder: Decoder::new(wide),
            table: Table::new(delimiter, KNOWN),
            rows: 0,
            done: false,
            kind: PhantomData,
        }
    }

    /// The names of the columns; none before the first row was asked for.
    pub fn columns(&self) -> &[String] {
        self.table.header().map_or(&[], |header| &header.names)
    }

    /// Bytes that came so far.
    pub fn received(&self) -> u64 {
        self.download.received()
    }

    fn broken(what: impl fmt::Display) -> Error {
        Error::undocumented(K::OPERATION, format!("was answered, but {what}"))
    }

    /// The next row out of what came already; pending where more must come.
    fn ready(&mut self) -> Poll<Option<Result<ExportRow<K>, Error>>> {
        let row = match self.table.next() {
            Ok(Read::More) => return Poll::Pending,
            Ok(Read::Row(record)) => {
                self.rows += 1;
                self.table.header().map(|header| self.row(header, record))
            }
            Ok(Read::End) => {
                self.done = true;
                None
            }
            Err(_) => {
                self.done = true;
                let row = self.rows + 1;
                Some(Err(Self::broken(format_args!(
                    "row {row} is longer than {LONGEST} bytes: a quote is not closed"
                ))))
            }
        };
        Poll::Ready(row)
    }

    fn row(&self, header: &Arc<Header>, record: Record) -> Result<ExportRow<K>, Error> {
        let (has, wants) = (record.len(), header.names.len());
        if has != wants {
            let row = self.rows;
            return Err(Self::broken(format_args!("row {row} has {has} columns, and the header {wants}")));
        }
        Ok(ExportRow::new(Arc::clone(header), record, self.rows))
    }

    fn take(&mut self, chunk: Option<Result<bytes::Bytes, Error>>) -> Result<(), Error> {
        match chunk {
            Some(Ok(chunk)) => {
                let text = self.decoder.decode(&chunk);
                // No bytes would be the end.
                if !text.is_empty() {
                    self.table.push(&text);
                }
            }
            Some(Err(error)) => return Err(error),
            None => {
                let rest = self.decoder.end();
                let rest = rest.map_err(|_| Self::broken("it ends inside of a character: it was cut off"))?;
                if !rest.is_empty() {
                    self.table.push(&rest);
                }
                self.table.push(&[]);
            }
        }
        Ok(())
    }
}

impl<K: Exported> Stream for ExportRows<K> {
    type Item = Result<ExportRow<K>, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        loop {
            if this.done {
                return Poll::Ready(None);
            }
            if let Poll::Ready(row) = this.ready() {
                return Poll::Ready(row);
            }
            let chunk = ready!(Pin::new(&mut this.download).poll_next(cx));
            if let Err(error) = this.take(chunk) {
                this.done = true;
                return Poll::Ready(Some(Err(error)));
            }
        }
    }
}

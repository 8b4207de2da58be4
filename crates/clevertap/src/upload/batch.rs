//! A batch: the text of its records, and the call that sends it.

use afflux_core::{
    decode::{DecodeError, Kept},
    endpoint::Endpoint,
    error::Error,
    operation::Operation,
    request::Request,
    response::Raw,
};
use bytes::Bytes;

use super::record::Kind;
use crate::generated::{UploadRecords, UploadResult};

const OPEN: &[u8] = br#"{"d":["#;
const CLOSE: &[u8] = b"]}";

/// A record in a batch.
pub(crate) struct Entry<K> {
    pub(crate) key: K,
    /// How often it was refused by a fault of the vendor's.
    pub(crate) tries: u32,
    span: (usize, usize),
}

/// What became of a record that was written into a batch.
pub(crate) enum Written<K> {
    Fits,
    /// It needs another batch.
    TooMuch(K, Vec<u8>),
    /// It has no JSON.
    Failed(K, serde_json::Error),
}

/// Records of one kind, written one after the other into the body that is sent.
pub(crate) struct Batch<K> {
    pub(crate) kind: Kind,
    pub(crate) entries: Vec<Entry<K>>,
    body: Vec<u8>,
}

impl<K> Batch<K> {
    pub(crate) fn new(kind: Kind) -> Self {
        Self { kind, entries: Vec::new(), body: OPEN.to_vec() }
    }

    /// An empty batch of the same kind, with room for as much and some more: the next one is about as large.
    pub(crate) fn next(&self) -> Self {
        let mut body = Vec::with_capacity(self.body.len() + self.body.len() / 16 + CLOSE.len());
        body.extend_from_slice(OPEN);
        Self { kind: self.kind, entries: Vec::with_capacity(self.entries.len()), body }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Whether a record of that size still fits.
    pub(crate) fn fits(&self, bytes: usize, most: usize, budget: usize) -> bool {
        self.is_empty() || self.entries.len() < most && self.body.len() + bytes + 1 + CLOSE.len() <= budget
    }

    pub(crate) fn is_full(&self, most: usize) -> bool {
        self.entries.len() >= most
    }

    pub(crate) fn push(&mut self, key: K, tries: u32, text: &[u8]) {
        let start = self.begin();
        self.body.extend_from_slice(text);
        self.entries.push(Entry { key, tries, span: (start, self.body.len()) });
    }

    /// Has a record written where it is sent. One that does not fit any more is given back, with its text.
    pub(crate) fn write(
        &mut self,
        key: K,
        budget: usize,
        write: impl FnOnce(&mut Vec<u8>) -> serde_json::Result<()>,
    ) -> Written<K> {
        let end = self.body.len();
        let start = self.begin();
        if let Err(error) = write(&mut self.body) {
            self.body.truncate(end);
            return Written::Failed(key, error);
        }
        if self.is_empty() || self.body.len() + CLOSE.len() <= budget {
            self.entries.push(Entry { key, tries: 0, span: (start, self.body.len()) });
            return Written::Fits;
        }
        let text = self.body.split_off(start);
        self.body.truncate(end);
        Written::TooMuch(key, text)
    }

    /// Where the next record begins.
    fn begin(&mut self) -> usize {
        if !self.is_empty() {
            self.body.push(b',');
        }
        self.body.len()
    }

    /// The body that is sent, and the entries.
    pub(crate) fn close(mut self) -> (Bytes, Vec<Entry<K>>) {
        self.body.extend_from_slice(CLOSE);
        (Bytes::from(self.body), self.entries)
    }
}

impl<K> Entry<K> {
    /// The record's own text in the body.
    pub(crate) fn text(&self, body: &Bytes) -> Bytes {
        body.slice(self.span.0..self.span.1)
    }
}

/// The call of a batch.
pub(crate) struct Sending {
    pub(crate) body: Bytes,
    pub(crate) kind: Kind,
    pub(crate) dry_run: bool,
    pub(crate) repeat_unknown: bool,
}

impl Endpoint for Sending {
    const OPERATION: &'static Operation = <UploadRecords as Endpoint>::OPERATION;
    type Output = Kept<UploadResult>;

    fn encode(&self) -> Result<Request, Error> {
        let mut request = Request::new(Self::OPERATION).json_text(self.body.clone());
        if self.dry_run {
            request.push_query("dryRun", 1);
        }
        // What is only validated can be validated again.
        let safety = if self.dry_run { Kind::Repeatable.safety() } else { self.kind.safety() };
        request = request.safety(safety);
        if self.repeat_unknown {
            request = request.repeat_unknown();
        }
        Ok(request)
    }

    fn decode(&self, raw: &Raw) -> Result<Self::Output, DecodeError> {
        afflux_core::decode::one(raw.body(), "")
    }
}

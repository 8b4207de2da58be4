//! What really happened: one record per request, written as the request goes through the server.
//!
//! Secrets are masked before a record is made; a record can be shown to anybody.

use std::collections::VecDeque;
use std::sync::Mutex;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use tokio::sync::watch;

use crate::sync::lock;

/// Older records are dropped beyond this number, so that a sandbox can run for weeks.
const KEPT: usize = 10_000;

/// One request as the server saw it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
// Independent observations, not states of a machine.
#[allow(clippy::struct_excessive_bools)]
pub struct RequestRecord {
    /// Counts from 1 and never repeats.
    pub number: u64,
    /// The sandbox's time when the request had been read (or given up).
    pub at: Timestamp,
    /// The caller's address.
    pub peer: String,
    /// `GET`, `POST`, ...
    pub method: String,
    /// The path with the vendor's prefix, without the query.
    pub path: String,
    /// The vendor's operation at that method and path.
    pub operation: Option<String>,
    /// Decoded names and values of the query, in their order.
    pub query: Vec<(String, String)>,
    /// Names (lower case) and values of the headers, in their order.
    pub headers: Vec<(String, String)>,
    /// The body: JSON as such, anything else as a string; `None` when there was none.
    pub body: Option<Value>,
    /// Bytes of head and body that were taken from the connection.
    pub bytes_read: u64,
    /// Whether the request was read to its end.
    pub read_complete: bool,
    /// Whether the vendor's handler ran.
    pub handled: bool,
    /// Whether handling it changed the vendor's state, such as a lead that now exists.
    pub committed: bool,
    /// The fault that struck.
    pub fault: Option<&'static str>,
    /// The status of the answer, where one was to be sent.
    pub status: Option<u16>,
    /// How much of the answer was handed to the connection.
    pub written: Written,
    /// Whether the client had closed its side before the answer was ready.
    pub client_left: bool,
    /// Whether the server is done with it. `settled` waits for that.
    pub finished: bool,
}

/// How much of an answer was handed to the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "extent", content = "bytes")]
#[non_exhaustive]
pub enum Written {
    /// No byte.
    Nothing,
    /// Some bytes, head included; the answer was not complete, or not as long as it said.
    Partly(u64),
    /// The whole answer, with so many bytes.
    Completely(u64),
}

/// The records of one server.
#[derive(Debug)]
pub(crate) struct RequestLog {
    inner: Mutex<Inner>,
    open: watch::Sender<usize>,
}

#[derive(Debug, Default)]
struct Inner {
    records: VecDeque<RequestRecord>,
    count: u64,
    faults: u64,
}

impl RequestLog {
    pub(crate) fn new() -> Self {
        Self { inner: Mutex::default(), open: watch::Sender::new(0) }
    }

    /// Adds a record under the next number, which it returns.
    pub(crate) fn begin(&self, mut record: RequestRecord) -> u64 {
        let mut inner = lock(&self.inner);
        inner.count += 1;
        record.number = inner.count;
        if record.fault.is_some() {
            inner.faults += 1;
        }
        if !record.finished {
            self.open.send_modify(|open| *open += 1);
        }
        inner.records.push_back(record);
        if inner.records.len() > KEPT {
            inner.records.pop_front();
        }
        inner.count
    }

    /// Changes the record with this number, if it is still kept.
    pub(crate) fn update(&self, number: u64, change: impl FnOnce(&mut RequestRecord)) {
        let mut inner = lock(&self.inner);
        let Ok(index) = inner.records.binary_search_by_key(&number, |record| record.number) else { return };
        if let Some(record) = inner.records.get_mut(index) {
            change(record);
        }
    }

    /// Closes the record with this number.
    pub(crate) fn finish(&self, number: u64) {
        self.update(number, |record| record.finished = true);
        self.open.send_modify(|open| *open = open.saturating_sub(1));
    }

    pub(crate) fn records(&self) -> Vec<RequestRecord> {
        lock(&self.inner).records.iter().cloned().collect()
    }

    /// Requests seen and faults played since the start; clearing the log does not reset them.
    pub(crate) fn counts(&self) -> (u64, u64) {
        let inner = lock(&self.inner);
        (inner.count, inner.faults)
    }

    pub(crate) fn clear(&self) {
        lock(&self.inner).records.retain(|record| !record.finished);
    }

    /// Waits until no request is under way.
    pub(crate) async fn settled(&self) {
        let mut open = self.open.subscribe();
        // The sender lives in `self`, so this cannot fail while we wait.
        let _ = open.wait_for(|open| *open == 0).await;
    }
}

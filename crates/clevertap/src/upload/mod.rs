//! Uploads: records in batches, many batches at a time, an outcome for every record.

mod answer;
mod batch;
mod event;
mod fields;
mod profile;
mod raw;
mod record;
mod report;
mod token;
mod uploading;
mod value;

use std::{
    fmt,
    future::poll_fn,
    task::{Poll, ready},
    time::Duration,
};

use futures_core::Stream;

use self::record::Kind;
pub use self::{
    event::{Event, Item},
    profile::Profile,
    raw::RawRecord,
    record::{Record, Who},
    report::{Doubt, RecordOutcome, Rejection, Report},
    token::{DeviceToken, TokenKind},
    uploading::Uploading,
    value::Value,
};
use crate::client::Client;

/// The vendor's limits, and how batches are made.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Options {
    pub(crate) records: usize,
    pub(crate) tokens: usize,
    pub(crate) bytes: usize,
    pub(crate) linger: Duration,
    pub(crate) concurrency: usize,
    pub(crate) tries: u32,
    pub(crate) dry_run: bool,
    pub(crate) repeat_unknown: bool,
}

/// An upload that has not begun. See [`Client::upload`].
#[must_use = "nothing is sent before send_all() or run()"]
pub struct Upload<S> {
    client: Client,
    records: S,
    options: Options,
}

impl<S> fmt::Debug for Upload<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upload").field("options", &self.options).finish_non_exhaustive()
    }
}

impl<S> Upload<S> {
    pub(crate) fn new(client: Client, records: S) -> Self {
        let options = Options {
            records: Kind::Once.batch_limit(),
            tokens: Kind::Tokens.batch_limit(),
            bytes: 4 * 1024 * 1024,
            linger: Duration::from_secs(5),
            concurrency: 15,
            tries: 3,
            dry_run: false,
            repeat_unknown: false,
        };
        Self { client, records, options }
    }

    /// Events or profiles in a batch, 1 to 1000. Default: 1000.
    pub fn batch_size(mut self, records: usize) -> Self {
        self.options.records = records.clamp(1, Kind::Once.batch_limit());
        self.options.tokens = records.clamp(1, Kind::Tokens.batch_limit());
        self
    }

    /// Bytes of a batch; a record that is larger travels alone. Default: 4 MiB. The vendor names no limit; under 5 MB
    /// was seen to work.
    pub fn batch_bytes(mut self, bytes: usize) -> Self {
        self.options.bytes = bytes;
        self
    }

    /// How long a batch waits for more records when the stream has none ready. Default: 5 seconds.
    pub fn linger(mut self, time: Duration) -> Self {
        self.options.linger = time;
        self
    }

    /// Batches in flight at most, at least 1. Default: 15, which is the vendor's limit. Batches overtake each other: with
    /// 1, a later record of the same kind about the same user is never stored before an earlier one.
    pub fn concurrency(mut self, batches: usize) -> Self {
        self.options.concurrency = batches.max(1);
        self
    }

    /// Only has the records validated; nothing is stored.
    pub fn dry_run(mut self) -> Self {
        self.options.dry_run = true;
        self
    }

    /// Accepts that events may be stored twice: a batch without an answer is tried again.
    pub fn repeat_unknown(mut self) -> Self {
        self.options.repeat_unknown = true;
        self
    }

    /// Begins. Outcomes come as they are ready, each record's once. What is held is bounded by the batches in flight.
    pub fn run<K>(self) -> Uploading<S, K>
    where
        S: Stream<Item = (K, Record)>,
        K: Send + 'static,
    {
        Uploading::new(self.client, self.records, self.options)
    }

    /// Uploads everything and reports on every record.
    pub async fn send_all<K>(self) -> Report<K>
    where
        S: Stream<Item = (K, Record)>,
        K: Send + 'static,
    {
        let mut uploading = self.run();
        let mut all = Vec::new();
        poll_fn(move |cx| {
            loop {
                let outcomes = ready!(uploading.poll_outcomes(cx));
                if outcomes.is_empty() {
                    return Poll::Ready(Report::new(std::mem::take(&mut all)));
                }
                all.extend(outcomes.drain(..));
            }
        })
        .await
    }
}

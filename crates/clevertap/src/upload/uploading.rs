//! The machine that fills batches, sends them and deals out the answers.

use std::{
    collections::VecDeque,
    fmt,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use afflux_core::{
    clock::BoxFuture,
    decode::Kept,
    error::{Delivery, Error, ErrorKind},
};
use bytes::Bytes;
use futures_core::Stream;
use futures_util::{StreamExt, stream::FuturesUnordered};

use super::{
    Options, Record,
    answer::{self, VENDOR_FAULT, Verdict},
    batch::{Batch, Entry, Sending, Written},
    record::Kind,
    report::{Doubt, RecordOutcome, Rejection},
};
use crate::{client::Client, generated::UploadResult};

/// A batch that has come to its end.
struct Done<K> {
    kind: Kind,
    entries: Vec<Entry<K>>,
    body: Bytes,
    result: Result<Kept<UploadResult>, Error>,
}

/// An upload under way: a stream of the caller's keys and what became of their records.
///
/// Dropped, it abandons what is in flight: the fate of those records is unknown. [`stop`](Self::stop) it first.
#[must_use = "nothing is sent unless it is polled"]
pub struct Uploading<S, K> {
    client: Client,
    records: Option<Pin<Box<S>>>,
    options: Options,
    taken: u64,
    /// One for each kind, being filled.
    open: Vec<Batch<K>>,
    ready: VecDeque<Batch<K>>,
    in_flight: FuturesUnordered<BoxFuture<'static, Done<K>>>,
    outcomes: VecDeque<(K, RecordOutcome)>,
    linger: Option<BoxFuture<'static, ()>>,
}

impl<S, K> fmt::Debug for Uploading<S, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Uploading")
            .field("taken", &self.taken)
            .field("in_flight", &self.in_flight.len())
            .finish_non_exhaustive()
    }
}

impl<S, K> Uploading<S, K>
where
    S: Stream<Item = (K, Record)>,
    K: Send + 'static,
{
    pub(crate) fn new(client: Client, records: S, options: Options) -> Self {
        Self {
            client,
            records: Some(Box::pin(records)),
            options,
            taken: 0,
            open: Kind::ALL.into_iter().map(Batch::new).collect(),
            ready: VecDeque::new(),
            in_flight: FuturesUnordered::new(),
            outcomes: VecDeque::new(),
            linger: None,
        }
    }

    /// Takes no further record; those that were taken are still sent, their outcomes come, then the stream ends.
    pub fn stop(&mut self) {
        self.records = None;
        self.flush();
    }

    fn most(&self, kind: Kind) -> usize {
        if kind == Kind::Tokens { self.options.tokens } else { self.options.records }
    }

    /// Checks a record and puts it into its batch.
    fn take(&mut self, key: K, record: &Record) {
        self.taken += 1;
        if let Err(error) = record.check_numbered(self.taken) {
            self.outcomes.push_back((key, RecordOutcome::NotSent(Arc::new(error))));
            return;
        }
        let kind = record.kind();
        let (most, budget) = (self.most(kind), self.options.bytes);
        let Some(open) = self.open.iter_mut().find(|batch| batch.kind == kind) else { return };
        let partner = self.client.partner_id().map(AsRef::as_ref);
        match open.write(key, budget, |body| record.write(partner, body)) {
            Written::Fits if open.is_full(most) => {
                let next = open.next();
                self.ready.push_back(std::mem::replace(open, next));
            }
            Written::Fits => {}
            Written::TooMuch(key, text) => self.put(kind, key, 0, &text),
            Written::Failed(key, error) => {
                let rejection = Rejection { code: None, message: error.to_string(), error: None };
                self.outcomes.push_back((key, RecordOutcome::Rejected(rejection)));
            }
        }
    }

    /// Puts a text into the batch of its kind, or into a new one.
    fn put(&mut self, kind: Kind, key: K, tries: u32, text: &[u8]) {
        let (most, budget) = (self.most(kind), self.options.bytes);
        let Some(open) = self.open.iter_mut().find(|batch| batch.kind == kind) else { return };
        if !open.fits(text.len(), most, budget) {
            let next = open.next();
            self.ready.push_back(std::mem::replace(open, next));
        }
        open.push(key, tries, text);
        if open.is_full(most) {
            let next = open.next();
            self.ready.push_back(std::mem::replace(open, next));
        }
    }

    /// Sends what is there, however little.
    fn flush(&mut self) {
        self.linger = None;
        for open in &mut self.open {
            if !open.is_empty() {
                let next = open.next();
                self.ready.push_back(std::mem::replace(open, next));
            }
        }
    }

    fn fill(&mut self, cx: &mut Context<'_>) {
        // Refused records are handed out before more are taken.
        while self.ready.len() + self.in_flight.len() < self.options.concurrency
            && self.outcomes.is_empty()
            && let Some(records) = &mut self.records
        {
            match records.as_mut().poll_next(cx) {
                Poll::Ready(Some((key, record))) => self.take(key, &record),
                Poll::Ready(None) => self.stop(),
                Poll::Pending => {
                    self.wait(cx);
                    return;
                }
            }
        }
    }

    /// Nothing is there to take: what is in open batches waits for a while.
    fn wait(&mut self, cx: &mut Context<'_>) {
        if self.open.iter().all(Batch::is_empty) {
            self.linger = None;
            return;
        }
        let clock = self.client.engine().clock();
        let linger = self.linger.get_or_insert_with(|| clock.sleep_until(clock.now() + self.options.linger));
        if linger.as_mut().poll(cx).is_ready() {
            self.flush();
        }
    }

    /// What has come to its end, as much as there is; none only when nothing more comes.
    pub(crate) fn poll_outcomes(&mut self, cx: &mut Context<'_>) -> Poll<&mut VecDeque<(K, RecordOutcome)>> {
        while self.outcomes.is_empty() {
            self.fill(cx);
            self.launch();
            if !self.outcomes.is_empty() {
                break;
            }
            match self.in_flight.poll_next_unpin(cx) {
                Poll::Ready(Some(done)) => self.settle(done),
                Poll::Ready(None) if self.records.is_none() && self.ready.is_empty() => break,
                Poll::Ready(None) | Poll::Pending => return Poll::Pending,
            }
        }
        Poll::Ready(&mut self.outcomes)
    }

    fn launch(&mut self) {
        while self.in_flight.len() < self.options.concurrency
            && let Some(batch) = self.ready.pop_front()
        {
            let client = self.client.clone();
            let Options { dry_run, repeat_unknown, .. } = self.options;
            self.in_flight.push(Box::pin(async move {
                let kind = batch.kind;
                let (body, entries) = batch.close();
                let sending = Sending { body: body.clone(), kind, dry_run, repeat_unknown };
                let result = client.engine().call(&sending).await;
                Done { kind, entries, body, result: result.map(afflux_core::response::Response::into_value) }
            }));
        }
    }

    fn settle(&mut self, done: Done<K>) {
        match done.result {
            Ok(answer) if answer::takes_all(done.entries.len(), &answer) => {
                let accepted = |entry: Entry<K>| (entry.key, RecordOutcome::Accepted);
                self.outcomes.extend(done.entries.into_iter().map(accepted));
            }
            Ok(answer) => {
                let verdicts = answer::verdicts(done.entries.len(), &answer);
                for (entry, verdict) in done.entries.into_iter().zip(verdicts) {
                    self.settle_one(done.kind, entry, verdict, &done.body);
                }
                // Nothing more comes to fill the batches of those that are tried again.
                if self.records.is_none() {
                    self.flush();
                }
            }
            Err(error) => {
                let error = Arc::new(error);
                for entry in done.entries {
                    self.outcomes.push_back((entry.key, whole(&error)));
                }
            }
        }
    }

    fn settle_one(&mut self, kind: Kind, entry: Entry<K>, verdict: Verdict, body: &Bytes) {
        let outcome = match verdict {
            Verdict::Accepted => RecordOutcome::Accepted,
            Verdict::Unclear => RecordOutcome::Unknown(Doubt { error: None }),
            // The vendor says that it did not take the record, by a fault of its own.
            Verdict::Rejected { code: Some(VENDOR_FAULT), .. } if entry.tries + 1 < self.options.tries => {
                let text = entry.text(body);
                self.put(kind, entry.key, entry.tries + 1, &text);
                return;
            }
            Verdict::Rejected { code, message } => {
                let message = self.client.engine().masker().text(&message).into_owned();
                RecordOutcome::Rejected(Rejection { code, message, error: None })
            }
        };
        self.outcomes.push_back((entry.key, outcome));
    }
}

/// What the error of a whole batch means for each of its records.
fn whole(error: &Arc<Error>) -> RecordOutcome {
    let error = Arc::clone(error);
    let status =
        error.status().filter(|status| !status.is_success()).map(|status| status.as_str().to_owned());
    let word = status.as_deref().or(error.vendor_code()).unwrap_or_default();
    match (error.delivery(), error.kind()) {
        // A 429 comes before any work, and what is wrong with credentials or address is not the record's fault.
        (Delivery::NotSent, _) | (Delivery::Answered, ErrorKind::RateLimited | ErrorKind::Unauthorized) => {
            RecordOutcome::NotSent(error)
        }
        (Delivery::Answered, ErrorKind::Refused) if matches!(word, "404" | "405") => {
            RecordOutcome::NotSent(error)
        }
        // A success that cannot be read is no refusal.
        (Delivery::Unknown, _) | (_, ErrorKind::Decode | ErrorKind::Unreadable) => {
            RecordOutcome::Unknown(Doubt { error: Some(error) })
        }
        (Delivery::Answered, _)
            if status.is_none()
                && !answer::refuses_all(
                    error.vendor_code(),
                    error.raw_body().map(Bytes::as_ref).unwrap_or_default(),
                ) =>
        {
            RecordOutcome::Unknown(Doubt { error: Some(error) })
        }
        (Delivery::Answered, _) => RecordOutcome::Rejected(Rejection {
            code: error.vendor_code().and_then(|code| code.parse().ok()),
            message: error.message().map_or_else(|| error.to_string(), str::to_owned),
            error: Some(error),
        }),
    }
}

impl<S, K> Stream for Uploading<S, K>
where
    S: Stream<Item = (K, Record)>,
    K: Send + 'static,
{
    type Item = (K, RecordOutcome);

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_outcomes(cx).map(VecDeque::pop_front)
    }
}

// Nothing inside is pinned in place: the records are in a box of their own.
impl<S, K> Unpin for Uploading<S, K> {}

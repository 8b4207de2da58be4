//! One row on its way: intent, call, outcome.

use std::cell::RefCell;

use jiff::Timestamp;
use serde_json::Value;

use super::{RejectedFile, RowJob, Sent};
use crate::{
    failure::Failure,
    journal::{Content, Record, RowKey, Settled, Writer},
};

/// A row on its way through the pass.
pub(super) struct Outgoing<T> {
    pub(super) key: RowKey,
    pub(super) line: u64,
    pub(super) content: Value,
    pub(super) thing: Option<Content>,
    /// An earlier run sent it and does not know what became of it.
    pub(super) lost: bool,
    /// `None`: it cannot be sent as it stands, and holds what comes after it.
    pub(super) item: Option<T>,
}

/// What a row came to.
pub(super) struct Landed {
    pub(super) line: u64,
    pub(super) thing: Option<Content>,
    pub(super) lost: bool,
    pub(super) repeatable: bool,
    /// The outcome, or the local fault that hid it.
    pub(super) came: Result<(Sent, Vec<String>), (Settled, Failure)>,
}

/// Sends one row: intent on the disk, call, reason in the rejected file, outcome in the journal.
pub(super) async fn send<J: RowJob>(
    job: &J,
    writer: &Writer,
    rejected: &RefCell<RejectedFile>,
    outgoing: Outgoing<J::Item>,
) -> Landed {
    let Outgoing { key, line, content, thing, lost, item } = outgoing;
    let repeatable = item.as_ref().is_some_and(|item| job.repeatable(item));
    let came = match item {
        Some(item) => journaled(job, writer, rejected, (key, line, content), &item).await,
        None => Ok((Sent::not_sent(), Vec::new())),
    };
    Landed { line, thing, lost, repeatable, came }
}

async fn journaled<J: RowJob>(
    job: &J,
    writer: &Writer,
    rejected: &RefCell<RejectedFile>,
    (key, line, content): (RowKey, u64, Value),
    item: &J::Item,
) -> Result<(Sent, Vec<String>), (Settled, Failure)> {
    let intent = Record::Intent { row: key, line, at: Timestamp::now() };
    writer.write(&intent).await.map_err(|failure| (Settled::NotSent, failure))?;
    let sent = job.send(item).await;
    let mut written = Ok(());
    if sent.settled == Settled::Rejected {
        written = rejected.borrow_mut().append(&sent.reason.entry(Some(key), line, &content));
    }
    let outcome = Record::Outcome {
        row: key,
        outcome: sent.settled,
        detail: sent.detail.clone(),
        at: Timestamp::now(),
    };
    match written.and(writer.write(&outcome).await) {
        Ok(()) => Ok((sent, job.secrets(item).to_vec())),
        Err(failure) => Err((sent.settled, failure)),
    }
}

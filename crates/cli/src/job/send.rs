//! Rows on their way: intents, call, outcomes.

use std::cell::RefCell;

use jiff::Timestamp;

use super::{RejectedFile, Row, RowJob, Sent};
use crate::{
    failure::Failure,
    journal::{Content, Record, RowKey, Settled, Writer},
};

/// A row on its way through the pass.
pub(super) struct Outgoing<T> {
    pub(super) key: RowKey,
    pub(super) row: Row,
    pub(super) thing: Option<Content>,
    /// An earlier run sent it and does not know what became of it.
    pub(super) lost: bool,
    pub(super) item: T,
}

/// What a row came to.
pub(super) struct LandedRow {
    pub(super) line: u64,
    pub(super) thing: Option<Content>,
    pub(super) lost: bool,
    pub(super) repeatable: bool,
    pub(super) sent: Sent,
    /// Whether the next run knows of it; without a call there is nothing to know.
    pub(super) recorded: bool,
    /// The values of it that must not be shown.
    pub(super) hidden: Vec<String>,
}

/// What rows that travelled together came to.
pub(super) struct Landed {
    pub(super) rows: Vec<LandedRow>,
    /// A local file that failed on the way.
    pub(super) fault: Option<Failure>,
}

/// Sends rows together: intents on the disk, call, reasons in the rejected file, outcomes in the journal.
pub(super) async fn send<J: RowJob>(
    job: &J,
    writer: &Writer,
    rejected: &RefCell<RejectedFile>,
    outgoing: Vec<Outgoing<J::Item>>,
) -> Landed {
    let (rows, items): (Vec<_>, Vec<_>) = outgoing
        .into_iter()
        .map(|Outgoing { key, row, thing, lost, item }| ((key, row, thing, lost), item))
        .unzip();
    let intents: Vec<Record> = rows
        .iter()
        .map(|(key, row, ..)| Record::Intent { row: *key, line: row.line, at: Timestamp::now() })
        .collect();
    let (mut sent, mut fault) = match writer.write(&intents).await {
        Ok(()) => (job.send_together(&items).await, None),
        Err(failure) => (items.iter().map(|_| Sent::not_sent()).collect(), Some(failure)),
    };
    let mut recorded = vec![true; items.len()];
    // A row that a job forgot may have arrived.
    sent.resize_with(items.len(), || Sent::plain(Settled::Unknown));
    if fault.is_none() {
        let mut written = Ok(());
        for (((key, row, ..), sent), recorded) in rows.iter().zip(&sent).zip(&mut recorded) {
            let refused = sent.settled == Settled::Rejected;
            if refused && written.is_ok() {
                written = rejected.borrow_mut().append(&sent.reason.entry(*key, row.line, &row.content()));
            }
            *recorded = refused && written.is_ok();
        }
        let outcomes: Vec<Record> = rows
            .iter()
            .zip(&sent)
            .map(|((key, ..), sent)| Record::Outcome {
                row: *key,
                outcome: sent.settled,
                detail: sent.detail.clone(),
                at: Timestamp::now(),
            })
            .collect();
        let noted = writer.write(&outcomes).await;
        for recorded in &mut recorded {
            *recorded |= noted.is_ok();
        }
        fault = noted.and(written).err();
    }
    let landed = rows.into_iter().zip(&items).zip(sent).zip(recorded).map(
        |((((_, row, thing, lost), item), sent), recorded)| LandedRow {
            line: row.line,
            thing,
            lost,
            repeatable: job.repeatable(item),
            sent,
            recorded,
            hidden: job.secrets(item).to_vec(),
        },
    );
    Landed { rows: landed.collect(), fault }
}

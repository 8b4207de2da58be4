//! The first pass over a file: every row is read, checked and looked up before anything is sent.

use std::collections::HashMap;

use serde_json::Value;

use super::{
    BadRow, Row, RowJob, Summary, Table, content,
    rejected::{Entries, Reason},
};
use crate::{
    failure::Failure,
    journal::{Content, Known, Occurrences, RowKey, Settled, Standing},
};

/// How many warnings are said one by one.
const SAID: usize = 10;

/// What is to be done.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    /// How many rows are to be sent.
    pub(crate) open: u64,
    /// What is settled already.
    pub(crate) summary: Summary,
    /// The rejected file as it should stand before anything is sent.
    pub(crate) rejected: Vec<String>,
    /// Rows that are rejected according to the rejected file, but not yet according to the journal.
    pub(crate) settle: Vec<(RowKey, Reason)>,
    /// What the person should know.
    pub(crate) notes: Vec<String>,
}

/// What a row is to the job.
pub(crate) enum Verdict<'a, T> {
    /// It may be sent.
    Send(RowKey, T),
    /// It was sent before.
    Settled(RowKey, &'a Known),
    /// It cannot be sent as it stands.
    Bad(RowKey, BadRow),
}

/// Looks a row up and checks it. Rows that were sent before are not checked again.
pub(crate) fn judge<'a, J: RowJob>(
    job: &J,
    rows: &'a HashMap<RowKey, Known>,
    occurrences: &mut Occurrences,
    row: Result<&Row, BadRow>,
) -> Verdict<'a, J::Item> {
    let row = match row {
        Ok(row) => row,
        Err(bad) => {
            // It can never have been sent; its key only tells it from other bad rows.
            let key = occurrences.key(Content::of([("not a row", bad.identity.as_str())]));
            return Verdict::Bad(key, bad);
        }
    };
    let key = occurrences.key(content(row));
    match rows.get(&key) {
        Some(known) if known.standing() != Standing::Open => Verdict::Settled(key, known),
        _ => match job.read(row) {
            Ok(item) => Verdict::Send(key, item),
            Err(bad) => Verdict::Bad(key, bad),
        },
    }
}

/// Reads the whole file.
pub(crate) fn plan<J: RowJob>(
    job: &J,
    table: &mut Table,
    rows: &HashMap<RowKey, Known>,
    written: &Entries,
) -> Result<Plan, Failure> {
    let mut plan = Plan::default();
    let mut occurrences = Occurrences::default();
    let mut seen_unknown = 0_u64;
    let mut warned = 0_usize;
    while let Some(row) = table.next()? {
        let (line, content) = match &row {
            Ok(row) => (row.line, row.content()),
            Err(bad) => (bad.line, Value::Null),
        };
        match judge(job, rows, &mut occurrences, row.as_ref().map_err(Clone::clone)) {
            Verdict::Send(_, item) => {
                plan.open += 1;
                for warning in job.warnings(&item) {
                    warned += 1;
                    plan.note(warned, format!("warning: line {line}: {warning}"));
                }
            }
            Verdict::Bad(key, bad) => {
                plan.summary.invalid += 1;
                plan.note(usize::try_from(plan.summary.invalid).unwrap_or(usize::MAX), bad.sentence());
                let reason = Reason {
                    text: bad.demand,
                    error_type: Some("invalid".to_owned()),
                    column: bad.column,
                    ..Reason::default()
                };
                plan.rejected.push(reason.entry(Some(key), bad.line, &bad.content));
            }
            Verdict::Settled(key, known) => {
                let standing = known.standing();
                seen_unknown += u64::from(standing == Standing::Unknown);
                plan.settled(key, known, line, &content, written);
            }
        }
    }
    let all = rows.values().filter(|known| known.standing() == Standing::Unknown).count();
    plan.summary.unknown_elsewhere = u64::try_from(all).unwrap_or(u64::MAX).saturating_sub(seen_unknown);
    for (count, what) in
        [(usize::try_from(plan.summary.invalid).unwrap_or(0), "invalid rows"), (warned, "warnings")]
    {
        if count > SAID {
            plan.notes.push(format!("... and {} more {what}", count - SAID));
        }
    }
    Ok(plan)
}

impl Plan {
    fn note(&mut self, number: usize, text: String) {
        if number <= SAID {
            self.notes.push(text);
        }
    }

    fn settled(&mut self, key: RowKey, known: &Known, line: u64, content: &Value, written: &Entries) {
        let entry = written.get(&key);
        match known.standing() {
            Standing::Delivered => {
                self.summary.count(line, Settled::Delivered);
                self.summary.delivered_before += 1;
            }
            Standing::Rejected => {
                self.summary.count(line, Settled::Rejected);
                let remembered = || Reason::remembered(&known.detail).entry(Some(key), line, content);
                self.rejected.push(entry.cloned().unwrap_or_else(remembered));
            }
            // The program was killed between the two files: the vendor's answer is in the one.
            Standing::Unknown if entry.is_some_and(|entry| is_refusal(entry)) => {
                self.summary.count(line, Settled::Rejected);
                if let Some(entry) = entry {
                    self.rejected.push(entry.clone());
                    self.settle.push((key, reason_of(entry)));
                }
            }
            Standing::Unknown | Standing::Open => self.summary.count(line, Settled::Unknown),
        }
    }
}

/// Whether an entry of the rejected file tells of a vendor's answer, and not of a row that could not be sent.
fn is_refusal(entry: &str) -> bool {
    reason_of(entry).status.is_some()
}

fn reason_of(entry: &str) -> Reason {
    let entry: Value = serde_json::from_str(entry).unwrap_or_default();
    let text = |name: &str| entry.get(name).and_then(Value::as_str).map(str::to_owned);
    Reason {
        text: text("reason").unwrap_or_default(),
        error_type: text("error_type"),
        column: text("column"),
        status: entry.get("status").and_then(Value::as_u64).and_then(|status| u16::try_from(status).ok()),
        id: text("id"),
    }
}

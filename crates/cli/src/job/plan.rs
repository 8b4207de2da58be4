//! The first pass over a file: every row is read, checked and looked up before anything is sent.

use std::collections::HashMap;

use serde_json::Value;

use super::{
    BadRow, Order, Row, RowJob, Source, Summary,
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
    /// Rows that are rejected according to the rejected file, but not yet according to the journal.
    pub(crate) settle: Vec<(RowKey, Reason)>,
    /// What the person should know.
    pub(crate) notes: Vec<String>,
}

/// Which rows a person wants sent.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Rules {
    /// A row that is equal to one before it is not sent.
    pub(crate) refuse_duplicates: bool,
    /// Rows that the vendor refused in an earlier run are sent again.
    pub(crate) retry_rejected: bool,
}

/// What earlier runs left behind, and what is to be done about it.
#[derive(Clone, Copy)]
pub(crate) struct Past<'a> {
    /// What the journal says.
    pub(crate) rows: &'a HashMap<RowKey, Known>,
    /// What the rejected file says.
    pub(crate) written: &'a Entries,
    /// What was sent of the things that rows are about.
    pub(crate) order: &'a Order,
    /// What the person wants.
    pub(crate) rules: Rules,
}

/// What a row is to the job.
pub(crate) enum Verdict<'a, T> {
    /// It may be sent.
    Send {
        key: RowKey,
        item: T,
        /// An earlier run sent it and does not know what became of it.
        lost: bool,
    },
    /// It was sent before.
    Settled(RowKey, &'a Known),
    /// It cannot be sent as it stands.
    Bad(RowKey, BadRow),
}

/// Looks a row up and checks it. Rows that were sent before are not checked again, unless they may be sent again.
pub(crate) fn judge<'a, J: RowJob>(
    job: &J,
    past: Past<'a>,
    occurrences: &mut Occurrences,
    row: Result<&Row, BadRow>,
) -> Verdict<'a, J::Item> {
    let row = match row {
        Ok(row) => row,
        Err(bad) => {
            // It can never have been sent; its key only tells it from other bad rows.
            let key = occurrences.key(Content::of([("not a row", bad.content.as_str())]));
            return Verdict::Bad(key, bad);
        }
    };
    let key = occurrences.key(row.key());
    match past.rows.get(&key).map(|known| (known, known.standing())) {
        Some((known, Standing::Delivered)) => Verdict::Settled(key, known),
        Some((known, Standing::Rejected)) if !past.rules.retry_rejected => Verdict::Settled(key, known),
        Some((known, Standing::Unknown)) => {
            // The program may have been killed between the two files: the vendor's answer is in the one.
            let answered = past.written.get(&key).is_some_and(|entry| is_refusal(entry));
            match job.read(row) {
                Ok(item)
                    if !answered
                        && (job.repeatable(&item) || job.repeat_is_asked(known.detail()))
                        && past.order.sent_after(job, row).is_none() =>
                {
                    Verdict::Send { key, item, lost: true }
                }
                _ => Verdict::Settled(key, known),
            }
        }
        Some((_, Standing::Open)) | None if past.rules.refuse_duplicates && key.occurrence > 0 => {
            Verdict::Bad(key, row.bad(None, "is equal to a row before it"))
        }
        Some((_, Standing::Open | Standing::Rejected)) | None => {
            match (job.read(row), past.order.sent_after(job, row)) {
                (Ok(item), None) => Verdict::Send { key, item, lost: false },
                (Err(bad), _) => Verdict::Bad(key, bad),
                (Ok(_), Some(line)) => {
                    let demand = format!(
                        "comes before line {line}, which is about the same {} and was sent already: sending it now would \
                     undo what came later",
                        job.thing_is()
                    );
                    Verdict::Bad(key, row.bad(None, demand))
                }
            }
        }
    }
}

/// Reads the whole file. What should stand in the rejected file before anything is sent goes to `keep`, entry by entry.
pub(crate) fn plan<J: RowJob>(
    job: &J,
    source: &mut Source,
    past: Past<'_>,
    keep: &mut dyn FnMut(&str) -> Result<(), Failure>,
) -> Result<Plan, Failure> {
    let mut plan = Plan::default();
    let mut occurrences = Occurrences::default();
    let mut seen_unknown = 0_u64;
    let mut warned = 0_usize;
    while let Some(row) = source.next()? {
        let line = match &row {
            Ok(row) => row.line,
            Err(bad) => bad.line,
        };
        match judge(job, past, &mut occurrences, row.as_ref().map_err(Clone::clone)) {
            Verdict::Send { item, lost, .. } => {
                plan.open += 1;
                seen_unknown += u64::from(lost);
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
                keep(&reason.entry(key, bad.line, &bad.content))?;
            }
            Verdict::Settled(key, known) => {
                let standing = known.standing();
                seen_unknown += u64::from(standing == Standing::Unknown);
                if let Some(entry) = plan.settled(key, known, row.as_ref().ok(), past.written) {
                    keep(&entry)?;
                }
            }
        }
    }
    let all = past.rows.values().filter(|known| known.standing() == Standing::Unknown).count();
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

    /// Counts a row that is not sent again, and hands out its entry in the rejected file if it has one.
    fn settled(
        &mut self,
        key: RowKey,
        known: &Known,
        row: Option<&Row>,
        written: &Entries,
    ) -> Option<String> {
        let line = row.map_or(known.line, |row| row.line);
        let entry = written.get(&key);
        match known.standing() {
            Standing::Delivered => {
                self.summary.count(line, Settled::Delivered);
                self.summary.delivered_before += 1;
                None
            }
            Standing::Rejected => {
                self.summary.count(line, Settled::Rejected);
                let content = || row.map_or_else(|| "null".to_owned(), Row::content);
                let remembered = || Reason::remembered(known.detail()).entry(key, line, &content());
                Some(entry.cloned().unwrap_or_else(remembered))
            }
            // The program was killed between the two files: the vendor's answer is in the one.
            Standing::Unknown if entry.is_some_and(|entry| is_refusal(entry)) => {
                self.summary.count(line, Settled::Rejected);
                self.settle.extend(entry.map(|entry| (key, reason_of(entry))));
                entry.cloned()
            }
            Standing::Unknown | Standing::Open => {
                self.summary.count(line, Settled::Unknown);
                None
            }
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

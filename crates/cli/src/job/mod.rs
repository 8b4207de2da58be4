//! A job over the rows of a file: journal, rejected file, concurrency, progress, summary. It knows no vendor.

mod dry_run;
mod order;
mod plan;
mod progress;
mod rejected;
mod report;
mod run;
mod send;
mod summary;
mod table;

use std::path::{Path, PathBuf};

use afflux_core::{Delivery, Error, ErrorKind};

pub(crate) use self::{
    dry_run::dry_run,
    order::Order,
    plan::{Past, plan},
    rejected::{Reason, RejectedFile},
    run::run,
    summary::Summary,
    table::{BadRow, Row, Table},
};
use crate::{
    failure::Failure,
    journal::{Content, Detail, Settled, beside},
};

/// What a vendor's job does with a row.
pub(crate) trait RowJob {
    /// A row that can be sent.
    type Item;

    /// Whether rows belong to things whose rows must go one after the other; see [`RowJob::thing`].
    const ORDERED: bool = false;

    /// The job's name: `irev push`. A journal belongs to one job.
    fn name(&self) -> &'static str;

    /// The vendor's address.
    fn target(&self) -> String;

    /// The host in it, for people.
    fn host(&self) -> String;

    /// What the rows are called: `leads`.
    fn things(&self) -> &'static str;

    /// What is done with them.
    fn verb(&self) -> &'static str {
        "push"
    }

    /// Whether a file with these columns can be worked on at all.
    fn check_columns(&self, columns: &[String]) -> Result<(), String>;

    /// The row as something that can be sent, or what is wrong with it.
    fn read(&self, row: &Row) -> Result<Self::Item, BadRow>;

    /// What will happen to the row without being an error.
    fn warnings(&self, item: &Self::Item) -> Vec<String>;

    /// The values of it that must not be shown.
    fn secrets<'a>(&self, item: &'a Self::Item) -> &'a [String];

    /// What a row is about, where it matters in which order the rows about it arrive. They are sent in the file's
    /// order, one after the other, and none before the one ahead of it is settled.
    fn thing(&self, _row: &Row) -> Option<Content> {
        None
    }

    /// Whether sending it twice is harmless, so that it is sent again where an earlier run does not know what became of
    /// it.
    fn repeatable(&self, _item: &Self::Item) -> bool {
        false
    }

    /// The same item, of which an earlier run's sending may have arrived.
    fn again(&self, item: Self::Item) -> Self::Item {
        item
    }

    /// Sends it.
    async fn send(&self, item: &Self::Item) -> Sent;
}

/// The content of a row, by which journals know it.
pub(crate) fn content(row: &Row) -> Content {
    Content::of(row.values())
}

/// What became of a row that was sent.
#[derive(Debug)]
pub(crate) struct Sent {
    /// In a word.
    pub(crate) settled: Settled,
    /// In detail, for the journal.
    pub(crate) detail: Detail,
    /// Why it was rejected, for the rejected file.
    pub(crate) reason: Reason,
    /// The error, for the person.
    pub(crate) error: Option<Error>,
}

impl Sent {
    /// The vendor has it under this id.
    pub(crate) fn delivered(id: impl Into<String>) -> Self {
        let detail = Detail { id: Some(id.into()), status: Some(200), ..Detail::default() };
        Self { settled: Settled::Delivered, detail, reason: Reason::default(), error: None }
    }

    /// Nothing of it left.
    pub(crate) fn not_sent() -> Self {
        Self { settled: Settled::NotSent, detail: Detail::default(), reason: Reason::default(), error: None }
    }

    /// The vendor said no for good.
    pub(crate) fn rejected(reason: Reason) -> Self {
        let detail = Detail {
            id: reason.id.clone(),
            code: reason.error_type.as_deref().and_then(Detail::word),
            status: reason.status,
            found_as: None,
        };
        Self { settled: Settled::Rejected, detail, reason, error: None }
    }

    /// The call failed. Only a refusal with one of `judging` statuses is about the row; any other is about the call
    /// (a wrong token, a wrong address, too many calls), and the row may be sent again.
    pub(crate) fn failed(error: Error, judging: &[u16]) -> Self {
        let status = error.status().map(|status| status.as_u16());
        let settled = match (error.delivery(), error.kind()) {
            (Delivery::NotSent, _) => Settled::NotSent,
            (Delivery::Unknown, _) => Settled::Unknown,
            (Delivery::Answered, ErrorKind::Refused)
                if status.is_some_and(|status| judging.contains(&status)) =>
            {
                Settled::Rejected
            }
            (Delivery::Answered, _) => Settled::Deferred,
        };
        let reason = Reason {
            text: error.message().map_or_else(|| error.to_string(), str::to_owned),
            error_type: error.vendor_code().map(str::to_owned),
            column: error.field().map(str::to_owned),
            status,
            id: None,
        };
        let detail =
            Detail { id: None, code: error.vendor_code().and_then(Detail::word), status, found_as: None };
        Self { settled, detail, reason, error: Some(error) }
    }

    /// Whether every further row would meet the same.
    fn stops_everything(&self) -> bool {
        let kind = self.error.as_ref().map(Error::kind);
        self.settled == Settled::Deferred && kind != Some(ErrorKind::RateLimited)
            || kind == Some(ErrorKind::Configuration)
    }
}

/// The files of a job.
#[derive(Debug, Clone)]
pub(crate) struct Files {
    /// The rows.
    pub(crate) rows: PathBuf,
    /// What was sent.
    pub(crate) journal: PathBuf,
    /// What was refused.
    pub(crate) rejected: PathBuf,
}

impl Files {
    /// The files that go with a file of rows. Behind a link it is the file itself that counts: whatever name it is
    /// called by, its rows are sent once.
    pub(crate) fn of(file: &Path) -> Result<Self, Failure> {
        let failed = |error| Failure::file(format!("opening {}", file.display()), &error);
        let linked = std::fs::symlink_metadata(file).map_err(failed)?.file_type().is_symlink();
        let rows = if linked { std::fs::canonicalize(file).map_err(failed)? } else { file.to_owned() };
        Ok(Self { journal: beside(&rows, ".journal"), rejected: beside(&rows, ".rejected.jsonl"), rows })
    }
}

/// What a person can set.
#[derive(Debug, Clone)]
pub(crate) struct Options {
    /// How many rows are in flight at once.
    pub(crate) concurrency: usize,
    /// The command that goes on from here.
    pub(crate) again: String,
    /// The command that looks for rows whose outcome is unknown.
    pub(crate) reconcile: Option<String>,
}

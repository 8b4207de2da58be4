//! A job over the rows of a file: journal, rejected file, concurrency, progress, summary. It knows no vendor.

mod dry_run;
mod gather;
mod lines;
mod order;
mod plan;
mod progress;
mod rejected;
mod report;
mod row;
mod run;
mod send;
mod sent;
mod source;
mod summary;
mod table;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

pub(crate) use self::{
    dry_run::dry_run,
    order::Order,
    plan::{Past, Rules, plan},
    progress::Progress,
    rejected::{Reason, RejectedFile},
    row::{BadRow, Row},
    run::run,
    sent::Sent,
    source::{Form, Source},
    summary::Summary,
    table::Table,
};
use crate::{
    disk::{Disk, Local, beside},
    failure::Failure,
    journal::{Content, Detail},
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

    /// Whether a file with these columns can be worked on at all. A file whose rows name their own values has none.
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

    /// What [`RowJob::thing`] is, in a word.
    fn thing_is(&self) -> &'static str {
        "thing"
    }

    /// Whether sending it twice is harmless, so that it is sent again where an earlier run does not know what became of
    /// it.
    fn repeatable(&self, _item: &Self::Item) -> bool {
        false
    }

    /// Whether the vendor asks for a repeat after this outcome, which is unknown.
    fn repeat_is_asked(&self, _last: &Detail) -> bool {
        false
    }

    /// The same item, of which an earlier run's sending may have arrived.
    fn again(&self, item: Self::Item) -> Self::Item {
        item
    }

    /// With which others it may travel.
    fn together(&self, _item: &Self::Item) -> Together {
        Together::ALONE
    }

    /// Sends it.
    async fn send(&self, item: &Self::Item) -> Sent;

    /// Sends items that travel together; an outcome for each, in their order.
    async fn send_together(&self, items: &[Self::Item]) -> Vec<Sent> {
        let mut sent = Vec::with_capacity(items.len());
        for item in items {
            sent.push(self.send(item).await);
        }
        sent
    }
}

/// How an item travels.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Together {
    /// Only items of the same kind travel together.
    pub(crate) kind: &'static str,
    /// How many of the kind at most.
    pub(crate) rows: usize,
    /// How heavy it is.
    pub(crate) bytes: usize,
}

impl Together {
    /// By itself.
    pub(crate) const ALONE: Self = Self { kind: "", rows: 1, bytes: 0 };
}

/// Refuses a file whose columns the job cannot work with.
fn check_columns<J: RowJob>(job: &J, files: &Files, source: &Source) -> Result<(), Failure> {
    let Some(columns) = source.columns() else { return Ok(()) };
    job.check_columns(columns)
        .map_err(|why| Failure::usage(format!("{}, line 1: {why}", files.rows.display())))
}

/// The files of a job.
#[derive(Debug, Clone)]
pub(crate) struct Files {
    /// The rows.
    pub(crate) rows: PathBuf,
    /// What their file looks like.
    pub(crate) form: Form,
    /// What was sent.
    pub(crate) journal: PathBuf,
    /// What was refused.
    pub(crate) rejected: PathBuf,
    /// Where the last two are written.
    pub(crate) disk: Arc<dyn Disk>,
}

impl Files {
    /// The files that go with a file of rows. Behind a link it is the file itself that counts: whatever name it is
    /// called by, its rows are sent once.
    pub(crate) fn of(file: &Path, form: Form) -> Result<Self, Failure> {
        let failed = |error| Failure::file(format!("opening {}", file.display()), &error);
        let linked = std::fs::symlink_metadata(file).map_err(failed)?.file_type().is_symlink();
        let rows = if linked { std::fs::canonicalize(file).map_err(failed)? } else { file.to_owned() };
        Ok(Self {
            journal: beside(&rows, ".journal"),
            rejected: beside(&rows, ".rejected.jsonl"),
            rows,
            form,
            disk: Arc::new(Local),
        })
    }
}

/// What a person can set.
#[derive(Debug, Clone)]
pub(crate) struct Options {
    /// How many calls are in flight at once.
    pub(crate) concurrency: usize,
    /// Which rows are sent.
    pub(crate) rules: Rules,
    /// The command that goes on from here.
    pub(crate) again: String,
    /// The command that looks for rows whose outcome is unknown.
    pub(crate) reconcile: Option<String>,
}

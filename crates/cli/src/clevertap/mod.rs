//! CleverTap's jobs.

mod attribute;
mod export;
mod query;
mod reads;
mod upload;

use std::path::Path;

use afflux_core::Error;

use crate::{
    args::{CleverTap, FileJob},
    console::Console,
    failure::Failure,
    interrupt::Interrupt,
    job::{BadRow, Options, Row, Rules},
    vendors::Access,
};

/// Runs one of CleverTap's commands.
pub(crate) async fn run(
    command: CleverTap,
    access: &Access<'_>,
    console: Console,
    interrupt: Interrupt,
) -> Result<(), Failure> {
    match command {
        CleverTap::Attribute(attribute) => attribute::run(&attribute, access, console, &interrupt).await,
        CleverTap::Upload(upload) => upload::run(&upload, access, console, &interrupt).await,
        CleverTap::Events(export) => export::events(&export, access, console, interrupt).await,
        CleverTap::Profiles(export) => export::profiles(&export, access, console, interrupt).await,
        CleverTap::Profile(profile) => reads::profile(&profile, access, console, &interrupt).await,
        CleverTap::Counts(counts) => reads::counts(&counts, access, console, interrupt).await,
    }
}

/// Whether a file's name says that it holds JSON lines.
fn is_json_lines(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "jsonl" || extension == "ndjson")
}

/// What a person said about a file job.
fn options(job: &FileJob, command: &str, concurrency: u16) -> Options {
    Options {
        concurrency: usize::from(concurrency),
        rules: Rules { refuse_duplicates: job.refuse_duplicates, retry_rejected: job.retry_rejected },
        again: format!("afflux clevertap {command} {}", job.file.display()),
        reconcile: None,
    }
}

/// A row that the client refuses.
fn bad(row: &Row, error: &Error) -> BadRow {
    let field = error.field().unwrap_or_default();
    let text = error.to_string();
    let demand = text.split_once(&format!("`{field}` ")).map_or(text.as_str(), |(_, demand)| demand);
    // What follows is about a call, and there is none yet.
    let demand = demand.split_once(". attempts: ").map_or(demand, |(demand, _)| demand);
    row.bad(Some(field).filter(|field| !field.is_empty()), demand)
}

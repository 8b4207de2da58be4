//! A job without its calls.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::{Files, Order, Past, RejectedFile, RowJob, Rules, Source, check_columns, plan};
use crate::{console::Console, exit::Exit, failure::Failure, journal::Journal};

/// Checks every row and says what would be sent; no file is written.
pub(crate) fn dry_run<J: RowJob>(
    job: &J,
    files: &Files,
    rules: Rules,
    console: Console,
) -> Result<(), Failure> {
    let mut source = Source::open(files)?;
    check_columns(job, files, &source)?;
    let journal = if files.journal.exists() {
        Some(Journal::open(&*files.disk, &files.journal, job.name())?)
    } else {
        None
    };
    let none = HashMap::new();
    let rows = journal.as_ref().map_or(&none, Journal::rows);
    let written = RejectedFile::new(&files.disk, files.rejected.clone()).read()?;
    let order = Order::read(job, files, rows)?;
    let past = Past { rows, written: &written, order: &order, rules };
    let plan = plan(job, &mut source, past, &mut |_| Ok(()))?;
    for note in &plan.notes {
        console.say(note);
    }
    let line = format!(
        "would {} {} to {}   delivered before {}   rejected before {}   invalid {}   unknown {}",
        job.verb(),
        plan.open,
        job.target(),
        plan.summary.delivered,
        plan.summary.rejected,
        plan.summary.invalid,
        plan.summary.unknown
    );
    let mut members: Map<String, Value> = plan.summary.members(&files.rows, &files.rejected, &files.journal);
    members.insert(format!("would_{}", job.verb()), Value::from(plan.open));
    members.insert("dry_run".to_owned(), Value::from(true));
    members.insert("rows".to_owned(), Value::from(plan.summary.rows() + plan.open));
    let exit = plan.summary.exit();
    if exit == Exit::Done {
        members.insert("exit_code".to_owned(), Value::from(0));
        return console.line(if console.json { Value::Object(members).to_string() } else { line });
    }
    if !console.json {
        console.line(&line)?;
    }
    Err(Failure::rows(exit, &line, members))
}

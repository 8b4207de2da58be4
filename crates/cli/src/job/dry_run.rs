//! A job without its calls.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::{Files, Order, Past, RejectedFile, RowJob, Table, plan};
use crate::{console::Console, exit::Exit, failure::Failure, journal::Journal};

/// Checks every row and says what would be sent; no file is written.
pub(crate) fn dry_run<J: RowJob>(job: &J, files: &Files, console: Console) -> Result<(), Failure> {
    let mut table = Table::open(&files.rows)?;
    job.check_columns(table.columns())
        .map_err(|why| Failure::usage(format!("{}, line 1: {why}", files.rows.display())))?;
    let journal =
        if files.journal.exists() { Some(Journal::open(&files.journal, job.name())?) } else { None };
    let none = HashMap::new();
    let rows = journal.as_ref().map_or(&none, Journal::rows);
    let written = RejectedFile::new(files.rejected.clone()).read()?;
    let order = Order::read(job, &files.rows, rows)?;
    let plan = plan(job, &mut table, Past { rows, written: &written, order: &order })?;
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

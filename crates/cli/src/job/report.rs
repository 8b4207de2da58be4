//! What the person hears before and after a job.

use serde_json::Value;

use super::{Files, Options, RowJob, Summary};
use crate::{console::Console, exit::Exit, failure::Failure, interrupt::Interrupt, journal::Journal};

/// Says what became of the file.
pub(super) fn report(
    files: &Files,
    options: &Options,
    console: Console,
    interrupt: &Interrupt,
    finished: Result<(), Failure>,
    summary: &Summary,
) -> Result<(), Failure> {
    let line = summary.line(&files.rejected, &options.again, options.reconcile.as_deref());
    let members = summary.members(&files.rows, &files.rejected, &files.journal);
    if !console.json {
        // The files say it all as well; a reader that has gone away changes no outcome.
        let _ = console.line(&line);
    }
    // A local fault outweighs what became of single rows.
    finished.map_err(|failure| with_members(failure, summary, &members))?;
    let exit = if interrupt.is_set() { Exit::Interrupted } else { summary.exit() };
    if exit == Exit::Done {
        if console.json {
            let mut object = members;
            object.insert("exit_code".to_owned(), Value::from(0));
            return console.line(Value::Object(object));
        }
        return Ok(());
    }
    Err(Failure::rows(exit, &line, members))
}

fn with_members(
    mut failure: Failure,
    summary: &Summary,
    members: &serde_json::Map<String, Value>,
) -> Failure {
    // What a local file did says nothing of the calls that were made before.
    if summary.unknown > 0 || !summary.unrecorded_lines.is_empty() {
        failure.set("delivery", Value::from("unknown"));
    } else if summary.delivered + summary.rejected > 0 {
        failure.set("delivery", Value::from("answered"));
    }
    for (name, value) in members {
        failure.set(name, value.clone());
    }
    failure
}

/// Says what is odd about the journal.
pub(super) fn notes_on_journal<J: RowJob>(journal: &Journal, job: &J, summary: &Summary, console: Console) {
    if journal.dropped() > 0 {
        console.say("note: the journal ended in half a record, which was being written when the program ended; it was dropped");
    }
    let target = job.target();
    if let Some(other) = journal.targets().iter().find(|other| **other != target) {
        console.say(format!(
            "warning: rows of this file were sent to {other} before; what was settled there is not sent to {target}"
        ));
    }
    if summary.unknown_elsewhere > 0 {
        console.say(format!(
            "warning: {} rows of an earlier version of this file have an unknown outcome and are not in it any more",
            summary.unknown_elsewhere
        ));
    }
}

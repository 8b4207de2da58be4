//! The second pass: rows go out, several at once, each behind its intent.

use std::{cell::RefCell, collections::HashMap};

use afflux_core::ErrorKind;
use futures_util::{StreamExt, stream::FuturesUnordered};
use jiff::Timestamp;
use serde_json::Value;

use super::{
    Files, Options, RejectedFile, RowJob, Sent, Summary, Table,
    plan::{Verdict, judge, plan},
    progress::Progress,
};
use crate::{
    console::Console,
    exit::Exit,
    failure::Failure,
    interrupt::Interrupt,
    journal::{Journal, Known, Occurrences, Record, RowKey, Settled, Writer},
    secrets,
};

/// After so many rows in a row that found no connection, the vendor is taken to be away.
const AWAY: u32 = 10;

/// How many errors are said one by one.
const SAID: u32 = 5;

/// Sends the rows of a file that are not settled yet, and says what became of every line.
pub(crate) async fn run<J: RowJob>(
    job: &J,
    files: &Files,
    options: &Options,
    console: Console,
    interrupt: &Interrupt,
) -> Result<(), Failure> {
    let table = Table::open(&files.rows)?;
    job.check_columns(table.columns())
        .map_err(|why| Failure::usage(format!("{}, line 1: {why}", files.rows.display())))?;
    let journal = Journal::open(&files.journal, job.name())?;
    let (finished, summary) = pass(job, files, options, console, interrupt, table, journal).await?;
    report(files, options, console, interrupt, finished, &summary)
}

/// Both passes. What comes back first is whether local files held; the rows are accounted for either way.
async fn pass<J: RowJob>(
    job: &J,
    files: &Files,
    options: &Options,
    console: Console,
    interrupt: &Interrupt,
    mut table: Table,
    journal: Journal,
) -> Result<(Result<(), Failure>, Summary), Failure> {
    let mut rejected = RejectedFile::new(files.rejected.clone());
    let plan = plan(job, &mut table, journal.rows(), &rejected.read()?)?;
    for note in &plan.notes {
        console.say(note);
    }
    notes_on_journal(&journal, job, &plan.summary, console);
    rejected.replace(&plan.rejected)?;
    let (rows, writer) = journal.begin(job.name(), &job.target(), Timestamp::now())?;
    for (row, reason) in plan.settle {
        let Sent { settled, detail, .. } = Sent::rejected(reason);
        writer.write(&Record::Outcome { row, outcome: settled, detail, at: Timestamp::now() }).await?;
    }
    let what = format!("{} {} {} to {}", verb(job.name()), plan.open, job.things(), job.host());
    let progress = Progress::start(console, what, plan.open);
    let mut pass = Pass {
        job,
        writer: &writer,
        rejected: RefCell::new(rejected),
        rows,
        summary: plan.summary,
        console,
        progress,
        said: 0,
        away: 0,
        stop: None,
    };
    let sent = pass.send_all(Table::open(&files.rows)?, options.concurrency, interrupt.clone()).await;
    pass.progress.finish();
    let Pass { summary, .. } = pass;
    let closed = writer.close().await;
    Ok((sent.and(closed), summary))
}

/// Says what became of the file.
fn report(
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
    finished.map_err(|failure| with_members(failure, &members))?;
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

fn with_members(mut failure: Failure, members: &serde_json::Map<String, Value>) -> Failure {
    for (name, value) in members {
        failure.set(name, value.clone());
    }
    failure
}

fn verb(name: &str) -> String {
    format!("{}ing", name.rsplit(' ').next().unwrap_or(name))
}

fn notes_on_journal<J: RowJob>(journal: &Journal, job: &J, summary: &Summary, console: Console) {
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

/// The pass while it runs.
struct Pass<'a, J: RowJob> {
    job: &'a J,
    writer: &'a Writer,
    rejected: RefCell<RejectedFile>,
    rows: HashMap<RowKey, Known>,
    summary: Summary,
    console: Console,
    progress: Progress,
    said: u32,
    away: u32,
    /// What the rows that are not sent any more count as, when none is sent any more.
    stop: Option<Settled>,
}

/// A row that is to be sent.
struct Outgoing<T> {
    key: RowKey,
    line: u64,
    content: Value,
    item: T,
}

impl<J: RowJob> Pass<'_, J> {
    async fn send_all(
        &mut self,
        mut table: Table,
        concurrency: usize,
        mut interrupt: Interrupt,
    ) -> Result<(), Failure> {
        let (job, writer) = (self.job, self.writer);
        let rejected = std::mem::replace(&mut self.rejected, RefCell::new(RejectedFile::new("".into())));
        let mut occurrences = Occurrences::default();
        let mut flying = FuturesUnordered::new();
        let mut fault: Option<Failure> = None;
        let mut at_end = false;
        loop {
            while !at_end && flying.len() < concurrency.max(1) {
                match self.next(&mut table, &mut occurrences) {
                    Err(failure) => {
                        // What is in flight still lands.
                        fault.get_or_insert(failure);
                        at_end = true;
                    }
                    Ok(None) => at_end = true,
                    Ok(Some(_)) if fault.is_some() || interrupt.is_set() => self.leave(Settled::NotSent),
                    Ok(Some(_)) if self.stop.is_some() => self.leave(self.stop.unwrap_or(Settled::NotSent)),
                    Ok(Some(outgoing)) => flying.push(send(job, writer, &rejected, outgoing)),
                }
            }
            if flying.is_empty() {
                break;
            }
            let landed = tokio::select! {
                landed = flying.next() => landed,
                () = interrupt.wait(), if !interrupt.is_set() => continue,
            };
            match landed {
                None => {}
                Some((line, Ok((sent, secrets)))) => self.landed(line, &sent, &secrets),
                Some((line, Err((settled, failure)))) => {
                    self.summary.count(line, settled);
                    fault.get_or_insert(failure);
                }
            }
        }
        fault.map_or(Ok(()), Err)
    }

    /// The next row that is to be sent. What the first pass has counted is passed over.
    fn next(
        &mut self,
        table: &mut Table,
        occurrences: &mut Occurrences,
    ) -> Result<Option<Outgoing<J::Item>>, Failure> {
        while let Some(row) = table.next()? {
            let (line, content) = match &row {
                Ok(row) => (row.line, row.content()),
                Err(bad) => (bad.line, Value::Null),
            };
            if let Verdict::Send(key, item) =
                judge(self.job, &self.rows, occurrences, row.as_ref().map_err(Clone::clone))
            {
                return Ok(Some(Outgoing { key, line, content, item }));
            }
        }
        Ok(None)
    }

    /// A row that is not sent because the pass is ending.
    fn leave(&mut self, settled: Settled) {
        self.summary.count(0, settled);
    }

    fn landed(&mut self, line: u64, sent: &Sent, hidden: &[String]) {
        self.summary.count(line, sent.settled);
        self.progress.tick();
        let kind = sent.error.as_ref().map(afflux_core::Error::kind);
        self.away = if kind == Some(ErrorKind::Connect) { self.away + 1 } else { 0 };
        let speaks = matches!(sent.settled, Settled::Unknown | Settled::NotSent | Settled::Deferred);
        if let Some(error) = sent.error.as_ref().filter(|_| speaks) {
            self.said += 1;
            match self.said {
                said if said <= SAID => {
                    let text = format!("line {line}: {error:#}");
                    self.progress.say(self.console, &secrets::without(&text, hidden));
                }
                said if said == SAID + 1 => {
                    self.progress.say(self.console, "... further errors are not shown");
                }

                _ => {}
            }
        }
        if self.stop.is_none() && (sent.stops_everything() || self.away >= AWAY) {
            self.stop =
                Some(if sent.settled == Settled::Deferred { Settled::Deferred } else { Settled::NotSent });
            self.progress.say(self.console, "every further row would meet the same; they are not sent now");
        }
    }
}

/// What a row came to: its line, and the outcome or the local fault that hid it.
type Landed = (u64, Result<(Sent, Vec<String>), (Settled, Failure)>);

/// Sends one row: intent on the disk, call, reason in the rejected file, outcome in the journal.
async fn send<J: RowJob>(
    job: &J,
    writer: &Writer,
    rejected: &RefCell<RejectedFile>,
    outgoing: Outgoing<J::Item>,
) -> Landed {
    let Outgoing { key, line, content, item } = outgoing;
    let intent = Record::Intent { row: key, line, at: Timestamp::now() };
    if let Err(failure) = writer.write(&intent).await {
        return (line, Err((Settled::NotSent, failure)));
    }
    let sent = job.send(&item).await;
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
        Ok(()) => (line, Ok((sent, job.secrets(&item).to_vec()))),
        Err(failure) => (line, Err((sent.settled, failure))),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::{
        job::{BadRow, Row},
        journal::played::Disk,
    };

    /// A job that counts what it sends and looks into the journal before each.
    struct Counting {
        disk: Disk,
        sent: Cell<usize>,
    }

    impl RowJob for Counting {
        type Item = String;

        fn name(&self) -> &'static str {
            "test send"
        }

        fn target(&self) -> String {
            "https://a.example/v1".to_owned()
        }

        fn host(&self) -> String {
            "a.example".to_owned()
        }

        fn things(&self) -> &'static str {
            "rows"
        }

        fn check_columns(&self, _columns: &[String]) -> Result<(), String> {
            Ok(())
        }

        fn read(&self, row: &Row) -> Result<String, BadRow> {
            Ok(row.content().to_string())
        }

        fn warnings(&self, _item: &String) -> Vec<String> {
            Vec::new()
        }

        fn secrets<'a>(&self, _item: &'a String) -> &'a [String] {
            &[]
        }

        async fn send(&self, _item: &String) -> Sent {
            self.sent.set(self.sent.get() + 1);
            let intents = self.disk.synced().matches("\"intent\"").count();
            assert!(intents >= self.sent.get(), "the intent is on the disk before the call leaves");
            tokio::task::yield_now().await;
            Sent::delivered("id")
        }
    }

    #[tokio::test]
    async fn with_a_full_disk_nothing_leaves_whose_intent_is_not_on_it() {
        for room in (0..9000).step_by(173) {
            let folder = tempfile::tempdir().unwrap();
            let rows: Vec<String> = (0..20).map(|number| format!("r{number}")).collect();
            std::fs::write(folder.path().join("f.csv"), format!("name\n{}\n", rows.join("\n"))).unwrap();
            let files = Files::of(&folder.path().join("f.csv")).unwrap();
            let disk = Disk::with_room(room);
            let job = Counting { disk: disk.clone(), sent: Cell::new(0) };
            let options = Options { concurrency: 4, again: String::new(), reconcile: None };
            let console = Console { json: false };
            let journal = Journal::of_file(&files.journal, Box::new(disk.clone()), job.name()).unwrap();
            let table = Table::open(&files.rows).unwrap();
            let interrupt = Interrupt::never();
            let (finished, summary) =
                pass(&job, &files, &options, console, &interrupt, table, journal).await.unwrap();
            assert_eq!(summary.rows(), 20, "every line is accounted for, {room} bytes");
            assert_eq!(summary.delivered, u64::try_from(job.sent.get()).unwrap());
            assert_eq!(finished.is_ok(), job.sent.get() == 20 && disk.held(), "{room} bytes");
            if let Err(failure) = finished {
                assert_eq!(failure.exit, Exit::File);
            }
        }
    }
}

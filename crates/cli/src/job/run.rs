//! The second pass: rows go out, several at once, each behind its intent.

use std::{
    cell::RefCell,
    collections::{HashMap, VecDeque},
};

use afflux_core::ErrorKind;
use futures_util::{StreamExt, stream::FuturesUnordered};
use jiff::Timestamp;
use serde_json::Value;

use super::{
    Files, Options, RejectedFile, RowJob, Sent, Summary, Table,
    order::{Order, Queue, Turn},
    plan::{Past, Verdict, judge, plan},
    progress::Progress,
    rejected::Entries,
    report::{notes_on_journal, report},
    send::{Landed, Outgoing, send},
};
use crate::{
    console::Console,
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
    let order = Order::read(job, &files.rows, journal.rows())?;
    let written = rejected.read()?;
    let plan = plan(job, &mut table, Past { rows: journal.rows(), written: &written, order: &order })?;
    for note in &plan.notes {
        console.say(note);
    }
    notes_on_journal(&journal, job, &plan.summary, console);
    rejected.replace(&plan.rejected)?;
    let (mut rows, writer) = journal.begin(job.name(), &job.target(), Timestamp::now())?;
    for (row, reason) in plan.settle {
        let Sent { settled, detail, .. } = Sent::rejected(reason);
        if let Some(known) = rows.get_mut(&row) {
            known.settled = Some(settled);
        }
        writer.write(&Record::Outcome { row, outcome: settled, detail, at: Timestamp::now() }).await?;
    }
    let what = format!("{}ing {} {} to {}", job.verb(), plan.open, job.things(), job.host());
    let progress = Progress::start(console, what, plan.open);
    let mut pass = Pass {
        job,
        writer: &writer,
        rejected: RefCell::new(rejected),
        rows,
        order,
        summary: plan.summary,
        console,
        progress,
        said: 0,
        away: 0,
        held: 0,
        stop: None,
    };
    let sent = pass.send_all(Table::open(&files.rows)?, options.concurrency, interrupt.clone()).await;
    pass.progress.finish();
    let Pass { summary, .. } = pass;
    let closed = writer.close().await;
    Ok((sent.and(closed), summary))
}

/// The pass while it runs.
struct Pass<'a, J: RowJob> {
    job: &'a J,
    writer: &'a Writer,
    rejected: RefCell<RejectedFile>,
    rows: HashMap<RowKey, Known>,
    order: Order,
    summary: Summary,
    console: Console,
    progress: Progress,
    said: u32,
    away: u32,
    /// How many rows stay because one ahead of them is not settled.
    held: u64,
    /// What the rows that are not sent any more count as, when none is sent any more.
    stop: Option<Settled>,
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
        let mut queue = Queue::new();
        // Rows whose turn has come.
        let mut ready = VecDeque::new();
        let mut fault: Option<Failure> = None;
        let mut at_end = false;
        loop {
            while flying.len() < concurrency.max(1) {
                let outgoing = match ready.pop_front() {
                    Some(outgoing) => outgoing,
                    None if at_end || queue.is_full() => break,
                    None => match self.next(&mut table, &mut occurrences) {
                        Err(failure) => {
                            // What is in flight still lands.
                            fault.get_or_insert(failure);
                            at_end = true;
                            continue;
                        }
                        Ok(None) => {
                            at_end = true;
                            continue;
                        }
                        Ok(Some(outgoing)) => match queue.enter(outgoing.thing, outgoing) {
                            Turn::Go(outgoing) => outgoing,
                            Turn::Waits => continue,
                            Turn::Held(outgoing, settled) => {
                                self.hold([outgoing], settled);
                                continue;
                            }
                        },
                    },
                };
                let ending =
                    if fault.is_some() || interrupt.is_set() { Some(Settled::NotSent) } else { self.stop };
                let thing = outgoing.thing;
                match (&outgoing.item, ending) {
                    (Some(_), None) => flying.push(send(job, writer, &rejected, self.repeated(outgoing))),
                    (Some(_), Some(settled)) => {
                        self.leave(&outgoing, settled);
                        for behind in queue.hold(thing, settled) {
                            self.leave(&behind, settled);
                        }
                    }
                    (None, _) => self.hold(queue.hold(thing, Settled::NotSent), Settled::NotSent),
                }
            }
            if flying.is_empty() {
                break;
            }
            let landed = tokio::select! {
                landed = flying.next() => landed,
                () = interrupt.wait(), if !interrupt.is_set() => continue,
            };
            let Some(Landed { line, thing, lost, repeatable, came }) = landed else { continue };
            let settled = match came {
                Ok((sent, secrets)) => {
                    self.landed(line, lost, &sent, &secrets);
                    Some(sent.settled)
                }
                Err((settled, failure)) => {
                    self.summary.count(line, settled);
                    fault.get_or_insert(failure);
                    None
                }
            };
            match settled {
                Some(Settled::Delivered | Settled::Rejected) => {
                    if let (Some(Settled::Delivered), Some(thing)) = (settled, thing) {
                        self.order.delivered(thing, line);
                    }
                    ready.extend(queue.settled(thing));
                }
                // Nobody sends it again, so nothing need wait for it.
                Some(Settled::Unknown) if !repeatable => ready.extend(queue.settled(thing)),
                Some(Settled::Deferred) => self.hold(queue.hold(thing, Settled::Deferred), Settled::Deferred),
                Some(Settled::Unknown | Settled::NotSent) | None => {
                    self.hold(queue.hold(thing, Settled::NotSent), Settled::NotSent);
                }
            }
        }
        if self.held > 0 {
            let text = format!(
                "{} rows were not sent, because a row before them about the same lead is not settled",
                self.held
            );
            self.progress.say(self.console, &text);
        }
        fault.map_or(Ok(()), Err)
    }

    /// The next row that is to be sent, or that holds others. What else the first pass has counted is passed over.
    fn next(
        &mut self,
        table: &mut Table,
        occurrences: &mut Occurrences,
    ) -> Result<Option<Outgoing<J::Item>>, Failure> {
        let written = Entries::new();
        while let Some(row) = table.next()? {
            let (line, content, thing) = match &row {
                Ok(row) => (row.line, row.content(), if J::ORDERED { self.job.thing(row) } else { None }),
                Err(bad) => (bad.line, Value::Null, None),
            };
            let past = Past { rows: &self.rows, written: &written, order: &self.order };
            match judge(self.job, past, occurrences, row.as_ref().map_err(Clone::clone)) {
                Verdict::Send { key, item, lost } => {
                    return Ok(Some(Outgoing { key, line, content, thing, lost, item: Some(item) }));
                }
                Verdict::Bad(key, _) if thing.is_some() => {
                    return Ok(Some(Outgoing { key, line, content, thing, lost: false, item: None }));
                }
                Verdict::Bad(..) | Verdict::Settled(..) => {}
            }
        }
        Ok(None)
    }

    /// Tells the item of a sending before, if there was one and what the vendor has can only be of that.
    fn repeated(&self, mut outgoing: Outgoing<J::Item>) -> Outgoing<J::Item> {
        let by_another =
            outgoing.thing.is_some_and(|thing| self.order.delivered_before(thing, outgoing.line));
        if outgoing.lost && !by_another {
            outgoing.item = outgoing.item.map(|item| self.job.again(item));
        }
        outgoing
    }

    /// Rows that stay because one ahead of them is not settled.
    fn hold(&mut self, rows: impl IntoIterator<Item = Outgoing<J::Item>>, settled: Settled) {
        for row in rows.into_iter().filter(|row| row.item.is_some()) {
            self.held += 1;
            self.leave(&row, settled);
        }
    }

    /// A row that is not sent by this run.
    fn leave(&mut self, outgoing: &Outgoing<J::Item>, settled: Settled) {
        if outgoing.item.is_some() {
            self.summary.count(outgoing.line, if outgoing.lost { Settled::Unknown } else { settled });
        }
    }

    fn landed(&mut self, line: u64, lost: bool, sent: &Sent, hidden: &[String]) {
        let open = matches!(sent.settled, Settled::NotSent | Settled::Deferred);
        // That this sending came to nothing says nothing of the one before.
        self.summary.count(line, if lost && open { Settled::Unknown } else { sent.settled });
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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::{
        exit::Exit,
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

//! The second pass: rows go out, several calls at once, each row behind its intent.

use std::{
    cell::RefCell,
    collections::{HashMap, VecDeque},
    sync::Arc,
};

use afflux_core::{Error, ErrorKind};
use futures_util::{StreamExt, stream::FuturesUnordered};
use jiff::Timestamp;

use super::{
    Files, Options, RejectedFile, RowJob, Rules, Sent, Source, Summary, check_columns,
    gather::Gather,
    order::{Order, Queue, Turn},
    plan::{Past, Verdict, judge, plan},
    progress::Progress,
    rejected::Entries,
    report::{notes_on_journal, report},
    send::{Landed, LandedRow, Outgoing, send},
};
use crate::{
    console::Console,
    failure::Failure,
    interrupt::Interrupt,
    journal::{Content, Journal, Known, Occurrences, Record, RowKey, Settled, Writer},
    secrets,
};

/// After so many calls in a row that found no connection, or nothing but a fault of the vendor's, the vendor is taken to
/// be away.
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
    let source = Source::open(files)?;
    check_columns(job, files, &source)?;
    let journal = Journal::open(&*files.disk, &files.journal, job.name())?;
    let (finished, summary) = pass(job, files, options, console, interrupt, source, journal).await?;
    report(files, options, console, interrupt, finished, &summary)
}

/// Both passes. What comes back first is whether local files held; the rows are accounted for either way.
async fn pass<J: RowJob>(
    job: &J,
    files: &Files,
    options: &Options,
    console: Console,
    interrupt: &Interrupt,
    mut source: Source,
    journal: Journal,
) -> Result<(Result<(), Failure>, Summary), Failure> {
    let mut rejected = RejectedFile::new(&files.disk, files.rejected.clone());
    let order = Order::read(job, files, journal.rows())?;
    let written = rejected.read()?;
    let mut fresh = rejected.rewrite();
    let before = Past { rows: journal.rows(), written: &written, order: &order, rules: options.rules };
    let plan = plan(job, &mut source, before, &mut |entry| fresh.entry(entry))?;
    for note in &plan.notes {
        console.say(note);
    }
    notes_on_journal(&journal, job, &plan.summary, console);
    rejected.replace(fresh)?;
    let (mut rows, writer) = journal.begin(job.name(), &job.target(), Timestamp::now())?;
    let mut outcomes = Vec::new();
    for (row, reason) in plan.settle {
        let Sent { settled, detail, .. } = Sent::rejected(reason);
        if let Some(known) = rows.get_mut(&row) {
            known.settled = Some(settled);
        }
        outcomes.push(Record::Outcome { row, outcome: settled, detail, at: Timestamp::now() });
    }
    writer.write(&outcomes).await?;
    let what = format!("{}ing {} {} to {}", job.verb(), plan.open, job.things(), job.host());
    let progress = Progress::start(console, what, plan.open);
    let mut pass = Pass {
        job,
        writer: &writer,
        rows,
        order,
        rules: options.rules,
        summary: plan.summary,
        console,
        progress,
        said: 0,
        away: 0,
        held: 0,
        stop: None,
    };
    let sent = pass.send_all(Source::open(files)?, rejected, options.concurrency, interrupt.clone()).await;
    pass.progress.finish();
    let Pass { summary, .. } = pass;
    let closed = writer.close().await;
    Ok((sent.and(closed), summary))
}

/// The pass while it runs.
struct Pass<'a, J: RowJob> {
    job: &'a J,
    writer: &'a Writer,
    rows: HashMap<RowKey, Known>,
    order: Order,
    rules: Rules,
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

/// A row whose turn has come, or comes.
enum Next<T> {
    /// It goes.
    Row(Outgoing<T>),
    /// It cannot be sent as it stands, and holds what comes after it.
    Bad(Content),
}

impl<T> Next<T> {
    fn thing(&self) -> Option<Content> {
        match self {
            Self::Row(outgoing) => outgoing.thing,
            Self::Bad(thing) => Some(*thing),
        }
    }
}

/// The rows that are on their way to be sent.
struct Way<T> {
    source: Source,
    occurrences: Occurrences,
    queue: Queue<Next<T>>,
    /// Rows whose turn has come.
    ready: VecDeque<Next<T>>,
    gather: Gather<Outgoing<T>>,
    /// What failed here, on this machine.
    fault: Option<Failure>,
    at_end: bool,
}

impl<J: RowJob> Pass<'_, J> {
    async fn send_all(
        &mut self,
        source: Source,
        rejected: RejectedFile,
        concurrency: usize,
        mut interrupt: Interrupt,
    ) -> Result<(), Failure> {
        let (job, writer) = (self.job, self.writer);
        let rejected = RefCell::new(rejected);
        let mut flying = FuturesUnordered::new();
        let mut way = Way {
            source,
            occurrences: Occurrences::default(),
            queue: Queue::new(),
            ready: VecDeque::new(),
            gather: Gather::new(),
            fault: None,
            at_end: false,
        };
        loop {
            while flying.len() < concurrency.max(1) {
                match self.unit(&mut way, &interrupt) {
                    Some(unit) => flying.push(send(job, writer, &rejected, unit)),
                    None => break,
                }
            }
            if flying.is_empty() {
                break;
            }
            let landed = tokio::select! {
                landed = flying.next() => landed,
                () = interrupt.wait(), if !interrupt.is_set() => continue,
            };
            if let Some(landed) = landed {
                self.landed(landed, &mut way);
            }
        }
        if self.held > 0 {
            let text = format!(
                "{} rows were not sent, because a row before them about the same {} is not settled",
                self.held,
                job.thing_is()
            );
            self.progress.say(self.console, &text);
        }
        way.fault.map_or(Ok(()), Err)
    }

    /// The next rows that are to be sent together; `None`: none before one has landed.
    fn unit(&mut self, way: &mut Way<J::Item>, interrupt: &Interrupt) -> Option<Vec<Outgoing<J::Item>>> {
        loop {
            let ending =
                if way.fault.is_some() || interrupt.is_set() { Some(Settled::NotSent) } else { self.stop };
            if let Some(settled) = ending {
                while let Some(gathered) = way.gather.take() {
                    for row in &gathered {
                        self.leave_with_those_behind(row, &mut way.queue, settled);
                    }
                }
            }
            let next = match way.ready.pop_front() {
                Some(next) => next,
                None if way.at_end || way.queue.is_full() => return way.gather.take(),
                None => match self.next(&mut way.source, &mut way.occurrences) {
                    Err(failure) => {
                        // What is in flight still lands.
                        way.fault.get_or_insert(failure);
                        way.at_end = true;
                        continue;
                    }
                    Ok(None) => {
                        way.at_end = true;
                        continue;
                    }
                    Ok(Some(next)) => match way.queue.enter(next.thing(), next) {
                        Turn::Go(next) => next,
                        Turn::Waits => continue,
                        Turn::Held(next, settled) => {
                            self.hold([next], settled);
                            continue;
                        }
                    },
                },
            };
            match (next, ending) {
                (Next::Row(outgoing), None) => {
                    let outgoing = self.repeated(outgoing);
                    let unit = way.gather.add(self.job.together(&outgoing.item), outgoing);
                    if unit.is_some() {
                        return unit;
                    }
                }
                (Next::Row(outgoing), Some(settled)) => {
                    self.leave_with_those_behind(&outgoing, &mut way.queue, settled);
                }
                (Next::Bad(thing), _) => {
                    self.hold(way.queue.hold(Some(thing), Settled::NotSent), Settled::NotSent);
                }
            }
        }
    }

    /// The next row that is to be sent, or that holds others. What else the first pass has counted is passed over.
    fn next(
        &mut self,
        source: &mut Source,
        occurrences: &mut Occurrences,
    ) -> Result<Option<Next<J::Item>>, Failure> {
        let written = Entries::new();
        while let Some(row) = source.next()? {
            let thing = match &row {
                Ok(row) if J::ORDERED => self.job.thing(row),
                _ => None,
            };
            let past = Past { rows: &self.rows, written: &written, order: &self.order, rules: self.rules };
            let verdict = judge(self.job, past, occurrences, row.as_ref().map_err(Clone::clone));
            match (verdict, row, thing) {
                (Verdict::Send { key, item, lost }, Ok(row), thing) => {
                    return Ok(Some(Next::Row(Outgoing { key, row, thing, lost, item })));
                }
                (Verdict::Bad(..), _, Some(thing)) => return Ok(Some(Next::Bad(thing))),
                (Verdict::Send { .. } | Verdict::Bad(..) | Verdict::Settled(..), ..) => {}
            }
        }
        Ok(None)
    }

    /// Tells the item of a sending before, if there was one and what the vendor has can only be of that.
    fn repeated(&self, mut outgoing: Outgoing<J::Item>) -> Outgoing<J::Item> {
        let by_another =
            outgoing.thing.is_some_and(|thing| self.order.delivered_before(thing, outgoing.row.line));
        if outgoing.lost && !by_another {
            outgoing.item = self.job.again(outgoing.item);
        }
        outgoing
    }

    /// Rows that stay because one ahead of them is not settled.
    fn hold(&mut self, rows: impl IntoIterator<Item = Next<J::Item>>, settled: Settled) {
        for row in rows {
            if let Next::Row(outgoing) = row {
                self.held += 1;
                self.leave(&outgoing, settled);
            }
        }
    }

    /// A row that is not sent by this run.
    fn leave(&mut self, outgoing: &Outgoing<J::Item>, settled: Settled) {
        self.summary.count(outgoing.row.line, if outgoing.lost { Settled::Unknown } else { settled });
    }

    fn leave_with_those_behind(
        &mut self,
        outgoing: &Outgoing<J::Item>,
        queue: &mut Queue<Next<J::Item>>,
        settled: Settled,
    ) {
        self.leave(outgoing, settled);
        for behind in queue.hold(outgoing.thing, settled) {
            if let Next::Row(behind) = behind {
                self.leave(&behind, settled);
            }
        }
    }

    /// What came back: counted, told, and what waited for it may go or has to stay.
    fn landed(&mut self, landed: Landed, way: &mut Way<J::Item>) {
        let Landed { rows, fault } = landed;
        if fault.is_none() {
            self.heard(&rows);
        }
        self.summary.unrecorded_lines.extend(rows.iter().filter(|row| !row.recorded).map(|row| row.line));
        for row in &rows {
            self.counted(row);
            let LandedRow { thing, repeatable, line, .. } = *row;
            let settled = if fault.is_none() { Some(row.sent.settled) } else { None };
            match settled {
                Some(Settled::Delivered | Settled::Rejected) => {
                    // Where no earlier run sent anything, nobody asks.
                    if let (Some(Settled::Delivered), Some(thing), false) =
                        (settled, thing, self.rows.is_empty())
                    {
                        self.order.delivered(thing, line);
                    }
                    way.ready.extend(way.queue.settled(thing));
                }
                // Nobody sends it again, so nothing need wait for it.
                Some(Settled::Unknown) if !repeatable => way.ready.extend(way.queue.settled(thing)),
                Some(Settled::Deferred) => {
                    self.hold(way.queue.hold(thing, Settled::Deferred), Settled::Deferred);
                }
                Some(Settled::Unknown | Settled::NotSent) | None => {
                    self.hold(way.queue.hold(thing, Settled::NotSent), Settled::NotSent);
                }
            }
        }
        if let Some(failure) = fault {
            way.fault.get_or_insert(failure);
        }
    }

    fn counted(&mut self, row: &LandedRow) {
        let open = matches!(row.sent.settled, Settled::NotSent | Settled::Deferred);
        // That this sending came to nothing says nothing of the one before.
        self.summary.count(row.line, if row.lost && open { Settled::Unknown } else { row.sent.settled });
        self.progress.tick();
    }

    /// Tells the errors of a call, each once, and stops everything where every further row would meet the same.
    fn heard(&mut self, rows: &[LandedRow]) {
        let kind = rows.first().and_then(|row| row.sent.error.as_ref()).map(|error| error.kind());
        let away = matches!(kind, Some(ErrorKind::Connect | ErrorKind::Server));
        self.away = if away { self.away + 1 } else { 0 };
        let mut before: Option<&Arc<Error>> = None;
        for row in rows {
            if matches!(row.sent.settled, Settled::Delivered | Settled::Rejected) {
                continue;
            }
            let Some(error) = &row.sent.error else {
                if !row.sent.reason.text.is_empty() {
                    self.tell(&format!("line {}: {}", row.line, row.sent.reason.text), &row.hidden);
                }
                continue;
            };
            if !before.is_some_and(|before| Arc::ptr_eq(before, error)) {
                let same = |other: &&LandedRow| {
                    other.sent.error.as_ref().is_some_and(|other| Arc::ptr_eq(other, error))
                };
                let lines = match rows.iter().filter(same).count() {
                    0 | 1 => format!("line {}", row.line),
                    count => format!("line {} and {} more", row.line, count - 1),
                };
                self.tell(&format!("{lines}: {error:#}"), &row.hidden);
            }
            before = Some(error);
        }
        let stops = rows.iter().find(|row| row.sent.stops_everything());
        if self.stop.is_none() && (stops.is_some() || self.away >= AWAY) {
            let deferred = stops.is_some_and(|row| row.sent.settled == Settled::Deferred);
            self.stop = Some(if deferred { Settled::Deferred } else { Settled::NotSent });
            self.progress.say(self.console, "every further row would meet the same; they are not sent now");
        }
    }

    fn tell(&mut self, text: &str, hidden: &[String]) {
        self.said += 1;
        match self.said {
            said if said <= SAID => self.progress.say(self.console, &secrets::without(text, hidden)),
            said if said == SAID + 1 => {
                self.progress.say(self.console, "... further errors are not shown");
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests;

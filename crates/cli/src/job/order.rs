//! Rows about the same thing go one after the other, in the file's order: a late repeat of an older row must not undo a
//! newer one. It knows no vendor; a job says what a row is about.

use std::collections::{HashMap, VecDeque};

use super::{Files, Row, RowJob, Source};
use crate::{
    failure::Failure,
    journal::{Content, Known, Occurrences, RowKey, Settled, Standing},
};

/// What was sent of each thing, by this run or earlier ones.
#[derive(Debug, Default)]
pub(crate) struct Order(HashMap<Content, Sent>);

#[derive(Debug, Default, Clone, Copy)]
struct Sent {
    /// The first line that the vendor has.
    delivered: Option<u64>,
    /// The last line that may have changed something.
    last: Option<u64>,
}

impl Order {
    /// Looks through a file for rows that earlier runs sent.
    pub(crate) fn read<J: RowJob>(
        job: &J,
        files: &Files,
        rows: &HashMap<RowKey, Known>,
    ) -> Result<Self, Failure> {
        let mut order = Self::default();
        if !J::ORDERED || rows.is_empty() {
            return Ok(order);
        }
        let mut source = Source::open(files)?;
        let mut occurrences = Occurrences::default();
        while let Some(row) = source.next()? {
            let Ok(row) = row else { continue };
            let key = occurrences.key(row.key());
            let (Some(thing), Some(known)) = (job.thing(&row), rows.get(&key)) else { continue };
            match known.standing() {
                Standing::Delivered => order.delivered(thing, row.line),
                // One that is sent again comes after all that is ahead of it.
                Standing::Unknown if !job.read(&row).is_ok_and(|item| job.repeatable(&item)) => {
                    let sent = order.0.entry(thing).or_default();
                    sent.last = sent.last.max(Some(row.line));
                }
                Standing::Unknown | Standing::Rejected | Standing::Open => {}
            }
        }
        Ok(order)
    }

    /// Notes that the vendor has a line.
    pub(crate) fn delivered(&mut self, thing: Content, line: u64) {
        let sent = self.0.entry(thing).or_default();
        sent.delivered = Some(sent.delivered.map_or(line, |first| first.min(line)));
        sent.last = sent.last.max(Some(line));
    }

    /// Whether the vendor has a line about the same thing that comes before this one.
    pub(crate) fn delivered_before(&self, thing: Content, line: u64) -> bool {
        self.0.get(&thing).and_then(|sent| sent.delivered).is_some_and(|first| first < line)
    }

    /// The later line about the same thing that was sent already, if there is one.
    pub(crate) fn sent_after<J: RowJob>(&self, job: &J, row: &Row) -> Option<u64> {
        if self.0.is_empty() {
            return None;
        }
        self.0.get(&job.thing(row)?)?.last.filter(|last| *last > row.line)
    }
}

/// How many rows wait at most; then reading on waits too.
const WAITING: usize = 4096;

/// Which things are under way, and which rows wait for them.
#[derive(Debug)]
pub(crate) struct Queue<T> {
    things: HashMap<Content, Thing<T>>,
    waiting: usize,
}

#[derive(Debug)]
enum Thing<T> {
    /// A row of it is under way; these wait.
    Busy(VecDeque<T>),
    /// A row of it is not settled: none after it is sent by this run, and they count as this.
    Held(Settled),
}

/// What a row may do.
#[derive(Debug, PartialEq)]
pub(crate) enum Turn<T> {
    /// Go.
    Go(T),
    /// Wait for the one ahead; the queue has it.
    Waits,
    /// Stay, for the one ahead is not settled, and count as this.
    Held(T, Settled),
}

impl<T> Queue<T> {
    pub(crate) fn new() -> Self {
        Self { things: HashMap::new(), waiting: 0 }
    }

    /// Whether no row more should be read before one has landed.
    pub(crate) fn is_full(&self) -> bool {
        self.waiting >= WAITING
    }

    /// Lets a row in.
    pub(crate) fn enter(&mut self, thing: Option<Content>, row: T) -> Turn<T> {
        let Some(thing) = thing else { return Turn::Go(row) };
        match self.things.get_mut(&thing) {
            None => {
                self.things.insert(thing, Thing::Busy(VecDeque::new()));
                Turn::Go(row)
            }
            Some(Thing::Busy(waiting)) => {
                waiting.push_back(row);
                self.waiting += 1;
                Turn::Waits
            }
            Some(Thing::Held(settled)) => Turn::Held(row, *settled),
        }
    }

    /// The row that was under way is settled: the next one may go.
    pub(crate) fn settled(&mut self, thing: Option<Content>) -> Option<T> {
        let thing = thing?;
        let next = match self.things.get_mut(&thing) {
            Some(Thing::Busy(waiting)) => waiting.pop_front(),
            Some(Thing::Held(_)) | None => return None,
        };
        match &next {
            Some(_) => self.waiting -= 1,
            None => {
                self.things.remove(&thing);
            }
        }
        next
    }

    /// The row that was under way is not settled: those that wait for it are handed back, and those to come are held.
    pub(crate) fn hold(&mut self, thing: Option<Content>, settled: Settled) -> VecDeque<T> {
        let Some(thing) = thing else { return VecDeque::new() };
        match self.things.insert(thing, Thing::Held(settled)) {
            Some(Thing::Busy(waiting)) => {
                self.waiting -= waiting.len();
                waiting
            }
            Some(Thing::Held(_)) | None => VecDeque::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[allow(clippy::unnecessary_wraps)] // What it is given to is an option.
    fn thing(name: &str) -> Option<Content> {
        Some(Content::of([("id", name)]))
    }

    #[test]
    fn rows_of_one_thing_go_one_after_the_other_and_others_pass() {
        let mut queue = Queue::new();
        assert_eq!(queue.enter(thing("a"), 1), Turn::Go(1));
        assert_eq!(queue.enter(thing("a"), 2), Turn::Waits);
        assert_eq!(queue.enter(thing("a"), 3), Turn::Waits);
        assert_eq!(queue.enter(thing("b"), 4), Turn::Go(4));
        assert_eq!((queue.enter(None, 5), queue.enter(None, 6)), (Turn::Go(5), Turn::Go(6)));
        assert_eq!(queue.settled(thing("a")), Some(2));
        assert_eq!(queue.settled(thing("b")), None);
        assert_eq!(queue.enter(thing("b"), 7), Turn::Go(7));
        assert_eq!(queue.settled(thing("a")), Some(3));
        assert_eq!(queue.settled(thing("a")), None);
        assert_eq!(queue.waiting, 0);
    }

    #[test]
    fn what_comes_after_an_unsettled_row_is_held() {
        let mut queue = Queue::new();
        assert_eq!(queue.enter(thing("a"), 1), Turn::Go(1));
        assert_eq!(queue.enter(thing("a"), 2), Turn::Waits);
        assert_eq!(queue.hold(thing("a"), Settled::NotSent), [2]);
        assert_eq!(queue.enter(thing("a"), 3), Turn::Held(3, Settled::NotSent));
        assert_eq!(queue.settled(thing("a")), None);
        assert_eq!(queue.enter(thing("a"), 4), Turn::Held(4, Settled::NotSent));
        assert!(queue.hold(None, Settled::NotSent).is_empty() && queue.waiting == 0);
    }
}

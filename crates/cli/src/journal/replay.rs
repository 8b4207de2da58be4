//! Reading a journal: what each row's last word is, and whether the file is whole.

use std::{
    collections::HashMap,
    fmt,
    io::{self, BufRead},
};

use jiff::Timestamp;

use super::{
    record::{Detail, Record, Settled},
    row::RowKey,
};

/// What a journal says of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Known {
    /// What became of it; `None`: it was about to be sent, and nothing more is known.
    pub(crate) settled: Option<Settled>,
    /// Its details, where there are any.
    detail: Option<Box<Detail>>,
    /// When it was last about to be sent.
    pub(crate) sent_at: Timestamp,
    /// Its line at that time.
    pub(crate) line: u64,
    /// The outcome of an earlier sending is unknown.
    pub(crate) lost: bool,
}

/// What to do with a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It may be sent.
    Open,
    /// The vendor has it.
    Delivered,
    /// The vendor said no for good.
    Rejected,
    /// It may have arrived: it is never sent again, only looked for, unless a repeat of it is harmless.
    Unknown,
}

impl Known {
    /// The details of its outcome.
    pub(crate) fn detail(&self) -> &Detail {
        self.detail.as_deref().unwrap_or(&Detail::NONE)
    }

    /// What to do with the row.
    pub(crate) fn standing(&self) -> Standing {
        match self.settled {
            Some(Settled::Delivered) => Standing::Delivered,
            Some(Settled::Rejected) => Standing::Rejected,
            Some(Settled::NotSent | Settled::Deferred) if !self.lost => Standing::Open,
            Some(Settled::NotSent | Settled::Deferred | Settled::Unknown) | None => Standing::Unknown,
        }
    }
}

/// What a whole journal says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Replay {
    /// Each row that was ever about to be sent.
    pub(crate) rows: HashMap<RowKey, Known>,
    /// The addresses it was sent to.
    pub(crate) targets: Vec<String>,
    /// The jobs it was written by.
    pub(crate) jobs: Vec<String>,
    /// The length of the part that is whole.
    pub(crate) whole: u64,
    /// The length of what comes after it: a record that was being written.
    pub(crate) torn: u64,
    /// Whether the last record is whole but lacks its line break.
    pub(crate) unended: bool,
}

/// A record that was whole once and is not any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Damaged {
    /// The line of the journal.
    pub(crate) line: usize,
}

impl fmt::Display for Damaged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "its line {} is damaged", self.line)
    }
}

/// Why a journal cannot be used.
#[derive(Debug)]
pub(crate) enum Unreadable {
    /// The system says no.
    Io(io::Error),
    /// It is not what was written.
    Damaged(Damaged),
}

/// Reads a journal, a line at a time. A last record without its line break was being written when the program ended: its call had not
/// left, and it is dropped. Anything else that does not read is damage, and dropping it could send a row twice.
pub(crate) fn replay(mut from: impl BufRead) -> Result<Replay, Unreadable> {
    let mut replay = Replay::default();
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        let length = from.read_until(b'\n', &mut line).map_err(Unreadable::Io)?;
        if length == 0 {
            break;
        }
        let length = u64::try_from(length).unwrap_or(u64::MAX);
        let (text, ended) = line.strip_suffix(b"\n").map_or((&*line, false), |text| (text, true));
        match Record::read(text) {
            Some(record) => replay.apply(record),
            None if ended => return Err(Unreadable::Damaged(Damaged { line: number })),
            None => {
                replay.torn = length;
                break;
            }
        }
        replay.whole += length;
        replay.unended = !ended;
    }
    Ok(replay)
}

impl Replay {
    /// Takes a record in.
    pub(crate) fn apply(&mut self, record: Record) {
        match record {
            Record::Run { job, target, .. } => {
                for (list, word) in [(&mut self.jobs, job), (&mut self.targets, target)] {
                    if !list.contains(&word) {
                        list.push(word);
                    }
                }
            }
            Record::Intent { row, line, at } => {
                // A sending that fails for sure says nothing of one before that did not.
                let lost = self.rows.get(&row).is_some_and(|known| known.standing() == Standing::Unknown);
                let known = Known { settled: None, detail: None, sent_at: at, line, lost };
                self.rows.insert(row, known);
            }
            Record::Outcome { row, outcome, detail, at } => {
                let known = self.rows.entry(row).or_insert_with(|| Known {
                    settled: None,
                    detail: None,
                    sent_at: at,
                    line: 0,
                    lost: false,
                });
                known.settled = Some(outcome);
                known.detail = (detail != Detail::NONE).then(|| Box::new(detail));
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]
mod tests {
    use proptest::prelude::*;

    use super::super::record::tests::{row, samples};
    use super::*;

    fn text(records: &[Record]) -> Vec<u8> {
        records.iter().flat_map(|record| record.line().unwrap().into_bytes()).collect()
    }

    fn of(records: &[Record]) -> Replay {
        let mut replay = Replay::default();
        records.iter().cloned().for_each(|record| replay.apply(record));
        replay
    }

    #[test]
    fn a_row_with_an_intent_and_no_outcome_is_unknown_and_a_row_that_never_left_is_open() {
        let replay = replay(&*text(&samples())).unwrap();
        let standing = |name, occurrence| replay.rows.get(&row(name, occurrence)).map(Known::standing);
        assert_eq!(standing("a", 0), Some(Standing::Delivered));
        assert_eq!(standing("b", 0), Some(Standing::Open));
        assert_eq!(standing("a", 1), Some(Standing::Unknown));
        assert_eq!(standing("a", 2), None);
    }

    #[test]
    fn a_lost_sending_is_not_forgotten_when_a_later_one_does_not_leave() {
        let at = "2026-01-31T10:00:00Z".parse().unwrap();
        let intent = || Record::Intent { row: row("a", 0), line: 2, at };
        let outcome = |outcome| Record::Outcome { row: row("a", 0), outcome, detail: Detail::default(), at };
        let standing = |records: &[Record]| of(records).rows[&row("a", 0)].standing();
        for settled in [Settled::NotSent, Settled::Deferred] {
            assert_eq!(standing(&[intent(), outcome(settled)]), Standing::Open);
            assert_eq!(standing(&[intent(), outcome(settled), intent(), outcome(settled)]), Standing::Open);
            assert_eq!(standing(&[intent(), intent(), outcome(settled)]), Standing::Unknown);
            let lost = [intent(), outcome(Settled::Unknown), intent(), outcome(settled)];
            assert_eq!(standing(&lost), Standing::Unknown);
            assert_eq!(standing(&[&lost[..], &lost[2..]].concat()), Standing::Unknown);
            let settled = [&lost[..], &[intent(), outcome(Settled::Delivered)]].concat();
            assert_eq!(standing(&settled), Standing::Delivered);
        }
    }

    #[test]
    fn a_journal_torn_at_any_byte_says_what_its_whole_records_say() {
        let records = samples();
        let whole = text(&records);
        for length in 0..=whole.len() {
            let replay = replay(&whole[..length]).unwrap();
            let ends: Vec<usize> = (0..=records.len()).map(|count| text(&records[..count]).len()).collect();
            // A record counts from its last brace on: its line break may be missing.
            let count = ends.iter().filter(|end| **end > 0 && **end <= length + 1).count();
            assert_eq!(replay.rows, of(&records[..count]).rows, "torn at {length}");
            let expected = ends[count].min(length);
            assert_eq!(replay.whole, u64::try_from(expected).unwrap(), "torn at {length}");
            assert_eq!(replay.unended, length + 1 == ends[count] && count > 0, "torn at {length}");
        }
    }

    #[test]
    fn zeros_that_a_crash_left_behind_are_a_torn_tail() {
        let mut bytes = text(&samples());
        let length = bytes.len();
        bytes.extend([0; 512]);
        let replay = replay(&*bytes).unwrap();
        assert_eq!((replay.whole, replay.torn), (u64::try_from(length).unwrap(), 512));
    }

    #[test]
    fn damage_anywhere_else_is_an_error_that_names_the_line() {
        let records = samples();
        let whole = text(&records);
        for at in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[at] ^= 0x15;
            let line = whole[..at].split(|byte| *byte == b'\n').count();
            let last_break = at + 1 == whole.len();
            match replay(&*bytes) {
                Err(Unreadable::Damaged(damaged)) => assert_eq!(damaged.line, line, "flipped {at}"),
                Err(Unreadable::Io(error)) => panic!("{error}"),
                // Without its line break the last record is torn.
                Ok(_) => assert!(last_break, "flipped {at}"),
            }
        }
    }

    /// Whatever the bytes are: it ends, and what counts as whole says the same again.
    fn holds(bytes: &[u8]) {
        let Ok(first) = replay(bytes) else { return };
        let (whole, length) = (usize::try_from(first.whole).unwrap(), bytes.len());
        assert_eq!(whole + usize::try_from(first.torn).unwrap(), length);
        let again = replay(&bytes[..whole]).unwrap();
        assert_eq!((again.rows, again.torn), (first.rows, 0));
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
            holds(&bytes);
        }

        #[test]
        fn a_journal_with_lines_lost_doubled_swapped_and_harmed_is_read_or_refused(
            order in prop::collection::vec(0_usize..6, 0..20),
            harm in any::<prop::sample::Index>(), with in prop::collection::vec(any::<u8>(), 0..4),
        ) {
            let records = samples();
            let picked: Vec<Record> = order.iter().map(|number| records[*number].clone()).collect();
            let mut bytes = text(&picked);
            holds(&bytes);
            let at = harm.index(bytes.len() + 1);
            bytes.splice(at..at, with);
            holds(&bytes);
        }
    }
}

//! What became of each event and lead, by the caller's word and by the vendor's.

use std::{cell::RefCell, collections::HashMap, fmt};

use afflux::{Delivery, Error};

/// The three sorts of traffic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Sort {
    Event,
    Push,
    Create,
}

pub(crate) const SORTS: [Sort; 3] = [Sort::Event, Sort::Push, Sort::Create];

impl Sort {
    /// The beginning of the ids of this sort.
    pub(crate) fn letter(self) -> char {
        match self {
            Self::Event => 'e',
            Self::Push => 'p',
            Self::Create => 'c',
        }
    }
}

/// The caller's word. One byte each, so that the books stay small.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
enum Word {
    Nothing,
    Accepted,
    NotSent,
    Refused,
    Unknown,
}

/// The books of the caller.
pub(crate) struct Account {
    words: [RefCell<Vec<Word>>; 3],
    twice: RefCell<Vec<String>>,
}

impl Account {
    pub(crate) fn of(events: usize, pushes: usize, creates: usize) -> Self {
        let book = |count| RefCell::new(vec![Word::Nothing; count]);
        Self { words: [book(events), book(pushes), book(creates)], twice: RefCell::default() }
    }

    /// Writes down what the caller was told, once for each.
    pub(crate) fn note<T>(&self, sort: Sort, number: usize, result: &Result<T, Error>) {
        let word = match result.as_ref().map_err(Error::delivery) {
            Ok(_) => Word::Accepted,
            Err(Delivery::NotSent) => Word::NotSent,
            Err(Delivery::Answered) => Word::Refused,
            Err(_) => Word::Unknown,
        };
        let before = std::mem::replace(&mut self.words[sort as usize].borrow_mut()[number], word);
        if before != Word::Nothing {
            self.twice.borrow_mut().push(format!("{}{number} has two outcomes", sort.letter()));
        }
    }

    /// Compares with what the vendors hold: how often each id was stored.
    pub(crate) fn settle(&self, stored: &HashMap<String, u32>) -> Summary {
        let mut summary = Summary { wrong: self.twice.borrow().clone(), ..Summary::default() };
        let mut known = 0;
        for sort in SORTS {
            for (number, word) in self.words[sort as usize].borrow().iter().enumerate() {
                let id = format!("{}{number}", sort.letter());
                let held = stored.get(&id).copied().unwrap_or(0);
                known += usize::from(held > 0);
                let right = match word {
                    Word::Nothing => false,
                    Word::Accepted => held == 1,
                    Word::NotSent | Word::Refused => held == 0,
                    Word::Unknown => held <= 1,
                };
                match word {
                    Word::Accepted => summary.accepted += 1,
                    Word::NotSent => summary.not_sent += 1,
                    Word::Refused => summary.refused += 1,
                    Word::Unknown => {
                        summary.unknown += 1;
                        summary.unknown_stored += usize::from(held > 0);
                    }
                    Word::Nothing => {}
                }
                if !right && summary.wrong.len() < 20 {
                    summary.wrong.push(format!("{id}: {word:?}, and {held} are stored"));
                }
            }
        }
        if known != stored.len() {
            summary.wrong.push(format!("{} are stored that nobody sent", stored.len() - known));
        }
        summary
    }
}

/// How the books close.
#[derive(Debug, Default)]
pub(crate) struct Summary {
    accepted: usize,
    not_sent: usize,
    refused: usize,
    pub(crate) unknown: usize,
    unknown_stored: usize,
    pub(crate) wrong: Vec<String>,
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "accepted and stored once {}, not sent and absent {}, refused and absent {}, unknown {}, of which {} are \
             stored once; {} wrong",
            self.accepted,
            self.not_sent,
            self.refused,
            self.unknown,
            self.unknown_stored,
            self.wrong.len()
        )
    }
}

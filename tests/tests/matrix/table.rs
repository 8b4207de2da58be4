//! What came of each fault, for each kind of call, as `docs/reliability.md` shows it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    sync::{Mutex, PoisonError},
};

use afflux::core::operation::{Operation, Safety};

use crate::faults::{DEFAULT, Often, Patience, TROUBLES, Trouble};

const START: &str = "<!-- the fault matrix, written by its test -->\n";
const END: &str = "<!-- end of the fault matrix -->\n";

/// Which kind of call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Read,
    Repeatable,
    Unsafe,
    AskedToRepeat,
}

const KINDS: [(Kind, &str); 4] = [
    (Kind::Read, "read"),
    (Kind::Repeatable, "idempotent, or keyed with its key"),
    (Kind::Unsafe, "unsafe"),
    (Kind::AskedToRepeat, "unsafe, the vendor asks for a repeat after 5xx"),
];

type Cell = (&'static str, Kind);

/// Outcomes of the matrix: those of a fault that strikes once, with four attempts.
#[derive(Debug, Default)]
pub(crate) struct Table {
    outcomes: Mutex<BTreeMap<Cell, BTreeSet<String>>>,
    calls: Mutex<usize>,
    listings: Mutex<BTreeMap<(&'static str, String), &'static str>>,
}

impl Table {
    pub(crate) fn note(
        &self,
        trouble: &Trouble,
        often: Often,
        patience: &Patience,
        safety: Safety,
        operation: &Operation,
        outcome: &str,
    ) {
        *self.calls.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        if often != Often::Once || patience.name != DEFAULT {
            return;
        }
        let kind = match safety {
            Safety::ReadOnly => Kind::Read,
            Safety::Idempotent | Safety::Keyed(_) => Kind::Repeatable,
            Safety::Unsafe if operation.answers.retry_server_errors => Kind::AskedToRepeat,
            Safety::Unsafe => Kind::Unsafe,
        };
        let mut outcomes = self.outcomes.lock().unwrap_or_else(PoisonError::into_inner);
        outcomes.entry((trouble.name, kind)).or_default().insert(outcome.to_owned());
    }

    /// Notes what becomes of listings that lead on in these ways.
    pub(crate) fn note_listing(&self, trouble: &'static str, ways: &str, outcome: &'static str) {
        let mut listings = self.listings.lock().unwrap_or_else(PoisonError::into_inner);
        let before = listings.insert((trouble, ways.to_owned()), outcome);
        assert!(
            before.is_none_or(|before| before == outcome),
            "{trouble}, {ways}: {before:?}, and {outcome}"
        );
    }

    /// How many calls were made.
    pub(crate) fn calls(&self) -> usize {
        *self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// As Markdown.
    pub(crate) fn print(&self) -> String {
        let outcomes = self.outcomes.lock().unwrap_or_else(PoisonError::into_inner);
        let heads: Vec<&str> = KINDS.iter().map(|(_, head)| *head).collect();
        let mut text = format!("| the fault, once | {} |\n|{}\n", heads.join(" | "), " --- |".repeat(5));
        for trouble in &TROUBLES {
            let cells = KINDS.iter().map(|(kind, _)| {
                let found = outcomes.get(&(trouble.name, *kind));
                found.map_or("-".to_owned(), |found| found.iter().cloned().collect::<Vec<_>>().join("<br>"))
            });
            let _ = writeln!(text, "| {} | {} |", trouble.name, cells.collect::<Vec<_>>().join(" | "));
        }
        text.push_str(
            "\n| the answers, and how they lead on | what becomes of the listing |\n| --- | --- |\n",
        );
        for ((trouble, ways), outcome) in &*self.listings.lock().unwrap_or_else(PoisonError::into_inner) {
            let _ = writeln!(text, "| {trouble}: {ways} | {outcome} |");
        }
        text
    }

    /// The document shows this very table. `AFFLUX_WRITE=1` writes it.
    pub(crate) fn check_document(&self) {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/reliability.md");
        let document = std::fs::read_to_string(path).unwrap();
        let (before, rest) = document.split_once(START).unwrap();
        let (_, after) = rest.split_once(END).unwrap();
        let now = format!("{before}{START}\n{}\n{END}{after}", self.print());
        if std::env::var_os("AFFLUX_WRITE").is_some() {
            std::fs::write(path, now).unwrap();
        } else {
            assert_eq!(document, now, "docs/reliability.md is stale: run this test with AFFLUX_WRITE=1");
        }
    }
}

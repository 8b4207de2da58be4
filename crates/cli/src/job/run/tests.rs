//! Jobs on a disk that is full or may not be written: what leaves, what is told, and what the next run does.
#![allow(clippy::unwrap_used)]

use std::{cell::RefCell, collections::BTreeMap, path::Path};

use super::*;
use crate::{
    disk::small::SmallDisk,
    exit::Exit,
    job::{BadRow, Form, Reason, Row},
};

const ROWS: u64 = 20;

/// A vendor that takes rows, refuses every fifth, and remembers how often each came.
struct Vendor {
    files: Files,
    disk: SmallDisk,
    seen: RefCell<BTreeMap<String, u32>>,
    repeatable: bool,
}

impl RowJob for Vendor {
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
        let (_, name) = row.values().next().unwrap();
        Ok(name.to_owned())
    }

    fn warnings(&self, _item: &String) -> Vec<String> {
        Vec::new()
    }

    fn secrets<'a>(&self, _item: &'a String) -> &'a [String] {
        &[]
    }

    fn repeatable(&self, _item: &String) -> bool {
        self.repeatable
    }

    async fn send(&self, item: &String) -> Sent {
        *self.seen.borrow_mut().entry(item.clone()).or_default() += 1;
        let sent: u32 = self.seen.borrow().values().sum();
        let intents = self.disk.synced(&self.files.journal).matches("\"intent\"").count();
        assert!(intents >= sent as usize, "the intent is on the disk before the call leaves");
        tokio::task::yield_now().await;
        if item.ends_with(['0', '5']) {
            let text = "the vendor does not like it".to_owned();
            return Sent::rejected(Reason { text, status: Some(400), ..Reason::default() });
        }
        Sent::delivered("id")
    }
}

impl Vendor {
    fn new(folder: &Path, disk: SmallDisk, repeatable: bool) -> Self {
        let rows: Vec<String> = (0..ROWS).map(|number| format!("r{number}")).collect();
        std::fs::write(folder.join("f.csv"), format!("name\n{}\n", rows.join("\n"))).unwrap();
        let mut files = Files::of(&folder.join("f.csv"), Form::Csv).unwrap();
        files.disk = Arc::new(disk.clone());
        Self { files, disk, seen: RefCell::default(), repeatable }
    }

    async fn run(&self) -> Result<(Result<(), Failure>, Summary), Failure> {
        let options =
            Options { concurrency: 4, rules: Rules::default(), again: String::new(), reconcile: None };
        let journal = Journal::open(&*self.files.disk, &self.files.journal, self.name())?;
        let source = Source::open(&self.files)?;
        let console = Console { json: false };
        pass(self, &self.files, &options, console, &Interrupt::never(), source, journal).await
    }

    fn sendings(&self) -> u64 {
        self.seen.borrow().values().map(|count| u64::from(*count)).sum()
    }

    fn entries(&self) -> usize {
        let text = std::fs::read_to_string(&self.files.rejected).unwrap_or_default();
        let whole = |line: &str| serde_json::from_str::<serde_json::Value>(line).is_ok();
        assert!(text.lines().all(whole), "an entry is torn: {text}");
        text.lines().count()
    }
}

#[tokio::test]
async fn with_a_full_disk_nothing_leaves_whose_intent_is_not_on_it_and_the_next_run_ends_the_file() {
    let mut unrecorded = 0;
    for (room, repeatable) in (0..9000).step_by(61).zip([false, true].into_iter().cycle()) {
        let folder = tempfile::tempdir().unwrap();
        let job = Vendor::new(folder.path(), SmallDisk::with_room(room), repeatable);
        let (finished, first) = job.run().await.unwrap();
        let (lines, mut doubtful) = (job.sendings(), first.unrecorded_lines.clone());
        assert_eq!(first.rows(), ROWS, "every line is accounted for, {room} bytes");
        assert_eq!(first.delivered + first.rejected, lines, "{room} bytes");
        assert_eq!(finished.is_ok(), lines == ROWS && !job.disk.was_full(), "{room} bytes");
        if let Err(failure) = finished {
            assert_eq!(failure.exit, Exit::File);
            assert!(failure.text().contains(&folder.path().display().to_string()), "{}", failure.text());
        }
        unrecorded += doubtful.len();

        job.disk.free(u64::MAX);
        let (finished, mut second) = job.run().await.unwrap();
        finished.unwrap();
        assert_eq!((second.rows(), second.not_sent), (ROWS, 0), "{room} bytes");
        second.unknown_lines.sort_unstable();
        doubtful.sort_unstable();
        let left = if repeatable { Vec::new() } else { doubtful.clone() };
        assert_eq!(
            second.unknown_lines, left,
            "what could not be written down is in doubt, and nothing else"
        );
        let repeats = if repeatable { doubtful.len() as u64 } else { 0 };
        assert_eq!(job.sendings(), ROWS + repeats, "{room} bytes");
        assert_eq!(job.entries() as u64, second.rejected, "{room} bytes");
    }
    assert!(unrecorded > 0, "no outcome ever found the disk full");
}

#[tokio::test]
async fn a_folder_that_may_not_be_written_is_named_and_nothing_is_sent() {
    for existing in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let job = Vendor::new(folder.path(), SmallDisk::read_only(), false);
        if existing {
            std::fs::write(&job.files.journal, "").unwrap();
        }
        let failure = job.run().await.unwrap_err();
        assert_eq!((failure.exit, job.sendings()), (Exit::File, 0));
        assert!(failure.text().contains("f.csv.journal: read-only"), "{}", failure.text());
    }
}

#[tokio::test]
async fn a_disk_that_goes_away_at_any_step_costs_no_row_and_repeats_none() {
    for steps in 0..120 {
        let folder = tempfile::tempdir().unwrap();
        let job = Vendor::new(folder.path(), SmallDisk::gone_after(steps), false);
        let first = job.run().await;
        let again = Vendor { disk: SmallDisk::with_room(u64::MAX), ..job };
        let mut files = again.files.clone();
        files.disk = Arc::new(again.disk.clone());
        let again = Vendor { files, ..again };
        // What was on the disk before is as sure as what the second run writes.
        again.disk.know(&again.files.journal);
        let (finished, second) = again.run().await.unwrap();
        finished.unwrap();
        assert_eq!((second.rows(), second.not_sent), (ROWS, 0), "{steps} steps: {first:?}");
        assert!(again.seen.borrow().values().all(|times| *times == 1), "{steps} steps: {first:?}");
        assert_eq!(again.sendings() + unsent(&second, &again), ROWS, "{steps} steps");
        assert_eq!(again.entries() as u64, second.rejected, "{steps} steps");
    }
}

/// The rows that are unknown although nothing of them left: whoever is killed cannot say so.
fn unsent(summary: &Summary, job: &Vendor) -> u64 {
    let seen = job.seen.borrow();
    let unseen = |line: &&u64| !seen.contains_key(&format!("r{}", **line - 2));
    summary.unknown_lines.iter().filter(unseen).count() as u64
}

//! What must hold for a file of rows after any number of kills and a run to the end.
//!
//! Three witnesses must agree on each line: the journal, the rejected file and the summary; and a fourth, the vendor,
//! must hold what they say that it holds.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fs::OpenOptions,
    io::Write as _,
};

use afflux_sandbox::RequestRecord;
use serde_json::Value;

use super::{Job, command};
use crate::world::{Run, World, finish};

/// A job that sends the rows of a file.
pub(super) trait Rows: Job {
    /// The file.
    const FILE: &'static str;
    /// The line of its first row.
    const FIRST: u64;
    /// Whether the vendor keeps a row that it rejects.
    const KEEPS_REJECTED: bool = false;

    /// How many rows there are.
    fn count(&self) -> u64;

    /// How often the vendor holds each line; a line that is not in it is not held.
    fn held(&self, world: &World) -> BTreeMap<u64, u64>;

    /// The lines in a request that must not be sent twice.
    fn once(&self, request: &RequestRecord) -> Vec<u64>;

    /// Whether sending this line twice could do harm, so that it may stay unknown.
    fn is_unsafe(&self, line: u64) -> bool;
}

fn journal(file: &str) -> String {
    format!("{file}.journal")
}

/// The number of the journal's records.
pub(super) fn records<J: Rows>(world: &World) -> u64 {
    world.read(&journal(J::FILE)).lines().count() as u64
}

/// Leaves half a record at the journal's end, as a write that was cut off does.
pub(super) fn tear<J: Rows>(world: &World, random: &mut fastrand::Rng) -> Option<&'static str> {
    let text = world.read(&journal(J::FILE));
    let record = text.lines().last()?;
    let half = &record.as_bytes()[..random.usize(1..record.len())];
    let path = world.path(&journal(J::FILE));
    OpenOptions::new().append(true).open(path).unwrap().write_all(half).unwrap();
    Some("ended in half a record")
}

/// What the journal says last of each line.
fn outcomes(journal: &str) -> BTreeMap<u64, String> {
    let mut lines: HashMap<String, u64> = HashMap::new();
    let mut outcomes = BTreeMap::new();
    for record in journal.lines() {
        let record: Value = serde_json::from_str(record).unwrap();
        let text = |name: &str| record[name].as_str().unwrap_or_default().to_owned();
        match record["event"].as_str().unwrap() {
            "intent" => {
                let line = record["line"].as_u64().unwrap();
                lines.insert(text("row"), line);
                outcomes.insert(line, "unknown".to_owned());
            }
            "outcome" => {
                outcomes.insert(lines[&text("row")], text("outcome"));
            }
            _ => {}
        }
    }
    outcomes
}

/// The lines in the rejected file: those that the vendor refused, and those that could not be sent.
fn rejected(text: &str) -> (BTreeSet<u64>, BTreeSet<u64>) {
    let entries = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let (refused, invalid): (Vec<Value>, Vec<Value>) = entries.partition(|entry| entry["status"].is_u64());
    let lines = |entries: Vec<Value>| {
        let lines: BTreeSet<u64> = entries.iter().map(|entry| entry["line"].as_u64().unwrap()).collect();
        assert_eq!(lines.len(), entries.len(), "a line is in the rejected file twice: {text}");
        lines
    };
    (lines(refused), lines(invalid))
}

/// Judges the last run of a round.
pub(super) fn judge<J: Rows>(job: &J, world: &World, run: &Run) {
    let summary = run.object();
    let said = |name: &str| summary[name].as_u64().unwrap_or_else(|| panic!("{name}: {summary}"));
    let outcomes = outcomes(&world.read(&journal(J::FILE)));
    let of = |word: &str| -> BTreeSet<u64> {
        outcomes.iter().filter(|(_, outcome)| *outcome == word).map(|(line, _)| *line).collect()
    };
    let (delivered, unknown) = (of("delivered"), of("unknown"));
    let (refused, invalid) = rejected(&world.read(&format!("{}.rejected.jsonl", J::FILE)));

    // Every line is one thing, whoever is asked.
    assert_eq!(refused, of("rejected"), "{summary}");
    let all: Vec<u64> = [&delivered, &unknown, &refused, &invalid].into_iter().flatten().copied().collect();
    let each: BTreeSet<u64> = all.iter().copied().collect();
    assert_eq!(all.len(), each.len(), "a line is two things: {summary}");
    assert_eq!(each, (J::FIRST..J::FIRST + job.count()).collect(), "a line is lost: {summary}");
    for (name, lines) in
        [("delivered", &delivered), ("rejected", &refused), ("invalid", &invalid), ("unknown", &unknown)]
    {
        assert_eq!(said(name), lines.len() as u64, "{name}: {summary}");
    }
    assert_eq!((said("rows"), said("not_sent"), said("deferred")), (job.count(), 0, 0), "{summary}");
    let listed: BTreeSet<u64> =
        summary["unknown_lines"].as_array().unwrap().iter().map(|line| line.as_u64().unwrap()).collect();
    assert_eq!(listed, unknown);
    let bad = !refused.is_empty() || !invalid.is_empty();
    assert_eq!(run.code, if unknown.is_empty() { i32::from(bad) } else { 4 }, "{run:?}");

    // The vendor holds what they say, and nothing twice.
    let held = job.held(world);
    for line in &each {
        let times = held.get(line).copied().unwrap_or_default();
        let fits = match () {
            () if delivered.contains(line) => times == 1,
            () if unknown.contains(line) => times <= 1 && job.is_unsafe(*line),
            () if refused.contains(line) => times == u64::from(J::KEEPS_REJECTED),
            () => times == 0,
        };
        assert!(fits, "line {line} is held {times} times: {summary}");
    }
    let sent = sent(job, world);
    for line in each.iter().filter(|line| job.is_unsafe(**line)) {
        let times = sent.get(line).copied().unwrap_or_default();
        let settled = delivered.contains(line) || refused.contains(line);
        assert!(times == 1 || times == 0 && !settled, "line {line} left {times} times: {summary}");
    }

    // One more run has nothing left to do.
    let before = J::vendor(world).requests().len();
    let again = finish(command(world, job).spawn().unwrap());
    for name in ["rows", "delivered", "rejected", "invalid", "unknown"] {
        assert_eq!(again.object()[name], summary[name], "{name}");
    }
    assert_eq!((again.code, J::vendor(world).requests().len()), (run.code, before));
}

/// How often each line that must not be sent twice has left, whether the vendor acted on it or not.
fn sent<J: Rows>(job: &J, world: &World) -> BTreeMap<u64, u32> {
    let mut sent: BTreeMap<u64, u32> = BTreeMap::new();
    for request in J::vendor(world).requests().iter().filter(|request| request.read_complete) {
        for line in job.once(request) {
            *sent.entry(line).or_default() += 1;
        }
    }
    sent
}

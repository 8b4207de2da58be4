//! The memory of the program over an export and a report at full size, the sandbox being another process.

use std::{
    fs,
    process::Child,
    time::{Duration, Instant},
};

use afflux_sandbox::partnerize::ExportAnswer;

use crate::world::{World, finish};

const EXPORTED: u64 = 1_000_000;
const REPORTED: u64 = 100_000;

/// The most memory that a process has had at once, in KiB; none once it has ended.
fn peak(child: &Child) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches("kB").trim().parse().ok()
}

/// Runs the program to its end: the most memory that it had, in KiB, and how long it took.
fn measured(world: &World, arguments: &[&str]) -> (u64, Duration) {
    let began = Instant::now();
    let mut child = world.command(arguments).spawn().unwrap();
    let mut most = 0;
    while child.try_wait().unwrap().is_none() {
        most = peak(&child).unwrap_or(most);
        std::thread::sleep(Duration::from_millis(2));
    }
    let took = began.elapsed();
    finish(child).ended(0);
    (most, took)
}

/// What the whole job takes beyond the same command with nothing to fetch.
fn beyond_idle(world: &World, what: &str, command: &[&str], into: &str) {
    let fetch = |from: &str, to: &str, file: &str| {
        let range = ["--from", from, "--to", to, "--timezone", "UTC", "--timeout", "600", "-o", file];
        measured(world, &[command, &range].concat())
    };
    let (idle, _) = fetch("1990-01-01", "1990-01-02", &format!("nothing-{into}"));
    let (most, took) = fetch("2000-01-01", "2100-01-01", into);
    println!(
        "{what}: {most} KiB at most, {idle} KiB with nothing to fetch: {} KiB beyond it, in {took:.1?}",
        most - idle
    );
    assert!(most - idle <= 8 * 1024, "{what}: {} KiB beyond the idle process", most - idle);
}

#[test]
#[ignore = "measures: run it alone, with --release and --nocapture"]
fn a_million_exported_rows_and_a_hundred_thousand_reported_ones_take_eight_megabytes() {
    let world = World::start();
    let partnerize = world.sandbox.partnerize();
    partnerize.resize(12, 2 * EXPORTED, EXPORTED);
    partnerize.configure(|switches| switches.exports = ExportAnswer::Csv);
    beyond_idle(
        &world,
        "export of 1,000,000 conversions",
        &["partnerize", "export", "conversions"],
        "export.csv",
    );
    assert_eq!(world.read("export.csv").lines().count() as u64, EXPORTED + 1);
    partnerize.resize(12, 2 * REPORTED, REPORTED);
    beyond_idle(&world, "report of 100,000 conversions", &["partnerize", "conversions"], "report.jsonl");
    assert_eq!(world.read("report.jsonl").lines().count() as u64, REPORTED);
}

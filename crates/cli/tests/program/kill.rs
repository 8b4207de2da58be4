//! The program is killed at seeded points and run again: each lead at most once, every line accounted for.

use std::{collections::BTreeMap, time::Duration};

use afflux_sandbox::Fault;
use serde_json::Value;

use crate::world::{PASSWORD, World, leads};

const ROWS: usize = 60;

/// When to kill.
enum Point {
    /// After so much time.
    After(Duration),
    /// When so many leads exist.
    Leads(usize),
    /// When the journal is so long.
    Journal(u64),
}

fn point(random: &mut fastrand::Rng, world: &World) -> Point {
    match random.u32(0..3) {
        0 => Point::After(Duration::from_micros(random.u64(0..60_000))),
        1 => Point::Leads(world.sandbox.irev().leads().len() + random.usize(1..25)),
        _ => Point::Journal(journal_length(world) + random.u64(1..9000)),
    }
}

fn journal_length(world: &World) -> u64 {
    std::fs::metadata(world.path("leads.csv.journal")).map_or(0, |metadata| metadata.len())
}

fn run_and_kill(world: &World, point: &Point) {
    let mut child = world.command(&["irev", "push", "leads.csv"]).spawn().unwrap();
    let began = std::time::Instant::now();
    loop {
        let reached = match point {
            Point::After(time) => began.elapsed() >= *time,
            Point::Leads(count) => world.sandbox.irev().leads().len() >= *count,
            Point::Journal(length) => journal_length(world) >= *length,
        };
        if reached || child.try_wait().unwrap().is_some() {
            break;
        }
        std::thread::sleep(Duration::from_micros(200));
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

fn check(seed: u64) {
    let mut random = fastrand::Rng::with_seed(seed);
    let world = World::start();
    let irev = world.sandbox.irev();
    world.write(
        "leads.csv",
        leads(ROWS).replace("203.0.113.7,DE", "203.0.113.7,FR").replace("203.0.113.9,DE", "203.0.113.9,DEU"),
    );
    irev.traffic_filter(|filter| filter.blocked_countries = vec!["FR".to_owned()]);
    irev.fault(Fault::delay(Duration::from_millis(4)).on("POST", "/leads").always());
    for _ in 0..random.usize(1..5) {
        run_and_kill(&world, &point(&mut random, &world));
    }
    // A request whose sender is gone may still be on its way in.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(irev.settled());
    let run = world.run(&["irev", "push", "leads.csv", "--json"]);
    let object = run.object();
    let count = |name: &str| usize::try_from(object[name].as_u64().unwrap()).unwrap();

    let mut created: BTreeMap<String, usize> = BTreeMap::new();
    for lead in irev.leads() {
        *created.entry(lead.text("aff_sub").unwrap().to_owned()).or_default() += 1;
    }
    assert!(created.values().all(|count| *count == 1), "seed {seed}: pushed twice: {created:?}");
    let accounted = count("delivered") + count("rejected") + count("invalid") + count("unknown");
    assert_eq!((count("rows"), accounted), (ROWS, ROWS), "seed {seed}: {object}");
    assert_eq!(count("invalid"), 1, "seed {seed}");
    let sure = count("delivered") + count("rejected");
    assert!(
        sure <= created.len() && created.len() <= sure + count("unknown"),
        "seed {seed}: {object}, {created:?}"
    );
    assert_eq!(run.code, if count("unknown") > 0 { 4 } else { 1 }, "seed {seed}");

    let rejected: Vec<Value> = world
        .read("leads.csv.rejected.jsonl")
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(rejected.len(), count("rejected") + count("invalid"), "seed {seed}: {rejected:?}");
    assert!(!world.read("leads.csv.journal").contains(PASSWORD), "seed {seed}");

    // What arrived is found, and the file comes to an end.
    let found = world.run(&["irev", "reconcile", "leads.csv"]);
    assert!(found.code == 0 || found.code == 4, "seed {seed}: {found:?}");
    let object = world.run(&["irev", "push", "leads.csv", "--json"]).object();
    let delivered = irev.conversions().len();
    assert_eq!(object["delivered"].as_u64(), u64::try_from(delivered).ok(), "seed {seed}: {object}");
    assert_eq!(irev.leads().len(), created.len(), "seed {seed}: nothing was sent any more");
}

#[test]
fn killed_anywhere_and_run_again_each_lead_is_pushed_at_most_once_0() {
    (0..9).for_each(check);
}

#[test]
fn killed_anywhere_and_run_again_each_lead_is_pushed_at_most_once_1() {
    (9..18).for_each(check);
}

#[test]
fn killed_anywhere_and_run_again_each_lead_is_pushed_at_most_once_2() {
    (18..27).for_each(check);
}

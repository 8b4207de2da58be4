//! The program is killed at seeded points and run again: no event is uploaded twice, every record is accounted for.

use std::{
    fmt::Write as _,
    time::{Duration, Instant},
};

use afflux_sandbox::{Fault, clevertap::RecordRule};

use crate::world::World;

const EVENTS: usize = 600;
const PROFILES: usize = 120;

/// When to kill.
enum Point {
    /// After so much time.
    After(Duration),
    /// When so many events are stored.
    Events(u64),
    /// When the journal is so long.
    Journal(u64),
}

fn point(random: &mut fastrand::Rng, world: &World) -> Point {
    match random.u32(0..3) {
        0 => Point::After(Duration::from_micros(random.u64(0..60_000))),
        1 => Point::Events(world.sandbox.clevertap().event_count() + random.u64(1..200)),
        _ => Point::Journal(journal_length(world) + random.u64(1..60_000)),
    }
}

fn journal_length(world: &World) -> u64 {
    std::fs::metadata(world.path("r.jsonl.journal")).map_or(0, |metadata| metadata.len())
}

const RUN: [&str; 5] = ["clevertap", "upload", "r.jsonl", "--batch-size", "25"];

fn run_and_kill(world: &World, point: &Point) {
    let mut child = world.command(&RUN).spawn().unwrap();
    let began = Instant::now();
    loop {
        let reached = match point {
            Point::After(time) => began.elapsed() >= *time,
            Point::Events(count) => world.sandbox.clevertap().event_count() >= *count,
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

fn records() -> String {
    let mut text = String::new();
    for number in 0..EVENTS {
        writeln!(
            text,
            r#"{{"identity":"u{number}","type":"event","evtName":"Seen","evtData":{{"n":{number}}}}}"#
        )
        .unwrap();
        if number < PROFILES {
            let user = number / 3;
            writeln!(text, r#"{{"identity":"p{user}","type":"profile","profileData":{{"Step":{number}}}}}"#)
                .unwrap();
        }
    }
    text.push_str("{\"type\":\"event\"}\n");
    text
}

fn check(seed: u64) {
    let mut random = fastrand::Rng::with_seed(seed);
    let world = World::start();
    let clevertap = world.sandbox.clevertap();
    world.write("r.jsonl", records());
    clevertap.reject(RecordRule::code(515).identity_with("u77"));
    clevertap.fault(Fault::delay(Duration::from_millis(6)).always());
    for _ in 0..random.usize(1..5) {
        run_and_kill(&world, &point(&mut random, &world));
    }
    // A request whose sender is gone may still be on its way in.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(clevertap.settled());
    let run = world.run(&[&RUN[..], &["--json"]].concat());
    let object = run.object();
    let count = |name: &str| object[name].as_u64().unwrap();
    let rows = u64::try_from(EVENTS + PROFILES + 1).unwrap();
    let accounted = count("delivered") + count("rejected") + count("invalid") + count("unknown");
    assert_eq!((count("rows"), accounted), (rows, rows), "seed {seed}: {object}");
    assert_eq!((count("invalid"), clevertap.repeated_events()), (1, 0), "seed {seed}");
    // Profiles are sent again, so that what is unknown are events.
    let sure = count("delivered") - u64::try_from(PROFILES).unwrap();
    let stored = clevertap.event_count();
    assert!(sure <= stored && stored <= sure + count("unknown"), "seed {seed}: {object}, {stored}");
    assert_eq!(run.code, if count("unknown") > 0 { 4 } else { 1 }, "seed {seed}");
    for user in 0..PROFILES / 3 {
        let profile = clevertap.profile(&format!("p{user}")).unwrap();
        assert_eq!(
            profile.properties["Step"],
            user * 3 + 2,
            "seed {seed}: the last of the file is the last stored"
        );
    }
    let entries = u64::try_from(world.read("r.jsonl.rejected.jsonl").lines().count()).unwrap();
    assert_eq!(entries, count("rejected") + count("invalid"), "seed {seed}");
    let before = clevertap.requests().len();
    world.run(&RUN);
    assert_eq!(clevertap.requests().len(), before, "seed {seed}: nothing is sent any more");
}

#[test]
fn killed_anywhere_and_run_again_no_event_is_uploaded_twice_0() {
    (0..7).for_each(check);
}

#[test]
fn killed_anywhere_and_run_again_no_event_is_uploaded_twice_1() {
    (7..14).for_each(check);
}

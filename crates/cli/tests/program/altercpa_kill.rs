//! The program is killed at seeded points while it sends postbacks, and run again.

use std::{collections::BTreeMap, fmt::Write as _, time::Duration};

use afflux_sandbox::{Fault, altercpa::Event};

use crate::world::World;

const LEADS: usize = 14;

/// Keyed leads with five statuses each, and creations that nothing protects: each of those is made recognisable by its
/// `comment`.
fn file() -> String {
    let mut text = String::from("action,click,exto,flow,stid,comment,accept\n");
    for step in 0..6 {
        for lead in 0..LEADS {
            let stid = ["", "2", "3", "4", "6", "10"][step];
            let action = if step == 0 { "create" } else { "status" };
            writeln!(text, "{action},9001,K-{lead},,{stid},,").unwrap();
            if step == 2 {
                writeln!(text, "create,,,501,,bare-{lead},").unwrap();
            }
            if step == 4 && lead == 0 {
                writeln!(text, "create,9002,P-{lead},,,accepted-{lead},1").unwrap();
            }
        }
    }
    text
}

const ROWS: usize = LEADS * 7 + 1;

fn journal_length(world: &World) -> u64 {
    std::fs::metadata(world.path("p.csv.journal")).map_or(0, |metadata| metadata.len())
}

fn run_and_kill(world: &World, random: &mut fastrand::Rng) {
    let (after, requests, journal) = match random.u32(0..3) {
        0 => (Duration::from_micros(random.u64(0..120_000)), usize::MAX, u64::MAX),
        1 => (Duration::MAX, world.sandbox.altercpa().requests().len() + random.usize(1..40), u64::MAX),
        _ => (Duration::MAX, usize::MAX, journal_length(world) + random.u64(1..16_000)),
    };
    let mut child = world.command(&["altercpa", "postbacks", "p.csv"]).spawn().unwrap();
    let began = std::time::Instant::now();
    while began.elapsed() < after
        && world.sandbox.altercpa().requests().len() < requests
        && journal_length(world) < journal
        && child.try_wait().unwrap().is_none()
    {
        std::thread::sleep(Duration::from_micros(200));
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

fn check(seed: u64) {
    let mut random = fastrand::Rng::with_seed(seed);
    let world = World::start();
    let altercpa = world.sandbox.altercpa();
    altercpa.configure(|switches| {
        switches.accept_always_changes = afflux_sandbox::altercpa::AcceptAlwaysChanges::On;
    });
    world.write("p.csv", file());
    altercpa.fault(Fault::delay(Duration::from_millis(3)).always());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    for _ in 0..random.usize(1..5) {
        run_and_kill(&world, &mut random);
        // A request whose sender is gone may still be on its way in, and a late one changes what came after it.
        runtime.block_on(altercpa.settled());
    }
    let run = world.run(&["altercpa", "postbacks", "p.csv", "--json"]);
    let object = run.object();
    let count = |name: &str| usize::try_from(object[name].as_u64().unwrap()).unwrap();
    assert_eq!(count("rows"), ROWS, "seed {seed}: {object}");
    assert_eq!(count("delivered") + count("unknown"), ROWS, "seed {seed}: {object}\n{}", run.stderr);
    assert_eq!(run.code, if count("unknown") > 0 { 4 } else { 0 }, "seed {seed}");

    let mut bare: BTreeMap<String, usize> = BTreeMap::new();
    for lead in altercpa.leads() {
        if let Some(comment) = lead.field("comment") {
            *bare.entry(comment.to_owned()).or_default() += 1;
        }
    }
    assert!(bare.values().all(|count| *count == 1), "seed {seed}: sent twice: {bare:?}");
    assert!(bare.len() + count("unknown") > LEADS, "seed {seed}: {bare:?}");
    assert!(altercpa.payout_bookings() <= u64::try_from(LEADS + 1).unwrap(), "seed {seed}: booked twice");
    for lead in 0..LEADS {
        let leads = altercpa.leads_by_exto(&format!("K-{lead}"));
        assert_eq!(leads.len(), 1, "seed {seed}: K-{lead}");
        let history: Vec<i64> = leads[0].history.iter().map(|entry| entry.status).collect();
        assert_eq!(history, [1, 2, 3, 4, 6, 10], "seed {seed}: K-{lead}");
        assert!(leads[0].history[1..].iter().all(|entry| entry.event != Event::Created));
    }
    // What is unknown is a creation that nothing protects.
    let text = file();
    let lines: Vec<&str> = text.lines().collect();
    for line in object["unknown_lines"].as_array().unwrap() {
        let row = lines[usize::try_from(line.as_u64().unwrap()).unwrap() - 1];
        assert!(row.contains("bare-") || row.contains("accepted-"), "seed {seed}: {row}");
    }
    world.no_token_in_files();
    let before = altercpa.requests().len();
    let again = world.run(&["altercpa", "postbacks", "p.csv", "--json"]).object();
    assert_eq!(
        (&again["delivered"], &again["unknown"]),
        (&object["delivered"], &object["unknown"]),
        "seed {seed}"
    );
    assert_eq!(altercpa.requests().len(), before, "seed {seed}: nothing was sent any more");
}

#[test]
fn killed_anywhere_and_run_again_nothing_unsafe_is_sent_twice_and_statuses_stay_in_order_0() {
    (0..8).for_each(check);
}

#[test]
fn killed_anywhere_and_run_again_nothing_unsafe_is_sent_twice_and_statuses_stay_in_order_1() {
    (8..16).for_each(check);
}

#[test]
fn killed_anywhere_and_run_again_nothing_unsafe_is_sent_twice_and_statuses_stay_in_order_2() {
    (16..24).for_each(check);
}

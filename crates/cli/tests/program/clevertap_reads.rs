//! Reading back: exports over several runs, one profile, counts.

use afflux_sandbox::Fault;
use jiff::{ToSpan, tz::TimeZone};
use serde_json::Value;

use crate::world::{World, mode};

/// The options that ask for the event with the most to read, in the sandbox's made-up project.
fn charged(world: &World) -> [String; 7] {
    let today = world.sandbox.clevertap().now().to_zoned(TimeZone::UTC).date();
    let first = today.saturating_sub(35.days());
    let days = [first.to_string(), today.to_string()];
    ["--event", "Charged", "--from", &days[0], "--to", &days[1], "--timeout=50"].map(str::to_owned)
}

fn with<'a>(base: &[&'a str], charged: &'a [String], more: &[&'a str]) -> Vec<&'a str> {
    let charged: Vec<&str> = charged.iter().map(String::as_str).collect();
    [base, &charged, more].concat()
}

fn opened(world: &World, operation: &str) -> usize {
    let requests = world.sandbox.clevertap().requests();
    requests.iter().filter(|request| request.operation.as_deref() == Some(operation)).count()
}

#[test]
fn an_export_goes_on_where_an_earlier_run_stopped() {
    let world = World::start();
    let clevertap = world.sandbox.clevertap();
    clevertap.populate(0, 800);
    let charged = charged(&world);
    let events = with(&["clevertap", "events"], &charged, &["--batch-size", "40"]);
    let shown = world.run(&events).ended(0);
    let rows: Vec<&str> = shown.stdout.lines().collect();
    assert!(rows.len() > 80 && rows.iter().all(|row| serde_json::from_str::<Value>(row).is_ok()));
    let count = world.run(&with(&["clevertap", "counts"], &charged, &[])).ended(0);
    assert_eq!(count.stdout.trim(), rows.len().to_string());

    let to_file = [&events[..], &["-o", "e.jsonl"]].concat();
    clevertap.clear_requests();
    clevertap.fault(Fault::html(404).on("GET", "/1/events.json").after(2).always());
    world.run(&to_file).ended(1);
    assert!(!world.path("e.jsonl").exists(), "not before it is complete");
    for beside in ["e.jsonl.part", "e.jsonl.resume"] {
        assert_eq!(mode(&world.path(beside)), 0o600, "{beside}");
    }
    clevertap.clear_faults();
    let other = ["clevertap", "profiles", "-o", "e.jsonl", "--query", r#"{"prompt":"x"}"#];
    assert!(world.run(&other).ended(2).stderr.contains("of another listing"));
    let run = world.run(&to_file).ended(0);
    assert!(run.stderr.contains("going on behind 80 rows"), "{}", run.stderr);
    assert!(run.stdout.contains(&format!("{} rows -> e.jsonl", rows.len())), "{}", run.stdout);
    assert_eq!(opened(&world, "openEventExport"), 1, "it is not begun anew");
    let written = world.read("e.jsonl");
    assert_eq!(written.lines().collect::<Vec<_>>(), rows, "no row is missing or there twice");
    assert!(!world.path("e.jsonl.part").exists() && !world.path("e.jsonl.resume").exists());
    assert_eq!(mode(&world.path("e.jsonl")), 0o600);
    world.no_token_in_files();
}

#[test]
fn a_query_is_given_by_options_or_as_json_and_not_by_both() {
    let world = World::start();
    let charged = charged(&world);
    let day = |text: &str| text.replace('-', "");
    let json = format!(r#"{{"event_name":"Charged","from":{},"to":{}}}"#, day(&charged[3]), day(&charged[5]));
    let json = json.as_str();
    let by_json = world.run(&["clevertap", "counts", "--query", json]).ended(0).stdout;
    assert_eq!(by_json, world.run(&with(&["clevertap", "counts"], &charged, &[])).ended(0).stdout);
    let users =
        world.run(&with(&["clevertap", "counts"], &charged, &["--users", "--json"])).ended(0).object();
    assert!(users["count"].as_u64().unwrap() <= by_json.trim().parse().unwrap());
    let filter = r#"{"event_properties":[{"name":"Amount","operator":"greater_than","value":1e12}]}"#;
    let none = world.run(&with(&["clevertap", "counts"], &charged, &["--query", filter])).ended(0).stdout;
    assert_eq!(none.trim(), "0", "the vendor's own filters are sent");
    let sent = world.sandbox.clevertap().requests().len();
    let unknown = format!(r#"{},"event_properties":[{{"nmae":"Amount"}}]}}"#, json.trim_end_matches('}'));
    for (arguments, said) in [
        (&["--query", &unknown][..], "event_properties[0].nmae"),
        (&["--query", "[1]"][..], "must be one JSON object"),
        (&["--query", json, "--event", "x"], "`event_name` is given by --event too"),
        (&["--query", r#"{"event_name":"a","from":"soon"}"#], "`from` must be a day"),
        (&["--event", "Charged", "--from", "2026-01-01"], "--to is missing"),
        (&["--from", "2026-01-01"], "--event is missing"),
        (&[], "event_name"),
    ] {
        let run = world.run(&[&["clevertap", "counts"][..], arguments].concat()).ended(2);
        assert!(run.stderr.contains(said), "{said} in {}", run.stderr);
    }
    assert_eq!(world.sandbox.clevertap().requests().len(), sent);
}

#[test]
fn one_profile_is_read_by_one_key() {
    let world = World::start();
    let run = world.run(&["clevertap", "profile", "--identity", "user-1"]).ended(0);
    assert!(run.stdout.contains("user-1"), "{}", run.stdout);
    world.run(&["clevertap", "profile"]).ended(2);
    world.run(&["clevertap", "profile", "--identity", "a", "--email", "b@example.com"]).ended(2);
}

use afflux_sandbox::Fault;
use serde_json::Value;

use crate::world::{World, mode};

const ALL: [&str; 4] = ["irev", "leads", "--from", "2001-01-01"];

#[test]
fn rows_go_into_a_file_whole_and_for_its_owner_only() {
    let world = World::start();
    world.sandbox.irev().seed_leads(230);
    let raw = world.run(&["call", "irev", "listLeads", "--all"]).ended(0).stdout;
    let run = world.run(&[&ALL[..], &["-o", "leads.jsonl"]].concat()).ended(0);
    assert!(run.stdout.contains("230 rows"), "{}", run.stdout);
    assert_eq!(world.read("leads.jsonl"), raw, "a row in the file is the vendor's text");
    let run = world.run(&[&ALL[..], &["-o", "leads.csv", "--json"]].concat()).ended(0);
    assert_eq!(run.object()["rows"], 230);
    let text = world.read("leads.csv");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    assert!(reader.headers().unwrap().iter().any(|name| name == "externalId"));
    assert_eq!(reader.records().map(Result::unwrap).count(), 230);
    for name in ["leads.jsonl", "leads.csv"] {
        assert_eq!(mode(&world.path(name)), 0o600);
    }
}

#[test]
fn what_is_shown_masks_passwords_and_what_is_written_does_not() {
    let world = World::start();
    let row = r#"[{"uuid":"00000000-0000-4000-8000-000000000001","password":"Pw-SHOWN","n":1.10}]"#;
    let answer = || Fault::answer(200, Some("application/json"), row);
    for arguments in [&ALL[..], &["irev", "leads", "--json"]] {
        world.sandbox.irev().fault(answer());
        let run = world.run(arguments).ended(0);
        assert!(run.stdout.contains("000001") && !run.stdout.contains("Pw-SHOWN"), "{}", run.stdout);
    }
    world.sandbox.irev().fault(answer());
    world.run(&[&ALL[..], &["-o", "w.jsonl"]].concat()).ended(0);
    assert!(world.read("w.jsonl").contains(r#""password":"Pw-SHOWN","n":1.10"#));
}

#[test]
fn filters_are_sent_and_both_ends_of_the_range_always_are() {
    let world = World::start();
    let goal = world.sandbox.irev().goal_types()[1].uuid.to_string();
    world
        .run(&[
            "irev",
            "leads",
            "--test",
            "true",
            "--goal-type",
            &goal,
            "--from",
            "2026-01-31T10:00:00+02:00",
        ])
        .ended(0);
    let request = &world.sandbox.irev().requests()[0];
    let shown = format!("{request:?}");
    for part in ["is_test", "goal_type_uuid", "2026-01-31T08:00:00Z", "created_to"] {
        assert!(shown.contains(part), "{part} in {shown}");
    }
}

#[test]
fn a_listing_that_breaks_leaves_no_file_under_its_name() {
    let world = World::start();
    world.sandbox.irev().seed_leads(150);
    world.sandbox.irev().fault(Fault::html(404).after(1));
    world.run(&[&ALL[..], &["-o", "leads.csv"]].concat()).ended(1);
    assert!(!world.path("leads.csv").exists());
    world.run(&[&ALL[..], &["-o", "missing/leads.csv"]].concat()).ended(5);
}

#[test]
fn goal_types_are_listed() {
    let world = World::start();
    assert!(world.run(&["irev", "goal-types"]).ended(0).stdout.contains("Pushed Lead"));
    let list: Vec<Value> =
        serde_json::from_str(&world.run(&["irev", "goal-types", "--json"]).ended(0).stdout).unwrap();
    assert_eq!(list.len(), 2);
}

//! Files of records: batches, and an outcome for each record.

use std::{fmt::Write as _, time::Duration};

use afflux_sandbox::{Fault, clevertap::RecordRule};
use serde_json::Value;

use crate::world::{World, counts, finish, mode, until};

const SEND: [&str; 3] = ["clevertap", "upload", "r.jsonl"];
const SEND_JSON: [&str; 4] = ["clevertap", "upload", "r.jsonl", "--json"];

fn event(number: usize) -> String {
    format!(
        r#"{{"identity":"u{number}","ts":1660717763,"type":"event","evtName":"Seen","evtData":{{"n":{number}}}}}"#
    )
}

fn events(count: usize) -> String {
    (0..count).map(|number| event(number) + "\n").collect()
}

fn rejected(world: &World) -> Vec<Value> {
    world.read("r.jsonl.rejected.jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn batches(world: &World) -> usize {
    world.sandbox.clevertap().requests().len()
}

#[test]
fn records_of_all_kinds_travel_in_few_batches_and_are_uploaded_once() {
    let world = World::start();
    let mut text = String::new();
    for number in 0..1500 {
        writeln!(text, "{}", event(number)).unwrap();
        if number % 10 == 0 {
            writeln!(
                text,
                r#"{{"identity":"u{number}","type":"profile","profileData":{{"Plan":"gold","n":1.10}}}}"#
            )
            .unwrap();
        }
        if number % 100 == 0 {
            writeln!(
                text,
                r#"{{"type":"token","objectId":"__dev{number}","tokenData":{{"id":"push-CANARY-{number}","type":"fcm"}}}}"#
            )
            .unwrap();
        }
    }
    world.write("r.jsonl", text);
    let run = world.run(&[&SEND[..], &["--partner-id", "Acme"]].concat()).ended(0);
    assert!(run.stdout.contains("delivered 1665   rejected 0   unknown 0"), "{}", run.stdout);
    assert_eq!(batches(&world), 4, "two of events, one of profiles, one of tokens");
    let clevertap = world.sandbox.clevertap();
    assert_eq!((clevertap.event_count(), clevertap.repeated_events()), (1500, 0));
    assert!(clevertap.events().iter().all(|event| event.source.as_deref() == Some("Acme")));
    assert_eq!(clevertap.profile("u10").unwrap().properties["Plan"], "gold");
    assert_eq!(counts(&world.run(&SEND_JSON).ended(0)), [1665, 1665, 0, 0, 0, 0, 0]);
    assert_eq!(batches(&world), 4, "nothing is sent twice");
    assert_eq!(mode(&world.path("r.jsonl.journal")), 0o600);
    assert!(!world.read("r.jsonl.journal").contains("CANARY"));
    world.no_token_in_files();
}

#[test]
fn each_rejected_record_is_told_with_its_code_and_the_others_are_in() {
    let world = World::start();
    let clevertap = world.sandbox.clevertap();
    clevertap.reject(RecordRule::code(515).identity_with("u7"));
    let text = format!("{}{{\"type\":\"event\",\"evtName\":\"Seen\"}}\n[1]\n", events(30));
    world.write("r.jsonl", text);
    let run = world.run(&SEND).ended(1);
    assert!(
        run.stdout.contains("delivered 29   rejected 1   invalid 2 -> r.jsonl.rejected.jsonl   unknown 0"),
        "{}",
        run.stdout
    );
    assert!(run.stderr.contains("line 31, column `identity`: is missing"), "{}", run.stderr);
    assert!(run.stderr.contains("line 32: must be one JSON object"), "{}", run.stderr);
    let entries = rejected(&world);
    let refused = entries.iter().find(|entry| entry["line"] == 8).unwrap();
    assert_eq!(refused["error_type"], "515");
    assert!(!refused["reason"].as_str().unwrap().is_empty(), "{refused}");
    assert_eq!(refused["row"]["evtData"]["n"], 7);
    assert_eq!(clevertap.event_count(), 29);
    assert_eq!(counts(&world.run(&SEND_JSON).ended(1)), [32, 29, 1, 2, 0, 0, 0]);
    clevertap.clear_rejections();
    let again = [&SEND_JSON[..], &["--retry-rejected"]].concat();
    assert_eq!(counts(&world.run(&again).ended(1)), [32, 30, 0, 2, 0, 0, 0]);
    assert_eq!((clevertap.event_count(), clevertap.repeated_events()), (30, 0));
}

#[test]
fn a_fault_of_the_vendors_with_a_record_is_tried_again_and_then_left_for_the_next_run() {
    let world = World::start();
    let clevertap = world.sandbox.clevertap();
    clevertap.reject(RecordRule::code(555).identity_with("u3"));
    world.write("r.jsonl", events(5));
    let run = world.run(&SEND_JSON).ended(1);
    assert_eq!(counts(&run), [5, 4, 0, 0, 0, 0, 1]);
    assert!(run.stderr.contains("line 4: "), "{}", run.stderr);
    clevertap.clear_rejections();
    assert_eq!(counts(&world.run(&SEND_JSON).ended(0)), [5, 5, 0, 0, 0, 0, 0]);
    assert_eq!(clevertap.repeated_events(), 0);
}

#[test]
fn events_without_an_answer_are_not_sent_again_and_profiles_are() {
    let world = World::start();
    let clevertap = world.sandbox.clevertap();
    let mut text = events(40);
    for number in 0..30 {
        writeln!(text, r#"{{"identity":"p{number}","type":"profile","profileData":{{"n":1}}}}"#).unwrap();
    }
    world.write("r.jsonl", text);
    clevertap.fault(Fault::reset_after_commit().always());
    let run = world.run(&SEND_JSON).ended(4);
    assert_eq!(counts(&run), [70, 0, 0, 0, 70, 0, 0]);
    assert!(run.stderr.contains("line 1 and 39 more"), "{}", run.stderr);
    clevertap.clear_faults();
    assert_eq!(counts(&world.run(&SEND_JSON).ended(4)), [70, 30, 0, 0, 40, 0, 0]);
    assert_eq!((clevertap.event_count(), clevertap.repeated_events()), (40, 0));
    let again = [&SEND_JSON[..], &["--repeat-unknown"]].concat();
    assert_eq!(counts(&world.run(&again).ended(0)), [70, 70, 0, 0, 0, 0, 0]);
    assert_eq!(clevertap.repeated_events(), 40);
}

#[test]
fn records_about_one_profile_arrive_in_the_order_of_the_file() {
    let world = World::start();
    let clevertap = world.sandbox.clevertap();
    let mut text = String::new();
    for step in 0..4 {
        for user in 0..20 {
            writeln!(text, r#"{{"identity":"u{user}","type":"profile","profileData":{{"Step":{step}}}}}"#)
                .unwrap();
        }
    }
    world.write("r.jsonl", text);
    clevertap.fault(Fault::delay(Duration::from_millis(20)).times(3));
    let run = world.run(&[&SEND_JSON[..], &["--batch-size", "10"]].concat()).ended(0);
    assert_eq!(counts(&run), [80, 80, 0, 0, 0, 0, 0]);
    for user in 0..20 {
        assert_eq!(clevertap.profile(&format!("u{user}")).unwrap().properties["Step"], 3);
    }
}

#[test]
fn a_refused_account_stops_the_file_and_only_json_lines_are_taken() {
    let world = World::start();
    world.write("r.jsonl", events(3000));
    let mut command = world.command(&SEND_JSON);
    let run = finish(command.env("CLEVERTAP_PASSCODE", "wrong-CANARY-passcode").spawn().unwrap()).ended(1);
    assert_eq!(counts(&run), [3000, 0, 0, 0, 0, 0, 3000]);
    assert!(!run.stdout.contains("wrong-CANARY") && !run.stderr.contains("wrong-CANARY"));
    world.write("r.csv", "identity\nu1\n");
    assert!(world.run(&["clevertap", "upload", "r.csv"]).ended(2).stderr.contains("must end in .jsonl"));
    let dry = world.run(&[&SEND[..], &["--dry-run"]].concat()).ended(0);
    assert!(dry.stdout.contains("would upload 3000"), "{}", dry.stdout);
    assert_eq!(world.sandbox.clevertap().event_count(), 0);
}

#[cfg(unix)]
#[test]
fn an_interruption_lets_the_batches_in_flight_end_and_the_next_run_goes_on() {
    let world = World::start();
    let clevertap = world.sandbox.clevertap();
    world.write("r.jsonl", events(2000));
    clevertap.fault(Fault::delay(Duration::from_millis(30)).always());
    let small = [&SEND_JSON[..], &["--batch-size", "20", "--concurrency", "3"]].concat();
    let child = world.command(&small).spawn().unwrap();
    until("some events", || clevertap.event_count() > 100);
    std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    let counted = counts(&finish(child).ended(130));
    assert_eq!((counted[0], counted[1], counted[4]), (2000, clevertap.event_count(), 0));
    assert!(counted[1] < 2000);
    clevertap.clear_faults();
    assert_eq!(counts(&world.run(&SEND_JSON).ended(0)), [2000, 2000, 0, 0, 0, 0, 0]);
    assert_eq!((clevertap.event_count(), clevertap.repeated_events()), (2000, 0));
}

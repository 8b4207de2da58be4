//! Files of postbacks.

use std::{fmt::Write as _, time::Duration};

use afflux_sandbox::{
    Fault,
    altercpa::{Source, status},
};
use serde_json::Value;

use crate::world::{World, counts, finish, mode, until};

const SEND: [&str; 3] = ["altercpa", "postbacks", "p.csv"];
const SEND_JSON: [&str; 4] = ["altercpa", "postbacks", "p.csv", "--json"];

fn rejected(world: &World) -> Vec<Value> {
    world.read("p.csv.rejected.jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn requests(world: &World) -> usize {
    world.sandbox.altercpa().requests().len()
}

/// The statuses that a lead went through.
fn statuses(world: &World, exto: &str) -> Vec<i64> {
    let leads = world.sandbox.altercpa().leads_by_exto(exto);
    assert_eq!(leads.len(), 1, "{exto}: {leads:?}");
    leads[0].history.iter().map(|entry| entry.status).collect()
}

const MIXED: &str = "action,click,exto,flow,order,status,stw,wm,cc,auto\n\
    create,9001,A-1,,,,hold,10.50,EUR,\n\
    status,9001,A-1,,,hold,hold,,,\n\
    status,9001,A-1,,,approve,hold,,,\n\
    create,,,501,,approve,,,,\n\
    create,,,501,,approve,,,,\n\
    status,9002,A-2,,,approve,,,,1\n\
    status,,,,70001,,,12.00,EUR,\n";

#[test]
fn a_mixed_file_is_delivered_once_however_often_it_is_run() {
    let world = World::start();
    // The last row names a lead that the first creates: another way to name it, so the file must have its id.
    world.write("p.csv", MIXED.rsplit_once("status,,,,70001").unwrap().0);
    let run = world.run(&SEND).ended(0);
    assert!(run.stdout.contains("delivered 6   rejected 0   unknown 0"), "{}", run.stdout);
    assert!(run.stderr.is_empty(), "{}", run.stderr);
    assert_eq!(requests(&world), 6);
    assert_eq!(counts(&world.run(&SEND_JSON).ended(0)), [6, 6, 0, 0, 0, 0, 0]);
    assert_eq!(requests(&world), 6, "nothing is sent twice");
    world.write("p.csv", MIXED);
    assert_eq!(counts(&world.run(&SEND_JSON).ended(0)), [7, 7, 0, 0, 0, 0, 0]);
    let altercpa = world.sandbox.altercpa();
    assert_eq!(altercpa.stored_leads(Source::Flow(501), None), 2);
    let order = [status::NEW, status::PROCESSING, status::COMPLETED, status::COMPLETED];
    assert_eq!(statuses(&world, "A-1")[..3], order[..3]);
    assert_eq!(statuses(&world, "A-2"), [status::COMPLETED]);
    assert_eq!(mode(&world.path("p.csv.journal")), 0o600);
    for record in world.read("p.csv.journal").lines() {
        let mut record: Value = serde_json::from_str(record).unwrap();
        // Digits of a time or a checksum are no one's id.
        for chance in ["at", "row", "sum"] {
            record[chance].take();
        }
        let record = record.to_string();
        assert!(!["A-1", "9001", "10.50"].iter().any(|value| record.contains(value)), "{record}");
    }
    world.no_token_in_files();
}

#[test]
fn bad_rows_are_named_and_the_others_go_on() {
    let world = World::start();
    world.write(
        "p.csv",
        "action,click,exto,flow,status,accept,reason\n\
         create,9001,A-1,,,,\n\
         push,9001,A-2,,,,\n\
         create,9001,A-3,501,,,\n\
         status,9001,A-4,,hold,,\n\
         status,9001,A-1,,approve,,3\n\
         create,9001,A-1\n\
         status,9002,A-5,,approve,,\n\
         create,9006,A-6,,,,\n\
         create,9002,A-7,,approve,,\n",
    );
    let run = world.run(&SEND_JSON).ended(1);
    assert_eq!(counts(&run), [9, 2, 2, 5, 0, 0, 0]);
    for said in [
        "line 3, column `action`: must be create or status",
        "line 4, column `click`",
        "line 5, column `status`: `hold` must say which",
        "line 6, column `reason`",
        "line 7",
    ] {
        assert!(run.stderr.contains(said), "{said} in {}", run.stderr);
    }
    let entries = rejected(&world);
    let mut lines: Vec<u64> = entries.iter().map(|entry| entry["line"].as_u64().unwrap()).collect();
    lines.sort_unstable();
    assert_eq!(lines, [3, 4, 5, 6, 7, 8, 9]);
    let not_found = entries.iter().find(|entry| entry["line"] == 8).unwrap();
    assert!(["bad-id", "no-id"].contains(&not_found["error_type"].as_str().unwrap()), "{not_found}");
    assert_eq!(not_found["row"]["exto"], "A-5");
    // The click of another offer is not found with this token.
    assert!(entries.iter().any(|entry| entry["line"] == 9 && entry["status"] == 200), "{entries:?}");
    assert_eq!(mode(&world.path("p.csv.rejected.jsonl")), 0o600);
    world.no_token_in_files();
    let before = requests(&world);
    assert_eq!(counts(&world.run(&SEND_JSON).ended(1)), [9, 2, 2, 5, 0, 0, 0]);
    assert_eq!((requests(&world), rejected(&world).len()), (before, 7));
}

#[test]
fn columns_that_the_vendor_does_not_know_are_refused_before_any_row() {
    let world = World::start();
    for (header, expected) in [
        ("click,exto", "`action` is missing"),
        ("action,click,price", "`price` is not a field"),
        ("action,click,token", "`token` has no place"),
        ("action,click,Exto", "`Exto` is not a field"),
    ] {
        world.write("p.csv", format!("{header}\ncreate,9001,x\n"));
        let run = world.run(&SEND).ended(2);
        assert!(run.stderr.contains(expected), "{}", run.stderr);
    }
    assert!(!world.path("p.csv.journal").exists());
    assert_eq!(requests(&world), 0);
}

#[test]
fn a_lost_answer_is_settled_with_a_key_and_stays_unknown_without() {
    let world = World::start();
    let altercpa = world.sandbox.altercpa();
    world.write(
        "p.csv",
        "action,click,exto,flow,status,accept\n\
         create,9001,A-1,,,\n\
         create,9002,,,,\n\
         create,,,501,,\n\
         create,,A-2,501,,\n\
         status,9003,A-3,,,1\n",
    );
    let lead = ["altercpa", "lead", "--click", "9003", "--exto", "A-3"];
    world.run(&lead).ended(0);
    altercpa.fault(Fault::reset_after_commit().always());
    assert_eq!(counts(&world.run(&SEND_JSON).ended(4)), [5, 0, 0, 0, 5, 0, 0]);
    altercpa.clear_faults();
    let seen = requests(&world);
    let stored = altercpa.leads().len();
    assert_eq!(stored, 5);
    let run = world.run(&SEND_JSON).ended(4);
    assert_eq!(counts(&run), [5, 1, 0, 0, 4, 0, 0]);
    assert_eq!(run.object()["unknown_lines"], serde_json::json!([3, 4, 5, 6]));
    assert_eq!(requests(&world), seen + 1);
    assert_eq!((altercpa.leads().len(), altercpa.payout_bookings()), (stored, 1));
    // The network says that it protects flows too.
    let trusting = [&SEND_JSON[..], &["--trust-exto"]].concat();
    assert_eq!(counts(&world.run(&trusting).ended(4)), [5, 2, 0, 0, 3, 0, 0]);
    assert_eq!(altercpa.leads().len(), stored);
}

#[test]
fn a_lost_sending_is_remembered_over_a_run_that_reached_nobody() {
    let world = World::start();
    let altercpa = world.sandbox.altercpa();
    world.write("p.csv", "action,click,exto\ncreate,9001,A-1\n");
    altercpa.fault(Fault::reset_after_commit().always());
    world.run(&SEND).ended(4);
    altercpa.clear_faults();
    altercpa.fault(Fault::refuse());
    assert_eq!(counts(&world.run(&SEND_JSON).ended(4)), [1, 0, 0, 0, 1, 0, 0], "still nobody knows");
    altercpa.clear_faults();
    assert_eq!(counts(&world.run(&SEND_JSON).ended(0)), [1, 1, 0, 0, 0, 0, 0]);
    assert_eq!(altercpa.leads().len(), 1);
}

#[test]
fn a_duplicate_of_another_row_is_not_taken_for_a_lost_answer() {
    let world = World::start();
    let altercpa = world.sandbox.altercpa();
    world.write("p.csv", "action,click,exto,wm,cc\ncreate,9001,A-1,1,EUR\ncreate,9001,A-1,2,EUR\n");
    altercpa.fault(Fault::reset_before_commit().always().after(1));
    assert_eq!(counts(&world.run(&SEND_JSON).ended(4)), [2, 1, 0, 0, 1, 0, 0]);
    altercpa.clear_faults();
    assert_eq!(counts(&world.run(&SEND_JSON).ended(1)), [2, 1, 1, 0, 0, 0, 0]);
    assert_eq!(rejected(&world)[0]["error_type"], "duplicate");
}

#[test]
fn rows_of_one_lead_go_one_after_the_other_while_other_leads_pass() {
    let world = World::start();
    let altercpa = world.sandbox.altercpa();
    let mut text = String::from("action,click,exto,stid\n");
    for lead in 0..8 {
        for step in 0..6 {
            let (action, stid) =
                if step == 0 { ("create", "") } else { ("status", ["2", "3", "4", "6", "10"][step - 1]) };
            writeln!(text, "{action},9001,A-{lead},{stid}").unwrap();
        }
    }
    world.write("p.csv", text);
    altercpa.fault(Fault::delay(Duration::from_millis(40)).always());
    let began = std::time::Instant::now();
    assert_eq!(counts(&world.run(&SEND_JSON).ended(0)), [48, 48, 0, 0, 0, 0, 0]);
    assert!(began.elapsed() < Duration::from_millis(48 * 40), "leads do not wait for each other");
    for lead in 0..8 {
        assert_eq!(statuses(&world, &format!("A-{lead}")), [1, 2, 3, 4, 6, 10]);
    }
}

#[test]
fn what_comes_after_an_unsettled_row_of_its_lead_waits_for_the_next_run() {
    let world = World::start();
    let altercpa = world.sandbox.altercpa();
    world.run(&["altercpa", "lead", "--click", "9001", "--exto", "A-1"]).ended(0);
    let file = "action,click,exto,status,stw\n\
        status,9001,A-1,hold,hold\n\
        status,9001,A-1,approve,hold\n\
        create,9002,A-2,,\n";
    world.write("p.csv", file);
    altercpa.fault(Fault::reset_before_commit().on("POST", "/api/site/status.json").always());
    let run = world.run(&SEND_JSON).ended(4);
    assert_eq!(counts(&run), [3, 1, 0, 0, 1, 1, 0]);
    assert!(run.stderr.contains("about the same lead"), "{}", run.stderr);
    assert_eq!(statuses(&world, "A-1"), [status::NEW], "approve does not overtake");
    altercpa.clear_faults();
    assert_eq!(counts(&world.run(&SEND_JSON).ended(0)), [3, 3, 0, 0, 0, 0, 0]);
    assert_eq!(statuses(&world, "A-1"), [status::NEW, status::PROCESSING, status::COMPLETED]);
    // A row that was wrong and comes before one that was sent would undo it.
    world.write(
        "p.csv",
        file.replace("status,9001,A-1,hold,hold\n", "status,9001,A-1,cancel,\nstatus,9001,A-1,hold,hold\n"),
    );
    let run = world.run(&SEND_JSON).ended(1);
    assert_eq!(counts(&run), [4, 3, 0, 1, 0, 0, 0]);
    assert!(rejected(&world)[0]["reason"].as_str().unwrap().contains("would undo"), "{}", run.stderr);
    assert_eq!(altercpa.leads_by_exto("A-1")[0].status, status::COMPLETED);
}

#[test]
fn an_invalid_row_holds_what_comes_after_it_and_is_sent_in_its_place_when_it_is_right() {
    let world = World::start();
    let file = "action,click,exto,status,wm,cc\n\
        create,9001,A-1,,ten,EUR\n\
        status,9001,A-1,approve,,\n\
        status,9001,A-2,approve,,\n";
    world.write("p.csv", file.replace("A-2,approve", "A-2,"));
    assert_eq!(counts(&world.run(&SEND_JSON).ended(3)), [3, 0, 0, 2, 0, 1, 0]);
    assert_eq!(requests(&world), 0);
    world.write("p.csv", file.replace("ten", "10"));
    assert_eq!(counts(&world.run(&SEND_JSON).ended(1)), [3, 2, 1, 0, 0, 0, 0]);
    assert_eq!(statuses(&world, "A-1"), [status::NEW, status::COMPLETED]);
}

#[test]
fn a_wrong_token_stops_the_file_and_nothing_of_it_is_settled() {
    let world = World::start();
    world.write("p.csv", MIXED);
    let mut command = world.command(&SEND_JSON);
    let run = finish(command.env("ALTERCPA_TOKEN", "199-wrong").spawn().unwrap()).ended(1);
    assert_eq!(counts(&run), [7, 0, 0, 0, 0, 0, 7]);
    assert_eq!(world.sandbox.altercpa().leads().len(), 0);
    world.write("p.csv", MIXED.rsplit_once("status,,,,70001").unwrap().0);
    assert_eq!(counts(&world.run(&SEND_JSON).ended(0)), [6, 6, 0, 0, 0, 0, 0]);
}

#[test]
fn a_dry_run_checks_everything_and_sends_and_writes_nothing() {
    let world = World::start();
    world.write("p.csv", MIXED);
    let run = world.run(&[&SEND[..], &["--dry-run"]].concat()).ended(0);
    assert!(run.stdout.contains("would send 7 to http://"), "{}", run.stdout);
    world.write("p.csv", format!("{MIXED}create,,,,,,,,,\n"));
    world.run(&[&SEND[..], &["--dry-run"]].concat()).ended(1);
    assert_eq!(requests(&world), 0);
    assert!(!world.path("p.csv.journal").exists() && !world.path("p.csv.rejected.jsonl").exists());
}

#[cfg(unix)]
#[test]
fn an_interruption_lets_what_is_in_flight_end_and_the_next_run_goes_on() {
    let world = World::start();
    let altercpa = world.sandbox.altercpa();
    let mut text = String::from("action,click,exto,status\n");
    for lead in 0..60 {
        writeln!(text, "create,9001,A-{lead},\nstatus,9001,A-{lead},approve").unwrap();
    }
    world.write("p.csv", text);
    altercpa.fault(Fault::delay(Duration::from_millis(20)).always());
    let child = world.command(&SEND_JSON).spawn().unwrap();
    until("some leads", || altercpa.leads().len() > 10);
    std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    let counted = counts(&finish(child).ended(130));
    assert_eq!((counted[0], counted[4]), (120, 0));
    assert!(counted[1] < 120);
    altercpa.clear_faults();
    assert_eq!(counts(&world.run(&SEND_JSON).ended(0)), [120, 120, 0, 0, 0, 0, 0]);
    assert_eq!(altercpa.leads().len(), 60);
}

use std::fs;

use afflux_sandbox::Fault;
use serde_json::Value;

use crate::world::{PASSWORD, World, counts, finish, leads, mode};

pub(crate) const PUSH: [&str; 3] = ["irev", "push", "leads.csv"];
pub(crate) const PUSH_JSON: [&str; 4] = ["irev", "push", "leads.csv", "--json"];

fn rejected(world: &World) -> Vec<Value> {
    world.read("leads.csv.rejected.jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_good_file_is_delivered_once_however_often_it_is_run() {
    let world = World::start();
    world.write("leads.csv", leads(40));
    let run = world.run(&PUSH).ended(0);
    assert!(run.stdout.contains("delivered 40   rejected 0   unknown 0"), "{}", run.stdout);
    assert!(run.stderr.is_empty(), "no progress where nobody looks: {}", run.stderr);
    let requests = world.requests();
    assert_eq!(requests, 40);
    let run = world.run(&PUSH_JSON).ended(0);
    assert_eq!(counts(&run), [40, 40, 0, 0, 0, 0, 0]);
    assert_eq!(world.requests(), requests, "nothing is sent twice");
    assert!(!world.path("leads.csv.rejected.jsonl").exists());
    assert_eq!(mode(&world.path("leads.csv.journal")), 0o600);
    assert!(!world.read("leads.csv.journal").contains(PASSWORD));
}

#[test]
fn rows_may_move_and_grow_between_runs() {
    let world = World::start();
    let text = leads(12);
    let (header, rows) = text.split_once('\n').unwrap();
    world.write("leads.csv", format!("{header}\n{}\n", rows.lines().take(6).collect::<Vec<_>>().join("\n")));
    world.run(&PUSH).ended(0);
    let turned: Vec<&str> = rows.lines().rev().collect();
    world.write("leads.csv", format!("{header}\n{}\n", turned.join("\n")));
    assert_eq!(counts(&world.run(&PUSH_JSON).ended(0)), [12, 12, 0, 0, 0, 0, 0]);
    assert_eq!(world.sandbox.irev().leads().len(), 12);
}

#[test]
fn bad_rows_are_named_and_the_others_go_on() {
    let world = World::start();
    let mut text = b"ip,country_code,email,password\n".to_vec();
    text.extend(b"203.0.113.1,DE,a@example.com,x\n");
    text.extend(b"203.0.113.2,DEU,b@example.com,Pw-CANARY-0815\n");
    text.extend(b"203.0.113.3,DE\n");
    text.extend(b"203.0.113.4,DE,\xff\xfe,x\n");
    text.extend(b"nowhere,DE,e@example.com,x\n");
    text.extend(b"203.0.113.6,FR,f@example.com,Pw-CANARY-0815\n");
    text.extend(b"203.0.113.7,AT,g@example.com,x\n");
    world.write("leads.csv", &text);
    world.sandbox.irev().traffic_filter(|filter| filter.blocked_countries = vec!["FR".to_owned()]);
    let run = world.run(&PUSH).ended(1);
    assert!(
        run.stdout.contains("delivered 2   rejected 1   invalid 4 -> leads.csv.rejected.jsonl   unknown 0"),
        "{}",
        run.stdout
    );
    for said in [
        "line 3, column `country_code`",
        "line 4, column `email`",
        "line 5, column `email`: is not UTF-8",
        "line 6, column `ip`",
    ] {
        assert!(run.stderr.contains(said), "{said} in {}", run.stderr);
    }
    assert!(!run.stderr.contains(PASSWORD) && !run.stdout.contains(PASSWORD));
    assert_eq!(world.sandbox.irev().leads().len(), 3);
    let entries = rejected(&world);
    let lines: Vec<u64> = entries.iter().map(|entry| entry["line"].as_u64().unwrap()).collect();
    assert_eq!(lines, [3, 4, 5, 6, 7]);
    let refused = &entries[4];
    assert_eq!(refused["error_type"], "BLOCK_COUNTRY");
    assert_eq!(refused["row"]["password"], PASSWORD, "the row is carried whole");
    assert!(refused["reason"].as_str().is_some_and(|reason| !reason.is_empty()));
    assert_eq!(mode(&world.path("leads.csv.rejected.jsonl")), 0o600);
    // Run again: the same file, nothing sent.
    let requests = world.requests();
    assert_eq!(counts(&world.run(&PUSH_JSON).ended(1)), [7, 2, 1, 4, 0, 0, 0]);
    assert_eq!(rejected(&world).len(), 5);
    assert_eq!(world.requests(), requests);
    // A corrected row is another row.
    let text = String::from_utf8_lossy(&text).replace("DEU", "DE");
    world.write("leads.csv", text);
    assert_eq!(
        counts(&world.run(&PUSH_JSON).ended(1))[1],
        3 + 1,
        "the row that was not UTF-8 became text as well"
    );
}

#[test]
fn equal_rows_are_as_many_leads_unless_they_are_to_be_refused() {
    let world = World::start();
    let text = leads(3);
    let again = text.lines().nth(2).unwrap();
    world.write("leads.csv", format!("{text}{again}\n"));
    let run = world.run(&[&PUSH_JSON[..], &["--refuse-duplicates"]].concat()).ended(1);
    assert_eq!(counts(&run), [4, 3, 0, 1, 0, 0, 0]);
    assert!(run.stderr.contains("line 5: is equal to a row before it"), "{}", run.stderr);
    assert_eq!(world.requests(), 3);
    assert_eq!(rejected(&world)[0]["error_type"], "invalid");
}

#[test]
fn a_header_that_cannot_work_sends_nothing() {
    let world = World::start();
    for (text, said) in [
        ("", "is empty"),
        ("email\na@b.c\n", "the column `ip` is missing"),
        ("ip,email,email\n1.1.1.1,a,b\n", "two columns `email`"),
        ("ip,\n1.1.1.1,a\n", "column 2: the column has no name"),
        ("ip;email\n1.1.1.1;a\n", "separated by commas"),
    ] {
        world.write("leads.csv", text);
        let run = world.run(&PUSH).ended(2);
        assert!(run.stderr.contains(said), "{said} in {}", run.stderr);
    }
    world.run(&["irev", "push", "nowhere.csv"]).ended(5);
    assert_eq!(world.requests(), 0);
}

#[test]
fn a_lost_answer_is_never_pushed_again() {
    let world = World::start();
    world.write("leads.csv", leads(10));
    world.sandbox.irev().fault(Fault::reset_after_commit().after(3).times(2));
    let run = world.run(&PUSH_JSON).ended(4);
    assert_eq!(counts(&run), [10, 8, 0, 0, 2, 0, 0]);
    let object = run.object();
    assert_eq!(
        (object["kind"].as_str(), object["delivery"].as_str()),
        (Some("unknown-rows"), Some("unknown"))
    );
    assert_eq!(world.sandbox.irev().leads().len(), 10);
    let run = world.run(&PUSH).ended(4);
    assert!(run.stdout.contains("unknown 2 -> `afflux irev reconcile leads.csv`"), "{}", run.stdout);
    assert_eq!(world.sandbox.irev().leads().len(), 10);
}

#[test]
fn what_never_left_is_sent_by_the_next_run() {
    let world = World::start();
    world.write("leads.csv", leads(30));
    world.sandbox.irev().fault(Fault::refuse());
    let run = world.run(&[&PUSH_JSON[..], &["--timeout", "1"]].concat()).ended(3);
    assert_eq!(counts(&run), [30, 0, 0, 0, 0, 30, 0]);
    world.sandbox.irev().clear_faults();
    assert_eq!(counts(&world.run(&PUSH_JSON).ended(0)), [30, 30, 0, 0, 0, 0, 0]);
    assert_eq!(world.sandbox.irev().leads().len(), 30);
}

#[test]
fn a_wrong_token_stops_the_job_and_judges_no_row() {
    let world = World::start();
    world.write("leads.csv", leads(50));
    let mut command = world.command(&PUSH_JSON);
    let run = finish(command.env("IREV_API_TOKEN", "wrong").spawn().unwrap()).ended(1);
    assert_eq!(counts(&run), [50, 0, 0, 0, 0, 0, 50]);
    assert!(world.requests() <= 16, "the rest is not tried");
    assert_eq!(counts(&world.run(&PUSH_JSON).ended(0)), [50, 50, 0, 0, 0, 0, 0]);
}

#[test]
fn the_same_row_twice_is_two_rows_of_which_the_guard_holds_one_back() {
    let world = World::start();
    let text = leads(3);
    let last = text.lines().last().unwrap();
    world.write("leads.csv", format!("{text}{last}\n"));
    let run = world.run(&PUSH_JSON).ended(3);
    assert_eq!(counts(&run), [4, 3, 0, 0, 0, 1, 0]);
    assert_eq!(world.sandbox.irev().leads().len(), 3);
    // Another process has another guard; the vendor refuses the call for now, and judges nothing.
    assert_eq!(counts(&world.run(&PUSH_JSON).ended(1)), [4, 3, 0, 0, 0, 0, 1]);
    world.sandbox.irev().advance_clock(std::time::Duration::from_secs(130));
    assert_eq!(counts(&world.run(&PUSH_JSON).ended(0)), [4, 4, 0, 0, 0, 0, 0]);
}

#[test]
fn a_damaged_journal_stops_everything_and_a_torn_one_nothing() {
    let world = World::start();
    world.write("leads.csv", leads(8));
    world.run(&PUSH).ended(0);
    let journal = fs::read(world.path("leads.csv.journal")).unwrap();
    let requests = world.requests();
    let mut damaged = journal.clone();
    damaged[journal.len() / 2] ^= 1;
    world.write("leads.csv.journal", &damaged);
    let run = world.run(&PUSH_JSON).ended(5);
    assert!(run.stderr.contains("cannot be trusted") && run.stderr.contains("line"), "{}", run.stderr);
    assert_eq!(world.requests(), requests);
    for cut in 1..60 {
        world.write("leads.csv.journal", &journal[..journal.len() - cut]);
        let run = world.run(&PUSH_JSON);
        let [rows, delivered, .., unknown, _, _] = counts(&run);
        assert_eq!((rows, delivered + unknown), (8, 8));
        assert_eq!(world.requests(), requests, "nothing is sent again, cut {cut}");
    }
}

#[test]
fn local_files_that_cannot_be_written_end_with_5_before_anything_is_sent() {
    let world = World::start();
    world.write("leads.csv", leads(3));
    fs::create_dir(world.path("leads.csv.journal")).unwrap();
    let run = world.run(&PUSH_JSON).ended(5);
    assert_eq!(run.object()["kind"], "io");
    fs::remove_dir(world.path("leads.csv.journal")).unwrap();
    fs::create_dir(world.path("leads.csv.rejected.jsonl")).unwrap();
    world.run(&PUSH_JSON).ended(5);
    assert_eq!(world.requests(), 0);
}

#[test]
fn a_second_run_on_the_same_file_is_kept_out() {
    let world = World::start();
    world.write("leads.csv", leads(4));
    world.sandbox.irev().fault(Fault::stall().always());
    let mut first = world.command(&PUSH).spawn().unwrap();
    crate::world::until("a request", || world.requests() > 0);
    let run = world.run(&PUSH).ended(5);
    assert!(run.stderr.contains("another run"), "{}", run.stderr);
    first.kill().unwrap();
    first.wait().unwrap();
}

#[test]
fn a_dry_run_checks_everything_and_touches_nothing() {
    let world = World::start();
    world.write("leads.csv", format!("{}1.1.1.1,DEU,,,\n", leads(5)));
    let run = world.run(&[&PUSH[..], &["--dry-run"]].concat()).ended(1);
    assert!(run.stdout.contains("would push 5") && run.stdout.contains("invalid 1"), "{}", run.stdout);
    assert!(run.stderr.contains("line 7, column `country_code`"), "{}", run.stderr);
    assert_eq!(world.requests(), 0);
    assert_eq!(fs::read_dir(world.folder.path()).unwrap().count(), 1);
}

#[test]
fn what_the_vendor_will_cut_is_warned_about() {
    let world = World::start();
    let long = "x".repeat(513);
    world.write("leads.csv", format!("ip,aff_sub,country\n1.1.1.1,{long},DE\n"));
    let run = world.run(&PUSH).ended(0);
    assert!(run.stderr.contains("line 2: `aff_sub` has 513 characters"), "{}", run.stderr);
    assert!(run.stderr.contains("`country` is sent as a profile key"), "{}", run.stderr);
}

#[test]
fn another_address_is_warned_about_and_nothing_is_sent_twice() {
    let world = World::start();
    world.write("leads.csv", leads(3));
    world.run(&PUSH).ended(0);
    let other = World::start();
    let mut command = world.command(&PUSH);
    let run = finish(command.env("IREV_BASE_URL", other.sandbox.irev().url()).spawn().unwrap()).ended(0);
    assert!(run.stderr.contains("were sent to http://127.0.0.1"), "{}", run.stderr);
    assert!(other.sandbox.irev().leads().is_empty());
}

#[cfg(unix)]
#[test]
fn a_link_to_a_file_shares_its_journal() {
    let world = World::start();
    world.write("leads.csv", leads(3));
    std::os::unix::fs::symlink(world.path("leads.csv"), world.path("today.csv")).unwrap();
    world.run(&PUSH).ended(0);
    world.run(&["irev", "push", "today.csv"]).ended(0);
    assert_eq!(world.sandbox.irev().leads().len(), 3);
}

#[test]
fn a_closed_stdout_changes_no_outcome() {
    let world = World::start();
    world.write("leads.csv", leads(5));
    let mut child = world.command(&PUSH).spawn().unwrap();
    drop(child.stdout.take());
    finish(child).ended(0);
    assert_eq!(world.sandbox.irev().leads().len(), 5);
}

#[test]
fn a_kill_between_the_rejected_file_and_the_journal_loses_neither_row_nor_reason() {
    let world = World::start();
    world.sandbox.irev().traffic_filter(|filter| filter.blocks_everything = true);
    world.write("leads.csv", leads(1));
    world.run(&PUSH).ended(1);
    let entry = world.read("leads.csv.rejected.jsonl");
    let journal = world.read("leads.csv.journal");
    let records: Vec<&str> = journal.lines().collect();
    // The outcome did not get into the journal any more.
    world.write("leads.csv.journal", format!("{}\n", records[..records.len() - 1].join("\n")));
    for _ in 0..2 {
        assert_eq!(counts(&world.run(&PUSH_JSON).ended(1)), [1, 0, 1, 0, 0, 0, 0]);
        assert_eq!(world.read("leads.csv.rejected.jsonl"), entry, "the vendor's words are kept");
    }
    // The rejected file is gone: the journal still knows the row and its error type.
    fs::remove_file(world.path("leads.csv.rejected.jsonl")).unwrap();
    assert_eq!(counts(&world.run(&PUSH_JSON).ended(1)), [1, 0, 1, 0, 0, 0, 0]);
    let entries = rejected(&world);
    assert_eq!(entries[0]["error_type"], "BLOCKED_BY_TRAFFIC_FILTER");
    assert_eq!(entries[0]["row"]["aff_sub"], "c-0");
    assert_eq!(world.sandbox.irev().leads().len(), 1);
}

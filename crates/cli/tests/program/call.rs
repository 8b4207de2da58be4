use std::{io::Read, time::Duration};

use afflux_sandbox::Fault;
use serde_json::{Value, json};

use crate::world::{PASSWORD, TOKEN, World, finish};

const LIST: [&str; 3] = ["call", "irev", "listLeads"];
const PUSH: [&str; 5] =
    ["call", "irev", "pushLead", "--params", r#"{"body":{"ip":"203.0.113.7","aff_sub":"c-1"}}"#];

fn with<'a>(base: &[&'a str], more: &[&'a str]) -> Vec<&'a str> {
    [base, more].concat()
}

#[test]
fn the_vendors_json_is_printed_byte_for_byte() {
    let world = World::start();
    let body = "[ {\"uuid\":\"a\" , \"n\":1.10,\n \"big\":123456789012345678901234567890, \"n\":1e-3} ]";
    let answer = Fault::answer(200, Some("application/json"), body);
    world.sandbox.irev().fault(answer);
    assert_eq!(world.run(&["call", "irev", "listGoalTypes"]).ended(0).stdout, body);
}

#[test]
fn all_pages_become_one_row_per_line_without_envelope() {
    let world = World::start();
    world.sandbox.irev().seed_leads(250);
    let run = world.run(&with(&LIST, &["--all"])).ended(0);
    assert_eq!(run.stdout.lines().count(), 250);
    assert!(run.stdout.lines().all(|row| serde_json::from_str::<Value>(row).unwrap()["uuid"].is_string()));
    let none = r#"{"created_to":"2001-01-01T00:00:00Z"}"#;
    assert!(world.run(&with(&LIST, &["--all", "--params", none])).ended(0).stdout.is_empty());
    let pretty =
        Fault::answer(200, Some("application/json"), "{\"data\":[\n{\"uuid\":\n\"a\", \"n\":1.10}\n]}")
            .on("GET", "/leads");
    world.sandbox.irev().fault(pretty);
    let run = world.run(&with(&LIST, &["--all", "--params", r#"{"page":9}"#])).ended(0);
    assert_eq!(run.stdout, "{\"uuid\": \"a\", \"n\":1.10}\n");
    let goals = world.run(&["call", "irev", "listGoalTypes", "--all"]).ended(0);
    assert_eq!(goals.stdout.lines().count(), 2);
    world.run(&with(&PUSH, &["--all"])).ended(2);
}

#[test]
fn parameters_are_checked_before_anything_is_sent() {
    let world = World::start();
    let table = [
        (&LIST[..3], r#"{"per_page":101}"#, "per_page"),
        (&LIST[..3], r#"{"perPage":10}"#, "perPage"),
        (&LIST[..3], r#"{"created_from":"2026-01-31T10:00:00"}"#, "created_from"),
        (&LIST[..3], r#"{"goal_type_uuid":"FTD"}"#, "goal_type_uuid"),
        (&PUSH[..3], r#"{"body":{"country_code":"DE"}}"#, "ip"),
        (&PUSH[..3], r#"{"body":{"ip":"203.0.113.7","country_code":"DEU"}}"#, "country_code"),
        (&PUSH[..3], r#"{"body":{"ip":"203.0.113.7","is_test":"yes"}}"#, "is_test"),
    ];
    for (base, params, field) in table {
        let run = world.run(&with(base, &["--params", params, "--json"])).ended(2);
        assert!(run.stderr.contains(field), "{params}: {}", run.stderr);
        let object = run.object();
        assert_eq!(
            (object["kind"].as_str(), object["delivery"].as_str()),
            (Some("validation"), Some("not-sent"))
        );
    }
    assert_eq!(world.requests(), 0);
    let run = world.run(&with(&LIST, &["--params", r#"{"per_page":101}"#, "--as-given", "--json"])).ended(1);
    assert_eq!(run.object()["status"], 422);
    assert_eq!(world.requests(), 1);
}

#[test]
fn parameters_come_from_a_file_or_from_stdin_too() {
    let world = World::start();
    world.sandbox.irev().seed_leads(5);
    let path = world.write("params.json", r#"{"per_page":2}"#);
    let rows = |text: &str| serde_json::from_str::<Vec<Value>>(text).unwrap().len();
    let file = format!("@{}", path.display());
    assert_eq!(rows(&world.run(&with(&LIST, &["--params", &file])).ended(0).stdout), 2);
    let run = world.run_with_stdin(&with(&LIST, &["--params", "-"]), r#"{"per_page":3}"#).ended(0);
    assert_eq!(rows(&run.stdout), 3);
    world.run(&with(&LIST, &["--params", "@nowhere.json"])).ended(5);
    for broken in [format!("\"{PASSWORD}\""), format!("{{\"a\":{PASSWORD}}}"), format!("[\"{PASSWORD}\"]")] {
        let run = world.run(&with(&LIST, &["--params", &broken])).ended(2);
        assert!(!run.stderr.contains(PASSWORD), "{}", run.stderr);
    }
}

#[test]
fn a_dry_run_shows_the_request_with_secrets_masked_and_sends_nothing() {
    let world = World::start();
    let params = json!({"body": {"ip": "203.0.113.7", "password": PASSWORD, "amount": "1.10"}}).to_string();
    for json in [&[][..], &["--json"]] {
        let arguments = ["call", "irev", "pushLead", "--dry-run", "--params", &params];
        let run = world.run(&with(&arguments, json)).ended(0);
        assert!(
            run.stdout.contains("POST") && run.stdout.contains("/api/affiliates/v2/leads"),
            "{}",
            run.stdout
        );
        assert!(run.stdout.contains("authorization") && run.stdout.contains("***"), "{}", run.stdout);
        assert!(run.stdout.contains("203.0.113.7"), "{}", run.stdout);
        assert!(!run.stdout.contains(PASSWORD), "{}", run.stdout);
    }
    let run = world.run(&with(&LIST, &["--dry-run", "--params", r#"{"page":2,"is_test":true}"#])).ended(0);
    assert!(run.stdout.starts_with("GET ") && run.stdout.contains("page=2&is_test=true"), "{}", run.stdout);
    assert_eq!(world.requests(), 0);
}

/// Name, fault, arguments, exit code, kind, delivery.
type Case = (&'static str, Fault, &'static [&'static str], i32, &'static str, &'static str);

/// Every outcome of the table, by the fault that makes it.
#[test]
fn the_exit_code_tells_the_outcome() {
    let on_push = |fault: Fault| fault.on("POST", "/leads");
    let on_read = |fault: Fault| fault.on("GET", "/leads").always();
    let table: Vec<Case> = vec![
        ("push, reset before commit", on_push(Fault::reset_before_commit()), &PUSH, 4, "lost", "unknown"),
        ("push, reset after commit", on_push(Fault::reset_after_commit()), &PUSH, 4, "lost", "unknown"),
        ("push, half an answer", on_push(Fault::half_answer()), &PUSH, 4, "lost", "unknown"),
        ("push, cut JSON", on_push(Fault::truncated_json()), &PUSH, 4, "unreadable", "unknown"),
        ("push, HTML 200", on_push(Fault::html(200)), &PUSH, 4, "unreadable", "unknown"),
        ("push, empty 200", on_push(Fault::empty(200)), &PUSH, 4, "unreadable", "unknown"),
        ("push, 500", on_push(Fault::server_error(500)), &PUSH, 4, "server", "unknown"),
        ("push, 429", on_push(Fault::rate_limited(None)), &PUSH, 1, "rate-limited", "answered"),
        ("push, 403 HTML", on_push(Fault::html(403)), &PUSH, 1, "unauthorized", "answered"),
        ("read, always reset", on_read(Fault::reset_before_commit()), &LIST, 4, "lost", "unknown"),
        ("read, always 503", on_read(Fault::server_error(503)), &LIST, 1, "server", "answered"),
        ("read, 404", on_read(Fault::html(404)), &LIST, 1, "refused", "answered"),
    ];
    for (name, fault, arguments, code, kind, delivery) in table {
        let world = World::start();
        world.sandbox.irev().fault(fault);
        let run = world.run(&with(arguments, &["--json"]));
        assert_eq!(run.code, code, "{name}: {run:?}");
        let object = run.object();
        assert_eq!(object["delivery"], delivery, "{name}: {object}");
        assert_eq!(object["exit_code"], code, "{name}");
        assert_eq!(object["kind"], kind, "{name}: {object}");
        let attempts = object["attempts"].as_array().unwrap().len();
        if arguments == PUSH {
            assert_eq!(attempts, 1, "{name}: a push whose bytes left is never sent again");
            assert!(world.sandbox.irev().leads().len() <= 1, "{name}");
        } else if code == 4 {
            assert!(attempts >= 3, "{name}: a read is tried again");
        }
    }
}

#[test]
fn a_closed_port_is_not_delivered() {
    let world = World::start();
    world.sandbox.irev().fault(Fault::refuse());
    for arguments in [&PUSH[..], &LIST] {
        let run = world.run(&with(arguments, &["--json", "--timeout", "1"])).ended(3);
        assert_eq!(run.object()["delivery"], "not-sent");
    }
    assert!(world.sandbox.irev().leads().is_empty());
}

#[test]
fn a_read_gets_over_a_fault_that_passes() {
    for fault in
        [Fault::server_error(503), Fault::reset_before_commit(), Fault::truncated_json(), Fault::html(200)]
    {
        let world = World::start();
        world.sandbox.irev().fault(fault.times(2));
        world.run(&LIST).ended(0);
        assert_eq!(world.requests(), 3);
    }
}

#[test]
fn a_deadline_ends_a_call_that_is_not_answered() {
    let world = World::start();
    world.sandbox.irev().fault(Fault::stall().always());
    let run = world.run(&with(&PUSH, &["--json", "--timeout", "0.2"])).ended(4);
    assert_eq!(run.object()["delivery"], "unknown");
    world.run(&with(&LIST, &["--json", "--timeout", "0.2"])).ended(4);
}

#[test]
fn a_rejected_lead_is_the_vendors_no_and_its_json_is_printed() {
    let world = World::start();
    world.sandbox.irev().traffic_filter(|filter| filter.blocks_everything = true);
    let run = world.run(&PUSH).ended(1);
    let body: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(body["data"]["errorType"], "BLOCKED_BY_TRAFFIC_FILTER");
    world.sandbox.irev().advance_clock(Duration::from_secs(121));
    let object = world.run(&with(&PUSH, &["--json"])).ended(1).object();
    assert_eq!(object["status"], 400);
    let raw: Value = serde_json::from_str(object["raw_body"].as_str().unwrap()).unwrap();
    assert_eq!(raw["data"]["errorType"], "BLOCKED_BY_TRAFFIC_FILTER");
}

#[test]
fn a_wrong_token_is_refused_and_never_printed() {
    let world = World::start();
    let mut command = world.command(&with(&LIST, &["--json"]));
    let run = finish(command.env("IREV_API_TOKEN", "wrong-CANARY-token").spawn().unwrap()).ended(1);
    assert_eq!(run.object()["kind"], "unauthorized");
    assert!(!run.stdout.contains("wrong-CANARY") && !run.stderr.contains("wrong-CANARY"));
    // What would command a terminal does not reach it.
    let bell = Fault::answer(403, Some("application/json"), r#"{"message":"no\u001b[2J\u0007 way"}"#);
    world.sandbox.irev().fault(bell);
    let run = world.run(&LIST).ended(1);
    assert!(run.stderr.contains("way") && !run.stderr.contains(['\u{1b}', '\u{7}']), "{:?}", run.stderr);
    // A vendor that echoes the token is masked.
    let echo = Fault::answer(
        403,
        Some("application/json"),
        format!(r#"{{"message":"token {TOKEN} is not allowed"}}"#),
    );
    world.sandbox.irev().fault(echo);
    let object = world.run(&with(&LIST, &["--json"])).ended(1).object();
    assert_eq!(object["vendor_message"], "token [masked] is not allowed");
    assert!(object["message"].as_str().unwrap().starts_with("irev: GET /leads was refused"), "{object}");
}

#[test]
fn a_reader_that_goes_away_ends_a_listing_quietly() {
    let world = World::start();
    world.sandbox.irev().seed_leads(600);
    let mut child = world.command(&with(&LIST, &["--all"])).spawn().unwrap();
    let mut out = child.stdout.take().unwrap();
    let mut some = [0; 64];
    out.read_exact(&mut some).unwrap();
    drop(out);
    finish(child).ended(0);
    for arguments in
        [&["ops"][..], &["ops", "--json"], &["irev", "goal-types"], &["--help"], &["irev", "leads"]]
    {
        let mut child = world.command(arguments).spawn().unwrap();
        drop(child.stdout.take());
        drop(child.stderr.take());
        assert!(child.wait().unwrap().code().is_some_and(|code| code == 0), "{arguments:?}");
    }
}

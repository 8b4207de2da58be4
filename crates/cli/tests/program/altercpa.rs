//! One lead, one answer: `lead`, `status`, `fetch`, `flow`, `offer`, `call`.

use afflux_sandbox::{
    Fault,
    altercpa::{Source, status},
};
use serde_json::{Value, json};

use crate::world::{CPA_TOKEN, Run, World, finish};

const KEYED: [&str; 6] = ["altercpa", "lead", "--click", "9001", "--exto", "A-1"];

fn cpa(world: &World, arguments: &[&str]) -> Run {
    world.run(&[&["altercpa"], arguments].concat())
}

fn stored(world: &World) -> usize {
    world.sandbox.altercpa().leads().len()
}

#[test]
fn a_lead_is_created_with_all_that_is_given() {
    let world = World::start();
    let more = [
        "--status",
        "approve",
        "--wm",
        "12.50",
        "--cc",
        "EUR",
        "--pd",
        "-1.5",
        "--goal",
        "sale",
        "--field",
        "email=ana@example.com",
        "--field",
        "country=de",
        "--field",
        "base=99.90",
        "--field",
        "currency=EUR",
        "--field",
        "count=2",
        "--field",
        "mobile=desktop",
        "--field",
        "time=1767225600",
        "--field",
        "bad=1",
    ];
    let run = world.run(&[&KEYED[..], &more, &["--json"]].concat()).ended(0);
    let object = run.object();
    assert_eq!((object["outcome"].as_str(), object["lead_id"].as_str()), (Some("created"), Some("70001")));
    assert_eq!(object["raw_body"], r#"{"status":"ok","id":70001}"#);
    let lead = world.sandbox.altercpa().lead(70001).unwrap();
    assert_eq!((lead.source, lead.exto.as_deref()), (Source::Click(9001), Some("A-1")));
    assert_eq!(lead.status, status::COMPLETED);
    assert_eq!(lead.created_at.as_second(), 1_767_225_600);
    for (name, value) in [
        ("wm", "12.50"),
        ("cc", "EUR"),
        ("pd", "-1.5"),
        ("goal", "sale"),
        ("email", "ana@example.com"),
        ("country", "de"),
        ("base", "99.90"),
        ("currency", "EUR"),
        ("count", "2"),
    ] {
        assert_eq!(lead.field(name), Some(value), "{name}");
    }
    let again = world.run(&["altercpa", "lead", "--flow", "501", "--status", "wait"]).ended(0);
    assert_eq!(again.stdout, "created   lead 70002\n");
}

#[test]
fn a_duplicate_on_the_first_try_ends_with_1_and_prints_the_vendors_answer() {
    let world = World::start();
    world.run(&KEYED).ended(0);
    let run = world.run(&KEYED).ended(1);
    assert_eq!(run.stdout.trim(), r#"{"status":"error","error":"duplicate","id":70001}"#);
    let object = world.run(&[&KEYED[..], &["--json"]].concat()).ended(1).object();
    assert_eq!((object["kind"].as_str(), object["code"].as_str()), (Some("refused"), Some("duplicate")));
    assert_eq!((object["exit_code"].as_u64(), object["lead_id"].as_str()), (Some(1), Some("70001")));
    assert_eq!(object["raw_body"], run.stdout.trim());
    let call = ["call", "altercpa", "createLead", "--params", r#"{"click":9001,"exto":"A-1"}"#];
    let called = world.run(&call).ended(1);
    assert_eq!(called.stdout.trim(), run.stdout.trim());
    assert_eq!(world.run(&[&call[..], &["--json"]].concat()).ended(1).object()["code"], "duplicate");
    assert_eq!(stored(&world), 1);
}

#[test]
fn a_lost_answer_is_tried_again_with_a_key_and_never_without() {
    let world = World::start();
    let altercpa = world.sandbox.altercpa();
    altercpa.fault(Fault::reset_after_commit());
    let run = world.run(&KEYED).ended(0);
    assert_eq!(run.stdout, "created   lead 70001\n");
    assert!(run.stderr.contains("an answer was lost"), "{}", run.stderr);
    altercpa.fault(Fault::reset_after_commit());
    let call = ["call", "altercpa", "createLead", "--params", r#"{"body":{"click":"9001","exto":"A-2"}}"#];
    assert!(world.run(&call).ended(0).stdout.contains("duplicate"));
    assert_eq!(stored(&world), 2);
    for arguments in [
        &["lead", "--click", "9002"][..],
        &["lead", "--flow", "501"],
        &["lead", "--code", "summer-push"],
        &["lead", "--flow", "501", "--exto", "B-1"],
        &["lead", "--click", "9002", "--exto", "B-2", "--accept"],
        &["status", "--click", "9003", "--stid", "STEP", "--auto"],
    ] {
        let before = stored(&world);
        for (number, fault) in [Fault::reset_after_commit(), Fault::empty(200), Fault::db().after_commit()]
            .into_iter()
            .enumerate()
        {
            let seen = altercpa.requests().len();
            altercpa.fault(fault);
            let fresh = |text: &&str| {
                text.replace("B-", &format!("B-{number}-")).replace("STEP", &(number + 2).to_string())
            };
            let arguments: Vec<String> = arguments.iter().map(fresh).collect();
            let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
            let run = cpa(&world, &[&arguments[..], &["--json"]].concat()).ended(4);
            assert_eq!(run.object()["delivery"], "unknown", "{arguments:?}");
            assert_eq!(altercpa.requests().len(), seen + 1, "{arguments:?}");
            altercpa.clear_faults();
        }
        assert!(stored(&world) > before, "{arguments:?}");
    }
}

#[test]
fn a_flows_exto_is_a_key_where_the_person_says_so() {
    let world = World::start();
    world.sandbox.altercpa().fault(Fault::reset_after_commit());
    let lead = ["lead", "--code", "summer-push", "--exto", "A-1", "--trust-exto"];
    cpa(&world, &lead).ended(0);
    assert_eq!(stored(&world), 1);
}

#[test]
fn a_change_says_changed_unchanged_or_not_found() {
    let world = World::start();
    world.run(&KEYED).ended(0);
    let change =
        ["status", "--click", "9001", "--exto", "A-1", "--status", "declined", "--stc", "no,declined"];
    let told = |arguments: &[&str], code| cpa(&world, arguments).ended(code).stdout;
    assert_eq!(told(&[&change[..], &["--reason", "3"]].concat(), 0), "changed   lead 70001\n");
    assert_eq!(told(&[&change[..], &["--reason", "3"]].concat(), 0), "unchanged   lead -\n");
    let lead = world.sandbox.altercpa().lead(70001).unwrap();
    assert_eq!((lead.status, lead.reason), (status::CANCELLED, Some(3)));
    assert_eq!(told(&["status", "--order", "70001", "--stid", "7"], 0), "changed   lead 70001\n");
    assert_eq!(
        told(&["status", "--order", "70001", "--wm", "3", "--cc", "USD"], 0),
        "changed   lead 70001\n"
    );
    // The same combination as when it was created, or it is not found.
    let lost = cpa(&world, &["status", "--click", "9001", "--status", "approve", "--json"]).ended(1);
    let code = lost.object()["code"].as_str().unwrap().to_owned();
    assert!(code == "bad-id" || code == "no-id", "{code}");
    let edit = ["call", "altercpa", "changeLead", "--params", r#"{"order":70001,"stid":7}"#];
    let run = world.run(&edit).ended(0);
    assert_eq!(run.stdout.trim(), r#"{"status":"error","error":"edit"}"#);
}

#[test]
fn hold_must_say_which_and_a_change_before_its_creation_can_create() {
    let world = World::start();
    let hold = ["status", "--click", "9001", "--exto", "A-1", "--auto", "--status", "hold"];
    let refused = cpa(&world, &[&hold[..], &["--json"]].concat()).ended(2);
    assert_eq!(refused.object()["field"], "status");
    assert_eq!(world.sandbox.altercpa().requests().len(), 0);
    cpa(&world, &[&hold[..], &["--stw", "hold"]].concat()).ended(0);
    assert_eq!(world.sandbox.altercpa().leads()[0].status, status::PROCESSING);
    cpa(&world, &[&hold[..], &["--sth", "hold"]].concat()).ended(0);
    assert_eq!(world.sandbox.altercpa().leads()[0].status, status::HOLD);
    let fresh = ["status", "--click", "9002", "--exto", "A-2", "--status", "fresh", "--stn", "fresh"];
    cpa(&world, &fresh).ended(0);
    assert_eq!(world.sandbox.altercpa().leads()[1].status, status::NEW);
}

#[test]
fn what_cannot_be_right_is_not_sent() {
    let world = World::start();
    for arguments in [
        &["lead"][..],
        &["lead", "--exto", "A-1"],
        &["lead", "--click", "9001", "--flow", "501"],
        &["lead", "--click", "0"],
        &["lead", "--click", "9001", "--exto", "a b"],
        &["lead", "--click", "9001", "--wm", "1"],
        &["lead", "--click", "9001", "--wm", "1e3", "--cc", "EUR"],
        &["lead", "--click", "9001", "--field", "click=1"],
        &["lead", "--click", "9001", "--field", "price=1"],
        &["lead", "--click", "9001", "--field", "mobile=Desktop-PC"],
        &["lead", "--click", "9001", "--order", "1"],
        &["lead", "--click", "9001", "--sta", "paid"],
        &["status", "--click", "9001"],
        &["status", "--flow", "501", "--status", "approve"],
        &["status", "--order", "1", "--auto", "--status", "approve"],
        &["status", "--order", "1", "--status", "approve", "--reason", "3"],
        &["status", "--order", "1", "--status", "approve", "--accept"],
        &["flow"],
        &["flow", "--flow", "501", "--click", "9001"],
        &["offer", "--offer", "x"],
        &["fetch", "--ip", "here"],
    ] {
        let object = cpa(&world, &[arguments, &["--json"]].concat()).ended(2).object();
        assert_eq!(object["delivery"], "not-sent", "{arguments:?}");
    }
    assert_eq!(world.sandbox.altercpa().requests().len(), 0);
}

#[test]
fn clicks_flows_and_offers_are_printed_as_they_came() {
    let world = World::start();
    let fetch = cpa(&world, &["fetch", "--ip", "203.0.113.1"]).ended(0);
    let click: Value = serde_json::from_str(&fetch.stdout).unwrap();
    assert_eq!((&click["click"], &click["offer"]), (&json!(9001), &json!(11)));
    let flow: Value =
        serde_json::from_str(&cpa(&world, &["flow", "--code", "summer-push"]).ended(0).stdout).unwrap();
    assert_eq!(flow["id"], 501);
    let offer: Value =
        serde_json::from_str(&cpa(&world, &["offer", "--click", "9001"]).ended(0).stdout).unwrap();
    assert_eq!(offer["name"], "Green Coffee");
    let none = cpa(&world, &["fetch", "--ip", "203.0.113.250", "--json"]).ended(1).object();
    assert_eq!(none["code"], "no-click");
    assert!(none["raw_body"].as_str().unwrap().contains("no-click"));
    cpa(&world, &["fetch", "--ip", "203.0.113.1", "--not-before", "2100-01-01"]).ended(1);
    // Reads are tried again.
    world.sandbox.altercpa().fault(Fault::reset_after_commit().times(2));
    cpa(&world, &["flow", "--flow", "501"]).ended(0);
    world.sandbox.altercpa().fault(Fault::reset_before_read().always());
    cpa(&world, &["offer", "--offer", "11"]).ended(4);
}

#[test]
fn a_global_token_needs_the_offer_to_find_a_click() {
    let world = World::start();
    let with_token = |arguments: &[&str]| {
        let mut command = world.command(arguments);
        finish(command.env("ALTERCPA_TOKEN", world.sandbox.altercpa().global_token()).spawn().unwrap())
    };
    let fetch = ["altercpa", "fetch", "--ip", "203.0.113.1"];
    with_token(&[&fetch[..], &["--json"]].concat()).ended(2);
    assert_eq!(world.sandbox.altercpa().requests().len(), 0);
    with_token(&[&fetch[..], &["--offer", "11"]].concat()).ended(0);
}

#[test]
fn how_a_call_ends_is_the_table_of_outcomes() {
    let world = World::start();
    let altercpa = world.sandbox.altercpa();
    altercpa.fault(Fault::refuse());
    world.run(&[&KEYED[..], &["--timeout", "0.1"]].concat()).ended(3);
    altercpa.clear_faults();
    altercpa.fault(Fault::reset_after_commit().always());
    world.run(&KEYED).ended(4);
    altercpa.clear_faults();
    altercpa.fault(Fault::html(404));
    world.run(&[&KEYED[..5], &["A-9"]].concat()).ended(1);
    let forged =
        finish(world.command(&KEYED).env("ALTERCPA_TOKEN", "199-wrong-key").spawn().unwrap()).ended(1);
    assert!(!forged.stderr.contains("wrong-key"), "{}", forged.stderr);
    // A vendor that repeats the credentials.
    let echo = format!(r#"{{"status":"error","error":"auth","token":"{CPA_TOKEN}"}}"#);
    for status in [200, 403, 500] {
        for command in [&KEYED[..], &["call", "altercpa", "getFlow", "--params", r#"{"flow":501}"#]] {
            altercpa.fault(Fault::answer(status, Some("text/html"), echo.clone()).always());
            let run = world.run(&[command, &["--json"]].concat());
            assert_eq!(run.object()["exit_code"], run.code);
            altercpa.clear_faults();
        }
    }
    let dry = ["call", "altercpa", "createLead", "--params", r#"{"click":9001}"#, "--dry-run"];
    let shown = world.run(&dry).ended(0).stdout;
    assert!(shown.contains("/api/site/click.json?token=***") && shown.contains("click=9001"), "{shown}");
}

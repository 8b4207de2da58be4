use afflux_sandbox::Fault;

use crate::world::{PASSWORD, World};

#[test]
fn one_lead_is_pushed_and_its_outcome_told() {
    let world = World::start();
    let password = format!("password={PASSWORD}");
    let lead = [
        "irev",
        "push",
        "--ip",
        "203.0.113.7",
        "--country",
        "de",
        "--language",
        "de",
        "--test",
        "--field",
        "email=ana@example.com",
        "--field",
        &password,
    ];
    let object = world.run(&[&lead[..], &["--json"]].concat()).ended(0).object();
    let leads = world.sandbox.irev().leads();
    assert_eq!(object["lead_uuid"].as_str(), Some(leads[0].lead_uuid.to_string().as_str()));
    assert_eq!(object["auto_login_url"], "***");
    assert_eq!((leads[0].text("email"), leads[0].is_test), (Some("ana@example.com"), true));
    assert_eq!(leads[0].text("password"), Some(PASSWORD));
    // Another process: the vendor refuses the same body.
    let run = world.run(&[&lead[..], &["--json"]].concat()).ended(1);
    assert_eq!(run.object()["status"], 429);
    assert_eq!(world.sandbox.irev().leads().len(), 1);
}

#[test]
fn a_rejected_lead_ends_with_1_and_says_why_without_secrets() {
    let world = World::start();
    world.sandbox.irev().traffic_filter(|filter| filter.blocks_everything = true);
    let password = format!("password={PASSWORD}");
    let run = world.run(&["irev", "push", "--ip", "203.0.113.7", "--field", &password]).ended(1);
    assert!(run.stdout.contains("BLOCKED_BY_TRAFFIC_FILTER"), "{}", run.stdout);
    // A vendor that repeats what was sent.
    let echo = format!(
        r#"{{"message":"bad password {PASSWORD}","type":"X","data":{{"leadUuid":"a-1","errorType":"FIXABLE_INPUT","errorMessage":"bad password {PASSWORD}","requiredResponseFields":[{{"key":"password","value":"{PASSWORD}"}}]}}}}"#
    );
    for status in [400, 422, 500] {
        world.sandbox.irev().fault(Fault::answer(status, Some("application/json"), echo.clone()));
        let run = world.run(&["irev", "push", "--ip", "203.0.113.8", "--field", &password, "--json"]);
        assert!(!run.stdout.contains(PASSWORD) && !run.stderr.contains(PASSWORD), "{run:?}");
        assert_eq!(run.object()["exit_code"], run.code);
    }
}

#[test]
fn a_lead_that_cannot_be_right_is_not_sent() {
    let world = World::start();
    for arguments in [
        &["--ip", "here"][..],
        &["--ip", "1.1.1.1", "--country", "DEU"],
        &["--ip", "1.1.1.1", "--language", "german"],
        &["--ip", "1.1.1.1", "--field", "ip=1.1.1.1"],
        &["--ip", "1.1.1.1", "--field", "email"],
        &["--ip", "1.1.1.1", "--field", "a=1", "--field", "a=2"],
        &["--ip", "1.1.1.1", "--correlation", "aff_sub"],
    ] {
        let run = world.run(&[&["irev", "push"][..], arguments, &["--json"]].concat()).ended(2);
        assert_eq!(run.object()["kind"], "validation", "{arguments:?}");
    }
    assert_eq!(world.requests(), 0);
}

#[test]
fn a_lost_answer_ends_with_4_and_says_what_to_do() {
    let world = World::start();
    world.sandbox.irev().fault(Fault::reset_after_commit());
    let run = world.run(&["irev", "push", "--ip", "203.0.113.7", "--field", "aff_sub=c-1"]).ended(4);
    assert!(
        run.stderr.contains("delivery: unknown") && run.stderr.contains("next: do not push it again"),
        "{}",
        run.stderr
    );
    assert!(run.stderr.lines().count() >= 2, "an error is spread over lines");
}

//! The rotation: advertisers in order, caps, countries, timeouts, and what operators do afterwards.

use std::io::Write;
use std::time::Duration;

use afflux_sandbox::irev::{
    Advertiser, DedupRule, DedupScope, ErrorType, LeadError, LeadStatus, Reply as Word,
};
use afflux_sandbox::{Irev, Sandbox};

use crate::support::{JSON, LEADS, Reply, auth, connect, list, push, sandbox, start, text, until, wait};

fn lead(number: u32) -> String {
    format!(r#"{{"ip":"1.1.1.1","country_code":"DE","email":"a{number}@x.test","phone":"{number}"}}"#)
}

fn outcome(reply: &Reply) -> String {
    let body = reply.json();
    let word = if reply.status == 200 { &body["advertiser_name"] } else { &body["type"] };
    word.as_str().unwrap().to_owned()
}

/// Pushes while the clock is moved by `steps` once the rotation has begun.
fn push_meanwhile(irev: &Irev, body: &str, step: Duration) -> Reply {
    let before = irev.rotations_started();
    std::thread::scope(|scope| {
        let pushing = scope.spawn(|| push(irev, body));
        until("the rotation", || irev.rotations_started() > before);
        irev.advance_clock(step);
        pushing.join().unwrap()
    })
}

#[test]
fn advertisers_are_asked_in_order_until_one_takes_the_lead() {
    let sandbox = sandbox();
    let irev = sandbox.irev();
    let uuids = irev.set_advertisers([
        Advertiser::new("A").reply(Word::reject(ErrorType::InvalidData)).reply(Word::accept()),
        Advertiser::new("B"),
    ]);
    let outcomes: Vec<String> = (0..3).map(|number| outcome(&push(irev, &lead(number)))).collect();
    assert_eq!(outcomes, ["B", "A", "A"]);
    assert_eq!(irev.leads()[0].advertiser_uuid, Some(uuids[1]));
    assert_eq!((irev.rotations_started(), irev.conversions().len()), (3, 3));
}

#[test]
fn the_last_rejection_is_told_when_nobody_takes_it() {
    let sandbox = sandbox();
    let irev = sandbox.irev();
    irev.set_advertisers([
        Advertiser::new("A").otherwise(Word::reject(ErrorType::InvalidData)),
        Advertiser::new("B").otherwise(Word::reject(ErrorType::Other("NEW_WORD".to_owned()))),
    ]);
    assert_eq!(outcome(&push(irev, &lead(1))), "NEW_WORD");
    irev.set_advertisers([]);
    assert_eq!(outcome(&push(irev, &lead(2))), "ROTATION_ERROR");
    assert!(irev.leads().iter().all(|lead| lead.status == LeadStatus::Rejected));
    assert_eq!(list(irev, "").body, "[]", "a rejected lead has no row");
}

#[test]
fn caps_countries_and_known_people_close_an_advertiser() {
    let sandbox = sandbox();
    let irev = sandbox.irev();
    irev.set_advertisers([
        Advertiser::new("Spain").countries(&["es"]),
        Advertiser::new("One").cap(1),
        Advertiser::new("Wary").refuse_known(),
    ]);
    let outcomes: Vec<String> =
        [1, 2].into_iter().map(|number| outcome(&push(irev, &lead(number)))).collect();
    assert_eq!(outcomes, ["One", "Wary"]);
    irev.advance_clock(Duration::from_mins(2));
    assert_eq!(outcome(&push(irev, &lead(2))), "DUPLICATION_ERROR");
    assert_eq!(
        outcome(&push(irev, r#"{"ip":"1.1.1.1","phone":"2"}"#)),
        "DUPLICATION_ERROR",
        "one of both is enough"
    );
    assert_eq!(outcome(&push(irev, r#"{"ip":"1.1.1.1","country_code":"ES"}"#)), "Spain");
}

#[test]
fn a_dedup_rule_may_look_at_one_advertiser_at_a_time() {
    let sandbox = sandbox();
    let irev = sandbox.irev();
    irev.set_advertisers([Advertiser::new("A"), Advertiser::new("B")]);
    irev.dedup_rules([DedupRule::full(&["email"]).scope(DedupScope::Advertiser)]);
    let again = |extra: u32| outcome(&push(irev, &format!(r#"{{"ip":"1.1.1.{extra}","email":"a@x.test"}}"#)));
    assert_eq!([again(1), again(2), again(3)], ["A", "B", "CRM_DUPLICATION_ERROR"]);
}

#[test]
fn a_rotation_of_more_than_85_seconds_times_out() {
    let sandbox = sandbox();
    let irev = sandbox.irev();
    irev.set_advertisers([
        Advertiser::new("Slow").otherwise(Word::reject(ErrorType::Unknown).after(Duration::from_mins(1))),
        Advertiser::new("Late").otherwise(Word::accept().after(Duration::from_secs(26))),
        Advertiser::new("Never asked"),
    ]);
    let reply = push_meanwhile(irev, &lead(1), Duration::from_secs(85));
    assert_eq!((reply.status, outcome(&reply).as_str()), (400, "TIMEOUT_ERROR"));
    let lead = irev.leads().remove(0);
    assert_eq!((lead.status, lead.error_type), (LeadStatus::Rejected, Some(ErrorType::TimeoutError)));
}

#[test]
fn a_rotation_of_85_seconds_is_in_time() {
    let sandbox = sandbox();
    let irev = sandbox.irev();
    irev.set_advertisers([
        Advertiser::new("Slow").otherwise(Word::reject(ErrorType::Unknown).after(Duration::from_mins(1))),
        Advertiser::new("Just").otherwise(Word::accept().after(Duration::from_secs(25))),
    ]);
    assert_eq!(outcome(&push_meanwhile(irev, &lead(1), Duration::from_secs(85))), "Just");
}

#[test]
fn an_advertiser_that_hangs_uses_up_the_rotation() {
    let sandbox = sandbox();
    let irev = sandbox.irev();
    irev.set_advertisers([Advertiser::new("Hangs").reply(Word::hang()), Advertiser::new("B")]);
    let before = irev.rotations_started();
    std::thread::scope(|scope| {
        let pushing = scope.spawn(|| push(irev, &lead(1)));
        until("the rotation", || irev.rotations_started() > before);
        assert_eq!(irev.leads()[0].status, LeadStatus::InRotation);
        irev.advance_clock(Duration::from_millis(84_999));
        assert_eq!(irev.leads()[0].status, LeadStatus::InRotation);
        irev.advance_clock(Duration::from_millis(1));
        assert_eq!(outcome(&pushing.join().unwrap()), "TIMEOUT_ERROR");
    });
}

#[test]
fn a_client_that_leaves_during_the_rotation_has_pushed_a_lead_all_the_same() {
    let sandbox = sandbox();
    let irev = sandbox.irev();
    irev.set_advertisers([Advertiser::new("Slow").otherwise(Word::accept().after(Duration::from_mins(1)))]);
    let mut impatient = connect(irev);
    impatient.write_all(text("POST", LEADS, &[auth(irev), JSON], &lead(1)).as_bytes()).unwrap();
    until("the rotation", || irev.rotations_started() == 1);
    irev.advance_clock(Duration::from_secs(30));
    drop(impatient);
    irev.advance_clock(Duration::from_secs(30));
    let seen = wait(irev.settled()).remove(0);
    assert!(seen.committed && seen.client_left, "{seen:?}");
    assert_eq!((irev.leads()[0].status, irev.conversions().len()), (LeadStatus::Pushed, 1));
}

#[test]
fn a_scaled_rotation_times_out_soon() {
    let sandbox = start(Sandbox::builder().time_scale(0.001));
    let irev = sandbox.irev();
    irev.set_advertisers([Advertiser::new("Hangs").otherwise(Word::hang())]);
    let begun = std::time::Instant::now();
    assert_eq!(outcome(&push(irev, &lead(1))), "TIMEOUT_ERROR");
    assert!(
        (Duration::from_millis(85)..Duration::from_secs(20)).contains(&begun.elapsed()),
        "{:?}",
        begun.elapsed()
    );
}

#[test]
fn an_identical_body_meets_the_guard_while_the_first_is_in_rotation() {
    let sandbox = sandbox();
    let irev = sandbox.irev();
    irev.set_advertisers([Advertiser::new("Slow").otherwise(Word::accept().after(Duration::from_mins(1)))]);
    std::thread::scope(|scope| {
        let pushing = scope.spawn(|| push(irev, &lead(1)));
        until("the rotation", || irev.rotations_started() == 1);
        assert_eq!(push(irev, &lead(1)).status, 429);
        irev.advance_clock(Duration::from_mins(1));
        assert_eq!(outcome(&pushing.join().unwrap()), "Slow");
    });
    assert_eq!(irev.leads().len(), 1);
}

#[test]
fn an_ftd_is_a_second_row_of_the_same_person() {
    let sandbox = sandbox();
    let irev = sandbox.irev();
    push(irev, &lead(1));
    let lead = irev.leads().remove(0);
    irev.advance_clock(Duration::from_hours(1));
    let ftd = irev.fire_ftd(lead.lead_uuid).unwrap();
    let rows = list(irev, "").json();
    assert_eq!(
        (rows[1]["uuid"].as_str(), rows[1]["goalType"].as_str()),
        (Some(ftd.to_string().as_str()), Some("FTD"))
    );
    assert_eq!(rows[1]["createdAt"], "2026-01-05T13:00:00.000Z");
    for same in ["email", "externalId", "advertiserUuid", "ip"] {
        assert_eq!(rows[0][same], rows[1][same], "{same}");
    }
    assert_eq!(irev.fire_ftd(ftd), Err(LeadError::Unknown(ftd)), "a conversion's id is not a lead's");
}

#[test]
fn a_rejected_lead_can_be_re_injected_once() {
    let sandbox = sandbox();
    let irev = sandbox.irev();
    irev.set_advertisers([
        Advertiser::new("Elsewhere").countries(&["ES"]),
        Advertiser::new("Picky").reply(Word::reject(ErrorType::BlockedByAdvertiser)),
    ]);
    push(irev, &lead(1));
    let uuid = irev.leads()[0].lead_uuid;
    assert_eq!(irev.fire_ftd(uuid), Err(LeadError::NotPushed(uuid)));
    let conversion = irev.reinject(uuid).unwrap();
    assert_eq!(list(irev, "").uuids(), [conversion.to_string()]);
    let after = irev.lead(uuid).unwrap();
    assert_eq!(
        (after.status, after.error_type, after.advertiser_name.as_deref()),
        (LeadStatus::Pushed, None, Some("Picky"))
    );
    assert_eq!(irev.reinject(uuid), Err(LeadError::NotRejected(uuid)));
    irev.set_advertisers([]);
    push(irev, &lead(2));
    let second = irev.leads()[1].lead_uuid;
    assert_eq!(irev.reinject(second), Err(LeadError::NobodyOpen(second)));
}

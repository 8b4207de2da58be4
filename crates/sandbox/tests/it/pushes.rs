//! Single pushes: validation, profile keys, cutting, deduplication, filters, and the identical-body rule.

use std::time::Duration;

use afflux_sandbox::irev::{
    AutoLogin, DedupRule, DedupScope, ErrorType, IdenticalRefusal, Identity, LeadStatus, ProfileKind,
    RecordWhen, Token, TrimMark, UnknownProfileKey, WindowSlides,
};

use crate::support::{JSON, LEADS, list, push, sandbox, send};

fn told(reply: &crate::support::Reply) -> String {
    reply.json()["data"]["errorMessage"].as_str().unwrap().to_owned()
}

#[test]
fn the_first_failure_is_told_and_no_lead_is_made() {
    let sandbox = sandbox();
    let irev = sandbox.irev();
    let cases = [
        (r#"{"country_code":"X"}"#, "Ip is required"),
        (r#"{"ip":17,"is_test":"no"}"#, "Ip must be a string"),
        (
            r#"{"ip":"1.1.1.1","country_code":"D1","lead_language":"x"}"#,
            "Country_code must be in ISO2 format",
        ),
        (r#"{"ip":"1.1.1.1","country_code":49}"#, "Country_code must be in ISO2 format"),
        (
            r#"{"ip":"1.1.1.1","lead_language":"eng","is_test":1}"#,
            "Lead_language must be in ISO 639-1 format",
        ),
        (r#"{"ip":"1.1.1.1","is_test":"true"}"#, "Is_test must be a boolean"),
    ];
    for (body, message) in cases {
        let reply = push(irev, body);
        assert_eq!((reply.status, told(&reply).as_str()), (422, message), "{body}");
    }
    assert_eq!((irev.leads().len(), irev.rotations_started()), (0, 0));
}

#[test]
fn configured_profile_keys_can_be_required() {
    let sandbox = sandbox();
    let irev = sandbox.irev();
    irev.profile(|profile| profile.set("first_name", ProfileKind::Other, true));
    assert_eq!(told(&push(irev, r#"{"ip":"1.1.1.1"}"#)), "First_name is required");
    assert_eq!(told(&push(irev, r#"{"ip":"1.1.1.1","first_name":""}"#)), "First_name is required");
    assert_eq!(push(irev, r#"{"ip":"1.1.1.1","first_name":"Ana"}"#).status, 200);
}

#[test]
fn unknown_profile_keys_are_kept_dropped_or_refused() {
    let sandbox = sandbox();
    let irev = sandbox.irev();
    let lead = |number: u8| format!(r#"{{"ip":"1.1.1.{number}","funnel_step":"2"}}"#);
    assert_eq!(push(irev, &lead(1)).status, 200);
    irev.configure(|switches| switches.unknown_profile_key = UnknownProfileKey::Drop);
    assert_eq!(push(irev, &lead(2)).status, 200);
    irev.configure(|switches| switches.unknown_profile_key = UnknownProfileKey::Refuse);
    assert_eq!(told(&push(irev, &lead(3))), "Funnel_step is not allowed");
    let steps: Vec<_> = irev.leads().iter().map(|lead| lead.text("funnel_step").map(str::to_owned)).collect();
    assert_eq!(steps, [Some("2".to_owned()), None]);
}

#[test]
fn texts_over_512_characters_are_cut_and_marked() {
    let sandbox = sandbox();
    let irev = sandbox.irev();
    let stored = |key: &str, text: &str| {
        let reply = push(irev, &serde_json::json!({"ip": "1.1.1.1", key: text}).to_string());
        assert_eq!(reply.status, 200);
        irev.leads().last().unwrap().text(key).unwrap().to_owned()
    };
    // Characters, not bytes.
    let (full, over) = ("ü".repeat(512), "ü".repeat(513));
    assert_eq!(stored("aff_sub", &full), full);
    assert_eq!(stored("aff_sub", &over), format!("{full}<..>"));
    assert_eq!(stored("email", &over), over, "only keys of the type Text are cut");
    irev.configure(|switches| switches.trim_mark = TrimMark::WithinLimit);
    assert_eq!(stored("aff_sub3", &over), format!("{}<..>", "ü".repeat(508)));
    let row = list(irev, "page=4&per_page=1").json();
    assert_eq!(row[0]["aff_sub3"].as_str().unwrap().chars().count(), 512);
}

#[test]
fn a_large_body_is_refused() {
    let sandbox = sandbox();
    let irev = sandbox.irev();
    let body = format!(r#"{{"ip":"1.1.1.1","email":"{}"}}"#, "x".repeat(100 * 1024));
    assert_eq!(push(irev, &body).json()["type"], "entity.too.large");
    irev.configure(|switches| switches.body_limit = None);
    assert_eq!(push(irev, &body).status, 200);
}

#[test]
fn the_auto_login_link_may_be_empty_or_missing() {
    let sandbox = sandbox();
    let irev = sandbox.irev();
    irev.configure(|switches| switches.auto_login = AutoLogin::Empty);
    assert_eq!(push(irev, r#"{"ip":"1.1.1.1"}"#).json()["auto_login_url"], "");
    irev.configure(|switches| switches.auto_login = AutoLogin::Absent);
    assert!(push(irev, r#"{"ip":"1.1.1.2"}"#).json().get("auto_login_url").is_none());
}

#[test]
fn dedup_rules_match_fully_or_singly_and_make_a_rejected_lead() {
    let sandbox = sandbox();
    let irev = sandbox.irev();
    let lead =
        |email: &str, phone: &str| format!(r#"{{"ip":"1.1.1.1","email":"{email}","phone":"{phone}"}}"#);
    irev.dedup_rules([DedupRule::full(&["email", "phone"])]);
    assert_eq!(push(irev, &lead("a@x.test", "1")).status, 200);
    assert_eq!(push(irev, &lead("a@x.test", "2")).status, 200);
    let reply = push(irev, &lead("A@X.test ", "2"));
    assert_eq!((reply.status, reply.json()["type"].as_str()), (400, Some("CRM_DUPLICATION_ERROR")));
    let last = irev.leads().pop().unwrap();
    assert_eq!((last.status, last.error_type), (LeadStatus::Rejected, Some(ErrorType::CrmDuplicationError)));
    assert_eq!(
        reply.json()["data"]["leadUuid"],
        last.lead_uuid.to_string(),
        "the new lead's, not the first one's"
    );
    irev.dedup_rules([DedupRule::single(&["email", "phone"])]);
    assert_eq!(push(irev, &lead("b@x.test", "1")).status, 400);
    assert_eq!(push(irev, &lead("b@x.test", "9")).status, 200, "a rejected lead is nobody's duplicate");
}

#[test]
fn a_dedup_rule_looks_back_so_far_and_at_so_many() {
    let sandbox = sandbox();
    let irev = sandbox.irev();
    irev.add_token(Token::new("tok-other").affiliate("7"));
    let body = r#"{"ip":"1.1.1.1","email":"a@x.test"}"#;
    let other = || send(irev, "POST", LEADS, &[("Authorization", "tok-other"), JSON], body).status;
    irev.dedup_rules([DedupRule::full(&["email"])
        .scope(DedupScope::Affiliate)
        .within(Duration::from_mins(5))]);
    assert_eq!((push(irev, body).status, other()), (200, 200));
    irev.advance_clock(Duration::from_secs(299));
    assert_eq!(push(irev, body).status, 400);
    irev.advance_clock(Duration::from_mins(2));
    assert_eq!(push(irev, body).status, 200);
    irev.dedup_rules([DedupRule::full(&["email"])]);
    assert_eq!(other(), 400);
}

#[test]
fn filters_by_weekday_and_country() {
    let sandbox = sandbox();
    let irev = sandbox.irev();
    irev.traffic_filter(|filter| {
        filter.blocked_weekdays = vec![jiff::civil::Weekday::Tuesday];
        filter.blocked_countries = vec!["rs".to_owned()];
    });
    let kind = |country: &str| {
        let reply = push(irev, &format!(r#"{{"ip":"1.1.1.1","country_code":"{country}"}}"#));
        (reply.status, reply.json()["type"].as_str().unwrap_or("-").to_owned())
    };
    assert_eq!(kind("DE"), (200, "-".to_owned()));
    assert_eq!(kind("RS"), (400, "BLOCK_COUNTRY".to_owned()));
    irev.advance_clock(Duration::from_hours(24));
    assert_eq!(kind("DE"), (400, "BLOCKED_BY_TRAFFIC_FILTER".to_owned()));
    irev.advance_clock(Duration::from_hours(24));
    assert_eq!(kind("DE"), (200, "-".to_owned()));
}

const LEAD: &str = r#"{"ip":"1.1.1.1","email":"a@x.test"}"#;
const LEAD_REWRITTEN: &str = r#"{ "email":"a@x.test", "ip":"1.1.1.1" }"#;

#[test]
fn an_identical_body_is_refused_for_two_minutes_under_its_token() {
    let sandbox = sandbox();
    let irev = sandbox.irev();
    irev.add_token(Token::new("tok-other"));
    assert_eq!(push(irev, LEAD).status, 200);
    irev.advance_clock(Duration::from_secs(119));
    assert_eq!(push(irev, LEAD).status, 429);
    assert_eq!(push(irev, LEAD_REWRITTEN).status, 200, "other bytes are another body");
    assert_eq!(send(irev, "POST", LEADS, &[("Authorization", "tok-other"), JSON], LEAD).status, 200);
    irev.advance_clock(Duration::from_secs(1));
    assert_eq!(push(irev, LEAD).status, 200, "counted from the first sight");
    assert_eq!(irev.leads().len(), 4);
}

#[test]
fn identity_may_be_that_of_the_json() {
    let sandbox = sandbox();
    let irev = sandbox.irev();
    irev.configure(|switches| switches.identity = Identity::CanonicalJson);
    assert_eq!((push(irev, LEAD).status, push(irev, LEAD_REWRITTEN).status), (200, 429));
}

#[test]
fn a_refusal_may_prolong_the_window() {
    let sandbox = sandbox();
    let irev = sandbox.irev();
    irev.configure(|switches| switches.window_slides = WindowSlides::Yes);
    assert_eq!(push(irev, LEAD).status, 200);
    for _ in 0..3 {
        irev.advance_clock(Duration::from_secs(119));
        assert_eq!(push(irev, LEAD).status, 429);
    }
    irev.advance_clock(Duration::from_mins(2));
    assert_eq!(push(irev, LEAD).status, 200);
}

#[test]
fn a_body_may_be_remembered_only_from_the_rotation_on() {
    let sandbox = sandbox();
    let irev = sandbox.irev();
    irev.configure(|switches| switches.record_when = RecordWhen::ReachedRotation);
    assert_eq!((push(irev, "{}").status, push(irev, "{}").status), (422, 422));
    assert_eq!((push(irev, LEAD).status, push(irev, LEAD).status), (200, 429));
}

#[test]
fn the_refusal_of_an_identical_body_has_three_shapes() {
    let sandbox = sandbox();
    let irev = sandbox.irev();
    let first = push(irev, LEAD);
    irev.configure(|switches| {
        switches.identical_refusal = IdenticalRefusal::Error { status: 409, kind: "SAME_BODY".to_owned() };
    });
    let reply = push(irev, LEAD);
    assert_eq!((reply.status, reply.json()["type"].as_str()), (409, Some("SAME_BODY")));
    irev.configure(|switches| switches.identical_refusal = IdenticalRefusal::Replay);
    let reply = push(irev, LEAD);
    assert_eq!((reply.status, reply.body), (200, first.body));
    assert_eq!((irev.leads().len(), irev.identical_refusals()), (1, 2));
    let committed: Vec<bool> =
        crate::support::wait(irev.settled()).iter().map(|seen| seen.committed).collect();
    assert_eq!(committed, [true, false, false]);
}

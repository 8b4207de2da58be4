//! AlterCPA, `click.json`: its rules one by one and in their order, and what is stored.

use std::time::Duration;

use afflux_sandbox::altercpa::{
    ClickOnlyDuplicate, ContactDedupe, ContactMatch, ContactRule, Event, ExtoSigns, Source, status,
};

use crate::support::{cpa, cpa_as, sandbox, says};

#[test]
fn a_create_stores_a_new_lead_and_tells_its_id() {
    let sandbox = sandbox();
    let altercpa = sandbox.altercpa();
    let reply = cpa(altercpa, "click", "click=9001&exto=A-1&wm=12.50&cc=USD");
    assert_eq!((reply.status, reply.body.as_str()), (200, r#"{"status":"ok","id":70001}"#));
    assert_eq!(reply.header("content-type"), Some("application/json; charset=utf-8"));
    let lead = altercpa.lead(70001).unwrap();
    assert_eq!((lead.offer, lead.source, lead.status), (11, Source::Click(9001), status::NEW));
    assert_eq!(
        (lead.exto.as_deref(), lead.field("wm"), lead.field("cc")),
        (Some("A-1"), Some("12.50"), Some("USD"))
    );
    assert_eq!((lead.created_at, lead.stored_at, lead.reason), (altercpa.now(), altercpa.now(), None));
    assert_eq!(lead.history.len(), 1);
    assert_eq!(
        (lead.history[0].event, lead.history[0].changed.join(" ")),
        (Event::Created, "cc status wm".to_owned())
    );
    assert_eq!(cpa(altercpa, "click", "click=9001&exto=A-2").json()["id"], 70002);
}

#[test]
fn only_a_token_lets_in() {
    let sandbox = sandbox();
    let altercpa = sandbox.altercpa();
    for token in ["", "101", "101-", "101-wrong", "999-sandbox-altercpa-key-101", "x-y", "-", "SANDBOX"] {
        for call in ["click", "status", "fetch", "flow", "offer"] {
            let reply = cpa_as(altercpa, token, call, "click=9001&offer=11&exto=1");
            assert_eq!(reply.body, r#"{"status":"error","error":"auth"}"#, "{token} {call}");
            assert_eq!(reply.status, 200);
        }
    }
    let other_site = altercpa.site_token(102).unwrap();
    assert_eq!(
        says(&cpa_as(altercpa, &other_site, "click", "click=9001")),
        "ok",
        "all sites of an offer are alike"
    );
    assert_eq!(says(&cpa_as(altercpa, altercpa.global_token(), "click", "click=9004")), "ok");
}

#[test]
fn the_source_is_the_click_else_the_flow_else_the_code() {
    let sandbox = sandbox();
    let altercpa = sandbox.altercpa();
    altercpa.add_flow(afflux_sandbox::altercpa::Flow::new(504, "winter", 11));
    let cases = [
        ("click=9002&flow=501&code=winter", Source::Click(9002)),
        ("flow=501&code=winter", Source::Flow(501)),
        ("code=winter", Source::Flow(504)),
        ("click=abc&flow=501", Source::Flow(501)),
        ("click=&code=summer-push", Source::Flow(501)),
    ];
    for (query, source) in cases {
        assert_eq!(says(&cpa(altercpa, "click", query)), "ok", "{query}");
        assert_eq!(altercpa.leads().last().unwrap().source, source, "{query}");
    }
    for query in ["", "exto=1", "order=70001", "click=0", "offer=11"] {
        assert_eq!(cpa(altercpa, "click", query).body, r#"{"status":"error","error":"no-id"}"#, "{query}");
    }
    for query in ["click=1", "flow=1", "code=nothing", "click=-9001", "click=1&flow=501"] {
        assert_eq!(cpa(altercpa, "click", query).body, r#"{"status":"error","error":"bad-id"}"#, "{query}");
    }
}

#[test]
fn what_belongs_to_another_offer_is_not_there() {
    let sandbox = sandbox();
    let altercpa = sandbox.altercpa();
    for query in ["click=9004", "flow=502", "code=sleep_us_android"] {
        assert_eq!(says(&cpa(altercpa, "click", query)), "bad-id", "{query}");
        assert_eq!(says(&cpa_as(altercpa, altercpa.global_token(), "click", query)), "ok", "{query}");
    }
}

#[test]
fn privacy_settings_refuse_traffic_before_anything_is_looked_up() {
    let sandbox = sandbox();
    let altercpa = sandbox.altercpa();
    let token = altercpa.site_token(301).unwrap();
    let reply = cpa_as(altercpa, &token, "click", "click=9006&exto=1");
    assert_eq!(reply.body, r#"{"status":"error","error":"traffic"}"#);
    assert_eq!(says(&cpa_as(altercpa, &token, "click", "click=1")), "bad-id", "that comes first");
    altercpa.add_click(afflux_sandbox::altercpa::Click::new(9007, 11, [203, 0, 113, 7]));
    assert_eq!(says(&cpa(altercpa, "click", "click=9007&exto=1")), "ok");
    altercpa.add_offer(afflux_sandbox::altercpa::Offer::new(11, "Closed").forbids_traffic());
    assert_eq!(says(&cpa(altercpa, "click", "click=9007&exto=1")), "traffic", "and not duplicate");
}

#[test]
fn exto_protects_from_duplicates_and_tells_the_original() {
    let sandbox = sandbox();
    let altercpa = sandbox.altercpa();
    for source in ["click=9001", "click=9002", "flow=501"] {
        let id = cpa(altercpa, "click", &format!("{source}&exto=A-1")).json()["id"].clone();
        let again = cpa(altercpa, "click", &format!("{source}&exto=%20A-1%20&status=approve"));
        assert_eq!(again.body, format!(r#"{{"status":"error","error":"duplicate","id":{id}}}"#));
    }
    assert_eq!((altercpa.leads().len(), altercpa.duplicates()), (3, 3));
    assert_eq!(
        says(&cpa(altercpa, "click", "code=summer-push&exto=A-1")),
        "duplicate",
        "the flow is the same"
    );
    assert_eq!(altercpa.stored_leads(Source::Flow(501), Some("A-1")), 1);
    assert_eq!(altercpa.leads_by_exto("A-1").len(), 3);
    assert!(altercpa.stored_by_combination().values().all(|leads| *leads == 1));
    assert!(altercpa.leads().iter().all(|lead| lead.status == status::NEW), "a duplicate changes nothing");
}

#[test]
fn without_exto_nothing_protects_unless_switched() {
    let sandbox = sandbox();
    let altercpa = sandbox.altercpa();
    for query in ["click=9001", "click=9001", "flow=501", "flow=501"] {
        assert_eq!(says(&cpa(altercpa, "click", query)), "ok", "{query}");
    }
    assert_eq!(altercpa.stored_leads(Source::Click(9001), None), 2);
    altercpa.configure(|switches| switches.click_only_duplicate = ClickOnlyDuplicate::Duplicate);
    let reply = cpa(altercpa, "click", "click=9001");
    assert_eq!(reply.body, r#"{"status":"error","error":"duplicate","id":70001}"#);
    let keyed = cpa(altercpa, "click", "click=9003&exto=1").json()["id"].clone();
    assert_eq!(cpa(altercpa, "click", "click=9003").json()["id"], keyed, "any lead of the click");
    assert_eq!(says(&cpa(altercpa, "click", "click=9001&exto=1")), "ok", "with exto there can be more");
    assert_eq!(says(&cpa(altercpa, "click", "flow=501")), "ok", "a flow has many leads");
    assert_eq!(says(&cpa(altercpa, "click", "click=9002")), "ok");
}

#[test]
fn the_same_customer_is_a_duplicate_when_switched() {
    let by = |by: ContactMatch| {
        let sandbox = sandbox();
        let altercpa = sandbox.altercpa();
        altercpa.configure(|switches| switches.contact_dedupe = ContactDedupe::On(ContactRule::new(by)));
        let first = "click=9001&exto=1&phone=%2B49%20151%20000&email=Ann@X.test";
        assert_eq!(says(&cpa(altercpa, "click", first)), "ok");
        let contacts = [
            "phone=49151000",
            "email=ann@x.TEST",
            "phone=49151000&email=ann@x.test",
            "phone=1&email=b@x.test",
            "a=b",
        ];
        contacts.map(|contact| {
            says(&cpa(altercpa, "click", &format!("click=9002&exto={}&{contact}", contact.len()))) == "ok"
        })
    };
    assert_eq!(by(ContactMatch::Phone), [false, true, false, true, true]);
    assert_eq!(by(ContactMatch::Mail), [true, false, false, true, true]);
    assert_eq!(by(ContactMatch::Both), [true, true, false, true, true]);
    assert_eq!(by(ContactMatch::Either), [false, false, false, true, true]);
}

#[test]
fn the_rule_for_the_same_customer_can_be_narrower() {
    let sandbox = sandbox();
    let altercpa = sandbox.altercpa();
    let rule = ContactRule::new(ContactMatch::Phone);
    let set =
        |rule: ContactRule| altercpa.configure(|switches| switches.contact_dedupe = ContactDedupe::On(rule));
    set(rule.clone());
    let token = altercpa.global_token();
    let create = |query: &str| says(&cpa_as(altercpa, token, "click", &format!("{query}&phone=1&name=Ann")));
    assert_eq!(create("click=9001&exto=1"), "ok");
    assert_eq!(
        (create("click=9002"), create("flow=501"), create("click=9004")),
        ("duplicate".to_owned(), "duplicate".to_owned(), "ok".to_owned())
    );
    set(ContactRule { same_source: true, ..rule.clone() });
    assert_eq!((create("click=9001"), create("click=9002")), ("duplicate".to_owned(), "ok".to_owned()));
    set(ContactRule { same_name: true, ..rule.clone() });
    assert_eq!(says(&cpa(altercpa, "click", "click=9003&phone=1&name=Bob")), "ok");
    assert_eq!(says(&cpa(altercpa, "click", "click=9003&phone=1&name=ANN")), "duplicate");
    set(rule.clone());
    assert_eq!(says(&cpa(altercpa, "click", "click=9003&phone=none&time=1")), "ok");
    assert_eq!(
        says(&cpa(altercpa, "click", "click=9003&phone=none")),
        "ok",
        "a phone without digits is none"
    );
    assert_eq!(says(&cpa(altercpa, "click", "click=9003&phone=5&time=1")), "ok");
    assert_eq!(says(&cpa(altercpa, "click", "click=9003&phone=5")), "duplicate", "it was stored just now");
    altercpa.advance_clock(Duration::from_hours(24));
    assert_eq!(create("click=9003"), "ok", "a day has passed");
    altercpa.advance_clock(Duration::from_hours(240));
    set(ContactRule { period: Duration::ZERO, ..rule });
    assert_eq!(create("click=9003"), "duplicate", "for ever");
    assert_eq!(cpa(altercpa, "click", "click=9003&phone=1").json()["id"], 70001, "the oldest is told");
}

#[test]
fn signs_in_exto_can_get_lost() {
    let sandbox = sandbox();
    let altercpa = sandbox.altercpa();
    assert_eq!(says(&cpa(altercpa, "click", "click=9001&exto=a%2F1")), "ok");
    assert_eq!(altercpa.leads()[0].exto.as_deref(), Some("a/1"));
    altercpa.configure(|switches| switches.exto_signs = ExtoSigns::Dropped);
    assert_eq!(says(&cpa(altercpa, "click", "click=9001&exto=a%2F1")), "ok");
    assert_eq!(altercpa.leads()[1].exto.as_deref(), Some("a1"));
    assert_eq!(says(&cpa(altercpa, "click", "click=9001&exto=a1")), "duplicate");
    assert_eq!(says(&cpa(altercpa, "click", "click=9001&exto=A_b.c-d")), "ok");
    assert_eq!(altercpa.leads()[2].exto.as_deref(), Some("A_b.c-d"));
}

#[test]
fn everything_that_is_sent_of_a_lead_is_stored() {
    let sandbox = sandbox();
    let altercpa = sandbox.altercpa();
    let sent = "wm=10&cc=EUR&pd=-1.5&pp=2&pay=30&name=Ann&phone=%2B1&email=a@x.test&country=de&base=99.90\
                &curr=3&currency=PLN&count=2&comment=call%20late&mobile=tablet&bad=1&goal=sale&time=1767600000";
    assert_eq!(says(&cpa(altercpa, "click", &format!("click=9001&{sent}&price=5&reason=4"))), "ok");
    let lead = altercpa.leads().remove(0);
    let field = |name: &str| lead.field(name).unwrap_or("-").to_owned();
    let names = [
        "wm", "cc", "pd", "pp", "pay", "name", "phone", "email", "country", "base", "curr", "currency",
        "count", "comment", "mobile", "bad", "goal", "price",
    ];
    assert_eq!(
        names.map(field),
        [
            "10",
            "EUR",
            "-1.5",
            "2",
            "30",
            "Ann",
            "+1",
            "a@x.test",
            "de",
            "99.90",
            "3",
            "PLN",
            "2",
            "call late",
            "mobile",
            "1",
            "sale",
            "-"
        ]
    );
    assert_eq!(lead.created_at.to_string(), "2026-01-05T08:00:00Z");
    assert_eq!((lead.stored_at, lead.reason), (altercpa.now(), Some(4)));
}

#[test]
fn traffic_is_desktop_by_its_words_and_mobile_by_any_other() {
    let sandbox = sandbox();
    let altercpa = sandbox.altercpa();
    for (word, kind) in [
        ("0", "desktop"),
        ("DSK", "desktop"),
        ("desk", "desktop"),
        ("desktop", "desktop"),
        ("pc", "desktop"),
        ("laptop", "desktop"),
        ("1", "mobile"),
        ("mob", "mobile"),
        ("Desktop-PC", "mobile"),
    ] {
        cpa(altercpa, "click", &format!("flow=501&mobile={word}"));
        assert_eq!(altercpa.leads().last().unwrap().field("mobile"), Some(kind), "{word}");
    }
}

#[test]
fn goals_are_known_by_id_name_and_alias() {
    let sandbox = sandbox();
    let altercpa = sandbox.altercpa();
    let token = altercpa.site_token(201).unwrap();
    for (query, goal, gid) in [
        ("goal=install", Some("install"), Some("1")),
        ("goal=purchase", Some("subscribe"), Some("2")),
        ("gid=2", Some("subscribe"), Some("2")),
        ("gid=9", None, Some("9")),
        ("goal=other", Some("other"), None),
    ] {
        cpa_as(altercpa, &token, "click", &format!("click=9004&{query}"));
        let lead = altercpa.leads().pop().unwrap();
        assert_eq!((lead.field("goal"), lead.field("gid")), (goal, gid), "{query}");
    }
}

//! CleverTap's exports, single profiles, counts and reports.

use std::collections::BTreeSet;
use std::time::Duration;

use afflux_sandbox::clevertap::{BatchSize, MissingProfile, ReportNotReady, RequestIds, UnknownEvent};
use afflux_sandbox::{CleverTap, Clock, Fault, Sandbox};
use serde_json::{Value, json};

use crate::support::{NOON, sandbox, start, tap, tap_get};

fn open(clevertap: &CleverTap, path: &str, body: &Value) -> String {
    tap(clevertap, path, body).json()["cursor"].as_str().unwrap().to_owned()
}

/// All pages; the cursor goes into the address as it comes.
fn pages(clevertap: &CleverTap, path: &str, mut cursor: String) -> Vec<Value> {
    let mut pages = Vec::new();
    loop {
        let page = tap_get(clevertap, &format!("{path}?cursor={cursor}")).json();
        let next = page["next_cursor"].as_str().map(str::to_owned);
        pages.push(page);
        match next {
            Some(next) => cursor = next,
            None => return pages,
        }
    }
}

fn days(event: &str) -> Value {
    json!({"event_name": event, "from": 20_251_201, "to": 20_260_105})
}

fn rows(pages: &[Value]) -> Vec<Value> {
    pages.iter().flat_map(|page| page["records"].as_array().cloned().unwrap_or_default()).collect()
}

#[test]
fn an_export_goes_page_by_page_with_encoded_cursors() {
    let sandbox = sandbox();
    let clevertap = sandbox.clevertap();
    let cursor = open(clevertap, "/1/events.json?batch_size=40&app=true", &days("Charged"));
    assert!(cursor.ends_with("%3D%3D") && cursor.contains("%2F") && cursor.contains("%2B"), "{cursor}");
    let pages = pages(clevertap, "/1/events.json", cursor);
    assert!(pages.len() > 1);
    assert!(pages[0].get("previous_cursor").is_none() && pages[1]["previous_cursor"].is_string());
    assert!(pages.iter().rev().skip(1).all(|page| page["records"].as_array().unwrap().len() == 40));
    clevertap.configure(|switches| switches.count_polls = 0);
    let counted = tap(clevertap, "/1/counts/events.json", &days("Charged")).json();
    let rows = rows(&pages);
    assert_eq!(counted, json!({"status": "success", "count": rows.len()}));
    assert_eq!(rows[0]["event_props"]["Currency"], "USD");
    assert!(rows[0]["profile"]["os_version"].is_string() && rows[0]["profile"]["events"].is_object());
    let ts = rows[0]["ts"].to_string();
    assert!(ts.starts_with("202512") && ts.len() == 14, "{ts}");
}

#[test]
fn a_cursor_is_for_the_wire_as_it_is_and_is_not_encoded_again() {
    let sandbox = sandbox();
    let clevertap = sandbox.clevertap();
    let cursor = open(clevertap, "/1/events.json", &days("Charged"));
    let incorrect = r#"{"status":"fail","error":"Incorrect Usage","code":3}"#;
    let twice = cursor.replace('%', "%25");
    let bare = cursor.replace("%2B", "+").replace("%2F", "/").replace("%3D", "=");
    for wrong in [twice, bare, "nothing".to_owned()] {
        let reply = tap_get(clevertap, &format!("/1/events.json?cursor={wrong}"));
        assert_eq!((reply.status, reply.body.as_str()), (200, incorrect), "{wrong}");
    }
    assert_eq!(
        tap_get(clevertap, &format!("/1/profiles.json?cursor={cursor}")).json()["error"],
        "invalid cursor"
    );
    clevertap.advance_clock(Duration::from_secs(3601));
    let late = tap_get(clevertap, &format!("/1/events.json?cursor={cursor}"));
    assert_eq!((late.status, &late.json()["error"]), (400, &json!("CURSOR_INVALIDATED")));
}

#[test]
fn a_page_may_not_be_ready_and_an_empty_range_has_no_records() {
    let sandbox = sandbox();
    let clevertap = sandbox.clevertap();
    clevertap.configure(|switches| switches.page_polls = 2);
    let empty = json!({"event_name": "Charged", "from": 20_200_101, "to": 20_200_102});
    let path = format!("/1/events.json?cursor={}", open(clevertap, "/1/events.json", &empty));
    let waiting = r#"{"status":"fail","error":"Request still in progress, please retry later","code":2}"#;
    for body in [waiting, waiting, r#"{"status":"success"}"#, r#"{"status":"success"}"#] {
        let reply = tap_get(clevertap, &path);
        assert_eq!((reply.status, reply.body.as_str()), (200, body));
    }
}

#[test]
fn queries_that_cannot_be_are_refused() {
    let sandbox = sandbox();
    let clevertap = sandbox.clevertap();
    let table = [
        (
            json!({"from": 20_260_101, "to": 20_260_101}),
            json!({"status": "fail", "error": "event_name is mandatory", "code": 400}),
        ),
        (
            days("Notification Sent"),
            json!({"status": "fail", "error": "Export not allowed for this event", "code": 400}),
        ),
        (days("charged"), json!({"status": "fail", "error": "[\"Invalid event : charged\"]", "code": 400})),
        (
            json!({"event_name": "Charged", "from": 20_260_101, "to": 20_260_106}),
            json!({"status": "fail", "error": "Invalid date range", "code": 4002}),
        ),
    ];
    for (body, expected) in table {
        let reply = tap(clevertap, "/1/events.json", &body);
        assert_eq!((reply.status, reply.json()), (400, expected));
    }
    clevertap.configure(|switches| switches.unknown_event = UnknownEvent::ByBody);
    assert_eq!(tap(clevertap, "/1/events.json", &days("charged")).status, 200);
}

#[test]
fn faults_repeat_a_cursor_and_empty_a_page() {
    let sandbox = sandbox();
    let clevertap = sandbox.clevertap();
    let cursor = open(clevertap, "/1/events.json?batch_size=30", &days("Charged"));
    let path = format!("/1/events.json?cursor={cursor}");
    clevertap.fault(Fault::repeated_cursor());
    assert_eq!(tap_get(clevertap, &path).json()["next_cursor"], cursor);
    clevertap.fault(Fault::empty_page());
    let empty = tap_get(clevertap, &path).json();
    assert!(empty.get("records").is_none() && empty["next_cursor"] != cursor);
    let next = empty["next_cursor"].as_str().unwrap().to_owned();
    assert_eq!(
        rows(&pages(clevertap, "/1/events.json", next)),
        rows(&pages(clevertap, "/1/events.json", cursor))
    );
}

#[test]
fn uploaded_events_are_exported_in_the_projects_zone() {
    let sandbox = sandbox();
    let clevertap = sandbox.clevertap();
    // 2026-01-05 23:30 UTC is the 6th in India; the query's range ends with the project's today.
    clevertap.advance_clock(Duration::from_secs(12 * 3600));
    clevertap.configure(|switches| switches.utc_offset_minutes = 330);
    let record = json!({"type": "event", "identity": "ana", "evtName": "Seen", "ts": 1_767_655_800, "evtData": {"At": "$D_1468322268"}});
    tap(clevertap, "/1/upload", &json!({"d": [record]}));
    let body = json!({"event_name": "Seen", "from": 20_260_106, "to": 20_260_106});
    let page = rows(&pages(clevertap, "/1/events.json", open(clevertap, "/1/events.json", &body)));
    assert_eq!(page[0]["ts"], 20_260_106_050_000_u64);
    assert_eq!(
        (&page[0]["event_props"]["At"], &page[0]["profile"]["identity"]),
        (&json!("$D_1468322268"), &json!("ana"))
    );
    assert_eq!(page[0]["session_props"], json!({}));
}

#[test]
fn filters_narrow_a_query_and_unknown_keys_are_ignored() {
    let sandbox = sandbox();
    let clevertap = sandbox.clevertap();
    clevertap.configure(|switches| switches.count_polls = 0);
    let count = |extra: Value| {
        let mut body = days("Charged");
        body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        tap(clevertap, "/1/counts/events.json", &body).json()["count"].as_u64().unwrap()
    };
    let all = count(json!({}));
    let large =
        count(json!({"event_properties": [{"name": "Amount", "operator": "greater_than", "value": 200}]}));
    let small = count(
        json!({"event_properties": [{"name": "Amount", "operator": "less_than_equals", "value": 200}]}),
    );
    assert!(large > 0 && small > 0);
    assert_eq!(large + small, all);
    let class = |classes: Value| {
        count(
            json!({"common_profile_properties": {"profile_fields": [{"name": "Customer Type", "value": classes}]}}),
        )
    };
    assert_eq!(class(json!("gold")) + class(json!(["Platinum", "Silver"])), all);
    let buyers = |part: &str| count(json!({"advanced_query": {part: [{"event_name": "Added to cart"}]}}));
    assert_eq!(buyers("did_all") + buyers("did_none"), all);
    assert_eq!(buyers("did_not"), all);
}

#[test]
fn profiles_are_exported_by_their_events() {
    let sandbox = sandbox();
    let clevertap = sandbox.clevertap();
    let all =
        pages(clevertap, "/1/profiles.json", open(clevertap, "/1/profiles.json?batch_size=25", &json!({})));
    assert_eq!(rows(&all).len(), 60);
    let some = pages(clevertap, "/1/profiles.json", open(clevertap, "/1/profiles.json", &days("Charged")));
    let rows = rows(&some);
    assert!(!rows.is_empty() && rows.iter().all(|row| row["events"]["Charged"]["count"].as_u64() > Some(0)));
    assert!(rows[0]["platformInfo"][0]["objectId"].as_str().unwrap().starts_with("__"));
    clevertap.configure(|switches| switches.batch_size = BatchSize::MultiplesOf23);
    let page =
        pages(clevertap, "/1/profiles.json", open(clevertap, "/1/profiles.json?batch_size=50", &json!({})));
    assert_eq!(page[0]["records"].as_array().unwrap().len(), 46);
}

#[test]
fn one_profile_is_found_by_each_of_its_names() {
    let sandbox = sandbox();
    let clevertap = sandbox.clevertap();
    let by_identity = tap_get(clevertap, "/1/profile.json?identity=user-7").json();
    let record = &by_identity["record"];
    let (email, object) = (&record["email"], &record["platformInfo"][0]["objectId"]);
    for query in
        [format!("email={}", email.as_str().unwrap()), format!("objectId={}", object.as_str().unwrap())]
    {
        assert_eq!(tap_get(clevertap, &format!("/1/profile.json?{query}")).json(), by_identity);
    }
    assert_eq!(record["all_identities"], json!(["user-7"]));
    for path in ["/1/profile.json", "/1/profile.json?identity=a&email=b"] {
        assert_eq!(tap_get(clevertap, path).status, 400);
    }
    let missing = || tap_get(clevertap, "/1/profile.json?identity=nobody");
    assert_eq!(missing().body, r#"{"status":"fail","error":"Profile not found","code":404}"#);
    clevertap.configure(|switches| switches.missing_profile = MissingProfile::NoRecord);
    assert_eq!((missing().status, missing().json()), (200, json!({"status": "success"})));
}

#[test]
fn a_count_is_first_partial_and_then_there() {
    let sandbox = sandbox();
    let clevertap = sandbox.clevertap();
    let first = tap(clevertap, "/1/counts/events.json", &days("Charged"));
    assert_eq!(first.body, r#"{"status":"partial","req_id":384649162721759}"#);
    clevertap.fault(Fault::stuck_job().times(2));
    let poll = || tap_get(clevertap, "/1/counts/events.json?req_id=384649162721759");
    assert_eq!((poll(), poll()).1.json()["status"], "partial");
    assert!(poll().json()["count"].as_u64().unwrap() > 0);
    // A poll by POST works as well, and an answer can be read again.
    assert_eq!(
        tap(clevertap, "/1/counts/events.json?req_id=384649162721759", &json!({})).json()["count"],
        poll().json()["count"]
    );
    for wrong in ["/1/counts/events.json?req_id=1", "/1/counts/profiles.json?req_id=384649162721759"] {
        assert_eq!(tap_get(clevertap, wrong).json()["error"], "invalid request id");
    }
    clevertap.configure(|switches| switches.request_ids = RequestIds::Text);
    assert!(tap(clevertap, "/1/counts/profiles.json", &days("Charged")).json()["req_id"].is_string());
}

#[test]
fn top_values_and_trends_stand_under_their_labels() {
    let sandbox = sandbox();
    let clevertap = sandbox.clevertap();
    clevertap.configure(|switches| switches.count_polls = 0);
    let ask = |path: &str, extra: Value| {
        let mut body = days("Charged");
        body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        tap(clevertap, path, &body).json()
    };
    let all = ask("/1/counts/events.json", json!({}))["count"].as_u64().unwrap();
    let sum =
        |value: &Value| value.as_object().unwrap().values().map(|count| count.as_u64().unwrap()).sum::<u64>();
    let top = ask(
        "/1/counts/top.json",
        json!({"groups": {
        "Class": {"property_type": "profile_fields", "name": "Customer Type"},
        "First": {"property_type": "profile_fields", "name": "Customer Type", "top_n": 1},
        "Amounts": {"property_type": "event_properties", "name": "Amount"}}}),
    );
    assert_eq!((sum(&top["Class"]["STR"]), sum(&top["Amounts"]["NUMBER"])), (all, all));
    assert_eq!(top["First"]["STR"].as_object().unwrap().len(), 1);
    assert!(top["Amounts"]["NUMBER"]["100-200"].is_u64());
    let trends = ask(
        "/1/counts/trends.json",
        json!({"groups": {
        "d": {"trend_type": "daily"}, "w": {"trend_type": "weekly"}, "m": {"trend_type": "monthly"}}}),
    );
    assert_eq!((sum(&trends["d"]), sum(&trends["w"]), sum(&trends["m"])), (all, all, all));
    let keys: BTreeSet<&str> = trends["m"].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, BTreeSet::from(["202512", "202601"]));
    assert!(trends["w"]["202601"].is_u64());
    let unique =
        ask("/1/counts/trends.json", json!({"unique": true, "groups": {"m": {"trend_type": "monthly"}}}));
    assert!(sum(&unique["m"]) < all);
    let amounts = ask(
        "/1/counts/trends.json",
        json!({"sum_event_prop": "Amount", "groups": {"m": {"trend_type": "monthly"}}}),
    );
    assert!(sum(&amounts["m"]) > 50 * all);
}

#[test]
fn the_users_of_this_moment_are_counted_by_what_was_asked() {
    let sandbox = sandbox();
    let clevertap = sandbox.clevertap();
    let now = || tap(clevertap, "/1/now.json", &json!({"user_type": true, "os": true, "new": true})).json();
    let before = now()["count"].as_u64().unwrap();
    let event = json!({"type": "event", "identity": "ana", "evtName": "Seen", "evtData": {}});
    tap(clevertap, "/1/upload", &json!({"d": [event]}));
    let after = now();
    assert_eq!(after["count"], before + 1);
    assert_eq!(after["last_processed_ts"], clevertap.now().as_second());
    assert_eq!((&after["user_type"]["new"], &after["new"]["os"]["others"]), (&json!(1), &json!(1)));
    assert!(after.get("browser").is_none());
    clevertap.advance_clock(Duration::from_secs(301));
    assert_eq!(now()["count"], 0);
}

#[test]
fn campaigns_are_reported_when_they_are_ready() {
    let sandbox = sandbox();
    let clevertap = sandbox.clevertap();
    let create = |extra: Value| {
        let mut body = json!({"name": "c", "target_mode": "push", "content": {"title": "t"}, "when": "now"});
        body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        tap(clevertap, "/1/targets/create.json", &body).json()
    };
    let estimate = create(json!({"estimate_only": true, "where": {}}));
    assert_eq!(estimate, json!({"status": "success", "estimates": {"android": 30, "ios": 30, "windows": 0}}));
    let id = create(json!({}))["id"].as_u64().unwrap();
    let report = |id: u64| tap(clevertap, "/1/targets/result.json", &json!({"id": id}));
    assert_eq!(
        (report(id).status, report(id).json()),
        (409, json!({"result": {"sent": 60, "clicked": 20}, "status": "success"}))
    );
    for (shape, status) in
        [(ReportNotReady::ServerError, 500), (ReportNotReady::Success, 200), (ReportNotReady::Fail, 200)]
    {
        clevertap.configure(|switches| switches.report_not_ready = shape);
        let reply = report(create(json!({}))["id"].as_u64().unwrap());
        assert!(
            reply.status == status
                && reply.json()["error"].is_string()
                && reply.json().get("result").is_none()
        );
    }
    let later = create(json!({"when": "20260110 09:00"}))["id"].as_u64().unwrap();
    let list = |from: u32, to: u32| {
        let body = tap(clevertap, "/1/targets/list.json", &json!({"from": from, "to": to})).json();
        body["targets"].as_array().unwrap().clone()
    };
    let found = list(20_260_106, 20_260_131);
    assert_eq!((found.len(), &found[0]["id"], &found[0]["status"]), (1, &json!(later), &json!("scheduled")));
    assert_eq!(found[0]["scheduled_on"], "20260110 09:00");
    assert_eq!(
        tap(clevertap, "/1/targets/stop.json", &json!({"id": later})).json(),
        json!({"status": "success"})
    );
    assert_eq!(list(20_260_106, 20_260_131)[0]["status"], "stopped");
    // Days as texts and as numbers.
    let messages = |from: Value, to: Value| {
        let body = json!({"from": from, "to": to, "channel": ["email"]});
        tap(clevertap, "/1/message/report.json", &body).json()
    };
    let report = messages(json!("20251201"), json!("20260105"));
    assert_eq!(report, messages(json!(20_251_201), json!(20_260_105)));
    assert!(report["messages"][0]["message id"].is_u64());
}

#[test]
fn the_same_seed_makes_the_same_project_and_more_can_be_added() {
    let started = |seed| start(Sandbox::builder().seed(seed).clock(Clock::manual(NOON.parse().unwrap())));
    let (one, same, other) = (started(4), started(4), started(5));
    assert_eq!(one.clevertap().profiles(), same.clevertap().profiles());
    assert_ne!(one.clevertap().profiles(), other.clevertap().profiles());
    one.clevertap().populate(40, 100);
    assert_eq!(one.clevertap().profiles().len(), 100);
    let seeded = crate::support::control(one.clevertap(), "POST", "/seed", r#"{"profiles": 20}"#);
    assert_eq!(seeded.json(), json!({"profiles": 120}));
}

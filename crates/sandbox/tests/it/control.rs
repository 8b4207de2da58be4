//! The control API.

use std::io::ErrorKind;
use std::net::TcpStream;

use serde_json::{Value, json};

use crate::support::{GOALS, LEADS, control, get, list, push, sandbox, until};

const LEAD: &str = r#"{"ip":"1.1.1.1","aff_sub":"c-1","password":"hunter22"}"#;

#[test]
fn faults_are_set_listed_and_cleared() {
    let sandbox = sandbox();
    let irev = sandbox.irev();
    let order = r#"[{"kind":"server_error","status":503,"times":2,"operation":"pushLead","after":1},
        {"kind":"ok_with_error","body":{"error":"db"},"method":"get","path":"/goal-types"},
        {"kind":"empty","status":204,"times":"always","path":"/elsewhere"}]"#;
    assert_eq!(control(irev, "POST", "/faults", order).json(), json!({"set": 3}));
    let listed = control(irev, "GET", "/faults", "").json();
    assert_eq!(listed[0]["kind"], "server_error");
    assert_eq!(
        (&listed[0]["times"], &listed[0]["after"], &listed[2]["times"]),
        (&json!(2), &json!(1), &json!("always"))
    );
    let pushed: Vec<u16> =
        (0..4).map(|number| push(irev, &format!(r#"{{"ip":"{number}"}}"#)).status).collect();
    assert_eq!(pushed, [200, 503, 503, 200]);
    assert_eq!(get(irev, GOALS).body, r#"{"error":"db"}"#);
    assert_eq!(get(irev, "/elsewhere").status, 204);
    assert_eq!(control(irev, "DELETE", "/faults", "").status, 200);
    assert_eq!(get(irev, "/elsewhere").status, 404);
    assert_eq!(control(irev, "GET", "/faults", "").body, "[]");
}

#[test]
fn every_kind_of_fault_can_be_ordered() {
    let sandbox = sandbox();
    let irev = sandbox.irev();
    let kinds = [
        "reset_before_read",
        "reset_before_commit",
        "reset_after_commit",
        "half_answer",
        "slow_drip",
        "stall",
        "rate_limited",
        "server_error",
        "ok_with_error",
        "html",
        "empty",
        "answer",
        "wrong_content_length",
        "truncated_json",
        "delay",
        "repeated_cursor",
        "empty_page",
        "stuck_job",
    ];
    for kind in kinds {
        let order =
            json!({"kind": kind, "status": 500, "body": "x", "wait_ms": 1, "bytes": 1, "interval_ms": 1});
        assert_eq!(control(irev, "POST", "/faults", &order.to_string()).status, 200, "{kind}");
        let listed = control(irev, "GET", "/faults", "").json();
        let fixed = ["ok_with_error", "html", "empty"].contains(&kind);
        assert_eq!(listed[0]["kind"], if fixed { "answer" } else { kind });
        control(irev, "DELETE", "/faults", "");
    }
}

#[test]
fn an_order_that_makes_no_sense_sets_nothing() {
    let sandbox = sandbox();
    let irev = sandbox.irev();
    let orders = [
        r#"{"kind":"explode"}"#,
        r#"{"kind":"server_error"}"#,
        r#"{"kind":"html","status":99}"#,
        r#"{"kind":"stall","times":"often"}"#,
        r#"{"kind":"stall","tims":1}"#,
        r#"{"kind":"refuse"}"#,
        r#"{"kind":"refuse","times":"always"}"#,
        r#"[{"kind":"stall"},{"kind":"delay"}]"#,
        "{",
        "7",
    ];
    for order in orders {
        let reply = control(irev, "POST", "/faults", order);
        assert!(reply.status == 400 && reply.json()["error"].is_string(), "{order}: {reply:?}");
    }
    assert_eq!(control(irev, "GET", "/faults", "").body, "[]");
}

#[test]
fn a_port_closed_over_http_opens_again() {
    let sandbox = sandbox();
    let irev = sandbox.irev();
    assert_eq!(control(irev, "POST", "/faults", r#"{"kind":"refuse","lasting_ms":60}"#).status, 200);
    assert_eq!(TcpStream::connect(irev.address()).unwrap_err().kind(), ErrorKind::ConnectionRefused);
    until("opening", || TcpStream::connect(irev.address()).is_ok());
}

#[test]
fn leads_conversions_and_requests_are_shown_without_secrets() {
    let sandbox = sandbox();
    let irev = sandbox.irev();
    push(irev, LEAD);
    push(irev, r#"{"ip":"1.1.1.2","aff_sub":"c-2"}"#);
    let leads = control(irev, "GET", "/leads", "").json();
    assert_eq!((leads.as_array().unwrap().len(), &leads[0]["body"]["password"]), (2, &json!("***")));
    assert_eq!((&leads[0]["status"], &leads[0]["body"]["aff_sub"]), (&json!("pushed"), &json!("c-1")));
    let found = control(irev, "GET", "/leads?key=aff_sub&value=c-2", "").json();
    assert_eq!(found.as_array().unwrap().len(), 1);
    assert_eq!(found[0]["body"]["ip"], "1.1.1.2");
    let rows = control(irev, "GET", "/conversions", "").json();
    assert_eq!((&rows[0]["row"]["password"], &rows[0]["row"]["aff_sub"]), (&json!("***"), &json!("c-1")));
    let seen = control(irev, "GET", "/requests", "").json();
    assert_eq!((seen.as_array().unwrap().len(), &seen[0]["operation"]), (2, &json!("pushLead")));
    for path in ["/leads", "/conversions", "/requests"] {
        let body = control(irev, "GET", path, "").body;
        assert!(!body.contains("hunter22") && !body.contains(irev.token()), "{path}: {body}");
    }
    control(irev, "DELETE", "/requests", "");
    assert_eq!(control(irev, "GET", "/requests", "").body, "[]");
}

#[test]
fn goals_are_fired_and_leads_re_injected() {
    let sandbox = sandbox();
    let irev = sandbox.irev();
    push(irev, LEAD);
    let lead = irev.leads()[0].lead_uuid;
    let fired = control(irev, "POST", &format!("/leads/{lead}/ftd"), "").json();
    assert_eq!(fired["conversion_uuid"], irev.conversions()[1].uuid.to_string());
    let again = control(irev, "POST", &format!("/leads/{lead}/reinject"), "");
    assert_eq!(
        (again.status, again.json()["error"].as_str().unwrap().contains("was not rejected")),
        (400, true)
    );
    irev.traffic_filter(|filter| filter.blocks_everything = true);
    push(irev, r#"{"ip":"1.1.1.3"}"#);
    let rejected = irev.leads()[1].lead_uuid;
    assert_eq!(control(irev, "POST", &format!("/leads/{rejected}/reinject"), "").status, 200);
    assert_eq!(control(irev, "POST", "/leads/nobody/ftd", "").status, 400);
}

#[test]
fn switches_are_read_and_changed_one_by_one() {
    let sandbox = sandbox();
    let irev = sandbox.irev();
    let before = control(irev, "GET", "/switches", "").json();
    assert_eq!((&before["identical_window"], &before["limits"]), (&json!(120_000), &json!("classic")));
    let change = json!({
        "limits": {"custom": {"get": [{"count": 1, "per_ms": 1000}], "post": []}},
        "identical_refusal": {"error": {"status": 422, "kind": "SAME"}},
        "list_envelope": "data",
    });
    let after = control(irev, "PUT", "/switches", &change.to_string()).json();
    assert_eq!((&after["list_envelope"], &after["per_page_max"]), (&json!("data"), &json!(100)));
    assert!(list(irev, "").json()["data"].is_array());
    assert_eq!(get(irev, LEADS).status, 429);
    push(irev, LEAD);
    assert_eq!(push(irev, LEAD).json()["type"], "SAME");
    for wrong in [r#"{"list_envelope":"box"}"#, r#"{"envelope":"data"}"#, "[]"] {
        assert_eq!(control(irev, "PUT", "/switches", wrong).status, 400, "{wrong}");
    }
    assert_eq!(control(irev, "GET", "/switches", "").json(), after);
}

#[test]
fn every_switch_survives_the_way_through_json() {
    let sandbox = sandbox();
    let irev = sandbox.irev();
    let shown = control(irev, "GET", "/switches", "").json();
    irev.configure(|switches| switches.path_prefix = "/other".to_owned());
    assert_eq!(control(irev, "PUT", "/switches", &shown.to_string()).json(), shown);
    assert_eq!(irev.switches(), afflux_sandbox::irev::Switches::default());
}

#[test]
fn the_clock_is_read_and_advanced() {
    let sandbox = sandbox();
    let irev = sandbox.irev();
    assert_eq!(control(irev, "GET", "/clock", "").json()["now"], "2026-01-05T12:00:00Z");
    let moved = control(irev, "POST", "/clock/advance", r#"{"seconds":1.5}"#).json();
    assert_eq!(moved["now"], "2026-01-05T12:00:01.5Z");
    for wrong in [r#"{"seconds":-1}"#, "{}", r#"{"seconds":"1"}"#] {
        assert_eq!(control(irev, "POST", "/clock/advance", wrong).status, 400, "{wrong}");
    }
}

#[test]
fn rows_are_seeded_and_everything_is_counted() {
    let sandbox = sandbox();
    let irev = sandbox.irev();
    let made = control(irev, "POST", "/seed", r#"{"leads":3}"#).json();
    assert_eq!(made["lead_uuids"].as_array().unwrap().len(), 3);
    assert_eq!(control(irev, "POST", "/seed", r#"{"leads":1000000}"#).status, 400);
    irev.fault(afflux_sandbox::Fault::html(502));
    for _ in 0..3 {
        push(irev, LEAD);
    }
    let expected: Value = json!({
        "leads": 4, "conversions": 4, "rotations_started": 1, "identical_refusals": 1, "rate_refusals": 0,
        "requests": 3, "faults_played": 1,
    });
    assert_eq!(control(irev, "GET", "/counters", "").json(), expected);
}

#[test]
fn the_control_api_is_out_of_the_way() {
    let sandbox = sandbox();
    let irev = sandbox.irev();
    irev.fault(afflux_sandbox::Fault::stall().always());
    irev.fault(afflux_sandbox::Fault::reset_before_read().always());
    assert_eq!(control(irev, "GET", "/counters", "").json()["requests"], 0);
    irev.clear_faults();
    irev.fault(afflux_sandbox::Fault::reset_before_read().always());
    assert_eq!(control(irev, "GET", "/counters", "").json()["requests"], 0);
    assert_eq!(control(irev, "GET", "/nothing", "").status, 404);
    irev.clear_faults();
    assert_eq!(
        get(irev, "/__simulation").json()["type"],
        "NOT_FOUND",
        "only the prefix as a segment is ours"
    );
}

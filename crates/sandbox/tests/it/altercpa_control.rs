//! AlterCPA's part of the control API.

use serde_json::json;

use crate::support::{control, cpa, cpa_as, sandbox, says};

#[test]
fn leads_and_their_history_are_shown() {
    let sandbox = sandbox();
    let altercpa = sandbox.altercpa();
    cpa(altercpa, "click", "click=9001&exto=A-1&wm=5");
    cpa(altercpa, "status", "click=9001&exto=A-1&status=approve");
    cpa(altercpa, "click", "flow=501");
    let lead = json!({
        "id": 70001, "offer": 11, "source": {"click": 9001}, "exto": "A-1", "status": 10, "reason": null,
        "created_at": "2026-01-05T12:00:00Z", "stored_at": "2026-01-05T12:00:00Z", "payout_bookings": 1,
        "history": [
            {"at": "2026-01-05T12:00:00Z", "event": "created", "status": 1, "changed": ["status", "wm"]},
            {"at": "2026-01-05T12:00:00Z", "event": "changed", "status": 10, "changed": ["status"]},
        ],
        "fields": {"wm": "5"},
    });
    assert_eq!(control(altercpa, "GET", "/leads/70001", "").json(), lead);
    for (query, count) in
        [("", 2), ("?exto=A-1", 1), ("?click=9001", 1), ("?flow=501", 1), ("?exto=A-1&flow=501", 0)]
    {
        let leads = control(altercpa, "GET", &format!("/leads{query}"), "").json();
        assert_eq!(leads.as_array().unwrap().len(), count, "{query}");
    }
    for missing in ["/leads/70009", "/leads/1", "/leads/x"] {
        assert_eq!(control(altercpa, "GET", missing, "").status, 400, "{missing}");
    }
    let stored = json!([
        {"source": {"click": 9001}, "exto": "A-1", "leads": 1},
        {"source": {"flow": 501}, "exto": null, "leads": 1},
    ]);
    assert_eq!(control(altercpa, "GET", "/stored", "").json(), stored);
    cpa(altercpa, "click", "click=9001&exto=A-1");
    let counters =
        json!({"leads": 2, "duplicates": 1, "payout_bookings": 1, "requests": 4, "faults_played": 0});
    assert_eq!(control(altercpa, "GET", "/counters", "").json(), counters);
}

#[test]
fn the_world_is_shown_and_added_to() {
    let sandbox = sandbox();
    let altercpa = sandbox.altercpa();
    for (what, count) in [("offers", 3), ("sites", 4), ("flows", 3), ("clicks", 6)] {
        let shown = control(altercpa, "GET", &format!("/{what}"), "");
        assert_eq!(shown.json().as_array().unwrap().len(), count);
        assert!(!shown.body.contains("sandbox-altercpa-key"), "{what}");
    }
    let add = |what: &str, body: &str| control(altercpa, "POST", &format!("/{what}"), body);
    assert_eq!(
        add("offers", r#"{"id":20,"name":"New","goals":[{"gid":1,"goal":"sale"}]}"#).body,
        r#"{"id":20}"#
    );
    assert_eq!(add("sites", r#"{"key":"key-20","offer":20}"#).body, r#"{"id":302}"#);
    assert_eq!(add("flows", r#"{"code":"twenty","offer":20,"tags":{"fb":"7"}}"#).body, r#"{"id":504}"#);
    assert_eq!(add("clicks", r#"{"offer":20,"ip":"198.51.100.9","flow":504}"#).body, r#"{"id":9007}"#);
    assert_eq!(cpa_as(altercpa, "302-key-20", "fetch", "ip=198.51.100.9&code=twenty").json()["click"], 9007);
    assert_eq!(cpa_as(altercpa, "302-key-20", "flow", "click=9007").json()["fb"], "7");
    assert_eq!(says(&cpa_as(altercpa, "302-key-20", "click", "click=9007&gid=1")), "ok");
    assert_eq!(altercpa.leads()[0].field("goal"), Some("sale"));
    assert!(!control(altercpa, "GET", "/sites", "").body.contains("key-20"));
    for (what, wrong) in
        [("offers", "{}"), ("clicks", r#"{"offer":20,"ip":"x"}"#), ("flows", r#"{"offer":1,"colour":2}"#)]
    {
        assert_eq!(add(what, wrong).status, 400, "{what} {wrong}");
    }
}

#[test]
fn clicks_are_seeded_the_same_every_time() {
    let made = || {
        let sandbox = sandbox();
        let altercpa = sandbox.altercpa();
        let ids = control(altercpa, "POST", "/seed", r#"{"clicks":50}"#).json()["clicks"].clone();
        assert_eq!((ids[0].clone(), ids[49].clone()), (json!(9007), json!(9056)));
        assert_eq!(control(altercpa, "POST", "/seed", r#"{"clicks":1000000}"#).status, 400);
        altercpa.clicks()
    };
    let clicks = made();
    assert_eq!((clicks.len(), &clicks), (56, &made()));
    let sandbox = sandbox();
    let altercpa = sandbox.altercpa();
    for id in altercpa.seed_clicks(20) {
        let token = altercpa.global_token();
        let answer = says(&cpa_as(altercpa, token, "click", &format!("click={id}&exto=1")));
        assert!(["ok", "traffic"].contains(&answer.as_str()), "{id}: {answer}");
    }
}

#[test]
fn switches_are_read_and_changed_one_by_one() {
    let sandbox = sandbox();
    let altercpa = sandbox.altercpa();
    let before = control(altercpa, "GET", "/switches", "").json();
    assert_eq!(
        (&before["click_only_duplicate"], &before["contact_dedupe"], &before["error_status"]),
        (&json!("create_second"), &json!("off"), &json!(200))
    );
    let change = json!({"edit_has_id": "yes", "contact_dedupe": {"on": {"by": "either", "period_ms": 1000}}});
    let after = control(altercpa, "PUT", "/switches", &change.to_string()).json();
    assert_eq!(
        (&after["edit_has_id"], &after["contact_dedupe"]["on"]["same_name"], &after["integers"]),
        (&json!("yes"), &json!(false), &json!("number"))
    );
    cpa(altercpa, "click", "click=9001&phone=1");
    assert_eq!(
        cpa(altercpa, "status", "click=9001").json(),
        json!({"status": "error", "error": "edit", "id": 70001})
    );
    assert_eq!(says(&cpa(altercpa, "click", "click=9002&phone=1")), "duplicate");
    for wrong in [r#"{"edit_has_id":true}"#, r#"{"nothing":"x"}"#, "[]"] {
        assert_eq!(control(altercpa, "PUT", "/switches", wrong).status, 400, "{wrong}");
    }
    assert_eq!(control(altercpa, "PUT", "/switches", &before.to_string()).json(), before);
}

#[test]
fn the_failing_database_can_be_ordered() {
    let sandbox = sandbox();
    let altercpa = sandbox.altercpa();
    let order = r#"[{"kind":"db","operation":"createLead"},{"kind":"db","after_commit":true}]"#;
    assert_eq!(control(altercpa, "POST", "/faults", order).json(), json!({"set": 2}));
    let listed = control(altercpa, "GET", "/faults", "").json();
    assert_eq!(
        (&listed[0]["kind"], &listed[0]["after_commit"], &listed[1]["after_commit"]),
        (&json!("db"), &json!(false), &json!(true))
    );
    for leads in [0, 1] {
        assert_eq!(says(&cpa(altercpa, "click", "click=9001&exto=1")), "db");
        assert_eq!(altercpa.leads().len(), leads);
    }
    let seen = control(altercpa, "GET", "/requests", "").body;
    assert!(!seen.contains(altercpa.token()) && seen.contains("createLead"), "{seen}");
}

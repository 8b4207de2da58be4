//! AlterCPA: where parameters may stand, how they are read, what the web server answers, and what the log shows.

use afflux_sandbox::altercpa::{ContentType, Source};
use serde_json::json;

use crate::support::{FORM, JSON, cpa, sandbox, says, send, wait};

const CLICK: &str = "/api/site/click.json";

#[test]
fn parameters_stand_in_query_form_or_json() {
    let sandbox = sandbox();
    let altercpa = sandbox.altercpa();
    let token = altercpa.token();
    let query = format!("{CLICK}?token={token}");
    let all = format!("token={token}&click=9001&exto=b+1%2B&comment=%D0%B4%D0%B0");
    let calls = [
        ("GET", format!("{CLICK}?{all}"), None, String::new()),
        ("POST", format!("{CLICK}?{all}"), None, String::new()),
        ("POST", CLICK.to_owned(), Some(FORM), all.clone()),
        ("POST", query.clone(), Some(FORM), "click=9001&exto=b 1%2B&comment=да".to_owned()),
        (
            "POST",
            CLICK.to_owned(),
            Some(JSON),
            json!({"token": token, "click": 9001, "exto": "b 1+", "comment": "да"}).to_string(),
        ),
        (
            "POST",
            query,
            Some(("Content-Type", "Application/JSON; charset=utf-8")),
            json!({"click": "9001", "exto": "b 1+", "comment": "да"}).to_string(),
        ),
    ];
    for (number, (method, path, kind, body)) in calls.iter().enumerate() {
        let headers: Vec<(&str, &str)> = kind.iter().copied().collect();
        let reply = send(altercpa, method, path, &headers, body);
        assert_eq!(says(&reply), if number == 0 { "ok" } else { "duplicate" }, "{method} {path} {body}");
    }
    let lead = altercpa.leads().remove(0);
    assert_eq!((lead.exto.as_deref(), lead.field("comment")), (Some("b 1+"), Some("да")));
    assert_eq!(altercpa.stored_leads(Source::Click(9001), Some("b 1+")), 1);
}

#[test]
fn the_body_overrides_the_query_unless_it_is_empty() {
    let sandbox = sandbox();
    let altercpa = sandbox.altercpa();
    let path = format!("{CLICK}?token={}&click=9001&exto=query", altercpa.token());
    assert_eq!(says(&send(altercpa, "POST", &path, &[FORM], "exto=body&click=")), "ok");
    assert_eq!(says(&send(altercpa, "POST", &path, &[JSON], r#"{"exto":null,"click":9002}"#)), "ok");
    let leads = altercpa.leads();
    assert_eq!((leads[0].source, leads[0].exto.as_deref()), (Source::Click(9001), Some("body")));
    assert_eq!((leads[1].source, leads[1].exto.as_deref()), (Source::Click(9002), Some("query")));
}

#[test]
fn a_body_that_is_neither_form_nor_json_is_not_read() {
    let sandbox = sandbox();
    let altercpa = sandbox.altercpa();
    let path = format!("{CLICK}?token={}", altercpa.token());
    for (headers, body) in [
        (&[("Content-Type", "text/plain")][..], "click=9001"),
        (&[], "click=9001"),
        (&[JSON], "click=9001"),
        (&[JSON], "[9001]"),
        (&[FORM], r#"{"click":9001}"#),
    ] {
        assert_eq!(says(&send(altercpa, "POST", &path, headers, body)), "no-id", "{headers:?} {body}");
    }
}

#[test]
fn integers_are_read_as_far_as_they_go_and_names_must_be_right() {
    let sandbox = sandbox();
    let altercpa = sandbox.altercpa();
    for (query, answer) in [
        ("click=9001x", "ok"),
        ("click=%209001.7", "ok"),
        ("click=abc", "no-id"),
        ("click=%20", "no-id"),
        ("Click=9001", "no-id"),
        ("clickid=9001&click_id=9001", "no-id"),
        ("click=1&click=9001", "ok"),
        ("click[]=9001", "no-id"),
    ] {
        assert_eq!(says(&cpa(altercpa, "click", query)), answer, "{query}");
    }
    let price = cpa(altercpa, "click", "click=9001&exto=p&price=10");
    assert_eq!(
        (says(&price).as_str(), altercpa.leads().pop().unwrap().field("wm")),
        ("ok", None),
        "silently"
    );
}

#[test]
fn other_paths_and_methods_are_the_web_servers_business() {
    let sandbox = sandbox();
    let altercpa = sandbox.altercpa();
    for path in [
        "/",
        "/api/site/click",
        "/api/site/click.xml",
        "/api/site/add.json",
        "/api/wm/push.json",
        "/API/site/click.json",
        "//api/site/click.json",
    ] {
        let reply = send(altercpa, "GET", &format!("{path}?token={}&click=9001", altercpa.token()), &[], "");
        assert_eq!(
            (reply.status, reply.header("content-type")),
            (404, Some("text/html; charset=utf-8")),
            "{path}"
        );
        assert!(reply.body.starts_with("<html>"));
    }
    let reply = send(altercpa, "PUT", CLICK, &[], "");
    assert_eq!((reply.status, reply.body.contains("405")), (405, true));
    assert_eq!(altercpa.leads(), []);
}

#[test]
fn json_can_come_as_html_and_errors_with_a_status_of_their_own() {
    let sandbox = sandbox();
    let altercpa = sandbox.altercpa();
    altercpa.configure(|switches| {
        switches.content_type = ContentType::Html;
        switches.error_status = 403;
    });
    let good = cpa(altercpa, "click", "click=9001&exto=1");
    let bad = cpa(altercpa, "click", "click=9001&exto=1");
    for (reply, status) in [(good, 200), (bad, 403)] {
        assert_eq!((reply.status, reply.header("content-type")), (status, Some("text/html; charset=utf-8")));
        assert_eq!(reply.head.matches("Content-Type").count(), 1);
        assert_eq!(reply.json()["id"], 70001);
    }
}

#[test]
fn the_log_shows_calls_without_tokens() {
    let sandbox = sandbox();
    let altercpa = sandbox.altercpa();
    let token = altercpa.token();
    cpa(altercpa, "click", "click=9001&exto=1");
    send(
        altercpa,
        "POST",
        "/api/site/status.json",
        &[FORM],
        &format!("token={token}&click=9001&exto=1&status=hold"),
    );
    let json = json!({"token": token, "offer": 11, "note": format!("was {token}")}).to_string();
    send(
        altercpa,
        "POST",
        "/api/site/offer.json",
        &[JSON, ("Referer", &format!("http://x/?token={token}"))],
        &json,
    );
    send(altercpa, "GET", &format!("/{token}?token=101-guess&x={}", altercpa.global_token()), &[], "");
    send(altercpa, "POST", CLICK, &[("Content-Type", "text/plain")], &format!("token={token}"));
    send(altercpa, "POST", CLICK, &[FORM], "token=101-guess&click=9001");
    let seen = wait(altercpa.settled());
    let text = serde_json::to_string(&seen).unwrap();
    for secret in [token, altercpa.global_token(), "sandbox-altercpa-key", "101-guess"] {
        assert!(!text.contains(secret), "{text}");
    }
    let called: Vec<_> = seen.iter().map(|seen| (seen.operation.as_deref(), seen.committed)).collect();
    assert_eq!(
        called,
        [
            (Some("createLead"), true),
            (Some("changeLead"), true),
            (Some("getOffer"), false),
            (None, false),
            (Some("createLead"), false),
            (Some("createLead"), false)
        ]
    );
    assert_eq!(
        seen[0].query,
        [("token", "***"), ("click", "9001"), ("exto", "1")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
    );
    assert_eq!(seen[1].body, Some(json!({"token": "***", "click": "9001", "exto": "1", "status": "hold"})));
    assert_eq!(seen[2].body, Some(json!({"token": "***", "offer": 11, "note": "was ***"})));
    for operation in ["findClick", "getFlow"] {
        let path = if operation == "getFlow" { "flow" } else { "fetch" };
        cpa(altercpa, path, "");
        assert_eq!(wait(altercpa.settled()).pop().unwrap().operation.as_deref(), Some(operation));
    }
    assert!(!format!("{:?} {altercpa:?}", altercpa.sites()).contains("sandbox-altercpa-key"));
}

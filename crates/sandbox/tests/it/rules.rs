//! The order of the rules: each test breaks two rules at once and sees which is told.

use afflux_sandbox::irev::{GetContentType, Limits, Token, Window};
use std::time::Duration;

use crate::support::{GOALS, JSON, LEADS, auth, get, list, push, sandbox, send};

const LEAD: &str = r#"{"ip":"203.0.113.7"}"#;

#[test]
fn an_unknown_path_is_told_before_anything_else() {
    let sandbox = sandbox();
    let irev = sandbox.irev();
    for (method, path) in [
        ("GET", "/"),
        ("GET", "/api/affiliates/v2"),
        ("GET", "/api/affiliates/v2/lead"),
        ("GET", "/api/affiliates/v2/leads/"),
        ("GET", "/api/affiliates/v20/leads"),
        ("PUT", "/api/affiliates/v2/leads"),
        ("POST", "/api/affiliates/v2/goal-types"),
    ] {
        let reply = send(irev, method, path, &[], "");
        assert_eq!(
            (reply.status, reply.json()["type"].as_str()),
            (404, Some("NOT_FOUND")),
            "{method} {path}"
        );
    }
}

#[test]
fn an_old_version_is_gone() {
    let sandbox = sandbox();
    for path in ["/api/affiliates/v1/leads", "/api/v1/affiliates/leads"] {
        assert_eq!(send(sandbox.irev(), "GET", path, &[], "").status, 410, "{path}");
    }
}

#[test]
fn a_broken_body_is_told_before_the_limiter_and_not_counted() {
    let sandbox = sandbox();
    let irev = sandbox.irev();
    irev.configure(|switches| {
        let post = vec![Window::new(1, Duration::from_secs(10))];
        switches.limits = Limits::Custom { get: Vec::new(), post };
    });
    for broken in ["{", "[1]", "\"text\"", ""] {
        assert_eq!(send(irev, "POST", LEADS, &[JSON], broken).status, 400, "{broken}");
    }
    assert_eq!(push(irev, LEAD).status, 200);
    assert_eq!(push(irev, "{").status, 400);
    assert_eq!(push(irev, r#"{"ip":"203.0.113.8"}"#).status, 429);
}

#[test]
fn the_limiter_comes_before_the_content_type_and_the_token() {
    let sandbox = sandbox();
    let irev = sandbox.irev();
    let once = vec![Window::new(1, Duration::from_secs(10))];
    irev.configure(|switches| switches.limits = Limits::Custom { get: once.clone(), post: once });
    assert_eq!(send(irev, "POST", LEADS, &[("Content-Type", "text/plain")], LEAD).status, 415);
    assert_eq!(send(irev, "POST", LEADS, &[("Content-Type", "text/plain")], LEAD).status, 429);
    assert_eq!(send(irev, "GET", LEADS, &[], "").status, 401, "GETs are counted apart");
    assert_eq!(send(irev, "GET", GOALS, &[], "").status, 429, "both GETs are counted together");
    assert_eq!(irev.rate_refusals(), 2);
}

#[test]
fn the_content_type_comes_before_the_token() {
    let sandbox = sandbox();
    let irev = sandbox.irev();
    for kind in ["text/plain", "application/jsonx", "application/x-www-form-urlencoded"] {
        assert_eq!(send(irev, "POST", LEADS, &[("Content-Type", kind)], LEAD).status, 415, "{kind}");
    }
    assert_eq!(send(irev, "POST", LEADS, &[], LEAD).status, 415, "none at all");
    let kind = ("Content-Type", "Application/JSON; charset=utf-8");
    assert_eq!(send(irev, "POST", LEADS, &[kind], LEAD).status, 401);
}

#[test]
fn a_get_is_refused_for_its_content_type_only_by_switch() {
    let sandbox = sandbox();
    let irev = sandbox.irev();
    let ask = |kind: &str| send(irev, "GET", LEADS, &[auth(irev), ("Content-Type", kind)], "").status;
    assert_eq!(ask("text/plain"), 200);
    irev.configure(|switches| switches.get_requires_ct = GetContentType::Checked);
    assert_eq!((ask("text/plain"), ask("application/json"), get(irev, LEADS).status), (415, 200, 200));
}

#[test]
fn the_token_comes_before_the_body_guard_and_validation() {
    let sandbox = sandbox();
    let irev = sandbox.irev();
    irev.add_token(Token::new("tok-off").inactive());
    irev.add_token(Token::new("tok-elsewhere").allowed_ips(&["10.1.2.3".parse().unwrap()]));
    irev.add_token(Token::new("tok-here").allowed_ips(&["127.0.0.1".parse().unwrap()]));
    let bearer = format!("Bearer {}", irev.token());
    let message = |token: &str| {
        let reply = send(irev, "POST", LEADS, &[("Authorization", token), JSON], "{}");
        (reply.status, reply.json()["message"].as_str().unwrap().to_owned())
    };
    assert_eq!(message("tok-nobody"), (401, "Unauthorized".to_owned()));
    assert_eq!(message(&bearer), (401, "Unauthorized".to_owned()));
    assert_eq!(message("tok-off"), (401, "Token isn't active".to_owned()));
    assert_eq!(message("tok-elsewhere"), (401, "IP is not authorized to proceed".to_owned()));
    assert_eq!(message("tok-here"), (422, "Validation Error".to_owned()));
    // None of the refused calls was remembered under the default token.
    assert_eq!(push(irev, "{}").status, 422);
}

#[test]
fn the_body_guard_comes_before_validation() {
    let sandbox = sandbox();
    let irev = sandbox.irev();
    assert_eq!((push(irev, "{}").status, push(irev, "{}").status), (422, 429));
    assert_eq!(irev.identical_refusals(), 1);
}

#[test]
fn validation_comes_before_creation_and_creation_before_the_filters() {
    let sandbox = sandbox();
    let irev = sandbox.irev();
    irev.traffic_filter(|filter| filter.blocks_everything = true);
    assert_eq!(push(irev, r#"{"ip":1}"#).status, 422);
    assert_eq!(irev.leads().len(), 0);
    assert_eq!(push(irev, LEAD).json()["type"], "BLOCKED_BY_TRAFFIC_FILTER");
    assert_eq!((irev.leads().len(), irev.rotations_started(), irev.conversions().len()), (1, 0, 0));
}

#[test]
fn the_query_is_checked_after_the_token() {
    let sandbox = sandbox();
    let irev = sandbox.irev();
    assert_eq!(send(irev, "GET", &format!("{LEADS}?page=x"), &[], "").status, 401);
    assert_eq!(list(irev, "page=x").status, 422);
}

//! HTTP as such: how requests may be written, and what the log keeps of them.

use std::io::{Read, Write};

use afflux_sandbox::Written;

use crate::support::{GOALS, JSON, LEADS, auth, connect, get, push, read_one, sandbox, send, text, wait};

#[test]
fn a_connection_carries_many_requests_also_at_once() {
    let sandbox = sandbox();
    let irev = sandbox.irev();
    let mut stream = connect(irev);
    let one = text("GET", GOALS, &[auth(irev)], "");
    stream.write_all(format!("{one}{one}").as_bytes()).unwrap();
    let (first, second) = (read_one(&mut stream), read_one(&mut stream));
    assert_eq!(first.body, second.body);
    stream.write_all(text("GET", GOALS, &[auth(irev), ("Connection", "close")], "").as_bytes()).unwrap();
    let last = read_one(&mut stream);
    assert_eq!(last.header("connection"), Some("close"));
    assert_eq!(stream.read(&mut [0]).unwrap(), 0);
}

#[test]
fn a_body_may_come_in_chunks_and_after_a_continue() {
    let sandbox = sandbox();
    let irev = sandbox.irev();
    let mut stream = connect(irev);
    let headers = [auth(irev), JSON, ("Transfer-Encoding", "chunked"), ("Expect", "100-continue")];
    stream.write_all(text("POST", LEADS, &headers, "").as_bytes()).unwrap();
    assert_eq!(read_one(&mut stream).status, 100);
    for piece in ["6\r\n{\"ip\":\r\n", "9\r\n\"1.1.1.1\"\r\n", "1\r\n}\r\n0\r\n\r\n"] {
        stream.write_all(piece.as_bytes()).unwrap();
    }
    assert_eq!(read_one(&mut stream).status, 200);
    assert_eq!(irev.leads()[0].text("ip"), Some("1.1.1.1"));
}

#[test]
fn what_is_not_http_is_refused_and_noted() {
    let sandbox = sandbox();
    let irev = sandbox.irev();
    let mut stream = connect(irev);
    stream.write_all(b"\x16\x03\x01 this is TLS\r\n\r\n").unwrap();
    assert_eq!(read_one(&mut stream).status, 400);
    let both = [("Content-Length", "2"), ("Transfer-Encoding", "chunked")];
    assert_eq!(send(irev, "POST", LEADS, &both, "").status, 400);
    assert_eq!(irev.requests().len(), 2);
}

#[test]
fn a_request_that_breaks_off_is_noted_and_has_no_effect() {
    let sandbox = sandbox();
    let irev = sandbox.irev();
    let whole = text("POST", LEADS, &[auth(irev), JSON], r#"{"ip":"1.1.1.1"}"#);
    let mut stream = connect(irev);
    stream.write_all(&whole.as_bytes()[..whole.len() - 3]).unwrap();
    drop(stream);
    crate::support::until("the note", || irev.requests().len() == 1);
    let seen = irev.requests().remove(0);
    assert_eq!((seen.bytes_read, seen.read_complete), (whole.len() as u64 - 3, false));
    assert_eq!((seen.operation.as_deref(), seen.handled, irev.leads().len()), (Some("pushLead"), false, 0));
}

#[test]
fn the_log_shows_everything_but_secrets() {
    let sandbox = sandbox();
    let irev = sandbox.irev();
    push(irev, r#"{"ip":"1.1.1.1","password":"hunter22","aff_sub":"sandbox-irev-token"}"#);
    get(irev, &format!("{LEADS}?page=1&token=t-777&x=a+b%20c&note={}", irev.token()));
    get(irev, &format!("/{}/x", irev.token()));
    let seen = wait(irev.settled());
    let shown = format!("{seen:?} {}", serde_json::to_string(&seen).unwrap());
    for secret in ["hunter22", "sandbox-irev-token", "t-777"] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
    let pairs = [("page", "1"), ("token", "***"), ("x", "a b c"), ("note", "***")];
    assert_eq!(seen[1].query, pairs.map(|(name, value)| (name.to_owned(), value.to_owned())));
    assert_eq!(seen[0].body.as_ref().unwrap()["ip"], "1.1.1.1");
    assert!(seen[0].headers.contains(&("authorization".to_owned(), "***".to_owned())));
    assert_eq!((seen[0].number, seen[1].number, seen[2].number), (1, 2, 3));
    assert_eq!((seen[2].status, seen[2].operation.as_deref()), (Some(404), None));
    assert!(matches!(seen[0].written, Written::Completely(bytes) if bytes > 200));
    // Neither do the snapshots show them.
    let shown = format!("{:?} {:?} {irev:?} {sandbox:?}", irev.leads(), irev.conversions());
    assert!(!shown.contains("hunter22"), "{shown}");
    assert_eq!(irev.leads()[0].text("password"), Some("hunter22"), "whole when asked for by name");
    irev.clear_requests();
    assert!(irev.requests().is_empty());
}

#[test]
fn a_real_client_gets_along_with_it() {
    let sandbox = sandbox();
    let irev = sandbox.irev();
    let client: ureq::Agent = ureq::Agent::config_builder().proxy(None).build().into();
    for number in 0..5 {
        let lead = client
            .post(format!("{}/leads", irev.url()))
            .header("authorization", irev.token())
            .header("content-type", "application/json")
            .send(format!(r#"{{"ip":"1.1.1.{number}"}}"#))
            .unwrap();
        assert_eq!(lead.status(), 200);
        // Read to its end, so that the connection can be used again.
        lead.into_body().read_to_string().unwrap();
    }
    let list = client
        .get(format!("{}/leads?per_page=100", irev.url()))
        .header("authorization", irev.token())
        .call()
        .unwrap();
    let rows: Vec<serde_json::Value> =
        serde_json::from_str(&list.into_body().read_to_string().unwrap()).unwrap();
    assert_eq!(rows.len(), 5);
    let peers: std::collections::HashSet<String> =
        irev.requests().into_iter().map(|seen| seen.peer).collect();
    assert_eq!(peers.len(), 1, "one connection was kept and used again");
}

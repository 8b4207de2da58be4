//! Every fault as a bare socket meets it, and as the log tells it.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use afflux_sandbox::{Fault, Irev, RequestRecord, Written};

use crate::support::{
    GOALS, JSON, LEADS, auth, connect, get, list, push, read_one, reply, sandbox, send, text, until, wait,
};

const LEAD: &str = r#"{"ip":"1.1.1.1","email":"a@x.test"}"#;

/// Sends a push and reads until the connection ends: what came, and how it ended.
fn raw_push(irev: &Irev) -> (Vec<u8>, Option<ErrorKind>) {
    let mut stream = connect(irev);
    let request = text("POST", LEADS, &[auth(irev), JSON], LEAD);
    // After a reset writing may fail as well; what counts is what can be read.
    let _ = stream.write_all(request.as_bytes());
    read_out(&mut stream)
}

fn read_out(stream: &mut TcpStream) -> (Vec<u8>, Option<ErrorKind>) {
    let mut bytes = Vec::new();
    let end = stream.read_to_end(&mut bytes).err().map(|error| error.kind());
    (bytes, end)
}

fn last(irev: &Irev) -> RequestRecord {
    wait(irev.settled()).pop().unwrap()
}

fn request_length(irev: &Irev) -> u64 {
    text("POST", LEADS, &[auth(irev), JSON], LEAD).len() as u64
}

#[test]
fn a_reset_after_the_commit_leaves_a_lead_and_no_answer() {
    let sandbox = sandbox();
    let irev = sandbox.irev();
    irev.fault(Fault::reset_after_commit().once());
    assert_eq!(raw_push(irev), (Vec::new(), Some(ErrorKind::ConnectionReset)));
    let seen = last(irev);
    assert_eq!((seen.bytes_read, seen.read_complete), (request_length(irev), true));
    assert_eq!(
        (seen.handled, seen.committed, seen.status, seen.written),
        (true, true, None, Written::Nothing)
    );
    assert_eq!(seen.fault, Some("reset_after_commit"));
    assert_eq!((irev.leads().len(), irev.conversions().len()), (1, 1));
    assert_eq!(push(irev, LEAD).status, 429, "and the body was seen");
}

#[test]
fn a_reset_before_the_commit_leaves_nothing() {
    let sandbox = sandbox();
    let irev = sandbox.irev();
    irev.fault(Fault::reset_before_commit());
    assert_eq!(raw_push(irev), (Vec::new(), Some(ErrorKind::ConnectionReset)));
    let seen = last(irev);
    assert_eq!((seen.bytes_read, seen.handled, seen.committed), (request_length(irev), false, false));
    assert_eq!(irev.leads().len(), 0);
    assert_eq!(push(irev, LEAD).status, 200, "the body was not seen");
}

#[test]
fn a_reset_before_reading_reads_nothing() {
    let sandbox = sandbox();
    let irev = sandbox.irev();
    irev.fault(Fault::reset_before_read().on_operation("pushLead"));
    assert_eq!(get(irev, GOALS).status, 200, "another operation is let pass");
    assert_eq!(raw_push(irev), (Vec::new(), Some(ErrorKind::ConnectionReset)));
    let seen = last(irev);
    assert_eq!((seen.bytes_read, seen.read_complete, seen.handled), (0, false, false));
    assert_eq!((seen.method.as_str(), seen.operation.as_deref()), ("POST", Some("pushLead")));
    assert_eq!((push(irev, LEAD).status, irev.leads().len()), (200, 1));
}

#[test]
fn a_reset_before_reading_meets_a_connection_that_was_good_before() {
    let sandbox = sandbox();
    let irev = sandbox.irev();
    let mut stream = connect(irev);
    let request = text("GET", GOALS, &[auth(irev)], "");
    stream.write_all(request.as_bytes()).unwrap();
    assert_eq!(read_one(&mut stream).status, 200);
    irev.fault(Fault::reset_before_read());
    stream.write_all(request.as_bytes()).unwrap();
    assert_eq!(read_out(&mut stream).1, Some(ErrorKind::ConnectionReset));
}

#[test]
fn half_an_answer_announces_all_of_it() {
    let sandbox = sandbox();
    let irev = sandbox.irev();
    irev.fault(Fault::half_answer());
    let (bytes, end) = raw_push(irev);
    assert_eq!(end, None, "it ends in order");
    let came = reply(&bytes);
    let announced: usize = came.header("content-length").unwrap().parse().unwrap();
    assert_eq!((came.status, came.body.len()), (200, announced / 2));
    let seen = last(irev);
    assert_eq!((seen.committed, seen.written), (true, Written::Partly(bytes.len() as u64)));
}

#[test]
fn a_wrong_length_cuts_what_a_client_believes_to_be_whole() {
    let sandbox = sandbox();
    let irev = sandbox.irev();
    irev.fault(Fault::wrong_content_length());
    let (bytes, _) = raw_push(irev);
    let came = reply(&bytes);
    assert_eq!(came.header("content-length").unwrap().parse::<usize>().unwrap(), came.body.len() / 2);
    assert!(came.json()["lead_uuid"].is_string(), "the whole body came");
    assert_eq!(last(irev).written, Written::Partly(bytes.len() as u64));
}

#[test]
fn truncated_json_is_good_http() {
    let sandbox = sandbox();
    let irev = sandbox.irev();
    irev.fault(Fault::truncated_json());
    let came = push(irev, LEAD);
    assert_eq!(came.header("content-length").unwrap().parse::<usize>().unwrap(), came.body.len());
    assert!(serde_json::from_str::<serde_json::Value>(&came.body).is_err());
    assert_eq!(irev.leads().len(), 1);
}

#[test]
fn a_slow_answer_comes_in_drips_and_whole() {
    let sandbox = sandbox();
    let irev = sandbox.irev();
    irev.fault(Fault::slow_drip(64, Duration::from_millis(2)));
    let mut stream = connect(irev);
    stream.write_all(text("GET", GOALS, &[auth(irev), ("Connection", "close")], "").as_bytes()).unwrap();
    let begun = Instant::now();
    let (bytes, _) = read_out(&mut stream);
    let pieces = u32::try_from(bytes.len().div_ceil(64)).unwrap();
    assert!(begun.elapsed() >= Duration::from_millis(2) * (pieces - 1), "{:?}", begun.elapsed());
    assert_eq!(reply(&bytes).json()[1]["name"], "FTD");
    assert_eq!(last(irev).written, Written::Completely(bytes.len() as u64));
}

#[test]
fn a_client_that_leaves_a_slow_answer_has_part_of_it() {
    let sandbox = sandbox();
    let irev = sandbox.irev();
    irev.fault(Fault::slow_drip(1, Duration::from_millis(1)));
    let mut stream = connect(irev);
    stream.write_all(text("GET", GOALS, &[auth(irev)], "").as_bytes()).unwrap();
    stream.read_exact(&mut [0; 5]).unwrap();
    drop(stream);
    let Written::Partly(bytes) = last(irev).written else { panic!("{:?}", last(irev)) };
    assert!((5..200).contains(&bytes), "{bytes}");
}

#[test]
fn a_stalled_call_ends_when_the_client_goes_away() {
    let sandbox = sandbox();
    let irev = sandbox.irev();
    irev.fault(Fault::stall());
    irev.fault(Fault::stall().after_commit());
    for leads in [0, 1] {
        let mut stream = connect(irev);
        stream.write_all(text("POST", LEADS, &[auth(irev), JSON], LEAD).as_bytes()).unwrap();
        stream.set_read_timeout(Some(Duration::from_millis(20))).unwrap();
        let error = stream.read(&mut [0]).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut), "{error}");
        until("the call", || irev.requests().last().is_some_and(|seen| !seen.finished));
        drop(stream);
        let seen = last(irev);
        assert_eq!((seen.client_left, seen.written, seen.committed), (true, Written::Nothing, leads == 1));
        assert_eq!(irev.leads().len(), leads);
    }
}

#[test]
fn a_delayed_answer_has_its_effect_at_once() {
    let sandbox = sandbox();
    let irev = sandbox.irev();
    irev.fault(Fault::delay(Duration::from_millis(50)));
    std::thread::scope(|scope| {
        let begun = Instant::now();
        let pushing = scope.spawn(|| push(irev, LEAD));
        until("the lead", || irev.leads().len() == 1);
        assert_eq!(pushing.join().unwrap().status, 200);
        assert!(begun.elapsed() >= Duration::from_millis(50));
    });
}

#[test]
fn a_delay_outlives_a_client_without_patience() {
    let sandbox = sandbox();
    let irev = sandbox.irev();
    irev.fault(Fault::delay(Duration::from_millis(50)));
    let mut stream = connect(irev);
    stream.write_all(text("POST", LEADS, &[auth(irev), JSON], LEAD).as_bytes()).unwrap();
    until("the lead", || irev.leads().len() == 1);
    drop(stream);
    let seen = last(irev);
    assert!(seen.committed && seen.client_left, "{seen:?}");
}

#[test]
fn too_many_requests_with_and_without_headers() {
    let sandbox = sandbox();
    let irev = sandbox.irev();
    irev.fault(Fault::rate_limited(None));
    irev.fault(Fault::rate_limited(Some(Duration::from_millis(1_200))));
    let (bare, told) = (push(irev, LEAD), push(irev, LEAD));
    assert_eq!(
        (bare.status, bare.header("retry-after"), bare.header("x-rate-limit-reset")),
        (429, None, None)
    );
    assert_eq!((told.status, told.header("retry-after")), (429, Some("2")));
    let reset = (irev.now().as_millisecond() + 1_200).to_string();
    assert_eq!(told.header("x-rate-limit-reset"), Some(reset.as_str()));
    assert_eq!(bare.body, r#"{"name":"RateLimitExceeded","message":"Rate limit exceeded","code":429}"#);
    assert_eq!(irev.leads().len(), 0);
}

#[test]
fn a_wait_can_be_told_as_a_date() {
    let sandbox = sandbox();
    let irev = sandbox.irev();
    irev.fault(Fault::rate_limited(Some(Duration::from_millis(1_200))).by_date());
    let told = push(irev, LEAD);
    let date = (irev.now() + Duration::from_millis(2_199)).strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    assert_eq!((told.status, told.header("retry-after")), (429, Some(date.as_str())));
}

#[test]
fn errors_can_lie() {
    let sandbox = sandbox();
    let irev = sandbox.irev();
    irev.fault(Fault::server_error(500));
    irev.fault(Fault::server_error(500).after_commit());
    assert_eq!((push(irev, LEAD).status, irev.leads().len()), (500, 0));
    assert_eq!((push(irev, LEAD).status, irev.leads().len()), (500, 1));
    let seen = last(irev);
    assert_eq!((seen.committed, seen.status), (true, Some(500)));
}

#[test]
fn answers_of_ones_own() {
    let sandbox = sandbox();
    let irev = sandbox.irev();
    irev.fault(Fault::ok_with_error(r#"{"error":"db"}"#));
    irev.fault(Fault::html(502));
    irev.fault(Fault::empty(200));
    irev.fault(Fault::answer(404, Some("application/json"), r#"{"code":404,"type":"SERVICE_NOT_FOUND"}"#));
    let ok = get(irev, GOALS);
    assert_eq!((ok.status, ok.body.as_str()), (200, r#"{"error":"db"}"#));
    let page = get(irev, GOALS);
    assert_eq!((page.status, page.header("content-type")), (502, Some("text/html; charset=utf-8")));
    assert!(page.body.starts_with("<html>"));
    let empty = get(irev, GOALS);
    assert_eq!((empty.status, empty.header("content-length"), empty.body.as_str()), (200, Some("0"), ""));
    assert_eq!(get(irev, GOALS).json()["type"], "SERVICE_NOT_FOUND");
    assert_eq!(get(irev, GOALS).json()[1]["name"], "FTD");
}

#[test]
fn faults_are_once_times_always_after_and_on() {
    let sandbox = sandbox();
    let irev = sandbox.irev();
    irev.configure(|switches| switches.limits = afflux_sandbox::irev::Limits::None);
    irev.fault(Fault::html(502).times(2).after(1).on("GET", "/goal-types"));
    irev.fault(Fault::html(503).on("GET", LEADS));
    let goals: Vec<u16> = (0..4).map(|_| get(irev, GOALS).status).collect();
    assert_eq!(goals, [200, 502, 502, 200]);
    assert_eq!((push(irev, LEAD).status, list(irev, "").status, list(irev, "").status), (200, 503, 200));
    irev.fault(Fault::html(504).always());
    assert!((0..5).all(|_| get(irev, "/elsewhere").status == 504));
    irev.clear_faults();
    assert_eq!(get(irev, GOALS).status, 200);
}

#[test]
fn a_refused_connection_is_refused_until_cleared() {
    let sandbox = sandbox();
    let irev = sandbox.irev();
    let mut idle = connect(irev);
    idle.write_all(text("GET", GOALS, &[auth(irev)], "").as_bytes()).unwrap();
    assert_eq!(read_one(&mut idle).status, 200);
    irev.fault(Fault::refuse());
    for _ in 0..3 {
        assert_eq!(TcpStream::connect(irev.address()).unwrap_err().kind(), ErrorKind::ConnectionRefused);
    }
    assert_eq!(idle.read(&mut [0]).unwrap(), 0, "idle connections are closed with the port");
    irev.clear_faults();
    assert_eq!(get(irev, GOALS).status, 200, "and it is the same port");
    assert_eq!(irev.requests().len(), 2, "nothing of it came through");
}

#[test]
fn a_refusal_may_end_by_itself() {
    let sandbox = sandbox();
    let irev = sandbox.irev();
    let begun = Instant::now();
    irev.fault(Fault::refuse().lasting(Duration::from_millis(40)));
    assert!(TcpStream::connect(irev.address()).is_err());
    until("opening", || TcpStream::connect(irev.address()).is_ok());
    assert!(begun.elapsed() >= Duration::from_millis(40));
    irev.fault(Fault::refuse().once());
    assert!(TcpStream::connect(irev.address()).is_err());
    until("opening", || TcpStream::connect(irev.address()).is_ok());
}

#[test]
fn a_refusal_may_begin_after_some_calls() {
    let sandbox = sandbox();
    let irev = sandbox.irev();
    irev.fault(Fault::refuse().after(2).on_operation("pushLead"));
    let body = |number: u8| format!(r#"{{"ip":"1.1.1.{number}"}}"#);
    assert_eq!(
        (push(irev, &body(1)).status, get(irev, GOALS).status, push(irev, &body(2)).status),
        (200, 200, 200)
    );
    wait(irev.settled());
    assert!(TcpStream::connect(irev.address()).is_err());
}

#[test]
fn a_closing_port_takes_no_further_call_from_a_connection_that_is_kept() {
    // Were it left to chance, one of these would go wrong.
    for _ in 0..8 {
        let sandbox = sandbox();
        let irev = sandbox.irev();
        irev.fault(Fault::refuse().after(1));
        let mut stream = connect(irev);
        let one = text("GET", GOALS, &[auth(irev)], "");
        stream.write_all(format!("{one}{one}").as_bytes()).unwrap();
        assert_eq!(read_one(&mut stream).status, 200);
        assert!(read_out(&mut stream).0.is_empty());
        assert_eq!(wait(irev.settled()).len(), 1);
    }
}

#[test]
fn a_firewall_refuses_bare_clients_with_a_page() {
    let sandbox = sandbox();
    let irev = sandbox.irev();
    irev.configure(|switches| switches.firewall = afflux_sandbox::irev::Firewall::RefusesBareClients);
    let ask = |agent: &str| send(irev, "GET", GOALS, &[auth(irev), ("User-Agent", agent)], "").status;
    assert_eq!((get(irev, GOALS).status, ask("Python-urllib/3.12"), ask("afflux/0.1")), (403, 403, 200));
}

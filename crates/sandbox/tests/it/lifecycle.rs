//! Starting, stopping, many at once, and the program.

use std::io::{BufRead, BufReader, ErrorKind};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::time::Duration;

use afflux_sandbox::{Clock, Fault, Options, Sandbox, StartError, serve_until};

use crate::support::{GOALS, get, push, sandbox, start, wait};

#[test]
fn many_sandboxes_know_nothing_of_each_other() {
    let (one, other) = (sandbox(), sandbox());
    one.irev().fault(Fault::html(502));
    push(other.irev(), r#"{"ip":"1.1.1.1"}"#);
    assert_eq!((one.irev().leads().len(), other.irev().leads().len()), (0, 1));
    assert_eq!((get(one.irev(), GOALS).status, get(other.irev(), GOALS).status), (502, 200));
    assert_ne!(one.irev().address(), other.irev().address());
}

#[test]
fn dropping_and_shutting_down_close_the_port() {
    let dropped = sandbox();
    // A handle that outlives its sandbox is harmless.
    let (address, handle) = (dropped.irev().address(), dropped.irev().clone());
    drop(dropped);
    assert_eq!(TcpStream::connect(address).unwrap_err().kind(), ErrorKind::ConnectionRefused);
    handle.clear_faults();
    handle.fault(Fault::refuse().once());
    handle.clear_faults();
    assert!(TcpStream::connect(address).is_err());
    assert!(handle.leads().is_empty());
    let shut = sandbox();
    let address = shut.irev().address();
    wait(shut.shutdown());
    assert!(TcpStream::connect(address).is_err());
    let again = start(Sandbox::builder().port_base(address.port()));
    assert_eq!(again.irev().address(), address, "the port is free at once");
}

#[test]
fn stopping_ends_a_call_under_way() {
    let sandbox = sandbox();
    sandbox.irev().fault(Fault::stall());
    let mut stream = crate::support::connect(sandbox.irev());
    std::io::Write::write_all(&mut stream, b"GET / HTTP/1.1\r\n\r\n").unwrap();
    crate::support::until("the call", || sandbox.irev().requests().len() == 1);
    drop(sandbox);
    let mut rest = Vec::new();
    // Ended either way; nothing was answered.
    let _ = std::io::Read::read_to_end(&mut stream, &mut rest);
    assert!(rest.is_empty());
}

#[test]
fn what_cannot_start_says_why() {
    let taken = sandbox();
    let port = taken.irev().address().port();
    let error = wait(Sandbox::builder().port_base(port).start()).unwrap_err();
    assert!(matches!(error, StartError::Bind { port: told, .. } if told == port), "{error:?}");
    for scale in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let error = wait(Sandbox::builder().time_scale(scale).start()).unwrap_err();
        assert!(matches!(error, StartError::TimeScale(_)), "{scale}: {error:?}");
    }
}

#[test]
fn a_clock_may_start_elsewhere_and_run() {
    let clock = Clock::starting_at("2020-02-29T23:59:00Z".parse().unwrap());
    let sandbox = start(Sandbox::builder().clock(clock));
    let (before, address) = (sandbox.irev().now(), sandbox.irev().address());
    assert!(before.to_string().starts_with("2020-02-29T23:59:") && address.ip().is_loopback());
    sandbox.advance_clock(Duration::from_mins(1));
    assert!(sandbox.irev().now() > before + Duration::from_secs(59));
}

#[test]
fn the_first_line_says_where_everything_is() {
    let mut out = Vec::new();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    drop(stop);
    wait(serve_until(Options { seed: 5, ..Options::default() }, &mut out, async { drop(stopped.await) }))
        .unwrap();
    let line = String::from_utf8(out).unwrap();
    assert_eq!(line.matches('\n').count(), 1);
    let access: serde_json::Value = serde_json::from_str(&line).unwrap();
    let base = access["irev"]["base_url"].as_str().unwrap();
    assert!(base.starts_with("http://127.0.0.1:") && base.ends_with("/api/affiliates/v2"), "{base}");
    assert_eq!(access["irev"]["control_url"], base.replace("/api/affiliates/v2", "/__sim"));
    assert_eq!(access["irev"]["token"], "sandbox-irev-token");
}

#[test]
fn the_program_serves_until_it_is_ended() {
    let mut program = Command::new(env!("CARGO_BIN_EXE_afflux-sandbox"))
        .args(["--seed=9"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(program.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let access: serde_json::Value = serde_json::from_str(&line).unwrap();
    let address =
        access["irev"]["base_url"].as_str().unwrap()["http://".len()..].split('/').next().unwrap().to_owned();
    assert!(TcpStream::connect(&address).is_ok());
    program.kill().unwrap();
    program.wait().unwrap();
    assert!(TcpStream::connect(&address).is_err());
}

#[test]
fn the_program_refuses_what_it_does_not_understand() {
    let run = |arguments: &[&str]| {
        Command::new(env!("CARGO_BIN_EXE_afflux-sandbox")).args(arguments).output().unwrap()
    };
    for arguments in [&["--prot-base", "1"][..], &["--seed"], &["--seed", "x"], &["--port-base", "70000"]] {
        let output = run(arguments);
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{arguments:?}");
        assert!(String::from_utf8(output.stderr).unwrap().contains("usage:"));
    }
    let taken = sandbox();
    let output = run(&["--port-base", &taken.irev().address().port().to_string()]);
    assert_eq!(output.status.code(), Some(5));
    assert!(String::from_utf8(output.stderr).unwrap().contains("cannot be opened"));
    assert_eq!(run(&["--help"]).status.code(), Some(0));
}

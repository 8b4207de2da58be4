//! Starting, stopping, many at once, and the program.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Command, Stdio};
use std::time::Duration;

use afflux_sandbox::{Clock, Fault, Options, Sandbox, StartError, serve_until};

use uuid::Uuid;

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

/// Whether nobody answers at the address any more, or somebody else: a port that was given back may be taken at once.
fn is_gone(address: SocketAddr, lead: Uuid) -> bool {
    let Ok(mut stream) = TcpStream::connect(address) else { return true };
    let mut answer = Vec::new();
    let asked = stream.write_all(b"GET /__sim/leads HTTP/1.1\r\nConnection: close\r\n\r\n");
    asked.and_then(|()| stream.read_to_end(&mut answer)).is_err()
        || !String::from_utf8_lossy(&answer).contains(&lead.to_string())
}

#[test]
fn dropping_closes_the_port_although_a_handle_is_left() {
    let sandbox = start(Sandbox::builder().seed(41));
    let irev = sandbox.irev().clone();
    let (address, lead) = (irev.address(), irev.seed_leads(1)[0]);
    assert!(!is_gone(address, lead));
    drop(sandbox);
    assert!(is_gone(address, lead));
    irev.clear_faults();
    irev.fault(Fault::refuse().once());
    irev.clear_faults();
    assert!(is_gone(address, lead), "and nothing opens it again");
    assert_eq!(irev.leads().len(), 1, "what happened can still be read");
}

#[test]
fn shutting_down_frees_the_port_at_once() {
    let reopened = || {
        let sandbox = start(Sandbox::builder().seed(43));
        let (address, lead) = (sandbox.irev().address(), sandbox.irev().seed_leads(1)[0]);
        assert_eq!(get(sandbox.irev(), GOALS).status, 200);
        wait(sandbox.shutdown());
        assert!(is_gone(address, lead));
        wait(Sandbox::builder().port_base(address.port()).start())
            .is_ok_and(|again| again.irev().address() == address)
    };
    // Another program may be faster, but not time after time.
    assert!((0..5).any(|_| reopened()));
}

#[test]
fn stopping_ends_a_call_under_way() {
    let sandbox = sandbox();
    sandbox.irev().fault(Fault::stall());
    let mut stream = crate::support::connect(sandbox.irev());
    stream.write_all(b"GET / HTTP/1.1\r\n\r\n").unwrap();
    crate::support::until("the call", || sandbox.irev().requests().len() == 1);
    drop(sandbox);
    let mut rest = Vec::new();
    // Ended either way; nothing was answered.
    let _ = stream.read_to_end(&mut rest);
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
    let altercpa = &access["altercpa"];
    let base = altercpa["base_url"].as_str().unwrap();
    assert!(base.strip_prefix("http://127.0.0.1:").unwrap().parse::<u16>().is_ok(), "{base}");
    assert_eq!(altercpa["control_url"], format!("{base}/__sim"));
    assert_eq!(altercpa["token"], "101-sandbox-altercpa-key-101");
    assert_eq!(altercpa["global_token"], "sandbox-altercpa-global-token");
    let clevertap = &access["clevertap"];
    let base = clevertap["base_url"].as_str().unwrap();
    assert_eq!(clevertap["control_url"], format!("{base}/__sim"));
    assert_eq!(clevertap["passcode"], "sandbox-clevertap-passcode");
}

#[test]
fn the_vendors_stand_on_ports_that_follow_each_other() {
    // Another program may have one of the ports; not every time.
    let follow = || {
        let base = sandbox().irev().address().port();
        let started = wait(Sandbox::builder().port_base(base).start());
        started.is_ok_and(|sandbox| {
            let ports = [
                sandbox.irev().address().port(),
                sandbox.altercpa().address().port(),
                sandbox.clevertap().address().port(),
            ];
            ports == [base, base + 1, base + 2]
        })
    };
    assert!((0..20).any(|_| follow()));
    let error = wait(Sandbox::builder().port_base(65_535).start()).unwrap_err();
    assert!(matches!(error, StartError::Bind { port: 65_535, .. }), "{error}");
}

/// Interrupts the program as Ctrl-C does, and sees it end in order.
#[cfg(unix)]
fn end(program: &mut std::process::Child) {
    let kill = Command::new("kill").args(["-INT", &program.id().to_string()]).status().unwrap();
    assert!(kill.success());
    assert_eq!(program.wait().unwrap().code(), Some(0));
}

#[cfg(not(unix))]
fn end(program: &mut std::process::Child) {
    program.kill().unwrap();
    program.wait().unwrap();
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
    end(&mut program);
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

//! A sandbox whose clock stands still, and a client that is nothing but a socket.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use afflux_sandbox::{AlterCpa, CleverTap, Clock, Irev, Partnerize, Sandbox, SandboxBuilder};
use serde_json::Value;

/// A Monday at noon, UTC.
pub(crate) const NOON: &str = "2026-01-05T12:00:00Z";
pub(crate) const LEADS: &str = "/api/affiliates/v2/leads";
pub(crate) const GOALS: &str = "/api/affiliates/v2/goal-types";

pub(crate) fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

pub(crate) fn start(builder: SandboxBuilder) -> Sandbox {
    wait(builder.start()).unwrap()
}

/// Its clock stands at noon.
pub(crate) fn sandbox() -> Sandbox {
    start(Sandbox::builder().clock(Clock::manual(NOON.parse().unwrap())))
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (have, value) = line.split_once(": ")?;
            have.eq_ignore_ascii_case(name).then_some(value)
        })
    }

    pub(crate) fn uuids(&self) -> Vec<String> {
        self.json().as_array().unwrap().iter().map(|row| row["uuid"].as_str().unwrap().to_owned()).collect()
    }
}

/// A vendor that can be connected to.
pub(crate) trait Target {
    fn address(&self) -> SocketAddr;
}

impl Target for Irev {
    fn address(&self) -> SocketAddr {
        self.address()
    }
}

impl Target for AlterCpa {
    fn address(&self) -> SocketAddr {
        self.address()
    }
}

impl Target for CleverTap {
    fn address(&self) -> SocketAddr {
        self.address()
    }
}

impl Target for Partnerize {
    fn address(&self) -> SocketAddr {
        self.address()
    }
}

pub(crate) fn connect(vendor: &impl Target) -> TcpStream {
    let stream = TcpStream::connect(vendor.address()).unwrap();
    // A hanging test is worse than a failing one.
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream
}

pub(crate) fn text(method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> String {
    use std::fmt::Write as _;
    let mut text = format!("{method} {path} HTTP/1.1\r\nHost: sandbox\r\n");
    for (name, value) in headers {
        let _ = write!(text, "{name}: {value}\r\n");
    }
    if !body.is_empty() {
        let _ = write!(text, "Content-Length: {}\r\n", body.len());
    }
    format!("{text}\r\n{body}")
}

/// One request on a connection of its own.
pub(crate) fn send(
    vendor: &impl Target,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Reply {
    let mut stream = connect(vendor);
    let mut all = headers.to_vec();
    all.push(("Connection", "close"));
    stream.write_all(text(method, path, &all, body).as_bytes()).unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    reply(&bytes)
}

pub(crate) fn reply(bytes: &[u8]) -> Reply {
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no head in {text:?}"));
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Reply { status, head: head.to_owned(), body: body.to_owned() }
}

/// Reads one answer from a connection that stays open.
pub(crate) fn read_one(stream: &mut TcpStream) -> Reply {
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        assert_eq!(stream.read(&mut byte).unwrap(), 1, "closed after {:?}", String::from_utf8_lossy(&bytes));
        bytes.push(byte[0]);
    }
    let length = reply(&bytes).header("content-length").map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    stream.read_exact(&mut body).unwrap();
    bytes.extend(body);
    reply(&bytes)
}

pub(crate) fn auth(irev: &Irev) -> (&'static str, &'static str) {
    ("Authorization", irev.token())
}

pub(crate) const JSON: (&str, &str) = ("Content-Type", "application/json");

pub(crate) fn push(irev: &Irev, body: &str) -> Reply {
    send(irev, "POST", LEADS, &[auth(irev), JSON], body)
}

pub(crate) fn get(irev: &Irev, path: &str) -> Reply {
    send(irev, "GET", path, &[auth(irev)], "")
}

pub(crate) fn list(irev: &Irev, query: &str) -> Reply {
    get(irev, &format!("{LEADS}?{query}"))
}

pub(crate) const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");

/// A call of AlterCPA as postbacks are: everything in the query, with the token of a site.
pub(crate) fn cpa(cpa: &AlterCpa, call: &str, query: &str) -> Reply {
    cpa_as(cpa, cpa.token(), call, query)
}

pub(crate) fn cpa_as(cpa: &AlterCpa, token: &str, call: &str, query: &str) -> Reply {
    send(cpa, "GET", &format!("/api/site/{call}.json?token={token}&{query}"), &[], "")
}

/// `ok` or the code of the error.
pub(crate) fn says(reply: &Reply) -> String {
    let body = reply.json();
    let word = if body["status"] == "ok" { &body["status"] } else { &body["error"] };
    word.as_str().unwrap_or_else(|| panic!("{reply:?}")).to_owned()
}

/// An attribution with the right credentials.
pub(crate) fn attribute(clevertap: &CleverTap, query: &str) -> Reply {
    let (id, token, passcode) = (clevertap.account_id(), clevertap.token(), clevertap.passcode());
    let path =
        format!("/attribution?account_id={id}&account_token={token}&account_passcode={passcode}&{query}");
    send(clevertap, "GET", &path, &[], "")
}

/// The headers of most calls of CleverTap.
pub(crate) fn account(clevertap: &CleverTap) -> [(&'static str, &'static str); 3] {
    let (id, passcode) = (clevertap.account_id(), clevertap.passcode());
    [("X-CleverTap-Account-Id", id), ("X-CleverTap-Passcode", passcode), JSON]
}

/// A GET of CleverTap with the right credentials.
pub(crate) fn tap_get(clevertap: &CleverTap, path: &str) -> Reply {
    send(clevertap, "GET", path, &account(clevertap), "")
}

/// A POST to CleverTap with the right credentials.
pub(crate) fn tap(clevertap: &CleverTap, path: &str, body: &Value) -> Reply {
    send(clevertap, "POST", path, &account(clevertap), &body.to_string())
}

/// A call to the control API.
pub(crate) fn control(vendor: &impl Target, method: &str, path: &str, body: &str) -> Reply {
    send(vendor, method, &format!("/__sim{path}"), &[JSON], body)
}

/// Waits, without a time of its own, until something is so.
pub(crate) fn until(what: &str, mut so: impl FnMut() -> bool) {
    let begun = std::time::Instant::now();
    while !so() {
        assert!(begun.elapsed() < Duration::from_secs(20), "{what} did not happen");
        std::thread::sleep(Duration::from_millis(1));
    }
}

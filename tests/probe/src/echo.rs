//! A vendor that says back what it was sent, in every way in which servers, proxies and frameworks do.

use std::io::{self, Write};

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE},
};
use serde_json::json;

use crate::{
    server::{Answer, http},
    shapes::percent,
};

/// What goes wrong, with an answer out of the request itself.
#[derive(Debug, Clone, Copy)]
pub struct Trouble {
    /// In words.
    pub name: &'static str,
    /// Writes the answer.
    pub answer: fn(&[u8], &mut Answer) -> io::Result<()>,
    /// No answer comes: the attempt ends by its timeout.
    pub silent: bool,
    /// The answer is one that the client takes for a success.
    pub success: bool,
}

const fn trouble(name: &'static str, answer: fn(&[u8], &mut Answer) -> io::Result<()>) -> Trouble {
    Trouble { name, answer, silent: false, success: false }
}

/// Every trouble that has to do with what the vendor says.
pub const TROUBLES: [Trouble; 14] = [
    Trouble {
        success: true,
        ..trouble("a success with headers", |request, to| told(request, to, "200 OK", "{}"))
    },
    Trouble {
        success: true,
        ..trouble("a success that echoes", |request, to| json_answer(request, to, "200 OK"))
    },
    trouble("no permission", |request, to| json_answer(request, to, "401 Unauthorized")),
    trouble("nothing there", |request, to| json_answer(request, to, "404 Not Found")),
    trouble("refused", |request, to| json_answer(request, to, "422 Unprocessable Content")),
    trouble("too many calls", |request, to| json_answer(request, to, "429 Too Many Requests")),
    trouble("a server fault", |request, to| json_answer(request, to, "500 Internal Server Error")),
    trouble("a page of HTML", |request, to| told(request, to, "200 OK", &html(request))),
    trouble("a gateway's page", |request, to| told(request, to, "502 Bad Gateway", &html(request))),
    trouble("a redirect to itself", |request, to| {
        let target = text(request).split(' ').nth(1).unwrap_or("/").to_owned();
        to.write_all(&http("302 Found", &format!("location: {target}\r\n"), &html(request)))
    }),
    trouble("half an answer", |request, to| {
        let whole = http("200 OK", &headers(request), &body(request).to_string());
        to.write_all(&whole[..whole.len() - 7])
    }),
    trouble("no HTTP", |request, to| to.write_all(request)),
    trouble("a connection that closes", |_, _| Ok(())),
    Trouble {
        silent: true,
        ..trouble("silence", |_, to| {
            to.hold();
            Ok(())
        })
    },
];

fn json_answer(request: &[u8], to: &mut Answer, status: &str) -> io::Result<()> {
    let headers = format!("content-type: application/json\r\n{}", headers(request));
    to.write_all(&http(status, &headers, &body(request).to_string()))
}

fn told(request: &[u8], to: &mut Answer, status: &str, body: &str) -> io::Result<()> {
    to.write_all(&http(status, &headers(request), body))
}

/// The request under the names under which vendors put their words.
fn body(request: &[u8]) -> serde_json::Value {
    let text = text(request);
    let quoted = json!({ "request": text, "path": "x" }).to_string();
    json!({
        "status": "fail",
        "name": text,
        "code": text,
        "message": text,
        "error": { "code": text, "message": quoted, "errors": [{ "code": text, "message": text, "property": text }] },
        "errors": [{ "code": text, "message": quoted, "property": text }],
        "base64": STANDARD.encode(request),
        "shifted": STANDARD.encode([b"x", request].concat()),
        "shifted by two": URL_SAFE.encode([b"xy", request].concat()),
        "percent": percent(&text, "-_.~", true),
        "form": percent(&text, "-_.* ", false).replace(' ', "+"),
    })
}

fn html(request: &[u8]) -> String {
    let text = text(request).replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
    format!("<html><body><h1>Bad request</h1><pre>{text}</pre></body></html>")
}

/// The request's own address and headers as headers of the answer.
fn headers(request: &[u8]) -> String {
    let text = text(request);
    let head = text.split("\r\n\r\n").next().unwrap_or_default();
    let fine = |line: &&str| line.bytes().all(|byte| (0x20..0x7f).contains(&byte));
    head.lines().filter(fine).map(|line| format!("x-echo: {line}\r\n")).collect::<Vec<_>>().concat()
}

fn text(request: &[u8]) -> String {
    String::from_utf8_lossy(request).into_owned()
}

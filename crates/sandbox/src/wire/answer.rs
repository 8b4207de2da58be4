//! An answer before it becomes bytes.

use bytes::Bytes;
use jiff::Timestamp;
use serde::Serialize;

/// Status, headers and body, and whether making it changed anything.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Bytes,
    pub(crate) committed: bool,
}

impl Answer {
    pub(crate) fn new(status: u16, content_type: Option<&str>, body: impl Into<Bytes>) -> Self {
        let headers = content_type.map(|kind| ("Content-Type", kind.to_owned())).into_iter().collect();
        Self { status, headers, body: body.into(), committed: false }
    }

    /// A JSON answer. Our own bodies always serialise; should one not, the caller sees it.
    pub(crate) fn json(status: u16, body: &impl Serialize) -> Self {
        match serde_json::to_vec(body) {
            Ok(text) => Self::new(status, Some("application/json; charset=utf-8"), text),
            Err(error) => Self::new(500, Some("text/plain; charset=utf-8"), format!("sandbox: {error}")),
        }
    }

    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Marks that a state of the vendor was changed.
    pub(crate) fn committed(mut self) -> Self {
        self.committed = true;
        self
    }

    /// The head as it goes out, announcing `length` bytes of body.
    pub(crate) fn head(&self, length: usize, now: Timestamp, close: bool) -> String {
        use std::fmt::Write as _;
        let mut head = format!("HTTP/1.1 {} {}\r\n", self.status, reason(self.status));
        for (name, value) in &self.headers {
            // Writing to a string does not fail.
            let _ = write!(head, "{name}: {value}\r\n");
        }
        if self.status != 204 && self.status != 304 {
            let _ = write!(head, "Content-Length: {length}\r\n");
        }
        let _ = write!(head, "Date: {}\r\n", now.strftime("%a, %d %b %Y %H:%M:%S GMT"));
        if close {
            head.push_str("Connection: close\r\n");
        }
        head.push_str("\r\n");
        head
    }
}

/// The usual words beside a status; clients ignore them, people do not.
fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Created",
        202 => "Accepted",
        204 => "No Content",
        301 => "Moved Permanently",
        302 => "Found",
        304 => "Not Modified",
        307 => "Temporary Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        409 => "Conflict",
        410 => "Gone",
        413 => "Payload Too Large",
        415 => "Unsupported Media Type",
        422 => "Unprocessable Entity",
        429 => "Too Many Requests",
        431 => "Request Header Fields Too Large",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "Status",
    }
}

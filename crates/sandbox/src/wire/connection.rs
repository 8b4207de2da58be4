//! One connection: reading requests, writing answers in good and in bad ways, and ending.

use std::io;
use std::mem::MaybeUninit;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::BytesMut;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::request::{BodyLength, Chunks, Head, Request, parse_chunks, parse_head, parse_line};
use crate::log::Written;

/// More than any vendor takes; the vendor's own limits are its handler's business.
const MOST_HEAD: usize = 64 * 1024;
const MOST_BODY: usize = 64 * 1024 * 1024;

pub(crate) struct Connection {
    stream: TcpStream,
    peer: SocketAddr,
    buffer: BytesMut,
}

/// What came of reading.
pub(crate) enum Received {
    Request(Box<Request>),
    /// The client went away within a request; what there was of it, if its head was whole.
    Broken {
        request: Option<Box<Request>>,
        bytes: u64,
    },
    /// The client went away between requests.
    Closed,
    /// Refused on this level with this status.
    Malformed {
        status: u16,
        bytes: u64,
    },
}

/// What came of writing.
pub(crate) struct Sent {
    pub(crate) bytes: u64,
    pub(crate) failed: bool,
}

impl Sent {
    pub(crate) fn extent(&self, complete: bool) -> Written {
        match (self.bytes, complete && !self.failed) {
            (0, _) => Written::Nothing,
            (bytes, true) => Written::Completely(bytes),
            (bytes, false) => Written::Partly(bytes),
        }
    }
}

impl Connection {
    pub(crate) fn new(stream: TcpStream, peer: SocketAddr) -> Self {
        // Small answers go out at once; should this fail, they go out a little later.
        let _ = stream.set_nodelay(true);
        Self { stream, peer, buffer: BytesMut::with_capacity(4096) }
    }

    pub(crate) fn peer(&self) -> SocketAddr {
        self.peer
    }

    /// Waits until there is something to read. `false`: the client is gone.
    pub(crate) async fn readable(&mut self) -> bool {
        if !self.buffer.is_empty() {
            return true;
        }
        let mut first = [0_u8; 1];
        matches!(self.stream.peek(&mut first).await, Ok(count) if count > 0)
    }

    /// Method and path of the next request, without reading it. `None` when the line does not come in one piece, or
    /// some of the request has been read with the one before.
    pub(crate) async fn peek_line(&mut self) -> Option<(String, String)> {
        if !self.buffer.is_empty() {
            return None;
        }
        let mut bytes = vec![0_u8; 8192];
        // A line that was torn apart on its way is whole within a moment, or is not looked at.
        for _ in 0..50 {
            let count = self.stream.peek(&mut bytes).await.ok().filter(|count| *count > 0)?;
            if let Some(line) = bytes.get(..count).and_then(parse_line) {
                return Some(line);
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        None
    }

    /// Reads the next request.
    pub(crate) async fn receive(&mut self) -> Received {
        let (mut request, head) = loop {
            match parse_head(&self.buffer, self.peer) {
                Head::Complete(request, length) => break (request, length),
                Head::Malformed => {
                    return Received::Malformed { status: 400, bytes: self.buffer.len() as u64 };
                }
                Head::Partial if self.buffer.len() > MOST_HEAD => {
                    return Received::Malformed { status: 431, bytes: self.buffer.len() as u64 };
                }
                Head::Partial => {}
            }
            if !self.fill().await {
                let bytes = self.buffer.len() as u64;
                return if bytes == 0 { Received::Closed } else { Received::Broken { request: None, bytes } };
            }
        };
        let Ok(length) = request.body_length() else {
            return Received::Malformed { status: 400, bytes: self.buffer.len() as u64 };
        };
        if matches!(length, BodyLength::Known(length) if length > MOST_BODY) {
            return Received::Malformed { status: 413, bytes: self.buffer.len() as u64 };
        }
        // What is left of the buffer is body; the head is behind us.
        let _ = self.buffer.split_to(head);
        if length != BodyLength::Known(0) && expects_continue(&request) {
            // Should this fail, reading the body will as well.
            let _ = self.stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").await;
        }
        loop {
            match self.take_body(length) {
                Body::Complete(body, used) => {
                    request.body = body;
                    request.bytes_read = request.bytes_read.saturating_add(used as u64);
                    return Received::Request(request);
                }
                Body::Malformed(status) => return Received::Malformed { status, bytes: request.bytes_read },
                Body::Partial => {}
            }
            if !self.fill().await {
                let bytes = request.bytes_read.saturating_add(self.buffer.len() as u64);
                request.body = std::mem::take(&mut self.buffer).freeze();
                request.bytes_read = bytes;
                return Received::Broken { request: Some(request), bytes };
            }
        }
    }

    fn take_body(&mut self, length: BodyLength) -> Body {
        match length {
            BodyLength::Known(length) if self.buffer.len() >= length => {
                Body::Complete(self.buffer.split_to(length).freeze(), length)
            }
            BodyLength::Known(_) => Body::Partial,
            BodyLength::Chunked if self.buffer.len() > MOST_BODY => Body::Malformed(413),
            BodyLength::Chunked => match parse_chunks(&self.buffer) {
                Chunks::Complete(body, used) => {
                    let _ = self.buffer.split_to(used);
                    Body::Complete(body, used)
                }
                Chunks::Malformed => Body::Malformed(400),
                Chunks::Partial => Body::Partial,
            },
        }
    }

    /// Reads some more; `false` when nothing more will come.
    async fn fill(&mut self) -> bool {
        matches!(self.stream.read_buf(&mut self.buffer).await, Ok(count) if count > 0)
    }

    /// Writes bytes, counting those that the connection took.
    pub(crate) async fn send(&mut self, bytes: &[u8]) -> Sent {
        let mut done = 0_usize;
        while let Some(rest) = bytes.get(done..).filter(|rest| !rest.is_empty()) {
            match self.stream.write(rest).await {
                Ok(count) if count > 0 => done = done.saturating_add(count),
                _ => return Sent { bytes: done as u64, failed: true },
            }
        }
        Sent { bytes: done as u64, failed: false }
    }

    /// Writes bytes a few at a time.
    pub(crate) async fn drip(&mut self, bytes: &[u8], size: usize, interval: Duration) -> Sent {
        let mut total = 0_u64;
        for (index, piece) in bytes.chunks(size.max(1)).enumerate() {
            if index > 0 {
                tokio::time::sleep(interval).await;
            }
            let sent = self.send(piece).await;
            total = total.saturating_add(sent.bytes);
            if sent.failed {
                return Sent { bytes: total, failed: true };
            }
        }
        Sent { bytes: total, failed: false }
    }

    /// Whether the client has closed its side (and nothing more of it is there to be read).
    pub(crate) fn client_left(&self) -> bool {
        // Asks the socket itself: the runtime's notion of readiness may be a moment old.
        let mut byte = [MaybeUninit::uninit()];
        match socket2::SockRef::from(&self.stream).peek(&mut byte) {
            Ok(count) => count == 0,
            Err(error) => error.kind() != io::ErrorKind::WouldBlock,
        }
    }

    /// Waits until the client goes away; what it still sends is dropped.
    pub(crate) async fn until_client_leaves(&mut self) {
        self.buffer.clear();
        while self.fill().await {
            self.buffer.clear();
        }
    }

    /// Ends the connection with a reset.
    pub(crate) fn reset(self) -> io::Result<()> {
        // With a linger time of zero, closing discards what is unsent and sends RST.
        self.stream.set_zero_linger()
    }

    /// Ends the connection in order: what was written arrives, then the end.
    pub(crate) async fn close(mut self) {
        if self.stream.shutdown().await.is_ok() {
            // Bytes that nobody read would turn the end into a reset; take what is there, for a moment.
            let rest = async {
                while self.fill().await {
                    self.buffer.clear();
                }
            };
            let _ = tokio::time::timeout(Duration::from_millis(200), rest).await;
        }
    }
}

enum Body {
    Partial,
    Complete(bytes::Bytes, usize),
    Malformed(u16),
}

fn expects_continue(request: &Request) -> bool {
    request.header("expect").is_some_and(|value| value.eq_ignore_ascii_case("100-continue"))
}

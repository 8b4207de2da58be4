//! The seam to the network: plain parts in, an answer or an error out.
//!
//! A [`Transport`] gets the parts of a request and the [slots](crate::secret::Slot) of its credentials, and puts the
//! wire together itself; no whole URL exists anywhere else. It makes one attempt, follows no redirect, retries
//! nothing and keeps no time: all that is the engine's.

#[cfg(any(test, feature = "test-util"))]
mod mock;
mod reqwest;
mod tls;

use std::{
    fmt,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU8, Ordering},
    },
    time::Instant,
};

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};

#[cfg(any(test, feature = "test-util"))]
pub use self::mock::{MockTransport, Reply, Seen};
pub use self::{reqwest::ReqwestTransport, tls::RootCertificate};
use crate::{
    base_url::Origin,
    clock::{BoxFuture, Clock},
    request::{Body, ByteStream},
    secret::Slot,
};

/// Makes one attempt.
pub trait Transport: fmt::Debug + Send + Sync + 'static {
    /// Sends `wire` and waits for its answer.
    ///
    /// The implementation sets [`Wire::sent`] no later than when the first byte can leave.
    fn send<'a>(&'a self, wire: Wire<'a>) -> BoxFuture<'a, Result<WireResponse, WireError>>;
}

/// Whether bytes of a request may have left, and what came back of an answer. Shared between a transport and the
/// engine, which asks when it gives up waiting.
#[derive(Clone, Default)]
pub struct Sent(Arc<Progress>);

#[derive(Default)]
struct Progress {
    state: AtomicU8,
    /// When the permit to write ends, and by which clock.
    before: Option<(Instant, Arc<dyn Clock>)>,
    half: Mutex<Option<Box<(Head, Bytes)>>>,
}

const SENT: u8 = 1;
const GIVEN_UP: u8 = 2;

impl Sent {
    /// As the default, but a first [`Sent::mark`] from `end` on comes too late: the permit to write has run out.
    pub(crate) fn before(end: Instant, clock: Arc<dyn Clock>) -> Self {
        Self(Arc::new(Progress { before: Some((end, clock)), ..Progress::default() }))
    }

    /// Bytes may leave from now on. `false`: nobody waits for the answer any more and the attempt counts as not sent,
    /// so nothing may be written.
    pub fn mark(&self) -> bool {
        if let Some((end, clock)) = &self.0.before
            && *end <= clock.now()
        {
            // Unless it was marked in time: then this is the rest of it.
            return !self.give_up();
        }
        let first = self.0.state.compare_exchange(0, SENT, Ordering::AcqRel, Ordering::Acquire);
        first.is_ok() || first == Err(SENT)
    }

    /// Whether bytes may have left.
    pub fn is_marked(&self) -> bool {
        self.0.state.load(Ordering::Acquire) == SENT
    }

    /// Ends the attempt from the waiting side. `true`: nothing left, and nothing will, for [`Sent::mark`] now refuses.
    pub fn give_up(&self) -> bool {
        let first = self.0.state.compare_exchange(0, GIVEN_UP, Ordering::AcqRel, Ordering::Acquire);
        first.is_ok() || first == Err(GIVEN_UP)
    }

    /// Whether [`Sent::give_up`] came before [`Sent::mark`].
    pub fn is_given_up(&self) -> bool {
        self.0.state.load(Ordering::Acquire) == GIVEN_UP
    }

    /// For a transport that is dropped while it reads a body: keeps the head and what came so far.
    pub fn keep_half(&self, head: Head, body: Bytes) {
        *self.0.half.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new((head, body)));
    }

    /// What was kept by [`Sent::keep_half`].
    pub(crate) fn take_half(&self) -> Option<Box<(Head, Bytes)>> {
        self.0.half.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl fmt::Debug for Sent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sent({})", self.is_marked())
    }
}

/// The parts of a request.
#[non_exhaustive]
pub struct Wire<'a> {
    /// HTTP method.
    pub method: &'a Method,
    /// Scheme, host and port.
    pub origin: &'a Origin,
    /// Base prefix and path, encoded.
    pub prefix: &'a str,
    /// The path below the prefix, encoded.
    pub path: &'a str,
    /// The query without credentials, encoded.
    pub query: &'a str,
    /// Headers without credentials.
    pub headers: &'a HeaderMap,
    /// Credentials and their places.
    pub slots: &'a [Slot],
    /// The body.
    pub body: &'a Body,
    /// `Some(cap)`: read the whole body, at most so many decoded bytes. `None`: hand out a stream.
    pub collect: Option<usize>,
    /// To be set when sending starts.
    pub sent: Sent,
}

impl fmt::Debug for Wire<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Query and path of a presigned address are its permission, and bodies are nobody's business.
        f.debug_struct("Wire")
            .field("method", &self.method)
            .field("origin", &self.origin.as_str())
            .field("slots", &self.slots)
            .field("body", &self.body)
            .field("collect", &self.collect)
            .field("sent", &self.sent)
            .finish_non_exhaustive()
    }
}

/// The head of an answer.
#[derive(Debug, Clone)]
pub struct Head {
    /// The HTTP status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
}

/// An answer.
#[derive(Debug)]
pub struct WireResponse {
    /// Status and headers.
    pub head: Head,
    /// The body.
    pub body: WireBody,
}

/// The body of an answer, decompressed.
pub enum WireBody {
    /// All of it.
    Whole(Bytes),
    /// As it comes.
    Stream(ByteStream),
}

impl fmt::Debug for WireBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole(bytes) => write!(f, "Whole({})", bytes.len()),
            Self::Stream(_) => f.write_str("Stream"),
        }
    }
}

/// Why there is no whole answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum WireErrorKind {
    /// No connection: DNS, TCP or TLS.
    Connect,
    /// The server says that it did not look at the request: a refused HTTP/2 stream.
    NotProcessed,
    /// The request cannot be written at all, or its body stream failed.
    Request,
    /// The connection broke before the whole answer was here.
    Broken,
    /// The body is over the cap.
    TooLarge,
}

/// An attempt without a whole answer.
#[derive(Debug)]
pub struct WireError {
    /// Why.
    pub kind: WireErrorKind,
    /// A few words, without any address.
    pub message: String,
    /// The head, if it came, boxed because it is rare.
    pub partial: Option<Box<(Head, Bytes)>>,
}

impl WireError {
    /// An error without any answer.
    pub fn new(kind: WireErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), partial: None }
    }
}

impl fmt::Display for WireError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for WireError {}

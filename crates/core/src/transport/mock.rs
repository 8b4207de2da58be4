//! A transport in memory, for tests that run the whole pipeline under a fake clock.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};

use super::{Head, Transport, Wire, WireBody, WireError, WireErrorKind, WireResponse};
use crate::{clock::BoxFuture, request::Body, secret::Slot};

/// What a [`MockTransport`] was asked to send. Credentials are never in it, only where they would go.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Seen {
    /// HTTP method.
    pub method: Method,
    /// Scheme, host and port.
    pub origin: String,
    /// Prefix and path, encoded.
    pub path: String,
    /// The query without credentials, encoded.
    pub query: String,
    /// Headers without credentials.
    pub headers: HeaderMap,
    /// The body, if it is in memory.
    pub body: Bytes,
    /// The places of the credentials, as [`Slot`] prints them.
    pub slots: Vec<String>,
}

impl Seen {
    /// The decoded value of a query parameter.
    pub fn query_value(&self, name: &str) -> Option<String> {
        let decode = |text: &str| percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned();
        self.query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .find(|(key, _)| decode(key) == name)
            .map(|(_, value)| decode(value))
    }
}

/// What a [`MockTransport`] answers.
#[derive(Debug, Clone)]
pub struct Reply {
    after: Duration,
    end: Ending,
}

#[derive(Debug, Clone)]
enum Ending {
    Answer { status: StatusCode, headers: HeaderMap, body: Bytes },
    NoConnection,
    Lost,
    Never,
    NeverConnects,
}

impl Reply {
    fn new(end: Ending) -> Self {
        Self { after: Duration::ZERO, end }
    }

    /// A whole answer. A status that does not exist becomes 200.
    pub fn answer(status: u16, body: impl Into<Bytes>) -> Self {
        let status = StatusCode::from_u16(status).unwrap_or_default();
        Self::new(Ending::Answer { status, headers: HeaderMap::new(), body: body.into() })
    }

    /// The connection is refused: nothing leaves.
    pub fn no_connection() -> Self {
        Self::new(Ending::NoConnection)
    }

    /// The request leaves and the connection breaks.
    pub fn lost() -> Self {
        Self::new(Ending::Lost)
    }

    /// The request leaves and nothing ever comes back.
    pub fn never() -> Self {
        Self::new(Ending::Never)
    }

    /// The connection is never established, and never refused either.
    pub fn never_connects() -> Self {
        Self::new(Ending::NeverConnects)
    }

    /// Adds a header to an answer. Names and values that cannot be headers are left out.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        if let Ending::Answer { headers, .. } = &mut self.end
            && let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_str(value))
        {
            headers.append(name, value);
        }
        self
    }

    /// Lets time pass first, on the clock of the runtime.
    #[must_use]
    pub fn after(mut self, after: Duration) -> Self {
        self.after = after;
        self
    }
}

type Handler = dyn Fn(&Seen) -> Reply + Send + Sync;

/// Answers from a closure and remembers what was sent.
#[derive(Clone)]
pub struct MockTransport {
    handler: Arc<Handler>,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl fmt::Debug for MockTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MockTransport").finish_non_exhaustive()
    }
}

impl MockTransport {
    /// Answers each request with what `handler` says.
    pub fn new(handler: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> Self {
        Self { handler: Arc::new(handler), seen: Arc::default() }
    }

    /// Answers with `replies` in turn, then refuses connections.
    pub fn script(replies: impl IntoIterator<Item = Reply>) -> Self {
        let replies = Mutex::new(replies.into_iter().collect::<std::collections::VecDeque<_>>());
        Self::new(move |_| {
            let next = replies.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
            next.unwrap_or_else(Reply::no_connection)
        })
    }

    /// What was sent so far.
    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Transport for MockTransport {
    fn send<'a>(&'a self, wire: Wire<'a>) -> BoxFuture<'a, Result<WireResponse, WireError>> {
        let seen = Seen {
            method: wire.method.clone(),
            origin: wire.origin.as_str().to_owned(),
            path: format!("{}{}", wire.prefix, wire.path),
            query: wire.query.to_owned(),
            headers: wire.headers.clone(),
            body: match wire.body {
                Body::Bytes(bytes) => bytes.clone(),
                Body::Empty | Body::Stream(_) => Bytes::new(),
            },
            slots: wire.slots.iter().map(|slot: &Slot| format!("{slot:?}")).collect(),
        };
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).push(seen.clone());
        let reply = (self.handler)(&seen);
        Box::pin(async move {
            if !matches!(reply.end, Ending::NoConnection | Ending::NeverConnects) {
                wire.sent.mark();
            }
            if !reply.after.is_zero() {
                tokio::time::sleep(reply.after).await;
            }
            match reply.end {
                Ending::Answer { status, headers, body } => answer(&wire, Head { status, headers }, body),
                Ending::NoConnection => Err(WireError::new(WireErrorKind::Connect, "connection refused")),
                Ending::Lost => Err(WireError::new(WireErrorKind::Broken, "connection reset")),
                Ending::Never | Ending::NeverConnects => std::future::pending().await,
            }
        })
    }
}

fn answer(wire: &Wire<'_>, head: Head, body: Bytes) -> Result<WireResponse, WireError> {
    let body = match wire.collect {
        Some(cap) if body.len() > cap => {
            let mut error =
                WireError::new(WireErrorKind::TooLarge, format!("the body is larger than {cap} bytes"));
            error.partial = Some(Box::new((head, body.slice(..cap))));
            return Err(error);
        }
        Some(_) => WireBody::Whole(body),
        None => WireBody::Stream(Box::pin(futures_util::stream::once(async move { Ok(body) }))),
    };
    Ok(WireResponse { head, body })
}

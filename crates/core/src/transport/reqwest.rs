//! The transport over reqwest: the only module that names it.
//!
//! reqwest is told to do nothing on its own: no redirect, no referer, no retry, no cookie, no timeout but the one for
//! connecting. Its errors are stripped of their URL before anybody sees them.

use std::{
    error::Error as StdError,
    fmt, io,
    pin::{Pin, pin},
    sync::{Mutex, OnceLock, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use bytes::{Bytes, BytesMut};
use futures_core::Stream;
use http::{HeaderValue, header};
use http_body::{Body as HttpBody, Frame, SizeHint};
use reqwest::{Client, Url, redirect, retry};

use super::{
    Head, RootCertificate, Sent, Transport, Wire, WireBody, WireError, WireErrorKind, WireResponse, tls,
};
use crate::{
    base_url::Origin,
    clock::BoxFuture,
    error::Error,
    request::{Body, ByteStream, StreamBody},
    secret,
};

/// How long a connection is kept unused: shorter than common servers keep it, so that a dead one is rarely met.
const IDLE: Duration = Duration::from_secs(20);

/// The default transport.
pub struct ReqwestTransport {
    options: Options,
    /// For this machine: no proxy, no system certificates.
    local: OnceLock<Client>,
    /// For everybody else.
    remote: OnceLock<Client>,
    /// The first address that is called, without its query: for a vendor that takes single events, the only one.
    first: OnceLock<First>,
}

/// An address, taken apart and parsed.
struct First {
    origin: Origin,
    prefix: String,
    path: String,
    url: Url,
}

#[derive(Debug, Clone)]
struct Options {
    connect_timeout: Duration,
    roots: Vec<RootCertificate>,
    #[cfg(feature = "http2")]
    http2_prior_knowledge: bool,
}

impl fmt::Debug for ReqwestTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReqwestTransport").field("options", &self.options).finish_non_exhaustive()
    }
}

impl Default for ReqwestTransport {
    fn default() -> Self {
        Self::new()
    }
}

impl ReqwestTransport {
    /// Connects within 10 s, trusts what the system trusts.
    pub fn new() -> Self {
        Self {
            options: Options {
                connect_timeout: Duration::from_secs(10),
                roots: Vec::new(),
                #[cfg(feature = "http2")]
                http2_prior_knowledge: false,
            },
            local: OnceLock::new(),
            remote: OnceLock::new(),
            first: OnceLock::new(),
        }
    }

    /// The time for DNS, TCP and TLS together.
    #[must_use]
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.options.connect_timeout = timeout;
        self
    }

    /// Trusts a certificate beside the system's.
    #[must_use]
    pub fn root_certificate(mut self, root: RootCertificate) -> Self {
        self.options.roots.push(root);
        self
    }

    /// Speaks HTTP/2 at once, without asking: for plain-HTTP servers behind a proxy, and for tests.
    #[cfg(feature = "http2")]
    #[must_use]
    pub fn http2_prior_knowledge(mut self) -> Self {
        self.options.http2_prior_knowledge = true;
        self
    }

    /// Builds what calls to `origin` need, so that a broken set-up is an error now and not at the first call.
    pub fn prepare(&self, origin: &Origin) -> Result<(), Error> {
        self.client(origin).map(drop)
    }

    fn client(&self, origin: &Origin) -> Result<&Client, Error> {
        let slot = if origin.is_loopback() { &self.local } else { &self.remote };
        if let Some(client) = slot.get() {
            return Ok(client);
        }
        let client = self.build(origin.is_loopback())?;
        Ok(slot.get_or_init(|| client))
    }

    fn build(&self, loopback: bool) -> Result<Client, Error> {
        let mut builder = Client::builder()
            .redirect(redirect::Policy::none())
            .referer(false)
            .retry(retry::never())
            .connect_timeout(self.options.connect_timeout)
            .pool_idle_timeout(IDLE)
            .tcp_nodelay(true);
        if loopback {
            builder = builder.no_proxy();
        }
        #[cfg(feature = "http2")]
        if self.options.http2_prior_knowledge {
            builder = builder.http2_prior_knowledge();
        }
        tls::configure(builder, loopback, &self.options.roots)?.build().map_err(|error| {
            Error::configuration(format!("the HTTP client cannot be built: {}", words(&error.without_url())))
        })
    }
}

impl Transport for ReqwestTransport {
    fn send<'a>(&'a self, wire: Wire<'a>) -> BoxFuture<'a, Result<WireResponse, WireError>> {
        Box::pin(async move {
            let client = self
                .client(wire.origin)
                .map_err(|error| WireError::new(WireErrorKind::Request, error.to_string()))?;
            let request = self.assemble(&wire)?;
            let response = client.execute(request).await.map_err(|error| wire_error(error, false))?;
            let (parts, body) = http::Response::from(response).into_parts();
            let head = Head { status: parts.status, headers: parts.headers };
            let body = match wire.collect {
                Some(cap) => return collect(head, body, cap, wire.sent.clone()).await,
                None => WireBody::Stream(Box::pin(Frames(body))),
            };
            Ok(WireResponse { head, body })
        })
    }
}

impl ReqwestTransport {
    /// The only place where address, path, query and credentials come together.
    fn assemble(&self, wire: &Wire<'_>) -> Result<reqwest::Request, WireError> {
        let mut query = String::with_capacity(wire.query.len() + 160);
        query.push_str(wire.query);
        secret::write_query(wire.slots, &mut query);
        let mut url = self.address(wire)?;
        url.set_query(Some(query.as_str()).filter(|query| !query.is_empty()));
        request(wire, url)
    }

    /// The address without its query. Parsing one takes longer than looking whether it is the one that is known.
    fn address(&self, wire: &Wire<'_>) -> Result<Url, WireError> {
        let first = self.first.get().filter(|first| first.origin.as_str() == wire.origin.as_str());
        if let Some(first) = first
            && first.path == wire.path
            && first.prefix == wire.prefix
        {
            return Ok(first.url.clone());
        }
        let mut url = match first {
            Some(first) => first.url.clone(),
            // The error of a URL parser prints no URL, but it need not be trusted for that.
            None => Url::parse(wire.origin.as_str())
                .map_err(|_| WireError::new(WireErrorKind::Request, "the address cannot be put together"))?,
        };
        match wire.prefix {
            "" => url.set_path(wire.path),
            prefix => url.set_path(&[prefix, wire.path].concat()),
        }
        if first.is_none() {
            let _ = self.first.set(First {
                origin: wire.origin.clone(),
                prefix: wire.prefix.to_owned(),
                path: wire.path.to_owned(),
                url: url.clone(),
            });
        }
        Ok(url)
    }
}

/// The request to an address, with headers and body.
fn request(wire: &Wire<'_>, url: Url) -> Result<reqwest::Request, WireError> {
    let mut request = reqwest::Request::new(wire.method.clone(), url);
    let headers = request.headers_mut();
    *headers = wire.headers.clone();
    for (name, value) in wire.slots.iter().filter_map(secret::Slot::header) {
        headers.insert(name, value);
    }
    let body = body(wire)?;
    // A change without a body says so: some servers refuse it else.
    let says_none = [http::Method::POST, http::Method::PUT, http::Method::PATCH].contains(wire.method);
    if let Some(length) = body.length().filter(|length| *length > 0 || says_none) {
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    }
    *request.body_mut() = Some(reqwest::Body::wrap(body));
    Ok(request)
}

fn body(wire: &Wire<'_>) -> Result<Marked, WireError> {
    let json = wire
        .headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|value| value.as_bytes().starts_with(b"application/json"));
    let content = match wire.body {
        Body::Stream(stream) => Content::stream(stream)?,
        Body::Bytes(bytes) => {
            Content::Bytes(Some(secret::write_body(wire.slots, bytes, json).unwrap_or_else(|| bytes.clone())))
        }
        Body::Empty => Content::Bytes(secret::write_body(wire.slots, &Bytes::new(), json)),
    };
    Ok(Marked { content, sent: wire.sent.clone() })
}

/// A request body that tells when sending starts: hyper asks `is_end_stream` once it has a connection and begins to
/// write the head, on HTTP/1 and HTTP/2, and never before.
struct Marked {
    content: Content,
    sent: Sent,
}

enum Content {
    Bytes(Option<Bytes>),
    /// In a mutex only because reqwest wants its bodies `Sync`; it is never locked, for polling has `&mut`.
    Stream {
        stream: Mutex<ByteStream>,
        length: Option<u64>,
    },
}

impl Content {
    fn stream(stream: &StreamBody) -> Result<Self, WireError> {
        let length = stream.length;
        let stream = stream
            .open()
            .ok_or_else(|| WireError::new(WireErrorKind::Request, "the body was a stream and is used up"))?;
        Ok(Self::Stream { stream: Mutex::new(stream), length })
    }
}

impl Marked {
    fn length(&self) -> Option<u64> {
        match &self.content {
            Content::Bytes(bytes) => Some(bytes.as_ref().map_or(0, |bytes| bytes.len() as u64)),
            Content::Stream { length, .. } => *length,
        }
    }
}

impl HttpBody for Marked {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if self.sent.is_given_up() {
            return Poll::Ready(Some(Err(io::Error::other("the call was given up"))));
        }
        match &mut self.content {
            Content::Bytes(bytes) => Poll::Ready(bytes.take().map(|bytes| Ok(Frame::data(bytes)))),
            Content::Stream { stream, .. } => {
                let stream = stream.get_mut().unwrap_or_else(PoisonError::into_inner);
                stream.as_mut().poll_next(cx).map(|next| next.map(|chunk| chunk.map(Frame::data)))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        if !self.sent.mark() {
            // A body that seems to come and then fails: the buffered head is thrown away with it.
            return false;
        }
        match &self.content {
            Content::Bytes(bytes) => bytes.as_ref().is_none_or(Bytes::is_empty),
            Content::Stream { .. } => false,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self.length() {
            // Without a length hyper would ask a GET for no body, and nothing could fail.
            _ if self.sent.is_given_up() => SizeHint::with_exact(1),
            Some(length) => SizeHint::with_exact(length),
            None => SizeHint::default(),
        }
    }
}

/// Reads a body up to `cap` decoded bytes.
async fn collect(head: Head, body: reqwest::Body, cap: usize, sent: Sent) -> Result<WireResponse, WireError> {
    let mut body = pin!(body);
    let mut so_far = SoFar { head: Some(head), first: None, rest: BytesMut::new(), sent };
    while let Some(frame) = std::future::poll_fn(|cx| body.as_mut().poll_frame(cx)).await {
        let frame = match frame {
            Ok(frame) => frame,
            Err(error) => return Err(so_far.broken(wire_error(error, true))),
        };
        let Ok(data) = frame.into_data() else { continue };
        if data.len() > cap.saturating_sub(so_far.len()) {
            let error =
                WireError::new(WireErrorKind::TooLarge, format!("the body is larger than {cap} bytes"));
            return Err(so_far.broken(error));
        }
        so_far.push(data);
    }
    // The head is there until it is taken here or by an error.
    let (head, body) = so_far.take().ok_or_else(|| WireError::new(WireErrorKind::Broken, "no head"))?;
    Ok(WireResponse { head, body: WireBody::Whole(body) })
}

/// A body while it is read. Dropped before its end, it leaves what came to whoever gave up waiting.
struct SoFar {
    head: Option<Head>,
    /// One frame is the common case, and it is not copied.
    first: Option<Bytes>,
    rest: BytesMut,
    sent: Sent,
}

impl SoFar {
    fn len(&self) -> usize {
        if self.rest.is_empty() { self.first.as_ref().map_or(0, Bytes::len) } else { self.rest.len() }
    }

    fn push(&mut self, data: Bytes) {
        match &self.first {
            None => self.first = Some(data),
            Some(start) => {
                if self.rest.is_empty() {
                    self.rest.extend_from_slice(start);
                }
                self.rest.extend_from_slice(&data);
            }
        }
    }

    fn take(&mut self) -> Option<(Head, Bytes)> {
        let rest = std::mem::take(&mut self.rest);
        let first = self.first.take();
        let body = if rest.is_empty() { first.unwrap_or_default() } else { rest.freeze() };
        self.head.take().map(|head| (head, body))
    }

    fn broken(mut self, mut error: WireError) -> WireError {
        error.partial = self.take().map(Box::new);
        error
    }
}

impl Drop for SoFar {
    fn drop(&mut self) {
        if let Some((head, body)) = self.take() {
            self.sent.keep_half(head, body);
        }
    }
}

/// The data frames of a body.
struct Frames(reqwest::Body);

impl Stream for Frames {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            return Poll::Ready(match std::task::ready!(Pin::new(&mut self.0).poll_frame(cx)) {
                None => None,
                Some(Err(error)) => Some(Err(io::Error::other(words(&error.without_url())))),
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) => Some(Ok(data)),
                    Err(_trailers) => continue,
                },
            });
        }
    }
}

fn wire_error(error: reqwest::Error, answered: bool) -> WireError {
    let error = error.without_url();
    let kind = if not_processed(&error) && !answered {
        WireErrorKind::NotProcessed
    } else if error.is_connect() {
        WireErrorKind::Connect
    } else if error.is_builder() {
        WireErrorKind::Request
    } else {
        WireErrorKind::Broken
    };
    WireError::new(kind, words(&error))
}

/// The innermost causes, which say more than reqwest's own sentence.
fn words(error: &reqwest::Error) -> String {
    let mut words: Vec<String> = Vec::new();
    let mut cause = error.source();
    while let Some(error) = cause {
        let text = error.to_string();
        if words.last().is_none_or(|last| !last.contains(&text)) {
            words.push(text);
        }
        cause = error.source();
    }
    if words.is_empty() { error.to_string() } else { words.join(": ") }
}

/// Whether the server said over HTTP/2 that it did not look at the request: a refused stream, or a stream above the
/// last one that a GOAWAY still serves.
#[cfg(feature = "http2")]
fn not_processed(error: &reqwest::Error) -> bool {
    let mut cause: Option<&(dyn StdError + 'static)> = error.source();
    while let Some(error) = cause {
        if let Some(h2) = error.downcast_ref::<h2::Error>() {
            let refused = h2.is_reset() && h2.is_remote() && h2.reason() == Some(h2::Reason::REFUSED_STREAM);
            return refused || h2.is_go_away() && h2.is_remote();
        }
        cause = error.source();
    }
    false
}

#[cfg(not(feature = "http2"))]
fn not_processed(_: &reqwest::Error) -> bool {
    false
}

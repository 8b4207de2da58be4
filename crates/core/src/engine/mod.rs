//! The only loop: limit, attempt, classify, wait, again or done, with one deadline over all of it.
//!
//! It is not generic: operations differ in data, so the loop is compiled once. [`Engine::call`] is the thin shim that
//! knows types.

mod builder;
mod run;

use std::{
    fmt,
    future::Future,
    sync::Arc,
    time::{Duration, Instant},
};

use http::HeaderMap;

pub use self::builder::EngineBuilder;
pub(crate) use self::run::{Got, Run, StreamAnswer};
use crate::{
    auth::Credentials,
    base_url::BaseUrl,
    classify,
    clock::{BoxFuture, Clock},
    decode::DecodeError,
    endpoint::Endpoint,
    error::{Delivery, Error, ErrorKind, RAW_BODY_CAP},
    limit::{Feedback, Limiter},
    mask::Masker,
    operation::Format,
    request::Request,
    response::{Raw, Response},
    retry::{Budget, RetryPolicy},
    transport::Transport,
};

/// Makes calls. Cheap to clone: clones share connections, limits, the retry budget and credentials.
#[derive(Clone)]
pub struct Engine {
    pub(crate) inner: Arc<Inner>,
    deadline: Option<Duration>,
}

pub(crate) struct Inner {
    pub(crate) vendor: &'static str,
    pub(crate) base: BaseUrl,
    pub(crate) credentials: Credentials,
    pub(crate) masker: Masker,
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) limiter: Arc<dyn Limiter>,
    pub(crate) feedback: Vec<(&'static str, Feedback)>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) policy: RetryPolicy,
    pub(crate) budget: Budget,
    pub(crate) headers: HeaderMap,
    pub(crate) body_cap: usize,
    pub(crate) read_timeout: Duration,
    pub(crate) change_timeout: Duration,
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine")
            .field("vendor", &self.inner.vendor)
            .field("base", &self.inner.base.to_string())
            .field("credentials", &self.inner.credentials)
            .field("limiter", &self.inner.limiter)
            .field("policy", &self.inner.policy)
            .finish_non_exhaustive()
    }
}

impl Engine {
    /// Starts a client of `vendor` at `base`.
    pub fn builder(vendor: &'static str, base: BaseUrl) -> EngineBuilder {
        EngineBuilder::new(vendor, base)
    }

    /// The same engine with a deadline over all attempts and waits of each call. It replaces the one set when
    /// building; a request may set its own.
    #[must_use]
    pub fn with_deadline(&self, deadline: Duration) -> Self {
        Self { inner: Arc::clone(&self.inner), deadline: Some(deadline) }
    }

    /// The vendor's address.
    pub fn base(&self) -> &BaseUrl {
        &self.inner.base
    }

    /// The clock of waits and windows.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.inner.clock
    }

    /// Takes our credentials out of a text.
    pub fn masker(&self) -> &Masker {
        &self.inner.masker
    }

    /// The credentials, which print as places.
    pub fn credentials(&self) -> &Credentials {
        &self.inner.credentials
    }

    /// Makes the call of `endpoint`.
    pub async fn call<E: Endpoint>(&self, endpoint: &E) -> Result<Response<E::Output>, Error> {
        self.send(endpoint.encode()?, |raw| endpoint.decode(raw)).await
    }

    /// Makes the call of an encoded request. A success that `decode` finds cut off is treated as a lost answer: the
    /// loop goes on, if the request's safety allows it.
    // Not an `async fn`: this way the compiler proves `Send` here and not at the caller's.
    #[allow(clippy::manual_async_fn)]
    pub fn send<'a, T, D>(
        &'a self,
        request: Request,
        decode: D,
    ) -> impl Future<Output = Result<Response<T>, Error>> + Send + 'a
    where
        T: Send + 'a,
        D: Fn(&Raw) -> Result<T, DecodeError> + Send + Sync + 'a,
    {
        async move {
            let mut run = self.begin(request)?;
            loop {
                let raw = run.whole().await?;
                match decode(&raw) {
                    Ok(value) => return Ok(Response::new(value, raw)),
                    Err(error) => run.reject(&raw, &error)?,
                }
            }
        }
    }

    /// Makes the call of an encoded request and hands out the answer as it came, checked to be whole.
    pub fn execute(&self, request: Request) -> BoxFuture<'_, Result<Raw, Error>> {
        Box::pin(async move {
            let mut run = self.begin(request)?;
            loop {
                let raw = run.whole().await?;
                if is_whole(&raw) {
                    return Ok(raw);
                }
                run.reject(&raw, &"the body is not whole JSON")?;
            }
        })
    }

    /// The error of an answer that came and is not what was asked for: with its status, its headers, its attempts, the
    /// vendor's own words, and the beginning of its body, our credentials masked. `what` goes on from the name of the
    /// call. An answer that is [`ErrorKind::Unreadable`] settles nothing.
    pub fn bad_answer(&self, raw: &Raw, kind: ErrorKind, what: &str) -> Error {
        let mut error = Error::undocumented(raw.operation, what);
        let masker = self.masker();
        let mask = |text: Option<String>| text.map(|text| masker.text(&text).into_owned());
        let body = masker.bytes(&raw.body);
        let value = serde_json::from_slice(&raw.body).unwrap_or_default();
        let fault = classify::fault(&raw.operation.answers, &value);
        let inner = error.inner_mut();
        inner.kind = kind;
        inner.safety = raw.operation.safety;
        if kind == ErrorKind::Unreadable {
            inner.delivery = Delivery::Unknown;
        }
        inner.code = mask(fault.code);
        inner.message = mask(fault.message);
        inner.field = mask(fault.field);
        inner.status = Some(raw.status);
        inner.headers = raw.headers.clone();
        inner.request_id = Some(raw.request_id);
        inner.attempts.clone_from(&raw.attempts);
        // Masked before it is cut: a credential across the cut would survive in halves.
        inner.body = Some(body.slice(..body.len().min(RAW_BODY_CAP)));
        error
    }

    pub(crate) fn begin(&self, request: Request) -> Result<Run, Error> {
        let deadline = request.deadline.or(self.deadline);
        Run::new(Arc::clone(&self.inner), request, deadline)
    }
}

/// Whether a body is whole, as far as its format can tell: HTML and what was cut off are not JSON.
fn is_whole(raw: &Raw) -> bool {
    match raw.operation.answers.format {
        // An outcome under another status has been read by its classifier, or needs no body.
        Format::Json if raw.status.is_success() && !raw.body.is_empty() => {
            serde_json::from_slice::<serde::de::IgnoredAny>(&raw.body).is_ok()
        }
        _ => true,
    }
}

/// The result of `future`, or `None` when `at` comes first.
pub(crate) async fn until<T>(
    clock: &dyn Clock,
    at: Option<Instant>,
    future: impl Future<Output = T> + Send,
) -> Option<T> {
    let mut future = std::pin::pin!(future);
    let mut timer = at.map(|at| clock.sleep_until(at));
    std::future::poll_fn(|cx| {
        // The answer first: one that came together with the timeout is an answer.
        if let std::task::Poll::Ready(value) = future.as_mut().poll(cx) {
            return std::task::Poll::Ready(Some(value));
        }
        match &mut timer {
            Some(timer) => timer.as_mut().poll(cx).map(|()| None),
            None => std::task::Poll::Pending,
        }
    })
    .await
}

//! One call from its first attempt to its end.

mod failing;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};
use tracing::{Instrument, Span};
use uuid::Uuid;

use self::failing::{Failed, failure_of};
use super::{Inner, until};
use crate::{
    classify::{self, Class, Fault},
    clock::{BoxFuture, Clock},
    error::{Delivery, Error, ErrorKind, RAW_BODY_CAP},
    limit::{Ask, End, Permit, Refusal},
    mask::Masker,
    request::{ByteStream, Request},
    response::{Attempt, Raw},
    retry::Failure,
    secret::Slot,
    telemetry,
    transport::{Head, Sent, Wire, WireBody, WireError, WireErrorKind, WireResponse},
};

/// A call under way.
pub(crate) struct Run {
    inner: Arc<Inner>,
    request: Request,
    /// The engine's headers and the request's own; none where there are no own.
    headers: Option<HeaderMap>,
    slots: Arc<[Slot]>,
    deadline: Option<Instant>,
    attempts: Vec<Attempt>,
    request_id: Uuid,
    wait: Duration,
    last: Option<Error>,
    span: Span,
    /// Knows the permission in a presigned address too.
    foreign_masker: Option<Masker>,
}

/// What an attempt brought.
pub(crate) enum Got {
    Whole(Raw),
    Stream(StreamAnswer),
}

/// A success whose body is still coming. The permit goes with it: the slot is taken until the last byte.
pub(crate) struct StreamAnswer {
    pub(crate) raw: Raw,
    pub(crate) stream: ByteStream,
    pub(crate) permit: Permit,
}

/// A permit while its attempt is under way. Dropped in the middle, it holds the slot only if bytes may have left.
struct Flight {
    permit: Option<Permit>,
    sent: Sent,
}

impl Flight {
    /// The attempt is over; its end is told to the permit by whoever reads it. Always there.
    fn landed(mut self) -> Option<Permit> {
        let mut permit = self.permit.take();
        if let Some(permit) = &mut permit {
            permit.sending();
        }
        permit
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        if let Some(permit) = &mut self.permit
            && !self.sent.give_up()
        {
            permit.sending();
        }
    }
}

impl Run {
    pub(crate) fn new(
        inner: Arc<Inner>,
        request: Request,
        deadline: Option<Duration>,
    ) -> Result<Self, Error> {
        let operation = request.operation;
        let slots = match &request.foreign {
            // A presigned address carries its own permission, and is not told ours.
            Some(_) => Arc::default(),
            None => inner.credentials.slots(operation.auth).ok_or_else(|| {
                Error::validation(
                    operation,
                    operation.auth,
                    "is the name of the credentials that this call needs; the client was built without them",
                )
            })?,
        };
        let headers = (!request.headers.is_empty()).then(|| {
            let mut headers = inner.headers.clone();
            for (name, value) in &request.headers {
                headers.insert(name.clone(), value.clone());
            }
            headers
        });
        let address = request.foreign.as_ref().map(|_| &*request.query).or(request.told.as_deref());
        let foreign_masker = address.map(|query| presigned(&inner.masker, query));
        let request_id = request_id(&*inner.clock);
        let origin = request.foreign.as_ref().unwrap_or(inner.base.origin());
        let span = telemetry::call_span(operation, origin, request_id);
        let deadline = deadline.map(|deadline| inner.clock.now() + deadline);
        Ok(Self {
            inner,
            request,
            headers,
            slots,
            deadline,
            attempts: Vec::new(),
            request_id,
            wait: Duration::ZERO,
            last: None,
            span,
            foreign_masker,
        })
    }

    /// The next whole answer that is a success, or the error that ends the call.
    pub(crate) fn whole(&mut self) -> BoxFuture<'_, Result<Raw, Error>> {
        let span = self.span.clone();
        Box::pin(
            async move {
                loop {
                    if let Some(Got::Whole(raw)) = self.step().await? {
                        return Ok(raw);
                    }
                }
            }
            .instrument(span),
        )
    }

    /// As [`Run::whole`], but a success is handed out while its body is still coming.
    pub(crate) fn stream(&mut self) -> BoxFuture<'_, Result<Got, Error>> {
        let span = self.span.clone();
        self.request.stream_answer = true;
        Box::pin(
            async move {
                loop {
                    if let Some(got) = self.step().await? {
                        return Ok(got);
                    }
                }
            }
            .instrument(span),
        )
    }

    /// One wait and one attempt: a success, nothing (try again), or the end.
    async fn step(&mut self) -> Result<Option<Got>, Error> {
        let permit = match self.request.stop.clone() {
            None => self.turn().await?,
            Some(stop) => match stop.before(self.turn()).await {
                Some(permit) => permit?,
                None => return Err(self.stopped()),
            },
        };
        let started = self.inner.clock.now();
        let sent = match permit.write_before() {
            None => Sent::default(),
            Some(end) => Sent::before(end, Arc::clone(&self.inner.clock)),
        };
        let flight = Flight { permit: Some(permit), sent: sent.clone() };
        let inner = Arc::clone(&self.inner);
        let ends = self.attempt_ends(started);
        let outcome = until(&*inner.clock, Some(ends), inner.transport.send(self.wire(&inner, &sent))).await;
        let Some(permit) = flight.landed() else { return Ok(None) };
        match outcome {
            Some(Ok(WireResponse { head, body })) => self.answered(permit, started, head, body).await,
            Some(Err(mut error)) => match error.partial.take_if(|half| self.settles(half.0.status)) {
                Some(half) => self.answered(permit, started, half.0, WireBody::Whole(half.1)).await,
                None => self.broken(permit, started, &sent, error),
            },
            None => match sent.take_half() {
                Some(half) if self.settles(half.0.status) => {
                    self.answered(permit, started, half.0, WireBody::Whole(half.1)).await
                }
                half => self.timed_out(permit, started, &sent, half),
            },
        }
    }

    /// The wait before an attempt, and its permit.
    async fn turn(&mut self) -> Result<Permit, Error> {
        if !self.wait.is_zero() {
            let until = self.inner.clock.now() + self.wait;
            self.inner.clock.sleep_until(until).await;
        }
        self.permit().await
    }

    /// The end of a call that is no longer wanted: the story is that of its last attempt.
    fn stopped(&mut self) -> Error {
        let error = self.last.take().unwrap_or_else(|| {
            let what = "was not sent: it was withdrawn before its first attempt";
            let mut error = Error::new(ErrorKind::Guard, Delivery::NotSent, what);
            self.describe(&mut error);
            error
        });
        telemetry::failed(&self.span, &error);
        error
    }

    /// Whether a status says enough without the whole body: not a success, whose body is the answer, and not where
    /// the body tells an outcome from a refusal.
    fn settles(&self, status: StatusCode) -> bool {
        let also = self.request.operation.answers.also;
        !status.is_success() && also.iter().all(|(outcome, _)| *outcome != status.as_u16())
    }

    fn wire<'a>(&'a self, inner: &'a Inner, sent: &Sent) -> Wire<'a> {
        let foreign = self.request.foreign.as_ref();
        Wire {
            method: &self.request.operation.method,
            origin: foreign.unwrap_or(inner.base.origin()),
            prefix: if foreign.is_some() { "" } else { inner.base.prefix() },
            path: &self.request.path,
            query: &self.request.query,
            headers: self.headers.as_ref().unwrap_or(&inner.headers),
            slots: &self.slots,
            body: &self.request.body,
            collect: (!self.request.stream_answer).then_some(inner.body_cap),
            sent: sent.clone(),
        }
    }

    pub(crate) fn attempt_timeout(&self) -> Duration {
        let operation = self.request.operation;
        let by_safety =
            if operation.safety.mutates() { self.inner.change_timeout } else { self.inner.read_timeout };
        self.request.timeout.or(operation.timeout).unwrap_or(by_safety)
    }

    fn attempt_ends(&self, started: Instant) -> Instant {
        let ends = started + self.attempt_timeout();
        self.deadline.map_or(ends, |deadline| deadline.min(ends))
    }

    async fn permit(&mut self) -> Result<Permit, Error> {
        let ask = Ask {
            bucket: self.request.operation.bucket,
            cost: self.request.effective_cost(),
            deadline: self.deadline,
            vendor_wait_cap: Some(self.inner.policy.server_wait_cap),
            attempt: Some(self.attempt_timeout()),
        };
        let refusal = match Permit::acquire(&self.inner.limiter, &ask).await {
            // Dropped before anything is sent, the permit gives its slot back.
            Ok(_) if self.deadline.is_some_and(|deadline| deadline <= self.inner.clock.now()) => {
                Refusal::DeadlineFirst { ready_in: None }
            }
            Ok(permit) => return Ok(permit),
            Err(refusal) => refusal,
        };
        let ready_in = match &refusal {
            Refusal::DeadlineFirst { ready_in } => *ready_in,
            Refusal::Closed { ready_in } => Some(*ready_in),
            _ => None,
        };
        // After an attempt the story is that attempt's; the limit only says that there is no time for another.
        let mut error = self.last.take().unwrap_or_else(|| {
            let kind = match refusal {
                // No wait helps.
                Refusal::CostAboveLimit { .. } => ErrorKind::Validation,
                _ => ErrorKind::Limit,
            };
            let mut error = Error::new(kind, Delivery::NotSent, format!("was not sent: {refusal}"));
            self.describe(&mut error);
            error
        });
        if ready_in.is_some() {
            self.set_retry_after(&mut error, ready_in);
        }
        telemetry::failed(&self.span, &error);
        Err(error)
    }

    async fn answered(
        &mut self,
        permit: Permit,
        started: Instant,
        head: Head,
        body: WireBody,
    ) -> Result<Option<Got>, Error> {
        permit.observe(head.status, &head.headers);
        let body = match body {
            WireBody::Whole(body) => body,
            WireBody::Stream(stream) if head.status.is_success() => {
                self.note(Delivery::Answered, Some(head.status), "answered", started);
                let raw = self.raw(head, Bytes::new());
                return Ok(Some(Got::Stream(StreamAnswer { raw, stream, permit })));
            }
            // An error's body is read whole: it says what is wrong.
            WireBody::Stream(stream) => self.read_error(stream, started).await,
        };
        self.tell(permit.end(End::Answered { status: head.status, headers: &head.headers })).await;
        let answers = &self.request.operation.answers;
        let class = classify::classify(answers, head.status, &head.headers, &body);
        let gone = head.status == StatusCode::NOT_FOUND && self.request.operation.method == Method::DELETE;
        let class = if gone && self.any_unknown() { Class::Success } else { class };
        let Some((kind, failure, what, fault)) = failure_of(class, head.status) else {
            self.note(Delivery::Answered, Some(head.status), "answered", started);
            self.inner.budget.succeeded();
            return Ok(Some(Got::Whole(self.raw(head, body))));
        };
        self.failed(Failed { kind, failure, what, head: Some(head), body, fault }, started)
    }

    async fn read_error(&self, mut stream: ByteStream, started: Instant) -> Bytes {
        let reading = async {
            let mut body = Vec::new();
            while body.len() < RAW_BODY_CAP {
                match std::future::poll_fn(|cx| stream.as_mut().poll_next(cx)).await {
                    Some(Ok(chunk)) => body.extend_from_slice(&chunk),
                    Some(Err(_)) | None => break,
                }
            }
            Bytes::from(body)
        };
        until(&*self.inner.clock, Some(self.attempt_ends(started)), reading).await.unwrap_or_default()
    }

    fn broken(
        &mut self,
        permit: Permit,
        started: Instant,
        sent: &Sent,
        error: WireError,
    ) -> Result<Option<Got>, Error> {
        let never_left = sent.give_up() || error.kind == WireErrorKind::NotProcessed;
        let message = self.masker().text(&error.message).into_owned();
        let (head, body) = error.partial.map_or((None, Bytes::new()), |partial| (Some(partial.0), partial.1));
        let (kind, failure, what) = match error.kind {
            WireErrorKind::Request if never_left => {
                (ErrorKind::Validation, Failure::Final, format!("was not sent: {message}"))
            }
            _ if never_left => (ErrorKind::Connect, Failure::NotSent, format!("was not sent: {message}")),
            WireErrorKind::TooLarge => {
                (ErrorKind::TooLarge, Failure::Lost, format!("was answered, but {message}"))
            }
            _ if head.is_some() => {
                (ErrorKind::Lost, Failure::Lost, format!("was sent and only half answered: {message}"))
            }
            _ => (ErrorKind::Lost, Failure::Lost, format!("was sent and not answered: {message}")),
        };
        let work = match &head {
            _ if never_left => permit.end(End::NeverLeft),
            Some(head) => permit.end(End::Answered { status: head.status, headers: &head.headers }),
            None => permit.end(End::Lost),
        };
        // Optional news for a shared limiter; it carries them along with its next call.
        drop(work);
        self.failed(Failed { kind, failure, what, head, body, fault: Fault::default() }, started)
    }

    fn timed_out(
        &mut self,
        permit: Permit,
        started: Instant,
        sent: &Sent,
        half: Option<Box<(Head, Bytes)>>,
    ) -> Result<Option<Got>, Error> {
        let seconds = self.inner.clock.now().saturating_duration_since(started).as_secs_f64();
        let (head, body) = half.map_or((None, Bytes::new()), |half| (Some(half.0), half.1));
        let (kind, failure, what) = if sent.give_up() {
            (
                ErrorKind::Connect,
                Failure::NotSent,
                format!("was not sent: no connection within {seconds:.0} s"),
            )
        } else if head.is_some() {
            (ErrorKind::Lost, Failure::Lost, format!("was sent and only half answered within {seconds:.0} s"))
        } else {
            (ErrorKind::Lost, Failure::Lost, format!("was sent and not answered within {seconds:.0} s"))
        };
        drop(permit.end(match (&head, failure) {
            (_, Failure::NotSent) => End::NeverLeft,
            (Some(head), _) => End::Answered { status: head.status, headers: &head.headers },
            (None, _) => End::Lost,
        }));
        self.failed(Failed { kind, failure, what, head, body, fault: Fault::default() }, started)
    }

    fn raw(&self, mut head: Head, body: Bytes) -> Raw {
        self.masker().headers(&mut head.headers);
        Raw {
            operation: self.request.operation,
            status: head.status,
            headers: head.headers,
            body,
            attempts: self.attempts.clone(),
            request_id: self.request_id,
        }
    }

    /// Tells a shared limiter, as long as the deadline allows.
    async fn tell(&self, work: Option<BoxFuture<'static, ()>>) {
        if let Some(work) = work {
            until(&*self.inner.clock, self.deadline, work).await;
        }
    }

    fn masker(&self) -> &Masker {
        self.foreign_masker.as_ref().unwrap_or(&self.inner.masker)
    }

    pub(crate) fn inner(&self) -> &Arc<Inner> {
        &self.inner
    }
}

/// An id that sorts by time. It is no secret, so that its chance need not come from the system, at the price of a system
/// call.
fn request_id(clock: &dyn Clock) -> Uuid {
    let millis = u64::try_from(clock.wall().as_millisecond()).unwrap_or_default();
    let chance = fastrand::u128(..).to_ne_bytes();
    let chance = chance.first_chunk().copied().unwrap_or_default();
    uuid::Builder::from_unix_timestamp_millis(millis, &chance).into_uuid()
}

/// A masker that also knows the values of a presigned query which are long enough to be a permission.
fn presigned(masker: &Masker, query: &str) -> Masker {
    const LEAST: usize = 16;
    let mut masker = masker.clone();
    for (_, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
        let value = percent_encoding::percent_decode_str(value).decode_utf8_lossy();
        if value.len() >= LEAST {
            masker.add(&value);
        }
    }
    masker
}

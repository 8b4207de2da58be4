//! One call from its first attempt to its end.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};
use tracing::{Instrument, Span};
use uuid::Uuid;

use super::{Inner, is_whole, until};
use crate::{
    classify::{self, Class, Fault},
    clock::BoxFuture,
    error::{Delivery, Error, ErrorKind, RAW_BODY_CAP},
    limit::{Ask, End, Feedback, Permit, Refusal, feedback},
    mask::Masker,
    request::{Body, ByteStream, Request},
    response::{Attempt, Raw},
    retry::{self, Failure, Situation, Verdict},
    secret::Slot,
    telemetry,
    transport::{Head, Sent, Wire, WireBody, WireError, WireErrorKind, WireResponse},
};

/// A call under way.
pub(crate) struct Run {
    inner: Arc<Inner>,
    request: Request,
    headers: HeaderMap,
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

/// A failed attempt, before the verdict.
struct Failed {
    kind: ErrorKind,
    failure: Failure,
    what: String,
    head: Option<Head>,
    body: Bytes,
    fault: Fault,
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
        let mut headers = inner.headers.clone();
        for (name, value) in &request.headers {
            headers.insert(name.clone(), value.clone());
        }
        let foreign_masker = request.foreign.as_ref().map(|_| presigned(&inner.masker, &request.query));
        let request_id = Uuid::now_v7();
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
        let sent = Sent::default();
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
            headers: &self.headers,
            slots: &self.slots,
            body: &self.request.body,
            collect: (!self.request.stream_answer).then_some(inner.body_cap),
            sent: sent.clone(),
        }
    }

    fn attempt_ends(&self, started: Instant) -> Instant {
        let operation = self.request.operation;
        let by_safety =
            if operation.safety.mutates() { self.inner.change_timeout } else { self.inner.read_timeout };
        let ends = started + self.request.timeout.or(operation.timeout).unwrap_or(by_safety);
        self.deadline.map_or(ends, |deadline| deadline.min(ends))
    }

    async fn permit(&mut self) -> Result<Permit, Error> {
        let ask = Ask {
            bucket: self.request.operation.bucket,
            cost: self.request.cost,
            deadline: self.deadline,
            vendor_wait_cap: Some(self.inner.policy.server_wait_cap),
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

    /// A success that does not decode.
    pub(crate) fn reject(&mut self, raw: &Raw, why: &dyn fmt::Display) -> Result<(), Error> {
        let now = self.inner.clock.now();
        // The attempt was noted as answered; it is this one that is looked at again.
        let took = self.attempts.pop().map_or(Duration::ZERO, |attempt| attempt.took);
        let started = now.checked_sub(took).unwrap_or(now);
        let (kind, failure, what) = if !is_whole(raw) {
            (ErrorKind::Unreadable, Failure::Lost, format!("was answered with something unreadable: {why}"))
        } else {
            (ErrorKind::Decode, Failure::Final, format!("was answered in an undocumented shape: {why}"))
        };
        let head = Head { status: raw.status, headers: raw.headers.clone() };
        let failed =
            Failed { kind, failure, what, head: Some(head), body: raw.body.clone(), fault: Fault::default() };
        self.failed(failed, started).map(drop)
    }

    /// Notes a failed attempt and decides: again (`Ok(None)`) or the end.
    fn failed(&mut self, failed: Failed, started: Instant) -> Result<Option<Got>, Error> {
        let operation = self.request.operation;
        let safety = self.request.safety;
        let mutates = safety.mutates();
        let delivery = match failed.kind {
            ErrorKind::Redirect | ErrorKind::Decode if mutates => Delivery::Unknown,
            _ => retry::delivery(safety, failed.failure),
        };
        let status = failed.head.as_ref().map(|head| head.status);
        self.note(delivery, status, outcome_words(&failed, status), started);
        // Where the vendor names no time, what is known about its limit is the time.
        let usual = operation.answers.limit_wait.filter(|_| failed.failure == Failure::RateLimited);
        let server_wait = failed.head.as_ref().and_then(|head| self.server_wait(head)).or(usual);
        let situation = Situation {
            safety,
            failure: failed.failure,
            attempts: u32::try_from(self.attempts.len()).unwrap_or(u32::MAX),
            server_wait,
            time_left: self
                .deadline
                .map(|deadline| deadline.saturating_duration_since(self.inner.clock.now())),
            budget: self.inner.budget.has_room(),
            replayable: !matches!(&self.request.body, Body::Stream(stream) if stream.used_up()),
            retry_server_errors: operation.answers.retry_server_errors,
            limit_precedes_work: operation.answers.limit_precedes_work,
            repeat_unknown: self.request.repeat_unknown,
        };
        let verdict = retry::verdict(&self.inner.policy, &situation, fastrand::f64());
        let error = self.error(failed, delivery);
        match verdict {
            Verdict::Retry { wait } => {
                telemetry::retrying(&error, wait);
                if !retry::is_free(&situation) {
                    self.inner.budget.retried();
                }
                self.wait = wait;
                self.last = Some(error);
                Ok(None)
            }
            Verdict::Stop { retry_after } => {
                let mut error = error;
                self.set_retry_after(&mut error, retry_after);
                telemetry::failed(&self.span, &error);
                Err(error)
            }
        }
    }

    fn error(&self, failed: Failed, delivery: Delivery) -> Error {
        let masker = self.masker();
        let mask = |text: Option<String>| text.map(|text| masker.text(&text).into_owned());
        let mut error = Error::new(failed.kind, self.overall(delivery), masker.text(&failed.what));
        self.describe(&mut error);
        let inner = error.inner_mut();
        inner.code = mask(failed.fault.code);
        inner.message = mask(failed.fault.message);
        inner.field = mask(failed.fault.field);
        if let Some(mut head) = failed.head {
            masker.headers(&mut head.headers);
            inner.status = Some(head.status);
            inner.headers = head.headers;
            // Masked before it is cut: a credential across the cut would survive in halves.
            let body = masker.bytes(&failed.body);
            inner.body = Some(body.slice(..body.len().min(RAW_BODY_CAP)));
        }
        error
    }

    fn describe(&self, error: &mut Error) {
        let inner = error.inner_mut();
        inner.operation = Some(self.request.operation);
        inner.safety = self.request.safety;
        inner.request_id = Some(self.request_id);
        inner.attempts.clone_from(&self.attempts);
        inner.next_step.clone_from(&self.request.next_step);
    }

    /// What is known about the call as a whole: an attempt that may have been acted on stays that.
    fn overall(&self, delivery: Delivery) -> Delivery {
        let settles = delivery == Delivery::Answered && !self.request.safety.mutates();
        if self.any_unknown() && !settles { Delivery::Unknown } else { delivery }
    }

    fn any_unknown(&self) -> bool {
        self.attempts.iter().any(|attempt| attempt.delivery == Delivery::Unknown)
    }

    fn note(
        &mut self,
        delivery: Delivery,
        status: Option<StatusCode>,
        outcome: impl Into<String>,
        started: Instant,
    ) {
        let took = self.inner.clock.now().saturating_duration_since(started);
        self.attempts.push(Attempt { delivery, status, outcome: outcome.into(), took });
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

    fn server_wait(&self, head: &Head) -> Option<Duration> {
        let bucket = self.request.operation.bucket;
        let listens = self.inner.feedback.iter().find(|(name, _)| *name == bucket);
        let listens = listens.map_or(Feedback::Standard, |(_, feedback)| *feedback);
        feedback::server_wait(&head.headers, head.status, self.inner.clock.wall(), listens)
    }

    fn set_retry_after(&self, error: &mut Error, wait: Option<Duration>) {
        let inner = error.inner_mut();
        inner.retry_after = wait;
        inner.retry_at = wait.and_then(|wait| self.inner.clock.wall().checked_add(wait).ok());
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

    /// A stream broke off after its head: an error like any other, which may be retried by asking again.
    pub(crate) fn cut_off(&mut self, raw: &Raw, what: &str) -> Error {
        self.attempts.pop();
        let delivery = Delivery::Unknown;
        self.note(delivery, Some(raw.status), "half an answer", self.inner.clock.now());
        let head = Head { status: raw.status, headers: raw.headers.clone() };
        self.error(
            Failed {
                kind: ErrorKind::Lost,
                failure: Failure::Lost,
                what: format!("was sent and only half answered: {what}"),
                head: Some(head),
                body: Bytes::new(),
                fault: Fault::default(),
            },
            delivery,
        )
    }
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

/// How a class of answer fails; none for a success.
fn failure_of(class: Class, status: StatusCode) -> Option<(ErrorKind, Failure, String, Fault)> {
    let named = |verb: &str| format!("{verb}: {status}");
    Some(match class {
        Class::Success => return None,
        Class::Server(fault) => {
            (ErrorKind::Server, Failure::Server, named("met a fault of the vendor's"), fault)
        }
        Class::RateLimited(fault) => {
            (ErrorKind::RateLimited, Failure::RateLimited, named("was refused"), fault)
        }
        Class::Redirect => (ErrorKind::Redirect, Failure::Final, named("was redirected"), Fault::default()),
        Class::Unauthorized(fault) => (ErrorKind::Unauthorized, Failure::Final, named("was refused"), fault),
        Class::Refused(fault) => (ErrorKind::Refused, Failure::Final, named("was refused"), fault),
        Class::Unreadable(why) => (
            ErrorKind::Unreadable,
            Failure::Lost,
            format!("was answered with something unreadable: {why}"),
            Fault::default(),
        ),
    })
}

fn outcome_words(failed: &Failed, status: Option<StatusCode>) -> String {
    match (failed.kind, status) {
        (ErrorKind::Connect, _) => "no connection".to_owned(),
        (ErrorKind::Validation, _) => "not sent".to_owned(),
        (ErrorKind::Lost, Some(_)) => "half an answer".to_owned(),
        (ErrorKind::Lost, None) => "no answer".to_owned(),
        (_, Some(status)) => format!("status {}", status.as_u16()),
        (kind, None) => kind.word().to_owned(),
    }
}

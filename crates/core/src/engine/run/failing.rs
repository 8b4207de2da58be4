//! What becomes of an attempt that failed: what is known about its delivery, whether another follows, and the error.

use std::{
    fmt,
    time::{Duration, Instant},
};

use bytes::Bytes;
use http::StatusCode;

use super::{Got, Run};
use crate::{
    classify::{Class, Fault},
    engine::is_whole,
    error::{Delivery, Error, ErrorKind, RAW_BODY_CAP},
    limit::{Feedback, feedback},
    operation::NotYet,
    request::Body,
    response::{Attempt, Raw},
    retry::{self, Failure, Situation, Verdict},
    telemetry,
    transport::Head,
};

/// A failed attempt, before the verdict.
pub(super) struct Failed {
    pub(super) kind: ErrorKind,
    pub(super) failure: Failure,
    pub(super) what: String,
    pub(super) head: Option<Head>,
    pub(super) body: Bytes,
    pub(super) fault: Fault,
}

impl Run {
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
    pub(super) fn failed(&mut self, failed: Failed, started: Instant) -> Result<Option<Got>, Error> {
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
        let not_yet = operation.answers.not_yet(&failed.fault);
        let usual = usual.or(not_yet.map(|not_yet| not_yet.wait));
        let server_wait = failed.head.as_ref().and_then(|head| self.server_wait(head)).or(usual);
        let policy = match not_yet {
            Some(NotYet { attempts, .. }) if self.inner.policy.attempts > 1 => {
                self.inner.policy.attempts(self.inner.policy.attempts.max(*attempts))
            }
            _ => self.inner.policy,
        };
        let situation = Situation {
            safety,
            failure: failed.failure,
            attempts: u32::try_from(self.attempts.len()).unwrap_or(u32::MAX),
            server_wait,
            time_left: self
                .deadline
                .map(|deadline| deadline.saturating_duration_since(self.inner.clock.now())),
            // To ask again as the vendor says is no storm.
            budget: not_yet.is_some() || self.inner.budget.has_room(),
            replayable: !matches!(&self.request.body, Body::Stream(stream) if stream.used_up()),
            retry_server_errors: operation.answers.retry_server_errors,
            limit_precedes_work: operation.answers.limit_precedes_work,
            repeat_unknown: self.request.repeat_unknown,
        };
        let verdict = retry::verdict(&policy, &situation, fastrand::f64());
        let error = self.error(failed, delivery);
        match verdict {
            Verdict::Retry { wait } => {
                telemetry::retrying(&error, wait);
                if !retry::is_free(&situation) && not_yet.is_none() {
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

    pub(super) fn error(&self, failed: Failed, delivery: Delivery) -> Error {
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

    pub(super) fn describe(&self, error: &mut Error) {
        let inner = error.inner_mut();
        inner.operation = Some(self.request.operation);
        inner.safety = self.request.safety;
        inner.request_id = Some(self.request_id);
        inner.attempts.clone_from(&self.attempts);
        if inner.delivery == Delivery::Unknown {
            inner.next_step.clone_from(&self.request.next_step);
        }
    }

    /// What is known about the call as a whole: an attempt that may have been acted on stays that.
    pub(super) fn overall(&self, delivery: Delivery) -> Delivery {
        let settles = delivery == Delivery::Answered && !self.request.safety.mutates();
        if self.any_unknown() && !settles { Delivery::Unknown } else { delivery }
    }

    pub(super) fn any_unknown(&self) -> bool {
        self.attempts.iter().any(|attempt| attempt.delivery == Delivery::Unknown)
    }

    pub(super) fn note(
        &mut self,
        delivery: Delivery,
        status: Option<StatusCode>,
        outcome: impl Into<String>,
        started: Instant,
    ) {
        let took = self.inner.clock.now().saturating_duration_since(started);
        self.attempts.push(Attempt { delivery, status, outcome: outcome.into(), took });
    }

    pub(super) fn server_wait(&self, head: &Head) -> Option<Duration> {
        let bucket = self.request.operation.bucket;
        let listens = self.inner.feedback.iter().find(|(name, _)| *name == bucket);
        let listens = listens.map_or(Feedback::Standard, |(_, feedback)| *feedback);
        feedback::server_wait(&head.headers, head.status, self.inner.clock.wall(), listens)
    }

    pub(super) fn set_retry_after(&self, error: &mut Error, wait: Option<Duration>) {
        let inner = error.inner_mut();
        inner.retry_after = wait;
        inner.retry_at = wait.and_then(|wait| self.inner.clock.wall().checked_add(wait).ok());
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

/// How a class of answer fails; none for a success.
pub(super) fn failure_of(class: Class, status: StatusCode) -> Option<(ErrorKind, Failure, String, Fault)> {
    // An error inside a 200 is told by the vendor's own code, not by `200 OK`.
    let named = |verb: &str| if status.is_success() { verb.to_owned() } else { format!("{verb}: {status}") };
    Some(match class {
        Class::Success => return None,
        Class::Server(fault) => {
            (ErrorKind::Server, Failure::Server, named("met a fault of the vendor's"), fault)
        }
        Class::NotYet(fault) => {
            (ErrorKind::Server, Failure::Server, named("was answered that it is too early"), fault)
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

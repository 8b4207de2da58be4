//! The one error of all vendors, written for somebody who reads it at three in the morning.
//!
//! [`Error::delivery`] answers the question that matters first: may the vendor have acted on the call? The text says
//! what happened, to which call, and what to do next; the same is readable in code. It is one pointer wide, `Send`,
//! and holds no credential: bodies, headers and messages are masked before they come in here.

mod text;

use std::{fmt, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use uuid::Uuid;

use crate::{
    operation::{Operation, Safety},
    response::Attempt,
};

/// What is known about whether the vendor got a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Delivery {
    /// Nothing left: the vendor cannot have acted. Where earlier attempts of the call are told, each of them was
    /// answered by a refusal before any work, or changes nothing.
    NotSent,
    /// The vendor answered, and the answer settles what it did.
    Answered,
    /// Bytes left and nothing settles what the vendor did.
    Unknown,
}

impl Delivery {
    /// `not-sent`, `answered` or `unknown`.
    pub fn word(self) -> &'static str {
        match self {
            Self::NotSent => "not-sent",
            Self::Answered => "answered",
            Self::Unknown => "unknown",
        }
    }
}

impl fmt::Display for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// What went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The client cannot be built so: an empty credential, a malformed address.
    Configuration,
    /// The input is wrong; nothing was sent.
    Validation,
    /// A guard of ours refused: the same call was made a moment ago; nothing was sent.
    Guard,
    /// No slot was free before the deadline; nothing was sent.
    Limit,
    /// No connection: DNS, TCP or TLS failed; nothing was sent.
    Connect,
    /// The answer did not come, or not whole.
    Lost,
    /// A 2xx whose body is not what a success looks like: HTML, cut off, not the documented format.
    Unreadable,
    /// A body over the cap.
    TooLarge,
    /// A redirect, which is never followed.
    Redirect,
    /// The vendor had a fault: 5xx, or a code that says so.
    Server,
    /// The vendor refuses for now: too many calls.
    RateLimited,
    /// Credentials are missing, wrong or not allowed here.
    Unauthorized,
    /// The vendor refused the call.
    Refused,
    /// The answer is a success whose shape does not decode.
    Decode,
    /// A local file or stream failed.
    Io,
}

impl ErrorKind {
    /// The word used in machine-readable output.
    pub fn word(self) -> &'static str {
        match self {
            Self::Configuration => "configuration",
            Self::Validation => "validation",
            Self::Guard => "guard",
            Self::Limit => "limit",
            Self::Connect => "connect",
            Self::Lost => "lost",
            Self::Unreadable => "unreadable",
            Self::TooLarge => "too-large",
            Self::Redirect => "redirect",
            Self::Server => "server",
            Self::RateLimited => "rate-limited",
            Self::Unauthorized => "unauthorized",
            Self::Refused => "refused",
            Self::Decode => "decode",
            Self::Io => "io",
        }
    }
}

/// How much of a body an error keeps.
pub const RAW_BODY_CAP: usize = 64 * 1024;

pub(crate) struct Inner {
    pub(crate) kind: ErrorKind,
    pub(crate) delivery: Delivery,
    pub(crate) operation: Option<&'static Operation>,
    pub(crate) safety: Safety,
    pub(crate) what: String,
    pub(crate) status: Option<StatusCode>,
    pub(crate) code: Option<String>,
    pub(crate) message: Option<String>,
    pub(crate) field: Option<String>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<Bytes>,
    pub(crate) request_id: Option<Uuid>,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) retry_at: Option<Timestamp>,
    pub(crate) attempts: Vec<Attempt>,
    pub(crate) next_step: Option<Box<str>>,
}

/// A call that did not succeed.
pub struct Error(Box<Inner>);

impl Error {
    pub(crate) fn new(kind: ErrorKind, delivery: Delivery, what: impl Into<String>) -> Self {
        Self::of(kind, delivery, what.into())
    }

    fn of(kind: ErrorKind, delivery: Delivery, what: String) -> Self {
        Self(Box::new(Inner {
            kind,
            delivery,
            operation: None,
            safety: Safety::ReadOnly,
            what,
            status: None,
            code: None,
            message: None,
            field: None,
            headers: HeaderMap::new(),
            body: None,
            request_id: None,
            retry_after: None,
            retry_at: None,
            attempts: Vec::new(),
            next_step: None,
        }))
    }

    /// The client cannot be built so.
    pub fn configuration(what: impl Into<String>) -> Self {
        Self::new(ErrorKind::Configuration, Delivery::NotSent, what)
    }

    /// The input of `operation` is wrong: `field` and what it must be, as the rest of a sentence.
    pub fn validation(operation: &'static Operation, field: &str, demand: impl fmt::Display) -> Self {
        let mut error =
            Self::new(ErrorKind::Validation, Delivery::NotSent, format!("was not sent: `{field}` {demand}"));
        error.0.operation = Some(operation);
        error.0.safety = operation.safety;
        error.0.field = Some(field.to_owned());
        error
    }

    /// The vendor answered `operation`, and the answer is not what is documented. It settles what the vendor did.
    pub fn undocumented(operation: &'static Operation, what: impl Into<String>) -> Self {
        let mut error = Self::new(ErrorKind::Decode, Delivery::Answered, what);
        error.0.operation = Some(operation);
        error
    }

    /// The vendor answered `operation`, and says that what is asked for is not to be had; `next` is what to do now, as
    /// the rest of a sentence that begins with `next:`.
    pub fn unavailable(operation: &'static Operation, what: impl Into<String>, next: &str) -> Self {
        let mut error = Self::new(ErrorKind::Refused, Delivery::Answered, what);
        error.0.operation = Some(operation);
        error.0.next_step = Some(next.into());
        error
    }

    /// A guard refused a call of `operation`; it may be made after `wait`.
    pub fn guard(operation: &'static Operation, what: impl fmt::Display, wait: Duration) -> Self {
        let mut error = Self::new(ErrorKind::Guard, Delivery::NotSent, format!("was not sent: {what}"));
        error.0.operation = Some(operation);
        error.0.safety = operation.safety;
        error.0.retry_after = Some(wait);
        error
    }

    /// A local file or stream failed while `what`.
    pub fn io(what: impl fmt::Display, error: &std::io::Error) -> Self {
        Self::new(ErrorKind::Io, Delivery::Answered, format!("{what}: {error}"))
    }

    /// The same error of something that stood in the way before anything was sent.
    #[must_use]
    pub fn before_sending(mut self) -> Self {
        self.0.delivery = Delivery::NotSent;
        self
    }

    pub(crate) fn inner_mut(&mut self) -> &mut Inner {
        &mut self.0
    }

    /// What went wrong.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Whether the vendor may have acted on the call.
    ///
    /// # Troubleshooting
    /// `NotSent`: make the call again whenever you like. `Answered`: the vendor decided; read
    /// [`vendor_code`](Self::vendor_code) and [`message`](Self::message). `Unknown`: look before you repeat.
    pub fn delivery(&self) -> Delivery {
        self.0.delivery
    }

    /// The operation, unless the client itself could not be built.
    pub fn operation(&self) -> Option<&'static Operation> {
        self.0.operation
    }

    /// The HTTP status, if an answer's head came.
    pub fn status(&self) -> Option<StatusCode> {
        self.0.status
    }

    /// The vendor's own error code.
    pub fn vendor_code(&self) -> Option<&str> {
        self.0.code.as_deref()
    }

    /// The vendor's own message, our credentials masked.
    pub fn message(&self) -> Option<&str> {
        self.0.message.as_deref()
    }

    /// The field at fault, ours or the vendor's word for it.
    pub fn field(&self) -> Option<&str> {
        self.0.field.as_deref()
    }

    /// The headers of the last answer, our credentials masked.
    pub fn headers(&self) -> &HeaderMap {
        &self.0.headers
    }

    /// The body of the last answer, our credentials masked, at most [`RAW_BODY_CAP`] bytes.
    pub fn raw_body(&self) -> Option<&Bytes> {
        self.0.body.as_ref()
    }

    /// Our own id of the call, the same in logs.
    pub fn request_id(&self) -> Option<Uuid> {
        self.0.request_id
    }

    /// How long to wait before the call may succeed, where the vendor or a guard says so.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Every attempt of the call.
    pub fn attempts(&self) -> &[Attempt] {
        &self.0.attempts
    }

    /// Whether making the same call again can help and cannot do harm.
    ///
    /// # Troubleshooting
    /// `false` with [`Delivery::Unknown`] means that a repeat may do it twice: look first. `false` otherwise means
    /// that the same call will be refused again.
    pub fn is_retryable(&self) -> bool {
        match self.0.kind {
            ErrorKind::Connect | ErrorKind::Limit | ErrorKind::Guard | ErrorKind::RateLimited => {
                self.0.delivery != Delivery::Unknown || self.0.safety.repeatable()
            }
            ErrorKind::Lost | ErrorKind::Server | ErrorKind::Unreadable => self.0.safety.repeatable(),
            _ => false,
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        f.debug_struct("Error")
            .field("kind", &inner.kind)
            .field("delivery", &inner.delivery)
            .field("operation", &inner.operation.map(|operation| operation.id))
            .field("what", &inner.what)
            .field("status", &inner.status)
            .field("code", &inner.code)
            .field("message", &inner.message)
            .field("field", &inner.field)
            .field("retry_after", &inner.retry_after)
            .field("attempts", &inner.attempts)
            .field("request_id", &inner.request_id)
            // The vendor's data may hold secrets of its own: only its size.
            .field("raw_body", &inner.body.as_ref().map(Bytes::len))
            .finish_non_exhaustive()
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn is_send<T: Send + Sync + 'static>() {}

    #[test]
    fn an_error_is_one_pointer_wide_and_can_be_sent() {
        assert_eq!(size_of::<Error>(), 8);
        is_send::<Error>();
    }

    #[test]
    fn what_came_last_does_not_hide_that_an_earlier_attempt_may_have_been_acted_on() {
        for kind in [ErrorKind::Connect, ErrorKind::Limit, ErrorKind::RateLimited, ErrorKind::Lost] {
            let mut error = Error::new(kind, Delivery::Unknown, "failed");
            error.0.safety = Safety::Unsafe;
            assert!(!error.is_retryable(), "{kind:?}");
            error.0.safety = Safety::Keyed("key");
            assert!(error.is_retryable(), "{kind:?}");
        }
    }
}

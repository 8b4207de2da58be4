//! What came back: the raw answer that `decode` sees, and the typed answer that a caller gets.

use std::{fmt, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use uuid::Uuid;

use crate::{error::Delivery, operation::Operation};

/// One attempt, as the history of a call tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Attempt {
    /// What is known about its delivery.
    pub delivery: Delivery,
    /// The status, if an answer's head came.
    pub status: Option<StatusCode>,
    /// What happened, in a few words.
    pub outcome: String,
    /// How long it took, from the first try to write to the end.
    pub took: Duration,
}

impl fmt::Display for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} after {:.1} s", self.outcome, self.took.as_secs_f64())
    }
}

/// A whole answer, before it is decoded.
#[derive(Clone)]
pub struct Raw {
    pub(crate) operation: &'static Operation,
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) attempts: Vec<Attempt>,
    pub(crate) request_id: Uuid,
}

impl Raw {
    /// An answer made by hand, for the tests of a decoder.
    #[cfg(any(test, feature = "test-util"))]
    pub fn for_test(operation: &'static Operation, status: StatusCode, body: impl Into<Bytes>) -> Self {
        Self {
            operation,
            status,
            headers: HeaderMap::new(),
            body: body.into(),
            attempts: Vec::new(),
            request_id: Uuid::nil(),
        }
    }

    /// The operation that was called.
    pub fn operation(&self) -> &'static Operation {
        self.operation
    }

    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The headers, our credentials masked.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The body, decompressed, byte for byte.
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// All attempts, this one last.
    pub fn attempts(&self) -> &[Attempt] {
        &self.attempts
    }

    /// Our own id of the call, the same in logs and errors.
    pub fn request_id(&self) -> Uuid {
        self.request_id
    }

    /// Whether an earlier attempt of this call may have been acted on, so that `duplicate` or `not found` may be our
    /// own doing.
    pub fn follows_lost_answer(&self) -> bool {
        self.attempts.iter().rev().skip(1).any(|attempt| attempt.delivery == Delivery::Unknown)
    }
}

impl fmt::Debug for Raw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Never the body: it is the vendor's data and may hold secrets.
        f.debug_struct("Raw")
            .field("operation", &self.operation.id)
            .field("status", &self.status)
            .field("body", &format_args!("{} bytes", self.body.len()))
            .field("attempts", &self.attempts.len())
            .field("request_id", &self.request_id)
            .finish_non_exhaustive()
    }
}

/// A decoded answer with what stood around it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Response<T> {
    /// What the answer says.
    pub value: T,
    /// The HTTP status.
    pub status: StatusCode,
    /// The headers, our credentials masked.
    pub headers: HeaderMap,
    /// All attempts, the successful one last.
    pub attempts: Vec<Attempt>,
    /// Our own id of the call, the same in logs and errors.
    pub request_id: Uuid,
}

impl<T> Response<T> {
    pub(crate) fn new(value: T, raw: Raw) -> Self {
        Self {
            value,
            status: raw.status,
            headers: raw.headers,
            attempts: raw.attempts,
            request_id: raw.request_id,
        }
    }

    /// The value alone.
    pub fn into_value(self) -> T {
        self.value
    }

    /// The same answer with another value.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Response<U> {
        Response {
            value: change(self.value),
            status: self.status,
            headers: self.headers,
            attempts: self.attempts,
            request_id: self.request_id,
        }
    }
}

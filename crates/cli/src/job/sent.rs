//! What became of a row that was sent.

use std::sync::Arc;

use afflux_core::{Delivery, Error, ErrorKind};

use super::Reason;
use crate::journal::{Detail, Settled};

/// What became of a row that was sent.
#[derive(Debug)]
pub(crate) struct Sent {
    /// In a word.
    pub(crate) settled: Settled,
    /// In detail, for the journal.
    pub(crate) detail: Detail,
    /// Why it was rejected, for the rejected file.
    pub(crate) reason: Reason,
    /// The error, for the person.
    pub(crate) error: Option<Arc<Error>>,
}

impl Sent {
    /// The vendor has it under this id.
    pub(crate) fn delivered(id: impl Into<String>) -> Self {
        let detail = Detail { id: Some(id.into()), status: Some(200), ..Detail::default() };
        Self { detail, ..Self::plain(Settled::Delivered) }
    }

    /// In a word alone.
    pub(crate) fn plain(settled: Settled) -> Self {
        Self { settled, detail: Detail::default(), reason: Reason::default(), error: None }
    }

    /// Nothing of it left.
    pub(crate) fn not_sent() -> Self {
        Self::plain(Settled::NotSent)
    }

    /// The vendor said no for good.
    pub(crate) fn rejected(reason: Reason) -> Self {
        let detail = Detail {
            id: reason.id.clone(),
            code: reason.error_type.as_deref().and_then(Detail::word),
            status: reason.status,
            found_as: None,
        };
        Self { settled: Settled::Rejected, detail, reason, error: None }
    }

    /// The call failed. Only a refusal with one of `judging` statuses is about the row; any other is about the call
    /// (a wrong token, a wrong address, too many calls), and the row may be sent again.
    pub(crate) fn failed(error: impl Into<Arc<Error>>, judging: &[u16]) -> Self {
        let error = error.into();
        let status = error.status().map(|status| status.as_u16());
        let settled = match (error.delivery(), error.kind()) {
            (Delivery::NotSent, _) => Settled::NotSent,
            (Delivery::Unknown, _) => Settled::Unknown,
            (Delivery::Answered, ErrorKind::Refused)
                if status.is_some_and(|status| judging.contains(&status)) =>
            {
                Settled::Rejected
            }
            (Delivery::Answered, _) => Settled::Deferred,
        };
        let reason = Reason {
            text: error.message().map_or_else(|| error.to_string(), str::to_owned),
            error_type: error.vendor_code().map(str::to_owned),
            column: error.field().map(str::to_owned),
            status,
            id: None,
        };
        let detail =
            Detail { id: None, code: error.vendor_code().and_then(Detail::word), status, found_as: None };
        Self { settled, detail, reason, error: Some(error) }
    }

    /// Whether every further row would meet the same.
    pub(super) fn stops_everything(&self) -> bool {
        let kind = self.error.as_ref().map(|error| error.kind());
        kind.is_some_and(|kind| {
            self.settled == Settled::Deferred && kind != ErrorKind::RateLimited
                || kind == ErrorKind::Configuration
        })
    }
}

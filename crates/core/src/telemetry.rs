//! Spans and events with OpenTelemetry's names: one span per call, events inside it; never a whole URL, never a body.

use std::time::Duration;

use tracing::{Span, field};
use uuid::Uuid;

use crate::{base_url::Origin, error::Error, operation::Operation};

/// The span of a call.
pub(crate) fn call_span(operation: &Operation, origin: &Origin, request_id: Uuid) -> Span {
    tracing::info_span!(
        "afflux.call",
        otel.kind = "client",
        otel.name = operation.id,
        afflux.vendor = operation.vendor,
        afflux.request_id = %request_id,
        afflux.delivery = field::Empty,
        http.request.method = operation.method.as_str(),
        server.address = origin.host(),
        url.template = operation.path,
        http.response.status_code = field::Empty,
        error.type = field::Empty,
    )
}

/// An attempt failed and is made again.
pub(crate) fn retrying(error: &Error, wait: Duration) {
    tracing::debug!(
        kind = error.kind().word(),
        delivery = error.delivery().word(),
        attempts = error.attempts().len(),
        wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX),
        "attempt failed; another follows"
    );
}

/// A call failed.
pub(crate) fn failed(span: &Span, error: &Error) {
    span.record("error.type", error.kind().word());
    span.record("afflux.delivery", error.delivery().word());
    if let Some(status) = error.status() {
        span.record("http.response.status_code", status.as_u16());
    }
    tracing::warn!(
        kind = error.kind().word(),
        delivery = error.delivery().word(),
        attempts = error.attempts().len(),
        "call failed"
    );
}

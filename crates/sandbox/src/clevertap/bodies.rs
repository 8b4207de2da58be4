//! The exact bodies of the vendor, with their members in the order of its samples.

use serde_json::Value;

use crate::fields::Fields;
use crate::wire::Answer;

/// `{"status":"success"}` and what stands beside it.
pub(super) fn success() -> Fields {
    Fields::default().with("status", "success")
}

/// A success with nothing beside it.
pub(super) fn done() -> Answer {
    ok(&success())
}

/// Status 200 around these members.
pub(super) fn ok(fields: &Fields) -> Answer {
    Answer::json(200, fields)
}

/// `{"status":"fail","error":...,"code":...}`.
pub(super) fn fail(status: u16, error: &str, code: impl Into<Value>) -> Answer {
    Answer::json(status, &Fields::default().with("status", "fail").with("error", error).with("code", code))
}

/// A refusal whose code is its HTTP status.
pub(super) fn refused(status: u16, error: &str) -> Answer {
    fail(status, error, status)
}

/// The body cannot be read, or not as what it should be.
pub(super) fn malformed() -> Answer {
    refused(400, "Malformed request")
}

/// More calls are under way than the vendor works on.
pub(super) fn too_many() -> Answer {
    refused(429, "Too many concurrent requests")
}

/// `{"message":...}`, as the second version of catalogs writes.
pub(super) fn message(status: u16, text: &str) -> Answer {
    Answer::json(status, &Fields::default().with("message", text))
}

/// What a path is answered with that nobody knows: nothing at all.
pub(super) fn nothing() -> Answer {
    Answer::new(200, None, "")
}

//! The exact bodies of the vendor, with their members in its order.

use serde::Serialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::advertiser::Rejection;
pub(crate) use crate::fields::Fields;
use crate::wire::Answer;

#[derive(Serialize)]
struct Envelope<'a, D: Serialize> {
    name: &'a str,
    message: &'a str,
    code: u16,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<D>,
}

/// An error without `data`.
pub(crate) fn error(status: u16, name: &str, message: &str, kind: Option<&str>) -> Answer {
    Answer::json(status, &Envelope::<()> { name, message, code: status, kind, data: None })
}

pub(crate) fn not_found() -> Answer {
    error(404, "NotFoundError", "Not found", Some("NOT_FOUND"))
}

pub(crate) fn old_version() -> Answer {
    error(410, "MoleculerError", "API version V1 is not supported", Some("NOT_SUPPORTED"))
}

pub(crate) fn rate_limited() -> Answer {
    error(429, "RateLimitExceeded", "Rate limit exceeded", None)
}

/// 401; its name differs between the chapters of the manual.
pub(crate) fn unauthorized(message: &str, is_get: bool) -> Answer {
    let name = if is_get { "UnsupportedContentType" } else { "MoleculerError" };
    error(401, name, message, Some("ERROR_AUTHORIZATION"))
}

/// 415; its name differs between the chapters of the manual.
pub(crate) fn unsupported_content_type(is_get: bool) -> Answer {
    let name = if is_get { "MoleculerError" } else { "UnsupportedContentType" };
    error(415, name, "Unsupported content type", None)
}

/// The system's own errors.
pub(crate) fn server_error(status: u16) -> Answer {
    match status {
        422 => error(422, "MoleculerError", "Click creating failed", Some("ERROR_PARTNER_PLATFORM")),
        500 => error(500, "MoleculerError", "Can't create lead", Some("ERROR_FSM")),
        503 => error(503, "ServiceUnavailableError", "Service unavailable", None),
        504 => error(504, "RequestTimeoutError", "Request is timed out", Some("REQUEST_TIMEOUT")),
        other => error(other, "MoleculerError", "Internal error", None),
    }
}

#[derive(Serialize)]
struct FixableInput<'a> {
    lead_uuid: Option<Uuid>,
    #[serde(rename = "errorMessage")]
    error_message: &'a str,
    #[serde(rename = "errorType")]
    error_type: &'a str,
    #[serde(rename = "autoLoginUrl")]
    auto_login_url: &'a str,
    #[serde(rename = "externalLeadId")]
    external_lead_id: &'a str,
    #[serde(rename = "requiredResponseFields")]
    required: [(); 0],
}

/// 422 of a push: there is no lead.
pub(crate) fn fixable_input(message: &str) -> Answer {
    let data = FixableInput {
        lead_uuid: None,
        error_message: message,
        error_type: "FIXABLE_INPUT",
        auto_login_url: "",
        external_lead_id: "",
        required: [],
    };
    let kind = Some("FIXABLE_INPUT");
    let body =
        Envelope { name: "MoleculerError", message: "Validation Error", code: 422, kind, data: Some(data) };
    Answer::json(422, &body)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rejected<'a> {
    lead_uuid: Uuid,
    error_message: &'a str,
    error_type: &'a str,
    auto_login_url: &'a str,
    external_lead_id: &'a str,
    required_response_fields: Vec<Fields>,
}

/// 400 of a push: there is a lead, and nobody took it.
pub(crate) fn rejected(lead_uuid: Uuid, rejection: &Rejection, body: &Map<String, Value>) -> Answer {
    let error_type = rejection.error_type.as_str();
    let named = |key: &String| match body.get(key) {
        Some(value) => Some(Fields::default().with("key", key.clone()).with("value", value.clone())),
        // Asked for and not given: the key alone, unless it is the usual e-mail.
        None if key == "email" => None,
        None => Some(Fields::default().with("key", key.clone()).with("value", Value::Null)),
    };
    let data = Rejected {
        lead_uuid,
        error_message: &rejection.message,
        error_type,
        auto_login_url: "",
        external_lead_id: "",
        required_response_fields: rejection.required.iter().filter_map(named).collect(),
    };
    let envelope = Envelope {
        name: "MoleculerError",
        message: &rejection.message,
        code: 400,
        kind: Some(error_type),
        data: Some(data),
    };
    Answer::json(400, &envelope)
}

/// 422 of a list: every violation of the query.
pub(crate) fn invalid_query(violations: Vec<Fields>) -> Answer {
    let kind = Some("VALIDATION_ERROR");
    let message = "Parameters validation error!";
    Answer::json(422, &Envelope { name: "ValidationError", message, code: 422, kind, data: Some(violations) })
}

/// 400 `INVALID_REQUEST_BODY`, with the body that was sent and what is wrong with it.
pub(crate) fn invalid_request_body(body: &str, reason: &str) -> Answer {
    let data = Fields::default().with("body", body).with("error", reason);
    let kind = Some("INVALID_REQUEST_BODY");
    let message = "Invalid request body";
    Answer::json(
        400,
        &Envelope { name: "InvalidRequestBodyError", message, code: 400, kind, data: Some(data) },
    )
}

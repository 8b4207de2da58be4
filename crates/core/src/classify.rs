//! What an answer means, told from status, headers, body and the operation's own rules. Pure.

use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};
use serde_json::Value;

use crate::operation::{Answers, Format, NotYet};

/// What an answer means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Class {
    /// A success, or an outcome that `decode` turns into one.
    Success,
    /// The vendor had a fault: nobody can tell whether it acted before.
    Server(Fault),
    /// The answer is not there yet.
    NotYet(Fault),
    /// Too many calls.
    RateLimited(Fault),
    /// A redirect.
    Redirect,
    /// Credentials.
    Unauthorized(Fault),
    /// The vendor refused.
    Refused(Fault),
    /// A 2xx that is not what a success looks like.
    Unreadable(&'static str),
}

/// The vendor's own words about a failure.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) code: Option<String>,
    pub(crate) message: Option<String>,
    pub(crate) field: Option<String>,
}

/// Classifies a whole answer.
pub(crate) fn classify(answers: &Answers, status: StatusCode, headers: &HeaderMap, body: &Bytes) -> Class {
    if status.is_success() {
        return success(answers, headers, body);
    }
    let value: Option<Value> = serde_json::from_slice(body).ok();
    let fault = value.as_ref().map(|value| fault(answers, value)).unwrap_or_default();
    if outcome(answers, status, value.as_ref(), fault.code.as_deref()) {
        return Class::Success;
    }
    by_status(answers, status, fault)
}

fn by_status(answers: &Answers, status: StatusCode, fault: Fault) -> Class {
    if answers.not_yet(&fault).is_some() {
        return Class::NotYet(fault);
    }
    if status.is_server_error() || unsettled(answers, &fault) {
        return Class::Server(fault);
    }
    if limited(answers, &fault) {
        return Class::RateLimited(fault);
    }
    match status {
        StatusCode::TOO_MANY_REQUESTS => Class::RateLimited(fault),
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Class::Unauthorized(fault),
        status if status.is_redirection() => Class::Redirect,
        _ => Class::Refused(fault),
    }
}

fn success(answers: &Answers, headers: &HeaderMap, body: &Bytes) -> Class {
    if body.iter().all(u8::is_ascii_whitespace) {
        return match answers.format {
            Format::Empty | Format::Text => Class::Success,
            _ if answers.may_be_empty => Class::Success,
            _ => Class::Unreadable("the body is empty"),
        };
    }
    let text = matches!(answers.format, Format::Text | Format::TextOrJson) && answers.failure.is_none();
    if if text { is_page(body) } else { is_html(headers, body) } {
        return Class::Unreadable("the body is HTML");
    }
    let Some((path, words)) = answers.success else {
        return unless_marked(answers, body);
    };
    // A mark needs the value; a bare array or number has none to show.
    let Ok(value) = serde_json::from_slice::<Value>(body) else {
        return Class::Unreadable("the body is not whole JSON");
    };
    let mark = at(&value, path).and_then(word);
    if mark.as_deref().is_some_and(|mark| words.contains(&mark)) {
        return Class::Success;
    }
    let fault = fault(answers, &value);
    if outcome(answers, StatusCode::OK, Some(&value), fault.code.as_deref()) {
        return Class::Success;
    }
    if answers.not_yet(&fault).is_some() {
        return Class::NotYet(fault);
    }
    if unsettled(answers, &fault) {
        return Class::Server(fault);
    }
    match (&mark, &fault.code) {
        (None, None) => Class::Unreadable("the body has no mark of success"),
        (_, Some(code))
            if matches!(code.as_str(), "401" | "403") || answers.unauthorized.contains(&code.as_str()) =>
        {
            Class::Unauthorized(fault)
        }
        (_, Some(code)) if code == "429" || limited(answers, &fault) => Class::RateLimited(fault),
        _ => Class::Refused(fault),
    }
}

/// A success unless the body carries the mark of failure; what is not JSON carries none.
fn unless_marked(answers: &Answers, body: &Bytes) -> Class {
    let Some((path, words)) = answers.failure else {
        return Class::Success;
    };
    if !could_say(body, words) {
        return Class::Success;
    }
    let Ok(value) = serde_json::from_slice::<Value>(body) else {
        return Class::Success;
    };
    if !at(&value, path).and_then(word).is_some_and(|mark| words.contains(&mark.as_str())) {
        return Class::Success;
    }
    let fault = fault(answers, &value);
    let code = fault.code.as_deref();
    if outcome(answers, StatusCode::OK, Some(&value), code) {
        return Class::Success;
    }
    if code.is_some_and(|code| answers.unauthorized.contains(&code)) {
        return Class::Unauthorized(fault);
    }
    // A code in the body that is a status of an error means what the status would.
    let status = code.and_then(|code| code.parse().ok()).filter(|code| (400..600).contains(code));
    let status = status.and_then(|code| StatusCode::from_u16(code).ok()).unwrap_or(StatusCode::BAD_REQUEST);
    by_status(answers, status, fault)
}

/// Whether one of the words can be in the body at all, plainly or by an escape: most answers need no parser.
fn could_say(body: &Bytes, words: &[&str]) -> bool {
    let says = |word: &&str| {
        let (word, first) = (word.as_bytes(), word.as_bytes().first());
        // Most places begin with another letter, which is quicker to see.
        body.windows(word.len().max(1)).any(|part| part.first() == first && part == word)
    };
    body.contains(&b'\\') || words.iter().any(says)
}

/// Whether an error of the vendor's is an outcome that the caller wants as a value.
fn outcome(answers: &Answers, status: StatusCode, value: Option<&Value>, code: Option<&str>) -> bool {
    let listed = code.is_some_and(|code| answers.outcomes.contains(&code));
    let marked = answers.also.iter().any(|(also, paths)| {
        *also == status.as_u16()
            && value.is_some_and(|value| {
                paths.iter().any(|path| at(value, path).is_some_and(|found| says(answers, *also, found)))
            })
    });
    listed || marked
}

/// Whether what stands at the path of an outcome is one.
fn says(answers: &Answers, status: u16, found: &Value) -> bool {
    match answers.also_says.iter().find(|(said, _)| *said == status) {
        Some((_, texts)) => word(found).is_some_and(|found| texts.iter().any(|text| found.contains(text))),
        None => !found.is_null(),
    }
}

impl Answers {
    /// The patience that the vendor asks for with its code.
    pub(crate) fn not_yet(&self, fault: &Fault) -> Option<&'static NotYet> {
        let code = fault.code.as_deref()?;
        self.not_yet.iter().find(|not_yet| not_yet.code == code)
    }
}

fn limited(answers: &Answers, fault: &Fault) -> bool {
    fault.code.as_deref().is_some_and(|code| answers.limited.contains(&code))
}

fn unsettled(answers: &Answers, fault: &Fault) -> bool {
    fault.code.as_deref().is_some_and(|code| answers.unsettled.contains(&code))
}

/// HTML by its first character or its content type; a vendor that sends JSON as `text/html` exists.
fn is_html(headers: &HeaderMap, body: &Bytes) -> bool {
    let first = body.iter().find(|byte| !byte.is_ascii_whitespace());
    let declared = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.as_bytes().first_chunk::<9>())
        .is_some_and(|start| start.eq_ignore_ascii_case(b"text/html"));
    first == Some(&b'<') || declared && !matches!(first, Some(b'{' | b'['))
}

/// A page of HTML where text was asked for, which may be XML: no table and no feed begins so, whatever it is declared as.
fn is_page(body: &Bytes) -> bool {
    let starts = |with: &str| {
        body.trim_ascii_start()
            .get(..with.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(with.as_bytes()))
    };
    starts("<!doctype html") || starts("<html")
}

/// What the vendor says of a failure in a body.
pub(crate) fn fault(answers: &Answers, value: &Value) -> Fault {
    let first = |paths: &[&str]| {
        paths.iter().find_map(|path| at(value, path).and_then(word)).filter(|text| !text.is_empty())
    };
    Fault { code: first(answers.code), message: first(answers.message), field: first(answers.field) }
}

/// The value at a dotted path; a number picks an item of a list.
pub(crate) fn at<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').filter(|step| !step.is_empty()).try_fold(value, |value, step| match value {
        Value::Object(entries) => entries.get(step),
        Value::Array(items) => step.parse::<usize>().ok().and_then(|index| items.get(index)),
        _ => None,
    })
}

/// A scalar as text.
pub(crate) fn word(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MARKED: Answers = Answers {
        success: Some(("status", &["ok"])),
        code: &["error"],
        not_yet: &[NotYet { code: "soon", wait: std::time::Duration::from_secs(2), attempts: 6 }],
        unauthorized: &["auth"],
        unsettled: &["db"],
        limited: &["busy"],
        also: &[(200, &["rows.0"]), (500, &["error"])],
        also_says: &[(500, &["no result"])],
        outcomes: &["duplicate"],
        ..Answers::JSON
    };
    const PLAIN: Answers = Answers {
        code: &["data.errorType", "type"],
        message: &["data.errorMessage", "message"],
        field: &["data.0.field"],
        unsettled: &["QUEUE_FULL"],
        also: &[(400, &["data.leadUuid"])],
        ..Answers::JSON
    };

    const UNDOCUMENTED: Answers = Answers {
        format: Format::Text,
        failure: Some(("status", &["fail"])),
        code: &["code"],
        unauthorized: &["auth"],
        ..Answers::JSON
    };

    const NOTHING: Answers = Answers { format: Format::Empty, ..Answers::JSON };
    const TEXT: Answers = Answers { format: Format::Text, ..Answers::JSON };

    fn class(answers: &Answers, status: u16, body: &'static str) -> &'static str {
        let status = StatusCode::from_u16(status).unwrap_or_default();
        match classify(answers, status, &HeaderMap::new(), &Bytes::from_static(body.as_bytes())) {
            Class::Success => "success",
            Class::Server(_) => "server",
            Class::NotYet(_) => "not yet",
            Class::RateLimited(_) => "limited",
            Class::Redirect => "redirect",
            Class::Unauthorized(_) => "unauthorized",
            Class::Refused(_) => "refused",
            Class::Unreadable(_) => "unreadable",
        }
    }

    #[test]
    fn answers_are_told_apart_by_status_mark_and_code() {
        let table = [
            (&MARKED, 200, r#"{"status":"ok","id":1}"#, "success"),
            (&MARKED, 200, r#"{"status":"error","error":"duplicate","id":1}"#, "success"),
            (&MARKED, 200, r#"{"status":"error","error":"db"}"#, "server"),
            (&MARKED, 200, r#"{"status":"error","error":"soon"}"#, "not yet"),
            (&MARKED, 200, r#"{"status":"error","error":"busy"}"#, "limited"),
            (&MARKED, 400, r#"{"status":"error","error":"busy"}"#, "limited"),
            (&MARKED, 200, r#"{"status":"error","error":"auth","rows":[1]}"#, "success"),
            (&MARKED, 200, r#"{"status":"error","error":"traffic","rows":[]}"#, "refused"),
            (&MARKED, 500, r#"{"error":"there is no result yet"}"#, "success"),
            (&MARKED, 500, r#"{"error":"internal"}"#, "server"),
            (&MARKED, 500, r#"{"error":{"text":"no result"}}"#, "server"),
            (&MARKED, 503, r#"{"status":"error","error":"soon"}"#, "not yet"),
            (&MARKED, 200, r#"{"status":"error","error":"auth"}"#, "unauthorized"),
            (&MARKED, 200, r#"{"status":"error","error":"traffic"}"#, "refused"),
            (&MARKED, 200, r#"{"id":1}"#, "unreadable"),
            (&MARKED, 200, r#"{"status":"ok","#, "unreadable"),
            (&MARKED, 200, "<html>", "unreadable"),
            (&MARKED, 200, " ", "unreadable"),
            (&PLAIN, 200, "[]", "success"),
            (&PLAIN, 200, "\n<!doctype html>", "unreadable"),
            (&PLAIN, 400, r#"{"data":{"leadUuid":"x","errorType":"UNKNOWN"}}"#, "success"),
            (&PLAIN, 400, r#"{"data":{"leadUuid":null}}"#, "refused"),
            (&PLAIN, 429, r#"{"type":"QUEUE_FULL"}"#, "server"),
            (&PLAIN, 429, "{}", "limited"),
            (&PLAIN, 401, "{}", "unauthorized"),
            (&PLAIN, 403, "<html>", "unauthorized"),
            (&PLAIN, 302, "", "redirect"),
            (&PLAIN, 304, "", "redirect"),
            (&PLAIN, 404, "", "refused"),
            (&PLAIN, 503, "", "server"),
            (&UNDOCUMENTED, 200, "", "success"),
            (&UNDOCUMENTED, 200, "OK", "success"),
            (&UNDOCUMENTED, 200, r#"{"status":"success"}"#, "success"),
            (&UNDOCUMENTED, 200, r#"{"status":"fail","code":400}"#, "refused"),
            (&UNDOCUMENTED, 200, r#"{"status":"fail"}"#, "refused"),
            (&UNDOCUMENTED, 200, r#"{"status":"f\u0061il","code":401}"#, "unauthorized"),
            (&UNDOCUMENTED, 200, r#"{"status":"success","note":"did not fail"}"#, "success"),
            (&UNDOCUMENTED, 200, r#"{"status":"fail","code":"401"}"#, "unauthorized"),
            (&UNDOCUMENTED, 200, r#"{"status":"fail","code":403}"#, "unauthorized"),
            (&UNDOCUMENTED, 200, r#"{"status":"fail","code":"auth"}"#, "unauthorized"),
            (&UNDOCUMENTED, 200, r#"{"status":"fail","code":503}"#, "server"),
            (&UNDOCUMENTED, 200, r#"{"status":"fail","code":429}"#, "limited"),
            (&UNDOCUMENTED, 200, "<html>", "unreadable"),
            (&UNDOCUMENTED, 403, r#"{"status":"fail","code":403}"#, "unauthorized"),
            (&NOTHING, 204, "", "success"),
            (&NOTHING, 200, "{}", "success"),
            (&NOTHING, 200, "<html>", "unreadable"),
            (&TEXT, 200, "", "success"),
            (&TEXT, 200, "<?xml version=\"1.0\"?><campaigns/>", "success"),
            (&TEXT, 200, "\n<!DOCTYPE html><p>be back soon", "unreadable"),
            (&TEXT, 200, "<HTML>", "unreadable"),
        ];
        for (answers, status, body, expected) in table {
            assert_eq!(class(answers, status, body), expected, "{status} {body}");
        }
    }

    #[test]
    fn the_vendors_words_are_found_in_the_first_place_that_has_them() {
        let value = serde_json::json!({"type": "T", "message": "m", "data": [{"field": "per_page"}]});
        let fault = fault(&PLAIN, &value);
        assert_eq!(fault.code.as_deref(), Some("T"));
        assert_eq!(fault.message.as_deref(), Some("m"));
        assert_eq!(fault.field.as_deref(), Some("per_page"));
    }
}

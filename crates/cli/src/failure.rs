//! Why a command did not end well, for people on stderr and for programs as one JSON object on stdout.

use std::{fmt::Display, io};

use afflux_core::{
    Error,
    response::{Attempt, Raw},
};
use serde_json::{Map, Value, json};

use crate::{exit::Exit, secrets};

/// A command's end that is not plain success.
#[derive(Debug)]
pub(crate) struct Failure {
    /// How the program ends.
    pub(crate) exit: Exit,
    /// For people; empty where everything has been said already.
    text: String,
    /// For programs; `None` where nobody reads any more.
    object: Option<Map<String, Value>>,
}

impl Failure {
    fn new(exit: Exit, kind: &str, delivery: &str, text: impl Into<String>) -> Self {
        let text = text.into();
        let mut object = Map::new();
        object.insert("kind".to_owned(), json!(kind));
        object.insert("delivery".to_owned(), json!(delivery));
        for absent in ["status", "code", "vendor_message"] {
            object.insert(absent.to_owned(), Value::Null);
        }
        object.insert("message".to_owned(), json!(text));
        object.insert("attempts".to_owned(), json!([]));
        object.insert("raw_body".to_owned(), Value::Null);
        object.insert("exit_code".to_owned(), json!(exit.code()));
        Self { exit, text, object: Some(object) }
    }

    /// Wrong usage or input: nothing was sent.
    pub(crate) fn usage(text: impl Into<String>) -> Self {
        Self::new(Exit::Usage, "usage", "not-sent", text.into())
    }

    /// Credentials or configuration that cannot be used: nothing was sent.
    pub(crate) fn configuration(text: impl Into<String>) -> Self {
        Self::new(Exit::Usage, "configuration", "not-sent", text.into())
    }

    /// Parameters that do not fit: nothing was sent.
    pub(crate) fn validation(text: String, field: Option<&str>) -> Self {
        let mut failure = Self::new(Exit::Usage, "validation", "not-sent", text);
        failure.set("field", json!(field));
        failure
    }

    /// A local file failed while `what`.
    pub(crate) fn file(what: impl Display, error: &io::Error) -> Self {
        Self::new(Exit::File, "io", "not-sent", format!("{what}: {error}"))
    }

    /// A local file holds what it must not.
    pub(crate) fn broken_file(text: impl Into<String>) -> Self {
        Self::new(Exit::File, "io", "not-sent", text.into())
    }

    /// The demo did not show what it promises.
    pub(crate) fn broken_promise(text: impl Into<String>) -> Self {
        Self::new(Exit::Refused, "demo", "answered", text)
    }

    /// Stopped by Ctrl-C, after what was in flight had ended.
    pub(crate) fn interrupted() -> Self {
        Self::new(Exit::Interrupted, "interrupted", "answered", "interrupted".to_owned())
    }

    /// The vendor answered, and the answer is an outcome but no success. `body` is masked.
    pub(crate) fn refused(raw: &Raw, body: &[u8]) -> Self {
        let status = raw.status().as_u16();
        let mut failure = Self::refusal(status, &String::from_utf8_lossy(body), raw.attempts());
        let operation = raw.operation();
        let body: Option<Value> = serde_json::from_slice(body).ok();
        let text = |paths: &[&str]| {
            let find =
                |path: &&str| body.as_ref()?.pointer(&format!("/{}", path.replace('.', "/")))?.as_str();
            paths.iter().find_map(find).map(str::to_owned)
        };
        let (code, message) = (text(operation.answers.code), text(operation.answers.message));
        failure.text =
            format!("{}: {} {} was refused: {status}", operation.vendor, operation.method, operation.path);
        let words: Vec<&str> = [&code, &message].into_iter().filter_map(Option::as_deref).collect();
        if !words.is_empty() {
            let words = words.join(": ").replace(['\n', '\r'], " ");
            failure.text.push_str("\n  the vendor says ");
            failure.text.push_str(&words);
        }
        failure.set("code", json!(code));
        failure.set("message", json!(failure.text.replace("\n  ", ". ")));
        failure.set("vendor_message", json!(message));
        failure.set("request_id", json!(raw.request_id().to_string()));
        failure
    }

    /// As [`Failure::refused`], where the answer was decoded already and told to the person.
    pub(crate) fn refusal(status: u16, raw_body: &str, attempts: &[Attempt]) -> Self {
        let mut failure = Self::new(Exit::Refused, "refused", "answered", "");
        failure.set("status", json!(status));
        failure.set("raw_body", json!(raw_body));
        failure.set("attempts", attempts_json(attempts));
        failure
    }

    /// The reader of stdout has gone away: nothing is left to say, and nothing went wrong.
    pub(crate) fn closed_pipe() -> Self {
        Self { exit: Exit::Done, text: String::new(), object: None }
    }

    /// A file job whose rows did not all end well; `summary` has been printed for people already.
    pub(crate) fn rows(exit: Exit, summary: &str, details: Map<String, Value>) -> Self {
        let (kind, delivery) = match exit {
            Exit::Unknown => ("unknown-rows", "unknown"),
            Exit::NotDelivered => ("rows-not-delivered", "not-sent"),
            Exit::Interrupted => ("interrupted", "answered"),
            _ => ("refused-rows", "answered"),
        };
        let mut failure = Self::new(exit, kind, delivery, summary.to_owned());
        failure.text = String::new();
        if let Some(object) = &mut failure.object {
            object.extend(details);
        }
        failure
    }

    /// Takes secret values out of everything that is said.
    pub(crate) fn mask(&mut self, secrets: &[String]) {
        self.text = secrets::without(&self.text, secrets);
        for member in ["message", "vendor_message", "raw_body"] {
            if let Some(Value::String(text)) = self.object.as_mut().and_then(|object| object.get_mut(member))
            {
                *text = secrets::without(text, secrets);
            }
        }
    }

    /// Replaces a member of the object.
    pub(crate) fn set(&mut self, name: &str, value: Value) {
        if let Some(object) = &mut self.object {
            object.insert(name.to_owned(), value);
        }
    }

    /// The text for people; empty where everything has been said.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The object for programs.
    pub(crate) fn object(&self) -> Option<String> {
        self.object.as_ref().map(|object| Value::Object(object.clone()).to_string())
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let text = format!("{error:#}");
        let mut failure = Self::new(Exit::of(&error), error.kind().word(), error.delivery().word(), text);
        failure.set("status", json!(error.status().map(|status| status.as_u16())));
        failure.set("code", json!(error.vendor_code()));
        failure.set("message", json!(error.to_string()));
        failure.set("vendor_message", json!(error.message()));
        failure.set("attempts", attempts_json(error.attempts()));
        failure.set("raw_body", json!(error.raw_body().map(|body| String::from_utf8_lossy(body))));
        failure.set("field", json!(error.field()));
        failure.set("retry_after_seconds", json!(error.retry_after().map(|wait| wait.as_secs_f64())));
        failure.set("request_id", json!(error.request_id().map(|id| id.to_string())));
        failure.set("next", json!(error.next_step()));
        failure
    }
}

fn attempts_json(attempts: &[Attempt]) -> Value {
    attempts
        .iter()
        .map(|attempt| {
            json!({
                "delivery": attempt.delivery.word(),
                "status": attempt.status.map(|status| status.as_u16()),
                "outcome": attempt.outcome,
                "seconds": attempt.took.as_secs_f64(),
            })
        })
        .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_object_has_every_documented_member_and_the_exit_code() {
        for failure in [
            Failure::usage("no"),
            Failure::from(Error::configuration("no")),
            Failure::refusal(400, "{}", &[]),
        ] {
            let object: Value = serde_json::from_str(&failure.object().unwrap()).unwrap();
            for member in [
                "kind",
                "delivery",
                "status",
                "code",
                "message",
                "vendor_message",
                "attempts",
                "raw_body",
                "exit_code",
            ] {
                assert!(object.get(member).is_some(), "{member} in {object}");
            }
            assert_eq!(object.get("exit_code"), Some(&json!(failure.exit.code())));
        }
    }
}

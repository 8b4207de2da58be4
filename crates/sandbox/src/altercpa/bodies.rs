//! The exact bodies of the vendor, with their members in the manual's order.

use serde_json::Value;

use super::switches::{ContentType, EmptyValues, Integers, Switches};
use crate::fields::Fields;
use crate::wire::Answer;

/// The codes of errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Code {
    Auth,
    NoId,
    BadId,
    Traffic,
    Duplicate,
    Db,
    Edit,
    NoClick,
    NoOffer,
}

impl Code {
    fn as_str(self) -> &'static str {
        match self {
            Code::Auth => "auth",
            Code::NoId => "no-id",
            Code::BadId => "bad-id",
            Code::Traffic => "traffic",
            Code::Duplicate => "duplicate",
            Code::Db => "db",
            Code::Edit => "edit",
            Code::NoClick => "no-click",
            Code::NoOffer => "no-offer",
        }
    }
}

/// A success that tells members beside its status.
pub(super) struct Success<'a> {
    switches: &'a Switches,
    fields: Fields,
}

impl<'a> Success<'a> {
    pub(super) fn new(switches: &'a Switches) -> Self {
        Self { switches, fields: Fields::default().with("status", "ok") }
    }

    /// An id or a time.
    pub(super) fn integer(self, name: &str, value: Option<impl Into<i64>>) -> Self {
        let value = value.map(|value| integer(self.switches, value.into()));
        self.member(name, value)
    }

    /// A text.
    pub(super) fn text(self, name: &str, value: Option<&str>) -> Self {
        self.member(name, value.filter(|text| !text.is_empty()).map(Value::from))
    }

    /// Anything, or the absence of it in the way that is switched on.
    pub(super) fn member(mut self, name: &str, value: Option<Value>) -> Self {
        let value = value.or(match self.switches.empty_values {
            EmptyValues::Omitted => None,
            EmptyValues::False => Some(Value::Bool(false)),
            EmptyValues::Null => Some(Value::Null),
            EmptyValues::EmptyText => Some(Value::from("")),
        });
        if let Some(value) = value {
            self.fields = self.fields.with(name, value);
        }
        self
    }

    pub(super) fn answer(self) -> Answer {
        write(self.switches, 200, &self.fields)
    }
}

/// `{"status":"ok","id":N}`.
pub(super) fn done(switches: &Switches, id: u64) -> Answer {
    write(switches, 200, &Fields::default().with("status", "ok").with("id", integer(switches, wire_id(id))))
}

/// `{"status":"error","error":CODE}`.
pub(super) fn error(switches: &Switches, code: Code) -> Answer {
    write(switches, switches.error_status, &failure(code))
}

/// `{"status":"error","error":CODE,"id":N}`.
pub(super) fn error_with_id(switches: &Switches, code: Code, id: u64) -> Answer {
    let fields = failure(code).with("id", integer(switches, wire_id(id)));
    write(switches, switches.error_status, &fields)
}

/// An id as answers write it; ids beyond its range are never given.
pub(super) fn wire_id(id: u64) -> i64 {
    i64::try_from(id).unwrap_or(i64::MAX)
}

/// The page of the web server in front, for what never comes to the API.
pub(super) fn page(status: u16, words: &str) -> Answer {
    let page = format!(
        "<html>\r\n<head><title>{status} {words}</title></head>\r\n<body>\r\n<center><h1>{status} {words}</h1></center>\r\n\
         <hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
    );
    Answer::new(status, Some("text/html; charset=utf-8"), page)
}

fn failure(code: Code) -> Fields {
    Fields::default().with("status", "error").with("error", code.as_str())
}

fn integer(switches: &Switches, value: i64) -> Value {
    match switches.integers {
        Integers::Number => Value::from(value),
        Integers::Text => Value::from(value.to_string()),
    }
}

fn write(switches: &Switches, status: u16, fields: &Fields) -> Answer {
    let mut answer = Answer::json(status, fields);
    if switches.content_type == ContentType::Html {
        answer.headers = vec![("Content-Type", "text/html; charset=utf-8".to_owned())];
    }
    answer
}

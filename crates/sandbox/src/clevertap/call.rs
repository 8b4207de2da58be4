//! A call that has come to its operation, and what the vendor's own table says is wrong with it.

use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};
use serde_json::Value;

use super::bodies;
use crate::clock::{Clock, elapsed};
use crate::fault::Twist;
use crate::spec::{Operation, Rule, Violation};
use crate::wire::{Answer, Request};

/// A call.
pub(super) struct Call<'a> {
    pub(super) operation: &'a Operation,
    pub(super) request: &'a Request,
    /// `Null` before it is read, and when there is none.
    pub(super) body: Value,
    pub(super) twist: Option<Twist>,
    pub(super) clock: &'a Clock,
    /// Scheme, host and port of this server.
    pub(super) origin: &'a str,
}

impl Call<'_> {
    /// Reads the body and holds the call against the table.
    pub(super) fn read(mut self) -> Result<Self, Answer> {
        if !self.request.body.is_empty() {
            let body = serde_json::from_slice(&self.request.body).map_err(|_| bodies::malformed())?;
            self.body = accepted_too(&self.operation.id, body);
        }
        let operation = self.operation;
        let query = operation.check_query(&self.request.query);
        let body = operation.check_body(&self.body);
        match query.into_iter().chain(body).next() {
            Some(violation) => Err(self.refused(&words(&violation))),
            None => Ok(self),
        }
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A refusal with 400, in the way of the operation's page.
    pub(super) fn refused(&self, error: &str) -> Answer {
        if self.request.path.starts_with("/v2/") {
            return bodies::message(400, error);
        }
        bodies::refused(400, error)
    }

    /// A text of the body.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.body.get(name).and_then(Value::as_str)
    }

    /// A number of the query, held within its bounds.
    pub(super) fn count(&self, name: &str, default: usize) -> usize {
        self.request.query(name).and_then(|text| text.parse().ok()).unwrap_or(default)
    }

    /// The segment of the path at this place, counted from 0 and decoded.
    pub(super) fn segment(&self, place: usize) -> String {
        let segment = self.request.path.split('/').filter(|part| !part.is_empty()).nth(place);
        percent_encoding::percent_decode_str(segment.unwrap_or_default()).decode_utf8_lossy().into_owned()
    }

    /// Whether a length of time of the vendor is over since `then`.
    pub(super) fn is_over(&self, then: Timestamp, length: Duration) -> bool {
        elapsed(self.now(), then) >= self.clock.scaled(length)
    }

    /// What is told of a change: everything that was sent.
    pub(super) fn sent(&self) -> Value {
        let mut sent = match &self.body {
            Value::Object(members) => members.clone(),
            Value::Null => serde_json::Map::new(),
            other => serde_json::Map::from_iter([("body".to_owned(), other.clone())]),
        };
        for (name, value) in &self.request.query {
            sent.entry(name.clone()).or_insert_with(|| Value::from(value.clone()));
        }
        Value::Object(sent)
    }
}

/// Forms that the vendor takes beside those of the table.
fn accepted_too(operation: &str, mut body: Value) -> Value {
    match operation {
        "deleteProfiles" => {
            for name in ["identity", "guid"] {
                if let Some(single) = body.get_mut(name).filter(|value| value.is_string()) {
                    *single = Value::from(vec![single.clone()]);
                }
            }
        }
        "reportMessages" => {
            for name in ["from", "to"] {
                if let Some(day) = body.get_mut(name).filter(|value| value.is_number()) {
                    *day = Value::from(day.to_string());
                }
            }
        }
        _ => {}
    }
    body
}

/// What is wrong, in our words.
fn words(violation: &Violation) -> String {
    let field = if violation.field.is_empty() { "Request body" } else { violation.field.as_str() };
    match &violation.rule {
        Rule::Required => format!("{field} is mandatory"),
        Rule::MaxItems(most) => format!("Max {most} are allowed"),
        Rule::MinItems(_) | Rule::MinLength(_) => format!("{field} cannot be empty"),
        _ => format!("{field} is invalid"),
    }
}

/// The zone of the project.
pub(super) fn zone(minutes: i32) -> TimeZone {
    TimeZone::fixed(Offset::from_seconds(minutes.saturating_mul(60)).unwrap_or(Offset::UTC))
}

/// The day of a time, in the zone.
pub(super) fn day(seconds: i64, zone: &TimeZone) -> Date {
    Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX).to_zoned(zone.clone()).date()
}

/// `YYYYMMDD`.
pub(super) fn number_of(day: Date) -> i64 {
    i64::from(day.year()) * 10_000 + i64::from(day.month()) * 100 + i64::from(day.day())
}

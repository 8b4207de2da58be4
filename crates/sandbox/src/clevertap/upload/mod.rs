//! Uploads: events, profiles and device tokens in batches, each record accepted or rejected for itself.

mod check;
mod rules;

use jiff::Timestamp;
use serde_json::{Map, Value};

use self::check::{Checked, Rejected, check};
pub use self::rules::RecordRule;
pub(super) use self::rules::Rules;
use super::bodies;
use super::events::Event;
use super::profiles::Token;
use super::state::State;
use super::switches::MixedKinds;
use crate::fields::Fields;
use crate::wire::{Answer, Request};

const MOST_RECORDS: usize = 1000;
const MOST_TOKENS: usize = 100;

/// Answers an upload.
pub(super) fn answer(state: &mut State, request: &Request, now: Timestamp) -> Answer {
    let body = serde_json::from_slice::<Value>(&request.body).ok();
    let Some(records) = body.as_ref().and_then(|body| body.get("d")).and_then(Value::as_array) else {
        return bodies::malformed();
    };
    if let Some(refusal) = refused_as_a_whole(state, records) {
        return refusal;
    }
    let dry = request.query("dryRun") == Some("1");
    let mut unprocessed = Vec::new();
    for (index, record) in records.iter().enumerate() {
        let outcome = match state.rules.strikes(record) {
            Some(rejected) => Err(rejected),
            None => check(state, record, now),
        };
        match outcome {
            Ok(checked) if !dry => store(state, checked, record, now),
            Ok(_) => {}
            Err(rejected) => unprocessed.push(told(&rejected, index + 1, record)),
        }
    }
    let processed = records.len() - unprocessed.len();
    let status = match (processed, unprocessed.len()) {
        (_, 0) => "success",
        (0, _) => "fail",
        _ => "partial",
    };
    let body = Fields::default().with("status", status).with("processed", processed);
    let answer = bodies::ok(&body.with_list("unprocessed", unprocessed));
    if dry || processed == 0 { answer } else { answer.committed() }
}

fn refused_as_a_whole(state: &State, records: &[Value]) -> Option<Answer> {
    let kind = |record: &Value| record.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
    let has_tokens = records.iter().any(|record| kind(record) == "token");
    let most = if has_tokens { MOST_TOKENS } else { MOST_RECORDS };
    if records.len() > most {
        return Some(bodies::refused(400, &format!("Max {most} are allowed")));
    }
    let first = records.first().map(kind)?;
    let is_mixed = records.iter().any(|record| kind(record) != first);
    (is_mixed && state.switches.mixed_kinds == MixedKinds::Refused).then(bodies::malformed)
}

fn store(state: &mut State, checked: Checked, record: &Value, now: Timestamp) {
    match checked {
        Checked::Event { who, name, timestamp, properties, source } => {
            let profile = state.profiles.find_or_create(&who);
            state.profiles.saw(profile, &name, timestamp);
            let identity = who.text().to_owned();
            let session = Map::new();
            let event = Event {
                number: 0,
                received_at: now,
                identity,
                name,
                timestamp,
                properties,
                session,
                source,
                profile,
            };
            let limit = state.switches.kept_events;
            state.events.store(event, record, limit);
        }
        Checked::Profile { who, data } => {
            let profile = state.profiles.find_or_create(&who);
            state.profiles.change(profile, &data);
        }
        Checked::Token { object, id, kind } => state.profiles.set_token(&object, Token { id, kind }),
    }
}

/// What is said of a record that was not accepted.
fn told(rejected: &Rejected, number: usize, record: &Value) -> Fields {
    Fields::default()
        .with("status", "fail")
        .with("code", rejected.code)
        .with("error", format!("{}Skipped record number : {number}", rejected.words))
        .with("record", echo(record))
}

/// The record as the vendor shows it: a phone number has become a number.
fn echo(record: &Value) -> Value {
    let mut shown = record.clone();
    let data = shown.get_mut("profileData").and_then(Value::as_object_mut);
    if let Some(phone) = data.and_then(|data: &mut Map<String, Value>| data.get_mut("Phone")) {
        let digits =
            phone.as_str().and_then(|text| text.strip_prefix('+')).and_then(|text| text.parse::<u64>().ok());
        if let Some(digits) = digits {
            *phone = Value::from(digits);
        }
    }
    shown
}

//! What is done to users: deletions, demerging, subscriptions, phone numbers, segments.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::bodies;
use super::call::Call;
use super::profiles::Who;
use super::state::State;
use crate::fields::Fields;
use crate::wire::Answer;

/// A segment and its users.
#[derive(Debug, Clone)]
pub(super) struct Segment {
    pub(super) id: u64,
    pub(super) name: String,
    pub(super) own_id: String,
    pub(super) users: BTreeSet<String>,
}

fn texts<'a>(body: &'a Value, name: &str) -> impl Iterator<Item = &'a str> {
    body.get(name).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

/// Deletes profiles.
pub(super) fn delete(state: &mut State, call: &Call<'_>) -> Answer {
    let given = (call.body.get("identity").is_some(), call.body.get("guid").is_some());
    if given.0 == given.1 {
        return call.refused("Exactly one of identity and guid is needed");
    }
    for identity in texts(&call.body, "identity") {
        state.profiles.delete(&Who::Identity(identity.to_owned()));
    }
    for guid in texts(&call.body, "guid") {
        state.profiles.delete(&Who::Object(guid.to_owned()));
    }
    bodies::done().committed()
}

/// Takes the identity off devices.
pub(super) fn demerge(state: &mut State, call: &Call<'_>) -> Answer {
    for identity in texts(&call.body, "identities") {
        state.profiles.detach(identity);
    }
    bodies::done().committed()
}

/// Subscribes or unsubscribes values, for every user who has one.
pub(super) fn subscribe(state: &mut State, call: &Call<'_>) -> Answer {
    each(call, |record| {
        let text = |name: &str| record.get(name).and_then(Value::as_str).unwrap_or_default();
        let (flag, value) = (text("type"), text("value"));
        let flag = match flag {
            "phone" => "MSG-sms",
            "email" => "MSG-email",
            _ => "MSG-whatsapp",
        };
        let wanted = Value::from(text("status") == "Resubscribe");
        state.profiles.change_where(
            |profile| [&profile.email, &profile.phone].into_iter().any(|held| held.as_deref() == Some(value)),
            flag,
            &wanted,
        );
        Ok(())
    })
}

/// Detaches phone numbers that are identities.
pub(super) fn disassociate(state: &mut State, call: &Call<'_>) -> Answer {
    each(call, |record| {
        let value = record.get("value").and_then(Value::as_str).unwrap_or_default();
        if state.profiles.detach(value) { Ok(()) } else { Err("Phone is not an identity. ") }
    })
}

/// Every record of `d` for itself, told as an upload is.
fn each(call: &Call<'_>, mut apply: impl FnMut(&Value) -> Result<(), &'static str>) -> Answer {
    let records = call.body.get("d").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let mut unprocessed = Vec::new();
    for (index, record) in records.iter().enumerate() {
        if let Err(words) = apply(record) {
            let error = format!("{words}Skipped record number : {}", index + 1);
            let told = Fields::default().with("status", "fail").with("code", 516).with("error", error);
            unprocessed.push(told.with("record", record.clone()));
        }
    }
    let processed = records.len() - unprocessed.len();
    let status = match (processed, unprocessed.len()) {
        (_, 0) => "success",
        (0, _) => "fail",
        _ => "partial",
    };
    let body = Fields::default().with("status", status).with("processed", processed);
    bodies::ok(&body.with_list("unprocessed", unprocessed)).committed()
}

/// Creates empty segments.
pub(super) fn create_segments(state: &mut State, call: &Call<'_>) -> Answer {
    let mut made = Vec::new();
    for asked in call.body.as_array().into_iter().flatten() {
        let text = |name: &str| asked.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let id = state.next_id();
        let segment = Segment {
            id,
            name: text("segment_name"),
            own_id: text("customer_segment_id"),
            users: BTreeSet::new(),
        };
        made.push(json!({"ct_segment_id": id, "customer_segment_id": segment.own_id}));
        state.segments.push(segment);
    }
    bodies::ok(&bodies::success().with("segments", made)).committed()
}

/// Adds users to segments and takes them out. What fails is told nowhere but in the dashboard.
pub(super) fn update_segments(state: &mut State, call: &Call<'_>) -> Answer {
    for bulk in call.body.get("bulk_profiles").and_then(Value::as_array).into_iter().flatten() {
        let list = |name: &str| bulk.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
        let users: Vec<String> = list("user_profiles")
            .iter()
            .filter_map(|user| user.get("guid").or_else(|| user.get("identity"))?.as_str().map(str::to_owned))
            .collect();
        for wanted in list("segments") {
            let id = wanted.get("ct_segment_id").and_then(Value::as_u64);
            let own = wanted.get("customer_segment_id").and_then(Value::as_str);
            let is_meant =
                |segment: &&mut Segment| id == Some(segment.id) || own == Some(segment.own_id.as_str());
            let Some(segment) = state.segments.iter_mut().find(is_meant) else { continue };
            for user in &users {
                if wanted.get("action").and_then(Value::as_str) == Some("REMOVE") {
                    segment.users.remove(user);
                } else {
                    segment.users.insert(user.clone());
                }
            }
        }
    }
    bodies::done().committed()
}

impl Segment {
    fn shown(&self) -> Value {
        json!({"id": self.id, "name": self.name, "customer_segment_id": self.own_id, "size": self.users.len()})
    }
}

/// A page of segments.
pub(super) fn list_segments(state: &State, call: &Call<'_>) -> Answer {
    let number = |name: &str, default: u64| call.body.get(name).and_then(Value::as_u64).unwrap_or(default);
    let limit = usize::try_from(number("limit", 20)).unwrap_or(20).max(1);
    let page = usize::try_from(number("page", 1)).unwrap_or(1).max(1);
    let segments = state.segments.iter().skip((page - 1).saturating_mul(limit)).take(limit);
    let shown: Vec<Value> = segments.map(Segment::shown).collect();
    let total = state.segments.len();
    bodies::ok(
        &bodies::success()
            .with("segments", shown)
            .with("total_pages", total.div_ceil(limit))
            .with("total_count", total),
    )
}

/// One segment.
pub(super) fn get_segment(state: &State, call: &Call<'_>) -> Answer {
    let id = call.body.get("segment_id").and_then(Value::as_u64);
    match state.segments.iter().find(|segment| Some(segment.id) == id) {
        Some(segment) => bodies::ok(&bodies::success().with("segment", segment.shown())),
        None => bodies::refused(404, "Segment not found"),
    }
}

//! Partnerize Tags: scripts for websites, and the features that they serve.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::call::{Call, Outcome, nothing, third};
use super::records::Record;
use super::refusal::{Class, Flaw, Refusal};
use super::state::{State, USER, own};
use super::switches::StrayColons;

/// The names and descriptions of all features.
const FEATURES: [(&str, &str); 2] = [
    ("tracking-link-generation", "Turns the links of a page into tracking links"),
    ("voucher-attribution", "Credits sales to the voucher codes that a page shows"),
];

/// A tag, and which features it serves.
#[derive(Debug)]
pub(super) struct Tag {
    pub(super) record: Record,
    /// By name, with their settings, in the order in which they were enabled.
    pub(super) features: Vec<(String, Value)>,
}

pub(super) fn answer(state: &mut State, call: &Call<'_>) -> Option<Outcome> {
    let colons = state.switches.stray_colons;
    Some(match call.operation {
        "listTags" => list(state, call),
        "createTag" => create(state, call),
        "getTag" => tag(state, call.captured("partnerizeTagId")).map(|tag| third(200, tag.record.value())),
        "updateTag" => update(state, call),
        "deleteTag" => delete(state, call),
        "listAvailableFeatures" => {
            let features = FEATURES.map(|(name, _)| feature(name, ("config_schema", json!([])), colons));
            Ok(third(200, features.to_vec()))
        }
        "listTagFeatures" => tag(state, call.captured("tagId")).map(|tag| {
            let features = tag.features.iter();
            let features = features.map(|(name, config)| feature(name, ("config", config.clone()), colons));
            third(200, features.collect::<Vec<_>>())
        }),
        "enableTagFeature" => enable(state, call),
        "disableTagFeature" => disable(state, call),
        _ => return None,
    })
}

fn list(state: &State, call: &Call<'_>) -> Outcome {
    if let Some(partner) = call.query("partner_id") {
        own(partner, "[partner_id]")?;
    }
    let tags = state.tags.iter().map(|tag| {
        let mut shown = tag.record.clone();
        if call.is_on("with_features") {
            let features =
                tag.features.iter().map(|(name, config)| json!({ "name": name, "config": config }));
            shown.set("features", features.collect::<Vec<_>>());
        }
        shown.value()
    });
    Ok(third(200, tags.collect::<Vec<_>>()))
}

fn create(state: &mut State, call: &Call<'_>) -> Outcome {
    let partner = call.body.pointer("/scope/partner").and_then(Value::as_str);
    let partner = partner.ok_or_else(|| Refusal::Invalid(vec![Flaw::required("scope.partner")]))?;
    own(partner, "[scope][partner]")?;
    let id = state.next_id("111111l", 35);
    let now = stamp(call.now);
    let fields = json!({
        "id": id, "scope": { "partner": partner }, "name": call.text("name"), "active": true,
        "created_at": now, "created_by": USER, "last_modified_at": now, "last_modified_by": USER,
    });
    let record = Record::new(id, fields);
    let answer = third(201, record.value()).committed();
    state.tags.push(Tag { record, features: Vec::new() });
    Ok(answer)
}

fn update(state: &mut State, call: &Call<'_>) -> Outcome {
    let tag = tag_mut(state, call.captured("partnerizeTagId"))?;
    tag.record.take(&call.body, &["name", "active"]);
    tag.record.set("last_modified_at", stamp(call.now));
    Ok(third(200, tag.record.value()).committed())
}

fn delete(state: &mut State, call: &Call<'_>) -> Outcome {
    let id = call.captured("partnerizeTagId");
    tag(state, id)?;
    state.tags.retain(|tag| tag.record.id != id);
    Ok(nothing().committed())
}

fn enable(state: &mut State, call: &Call<'_>) -> Outcome {
    let name = call.text("name").unwrap_or_default();
    let tag = tag_mut(state, call.captured("tagId"))?;
    if !FEATURES.iter().any(|(known, _)| *known == name) {
        return Err(Refusal::flaw("name", Class::Choice, format!("There is no feature '{name}'.")));
    }
    if tag.features.iter().any(|(have, _)| have == name) {
        return Err(Refusal::flaw("name", Class::Used, format!("The feature '{name}' is enabled already.")));
    }
    let config = call.body.get("config").cloned().unwrap_or_default();
    tag.features.push((name.to_owned(), config.clone()));
    Ok(third(201, json!({ "name": name, "config": config })).committed())
}

fn disable(state: &mut State, call: &Call<'_>) -> Outcome {
    let name = call.captured("featureName");
    let tag = tag_mut(state, call.captured("tagId"))?;
    if !tag.features.iter().any(|(have, _)| have == name) {
        return Err(Refusal::not_found("feature", name));
    }
    tag.features.retain(|(have, _)| have != name);
    Ok(nothing().committed())
}

fn tag<'a>(state: &'a State, id: &str) -> Result<&'a Tag, Refusal> {
    state.tags.iter().find(|tag| tag.record.id == id).ok_or_else(|| Refusal::not_found("partnerize tag", id))
}

fn tag_mut<'a>(state: &'a mut State, id: &str) -> Result<&'a mut Tag, Refusal> {
    let tag = state.tags.iter_mut().find(|tag| tag.record.id == id);
    tag.ok_or_else(|| Refusal::not_found("partnerize tag", id))
}

/// A feature in a list, where the manual prints colons at the end of some keys.
fn feature(name: &str, (key, value): (&str, Value), colons: StrayColons) -> Value {
    let description = FEATURES.iter().find(|(known, _)| *known == name).map(|(_, description)| *description);
    match colons {
        StrayColons::No => json!({ "name": name, "description": description, key: value }),
        StrayColons::Yes => json!({ "name:": name, "description:": description, key: value }),
    }
}

fn stamp(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string()
}

//! What belongs to the project as a whole: variables of the remote configuration, its schema, subscription groups, the
//! check of credentials.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::bodies;
use super::call::Call;
use super::state::State;
use crate::wire::Answer;

/// Defines variables.
pub(super) fn create_variables(state: &mut State, call: &Call<'_>) -> Answer {
    let defined = call.body.get("variableDefinitions").and_then(Value::as_object);
    for (name, definition) in defined.into_iter().flatten() {
        state.variables.insert(name.clone(), definition.clone());
    }
    bodies::ok(&bodies::success().with("warning", "")).committed()
}

/// Deletes variables.
pub(super) fn delete_variables(state: &mut State, call: &Call<'_>) -> Answer {
    let names: Vec<String> = if call.body.get("deleteAllVars").and_then(Value::as_bool) == Some(true) {
        state.variables.keys().cloned().collect()
    } else {
        let names = call.body.get("variableNames").and_then(Value::as_array);
        names.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let (deleted, problematic): (Vec<_>, Vec<_>) =
        names.into_iter().partition(|name| state.variables.remove(name).is_some());
    bodies::ok(&bodies::success().with("deletedVariables", deleted).with("problematicVariables", problematic))
        .committed()
}

/// The variables of a user: here everybody has the defaults.
pub(super) fn get_variables(state: &State, call: &Call<'_>) -> Answer {
    if call.text("identity").or_else(|| call.text("clevertapId")).is_none() {
        return call.refused("identity or clevertapId is mandatory");
    }
    let default = |definition: &Value| definition.get("defaultValue").cloned().unwrap_or(Value::Null);
    let values: Map<String, Value> =
        state.variables.iter().map(|(name, definition)| (name.clone(), default(definition))).collect();
    bodies::ok(&bodies::success().with("vars", values))
}

/// The events of the project, or its user properties.
pub(super) fn schema(state: &State, call: &Call<'_>) -> Answer {
    let entry = |name: &str| json!({ "name": name });
    if call.request.query("type") == Some("events") {
        let events: Vec<Value> = state.events.names.iter().map(|name| entry(name)).collect();
        return bodies::ok(&bodies::success().with("events", events));
    }
    let names: BTreeSet<&str> =
        state.profiles.iter().flat_map(|profile| profile.properties.keys().map(String::as_str)).collect();
    let properties: Vec<Value> = names.into_iter().map(entry).collect();
    bodies::ok(&bodies::success().with("userProperties", properties))
}

/// The subscription groups.
pub(super) fn category_groups() -> Answer {
    let groups = json!([{"key": 1, "name": "Newsletter"}, {"key": 2, "name": "Offers"}]);
    bodies::ok(&bodies::success().with("list", groups))
}

/// Checks the credentials for a partner.
pub(super) fn connect(state: &State, call: &Call<'_>) -> Answer {
    let partner = call.request.query("partner").unwrap_or_default();
    if state.partners.contains(partner) {
        return bodies::ok(&bodies::success().with("message", "Connected"));
    }
    call.refused("Invalid partner")
}

//! Counts, most frequent values and trends, at once or as a request to ask about; and the users of this moment.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::bodies;
use super::call::{Call, day, number_of};
use super::events::Event;
use super::exports::check;
use super::query::Query;
use super::state::State;
use super::switches::RequestIds;
use crate::fault::Twist;
use crate::fields::Fields;
use crate::wire::Answer;

const FIRST_REQUEST: u64 = 384_649_162_721_759;
/// Older requests are forgotten.
const MOST_REQUESTS: usize = 1000;
/// What "now" is, in seconds.
const NOW: i64 = 5 * 60;

/// The counts that are under way.
#[derive(Debug, Default)]
pub(super) struct Counts {
    under_way: BTreeMap<u64, UnderWay>,
    begun: u64,
}

#[derive(Debug)]
struct UnderWay {
    path: String,
    polls: u32,
    result: Fields,
}

/// Begins a count.
pub(super) fn begin(state: &mut State, call: &Call<'_>) -> Answer {
    // A poll by POST was seen to work as well.
    if call.request.query("req_id").is_some() {
        return poll(state, call);
    }
    let query = Query::read(&call.body);
    let needs_event = query.event.is_some() || call.body.get("groups").is_some();
    if let Err(refusal) = check(state, call, &query, needs_event) {
        return refusal;
    }
    let result = match call.operation.id.as_str() {
        "countEvents" => bodies::success().with("count", state.select(&query).len()),
        "countProfiles" => bodies::success().with("count", state.select_profiles(&query).len()),
        "countTopProperties" => by_label(call, |group| top(state, &state.select(&query), group)),
        _ => by_label(call, |group| trend(state, &state.select(&query), group, &call.body)),
    };
    let polls = state.switches.count_polls;
    if polls == 0 {
        return bodies::ok(&result);
    }
    let counts = &mut state.counts;
    let request = FIRST_REQUEST + counts.begun;
    counts.begun += 1;
    counts.under_way.insert(request, UnderWay { path: call.request.path.clone(), polls, result });
    while counts.under_way.len() > MOST_REQUESTS {
        counts.under_way.pop_first();
    }
    partial(state, request)
}

/// Asks about a count.
pub(super) fn poll(state: &mut State, call: &Call<'_>) -> Answer {
    let asked = call.request.query("req_id").and_then(|text| text.parse::<u64>().ok());
    let found = asked.and_then(|request| Some((request, state.counts.under_way.get_mut(&request)?)));
    let Some((request, under_way)) = found.filter(|(_, under_way)| under_way.path == call.request.path)
    else {
        return call.refused("invalid request id");
    };
    under_way.polls = under_way.polls.saturating_sub(1);
    if under_way.polls > 0 || call.twist == Some(Twist::StuckJob) {
        under_way.polls = under_way.polls.max(1);
        return partial(state, request);
    }
    bodies::ok(&under_way.result)
}

fn partial(state: &State, request: u64) -> Answer {
    let id = match state.switches.request_ids {
        RequestIds::Number => Value::from(request),
        RequestIds::Text => Value::from(request.to_string()),
    };
    bodies::ok(&Fields::default().with("status", "partial").with("req_id", id))
}

/// The groups' results under their labels, beside the status.
fn by_label(call: &Call<'_>, result: impl Fn(&Value) -> Value) -> Fields {
    let groups = call.body.get("groups").and_then(Value::as_object);
    groups
        .into_iter()
        .flatten()
        .fold(bodies::success(), |fields, (label, group)| fields.with(label, result(group)))
}

fn top(state: &State, events: &[Arc<Event>], group: &Value) -> Value {
    let text = |name: &str| group.get(name).and_then(Value::as_str).unwrap_or_default();
    let (kind, name) = (text("property_type"), text("name"));
    let value = |event: &Event| match kind {
        "event_properties" => event.properties.get(name).cloned(),
        "session_properties" => event.session.get(name).cloned(),
        _ => state.profiles.get(event.profile)?.property(name),
    };
    let mut texts: BTreeMap<String, u64> = BTreeMap::new();
    let mut numbers: BTreeMap<i64, u64> = BTreeMap::new();
    for value in events.iter().filter_map(|event| value(event)) {
        if let Some(number) = value.as_i64() {
            *numbers.entry(number.div_euclid(100)).or_default() += 1;
        } else {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            *texts.entry(text).or_default() += 1;
        }
    }
    let (unit, mut rows): (&str, Vec<(String, u64)>) = if texts.is_empty() && !numbers.is_empty() {
        let range = |(step, count): (i64, u64)| (format!("{}-{}", step * 100, step * 100 + 100), count);
        ("NUMBER", numbers.into_iter().map(range).collect())
    } else {
        ("STR", texts.into_iter().collect())
    };
    rows.sort_by_key(|(_, count)| *count);
    if text("order") != "asc" {
        rows.reverse();
    }
    let most = group.get("top_n").and_then(Value::as_u64).and_then(|most| usize::try_from(most).ok());
    rows.truncate(most.unwrap_or(10));
    let rows: Map<String, Value> = rows.into_iter().map(|(name, count)| (name, json!(count))).collect();
    json!({ unit: rows })
}

fn trend(state: &State, events: &[Arc<Event>], group: &Value, body: &Value) -> Value {
    let zone = state.zone();
    let step = group.get("trend_type").and_then(Value::as_str).unwrap_or("daily");
    let summed = body.get("sum_event_prop").and_then(Value::as_str);
    let is_unique = body.get("unique").and_then(Value::as_bool) == Some(true);
    let mut seen = BTreeSet::new();
    let mut steps: BTreeMap<String, i64> = BTreeMap::new();
    for event in events {
        let day = day(event.timestamp, &zone);
        let key = match step {
            "weekly" => format!("{}{:02}", day.iso_week_date().year(), day.iso_week_date().week()),
            "monthly" => (number_of(day) / 100).to_string(),
            _ => number_of(day).to_string(),
        };
        if is_unique && !seen.insert((key.clone(), event.profile)) {
            continue;
        }
        *steps.entry(key).or_default() += match summed {
            Some(name) => event.properties.get(name).and_then(Value::as_i64).unwrap_or(0),
            None => 1,
        };
    }
    json!(steps)
}

/// The users of the last five minutes.
pub(super) fn now(state: &State, call: &Call<'_>) -> Answer {
    let until = call.now().as_second();
    let since = until - NOW;
    let active: BTreeSet<usize> = state
        .all_events()
        .filter(|event| (since..=until).contains(&event.timestamp))
        .map(|event| event.profile)
        .collect();
    let is_new = |index: &&usize| {
        let seen = state.profiles.get(**index).into_iter().flat_map(|profile| profile.events.values());
        seen.map(|seen| seen.first).min().is_some_and(|first| first >= since)
    };
    let new: BTreeSet<usize> = active.iter().filter(is_new).copied().collect();
    let asked = |name: &str| call.body.get(name).and_then(Value::as_bool) == Some(true);
    let mut fields = bodies::success().with("count", active.len()).with("last_processed_ts", until);
    if asked("user_type") {
        let customers = active.iter().filter_map(|index| state.profiles.get(*index));
        let customers = customers.filter(|profile| !profile.identities.is_empty()).count();
        fields = fields.with(
            "user_type",
            json!({"new": new.len(), "repeat": active.len() - new.len(), "addressable": customers, "customer": customers}),
        );
    }
    for split in ["session_source", "browser", "os", "device"].into_iter().filter(|split| asked(split)) {
        fields = fields.with(split, by(state, split, &active));
    }
    if asked("new") {
        let splits = ["session_source", "browser", "os", "device"];
        let splits: Map<String, Value> =
            splits.into_iter().map(|split| (split.to_owned(), by(state, split, &new))).collect();
        fields = fields.with("new", splits);
    }
    bodies::ok(&fields)
}

/// Users by one of the vendor's fixed splits.
fn by(state: &State, split: &str, users: &BTreeSet<usize>) -> Value {
    let names: &[&str] = match split {
        "session_source" => &["direct", "others", "search", "social", "email", "unavailable"],
        "browser" => &["others", "firefox", "chrome", "ie", "mobileapp"],
        "os" => &["others", "android", "ios", "windows", "mac", "linux"],
        _ => &["desktop", "mobile", "tablet"],
    };
    let mut counts: BTreeMap<&str, u64> = names.iter().map(|name| (*name, 0)).collect();
    for index in users {
        let platform = state.profiles.get(*index).and_then(|profile| profile.devices.first()?.platform);
        let name = match (split, platform) {
            ("session_source", _) => "direct",
            ("browser", Some("iOS" | "Android")) => "mobileapp",
            ("browser", Some(_)) => "chrome",
            ("os", Some("iOS")) => "ios",
            ("os", Some("Android")) => "android",
            ("device", Some("iOS" | "Android")) => "mobile",
            ("device", _) => "desktop",
            _ => "others",
        };
        *counts.entry(name).or_default() += 1;
    }
    json!(counts)
}

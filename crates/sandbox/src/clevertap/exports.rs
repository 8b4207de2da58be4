//! Exports of events and profiles by cursor, and single profiles.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value, json};

use super::bodies;
use super::call::{Call, day, number_of};
use super::events::Event;
use super::profiles::{Profile, Who};
use super::query::Query;
use super::state::State;
use super::switches::{BatchSize, MissingProfile, UnknownEvent};
use crate::fault::Twist;
use crate::wire::Answer;

const DEFAULT_BATCH: usize = 500;
/// Pages come in multiples of this.
const STEP: usize = 23;
/// What a size below the step was seen to give.
const UNBOUNDED: usize = 989;
const EVENTS_LIVE: Duration = Duration::from_secs(4 * 60 * 60);
const EVENTS_IDLE: Duration = Duration::from_secs(60 * 60);
const PROFILES_LIVE: Duration = Duration::from_secs(4 * 24 * 60 * 60);
/// Older exports are forgotten.
const MOST_EXPORTS: usize = 64;

/// The exports that were opened.
#[derive(Debug, Default)]
pub(super) struct Exports {
    open: BTreeMap<u64, Export>,
    last: u64,
    /// Tells cursors for the same place apart.
    salt: u64,
}

#[derive(Debug)]
struct Export {
    rows: Rows,
    batch: usize,
    shown: Shown,
    opened: Timestamp,
    used: Timestamp,
    /// By place, how often it was not ready.
    waited: BTreeMap<usize, u32>,
}

#[derive(Debug)]
enum Rows {
    Events(Vec<Arc<Event>>),
    Profiles(Vec<usize>),
}

/// What a row shows.
#[derive(Debug, Clone, Copy)]
struct Shown {
    app: bool,
    events: bool,
    profile: bool,
}

impl Rows {
    fn len(&self) -> usize {
        match self {
            Rows::Events(events) => events.len(),
            Rows::Profiles(profiles) => profiles.len(),
        }
    }
}

/// Opens an export.
pub(super) fn open(state: &mut State, call: &Call<'_>) -> Answer {
    let is_events = call.operation.id == "openEventExport";
    let query = Query::read(&call.body);
    if let Err(refusal) = check(state, call, &query, is_events) {
        return refusal;
    }
    let flag = |name: &str, default: bool| call.request.query(name).map_or(default, |text| text == "true");
    let rows = if is_events {
        Rows::Events(state.select(&query))
    } else {
        Rows::Profiles(state.select_profiles(&query))
    };
    let export = Export {
        rows,
        batch: batch(call.count("batch_size", DEFAULT_BATCH), state.switches.batch_size),
        shown: Shown {
            app: flag("app", false),
            events: flag("events", true),
            profile: flag("profile", true),
        },
        opened: call.now(),
        used: call.now(),
        waited: BTreeMap::new(),
    };
    let exports = &mut state.exports;
    exports.last += 1;
    exports.open.insert(exports.last, export);
    while exports.open.len() > MOST_EXPORTS {
        exports.open.pop_first();
    }
    let cursor = exports.cursor(exports.last, 0);
    bodies::ok(&bodies::success().with("cursor", encoded(&cursor)))
}

/// What makes a query impossible.
pub(super) fn check(state: &State, call: &Call<'_>, query: &Query, needs_event: bool) -> Result<(), Answer> {
    let Some(event) = &query.event else {
        return if needs_event { Err(call.refused("event_name is mandatory")) } else { Ok(()) };
    };
    let (Some(from), Some(to)) = (query.from, query.to) else {
        return Err(call.refused("from and to are mandatory"));
    };
    if event.starts_with("Notification ") {
        return Err(call.refused("Export not allowed for this event"));
    }
    let today = number_of(day(call.now().as_second(), &state.zone()));
    if from > to || to > today {
        return Err(bodies::fail(400, "Invalid date range", 4002));
    }
    if state.has_event(event) {
        return Ok(());
    }
    let status = match state.switches.unknown_event {
        UnknownEvent::ByStatus => 400,
        UnknownEvent::ByBody => 200,
    };
    Err(bodies::fail(status, &format!("[\"Invalid event : {event}\"]"), 400))
}

/// Reads a page.
pub(super) fn page(state: &mut State, call: &Call<'_>) -> Answer {
    let given = call.request.query("cursor").unwrap_or_default();
    let Some((number, from)) = read_cursor(given) else {
        return bodies::fail(200, "Incorrect Usage", 3);
    };
    let wants_events = call.operation.id == "readEventExport";
    let polls = state.switches.page_polls;
    let Some(export) =
        state.exports.open.get_mut(&number).filter(|export| {
            matches!(export.rows, Rows::Events(_)) == wants_events && from <= export.rows.len()
        })
    else {
        return call.refused("invalid cursor");
    };
    let (life, idle) = if wants_events { (EVENTS_LIVE, EVENTS_IDLE) } else { (PROFILES_LIVE, PROFILES_LIVE) };
    if call.is_over(export.opened, life) || call.is_over(export.used, idle) {
        return call.refused("CURSOR_INVALIDATED");
    }
    export.used = call.now();
    let waited = export.waited.entry(from).or_default();
    if *waited < polls {
        *waited += 1;
        return bodies::fail(200, "Request still in progress, please retry later", 2);
    }
    let (end, total, batch) = (from.saturating_add(export.batch), export.rows.len(), export.batch);
    let mut answer = bodies::success();
    if from > 0 {
        let previous = state.exports.cursor(number, from.saturating_sub(batch));
        answer = answer.with("previous_cursor", encoded(&previous));
    }
    let next = match call.twist {
        Some(Twist::RepeatedCursor) => Some(given.to_owned()),
        Some(Twist::EmptyPage) => Some(state.exports.cursor(number, from)),
        _ if end < total => Some(state.exports.cursor(number, end)),
        _ => None,
    };
    if let Some(next) = next {
        answer = answer.with("next_cursor", encoded(&next));
    }
    let records = if call.twist == Some(Twist::EmptyPage) { Vec::new() } else { rows(state, number, from) };
    bodies::ok(&if records.is_empty() { answer } else { answer.with("records", records) })
}

fn rows(state: &State, number: u64, from: usize) -> Vec<Value> {
    let Some(export) = state.exports.open.get(&number) else { return Vec::new() };
    match &export.rows {
        Rows::Events(events) => events
            .iter()
            .skip(from)
            .take(export.batch)
            .map(|event| event_row(state, event, export.shown))
            .collect(),
        Rows::Profiles(profiles) => profiles
            .iter()
            .skip(from)
            .take(export.batch)
            .filter_map(|index| state.profiles.get(*index))
            .map(|profile| profile_row(profile, export.shown))
            .collect(),
    }
}

fn event_row(state: &State, event: &Event, shown: Shown) -> Value {
    let time = Timestamp::from_second(event.timestamp).unwrap_or(Timestamp::MAX).to_zoned(state.zone());
    let ts = time.strftime("%Y%m%d%H%M%S").to_string().parse::<i64>().unwrap_or_default();
    let mut row = Map::new();
    if let Some(profile) = state.profiles.get(event.profile) {
        row = person(profile, shown);
        if let Some(device) = profile.devices.first() {
            row.insert("objectId".to_owned(), json!(device.object_id));
            row.insert("platform".to_owned(), json!(device.platform.unwrap_or("Web")));
            if let Some(token) = &device.token {
                row.insert("push_token".to_owned(), json!(token.id));
            }
            if shown.app {
                row.insert("os_version".to_owned(), json!(device.os_version));
                row.insert("make".to_owned(), json!(device.make));
                row.insert("app_version".to_owned(), json!("6.1.3"));
            }
        }
        row.insert("id".to_owned(), json!(event.profile + 1));
    }
    json!({ "profile": row, "ts": ts, "event_props": event.properties, "session_props": event.session })
}

/// What a row and a profile say of the person.
fn person(profile: &Profile, shown: Shown) -> Map<String, Value> {
    let texts = [
        ("identity", profile.identities.first()),
        ("email", profile.email.as_ref()),
        ("name", profile.name.as_ref()),
        ("phone", profile.phone.as_ref()),
    ];
    let mut row: Map<String, Value> =
        texts.into_iter().filter_map(|(name, text)| Some((name.to_owned(), json!(text?)))).collect();
    if shown.profile {
        row.insert("profileData".to_owned(), Value::Object(profile.properties.clone()));
    }
    if shown.events {
        let seen = profile.events.iter().map(|(name, seen)| {
            let seen = json!({"count": seen.count, "first_seen": seen.first, "last_seen": seen.last});
            (name.clone(), seen)
        });
        row.insert("events".to_owned(), seen.collect());
    }
    row
}

fn profile_row(profile: &Profile, shown: Shown) -> Value {
    let mut row = person(profile, shown);
    let device = |device: &super::profiles::Device| {
        let texts = [
            ("platform", device.platform),
            ("os_version", device.os_version),
            ("make", device.make),
            ("push_token", device.token.as_ref().map(|token| token.id.as_str())),
            ("objectId", Some(device.object_id.as_str())),
        ];
        let members = texts.into_iter().filter_map(|(name, text)| Some((name.to_owned(), json!(text?))));
        Value::Object(members.collect())
    };
    row.insert("platformInfo".to_owned(), profile.devices.iter().map(device).collect());
    Value::Object(row)
}

/// One profile.
pub(super) fn profile(state: &State, call: &Call<'_>) -> Answer {
    let given = |name: &str| call.request.query(name).filter(|text| !text.is_empty()).map(str::to_owned);
    let index = match (given("email"), given("identity"), given("objectId")) {
        (Some(email), None, None) => state.profiles.find_email(&email),
        (None, Some(identity), None) => state.profiles.find(&Who::Identity(identity)),
        (None, None, Some(object)) => state.profiles.find(&Who::Object(object)),
        _ => return call.refused("Exactly one of email, identity and objectId is needed"),
    };
    if let Some(profile) = index.and_then(|index| state.profiles.get(index)) {
        let mut row = profile_row(profile, Shown { app: true, events: true, profile: true });
        if let Value::Object(members) = &mut row {
            members.insert("all_identities".to_owned(), json!(profile.identities));
        }
        return bodies::ok(&bodies::success().with("record", row));
    }
    match state.switches.missing_profile {
        MissingProfile::NotFound => bodies::refused(404, "Profile not found"),
        MissingProfile::FailInBody => bodies::fail(200, "Profile not found", 404),
        MissingProfile::NoRecord => bodies::done(),
    }
}

fn batch(asked: usize, rule: BatchSize) -> usize {
    match rule {
        BatchSize::AsAsked => asked.max(1),
        BatchSize::MultiplesOf23 if asked < STEP => UNBOUNDED,
        BatchSize::MultiplesOf23 => asked / STEP * STEP,
    }
}

impl Exports {
    /// A cursor with all the signs that go wrong when it is encoded twice, or not at all.
    fn cursor(&mut self, export: u64, from: usize) -> String {
        self.salt += 1;
        format!("ZiZi{export:x}/{from:x}+{:x}==", self.salt)
    }
}

fn read_cursor(text: &str) -> Option<(u64, usize)> {
    let rest = text.strip_prefix("ZiZi")?.strip_suffix("==")?;
    let (export, rest) = rest.split_once('/')?;
    let (from, _) = rest.split_once('+')?;
    Some((u64::from_str_radix(export, 16).ok()?, usize::from_str_radix(from, 16).ok()?))
}

/// As cursors stand in JSON.
fn encoded(cursor: &str) -> String {
    utf8_percent_encode(cursor, NON_ALPHANUMERIC).to_string()
}

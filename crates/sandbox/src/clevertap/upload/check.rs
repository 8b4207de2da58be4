//! What is wrong with a record: the vendor's code and its words. Only the first thing is told.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::super::attribution::LAST_SECOND;
use super::super::profiles::Who;
use super::super::state::State;
use super::super::switches::Milliseconds;

const MOST_PROPERTIES: usize = 256;
/// Events that only the vendor's own systems report.
const RESERVED: [&str; 16] = [
    "notificationsent",
    "notificationviewed",
    "notificationclicked",
    "notificationdelivered",
    "notificationreplied",
    "utmvisited",
    "applaunched",
    "appuninstalled",
    "appversionchanged",
    "stayed",
    "replysent",
    "experimentrendered",
    "reachableby",
    "identityreset",
    "identityset",
    "identityerror",
];
const TOKEN_KINDS: [&str; 6] = ["apns", "gcm", "fcm", "wns", "mpns", "chrome"];

/// Whether the text of a property is one that it may have.
type Test = fn(&str) -> bool;

/// A record that is accepted.
#[derive(Debug)]
pub(super) enum Checked {
    Event { who: Who, name: String, timestamp: i64, properties: Map<String, Value>, source: Option<String> },
    Profile { who: Who, data: Map<String, Value> },
    Token { object: String, id: String, kind: String },
}

/// A record that is not.
#[derive(Debug)]
pub(super) struct Rejected {
    pub(super) code: u16,
    /// What stands before "Skipped record number".
    pub(super) words: &'static str,
}

fn reject<T>(code: u16) -> Result<T, Rejected> {
    Err(Rejected { code, words: words_of(code) })
}

/// The words of a code. Those of 509, 515 to 520 and 525 are the vendor's, with its own spacing; the others are ours, in
/// its manner.
pub(super) fn words_of(code: u16) -> &'static str {
    match code {
        509 => "Event Name is incorrect. ErrorCode: 509 - Event name is mandatory. ",
        512 => "Event structure is not valid. ",
        513 => "Event Name is incorrect. ErrorCode: 513 - Restricted event name. ",
        514 => "Profile data is incorrect. Gender needs to be M/F.",
        515 => "Profile data is incorrect. Email is not valid.",
        516 => "Profile data is incorrect. Phone number is not valid.",
        517 => "Profile data is incorrect. Employed needs to be Y/N.",
        518 => "Profile data is incorrect. Education needs to be School/College/Graduate..",
        519 => "Profile data is incorrect. Married needs to be Y/N.",
        520 => "Profile data is incorrect. Age is invalid.",
        522 => "Event properties limit exceeded. ",
        523 => "Identity is missing. ",
        524 => "Record is neither event nor profile. ",
        525 => "Timestamp should be present in the Unix Epoch format. ",
        526 | 530 => "objectId is not valid. ",
        528 => "Discarded event raised. ",
        532 => "Token id is missing. ",
        533 => "Token type is missing. ",
        534 => "Token type is not valid for the objectId. ",
        531 | 535 => "Token data is not valid. ",
        555 => "Miscellaneous server error. ",
        _ => "Record is not valid. ",
    }
}

/// Checks a record.
pub(super) fn check(state: &State, record: &Value, now: Timestamp) -> Result<Checked, Rejected> {
    match record.get("type").and_then(Value::as_str) {
        Some("event") => event(state, record, now),
        Some("profile") => profile(state, record),
        Some("token") => token(state, record),
        _ => reject(524),
    }
}

fn event(state: &State, record: &Value, now: Timestamp) -> Result<Checked, Rejected> {
    let Some(name) = record.get("evtName").and_then(Value::as_str).filter(|name| !name.trim().is_empty())
    else {
        return reject(509);
    };
    let bare = |name: &str| name.replace(' ', "").to_lowercase();
    if RESERVED.contains(&bare(name).as_str()) {
        return reject(513);
    }
    let Some(properties) = record.get("evtData").and_then(Value::as_object) else { return reject(512) };
    if properties.len() > MOST_PROPERTIES {
        return reject(522);
    }
    let who = who(record)?;
    let timestamp = timestamp(state, record)?.unwrap_or_else(|| now.as_second());
    Ok(Checked::Event {
        who,
        name: name.to_owned(),
        timestamp,
        properties: properties.clone(),
        source: record.get("$source").and_then(Value::as_str).map(str::to_owned),
    })
}

fn profile(state: &State, record: &Value) -> Result<Checked, Rejected> {
    let who = who(record)?;
    timestamp(state, record)?;
    let Some(data) = record.get("profileData").and_then(Value::as_object) else { return reject(524) };
    let faults: [(&str, u16, Test); 7] = [
        ("Gender", 514, |text| ["M", "F"].contains(&text)),
        ("Email", 515, is_email),
        ("Phone", 516, is_phone),
        ("Employed", 517, is_yes_or_no),
        ("Education", 518, |text| ["School", "College", "Graduate"].contains(&text)),
        ("Married", 519, is_yes_or_no),
        ("Age", 520, |text| text.parse::<u8>().is_ok()),
    ];
    for (key, code, is_good) in faults {
        let good = match data.get(key) {
            // An operator stands for itself.
            None | Some(Value::Object(_)) => true,
            Some(Value::String(text)) => is_good(text),
            Some(other) => is_good(&other.to_string()),
        };
        if !good {
            return reject(code);
        }
    }
    Ok(Checked::Profile { who, data: data.clone() })
}

fn token(state: &State, record: &Value) -> Result<Checked, Rejected> {
    let text = |value: Option<&Value>| {
        value.and_then(Value::as_str).filter(|text| !text.trim().is_empty()).map(str::to_owned)
    };
    let Some(object) = text(record.get("objectId")) else { return reject(530) };
    let Some(data) = record.get("tokenData").and_then(Value::as_object) else { return reject(531) };
    let Some(id) = text(data.get("id")) else { return reject(532) };
    let Some(kind) = text(data.get("type")).map(|kind| kind.to_lowercase()) else { return reject(533) };
    let fits = match state.profiles.platform(&object) {
        Some("iOS") => kind == "apns",
        Some("Android") => ["gcm", "fcm"].contains(&kind.as_str()),
        Some("Web") => kind == "chrome",
        _ => TOKEN_KINDS.contains(&kind.as_str()),
    };
    if !fits {
        return reject(534);
    }
    let has_keys = || {
        let key = |name| data.get("keys").and_then(|keys| text(keys.get(name))).is_some();
        key("p256dh") && key("auth")
    };
    if kind == "chrome" && !has_keys() {
        return reject(535);
    }
    Ok(Checked::Token { object, id, kind })
}

fn who(record: &Value) -> Result<Who, Rejected> {
    for key in ["identity", "FBID", "GPID"] {
        match record.get(key) {
            Some(Value::String(text)) if !text.trim().is_empty() => return Ok(Who::Identity(text.clone())),
            Some(Value::Number(number)) => return Ok(Who::Identity(number.to_string())),
            _ => {}
        }
    }
    match record.get("objectId") {
        Some(Value::String(text)) if !text.trim().is_empty() => Ok(Who::Object(text.clone())),
        Some(_) => reject(526),
        None => reject(523),
    }
}

/// `ts`, where it is given.
fn timestamp(state: &State, record: &Value) -> Result<Option<i64>, Rejected> {
    let Some(value) = record.get("ts") else { return Ok(None) };
    match value.as_i64() {
        Some(seconds) if (1..=LAST_SECOND).contains(&seconds) => Ok(Some(seconds)),
        Some(large) if large > 0 && state.switches.milliseconds == Milliseconds::TakenForSeconds => {
            Ok(Some(large))
        }
        _ => reject(525),
    }
}

fn is_yes_or_no(text: &str) -> bool {
    ["Y", "N"].contains(&text)
}

fn is_email(text: &str) -> bool {
    text.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty() && host.contains('.') && !host.contains('@') && !text.contains(char::is_whitespace)
    })
}

fn is_phone(text: &str) -> bool {
    text.strip_prefix('+').is_some_and(|digits| {
        (7..=15).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_digit())
    })
}

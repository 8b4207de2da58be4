//! A record that the caller has as JSON: sent as it is, after the checks that every record has.

use std::borrow::Cow;

use afflux_core::decode::{Field, JsonText, Kind as JsonKind};

use super::{event, profile, record::Kind, value};
use crate::names::{self, Fault};

/// The keys that say whom a record is about.
const WHO: [&str; 4] = ["identity", "objectId", "FBID", "GPID"];

/// A record as the caller's own JSON. It is sent byte for byte, but for the `$source` of an event that has none, where
/// the client has a partner id.
#[derive(Debug, Clone, PartialEq)]
pub struct RawRecord {
    text: JsonText,
    kind: Kind,
}

impl RawRecord {
    /// Takes a record's text; which kind of record it is decides how it may be sent.
    pub(crate) fn new(text: JsonText) -> Self {
        let kind = kind(&text);
        Self { text, kind }
    }

    pub(crate) fn kind(&self) -> Kind {
        self.kind
    }

    /// The text.
    pub fn json(&self) -> &JsonText {
        &self.text
    }

    pub(crate) fn write(&self, partner: Option<&str>, body: &mut Vec<u8>) {
        let text = self.text.text();
        let source = partner.filter(|_| self.is("event") && self.text.get("$source").is_none());
        // The text is one JSON object: `faults` has refused everything else, so that it begins with a brace.
        match (source, text.strip_prefix('{')) {
            (Some(partner), Some(rest)) => {
                let partner = serde_json::Value::from(partner);
                let comma = if rest.trim_start().starts_with('}') { "" } else { "," };
                body.extend_from_slice(format!(r#"{{"$source":{partner}{comma}"#).as_bytes());
                body.extend_from_slice(rest.as_bytes());
            }
            _ => body.extend_from_slice(text.as_bytes()),
        }
    }

    fn is(&self, kind: &str) -> bool {
        self.text.get("type").is_some_and(|field| field.text() == kind)
    }

    pub(crate) fn faults(&self) -> Result<(), Fault> {
        if self.text.field().kind() != JsonKind::Object {
            return Err(Fault::new("record", "must be a JSON object"));
        }
        let record = Members::of("", self.text.field())?;
        match record.get("type").map(Field::text).as_deref() {
            Some("event") => event(&record),
            Some("profile") => {
                about(&record)?;
                let data = record.object("profileData")?;
                if data.0.is_empty() {
                    return Err(Fault::new("profileData", "must not be empty"));
                }
                data.0.iter().try_for_each(|(key, value)| {
                    names::profile_key("profileData", key)?;
                    property_of_profile(key, *value)
                })
            }
            Some("token") => {
                let token = record.object("tokenData")?;
                let text = |field: Option<Field<'_>>| field.map(Field::text).unwrap_or_default().into_owned();
                names::required("objectId", &text(record.get("objectId")))?;
                names::required("tokenData.id", &text(token.get("id")))?;
                let kind = text(token.get("type"));
                names::required("tokenData.type", &kind)?;
                if kind == "chrome" {
                    let keys = token.get("keys");
                    for key in ["p256dh", "auth"] {
                        let value = text(keys.and_then(|keys| keys.get(key)));
                        names::required(&format!("tokenData.keys.{key}"), &value)?;
                    }
                }
                Ok(())
            }
            _ => Err(Fault::new("type", "must be `event`, `profile` or `token`")),
        }
    }
}

/// The members of an object, each of them there once.
struct Members<'a>(Vec<(Cow<'a, str>, Field<'a>)>);

impl<'a> Members<'a> {
    /// Refuses a name that is there twice: which of the two the vendor takes is not known.
    fn of(at: &str, object: Field<'a>) -> Result<Self, Fault> {
        let mut members: Vec<(Cow<'a, str>, Field<'a>)> = Vec::new();
        for (name, value) in object.entries() {
            if members.iter().any(|(known, _)| *known == name) {
                let field = if at.is_empty() { name.into_owned() } else { format!("{at}.{name}") };
                return Err(Fault::new(field, "is there twice"));
            }
            members.push((name, value));
        }
        Ok(Self(members))
    }

    fn get(&self, name: &str) -> Option<Field<'a>> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| *value)
    }

    fn object(&self, name: &str) -> Result<Self, Fault> {
        match self.get(name) {
            None => Err(Fault::new(name, "is missing")),
            Some(field) if field.kind() != JsonKind::Object => Err(Fault::new(name, "must be an object")),
            Some(field) => Self::of(name, field),
        }
    }
}

/// Whom the record is about, and when.
fn about(record: &Members<'_>) -> Result<(), Fault> {
    let mut named = false;
    for key in WHO {
        let Some(id) = record.get(key) else { continue };
        if !matches!(id.kind(), JsonKind::String | JsonKind::Number) {
            return Err(Fault::new(key, "must be a text"));
        }
        named |= !id.text().trim().is_empty();
    }
    if !named {
        return Err(Fault::new("identity", "is missing, and so are `objectId`, `FBID` and `GPID`"));
    }
    match record.get("ts").map(Field::as_i64) {
        None => Ok(()),
        Some(Some(seconds)) => names::seconds("ts", seconds),
        Some(None) => Err(Fault::new("ts", "must be a number of seconds since 1970")),
    }
}

fn event(record: &Members<'_>) -> Result<(), Fault> {
    about(record)?;
    if let Some(source) = record.get("$source") {
        names::required("$source", &source.text())?;
    }
    let name = record.get("evtName").and_then(Field::as_str).unwrap_or_default();
    names::event("evtName", &name)?;
    let data = record.object("evtData")?;
    for (key, value) in &data.0 {
        names::property("evtData", key)?;
        value::check_text("evtData", key, &value.as_str().unwrap_or_default())?;
    }
    match data.get("Items").filter(|_| name == "Charged") {
        Some(items) => bought(items),
        None => Ok(()),
    }
}

/// What was bought.
fn bought(items: Field<'_>) -> Result<(), Fault> {
    const ITEMS: &str = "evtData.Items";
    if items.kind() != JsonKind::Array || items.elements().any(|item| item.kind() != JsonKind::Object) {
        return Err(Fault::new(ITEMS, "must be a list of objects"));
    }
    event::few_items(items.elements().count())?;
    items.elements().flat_map(Field::entries).try_for_each(|(key, _)| names::property(ITEMS, &key))
}

/// A property of a profile, which may be an operator.
pub(crate) fn property_of_profile(key: &str, value: Field<'_>) -> Result<(), Fault> {
    let text = value.as_str();
    value::check_text("profileData", key, text.as_deref().unwrap_or_default())?;
    let is_plain = !matches!(value.kind(), JsonKind::Object | JsonKind::Null);
    if let Some(demand) = profile::unlike(key, text.as_deref()).filter(|_| is_plain) {
        return Err(Fault::new(format!("profileData.{key}"), demand));
    }
    operators(&format!("profileData.{key}"), value)
}

/// Refuses operators on what they cannot be done with, at whatever depth.
fn operators(at: &str, field: Field<'_>) -> Result<(), Fault> {
    for (name, value) in field.entries() {
        let (is_number, is_list) = (value.kind() == JsonKind::Number, value.elements().next().is_some());
        match &*name {
            "$incr" | "$decr" if !is_number => return Err(Fault::new(at, profile::NO_NUMBER)),
            "$add" | "$remove" if !is_list => return Err(Fault::new(at, profile::NO_TEXTS)),
            name if name.starts_with('$') => {}
            name => operators(&format!("{at}.{name}"), value)?,
        }
    }
    field.elements().try_for_each(|element| operators(at, element))
}

/// A profile may be repeated where nothing in it but the known, repeatable operators is done.
fn kind(text: &JsonText) -> Kind {
    let word = text.get("type").map(|field| field.text().into_owned()).unwrap_or_default();
    match word.as_str() {
        "token" => Kind::Tokens,
        "profile" if !text.get("profileData").is_some_and(counts) => Kind::Repeatable,
        _ => Kind::Once,
    }
}

/// Whether something in it, at whatever depth, does more when it is done twice. Operators that are not known may, and
/// the vendor's list of what can be repeated does not have `$add`.
pub(crate) fn counts(field: Field<'_>) -> bool {
    const REPEATABLE: [&str; 3] = ["$delete", "$remove", "$set"];
    match field.kind() {
        JsonKind::Object => field
            .entries()
            .any(|(key, value)| key.starts_with('$') && !REPEATABLE.contains(&key.as_ref()) || counts(value)),
        JsonKind::Array => field.elements().any(counts),
        _ => false,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn record(text: &str) -> RawRecord {
        RawRecord::new(JsonText::new(text.to_owned()).unwrap())
    }

    #[test]
    fn records_are_taken_or_refused_by_their_text() {
        let table = [
            (r#"{"identity":"a","type":"event","evtName":"Seen","evtData":{}}"#, Ok(Kind::Once)),
            (
                r#"{"identity":5,"ts":1468208340,"type":"event","evtName":"Seen","evtData":{"a":{"b":1}}}"#,
                Ok(Kind::Once),
            ),
            (r#"{"FBID":"a","type":"profile","profileData":{"a":{"$remove":["x"]}}}"#, Ok(Kind::Repeatable)),
            (r#"{"FBID":"a","type":"profile","profileData":{"a":{"$add":["x"]}}}"#, Ok(Kind::Once)),
            (r#"{"FBID":"a","type":"profile","profileData":{"a":{"b":{"$incr":1}}}}"#, Ok(Kind::Once)),
            (r#"{"FBID":"a","type":"profile","profileData":{"a":[1,{"$decr":1}]}}"#, Ok(Kind::Once)),
            (r#"{"FBID":"a","type":"profile","profileData":{"a":{"$incr":1}}}"#, Ok(Kind::Once)),
            (r#"{"FBID":"a","type":"profile","profileData":{"a":{"$new":1}}}"#, Ok(Kind::Once)),
            (r#"{"type":"token","objectId":"o","tokenData":{"id":"t","type":"fcm"}}"#, Ok(Kind::Tokens)),
            ("[]", Err("record")),
            (r#"{"identity":"a"}"#, Err("type")),
            (r#"{"type":"event","evtName":"Seen"}"#, Err("identity")),
            (r#"{"identity":" ","type":"event","evtName":"Seen"}"#, Err("identity")),
            (r#"{"identity":"a","type":"event"}"#, Err("evtName")),
            (r#"{"identity":"a","type":"event","evtName":"a:b"}"#, Err("evtName")),
            (r#"{"identity":"a","type":"event","evtName":"A","evtData":[]}"#, Err("evtData")),
            (r#"{"identity":"a","type":"event","evtName":"A","evtData":{"a.b":1}}"#, Err("evtData.a.b")),
            (r#"{"identity":"a","type":"event","evtName":"A"}"#, Err("evtData")),
            (
                r#"{"identity":"a","type":"event","evtName":"A","evtData":{"a":1,"b":2,"a":3}}"#,
                Err("evtData.a"),
            ),
            (r#"{"identity":"a","type":"event","identity":"b","evtName":"A","evtData":{}}"#, Err("identity")),
            (r#"{"identity":["a"],"type":"event","evtName":"A","evtData":{}}"#, Err("identity")),
            (r#"{"identity":"a","type":"event","$source":"","evtName":"A","evtData":{}}"#, Err("$source")),
            (
                r#"{"identity":"a","type":"event","evtName":"A","evtData":{"due":"$D_1468322268000"}}"#,
                Err("evtData.due"),
            ),
            (
                r#"{"identity":"a","type":"event","evtName":"Charged","evtData":{"Items":[{"a.b":1}]}}"#,
                Err("evtData.Items.a.b"),
            ),
            (
                r#"{"identity":"a","type":"event","evtName":"Charged","evtData":{"Items":[1]}}"#,
                Err("evtData.Items"),
            ),
            (r#"{"identity":"a","ts":1468208340000,"type":"event","evtName":"A"}"#, Err("ts")),
            (r#"{"identity":"a","ts":"today","type":"event","evtName":"A"}"#, Err("ts")),
            (r#"{"identity":"a","type":"profile"}"#, Err("profileData")),
            (r#"{"identity":"a","type":"profile","profileData":{}}"#, Err("profileData")),
            (r#"{"identity":"a","type":"profile","profileData":{"a#":1}}"#, Err("profileData.a#")),
            (
                r#"{"identity":"a","type":"profile","profileData":{"Gender":"female"}}"#,
                Err("profileData.Gender"),
            ),
            (
                r#"{"identity":"a","type":"profile","profileData":{"DOB":"1990-01-31"}}"#,
                Err("profileData.DOB"),
            ),
            (
                r#"{"identity":"a","type":"profile","profileData":{"DOB":{"$delete":1}}}"#,
                Ok(Kind::Repeatable),
            ),
            (r#"{"identity":"a","type":"profile","profileData":{"DOB":"$D_-10"}}"#, Ok(Kind::Repeatable)),
            (r#"{"identity":"a","type":"profile","profileData":{"n":{"$incr":"1"}}}"#, Err("profileData.n")),
            (
                r#"{"identity":"a","type":"profile","profileData":{"n":{"m":{"$decr":null}}}}"#,
                Err("profileData.n.m"),
            ),
            (
                r#"{"identity":"a","type":"profile","profileData":{"n":{"$add":"shoes"}}}"#,
                Err("profileData.n"),
            ),
            (r#"{"identity":"a","type":"profile","profileData":{"n":{"$remove":[]}}}"#, Err("profileData.n")),
            (r#"{"type":"token","objectId":"o"}"#, Err("tokenData")),
            (r#"{"type":"token","objectId":"o","tokenData":{"id":"t"}}"#, Err("tokenData.type")),
            (
                r#"{"type":"token","objectId":"o","tokenData":{"id":"t","type":"chrome","keys":{"p256dh":"p"}}}"#,
                Err("tokenData.keys.auth"),
            ),
        ];
        for (text, expected) in table {
            let record = record(text);
            let read = record.faults().map(|()| record.kind()).map_err(|fault| fault.field);
            assert_eq!(
                read.as_ref().map_err(String::as_str),
                expected.as_ref().map_err(|field| *field),
                "{text}"
            );
        }
    }

    #[test]
    fn the_text_stays_as_it_is_but_for_a_missing_source() {
        let written = |text: &str| {
            let mut body = Vec::new();
            record(text).write(Some("Ac\"me"), &mut body);
            String::from_utf8(body).unwrap()
        };
        let event = r#"{ "identity":"a", "type":"event","evtName":"Seen","evtData":{"price":1.10}}"#;
        assert_eq!(written(event), format!(r#"{{"$source":"Ac\"me",{}"#, &event[1..]));
        let sourced = r#"{"identity":"a","type":"event","$source":"X","evtName":"Seen"}"#;
        assert_eq!(written(sourced), sourced);
        let profile = r#"{"identity":"a","type":"profile","profileData":{"n":12345678901234567890123}}"#;
        assert_eq!(written(profile), profile);
    }
}

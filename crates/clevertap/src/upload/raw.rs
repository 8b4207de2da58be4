//! A record that the caller has as JSON: sent as it is, after the checks that every record has.

use afflux_core::decode::{Field, JsonText, Kind as JsonKind};

use super::record::Kind;
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
        let word = self.text.get("type").map(|field| field.text().into_owned()).unwrap_or_default();
        match word.as_str() {
            "event" => {
                self.about()?;
                let name = self.text.get("evtName").and_then(Field::as_str).unwrap_or_default();
                names::event("evtName", &name)?;
                self.object("evtData", names::property)
            }
            "profile" => {
                self.about()?;
                if self.text.get("profileData").is_none() {
                    return Err(Fault::new("profileData", "is missing"));
                }
                self.object("profileData", names::profile_key)
            }
            "token" => {
                for path in ["objectId", "tokenData.id", "tokenData.type"] {
                    let found = self.text.pointer(&format!("/{}", path.replace('.', "/")));
                    names::required(path, &found.map(Field::text).unwrap_or_default())?;
                }
                Ok(())
            }
            _ => Err(Fault::new("type", "must be `event`, `profile` or `token`")),
        }
    }

    fn about(&self) -> Result<(), Fault> {
        let named = |key: &&&str| self.text.get(key).is_some_and(|field| !field.text().trim().is_empty());
        if WHO.iter().filter(named).count() == 0 {
            return Err(Fault::new("identity", "is missing, and so are `objectId`, `FBID` and `GPID`"));
        }
        match self.text.get("ts") {
            Some(ts) => match ts.as_i64() {
                Some(seconds) => names::seconds("ts", seconds),
                None => Err(Fault::new("ts", "must be a number of seconds since 1970")),
            },
            None => Ok(()),
        }
    }

    fn object(&self, name: &str, check: fn(&str, &str) -> Result<(), Fault>) -> Result<(), Fault> {
        let Some(field) = self.text.get(name) else { return Ok(()) };
        if field.kind() != JsonKind::Object {
            return Err(Fault::new(name, "must be an object"));
        }
        field.entries().try_for_each(|(key, _)| check(name, &key))
    }
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
            (r#"{"identity":"a","type":"event","evtName":"Seen"}"#, Ok(Kind::Once)),
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
            (r#"{"identity":"a","ts":1468208340000,"type":"event","evtName":"A"}"#, Err("ts")),
            (r#"{"identity":"a","ts":"today","type":"event","evtName":"A"}"#, Err("ts")),
            (r#"{"identity":"a","type":"profile"}"#, Err("profileData")),
            (r#"{"type":"token","objectId":"o","tokenData":{"id":"t"}}"#, Err("tokenData.type")),
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

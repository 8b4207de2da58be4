//! Websites and databases: the places where a partner shows links, and the lists to which it writes.

use serde_json::{Value, json};

use super::call::{Call, Outcome, many, one, wrapped};
use super::records::Record;
use super::refusal::Refusal;
use super::state::{PARTNER, State};

const WEBSITE_FIELDS: &[&str] = &[
    "active",
    "primary",
    "description",
    "website_country",
    "website_name",
    "website_type",
    "website_type_name",
    "website_url",
    "website_vertical",
    "website_vertical_name",
];

const DATABASE_FIELDS: &[&str] =
    &["active", "creation_method", "database_name", "female", "male", "max_age", "min_age", "size"];

/// One of the two kinds.
struct Kind {
    one: &'static str,
    many: &'static str,
    id: &'static str,
    fields: &'static [&'static str],
}

const WEBSITE: Kind = Kind { one: "website", many: "websites", id: "website_id", fields: WEBSITE_FIELDS };
const DATABASE: Kind =
    Kind { one: "database", many: "databases", id: "database_id", fields: DATABASE_FIELDS };

pub(super) fn answer(state: &mut State, call: &Call<'_>) -> Option<Outcome> {
    Some(match call.operation {
        "listWebsites" => Ok(list(&WEBSITE, &state.websites)),
        "createWebsites" => Ok(create(&WEBSITE, state, call)),
        "updateWebsites" => update(&WEBSITE, &mut state.websites, call),
        "getWebsite" => get(&WEBSITE, &state.websites, call),
        "listDatabases" => Ok(list(&DATABASE, &state.databases)),
        "createDatabases" => Ok(create(&DATABASE, state, call)),
        "updateDatabases" => update(&DATABASE, &mut state.databases, call),
        "getDatabase" => get(&DATABASE, &state.databases, call),
        _ => return None,
    })
}

fn list(kind: &Kind, records: &[Record]) -> crate::wire::Answer {
    many(kind.many, wrapped(kind.one, records.iter().map(Record::value)))
}

fn get(kind: &Kind, records: &[Record], call: &Call<'_>) -> Outcome {
    let id = call.captured(kind.id);
    let record = records.iter().find(|record| record.id == id);
    record.map(|record| one(kind.one, record.value())).ok_or_else(|| Refusal::not_found(kind.one, id))
}

/// Takes one object, or several under the name of the list.
fn create(kind: &Kind, state: &mut State, call: &Call<'_>) -> crate::wire::Answer {
    let several = call.body.get(kind.many).and_then(Value::as_array);
    let given = several.map_or(std::slice::from_ref(&call.body), Vec::as_slice);
    let mut made = Vec::new();
    for fields in given {
        let record = blank(kind, state, fields);
        made.push(record.value());
        let records = if kind.one == "website" { &mut state.websites } else { &mut state.databases };
        records.push(record);
    }
    many(kind.many, wrapped(kind.one, made)).committed()
}

fn blank(kind: &Kind, state: &mut State, fields: &Value) -> Record {
    let mut record = if kind.one == "website" {
        let id = state.next_id("11l", 18_694);
        let fields = json!({
            "website_id": id, "publisher_id": PARTNER, "active": "y", "primary": "n", "description": null,
            "website_country": "GB", "website_name": null, "website_type": 1, "website_type_name": "Content",
            "website_url": "", "website_vertical": 10, "website_vertical_name": "Other",
        });
        Record::new(id, fields)
    } else {
        let id = state.next_id("111111l", 300_347);
        let fields = json!({
            "database_id": id, "publisher_id": PARTNER, "active": "y", "creation_method": "Email",
            "database_name": "", "female": 50, "male": 50, "max_age": 99, "min_age": 18, "size": 0,
        });
        Record::new(id, fields)
    };
    record.take(fields, kind.fields);
    record
}

/// Changes all that are named, or none.
fn update(kind: &Kind, records: &mut [Record], call: &Call<'_>) -> Outcome {
    let id_of = |given: &Value| given.get(kind.id).and_then(Value::as_str).unwrap_or_default().to_owned();
    let given = call.items(kind.many);
    let unknown = given.iter().map(id_of).find(|id| !records.iter().any(|record| record.id == *id));
    if let Some(id) = unknown {
        return Err(Refusal::NotFound { what: kind.one, id });
    }
    let mut changed = Vec::new();
    for fields in given {
        let id = id_of(fields);
        if let Some(record) = records.iter_mut().find(|record| record.id == id) {
            record.take(fields, kind.fields);
            changed.push(record.value());
        }
    }
    Ok(many(kind.many, wrapped(kind.one, changed)).committed())
}

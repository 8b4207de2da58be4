//! `afflux call` with every operation of CleverTap, each with a call that its metadata says is valid.

use afflux::clevertap::OPERATIONS;
use afflux_core::{
    operation::Operation,
    schema::{Field, Kind, Schema},
};
use afflux_sandbox::clevertap::PromoAuth;
use serde_json::{Map, Value, json};

use crate::world::World;

/// Values that mean something in the sandbox's made-up project.
fn known(name: &str, kind: Kind) -> Option<Value> {
    let text = match name {
        "event_name" => "Charged",
        "from" => "20251201",
        "to" => "20260105",
        "identity" => "user-1",
        "partner_name" => "acme",
        "when" => "now",
        _ => return None,
    };
    match kind {
        Kind::String | Kind::Any => Some(json!(text)),
        Kind::Integer | Kind::Number => text.parse::<i64>().ok().map(Value::from),
        _ => None,
    }
}

/// A value that the schema allows, as small as it may be.
fn sample(name: &str, schema: &Schema) -> Value {
    if let Some(value) = known(name, schema.kind) {
        return value;
    }
    if let Some(word) = schema.words.first() {
        return json!(word);
    }
    if let Some(first) = schema.one_of.first() {
        return sample(name, first);
    }
    let item = || schema.items.map_or(json!("a"), |items| sample(name, items));
    match (schema.kind, schema.format) {
        (Kind::Integer | Kind::Number, _) => {
            #[allow(clippy::cast_possible_truncation)] // Limits of the vendor's are whole and small.
            let least = schema.minimum.unwrap_or(1.0) as i64;
            json!(least)
        }
        (Kind::Boolean, _) => json!(true),
        (Kind::Array, _) => {
            Value::Array((0..schema.min_length.unwrap_or(1).max(1)).map(|_| item()).collect())
        }
        (Kind::Map, _) => json!({ "a": item() }),
        (Kind::Object, _) => {
            object(schema.fields.iter().filter(|field| !field.read_only && is_wanted(field)))
        }
        (_, Some("date")) => json!("2026-01-05"),
        (_, Some("date-time")) => json!("2026-01-05T00:00:00.000Z"),
        (_, Some("uri")) => json!("https://example.com/a.csv"),
        (_, Some("email")) => json!("a@example.com"),
        (Kind::String | Kind::Any, _) => json!("a".repeat(schema.min_length.unwrap_or(1).max(1))),
    }
}

/// Whether a call without the field would be refused, or ask for nothing.
fn is_wanted(field: &Field) -> bool {
    field.required || known(field.name, field.schema.kind).is_some()
}

fn object<'a>(fields: impl Iterator<Item = &'a Field>) -> Value {
    Value::Object(fields.map(|field| (field.name.to_owned(), sample(field.name, &field.schema))).collect())
}

fn call(operation: &Operation) -> Value {
    let required = operation.parameters.iter().filter(|parameter| parameter.required);
    let mut params: Map<String, Value> = required
        .map(|parameter| (parameter.name.to_owned(), sample(parameter.name, &parameter.schema)))
        .collect();
    if operation.id == "getProfile" {
        params.insert("identity".to_owned(), json!("user-1"));
    }
    if let Some(body) = operation.body.filter(|body| body.required) {
        params.insert("body".to_owned(), sample("body", &body.schema));
    }
    Value::Object(params)
}

#[test]
fn every_operation_of_clevertap_can_be_called() {
    let world = World::start();
    let clevertap = world.sandbox.clevertap();
    clevertap.configure(|switches| switches.promo_auth = PromoAuth::AccountHeaders);
    let mut refused = Vec::new();
    for operation in OPERATIONS {
        let params = call(operation).to_string();
        let run = world.run(&["call", "clevertap", operation.id, "--params", &params]);
        let seen = clevertap.requests().pop();
        let seen = seen.and_then(|seen| seen.operation);
        assert_eq!(seen.as_deref(), Some(operation.id), "{params}: {run:?}");
        // Ids that do not exist are refused; nothing is lost, unreadable or refused here.
        assert!(run.code == 0 || run.code == 1, "{} {params}: {run:?}", operation.id);
        if run.code == 1 {
            refused.push(operation.id);
        }
    }
    assert_eq!(OPERATIONS.len(), 75);
    assert!(refused.len() < 42, "what needs no id of something that is there is taken: {refused:?}");
}

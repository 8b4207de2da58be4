//! Parameters that an operation's own metadata accepts: whatever is required and nothing else.

use afflux_core::{
    dynamic::{self, Parameters},
    operation::{Operation, Safety},
    request::Request,
    schema::{Field, Kind, Schema},
};
use serde_json::{Map, Value, json};

/// Texts that fit the patterns and formats that vendors ask for; the first that fits is taken.
const TEXTS: [&str; 22] = [
    "x",
    "1",
    "12",
    "123",
    "DE",
    "de",
    "EUR",
    "2026-01-31",
    "2026-01-31T10:20:30Z",
    "2026-01-31 10:20:30",
    "20260131",
    "203.0.113.7",
    "ana@example.com",
    "https://example.com/x",
    "1l1007802",
    "1100l1234",
    "0193e5a4-6f3c-7f2a-9b1d-0a1b2c3d4e5f",
    "0123456789abcdef0123456789abcdef",
    "10.00",
    "a,b",
    "name:value",
    "P1D",
];

/// A request of `operation` with what it requires; with the caller's key where it takes one and `keyed`.
///
/// # Panics
/// If the operation refuses what its own metadata asks for.
pub fn valid(operation: &'static Operation, keyed: bool) -> Request {
    let text = parameters(operation, keyed).to_string();
    let parameters = Parameters::parse(&text).unwrap();
    dynamic::request(operation, &parameters, false)
        .unwrap_or_else(|found| panic!("{} refuses {text}: {}", operation.id, words(&found)))
}

/// The parameters of such a request, as the program takes them.
///
/// # Panics
/// If no text is known that fits a parameter.
pub fn parameters(operation: &'static Operation, keyed: bool) -> Value {
    let mut given = Map::new();
    for parameter in operation.parameters.iter().filter(|parameter| parameter.required) {
        given.insert(parameter.name.to_owned(), value(&parameter.schema));
    }
    if let Some(body) = operation.body.filter(|body| body.required) {
        given.insert("body".to_owned(), value(&body.schema));
    }
    if let (Safety::Keyed(key), true) = (operation.safety, keyed) {
        for name in operation.keyed_with.iter().copied().chain([key]) {
            let field = operation.body_fields().iter().find(|field| field.name == name);
            let schema = operation.parameter(name).map(|parameter| parameter.schema);
            let value =
                field.map(|field| field.schema).or(schema).map_or(json!("x"), |schema| value(&schema));
            // A field of the body and a parameter may share the place; the key goes where the operation takes it.
            match given.get_mut("body").filter(|_| field.is_some()) {
                Some(body) => body[name] = value,
                None => drop(given.insert(name.to_owned(), value)),
            }
        }
    }
    Value::Object(given)
}

fn words(found: &[impl std::fmt::Display]) -> String {
    found.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

fn value(schema: &Schema) -> Value {
    if let Some(first) = schema.one_of.first() {
        return value(first);
    }
    match schema.kind {
        Kind::Any => json!("x"),
        Kind::String => text(schema),
        Kind::Integer => number(schema).into(),
        Kind::Number => json!(number(schema)),
        Kind::Boolean => json!(true),
        Kind::Array => {
            let item = schema.items.map_or(json!("x"), value);
            Value::Array(vec![item; schema.min_length.unwrap_or(1).max(1)])
        }
        Kind::Object => object(schema.fields),
        Kind::Map => json!({ "x": schema.items.map_or(json!("x"), value) }),
    }
}

fn object(fields: &[Field]) -> Value {
    let required = fields.iter().filter(|field| field.required && !field.read_only);
    Value::Object(required.map(|field| (field.name.to_owned(), value(&field.schema))).collect())
}

fn text(schema: &Schema) -> Value {
    if let Some(word) = schema.words.first() {
        return json!(word);
    }
    let long = "x".repeat(schema.min_length.unwrap_or(1));
    let fits = TEXTS.into_iter().chain([long.as_str()]).find(|text| schema.text("text", text).is_ok());
    json!(fits.unwrap_or_else(|| panic!("no text fits {schema:?}: add one to the list")))
}

/// The smallest positive number in the range.
#[allow(clippy::cast_possible_truncation)]
fn number(schema: &Schema) -> i64 {
    let least = schema.minimum.unwrap_or(1.0).max(1.0).ceil();
    least.min(schema.maximum.unwrap_or(least)) as i64
}

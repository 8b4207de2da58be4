//! Holds a request against its schemas. Every violation is reported, none is put into words.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use serde_json::{Number, Value};

use super::Parameter;
use super::schema::{Additional, Kind, Schema};

/// One thing that is wrong with a request.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Violation {
    /// The name of the parameter, or the way to the member of the body (`a.b`, `a[0]`); empty for the body itself.
    pub(crate) field: String,
    pub(crate) rule: Rule,
    /// What was given; `None` when nothing was.
    pub(crate) actual: Option<Value>,
}

/// The rule that was violated, with what it expected.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Rule {
    Required,
    /// The type, by the name it has in JSON Schema.
    Type(&'static str),
    Minimum(Number),
    Maximum(Number),
    MinLength(usize),
    MaxLength(usize),
    Pattern(String),
    Enum(Vec<Value>),
    Format(String),
    MinItems(usize),
    MaxItems(usize),
    NotAllowed,
}

/// Checks one query parameter. A repeated name counts with its first value, unless the schema is an array.
pub(super) fn check_query(parameter: &Parameter, query: &[(String, String)]) -> Vec<Violation> {
    let given: Vec<&str> =
        query.iter().filter(|(name, _)| *name == parameter.name).map(|(_, value)| value.as_str()).collect();
    let Some(first) = given.first() else {
        let missing = Violation { field: parameter.name.clone(), rule: Rule::Required, actual: None };
        return if parameter.required { vec![missing] } else { Vec::new() };
    };
    let values: &[&str] = match &parameter.schema.items {
        Some(_) => &given,
        None => std::slice::from_ref(first),
    };
    let schema = parameter.schema.items.as_deref().unwrap_or(&parameter.schema);
    let mut found = Vec::new();
    for text in values {
        // In a query everything is text; a number is a number when it reads as one.
        let value = from_text(schema, text);
        let before = found.len();
        walk(schema, &value, &parameter.name, &mut found);
        for violation in found.iter_mut().skip(before) {
            violation.actual = Some(Value::from(*text));
        }
    }
    found
}

/// Checks a body.
pub(super) fn check_value(schema: &Schema, value: &Value) -> Vec<Violation> {
    let mut found = Vec::new();
    walk(schema, value, "", &mut found);
    found
}

fn from_text(schema: &Schema, text: &str) -> Value {
    let read = |kind: &Kind| match kind {
        Kind::Integer | Kind::Number => {
            text.parse::<i64>().map(Value::from).or_else(|_| text.parse::<f64>().map(Value::from)).ok()
        }
        Kind::Boolean => text.parse::<bool>().ok().map(Value::from),
        Kind::String | Kind::Array | Kind::Object | Kind::Null => None,
    };
    schema.kinds.as_slice().iter().find_map(read).unwrap_or_else(|| Value::from(text))
}

fn walk(schema: &Schema, value: &Value, field: &str, found: &mut Vec<Violation>) {
    if let Some(violations) = walk_alternatives(&schema.any_of, value, field) {
        found.extend(violations);
        return;
    }
    let mut add = |rule: Rule| {
        found.push(Violation { field: field.to_owned(), rule, actual: Some(value.clone()) });
    };
    let kinds = schema.kinds.as_slice();
    if let Some(kind) = kinds.first().filter(|_| !kinds.iter().any(|kind| kind.holds(value))) {
        // The other rules speak of a value of the right type.
        add(Rule::Type(match (kind, value) {
            // So that a vendor can tell "not a number" from "not a whole number".
            (Kind::Integer, value) if !value.is_number() => Kind::Number.name(),
            (kind, _) => kind.name(),
        }));
        return;
    }
    if let Some(choices) = schema.choices.as_ref().filter(|choices| !choices.contains(value)) {
        add(Rule::Enum(choices.clone()));
    }
    match value {
        Value::String(text) => walk_text(schema, text, &mut add),
        Value::Number(number) => {
            if let Some(bound) = schema.minimum.as_ref().filter(|bound| number.as_f64() < bound.as_f64()) {
                add(Rule::Minimum(bound.clone()));
            }
            if let Some(bound) = schema.maximum.as_ref().filter(|bound| number.as_f64() > bound.as_f64()) {
                add(Rule::Maximum(bound.clone()));
            }
        }
        Value::Array(items) => {
            if let Some(bound) = schema.min_items.filter(|bound| items.len() < *bound) {
                add(Rule::MinItems(bound));
            }
            if let Some(bound) = schema.max_items.filter(|bound| items.len() > *bound) {
                add(Rule::MaxItems(bound));
            }
            for (index, item) in items.iter().enumerate() {
                if let Some(schema) = &schema.items {
                    walk(schema, item, &format!("{field}[{index}]"), found);
                }
            }
        }
        Value::Object(members) => walk_members(schema, members, field, found),
        Value::Null | Value::Bool(_) => {}
    }
}

/// What is wrong with a value none of whose alternatives holds: the violations of the one that comes closest.
fn walk_alternatives(alternatives: &[Schema], value: &Value, field: &str) -> Option<Vec<Violation>> {
    let tried = alternatives.iter().map(|schema| {
        let mut found = Vec::new();
        walk(schema, value, field, &mut found);
        found
    });
    tried.min_by_key(Vec::len).filter(|violations| !violations.is_empty())
}

fn walk_text(schema: &Schema, text: &str, add: &mut impl FnMut(Rule)) {
    let length = text.chars().count();
    if let Some(bound) = schema.min_length.filter(|bound| length < *bound) {
        add(Rule::MinLength(bound));
    }
    if let Some(bound) = schema.max_length.filter(|bound| length > *bound) {
        add(Rule::MaxLength(bound));
    }
    if schema.regex.as_ref().is_some_and(|regex| !regex.is_match(text)) {
        add(Rule::Pattern(schema.pattern.clone().unwrap_or_default()));
    }
    if let Some(format) = schema.format.as_ref().filter(|format| !has_format(format, text)) {
        add(Rule::Format(format.clone()));
    }
}

fn walk_members(
    schema: &Schema,
    members: &serde_json::Map<String, Value>,
    field: &str,
    found: &mut Vec<Violation>,
) {
    let below = |name: &str| if field.is_empty() { name.to_owned() } else { format!("{field}.{name}") };
    for name in schema.required.iter().filter(|name| !members.contains_key(*name)) {
        found.push(Violation { field: below(name), rule: Rule::Required, actual: None });
    }
    for (name, value) in members {
        match (schema.properties.get(name), &schema.additional_properties) {
            (Some(schema), _) => walk(schema, value, &below(name), found),
            (None, Some(Additional::Schema(schema))) => walk(schema, value, &below(name), found),
            (None, Some(Additional::Allowed(false))) => {
                found.push(Violation {
                    field: below(name),
                    rule: Rule::NotAllowed,
                    actual: Some(value.clone()),
                });
            }
            (None, Some(Additional::Allowed(true)) | None) => {}
        }
    }
}

/// Formats that are checked; any other holds for every text.
fn has_format(format: &str, text: &str) -> bool {
    match format {
        "uuid" => text.len() == 36 && uuid::Uuid::try_parse(text).is_ok(),
        "date" | "date-time" => read_time(text).is_some(),
        _ => true,
    }
}

/// Reads a date, or a date and time with or without seconds, fraction and offset; without an offset it is UTC.
pub(crate) fn read_time(text: &str) -> Option<Timestamp> {
    if let Ok(time) = text.parse::<Timestamp>() {
        return Some(time);
    }
    let civil = match text.parse::<Date>() {
        Ok(date) if text.len() == 10 => date.to_datetime(jiff::civil::Time::midnight()),
        _ => text.parse::<DateTime>().ok()?,
    };
    civil.to_zoned(jiff::tz::TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::{Rule, Violation, check_value, read_time};
    use crate::spec::{Schema, Spec};

    fn schema(text: serde_json::Value) -> Schema {
        let mut schema: Schema = serde_json::from_value(text).unwrap();
        schema.compile().unwrap();
        schema
    }

    fn rules(schema: &Schema, value: &serde_json::Value) -> Vec<(String, Rule)> {
        check_value(schema, value).into_iter().map(|Violation { field, rule, .. }| (field, rule)).collect()
    }

    #[test]
    fn every_violation_of_a_body_is_found() {
        let schema = schema(json!({
            "type": "object", "required": ["a", "b"], "additionalProperties": false,
            "properties": {
                "a": {"type": "string", "pattern": "^[a-z]+$", "maxLength": 3},
                "n": {"type": ["integer", "null"], "minimum": 2, "maximum": 3},
                "l": {"type": "array", "maxItems": 1, "items": {"enum": ["x"]}},
            },
        }));
        let found = rules(&schema, &json!({"a": "ABCD", "n": 1, "l": ["x", "y"], "z": 0}));
        assert_eq!(
            found,
            [
                ("b".to_owned(), Rule::Required),
                ("a".to_owned(), Rule::MaxLength(3)),
                ("a".to_owned(), Rule::Pattern("^[a-z]+$".to_owned())),
                ("l".to_owned(), Rule::MaxItems(1)),
                ("l[1]".to_owned(), Rule::Enum(vec![json!("x")])),
                ("n".to_owned(), Rule::Minimum(2.into())),
                ("z".to_owned(), Rule::NotAllowed),
            ]
        );
        assert_eq!(
            rules(&schema, &json!({"a": "x", "b": 1, "n": null})),
            [("b".to_owned(), Rule::NotAllowed)]
        );
        assert_eq!(rules(&schema, &json!([])), [(String::new(), Rule::Type("object"))]);
    }

    #[test]
    fn of_several_alternatives_the_closest_tells_what_is_wrong() {
        let item = json!({"type": "object", "required": ["url"], "properties": {"url": {"type": "string"}}});
        let schema = schema(json!({"anyOf": [item, {
            "type": "object", "required": ["items", "count"],
            "properties": {"items": {"type": "array", "items": item}, "count": {"type": "integer"}},
        }]}));
        assert_eq!(rules(&schema, &json!({"url": "a"})), []);
        assert_eq!(rules(&schema, &json!({"items": [{"url": "a"}], "count": 1})), []);
        assert_eq!(rules(&schema, &json!({})), [("url".to_owned(), Rule::Required)]);
        assert_eq!(rules(&schema, &json!({"url": 1})), [("url".to_owned(), Rule::Type("string"))]);
    }

    #[test]
    fn a_variable_can_be_a_part_of_a_segment() {
        let spec = Spec::load(
            "test",
            r#"{"operations": [
                {"id": "report", "method": "GET", "path": "/x/{id}/report.{format}"},
                {"id": "all", "method": "GET", "path": "/x/{id}/all"},
                {"id": "add", "method": "POST", "path": "/x/{id}/all"}
            ]}"#,
        )
        .unwrap();
        let report = spec.route("GET", "/x/7/report.json").unwrap();
        assert_eq!(report.captures("/x/7/report.json"), Some(vec![("id", "7"), ("format", "json")]));
        assert!(spec.route("GET", "/x/7/report.").is_none() && report.captures("/x/7/all").is_none());
        assert_eq!(spec.methods("/x/7/all"), ["GET", "POST"]);
        assert!(spec.methods("/x/7").is_empty());
    }

    #[test]
    fn text_of_a_query_is_read_as_its_type() {
        let spec = Spec::load(
            "test",
            r#"{"operations": [{"id": "list", "method": "GET", "path": "/x/{id}/y", "parameters": [
                {"name": "n", "in": "query", "required": true, "schema": {"type": "integer", "maximum": 9}},
                {"name": "b", "in": "query", "required": false, "schema": {"type": "boolean"}},
                {"name": "u", "in": "query", "required": false, "schema": {"type": "string", "format": "uuid"}}
            ], "body": null}]}"#,
        )
        .unwrap();
        assert!(spec.route("GET", "/x//y").is_none() && spec.route("POST", "/x/1/y").is_none());
        let list = spec.route("GET", "/x/1/y").unwrap();
        let check = |pairs: &[(&str, &str)]| {
            let pairs: Vec<_> =
                pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            list.check_query(&pairs).into_iter().map(|violation| violation.rule).collect::<Vec<_>>()
        };
        assert_eq!(check(&[("n", "9"), ("b", "true")]), []);
        assert_eq!(check(&[]), [Rule::Required]);
        assert_eq!(check(&[("n", "10"), ("b", "yes")]), [Rule::Maximum(9.into()), Rule::Type("boolean")]);
        assert_eq!(check(&[("n", "1.5")]), [Rule::Type("integer")]);
        assert_eq!(check(&[("n", "x"), ("u", "y")]), [Rule::Type("number"), Rule::Format("uuid".to_owned())]);
    }

    #[test]
    fn a_pattern_that_is_none_is_an_error_and_not_a_panic() {
        let text = r#"{"operations": [{"id": "a", "method": "GET", "path": "/", "body": {"pattern": "("}}]}"#;
        assert!(Spec::load("test", text).unwrap_err().to_string().contains("operation a of test"));
    }

    #[test]
    fn times_are_read_with_and_without_seconds_and_zone() {
        for text in
            ["2023-06-22", "2023-06-22T00:00Z", "2023-06-22T00:00:00", "2023-06-22T02:00:00.000+02:00"]
        {
            assert_eq!(read_time(text).unwrap().to_string(), "2023-06-22T00:00:00Z", "{text}");
        }
        for text in ["", "yesterday", "2023-13-01", "22.06.2023"] {
            assert!(read_time(text).is_none(), "{text}");
        }
    }
}

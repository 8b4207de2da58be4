//! The operations as the sandbox reads them: JSON Schema with its references resolved, and nothing of Rust.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::super::spec::{Additional, Document, Node, Parameter, Schema, Spanned};

/// `<vendor>.json`, one operation after the other.
pub(crate) fn json(document: &Document) -> String {
    let mut operations = Vec::new();
    for (path, item) in document.paths.iter() {
        for (method, operation) in item.operations() {
            let operation = &operation.value;
            let parameters: Vec<Value> = item
                .parameters
                .iter()
                .chain(&operation.parameters)
                .filter_map(|parameter| parameter_json(document, parameter))
                .collect();
            let content = operation.body.as_ref().and_then(|body| body.value.content.0.first());
            let body = content.and_then(|(_, content)| content.schema.as_ref());
            operations.push(json!({
                "id": operation.id.value,
                "method": method,
                "path": path.value,
                "parameters": parameters,
                "body": body.map(|node| schema_json(document, node, 0)),
            }));
        }
    }
    let mut text = serde_json::to_string_pretty(&json!({ "operations": operations })).unwrap_or_default();
    let _ = writeln!(text);
    text
}

fn parameter_json(document: &Document, parameter: &Spanned<Parameter>) -> Option<Value> {
    let mut parameter = &parameter.value;
    if let Some(reference) = &parameter.reference {
        let name = reference.value.strip_prefix("#/components/parameters/")?;
        parameter = &document.components.parameters.get(name)?.value;
    }
    Some(json!({
        "name": parameter.name.as_ref()?.value,
        "in": parameter.place?.word(),
        "required": parameter.required,
        "schema": schema_json(document, parameter.schema.as_ref()?, 0),
    }))
}

fn schema_json(document: &Document, node: &Node, depth: usize) -> Value {
    let mut schema: &Schema = &node.value;
    if let Some(reference) = &schema.reference {
        let name = reference.value.trim_start_matches("#/components/schemas/");
        match document.components.schemas.get(name) {
            // What holds itself is cut: the sandbox takes anything there.
            Some(target) if depth < 16 => schema = &target.value,
            _ => return json!({}),
        }
    }
    let mut out = Map::new();
    let mut add = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            out.insert(name.to_owned(), value);
        }
    };
    let kinds = schema.kind.as_ref().map(|kind| kind.value.words());
    add("type", kinds.map(|kinds| if let [one] = kinds.as_slice() { json!(one) } else { json!(kinds) }));
    add("format", schema.format.as_ref().map(|format| json!(format.value)));
    add("pattern", schema.pattern.as_ref().map(|pattern| json!(pattern.value)));
    add("minimum", schema.minimum.map(number));
    add("maximum", schema.maximum.map(number));
    add("minLength", schema.min_length.map(|length| json!(length)));
    add("maxLength", schema.max_length.map(|length| json!(length)));
    add("minItems", schema.min_items.map(|length| json!(length)));
    add("maxItems", schema.max_items.map(|length| json!(length)));
    let words = schema.words.as_ref().filter(|_| schema.extension.open == Some(false));
    add("enum", words.map(|words| words.value.iter().map(|word| json!(word.value)).collect()));
    add("default", schema.fallback.as_ref().map(super::super::spec::Scalar::json));
    add("items", schema.items.as_ref().map(|items| schema_json(document, items, depth + 1)));
    if !schema.properties.is_empty() {
        let properties: Map<String, Value> = schema
            .properties
            .iter()
            .map(|(name, node)| (name.value.clone(), schema_json(document, node, depth + 1)))
            .collect();
        add("properties", Some(Value::Object(properties)));
    }
    if !schema.required.is_empty() {
        add("required", Some(schema.required.iter().map(|name| json!(name.value)).collect()));
    }
    add(
        "additionalProperties",
        schema.additional_properties.as_ref().map(|additional| match additional {
            Additional::Allowed(allowed) => json!(allowed),
            Additional::Schema(node) => schema_json(document, node, depth + 1),
        }),
    );
    let alternatives: Vec<Value> = schema
        .one_of
        .iter()
        .chain(&schema.any_of)
        .map(|node| schema_json(document, node, depth + 1))
        .collect();
    if !alternatives.is_empty() {
        add("anyOf", Some(Value::Array(alternatives)));
    }
    Value::Object(out)
}

/// A bound as it is written: whole numbers without a fraction.
#[allow(clippy::cast_possible_truncation)]
fn number(bound: f64) -> Value {
    if bound.fract() == 0.0 && bound.abs() < 1e15 { json!(bound as i64) } else { json!(bound) }
}

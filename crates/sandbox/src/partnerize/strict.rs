//! The third generation's strictness: a field of the body that the document does not name is refused.

use serde_json::Value;

use super::refusal::{Class, Flaw};
use crate::spec::Schema;

/// The members that are not in the schema, where the schema itself lets them pass.
pub(super) fn unknown_fields(schema: &Schema, value: &Value) -> Vec<Flaw> {
    let mut found = Vec::new();
    walk(schema, value, "", &mut found);
    found
}

fn walk(schema: &Schema, value: &Value, field: &str, found: &mut Vec<Flaw>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                let below = if field.is_empty() { name.clone() } else { format!("{field}.{name}") };
                match schema.properties.get(name) {
                    Some(schema) => walk(schema, value, &below, found),
                    None if schema.additional_properties.is_none() && !schema.properties.is_empty() => {
                        let message = format!("The attribute '{name}' is not expected.");
                        found.push(Flaw::new(below, Class::Unexpected, message));
                    }
                    None => {}
                }
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                if let Some(schema) = &schema.items {
                    walk(schema, item, &format!("{field}[{index}]"), found);
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

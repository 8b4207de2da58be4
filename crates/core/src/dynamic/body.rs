//! The body of a call by metadata: given whole under `body`, or field by field where the body is open.

use serde_json::{Value, value::RawValue};

use super::{BODY, Parameters, given, scalar};
use crate::{
    operation::{BodyEncoding, Operation},
    request::Request,
    schema::{Kind, Schema, Violation},
};

/// The fields of a form as the types that their schemas ask for, where the text allows it.
fn as_fields(schema: &Schema, form: Value) -> Value {
    let Value::Object(mut fields) = form else { return form };
    for field in schema.fields {
        if let Some(value) = fields.get_mut(field.name) {
            let read = match (field.schema.kind, &*value) {
                (Kind::Integer | Kind::Number | Kind::Boolean, Value::String(text)) => {
                    serde_json::from_str(text).ok()
                }
                (Kind::String, Value::Number(number)) => Some(Value::from(number.to_string())),
                _ => None,
            };
            if let Some(read) = read {
                *value = read;
            }
        }
    }
    Value::Object(fields)
}

/// The body on its way: given whole under `body`, or field by field where the body is open.
pub(super) struct Body<'a> {
    operation: &'static Operation,
    whole: Option<&'a RawValue>,
    fields: Vec<(String, &'a RawValue)>,
}

impl<'a> Body<'a> {
    pub(super) fn new(operation: &'static Operation, parameters: &'a Parameters) -> Self {
        Self { operation, whole: parameters.get(BODY).and_then(given), fields: Vec::new() }
    }

    /// Whether a name at the top belongs into the body.
    pub(super) fn takes(&self, name: &str) -> bool {
        self.operation.body.as_ref().is_some_and(|body| {
            let schema = &body.schema;
            schema.kind == Kind::Object
                && (schema.open || schema.fields.iter().any(|field| field.name == name))
        })
    }

    pub(super) fn push(&mut self, name: &str, value: &'a RawValue, found: &mut Vec<Violation>) {
        if self.whole.is_some() {
            found.push(Violation::new(name, "is a field of the body, which is already given under `body`"));
        } else {
            self.fields.push((name.to_owned(), value));
        }
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.text().is_some_and(|text| {
            serde_json::from_str::<Parameters>(&text).is_ok_and(|fields| {
                fields.get(key).and_then(given).is_some_and(|value| !scalar(value).is_empty())
            })
        })
    }

    fn text(&self) -> Option<String> {
        if let Some(whole) = self.whole {
            return Some(whole.get().to_owned());
        }
        if self.fields.is_empty() {
            return None;
        }
        let fields: Vec<String> = self
            .fields
            .iter()
            .map(|(name, value)| format!("{}:{}", Value::from(name.as_str()), value.get()))
            .collect();
        Some(format!("{{{}}}", fields.join(",")))
    }

    pub(super) fn finish(&self, request: Request, as_given: bool, found: &mut Vec<Violation>) -> Request {
        let Some(text) = self.text() else {
            if let Some(body) = &self.operation.body
                && body.required
                && !as_given
            {
                let value = Value::Object(serde_json::Map::new());
                let missing = body.schema.violations("", &value);
                if missing.is_empty() {
                    found.push(Violation::new(BODY, "is required"));
                }
                found.extend(missing);
            }
            return request;
        };
        let Some(body) = &self.operation.body else {
            if as_given {
                return request.json_text(text);
            }
            found.push(Violation::new(BODY, format!("is not taken by {}", self.operation.id)));
            return request;
        };
        if !as_given {
            // A valid raw value always reads again.
            let value: Value = serde_json::from_str(&text).unwrap_or_default();
            let at = if self.whole.is_some() { BODY } else { "" };
            // A form carries texts: `"12"` is as good a number as `12`.
            let value =
                if body.encoding == BodyEncoding::Form { as_fields(&body.schema, value) } else { value };
            found.extend(body.schema.violations(at, &value));
        }
        match body.encoding {
            BodyEncoding::Json => request.json_text(text),
            BodyEncoding::Binary => request.with_body(crate::request::Body::Bytes(text.into())),
            BodyEncoding::Form => match serde_json::from_str::<Parameters>(&text) {
                Ok(fields) => {
                    fields.scalars().fold(request, |request, (name, value)| request.form_pair(name, value))
                }
                Err(_) => {
                    found.push(Violation::new(BODY, "must be an object"));
                    request
                }
            },
        }
    }
}

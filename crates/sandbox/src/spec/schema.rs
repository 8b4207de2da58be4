//! The subset of JSON Schema that the documents use. Members that are not known here are passed over: they carry what
//! does not concern a server.

use std::collections::BTreeMap;

use regex_lite::Regex;
use serde::Deserialize;
use serde_json::{Number, Value};

/// A schema.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Schema {
    #[serde(rename = "type")]
    pub(crate) kinds: Kinds,
    pub(crate) format: Option<String>,
    pub(crate) minimum: Option<Number>,
    pub(crate) maximum: Option<Number>,
    pub(crate) max_length: Option<usize>,
    pub(crate) min_length: Option<usize>,
    pub(crate) pattern: Option<String>,
    #[serde(rename = "enum")]
    pub(crate) choices: Option<Vec<Value>>,
    #[serde(rename = "default")]
    pub(crate) fallback: Option<Value>,
    pub(crate) items: Option<Box<Schema>>,
    pub(crate) min_items: Option<usize>,
    pub(crate) max_items: Option<usize>,
    pub(crate) properties: BTreeMap<String, Schema>,
    pub(crate) required: Vec<String>,
    pub(crate) additional_properties: Option<Additional>,
    /// One of these must hold as well; empty when there is no choice.
    pub(crate) any_of: Vec<Schema>,
    #[serde(skip)]
    pub(crate) regex: Option<Regex>,
}

/// One type, several, or none (anything goes).
#[derive(Debug, Default, Deserialize)]
#[serde(untagged)]
pub(crate) enum Kinds {
    #[default]
    Any,
    One(Kind),
    Several(Vec<Kind>),
}

/// A JSON type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    String,
    Integer,
    Number,
    Boolean,
    Array,
    Object,
    Null,
}

/// What may stand beside the named properties.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Additional {
    Allowed(bool),
    Schema(Box<Schema>),
}

impl Kinds {
    pub(crate) fn as_slice(&self) -> &[Kind] {
        match self {
            Kinds::Any => &[],
            Kinds::One(kind) => std::slice::from_ref(kind),
            Kinds::Several(kinds) => kinds,
        }
    }
}

impl Kind {
    /// The name of the type in JSON Schema.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Kind::String => "string",
            Kind::Integer => "integer",
            Kind::Number => "number",
            Kind::Boolean => "boolean",
            Kind::Array => "array",
            Kind::Object => "object",
            Kind::Null => "null",
        }
    }

    pub(crate) fn holds(self, value: &Value) -> bool {
        match (self, value) {
            (Kind::Integer, Value::Number(number)) => {
                number.is_i64()
                    || number.is_u64()
                    || number.as_f64().is_some_and(|number| number.fract() == 0.0)
            }
            (Kind::String, Value::String(_))
            | (Kind::Number, Value::Number(_))
            | (Kind::Boolean, Value::Bool(_))
            | (Kind::Array, Value::Array(_))
            | (Kind::Object, Value::Object(_))
            | (Kind::Null, Value::Null) => true,
            _ => false,
        }
    }
}

impl Schema {
    /// Makes the patterns ready, here and below.
    pub(crate) fn compile(&mut self) -> Result<(), regex_lite::Error> {
        if let Some(pattern) = &self.pattern {
            self.regex = Some(Regex::new(pattern)?);
        }
        if let Some(items) = &mut self.items {
            items.compile()?;
        }
        if let Some(Additional::Schema(schema)) = &mut self.additional_properties {
            schema.compile()?;
        }
        self.any_of.iter_mut().try_for_each(Schema::compile)?;
        self.properties.values_mut().try_for_each(Schema::compile)
    }
}

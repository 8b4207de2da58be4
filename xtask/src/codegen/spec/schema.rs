//! Schemas as JSON Schema writes them, as far as they are read, and what `x-afflux` adds to them.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, Visitor, value::MapAccessDeserializer},
};

use super::{Ordered, Scalar, Spanned, Strings};

/// A schema and where it stands.
pub(crate) type Node = Spanned<Box<Schema>>;

/// A schema.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub(crate) struct Schema {
    #[serde(rename = "$ref")]
    pub(crate) reference: Option<Spanned<String>>,
    /// For readers of the document only.
    pub(crate) title: Option<String>,
    pub(crate) description: Option<String>,
    #[serde(rename = "type")]
    pub(crate) kind: Option<Spanned<Strings>>,
    pub(crate) format: Option<Spanned<String>>,
    pub(crate) pattern: Option<Spanned<String>>,
    pub(crate) minimum: Option<f64>,
    pub(crate) maximum: Option<f64>,
    pub(crate) min_length: Option<u32>,
    pub(crate) max_length: Option<u32>,
    pub(crate) min_items: Option<u32>,
    pub(crate) max_items: Option<u32>,
    #[serde(rename = "enum")]
    pub(crate) words: Option<Spanned<Vec<Spanned<String>>>>,
    #[serde(rename = "default")]
    pub(crate) fallback: Option<Scalar>,
    pub(crate) example: Option<Spanned<Scalar>>,
    pub(crate) items: Option<Node>,
    pub(crate) properties: Ordered<Node>,
    pub(crate) required: Vec<Spanned<String>>,
    pub(crate) additional_properties: Option<Additional>,
    pub(crate) one_of: Vec<Node>,
    pub(crate) any_of: Vec<Node>,
    pub(crate) read_only: bool,
    pub(crate) deprecated: bool,
    #[serde(rename = "x-afflux")]
    pub(crate) extension: SchemaExtension,
}

impl Schema {
    /// Whether something stands beside a reference that would not be heard there.
    pub(crate) fn says_more_than_a_reference(&self) -> bool {
        let own = &self.extension;
        self.kind.is_some()
            || self.format.is_some()
            || self.pattern.is_some()
            || self.minimum.is_some()
            || self.maximum.is_some()
            || self.min_length.is_some()
            || self.max_length.is_some()
            || self.min_items.is_some()
            || self.max_items.is_some()
            || self.words.is_some()
            || self.fallback.is_some()
            || self.example.is_some()
            || self.items.is_some()
            || !self.properties.is_empty()
            || !self.required.is_empty()
            || self.additional_properties.is_some()
            || !self.one_of.is_empty()
            || !self.any_of.is_empty()
            || own.name.is_some()
            || own.secret
            || own.id.is_some()
            || own.zone.is_some()
            || own.written.is_some()
            || own.decimal
            || own.open.is_some()
            || own.wrapped.is_some()
            || !own.words.is_empty()
            || !own.variants.is_empty()
            || !own.accepts.0.is_empty()
            || !own.drift.0.is_empty()
    }
}

/// The JSON types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Type {
    String,
    Integer,
    Number,
    Boolean,
    Array,
    Object,
    Null,
}

impl Type {
    /// The type of that name.
    pub(crate) fn of(word: &str) -> Option<Self> {
        Some(match word {
            "string" => Self::String,
            "integer" => Self::Integer,
            "number" => Self::Number,
            "boolean" => Self::Boolean,
            "array" => Self::Array,
            "object" => Self::Object,
            "null" => Self::Null,
            _ => return None,
        })
    }
}

/// What may stand beside the named properties of an object.
#[derive(Debug)]
pub(crate) enum Additional {
    Allowed(bool),
    Schema(Node),
}

impl<'de> Deserialize<'de> for Additional {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct BoolOrSchema;

        impl<'de> Visitor<'de> for BoolOrSchema {
            type Value = Additional;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("true, false or a schema")
            }

            fn visit_bool<E: Error>(self, allowed: bool) -> Result<Additional, E> {
                Ok(Additional::Allowed(allowed))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Additional, A::Error> {
                let schema = Box::<Schema>::deserialize(MapAccessDeserializer::new(map))?;
                let place = serde_saphyr::Location::UNKNOWN;
                Ok(Additional::Schema(Spanned::new(schema, place, place)))
            }
        }

        deserializer.deserialize_any(BoolOrSchema)
    }
}

/// What JSON Schema cannot say.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(crate) struct SchemaExtension {
    /// The name of the type that is generated for an enum, an object or alternatives written in place.
    pub(crate) name: Option<Spanned<String>>,
    /// The value is a secret: masked in `Debug`, never printed.
    pub(crate) secret: bool,
    /// The id type of a string.
    pub(crate) id: Option<Spanned<String>>,
    /// JSON types that an id is seen in beside its own.
    pub(crate) accepts: Strings,
    /// JSON types that a value is seen in beside the documented ones.
    pub(crate) drift: Strings,
    /// `null`, `""`, `[]` and `false` mean that there is nothing.
    pub(crate) vacant: bool,
    /// The zone of a date and time.
    pub(crate) zone: Option<Zone>,
    /// How a date or time is written in a request, in the letters of `strftime`.
    pub(crate) written: Option<Spanned<String>>,
    /// A number, or the text of one, whose digits are kept exactly.
    pub(crate) decimal: bool,
    /// Whether words that are not listed may be sent; they are always read.
    pub(crate) open: Option<bool>,
    /// What each word means.
    pub(crate) words: Ordered<String>,
    /// The variant of a word, where the one made from it would not do.
    pub(crate) variants: Ordered<Spanned<String>>,
    /// Other spellings of a property's name that were seen in answers.
    pub(crate) aliases: Vec<Spanned<String>>,
    /// The key in which each item of a list is wrapped once more.
    pub(crate) wrapped: Option<Spanned<String>>,
    /// The unit of a number.
    pub(crate) unit: Option<String>,
    /// Where the vendor says so.
    pub(crate) source: Option<String>,
    /// The variant's name among alternatives.
    pub(crate) variant: Option<Spanned<String>>,
}

/// The zone of a date and time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Zone {
    /// With its offset.
    Offset,
    /// UTC, whether the value says so or not.
    Utc,
    /// Without zone: nobody guesses one.
    None,
    /// Seconds since 1970.
    EpochSeconds,
    /// Milliseconds since 1970.
    EpochMillis,
}

//! Values of properties, as the vendor writes them.

use std::borrow::Cow;

use afflux_core::decode::JsonText;
use jiff::Timestamp;
use serde::ser::{Serialize, Serializer};

use super::fields::text;
use crate::names::{self, Fault};

/// The value of a property. A text may be borrowed: it is written when the property is set.
///
/// A [`Timestamp`] becomes a date property, in whole seconds; a text that looks like a date stays a text. Texts over
/// 512 bytes may be cut or dropped by the vendor.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Value<'a> {
    /// A text.
    Text(Cow<'a, str>),
    /// A whole number.
    Whole(i64),
    /// Any other number; it must be finite.
    Number(f64),
    /// A truth value.
    Bool(bool),
    /// A date and time, in seconds since 1970: `"$D_1468322268"`.
    Date(i64),
    /// Several texts, for profiles.
    List(Vec<String>),
    /// JSON as it is: a number with exact digits, a nested object where the account has them switched on.
    Json(JsonText),
}

impl Value<'_> {
    /// The same value, which borrows nothing.
    pub fn into_owned(self) -> Value<'static> {
        match self {
            Self::Text(text) => Value::Text(Cow::Owned(text.into_owned())),
            Self::Whole(number) => Value::Whole(number),
            Self::Number(number) => Value::Number(number),
            Self::Bool(truth) => Value::Bool(truth),
            Self::Date(time) => Value::Date(time),
            Self::List(items) => Value::List(items),
            Self::Json(json) => Value::Json(json),
        }
    }

    pub(crate) fn check(&self, parent: &str, name: &str) -> Result<(), Fault> {
        let field = || format!("{parent}.{name}");
        match self {
            Self::Number(number) if !number.is_finite() => {
                Err(Fault::new(field(), "must be a number that JSON can write"))
            }
            Self::Date(time) => date(&field, *time),
            Self::Text(text) => check_text(parent, name, text),
            _ => Ok(()),
        }
    }

    /// Appends it to a body.
    pub(crate) fn write(&self, body: &mut Vec<u8>) -> serde_json::Result<()> {
        if let Self::Text(value) = self {
            text(body, value);
            return Ok(());
        }
        serde_json::to_writer(body, self)
    }

    pub(crate) fn is_number(&self) -> bool {
        matches!(self, Self::Whole(_) | Self::Number(_))
    }
}

/// Refuses a text that the vendor reads as a date and that is in milliseconds.
pub(crate) fn check_text(parent: &str, name: &str, text: &str) -> Result<(), Fault> {
    match text.strip_prefix("$D_").and_then(|time| time.parse().ok()) {
        Some(time) => date(&|| format!("{parent}.{name}"), time),
        None => Ok(()),
    }
}

/// A date of birth may lie before 1970.
fn date(field: &dyn Fn() -> String, time: i64) -> Result<(), Fault> {
    if time > 0 { names::seconds(&field(), time) } else { Ok(()) }
}

impl Serialize for Value<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Whole(number) => serializer.serialize_i64(*number),
            Self::Number(number) => serializer.serialize_f64(*number),
            Self::Bool(truth) => serializer.serialize_bool(*truth),
            Self::Date(seconds) => serializer.collect_str(&format_args!("$D_{seconds}")),
            Self::List(items) => items.serialize(serializer),
            Self::Json(json) => json.serialize(serializer),
        }
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl From<i64> for Value<'_> {
    fn from(number: i64) -> Self {
        Self::Whole(number)
    }
}

impl From<i32> for Value<'_> {
    fn from(number: i32) -> Self {
        Self::Whole(number.into())
    }
}

impl From<u32> for Value<'_> {
    fn from(number: u32) -> Self {
        Self::Whole(number.into())
    }
}

impl From<f64> for Value<'_> {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<bool> for Value<'_> {
    fn from(truth: bool) -> Self {
        Self::Bool(truth)
    }
}

impl From<Timestamp> for Value<'_> {
    fn from(time: Timestamp) -> Self {
        Self::Date(time.as_second())
    }
}

impl From<Vec<String>> for Value<'_> {
    fn from(items: Vec<String>) -> Self {
        Self::List(items)
    }
}

impl From<JsonText> for Value<'_> {
    fn from(json: JsonText) -> Self {
        Self::Json(json)
    }
}

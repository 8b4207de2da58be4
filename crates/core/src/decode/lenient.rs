//! The trait of everything that can be read tolerantly, and the functions that serde attributes name.

use std::fmt;

use serde::de::Visitor;
use serde::{Deserialize, Deserializer};

use super::Field;
use super::parse::{self, Mode};

/// The value is not what the type needs. It says what was expected and never the value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    said: Said,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Said {
    Expected(&'static str),
    Whole(String),
}

impl Mismatch {
    /// `expected` completes the sentence "expected ...".
    pub const fn new(expected: &'static str) -> Self {
        Self { said: Said::Expected(expected) }
    }

    pub(super) fn because(message: String) -> Self {
        Self { said: Said::Whole(message) }
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.said {
            Said::Expected(expected) => write!(f, "expected {expected}"),
            Said::Whole(message) => f.write_str(message),
        }
    }
}

impl std::error::Error for Mismatch {}

/// A type that reads what a vendor means, whether or not it came in the documented type.
///
/// | type | reads |
/// | --- | --- |
/// | `String`, ids, open enums, [`Sensitive`](super::Sensitive) | a string; numbers and truth values as their text, digit for digit; arrays and objects as their JSON |
/// | integers | a whole number, or a string that holds one; `12.0` too |
/// | `bool` | `true`, `1`, `"true"`, `"1"`, `"y"`, `"yes"` and their opposites |
/// | `Decimal` | a number or a string, exactly; more than 28 digits do not fit |
/// | [`Amount`](super::Amount) | the same, and keeps what does not fit as text |
/// | `Timestamp`, `civil::Date`, `civil::DateTime`, [`EpochSeconds`](super::EpochSeconds), ... | see each |
/// | `Vec<T>` | an array; `[]`, `null`, `false`, `""` as empty; an object with index keys by its values; anything else as the one element |
/// | `BTreeMap<String, T>` | an object; `[]`, `null`, `false`, `""` as empty; an array by index |
/// | `Option<T>` | `null` as `None`; fails where `T` fails |
/// | [`Drift<T>`](super::Drift) | anything: never fails |
/// | models ([`model!`](crate::model)) | an object; `[]` as the empty one |
///
/// In a model a field names it by `#[serde(default, deserialize_with = "afflux_core::decode::lenient")]`.
pub trait Lenient: Sized {
    /// Whether the first, fast pass reads this type straight from the deserializer instead of from its text. Such a
    /// type may fail on drift there: the row is then read again from text.
    #[doc(hidden)]
    const DIRECT: bool = false;

    /// Reads a value from its text.
    fn from_field(field: Field<'_>) -> Result<Self, Mismatch>;

    /// Reads a value from a deserializer.
    fn lenient<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        parse::raw(deserializer, Self::from_field)
    }
}

/// Reads a field of a model by its type's [`Lenient`] rules.
pub fn lenient<'de, T: Lenient, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    T::lenient(deserializer)
}

/// The same for a field where the vendor writes `null`, `""`, `[]` or `false` for "nothing": those read as the
/// default (`None`, [`Drift::Absent`](super::Drift::Absent), an empty list).
pub fn absent<'de, T: Lenient + Default, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    parse::raw(deserializer, |field| if field.is_vacant() { Ok(T::default()) } else { T::from_field(field) })
}

impl<T: Lenient> Lenient for Option<T> {
    const DIRECT: bool = true;

    fn from_field(field: Field<'_>) -> Result<Self, Mismatch> {
        if field.is_null() { Ok(None) } else { T::from_field(field).map(Some) }
    }

    fn lenient<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if parse::mode() == Mode::Fast {
            deserializer.deserialize_option(OrNull(std::marker::PhantomData))
        } else {
            parse::raw(deserializer, Self::from_field)
        }
    }
}

/// Reads `null` as `None` and everything else straight.
pub(super) struct OrNull<T>(pub(super) std::marker::PhantomData<T>);

impl<'de, T: Lenient> Visitor<'de> for OrNull<T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value or null")
    }

    fn visit_none<E: serde::de::Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        T::lenient(deserializer).map(Some)
    }
}

impl<T: Lenient> Lenient for Box<T> {
    const DIRECT: bool = T::DIRECT;

    fn from_field(field: Field<'_>) -> Result<Self, Mismatch> {
        T::from_field(field).map(Box::new)
    }

    fn lenient<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::lenient(deserializer).map(Box::new)
    }
}

/// Any JSON, for what nobody documents. A `serde_json::Value` keeps neither digits nor key order:
/// [`JsonText`](super::JsonText) does.
impl Lenient for serde_json::Value {
    fn from_field(field: Field<'_>) -> Result<Self, Mismatch> {
        let value =
            parse::carefully(field.raw(), |deserializer| serde_json::Value::deserialize(deserializer));
        value.map_err(|fault| Mismatch::because(fault.what))
    }
}

/// Turns a mismatch into the deserializer's error, marked as ours so that its words can be shown.
pub(super) fn refuse<E: serde::de::Error>(mismatch: &Mismatch) -> E {
    E::custom(format_args!("{}{mismatch}", super::error::OURS))
}

/// A type that is read leniently, as serde sees it.
pub(super) struct Leniently<T>(pub(super) T);

impl<'de, T: Lenient> serde::Deserialize<'de> for Leniently<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::lenient(deserializer).map(Self)
    }
}

/// What a fast visitor says of a value that only the careful pass can read.
pub(super) fn needs_care<E: serde::de::Error>() -> E {
    E::custom("needs the careful pass")
}

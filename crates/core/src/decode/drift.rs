//! A field that cannot fail: what was documented, or what came instead.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::lenient::OrNull;
use super::parse::{self, Mode};
use super::{Field, Lenient, Mismatch};

/// What came where a `T` is documented.
///
/// The type of choice for every field of a model that needs parsing (numbers, dates, money, nested models): a value
/// that drifted does not cost the row, and does not pass for a missing one either. Texts, ids and open enums take
/// anything by themselves and need none of this.
///
/// `Debug` masks [`Other`](Self::Other): nobody knows what it is, so it can be a secret.
#[derive(Clone, PartialEq, Eq, Hash, Default)]
pub enum Drift<T> {
    /// The field is not there.
    #[default]
    Absent,
    /// The field is there and says `null`.
    Null,
    /// The documented value.
    Value(T),
    /// Something else: its JSON text as it came.
    Other(Box<str>),
}

impl<T> Drift<T> {
    /// The value, if it came as documented.
    pub fn get(&self) -> Option<&T> {
        if let Self::Value(value) = self { Some(value) } else { None }
    }

    /// The value itself, if it came as documented.
    pub fn into_option(self) -> Option<T> {
        if let Self::Value(value) = self { Some(value) } else { None }
    }

    /// A copy of the value, if it came as documented.
    pub fn copied(&self) -> Option<T>
    where
        T: Copy,
    {
        self.get().copied()
    }

    /// The value, or nothing where the vendor said nothing; an error where it said something else. For where taking
    /// a drifted value for a missing one would be a mistake, as with money.
    pub fn strict(&self) -> Result<Option<&T>, Mismatch> {
        match self {
            Self::Value(value) => Ok(Some(value)),
            Self::Absent | Self::Null => Ok(None),
            Self::Other(_) => Err(Mismatch::new("the documented type")),
        }
    }

    /// The JSON text of what came instead of a `T`.
    pub fn other(&self) -> Option<&str> {
        if let Self::Other(text) = self { Some(text) } else { None }
    }

    /// Whether the field is not there.
    pub fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    /// Whether the field says `null`.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }
}

impl<T> From<T> for Drift<T> {
    fn from(value: T) -> Self {
        Self::Value(value)
    }
}

impl<T: fmt::Debug> fmt::Debug for Drift<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absent => f.write_str("Absent"),
            Self::Null => f.write_str("Null"),
            Self::Value(value) => value.fmt(f),
            Self::Other(text) => write!(f, "Other({:?}, {} bytes)", Field::new(text).kind(), text.len()),
        }
    }
}

impl<T: Lenient> Lenient for Drift<T> {
    const DIRECT: bool = T::DIRECT;

    fn from_field(field: Field<'_>) -> Result<Self, Mismatch> {
        if field.is_null() {
            return Ok(Self::Null);
        }
        Ok(T::from_field(field).map_or_else(
            |_| {
                parse::forgive();
                Self::Other(field.raw().into())
            },
            Self::Value,
        ))
    }

    fn lenient<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if T::DIRECT && parse::mode() == Mode::Fast {
            let value = deserializer.deserialize_option(OrNull(std::marker::PhantomData))?;
            Ok(value.map_or(Self::Null, Self::Value))
        } else {
            parse::raw(deserializer, Self::from_field)
        }
    }
}

impl<'de, T: Lenient> Deserialize<'de> for Drift<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::lenient(deserializer)
    }
}

/// An absent field is to be skipped (`skip_serializing_if = "Drift::is_absent"`); otherwise it writes `null`.
impl<T: Serialize> Serialize for Drift<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Absent | Self::Null => serializer.serialize_none(),
            Self::Value(value) => value.serialize(serializer),
            Self::Other(text) => parse::write_raw(text, serializer),
        }
    }
}

//! Models: plain structs that are read from objects, and the macro that makes them so.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserializer;
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, MapAccess, Visitor};

use super::lenient::needs_care;
use super::parse::{self, Mode};
use super::{Field, Kind, Mismatch};

/// Makes a `Deserialize` struct a model: [`Lenient`](crate::decode::Lenient), with the wire names that it knows
/// ([`Known`](crate::decode::Known)).
///
/// ```
/// use afflux_core::decode::{Drift, Kept};
///
/// #[derive(Debug, Default, serde::Deserialize)]
/// #[serde(default)]
/// struct Website {
///     #[serde(deserialize_with = "afflux_core::decode::lenient")]
///     website_id: Option<String>,
///     #[serde(deserialize_with = "afflux_core::decode::lenient")]
///     created: Drift<jiff::Timestamp>,
/// }
/// afflux_core::model!(Website { "website_id", "created" });
///
/// let kept: Kept<Website> = Kept::parse(r#"{"website_id": 12, "created": "soon", "rank": 1.10}"#)?;
/// assert_eq!(kept.website_id.as_deref(), Some("12"));
/// assert_eq!(kept.created.other(), Some("\"soon\""));
/// assert_eq!(kept.extra("rank").as_deref(), Some("1.10"));
/// # Ok::<(), afflux_core::decode::DecodeError>(())
/// ```
#[macro_export]
macro_rules! model {
    ($model:ty { $($field:literal),* $(,)? }) => {
        impl $crate::decode::Known for $model {
            const FIELDS: &'static [&'static str] = &[$($field),*];
        }

        impl $crate::decode::Lenient for $model {
            const DIRECT: bool = true;

            // Compiled by who reads the model: a vendor has many that a user never touches.
            #[inline]
            fn from_field(field: $crate::decode::Field<'_>) -> Result<Self, $crate::decode::Mismatch> {
                $crate::decode::private::model_from_field(field)
            }

            fn lenient<'de, D: $crate::decode::private::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> Result<Self, D::Error> {
                $crate::decode::object(deserializer)
            }
        }
    };
}

/// Reads a struct from an object and from nothing else: a derived `Deserialize` alone would take an array as the
/// fields in their order.
pub fn object<'de, T: DeserializeOwned, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    if parse::mode() == Mode::Fast {
        deserializer.deserialize_any(Object(PhantomData))
    } else {
        parse::raw(deserializer, from_field)
    }
}

/// The same from text; `[]` is the empty object.
pub fn from_field<T: DeserializeOwned>(field: Field<'_>) -> Result<T, Mismatch> {
    let text = match field.kind() {
        Kind::Object => field.raw(),
        Kind::Array if field.is_empty_array() => "{}",
        _ => return Err(Mismatch::new("an object")),
    };
    let model = parse::carefully(text, |deserializer| T::deserialize(deserializer));
    model.map_err(|fault| Mismatch::because(fault.what))
}

struct Object<T>(PhantomData<T>);

impl<'de, T: DeserializeOwned> Visitor<'de> for Object<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map))
    }

    fn visit_seq<A: serde::de::SeqAccess<'de>>(self, _: A) -> Result<T, A::Error> {
        Err(needs_care())
    }
}

//! Models: plain structs that are read from objects, and the macro that makes them so.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserializer;
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, DeserializeSeed, IgnoredAny, MapAccess, Visitor};

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
///
/// Generated models have no derived `Deserialize`, which is most of the time that a compiler takes for a large vendor.
/// They say for each field how it is read and by which names, and are read in one way, from an object; of a name that
/// comes twice the last counts:
///
/// ```
/// #[derive(Debug, Default)]
/// struct Website {
///     website_id: Option<String>,
///     names: Vec<String>,
/// }
/// afflux_core::model!(Website { website_id: lenient = "website_id" | "id", names: absent = "names" });
///
/// let website: Website = serde_json::from_str(r#"{"id": 12, "names": null}"#)?;
/// assert_eq!((website.website_id.as_deref(), website.names.len()), (Some("12"), 0));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[macro_export]
macro_rules! model {
    ($model:ty { $($field:ident: $read:ident $(<$key:ty>)? = $($name:literal)|+),+ $(,)? }) => {
        const _: () = {
            #[allow(non_camel_case_types)] // they have the names of the fields
            pub enum At {
                $($field),+
            }

            impl $crate::decode::private::ReadFields for $model {
                type At = At;

                #[inline]
                fn at(name: &str) -> Option<At> {
                    match name {
                        $($($name)|+ => Some(At::$field),)+
                        _ => None,
                    }
                }

                fn read<'de, A: $crate::decode::private::serde::de::MapAccess<'de>>(
                    &mut self,
                    at: At,
                    map: &mut A,
                ) -> Result<(), A::Error> {
                    match at {
                        $(At::$field => {
                            $crate::decode::private::value::$read::<$($key,)? _, _>(map, &mut self.$field)
                        })+
                    }
                }
            }
        };

        impl<'de> $crate::decode::private::serde::Deserialize<'de> for $model {
            fn deserialize<D: $crate::decode::private::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> Result<Self, D::Error> {
                $crate::decode::private::read_fields(deserializer)
            }
        }

        $crate::model!(@ $model, $crate::decode::private::fields, [$($($name),+),+]);
    };
    ($model:ty { $($field:literal),* $(,)? }) => {
        $crate::model!(@ $model, $crate::decode::object, [$($field),*]);
    };
    (@ $model:ty, $lenient:path, [$($field:literal),*]) => {
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
                $lenient(deserializer)
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

/// A struct that is read field by field, beginning with its default.
pub trait ReadFields: Default {
    /// Its fields.
    type At;

    /// The field of that wire name.
    fn at(name: &str) -> Option<Self::At>;

    /// Reads the field's value.
    fn read<'de, A: MapAccess<'de>>(&mut self, at: Self::At, map: &mut A) -> Result<(), A::Error>;
}

/// Reads all fields of an object.
pub fn read_fields<'de, T: ReadFields, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let mut model = T::default();
    deserializer.deserialize_map(Fields(&mut model))?;
    Ok(model)
}

/// The same by the rules of [`Lenient`](super::Lenient).
pub fn fields<'de, T: ReadFields + DeserializeOwned, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    if parse::mode() == Mode::Fast {
        let mut model = T::default();
        deserializer.deserialize_any(Fields(&mut model))?;
        Ok(model)
    } else {
        parse::raw(deserializer, from_field)
    }
}

/// Reads the fields in place: a model is large, and would be copied by everyone who hands it on.
struct Fields<'a, T>(&'a mut T);

impl<'de, T: ReadFields> Visitor<'de> for Fields<'_, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(at) = map.next_key_seed(Name::<T>(PhantomData))? {
            match at {
                Some(at) => self.0.read(at, &mut map)?,
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

/// Which field a name stands for; the name itself is not kept.
struct Name<T>(PhantomData<T>);

impl<'de, T: ReadFields> DeserializeSeed<'de> for Name<T> {
    type Value = Option<T::At>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl<T: ReadFields> Visitor<'_> for Name<T> {
    type Value = Option<T::At>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(T::at(name))
    }
}

/// The ways in which a field's value is read.
pub mod value {
    use std::marker::PhantomData;

    use serde::{
        Deserializer,
        de::{DeserializeSeed, MapAccess},
    };

    use super::super::{Lenient, Wrapper};

    macro_rules! way {
        ($about:literal, $name:ident, $seed:ident, [$($key:ident: $bound:ident)?], $item:ident: $($its:ident)+, $value:ty) => {
            struct $seed<$($key,)? $item>(PhantomData<($($key,)? $item,)>);

            impl<'de, $($key: $bound,)? $item: Lenient $(+ $its)+> DeserializeSeed<'de> for $seed<$($key,)? $item> {
                type Value = $value;

                fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<$value, D::Error> {
                    super::super::$name::<$($key,)? _, _>(deserializer)
                }
            }

            #[doc = $about]
            pub fn $name<'de, $($key: $bound,)? $item: Lenient $(+ $its)+, A: MapAccess<'de>>(
                map: &mut A,
                into: &mut $value,
            ) -> Result<(), A::Error> {
                *into = map.next_value_seed($seed::<$($key,)? $item>(PhantomData))?;
                Ok(())
            }
        };
    }

    way!("By its type's rules.", lenient, ByItsType, [], T: Sized, T);
    way!("The same; what the vendor writes for nothing is the default.", absent, OrAbsent, [], T: Default, T);
    way!("A list whose items are wrapped each.", wrapped, Unwrapped, [W: Wrapper], T: Sized, Vec<T>);
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

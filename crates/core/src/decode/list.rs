//! Lists and maps, whatever the vendor writes for them.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserializer;
use serde::de::{Error, MapAccess, SeqAccess, Visitor};

use super::lenient::{Leniently, needs_care};
use super::parse::{self, Mode};
use super::{Field, Kind, Lenient, Mismatch};

impl<T: Lenient> Lenient for Vec<T> {
    const DIRECT: bool = true;

    fn from_field(field: Field<'_>) -> Result<Self, Mismatch> {
        if field.is_vacant() {
            return Ok(Self::new());
        }
        match field.kind() {
            Kind::Array => field.elements().map(parse::read).collect(),
            Kind::Object if field.entries().all(|(key, _)| is_index(&key)) => read_values(field),
            _ => Ok(vec![parse::read(field)?]),
        }
    }

    fn lenient<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if parse::mode() == Mode::Fast {
            deserializer.deserialize_any(List(PhantomData))
        } else {
            parse::raw(deserializer, Self::from_field)
        }
    }
}

impl<T: Lenient> Lenient for BTreeMap<String, T> {
    const DIRECT: bool = true;

    fn from_field(field: Field<'_>) -> Result<Self, Mismatch> {
        if field.is_vacant() {
            return Ok(Self::new());
        }
        match field.kind() {
            Kind::Object => {
                field.entries().map(|(key, value)| Ok((key.into_owned(), parse::read(value)?))).collect()
            }
            Kind::Array => field
                .elements()
                .zip(0..)
                .map(|(value, index)| Ok((index.to_string(), parse::read(value)?)))
                .collect(),
            _ => Err(Mismatch::new("an object")),
        }
    }

    fn lenient<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if parse::mode() == Mode::Fast {
            deserializer.deserialize_any(Map(PhantomData))
        } else {
            parse::raw(deserializer, Self::from_field)
        }
    }
}

/// Whether a key is one that PHP gives to an element of a list.
pub(super) fn is_index(key: &str) -> bool {
    !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_digit())
}

fn read_values<T: Lenient>(field: Field<'_>) -> Result<Vec<T>, Mismatch> {
    field.entries().map(|(_, value)| parse::read(value)).collect()
}

/// For `deserialize_with`: a list that the vendor writes as a map by id: the map's values, whatever its keys. The
/// keys stay in the text.
pub fn values<'de, T: Lenient, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    parse::raw(deserializer, |field| match field.kind() {
        Kind::Object => read_values(field),
        _ => Vec::from_field(field),
    })
}

/// The key in which a vendor wraps each item of a list.
pub trait Wrapper {
    /// The key.
    const KEY: &'static str;
}

/// For `deserialize_with = "wrapped::<Key, _, _>"`: a list whose items are each wrapped again (`{"website": {...}}`);
/// an item without its wrapper is taken too. What stands beside a wrapper stays in the text.
pub fn wrapped<'de, W: Wrapper, T: Lenient, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    parse::raw(deserializer, |field| {
        let unwrap = |item: Field<'_>| parse::read(item.get(W::KEY).unwrap_or(item));
        match field.kind() {
            _ if field.is_vacant() => Ok(Vec::new()),
            Kind::Array => field.elements().map(unwrap).collect(),
            Kind::Object if field.entries().all(|(key, _)| is_index(&key)) => {
                field.entries().map(|(_, item)| unwrap(item)).collect()
            }
            _ => Ok(vec![unwrap(field)?]),
        }
    })
}

struct List<T>(PhantomData<T>);

impl<'de, T: Lenient> Visitor<'de> for List<T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<Vec<T>, A::Error> {
        let mut list = Vec::new();
        while let Some(Leniently(element)) = array.next_element()? {
            list.push(element);
        }
        Ok(list)
    }

    fn visit_unit<E: Error>(self) -> Result<Vec<T>, E> {
        Ok(Vec::new())
    }
}

struct Map<T>(PhantomData<T>);

impl<'de, T: Lenient> Visitor<'de> for Map<T> {
    type Value = BTreeMap<String, T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
        let mut map = BTreeMap::new();
        while let Some((key, Leniently(value))) = object.next_entry()? {
            map.insert(key, value);
        }
        Ok(map)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<Self::Value, A::Error> {
        match array.next_element::<serde::de::IgnoredAny>()? {
            None => Ok(BTreeMap::new()),
            Some(_) => Err(needs_care()),
        }
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(BTreeMap::new())
    }
}

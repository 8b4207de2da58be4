//! Numbers, truth values and texts, in whatever type the vendor writes them.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::de::{Error, Visitor};
use serde::{Deserializer, Serializer};
use uuid::Uuid;

use super::lenient::needs_care;
use super::parse::{self, Mode};
use super::{Field, Kind, Lenient, Mismatch, amount};

impl Lenient for String {
    const DIRECT: bool = true;

    fn from_field(field: Field<'_>) -> Result<Self, Mismatch> {
        text_from_field(field)
    }

    fn lenient<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text(deserializer)
    }
}

/// Reads a text, whatever it is written as, and makes something of it.
pub fn text<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: for<'a> From<Cow<'a, str>>,
{
    if parse::mode() == Mode::Fast {
        deserializer.deserialize_any(Text(PhantomData))
    } else {
        parse::raw(deserializer, text_from_field)
    }
}

/// The same from text.
pub fn text_from_field<T: for<'a> From<Cow<'a, str>>>(field: Field<'_>) -> Result<T, Mismatch> {
    if field.is_null() { Err(Mismatch::new("a text")) } else { Ok(field.text().into()) }
}

/// Takes what can be turned into its text without loss; a fraction or a long number needs the text itself.
struct Text<T>(PhantomData<T>);

impl<T: for<'a> From<Cow<'a, str>>> Visitor<'_> for Text<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        Ok(T::from(Cow::Borrowed(text)))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<T, E> {
        Ok(T::from(Cow::Owned(text)))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<T, E> {
        Ok(T::from(Cow::Owned(number.to_string())))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<T, E> {
        Ok(T::from(Cow::Owned(number.to_string())))
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<T, E> {
        Err(needs_care())
    }

    fn visit_bool<E: Error>(self, truth: bool) -> Result<T, E> {
        Ok(T::from(Cow::Borrowed(if truth { "true" } else { "false" })))
    }
}

macro_rules! integers {
    ($($integer:ty),*) => { $(
        impl Lenient for $integer {
            fn from_field(field: Field<'_>) -> Result<Self, Mismatch> {
                const EXPECTED: &str = concat!("a whole number that fits ", stringify!($integer));
                let text = number_text(field, EXPECTED)?;
                match text.parse() {
                    Ok(number) => Ok(number),
                    Err(_) => whole(&text).and_then(|number| number.try_into().ok()).ok_or(Mismatch::new(EXPECTED)),
                }
            }
        }
    )* };
}
integers!(i8, i16, i32, i64, i128, u8, u16, u32, u64, u128, isize, usize);

/// `12.0` and `1.2e1` are whole numbers too.
fn whole(text: &str) -> Option<i128> {
    amount::exact(text).filter(Decimal::is_integer)?.to_i128()
}

/// The text of a number, in quotes or not.
fn number_text<'a>(field: Field<'a>, expected: &'static str) -> Result<Cow<'a, str>, Mismatch> {
    match field.kind() {
        Kind::Number | Kind::String => Ok(match field.text() {
            Cow::Borrowed(text) => text.trim().into(),
            Cow::Owned(text) => text.trim().to_owned().into(),
        }),
        _ => Err(Mismatch::new(expected)),
    }
}

impl Lenient for f64 {
    fn from_field(field: Field<'_>) -> Result<Self, Mismatch> {
        const EXPECTED: &str = "a number";
        let number = number_text(field, EXPECTED)?.parse::<f64>().ok();
        number.filter(|number| number.is_finite()).ok_or(Mismatch::new(EXPECTED))
    }
}

impl Lenient for bool {
    fn from_field(field: Field<'_>) -> Result<Self, Mismatch> {
        const TRUE: [&str; 4] = ["true", "1", "yes", "y"];
        const FALSE: [&str; 4] = ["false", "0", "no", "n"];
        let text = field.text();
        let is = |words: [&str; 4]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
        match (is(TRUE), is(FALSE)) {
            (true, _) => Ok(true),
            (_, true) => Ok(false),
            _ => Err(Mismatch::new("true or false")),
        }
    }
}

impl Lenient for Decimal {
    fn from_field(field: Field<'_>) -> Result<Self, Mismatch> {
        const EXPECTED: &str = "a decimal of at most 28 digits";
        amount::exact(&number_text(field, EXPECTED)?).ok_or(Mismatch::new(EXPECTED))
    }
}

impl Lenient for Uuid {
    fn from_field(field: Field<'_>) -> Result<Self, Mismatch> {
        field.as_str().and_then(|text| Uuid::try_parse(text.trim()).ok()).ok_or(Mismatch::new("a UUID"))
    }
}

/// For `#[serde(serialize_with = ...)]`: writes an id, a decimal or anything else whose text is a JSON number as that
/// number, digit for digit, and everything else as a string.
pub fn as_number<T: fmt::Display, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    let text = value.to_string();
    let number = text.starts_with(|first: char| first == '-' || first.is_ascii_digit())
        && serde_json::from_str::<&serde_json::value::RawValue>(&text)
            .is_ok_and(|raw| raw.get().len() == text.len());
    if number { parse::write_raw(&text, serializer) } else { serializer.serialize_str(&text) }
}

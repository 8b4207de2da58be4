//! JSON text that is kept as it came.

use std::fmt;

use bytes::Bytes;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use super::cursor::{Cursor, Fault};
use super::{DecodeError, Field, Kind, Lenient, Mismatch, parse};

/// One JSON value as text, byte for byte: a slice of the body that it came in, shared and not copied.
///
/// `Debug` shows its length only: a text can hold secrets. Equality is of bytes.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct JsonText {
    bytes: Bytes,
}

impl JsonText {
    /// Takes a text that must be one JSON value; a byte order mark and whitespace around it are left out.
    pub fn new(body: impl Into<Bytes>) -> Result<Self, DecodeError> {
        Self::of(&body.into())
    }

    fn of(body: &Bytes) -> Result<Self, DecodeError> {
        let (text, base) = utf8(body)?;
        let (start, end) = whole(text).map_err(|fault| DecodeError::at(text, fault))?;
        Ok(Self::slice(body, base + start, base + end))
    }

    /// A part of a body that is known to be one JSON value.
    pub(super) fn slice(body: &Bytes, start: usize, end: usize) -> Self {
        Self { bytes: body.slice(start..end) }
    }

    /// The text as it came.
    pub fn text(&self) -> &str {
        // It was checked when it was made.
        std::str::from_utf8(&self.bytes).unwrap_or("null")
    }

    /// The bytes as they came. They share the memory of the body.
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// Copies the text out of the body that it came in, so that it no longer holds that body's memory.
    pub fn detach(&mut self) {
        self.bytes = Bytes::copy_from_slice(&self.bytes);
    }

    /// The value, to look into.
    pub fn field(&self) -> Field<'_> {
        Field::new(self.text())
    }

    /// The value under a top-level name; see [`Field::get`].
    pub fn get(&self, name: &str) -> Option<Field<'_>> {
        self.field().get(name)
    }

    /// The value at a JSON pointer; see [`Field::pointer`].
    pub fn pointer(&self, pointer: &str) -> Option<Field<'_>> {
        self.field().pointer(pointer)
    }

    /// Reads the value by what it means.
    pub fn read<T: Lenient>(&self) -> Result<T, DecodeError> {
        let text = self.text();
        parse::careful(text).map_err(|fault| DecodeError::at(text, fault))
    }
}

impl fmt::Debug for JsonText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "JsonText({:?}, {} bytes)", self.field().kind(), self.bytes.len())
    }
}

impl Serialize for JsonText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        parse::write_raw(self.text(), serializer)
    }
}

impl<'de> Deserialize<'de> for JsonText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text: Box<str> = Box::<RawValue>::deserialize(deserializer)?.into();
        Ok(Self { bytes: Bytes::from(String::from(text)) })
    }
}

/// A copy of the text: for a field of a model whose shape nobody documents.
impl Lenient for JsonText {
    fn from_field(field: Field<'_>) -> Result<Self, Mismatch> {
        Ok(Self { bytes: Bytes::copy_from_slice(field.raw().as_bytes()) })
    }
}

/// The text of a body and where it begins: behind a byte order mark, if there is one.
pub(super) fn utf8(body: &Bytes) -> Result<(&str, usize), DecodeError> {
    let base = if body.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    let bytes = body.get(base..).unwrap_or_default();
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok((text, base)),
        Err(error) => {
            let good = bytes.get(..error.valid_up_to()).and_then(|good| std::str::from_utf8(good).ok());
            let fault = Fault { at: error.valid_up_to(), what: "the text is not UTF-8".to_owned() };
            Err(DecodeError::at(good.unwrap_or_default(), fault))
        }
    }
}

/// Where the one value of a text begins and ends.
pub(super) fn whole(text: &str) -> Result<(usize, usize), Fault> {
    let mut cursor = Cursor::new(text, 0);
    cursor.peek();
    let start = cursor.at();
    cursor.skip()?;
    let end = cursor.at();
    finish(&mut cursor)?;
    Ok((start, end))
}

/// Nothing but whitespace may follow a value.
pub(super) fn finish(cursor: &mut Cursor<'_>) -> Result<(), Fault> {
    if cursor.peek().is_some() { Err(cursor.fault("something follows the end of the JSON")) } else { Ok(()) }
}

/// The same JSON where each object has a key once: the last one. Stops descending where no real answer is.
pub(super) fn without_duplicates(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    copy_once(Field::new(text), 0, &mut out);
    out
}

fn copy_once(field: Field<'_>, depth: usize, out: &mut String) {
    const DEEPEST: usize = 64;
    match field.kind() {
        Kind::Object if depth < DEEPEST => {
            out.push('{');
            let mut members: Vec<_> = field.entries().collect();
            let mut seen = std::collections::HashSet::new();
            members.reverse();
            members.retain(|(key, _)| seen.insert(key.clone()));
            for (at, (key, value)) in members.into_iter().rev().enumerate() {
                out.push_str(if at == 0 { "" } else { "," });
                // A string always has a JSON form.
                out.push_str(&serde_json::to_string(&key).unwrap_or_default());
                out.push(':');
                copy_once(value, depth + 1, out);
            }
            out.push('}');
        }
        Kind::Array if depth < DEEPEST => {
            out.push('[');
            for (at, element) in field.elements().enumerate() {
                out.push_str(if at == 0 { "" } else { "," });
                copy_once(element, depth + 1, out);
            }
            out.push(']');
        }
        _ => out.push_str(field.raw()),
    }
}

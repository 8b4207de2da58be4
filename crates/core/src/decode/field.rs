//! One value inside kept text: looked at where it stands, decoded only when asked.

use std::borrow::Cow;
use std::fmt;

use rust_decimal::Decimal;
use serde::de::DeserializeOwned;
use serde::{Serialize, Serializer};

use super::cursor::{Cursor, unescape};
use super::{DecodeError, Lenient, Mismatch, amount, parse};

/// What kind of JSON value a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// `null`
    Null,
    /// `true` or `false`
    Bool,
    /// A number, of any length.
    Number,
    /// A string.
    String,
    /// An array.
    Array,
    /// An object.
    Object,
}

/// One value inside kept text, as a slice of it.
///
/// The typed readers are tolerant: `as_u64` reads `12` and `"12"`. [`raw`](Self::raw) is the text as it came.
/// Where an object has a key twice, the last one counts. `Debug` shows the kind and the length only.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Field<'a> {
    raw: &'a str,
}

impl<'a> Field<'a> {
    /// A value that is known to be JSON, without whitespace around it.
    #[inline]
    pub(super) fn new(raw: &'a str) -> Self {
        Self { raw }
    }

    /// The text as it came.
    #[inline]
    pub fn raw(self) -> &'a str {
        self.raw
    }

    /// The kind of the value.
    #[inline]
    pub fn kind(self) -> Kind {
        match self.raw.as_bytes().first() {
            Some(b'"') => Kind::String,
            Some(b'{') => Kind::Object,
            Some(b'[') => Kind::Array,
            Some(b't' | b'f') => Kind::Bool,
            Some(b'n') | None => Kind::Null,
            Some(_) => Kind::Number,
        }
    }

    /// Whether the value is `null`.
    #[inline]
    pub fn is_null(self) -> bool {
        self.kind() == Kind::Null
    }

    /// Whether the value is one of those that stand for "nothing" with vendors that mean it so: `null`, `""`, `[]`
    /// and `false`.
    pub fn is_vacant(self) -> bool {
        matches!(self.raw, "null" | "\"\"" | "false") || self.is_empty_array()
    }

    /// Whether the value is `[]`, which PHP writes for an empty map.
    pub fn is_empty_array(self) -> bool {
        let mut cursor = Cursor::new(self.raw, 0);
        cursor.take(b'[') && cursor.take(b']')
    }

    /// The content of a string; `None` for every other kind.
    #[inline]
    pub fn as_str(self) -> Option<Cow<'a, str>> {
        (self.kind() == Kind::String).then(|| unescape(self.raw))
    }

    /// The content of a string, and the text of every other kind as it came.
    #[inline]
    pub fn text(self) -> Cow<'a, str> {
        self.as_str().unwrap_or(Cow::Borrowed(self.raw))
    }

    /// A whole number, or a string that holds one.
    pub fn as_i64(self) -> Option<i64> {
        self.read().ok()
    }

    /// A whole number from 0, or a string that holds one.
    pub fn as_u64(self) -> Option<u64> {
        self.read().ok()
    }

    /// A truth value, also written as `1`, `0`, `"true"`, `"1"`, `"y"`, `"yes"` and their opposites.
    pub fn as_bool(self) -> Option<bool> {
        self.read().ok()
    }

    /// An exact decimal from a number or a string; `None` where it would have to be rounded.
    pub fn as_decimal(self) -> Option<Decimal> {
        amount::exact(&self.text())
    }

    /// Reads the value by what it means, tolerantly.
    pub fn read<U: Lenient>(self) -> Result<U, Mismatch> {
        U::from_field(self)
    }

    /// Decodes the value with serde.
    pub fn decode<U: DeserializeOwned>(self) -> Result<U, DecodeError> {
        let decoded = parse::carefully(self.raw, |deserializer| U::deserialize(deserializer));
        decoded.map_err(|fault| DecodeError::at(self.raw, fault))
    }

    /// The value under a name, if this is an object that has it. A name that the text writes with a stray colon
    /// (`"name:"`) is found under its proper name too.
    pub fn get(self, name: &str) -> Option<Field<'a>> {
        let mut stray = None;
        let mut found = None;
        for (key, value) in self.entries() {
            if key == name {
                found = Some(value);
            } else if key.strip_suffix(':') == Some(name) {
                stray = Some(value);
            }
        }
        found.or(stray)
    }

    /// The value at a JSON pointer (`/a/b/0`); the value itself at the empty pointer.
    pub fn pointer(self, pointer: &str) -> Option<Field<'a>> {
        if pointer.is_empty() {
            return Some(self);
        }
        let mut here = self;
        for segment in pointer.strip_prefix('/')?.split('/') {
            here = match here.kind() {
                Kind::Object if segment.contains('~') => {
                    here.get(&segment.replace("~1", "/").replace("~0", "~"))?
                }
                Kind::Object => here.get(segment)?,
                Kind::Array => here.elements().nth(index(segment)?)?,
                _ => return None,
            };
        }
        Some(here)
    }

    /// The members of an object in the order of the text; none for every other kind.
    pub fn entries(self) -> Entries<'a> {
        let mut cursor = Cursor::new(self.raw, 0);
        let open = cursor.take(b'{');
        Entries { cursor, open, first: true }
    }

    /// The elements of an array; none for every other kind.
    pub fn elements(self) -> Elements<'a> {
        let mut cursor = Cursor::new(self.raw, 0);
        let open = cursor.take(b'[');
        Elements { cursor, open, first: true }
    }
}

/// An array index as JSON pointers write it.
fn index(segment: &str) -> Option<usize> {
    let plain =
        segment.bytes().all(|byte| byte.is_ascii_digit()) && (segment == "0" || !segment.starts_with('0'));
    if plain { segment.parse().ok() } else { None }
}

impl fmt::Debug for Field<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Field({:?}, {} bytes)", self.kind(), self.raw.len())
    }
}

impl Serialize for Field<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        parse::write_raw(self.raw, serializer)
    }
}

/// The members of an object; see [`Field::entries`].
#[derive(Debug, Clone)]
pub struct Entries<'a> {
    cursor: Cursor<'a>,
    open: bool,
    first: bool,
}

impl<'a> Iterator for Entries<'a> {
    type Item = (Cow<'a, str>, Field<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        if !self.open {
            return None;
        }
        // Kept text has been checked; should it not be JSON after all, it has no more members.
        self.open = false;
        let key = self.cursor.key(std::mem::take(&mut self.first)).ok()??;
        let value = self.cursor.skip().ok()?;
        self.open = true;
        Some((unescape(key), Field::new(value)))
    }
}

/// The elements of an array; see [`Field::elements`].
#[derive(Debug, Clone)]
pub struct Elements<'a> {
    cursor: Cursor<'a>,
    open: bool,
    first: bool,
}

impl<'a> Iterator for Elements<'a> {
    type Item = Field<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        if !self.open {
            return None;
        }
        self.open = false;
        self.cursor.element(std::mem::take(&mut self.first)).ok()?.then_some(())?;
        let value = self.cursor.skip().ok()?;
        self.open = true;
        Some(Field::new(value))
    }
}

//! A typed view together with the text it came as.

use std::fmt;
use std::ops::{Deref, Range};

use bytes::Bytes;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use super::lenient::refuse;
use super::text::utf8;
use super::walk::{self, Item};
use super::{DecodeError, Field, JsonText, Lenient, Mismatch};

/// The wire names that a model knows; written by [`model!`](crate::model).
pub trait Known {
    /// The names.
    const FIELDS: &'static [&'static str];
}

/// A typed view of an answer or of a row, and its text: byte for byte as it came, shared with the body, not copied.
///
/// It dereferences to the view. What the view does not know is looked up in the text: [`get`](Self::get),
/// [`pointer`](Self::pointer), [`unknown_fields`](Self::unknown_fields). Serialized, it is its text. `Debug` shows the
/// view only. A kept value holds the memory of its whole body: [`detach`](Self::detach) copies it out.
///
/// The view may be of a part of the text: of what is inside an envelope (`{"data": {...}}`) or a wrapper
/// (`{"website": {...}}`).
#[derive(Clone)]
pub struct Kept<T> {
    view: T,
    text: JsonText,
    /// Where in the text the value stands that the view is of.
    inner: Range<usize>,
}

impl<T> Kept<T> {
    pub(super) fn from_parts(view: T, text: JsonText, inner: Range<usize>) -> Self {
        Self { view, text, inner }
    }

    /// The typed view, without its text.
    pub fn into_view(self) -> T {
        self.view
    }

    /// The text as it came.
    pub fn text(&self) -> &str {
        self.text.text()
    }

    /// The bytes as they came. They share the memory of the body.
    pub fn bytes(&self) -> &Bytes {
        self.text.bytes()
    }

    /// The text as a value of its own.
    pub fn json(&self) -> &JsonText {
        &self.text
    }

    /// The value that the view is of: the whole text, or what is inside its envelope or wrapper.
    pub fn field(&self) -> Field<'_> {
        Field::new(self.text.text().get(self.inner.clone()).unwrap_or("null"))
    }

    /// Copies the text out of its body, so that it no longer holds that body's memory.
    pub fn detach(&mut self) {
        self.text.detach();
    }

    /// The value under a name: in the view's own object, or else beside its wrapper.
    pub fn get(&self, name: &str) -> Option<Field<'_>> {
        self.field().get(name).or_else(|| self.text.get(name))
    }

    /// The value at a JSON pointer from the view's own object, or else from the top of the text.
    pub fn pointer(&self, pointer: &str) -> Option<Field<'_>> {
        self.field().pointer(pointer).or_else(|| self.text.pointer(pointer))
    }

    /// The value under a name as a string: a string's content, anything else as its JSON text.
    pub fn extra(&self, name: &str) -> Option<String> {
        self.get(name).map(|field| field.text().into_owned())
    }

    /// The fields of the view's own object that its type does not know, in the order of the text. A name with a stray
    /// colon (`"name:"`) counts as known where the name itself is.
    pub fn unknown_fields(&self) -> Vec<(String, Field<'_>)>
    where
        T: Known,
    {
        let known = |name: &str| T::FIELDS.contains(&name) || T::FIELDS.contains(&name.trim_end_matches(':'));
        let fields = self.field().entries().filter(|(name, _)| !known(name));
        fields.map(|(name, value)| (name.into_owned(), value)).collect()
    }

    /// The fields that stand beside the view's wrapper in the text; none where it has no wrapper.
    pub fn siblings(&self) -> Vec<(String, Field<'_>)> {
        if self.inner.len() == self.bytes().len() {
            return Vec::new();
        }
        let inner = self.field().raw().as_ptr();
        let holds = |value: &Field<'_>| value.raw().as_bytes().as_ptr_range().contains(&inner);
        let fields = self.text.field().entries().filter(|(_, value)| !holds(value));
        fields.map(|(name, value)| (name.into_owned(), value)).collect()
    }
}

impl<T: Lenient> Kept<T> {
    /// Reads a text that must be one JSON value.
    pub fn parse(body: impl Into<Bytes>) -> Result<Self, DecodeError> {
        one(&body.into(), "")
    }
}

/// Reads one answer: the view is of what stands under `at` (`""` for the top, `"data"`, `"a.b"`), the text is the whole
/// answer.
pub fn one<T: Lenient>(body: &Bytes, at: &str) -> Result<Kept<T>, DecodeError> {
    let (text, base) = utf8(body)?;
    let mut found: Option<Item<T>> = None;
    let whole = walk::one(text, at, &mut |cursor| {
        found = Some(walk::item(cursor, None)?);
        Ok(())
    });
    let whole = whole.map_err(|fault| DecodeError::at(text, fault))?;
    let item = found.ok_or_else(|| DecodeError::new(format!("there is no `{at}` in the answer")))?;
    let view = item.view.map_err(|mut fault| {
        fault.at += item.span.start;
        DecodeError::at(text, fault)
    })?;
    let inner = item.inner.start - whole.start..item.inner.end - whole.start;
    Ok(Kept::from_parts(view, JsonText::slice(body, base + whole.start, base + whole.end), inner))
}

impl<T> Deref for Kept<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.view
    }
}

/// Equal are texts that are equal byte for byte.
impl<T> PartialEq for Kept<T> {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl<T> Eq for Kept<T> {}

impl<T: fmt::Debug> fmt::Debug for Kept<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.view.fmt(f)
    }
}

impl<T> Serialize for Kept<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.text.serialize(serializer)
    }
}

/// Reads a text without envelope or wrapper, as it was written out.
impl<'de, T: Lenient> Deserialize<'de> for Kept<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text: Box<str> = Box::<RawValue>::deserialize(deserializer)?.into();
        let kept = Self::parse(String::from(text));
        kept.map_err(|error| refuse(&Mismatch::because(error.message().to_owned())))
    }
}

/// A part of a row that keeps its own text, as a copy.
impl<T: Lenient> Lenient for Kept<T> {
    fn from_field(field: Field<'_>) -> Result<Self, Mismatch> {
        let bytes = Bytes::copy_from_slice(field.raw().as_bytes());
        Self::parse(bytes).map_err(|error| Mismatch::because(error.message().to_owned()))
    }
}

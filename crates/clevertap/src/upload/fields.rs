//! The properties of a record, written as JSON while they come.

use std::fmt;

use crate::names::Fault;

/// Room for what most records have, so that a record is one allocation.
const ROOM: usize = 256;

/// In front of a property in the buffer: whether a repeat of it counts twice, and its length.
const HEADER: usize = 1 + size_of::<usize>();

/// Properties in the caller's order, one behind the other in one buffer; a name given again replaces the value. What is
/// wrong with them is kept until the record is taken.
#[derive(Clone, PartialEq, Default)]
pub(crate) struct Fields {
    /// A JSON string of the owner's, then the properties: header, then `"name":value`.
    buffer: Vec<u8>,
    begin: usize,
    faults: Option<Box<Faults>>,
}

/// What is wrong, which it rarely is: in a box, so that a record is cheap to move.
#[derive(Clone, PartialEq, Default)]
struct Faults(Vec<Fault>);

impl Fields {
    /// No properties yet, with room for some.
    pub(crate) fn new() -> Self {
        Self { buffer: Vec::with_capacity(ROOM), ..Self::default() }
    }

    /// No properties yet, behind a text of the owner's; `found` is what is wrong with that.
    pub(crate) fn behind(own: &str, found: Result<(), Fault>) -> Self {
        let mut fields = Self::new();
        text(&mut fields.buffer, own);
        fields.begin = fields.buffer.len();
        fields.note(found);
        fields
    }

    /// The owner's text, as JSON.
    pub(crate) fn own(&self) -> &[u8] {
        self.buffer.get(..self.begin).unwrap_or_default()
    }

    fn note(&mut self, found: Result<(), Fault>) {
        if let Err(fault) = found {
            self.faults.get_or_insert_default().0.push(fault);
        }
    }

    /// Sets a property. `counts` says whether a repeat of it counts twice; `found` is what is wrong with it, which names
    /// it as `parent.name`.
    pub(crate) fn set(
        &mut self,
        (parent, name): (&str, &str),
        counts: bool,
        found: Result<(), Fault>,
        write: impl FnOnce(&mut Vec<u8>) -> serde_json::Result<()>,
    ) {
        let start = self.buffer.len();
        self.buffer.push(counts.into());
        self.buffer.extend_from_slice(&[0; HEADER - 1]);
        if found.is_ok() {
            // A name that is fine has nothing to escape.
            quoted(&mut self.buffer, name);
        } else {
            text(&mut self.buffer, name);
        }
        self.buffer.push(b':');
        let known = self.find(start);
        let value = self.buffer.len();
        let mut found = found;
        if write(&mut self.buffer).is_err() {
            // The record is refused for it; its text stays JSON.
            self.buffer.truncate(value);
            self.buffer.extend_from_slice(b"null");
            found = found.and(Err(Fault::new(format!("{parent}.{name}"), "cannot be written as JSON")));
        }
        let length = self.buffer.len() - start - HEADER;
        if let Some(place) = self.buffer.get_mut(start + 1..).and_then(<[u8]>::first_chunk_mut) {
            *place = length.to_ne_bytes();
        }
        if let Some((at, length)) = known {
            let new = self.buffer.split_off(start);
            self.buffer.splice(at..at + length, new);
            if let Some(faults) = &mut self.faults {
                let field = format!("{parent}.{name}");
                faults.0.retain(|fault| fault.field != field);
            }
        }
        self.note(found);
    }

    /// Where a property is, with its header, whose name is the one that was just written at `start`.
    fn find(&self, start: usize) -> Option<(usize, usize)> {
        let (known, new) = self.buffer.split_at_checked(start)?;
        let name = new.get(HEADER..)?;
        let mut at = self.begin;
        for (_, field) in each(known.get(at..)?) {
            let length = HEADER + field.len();
            // Most differ in the first letter.
            if field.get(1) == name.get(1) && field.starts_with(name) {
                return Some((at, length));
            }
            at += length;
        }
        None
    }

    fn iter(&self) -> impl Iterator<Item = (bool, &[u8])> {
        each(self.buffer.get(self.begin..).unwrap_or_default())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.buffer.len() == self.begin
    }

    /// Whether a repeat of one of them counts twice.
    pub(crate) fn counts(&self) -> bool {
        self.iter().any(|(counts, _)| counts)
    }

    /// Whether there is one of that name.
    pub(crate) fn has(&self, name: &str) -> bool {
        let mut key = Vec::new();
        text(&mut key, name);
        key.push(b':');
        self.iter().any(|(_, field)| field.starts_with(&key))
    }

    /// The first thing that is wrong.
    pub(crate) fn check(&self) -> Result<(), Fault> {
        let first = self.faults.as_ref().and_then(|faults| faults.0.first());
        first.map_or(Ok(()), |fault| Err(fault.clone()))
    }

    /// Appends the object without its braces.
    pub(crate) fn write(&self, body: &mut Vec<u8>) {
        for (index, (_, field)) in self.iter().enumerate() {
            if index > 0 {
                body.push(b',');
            }
            body.extend_from_slice(field);
        }
    }
}

/// Headers' marks and properties, one after the other.
fn each(mut rest: &[u8]) -> impl Iterator<Item = (bool, &[u8])> {
    std::iter::from_fn(move || {
        let (counts, after) = rest.split_first()?;
        let (length, after) = after.split_first_chunk()?;
        let (field, after) = after.split_at_checked(usize::from_ne_bytes(*length))?;
        rest = after;
        Some((*counts != 0, field))
    })
}

impl fmt::Debug for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = Vec::new();
        self.write(&mut text);
        let [own, fields] = [self.own(), &text].map(String::from_utf8_lossy);
        write!(f, "{own} {{{fields}}}")
    }
}

fn quoted(body: &mut Vec<u8>, plain: &str) {
    body.push(b'"');
    body.extend_from_slice(plain.as_bytes());
    body.push(b'"');
}

/// Whether JSON has one of the bytes escaped. Looks at all of them, whatever the first says: that way the compiler looks
/// at many at a time.
#[allow(clippy::needless_bitwise_bool, reason = "a branch for each would look at one at a time")]
fn any_escaped(text: &str) -> bool {
    text.bytes().fold(false, |any, byte| any | (byte < b' ') | (byte == b'"') | (byte == b'\\'))
}

/// Appends a JSON string.
pub(crate) fn text(body: &mut Vec<u8>, text: &str) {
    if !any_escaped(text) {
        quoted(body, text);
    } else {
        body.extend_from_slice(serde_json::Value::from(text).to_string().as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(fields: &mut Fields, name: &str, number: i32) {
        let found = if number < 0 { Err(Fault::new(format!("at.{name}"), "is below zero")) } else { Ok(()) };
        fields.set(("at", name), number > 9, found, |body| serde_json::to_writer(body, &number));
    }

    fn written(fields: &Fields) -> String {
        let mut body = Vec::new();
        fields.write(&mut body);
        String::from_utf8(body).unwrap()
    }

    #[test]
    fn a_name_given_again_replaces_the_value_and_what_was_wrong_with_it() {
        let mut fields = Fields::behind("own \"text\"", Ok(()));
        for (name, number) in [("a", 1), ("ab", -22), ("c\"d\n", -3), ("a", 1234), ("c\"d\n", -4)] {
            set(&mut fields, name, number);
        }
        assert_eq!(written(&fields), r#""a":1234,"ab":-22,"c\"d\n":-4"#);
        assert_eq!(
            (fields.own(), fields.check().unwrap_err().field.as_str()),
            (&br#""own \"text\"""#[..], "at.ab")
        );
        assert!(fields.counts() && fields.has("ab") && !fields.has("b"));
        set(&mut fields, "ab", 5);
        set(&mut fields, "a", 6);
        assert_eq!(written(&fields), r#""a":6,"ab":5,"c\"d\n":-4"#);
        assert_eq!(fields.check().unwrap_err().field, "at.c\"d\n");
        assert!(!fields.counts() && !fields.is_empty());
    }

    #[test]
    fn texts_are_written_as_serde_writes_them() {
        for case in ["", "plain", "São Paulo", "a\"b", "a\\b", "a\tb\u{1}\u{7f}"] {
            let mut body = Vec::new();
            text(&mut body, case);
            assert_eq!(body, serde_json::to_vec(case).unwrap(), "{case}");
        }
    }
}

//! A position in JSON text: the few steps that finding a value needs, on top of `serde_json`'s own scanner.
//!
//! It never recurses, so no nesting can exhaust the stack.

use serde::de::IgnoredAny;

/// Where and why the text stopped being JSON.
#[derive(Debug)]
pub(super) struct Fault {
    /// Byte offset in the text that the cursor was made over.
    pub(super) at: usize,
    /// What was wrong; never a value of the text.
    pub(super) what: String,
}

/// A position in JSON text.
#[derive(Debug, Clone)]
pub(super) struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str, at: usize) -> Self {
        Self { text, at }
    }

    pub(super) fn text(&self) -> &'a str {
        self.text
    }

    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// Continues behind a value that somebody else has read.
    pub(super) fn jump(&mut self, at: usize) {
        self.at = at;
    }

    pub(super) fn slice(&self, from: usize, to: usize) -> &'a str {
        self.text.get(from..to).unwrap_or_default()
    }

    /// The next byte that is not whitespace, without taking it.
    pub(super) fn peek(&mut self) -> Option<u8> {
        let rest = self.text.as_bytes().get(self.at..)?;
        let blank = rest.iter().position(|byte| !matches!(byte, b' ' | b'\t' | b'\r' | b'\n'));
        self.at += blank.unwrap_or(rest.len());
        self.text.as_bytes().get(self.at).copied()
    }

    /// Takes the next byte if it is this one.
    pub(super) fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    pub(super) fn fault(&self, what: &str) -> Fault {
        Fault { at: self.at, what: what.to_owned() }
    }

    /// Passes over one value, which is checked on the way; gives its text.
    pub(super) fn skip(&mut self) -> Result<&'a str, Fault> {
        self.peek();
        let start = self.at;
        if let Some(end) = super::scan::end_of_value(self.text, start) {
            self.at = end;
            return Ok(self.slice(start, end));
        }
        let rest = self.text.get(start..).unwrap_or_default();
        let mut stream = serde_json::Deserializer::from_str(rest).into_iter::<IgnoredAny>();
        match stream.next() {
            Some(Ok(_)) => {
                self.at = start + stream.byte_offset();
                Ok(self.slice(start, self.at))
            }
            Some(Err(error)) => {
                Err(Fault { at: start + offset_of(rest, &error), what: super::error::describe(&error) })
            }
            None => Err(self.fault("the text ends where a value is expected")),
        }
    }

    /// The key of the next member of an object, quotes included, and the colon behind it; `None` at the object's end.
    /// `first` says that the opening brace has just been taken.
    pub(super) fn key(&mut self, first: bool) -> Result<Option<&'a str>, Fault> {
        if self.take(b'}') {
            return Ok(None);
        }
        if !first && !self.take(b',') {
            return Err(self.fault("expected `,` or `}`"));
        }
        if self.peek() != Some(b'"') {
            return Err(self.fault("expected a key"));
        }
        let key = self.skip()?;
        if !self.take(b':') {
            return Err(self.fault("expected `:`"));
        }
        self.peek();
        Ok(Some(key))
    }

    /// Moves to the next element of an array; `false` at the array's end.
    /// `first` says that the opening bracket has just been taken.
    pub(super) fn element(&mut self, first: bool) -> Result<bool, Fault> {
        if self.take(b']') {
            return Ok(false);
        }
        if !first && !self.take(b',') {
            return Err(self.fault("expected `,` or `]`"));
        }
        self.peek();
        Ok(true)
    }
}

/// The byte of `text` that a `serde_json` error points at: the last one that was taken or looked at.
pub(super) fn offset_of(text: &str, error: &serde_json::Error) -> usize {
    let lines_before = error.line().saturating_sub(1);
    let line_start = if lines_before == 0 {
        0
    } else {
        text.bytes()
            .enumerate()
            .filter(|(_, byte)| *byte == b'\n')
            .nth(lines_before - 1)
            .map_or(text.len(), |(at, _)| at + 1)
    };
    (line_start + error.column()).saturating_sub(1).min(text.len())
}

/// The content of a JSON string given with its quotes. A lone surrogate becomes U+FFFD; the text keeps what it was.
#[inline]
pub(super) fn unescape(quoted: &str) -> std::borrow::Cow<'_, str> {
    use std::borrow::Cow;
    let inner = quoted.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(quoted);
    if inner.contains('\\') { Cow::Owned(unescaped(quoted, inner)) } else { Cow::Borrowed(inner) }
}

/// Not a part of `unescape`, which is compiled again wherever a text is read.
#[inline(never)]
fn unescaped(quoted: &str, inner: &str) -> String {
    serde_json::from_str(quoted).unwrap_or_else(|_| unescape_lossy(inner))
}

fn unescape_lossy(inner: &str) -> String {
    let mut out = String::with_capacity(inner.len());
    let mut rest = inner;
    while let Some((before, after)) = rest.split_once('\\') {
        out.push_str(before);
        let mut chars = after.chars();
        let escape = chars.next();
        rest = chars.as_str();
        match escape {
            Some('b') => out.push('\u{8}'),
            Some('f') => out.push('\u{c}'),
            Some('n') => out.push('\n'),
            Some('r') => out.push('\r'),
            Some('t') => out.push('\t'),
            Some('u') => {
                let (unit, behind) = hex_unit(rest);
                rest = behind;
                let low =
                    rest.strip_prefix("\\u").map(hex_unit).filter(|(low, _)| (0xdc00..0xe000).contains(low));
                let code = match low {
                    Some((low, behind)) if (0xd800..0xdc00).contains(&unit) => {
                        rest = behind;
                        0x1_0000 + ((unit - 0xd800) << 10) + (low - 0xdc00)
                    }
                    _ => unit,
                };
                out.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            Some(other) => out.push(other),
            None => {}
        }
    }
    out.push_str(rest);
    out
}

/// Four hex digits, and what follows them.
fn hex_unit(text: &str) -> (u32, &str) {
    let digits = text.get(..4).unwrap_or_default();
    let unit = u32::from_str_radix(digits, 16).unwrap_or(0xfffd);
    (unit, text.get(digits.len()..).unwrap_or_default())
}

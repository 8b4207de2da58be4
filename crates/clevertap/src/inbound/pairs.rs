//! Names and values of a query or a form, as they came and decoded.

use std::{borrow::Cow, fmt};

use bytes::Bytes;

/// A query or a form body (`a=1&b=two`), with its bytes kept: what a GET brings, linked content for instance. `Debug`
/// shows the names only.
#[derive(Clone, PartialEq, Eq)]
pub struct Pairs {
    source: Bytes,
}

impl Pairs {
    /// Takes a query without its question mark, or the body of a form. Whatever it holds can be looked at: what is not
    /// UTF-8 is replaced when it is decoded.
    pub fn new(source: impl Into<Bytes>) -> Self {
        Self { source: source.into() }
    }

    /// The bytes as they came.
    pub fn source(&self) -> &Bytes {
        &self.source
    }

    /// Every pair in order, decoded. A name without `=` has an empty value.
    pub fn iter(&self) -> impl Iterator<Item = (Cow<'_, str>, Cow<'_, str>)> {
        let pairs = self.source.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty());
        pairs.map(|pair| {
            let equals = pair.iter().position(|byte| *byte == b'=').unwrap_or(pair.len());
            let (name, value) = pair.split_at(equals);
            (decode(name), decode(value.get(1..).unwrap_or_default()))
        })
    }

    /// The first value under a name.
    pub fn get(&self, name: &str) -> Option<Cow<'_, str>> {
        self.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }
}

impl fmt::Debug for Pairs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter().map(|(name, _)| name)).finish()
    }
}

/// Forms write a blank as `+`. A percent sign that begins no code stands for itself.
fn decode(text: &[u8]) -> Cow<'_, str> {
    if !text.iter().any(|byte| matches!(byte, b'%' | b'+')) {
        return String::from_utf8_lossy(text);
    }
    let digit = |byte: &u8| char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [first, others @ ..] = rest {
        rest = others;
        match (first, others) {
            (b'+', _) => decoded.push(b' '),
            (b'%', [tens, ones, behind @ ..]) => match (digit(tens), digit(ones)) {
                (Some(tens), Some(ones)) => {
                    decoded.push(tens * 16 + ones);
                    rest = behind;
                }
                _ => decoded.push(b'%'),
            },
            (other, _) => decoded.push(*other),
        }
    }
    Cow::Owned(String::from_utf8_lossy(&decoded).into_owned())
}

//! The order's id in the target network: AlterCPA's idempotency key.

use std::fmt;

use crate::fields::Invalid;

/// The most characters that are sent without [`Exto::unrestricted`].
const LONGEST: usize = 64;

/// The order's id in the target network, unique there (`exto`).
///
/// With a click it is what makes creating a lead repeatable: the second time the answer is `duplicate` with the original
/// lead. Take it from the order itself, before the first try, and never make a new one for another try.
///
/// It must have 1 to 64 characters of `0-9 A-Z a-z _ . -`, because nobody says what an install does with others: an
/// older server dropped them, and two ids could become one. A violation is an error when the call is sent, and nothing
/// leaves.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Exto {
    text: String,
    restricted: bool,
}

impl Exto {
    /// Takes an id.
    pub fn new(id: impl Into<String>) -> Self {
        Self { text: id.into(), restricted: true }
    }

    /// Takes an id with any characters and of any length, for an install that is known to keep it as it is.
    pub fn unrestricted(id: impl Into<String>) -> Self {
        Self { text: id.into(), restricted: false }
    }

    /// The id.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    pub(crate) fn check(&self) -> Result<(), Invalid> {
        if self.text.trim().is_empty() {
            return Err(Invalid::new("exto", "must not be empty: it would protect nothing"));
        }
        let usual = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
        if self.restricted && (self.text.len() > LONGEST || !self.text.bytes().all(usual)) {
            return Err(Invalid::new("exto", "must be 1 to 64 of 0-9, A-Z, a-z, `_`, `.` and `-`"));
        }
        Ok(())
    }
}

impl fmt::Display for Exto {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl From<&str> for Exto {
    fn from(id: &str) -> Self {
        Self::new(id)
    }
}

impl From<String> for Exto {
    fn from(id: String) -> Self {
        Self::new(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_every_server_keeps_is_taken() {
        for good in ["0", "ORD-7781", "a_b.c", &"x".repeat(64)] {
            assert!(Exto::new(good).check().is_ok(), "{good}");
        }
        for bad in ["", " ", "a b", "a/b", "заказ", &"x".repeat(65)] {
            assert!(Exto::new(bad).check().is_err(), "{bad}");
        }
        assert!(Exto::unrestricted("a/b").check().is_ok());
        assert!(Exto::unrestricted(" ").check().is_err());
    }
}

//! How a journal knows a row: by its content, and by how often that content occurred before in the file.
//!
//! So rows may be added, removed and sorted between two runs without one of them being sent twice, while two equal
//! rows stay two.

use std::{collections::HashMap, fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest, Sha256};

/// 128 bits of a SHA-256 over a row's content: nothing that is in the row can be read out of the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Content([u8; 16]);

impl Content {
    /// The content of named values, in whatever order they come. Lengths go in as well, so that no two different
    /// rows are written alike.
    pub(crate) fn of<'a>(values: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut values: Vec<(&str, &str)> = values.into_iter().collect();
        values.sort_unstable();
        let mut hash = Sha256::new();
        for text in values.into_iter().flat_map(|(name, value)| [name, value]) {
            hash.update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_le_bytes());
            hash.update(text.as_bytes());
        }
        let mut content = [0; 16];
        for (to, from) in content.iter_mut().zip(hash.finalize()) {
            *to = from;
        }
        Self(content)
    }
}

/// A row of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct RowKey {
    pub(crate) content: Content,
    /// How many rows with the same content came before it.
    pub(crate) occurrence: u32,
}

impl fmt::Display for RowKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in self.content.0 {
            write!(f, "{byte:02x}")?;
        }
        write!(f, ":{}", self.occurrence)
    }
}

/// A text that is not a row's key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotAKey;

impl fmt::Display for NotAKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not the key of a row")
    }
}

impl FromStr for RowKey {
    type Err = NotAKey;

    fn from_str(text: &str) -> Result<Self, NotAKey> {
        let (digits, occurrence) = text.split_once(':').ok_or(NotAKey)?;
        if digits.len() != 32 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(NotAKey);
        }
        let number = u128::from_str_radix(digits, 16).map_err(|_| NotAKey)?;
        let occurrence = occurrence.parse().map_err(|_| NotAKey)?;
        Ok(Self { content: Content(number.to_be_bytes()), occurrence })
    }
}

impl Serialize for RowKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for RowKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

/// Gives each row of a file its key, in the file's order.
#[derive(Debug, Default)]
pub(crate) struct Occurrences(HashMap<Content, u32>);

impl Occurrences {
    /// The key of the next row with this content.
    pub(crate) fn key(&mut self, content: Content) -> RowKey {
        let seen = self.0.entry(content).or_insert(0);
        let occurrence = *seen;
        *seen = seen.saturating_add(1);
        RowKey { content, occurrence }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn equal_rows_are_told_apart_by_their_occurrence_and_the_order_of_columns_says_nothing() {
        let mut occurrences = Occurrences::default();
        let one = occurrences.key(Content::of([("ip", "1.1.1.1"), ("email", "a@b.c")]));
        let two = occurrences.key(Content::of([("email", "a@b.c"), ("ip", "1.1.1.1")]));
        assert_eq!((one.content, one.occurrence), (two.content, 0));
        assert_eq!(two.occurrence, 1);
    }

    #[test]
    fn values_that_run_into_each_other_are_different_rows() {
        assert_ne!(Content::of([("ab", "c")]), Content::of([("a", "bc")]));
        assert_ne!(Content::of([("a", ""), ("b", "")]), Content::of([("a", "b")]));
    }

    proptest! {
        #[test]
        fn a_key_reads_back_as_it_was_written(name in ".*", value in ".*", occurrence in any::<u32>()) {
            let key = RowKey { content: Content::of([(name.as_str(), value.as_str())]), occurrence };
            prop_assert_eq!(key.to_string().parse::<RowKey>().unwrap(), key);
        }

        #[test]
        fn rows_sorted_otherwise_have_the_same_keys(mut rows in proptest::collection::vec(0_u8..4, 0..40)) {
            let keys = |rows: &[u8]| {
                let mut occurrences = Occurrences::default();
                let mut keys: Vec<String> = rows
                    .iter()
                    .map(|row| occurrences.key(Content::of([("n", row.to_string().as_str())])).to_string())
                    .collect();
                keys.sort();
                keys
            };
            let before = keys(&rows);
            rows.sort_unstable();
            prop_assert_eq!(keys(&rows), before);
        }
    }
}

//! The lines of a journal: one JSON object each, closed by a checksum over what stands before it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::row::RowKey;

/// A line of a journal. It holds no value of a row and no secret: a hash, ids, codes and times.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub(crate) enum Record {
    /// A run begins.
    Run {
        /// The job, for instance `irev push`.
        job: String,
        /// The vendor's address.
        target: String,
        /// When.
        at: Timestamp,
    },
    /// A row is about to be sent. It is on disk before its call leaves.
    Intent {
        /// The row.
        row: RowKey,
        /// Its line in the file, for people.
        line: u64,
        /// When.
        at: Timestamp,
    },
    /// What became of a row.
    Outcome {
        /// The row.
        row: RowKey,
        /// In a word.
        outcome: Settled,
        /// In detail.
        #[serde(flatten)]
        detail: Detail,
        /// When.
        at: Timestamp,
    },
}

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Settled {
    /// The vendor has it.
    Delivered,
    /// The vendor judged it and said no: for good.
    Rejected,
    /// Sent, and nobody knows: never sent again.
    Unknown,
    /// Nothing left: the next run sends it.
    NotSent,
    /// The vendor refused the call, not the row (a wrong token, too many calls): the next run sends it.
    Deferred,
}

/// What is worth keeping of an outcome.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Detail {
    /// The vendor's id of what the row became.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) id: Option<String>,
    /// The vendor's error code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) code: Option<String>,
    /// The HTTP status.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) status: Option<u16>,
    /// The id of the vendor's row in which a lost answer was found again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) found_as: Option<String>,
}

/// The most characters of a vendor's word that are kept.
const LONGEST_WORD: usize = 64;

impl Detail {
    /// Nothing is worth keeping.
    pub(crate) const NONE: Self = Self { id: None, code: None, status: None, found_as: None };

    /// Keeps a vendor's code if it is a word: prose could repeat what was sent.
    pub(crate) fn word(text: &str) -> Option<String> {
        let fits = |character: char| character.is_ascii_alphanumeric() || "_-.:".contains(character);
        (!text.is_empty() && text.len() <= LONGEST_WORD && text.chars().all(fits)).then(|| text.to_owned())
    }
}

/// `,"sum":"` + 16 digits + `"}`.
const SEAL: usize = 26;

impl Record {
    /// The record as a line, its checksum in it.
    pub(crate) fn line(&self) -> Result<String, serde_json::Error> {
        let mut line = serde_json::to_string(self)?;
        let sum = checksum(line.as_bytes());
        line.pop();
        line.push_str(",\"sum\":\"");
        line.push_str(&sum);
        line.push_str("\"}\n");
        Ok(line)
    }

    /// Reads a line without its line break; `None` if it is not whole and unchanged.
    pub(crate) fn read(line: &[u8]) -> Option<Self> {
        let (object, seal) = line.split_at_checked(line.len().checked_sub(SEAL)?)?;
        let sum = seal.strip_prefix(b",\"sum\":\"")?.strip_suffix(b"\"}")?;
        let mut object = object.to_vec();
        object.push(b'}');
        if checksum(&object).as_bytes() != sum {
            return None;
        }
        serde_json::from_slice(&object).ok()
    }
}

fn checksum(bytes: &[u8]) -> String {
    use std::fmt::Write;
    Sha256::digest(bytes).iter().take(8).fold(String::with_capacity(16), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
pub(crate) mod tests {
    use proptest::prelude::*;

    use super::super::row::Content;
    use super::*;

    pub(crate) fn row(name: &str, occurrence: u32) -> RowKey {
        RowKey { content: Content::of([("name", name)]), occurrence }
    }

    pub(crate) fn samples() -> Vec<Record> {
        let at: Timestamp = "2026-01-31T10:00:00Z".parse().unwrap();
        let detail = Detail { id: Some("u-1".to_owned()), status: Some(200), ..Detail::default() };
        vec![
            Record::Run { job: "irev push".to_owned(), target: "https://a.example/v2".to_owned(), at },
            Record::Intent { row: row("a", 0), line: 2, at },
            Record::Intent { row: row("b", 0), line: 3, at },
            Record::Outcome { row: row("a", 0), outcome: Settled::Delivered, detail, at },
            Record::Outcome { row: row("b", 0), outcome: Settled::NotSent, detail: Detail::default(), at },
            Record::Intent { row: row("a", 1), line: 4, at },
        ]
    }

    #[test]
    fn a_record_reads_back_as_it_was_written() {
        for record in samples() {
            let line = record.line().unwrap();
            assert_eq!(Record::read(line.trim_end().as_bytes()), Some(record), "{line}");
        }
    }

    #[test]
    fn prose_of_a_vendor_is_not_kept_as_a_code() {
        assert_eq!(Detail::word("CRM_DUPLICATION_ERROR").as_deref(), Some("CRM_DUPLICATION_ERROR"));
        for prose in ["", "password Secret1 is too short", "Ab\n", &"X".repeat(65)] {
            assert_eq!(Detail::word(prose), None, "{prose}");
        }
    }

    proptest! {
        #[test]
        fn no_changed_byte_goes_unnoticed(sample in 0_usize..6, at in any::<prop::sample::Index>(), flip in 1_u8..) {
            let record = samples().swap_remove(sample);
            let mut line = record.line().unwrap().trim_end().as_bytes().to_vec();
            let at = at.index(line.len());
            line[at] ^= flip;
            prop_assert_eq!(Record::read(&line), None);
        }
    }
}

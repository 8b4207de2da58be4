//! What a question consists of, and what an answer can be.

use serde::Serialize;
use serde_json::Value;

use crate::fault::Twist;

/// A question, taken apart.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Parts<'a> {
    /// Below the vendor's prefix, without the query.
    pub(crate) path: &'a str,
    /// Decoded, in order.
    pub(crate) query: &'a [(String, String)],
    /// `Null` when there is none.
    pub(crate) body: &'a Value,
    /// How many rows come in before the others between one page by offset and the next, as they do in live data.
    pub(crate) shift: u64,
    pub(crate) twist: Option<Twist>,
}

impl<'a> Parts<'a> {
    pub(super) fn one(&self, name: &str) -> Option<&'a str> {
        self.all(name).next()
    }

    /// Every value of a parameter, with or without brackets behind its name.
    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = &'a str> {
        let values = self.query.iter().filter(move |(have, _)| bare(have) == bare(name));
        values.map(|(_, value)| value.as_str())
    }

    pub(super) fn number(&self, name: &str) -> Result<Option<u64>, Complaint> {
        self.one(name).map(|text| text.parse().map_err(|_| Complaint::invalid(name, text))).transpose()
    }

    pub(super) fn yes(&self, name: &str) -> bool {
        self.one(name).is_some_and(|text| matches!(text, "true" | "1"))
    }
}

/// `name[]`, `name[0]` and `name` mean the same.
fn bare(name: &str) -> &str {
    match name.rsplit_once('[') {
        Some((bare, rest)) if rest.trim_end_matches(']').bytes().all(|byte| byte.is_ascii_digit()) => bare,
        _ => name,
    }
}

/// An answer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Answered {
    Json {
        body: Vec<u8>,
        headers: Vec<(&'static str, String)>,
    },
    /// Text of another kind.
    Text {
        kind: &'static str,
        body: String,
    },
    /// To be said in the words of the operation's generation.
    Refused(Complaint),
}

impl Answered {
    pub(super) fn json(body: &impl Serialize) -> Self {
        // Our own rows always serialise; should one not, the answer is no JSON and is seen.
        Self::Json { body: serde_json::to_vec(body).unwrap_or_default(), headers: Vec::new() }
    }

    pub(super) fn header(mut self, name: &'static str, value: String) -> Self {
        if let Self::Json { headers, .. } = &mut self {
            headers.push((name, value));
        }
        self
    }
}

/// What is wrong with a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Complaint {
    /// The parameter, or the path to the property such as `[metrics][0]`.
    pub(crate) field: String,
    pub(crate) why: Why,
}

/// What is wrong with a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Why {
    Missing,
    /// What was given cannot be read, or is none of the choices.
    Invalid(String),
    /// The user may not see this partner's data.
    Forbidden,
}

impl Complaint {
    pub(super) fn missing(field: &str) -> Self {
        Self { field: field.to_owned(), why: Why::Missing }
    }

    pub(super) fn invalid(field: &str, given: &str) -> Self {
        Self { field: field.to_owned(), why: Why::Invalid(given.to_owned()) }
    }
}

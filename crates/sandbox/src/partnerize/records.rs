//! What is stored, as the truth for tests.

use bytes::Bytes;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};

use super::switches::JobEnd;

/// Something that the partner made: a website, a database, a link, a tag, a transaction query, an acknowledgment or a
/// set of payment details.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Record {
    /// Its id.
    pub id: String,
    /// All it has, as answers write it.
    pub fields: Map<String, Value>,
}

impl Record {
    pub(super) fn new(id: impl Into<String>, fields: Value) -> Self {
        let fields = if let Value::Object(fields) = fields { fields } else { Map::new() };
        Self { id: id.into(), fields }
    }

    /// A field, where it is there and not null.
    pub fn field(&self, name: &str) -> Option<&Value> {
        self.fields.get(name).filter(|value| !value.is_null())
    }

    /// A field that is a text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.field(name).and_then(Value::as_str)
    }

    pub(super) fn value(&self) -> Value {
        Value::Object(self.fields.clone())
    }

    pub(super) fn set(&mut self, name: &str, value: impl Into<Value>) {
        self.fields.insert(name.to_owned(), value.into());
    }

    /// Takes over those of the named members that are given.
    pub(super) fn take(&mut self, given: &Value, names: &[&str]) {
        for name in names {
            if let Some(value) = given.get(*name) {
                self.set(name, value.clone());
            }
        }
    }
}

/// How the partner stands to a campaign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Participation {
    /// It takes part.
    Approved,
    /// It asked to.
    Pending,
    /// It was refused, or has declined.
    Rejected,
    /// It was asked to.
    Invited,
}

impl Participation {
    pub(super) fn of(letter: &str) -> Option<Self> {
        Some(match letter {
            "a" => Self::Approved,
            "p" => Self::Pending,
            "r" => Self::Rejected,
            "t" => Self::Invited,
            _ => return None,
        })
    }

    pub(super) fn letter(self) -> &'static str {
        match self {
            Self::Approved => "a",
            Self::Pending => "p",
            Self::Rejected => "r",
            Self::Invited => "t",
        }
    }
}

/// Work that goes on in the background.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Job {
    /// Its id.
    pub id: String,
    /// The operation that began it.
    pub operation: String,
    /// The path that was called.
    pub uri: String,
    /// The caller's own name for it.
    pub reference: Option<String>,
    /// When it began.
    pub created_at: Timestamp,
    /// When it is done.
    pub ends_at: Timestamp,
    /// When its result is thrown away.
    pub kept_until: Timestamp,
    /// Whether it fails in the end.
    pub fails: bool,
    /// How often its state was asked for.
    pub polls: u64,
    /// How often its result was handed out.
    pub downloads: u64,
    #[serde(skip)]
    pub(super) result: JobResult,
}

/// What a job leaves.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct JobResult {
    /// `csv` or `json`.
    pub(super) extension: &'static str,
    pub(super) content_type: String,
    pub(super) body: Bytes,
}

impl Job {
    pub(super) fn is_over(&self, now: Timestamp) -> bool {
        now >= self.ends_at
    }

    /// Whether there is a result to fetch.
    pub(super) fn has_result(&self, now: Timestamp) -> bool {
        self.is_over(now) && !self.fails && now < self.kept_until
    }

    pub(super) fn fails_by(end: JobEnd) -> bool {
        end == JobEnd::Failed
    }
}

//! A row of a file, whatever the file's form, and what is wrong with one.

use std::sync::Arc;

use serde::ser::{SerializeMap, Serializer};

use crate::journal::Content;

/// A row that can be read.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    /// The line it begins on.
    pub(crate) line: u64,
    body: Body,
}

#[derive(Debug, Clone)]
enum Body {
    /// As many cells as there are columns.
    Cells { columns: Arc<[String]>, cells: Vec<String> },
    /// The members of a JSON object as names and values, and its text.
    Members { members: Vec<(String, String)>, text: String },
    /// A JSON object as its text alone.
    Text(String),
}

/// A row that cannot be sent as it stands.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct BadRow {
    /// The line it begins on.
    pub(crate) line: u64,
    /// The column at fault, if it is one.
    pub(crate) column: Option<String>,
    /// What it must be, as the rest of a sentence.
    pub(crate) demand: String,
    /// The row as JSON text, as far as JSON can carry it. It is the same for the same row.
    pub(crate) content: String,
}

impl BadRow {
    /// `line 7, column country_code: must be two letters`.
    pub(crate) fn sentence(&self) -> String {
        match &self.column {
            Some(column) => format!("line {}, column `{column}`: {}", self.line, self.demand),
            None => format!("line {}: {}", self.line, self.demand),
        }
    }
}

impl Row {
    pub(super) fn of_cells(line: u64, columns: &Arc<[String]>, cells: Vec<String>) -> Self {
        Self { line, body: Body::Cells { columns: Arc::clone(columns), cells } }
    }

    pub(super) fn of_members(line: u64, members: Vec<(String, String)>, text: String) -> Self {
        Self { line, body: Body::Members { members, text } }
    }

    pub(super) fn of_text(line: u64, text: String) -> Self {
        Self { line, body: Body::Text(text) }
    }

    /// Name and value of everything that is there. An empty cell is a value that is not there.
    pub(crate) fn values(&self) -> impl Iterator<Item = (&str, &str)> {
        let values: Vec<(&str, &str)> = match &self.body {
            Body::Cells { columns, cells } => {
                let pairs = columns.iter().zip(cells).filter(|(_, value)| !value.is_empty());
                pairs.map(|(name, value)| (name.as_str(), value.as_str())).collect()
            }
            Body::Members { members, .. } => {
                members.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
            }
            Body::Text(_) => Vec::new(),
        };
        values.into_iter()
    }

    /// The JSON object that the row is; none where it is cells.
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.body {
            Body::Cells { .. } => None,
            Body::Members { text, .. } | Body::Text(text) => Some(text),
        }
    }

    /// By what journals know the row.
    pub(crate) fn key(&self) -> Content {
        match &self.body {
            Body::Text(text) => Content::of([("json", text.as_str())]),
            Body::Cells { .. } | Body::Members { .. } => Content::of(self.values()),
        }
    }

    /// The row whole, as JSON text, for the rejected file.
    pub(crate) fn content(&self) -> String {
        match &self.body {
            Body::Cells { columns, cells } => {
                let mut text = Vec::new();
                let mut serializer = serde_json::Serializer::new(&mut text);
                let written = serializer.serialize_map(None).and_then(|mut map| {
                    columns.iter().zip(cells).try_for_each(|(name, cell)| map.serialize_entry(name, cell))?;
                    map.end()
                });
                // Names and cells are texts, and memory takes them all.
                written.ok().and_then(|()| String::from_utf8(text).ok()).unwrap_or_else(|| "null".to_owned())
            }
            Body::Members { text, .. } | Body::Text(text) => text.clone(),
        }
    }

    /// The same row, but it cannot be sent.
    pub(crate) fn bad(&self, column: Option<&str>, demand: impl Into<String>) -> BadRow {
        BadRow {
            line: self.line,
            column: column.map(str::to_owned),
            demand: demand.into(),
            content: self.content(),
        }
    }
}

//! What is wrong with a document, and where: every message has a file, a line and a column.

use std::fmt;

use super::spec::{Span, Spanned};

/// A document and the name it has in messages.
#[derive(Debug)]
pub(crate) struct Source {
    /// The path from the workspace's top.
    pub(crate) file: String,
    /// Its text.
    pub(crate) text: String,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Fault {
    pub(crate) line: u64,
    pub(crate) column: u64,
    pub(crate) said: String,
}

impl Fault {
    /// A fault at the place where a value stands.
    pub(crate) fn at<T>(place: &Spanned<T>, said: impl Into<String>) -> Self {
        Self::on(Span::of(place), said)
    }

    /// A fault at a place.
    pub(crate) fn on(span: Span, said: impl Into<String>) -> Self {
        Self { line: span.line, column: span.column, said: said.into() }
    }
}

/// Everything that is wrong with a document, in the order of its lines.
#[derive(Debug, Default)]
pub(crate) struct Faults(Vec<Fault>);

impl Faults {
    /// A single fault.
    pub(crate) fn one(fault: Fault) -> Self {
        Self(vec![fault])
    }

    /// Adds a fault.
    pub(crate) fn add(&mut self, fault: Fault) {
        self.0.push(fault);
    }

    /// `Ok` if nothing is wrong.
    pub(crate) fn into_result(mut self) -> Result<(), Self> {
        self.0.sort();
        self.0.dedup();
        if self.0.is_empty() { Ok(()) } else { Err(self) }
    }

    /// One line for each fault: `file:line:column: message`.
    pub(crate) fn describe(&self, source: &Source) -> String {
        let lines = self.0.iter().map(|fault| Placed { source, fault }.to_string());
        lines.collect::<Vec<_>>().join("\n")
    }
}

struct Placed<'a> {
    source: &'a Source,
    fault: &'a Fault,
}

impl fmt::Display for Placed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Fault { line, column, said } = self.fault;
        write!(f, "{}:{line}:{column}: {said}", self.source.file)
    }
}

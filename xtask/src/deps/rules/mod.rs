//! The rules of the house, one file each. A rule is a function from the house to its violations; it runs nothing and
//! prints nothing, and its tests show a small house that breaks it.

pub(crate) mod features;
pub(crate) mod layers;
pub(crate) mod licences;
pub(crate) mod manifests;
pub(crate) mod reqwest;
pub(crate) mod secrets;
pub(crate) mod umbrella;
pub(crate) mod vendor_names;
pub(crate) mod weight;

use std::fmt;

use super::{
    house::{House, Source},
    tokens::{self, Token},
};

/// A rule's name and the reason for it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rule {
    pub(crate) name: &'static str,
    pub(crate) why: &'static str,
}

/// One place that breaks a rule.
#[derive(Debug)]
pub(crate) struct Violation {
    file: String,
    line: usize,
    rule: Rule,
    what: String,
}

impl Rule {
    /// `file` at `line` breaks this rule; `what` says how.
    pub(crate) fn violation(self, file: &str, line: usize, what: String) -> Violation {
        Violation { file: file.to_owned(), line, rule: self, what }
    }

    /// The tokens of `source`; where it cannot be read, that is the violation.
    fn code(self, source: &Source) -> Result<Vec<Token>, Violation> {
        tokens::code(&source.text).map_err(|what| self.violation(&source.path, 1, what))
    }

    /// Checks each source by its tokens.
    fn each<'a>(
        self,
        sources: impl IntoIterator<Item = &'a Source>,
        check: impl Fn(&Source, &[Token]) -> Vec<Violation>,
    ) -> Vec<Violation> {
        let check = |source: &Source| match self.code(source) {
            Ok(tokens) => check(source, &tokens),
            Err(violation) => vec![violation],
        };
        sources.into_iter().flat_map(check).collect()
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}:{}: [{}] {}\n    why: {}",
            self.file, self.line, self.rule.name, self.what, self.rule.why
        )
    }
}

/// The rules that need nothing but the files.
pub(crate) const OF_FILES: &[fn(&House) -> Vec<Violation>] =
    &[layers::check, manifests::check, umbrella::check, vendor_names::check, reqwest::check, secrets::check];

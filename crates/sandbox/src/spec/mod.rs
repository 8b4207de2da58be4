//! What a vendor's operations are and take: the document under `src/generated/` that is written from the vendor's
//! `api.yaml`, its route table, and the checking of requests against it.
//!
//! Violations are data. What a vendor says about them is the vendor's module's business.

mod check;
mod schema;

use serde::Deserialize;
use serde_json::Value;

pub(crate) use check::{Rule, Violation, read_time};
use check::{check_query, check_value};
pub(crate) use schema::{Kind, Schema};

/// Why a document cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SpecError {
    /// It is not JSON of the expected form.
    #[error("the operations of {vendor} cannot be read")]
    Form {
        /// The vendor whose document it is.
        vendor: &'static str,
        /// Where and why.
        source: serde_json::Error,
    },
    /// A pattern in it is not a regular expression.
    #[error("operation {operation} of {vendor} has a pattern that is not a regular expression")]
    Pattern {
        /// The vendor whose document it is.
        vendor: &'static str,
        /// The operation with the pattern.
        operation: String,
        /// What is wrong with it.
        source: regex_lite::Error,
    },
}

/// The operations of one vendor.
#[derive(Debug, Deserialize)]
pub(crate) struct Spec {
    operations: Vec<Operation>,
}

/// One operation.
#[derive(Debug, Deserialize)]
pub(crate) struct Operation {
    pub(crate) id: String,
    pub(crate) method: String,
    /// Below the vendor's prefix; `{name}` stands for one segment, or for the part of it that is left.
    pub(crate) path: String,
    #[serde(default)]
    pub(crate) parameters: Vec<Parameter>,
    #[serde(default)]
    body: Option<Schema>,
}

/// One parameter outside the body.
#[derive(Debug, Deserialize)]
pub(crate) struct Parameter {
    pub(crate) name: String,
    #[serde(rename = "in")]
    pub(crate) place: Place,
    #[serde(default)]
    pub(crate) required: bool,
    pub(crate) schema: Schema,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Place {
    Query,
    Path,
    Header,
    Cookie,
}

impl Spec {
    /// Reads a document.
    pub(crate) fn load(vendor: &'static str, text: &str) -> Result<Self, SpecError> {
        let mut spec: Self =
            serde_json::from_str(text).map_err(|source| SpecError::Form { vendor, source })?;
        for operation in &mut spec.operations {
            let id = operation.id.clone();
            let schemas = operation
                .parameters
                .iter_mut()
                .map(|parameter| &mut parameter.schema)
                .chain(operation.body.as_mut());
            for schema in schemas {
                schema.compile().map_err(|source| SpecError::Pattern {
                    vendor,
                    operation: id.clone(),
                    source,
                })?;
            }
        }
        Ok(spec)
    }

    /// The operation at this method and path below the prefix. Paths without variables win over those with.
    pub(crate) fn route(&self, method: &str, path: &str) -> Option<&Operation> {
        let fitting =
            self.operations.iter().filter(|operation| operation.method == method && operation.fits(path));
        fitting.min_by_key(|operation| operation.path.matches('{').count())
    }

    /// All operations, in the order of the document.
    pub(crate) fn operations(&self) -> &[Operation] {
        &self.operations
    }

    /// The methods that there are at this path.
    pub(crate) fn methods(&self, path: &str) -> Vec<&str> {
        let fitting = self.operations.iter().filter(|operation| operation.fits(path));
        fitting.map(|operation| operation.method.as_str()).collect()
    }

    /// Whether an operation is at this path, by whatever method.
    pub(crate) fn knows(&self, path: &str) -> bool {
        self.operations.iter().any(|operation| operation.fits(path))
    }
}

impl Operation {
    fn fits(&self, path: &str) -> bool {
        self.captures(path).is_some()
    }

    /// What a path has for the variables of this operation's, by name and as it came; `None` when it does not fit.
    pub(crate) fn captures<'a>(&'a self, path: &'a str) -> Option<Vec<(&'a str, &'a str)>> {
        let (mut own, mut given) = (self.path.split('/'), path.split('/'));
        let mut found = Vec::new();
        loop {
            match (own.next(), given.next()) {
                (None, None) => return Some(found),
                (Some(own), Some(given)) => found.extend(capture(own, given)?),
                _ => return None,
            }
        }
    }

    /// The schema of the body, where there is one.
    pub(crate) fn body_schema(&self) -> Option<&Schema> {
        self.body.as_ref()
    }

    /// Every violation of the query parameters, in the order of the document.
    pub(crate) fn check_query(&self, query: &[(String, String)]) -> Vec<Violation> {
        let parameters = self.parameters.iter().filter(|parameter| parameter.place == Place::Query);
        parameters.flat_map(|parameter| check_query(parameter, query)).collect()
    }

    /// Every violation of the body, in the order of the document's checks (requiredness first, then by name).
    pub(crate) fn check_body(&self, body: &Value) -> Vec<Violation> {
        self.body.as_ref().map(|schema| check_value(schema, body)).unwrap_or_default()
    }

    /// The schema of a query parameter, for defaults and bounds.
    pub(crate) fn query_schema(&self, name: &str) -> Option<&Schema> {
        self.parameters
            .iter()
            .find(|parameter| parameter.place == Place::Query && parameter.name == name)
            .map(|parameter| &parameter.schema)
    }
}

/// What a segment has for the variable of another, if that has one; `None` when it does not fit.
fn capture<'a>(own: &'a str, given: &'a str) -> Option<Vec<(&'a str, &'a str)>> {
    let Some((before, rest)) = own.split_once('{') else { return (own == given).then(Vec::new) };
    let (name, after) = rest.split_once('}')?;
    let value = given.strip_prefix(before)?.strip_suffix(after)?;
    (!value.is_empty()).then(|| vec![(name, value)])
}

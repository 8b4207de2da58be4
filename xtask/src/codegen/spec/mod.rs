//! The text of an `api.yaml` as strict types: what may be written there, and nothing about what it means.
//!
//! Every map refuses keys that it does not know and keys given twice; whatever a later step may complain about is
//! [`Spanned`], so that the complaint has a line.

mod extension;
mod operation;
mod paging;
mod schema;
mod value;

use serde::Deserialize;
pub(crate) use serde_saphyr::Spanned;

pub(crate) use self::{
    extension::{
        CostRule, DocumentExtension, ErrorRule, HazardRule, Headers, OperationExtension, ResponseExtension,
        SafetyRule, Window,
    },
    operation::{Content, Operation, Parameter, PathItem, Place},
    paging::{PagingRule, PagingRules},
    schema::{Additional, Node, Schema, Type, Zone},
    value::{Ordered, Scalar, Span, Strings, Time},
};
use crate::codegen::fault::{Fault, Faults, Source};

/// A whole document.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Document {
    pub(crate) openapi: Spanned<String>,
    pub(crate) info: Info,
    /// For readers; base URLs are configuration.
    #[serde(default)]
    #[expect(dead_code, reason = "read so that its keys are checked")]
    pub(crate) servers: Vec<Server>,
    #[serde(rename = "x-afflux")]
    pub(crate) extension: DocumentExtension,
    pub(crate) paths: Ordered<PathItem>,
    #[serde(default)]
    pub(crate) components: Components,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Info {
    pub(crate) title: String,
    #[expect(dead_code, reason = "OpenAPI demands it")]
    pub(crate) version: String,
    #[serde(default)]
    pub(crate) description: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "read so that its keys are checked")]
pub(crate) struct Server {
    pub(crate) url: String,
    #[serde(default)]
    pub(crate) description: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Components {
    #[serde(default)]
    pub(crate) schemas: Ordered<Node>,
    #[serde(default)]
    pub(crate) parameters: Ordered<Spanned<Parameter>>,
}

/// Reads a document.
pub(crate) fn read(source: &Source) -> Result<Document, Faults> {
    let document: Document = serde_saphyr::from_str(&source.text).map_err(|error| {
        let bare = error.without_snippet();
        let (line, column) = bare.location().map_or((1, 1), |at| (at.line(), at.column()));
        let said = bare.to_string();
        // The place is in front of the message; the reader's own words for it are left out.
        let said = said.lines().next().unwrap_or_default();
        let said = said.split(", set DuplicateKeyPolicy").next().unwrap_or(said);
        let said = said.split(" at line ").next().unwrap_or(said).trim_end_matches(':').to_owned();
        Faults::one(Fault { line, column, said })
    })?;
    if !document.openapi.value.starts_with("3.1") {
        return Err(Faults::one(Fault::at(&document.openapi, "only OpenAPI 3.1 is read")));
    }
    Ok(document)
}

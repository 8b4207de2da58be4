//! Paths, operations, parameters, bodies and answers as `OpenAPI` writes them.

use serde::Deserialize;

use super::{Node, OperationExtension, Ordered, ResponseExtension, Spanned};

/// The operations of a path.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PathItem {
    #[serde(default)]
    pub(crate) parameters: Vec<Spanned<Parameter>>,
    #[serde(default)]
    pub(crate) get: Option<Spanned<Operation>>,
    #[serde(default)]
    pub(crate) post: Option<Spanned<Operation>>,
    #[serde(default)]
    pub(crate) put: Option<Spanned<Operation>>,
    #[serde(default)]
    pub(crate) patch: Option<Spanned<Operation>>,
    #[serde(default)]
    pub(crate) delete: Option<Spanned<Operation>>,
}

impl PathItem {
    /// The operations by method.
    pub(crate) fn operations(&self) -> impl Iterator<Item = (&'static str, &Spanned<Operation>)> {
        let all = [
            ("GET", &self.get),
            ("POST", &self.post),
            ("PUT", &self.put),
            ("PATCH", &self.patch),
            ("DELETE", &self.delete),
        ];
        all.into_iter().filter_map(|(method, operation)| Some((method, operation.as_ref()?)))
    }
}

/// An operation.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Operation {
    #[serde(rename = "operationId")]
    pub(crate) id: Spanned<String>,
    pub(crate) summary: String,
    #[serde(default)]
    pub(crate) description: Option<String>,
    #[serde(default)]
    pub(crate) deprecated: bool,
    #[serde(rename = "x-afflux")]
    pub(crate) extension: Spanned<OperationExtension>,
    #[serde(default)]
    pub(crate) parameters: Vec<Spanned<Parameter>>,
    #[serde(default, rename = "requestBody")]
    pub(crate) body: Option<Spanned<RequestBody>>,
    pub(crate) responses: Ordered<Spanned<Response>>,
}

/// A parameter, or a reference to one among the components.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Parameter {
    #[serde(default, rename = "$ref")]
    pub(crate) reference: Option<Spanned<String>>,
    #[serde(default)]
    pub(crate) name: Option<Spanned<String>>,
    #[serde(default, rename = "in")]
    pub(crate) place: Option<Place>,
    #[serde(default)]
    pub(crate) required: bool,
    #[serde(default)]
    pub(crate) description: Option<String>,
    #[serde(default)]
    pub(crate) style: Option<Spanned<String>>,
    #[serde(default)]
    pub(crate) explode: Option<bool>,
    #[serde(default)]
    pub(crate) schema: Option<Node>,
}

/// Where a parameter goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Place {
    Path,
    Query,
    Header,
}

impl Place {
    /// The word of `OpenAPI`.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::Query => "query",
            Self::Header => "header",
        }
    }
}

/// The body of a request, in one content type.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RequestBody {
    #[serde(default)]
    pub(crate) required: bool,
    #[serde(default)]
    pub(crate) description: Option<String>,
    pub(crate) content: Ordered<Content>,
}

/// An answer.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Response {
    pub(crate) description: String,
    #[serde(default, rename = "x-afflux")]
    pub(crate) extension: ResponseExtension,
    #[serde(default)]
    pub(crate) content: Ordered<Content>,
}

/// What a content type holds. The schema describes the payload: what is inside an envelope, not the envelope.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Content {
    #[serde(default)]
    pub(crate) schema: Option<Node>,
}

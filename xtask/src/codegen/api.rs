//! An API as the writers of code see it: names resolved, types chosen, contradictions refused.
//!
//! It knows Rust's and core's words, and nothing of YAML any more.

#![allow(
    clippy::struct_excessive_bools,
    clippy::struct_field_names,
    reason = "a document has many yes-or-no facts"
)]

use std::time::Duration;

use super::spec::{Headers, Place};

/// One vendor.
#[derive(Debug)]
pub(crate) struct Api {
    pub(crate) vendor: String,
    pub(crate) title: String,
    pub(crate) description: String,
    pub(crate) operations: Vec<Operation>,
    pub(crate) ids: Vec<Id>,
    pub(crate) words: Vec<Words>,
    pub(crate) models: Vec<Model>,
    pub(crate) inputs: Vec<Input>,
    pub(crate) choices: Vec<Choice>,
    pub(crate) schemas: Vec<(String, Meta)>,
    pub(crate) buckets: Vec<Bucket>,
}

/// An id type.
#[derive(Debug)]
pub(crate) struct Id {
    pub(crate) name: String,
    pub(crate) doc: String,
}

/// An open enum.
#[derive(Debug)]
pub(crate) struct Words {
    pub(crate) name: String,
    pub(crate) doc: String,
    pub(crate) words: Vec<Word>,
}

#[derive(Debug)]
pub(crate) struct Word {
    pub(crate) variant: String,
    pub(crate) word: String,
    pub(crate) doc: String,
}

/// What is read: a view of an object in an answer.
#[derive(Debug)]
pub(crate) struct Model {
    pub(crate) name: String,
    pub(crate) doc: String,
    pub(crate) fields: Vec<ModelField>,
}

#[derive(Debug)]
pub(crate) struct ModelField {
    pub(crate) name: String,
    pub(crate) ident: String,
    pub(crate) aliases: Vec<String>,
    pub(crate) doc: String,
    pub(crate) ty: Ty,
    /// `null`, `""`, `[]` and `false` are nothing.
    pub(crate) vacant: bool,
    /// The type holds itself.
    pub(crate) boxed: bool,
}

/// What is sent: an object in a request.
#[derive(Debug)]
pub(crate) struct Input {
    pub(crate) name: String,
    pub(crate) doc: String,
    pub(crate) fields: Vec<InputField>,
    /// The type of the values of fields that are not listed.
    pub(crate) extra: Option<Ty>,
}

#[derive(Debug)]
pub(crate) struct InputField {
    pub(crate) name: String,
    pub(crate) ident: String,
    pub(crate) doc: String,
    pub(crate) ty: Ty,
    pub(crate) presence: Presence,
    pub(crate) check: Check,
    pub(crate) meta: Meta,
}

/// The constants of the schemas that a value, or each item of a list, is checked with.
#[derive(Debug, Default, Clone, PartialEq)]
pub(crate) struct Check {
    pub(crate) value: Option<String>,
    pub(crate) item: Option<String>,
}

/// Whether a value must be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Presence {
    Required,
    Optional,
    /// It is always sent, and may be `null`.
    Nullable,
    /// It can be left, cleared and set.
    TriState,
}

/// Alternatives in a request.
#[derive(Debug)]
pub(crate) struct Choice {
    pub(crate) name: String,
    pub(crate) doc: String,
    /// Masked in `Debug`, whichever alternative it is.
    pub(crate) secret: bool,
    pub(crate) variants: Vec<(String, Ty)>,
}

/// A type.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Ty {
    Text,
    Uuid,
    Bool,
    U32,
    U64,
    I64,
    Float,
    Amount,
    Date,
    /// With an offset.
    Instant,
    Utc,
    /// Without zone.
    Civil,
    EpochSeconds,
    EpochMillis,
    Secret,
    /// Any JSON, as its text.
    Any,
    Id(String),
    Word(String),
    List(Box<Ty>),
    /// A list in an answer whose items are wrapped in this key.
    Wrapped(Box<Ty>, String),
    Map(Box<Ty>),
    Model(String),
    Input(String),
    Choice(String),
    /// A date or time that is written by a pattern.
    Written(Box<Ty>, String),
    /// Bytes as they are.
    Bytes,
}

/// What core knows of a schema.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Meta {
    /// A constant beside the operations.
    Named(String),
    Of(Box<MetaSchema>),
}

#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct MetaSchema {
    pub(crate) kind: &'static str,
    pub(crate) format: Option<String>,
    pub(crate) pattern: Option<String>,
    pub(crate) minimum: Option<f64>,
    pub(crate) maximum: Option<f64>,
    pub(crate) min_length: Option<u32>,
    pub(crate) max_length: Option<u32>,
    pub(crate) words: Vec<String>,
    pub(crate) closed: bool,
    pub(crate) nullable: bool,
    pub(crate) secret: bool,
    pub(crate) items: Option<Meta>,
    pub(crate) fields: Vec<MetaField>,
    pub(crate) open: bool,
    pub(crate) one_of: Vec<Meta>,
    /// What a generated test sends.
    pub(crate) example: Option<String>,
}

impl MetaSchema {
    /// Whether a value of the right type can still be wrong.
    pub(crate) fn constrains(&self) -> bool {
        self.pattern.is_some()
            || self.minimum.is_some()
            || self.maximum.is_some()
            || self.min_length.is_some()
            || self.max_length.is_some()
            || self.closed
            || (self.kind == "String" && matches!(self.format.as_deref(), Some("ip" | "uuid")))
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct MetaField {
    pub(crate) name: String,
    pub(crate) required: bool,
    pub(crate) read_only: bool,
    pub(crate) meta: Meta,
    pub(crate) summary: String,
}

/// A limit.
#[derive(Debug)]
pub(crate) struct Bucket {
    pub(crate) name: String,
    pub(crate) doc: String,
    pub(crate) windows: Vec<(u32, Duration)>,
    pub(crate) concurrency: Option<u32>,
    pub(crate) headers: Option<Headers>,
    pub(crate) profiles: Vec<(String, Vec<(u32, Duration)>)>,
}

/// An operation.
#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) id: String,
    pub(crate) constant: String,
    pub(crate) name: String,
    pub(crate) method: &'static str,
    pub(crate) path: String,
    pub(crate) summary: String,
    pub(crate) doc: String,
    pub(crate) group: String,
    pub(crate) call: String,
    pub(crate) hand_written_face: bool,
    pub(crate) safety: Safety,
    /// Parameters whose presence makes the call unsafe, unless all the others beside it are given too.
    pub(crate) hazards: Vec<(String, Vec<String>)>,
    /// How code asks for the parameters that the safety depends on.
    pub(crate) asked: Vec<(String, Lookup)>,
    pub(crate) bucket: String,
    pub(crate) cost: Cost,
    pub(crate) auth: String,
    pub(crate) deprecated: bool,
    pub(crate) weakly_known: bool,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) open_query: bool,
    pub(crate) body: Option<Body>,
    pub(crate) answers: Answers,
    pub(crate) output: Output,
    pub(crate) items: Option<Items>,
    /// The best way first.
    pub(crate) paging: Vec<Paging>,
    pub(crate) job: Option<Job>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) after_unknown: Option<String>,
}

#[derive(Debug, PartialEq)]
pub(crate) enum Safety {
    ReadOnly,
    Idempotent,
    Unsafe,
    /// The key, and what must be there beside it.
    Keyed(String, Vec<String>),
}

/// How code asks whether a parameter or a field of the body is there.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Lookup {
    /// It always is.
    Always,
    /// An expression on `self`.
    IsSome(String),
}

#[derive(Debug)]
pub(crate) enum Cost {
    Fixed(u32),
    ByYears { table: Vec<u32>, ranges: Vec<String> },
}

#[derive(Debug)]
pub(crate) struct Parameter {
    pub(crate) name: String,
    pub(crate) ident: String,
    pub(crate) place: Place,
    pub(crate) required: bool,
    pub(crate) style: &'static str,
    pub(crate) doc: String,
    pub(crate) summary: String,
    pub(crate) ty: Ty,
    pub(crate) meta: Meta,
    pub(crate) check: Check,
}

#[derive(Debug)]
pub(crate) struct Body {
    pub(crate) encoding: &'static str,
    pub(crate) required: bool,
    pub(crate) doc: String,
    pub(crate) ty: Ty,
    pub(crate) meta: Meta,
    pub(crate) check: Check,
}

#[derive(Debug, Default)]
pub(crate) struct Answers {
    pub(crate) format: &'static str,
    pub(crate) success: Option<(String, Vec<String>)>,
    pub(crate) failure: Option<(String, Vec<String>)>,
    pub(crate) code: Vec<String>,
    pub(crate) message: Vec<String>,
    pub(crate) field: Vec<String>,
    pub(crate) unauthorized: Vec<String>,
    pub(crate) unsettled: Vec<String>,
    pub(crate) limited: Vec<String>,
    pub(crate) not_yet: Vec<NotYet>,
    pub(crate) outcomes: Vec<String>,
    pub(crate) also: Vec<(u16, Vec<String>)>,
    pub(crate) also_says: Vec<(u16, Vec<String>)>,
    pub(crate) retry_server_errors: bool,
    pub(crate) limit_precedes_work: bool,
    pub(crate) limit_wait: Option<Duration>,
    pub(crate) may_be_empty: bool,
}

/// A code by which the vendor asks for patience.
#[derive(Debug)]
pub(crate) struct NotYet {
    pub(crate) code: String,
    pub(crate) wait: Duration,
    pub(crate) attempts: u32,
}

#[derive(Debug, Clone)]
pub(crate) struct Items {
    pub(crate) at: String,
    pub(crate) or_under: Option<String>,
    pub(crate) wrapped: Option<String>,
    pub(crate) keyed: bool,
    pub(crate) optional: bool,
}

#[derive(Debug)]
pub(crate) enum Paging {
    Number { page: String, size: String, max: u32 },
    Offset { offset: String, limit: String, max: u32, total: String },
    Cursor { parameter: String, next: String, encoded: bool },
    Link { next: String },
}

#[derive(Debug)]
pub(crate) struct Job {
    /// Name of the rule and its words, in core's order.
    pub(crate) lists: Vec<(&'static str, Vec<String>)>,
    pub(crate) poll_parameter: Option<String>,
}

/// What an answer decodes to.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Shape {
    Empty,
    Text,
    One { ty: Ty, at: String },
    Page { row: Ty },
}

#[derive(Debug)]
pub(crate) enum Output {
    Single(Shape),
    /// By the status, or by whether the answer is JSON.
    Several {
        name: String,
        variants: Vec<Variant>,
    },
}

#[derive(Debug, PartialEq)]
pub(crate) struct Variant {
    pub(crate) name: String,
    pub(crate) status: u16,
    pub(crate) doc: String,
    pub(crate) shape: Shape,
}

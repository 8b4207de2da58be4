//! What is known about an operation before it is called: the constant metadata generated from `api.yaml`.
//!
//! Retry, limits, spans, documentation and the program all read this and nothing else, so that a fact about a
//! vendor stands in one place. It holds no vendor's name for a decision: every exception is data here.

mod following;
mod years;

use std::time::Duration;

use bytes::Bytes;
use http::Method;

pub use self::{
    following::{JobRules, Paging},
    years::whole_years,
};
use crate::{
    decode::Layout,
    schema::{Field, Schema},
};

/// How harmful it is to send the same call twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Safety {
    /// Changes nothing.
    ReadOnly,
    /// A repeat leads to the same state.
    Idempotent,
    /// A repeat is harmless as long as the named parameter carries the caller's key; without it the call is
    /// [`Safety::Unsafe`].
    Keyed(&'static str),
    /// A repeat may do it twice.
    Unsafe,
}

impl Safety {
    /// Whether the vendor's state may change.
    pub fn mutates(self) -> bool {
        self != Self::ReadOnly
    }

    /// Whether the call may be sent again after its outcome became unknown.
    pub fn repeatable(self) -> bool {
        self != Self::Unsafe
    }

    /// The word used in listings: `read-only`, `idempotent`, `keyed` or `unsafe`.
    pub fn word(self) -> &'static str {
        match self {
            Self::ReadOnly => "read-only",
            Self::Idempotent => "idempotent",
            Self::Keyed(_) => "keyed",
            Self::Unsafe => "unsafe",
        }
    }
}

/// A parameter that makes a repeat harmful, for instance one that turns a change into a possible creation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hazard {
    /// The parameter.
    pub with: &'static str,
    /// All of these together take the harm away again; none where nothing does.
    pub unless: &'static [&'static str],
}

/// What a call takes out of its bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cost {
    /// Always the same.
    Fixed(u32),
    /// By the length of the date ranges asked for: the whole years that they span together pick the entry of the
    /// table, the last one serves everything beyond.
    ByYears {
        /// The costs.
        table: &'static [u32],
        /// The members of the body whose ranges count: lists of objects with a `start` and an `end`.
        ranges: &'static [&'static str],
    },
}

impl Cost {
    /// The cost of a range of `years` whole years (0 for less than one).
    pub fn for_years(self, years: usize) -> u32 {
        match self {
            Self::Fixed(cost) => cost,
            Self::ByYears { table, .. } => table.get(years).or(table.last()).copied().unwrap_or(1),
        }
    }

    /// The cost of a call with this body. Ranges that cannot be read span no year; the vendor will say what is wrong.
    pub(crate) fn of_body(self, body: &Bytes) -> u32 {
        match self {
            Self::Fixed(cost) => cost,
            Self::ByYears { ranges, .. } => self.for_years(whole_years(years::ranges(body, ranges))),
        }
    }
}

/// How an answer is told apart: success, refusal, transient fault. Paths are dotted and tried in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools)] // facts, each independent of the others
pub struct Answers {
    /// The body format of a success.
    pub format: Format,
    /// A 2xx without this mark is not a success: path and the words that mean success.
    pub success: Option<(&'static str, &'static [&'static str])>,
    /// A 2xx with this mark is a refusal, and one without it a success: path and the words that mean failure. For
    /// operations whose success is not documented.
    pub failure: Option<(&'static str, &'static [&'static str])>,
    /// Where the vendor's error code is.
    pub code: &'static [&'static str],
    /// Where the message is.
    pub message: &'static [&'static str],
    /// Where the name of the field at fault is.
    pub field: &'static [&'static str],
    /// Codes that mean that the credentials are not accepted.
    pub unauthorized: &'static [&'static str],
    /// Codes that leave open what the vendor did, whatever the HTTP status: treated like a 5xx.
    pub unsettled: &'static [&'static str],
    /// Codes that mean too many calls, like the status 429.
    pub limited: &'static [&'static str],
    /// Codes that mean that the answer is not there yet: the same call is made again, with these waits.
    pub not_yet: &'static [NotYet],
    /// Codes, errors to the vendor, that are outcomes to us: handed to `decode`.
    pub outcomes: &'static [&'static str],
    /// Statuses whose errors are outcomes when the path is present and not null: handed to `decode`. 200 is an error
    /// inside a success.
    pub also: &'static [(u16, &'static [&'static str])],
    /// Statuses of [`also`](Self::also) that are outcomes only where what stands at the path has one of these texts in
    /// it; anything else there is an error.
    pub also_says: &'static [(u16, &'static [&'static str])],
    /// A 5xx is retried even though a repeat may do it twice, because the vendor asks for it.
    pub retry_server_errors: bool,
    /// A 429 means that the vendor refused before working, so that even an unsafe call may be sent again.
    pub limit_precedes_work: bool,
    /// How long to wait after a 429 where the vendor names no time.
    pub limit_wait: Option<Duration>,
    /// An empty body is a success.
    pub may_be_empty: bool,
}

impl Answers {
    /// Plain JSON over HTTP: decided by the status alone.
    pub const JSON: Self = Self {
        format: Format::Json,
        success: None,
        failure: None,
        code: &[],
        message: &[],
        field: &[],
        unauthorized: &[],
        unsettled: &[],
        limited: &[],
        not_yet: &[],
        outcomes: &[],
        also: &[],
        also_says: &[],
        retry_server_errors: false,
        limit_precedes_work: true,
        limit_wait: None,
        may_be_empty: false,
    };
}

/// A code by which a vendor asks for patience.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotYet {
    /// The vendor's code.
    pub code: &'static str,
    /// The pause before the same call is made again.
    pub wait: Duration,
    /// How many attempts are made for it in all, where the retry policy allows fewer but more than one.
    pub attempts: u32,
}

/// The body format of a success.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// One JSON value.
    Json,
    /// Text that is handed out as it came: CSV, XML.
    Text,
    /// Nothing.
    Empty,
    /// Either text or, when the vendor chose so, a JSON job.
    TextOrJson,
}

/// Where a parameter goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// A segment of the path.
    Path,
    /// The query.
    Query,
    /// A header.
    Header,
}

/// How a parameter with several values is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// One value.
    Plain,
    /// `name=a&name=b`; a name that ends in `[]` already says so itself.
    Repeated,
    /// `name=a,b`.
    Comma,
    /// `name[key]=value` and `name[key][]=value` for each key of an object.
    Deep,
}

/// A parameter of an operation.
#[derive(Debug, Clone, Copy)]
pub struct Parameter {
    /// The name on the wire.
    pub name: &'static str,
    /// Where it goes.
    pub place: Place,
    /// Whether a call without it is an error.
    pub required: bool,
    /// How several values are written.
    pub style: Style,
    /// What it may hold.
    pub schema: Schema,
    /// One sentence.
    pub summary: &'static str,
}

/// The body of a request.
#[derive(Debug, Clone, Copy)]
pub struct RequestBody {
    /// How it is written.
    pub encoding: BodyEncoding,
    /// Whether a call without it is an error.
    pub required: bool,
    /// What it may hold.
    pub schema: Schema,
}

/// How a request body is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyEncoding {
    /// `application/json`.
    Json,
    /// `application/x-www-form-urlencoded`.
    Form,
    /// Bytes as they are.
    Binary,
}

/// Everything that is known about an operation.
#[derive(Debug, Clone)]
#[allow(clippy::struct_excessive_bools)] // facts, each independent of the others
pub struct Operation {
    /// Stable camelCase id, unique within the vendor.
    pub id: &'static str,
    /// The vendor's name in lower case, for messages and spans.
    pub vendor: &'static str,
    /// One sentence.
    pub summary: &'static str,
    /// The group users think in.
    pub group: &'static str,
    /// HTTP method.
    pub method: Method,
    /// Path template relative to the base URL: `/leads/{id}`.
    pub path: &'static str,
    /// The safety when the call has what its safety needs.
    pub safety: Safety,
    /// What a keyed call needs beside its key for a repeat to be harmless.
    pub keyed_with: &'static [&'static str],
    /// Parameters that make a repeat harmful, whatever the safety says.
    pub hazards: &'static [Hazard],
    /// The limit bucket it belongs to.
    pub bucket: &'static str,
    /// What it takes out of the bucket.
    pub cost: Cost,
    /// The name of the credentials variant.
    pub auth: &'static str,
    /// The vendor says it should not be used any more.
    pub deprecated: bool,
    /// What is sent when its shape is only weakly known is kept open.
    pub weakly_known: bool,
    /// Parameters in path, query and headers.
    pub parameters: &'static [Parameter],
    /// Names that are not listed may go into the query.
    pub open_query: bool,
    /// The request body.
    pub body: Option<RequestBody>,
    /// How answers are told apart.
    pub answers: Answers,
    /// Where items are.
    pub items: Option<Layout>,
    /// How it is paged, the best way first: each answer leads on in the first way that it has a mark of. None where
    /// it is not paged.
    pub paging: &'static [Paging],
    /// How its job is followed.
    pub job: Option<JobRules>,
    /// Time for one attempt; none for the default of its safety.
    pub timeout: Option<Duration>,
    /// What to do after an unknown outcome, as a sentence that follows `next:`.
    pub after_unknown: Option<&'static str>,
}

impl Operation {
    /// A plain read, as a base for metadata written by hand: `Operation { id: "x", ..Operation::GET }`.
    pub const GET: Self = Self {
        id: "get",
        vendor: "vendor",
        summary: "",
        group: "",
        method: Method::GET,
        path: "/",
        safety: Safety::ReadOnly,
        keyed_with: &[],
        hazards: &[],
        bucket: "default",
        cost: Cost::Fixed(1),
        auth: "default",
        deprecated: false,
        weakly_known: false,
        parameters: &[],
        open_query: false,
        body: None,
        answers: Answers::JSON,
        items: None,
        paging: &[],
        job: None,
        timeout: None,
        after_unknown: None,
    };

    /// The ways of paging in words for listings, the best first: `link, cursor, offset`. `None` where it is not paged.
    pub fn paging_words(&self) -> Option<String> {
        let words: Vec<&str> = self.paging.iter().map(|paging| paging.word()).collect();
        (!words.is_empty()).then(|| words.join(", "))
    }

    /// Which answers are sent again beside the safety's own rule, in words for listings.
    pub fn retried_beside(&self) -> Vec<String> {
        let mut words = Vec::new();
        if self.answers.retry_server_errors && !self.safety.repeatable() {
            words.push("5xx".to_owned());
        }
        if self.safety.repeatable() {
            words.extend(self.answers.unsettled.iter().map(|code| (*code).to_owned()));
            words.extend(self.answers.not_yet.iter().map(|not_yet| not_yet.code.to_owned()));
        }
        if self.answers.limit_precedes_work || self.safety.repeatable() {
            words.push("429".to_owned());
        }
        words
    }

    /// The safety of a call that gives the parameters for which `given` says so.
    ///
    /// A keyed operation without its key, or without what the key needs, is [`Safety::Unsafe`]; so is a call with a
    /// hazard that nothing takes away.
    pub fn safety_given(&self, given: impl Fn(&str) -> bool) -> Safety {
        let keyed = match self.safety {
            Safety::Keyed(key) => given(key) && self.keyed_with.iter().all(|name| given(name)),
            _ => true,
        };
        let tamed =
            |hazard: &Hazard| !hazard.unless.is_empty() && hazard.unless.iter().all(|name| given(name));
        let harmful = self.hazards.iter().any(|hazard| given(hazard.with) && !tamed(hazard));
        if keyed && !harmful { self.safety } else { Safety::Unsafe }
    }

    /// The parameter of that wire name.
    pub fn parameter(&self, name: &str) -> Option<&'static Parameter> {
        self.parameters.iter().find(|parameter| parameter.name == name)
    }

    /// The fields of an object body.
    pub fn body_fields(&self) -> &'static [Field] {
        self.body.as_ref().map_or(&[], |body| body.schema.fields)
    }
}

//! How an answer leads on: to the next page, and to the end of a job.

/// A way to read an operation page by page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paging {
    /// Page numbers from 1, until a page is empty.
    Number {
        /// Query parameter of the page number.
        page: &'static str,
        /// Query parameter of the page size.
        size: &'static str,
        /// The largest size the vendor documents.
        max: u32,
    },
    /// Offset and limit, until the total is reached.
    Offset {
        /// Query parameter of the offset.
        offset: &'static str,
        /// Query parameter of the limit.
        limit: &'static str,
        /// The limit to ask for.
        max: u32,
        /// Dotted path of the total in the answer.
        total: &'static str,
    },
    /// A cursor out of the answer goes into the next query, until it is absent or repeats.
    Cursor {
        /// Query parameter that carries the cursor.
        parameter: &'static str,
        /// Dotted path of the next cursor in the answer.
        next: &'static str,
        /// The answer holds it percent-encoded, so that it is decoded once before it is sent, which encodes it.
        encoded: bool,
    },
    /// A link in the answer is followed on the same origin, until it is absent or null. One that leads back is an error,
    /// unless the page has no rows or its total says that it is the last.
    Link {
        /// Dotted path of the link.
        next: &'static str,
    },
}

impl Paging {
    /// The word used in listings: `page`, `offset`, `cursor` or `link`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Number { .. } => "page",
            Self::Offset { .. } => "offset",
            Self::Cursor { .. } => "cursor",
            Self::Link { .. } => "link",
        }
    }
}

/// Where a job's answer says how far it is. All paths are dotted, tried in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JobRules {
    /// Where the state word is.
    pub status: &'static [&'static str],
    /// Words that mean done.
    pub done: &'static [&'static str],
    /// Words that mean failed for good.
    pub failed: &'static [&'static str],
    /// Where the progress in percent is.
    pub progress: &'static [&'static str],
    /// Where the link to ask again is; none where the same request is asked again.
    pub poll: &'static [&'static str],
    /// Where the id is that the same path is asked again with, as the parameter of [`JobRules::poll_parameter`].
    pub poll_id: &'static [&'static str],
    /// The query parameter that takes the id.
    pub poll_parameter: Option<&'static str>,
    /// Where the link to the result is; none where the done answer is itself the result.
    pub result: &'static [&'static str],
}

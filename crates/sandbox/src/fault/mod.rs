//! What can go wrong on the way: a [`Fault`] is one way, when it strikes and how often.
//!
//! A fault knows no vendor. Those that need a vendor's words (a 429 body, an error page) ask the vendor for them.

mod json;
mod plan;

use std::time::Duration;

use bytes::Bytes;

pub(crate) use json::FaultOrder;
pub(crate) use plan::{CallSite, Plan};

/// How long one `times` of [`Fault::refuse`] keeps the port closed.
pub const REFUSAL: Duration = Duration::from_millis(250);

/// A fault to play on the next calls that it applies to, once unless told otherwise.
///
/// Faults stand in a queue. A call is offered to them in the order in which they were set; the first one that applies
/// takes it, the others do not see it. Calls to `/__sim/` are never disturbed (except that a closed port is closed for
/// everybody).
#[derive(Debug, Clone)]
#[must_use = "a fault does nothing until it is handed to a vendor's `fault`"]
pub struct Fault {
    pub(crate) kind: Kind,
    pub(crate) commits: bool,
    pub(crate) scope: Scope,
    pub(crate) skip: u32,
    /// `None` is always; the outer default is once.
    pub(crate) times: Times,
    pub(crate) lasting: Option<Duration>,
    /// The wait of a 429 is told as a date.
    pub(crate) dated: bool,
}

/// What happens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    Refuse,
    ResetBeforeRead,
    Reset,
    HalfAnswer,
    SlowDrip { bytes: usize, interval: Duration },
    Stall,
    RateLimited { wait: Option<Duration> },
    ServerError { status: u16 },
    Answer { status: u16, content_type: Option<&'static str>, body: Bytes },
    WrongContentLength,
    TruncatedJson,
    Delay(Duration),
    Twist(Twist),
}

impl Kind {
    /// The name under which the control API and the request log know the fault.
    pub(crate) fn name(&self, commits: bool) -> &'static str {
        match self {
            Kind::Refuse => "refuse",
            Kind::ResetBeforeRead => "reset_before_read",
            Kind::Reset if commits => "reset_after_commit",
            Kind::Reset => "reset_before_commit",
            Kind::HalfAnswer => "half_answer",
            Kind::SlowDrip { .. } => "slow_drip",
            Kind::Stall => "stall",
            Kind::RateLimited { .. } => "rate_limited",
            Kind::ServerError { .. } => "server_error",
            Kind::Answer { .. } => "answer",
            Kind::WrongContentLength => "wrong_content_length",
            Kind::TruncatedJson => "truncated_json",
            Kind::Delay(_) => "delay",
            Kind::Twist(Twist::RepeatedCursor) => "repeated_cursor",
            Kind::Twist(Twist::EmptyPage) => "empty_page",
            Kind::Twist(Twist::StuckJob) => "stuck_job",
            Kind::Twist(Twist::DatabaseError { .. }) => "db",
        }
    }
}

/// A well-formed answer that is wrong in itself; the vendor's handler plays it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Twist {
    RepeatedCursor,
    EmptyPage,
    StuckJob,
    /// A change cannot be stored, or so the vendor says.
    DatabaseError {
        stored: bool,
    },
}

/// Which calls a fault applies to; an empty scope applies to all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Scope {
    pub(crate) method: Option<String>,
    pub(crate) path: Option<String>,
    pub(crate) operation: Option<String>,
}

/// How often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Times {
    /// Nothing was said: once, or until cleared where times cannot be counted.
    Unsaid,
    Count(u32),
    Always,
}

impl Fault {
    fn new(kind: Kind, commits: bool) -> Self {
        Self {
            kind,
            commits,
            scope: Scope::default(),
            skip: 0,
            times: Times::Unsaid,
            lasting: None,
            dated: false,
        }
    }

    /// Connecting is refused.
    ///
    /// A refused connection never reaches the process, so refusals cannot be counted: the listener is closed (the port
    /// stays reserved by a socket that does not listen) and idle connections are closed with it. This has happened when
    /// `fault` returns. Without more the port stays closed until `clear_faults`; [`lasting`](Fault::lasting) bounds it
    /// in time; `once()` and `times(n)` stand for one and n times [`REFUSAL`]. [`after`](Fault::after) counts answered
    /// calls; a scope narrows which calls are counted, and nothing else.
    pub fn refuse() -> Self {
        Self::new(Kind::Refuse, false)
    }

    /// The connection is reset when the first bytes of the request are there, and none of them is read.
    pub fn reset_before_read() -> Self {
        Self::new(Kind::ResetBeforeRead, false)
    }

    /// The request is read to its end and not handled; the connection is reset.
    pub fn reset_before_commit() -> Self {
        Self::new(Kind::Reset, false)
    }

    /// The request is handled and its effect stored; the connection is reset before any byte of the answer.
    pub fn reset_after_commit() -> Self {
        Self::new(Kind::Reset, true)
    }

    /// The request is handled; the head of the answer announces all of the body, half of it is sent, and the
    /// connection closes.
    pub fn half_answer() -> Self {
        Self::new(Kind::HalfAnswer, true)
    }

    /// The request is handled; the answer, head included, comes `bytes` at a time with `interval` between.
    pub fn slow_drip(bytes: usize, interval: Duration) -> Self {
        Self::new(Kind::SlowDrip { bytes: bytes.max(1), interval }, true)
    }

    /// The request is read and not handled; nothing comes until the client goes away. With
    /// [`after_commit`](Fault::after_commit) it is handled first.
    pub fn stall() -> Self {
        Self::new(Kind::Stall, false)
    }

    /// 429 in the vendor's own words. With a wait, the headers that announce it are there as well: `Retry-After`
    /// (whole seconds, rounded up) and the vendor's own. Partnerize has only its own.
    pub fn rate_limited(wait: Option<Duration>) -> Self {
        Self::new(Kind::RateLimited { wait }, false)
    }

    /// Tells the wait of a [`rate_limited`](Fault::rate_limited) as a date in `Retry-After`, by the sandbox's clock and
    /// rounded up to whole seconds, instead of as a number; of no effect on other faults.
    pub fn by_date(mut self) -> Self {
        self.dated = true;
        self
    }

    /// An error of the vendor's system with this status, in the vendor's own words.
    pub fn server_error(status: u16) -> Self {
        Self::new(Kind::ServerError { status }, false)
    }

    /// Status 200 and this JSON text, whatever was asked.
    pub fn ok_with_error(body: impl Into<Bytes>) -> Self {
        Self::answer(200, Some("application/json; charset=utf-8"), body)
    }

    /// An HTML page, as a proxy in front of the vendor writes it.
    pub fn html(status: u16) -> Self {
        let page = format!(
            "<html>\r\n<head><title>{status}</title></head>\r\n<body>\r\n<center><h1>{status}</h1></center>\r\n\
             <hr><center>proxy</center>\r\n</body>\r\n</html>\r\n"
        );
        Self::answer(status, Some("text/html; charset=utf-8"), page)
    }

    /// This status and an empty body.
    pub fn empty(status: u16) -> Self {
        Self::answer(status, None, Bytes::new())
    }

    /// Any answer at all. The request is not handled unless [`after_commit`](Fault::after_commit) is added.
    pub fn answer(status: u16, content_type: Option<&'static str>, body: impl Into<Bytes>) -> Self {
        Self::new(Kind::Answer { status, content_type, body: body.into() }, false)
    }

    /// The request is handled; `Content-Length` announces half of the body, all of it is sent, and the connection
    /// closes. What a client believes to be complete is cut.
    pub fn wrong_content_length() -> Self {
        Self::new(Kind::WrongContentLength, true)
    }

    /// The request is handled; the answer is good HTTP around the first half of the JSON text.
    pub fn truncated_json() -> Self {
        Self::new(Kind::TruncatedJson, true)
    }

    /// The request is handled at once; its answer is held back this long (real time, never scaled).
    pub fn delay(wait: Duration) -> Self {
        Self::new(Kind::Delay(wait), true)
    }

    /// A list answers with the page before the one that was asked for (the first again for the second); a list by cursor
    /// tells the cursor that was given as the next. Applies to operations that have pages.
    pub fn repeated_cursor() -> Self {
        Self::new(Kind::Twist(Twist::RepeatedCursor), true)
    }

    /// A list answers with an empty page. Applies to operations that have pages.
    pub fn empty_page() -> Self {
        Self::new(Kind::Twist(Twist::EmptyPage), true)
    }

    /// A job never ends. Applies to operations that ask for a job's state.
    pub fn stuck_job() -> Self {
        Self::new(Kind::Twist(Twist::StuckJob), true)
    }

    /// The vendor's database fails when a change is to be stored, after every check of the request: AlterCPA answers
    /// `{"status":"error","error":"db"}`. Nothing is stored; with [`after_commit`](Fault::after_commit) the change is.
    /// Applies to AlterCPA's operations that change something.
    pub fn db() -> Self {
        Self::new(Kind::Twist(Twist::DatabaseError { stored: false }), false)
    }

    /// The request is handled and its effect stored before the fault strikes: an error that lies. For `stall`, `db`,
    /// `rate_limited`, `server_error` and the fixed answers; the others say themselves which they do.
    pub fn after_commit(mut self) -> Self {
        if let Kind::Twist(Twist::DatabaseError { stored }) = &mut self.kind {
            *stored = true;
        }
        if !matches!(self.kind, Kind::Refuse | Kind::ResetBeforeRead) {
            self.commits = true;
        }
        self
    }

    /// Strikes once. The default.
    pub fn once(self) -> Self {
        self.times(1)
    }

    /// Strikes `count` times.
    pub fn times(mut self, count: u32) -> Self {
        self.times = Times::Count(count);
        self
    }

    /// Strikes until `clear_faults`.
    pub fn always(mut self) -> Self {
        self.times = Times::Always;
        self
    }

    /// Ends a [`refuse`](Fault::refuse) after this long (real time); of no effect on other faults.
    pub fn lasting(mut self, time: Duration) -> Self {
        self.lasting = Some(time);
        self
    }

    /// Only calls with this method and path. The path is the vendor's (`/leads`) or the whole one.
    pub fn on(mut self, method: &str, path: &str) -> Self {
        self.scope.method = Some(method.to_ascii_uppercase());
        self.scope.path = Some(path.to_owned());
        self
    }

    /// Only calls of this operation, for instance `pushLead`.
    pub fn on_operation(mut self, id: &str) -> Self {
        self.scope.operation = Some(id.to_owned());
        self
    }

    /// Lets `count` calls that it would apply to pass first.
    pub fn after(mut self, count: u32) -> Self {
        self.skip = count;
        self
    }

    /// How long a refusal keeps the port closed; `None` until cleared.
    pub(crate) fn refusal_time(&self) -> Option<Duration> {
        match (self.lasting, self.times) {
            (Some(time), _) => Some(time),
            (None, Times::Count(count)) => Some(REFUSAL.saturating_mul(count)),
            (None, Times::Unsaid | Times::Always) => None,
        }
    }
}

//! Rate limits: when a call may start, and what its end means for the calls behind it.
//!
//! The [`Limiter`] trait is the seam. `LocalLimiter` keeps the limits of one process, shared by all clones of a
//! client and by as many clients as are given the same `Arc`. An attempt asks for a [`Permit`], holds it while its
//! bytes can still reach the vendor, and ends it with what came back.
//!
//! A window is counted at the *response*: a call may start while (in flight + answered in the last `per`) is below
//! `count`. A request's arrival lies between its sending and its answer, so no jitter on the line can put more than
//! `count` arrivals into `per`.

mod desk;
pub mod feedback;
mod gate;
mod local;
#[cfg_attr(not(feature = "pace"), path = "no_pace.rs")]
mod pace;
mod queue;
#[cfg(feature = "redis")]
mod redis;
mod window;

use std::{
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};

use http::{HeaderMap, StatusCode};

pub use self::local::{InvalidBucket, LocalLimiter};
#[cfg(feature = "redis")]
pub use self::redis::{OnLoss, RedisLimiter, SharedLimits};
use crate::clock::BoxFuture;

/// At most `count` calls (or tokens, where calls have a cost) in any span of `per`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Calls or tokens.
    pub count: u32,
    /// The span in which they are counted.
    pub per: Duration,
}

/// A steady pace that the user chose: so many starts per second, with a burst.
#[cfg(feature = "pace")]
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pace {
    /// Starts per second, above zero.
    pub per_second: f64,
    /// How many may start at once after a pause; at least one.
    pub burst: u32,
}

/// Which headers a vendor uses to tell about its limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Feedback {
    /// Only the standard `Retry-After`.
    #[default]
    Standard,
    /// `X-RateLimit-Limit`, `-Remaining`, `-Reset` (seconds) and `-Retry-After` (seconds).
    XRateLimit,
    /// `X-Rate-Limit-Limit`, `-Remaining` and `-Reset` (epoch milliseconds).
    XRateLimitEpochMillis,
}

/// One limit of a vendor, by name. Operations say to which one they belong.
#[derive(Debug, Clone, PartialEq)]
pub struct Bucket {
    /// The name that `Operation::bucket` refers to.
    pub name: &'static str,
    /// Windows that must all hold.
    pub windows: Vec<Window>,
    /// Calls in flight at a time.
    pub concurrency: Option<u32>,
    /// The user's own pace.
    #[cfg(feature = "pace")]
    pub pace: Option<Pace>,
    /// Headers that correct our count.
    pub feedback: Feedback,
}

impl Bucket {
    /// A bucket without any limit yet; it still obeys a 429.
    pub fn new(name: &'static str) -> Self {
        Self {
            name,
            windows: Vec::new(),
            concurrency: None,
            #[cfg(feature = "pace")]
            pace: None,
            feedback: Feedback::Standard,
        }
    }

    /// Adds a window.
    #[must_use]
    pub fn window(mut self, count: u32, per: Duration) -> Self {
        self.windows.push(Window { count, per });
        self
    }

    /// Limits the calls in flight.
    #[must_use]
    pub fn concurrency(mut self, calls: u32) -> Self {
        self.concurrency = Some(calls);
        self
    }

    /// Sets the user's pace.
    #[cfg(feature = "pace")]
    #[must_use]
    pub fn pace(mut self, per_second: f64, burst: u32) -> Self {
        self.pace = Some(Pace { per_second, burst });
        self
    }

    /// Says which headers to listen to.
    #[must_use]
    pub fn feedback(mut self, feedback: Feedback) -> Self {
        self.feedback = feedback;
        self
    }
}

/// What an attempt asks for.
#[derive(Debug, Clone, Copy)]
pub struct Ask {
    /// The bucket; an unknown name has no limit.
    pub bucket: &'static str,
    /// Tokens; 1 unless the vendor weighs calls.
    pub cost: u32,
    /// When waiting has no use any more.
    pub deadline: Option<Instant>,
    /// The longest wait of the vendor's (a 429, an empty allowance) that is waited out; a longer one is refused at
    /// once, with its length. Waiting in line is not meant.
    pub vendor_wait_cap: Option<Duration>,
    /// The longest that the attempt may take, connecting included. A lease on a shared limiter's books outlives it.
    pub attempt: Option<Duration>,
}

impl Ask {
    /// An ask that waits for as long as it takes.
    pub fn new(bucket: &'static str, cost: u32) -> Self {
        Self { bucket, cost, deadline: None, vendor_wait_cap: None, attempt: None }
    }
}

/// A place in a limiter's books, named before the attempt starts.
#[derive(Debug, PartialEq, Eq)]
pub struct Ticket {
    /// The bucket of the ask.
    pub bucket: &'static str,
    /// Unique within the limiter.
    pub id: u64,
    /// Tokens held.
    pub cost: u32,
    /// When the first byte must have been written, or none may be: a lease would end before the vendor has counted a
    /// call that starts later.
    pub write_before: Option<Instant>,
}

impl Ticket {
    /// A ticket for what was asked, good for as long as it is held.
    pub fn new(ask: &Ask, id: u64) -> Self {
        Self { bucket: ask.bucket, id, cost: ask.cost, write_before: None }
    }
}

/// Why no permit was given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The deadline comes before a slot is free. `ready_in` is how long the wait would have been, where known.
    #[error("no slot is free before the deadline")]
    DeadlineFirst {
        /// The wait from now, where it is known.
        ready_in: Option<Duration>,
    },
    /// The vendor refuses calls for longer than [`Ask::vendor_wait_cap`].
    #[error("the vendor asked to wait {:.0} s", ready_in.as_secs_f64())]
    Closed {
        /// The wait from now.
        ready_in: Duration,
    },
    /// The cost is larger than the limit itself; waiting cannot help.
    #[error("the call costs {cost} and the limit is {limit}")]
    CostAboveLimit {
        /// What the call costs.
        cost: u32,
        /// The smallest limit of the bucket.
        limit: u32,
    },
    /// The shared limiter cannot be reached and is set to refuse in that case.
    #[error("the shared limiter is not available: {0}")]
    Unavailable(String),
}

/// How an attempt ended, as far as limits care.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum End<'a> {
    /// No byte was written: the slot is given back.
    NeverLeft,
    /// An answer came: the window runs from now.
    Answered {
        /// The status of the answer.
        status: StatusCode,
        /// Its headers.
        headers: &'a HeaderMap,
    },
    /// Bytes left and no whole answer came: the slot is held for the window and a linger.
    Lost,
    /// The caller went away while the attempt was under way: as [`End::Lost`].
    Dropped,
}

/// Admits attempts. Shared by clones; every method can be called from any thread.
pub trait Limiter: fmt::Debug + Send + Sync + 'static {
    /// The uncontended way: a ticket at once, or `None` when the caller has to wait in line.
    fn try_acquire(&self, ask: &Ask) -> Option<Ticket>;

    /// Waits in line. Dropping the future leaves the line and costs nothing.
    fn acquire<'a>(&'a self, ask: &'a Ask) -> BoxFuture<'a, Result<Ticket, Refusal>>;

    /// Listens to an answer's status and headers before its body is read.
    ///
    /// The head of an answer proves that the vendor has counted the call: a window runs from here, however long the
    /// body takes. [`Limiter::release`] then says nothing twice, so an engine may call both or only the latter.
    fn observe(&self, _ticket: &Ticket, _status: StatusCode, _headers: &HeaderMap) {}

    /// Ends a ticket. A shared limiter may return work that tells the others; it is optional to await it.
    fn release(&self, ticket: Ticket, end: End<'_>) -> Option<BoxFuture<'static, ()>>;
}

/// A ticket that ends itself: dropped while an attempt is under way it counts as [`End::Dropped`].
#[derive(Debug)]
pub struct Permit {
    limiter: Arc<dyn Limiter>,
    ticket: Option<Ticket>,
    left: bool,
}

impl Permit {
    /// Waits for a permit of `limiter`.
    pub async fn acquire(limiter: &Arc<dyn Limiter>, ask: &Ask) -> Result<Self, Refusal> {
        let ticket = match limiter.try_acquire(ask) {
            Some(ticket) => ticket,
            None => limiter.acquire(ask).await?,
        };
        Ok(Self { limiter: Arc::clone(limiter), ticket: Some(ticket), left: false })
    }

    /// From here on the request may have left: a drop holds the slot.
    pub fn sending(&mut self) {
        self.left = true;
    }

    /// When the first byte must have been written; see [`Ticket::write_before`].
    pub fn write_before(&self) -> Option<Instant> {
        self.ticket.as_ref().and_then(|ticket| ticket.write_before)
    }

    /// Listens to the head of an answer.
    pub fn observe(&self, status: StatusCode, headers: &HeaderMap) {
        if let Some(ticket) = &self.ticket {
            self.limiter.observe(ticket, status, headers);
        }
    }

    /// Ends the permit.
    pub fn end(mut self, end: End<'_>) -> Option<BoxFuture<'static, ()>> {
        self.ticket.take().and_then(|ticket| self.limiter.release(ticket, end))
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket.take() {
            let end = if self.left { End::Dropped } else { End::NeverLeft };
            // A drop cannot wait; a limiter that has more to tell keeps it for its next call.
            let _ = self.limiter.release(ticket, end);
        }
    }
}

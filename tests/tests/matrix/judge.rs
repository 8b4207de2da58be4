//! What must hold of a call, whatever went wrong, against what the sandbox really saw.
//!
//! The judge knows plain observations and no engine, so that it can be shown what a broken one would do.

use std::time::Duration;

use afflux::{
    Delivery, Error,
    core::{operation::Safety, response::Raw},
};
use afflux_sandbox::{RequestRecord, Written};

/// What is true of the call before it begins.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Order {
    pub(crate) vendor: &'static str,
    pub(crate) safety: Safety,
    /// The vendor asks for a repeat after a 5xx, although it may do it twice.
    pub(crate) repeat_asked_for: bool,
    pub(crate) attempts: u32,
    pub(crate) deadline: Option<Duration>,
    /// For one attempt.
    pub(crate) timeout: Duration,
    /// The wait that the vendor asks for with every answer that is a 429.
    pub(crate) wait: Option<Duration>,
}

/// What the caller was told.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    pub(crate) delivery: Delivery,
    /// One delivery per attempt.
    pub(crate) attempts: Vec<Delivery>,
    /// None where the call succeeded.
    pub(crate) error: Option<Complaint>,
}

#[derive(Debug, Clone)]
pub(crate) struct Complaint {
    pub(crate) text: String,
    pub(crate) next_step: String,
    pub(crate) retryable: bool,
    pub(crate) retry_after: Option<Duration>,
}

impl Told {
    pub(crate) fn of(result: &Result<Raw, Error>) -> Self {
        let (delivery, attempts, error) = match result {
            Ok(raw) => (Delivery::Answered, raw.attempts(), None),
            Err(error) => (error.delivery(), error.attempts(), Some(error)),
        };
        Self {
            delivery,
            attempts: attempts.iter().map(|attempt| attempt.delivery).collect(),
            error: error.map(|error| Complaint {
                text: error.to_string(),
                next_step: error.next_step().clone(),
                retryable: error.is_retryable(),
                retry_after: error.retry_after(),
            }),
        }
    }
}

/// A request as the sandbox saw it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Saw {
    pub(crate) bytes: u64,
    pub(crate) committed: bool,
    pub(crate) status: Option<u16>,
    pub(crate) written: Extent,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    Nothing,
    Partly,
    Completely,
}

impl Saw {
    pub(crate) fn of(record: &RequestRecord) -> Self {
        let written = match record.written {
            Written::Completely(_) => Extent::Completely,
            Written::Partly(_) => Extent::Partly,
            _ => Extent::Nothing,
        };
        Self { bytes: record.bytes_read, committed: record.committed, status: record.status, written }
    }

    fn refused(self) -> bool {
        self.status.is_some_and(|status| !(200..300).contains(&status))
    }

    /// The head of a refusal says all that matters of it, whatever becomes of its body.
    fn told(self) -> bool {
        self.written == Extent::Completely || (self.refused() && self.written == Extent::Partly)
    }
}

/// A call that is over.
#[derive(Debug, Clone)]
pub(crate) struct Ended {
    pub(crate) order: Order,
    pub(crate) told: Told,
    pub(crate) seen: Vec<Saw>,
    /// When each attempt began and ended.
    pub(crate) flights: Vec<(Duration, Duration)>,
    pub(crate) took: Duration,
}

/// Dates are whole seconds, and what passes between writing and reading one is real time, on a machine that may be busy.
const EARLY: Duration = Duration::from_secs(8);
/// Rounding up, of the wait and of `Date`, and the longest third backoff.
const LATE: Duration = Duration::from_secs(4);

impl Ended {
    /// Everything that is not as promised.
    pub(crate) fn broken_promises(&self) -> Vec<&'static str> {
        let mut broken = Vec::new();
        let mut promise = |kept: bool, what| {
            if !kept {
                broken.push(what);
            }
        };
        let Self { order, told, seen, .. } = self;
        let arrived: Vec<Saw> = seen.iter().copied().filter(|saw| saw.bytes > 0).collect();
        let count = |delivery| told.attempts.iter().filter(|attempt| **attempt == delivery).count();

        // What is said about the call.
        promise(told.delivery != Delivery::NotSent || arrived.is_empty(), "said not sent; bytes arrived");
        promise(
            told.delivery != Delivery::Answered || seen.last().is_some_and(|last| last.told()),
            "said answered; neither a whole answer nor the head of a refusal was written",
        );
        promise(
            told.delivery != Delivery::Unknown || count(Delivery::Unknown) > 0,
            "said unknown; no attempt was",
        );
        promise(
            told.delivery == Delivery::NotSent || !seen.is_empty(),
            "nothing came near the vendor, and it was not said that nothing was sent",
        );
        // What is said about each attempt.
        let tried = told.attempts.len() - count(Delivery::NotSent);
        promise(arrived.len() <= tried, "a request arrived that no attempt owns up to");
        promise(
            count(Delivery::Answered) <= seen.iter().filter(|saw| saw.told()).count(),
            "an attempt said answered; neither a whole answer nor the head of a refusal was written",
        );
        promise(told.attempts.len() <= order.attempts as usize, "more attempts than allowed");
        // What was done.
        let done = arrived.iter().filter(|saw| saw.committed).count();
        match order.safety {
            Safety::Unsafe => {
                let works = |saw: &&Saw| {
                    let whole = saw.written == Extent::Completely;
                    // A fault of the vendor's that came as an answer, by its status or inside of its body.
                    !(whole && (saw.status == Some(429) || order.repeat_asked_for))
                };
                promise(arrived.iter().filter(works).count() <= 1, "an unsafe call was sent again");
                promise(done <= 1 || order.repeat_asked_for, "an unsafe call was done twice");
            }
            Safety::Keyed(_) => promise(done <= 1, "a call was done twice in spite of its key"),
            _ => {}
        }
        // How long it took.
        promise(order.deadline.is_none_or(|deadline| self.took <= deadline), "the deadline passed");
        promise(
            self.flights.iter().all(|(start, end)| end.saturating_sub(*start) <= order.timeout),
            "an attempt outlasted its time",
        );
        if let Some(wait) = order.wait {
            self.waited(wait, &mut promise);
        }
        self.complains_well(&mut promise);
        broken
    }

    /// After a 429 with a wait: neither early nor late.
    fn waited(&self, wait: Duration, promise: &mut impl FnMut(bool, &'static str)) {
        let limited = self.seen.iter().map(|saw| saw.status == Some(429));
        let pauses = self.flights.windows(2).map(|pair| pair[1].0.saturating_sub(pair[0].1));
        for (pause, _) in pauses.zip(limited).filter(|(_, limited)| *limited) {
            promise(pause + EARLY >= wait, "it was tried again before the vendor's time");
            promise(pause <= wait + LATE, "it was tried again long after the vendor's time");
        }
        if let Some(error) = &self.told.error
            && self.seen.last().is_some_and(|last| last.status == Some(429))
        {
            promise(
                error.retry_after.is_some_and(|told| told + EARLY >= wait && told <= wait + LATE),
                "the error does not tell the vendor's wait",
            );
        }
    }

    fn complains_well(&self, promise: &mut impl FnMut(bool, &'static str)) {
        let Some(error) = &self.told.error else { return };
        promise(error.text.contains(self.order.vendor), "the error does not name the vendor");
        promise(!error.next_step.is_empty(), "the error does not say what to do next");
        let unknown = self.told.delivery == Delivery::Unknown && self.order.safety == Safety::Unsafe;
        promise(!unknown || !error.retryable, "an unsafe call of unknown outcome is called retryable");
    }

    /// The outcome in a few words, for the table.
    pub(crate) fn outcome(&self) -> String {
        let sent = match self.seen.iter().filter(|saw| saw.bytes > 0).count() {
            0 => "no request".to_owned(),
            1 => "1 request".to_owned(),
            count => format!("{count} requests"),
        };
        let what = match self.told.delivery {
            Delivery::NotSent => "not sent",
            Delivery::Unknown => "unknown",
            Delivery::Answered => "answered",
        };
        format!("{what}, {sent}")
    }
}

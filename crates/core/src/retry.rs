//! Whether a failed attempt is made again, and when. Pure functions over what is known; no IO, no clock.

use std::time::Duration;

use crate::{error::Delivery, operation::Safety};

/// How often and how patiently calls are repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct RetryPolicy {
    /// Attempts in all, the first one included; at least 1. Default 4.
    pub attempts: u32,
    /// The first backoff is drawn from zero to this. Default 250 ms; it doubles with each attempt.
    pub base: Duration,
    /// No backoff is longer. Default 20 s.
    pub cap: Duration,
    /// A wait that the vendor asks for is obeyed up to this, else the call returns with
    /// [`retry_after`](crate::Error::retry_after) filled. Default 60 s.
    pub server_wait_cap: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            attempts: 4,
            base: Duration::from_millis(250),
            cap: Duration::from_secs(20),
            server_wait_cap: Duration::from_secs(60),
        }
    }
}

impl RetryPolicy {
    /// One attempt, whatever happens.
    pub fn never() -> Self {
        Self { attempts: 1, ..Self::default() }
    }

    /// Sets the number of attempts, at least 1.
    #[must_use]
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts.max(1);
        self
    }

    /// Sets the first backoff and the longest.
    #[must_use]
    pub fn backoff(mut self, base: Duration, cap: Duration) -> Self {
        self.base = base;
        self.cap = cap;
        self
    }

    /// Sets the longest wait that is obeyed when the vendor asks for one.
    #[must_use]
    pub fn server_wait_cap(mut self, cap: Duration) -> Self {
        self.server_wait_cap = cap;
        self
    }
}

/// How an attempt failed, as far as repeating it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// No byte left.
    NotSent,
    /// Bytes left and no usable answer came.
    Lost,
    /// A 5xx, or a code that leaves open what the vendor did.
    Server,
    /// Too many calls.
    RateLimited,
    /// Anything that the same call would meet again: refusals, redirects.
    Final,
}

/// What the decision depends on.
#[derive(Debug, Clone, Copy)]
// Each is a fact of its own; two-word enums would only hide that.
#[allow(clippy::struct_excessive_bools)]
pub struct Situation {
    /// The request's effective safety.
    pub safety: Safety,
    /// How the attempt failed.
    pub failure: Failure,
    /// How many attempts were made.
    pub attempts: u32,
    /// The wait that the vendor asked for.
    pub server_wait: Option<Duration>,
    /// What is left until the deadline.
    pub time_left: Option<Duration>,
    /// The retry budget has room.
    pub budget: bool,
    /// The body can be sent again.
    pub replayable: bool,
    /// The vendor asks for a repeat after a 5xx even of unsafe calls.
    pub retry_server_errors: bool,
    /// The vendor refuses with 429 before it works.
    pub limit_precedes_work: bool,
    /// The caller accepts that a repeat may do it twice.
    pub repeat_unknown: bool,
}

/// The decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Again, after a wait.
    Retry {
        /// How long.
        wait: Duration,
    },
    /// No more. `retry_after` is the vendor's wait, where waiting it out would help.
    Stop {
        /// The vendor's wait.
        retry_after: Option<Duration>,
    },
}

/// Decides. `jitter` is a number from 0 to 1.
pub fn verdict(policy: &RetryPolicy, situation: &Situation, jitter: f64) -> Verdict {
    let stop = Verdict::Stop { retry_after: situation.server_wait };
    if !may_repeat(situation) || situation.attempts >= policy.attempts || !situation.replayable {
        return stop;
    }
    if !situation.budget && !is_free(situation) {
        return stop;
    }
    if situation.server_wait.is_some_and(|wait| wait > policy.server_wait_cap) {
        return stop;
    }
    let backoff = backoff(policy, situation.attempts, jitter);
    let wait = situation.server_wait.map_or(backoff, |wait| wait.max(backoff));
    if situation.time_left.is_some_and(|left| wait >= left) {
        return stop;
    }
    Verdict::Retry { wait }
}

/// The first three attempts of a read are outside the budget: without them an outage would look like an error.
pub(crate) fn is_free(situation: &Situation) -> bool {
    situation.safety == Safety::ReadOnly && situation.attempts < 3
}

fn may_repeat(situation: &Situation) -> bool {
    let repeatable = situation.safety.repeatable() || situation.repeat_unknown;
    match situation.failure {
        Failure::NotSent => true,
        Failure::Lost => repeatable,
        Failure::Server => repeatable || situation.retry_server_errors,
        Failure::RateLimited => repeatable || situation.limit_precedes_work,
        Failure::Final => false,
    }
}

/// Full jitter: anything from zero to the doubled base, so that clients that failed together do not return together.
pub fn backoff(policy: &RetryPolicy, attempts: u32, jitter: f64) -> Duration {
    let doubled =
        policy.base.saturating_mul(1_u32.checked_shl(attempts.saturating_sub(1)).unwrap_or(u32::MAX));
    doubled.min(policy.cap).mul_f64(jitter.clamp(0.0, 1.0))
}

/// What an attempt's failure says about delivery.
pub fn delivery(safety: Safety, failure: Failure) -> Delivery {
    match (failure, safety) {
        (Failure::NotSent, _) => Delivery::NotSent,
        (Failure::Server, Safety::ReadOnly) | (Failure::RateLimited | Failure::Final, _) => {
            Delivery::Answered
        }
        (Failure::Lost | Failure::Server, _) => Delivery::Unknown,
    }
}

/// A token bucket that stops retry storms: a fleet whose vendor is down must not multiply its calls.
#[derive(Debug)]
pub(crate) struct Budget {
    tokens: std::sync::atomic::AtomicU32,
}

impl Budget {
    const FULL: u32 = 500;
    const RETRY: u32 = 5;

    pub(crate) fn full() -> Self {
        Self { tokens: std::sync::atomic::AtomicU32::new(Self::FULL) }
    }

    pub(crate) fn has_room(&self) -> bool {
        self.tokens.load(std::sync::atomic::Ordering::Relaxed) >= Self::RETRY
    }

    pub(crate) fn retried(&self) {
        self.change(|tokens| tokens.saturating_sub(Self::RETRY));
    }

    pub(crate) fn succeeded(&self) {
        // The common case does not write: the line stays shared between cores.
        if self.tokens.load(std::sync::atomic::Ordering::Relaxed) < Self::FULL {
            self.change(|tokens| (tokens + 1).min(Self::FULL));
        }
    }

    fn change(&self, change: impl Fn(u32) -> u32) {
        let relaxed = std::sync::atomic::Ordering::Relaxed;
        // The closure always returns a value, so the update cannot fail.
        let _ = self.tokens.fetch_update(relaxed, relaxed, |tokens| Some(change(tokens)));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const KEYED: Safety = Safety::Keyed("exto");

    fn situation(safety: Safety, failure: Failure) -> Situation {
        Situation {
            safety,
            failure,
            attempts: 1,
            server_wait: None,
            time_left: None,
            budget: true,
            replayable: true,
            retry_server_errors: false,
            limit_precedes_work: true,
            repeat_unknown: false,
        }
    }

    fn retries(situation: &Situation) -> bool {
        matches!(verdict(&RetryPolicy::default(), situation, 0.5), Verdict::Retry { .. })
    }

    #[test]
    fn the_table_of_outcomes_holds() {
        use Delivery::{Answered, NotSent, Unknown};
        use Failure::{Final, Lost, RateLimited, Server};
        use Safety::{Idempotent, ReadOnly, Unsafe};
        let table = [
            (Failure::NotSent, ReadOnly, true, NotSent),
            (Failure::NotSent, Idempotent, true, NotSent),
            (Failure::NotSent, KEYED, true, NotSent),
            (Failure::NotSent, Unsafe, true, NotSent),
            (Lost, ReadOnly, true, Unknown),
            (Lost, Idempotent, true, Unknown),
            (Lost, KEYED, true, Unknown),
            (Lost, Unsafe, false, Unknown),
            (Server, ReadOnly, true, Answered),
            (Server, Idempotent, true, Unknown),
            (Server, KEYED, true, Unknown),
            (Server, Unsafe, false, Unknown),
            (RateLimited, ReadOnly, true, Answered),
            (RateLimited, Unsafe, true, Answered),
            (Final, ReadOnly, false, Answered),
            (Final, Unsafe, false, Answered),
        ];
        for (failure, safety, again, known) in table {
            assert_eq!(retries(&situation(safety, failure)), again, "{failure:?} {safety:?}");
            assert_eq!(delivery(safety, failure), known, "{failure:?} {safety:?}");
        }
    }

    #[test]
    fn a_vendors_exceptions_change_only_their_row() {
        let unsafe_call = |failure| situation(Safety::Unsafe, failure);
        assert!(retries(&Situation { retry_server_errors: true, ..unsafe_call(Failure::Server) }));
        assert!(!retries(&Situation { retry_server_errors: true, ..unsafe_call(Failure::Lost) }));
        assert!(!retries(&Situation { limit_precedes_work: false, ..unsafe_call(Failure::RateLimited) }));
        assert!(retries(&Situation { repeat_unknown: true, ..unsafe_call(Failure::Lost) }));
    }

    #[test]
    fn a_wait_beyond_cap_or_deadline_returns_at_once_with_the_time() {
        let wait = Duration::from_secs(61);
        let asked =
            Situation { server_wait: Some(wait), ..situation(Safety::ReadOnly, Failure::RateLimited) };
        let policy = RetryPolicy::default();
        assert_eq!(verdict(&policy, &asked, 0.5), Verdict::Stop { retry_after: Some(wait) });
        let late = Situation {
            server_wait: Some(Duration::from_secs(5)),
            time_left: Some(Duration::from_secs(5)),
            ..asked
        };
        assert_eq!(verdict(&policy, &late, 0.5), Verdict::Stop { retry_after: late.server_wait });
        let fine = Situation { time_left: Some(Duration::from_secs(6)), ..late };
        assert_eq!(verdict(&policy, &fine, 0.0), Verdict::Retry { wait: Duration::from_secs(5) });
    }

    #[test]
    fn an_empty_budget_leaves_a_read_three_attempts() {
        let read = Situation { budget: false, ..situation(Safety::ReadOnly, Failure::Server) };
        assert!(retries(&Situation { attempts: 2, ..read }));
        assert!(!retries(&Situation { attempts: 3, ..read }));
        assert!(!retries(&Situation { budget: false, ..situation(Safety::Idempotent, Failure::Server) }));
    }

    #[test]
    fn a_body_that_cannot_be_rewound_is_never_sent_again() {
        assert!(!retries(&Situation { replayable: false, ..situation(Safety::ReadOnly, Failure::NotSent) }));
    }

    #[test]
    fn the_budget_empties_and_fills() {
        let budget = Budget::full();
        for _ in 0..100 {
            assert!(budget.has_room());
            budget.retried();
        }
        assert!(!budget.has_room());
        for _ in 0..5 {
            budget.succeeded();
        }
        assert!(budget.has_room());
    }

    proptest! {
        #[test]
        fn no_backoff_is_longer_than_its_cap(attempts in 0_u32..200, jitter in -1.0_f64..2.0) {
            let policy = RetryPolicy::default();
            prop_assert!(backoff(&policy, attempts, jitter) <= policy.cap);
        }

        #[test]
        fn an_unsafe_call_is_never_repeated_once_bytes_left(
            attempts in 1_u32..10, jitter in 0.0_f64..1.0, budget: bool, wait in proptest::option::of(0_u64..100),
        ) {
            for failure in [Failure::Lost, Failure::Server, Failure::Final] {
                let situation = Situation {
                    attempts, budget, server_wait: wait.map(Duration::from_secs),
                    ..situation(Safety::Unsafe, failure)
                };
                let stops = matches!(verdict(&RetryPolicy::default(), &situation, jitter), Verdict::Stop { .. });
                prop_assert!(stops);
            }
        }
    }
}

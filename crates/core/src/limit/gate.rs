//! What the vendor itself told us: a time before which nothing may start, and what remains of its own count.

use std::time::{Duration, Instant};

use super::{
    feedback::Quota,
    window::{Ready, later},
};

/// Resets that lie this close together name the same moment: headers carry whole seconds and travel.
const SAME_RESET: Duration = Duration::from_secs(2);

/// Closed by a 429 for everyone who shares the limiter.
#[derive(Debug, Default)]
pub(super) struct Gate {
    opens: Option<Instant>,
}

impl Gate {
    /// Closes the gate for `wait`; a later opening that is already set stays.
    pub(super) fn close(&mut self, now: Instant, wait: Duration) {
        self.opens = self.opens.max(Some(later(now, wait)));
    }

    pub(super) fn ready(&self, now: Instant) -> Ready {
        self.opens.map_or(Ready::Now, |opens| Ready::at(opens, now))
    }
}

/// The vendor's own count, where it tells: it wins where it is lower than ours.
///
/// Calls without an answer may or may not be in that count already; they are taken as not yet in it. Near the end of
/// the allowance a call then waits for one answer more than it might have to, which beats a 429.
#[derive(Debug, Default)]
pub(super) struct Allowance {
    unanswered: u64,
    told: Option<Told>,
}

#[derive(Debug, Clone, Copy)]
struct Told {
    remaining: u64,
    /// The reset of the first header of this span: what later resets are compared with.
    anchor: Instant,
    until: Instant,
}

impl Allowance {
    /// When a call of `cost` could start, given that no header comes.
    pub(super) fn ready(&self, now: Instant, cost: u32) -> Ready {
        match self.told {
            Some(told) if self.unanswered + u64::from(cost) > told.remaining => Ready::at(told.until, now),
            _ => Ready::Now,
        }
    }

    /// The earliest start that is thinkable: an answer under way may bring better news.
    pub(super) fn earliest(&self, now: Instant, cost: u32) -> Ready {
        if self.unanswered == 0 { self.ready(now, cost) } else { Ready::Now }
    }

    pub(super) fn start(&mut self, cost: u32) {
        self.unanswered += u64::from(cost);
    }

    /// The call cannot be counted by the vendor any more.
    pub(super) fn never_left(&mut self, cost: u32) {
        self.unanswered = self.unanswered.saturating_sub(u64::from(cost));
    }

    /// The call is over and told nothing: it may have been counted.
    pub(super) fn silent(&mut self, cost: u32) {
        self.never_left(cost);
        if let Some(told) = &mut self.told {
            told.remaining = told.remaining.saturating_sub(u64::from(cost));
        }
    }

    /// The call's answer carried a quota. `span` is how long it holds if the vendor does not say.
    ///
    /// Answers overtake each other: within one span of the vendor the count only falls, so the lowest news wins.
    pub(super) fn told(&mut self, now: Instant, cost: u32, quota: Quota, span: Option<Duration>) {
        self.never_left(cost);
        let Some(holds) = quota.reset.or(span).filter(|holds| !holds.is_zero()) else {
            self.told = None;
            return;
        };
        let until = later(now, holds);
        let same = self.told.filter(|told| {
            now < told.until
                && until.saturating_duration_since(told.anchor) <= SAME_RESET
                && told.anchor.saturating_duration_since(until) <= SAME_RESET
        });
        self.told = Some(match same {
            Some(told) => Told {
                remaining: told.remaining.min(quota.remaining),
                anchor: told.anchor,
                until: told.until.max(until),
            },
            None => Told { remaining: quota.remaining, anchor: until, until },
        });
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn quota(remaining: u64, reset: u64) -> Quota {
        Quota { remaining, reset: Some(Duration::from_secs(reset)) }
    }

    #[test]
    fn a_gate_opens_at_its_time_and_the_later_of_two_closings_wins() {
        let now = Instant::now();
        let mut gate = Gate::default();
        assert_eq!(gate.ready(now), Ready::Now);
        gate.close(now, 5 * SECOND);
        gate.close(now, 2 * SECOND);
        assert_eq!(gate.ready(now), Ready::At(now + 5 * SECOND));
        assert_eq!(gate.ready(now + 5 * SECOND), Ready::Now);
    }

    #[test]
    fn a_call_that_costs_more_than_what_remains_waits_for_the_reset() {
        let now = Instant::now();
        let mut allowance = Allowance::default();
        allowance.start(3);
        allowance.told(now, 3, quota(10, 30), None);
        assert_eq!(allowance.ready(now, 10), Ready::Now);
        assert_eq!(allowance.ready(now, 11), Ready::At(now + 30 * SECOND));
        assert_eq!(allowance.ready(now + 30 * SECOND, 11), Ready::Now);
    }

    #[test]
    fn unanswered_calls_count_against_what_remains_and_silent_ones_stay_counted() {
        let now = Instant::now();
        let mut allowance = Allowance::default();
        allowance.start(1);
        allowance.told(now, 1, quota(10, 30), None);
        allowance.start(8);
        assert_eq!(allowance.ready(now, 2), Ready::Now);
        assert_eq!(allowance.ready(now, 3), Ready::At(now + 30 * SECOND));
        assert_eq!(allowance.earliest(now, 3), Ready::Now);
        allowance.never_left(8);
        assert_eq!(allowance.ready(now, 10), Ready::Now);
        allowance.start(8);
        allowance.silent(8);
        assert_eq!(allowance.ready(now, 2), Ready::Now);
        assert_eq!(allowance.earliest(now, 3), Ready::At(now + 30 * SECOND));
    }

    #[test]
    fn within_one_span_of_the_vendor_an_older_answer_cannot_raise_what_remains() {
        let now = Instant::now();
        let mut allowance = Allowance::default();
        allowance.told(now, 0, quota(4, 30), None);
        allowance.told(now + SECOND, 0, quota(5, 29), None);
        assert_eq!(allowance.ready(now + SECOND, 5), Ready::At(now + 30 * SECOND));
        allowance.told(now + 31 * SECOND, 0, quota(60, 60), None);
        assert_eq!(allowance.ready(now + 31 * SECOND, 60), Ready::Now);
    }

    #[test]
    fn a_reset_that_moves_with_every_answer_does_not_freeze_the_lowest_count() {
        let now = Instant::now();
        let mut allowance = Allowance::default();
        for (passed, remaining) in [(0, 2), (1, 3), (2, 4), (3, 50)] {
            allowance.told(now + passed * SECOND, 0, quota(remaining, 60), None);
        }
        assert_eq!(allowance.ready(now + 3 * SECOND, 50), Ready::Now);
    }

    #[test]
    fn without_a_reset_the_span_of_the_bucket_holds_and_without_both_nothing() {
        let now = Instant::now();
        let silent = Quota { remaining: 0, reset: None };
        let mut allowance = Allowance::default();
        allowance.told(now, 0, silent, Some(3 * SECOND));
        assert_eq!(allowance.ready(now, 1), Ready::At(now + 3 * SECOND));
        allowance.told(now, 0, silent, None);
        assert_eq!(allowance.ready(now, 1), Ready::Now);
    }
}

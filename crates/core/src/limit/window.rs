//! The arithmetic of limits over instants: a response-anchored window, and slots for calls in flight.
//!
//! Nothing here waits, locks or reads a clock. A caller passes `now`, which never goes back within one book.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

/// Room that a ring starts with; it grows to what the limit needs and is then reused.
const FIRST_ROOM: usize = 64;

/// When a call could start, as far as the books know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ready {
    /// At once.
    Now,
    /// At this instant, if nothing else happens before.
    At(Instant),
    /// Not before a call in flight ends, and nobody knows when that is.
    AfterAnEnd,
}

impl Ready {
    /// Both must hold.
    pub(super) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::AfterAnEnd, _) | (_, Self::AfterAnEnd) => Self::AfterAnEnd,
            (Self::Now, other) => other,
            (this, Self::Now) => this,
            (Self::At(this), Self::At(other)) => Self::At(this.max(other)),
        }
    }

    /// `At(instant)`, or `Now` where that has come.
    pub(super) fn at(instant: Instant, now: Instant) -> Self {
        if instant <= now { Self::Now } else { Self::At(instant) }
    }
}

/// `instant + by`; an instant that the platform cannot name becomes the last one asked for.
pub(super) fn later(instant: Instant, by: Duration) -> Instant {
    instant.checked_add(by).unwrap_or(instant)
}

/// Amounts that come free one after another.
#[derive(Debug)]
struct Ring {
    held: VecDeque<(Instant, u32)>,
    sum: u64,
}

impl Ring {
    fn with_room(calls: u32) -> Self {
        let room = usize::try_from(calls).unwrap_or(FIRST_ROOM).min(FIRST_ROOM);
        Self { held: VecDeque::with_capacity(room), sum: 0 }
    }

    /// Holds `amount` until `free_at`. What is pushed later never comes free earlier.
    fn push(&mut self, free_at: Instant, amount: u32) {
        if amount == 0 {
            return;
        }
        let free_at = self.held.back().map_or(free_at, |&(last, _)| last.max(free_at));
        self.held.push_back((free_at, amount));
        self.sum += u64::from(amount);
    }

    fn prune(&mut self, now: Instant) {
        while let Some(&(free_at, amount)) = self.held.front()
            && free_at <= now
        {
            self.held.pop_front();
            self.sum = self.sum.saturating_sub(u64::from(amount));
        }
    }
}

/// What is held beside the calls in flight: after an answer, and after a loss (whose bytes may still arrive).
/// Each of the two comes free in the order in which it was put in, so two rings replace a heap.
#[derive(Debug)]
struct Held {
    answered: Ring,
    lost: Ring,
}

impl Held {
    fn with_room(calls: u32) -> Self {
        Self { answered: Ring::with_room(calls), lost: Ring::with_room(0) }
    }

    fn prune(&mut self, now: Instant) {
        self.answered.prune(now);
        self.lost.prune(now);
    }

    fn sum(&self) -> u64 {
        self.answered.sum + self.lost.sum
    }

    /// When `cost` fits under `count` beside `fixed`, which does not come free by itself.
    fn ready(&self, count: u32, cost: u32, fixed: u64) -> Ready {
        let (count, wanted) = (u64::from(count), fixed + u64::from(cost));
        if wanted > count {
            return Ready::AfterAnEnd;
        }
        let mut sum = self.sum();
        let mut free_at = None;
        let mut answered = self.answered.held.iter().copied().peekable();
        let mut lost = self.lost.held.iter().copied().peekable();
        while wanted + sum > count {
            let from_answered = match (answered.peek(), lost.peek()) {
                (Some(one), Some(other)) => one.0 <= other.0,
                (one, _) => one.is_some(),
            };
            let Some((at, amount)) = (if from_answered { answered.next() } else { lost.next() }) else {
                break;
            };
            sum = sum.saturating_sub(u64::from(amount));
            free_at = Some(at);
        }
        free_at.map_or(Ready::Now, Ready::At)
    }
}

/// At most `count` tokens in any span of `per` at the vendor, counted at the answer.
///
/// A call may start while (in flight + answered in the last `per`) + cost is at most `count`. The span is half open:
/// a slot whose answer came at `t` is free at `t + per`.
#[derive(Debug)]
pub(super) struct WindowBook {
    count: u32,
    per: Duration,
    in_flight: u64,
    held: Held,
}

impl WindowBook {
    pub(super) fn new(count: u32, per: Duration) -> Self {
        Self { count, per, in_flight: 0, held: Held::with_room(count) }
    }

    pub(super) fn count(&self) -> u32 {
        self.count
    }

    /// When a call of `cost` could start, given that the calls in flight stay there.
    pub(super) fn ready(&mut self, now: Instant, cost: u32) -> Ready {
        self.held.prune(now);
        self.held.ready(self.count, cost, self.in_flight)
    }

    /// The earliest start that is thinkable: every call in flight may still turn out to have never left.
    pub(super) fn earliest(&mut self, now: Instant, cost: u32) -> Ready {
        self.held.prune(now);
        self.held.ready(self.count, cost, 0)
    }

    /// A call starts. The caller has asked [`Self::ready`].
    pub(super) fn start(&mut self, cost: u32) {
        self.in_flight += u64::from(cost);
    }

    /// No byte left: the tokens are free again.
    pub(super) fn never_left(&mut self, cost: u32) {
        self.in_flight = self.in_flight.saturating_sub(u64::from(cost));
    }

    /// An answer came: the vendor counted the call at this moment or before it.
    pub(super) fn answered(&mut self, now: Instant, cost: u32) {
        self.never_left(cost);
        self.held.answered.push(later(now, self.per), cost);
    }

    /// No answer came; the vendor may count the call as late as `now + linger`.
    pub(super) fn lost(&mut self, now: Instant, linger: Duration, cost: u32) {
        self.never_left(cost);
        self.held.lost.push(later(later(now, linger), self.per), cost);
    }
}

/// At most so many calls in flight.
#[derive(Debug)]
pub(super) struct SlotBook {
    limit: u32,
    in_flight: u64,
    held: Held,
}

impl SlotBook {
    pub(super) fn new(limit: u32) -> Self {
        Self { limit, in_flight: 0, held: Held::with_room(0) }
    }

    /// When a call could start, given that the calls in flight stay there.
    pub(super) fn ready(&mut self, now: Instant) -> Ready {
        self.held.prune(now);
        self.held.ready(self.limit, 1, self.in_flight)
    }

    /// The earliest start that is thinkable: every call in flight may end now.
    pub(super) fn earliest(&mut self, now: Instant) -> Ready {
        self.held.prune(now);
        self.held.ready(self.limit, 1, 0)
    }

    pub(super) fn start(&mut self) {
        self.in_flight += 1;
    }

    /// The call is over for the vendor too.
    pub(super) fn ended(&mut self) {
        self.in_flight = self.in_flight.saturating_sub(1);
    }

    /// We went away; the vendor may work on the call until `now + linger`.
    pub(super) fn lost(&mut self, now: Instant, linger: Duration) {
        self.ended();
        self.held.lost.push(later(now, linger), 1);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

    use proptest::prelude::*;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_slot_comes_free_one_span_after_its_answer_and_not_before() {
        let start = Instant::now();
        let mut book = WindowBook::new(2, 3 * SECOND);
        book.start(1);
        book.start(1);
        assert_eq!(book.ready(start, 1), Ready::AfterAnEnd);
        book.answered(start + SECOND, 1);
        assert_eq!(book.ready(start + SECOND, 1), Ready::At(start + 4 * SECOND));
        book.answered(start + 2 * SECOND, 1);
        assert_eq!(book.ready(start + 2 * SECOND, 2), Ready::At(start + 5 * SECOND));
        let just_before = start + Duration::from_nanos(3_999_999_999);
        assert_eq!(book.ready(just_before, 1), Ready::At(start + 4 * SECOND));
        assert_eq!(book.ready(start + 4 * SECOND, 1), Ready::Now);
    }

    #[test]
    fn a_call_that_never_left_gives_its_tokens_back_at_once() {
        let now = Instant::now();
        let mut book = WindowBook::new(5, SECOND);
        book.start(5);
        assert_eq!(book.ready(now, 1), Ready::AfterAnEnd);
        book.never_left(5);
        assert_eq!(book.ready(now, 5), Ready::Now);
    }

    #[test]
    fn a_lost_call_holds_its_tokens_for_linger_and_span() {
        let now = Instant::now();
        let mut book = WindowBook::new(1, 3 * SECOND);
        book.start(1);
        book.lost(now, 10 * SECOND, 1);
        assert_eq!(book.ready(now, 1), Ready::At(now + 13 * SECOND));
        assert_eq!(book.earliest(now, 1), Ready::At(now + 13 * SECOND));
        assert_eq!(book.ready(now + 13 * SECOND, 1), Ready::Now);
    }

    #[test]
    fn answered_and_lost_calls_come_free_in_the_order_of_their_instants() {
        let now = Instant::now();
        let mut book = WindowBook::new(3, 3 * SECOND);
        for _ in 0..3 {
            book.start(1);
        }
        book.lost(now, SECOND, 1);
        book.answered(now + 2 * SECOND, 1);
        book.answered(now, 1);
        let at = |seconds: u32| Ready::At(now + seconds * SECOND);
        assert_eq!(book.ready(now, 1), at(4));
        assert_eq!(book.ready(now, 2), at(5));
        // The book's own time never goes back: the answer noted last is not free before the one noted first.
        assert_eq!(book.ready(now, 3), at(5));
    }

    #[test]
    fn calls_in_flight_do_not_count_for_the_earliest_thinkable_start() {
        let now = Instant::now();
        let mut book = WindowBook::new(2, 3 * SECOND);
        book.start(1);
        book.start(1);
        assert_eq!(book.ready(now, 1), Ready::AfterAnEnd);
        assert_eq!(book.earliest(now, 2), Ready::Now);
        book.answered(now, 1);
        assert_eq!(book.earliest(now, 1), Ready::Now);
        assert_eq!(book.earliest(now, 2), Ready::At(now + 3 * SECOND));
    }

    #[test]
    fn a_free_call_is_never_held_up_by_a_window() {
        let now = Instant::now();
        let mut book = WindowBook::new(1, SECOND);
        book.start(1);
        assert_eq!(book.ready(now, 0), Ready::Now);
        book.answered(now, 1);
        assert_eq!(book.ready(now, 0), Ready::Now);
    }

    #[test]
    fn a_slot_is_free_at_the_end_and_a_lost_one_after_the_linger() {
        let now = Instant::now();
        let mut slots = SlotBook::new(2);
        slots.start();
        slots.start();
        assert_eq!(slots.ready(now), Ready::AfterAnEnd);
        assert_eq!(slots.earliest(now), Ready::Now);
        slots.ended();
        assert_eq!(slots.ready(now), Ready::Now);
        slots.start();
        slots.lost(now, SECOND);
        assert_eq!(slots.ready(now), Ready::At(now + SECOND));
        slots.lost(now, SECOND);
        assert_eq!(slots.earliest(now), Ready::At(now + SECOND));
        assert_eq!(slots.ready(now + SECOND), Ready::Now);
    }

    #[test]
    fn the_later_of_two_limits_decides_and_an_unknown_end_beats_both() {
        let now = Instant::now();
        let (soon, late) = (Ready::At(now + SECOND), Ready::At(now + 2 * SECOND));
        assert_eq!(Ready::Now.and(Ready::Now), Ready::Now);
        assert_eq!(soon.and(Ready::Now), soon);
        assert_eq!(Ready::Now.and(soon), soon);
        assert_eq!(soon.and(late), late);
        assert_eq!(late.and(Ready::AfterAnEnd), Ready::AfterAnEnd);
        assert_eq!(Ready::AfterAnEnd.and(Ready::Now), Ready::AfterAnEnd);
    }

    /// One step of a random life of a window.
    #[derive(Debug, Clone)]
    enum Step {
        Pass(u64),
        Start(u32),
        NeverLeft(usize),
        /// Arrives at the vendor at the start, at the end, or between.
        Answered(usize, u8),
        /// Arrives somewhere within the linger.
        Lost(usize, u8),
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            (0_u64..2_000).prop_map(Step::Pass),
            (1_u32..6).prop_map(Step::Start),
            any::<usize>().prop_map(Step::NeverLeft),
            (any::<usize>(), any::<u8>()).prop_map(|(call, when)| Step::Answered(call, when)),
            (any::<usize>(), any::<u8>()).prop_map(|(call, when)| Step::Lost(call, when)),
        ]
    }

    fn between(from: Instant, to: Instant, share: u8) -> Instant {
        from + (to - from) * u32::from(share) / 255
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn no_order_of_starts_and_ends_puts_more_than_the_count_into_a_span(
            count in 5_u32..20,
            steps in prop::collection::vec(step(), 1..200),
        ) {
            let (per, linger) = (3 * SECOND, SECOND);
            let mut book = WindowBook::new(count, per);
            let mut now = Instant::now();
            let mut in_flight: Vec<(Instant, u32)> = Vec::new();
            let mut arrivals: Vec<(Instant, u32)> = Vec::new();
            for step in steps {
                match step {
                    Step::Pass(millis) => now += Duration::from_millis(millis),
                    Step::Start(cost) => match book.ready(now, cost) {
                        Ready::Now => {
                            book.start(cost);
                            in_flight.push((now, cost));
                        }
                        Ready::At(at) => {
                            prop_assert!(at > now);
                            now = at;
                            prop_assert_eq!(book.ready(now, cost), Ready::Now);
                        }
                        Ready::AfterAnEnd => prop_assert!(!in_flight.is_empty()),
                    },
                    _ if in_flight.is_empty() => {}
                    Step::NeverLeft(call) => {
                        let (_, cost) = in_flight.swap_remove(call % in_flight.len());
                        book.never_left(cost);
                    }
                    Step::Answered(call, share) => {
                        let (sent, cost) = in_flight.swap_remove(call % in_flight.len());
                        arrivals.push((between(sent, now, share), cost));
                        book.answered(now, cost);
                    }
                    Step::Lost(call, share) => {
                        let (sent, cost) = in_flight.swap_remove(call % in_flight.len());
                        arrivals.push((between(sent, now + linger, share), cost));
                        book.lost(now, linger, cost);
                    }
                }
            }
            for &(from, _) in &arrivals {
                let tokens: u32 =
                    arrivals.iter().filter(|(at, _)| *at >= from && *at < from + per).map(|(_, cost)| cost).sum();
                prop_assert!(tokens <= count, "{} tokens in one span of {}", tokens, count);
            }
        }
    }
}

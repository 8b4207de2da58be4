//! One bucket at work: its books and its line together, behind the limiter's lock.
//!
//! Every method returns at once. Time is read under the lock, so that it never goes back within one desk.
//! Waiting is `local.rs`.

use std::{
    cell::LazyCell,
    task::Waker,
    time::{Duration, Instant},
};

use http::{HeaderMap, StatusCode};

use super::{
    Ask, Bucket, End, Feedback, Refusal, Ticket, feedback,
    gate::{Allowance, Gate},
    pace::Pacer,
    queue::{Calls, Line},
    window::{Ready, SlotBook, WindowBook},
};
use crate::clock::Clock;

/// Everything that decides whether a call may start.
#[derive(Debug)]
struct Books {
    windows: Vec<WindowBook>,
    slots: Option<SlotBook>,
    pacer: Option<Pacer>,
    gate: Gate,
    allowance: Allowance,
}

impl Books {
    /// When a call could start, given that the calls in flight stay there.
    fn ready(&mut self, now: Instant, cost: u32) -> Ready {
        let windows = self.windows.iter_mut().map(|window| window.ready(now, cost));
        let slots = self.slots.as_mut().map(|slots| slots.ready(now));
        let pace = self.pacer.as_ref().map(|pacer| pacer.ready(now));
        let told = [self.gate.ready(now), self.allowance.ready(now, cost)];
        windows.chain(slots).chain(pace).chain(told).fold(Ready::Now, Ready::and)
    }

    /// The earliest start that is thinkable, whatever the calls in flight do.
    fn earliest(&mut self, now: Instant, cost: u32) -> Instant {
        let windows = self.windows.iter_mut().map(|window| window.earliest(now, cost));
        let slots = self.slots.as_mut().map(|slots| slots.earliest(now));
        let pace = self.pacer.as_ref().map(|pacer| pacer.ready(now));
        let told = [self.gate.ready(now), self.allowance.earliest(now, cost)];
        match windows.chain(slots).chain(pace).chain(told).fold(Ready::Now, Ready::and) {
            Ready::At(at) => at,
            Ready::Now | Ready::AfterAnEnd => now,
        }
    }

    /// How long the vendor itself wants no call, beyond `cap`.
    fn closed_beyond(&self, now: Instant, cost: u32, cap: Duration) -> Option<Duration> {
        match self.gate.ready(now).and(self.allowance.earliest(now, cost)) {
            Ready::At(at) => Some(at.saturating_duration_since(now)).filter(|wait| *wait > cap),
            Ready::Now | Ready::AfterAnEnd => None,
        }
    }

    /// Starts a call, or says when to ask again. The pace comes last: asking governor takes a start from it.
    fn start(&mut self, now: Instant, cost: u32) -> Result<(), Ready> {
        match self.ready(now, cost) {
            Ready::Now => {}
            not_yet => return Err(not_yet),
        }
        if let Some(pacer) = &mut self.pacer {
            pacer.start().map_err(Ready::At)?;
        }
        self.windows.iter_mut().for_each(|window| window.start(cost));
        if let Some(slots) = &mut self.slots {
            slots.start();
        }
        self.allowance.start(cost);
        Ok(())
    }
}

/// What a waiter does next.
#[derive(Debug)]
pub(super) enum Turn {
    /// It has its permit and has left the line.
    Start,
    /// It will not get one and has left the line.
    Refuse(Refusal),
    /// It waits until called, at the longest until this instant.
    Wait(Option<Instant>),
}

/// The state of one bucket.
#[derive(Debug)]
pub(super) struct Desk {
    books: Books,
    line: Line,
    /// Tickets whose answer's head has been seen and whose end has not. Few, and searched by looking.
    observed: Vec<u64>,
    feedback: Feedback,
    shortest: Option<Duration>,
}

impl Desk {
    /// `bucket` has been validated.
    pub(super) fn new(bucket: &Bucket, pacer: Option<Pacer>) -> Self {
        Self {
            books: Books {
                windows: bucket
                    .windows
                    .iter()
                    .map(|window| WindowBook::new(window.count, window.per))
                    .collect(),
                slots: bucket.concurrency.map(SlotBook::new),
                pacer,
                gate: Gate::default(),
                allowance: Allowance::default(),
            },
            line: Line::default(),
            observed: Vec::new(),
            feedback: bucket.feedback,
            shortest: bucket.windows.iter().map(|window| window.per).min(),
        }
    }

    /// Starts a call if nobody waits and nothing stands against it.
    pub(super) fn try_start(&mut self, now: Instant, ask: &Ask, calls: &mut Calls) -> bool {
        if !self.line.is_empty() {
            let gone = self.line.settle(now, calls);
            if !self.line.is_empty() {
                if gone > 0 {
                    self.line.call_front(now, gone, calls);
                }
                return false;
            }
        }
        ask.deadline.is_none_or(|deadline| deadline > now) && self.books.start(now, ask.cost).is_ok()
    }

    /// A waiter comes for the first time.
    pub(super) fn join(
        &mut self,
        place: u64,
        now: Instant,
        ask: &Ask,
        waker: &Waker,
        calls: &mut Calls,
    ) -> Turn {
        let smallest = self.books.windows.iter().map(WindowBook::count).min();
        if let Some(limit) = smallest.filter(|limit| ask.cost > *limit) {
            return Turn::Refuse(Refusal::CostAboveLimit { cost: ask.cost, limit });
        }
        self.line.join(place, ask.cost, ask.deadline, waker);
        self.decide(place, now, ask, false, calls)
    }

    /// A waiter that has a place is polled.
    pub(super) fn turn(
        &mut self,
        place: u64,
        now: Instant,
        ask: &Ask,
        waker: &Waker,
        calls: &mut Calls,
    ) -> Turn {
        if !self.line.polled(place, waker, calls) {
            // Only a deadline that has passed evicts.
            return Turn::Refuse(self.too_late(now, ask));
        }
        self.decide(place, now, ask, true, calls)
    }

    fn decide(&mut self, place: u64, now: Instant, ask: &Ask, watching: bool, calls: &mut Calls) -> Turn {
        if let Some(deadline) = ask.deadline
            && (deadline <= now || deadline <= self.books.earliest(now, ask.cost))
        {
            self.leave(place, now, calls);
            return Turn::Refuse(self.too_late(now, ask));
        }
        if let Some(ready_in) =
            ask.vendor_wait_cap.and_then(|cap| self.books.closed_beyond(now, ask.cost, cap))
        {
            self.leave(place, now, calls);
            return Turn::Refuse(Refusal::Closed { ready_in });
        }
        let gone = self.line.settle(now, calls);
        if gone > 0 {
            self.line.call_front(now, gone, calls);
        }
        let ready = if self.line.is_front(place) {
            match self.books.start(now, ask.cost) {
                Ok(()) => {
                    self.leave(place, now, calls);
                    return Turn::Start;
                }
                Err(not_yet) => not_yet,
            }
        } else {
            let front = self.line.front_cost().unwrap_or(ask.cost);
            self.books.ready(now, front)
        };
        Turn::Wait(self.line.alarm(place, now, ready, watching || gone > 0, calls))
    }

    fn too_late(&mut self, now: Instant, ask: &Ask) -> Refusal {
        let ready_in = self.books.earliest(now, ask.cost).saturating_duration_since(now);
        Refusal::DeadlineFirst { ready_in: Some(ready_in) }
    }

    /// A waiter leaves the line.
    pub(super) fn leave(&mut self, place: u64, now: Instant, calls: &mut Calls) {
        if self.line.leave(place, calls) {
            let gone = self.line.settle(now, calls);
            self.line.call_front(now, gone, calls);
        }
    }

    /// The head of an answer came. It proves that the vendor has counted the call, so the window runs from now,
    /// however long the body takes; the slot of a concurrency limit stays taken.
    pub(super) fn observe(
        &mut self,
        ticket: &Ticket,
        status: StatusCode,
        headers: &HeaderMap,
        clock: &dyn Clock,
        calls: &mut Calls,
    ) {
        if self.observed.contains(&ticket.id) {
            return;
        }
        self.observed.push(ticket.id);
        let now = LazyCell::new(|| clock.now());
        self.answered(ticket.cost, || *now, status, headers, clock);
        self.call_if_changed(|| *now, status == StatusCode::TOO_MANY_REQUESTS, calls);
    }

    fn answered(
        &mut self,
        cost: u32,
        now: impl Fn() -> Instant,
        status: StatusCode,
        headers: &HeaderMap,
        clock: &dyn Clock,
    ) {
        self.books.windows.iter_mut().for_each(|window| window.answered(now(), cost));
        let quota = match self.feedback {
            // It tells none.
            Feedback::Standard => None,
            feedback => feedback::quota(headers, clock.wall(), feedback),
        };
        match quota {
            Some(quota) => self.books.allowance.told(now(), cost, quota, self.shortest),
            None => self.books.allowance.silent(cost),
        }
        if status == StatusCode::TOO_MANY_REQUESTS {
            let told = feedback::server_wait(headers, status, clock.wall(), self.feedback);
            if let Some(wait) = told.or(self.shortest) {
                self.books.gate.close(now(), wait);
            }
        }
    }

    /// A call ends. What [`Self::observe`] has said about it already is not said again.
    pub(super) fn release(
        &mut self,
        ticket: &Ticket,
        end: End<'_>,
        linger: Duration,
        clock: &dyn Clock,
        calls: &mut Calls,
    ) {
        let (now, cost) = (LazyCell::new(|| clock.now()), ticket.cost);
        let observed = self.observed.iter().position(|seen| *seen == ticket.id);
        if let Some(index) = observed {
            self.observed.swap_remove(index);
        }
        let mut gate_moved = false;
        match end {
            _ if observed.is_some() => {}
            End::NeverLeft => {
                self.books.windows.iter_mut().for_each(|window| window.never_left(cost));
                self.books.allowance.never_left(cost);
            }
            End::Answered { status, headers } => {
                self.answered(cost, || *now, status, headers, clock);
                gate_moved = status == StatusCode::TOO_MANY_REQUESTS;
            }
            End::Lost | End::Dropped => {
                self.books.windows.iter_mut().for_each(|window| window.lost(*now, linger, cost));
                self.books.allowance.silent(cost);
            }
        }
        if let Some(slots) = &mut self.books.slots {
            match end {
                End::NeverLeft | End::Answered { .. } => slots.ended(),
                End::Lost | End::Dropped => slots.lost(*now, linger),
            }
        }
        self.call_if_changed(|| *now, gate_moved, calls);
    }

    /// Calls the front unless it sleeps until the right time anyway. A gate that closed is news for everybody's
    /// deadline, and each who is refused calls the next.
    fn call_if_changed(&mut self, now: impl Fn() -> Instant, gate_moved: bool, calls: &mut Calls) {
        // Most calls have nobody behind them, and need not know the time.
        if self.line.is_empty() {
            return;
        }
        let now = now();
        let gone = self.line.settle(now, calls);
        let Some(cost) = self.line.front_cost() else { return };
        let ready = self.books.ready(now, cost);
        if gone > 0 || gate_moved || !self.line.front_sleeps_until(ready) {
            self.line.call_front(now, gone, calls);
        }
    }
}

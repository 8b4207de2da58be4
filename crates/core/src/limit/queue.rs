//! The line of waiters of one bucket: strictly first come, first served.
//!
//! A waiter starts only when it is polled, so a slot is never handed to somebody who is not there. The other side of
//! that choice is a waiter that nobody polls any more though it still exists (a stream of futures whose consumer is
//! busy): it must not stop those behind it. So whoever waits behind watches the front: a front that was called and
//! did not come within [`PATIENCE`] is parked, that is passed over without losing its place. Its next poll puts it
//! where it stood. Passing costs order only against those who are not there, and never exactness.
//!
//! This file knows places, wakers and instants. It does not know limits, and it does not sleep.

use std::{
    collections::BTreeMap,
    task::Waker,
    time::{Duration, Instant},
};

use super::window::{Ready, later};

/// How long a waiter that was called may take to come.
pub(super) const PATIENCE: Duration = Duration::from_millis(250);

/// How often a waiter further back looks at the front, at least.
const WATCH: Duration = Duration::from_secs(1);

/// What the watch grows by per waiter, so that a long line does not look a thousand times per second.
const WATCH_PER_WAITER: Duration = Duration::from_millis(1);

/// Wakers taken under the lock and used after it: waking, and even dropping one, can run anything.
#[derive(Debug, Default)]
pub(super) struct Calls {
    wake: Vec<Waker>,
    discard: Vec<Waker>,
}

impl Calls {
    /// Call this without holding any lock.
    pub(super) fn make(self) {
        drop(self.discard);
        self.wake.into_iter().for_each(Waker::wake);
    }
}

#[derive(Debug)]
struct Waiter {
    cost: u32,
    deadline: Option<Instant>,
    /// Taken when the waiter is called.
    waker: Option<Waker>,
    /// Since when it has been called without coming.
    called: Option<Instant>,
    /// Up to when it sleeps by itself.
    alarm: Option<Instant>,
}

impl Waiter {
    fn call(&mut self, now: Instant, calls: &mut Calls) {
        self.called.get_or_insert(now);
        calls.wake.extend(self.waker.take());
    }

    fn is_past(&self, now: Instant) -> bool {
        self.deadline.is_some_and(|deadline| deadline <= now)
    }

    fn is_away(&self, now: Instant) -> bool {
        self.called.is_some_and(|called| later(called, PATIENCE) <= now)
    }
}

/// Waiters by place; a lower place goes first.
#[derive(Debug, Default)]
pub(super) struct Line {
    waiting: BTreeMap<u64, Waiter>,
    /// Passed over until they are polled again.
    parked: BTreeMap<u64, Waiter>,
}

impl Line {
    /// Whether nobody waits who could be served.
    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// What the first in line asks for.
    pub(super) fn front_cost(&self) -> Option<u32> {
        self.waiting.first_key_value().map(|(_, waiter)| waiter.cost)
    }

    pub(super) fn is_front(&self, place: u64) -> bool {
        self.waiting.first_key_value().is_some_and(|(front, _)| *front == place)
    }

    /// Takes a place at the end. Places only grow.
    pub(super) fn join(&mut self, place: u64, cost: u32, deadline: Option<Instant>, waker: &Waker) {
        let waker = Some(waker.clone());
        self.waiting.insert(place, Waiter { cost, deadline, waker, called: None, alarm: None });
    }

    /// Notes that a waiter is there. `false` when it has been evicted.
    pub(super) fn polled(&mut self, place: u64, waker: &Waker, calls: &mut Calls) -> bool {
        if let Some(waiter) = self.parked.remove(&place) {
            self.waiting.insert(place, waiter);
        }
        let Some(waiter) = self.waiting.get_mut(&place) else { return false };
        waiter.called = None;
        if !waiter.waker.as_ref().is_some_and(|known| known.will_wake(waker)) {
            calls.discard.extend(waiter.waker.replace(waker.clone()));
        }
        true
    }

    /// Gives a place up: served, refused or cancelled. `true` when those at the front have to be called.
    pub(super) fn leave(&mut self, place: u64, calls: &mut Calls) -> bool {
        let near_front = self.waiting.keys().take(2).any(|near| *near == place);
        let waiter = self.waiting.remove(&place).or_else(|| self.parked.remove(&place));
        calls.discard.extend(waiter.and_then(|waiter| waiter.waker));
        near_front
    }

    /// Evicts from the front who is past its deadline and parks who was called and did not come. The number is how
    /// many went; those now at the front have to be called.
    pub(super) fn settle(&mut self, now: Instant, calls: &mut Calls) -> usize {
        let mut gone = 0;
        while let Some(mut front) = self.waiting.first_entry() {
            if front.get().is_past(now) {
                front.get_mut().call(now, calls);
                front.remove();
            } else if front.get().is_away(now) {
                let (place, waiter) = front.remove_entry();
                self.parked.insert(place, waiter);
            } else {
                break;
            }
            gone += 1;
        }
        gone
    }

    /// Calls the front and the one that watches it, and more where the last ones did not come.
    pub(super) fn call_front(&mut self, now: Instant, gone: usize, calls: &mut Calls) {
        let how_many = if gone == 0 { 2 } else { gone.saturating_mul(2).clamp(2, 64) };
        for waiter in self.waiting.values_mut().take(how_many) {
            waiter.call(now, calls);
        }
    }

    /// Whether the front already sleeps no longer than it has to, so that it need not be called.
    pub(super) fn front_sleeps_until(&self, ready: Ready) -> bool {
        let Some((_, front)) = self.waiting.first_key_value() else { return true };
        match (ready, front.alarm) {
            (Ready::Now, _) | (Ready::At(_), None) => false,
            (Ready::At(at), Some(alarm)) => front.called.is_none() && alarm <= at,
            (Ready::AfterAnEnd, _) => true,
        }
    }

    /// Until when the waiter at `place` sleeps if nobody calls it; `ready` is when the front could start.
    ///
    /// The front sleeps until it can start. The next in line watches it and calls it when it overslept. Those further
    /// back look from time to time, for the case that both are away; one that is `watching` because its look fell due
    /// stays awake until it is clear whether the front comes.
    pub(super) fn alarm(
        &mut self,
        place: u64,
        now: Instant,
        ready: Ready,
        watching: bool,
        calls: &mut Calls,
    ) -> Option<Instant> {
        let watch = WATCH + WATCH_PER_WAITER * u32::try_from(self.waiting.len()).unwrap_or(u32::MAX >> 10);
        let mut near = self.waiting.iter_mut();
        let (first, front) = near.next()?;
        let own = if *first == place {
            match ready {
                Ready::Now => Some(now),
                Ready::At(at) => Some(at),
                Ready::AfterAnEnd => None,
            }
        } else {
            let is_next = near.next().is_some_and(|(next, _)| *next == place);
            if ready == Ready::Now {
                front.call(now, calls);
            }
            let front_is_away = match (front.called, ready) {
                (Some(called), _) if is_next || watching => Some(later(called, PATIENCE)),
                (None, Ready::At(at)) if is_next => Some(later(at, PATIENCE)),
                _ => None,
            };
            let evicts = if is_next { front.deadline } else { None };
            [front_is_away, evicts, Some(later(now, watch))].into_iter().flatten().min()
        };
        let waiter = self.waiting.get_mut(&place)?;
        waiter.alarm = [own, waiter.deadline].into_iter().flatten().min();
        waiter.alarm
    }
}

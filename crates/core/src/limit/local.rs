//! The limiter of one process: locks, names and sleeping around the desks.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll},
    time::{Duration, Instant},
};

use http::{HeaderMap, StatusCode};

use super::{
    Ask, Bucket, End, Limiter, Refusal, Ticket,
    desk::{Desk, Turn},
    pace::Pacer,
    queue::Calls,
};
use crate::clock::{BoxFuture, Clock};

/// How long the bytes of a call that was given up may still be under way: the connect timeout of the engine.
const DEFAULT_LINGER: Duration = Duration::from_secs(10);

/// Longer spans are mistakes, and adding them to an instant might not work on every platform.
const LONGEST: Duration = Duration::from_hours(366 * 24);

/// A bucket that cannot be kept.
///
/// Next step: correct the bucket that it names; nothing has been sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("limit bucket `{bucket}`: {problem}")]
#[non_exhaustive]
pub struct InvalidBucket {
    /// The name of the bucket.
    pub bucket: &'static str,
    /// What is wrong with it.
    pub problem: &'static str,
}

/// Keeps the limits of one process.
///
/// Clones of a client share one, and so can clients with different tokens where a vendor counts per host: give each
/// the same `Arc`. A bucket that it does not know has no limit.
///
/// - Windows hold exactly: no jitter on the line, no cancelled call and no lost answer puts more than `count` tokens
///   into any span of `per` at the vendor, provided that bytes arrive within the [linger](Self::linger) after a call
///   was given up. The rate is `count / (per + round trip)`.
/// - Waiters are served in the order in which they came. One that exists but is not polled any more is passed over
///   after a quarter of a second and keeps its place.
/// - A 429 holds back everyone who shares the bucket: for the time that the answer says, else for the shortest window.
/// - A ticket that is forgotten (`mem::forget`) keeps its slot for ever.
pub struct LocalLimiter {
    /// Sorted by the length of the name and the name, which is quick to compare.
    desks: Vec<(&'static str, Mutex<Desk>)>,
    clock: Arc<dyn Clock>,
    linger: Duration,
    /// Numbers tickets and places in line.
    numbers: AtomicU64,
}

impl fmt::Debug for LocalLimiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.desks.iter().map(|(name, _)| *name).collect();
        f.debug_struct("LocalLimiter")
            .field("buckets", &names)
            .field("linger", &self.linger)
            .finish_non_exhaustive()
    }
}

impl LocalLimiter {
    /// A limiter that keeps `buckets` by `clock`.
    ///
    /// Refused are a name given twice, a count, span, concurrency, pace or burst of zero, a pace that is not a finite
    /// number above zero, and spans beyond a year.
    pub fn new(buckets: Vec<Bucket>, clock: Arc<dyn Clock>) -> Result<Self, InvalidBucket> {
        let mut desks = Vec::with_capacity(buckets.len());
        for bucket in buckets {
            let invalid = |problem| InvalidBucket { bucket: bucket.name, problem };
            check(&bucket).map_err(invalid)?;
            let pacer = Pacer::of(&bucket, &clock);
            desks.push((bucket.name, Mutex::new(Desk::new(&bucket, pacer.map_err(invalid)?))));
        }
        desks.sort_by_key(|(name, _)| (name.len(), *name));
        let twice = desks.iter().zip(desks.iter().skip(1)).find(|(one, next)| one.0 == next.0);
        if let Some(((bucket, _), _)) = twice {
            return Err(InvalidBucket { bucket, problem: "the name is given twice" });
        }
        Ok(Self { desks, clock, linger: DEFAULT_LINGER, numbers: AtomicU64::new(1) })
    }

    /// How long after a call was given up its bytes may still reach the vendor; 10 seconds unless set.
    ///
    /// A call that was cancelled or lost after sending holds its part of a window for the window and this, and its
    /// slot of a concurrency limit for this. At most a year.
    #[must_use]
    pub fn linger(mut self, linger: Duration) -> Self {
        self.linger = linger.min(LONGEST);
        self
    }

    fn desk(&self, bucket: &str) -> Option<&Mutex<Desk>> {
        let wanted = (bucket.len(), bucket);
        let index = self.desks.binary_search_by_key(&wanted, |(name, _)| (name.len(), *name)).ok()?;
        self.desks.get(index).map(|(_, desk)| desk)
    }

    fn number(&self) -> u64 {
        self.numbers.fetch_add(1, Ordering::Relaxed)
    }

    fn ticket(&self, ask: &Ask) -> Ticket {
        Ticket::new(ask, self.number())
    }
}

/// What cannot be kept, whoever keeps it.
pub(super) fn check(bucket: &Bucket) -> Result<(), &'static str> {
    if bucket.windows.iter().any(|window| window.count == 0) {
        return Err("a window counts at least one");
    }
    if bucket.windows.iter().any(|window| window.per.is_zero() || window.per > LONGEST) {
        return Err("a window spans more than nothing and at most a year");
    }
    if bucket.concurrency == Some(0) {
        return Err("a concurrency limit is at least one");
    }
    Ok(())
}

/// A panic of somebody's waker or clock leaves the books as they were before or after a step; both are consistent.
fn lock(desk: &Mutex<Desk>) -> MutexGuard<'_, Desk> {
    desk.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Limiter for LocalLimiter {
    fn try_acquire(&self, ask: &Ask) -> Option<Ticket> {
        if let Some(desk) = self.desk(ask.bucket) {
            let mut calls = Calls::default();
            let mut desk = lock(desk);
            let started = desk.try_start(self.clock.now(), ask, &mut calls);
            drop(desk);
            calls.make();
            if !started {
                return None;
            }
        }
        Some(self.ticket(ask))
    }

    fn acquire<'a>(&'a self, ask: &'a Ask) -> BoxFuture<'a, Result<Ticket, Refusal>> {
        match self.desk(ask.bucket) {
            Some(desk) => Box::pin(Waiting { limiter: self, desk, ask, place: None, sleep: None }),
            None => Box::pin(std::future::ready(Ok(self.ticket(ask)))),
        }
    }

    fn observe(&self, ticket: &Ticket, status: StatusCode, headers: &HeaderMap) {
        let Some(desk) = self.desk(ticket.bucket) else { return };
        let mut calls = Calls::default();
        let mut desk = lock(desk);
        desk.observe(ticket, status, headers, &*self.clock, &mut calls);
        drop(desk);
        calls.make();
    }

    fn release(&self, ticket: Ticket, end: End<'_>) -> Option<BoxFuture<'static, ()>> {
        let desk = self.desk(ticket.bucket)?;
        let mut calls = Calls::default();
        let mut desk = lock(desk);
        desk.release(&ticket, end, self.linger, &*self.clock, &mut calls);
        drop(desk);
        calls.make();
        None
    }
}

/// A waiter: a place in line and at most one sleep.
struct Waiting<'a> {
    limiter: &'a LocalLimiter,
    desk: &'a Mutex<Desk>,
    ask: &'a Ask,
    place: Option<u64>,
    sleep: Option<(Instant, BoxFuture<'static, ()>)>,
}

impl Waiting<'_> {
    fn turn(&mut self, context: &Context<'_>) -> Turn {
        let mut calls = Calls::default();
        let mut desk = lock(self.desk);
        let now = self.limiter.clock.now();
        let turn = if let Some(place) = self.place {
            desk.turn(place, now, self.ask, context.waker(), &mut calls)
        } else {
            // Numbered under the lock, so that places are in the order of coming.
            let place = self.limiter.number();
            self.place = Some(place);
            desk.join(place, now, self.ask, context.waker(), &mut calls)
        };
        drop(desk);
        if !matches!(turn, Turn::Wait(_)) {
            self.place = None;
        }
        calls.make();
        turn
    }
}

impl Future for Waiting<'_> {
    type Output = Result<Ticket, Refusal>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let until = match self.turn(context) {
            Turn::Start => return Poll::Ready(Ok(self.limiter.ticket(self.ask))),
            Turn::Refuse(refusal) => return Poll::Ready(Err(refusal)),
            Turn::Wait(until) => until,
        };
        let Some(until) = until else {
            self.sleep = None;
            return Poll::Pending;
        };
        if self.sleep.as_ref().is_none_or(|(armed, _)| *armed != until) {
            self.sleep = Some((until, self.limiter.clock.sleep_until(until)));
        }
        if let Some((_, sleep)) = &mut self.sleep
            && sleep.as_mut().poll(context).is_ready()
        {
            // The time came between looking and lying down.
            self.sleep = None;
            context.waker().wake_by_ref();
        }
        Poll::Pending
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let Some(place) = self.place else { return };
        let mut calls = Calls::default();
        let mut desk = lock(self.desk);
        desk.leave(place, self.limiter.clock.now(), &mut calls);
        drop(desk);
        calls.make();
    }
}

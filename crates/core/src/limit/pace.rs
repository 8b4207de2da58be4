//! The user's own pace, kept by governor under our clock.
//!
//! governor's model (GCRA) fits what a user asks for: so many starts per second and a burst. It does not fit a
//! vendor's window, and it is not asked to: see `window.rs`.

use std::{
    fmt,
    num::NonZeroU32,
    sync::Arc,
    time::{Duration, Instant},
};

use governor::{
    Quota, RateLimiter,
    clock::Clock as GovernorClock,
    middleware::NoOpMiddleware,
    state::{InMemoryState, NotKeyed},
};

use super::{Bucket, Pace, window::Ready};
use crate::clock::Clock;

/// Beyond this a pace is a mistake; it also keeps governor's arithmetic far from its own limits.
const LONGEST: Duration = Duration::from_hours(366 * 24);

#[derive(Clone)]
struct OurClock(Arc<dyn Clock>);

impl GovernorClock for OurClock {
    type Instant = Instant;

    fn now(&self) -> Instant {
        self.0.now()
    }
}

/// Counts starts. A start that never left is not given back: a pace is about how often we try.
pub(super) struct Pacer {
    governor: RateLimiter<NotKeyed, InMemoryState, OurClock, NoOpMiddleware<Instant>>,
    /// What governor said last: it cannot be asked without taking a cell.
    not_before: Option<Instant>,
}

impl fmt::Debug for Pacer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pacer").field("not_before", &self.not_before).finish_non_exhaustive()
    }
}

impl Pacer {
    /// The pacer of a bucket whose user set a pace.
    pub(super) fn of(bucket: &Bucket, clock: &Arc<dyn Clock>) -> Result<Option<Self>, &'static str> {
        bucket.pace.map(|pace| Self::new(pace, Arc::clone(clock))).transpose()
    }

    /// `Err` says what is wrong with the pace.
    fn new(pace: Pace, clock: Arc<dyn Clock>) -> Result<Self, &'static str> {
        let burst = NonZeroU32::new(pace.burst).ok_or("the burst of a pace is at least one")?;
        if !pace.per_second.is_finite() || pace.per_second <= 0.0 {
            return Err("a pace is a finite number of starts per second above zero");
        }
        let period = Duration::try_from_secs_f64(pace.per_second.recip())
            .ok()
            .filter(|period| period.checked_mul(burst.get()).is_some_and(|all| all <= LONGEST))
            .ok_or("a pace takes at most a year for its burst")?;
        let quota = Quota::with_period(period).ok_or("a pace is at most one start per nanosecond")?;
        let governor = RateLimiter::direct_with_clock(quota.allow_burst(burst), OurClock(clock));
        Ok(Self { governor, not_before: None })
    }

    /// When a start could be allowed, as far as governor has said.
    pub(super) fn ready(&self, now: Instant) -> Ready {
        self.not_before.map_or(Ready::Now, |not_before| Ready::at(not_before, now))
    }

    /// Takes one start, or says when to ask again.
    pub(super) fn start(&mut self) -> Result<(), Instant> {
        self.governor.check().map_err(|not_yet| {
            let earliest = not_yet.earliest_possible();
            self.not_before = Some(earliest);
            earliest
        })
    }
}

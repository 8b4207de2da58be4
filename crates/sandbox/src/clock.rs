//! The sandbox's own time: it can run with the machine's, start elsewhere, stand still, and be pushed forward.
//!
//! Two rules. Timestamps (such as a row's `createdAt`) are never scaled, so that a client that filters by its own clock
//! finds its rows. Lengths of time that the vendor fixes (rate windows, the identical-body window, the rotation, an
//! advertiser's delay) are multiplied by the time scale, so that a test of an 85 s timeout takes milliseconds.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::sync::watch;

/// Where a sandbox takes its time from. Clones share one time.
#[derive(Debug, Clone)]
pub struct Clock {
    pace: Pace,
    start: Timestamp,
    origin: Instant,
    advanced: Arc<watch::Sender<Duration>>,
    scale: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pace {
    Running,
    Manual,
}

impl Clock {
    /// The machine's time. The default.
    pub fn system() -> Self {
        Self::new(Pace::Running, Timestamp::now())
    }

    /// Runs as the machine's time does, but starts at `start`.
    pub fn starting_at(start: Timestamp) -> Self {
        Self::new(Pace::Running, start)
    }

    /// Stands still at `start` and moves only through `advance_clock`: what waits in the sandbox, such as a lead in
    /// rotation, waits until it is moved.
    pub fn manual(start: Timestamp) -> Self {
        Self::new(Pace::Manual, start)
    }

    fn new(pace: Pace, start: Timestamp) -> Self {
        Self {
            pace,
            start,
            origin: Instant::now(),
            advanced: Arc::new(watch::Sender::new(Duration::ZERO)),
            scale: 1.0,
        }
    }

    pub(crate) fn with_scale(mut self, scale: f64) -> Self {
        self.scale = scale;
        self
    }

    /// The sandbox's present time.
    pub fn now(&self) -> Timestamp {
        let advanced = *self.advanced.borrow();
        let ran = match self.pace {
            Pace::Running => self.origin.elapsed(),
            Pace::Manual => Duration::ZERO,
        };
        later(self.start, ran.saturating_add(advanced))
    }

    /// Moves the time forward and wakes what waits in the sandbox.
    pub(crate) fn advance(&self, by: Duration) {
        self.advanced.send_modify(|advanced| *advanced = advanced.saturating_add(by));
    }

    /// A length of time of the vendor as this sandbox counts it.
    pub(crate) fn scaled(&self, length: Duration) -> Duration {
        Duration::try_from_secs_f64(length.as_secs_f64() * self.scale).unwrap_or(Duration::MAX)
    }

    /// Waits until the sandbox's time has come to `deadline`.
    pub(crate) async fn sleep_until(&self, deadline: Timestamp) {
        let mut advanced = self.advanced.subscribe();
        loop {
            advanced.borrow_and_update();
            let Some(left) = until(self.now(), deadline) else { return };
            match self.pace {
                Pace::Manual => {
                    if advanced.changed().await.is_err() {
                        return;
                    }
                }
                Pace::Running => {
                    tokio::select! {
                        () = tokio::time::sleep(left) => {}
                        _ = advanced.changed() => {}
                    }
                }
            }
        }
    }
}

/// `from` plus `by`, held at the end of time.
pub(crate) fn later(from: Timestamp, by: Duration) -> Timestamp {
    from.checked_add(by).unwrap_or(Timestamp::MAX)
}

/// How long it still is from `now` to `deadline`; `None` when it has come.
pub(crate) fn until(now: Timestamp, deadline: Timestamp) -> Option<Duration> {
    Duration::try_from(deadline.duration_since(now)).ok().filter(|left| !left.is_zero())
}

/// How long ago `then` was; zero when it is still to come.
pub(crate) fn elapsed(now: Timestamp, then: Timestamp) -> Duration {
    until(then, now).unwrap_or(Duration::ZERO)
}

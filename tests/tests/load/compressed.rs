//! A clock that runs faster than the machine's, so that the waits of an hour fit into minutes.

use std::time::{Duration, Instant};

use afflux::core::clock::{BoxFuture, Clock};
use jiff::Timestamp;

/// How much faster.
const SPEED: u32 = 20;

#[derive(Debug, Clone, Copy)]
pub(crate) struct Compressed {
    started: Instant,
}

impl Compressed {
    pub(crate) fn new() -> Self {
        Self { started: Instant::now() }
    }

    fn passed(self) -> Duration {
        self.started.elapsed() * SPEED
    }
}

impl Clock for Compressed {
    fn now(&self) -> Instant {
        self.started + self.passed()
    }

    fn wall(&self) -> Timestamp {
        Timestamp::now()
    }

    fn sleep_until(&self, instant: Instant) -> BoxFuture<'static, ()> {
        let left = instant.saturating_duration_since(self.now()) / SPEED;
        Box::pin(tokio::time::sleep(left))
    }
}

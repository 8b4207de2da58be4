//! Time and sleep behind one seam, so that every policy runs under a fake clock in tests.
//!
//! [`SystemClock`] reads tokio's clock. In a runtime whose time is paused (`#[tokio::test(start_paused = true)]`)
//! it therefore *is* the fake clock: sleeps take no real time and the order of events is exact. The wall clock is
//! a separate reading, because it can jump; nothing but dates in headers and messages may depend on it.

use std::{fmt, future::Future, pin::Pin, time::Instant};

use jiff::Timestamp;

/// A boxed future that can be sent between threads.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Where the time comes from.
pub trait Clock: fmt::Debug + Send + Sync + 'static {
    /// Monotonic time: the basis of every wait, window and deadline.
    fn now(&self) -> Instant;

    /// Wall time: only for dates that a server sent and for messages.
    fn wall(&self) -> Timestamp;

    /// Completes at `instant`, at once if it has passed.
    fn sleep_until(&self, instant: Instant) -> BoxFuture<'static, ()>;
}

/// The clock of the machine, by way of tokio.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Instant {
        tokio::time::Instant::now().into_std()
    }

    fn wall(&self) -> Timestamp {
        Timestamp::now()
    }

    fn sleep_until(&self, instant: Instant) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep_until(instant.into()))
    }
}

/// A clock for tests: monotonic time is tokio's (pause it), wall time starts where the test says and follows.
#[cfg(any(test, feature = "test-util"))]
#[derive(Debug)]
pub struct FakeClock {
    started: Instant,
    wall: std::sync::Mutex<Timestamp>,
}

#[cfg(any(test, feature = "test-util"))]
impl FakeClock {
    /// A clock whose wall time is `wall` now. Call it inside a runtime with paused time.
    pub fn starting_at(wall: Timestamp) -> Self {
        Self { started: SystemClock.now(), wall: std::sync::Mutex::new(wall) }
    }

    /// Moves the wall clock without letting any time pass, as an operator or NTP would.
    pub fn jump_wall(&self, by: jiff::SignedDuration) {
        let mut wall = self.wall.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        *wall = wall.saturating_add(by).unwrap_or(*wall);
    }
}

#[cfg(any(test, feature = "test-util"))]
impl Clock for FakeClock {
    fn now(&self) -> Instant {
        SystemClock.now()
    }

    fn wall(&self) -> Timestamp {
        let passed = SystemClock.now().saturating_duration_since(self.started);
        let wall = *self.wall.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        wall.saturating_add(passed).unwrap_or(wall)
    }

    fn sleep_until(&self, instant: Instant) -> BoxFuture<'static, ()> {
        SystemClock.sleep_until(instant)
    }
}

//! The watch on outages: after ten minutes of nothing but 5xx the vendor wants to be told.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use afflux_core::{ErrorKind, clock::Clock};

use super::Outcome;

/// How long the vendor asks to wait before writing.
const LONG: Duration = Duration::from_secs(600);

/// What an error advises during a long outage.
pub(crate) const ADVICE: &str = "nothing but 5xx for more than 10 minutes: write to integrations@clevertap.com and look at \
     https://status.clevertap.com; once it is over, an event that is sent again may be stored twice";

/// Since when there has been nothing but 5xx. Shared by clones of a client.
#[derive(Debug, Default)]
pub(crate) struct Outage {
    down: AtomicBool,
    since: Mutex<Option<Instant>>,
}

impl Outage {
    /// Whether it has lasted for long.
    pub(crate) fn lasts(&self, clock: &dyn Clock) -> bool {
        self.down.load(Ordering::Relaxed)
            && self.since().is_some_and(|since| clock.now().saturating_duration_since(since) >= LONG)
    }

    /// Listens to the end of a call.
    pub(crate) fn note(&self, clock: &dyn Clock, outcome: &Outcome) {
        match outcome {
            Err(error) if error.kind() == ErrorKind::Server => {
                let mut since = self.since.lock().unwrap_or_else(PoisonError::into_inner);
                since.get_or_insert_with(|| clock.now());
                self.down.store(true, Ordering::Relaxed);
            }
            // No answer is no news.
            Err(error) if error.status().is_none() => {}
            _ if self.down.load(Ordering::Relaxed) => {
                *self.since.lock().unwrap_or_else(PoisonError::into_inner) = None;
                self.down.store(false, Ordering::Relaxed);
            }
            _ => {}
        }
    }

    fn since(&self) -> Option<Instant> {
        *self.since.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

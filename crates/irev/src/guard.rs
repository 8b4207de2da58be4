//! The identical-body guard: the vendor refuses a body that it saw within 120 seconds from the same token, and its
//! refusal says nothing about the first push. So a repeat is refused here, before it is sent, with the time to wait.

use std::{
    collections::{HashMap, VecDeque},
    hash::{BuildHasher, RandomState},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use afflux_core::clock::Clock;

/// How long the vendor remembers a body.
pub(crate) const WINDOW: Duration = Duration::from_secs(120);

/// What was pushed lately, by token and body. Shared by clones of a client.
#[derive(Debug)]
pub(crate) struct Guard {
    hasher: RandomState,
    book: Mutex<Book>,
    clock: Arc<dyn Clock>,
}

/// A token and a body, hashed.
type Key = (u64, u64);

#[derive(Debug, Default)]
struct Book {
    seen: HashMap<Key, Seen>,
    /// Ends in the order in which they were noted, so that forgetting costs nothing for what is still remembered.
    ended: VecDeque<(Instant, Key)>,
}

#[derive(Debug, Clone, Copy)]
enum Seen {
    /// A push is under way.
    InFlight,
    /// The vendor may have seen the body until then.
    At(Instant),
}

/// A push under way. Dropped without a word it counts as sent.
#[derive(Debug)]
pub(crate) struct Pass {
    guard: Arc<Guard>,
    key: Key,
    sent: bool,
}

impl Guard {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { hasher: RandomState::new(), book: Mutex::default(), clock }
    }

    /// Lets a body through, or says how long to wait.
    pub(crate) fn enter(self: &Arc<Self>, token: u64, body: &[u8]) -> Result<Pass, Duration> {
        let now = self.clock.now();
        let key = (token, self.hasher.hash_one(body));
        let mut book = self.lock();
        book.forget(now);
        match book.seen.get(&key) {
            Some(Seen::InFlight) => Err(WINDOW),
            Some(Seen::At(at)) if !is_over(*at, now) => {
                Err(WINDOW.saturating_sub(now.saturating_duration_since(*at)))
            }
            _ => {
                book.seen.insert(key, Seen::InFlight);
                Ok(Pass { guard: Arc::clone(self), key, sent: true })
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Book {
    /// Forgets what the vendor has forgotten.
    fn forget(&mut self, now: Instant) {
        while let Some((at, key)) = self.ended.pop_front_if(|(at, _)| is_over(*at, now)) {
            // A later push of the same body has an end of its own.
            if matches!(self.seen.get(&key), Some(Seen::At(last)) if *last == at) {
                self.seen.remove(&key);
            }
        }
    }
}

fn is_over(at: Instant, now: Instant) -> bool {
    now.saturating_duration_since(at) >= WINDOW
}

impl Pass {
    /// Nothing left: the body may be pushed again at once.
    pub(crate) fn not_sent(mut self) {
        self.sent = false;
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        let now = self.guard.clock.now();
        let mut book = self.guard.lock();
        if self.sent {
            // The vendor saw the body at some time until now; the latest is the safe one.
            book.seen.insert(self.key, Seen::At(now));
            book.ended.push_back((now, self.key));
        } else {
            book.seen.remove(&self.key);
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use afflux_core::clock::SystemClock;

    use super::*;

    fn guard() -> Arc<Guard> {
        Arc::new(Guard::new(Arc::new(SystemClock)))
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_is_refused_until_the_window_has_passed_after_its_end() {
        let guard = guard();
        let pass = guard.enter(1, b"lead").unwrap();
        assert_eq!(guard.enter(1, b"lead").unwrap_err(), WINDOW);
        tokio::time::advance(Duration::from_secs(80)).await;
        drop(pass);
        tokio::time::advance(Duration::from_secs(119)).await;
        assert_eq!(guard.enter(1, b"lead").unwrap_err(), Duration::from_secs(1));
        tokio::time::advance(Duration::from_secs(1)).await;
        assert!(guard.enter(1, b"lead").is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn another_body_or_another_token_is_let_through() {
        let guard = guard();
        let _pass = guard.enter(1, b"lead").unwrap();
        assert!(guard.enter(1, b"other").is_ok());
        assert!(guard.enter(2, b"lead").is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn a_push_that_never_left_is_forgotten() {
        let guard = guard();
        guard.enter(1, b"lead").unwrap().not_sent();
        assert!(guard.enter(1, b"lead").is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_is_remembered_longer_than_the_vendor_does() {
        let guard = guard();
        for number in 0_u32..1_000 {
            drop(guard.enter(1, &number.to_le_bytes()).unwrap());
            tokio::time::advance(Duration::from_secs(1)).await;
        }
        let book = guard.lock();
        assert_eq!((book.seen.len(), book.ended.len()), (120, 120));
    }
}

//! What Redis has not heard yet: put in without waiting, taken out only after the reply.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// The most news that one step carries.
const MOST: usize = 256;

/// What became of a name.
#[derive(Debug, Clone)]
pub(super) struct News {
    pub(super) name: String,
    pub(super) cost: u32,
    /// When; what Redis hears is how long ago that is.
    pub(super) at: Instant,
    pub(super) what: What,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    /// The vendor has counted the call.
    Answered {
        /// What the vendor says remains, and for how long.
        quota: Option<(u64, Duration)>,
        /// The wait of a 429.
        wait: Option<Duration>,
        /// The body has come, too.
        over: bool,
    },
    /// The vendor may count it yet.
    Lost,
    /// The vendor will never see it; or nobody waits for a permit any more.
    NeverLeft,
}

/// News in the order in which they came.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    waiting: Mutex<Waiting>,
}

#[derive(Debug, Default)]
struct Waiting {
    news: VecDeque<News>,
    /// The number of the first of them.
    first: u64,
}

impl Outbox {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps the news. What is older than `lease` is over for Redis, too, and is dropped: the books stay small while
    /// Redis is away.
    pub(super) fn put(&self, news: News, lease: Duration) {
        let mut waiting = self.lock();
        // A gate stays closed for as long as the vendor said.
        let holds = |old: &News| match old.what {
            What::Answered { wait: Some(wait), .. } => lease.max(wait),
            _ => lease,
        };
        while waiting.news.front().is_some_and(|old| news.at.saturating_duration_since(old.at) > holds(old)) {
            waiting.news.pop_front();
            waiting.first += 1;
        }
        waiting.news.push_back(news);
    }

    /// The oldest news, and the number behind the last of them.
    pub(super) fn look(&self) -> (Vec<News>, u64) {
        let waiting = self.lock();
        let news: Vec<_> = waiting.news.iter().take(MOST).cloned().collect();
        let end = waiting.first + news.len() as u64;
        (news, end)
    }

    /// Redis has heard everything before `end`. Steps overlap, so some of it may be gone already.
    pub(super) fn heard(&self, end: u64) {
        let mut waiting = self.lock();
        while waiting.first < end && waiting.news.pop_front().is_some() {
            waiting.first += 1;
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.lock().news.is_empty()
    }
}

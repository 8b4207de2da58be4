//! Counts calls in windows.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use jiff::Timestamp;

use super::switches::{LimitWindow, Limits, Window};
use crate::clock::{Clock, elapsed, later};

/// Which calls are counted together.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Bucket {
    pub(super) caller: String,
    pub(super) is_get: bool,
}

/// What is left after a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Usage {
    pub(super) allowed: bool,
    pub(super) limit: u32,
    pub(super) remaining: u32,
    pub(super) reset: Timestamp,
}

#[derive(Debug, Default)]
pub(super) struct Limiter {
    counts: HashMap<(Bucket, usize), Count>,
    started: Option<Timestamp>,
}

#[derive(Debug, Default)]
struct Count {
    /// When the fixed window began.
    start: Option<Timestamp>,
    used: u32,
    /// Let-through calls, for the sliding window.
    calls: VecDeque<Timestamp>,
}

impl Limits {
    /// The windows for a method.
    pub(super) fn windows(&self, is_get: bool) -> Vec<Window> {
        let seconds = |count, seconds| Window::new(count, Duration::from_secs(seconds));
        match (self, is_get) {
            (Limits::Classic, true) => vec![seconds(10, 3)],
            (Limits::Strict, true) => vec![seconds(3, 3), seconds(100, 3600)],
            (Limits::Strict, false) => vec![seconds(50, 10)],
            (Limits::Custom { get, .. }, true) => get.clone(),
            (Limits::Custom { post, .. }, false) => post.clone(),
            (Limits::Classic, false) | (Limits::None, _) => Vec::new(),
        }
    }
}

impl Limiter {
    pub(super) fn new(started: Timestamp) -> Self {
        Self { counts: HashMap::new(), started: Some(started) }
    }

    /// Counts a call. `None` when there is nothing to count against; else the tightest window's state.
    pub(super) fn count(
        &mut self,
        bucket: &Bucket,
        windows: &[Window],
        kind: LimitWindow,
        clock: &Clock,
    ) -> Option<Usage> {
        let now = clock.now();
        let started = self.started.unwrap_or(now);
        let usages: Vec<Usage> = windows
            .iter()
            .enumerate()
            .map(|(index, window)| {
                let count = self.counts.entry((bucket.clone(), index)).or_default();
                count.peek(*window, kind, now, clock.scaled(window.per), started)
            })
            .collect();
        let allowed = usages.iter().all(|usage| usage.allowed);
        for index in 0..windows.len() {
            if let Some(count) = self.counts.get_mut(&(bucket.clone(), index)) {
                // A refused call counts in a fixed window (to no effect) and not in a sliding one.
                count.used = count.used.saturating_add(1);
                if allowed && kind == LimitWindow::Sliding {
                    count.calls.push_back(now);
                }
            }
        }
        usages.into_iter().min_by_key(|usage| (usage.allowed, usage.remaining))
    }
}

impl Count {
    /// The state as this call finds it; begins a new window where the old one is over.
    fn peek(
        &mut self,
        window: Window,
        kind: LimitWindow,
        now: Timestamp,
        per: Duration,
        started: Timestamp,
    ) -> Usage {
        let (used, reset) = match kind {
            LimitWindow::Sliding => {
                while self.calls.front().is_some_and(|first| elapsed(now, *first) >= per) {
                    self.calls.pop_front();
                }
                let used = u32::try_from(self.calls.len()).unwrap_or(u32::MAX);
                (used, later(self.calls.front().copied().unwrap_or(now), per))
            }
            LimitWindow::FromFirstCall | LimitWindow::Shared => {
                let current = match kind {
                    LimitWindow::Shared => shared_start(now, started, per),
                    _ => self.start.filter(|start| elapsed(now, *start) < per).unwrap_or(now),
                };
                if self.start != Some(current) {
                    self.start = Some(current);
                    self.used = 0;
                }
                (self.used, later(current, per))
            }
        };
        Usage {
            allowed: used < window.count,
            limit: window.count,
            remaining: window.count.saturating_sub(used.saturating_add(1)),
            reset,
        }
    }
}

/// The start of the window that `now` falls into, counted from the sandbox's start.
fn shared_start(now: Timestamp, started: Timestamp, per: Duration) -> Timestamp {
    let into = elapsed(now, started).as_nanos().checked_rem(per.as_nanos()).unwrap_or(0);
    let into = Duration::from_nanos(u64::try_from(into).unwrap_or(0));
    now.checked_sub(into).unwrap_or(now)
}

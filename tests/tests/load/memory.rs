//! How much memory this process holds, sampled while the traffic runs.

use std::{cell::Cell, fmt, fs};

/// So many outcomes between two samples.
const EVERY: usize = 500;

/// What may come on top after the warm-up: pages that the allocator keeps for the busiest moment.
const SLACK: u64 = 12 * MIB;

const MIB: u64 = 1024 * 1024;

/// The samples; a system that does not tell has none.
#[derive(Debug)]
pub(crate) struct Memory {
    seen: Cell<usize>,
    /// Before this many outcomes it warms up: connections, buffers, the books' pages.
    warm_up: usize,
    warm: Cell<u64>,
    peak: Cell<u64>,
}

impl Memory {
    pub(crate) fn of(outcomes: usize) -> Self {
        Self { seen: Cell::new(0), warm_up: outcomes / 5, warm: Cell::new(0), peak: Cell::new(0) }
    }

    /// Another outcome.
    pub(crate) fn tick(&self) {
        self.seen.set(self.seen.get() + 1);
        if !self.seen.get().is_multiple_of(EVERY) {
            return;
        }
        let kept = if self.seen.get() < self.warm_up { &self.warm } else { &self.peak };
        kept.set(kept.get().max(resident()));
    }

    pub(crate) fn assert_flat(&self) {
        assert!(self.peak.get() <= self.warm.get() + SLACK, "memory grows: {self}");
    }
}

impl fmt::Display for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mib = |bytes: u64| f64::from(u32::try_from(bytes / 1024).unwrap_or(u32::MAX)) / 1024.0;
        let (warm, peak) = (mib(self.warm.get()), mib(self.peak.get()));
        write!(f, "resident at most {warm:.1} MiB in the first fifth, {peak:.1} MiB after it")
    }
}

/// Resident bytes of this process.
fn resident() -> u64 {
    const PAGE: u64 = 4096;
    let pages = fs::read_to_string("/proc/self/statm").unwrap_or_default();
    pages.split(' ').nth(1).and_then(|pages| pages.parse::<u64>().ok()).unwrap_or(0) * PAGE
}

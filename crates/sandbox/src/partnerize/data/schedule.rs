//! When things happened: a number of clicks spread over days, so that the time of any of them is found without those
//! before it, and how many there were until a time likewise.

use std::ops::Range;

use crate::prng::SplitMix64;

pub(super) const DAY: i64 = 86_400;
/// Sundays and Saturdays are quieter. 1970 began on a Thursday.
const WEEK: [u64; 7] = [100, 96, 78, 82, 104, 108, 110];
/// A conversion falls into one of so many places between a click and the next.
const GRAIN: u64 = 1_024;

/// The times of all clicks and conversions.
#[derive(Debug, Clone)]
pub(super) struct Schedule {
    seed: u64,
    /// Midnight (UTC) of the first day.
    start: i64,
    /// The last second and a second: nothing happened since.
    end: i64,
    /// How many clicks there were before each day; one more entry than days.
    before: Vec<u64>,
    conversions: u64,
}

impl Schedule {
    /// Spreads from the midnight `start` until `end`.
    pub(super) fn new(seed: u64, start: i64, end: i64, clicks: u64, conversions: u64) -> Self {
        let end = end.max(start + 1);
        let mut stream = SplitMix64::new(seed, "days");
        let (mut so_far, mut sums) = (0_u64, vec![0_u64]);
        let mut day = start;
        while day < end {
            let week = usize::try_from((day / DAY).rem_euclid(7)).ok().and_then(|place| WEEK.get(place));
            let weight = week.copied().unwrap_or(100) * (80 + stream.below(60));
            let elapsed = u64::try_from((end - day).min(DAY)).unwrap_or_default();
            so_far += weight * elapsed;
            sums.push(so_far);
            day += DAY;
        }
        let share = |sum: u64| {
            let part = u128::from(clicks) * u128::from(sum) / u128::from(so_far.max(1));
            u64::try_from(part).unwrap_or(clicks)
        };
        Self { seed, start, end, before: sums.into_iter().map(share).collect(), conversions }
    }

    pub(super) fn clicks(&self) -> u64 {
        self.before.last().copied().unwrap_or_default()
    }

    pub(super) fn conversions(&self) -> u64 {
        self.conversions
    }

    /// When a click was; behind the last, the end.
    pub(super) fn click_time(&self, index: u64) -> i64 {
        if self.clicks() == 0 && index == 0 {
            return self.start;
        }
        let day = self.before.partition_point(|before| *before <= index).saturating_sub(1);
        let (Some(first), Some(next)) = (self.before.get(day), self.before.get(day + 1)) else {
            return self.end;
        };
        let midnight = self.start + DAY * i64::try_from(day).unwrap_or_default();
        let length = u64::try_from((self.end - midnight).min(DAY)).unwrap_or_default();
        let (place, many) = (index - first, (next - first).max(1));
        let slot = length * place / many;
        let wide = (length * (place + 1) / many - slot).max(1);
        let jitter = SplitMix64::new(self.seed ^ index.wrapping_mul(0x9e37_79b9), "moment").below(wide);
        midnight + i64::try_from(slot + jitter).unwrap_or_default()
    }

    /// The click that a conversion came from.
    pub(super) fn click_of(&self, conversion: u64) -> u64 {
        scaled(conversion, self.clicks(), self.conversions)
    }

    /// When a conversion was: between its click and the click of the next conversion.
    pub(super) fn conversion_time(&self, index: u64) -> i64 {
        let jitter = SplitMix64::new(self.seed ^ index.wrapping_mul(0x85eb_ca6b), "lag").below(GRAIN);
        let fine = u128::from(index) * u128::from(GRAIN) + u128::from(jitter);
        let whole = u128::from(self.conversions.max(1)) * u128::from(GRAIN);
        // With no clicks at all, the span from the first moment to the end is divided alone.
        let position = fine * u128::from(self.clicks().max(1));
        let click = u64::try_from(position / whole).unwrap_or_default();
        let (from, to) = (self.click_time(click), self.click_time(click + 1));
        let part = u128::try_from(to - from).unwrap_or_default() * (position % whole) / whole;
        from + i64::try_from(part).unwrap_or_default()
    }

    /// Whether a conversion came from this click.
    pub(super) fn converted(&self, click: u64) -> bool {
        let at_least = u128::from(click) * u128::from(self.conversions);
        let first = at_least.div_ceil(u128::from(self.clicks().max(1)));
        u64::try_from(first).is_ok_and(|first| first < self.conversions && self.click_of(first) == click)
    }

    /// The clicks from one second until before another.
    pub(super) fn clicks_between(&self, from: i64, to: i64) -> Range<u64> {
        let first = first_of(self.clicks(), |index| self.click_time(index) >= from);
        let next = first_of(self.clicks(), |index| self.click_time(index) >= to);
        first..next.max(first)
    }

    /// The conversions from one second until before another.
    pub(super) fn conversions_between(&self, from: i64, to: i64) -> Range<u64> {
        let first = first_of(self.conversions, |index| self.conversion_time(index) >= from);
        let next = first_of(self.conversions, |index| self.conversion_time(index) >= to);
        first..next.max(first)
    }
}

/// `part` of `whole`, as so much of `of`.
fn scaled(part: u64, of: u64, whole: u64) -> u64 {
    u64::try_from(u128::from(part) * u128::from(of) / u128::from(whole.max(1))).unwrap_or_default()
}

/// The first of `many` for which `holds`; it must hold for all that follow.
pub(super) fn first_of(many: u64, holds: impl Fn(u64) -> bool) -> u64 {
    let (mut low, mut high) = (0, many);
    while low < high {
        let middle = low + (high - low) / 2;
        if holds(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    low
}

#[cfg(test)]
mod tests {
    use super::{DAY, Schedule};

    fn schedule(clicks: u64, conversions: u64) -> Schedule {
        Schedule::new(7, 1_700_006_400, 1_700_006_400 + 40 * DAY + 1_000, clicks, conversions)
    }

    #[test]
    fn everything_is_in_order_and_after_its_click() {
        for (clicks, conversions) in [(9_000, 700), (500, 500), (90, 700), (0, 12), (10, 0)] {
            let schedule = schedule(clicks, conversions);
            let times: Vec<i64> = (0..conversions).map(|index| schedule.conversion_time(index)).collect();
            assert!(times.is_sorted(), "{clicks} {conversions}");
            assert!((0..clicks).map(|index| schedule.click_time(index)).is_sorted());
            assert!((0..conversions).all(|index| {
                schedule.click_time(schedule.click_of(index)) <= schedule.conversion_time(index)
            }));
            assert!(times.iter().all(|at| (schedule.start..schedule.end).contains(at)));
        }
    }

    #[test]
    fn the_clicks_that_converted_are_those_of_conversions() {
        let schedule = schedule(9_000, 700);
        let converted = (0..9_000).filter(|click| schedule.converted(*click)).count();
        assert_eq!(converted, 700);
        assert!((0..700).all(|index| schedule.converted(schedule.click_of(index))));
    }

    #[test]
    fn a_span_has_what_happened_in_it() {
        let schedule = schedule(9_000, 700);
        let (from, to) = (schedule.start + 3 * DAY + 17, schedule.start + 21 * DAY);
        let inside = (0..700).filter(|index| (from..to).contains(&schedule.conversion_time(*index)));
        assert!(inside.eq(schedule.conversions_between(from, to)));
        let inside = (0..9_000).filter(|index| (from..to).contains(&schedule.click_time(*index)));
        assert!(inside.eq(schedule.clicks_between(from, to)));
        assert!(schedule.clicks_between(to, from).is_empty());
    }
}

//! Counts what calls spend, and what a query of analytics costs.

use std::collections::VecDeque;
use std::time::Duration;

use jiff::{Timestamp, ToSpan as _};
use serde_json::Value;

use super::switches::{Allowance, LimitWindow, Spanned};
use crate::clock::{Clock, elapsed, later, until};
use crate::spec::read_time;

/// What was spent lately.
#[derive(Debug, Default)]
pub(super) struct Throttle {
    spent: VecDeque<(Timestamp, u32)>,
}

/// How things stand after a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Standing {
    pub(super) limit: u32,
    pub(super) remaining: u32,
    /// Until everything is allowed again.
    pub(super) reset: Duration,
    /// Until this call would be allowed; `None` when it was.
    pub(super) wait: Option<Duration>,
}

impl Throttle {
    /// Spends, unless it is too much. What is refused costs nothing.
    pub(super) fn spend(
        &mut self,
        cost: u32,
        allowance: Allowance,
        window: LimitWindow,
        clock: &Clock,
    ) -> Standing {
        let (now, per) = (clock.now(), clock.scaled(allowance.per));
        let over = |at: &(Timestamp, u32)| until(now, later(at.0, per)).is_none();
        match window {
            LimitWindow::FromFirstCall if self.spent.front().is_some_and(over) => self.spent.clear(),
            LimitWindow::FromFirstCall => {}
            LimitWindow::Sliding => {
                while self.spent.front().is_some_and(over) {
                    self.spent.pop_front();
                }
            }
        }
        let used = self.used();
        let is_allowed = used.saturating_add(cost) <= allowance.tokens;
        if is_allowed {
            self.spent.push_back((now, cost));
        }
        let left = |at: Option<Timestamp>| at.and_then(|at| until(now, later(at, per))).unwrap_or_default();
        let first = self.spent.front().map(|spent| spent.0);
        let (reset, wait) = match window {
            LimitWindow::FromFirstCall => (left(first), left(first)),
            LimitWindow::Sliding => {
                let needed = used.saturating_add(cost).saturating_sub(allowance.tokens);
                (left(self.spent.back().map(|spent| spent.0)), left(self.freed(needed)))
            }
        };
        Standing {
            limit: allowance.tokens,
            remaining: allowance.tokens.saturating_sub(self.used()),
            reset,
            wait: (!is_allowed).then_some(wait),
        }
    }

    fn used(&self) -> u32 {
        self.spent.iter().fold(0, |sum, (_, cost)| sum.saturating_add(*cost))
    }

    /// When the last of the calls was made that have to be over before this many tokens are back.
    fn freed(&self, needed: u32) -> Option<Timestamp> {
        let mut sum = 0_u32;
        let found = self.spent.iter().find(|(_, cost)| {
            sum = sum.saturating_add(*cost);
            sum >= needed
        });
        found.or(self.spent.back()).map(|spent| spent.0)
    }
}

/// What a query of analytics costs, by its shape (the end of its path) and its years.
pub(super) fn cost(shape: &str, body: &Value, spanned: Spanned) -> u32 {
    let by_years: [u32; 5] = match shape {
        "explode" => [3, 5, 10, 12, 15],
        "filter" => [3, 5, 6, 7, 8],
        // `count` and `timeseries`.
        _ => [2, 3, 4, 5, 6],
    };
    by_years.get(years(body, spanned)).copied().unwrap_or(2)
}

/// A year, where several spans are added up.
const YEAR: Duration = Duration::from_hours(365 * 24);

/// How many whole years a query spans, 4 at the most.
fn years(body: &Value, spanned: Spanned) -> usize {
    let ranges = body.get("date_time_ranges").and_then(Value::as_array);
    let time = |range: &Value, name: &str| range.get(name).and_then(Value::as_str).and_then(read_time);
    let ranges = ranges.into_iter().flatten();
    let ranges: Vec<(Timestamp, Timestamp)> =
        ranges.filter_map(|range| Some((time(range, "start")?, time(range, "end")?))).collect();
    let counted = match (spanned, ranges.as_slice()) {
        (_, []) => 0,
        (_, [(start, end)]) => anniversaries(*start, *end),
        (Spanned::Added, several) => {
            let whole: usize = several.iter().map(|(start, end)| anniversaries(*start, *end)).sum();
            let rest =
                several.iter().map(|(start, end)| elapsed(*end, after(*start, anniversaries(*start, *end))));
            let rest: Duration = rest.sum();
            whole + usize::try_from(rest.as_secs() / YEAR.as_secs()).unwrap_or(usize::MAX)
        }
        (Spanned::Whole, several) => {
            let start = several.iter().map(|range| range.0).min();
            let end = several.iter().map(|range| range.1).max();
            start.zip(end).map_or(0, |(start, end)| anniversaries(start, end))
        }
    };
    counted.min(4)
}

/// How many anniversaries of its start a span has, of more than can matter no more.
fn anniversaries(start: Timestamp, end: Timestamp) -> usize {
    (1..=16).take_while(|years| end >= after(start, *years)).count()
}

/// So many years of the calendar later.
fn after(start: Timestamp, years: usize) -> Timestamp {
    let years = i64::try_from(years).unwrap_or(i64::MAX);
    let later = start.to_zoned(jiff::tz::TimeZone::UTC).checked_add(years.years());
    later.map_or(Timestamp::MAX, |zoned| zoned.timestamp())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Spanned, cost};

    #[test]
    fn a_query_costs_what_the_manual_says_for_its_shape_and_years() {
        let query = |ranges: &[(&str, &str)]| {
            let ranges: Vec<_> =
                ranges.iter().map(|(start, end)| json!({ "start": start, "end": end })).collect();
            json!({ "date_time_ranges": ranges })
        };
        let short = query(&[("2020-01-01T00:00:00", "2020-12-31T23:59:59")]);
        let year = query(&[("2020-01-01T00:00:00Z", "2021-01-01T00:00:00Z")]);
        let long = query(&[("2010-01-01T00:00:00Z", "2021-01-01T00:00:00Z")]);
        let fridays = query(&[("2017-11-24", "2017-11-25"), ("2019-11-29", "2019-11-30")]);
        for (shape, body, tokens) in [
            ("explode", &short, 3),
            ("count", &short, 2),
            ("timeseries", &year, 3),
            ("filter", &year, 5),
            ("explode", &long, 15),
            ("count", &long, 6),
            ("timeseries", &long, 6),
            ("filter", &long, 8),
            ("explode", &fridays, 10),
        ] {
            assert_eq!(cost(shape, body, Spanned::Whole), tokens, "{shape} {body}");
        }
        assert_eq!(cost("explode", &fridays, Spanned::Added), 3);
        let halves = query(&[
            ("2017-01-01", "2017-07-20"),
            ("2020-01-01", "2020-07-01"),
            ("2021-01-01", "2022-01-01"),
        ]);
        assert_eq!(
            cost("explode", &halves, Spanned::Added),
            10,
            "a year, and what is left adds up to another"
        );
        assert_eq!(cost("explode", &json!({}), Spanned::Whole), 3);
    }
}

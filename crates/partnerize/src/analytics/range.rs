//! A range of dates, on the calendar of the query's time zone.

use std::ops::Range;

use jiff::{
    SignedDuration, Span, ToSpan,
    civil::{Date, DateTime, Time, Weekday},
};
use serde::ser::{Serialize, SerializeMap, Serializer};

/// The last second of a day. The vendor's own samples end ranges with it.
const LAST_SECOND: Time = Time::constant(23, 59, 59, 0);

/// A range from a time to another one, the last second included, both in the query's time zone: the vendor ignores
/// offsets.
///
/// ```
/// use afflux_partnerize::analytics::DateRange;
/// use jiff::civil::date;
///
/// let november = DateRange::month_of(date(2026, 11, 21));
/// assert_eq!(november, DateRange::days(date(2026, 11, 1), date(2026, 11, 30)));
/// assert_eq!(november.end().to_string(), "2026-11-30T23:59:59");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DateRange {
    start: DateTime,
    end: DateTime,
}

impl DateRange {
    /// From `start` to `end`, both included. An end before the start is refused when it is sent.
    pub fn new(start: DateTime, end: DateTime) -> Self {
        Self { start, end }
    }

    /// From `start` until just before `end`: what is sent is the last second before it. A range without a second in it
    /// is refused when it is sent.
    pub fn until(start: DateTime, end: DateTime) -> Self {
        // Parts of a second are not sent, so that the one it is in is the last before it.
        let back = match end.subsec_nanosecond() {
            0 => SignedDuration::from_secs(1),
            part => SignedDuration::from_nanos(part.into()),
        };
        Self::new(start, end.saturating_sub(back))
    }

    /// A whole day.
    pub fn day(date: Date) -> Self {
        Self::days(date, date)
    }

    /// Whole days, the first and the last one included.
    pub fn days(first: Date, last: Date) -> Self {
        Self::new(first.to_datetime(Time::midnight()), last.to_datetime(LAST_SECOND))
    }

    /// So many whole days, `today` being the last of them.
    #[inline]
    pub fn last_days(days: u32, today: Date) -> Self {
        let before = i64::from(days.max(1) - 1);
        let first = Span::new().try_days(before).ok().and_then(|span| today.checked_sub(span).ok());
        Self::days(first.unwrap_or(Date::MIN), today)
    }

    /// The whole week, Monday to Sunday, that a day is in.
    #[inline]
    pub fn week_of(date: Date) -> Self {
        let monday = date.saturating_sub(i64::from(date.weekday().since(Weekday::Monday)).days());
        Self::days(monday, monday.saturating_add(6.days()))
    }

    /// The whole month that a day is in.
    #[inline]
    pub fn month_of(date: Date) -> Self {
        Self::days(date.first_of_month(), date.last_of_month())
    }

    /// The whole year that a day is in.
    #[inline]
    pub fn year_of(date: Date) -> Self {
        Self::days(date.first_of_year(), date.last_of_year())
    }

    /// The whole hour that a time is in.
    #[inline]
    pub fn hour_of(time: DateTime) -> Self {
        let at = |minute, second| time.date().at(time.hour(), minute, second, 0);
        Self::new(at(0, 0), at(59, 59))
    }

    /// The range that the words of the vendor's reports mean, which analytics itself does not know: `this hour`, `last
    /// hour`, `today`, `yesterday`, `this week`, `last week`, `last 10 days`, `this month`, `last month`, `this year`,
    /// `last year`. Ranges are whole: `this month` goes to the month's end, `last 10 days` to the end of today.
    ///
    /// `now` is the time in the query's time zone. `None` for other words.
    #[inline]
    pub fn from_words(words: &str, now: DateTime) -> Option<Self> {
        let today = now.date();
        let words: Vec<&str> = words.split_whitespace().collect();
        Some(match *words.as_slice() {
            ["this", "hour"] => Self::hour_of(now),
            ["last", "hour"] => Self::hour_of(now.checked_sub(1.hour()).ok()?),
            ["today"] => Self::day(today),
            ["yesterday"] => Self::day(today.yesterday().ok()?),
            ["this", "week"] => Self::week_of(today),
            ["last", "week"] => Self::week_of(today.checked_sub(1.week()).ok()?),
            ["last", days, "days"] => Self::last_days(days.parse().ok().filter(|days| *days > 0)?, today),
            ["this", "month"] => Self::month_of(today),
            ["last", "month"] => Self::month_of(today.checked_sub(1.month()).ok()?),
            ["this", "year"] => Self::year_of(today),
            ["last", "year"] => Self::year_of(today.checked_sub(1.year()).ok()?),
            _ => return None,
        })
    }

    /// Its beginning.
    pub fn start(self) -> DateTime {
        self.start
    }

    /// Its end.
    pub fn end(self) -> DateTime {
        self.end
    }
}

impl From<(DateTime, DateTime)> for DateRange {
    fn from((start, end): (DateTime, DateTime)) -> Self {
        Self::new(start, end)
    }
}

/// The end is not included; see [`DateRange::until`].
impl From<Range<DateTime>> for DateRange {
    fn from(range: Range<DateTime>) -> Self {
        Self::until(range.start, range.end)
    }
}

/// The day that the range ends with is not included.
impl From<Range<Date>> for DateRange {
    fn from(range: Range<Date>) -> Self {
        Self::until(range.start.into(), range.end.into())
    }
}

/// Whole days, the first and the last one included.
impl From<(Date, Date)> for DateRange {
    fn from((first, last): (Date, Date)) -> Self {
        Self::days(first, last)
    }
}

/// A range as it is sent, with the date that it applies to.
pub(super) struct Ranged<'a, D>(pub(super) DateRange, pub(super) Option<&'a D>);

impl<D: Serialize> Serialize for Ranged<'_, D> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("start", &self.0.start.strftime("%FT%T").to_string())?;
        map.serialize_entry("end", &self.0.end.strftime("%FT%T").to_string())?;
        if let Some(field) = self.1 {
            map.serialize_entry("field", field)?;
        }
        map.end()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn the_words_of_reports_are_whole_ranges_around_now() {
        let now = date(2026, 3, 1).at(0, 30, 15, 0);
        let cases = [
            ("this hour", "2026-03-01T00:00:00", "2026-03-01T00:59:59"),
            ("last hour", "2026-02-28T23:00:00", "2026-02-28T23:59:59"),
            ("today", "2026-03-01T00:00:00", "2026-03-01T23:59:59"),
            ("yesterday", "2026-02-28T00:00:00", "2026-02-28T23:59:59"),
            ("this week", "2026-02-23T00:00:00", "2026-03-01T23:59:59"),
            ("last week", "2026-02-16T00:00:00", "2026-02-22T23:59:59"),
            ("last 10 days", "2026-02-20T00:00:00", "2026-03-01T23:59:59"),
            ("last 1 days", "2026-03-01T00:00:00", "2026-03-01T23:59:59"),
            ("this month", "2026-03-01T00:00:00", "2026-03-31T23:59:59"),
            ("last  month", "2026-02-01T00:00:00", "2026-02-28T23:59:59"),
            ("this year", "2026-01-01T00:00:00", "2026-12-31T23:59:59"),
            ("last year", "2025-01-01T00:00:00", "2025-12-31T23:59:59"),
        ];
        for (words, start, end) in cases {
            let range = DateRange::from_words(words, now).unwrap();
            let found = (range.start().to_string(), range.end().to_string());
            assert_eq!(found, (start.to_owned(), end.to_owned()), "{words}");
        }
        for words in ["", "next month", "last 0 days", "last x days", "last -1 days", "last month of"] {
            assert_eq!(DateRange::from_words(words, now), None, "{words}");
        }
    }

    #[test]
    fn a_range_ends_with_the_last_second_before_its_end() {
        let november = DateRange::from(date(2026, 11, 1)..date(2026, 12, 1));
        assert_eq!(november, DateRange::month_of(date(2026, 11, 21)));
        let hour = date(2026, 11, 1).at(10, 0, 0, 0)..date(2026, 11, 1).at(11, 0, 0, 500_000_000);
        assert_eq!(DateRange::from(hour).end().to_string(), "2026-11-01T11:00:00");
    }

    #[test]
    fn more_days_than_the_calendar_has_begin_where_it_begins() {
        let range = DateRange::last_days(u32::MAX, date(2026, 3, 1));
        assert_eq!(range.start().date(), Date::MIN);
    }
}

//! Ranges in the vendor's own words.

use std::{fmt, str::FromStr};

use jiff::{Timestamp, ToSpan, civil::Date};

/// A range in the vendor's own words, on its own calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TextDate {
    /// Since the last full hour.
    ThisHour,
    /// The hour before.
    LastHour,
    /// Today.
    Today,
    /// Yesterday.
    Yesterday,
    /// This week.
    ThisWeek,
    /// The week before.
    LastWeek,
    /// So many days.
    LastDays(u16),
    /// This month.
    ThisMonth,
    /// The month before.
    LastMonth,
    /// This year.
    ThisYear,
    /// The year before.
    LastYear,
}

/// The words as they are sent.
impl fmt::Display for TextDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ThisHour => "this hour",
            Self::LastHour => "last hour",
            Self::Today => "today",
            Self::Yesterday => "yesterday",
            Self::ThisWeek => "this week",
            Self::LastWeek => "last week",
            Self::LastDays(days) => return write!(f, "last {days} days"),
            Self::ThisMonth => "this month",
            Self::LastMonth => "last month",
            Self::ThisYear => "this year",
            Self::LastYear => "last year",
        })
    }
}

/// Words that the vendor does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct TextDateError;

impl fmt::Display for TextDateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "is none of: this hour, last hour, today, yesterday, this week, last week, last X days, this month, \
             last month, this year, last year",
        )
    }
}

impl std::error::Error for TextDateError {}

impl FromStr for TextDate {
    type Err = TextDateError;

    #[inline]
    fn from_str(text: &str) -> Result<Self, TextDateError> {
        let words: Vec<&str> = text.split_whitespace().collect();
        Ok(match *words.as_slice() {
            ["this", "hour"] => Self::ThisHour,
            ["last", "hour"] => Self::LastHour,
            ["today"] => Self::Today,
            ["yesterday"] => Self::Yesterday,
            ["this", "week"] => Self::ThisWeek,
            ["last", "week"] => Self::LastWeek,
            ["last", days, "days"] => {
                Self::LastDays(days.parse().ok().filter(|days| *days > 0).ok_or(TextDateError)?)
            }
            ["this", "month"] => Self::ThisMonth,
            ["last", "month"] => Self::LastMonth,
            ["this", "year"] => Self::ThisYear,
            ["last", "year"] => Self::LastYear,
            _ => return Err(TextDateError),
        })
    }
}

impl TextDate {
    /// A day before which it cannot begin, whatever the time zone and the first day of a week. The vendor demands a
    /// `start_date` beside the words, which then restrict it.
    pub(super) fn not_before(self, now: Timestamp) -> Date {
        let days = match self {
            Self::ThisHour | Self::LastHour | Self::Today => 2,
            Self::Yesterday => 3,
            Self::ThisWeek => 9,
            Self::LastWeek => 16,
            Self::LastDays(days) => i64::from(days) + 2,
            Self::ThisMonth => 33,
            Self::LastMonth => 64,
            Self::ThisYear => 368,
            Self::LastYear => 733,
        };
        let today = jiff::tz::TimeZone::UTC.to_datetime(now).date();
        today.saturating_sub(days.days())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn words_are_read_as_they_are_written() {
        let all = [
            "this hour",
            "last hour",
            "today",
            "yesterday",
            "this week",
            "last week",
            "last 10 days",
            "this month",
            "last month",
            "this year",
            "last year",
        ];
        for words in all {
            assert_eq!(words.parse::<TextDate>().unwrap().to_string(), words);
        }
        for words in ["", "next week", "last 0 days", "last days", "last -1 days"] {
            assert_eq!(words.parse::<TextDate>(), Err(TextDateError), "{words}");
        }
    }

    #[test]
    fn words_begin_after_the_date_that_stands_beside_them() {
        let now = "2026-03-01T00:30:00Z".parse().unwrap();
        let beside = |words: TextDate| words.not_before(now);
        assert_eq!(beside(TextDate::Today), date(2026, 2, 27));
        assert!(beside(TextDate::LastMonth) < date(2026, 1, 1));
        assert!(beside(TextDate::LastYear) < date(2025, 1, 1));
        assert!(beside(TextDate::LastDays(10)) < date(2026, 2, 18));
    }
}

//! The length of a group in time.

use std::{fmt, str::FromStr};

use jiff::Span;

/// How long each group of a query is: an hour, a day, three months. It is sent as an ISO 8601 duration.
///
/// ```
/// use afflux_partnerize::analytics::Period;
///
/// assert_eq!(Period::days(1).to_string(), "P1D");
/// assert_eq!("PT6H".parse(), Ok(Period::hours(6)));
/// assert_eq!("week".parse(), Ok(Period::weeks(1)));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Period {
    count: u32,
    unit: Unit,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Unit {
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Year,
}

impl Unit {
    const ALL: [Self; 6] = [Self::Minute, Self::Hour, Self::Day, Self::Week, Self::Month, Self::Year];

    /// What stands around the number in ISO 8601, and the word.
    fn spelled(self) -> (&'static str, char, &'static str) {
        match self {
            Self::Minute => ("PT", 'M', "minute"),
            Self::Hour => ("PT", 'H', "hour"),
            Self::Day => ("P", 'D', "day"),
            Self::Week => ("P", 'W', "week"),
            Self::Month => ("P", 'M', "month"),
            Self::Year => ("P", 'Y', "year"),
        }
    }
}

impl Period {
    /// Minutes. A period of none is refused when it is sent; so it is with the others.
    pub const fn minutes(count: u32) -> Self {
        Self { count, unit: Unit::Minute }
    }

    /// Hours.
    pub const fn hours(count: u32) -> Self {
        Self { count, unit: Unit::Hour }
    }

    /// Days.
    pub const fn days(count: u32) -> Self {
        Self { count, unit: Unit::Day }
    }

    /// Weeks.
    pub const fn weeks(count: u32) -> Self {
        Self { count, unit: Unit::Week }
    }

    /// Months.
    pub const fn months(count: u32) -> Self {
        Self { count, unit: Unit::Month }
    }

    /// Years.
    pub const fn years(count: u32) -> Self {
        Self { count, unit: Unit::Year }
    }

    pub(super) fn is_empty(self) -> bool {
        self.count == 0
    }

    /// Whether it is shorter than a day, so that it is counted in time that passes and not on the calendar.
    pub(super) fn is_of_clock(self) -> bool {
        matches!(self.unit, Unit::Minute | Unit::Hour)
    }

    /// The same as a span of the calendar; `None` beyond what a calendar has.
    pub(super) fn span(self) -> Option<Span> {
        let span = Span::new();
        let count = i64::from(self.count);
        let span = match self.unit {
            Unit::Minute => span.try_minutes(count),
            Unit::Hour => span.try_hours(count),
            Unit::Day => span.try_days(count),
            Unit::Week => span.try_weeks(count),
            Unit::Month => span.try_months(count),
            Unit::Year => span.try_years(count),
        };
        span.ok()
    }
}

impl fmt::Display for Period {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (before, after, _) = self.unit.spelled();
        write!(f, "{before}{}{after}", self.count)
    }
}

/// The text is no period: neither a word such as `day` nor an ISO 8601 duration in one unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoPeriod;

impl fmt::Display for NoPeriod {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected minute, hour, day, week, month, year or an ISO 8601 duration such as P1D")
    }
}

impl std::error::Error for NoPeriod {}

impl FromStr for Period {
    type Err = NoPeriod;

    #[inline]
    fn from_str(text: &str) -> Result<Self, NoPeriod> {
        let read = |unit: Unit| {
            let (before, after, word) = unit.spelled();
            if text == word {
                return Some(Self { count: 1, unit });
            }
            let digits = text.strip_prefix(before)?.strip_suffix(after)?;
            let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
            let count = digits.parse().ok()?;
            (plain && count > 0).then_some(Self { count, unit })
        };
        Unit::ALL.into_iter().find_map(read).ok_or(NoPeriod)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_reads_what_it_writes() {
        let made = [
            Period::minutes(15),
            Period::hours(6),
            Period::days(1),
            Period::weeks(2),
            Period::months(3),
            Period::years(1),
        ];
        let texts = ["PT15M", "PT6H", "P1D", "P2W", "P3M", "P1Y"];
        assert_eq!(made.map(|period| period.to_string()), texts);
        assert_eq!(texts.map(str::parse), made.map(Ok));
        for text in ["", "P", "P0D", "PD", "P+1D", "P1DT1H", "days", "1D", "PT1D"] {
            assert_eq!(text.parse::<Period>(), Err(NoPeriod), "{text}");
        }
    }
}

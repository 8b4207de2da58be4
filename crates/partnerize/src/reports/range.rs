//! What a report or an export reaches over: from a time to a time, since a time, or in the vendor's own words.

use std::{
    fmt,
    ops::{Range, RangeFrom, RangeInclusive},
    str::FromStr,
};

use afflux_core::{error::Error, operation::Operation};
use jiff::{
    SignedDuration, Timestamp, Zoned,
    civil::{Date, DateTime, Time},
};

use super::words::TextDate;

/// A time, in the zone of the report or as an instant.
///
/// Times without a zone are in the time zone of the report: the one that `timezone` names, else the account's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Moment(Kind);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    Local(DateTime),
    Instant(Timestamp),
}

impl Moment {
    /// The last full second before it.
    #[inline]
    fn second_before(self) -> Self {
        // Parts of a second are not sent, so that the one it is in is the last before it.
        let back = |nanoseconds: i32| {
            SignedDuration::from_nanos(match nanoseconds {
                0 => 1_000_000_000,
                part => part.into(),
            })
        };
        Self(match self.0 {
            Kind::Local(time) => Kind::Local(time.saturating_sub(back(time.subsec_nanosecond()))),
            Kind::Instant(time) => {
                let before = time.checked_sub(back(time.subsec_nanosecond()));
                Kind::Instant(before.unwrap_or(Timestamp::MIN))
            }
        })
    }
}

/// The text as it is sent, to the second: `2018-03-01 00:00:00`, or `2018-03-01T00:00:00Z` for an instant.
impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Kind::Local(time) => time.strftime("%F %T").fmt(f),
            Kind::Instant(time) => time.strftime("%FT%TZ").fmt(f),
        }
    }
}

/// Midnight at the beginning of the day.
impl From<Date> for Moment {
    fn from(date: Date) -> Self {
        date.to_datetime(Time::midnight()).into()
    }
}

impl From<DateTime> for Moment {
    fn from(time: DateTime) -> Self {
        Self(Kind::Local(time))
    }
}

impl From<Timestamp> for Moment {
    fn from(time: Timestamp) -> Self {
        Self(Kind::Instant(time))
    }
}

impl From<&Zoned> for Moment {
    fn from(time: &Zoned) -> Self {
        time.timestamp().into()
    }
}

/// A text that is neither a date, nor a time, nor an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct MomentError;

impl fmt::Display for MomentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("is no date, no time without a zone and no time with an offset")
    }
}

impl std::error::Error for MomentError {}

/// Reads `2026-11-01`, `2026-11-01 10:20:30` and `2026-11-01T10:20:30+01:00`.
impl FromStr for Moment {
    type Err = MomentError;

    fn from_str(text: &str) -> Result<Self, MomentError> {
        let instant = text.parse::<Timestamp>().map(Self::from);
        instant.or_else(|_| text.parse::<DateTime>().map(Self::from)).map_err(|_| MomentError)
    }
}

/// From a time to another one, the last second included: all ends in the vendor's manual that leave no doubt are such
/// seconds (`23:59:59`).
///
/// ```
/// use afflux_partnerize::reports::Between;
/// use jiff::civil::date;
///
/// let november = Between::days(date(2026, 11, 1), date(2026, 11, 30));
/// assert_eq!(november, (date(2026, 11, 1), date(2026, 11, 30)).into());
/// assert_eq!(november.to_string(), "2026-11-01 00:00:00 to 2026-11-30 23:59:59");
/// // As everywhere in Rust, `..` ends before its end.
/// assert_eq!(Between::from(date(2026, 11, 1)..date(2026, 12, 1)), november);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Between {
    start: Moment,
    end: Moment,
}

impl Between {
    /// From a time to another one, both included. An end before the beginning is refused before anything is sent.
    pub fn new(start: impl Into<Moment>, end: impl Into<Moment>) -> Self {
        Self { start: start.into(), end: end.into() }
    }

    /// From a time until just before another one, as `..` does: what is sent is the last second before `end`. A range
    /// without a second in it is refused before anything is sent.
    pub fn until(start: impl Into<Moment>, end: impl Into<Moment>) -> Self {
        Self { start: start.into(), end: end.into().second_before() }
    }

    /// Whole days, the first and the last one included.
    pub fn days(first: Date, last: Date) -> Self {
        Self::new(first, last.at(23, 59, 59, 0))
    }

    /// Its beginning.
    pub fn start(self) -> Moment {
        self.start
    }

    /// Its last second.
    pub fn end(self) -> Moment {
        self.end
    }

    /// Both times as they are sent.
    #[inline]
    pub(crate) fn texts(self, operation: &'static Operation) -> Result<(String, String), Error> {
        let backwards = match (self.start.0, self.end.0) {
            (Kind::Local(from), Kind::Local(to)) => to < from,
            (Kind::Instant(from), Kind::Instant(to)) => to < from,
            // Which comes first depends on the account's time zone.
            _ => false,
        };
        if backwards {
            return Err(Error::validation(operation, "end_date", "leaves no second behind `start_date`"));
        }
        Ok((self.start.to_string(), self.end.to_string()))
    }
}

impl fmt::Display for Between {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to {}", self.start, self.end)
    }
}

/// Whole days, the first and the last one included.
impl From<(Date, Date)> for Between {
    fn from((first, last): (Date, Date)) -> Self {
        Self::days(first, last)
    }
}

/// Whole days, the first and the last one included.
impl From<RangeInclusive<Date>> for Between {
    fn from(days: RangeInclusive<Date>) -> Self {
        Self::days(*days.start(), *days.end())
    }
}

/// Both times included.
impl From<(DateTime, DateTime)> for Between {
    fn from((from, to): (DateTime, DateTime)) -> Self {
        Self::new(from, to)
    }
}

/// Both times included.
impl From<(Timestamp, Timestamp)> for Between {
    fn from((from, to): (Timestamp, Timestamp)) -> Self {
        Self::new(from, to)
    }
}

/// The end is not included; see [`Between::until`].
impl<T: Into<Moment>> From<Range<T>> for Between {
    fn from(range: Range<T>) -> Self {
        Self::until(range.start, range.end)
    }
}

/// What a report reaches over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ReportRange {
    /// From a time to another one.
    Between(Between),
    /// From a time until now.
    Since(Moment),
    /// In the vendor's own words.
    Words(TextDate),
}

/// A range as it is sent.
pub(super) struct Texts {
    pub(super) start: String,
    pub(super) end: Option<String>,
    pub(super) words: Option<String>,
}

impl ReportRange {
    pub(super) fn texts(self, operation: &'static Operation, now: Timestamp) -> Result<Texts, Error> {
        Ok(match self {
            Self::Between(between) => {
                let (start, end) = between.texts(operation)?;
                Texts { start, end: Some(end), words: None }
            }
            Self::Since(start) => Texts { start: start.to_string(), end: None, words: None },
            Self::Words(words) => Texts {
                start: Moment::from(words.not_before(now)).to_string(),
                end: None,
                words: Some(words.to_string()),
            },
        })
    }
}

impl From<TextDate> for ReportRange {
    fn from(words: TextDate) -> Self {
        Self::Words(words)
    }
}

impl<T: Into<Moment>> From<RangeFrom<T>> for ReportRange {
    fn from(range: RangeFrom<T>) -> Self {
        Self::Since(range.start.into())
    }
}

impl From<Between> for ReportRange {
    fn from(between: Between) -> Self {
        Self::Between(between)
    }
}

/// What becomes a [`Between`] becomes a [`ReportRange`].
macro_rules! by_way_of_between {
    ($($type:ty),+) => {
        $(impl From<$type> for ReportRange {
            fn from(range: $type) -> Self {
                Self::Between(range.into())
            }
        })+
    };
}

by_way_of_between!((Date, Date), RangeInclusive<Date>, (DateTime, DateTime), (Timestamp, Timestamp));

impl<T: Into<Moment>> From<Range<T>> for ReportRange {
    fn from(range: Range<T>) -> Self {
        Self::Between(range.into())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::generated::REPORT_CLICKS;

    #[test]
    fn a_moment_is_read_from_text_and_written_as_the_vendor_reads_it() {
        let cases = [
            ("2026-11-01", "2026-11-01 00:00:00"),
            ("2026-11-01 10:20:30", "2026-11-01 10:20:30"),
            ("2026-11-01T10:20:30.9", "2026-11-01 10:20:30"),
            ("2026-11-01T10:20:30Z", "2026-11-01T10:20:30Z"),
            ("2026-11-01T00:20:30+01:00", "2026-10-31T23:20:30Z"),
        ];
        for (text, sent) in cases {
            assert_eq!(text.parse::<Moment>().unwrap().to_string(), sent, "{text}");
        }
        assert!("last week".parse::<Moment>().is_err());
    }

    #[test]
    fn a_range_ends_with_the_last_second_before_its_end() {
        let sent = |range: Between| range.texts(&REPORT_CLICKS).map(|(_, end)| end);
        assert_eq!(sent((date(2026, 11, 1)..date(2026, 12, 1)).into()).unwrap(), "2026-11-30 23:59:59");
        let time = |text: &str| text.parse::<Moment>().unwrap();
        for (end, last) in [
            ("2026-11-01T10:20:30", "2026-11-01 10:20:29"),
            ("2026-11-01T10:20:30.9", "2026-11-01 10:20:30"),
            ("2026-11-02T00:00:00Z", "2026-11-01T23:59:59Z"),
            ("2026-11-02T00:00:00.5Z", "2026-11-02T00:00:00Z"),
        ] {
            assert_eq!(sent((time(&last[..10])..time(end)).into()).unwrap(), last, "{end}");
        }
        let empty = date(2026, 11, 1)..date(2026, 11, 1);
        assert_eq!(sent(empty.into()).unwrap_err().field(), Some("end_date"));
        let instant: Timestamp = "2026-11-01T23:00:00Z".parse().unwrap();
        assert!(sent((instant..instant).into()).is_err());
        assert!(sent((instant, instant).into()).is_ok(), "one second, which is included");
    }

    #[test]
    fn an_end_before_the_beginning_is_refused_where_both_are_on_one_clock() {
        let local = date(2026, 11, 2).at(0, 0, 0, 0);
        let error =
            Between::from((local, date(2026, 11, 1).at(0, 0, 0, 0))).texts(&REPORT_CLICKS).unwrap_err();
        assert_eq!(error.field(), Some("end_date"));
        let instant: Timestamp = "2026-11-01T23:00:00Z".parse().unwrap();
        assert!(
            Between::new(local, instant).texts(&REPORT_CLICKS).is_ok(),
            "the zone decides, which is the vendor's"
        );
    }
}

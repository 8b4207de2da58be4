//! A time as analytics writes it: on the clock of the query's zone, with the offset of that moment.

use std::cmp::Ordering;

use jiff::{
    Timestamp,
    civil::DateTime,
    tz::{Offset, TimeZone},
};

use super::Period;

/// A local time, and its offset where the text has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Moment {
    local: DateTime,
    offset: Option<Offset>,
}

impl Moment {
    #[inline]
    pub(super) fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let Ok(instant) = text.parse::<Timestamp>() else {
            return Some(Self { local: text.parse().ok()?, offset: None });
        };
        // The offset that the text has is the difference between its own clock and the instant.
        let clock = text.strip_suffix(['Z', 'z']).unwrap_or(text).parse::<DateTime>().ok()?;
        let utc = TimeZone::UTC.to_datetime(instant);
        let seconds = i32::try_from(clock.duration_since(utc).as_secs()).ok()?;
        Some(Self { local: clock, offset: Offset::from_seconds(seconds).ok() })
    }

    pub(super) fn local(self) -> DateTime {
        self.local
    }

    pub(super) fn instant(self) -> Option<Timestamp> {
        self.offset?.to_timestamp(self.local).ok()
    }

    /// The order of time; a moment without offset counts as UTC.
    pub(super) fn order(self, other: Self) -> Ordering {
        let key = |moment: Self| {
            moment.offset.unwrap_or(Offset::UTC).to_timestamp(moment.local).unwrap_or(Timestamp::MAX)
        };
        key(self).cmp(&key(other))
    }

    /// Where the next group begins.
    #[inline]
    pub(super) fn after(self, period: Period) -> Option<Self> {
        let local = self.local.checked_add(period.span()?).ok()?;
        (local > self.local).then_some(Self { local, ..self })
    }

    /// Whether a group that would begin here is missing before one that begins at `next`. Days are days of the
    /// calendar, however many hours they have; hours are time that passes.
    #[inline]
    pub(super) fn is_missing_before(self, next: Self, period: Period) -> bool {
        if period.is_of_clock() { self.order(next).is_lt() } else { self.local < next.local }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_the_time_on_its_own_clock_and_the_instant() {
        let cases = [
            ("2020-03-02T00:00:00+02:00", "2020-03-02T00:00:00", Some("2020-03-01T22:00:00Z")),
            ("2020-03-02T00:00:00Z", "2020-03-02T00:00:00", Some("2020-03-02T00:00:00Z")),
            ("2020-03-02T00:00:00.000-03:30", "2020-03-02T00:00:00", Some("2020-03-02T03:30:00Z")),
            ("2020-03-02 10:20:30", "2020-03-02T10:20:30", None),
            ("2020-03-02", "2020-03-02T00:00:00", None),
        ];
        for (text, local, instant) in cases {
            let moment = Moment::read(text).unwrap();
            assert_eq!(moment.local().to_string(), local, "{text}");
            assert_eq!(moment.instant().map(|instant| instant.to_string()).as_deref(), instant, "{text}");
        }
        assert_eq!(Moment::read("March 2020"), None);
    }
}

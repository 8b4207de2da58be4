//! Times as they are typed: UTC or with an offset, never local.

use std::time::Duration;

use jiff::{Timestamp, civil::Date, tz::TimeZone};

/// A point in time. A date stands for its beginning in UTC, because the vendors' days are UTC; a time without a zone
/// is refused, because nobody can know whose it is.
pub(crate) fn utc(text: &str) -> Result<Timestamp, String> {
    if let Ok(time) = text.parse::<Timestamp>() {
        return Ok(time);
    }
    let looks_like_a_date = text.len() == 10;
    if looks_like_a_date && let Ok(date) = text.parse::<Date>() {
        return date
            .to_zoned(TimeZone::UTC)
            .map(|zoned| zoned.timestamp())
            .map_err(|error| error.to_string());
    }
    if text.parse::<jiff::civil::DateTime>().is_ok() {
        return Err("is a local time; say which: add Z for UTC, or an offset such as +02:00".to_owned());
    }
    Err("must be a time such as 2026-01-31T10:00:00Z, or a date".to_owned())
}

/// As vendors take it: seconds, UTC.
pub(crate) fn shown(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// A length of time above zero.
pub(crate) fn seconds(text: &str) -> Result<Duration, String> {
    any_seconds(text).and_then(|time| if time.is_zero() { Err(DEMAND.to_owned()) } else { Ok(time) })
}

/// A length of time, zero as well.
pub(crate) fn any_seconds(text: &str) -> Result<Duration, String> {
    text.parse::<f64>()
        .ok()
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .filter(|time| *time <= Duration::from_hours(7 * 24))
        .ok_or_else(|| DEMAND.to_owned())
}

const DEMAND: &str = "must be a number of seconds above zero, a week at most";

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_time_without_a_zone_is_refused_and_a_date_is_utc() {
        let table = [
            ("2026-01-31T10:00:00Z", Some("2026-01-31T10:00:00Z")),
            ("2026-01-31T10:00:00+02:00", Some("2026-01-31T08:00:00Z")),
            ("2026-01-31", Some("2026-01-31T00:00:00Z")),
            ("2026-01-31T10:00:00", None),
            ("2026-01-31 10:00", None),
            ("yesterday", None),
        ];
        for (text, expected) in table {
            assert_eq!(utc(text).ok().map(shown).as_deref(), expected, "{text}");
        }
        assert!(utc("2026-01-31T10:00:00").unwrap_err().contains("local time"));
    }

    #[test]
    fn a_length_of_time_is_a_number_above_zero() {
        for bad in ["0", "-1", "inf", "NaN", "ten", "1e99"] {
            assert!(seconds(bad).is_err(), "{bad}");
        }
        assert_eq!(seconds("0.5").unwrap(), Duration::from_millis(500));
    }
}

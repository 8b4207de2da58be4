//! Spans of time as parameters say them: dates, times with and without an offset, and words such as `last week`.
//!
//! A span begins with its start and ends before its end; the vendor does not say more of it.

use std::ops::Range;

use jiff::civil::{Date, DateTime};
use jiff::{Timestamp, ToSpan};

use super::asked::{Complaint, Parts};
use super::zone::Zone;

/// The zone of a report: its parameter, or that of the account, UTC.
pub(super) fn zone(parts: &Parts<'_>) -> Result<Zone, Complaint> {
    match parts.one("timezone").filter(|name| !name.is_empty()) {
        None => Ok(Zone::utc()),
        Some(name) => Zone::named(name).ok_or_else(|| Complaint::invalid("timezone", name)),
    }
}

/// The span of a report or an export in seconds since 1970. Words win over dates; without an end, it ends now.
pub(super) fn span(parts: &Parts<'_>, zone: &Zone, now: i64) -> Result<Range<i64>, Complaint> {
    let start = parts.one("start_date").ok_or_else(|| Complaint::missing("start_date"))?;
    let start = moment(start, zone).ok_or_else(|| Complaint::invalid("start_date", start))?;
    if let Some(words) = parts.one("text_date").filter(|words| !words.is_empty()) {
        return in_words(words, zone, now).ok_or_else(|| Complaint::invalid("text_date", words));
    }
    let end = match parts.one("end_date").filter(|text| !text.is_empty()) {
        Some(text) => moment(text, zone).ok_or_else(|| Complaint::invalid("end_date", text))?,
        None => now + 1,
    };
    Ok(start..end)
}

/// A date, a time in the zone, or a time with an offset.
pub(super) fn moment(text: &str, zone: &Zone) -> Option<i64> {
    let text = text.trim();
    if let Ok(time) = text.parse::<Timestamp>() {
        return Some(time.as_second());
    }
    wall(text).map(|civil| zone.seconds(civil))
}

/// What the wall shows; an offset is not looked at.
pub(super) fn wall(text: &str) -> Option<DateTime> {
    let text = text.trim_end_matches(['Z', 'z']);
    text.parse::<DateTime>().ok().or_else(|| text.parse::<Date>().ok().map(DateTime::from))
}

fn in_words(words: &str, zone: &Zone, now: i64) -> Option<Range<i64>> {
    let words = words.trim().to_ascii_lowercase().replace(['_', '+'], " ");
    let wall = zone.civil(now);
    let today = wall.date();
    let hour = today.at(wall.hour(), 0, 0, 0);
    let monday = today.checked_sub(i32::from(today.weekday().to_monday_zero_offset()).days()).ok()?;
    let month = today.first_of_month();
    let year = today.first_of_year();
    let day = |date: Date| DateTime::from(date);
    let (from, to) = match words.as_str() {
        "this hour" => (hour, hour.checked_add(1.hour()).ok()?),
        "last hour" => (hour.checked_sub(1.hour()).ok()?, hour),
        "today" => (day(today), day(today.tomorrow().ok()?)),
        "yesterday" => (day(today.yesterday().ok()?), day(today)),
        "this week" => (day(monday), day(monday.checked_add(1.week()).ok()?)),
        "last week" => (day(monday.checked_sub(1.week()).ok()?), day(monday)),
        "this month" => (day(month), day(month.checked_add(1.month()).ok()?)),
        "last month" => (day(month.checked_sub(1.month()).ok()?), day(month)),
        "this year" => (day(year), day(year.checked_add(1.year()).ok()?)),
        "last year" => (day(year.checked_sub(1.year()).ok()?), day(year)),
        _ => {
            let days = words.strip_prefix("last ")?.strip_suffix(" days")?.parse::<i32>().ok()?;
            (day(today.checked_sub(days.days()).ok()?), day(today.tomorrow().ok()?))
        }
    };
    Some(zone.seconds(from)..zone.seconds(to))
}

#[cfg(test)]
mod tests {
    use super::{in_words, moment, wall};
    use crate::partnerize::data::zone::Zone;

    #[test]
    fn moments_are_read_in_all_their_forms() {
        let berlin = Zone::named("Europe/Berlin").unwrap();
        let winter = 1_772_985_600;
        for text in [
            "2026-03-08 17:00:00",
            "2026-03-08T17:00:00",
            "2026-03-08T16:00:00Z",
            "2026-03-08T18:00:00+02:00",
        ] {
            assert_eq!(moment(text, &berlin), Some(winter), "{text}");
        }
        assert_eq!(moment("2026-03-08", &berlin), Some(winter - 17 * 3_600));
        for text in ["2026-03-08T17:00:00", "2026-03-08T17:00:00Z", "2026-03-08T17:00:00+02:00"] {
            assert_eq!(wall(text).unwrap().to_string(), "2026-03-08T17:00:00", "{text}");
        }
        assert_eq!(moment("2026-02-30 00:00:00", &berlin), None);
    }

    #[test]
    fn words_are_spans_of_the_calendar() {
        let utc = Zone::utc();
        // A Sunday, 17:18:33.
        let now = moment("2026-03-08 17:18:33", &utc).unwrap();
        let cases = [
            ("this hour", "2026-03-08 17:00:00", "2026-03-08 18:00:00"),
            ("last hour", "2026-03-08 16:00:00", "2026-03-08 17:00:00"),
            ("today", "2026-03-08", "2026-03-09"),
            ("yesterday", "2026-03-07", "2026-03-08"),
            ("this week", "2026-03-02", "2026-03-09"),
            ("last week", "2026-02-23", "2026-03-02"),
            ("last 10 days", "2026-02-26", "2026-03-09"),
            ("this month", "2026-03-01", "2026-04-01"),
            ("last month", "2026-02-01", "2026-03-01"),
            ("this year", "2026-01-01", "2027-01-01"),
            ("Last Year", "2025-01-01", "2026-01-01"),
        ];
        for (words, from, to) in cases {
            let expected = moment(from, &utc).unwrap()..moment(to, &utc).unwrap();
            assert_eq!(in_words(words, &utc, now), Some(expected), "{words}");
        }
        assert_eq!(in_words("last blue moon", &utc, now), None);
    }
}

//! Spans of a calendar that time is divided into: hours, days, months and their multiples, in a time zone.

use jiff::civil::DateTime;
use jiff::{Span, ToSpan, Unit};

use super::super::zone::Zone;

/// No answer has more spans.
const MOST: usize = 20_000;

/// Divides a range into spans of this length. They begin where the calendar's unit does, so that the first may begin
/// before the range. `None` for what is no length, or too many spans.
pub(super) fn spans(zone: &Zone, period: &str, from: i64, to: i64) -> Option<Vec<(i64, i64)>> {
    let span: Span = period.parse().ok()?;
    if !span.is_positive() {
        return None;
    }
    let mut at = beginning(zone.civil(from), span)?;
    let mut spans = Vec::new();
    loop {
        let next = at.checked_add(span).ok()?;
        let (start, end) = (zone.seconds(at), zone.seconds(next));
        // An hour that the wall skips in spring is none.
        if start < end && end > from {
            spans.push((start, end));
        }
        if end >= to {
            return Some(spans);
        }
        if spans.len() == MOST {
            return None;
        }
        at = next;
    }
}

fn beginning(wall: DateTime, span: Span) -> Option<DateTime> {
    let date = wall.date();
    Some(if span.get_years() > 0 {
        date.first_of_year().into()
    } else if span.get_months() > 0 {
        date.first_of_month().into()
    } else if span.get_weeks() > 0 {
        let past = i32::from(date.weekday().to_monday_zero_offset());
        date.checked_sub(past.days()).ok()?.into()
    } else if span.get_days() > 0 {
        date.into()
    } else {
        let unit = if span.get_hours() > 0 {
            Unit::Hour
        } else if span.get_minutes() > 0 {
            Unit::Minute
        } else {
            Unit::Second
        };
        wall.round(jiff::civil::DateTimeRound::new().smallest(unit).mode(jiff::RoundMode::Trunc)).ok()?
    })
}

#[cfg(test)]
mod tests {
    use super::{Zone, spans};

    #[test]
    fn days_follow_the_wall_over_the_end_of_summer() {
        let berlin = Zone::named("Europe/Berlin").unwrap();
        // 2026-10-24 12:00 to 2026-10-26 00:00 in Berlin.
        let days = spans(&berlin, "P1D", 1_792_836_000, 1_792_969_200).unwrap();
        let lengths: Vec<i64> = days.iter().map(|(start, end)| end - start).collect();
        assert_eq!(lengths, [86_400, 90_000]);
        assert_eq!(berlin.with_offset(days[0].0), "2026-10-24T00:00:00+02:00");
    }

    #[test]
    fn months_and_hours_begin_where_the_calendar_says() {
        let utc = Zone::utc();
        let months = spans(&utc, "P1M", 1_772_985_600, 1_780_000_000).unwrap();
        assert_eq!(months.len(), 3);
        assert_eq!(utc.plain(months[0].0), "2026-03-01 00:00:00");
        let hours = spans(&utc, "PT6H", 1_772_985_601, 1_772_985_602).unwrap();
        assert_eq!(hours.len(), 1);
        assert_eq!(spans(&utc, "P0D", 0, 1), None);
        assert_eq!(spans(&utc, "soon", 0, 1), None);
        assert_eq!(spans(&utc, "PT1S", 0, 1_000_000), None);
    }
}

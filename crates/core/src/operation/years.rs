//! How many years date ranges span, which is what some calls cost by.

use bytes::Bytes;
use jiff::{SignedDuration, ToSpan, civil::DateTime};

use crate::decode::{Field, JsonText};

/// No table of costs has more entries.
const MOST: i16 = 16;

/// The whole years that the ranges span together, each from its start to its end: calendar years of each, and what is
/// left of several adds up to years of 365 days. A range that ends a second before its anniversary is not a year.
pub fn whole_years(ranges: impl IntoIterator<Item = (DateTime, DateTime)>) -> usize {
    let mut years = 0;
    let mut left = SignedDuration::ZERO;
    let mut ranges_left = 0;
    for (start, end) in ranges {
        let (whole, rest) = split(start, end);
        years += whole;
        left = left.checked_add(rest).unwrap_or(left);
        ranges_left += usize::from(!rest.is_zero());
    }
    // What is left of a single range is less than a year, in a leap year too.
    if ranges_left > 1 {
        years += usize::try_from(left.as_hours() / (24 * 365)).unwrap_or_default();
    }
    years
}

/// The ranges in these members of a body; those that cannot be read are left out.
pub(super) fn ranges(body: &Bytes, members: &[&str]) -> Vec<(DateTime, DateTime)> {
    let Ok(body) = JsonText::new(body.clone()) else { return Vec::new() };
    let lists = members.iter().filter_map(|member| body.get(member));
    lists
        .flat_map(Field::elements)
        .filter_map(|range| Some((time(range, "start")?, time(range, "end")?)))
        .collect()
}

/// A time on its own clock: whoever is asked for a range that long does not mind some hours.
fn time(range: Field<'_>, name: &str) -> Option<DateTime> {
    let text = range.get(name)?.as_str()?;
    text.trim_end_matches(['Z', 'z']).parse().ok()
}

/// The whole years between two times, and what is left.
fn split(start: DateTime, end: DateTime) -> (usize, SignedDuration) {
    let after = |years: i16| start.checked_add(years.years()).ok().filter(|time| *time <= end);
    let whole = (1..=MOST).take_while(|years| after(*years).is_some()).last().unwrap_or_default();
    let rest = end.duration_since(after(whole).unwrap_or(end));
    (usize::try_from(whole).unwrap_or_default(), rest)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn range(start: &str, end: &str) -> (DateTime, DateTime) {
        (start.parse().unwrap(), end.parse().unwrap())
    }

    #[test]
    fn a_year_is_a_year_of_the_calendar_and_begins_to_count_when_it_is_whole() {
        let cases = [
            ("2023-01-01T00:00:00", "2023-01-01T00:00:00", 0),
            ("2023-01-01T00:00:00", "2023-12-31T23:59:59", 0),
            ("2023-01-01T00:00:00", "2024-01-01T00:00:00", 1),
            ("2024-01-01T00:00:00", "2024-12-31T23:59:59", 0),
            ("2024-01-01T00:00:00", "2025-01-01T00:00:00", 1),
            ("2024-02-29T00:00:00", "2025-02-27T23:59:59", 0),
            ("2024-02-29T00:00:00", "2025-02-28T00:00:00", 1),
            ("2023-06-15T12:00:00", "2025-06-15T11:59:59", 1),
            ("2023-06-15T12:00:00", "2025-06-15T12:00:00", 2),
            ("2020-01-01T00:00:00", "2023-01-01T00:00:00", 3),
            ("2020-01-01T00:00:00", "2024-01-01T00:00:00", 4),
            ("2000-01-01T00:00:00", "2026-01-01T00:00:00", 16),
            ("2024-01-01T00:00:00", "2020-01-01T00:00:00", 0),
            ("9999-01-01T00:00:00", "9999-12-31T23:59:59", 0),
        ];
        for (start, end, expected) in cases {
            assert_eq!(whole_years([range(start, end)]), expected, "{start} to {end}");
        }
    }

    #[test]
    fn several_ranges_are_added_up() {
        let friday = |day: &str| range(&format!("{day}T00:00:00"), &format!("{day}T23:59:59"));
        assert_eq!(whole_years(["2017-11-24", "2018-11-23", "2019-11-29"].map(friday)), 0);
        let year =
            |year: u16| range(&format!("{year}-01-01T00:00:00"), &format!("{}-01-01T00:00:00", year + 1));
        assert_eq!(whole_years([year(2023), year(2025)]), 2);
        assert_eq!(whole_years([year(2024), year(2020), year(2021), year(2022)]), 4);
        let halves = [
            range("2023-01-01T00:00:00", "2023-07-01T00:00:00"),
            range("2023-07-01T00:00:00", "2024-01-01T00:00:00"),
        ];
        assert_eq!(whole_years(halves), 1);
        let less = [halves[0], range("2023-07-01T00:00:00", "2023-12-31T00:00:00")];
        assert_eq!(whole_years(less), 0);
    }

    #[test]
    fn the_ranges_of_a_body_are_found_whatever_their_times_look_like() {
        let body = &Bytes::from_static(br#"{"a":[{"start":"2020-01-01T00:00:00Z","end":"2022-01-01T00:00:00+02:00"},
            {"start":"2022-01-01","end":"2023-01-01 00:00:00"},{"start":1,"end":null},7],"b":[],"c":"no list"}"#);
        assert_eq!(whole_years(ranges(body, &["a", "b", "c", "d"])), 3);
        assert_eq!(ranges(body, &["b"]), []);
        assert_eq!(ranges(&Bytes::from_static(b"["), &["a"]), []);
    }
}

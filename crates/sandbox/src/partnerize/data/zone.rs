//! Time zones by the names that parameters take.
//!
//! Their rules are written here, so that the sandbox answers alike on machines without a time zone database.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// Names and rules. The rules are those of now; the made-up data is of the last year.
const ZONES: [(&str, &str); 22] = [
    ("UTC", "UTC0"),
    ("GMT", "GMT0"),
    ("Europe/London", "GMT0BST,M3.5.0/1,M10.5.0"),
    ("Europe/Dublin", "GMT0IST,M3.5.0/1,M10.5.0"),
    ("Europe/Lisbon", "WET0WEST,M3.5.0/1,M10.5.0"),
    ("CET", "CET-1CEST,M3.5.0,M10.5.0/3"),
    ("Europe/Paris", "CET-1CEST,M3.5.0,M10.5.0/3"),
    ("Europe/Berlin", "CET-1CEST,M3.5.0,M10.5.0/3"),
    ("Europe/Madrid", "CET-1CEST,M3.5.0,M10.5.0/3"),
    ("Europe/Rome", "CET-1CEST,M3.5.0,M10.5.0/3"),
    ("Europe/Warsaw", "CET-1CEST,M3.5.0,M10.5.0/3"),
    ("Europe/Athens", "EET-2EEST,M3.5.0/3,M10.5.0/4"),
    ("America/New_York", "EST5EDT,M3.2.0,M11.1.0"),
    ("America/Chicago", "CST6CDT,M3.2.0,M11.1.0"),
    ("America/Denver", "MST7MDT,M3.2.0,M11.1.0"),
    ("America/Los_Angeles", "PST8PDT,M3.2.0,M11.1.0"),
    ("America/Sao_Paulo", "<-03>3"),
    ("Asia/Dubai", "<+04>-4"),
    ("Asia/Kolkata", "IST-5:30"),
    ("Asia/Singapore", "<+08>-8"),
    ("Asia/Tokyo", "JST-9"),
    ("Australia/Sydney", "AEST-10AEDT,M10.1.0,M4.1.0/3"),
];

/// The names of all zones there are.
pub(crate) fn zone_names() -> impl Iterator<Item = &'static str> {
    ZONES.iter().map(|(name, _)| *name)
}

/// A time zone, and how seconds since 1970 and clocks on the wall are told from each other in it.
#[derive(Debug, Clone)]
pub(super) struct Zone(TimeZone);

impl Zone {
    pub(super) fn utc() -> Self {
        Self(TimeZone::UTC)
    }

    /// The zone with this name; the case does not matter.
    pub(super) fn named(name: &str) -> Option<Self> {
        let (_, rule) = ZONES.iter().find(|(have, _)| have.eq_ignore_ascii_case(name))?;
        TimeZone::posix(rule).ok().map(Self)
    }

    /// What the wall shows; of times that there are twice or not at all, the vendor's choice is not known.
    pub(super) fn civil(&self, at: i64) -> DateTime {
        self.0.to_datetime(Timestamp::from_second(at).unwrap_or_default())
    }

    pub(super) fn seconds(&self, civil: DateTime) -> i64 {
        self.0.to_timestamp(civil).unwrap_or_default().as_second()
    }

    /// `2020-03-08 17:18:33`, as the first generation writes times.
    pub(super) fn plain(&self, at: i64) -> String {
        // As the standard writes it, but for the letter; a pattern would take several times as long.
        self.civil(at).to_string().replace('T', " ")
    }

    /// `2020-03-08T17:18:33+00:00`, as the third generation writes times.
    pub(super) fn with_offset(&self, at: i64) -> String {
        self.format(at, "%Y-%m-%dT%H:%M:%S%:z")
    }

    pub(super) fn format(&self, at: i64, pattern: &str) -> String {
        let zoned = Timestamp::from_second(at).unwrap_or_default().to_zoned(self.0.clone());
        zoned.strftime(pattern).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::{Zone, zone_names};

    #[test]
    fn every_zone_has_rules_that_can_be_read() {
        assert!(zone_names().all(|name| Zone::named(name).is_some()));
        assert!(Zone::named("Mars/Olympus").is_none());
    }

    #[test]
    fn summer_is_an_hour_later() {
        let london = Zone::named("europe/london").unwrap();
        assert_eq!(london.with_offset(1_590_000_000), "2020-05-20T19:40:00+01:00");
        assert_eq!(london.plain(1_580_000_000), "2020-01-26 00:53:20");
        assert_eq!(london.seconds(london.civil(1_590_000_000)), 1_590_000_000);
    }
}

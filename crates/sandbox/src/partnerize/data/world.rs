//! The made-up truth that reports, exports, analytics and listings all show: campaigns, clicks and conversions.
//!
//! No row is kept. Each follows from the seed and its place in time, so that a million of them take no memory and any
//! of them is as near as the first.

use std::ops::Range;
use std::sync::Mutex;

use jiff::Timestamp;
use jiff::civil::date;
use jiff::tz::TimeZone;

use super::campaign::Campaign;
use super::click::Click;
use super::conversion::Conversion;
use super::schedule::Schedule;
use super::survey::Surveys;

/// The partner that everything belongs to.
pub(crate) const PARTNER: &str = "1l1007802";
pub(crate) const PARTNER_NAME: &str = "apipublisher123";

const CAMPAIGNS: usize = 12;
const CLICKS: u64 = 60_000;
const CONVERSIONS: u64 = 6_000;

/// Campaigns, clicks and conversions of a year and the months around it until now.
#[derive(Debug)]
pub(crate) struct World {
    pub(super) seed: u64,
    /// Nothing happens after this second.
    pub(super) now: i64,
    start: i64,
    campaigns: Vec<Campaign>,
    /// The places of those that the partner takes part in: clicks are theirs.
    joined: Vec<usize>,
    pub(super) schedule: Schedule,
    pub(super) surveys: Mutex<Surveys>,
}

impl World {
    /// A world of the default size: from the first day of the month a year ago until now.
    pub(crate) fn new(seed: u64, now: Timestamp) -> Self {
        let today = now.to_zoned(TimeZone::UTC).date();
        let start = date(today.year() - 1, today.month(), 1).to_zoned(TimeZone::UTC);
        let start = start.map(|midnight| midnight.timestamp().as_second()).unwrap_or_default();
        let mut world = Self {
            seed,
            now: now.as_second(),
            start,
            campaigns: Vec::new(),
            joined: Vec::new(),
            schedule: Schedule::new(seed, start, now.as_second(), 0, 0),
            surveys: Mutex::default(),
        };
        world.resize(CAMPAIGNS, CLICKS, CONVERSIONS);
        world
    }

    /// Makes it so large. There is always a campaign.
    pub(crate) fn resize(&mut self, campaigns: usize, clicks: u64, conversions: u64) {
        let seed = self.seed;
        self.campaigns = (0..campaigns.max(1)).map(|place| Campaign::new(seed, place, self.start)).collect();
        let joined = self.campaigns.iter().enumerate().filter(|(_, campaign)| campaign.standing == Some("a"));
        self.joined = joined.map(|(place, _)| place).collect();
        self.schedule = Schedule::new(seed, self.start, self.now, clicks, conversions);
        self.surveys = Mutex::default();
    }

    pub(crate) fn campaigns(&self) -> &[Campaign] {
        &self.campaigns
    }

    pub(super) fn campaign(&self, place: usize) -> Option<&Campaign> {
        self.campaigns.get(place)
    }

    /// One of the campaigns that the partner takes part in, whatever the number.
    pub(super) fn joined(&self, number: usize) -> usize {
        let place = number.checked_rem(self.joined.len()).unwrap_or_default();
        self.joined.get(place).copied().unwrap_or_default()
    }

    pub(super) fn click(&self, index: u64) -> Click {
        Click::new(self, index)
    }

    pub(super) fn conversion(&self, index: u64) -> Conversion {
        Conversion::new(self, index)
    }

    pub(super) fn clicks_between(&self, from: i64, to: i64) -> Range<u64> {
        self.schedule.clicks_between(from, to)
    }

    pub(super) fn conversions_between(&self, from: i64, to: i64) -> Range<u64> {
        self.schedule.conversions_between(from, to)
    }

    /// The names of everything that is sent along with items, in order.
    pub(super) fn meta(&self) -> Vec<&'static str> {
        let joined = self.joined.iter().filter_map(|place| self.campaigns.get(*place));
        let mut names: Vec<_> = joined.flat_map(|campaign| campaign.meta.iter().copied()).collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}

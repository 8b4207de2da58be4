//! A click: everything about it follows from the seed and its place in time.

use super::campaign::{base36, below};
use super::words::{
    BROWSERS, COUNTRIES, CREATIVES, DEVICES, PARTNERSHIP_MODELS, PUBLISHER_REFERENCES, SYSTEMS,
    TRAFFIC_SOURCES, USER_CONTEXTS,
};
use super::world::World;
use crate::prng::SplitMix64;

/// A click. What is a place is one in the list of that name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Click {
    pub(super) index: u64,
    /// Seconds since 1970.
    pub(super) at: i64,
    pub(super) campaign: usize,
    pub(super) country: usize,
    pub(super) device: usize,
    pub(super) source: usize,
    pub(super) model: usize,
    pub(super) context: usize,
    pub(super) browser: usize,
    pub(super) system: usize,
    pub(super) reference: usize,
    pub(super) creative: usize,
    /// Whether the same visitor has clicked before.
    pub(super) again: bool,
    /// How often what led to it was seen.
    pub(super) impressions: u64,
    host: u64,
}

impl Click {
    pub(super) fn new(world: &World, index: u64) -> Self {
        let mut stream = SplitMix64::new(world.seed ^ index.wrapping_mul(0x27d4_eb2f), "click");
        let stream = &mut stream;
        Self {
            index,
            at: world.schedule.click_time(index),
            campaign: world.joined(below(stream, usize::MAX)),
            country: skewed(stream, COUNTRIES.len()),
            device: skewed(stream, DEVICES.len()),
            source: skewed(stream, TRAFFIC_SOURCES.len()),
            model: skewed(stream, PARTNERSHIP_MODELS.len()),
            context: skewed(stream, USER_CONTEXTS.len()),
            browser: skewed(stream, BROWSERS.len()),
            system: below(stream, SYSTEMS.len()),
            reference: skewed(stream, PUBLISHER_REFERENCES.len()),
            creative: skewed(stream, CREATIVES.len()),
            // Two in a row never do, so that who is new can be counted one by one.
            again: index % 2 == 1 && stream.below(5) == 0,
            impressions: 5 + stream.below(40),
            host: stream.below(250),
        }
    }

    pub(super) fn id(&self) -> String {
        format!("111111l{}", 2_000_000 + self.index)
    }

    pub(super) fn clickref(&self) -> String {
        format!("111111l{}", base36(20_000 + self.index))
    }

    /// An address out of a network that is for documents.
    pub(super) fn address(&self) -> String {
        format!("203.0.113.{}", self.host)
    }

    /// The visitor; who clicks again has the cookie of the click before.
    pub(super) fn cookie(&self) -> String {
        format!("111111l{}", 3_000_000 + self.index - u64::from(self.again))
    }
}

/// A place in a list, the first ones more often.
fn skewed(stream: &mut SplitMix64, length: usize) -> usize {
    below(stream, length).min(below(stream, length))
}

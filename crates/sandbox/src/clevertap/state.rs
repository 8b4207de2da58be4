//! Everything that one CleverTap knows, behind one lock.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use jiff::Timestamp;
use serde_json::Value;

use super::attribution::Attributions;
use super::audience::Segment;
use super::campaigns::{self, Campaign};
use super::catalogs::Catalog;
use super::content::Block;
use super::counts::Counts;
use super::events::Events;
use super::exports::Exports;
use super::files::Files;
use super::profiles::Profiles;
use super::switches::{Ids, Switches};
use super::upload::Rules;
use crate::prng::SplitMix64;

/// Partners that are whitelisted from the start.
const PARTNERS: [&str; 2] = ["acme", "attribution partner"];
/// Users and events that are there from the start.
const WORLD: (usize, usize) = (60, 400);
/// Of each operation, the newest changes are kept.
const MOST_CHANGES: usize = 1000;

/// The stored world.
#[derive(Debug)]
pub(super) struct State {
    pub(super) switches: Switches,
    pub(super) partners: BTreeSet<String>,
    pub(super) attributions: Attributions,
    pub(super) events: Events,
    pub(super) profiles: Profiles,
    pub(super) world_profiles: usize,
    pub(super) rules: Rules,
    pub(super) exports: Exports,
    pub(super) counts: Counts,
    pub(super) campaigns: Vec<Campaign>,
    pub(super) segments: Vec<Segment>,
    pub(super) files: Files,
    pub(super) catalogs: Vec<Catalog>,
    pub(super) blocks: Vec<Block>,
    pub(super) variables: BTreeMap<String, Value>,
    /// By operation, what was sent with calls that changed something.
    pub(super) changes: BTreeMap<String, VecDeque<Value>>,
    pub(super) people: SplitMix64,
    pub(super) secrets: SplitMix64,
    ids: u64,
}

impl State {
    pub(super) fn new(seed: u64, now: Timestamp) -> Self {
        let mut state = Self {
            switches: Switches::default(),
            partners: PARTNERS.into_iter().map(str::to_owned).collect(),
            attributions: Attributions::default(),
            events: Events::default(),
            profiles: Profiles::default(),
            world_profiles: 0,
            rules: Rules::new(seed),
            exports: Exports::default(),
            counts: Counts::default(),
            campaigns: Vec::new(),
            segments: Vec::new(),
            files: Files::default(),
            catalogs: Vec::new(),
            blocks: Vec::new(),
            variables: BTreeMap::new(),
            changes: BTreeMap::new(),
            people: SplitMix64::new(seed, "clevertap people"),
            secrets: SplitMix64::new(seed, "clevertap addresses"),
            ids: 0,
        };
        campaigns::of_world(&mut state, now);
        let (profiles, events) = WORLD;
        state.populate(profiles, events, now);
        state
    }

    /// The next id of anything.
    pub(super) fn next_id(&mut self) -> u64 {
        self.ids += 1;
        self.ids
            + match self.switches.ids {
                Ids::Usual => 1_457_432_765,
                Ids::Large => 1_457_432_766_123_456_788,
            }
    }

    /// Notes a change, for those who ask what happened.
    pub(super) fn note(&mut self, operation: &str, sent: Value) {
        let noted = self.changes.entry(operation.to_owned()).or_default();
        noted.push_back(sent);
        if noted.len() > MOST_CHANGES {
            noted.pop_front();
        }
    }
}

//! Everything that one CleverTap knows, behind one lock.

use std::collections::BTreeSet;

use super::attribution::Attributions;
use super::events::Events;
use super::profiles::Profiles;
use super::switches::Switches;
use super::upload::Rules;

/// Partners that are whitelisted from the start.
const PARTNERS: [&str; 2] = ["acme", "attribution partner"];

/// The stored world.
#[derive(Debug)]
pub(super) struct State {
    pub(super) switches: Switches,
    pub(super) partners: BTreeSet<String>,
    pub(super) attributions: Attributions,
    pub(super) events: Events,
    pub(super) profiles: Profiles,
    pub(super) rules: Rules,
}

impl State {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            switches: Switches::default(),
            partners: PARTNERS.into_iter().map(str::to_owned).collect(),
            attributions: Attributions::default(),
            events: Events::default(),
            profiles: Profiles::default(),
            rules: Rules::new(seed),
        }
    }
}

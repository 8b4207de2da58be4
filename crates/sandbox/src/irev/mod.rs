//! iREV Lead Distribution, affiliate API v2: three operations, and everything that can become of a lead.

mod advertiser;
mod bodies;
mod config;
mod control;
mod error_type;
mod guard;
mod limits;
mod list;
mod mutations;
mod people;
mod push;
mod records;
mod stand_in;
mod state;
mod switches;

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use uuid::Uuid;

pub use advertiser::{Advertiser, Reply};
pub use config::{DedupRule, DedupScope, ProfileKind, ProfileSchema, Token, TrafficFilter};
pub use error_type::ErrorType;
pub use mutations::LeadError;
pub use records::{Conversion, GoalType, Lead, LeadStatus};
pub use switches::{
    AutoLogin, BadJson, Firewall, GetContentType, IdenticalRefusal, Identity, LimitKey, LimitWindow, Limits,
    ListEnvelope, MissingCreatedTo, Order, PerPageOver, RangeEnd, RateHeaders, RecordWhen, RowLeadUuid,
    Switches, TrimMark, UnknownProfileKey, Window, WindowSlides,
};

use crate::clock::Clock;
use crate::handle::handle;
use crate::spec::{Spec, SpecError};
use crate::sync::lock;
use crate::wire::{Port, Server};
use stand_in::StandIn;
use state::{DEFAULT_TOKEN, State};

/// The running stand-in of iREV: what it is told, and what it saw. Clones speak of the same one.
#[derive(Clone)]
pub struct Irev {
    stand_in: Arc<StandIn>,
    server: Arc<Server>,
}

handle!(Irev, Switches);

impl Irev {
    pub(crate) fn new(port: Arc<Port>, seed: u64, clock: &Clock) -> Result<Self, SpecError> {
        let spec = Spec::load("irev", include_str!("../generated/irev.json"))?;
        let state = Arc::new(Mutex::new(State::new(seed, clock.now())));
        let stand_in = Arc::new(StandIn { state, clock: clock.clone(), spec });
        let server = Arc::new(Server::new(Arc::clone(&stand_in) as _, port, clock.clone()));
        Ok(Self { stand_in, server })
    }

    /// The base URL for a client, with the path prefix and without a slash at its end.
    pub fn url(&self) -> String {
        format!("{}{}", self.origin(), lock(&self.stand_in.state).switches.path_prefix.trim_end_matches('/'))
    }

    /// The made-up token that is accepted without further ado.
    pub fn token(&self) -> &'static str {
        DEFAULT_TOKEN
    }

    /// The leads that were really created, in that order; rejected ones and those in rotation too.
    pub fn leads(&self) -> Vec<Lead> {
        lock(&self.stand_in.state).leads.clone()
    }

    /// The lead with this id.
    pub fn lead(&self, lead_uuid: Uuid) -> Option<Lead> {
        lock(&self.stand_in.state).lead(lead_uuid).cloned()
    }

    /// The leads whose body has this text under this key, for instance a correlation id under `aff_sub`.
    pub fn leads_by(&self, key: &str, value: &str) -> Vec<Lead> {
        lock(&self.stand_in.state)
            .leads
            .iter()
            .filter(|lead| lead.text(key) == Some(value))
            .cloned()
            .collect()
    }

    /// The conversions that there are, in the order in which they came to be.
    pub fn conversions(&self) -> Vec<Conversion> {
        lock(&self.stand_in.state).conversions.clone()
    }

    /// How many rotations were started: how often advertisers were asked for a lead.
    pub fn rotations_started(&self) -> u64 {
        lock(&self.stand_in.state).rotations
    }

    /// How many pushes were refused because their body had been seen.
    pub fn identical_refusals(&self) -> u64 {
        lock(&self.stand_in.state).identical_refusals
    }

    /// How many calls were refused by the limits.
    pub fn rate_refusals(&self) -> u64 {
        lock(&self.stand_in.state).rate_refusals
    }

    /// The goals `Pushed Lead` and `FTD`.
    pub fn goal_types(&self) -> Vec<GoalType> {
        let state = lock(&self.stand_in.state);
        vec![state.pushed_goal.clone(), state.ftd_goal.clone()]
    }

    /// Fires the FTD goal for a lead that an advertiser took: a new row with a uuid of its own. Answers that uuid.
    pub fn fire_ftd(&self, lead_uuid: Uuid) -> Result<Uuid, LeadError> {
        mutations::fire_ftd(&self.stand_in, lead_uuid)
    }

    /// Gives a rejected lead to the first advertiser that is open for its country and below its cap, as an operator's
    /// auto-injector would. Answers the uuid of the conversion.
    pub fn reinject(&self, lead_uuid: Uuid) -> Result<Uuid, LeadError> {
        mutations::reinject(&self.stand_in, lead_uuid)
    }

    /// Adds a token, or changes the one with that value.
    pub fn add_token(&self, token: Token) {
        let mut state = lock(&self.stand_in.state);
        state.tokens.retain(|known| known.value != token.value);
        state.tokens.push(token);
    }

    /// Adds an advertiser at the end of the rotation. Answers its uuid.
    pub fn add_advertiser(&self, advertiser: Advertiser) -> Uuid {
        lock(&self.stand_in.state).add_advertiser(advertiser)
    }

    /// Puts these advertisers in place of those that there are. Answers their uuids.
    pub fn set_advertisers(&self, advertisers: impl IntoIterator<Item = Advertiser>) -> Vec<Uuid> {
        let mut state = lock(&self.stand_in.state);
        state.advertisers.clear();
        advertisers.into_iter().map(|advertiser| state.add_advertiser(advertiser)).collect()
    }

    /// Changes the profile keys.
    pub fn profile(&self, change: impl FnOnce(&mut ProfileSchema)) {
        change(&mut lock(&self.stand_in.state).profile);
    }

    /// Puts these deduplication rules in place of those that there are; there are none at the start.
    pub fn dedup_rules(&self, rules: impl IntoIterator<Item = DedupRule>) {
        lock(&self.stand_in.state).dedup = rules.into_iter().collect();
    }

    /// Changes the traffic filter; it lets everything through at the start.
    pub fn traffic_filter(&self, change: impl FnOnce(&mut TrafficFilter)) {
        change(&mut lock(&self.stand_in.state).filter);
    }

    /// Adds leads of made-up people for the default token, one a minute up to now, each with one `Pushed Lead` row;
    /// every tenth is a test. The same seed makes the same people. Answers the leads' uuids.
    pub fn seed_leads(&self, count: usize) -> Vec<Uuid> {
        let now = self.now();
        lock(&self.stand_in.state).seed_leads(count, now)
    }

    /// Where it is and how to get in, as the program prints it.
    pub(crate) fn access(&self) -> Value {
        json!({ "base_url": self.url(), "token": self.token(), "control_url": self.control_url() })
    }
}

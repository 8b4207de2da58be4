//! AlterCPA, the external (site) API: five calls that create leads, change them and look things up.

mod bodies;
mod change;
mod control;
mod create;
mod details;
mod params;
mod reads;
mod records;
mod stand_in;
mod state;
mod switches;
mod words;
mod world;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

pub use records::{Event, HistoryEntry, Lead, Source};
pub use switches::{
    AcceptAlwaysChanges, AutoNeedsUnusedClick, BackwardGuard, ClickOnlyDuplicate, CombinationCheck,
    ContactDedupe, ContactMatch, ContactRule, ContentType, EditHasId, EmptyValues, ExtoSigns, FlowMissCode,
    Integers, SeveralByClick, Switches, UnknownWord,
};
pub use words::status;
pub use world::{Click, Flow, Goal, Offer, Site};

use crate::clock::Clock;
use crate::handle::handle;
use crate::spec::{Spec, SpecError};
use crate::sync::lock;
use crate::wire::{Port, Server};
use stand_in::StandIn;
use state::{DEFAULT_TOKEN, GLOBAL_TOKEN, State};

/// The running stand-in of AlterCPA: what it is told, and what it saw. Clones speak of the same one.
#[derive(Clone)]
pub struct AlterCpa {
    stand_in: Arc<StandIn>,
    server: Arc<Server>,
}

handle!(AlterCpa, Switches);

impl AlterCpa {
    pub(crate) fn new(port: Arc<Port>, seed: u64, clock: &Clock) -> Result<Self, SpecError> {
        let spec = Spec::load("altercpa", include_str!("../generated/altercpa.json"))?;
        let state = Arc::new(Mutex::new(State::new(seed, clock.now())));
        let stand_in = Arc::new(StandIn { state, clock: clock.clone(), spec });
        let server = Arc::new(Server::new(Arc::clone(&stand_in) as _, port, clock.clone()));
        Ok(Self { stand_in, server })
    }

    /// The base URL for a client, the domain of an install: without a path and without a slash at its end.
    pub fn url(&self) -> String {
        self.origin()
    }

    /// The made-up token of the site 101, which belongs to the offer 11.
    pub fn token(&self) -> &'static str {
        DEFAULT_TOKEN
    }

    /// The made-up token for all sites.
    pub fn global_token(&self) -> &'static str {
        GLOBAL_TOKEN
    }

    /// The token of a site.
    pub fn site_token(&self, site: u64) -> Option<String> {
        lock(&self.stand_in.state).world.sites.get(&site).map(Site::token)
    }

    /// The leads that were really stored, in that order.
    pub fn leads(&self) -> Vec<Lead> {
        lock(&self.stand_in.state).leads.clone()
    }

    /// The lead with this id.
    pub fn lead(&self, id: u64) -> Option<Lead> {
        lock(&self.stand_in.state).lead(id).cloned()
    }

    /// The leads with this `exto`, whatever they come from.
    pub fn leads_by_exto(&self, exto: &str) -> Vec<Lead> {
        let state = lock(&self.stand_in.state);
        state.leads.iter().filter(|lead| lead.exto.as_deref() == Some(exto)).cloned().collect()
    }

    /// The leads of a click or a flow.
    pub fn leads_of(&self, source: Source) -> Vec<Lead> {
        lock(&self.stand_in.state).leads_of(source).cloned().collect()
    }

    /// How many leads are stored under this combination. With an `exto`, more than one never is.
    pub fn stored_leads(&self, source: Source, exto: Option<&str>) -> usize {
        lock(&self.stand_in.state).leads_under(source, exto).count()
    }

    /// How many leads are stored under each combination that was ever used.
    pub fn stored_by_combination(&self) -> BTreeMap<(Source, Option<String>), usize> {
        lock(&self.stand_in.state).stored()
    }

    /// How often a payout was booked, all leads together: when a lead came to be approved, and, if so switched, with
    /// every `accept=1`.
    pub fn payout_bookings(&self) -> u64 {
        lock(&self.stand_in.state).payout_bookings
    }

    /// How many creates were answered with `duplicate`.
    pub fn duplicates(&self) -> u64 {
        lock(&self.stand_in.state).duplicates
    }

    /// Adds an offer, or puts it in place of the one with its id. Answers the id.
    pub fn add_offer(&self, offer: Offer) -> u64 {
        lock(&self.stand_in.state).world.add_offer(offer)
    }

    /// Adds a site, or puts it in place of the one with its id. Answers the id.
    pub fn add_site(&self, site: Site) -> u64 {
        lock(&self.stand_in.state).world.add_site(site)
    }

    /// Adds a flow, or puts it in place of the one with its id. Answers the id.
    pub fn add_flow(&self, flow: Flow) -> u64 {
        lock(&self.stand_in.state).world.add_flow(flow)
    }

    /// Adds a click, or puts it in place of the one with its id. Answers the id.
    pub fn add_click(&self, click: Click) -> u64 {
        let now = self.now();
        lock(&self.stand_in.state).world.add_click(click, now)
    }

    /// Adds clicks of made-up visitors through the flows that there are, one a second up to now. The same seed makes
    /// the same visitors. Answers the clicks' ids.
    pub fn seed_clicks(&self, count: usize) -> Vec<u64> {
        let now = self.now();
        lock(&self.stand_in.state).seed_clicks(count, now)
    }

    /// The offers.
    pub fn offers(&self) -> Vec<Offer> {
        lock(&self.stand_in.state).world.offers.values().cloned().collect()
    }

    /// The sites.
    pub fn sites(&self) -> Vec<Site> {
        lock(&self.stand_in.state).world.sites.values().cloned().collect()
    }

    /// The flows.
    pub fn flows(&self) -> Vec<Flow> {
        lock(&self.stand_in.state).world.flows.values().cloned().collect()
    }

    /// The clicks.
    pub fn clicks(&self) -> Vec<Click> {
        lock(&self.stand_in.state).world.clicks.values().cloned().collect()
    }

    /// Where it is and how to get in, as the program prints it.
    pub(crate) fn access(&self) -> Value {
        json!({
            "base_url": self.url(),
            "token": self.token(),
            "global_token": self.global_token(),
            "control_url": self.control_url(),
        })
    }
}

//! Partnerize, the API for partners: 92 operations in three generations, over one made-up network.

mod account;
mod attribution;
mod brands;
mod call;
mod campaigns;
mod commissions;
mod control;
mod data;
mod exports;
mod jobs;
mod links;
mod payments;
mod queries;
mod records;
mod reference;
mod refusal;
mod samples;
mod stand_in;
mod state;
mod strict;
mod switches;
mod tags;
mod terms;
mod throttle;
mod websites;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

pub use data::Conversion;
pub use records::{Job, Participation, Record};
pub use samples::Sample;
pub use switches::{
    Allowance, CampaignRequests, EmptyMaps, ExportAnswer, JobEnd, JobLinks, LimitWindow, LinksNeedApproval,
    RetryAfter, Spanned, StrayColons, Switches,
};

use crate::clock::Clock;
use crate::handle::handle;
use crate::spec::{Spec, SpecError};
use crate::sync::lock;
use crate::wire::{Port, Server};
use stand_in::StandIn;
use state::{APPLICATION_KEY, PARTNER, State, USER_API_KEY};

/// The running stand-in of Partnerize: what it is told, and what it saw. Clones speak of the same one.
#[derive(Clone)]
pub struct Partnerize {
    stand_in: Arc<StandIn>,
    server: Arc<Server>,
}

handle!(Partnerize, Switches);

impl Partnerize {
    pub(crate) fn new(port: Arc<Port>, seed: u64, clock: &Clock) -> Result<Self, SpecError> {
        let spec = Spec::load("partnerize", include_str!("../generated/partnerize.json"))?;
        let state = Mutex::new(State::new(seed, clock.now()));
        let stand_in = Arc::new(StandIn { state, clock: clock.clone(), spec });
        let server = Arc::new(Server::new(Arc::clone(&stand_in) as _, port, clock.clone()));
        Ok(Self { stand_in, server })
    }

    /// The base URL for a client: the vendor's host, without a path and without a slash at its end.
    pub fn url(&self) -> String {
        self.origin()
    }

    /// The made-up key of the network, the user name of the credentials.
    pub fn application_key(&self) -> &'static str {
        APPLICATION_KEY
    }

    /// The made-up key of the user, the password of the credentials.
    pub fn user_api_key(&self) -> &'static str {
        USER_API_KEY
    }

    /// The id of the partner to which the user belongs. Those of others are hidden: 404.
    pub fn partner(&self) -> &'static str {
        PARTNER
    }

    /// The ids of all campaigns, with how the partner stands to them now.
    pub fn campaigns(&self) -> BTreeMap<String, Option<Participation>> {
        let state = lock(&self.stand_in.state);
        let campaigns = state.world.campaigns().iter();
        campaigns.map(|campaign| (campaign.id.clone(), state.participation(&campaign.id))).collect()
    }

    /// The code that stands in the partner's links to a campaign.
    pub fn camref(&self, campaign: &str) -> Option<String> {
        lock(&self.stand_in.state).campaign(campaign).map(|campaign| campaign.camref.clone())
    }

    /// Changes how the partner stands to a campaign, as the brand would. Answers whether there is such a campaign.
    pub fn set_participation(&self, campaign: &str, standing: Participation) -> bool {
        let mut state = lock(&self.stand_in.state);
        let is_known = state.campaign(campaign).is_some();
        if is_known {
            state.participations.insert(campaign.to_owned(), standing);
        }
        is_known
    }

    /// Makes another network with so many campaigns, clicks and conversions up to now. The same seed, time and numbers
    /// make the same one. What the partner made stays.
    pub fn resize(&self, campaigns: usize, clicks: u64, conversions: u64) {
        let now = self.now();
        lock(&self.stand_in.state).resize(campaigns, clicks, conversions, now);
    }

    /// All conversions, in the order in which they were.
    pub fn conversions(&self) -> Vec<Conversion> {
        let world = Arc::clone(&lock(&self.stand_in.state).world);
        world.conversions().collect()
    }

    /// The websites, in the order in which they were made.
    pub fn websites(&self) -> Vec<Record> {
        lock(&self.stand_in.state).websites.clone()
    }

    /// The databases, in the order in which they were made.
    pub fn databases(&self) -> Vec<Record> {
        lock(&self.stand_in.state).databases.clone()
    }

    /// The tracking links, in the order in which they were made.
    pub fn links(&self) -> Vec<Record> {
        lock(&self.stand_in.state).links.clone()
    }

    /// The tags, in the order in which they were made.
    pub fn tags(&self) -> Vec<Record> {
        lock(&self.stand_in.state).tags.iter().map(|tag| tag.record.clone()).collect()
    }

    /// The names of the features that a tag serves.
    pub fn tag_features(&self, tag: &str) -> Vec<String> {
        let state = lock(&self.stand_in.state);
        let tag = state.tags.iter().find(|known| known.record.id == tag);
        tag.map(|tag| tag.features.iter().map(|(name, _)| name.clone()).collect()).unwrap_or_default()
    }

    /// The transaction queries, deleted ones among them, in the order in which they were made.
    pub fn transaction_queries(&self) -> Vec<Record> {
        lock(&self.stand_in.state).queries.clone()
    }

    /// Decides a transaction query, as the brand would: `approved`, `rejected` or another word. Answers whether there is
    /// one with this id.
    pub fn decide_transaction_query(&self, id: &str, decision: &str) -> bool {
        let now = self.now();
        queries::decide(&mut lock(&self.stand_in.state), id, decision, now)
    }

    /// The acknowledgments of terms, in the order in which they were made.
    pub fn acknowledgments(&self) -> Vec<Record> {
        lock(&self.stand_in.state).acknowledgments.clone()
    }

    /// The sets of payment details; one is there from the start.
    pub fn payment_details(&self) -> Vec<Record> {
        lock(&self.stand_in.state).payment_details.clone()
    }

    /// The jobs, in the order in which they began.
    pub fn jobs(&self) -> Vec<Job> {
        lock(&self.stand_in.state).jobs.clone()
    }

    /// A valid request for each operation, in the order of the document: what the operation requires and no more, with
    /// ids of things that are there. What they need and is not there yet (a website, a link, a tag, ...) is made.
    pub fn samples(&self) -> Vec<Sample> {
        samples::all(&self.stand_in)
    }

    /// How many calls were refused by the limits.
    pub fn rate_refusals(&self) -> u64 {
        lock(&self.stand_in.state).rate_refusals
    }

    /// Where it is and how to get in, as the program prints it.
    pub(crate) fn access(&self) -> Value {
        json!({
            "base_url": self.url(),
            "application_key": self.application_key(),
            "user_api_key": self.user_api_key(),
            "partner": self.partner(),
            "control_url": self.control_url(),
        })
    }
}

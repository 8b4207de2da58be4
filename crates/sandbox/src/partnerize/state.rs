//! Everything that one Partnerize knows, behind one lock.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::call::Call;
use super::data::{self, Campaign, World};
use super::records::{Job, Participation, Record};
use super::refusal::Refusal;
use super::switches::{EmptyMaps, Switches};
use super::tags::Tag;
use super::throttle::Throttle;
use super::{account, links, payments, queries, tags, terms, websites};
use crate::clock::Clock;

/// The made-up key of the network that every sandbox accepts.
pub(super) const APPLICATION_KEY: &str = "sandbox-partnerize-application-key";
/// The made-up key of the user.
pub(super) const USER_API_KEY: &str = "sandbox-partnerize-user-api-key";
/// The partner to which the user belongs; all others are hidden from it.
pub(super) const PARTNER: &str = data::PARTNER;
/// The user.
pub(super) const USER: &str = "111111l63";

/// The stored world.
#[derive(Debug)]
pub(super) struct State {
    seed: u64,
    pub(super) switches: Switches,
    /// What follows from the seed alone: campaigns, clicks, conversions.
    pub(super) world: Arc<World>,
    /// How the partner stands to campaigns; to those that are not here, not at all.
    pub(super) participations: BTreeMap<String, Participation>,
    pub(super) partner: Record,
    pub(super) email: (String, bool),
    pub(super) websites: Vec<Record>,
    pub(super) databases: Vec<Record>,
    pub(super) links: Vec<Record>,
    pub(super) tags: Vec<Tag>,
    pub(super) queries: Vec<Record>,
    pub(super) acknowledgments: Vec<Record>,
    pub(super) payment_details: Vec<Record>,
    pub(super) self_bills: Vec<Record>,
    pub(super) jobs: Vec<Job>,
    pub(super) general: Throttle,
    pub(super) analytics: Throttle,
    pub(super) rate_refusals: u64,
    next_ids: BTreeMap<&'static str, u64>,
}

impl State {
    pub(super) fn new(seed: u64, now: Timestamp) -> Self {
        let world = Arc::new(World::new(seed, now));
        let participations = standings(&world);
        Self {
            seed,
            switches: Switches::default(),
            world,
            participations,
            partner: account::partner(now),
            email: ("partner@example.com".to_owned(), true),
            websites: Vec::new(),
            databases: Vec::new(),
            links: Vec::new(),
            tags: Vec::new(),
            queries: Vec::new(),
            acknowledgments: Vec::new(),
            payment_details: vec![payments::first_details()],
            self_bills: payments::self_bills(now),
            jobs: Vec::new(),
            general: Throttle::default(),
            analytics: Throttle::default(),
            rate_refusals: 0,
            next_ids: BTreeMap::new(),
        }
    }

    /// The next id of a kind whose first one has this number.
    pub(super) fn next_id(&mut self, prefix: &'static str, first: u64) -> String {
        // Kinds that share a prefix share the count, so that no id is ever given twice.
        let given = self.next_ids.entry(prefix).or_insert(0);
        *given += 1;
        format!("{prefix}{}", first + *given - 1)
    }

    pub(super) fn campaign(&self, id: &str) -> Option<&Campaign> {
        self.world.campaigns().iter().find(|campaign| campaign.id == id)
    }

    pub(super) fn participation(&self, campaign: &str) -> Option<Participation> {
        self.participations.get(campaign).copied()
    }

    /// The campaigns to which the partner stands like this.
    pub(super) fn campaigns_that_are(&self, wanted: Participation) -> impl Iterator<Item = &Campaign> {
        let campaigns = self.world.campaigns().iter();
        campaigns.filter(move |campaign| self.participation(&campaign.id) == Some(wanted))
    }

    /// Makes another world of this size; how the partner stands to its campaigns begins anew.
    pub(super) fn resize(&mut self, campaigns: usize, clicks: u64, conversions: u64, now: Timestamp) {
        let mut world = World::new(self.seed, now);
        world.resize(campaigns, clicks, conversions);
        self.participations = standings(&world);
        self.world = Arc::new(world);
    }

    /// The campaign of a path, if the partner has to do with it.
    pub(super) fn visible_campaign(&self, id: &str) -> Result<&Campaign, Refusal> {
        let campaign = self.campaign(id).ok_or_else(|| Refusal::not_found("campaign", id))?;
        if self.participation(id).is_some() {
            return Ok(campaign);
        }
        Err(Refusal::Forbidden {
            property: String::new(),
            right: "read",
            what: "campaign",
            id: id.to_owned(),
        })
    }

    /// Makes one of each thing that the partner can make, where there is none.
    pub(super) fn fill(&mut self, clock: &Clock) {
        let campaign = self.campaigns_that_are(Participation::Approved).next();
        let campaign = campaign.map(|campaign| (campaign.id.clone(), campaign.camref.clone()));
        let (campaign, camref) = campaign.unwrap_or_default();
        let terms = campaign.rsplit('l').next().map(|number| format!("111111l5{number}0"));
        let claim = json!({
            "transaction_query_type": "declined", "camref": camref, "conversion_reference": "sample",
        });
        let wanted = [
            (self.websites.is_empty(), "createWebsites", json!({ "website_url": "https://www.example.com" })),
            (self.databases.is_empty(), "createDatabases", json!({ "database_name": "sample" })),
            (self.links.is_empty(), "createLink", json!({ "campaign_id": campaign })),
            (self.tags.is_empty(), "createTag", json!({ "name": "sample", "scope": { "partner": PARTNER } })),
            (
                self.acknowledgments.is_empty(),
                "acknowledgeTerms",
                json!({ "partner_id": PARTNER, "campaign_terms_and_conditions_id": terms }),
            ),
            // Leaves a job as well.
            (
                self.queries.is_empty() || self.jobs.is_empty(),
                "createTransactionQueries",
                json!({ "transaction_queries": [claim] }),
            ),
        ];
        for (_, operation, body) in wanted.into_iter().filter(|(is_missing, ..)| *is_missing) {
            self.make(operation, body, clock);
        }
        if let Some(tag) = self.tags.first_mut().filter(|tag| tag.features.is_empty()) {
            tag.features.push(("tracking-link-generation".to_owned(), Value::Null));
        }
    }

    /// Makes something as a call would.
    fn make(&mut self, operation: &str, body: Value, clock: &Clock) {
        let call = Call {
            operation,
            path: "",
            captures: Vec::new(),
            query: &[],
            body,
            now: clock.now(),
            clock,
            twist: None,
        };
        let made = websites::answer(self, &call)
            .or_else(|| links::answer(self, &call))
            .or_else(|| tags::answer(self, &call))
            .or_else(|| terms::answer(self, &call))
            .or_else(|| queries::answer(self, &call));
        // Calls of our own are in order; should one not be, its thing is missing from the samples and a test sees it.
        drop(made);
    }

    /// A map of the first generation that has nothing in it.
    pub(super) fn empty_map(&self) -> Value {
        match self.switches.empty_maps {
            EmptyMaps::Array => json!([]),
            EmptyMaps::Object => json!({}),
        }
    }
}

/// How the partner stands to campaigns at the beginning.
fn standings(world: &World) -> BTreeMap<String, Participation> {
    let campaigns = world.campaigns().iter();
    let standing = |campaign: &Campaign| Some((campaign.id.clone(), Participation::of(campaign.standing?)?));
    campaigns.filter_map(standing).collect()
}

/// Refuses a partner who is not the caller's, where the vendor admits that it knows the other.
pub(super) fn own(partner: &str, property: &str) -> Result<(), Refusal> {
    if partner == PARTNER {
        return Ok(());
    }
    Err(Refusal::Forbidden {
        property: property.to_owned(),
        right: "view",
        what: "publisher",
        id: partner.to_owned(),
    })
}

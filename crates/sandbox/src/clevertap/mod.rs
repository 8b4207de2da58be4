//! CleverTap: attribution events one by one, records in batches, and everything that reads, counts, sends and configures.

mod attribution;
mod audience;
mod auth;
mod bodies;
mod call;
mod campaigns;
mod catalogs;
mod content;
mod control;
mod counts;
mod events;
mod exports;
mod files;
mod limits;
mod operators;
mod profiles;
mod project;
mod promo;
mod query;
mod routes;
mod stand_in;
mod state;
mod switches;
mod tally;
mod upload;
mod world;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

pub use attribution::Attribution;
pub use events::Event;
pub use files::StoredFile;
pub use profiles::{Device, Profile, Seen, Token};
pub use switches::{
    AttributionAuth, AttributionFailure, AttributionSuccess, BatchSize, CatalogFeature, Ids, Milliseconds,
    MissingProfile, MixedKinds, PromoAuth, ReportNotReady, RequestIds, SwitchedOn, Switches, TriggerToken,
    UnknownEvent, UnknownPath, Utm,
};
pub use upload::RecordRule;

use crate::clock::Clock;
use crate::handle::handle;
use crate::spec::{Spec, SpecError};
use crate::sync::lock;
use crate::wire::{Port, Server};
use limits::Limits;
use profiles::Who;
use stand_in::StandIn;
use state::State;

/// The running stand-in of CleverTap: what it is told, and what it saw. Clones speak of the same one.
#[derive(Clone)]
pub struct CleverTap {
    stand_in: Arc<StandIn>,
    server: Arc<Server>,
}

handle!(CleverTap, Switches);

impl CleverTap {
    pub(crate) fn new(port: Arc<Port>, seed: u64, clock: &Clock) -> Result<Self, SpecError> {
        let spec = Spec::load("clevertap", include_str!("../generated/clevertap.json"))?;
        let state = Arc::new(Mutex::new(State::new(seed, clock.now())));
        let origin = format!("http://{}", port.address());
        let stand_in =
            StandIn { state, limits: Arc::new(Limits::default()), clock: clock.clone(), spec, origin };
        let stand_in = Arc::new(stand_in);
        let server = Arc::new(Server::new(Arc::clone(&stand_in) as _, port, clock.clone()));
        Ok(Self { stand_in, server })
    }

    /// The base URL for a client: a region's host, without a path and without a slash at its end.
    pub fn url(&self) -> String {
        self.origin()
    }

    /// The made-up project's account id.
    pub fn account_id(&self) -> &'static str {
        auth::ACCOUNT_ID
    }

    /// Its passcode.
    pub fn passcode(&self) -> &'static str {
        auth::PASSCODE
    }

    /// Its account token.
    pub fn token(&self) -> &'static str {
        auth::TOKEN
    }

    /// API key and secret key of its promo product.
    pub fn promo_keys(&self) -> (&'static str, &'static str) {
        auth::PROMO_KEYS
    }

    /// The attribution partners whose names are accepted: `acme` and `attribution partner` at the start.
    pub fn partners(&self) -> Vec<String> {
        lock(&self.stand_in.state).partners.iter().cloned().collect()
    }

    /// Adds an attribution partner.
    pub fn whitelist(&self, partner: &str) {
        lock(&self.stand_in.state).partners.insert(partner.to_owned());
    }

    /// The attributions that were really stored, in that order; the newest of them, as many as are kept.
    pub fn attributions(&self) -> Vec<Attribution> {
        lock(&self.stand_in.state).attributions.kept.iter().cloned().collect()
    }

    /// How often an attribution of this device was stored, since the start. This is counted in little memory, however
    /// few are kept: a test that gives every event a device of its own finds what is missing and what came twice.
    pub fn attributions_of(&self, device: &str) -> u32 {
        lock(&self.stand_in.state).attributions.tally.of(device)
    }

    /// How many attributions were stored, since the start.
    pub fn attribution_count(&self) -> u64 {
        lock(&self.stand_in.state).attributions.tally.total()
    }

    /// How many of them were for a device that had one before.
    pub fn repeated_attributions(&self) -> u64 {
        lock(&self.stand_in.state).attributions.tally.repeats()
    }

    /// The uploaded events that were really stored, in that order; the newest of them, as many as are kept. Nothing is
    /// de-duplicated: one that was sent twice is there twice.
    pub fn events(&self) -> Vec<Event> {
        lock(&self.stand_in.state).events.uploaded.iter().map(|event| Event::clone(event)).collect()
    }

    /// How many uploaded events were stored, since the start.
    pub fn event_count(&self) -> u64 {
        lock(&self.stand_in.state).events.tally.total()
    }

    /// How many of them came with the same record as one before.
    pub fn repeated_events(&self) -> u64 {
        lock(&self.stand_in.state).events.tally.repeats()
    }

    /// The profiles.
    pub fn profiles(&self) -> Vec<Profile> {
        lock(&self.stand_in.state).profiles.iter().cloned().collect()
    }

    /// The profile with this identity.
    pub fn profile(&self, identity: &str) -> Option<Profile> {
        let state = lock(&self.stand_in.state);
        let index = state.profiles.find(&Who::Identity(identity.to_owned()))?;
        state.profiles.get(index).cloned()
    }

    /// Has records rejected from now on, beside the rules that are set already; the first that strikes counts.
    pub fn reject(&self, rule: RecordRule) {
        lock(&self.stand_in.state).rules.set.push(rule);
    }

    /// Forgets the rules for rejections.
    pub fn clear_rejections(&self) {
        lock(&self.stand_in.state).rules.set.clear();
    }

    /// By group of the vendor's list of limits (`upload`, `events`, `catalog`, ...), the most calls that ever were under
    /// way at once, those that were refused for it among them. The groups `attribution` and `unlisted` have no limit.
    pub fn peaks(&self) -> BTreeMap<&'static str, usize> {
        self.stand_in.limits.peaks()
    }

    /// How many calls were refused because too many were under way.
    pub fn concurrency_refusals(&self) -> u64 {
        self.stand_in.limits.refused()
    }

    /// Adds made-up users, and events of theirs over the last month up to now. 60 users and 400 events are there from
    /// the start. The same seed makes the same.
    pub fn populate(&self, profiles: usize, events: usize) {
        let now = self.now();
        lock(&self.stand_in.state).populate(profiles, events, now);
    }

    /// What was sent with the calls of this operation (`sendPush`, `deleteProfiles`, ...) that changed something, body
    /// and query together; the newest 1000. Attributions and uploads are told by [`attributions`](Self::attributions),
    /// [`events`](Self::events) and [`profiles`](Self::profiles).
    pub fn changes(&self, operation: &str) -> Vec<Value> {
        let state = lock(&self.stand_in.state);
        state.changes.get(operation).into_iter().flatten().cloned().collect()
    }

    /// The files for which an address was given out, put or not.
    pub fn files(&self) -> Vec<StoredFile> {
        lock(&self.stand_in.state).files.all.values().cloned().collect()
    }

    /// The users of a segment or custom list, by its name.
    pub fn segment(&self, name: &str) -> Option<Vec<String>> {
        let state = lock(&self.stand_in.state);
        let segment = state.segments.iter().find(|segment| segment.name == name)?;
        Some(segment.users.iter().cloned().collect())
    }

    /// Where it is and how to get in, as the program prints it.
    pub(crate) fn access(&self) -> Value {
        let (promo_key, promo_secret) = self.promo_keys();
        json!({
            "base_url": self.url(),
            "account_id": self.account_id(),
            "passcode": self.passcode(),
            "token": self.token(),
            "promo_key": promo_key,
            "promo_secret": promo_secret,
            "partner": self.partners().first(),
            "control_url": self.control_url(),
        })
    }
}

//! What an operator of iREV configures beside the switches: tokens, the profile, deduplication, the traffic filter.

use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use jiff::civil::Weekday;
use serde_json::{Map, Value};

/// An affiliate's token.
#[derive(Clone)]
pub struct Token {
    pub(crate) value: String,
    pub(crate) active: bool,
    pub(crate) allowed_ips: Vec<IpAddr>,
    pub(crate) affiliate: String,
}

impl Token {
    /// An active token, usable from any address, of the affiliate "2".
    pub fn new(value: &str) -> Self {
        Self { value: value.to_owned(), active: true, allowed_ips: Vec::new(), affiliate: "2".to_owned() }
    }

    /// Switched off: 401 `Token isn't active`.
    #[must_use]
    pub fn inactive(mut self) -> Self {
        self.active = false;
        self
    }

    /// Usable only from these addresses of callers (the sandbox's callers come from 127.0.0.1).
    #[must_use]
    pub fn allowed_ips(mut self, addresses: &[IpAddr]) -> Self {
        self.allowed_ips = addresses.to_vec();
        self
    }

    /// The affiliate it belongs to; a list shows only its own affiliate's rows.
    #[must_use]
    pub fn affiliate(mut self, id: &str) -> Self {
        id.clone_into(&mut self.affiliate);
        self
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Token")
            .field("value", &crate::mask::MASK)
            .field("active", &self.active)
            .field("allowed_ips", &self.allowed_ips)
            .field("affiliate", &self.affiliate)
            .finish()
    }
}

/// The type of a profile key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProfileKind {
    /// "Text": cut at 512 characters.
    Text,
    /// Any other; kept as it is.
    Other,
}

/// The profile keys of a deployment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileSchema {
    keys: BTreeMap<String, (ProfileKind, bool)>,
}

impl Default for ProfileSchema {
    /// The manual's keys, `aff_sub` and `aff_sub2` to `aff_sub20` as texts; none required.
    fn default() -> Self {
        let plain = ["email", "first_name", "last_name", "password", "phone", "affiliate_id", "offer_id"];
        let mut schema = Self { keys: BTreeMap::new() };
        for key in plain {
            schema.set(key, ProfileKind::Other, false);
        }
        schema.set("aff_sub", ProfileKind::Text, false);
        for number in 2..=20 {
            schema.set(&format!("aff_sub{number}"), ProfileKind::Text, false);
        }
        schema
    }
}

impl ProfileSchema {
    /// Adds a key or changes it.
    pub fn set(&mut self, key: &str, kind: ProfileKind, required: bool) {
        self.keys.insert(key.to_owned(), (kind, required));
    }

    /// Forgets a key.
    pub fn remove(&mut self, key: &str) {
        self.keys.remove(key);
    }

    pub(crate) fn kind(&self, key: &str) -> Option<ProfileKind> {
        self.keys.get(key).map(|(kind, _)| *kind)
    }

    pub(crate) fn required(&self) -> impl Iterator<Item = &str> {
        self.keys.iter().filter(|(_, (_, required))| *required).map(|(key, _)| key.as_str())
    }
}

/// A rule of Lead Distribution against the same person twice. Leads that were rejected do not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DedupRule {
    fields: Vec<String>,
    single: bool,
    pub(crate) scope: DedupScope,
    pub(crate) interval: Option<Duration>,
}

/// Among which leads a rule looks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum DedupScope {
    /// All.
    #[default]
    Global,
    /// Those of the same affiliate.
    Affiliate,
    /// Those that the advertiser took which is about to be asked; it is passed over.
    Advertiser,
}

impl DedupRule {
    /// All of these keys must be the same.
    pub fn full(keys: &[&str]) -> Self {
        Self {
            fields: keys.iter().map(|key| (*key).to_owned()).collect(),
            single: false,
            scope: DedupScope::Global,
            interval: None,
        }
    }

    /// Any one of these keys must be the same.
    pub fn single(keys: &[&str]) -> Self {
        Self { single: true, ..Self::full(keys) }
    }

    /// Looks only among these leads.
    #[must_use]
    pub fn scope(mut self, scope: DedupScope) -> Self {
        self.scope = scope;
        self
    }

    /// Looks back only so far (the vendor's time: scaled); else for ever.
    #[must_use]
    pub fn within(mut self, interval: Duration) -> Self {
        self.interval = Some(interval);
        self
    }

    /// Whether two bodies are the same person to this rule. A key that is missing in either matches nothing.
    pub(crate) fn matches(&self, one: &Map<String, Value>, other: &Map<String, Value>) -> bool {
        let same = |key: &String| match (text(one, key), text(other, key)) {
            (Some(one), Some(other)) => one == other,
            _ => false,
        };
        match (self.fields.is_empty(), self.single) {
            (true, _) => false,
            (false, true) => self.fields.iter().any(same),
            (false, false) => self.fields.iter().all(same),
        }
    }
}

fn text(body: &Map<String, Value>, key: &str) -> Option<String> {
    match body.get(key)? {
        Value::Null => None,
        Value::String(text) => Some(text.trim().to_lowercase()),
        other => Some(other.to_string()),
    }
}

/// What Lead Distribution refuses before the rotation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TrafficFilter {
    /// Days of the week (UTC) on which nothing passes.
    pub blocked_weekdays: Vec<Weekday>,
    /// Country codes that do not pass: `BLOCK_COUNTRY`.
    pub blocked_countries: Vec<String>,
    /// Nothing passes at all: `BLOCKED_BY_TRAFFIC_FILTER`.
    pub blocks_everything: bool,
}

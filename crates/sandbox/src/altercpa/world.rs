//! What an install of AlterCPA holds before the first lead comes: offers, sites, flows, clicks.

use std::collections::BTreeMap;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Names of values that a click carries, in the manual's order.
pub(super) const UTM: [&str; 5] = ["utms", "utmc", "utmn", "utmt", "utmm"];
/// Names of values that a flow carries beside those.
pub(super) const PIXELS: [&str; 9] = ["fb", "fbe", "ga", "gad", "tt", "lki", "vk", "mt", "mtrk"];

/// An offer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Offer {
    /// Its id; 0 takes the next that is free.
    #[serde(default)]
    pub id: u64,
    /// The name that visitors are shown.
    pub name: String,
    /// Codes of countries.
    #[serde(default)]
    pub geo: Vec<String>,
    /// The parameters, as `offer.json` shows them; their shape is not documented.
    #[serde(default = "empty_list")]
    pub param: Value,
    /// The price tags, likewise.
    #[serde(default = "empty_list")]
    pub price: Value,
    /// The sites, likewise.
    #[serde(default = "empty_list")]
    pub site: Value,
    /// Whether its privacy settings let traffic through; if not, a create answers `traffic`.
    #[serde(default = "yes")]
    pub traffic_allowed: bool,
    /// The goals.
    #[serde(default)]
    pub goals: Vec<Goal>,
}

/// A goal of an offer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Goal {
    /// The numeric id.
    pub gid: u64,
    /// The character id.
    pub goal: String,
    /// Other names, such as those of a target network.
    #[serde(default)]
    pub aliases: Vec<String>,
}

/// A site of an offer; its token speaks for the whole offer.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Site {
    /// Its id; 0 takes the next that is free.
    #[serde(default)]
    pub id: u64,
    /// The second part of its token.
    pub key: String,
    /// The offer it belongs to.
    pub offer: u64,
}

/// A flow: an affiliate's way to an offer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Flow {
    /// Its id; 0 takes the next that is free.
    #[serde(default)]
    pub id: u64,
    /// Its character id, such as the name of a campaign.
    #[serde(default)]
    pub code: String,
    /// The offer it leads to.
    pub offer: u64,
    /// Where a visitor is sent.
    #[serde(default)]
    pub link: String,
    /// The landing.
    #[serde(default)]
    pub site: Option<u64>,
    /// The pre-landing.
    #[serde(default)]
    pub space: Option<u64>,
    /// Pixels and tags by their names in `flow.json`: `fb`, `ga`, `utms` and so on; other names are not shown.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
}

/// A visitor's click.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Click {
    /// Its id; 0 takes the next that is free.
    #[serde(default)]
    pub id: u64,
    /// The offer.
    pub offer: u64,
    /// The flow.
    #[serde(default)]
    pub flow: Option<u64>,
    /// The landing.
    #[serde(default)]
    pub site: Option<u64>,
    /// The visitor's address.
    pub ip: IpAddr,
    /// The code of the visitor's country.
    #[serde(default)]
    pub geo: String,
    /// When it happened; `None` is when it is added.
    #[serde(default)]
    pub time: Option<Timestamp>,
    /// Tags by their names in `fetch.json`: `utms`, `utmc`, `utmn`, `utmt`, `utmm`; other names are not shown.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
}

fn empty_list() -> Value {
    json!([])
}

fn yes() -> bool {
    true
}

impl Offer {
    /// An offer that lets all traffic through. The id 0 takes the next that is free.
    pub fn new(id: u64, name: &str) -> Self {
        Self {
            id,
            name: name.to_owned(),
            geo: Vec::new(),
            param: empty_list(),
            price: empty_list(),
            site: empty_list(),
            traffic_allowed: true,
            goals: Vec::new(),
        }
    }

    /// Open to these countries.
    #[must_use]
    pub fn geo(mut self, codes: &[&str]) -> Self {
        self.geo = codes.iter().map(|code| (*code).to_owned()).collect();
        self
    }

    /// With a goal more.
    #[must_use]
    pub fn goal(mut self, goal: Goal) -> Self {
        self.goals.push(goal);
        self
    }

    /// Its privacy settings forbid traffic.
    #[must_use]
    pub fn forbids_traffic(mut self) -> Self {
        self.traffic_allowed = false;
        self
    }
}

impl Goal {
    /// A goal that has no other names.
    pub fn new(gid: u64, goal: &str) -> Self {
        Self { gid, goal: goal.to_owned(), aliases: Vec::new() }
    }

    /// Also known as this.
    #[must_use]
    pub fn alias(mut self, name: &str) -> Self {
        self.aliases.push(name.to_owned());
        self
    }

    pub(super) fn is_called(&self, name: &str) -> bool {
        self.goal == name || self.aliases.iter().any(|alias| alias == name)
    }
}

impl Site {
    /// A site with this key. The id 0 takes the next that is free.
    pub fn new(id: u64, key: &str, offer: u64) -> Self {
        Self { id, key: key.to_owned(), offer }
    }

    pub(super) fn token(&self) -> String {
        format!("{}-{}", self.id, self.key)
    }
}

impl fmt::Debug for Site {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = formatter.debug_struct("Site");
        shown.field("id", &self.id).field("key", &crate::mask::MASK).field("offer", &self.offer).finish()
    }
}

impl Flow {
    /// A flow with a link and nothing else. The id 0 takes the next that is free.
    pub fn new(id: u64, code: &str, offer: u64) -> Self {
        Self {
            id,
            code: code.to_owned(),
            offer,
            link: format!("https://r.example/{code}"),
            site: None,
            space: None,
            tags: BTreeMap::new(),
        }
    }

    /// With a landing.
    #[must_use]
    pub fn site(mut self, id: u64) -> Self {
        self.site = Some(id);
        self
    }

    /// With a pixel or a tag, such as `fb` or `utms`.
    #[must_use]
    pub fn tag(mut self, name: &str, value: &str) -> Self {
        self.tags.insert(name.to_owned(), value.to_owned());
        self
    }
}

impl Click {
    /// A click of this address, at the time when it is added. The id 0 takes the next that is free.
    pub fn new(id: u64, offer: u64, ip: impl Into<IpAddr>) -> Self {
        Self {
            id,
            offer,
            flow: None,
            site: None,
            ip: ip.into(),
            geo: String::new(),
            time: None,
            tags: BTreeMap::new(),
        }
    }

    /// That came by a flow.
    #[must_use]
    pub fn flow(mut self, id: u64) -> Self {
        self.flow = Some(id);
        self
    }

    /// That came to a landing.
    #[must_use]
    pub fn site(mut self, id: u64) -> Self {
        self.site = Some(id);
        self
    }

    /// From this country.
    #[must_use]
    pub fn geo(mut self, code: &str) -> Self {
        code.clone_into(&mut self.geo);
        self
    }

    /// At this time.
    #[must_use]
    pub fn at(mut self, time: Timestamp) -> Self {
        self.time = Some(time);
        self
    }

    /// With a tag, such as `utms`.
    #[must_use]
    pub fn tag(mut self, name: &str, value: &str) -> Self {
        self.tags.insert(name.to_owned(), value.to_owned());
        self
    }
}

/// All of it, by ids.
#[derive(Debug, Default)]
pub(super) struct World {
    pub(super) offers: BTreeMap<u64, Offer>,
    pub(super) sites: BTreeMap<u64, Site>,
    pub(super) flows: BTreeMap<u64, Flow>,
    pub(super) clicks: BTreeMap<u64, Click>,
}

impl World {
    /// What every sandbox has at the start.
    pub(super) fn sample(now: Timestamp) -> Self {
        let mut world = Self::default();
        let mut coffee = Offer::new(11, "Green Coffee").geo(&["us", "de", "pl"]);
        coffee.price = json!([{ "geo": "us", "price": 39, "currency": "USD" }]);
        coffee.site = json!([101, 102]);
        let app = Offer::new(12, "Sleep Well App")
            .geo(&["us"])
            .goal(Goal::new(1, "install").alias("first_open"))
            .goal(Goal::new(2, "subscribe").alias("purchase"));
        for offer in [coffee, app, Offer::new(13, "Private Club").geo(&["gb"]).forbids_traffic()] {
            world.add_offer(offer);
        }
        let keys = [(101, 11), (102, 11), (201, 12), (301, 13)];
        for (id, offer) in keys {
            world.add_site(Site::new(id, &format!("sandbox-altercpa-key-{id}"), offer));
        }
        let flows = [
            Flow::new(501, "summer-push", 11).site(101).tag("fb", "1029384756").tag("utms", "push"),
            Flow::new(502, "sleep_us_android", 12).tag("ga", "G-SANDBOX").tag("utmc", "android"),
            Flow::new(503, "members", 13),
        ];
        for flow in flows {
            world.add_flow(flow);
        }
        let visitor = |last: u8| Ipv4Addr::new(203, 0, 113, last);
        let clicks = [
            Click::new(9001, 11, visitor(1)).flow(501).site(101).geo("us").tag("utms", "push"),
            Click::new(9002, 11, visitor(2)).flow(501).site(101).geo("de"),
            Click::new(9003, 11, visitor(3)).site(102).geo("pl"),
            Click::new(9004, 12, visitor(1)).flow(502).site(201).geo("us"),
            Click::new(9005, 12, Ipv4Addr::LOCALHOST).flow(502).geo("us"),
            Click::new(9006, 13, visitor(6)).flow(503).geo("gb"),
        ];
        for click in clicks {
            world.add_click(click, now);
        }
        world
    }

    pub(super) fn add_offer(&mut self, mut offer: Offer) -> u64 {
        offer.id = free_id(offer.id, &self.offers);
        let id = offer.id;
        self.offers.insert(id, offer);
        id
    }

    pub(super) fn add_site(&mut self, mut site: Site) -> u64 {
        site.id = free_id(site.id, &self.sites);
        let id = site.id;
        self.sites.insert(id, site);
        id
    }

    pub(super) fn add_flow(&mut self, mut flow: Flow) -> u64 {
        flow.id = free_id(flow.id, &self.flows);
        let id = flow.id;
        self.flows.insert(id, flow);
        id
    }

    pub(super) fn add_click(&mut self, mut click: Click, now: Timestamp) -> u64 {
        click.id = free_id(click.id, &self.clicks);
        click.time.get_or_insert(now);
        let id = click.id;
        self.clicks.insert(id, click);
        id
    }
}

fn free_id<T>(wished: u64, taken: &BTreeMap<u64, T>) -> u64 {
    if wished > 0 { wished } else { taken.last_key_value().map_or(1, |(last, _)| last.saturating_add(1)) }
}

//! Everything that one AlterCPA knows, behind one lock.

use std::collections::{BTreeMap, HashMap};
use std::net::Ipv4Addr;
use std::time::Duration;

use jiff::Timestamp;

use super::details::{Details, same};
use super::params::Params;
use super::records::{Event, HistoryEntry, Lead, Source};
use super::switches::{CombinationCheck, ContactMatch, ContactRule, ExtoSigns, SeveralByClick, Switches};
use super::words::status;
use super::world::{Click, Flow, Offer, World};
use crate::clock::elapsed;
use crate::prng::SplitMix64;

/// The made-up token of the site 101 that every sandbox accepts.
pub(super) const DEFAULT_TOKEN: &str = "101-sandbox-altercpa-key-101";
/// The made-up token for all sites.
pub(super) const GLOBAL_TOKEN: &str = "sandbox-altercpa-global-token";
/// Lead ids are far from all other ids: a mixed-up id finds nothing.
const FIRST_LEAD: u64 = 70_001;

/// The stored world.
#[derive(Debug)]
pub(super) struct State {
    pub(super) switches: Switches,
    pub(super) world: World,
    pub(super) leads: Vec<Lead>,
    pub(super) duplicates: u64,
    pub(super) payout_bookings: u64,
    by_key: HashMap<(Source, Option<String>), Vec<usize>>,
    by_source: HashMap<Source, Vec<usize>>,
    visitors: SplitMix64,
}

/// What a token may see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    All,
    Offer(u64),
}

/// What a call names when it comes to a click or a flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Named {
    /// Nothing.
    Nothing,
    /// Something that is not there, or not for this token.
    Unknown,
    Source(Source, u64),
}

/// A lead about to be stored.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) offer: u64,
    pub(super) source: Source,
    pub(super) exto: Option<String>,
    pub(super) status: i64,
    pub(super) reason: Option<i64>,
    pub(super) created_at: Option<Timestamp>,
    pub(super) details: Details,
    pub(super) event: Event,
}

impl Scope {
    pub(super) fn covers(self, offer: u64) -> bool {
        self == Scope::All || self == Scope::Offer(offer)
    }
}

impl State {
    pub(super) fn new(seed: u64, now: Timestamp) -> Self {
        Self {
            switches: Switches::default(),
            world: World::sample(now),
            leads: Vec::new(),
            duplicates: 0,
            payout_bookings: 0,
            by_key: HashMap::new(),
            by_source: HashMap::new(),
            visitors: SplitMix64::new(seed, "altercpa visitors"),
        }
    }

    /// What this token may see; `None` for a token that is none.
    pub(super) fn authorise(&self, token: &str) -> Option<Scope> {
        if token == GLOBAL_TOKEN {
            return Some(Scope::All);
        }
        let (id, key) = token.split_once('-')?;
        let site = self.world.sites.get(&id.parse().ok()?)?;
        (site.key == key).then_some(Scope::Offer(site.offer))
    }

    pub(super) fn click(&self, id: i64, scope: Scope) -> Option<&Click> {
        self.world.clicks.get(&u64::try_from(id).ok()?).filter(|click| scope.covers(click.offer))
    }

    pub(super) fn flow(&self, id: i64, scope: Scope) -> Option<&Flow> {
        self.world.flows.get(&u64::try_from(id).ok()?).filter(|flow| scope.covers(flow.offer))
    }

    pub(super) fn flow_by_code(&self, code: &str, scope: Scope) -> Option<&Flow> {
        self.world.flows.values().find(|flow| flow.code == code && scope.covers(flow.offer))
    }

    pub(super) fn offer(&self, id: u64) -> Option<&Offer> {
        self.world.offers.get(&id)
    }

    /// The click or flow that a call names: `click`, else `flow`, else `code`.
    pub(super) fn named(&self, params: &Params, scope: Scope) -> Named {
        let found = if let Some(id) = params.integer("click") {
            self.click(id, scope).map(|click| (Source::Click(click.id), click.offer))
        } else if let Some(id) = params.integer("flow") {
            self.flow(id, scope).map(|flow| (Source::Flow(flow.id), flow.offer))
        } else if let Some(code) = params.text("code") {
            self.flow_by_code(code, scope).map(|flow| (Source::Flow(flow.id), flow.offer))
        } else {
            return Named::Nothing;
        };
        found.map_or(Named::Unknown, |(source, offer)| Named::Source(source, offer))
    }

    /// The call's `exto` as it is stored.
    pub(super) fn exto(&self, params: &Params) -> Option<String> {
        let text = params.text("exto")?;
        match self.switches.exto_signs {
            ExtoSigns::Kept => Some(text.to_owned()),
            ExtoSigns::Dropped => {
                let is_kept = |sign: &char| sign.is_ascii_alphanumeric() || ['_', '.', '-'].contains(sign);
                Some(text.chars().filter(is_kept).collect()).filter(|text: &String| !text.is_empty())
            }
        }
    }

    /// The lead with this id.
    pub(super) fn lead(&self, id: u64) -> Option<&Lead> {
        let index = id.checked_sub(FIRST_LEAD)?;
        self.leads.get(usize::try_from(index).ok()?)
    }

    fn lead_mut(&mut self, id: u64) -> Option<&mut Lead> {
        let index = id.checked_sub(FIRST_LEAD)?;
        self.leads.get_mut(usize::try_from(index).ok()?)
    }

    /// The leads of a click or flow, oldest first.
    pub(super) fn leads_of(&self, source: Source) -> impl DoubleEndedIterator<Item = &Lead> {
        let indices = self.by_source.get(&source).map_or(&[][..], Vec::as_slice);
        indices.iter().filter_map(|index| self.leads.get(*index))
    }

    /// The leads stored under exactly this combination, oldest first.
    pub(super) fn leads_under(
        &self,
        source: Source,
        exto: Option<&str>,
    ) -> impl DoubleEndedIterator<Item = &Lead> {
        let indices = self.by_key.get(&(source, exto.map(str::to_owned))).map_or(&[][..], Vec::as_slice);
        indices.iter().filter_map(|index| self.leads.get(*index))
    }

    /// The lead that a change with this combination means.
    pub(super) fn find(&self, source: Source, exto: Option<&str>) -> Option<u64> {
        let lenient = exto.is_none() && self.switches.combination_check == CombinationCheck::Lenient;
        let newest = self.switches.several_by_click == SeveralByClick::Newest;
        let lead = match (lenient, newest) {
            (true, true) => self.leads_of(source).next_back(),
            (true, false) => self.leads_of(source).next(),
            (false, true) => self.leads_under(source, exto).next_back(),
            (false, false) => self.leads_under(source, exto).next(),
        };
        lead.map(|lead| lead.id)
    }

    /// The first lead of the offer that is of the same customer, by the rule.
    pub(super) fn same_customer(
        &self,
        rule: &ContactRule,
        draft: &Draft,
        now: Timestamp,
        period: Duration,
    ) -> Option<u64> {
        let alike = |lead: &Lead, name: &str, read: fn(&str) -> String| match (
            lead.field(name).map(read),
            draft.details.get(name).map(|value| read(value)),
        ) {
            (Some(one), Some(other)) => !one.is_empty() && one == other,
            _ => false,
        };
        let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
        let matches = |lead: &&Lead| {
            let phone = || alike(lead, "phone", digits);
            let mail = || alike(lead, "email", str::to_lowercase);
            let contact = match rule.by {
                ContactMatch::Phone => phone(),
                ContactMatch::Mail => mail(),
                ContactMatch::Both => phone() && mail(),
                ContactMatch::Either => phone() || mail(),
            };
            contact
                && lead.offer == draft.offer
                && (rule.period.is_zero() || elapsed(now, lead.stored_at) < period)
                && (!rule.same_source || lead.source == draft.source)
                && (!rule.same_name || alike(lead, "name", str::to_lowercase))
        };
        self.leads.iter().find(matches).map(|lead| lead.id)
    }

    /// Stores a lead. Answers its id.
    pub(super) fn store(&mut self, draft: Draft, now: Timestamp) -> u64 {
        let index = self.leads.len();
        let id = FIRST_LEAD.saturating_add(index as u64);
        let mut changed: Vec<String> = draft.details.keys().cloned().collect();
        changed.push("status".to_owned());
        changed.extend(draft.reason.map(|_| "reason".to_owned()));
        changed.sort();
        let booked = status::is_approved(draft.status);
        self.payout_bookings += u64::from(booked);
        self.by_key.entry((draft.source, draft.exto.clone())).or_default().push(index);
        self.by_source.entry(draft.source).or_default().push(index);
        self.leads.push(Lead {
            id,
            offer: draft.offer,
            source: draft.source,
            exto: draft.exto,
            status: draft.status,
            reason: draft.reason,
            created_at: draft.created_at.unwrap_or(now),
            stored_at: now,
            payout_bookings: u32::from(booked),
            history: vec![HistoryEntry { at: now, event: draft.event, status: draft.status, changed }],
            details: draft.details,
        });
        id
    }

    /// Stores what is different. `books` has the payout booked whatever the status was.
    pub(super) fn change(&mut self, id: u64, difference: Difference, books: bool, now: Timestamp) {
        let Some(lead) = self.lead_mut(id) else { return };
        let changed = difference.names();
        let was_approved = status::is_approved(lead.status);
        lead.status = difference.status.unwrap_or(lead.status);
        lead.reason = difference.reason.or(lead.reason);
        lead.created_at = difference.created_at.unwrap_or(lead.created_at);
        lead.details.extend(difference.details);
        let booked = books || (!was_approved && status::is_approved(lead.status));
        lead.payout_bookings += u32::from(booked);
        lead.history.push(HistoryEntry { at: now, event: Event::Changed, status: lead.status, changed });
        self.payout_bookings += u64::from(booked);
    }

    /// How many leads there are under each combination.
    pub(super) fn stored(&self) -> BTreeMap<(Source, Option<String>), usize> {
        self.by_key.iter().map(|(key, leads)| (key.clone(), leads.len())).collect()
    }

    /// Adds clicks of made-up visitors through the flows that there are, one a second up to now.
    pub(super) fn seed_clicks(&mut self, count: usize, now: Timestamp) -> Vec<u64> {
        let flows: Vec<(u64, u64, Option<u64>)> =
            self.world.flows.values().map(|flow| (flow.offer, flow.id, flow.site)).collect();
        let mut made = Vec::with_capacity(count);
        for number in 0..count {
            let (offer, flow, site) = self.visitors.pick(&flows);
            let net = self.visitors.pick(&[[203, 0, 113], [198, 51, 100]]);
            let last = u8::try_from(self.visitors.below(254) + 1).unwrap_or(1);
            let geo = self.visitors.pick(&["us", "de", "pl", "gb", "fr"]);
            let [a, b, c] = net;
            let mut click = Click::new(0, offer, Ipv4Addr::new(a, b, c, last)).geo(geo);
            click.flow = Some(flow).filter(|flow| *flow > 0);
            click.site = site;
            let age = Duration::from_secs((count - number) as u64);
            click.time = Some(now.checked_sub(age).unwrap_or(now));
            made.push(self.world.add_click(click, now));
        }
        made
    }
}

/// What a change makes different.
#[derive(Debug, Default)]
pub(super) struct Difference {
    pub(super) status: Option<i64>,
    pub(super) reason: Option<i64>,
    pub(super) created_at: Option<Timestamp>,
    pub(super) details: Details,
}

impl Difference {
    /// What of a wish is different from the lead as it is.
    pub(super) fn between(lead: &Lead, wished: Self) -> Self {
        let mut details = wished.details;
        details.retain(|name, value| lead.field(name).is_none_or(|have| !same(name, have, value)));
        Self {
            status: wished.status.filter(|number| *number != lead.status),
            reason: wished.reason.filter(|number| lead.reason != Some(*number)),
            created_at: wished.created_at.filter(|time| *time != lead.created_at),
            details,
        }
    }

    pub(super) fn is_nothing(&self) -> bool {
        self.names().is_empty()
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.details.keys().cloned().collect();
        let others = [
            ("status", self.status.is_some()),
            ("reason", self.reason.is_some()),
            ("time", self.created_at.is_some()),
        ];
        names.extend(others.iter().filter(|(_, is)| *is).map(|(name, _)| (*name).to_owned()));
        names.sort();
        names
    }
}

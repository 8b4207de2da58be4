//! Everything that one iREV knows, behind one lock.

use jiff::Timestamp;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::advertiser::{Advertiser, Rejection};
use super::bodies::Fields;
use super::config::{DedupRule, ProfileSchema, Token, TrafficFilter};
use super::guard::Guard;
use super::limits::Limiter;
use super::people::person;
use super::records::{Conversion, GoalType, Lead, LeadStatus, row_time};
use super::switches::Switches;
use crate::prng::SplitMix64;

/// The made-up token that every sandbox accepts.
pub(super) const DEFAULT_TOKEN: &str = "sandbox-irev-token";

/// The stored world.
#[derive(Debug)]
pub(super) struct State {
    pub(super) switches: Switches,
    pub(super) tokens: Vec<Token>,
    pub(super) pushed_goal: GoalType,
    pub(super) ftd_goal: GoalType,
    pub(super) advertisers: Vec<Advertiser>,
    pub(super) profile: ProfileSchema,
    pub(super) dedup: Vec<DedupRule>,
    pub(super) filter: TrafficFilter,
    pub(super) leads: Vec<Lead>,
    pub(super) conversions: Vec<Conversion>,
    pub(super) limiter: Limiter,
    pub(super) guard: Guard,
    pub(super) rotations: u64,
    pub(super) identical_refusals: u64,
    pub(super) rate_refusals: u64,
    funnel: Funnel,
    lead_ids: SplitMix64,
    conversion_ids: SplitMix64,
    advertiser_ids: SplitMix64,
    people: SplitMix64,
    seeded: usize,
    next_external: u64,
}

/// The funnel that all rows are said to come from.
#[derive(Debug)]
struct Funnel {
    tp: Uuid,
    own: Uuid,
    group: Uuid,
}

impl State {
    pub(super) fn new(seed: u64, now: Timestamp) -> Self {
        let mut presets = SplitMix64::new(seed, "irev presets");
        let goal =
            |stream: &mut SplitMix64, name: &str| GoalType { uuid: stream.uuid(), name: name.to_owned() };
        let mut state = Self {
            switches: Switches::default(),
            tokens: vec![Token::new(DEFAULT_TOKEN)],
            pushed_goal: goal(&mut presets, "Pushed Lead"),
            ftd_goal: goal(&mut presets, "FTD"),
            advertisers: Vec::new(),
            profile: ProfileSchema::default(),
            dedup: Vec::new(),
            filter: TrafficFilter::default(),
            leads: Vec::new(),
            conversions: Vec::new(),
            limiter: Limiter::new(now),
            guard: Guard::default(),
            rotations: 0,
            identical_refusals: 0,
            rate_refusals: 0,
            funnel: Funnel { tp: presets.uuid(), own: presets.uuid(), group: presets.uuid() },
            lead_ids: SplitMix64::new(seed, "irev leads"),
            conversion_ids: SplitMix64::new(seed, "irev conversions"),
            advertiser_ids: SplitMix64::new(seed, "irev advertisers"),
            people: SplitMix64::new(seed, "irev people"),
            seeded: 0,
            next_external: 16_350,
        };
        for name in ["Advertiser #1 Sandbox", "Advertiser #2 Sandbox"] {
            state.add_advertiser(Advertiser::new(name));
        }
        state
    }

    /// Adds an advertiser at the end of the rotation and answers its uuid.
    pub(super) fn add_advertiser(&mut self, mut advertiser: Advertiser) -> Uuid {
        let uuid = match advertiser.uuid {
            Some(uuid) => uuid,
            None => self.advertiser_ids.uuid(),
        };
        advertiser.uuid = Some(uuid);
        self.advertisers.push(advertiser);
        uuid
    }

    /// Stores a new lead, in rotation.
    pub(super) fn create_lead(&mut self, body: Map<String, Value>, affiliate: &str, now: Timestamp) -> Uuid {
        let lead_uuid = self.lead_ids.uuid();
        self.leads.push(Lead {
            lead_uuid,
            affiliate: affiliate.to_owned(),
            is_test: body.get("is_test").and_then(Value::as_bool).unwrap_or(false),
            status: LeadStatus::InRotation,
            error_type: None,
            advertiser_uuid: None,
            advertiser_name: None,
            external_id: None,
            created_at: to_milliseconds(now),
            body,
        });
        lead_uuid
    }

    pub(super) fn lead(&self, lead_uuid: Uuid) -> Option<&Lead> {
        self.leads.iter().find(|lead| lead.lead_uuid == lead_uuid)
    }

    /// Notes that nobody took a lead.
    pub(super) fn reject(&mut self, lead_uuid: Uuid, rejection: &Rejection) {
        if let Some(lead) = self.leads.iter_mut().find(|lead| lead.lead_uuid == lead_uuid) {
            lead.status = LeadStatus::Rejected;
            lead.error_type = Some(rejection.error_type.clone());
        }
    }

    /// Notes that the advertiser at this place took a lead, and adds its first conversion. Answers the conversion.
    pub(super) fn accept(&mut self, lead_uuid: Uuid, advertiser: usize, now: Timestamp) -> Option<Uuid> {
        let advertiser = self.advertisers.get_mut(advertiser)?;
        let lead = self.leads.iter_mut().find(|lead| lead.lead_uuid == lead_uuid)?;
        advertiser.take(&lead.body);
        lead.status = LeadStatus::Pushed;
        lead.error_type = None;
        lead.advertiser_uuid = advertiser.uuid;
        lead.advertiser_name = Some(advertiser.name.clone());
        lead.external_id = Some(self.next_external.to_string());
        self.next_external += 1;
        let goal = self.pushed_goal.clone();
        self.add_conversion(lead_uuid, &goal, now)
    }

    /// Adds a conversion of a lead that an advertiser took.
    pub(super) fn add_conversion(
        &mut self,
        lead_uuid: Uuid,
        goal: &GoalType,
        now: Timestamp,
    ) -> Option<Uuid> {
        let lead = self.leads.iter().find(|lead| lead.lead_uuid == lead_uuid)?;
        let created_at = to_milliseconds(now);
        let uuid = self.conversion_ids.uuid();
        let text = |key: &str| lead.body.get(key).cloned().unwrap_or_default();
        let mut profile = lead.body.clone();
        for key in ["ip", "country_code", "lead_language", "is_test", "isTest", "createdAt"] {
            profile.remove(key);
        }
        let row = Fields::default()
            .with("uuid", uuid.to_string())
            .with("goalTypeUuid", goal.uuid.to_string())
            .with("goalType", goal.name.clone())
            .with("leadSource", "GEO Funnel")
            .with("country", text("country_code"))
            .with("ip", text("ip"))
            .with("countryLanguage", text("lead_language"))
            .with("advertiserUuid", lead.advertiser_uuid.map(|uuid| uuid.to_string()))
            .with("advertiserName", lead.advertiser_name.clone())
            .with("externalId", lead.external_id.clone())
            .with("tpUuid", self.funnel.tp.to_string())
            .with("funnelUuid", self.funnel.own.to_string())
            .with("funnelGroupUuid", self.funnel.group.to_string())
            .with("funnelName", "Sandbox Funnel")
            .with("funnelUrl", "https://funnel.example/sandbox/index.html")
            .with("funnelLanguage", "en")
            .with_others(&profile)
            .with("isTest", lead.is_test)
            .with("createdAt", row_time(created_at));
        self.conversions.push(Conversion {
            uuid,
            lead_uuid,
            goal_type_uuid: goal.uuid,
            goal_type: goal.name.clone(),
            is_test: lead.is_test,
            created_at,
            affiliate: lead.affiliate.clone(),
            row,
        });
        Some(uuid)
    }

    /// Adds leads of made-up people, one a minute up to now, each taken by an advertiser.
    pub(super) fn seed_leads(&mut self, count: usize, now: Timestamp) -> Vec<Uuid> {
        let affiliate = self.tokens.first().map(|token| token.affiliate.clone()).unwrap_or_default();
        let mut made = Vec::with_capacity(count);
        for index in 0..count {
            let ago = std::time::Duration::from_mins(1)
                .saturating_mul(u32::try_from(count - index).unwrap_or(u32::MAX));
            let then = now.checked_sub(ago).unwrap_or(Timestamp::MIN);
            let body = person(&mut self.people, self.seeded);
            self.seeded += 1;
            let lead_uuid = self.create_lead(body, &affiliate, then);
            let turn = index.checked_rem(self.advertisers.len()).unwrap_or(0);
            self.accept(lead_uuid, turn, then);
            made.push(lead_uuid);
        }
        made
    }
}

/// The vendor's times have milliseconds.
fn to_milliseconds(time: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(time.as_millisecond()).unwrap_or(time)
}

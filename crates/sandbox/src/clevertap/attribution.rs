//! Attribution: one install or custom event in the query of a GET.

use std::collections::VecDeque;

use jiff::Timestamp;
use serde::Serialize;

use super::bodies;
use super::state::State;
use super::switches::{AttributionFailure, AttributionSuccess, Milliseconds, SwitchedOn, Switches, Utm};
use super::tally::Tally;
use crate::wire::{Answer, Request};

const ORGANIC: &str = "organic_install";
const INORGANIC: &str = "inorganic_install";
/// Beyond this a number of seconds is one of milliseconds.
pub(super) const LAST_SECOND: i64 = 99_999_999_999;
/// The parameters with a meaning; all others are stored as they come.
const KNOWN: [&str; 11] = [
    "partner_name",
    "event_type",
    "device_identifier",
    "platform",
    "utm_source",
    "utm_medium",
    "utm_campaign",
    "timestamp",
    "account_id",
    "account_token",
    "account_passcode",
];

/// An install or custom event that was stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Attribution {
    /// Counts from 1, over all that were ever stored.
    pub number: u64,
    /// When it came.
    pub received_at: Timestamp,
    /// The partner.
    pub partner: String,
    /// `organic_install`, `inorganic_install` or the custom event's own name.
    pub event_type: String,
    /// The name under which the vendor keeps it: `UTM Visited`, or the custom event's with the partner's initials.
    pub stored_as: String,
    /// The device's identifier.
    pub device: String,
    /// The platform.
    pub platform: String,
    /// `utm_source`, where it was given.
    pub utm_source: Option<String>,
    /// `utm_medium`, where it was given.
    pub utm_medium: Option<String>,
    /// `utm_campaign`, where it was given.
    pub utm_campaign: Option<String>,
    /// When it happened, in seconds since 1970; of several, the first.
    pub timestamp: i64,
    /// All other parameters in their order.
    pub extra: Vec<(String, String)>,
}

/// What came in by attribution.
#[derive(Debug, Default)]
pub(super) struct Attributions {
    pub(super) kept: VecDeque<Attribution>,
    pub(super) tally: Tally,
}

/// Answers an attribution that is signed.
pub(super) fn answer(state: &mut State, request: &Request, now: Timestamp) -> Answer {
    match read(state, request, now) {
        Err(refusal) => refusal,
        Ok(attribution) => {
            let answer = stored(&state.switches);
            if is_dropped(&attribution.event_type, &state.switches) {
                return answer;
            }
            let limit = state.switches.kept_attributions;
            state.attributions.store(attribution, limit);
            answer.committed()
        }
    }
}

/// The failure as it is switched: by its status, or by its body alone.
pub(super) fn shown(mut answer: Answer, switches: &Switches) -> Answer {
    if switches.attribution_failure == AttributionFailure::ByBody && answer.status < 500 {
        answer.status = 200;
    }
    answer
}

impl Attributions {
    fn store(&mut self, mut attribution: Attribution, limit: usize) {
        self.tally.count(&attribution.device);
        attribution.number = self.tally.total();
        self.kept.push_back(attribution);
        while self.kept.len() > limit {
            self.kept.pop_front();
        }
    }
}

fn read(state: &State, request: &Request, now: Timestamp) -> Result<Attribution, Answer> {
    let given = |name: &str| request.query(name).filter(|value| !value.trim().is_empty()).map(str::to_owned);
    let missing = |name: &str| bodies::refused(400, &format!("{name} is missing"));
    let needed = |name: &str| given(name).ok_or_else(|| missing(name));
    let partner = needed("partner_name")?;
    if !state.partners.contains(&partner) {
        return Err(bodies::refused(400, "Partner is not whitelisted"));
    }
    let event_type = needed("event_type")?;
    let device = needed("device_identifier")?;
    let platform = needed("platform")?;
    let names = ["utm_source", "utm_medium", "utm_campaign"];
    let utm = names.map(given);
    if is_install(&event_type) {
        let absent = names.iter().zip(&utm).find(|(_, value)| value.is_none()).map(|(name, _)| *name);
        match (state.switches.utm, absent) {
            (Utm::AllThree, Some(name)) => return Err(missing(name)),
            (Utm::AtLeastOne, _) if utm.iter().all(Option::is_none) => return Err(missing("utm_source")),
            _ => {}
        }
    }
    let timestamp = match given("timestamp") {
        None => now.as_second(),
        Some(text) => match text.parse() {
            Ok(seconds) if (1..=LAST_SECOND).contains(&seconds) => seconds,
            Ok(large) if large > 0 && state.switches.milliseconds == Milliseconds::TakenForSeconds => large,
            _ => return Err(bodies::refused(400, "timestamp is invalid")),
        },
    };
    let others = request.query.iter().filter(|(name, _)| !KNOWN.contains(&name.as_str()));
    let [utm_source, utm_medium, utm_campaign] = utm;
    Ok(Attribution {
        number: 0,
        received_at: now,
        stored_as: stored_as(&partner, &event_type),
        partner,
        event_type,
        device,
        platform,
        utm_source,
        utm_medium,
        utm_campaign,
        timestamp,
        extra: others.cloned().collect(),
    })
}

fn stored(switches: &Switches) -> Answer {
    match switches.attribution_success {
        AttributionSuccess::Json => bodies::done(),
        AttributionSuccess::Text => Answer::new(200, Some("text/plain"), "OK"),
        AttributionSuccess::Empty => bodies::nothing(),
    }
}

fn is_install(event_type: &str) -> bool {
    [ORGANIC, INORGANIC].contains(&event_type)
}

fn is_dropped(event_type: &str, switches: &Switches) -> bool {
    match event_type {
        INORGANIC => false,
        ORGANIC => switches.organic_installs == SwitchedOn::Off,
        _ => switches.custom_events == SwitchedOn::Off,
    }
}

/// `Checkout` of "attribution partner" becomes `AP_Checkout`.
fn stored_as(partner: &str, event_type: &str) -> String {
    if is_install(event_type) {
        return "UTM Visited".to_owned();
    }
    let initials: String = partner.split_whitespace().filter_map(|word| word.chars().next()).collect();
    format!("{}_{event_type}", initials.to_uppercase())
}

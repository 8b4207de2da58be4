//! `click.json`: the rules in the vendor's order, and the creation that `status.json` shares.

use jiff::Timestamp;

use super::bodies::{self, Code};
use super::details;
use super::params::Params;
use super::records::{Event, Source};
use super::stand_in::StandIn;
use super::state::{Draft, Named, Scope, State};
use super::switches::{ClickOnlyDuplicate, ContactDedupe};
use super::words::{resolve, status};
use crate::fault::Twist;
use crate::wire::Answer;

impl StandIn {
    /// Rules 2 to 8 of a create whose caller is known.
    pub(super) fn create(
        &self,
        state: &mut State,
        params: &Params,
        scope: Scope,
        twist: Option<Twist>,
    ) -> Answer {
        let (source, offer) = match state.named(params, scope) {
            Named::Nothing => return bodies::error(&state.switches, Code::NoId),
            Named::Unknown => return bodies::error(&state.switches, Code::BadId),
            Named::Source(source, offer) => (source, offer),
        };
        if forbids_traffic(state, offer) {
            return bodies::error(&state.switches, Code::Traffic);
        }
        let exto = state.exto(params);
        let draft = draft(state, params, (source, offer), exto, Event::Created);
        if let Some(original) = self.original(state, &draft) {
            state.duplicates += 1;
            return bodies::error_with_id(&state.switches, Code::Duplicate, original);
        }
        self.store(state, draft, twist)
    }

    /// Rules 4 to 6: the lead of which this one would be a duplicate.
    fn original(&self, state: &State, draft: &Draft) -> Option<u64> {
        let known = match (draft.source, &draft.exto) {
            (source, Some(exto)) => state.leads_under(source, Some(exto)).next(),
            (Source::Click(_), None)
                if state.switches.click_only_duplicate == ClickOnlyDuplicate::Duplicate =>
            {
                state.leads_of(draft.source).next()
            }
            _ => None,
        };
        known.map(|lead| lead.id).or_else(|| match &state.switches.contact_dedupe {
            ContactDedupe::Off => None,
            ContactDedupe::On(rule) => {
                state.same_customer(rule, draft, self.clock.now(), self.clock.scaled(rule.period))
            }
        })
    }

    /// Rules 7 and 8.
    pub(super) fn store(&self, state: &mut State, draft: Draft, twist: Option<Twist>) -> Answer {
        match twist {
            Some(Twist::DatabaseError { stored: false }) => bodies::error(&state.switches, Code::Db),
            Some(Twist::DatabaseError { stored: true }) => {
                state.store(draft, self.clock.now());
                bodies::error(&state.switches, Code::Db).committed()
            }
            _ => {
                let id = state.store(draft, self.clock.now());
                bodies::done(&state.switches, id).committed()
            }
        }
    }
}

/// The lead that a call describes.
pub(super) fn draft(
    state: &State,
    params: &Params,
    (source, offer): (Source, u64),
    exto: Option<String>,
    event: Event,
) -> Draft {
    Draft {
        offer,
        source,
        exto,
        status: resolve(params, &state.switches).number.unwrap_or(status::NEW),
        reason: params.integer("reason"),
        created_at: creation_time(params),
        details: details::read(params, state.offer(offer)),
        event,
    }
}

/// Rule 3.
pub(super) fn forbids_traffic(state: &State, offer: u64) -> bool {
    state.offer(offer).is_some_and(|offer| !offer.traffic_allowed)
}

/// The `time` of a call; one that no calendar has counts as absent.
pub(super) fn creation_time(params: &Params) -> Option<Timestamp> {
    Timestamp::from_second(params.integer("time")?).ok()
}

//! `status.json`: finds the lead under the combination that created it, changes it, or creates the one that was lost.

use super::bodies::{self, Code};
use super::create::{creation_time, draft, forbids_traffic};
use super::details;
use super::params::Params;
use super::records::{Event, Source};
use super::stand_in::StandIn;
use super::state::{Difference, Named, Scope, State};
use super::switches::{AcceptAlwaysChanges, AutoNeedsUnusedClick, BackwardGuard, EditHasId};
use super::words::{resolve, status};
use crate::fault::Twist;
use crate::wire::Answer;

impl StandIn {
    /// Rules 2 to 6 of a change whose caller is known.
    pub(super) fn change(
        &self,
        state: &mut State,
        params: &Params,
        scope: Scope,
        twist: Option<Twist>,
    ) -> Answer {
        if let Some(order) = params.integer("order") {
            let lead = u64::try_from(order).ok().and_then(|order| state.lead(order));
            return match lead.filter(|lead| scope.covers(lead.offer)).map(|lead| lead.id) {
                Some(id) => self.change_lead(state, params, id, twist),
                None => bodies::error(&state.switches, Code::BadId),
            };
        }
        let exto = state.exto(params);
        let needs_exto = params.integer("click").is_none();
        let (source, offer) = match state.named(params, scope) {
            Named::Nothing => return bodies::error(&state.switches, Code::NoId),
            _ if needs_exto && exto.is_none() => return bodies::error(&state.switches, Code::NoId),
            Named::Unknown => return bodies::error(&state.switches, Code::BadId),
            Named::Source(source, offer) => (source, offer),
        };
        if let Some(id) = state.find(source, exto.as_deref()) {
            return self.change_lead(state, params, id, twist);
        }
        if !may_create(state, params, source) {
            return bodies::error(&state.switches, Code::BadId);
        }
        if forbids_traffic(state, offer) {
            return bodies::error(&state.switches, Code::Traffic);
        }
        let draft = draft(state, params, (source, offer), exto, Event::CreatedByStatus);
        self.store(state, draft, twist)
    }

    /// Rule 6: stores the real differences, if there are any.
    fn change_lead(&self, state: &mut State, params: &Params, id: u64, twist: Option<Twist>) -> Answer {
        let wish = resolve(params, &state.switches);
        let Some(lead) = state.lead(id) else { return bodies::error(&state.switches, Code::BadId) };
        let wished = Difference {
            status: wish.number.filter(|_| !wish.by_stn),
            reason: params.integer("reason"),
            created_at: creation_time(params),
            details: details::read(params, state.offer(lead.offer)),
        };
        let mut difference = Difference::between(lead, wished);
        let goes_back = |number: i64| lead.status >= status::CANCELLED && number < status::PACKING;
        if state.switches.backward_guard == BackwardGuard::On && difference.status.is_some_and(goes_back) {
            difference.status = None;
            difference.reason = None;
        }
        let books = wish.by_accept && state.switches.accept_always_changes == AcceptAlwaysChanges::On;
        if difference.is_nothing() && !books {
            return match state.switches.edit_has_id {
                EditHasId::No => bodies::error(&state.switches, Code::Edit),
                EditHasId::Yes => bodies::error_with_id(&state.switches, Code::Edit, id),
            };
        }
        match twist {
            Some(Twist::DatabaseError { stored: false }) => bodies::error(&state.switches, Code::Db),
            Some(Twist::DatabaseError { stored: true }) => {
                state.change(id, difference, books, self.clock.now());
                bodies::error(&state.switches, Code::Db).committed()
            }
            _ => {
                state.change(id, difference, books, self.clock.now());
                bodies::done(&state.switches, id).committed()
            }
        }
    }
}

/// Rule 5: whether a lead that is not there may be created.
fn may_create(state: &State, params: &Params, source: Source) -> bool {
    if resolve(params, &state.switches).by_stn {
        return true;
    }
    let is_used = || matches!(source, Source::Click(_)) && state.leads_of(source).next().is_some();
    params.flag("auto") && (state.switches.auto_needs_unused_click == AutoNeedsUnusedClick::No || !is_used())
}

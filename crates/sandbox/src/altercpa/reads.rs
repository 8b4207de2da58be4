//! `fetch.json`, `flow.json` and `offer.json`: what can be asked, and nothing changes.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

use super::bodies::{self, Code, Success, wire_id};
use super::params::Params;
use super::stand_in::StandIn;
use super::state::{Scope, State};
use super::switches::FlowMissCode;
use super::world::{Click, Flow, PIXELS, UTM};
use crate::wire::Answer;

/// How far back a click is looked for, unless `to` says otherwise. Not scaled: it is compared with timestamps.
const LOOK_BACK: Duration = Duration::from_hours(24);

impl StandIn {
    /// The newest click of a visitor.
    pub(super) fn fetch(&self, state: &State, params: &Params, scope: Scope, peer: IpAddr) -> Answer {
        let switches = &state.switches;
        let offer = match (params.integer("offer"), scope) {
            (Some(offer), _) => u64::try_from(offer).ok(),
            (None, Scope::Offer(offer)) => Some(offer),
            (None, Scope::All) => return bodies::error(switches, Code::NoOffer),
        };
        let ip = match params.text("ip") {
            Some(text) => text.parse().ok(),
            None => Some(peer),
        };
        let earliest = match params.integer("to") {
            Some(second) => Timestamp::from_second(second).ok(),
            None => self.clock.now().checked_sub(LOOK_BACK).ok(),
        };
        let flow = if let Some(id) = params.integer("flow") {
            Some(u64::try_from(id).ok())
        } else {
            params.text("code").map(|code| state.flow_by_code(code, scope).map(|flow| flow.id))
        };
        let matches = |click: &&Click| {
            scope.covers(click.offer)
                && Some(click.offer) == offer
                && Some(click.ip) == ip
                && click.time.is_some_and(|time| earliest.is_none_or(|earliest| time >= earliest))
                && flow.is_none_or(|flow| flow.is_some() && click.flow == flow)
        };
        let newest = state.world.clicks.values().filter(matches).max_by_key(|click| (click.time, click.id));
        let Some(click) = newest else { return bodies::error(switches, Code::NoClick) };
        let success = Success::new(switches)
            .integer("click", Some(wire_id(click.id)))
            .integer("offer", Some(wire_id(click.offer)))
            .integer("site", click.site.map(wire_id))
            .integer("flow", click.flow.map(wire_id))
            .text("geo", Some(&click.geo.to_lowercase()))
            .text("ip", Some(&click.ip.to_string()))
            .integer("time", click.time.map(Timestamp::as_second));
        with_tags(success, &UTM, &click.tags).answer()
    }
}

/// A flow by click, id or code.
pub(super) fn flow(state: &State, params: &Params, scope: Scope) -> Answer {
    let switches = &state.switches;
    let flow = match named_flow(state, params, scope) {
        Flows::Unnamed => return bodies::error(switches, Code::NoId),
        Flows::Named(None) => {
            return bodies::error(
                switches,
                match switches.flow_miss_code {
                    FlowMissCode::BadId => Code::BadId,
                    FlowMissCode::NoClick => Code::NoClick,
                },
            );
        }
        Flows::Named(Some(flow)) => flow,
    };
    let success = Success::new(switches)
        .integer("id", Some(wire_id(flow.id)))
        .text("code", Some(&flow.code))
        .text("link", Some(&flow.link))
        .integer("offer", Some(wire_id(flow.offer)))
        .integer("site", flow.site.map(wire_id))
        .integer("space", flow.space.map(wire_id));
    with_tags(with_tags(success, &PIXELS, &flow.tags), &UTM, &flow.tags).answer()
}

/// An offer by its id (`offer`, or `id` as in the manual's sample), click, flow or code.
pub(super) fn offer(state: &State, params: &Params, scope: Scope) -> Answer {
    let switches = &state.switches;
    let id = if let Some(id) = params.integer("offer").or_else(|| params.integer("id")) {
        u64::try_from(id).ok()
    } else if let Some(id) = params.integer("click") {
        state.click(id, scope).map(|click| click.offer)
    } else {
        match named_flow(state, params, scope) {
            Flows::Unnamed => return bodies::error(switches, Code::NoId),
            Flows::Named(flow) => flow.map(|flow| flow.offer),
        }
    };
    let Some(offer) = id.filter(|id| scope.covers(*id)).and_then(|id| state.offer(id)) else {
        return bodies::error(switches, Code::BadId);
    };
    Success::new(switches)
        .integer("id", Some(wire_id(offer.id)))
        .text("name", Some(&offer.name))
        .member("geo", Some(offer.geo.iter().map(|code| Value::from(code.to_lowercase())).collect()))
        .member("param", Some(offer.param.clone()))
        .member("price", Some(offer.price.clone()))
        .member("site", Some(offer.site.clone()))
        .answer()
}

/// The flow that a call names, if it names one.
enum Flows<'a> {
    Unnamed,
    /// `None`: it is not there, or not for this token.
    Named(Option<&'a Flow>),
}

fn named_flow<'a>(state: &'a State, params: &Params, scope: Scope) -> Flows<'a> {
    if let Some(id) = params.integer("click") {
        let flow = state.click(id, scope).and_then(|click| click.flow);
        Flows::Named(flow.and_then(|flow| state.flow(wire_id(flow), scope)))
    } else if let Some(id) = params.integer("flow") {
        Flows::Named(state.flow(id, scope))
    } else if let Some(code) = params.text("code") {
        Flows::Named(state.flow_by_code(code, scope))
    } else {
        Flows::Unnamed
    }
}

fn with_tags<'a>(success: Success<'a>, names: &[&str], tags: &BTreeMap<String, String>) -> Success<'a> {
    names.iter().fold(success, |success, name| success.text(name, tags.get(*name).map(String::as_str)))
}

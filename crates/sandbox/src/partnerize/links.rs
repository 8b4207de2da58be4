//! Tracking links.

use serde_json::{Value, json};

use super::call::{Call, EXECUTION_TIME, Outcome, one};
use super::records::{Participation, Record};
use super::refusal::Refusal;
use super::state::State;
use super::switches::LinksNeedApproval;
use crate::fault::Twist;
use crate::wire::Answer;

const FIELDS: &[&str] = &["active", "campaign_id", "description", "destination_url", "params"];
/// The links of a page, unless asked for otherwise.
const PAGE: usize = 200;

pub(super) fn answer(state: &mut State, call: &Call<'_>) -> Option<Outcome> {
    Some(match call.operation {
        "listLinks" => Ok(list(&state.links, call)),
        "createLink" => create(state, call),
        "getLink" => get(&state.links, call),
        "updateLink" => update(state, call),
        _ => return None,
    })
}

fn list(links: &[Record], call: &Call<'_>) -> Answer {
    let limit = call.number("limit").filter(|limit| *limit > 0).unwrap_or(PAGE);
    let asked = call.number("offset").unwrap_or(0);
    let offset = if call.twist == Some(Twist::RepeatedCursor) { asked.saturating_sub(limit) } else { asked };
    let limit_here = if call.twist == Some(Twist::EmptyPage) { 0 } else { limit };
    let rows: Vec<Value> = links.iter().skip(offset).take(limit_here).map(Record::value).collect();
    let page = |offset: usize| format!("{}?limit={limit}&offset={offset}", call.path);
    let pages = links.len().div_ceil(limit);
    let next = asked.saturating_add(limit);
    let body = json!({
        "execution_time": EXECUTION_TIME,
        "count": links.len(),
        "limit": limit,
        "offset": asked,
        "links": rows,
        "hypermedia": { "pagination": {
            "total_page_count": pages,
            "total_item_count": links.len(),
            "first_page": page(0),
            "last_page": page(pages.saturating_sub(1).saturating_mul(limit)),
            "next_page": (next < links.len()).then(|| page(next)),
            "previous_page": (asked > 0).then(|| page(asked.saturating_sub(limit))),
        } },
    });
    Answer::json(200, &body)
}

fn create(state: &mut State, call: &Call<'_>) -> Outcome {
    let campaign = call.text("campaign_id").unwrap_or_default();
    may_link(state, campaign)?;
    let id = state.next_id("1011l", 10);
    let fields = json!({
        "id": id, "campaign_id": campaign, "description": null, "params": [], "active": true,
    });
    let mut link = Record::new(id, fields);
    link.take(&call.body, FIELDS);
    let answer = one("link", link.value()).committed();
    state.links.push(link);
    Ok(answer)
}

fn get(links: &[Record], call: &Call<'_>) -> Outcome {
    let id = call.captured("link_id");
    let link = links.iter().find(|link| link.id == id);
    link.map(|link| one("link", link.value())).ok_or_else(|| Refusal::not_found("link", id))
}

fn update(state: &mut State, call: &Call<'_>) -> Outcome {
    let id = call.captured("link_id");
    if !state.links.iter().any(|link| link.id == id) {
        return Err(Refusal::not_found("link", id));
    }
    if let Some(campaign) = call.text("campaign_id") {
        may_link(state, campaign)?;
    }
    let link = state.links.iter_mut().find(|link| link.id == id);
    let link = link.ok_or_else(|| Refusal::not_found("link", id))?;
    link.take(&call.body, FIELDS);
    Ok(one("link", link.value()).committed())
}

/// Whether the partner may link to a campaign.
fn may_link(state: &State, campaign: &str) -> Result<(), Refusal> {
    if state.campaign(campaign).is_none() {
        return Err(Refusal::not_found("campaign", campaign));
    }
    let is_approved = state.participation(campaign) == Some(Participation::Approved);
    if is_approved || state.switches.links_need_approval == LinksNeedApproval::No {
        return Ok(());
    }
    Err(Refusal::Forbidden {
        property: "[campaign_id]".to_owned(),
        right: "read",
        what: "campaign",
        id: campaign.to_owned(),
    })
}

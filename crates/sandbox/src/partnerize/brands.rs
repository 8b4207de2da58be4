//! How a partner and brands come together: discovery, invitations, requests, participations.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::call::{Call, EXECUTION_TIME, Outcome, many, nothing, one, third, with, wrapped};
use super::campaigns::shown;
use super::data::Campaign;
use super::records::Participation;
use super::refusal::Refusal;
use super::state::{State, own};
use super::switches::{CampaignRequests, StrayColons};
use crate::wire::Answer;

pub(super) fn answer(state: &mut State, call: &Call<'_>) -> Option<Outcome> {
    Some(match call.operation {
        "discoverBrands" => {
            let brands = by_brand(state.world.campaigns().iter());
            let brands = brands.iter().map(|(id, campaigns)| discovered(state, id, campaigns));
            Ok(many("advertisers", brands.collect()))
        }
        "getDiscoverableBrand" => discover(state, call.captured("advertiserId")),
        "listMyBrands" => mine(state, call),
        "listInvitations" => {
            let brands = by_brand(state.campaigns_that_are(Participation::Invited));
            let brands = brands.iter().map(|(id, campaigns)| inviting(id, campaigns));
            Ok(many("advertisers", brands.collect()))
        }
        "acceptInvitations" => decide(state, call, Participation::Approved),
        "declineInvitations" => decide(state, call, Participation::Rejected),
        "requestCampaigns" => Ok(request(state, call)),
        "requestCampaignAccess" => request_access(state, call),
        "listParticipations" => Ok(participations(state, call)),
        _ => return None,
    })
}

/// The campaigns by the brand that they belong to.
fn by_brand<'a>(campaigns: impl Iterator<Item = &'a Campaign>) -> BTreeMap<&'a str, Vec<&'a Campaign>> {
    let mut brands: BTreeMap<&str, Vec<&Campaign>> = BTreeMap::new();
    for campaign in campaigns {
        brands.entry(&campaign.brand_id).or_default().push(campaign);
    }
    brands
}

/// The name of the brand that these campaigns belong to.
fn name<'a>(campaigns: &[&'a Campaign]) -> &'a str {
    campaigns.first().map_or("", |campaign| &campaign.brand)
}

fn discovered(state: &State, id: &str, campaigns: &[&Campaign]) -> Value {
    let name = name(campaigns);
    let campaigns = campaigns.iter().filter_map(|campaign| {
        let status = match state.participation(&campaign.id) {
            None => "AVAILABLE",
            Some(Participation::Pending) => "REQUESTED",
            Some(Participation::Invited) => "INVITED",
            Some(Participation::Rejected) => "REJECTED",
            // Nothing is left to discover.
            Some(Participation::Approved) => return None,
        };
        let destination = format!("https://shop.example/{}", campaign.id);
        let shown = with(with(brief(campaign), "default_destination", destination), "campaign_icon", "");
        Some(with(shown, "status", status))
    });
    let campaigns: Vec<Value> = campaigns.collect();
    json!({
        "id": id,
        "name": name,
        "display_name": name,
        "contact_email": "brand@example.com",
        "description": format!("What {name} sells"),
        "advertiser_icon": "",
        "network": network(),
        "address": address(Value::Null),
        "campaigns": campaigns,
    })
}

fn brief(campaign: &Campaign) -> Value {
    json!({
        "id": campaign.id,
        "title": campaign.title,
        "currency": { "iso": campaign.currency_code(), "name": campaign.currency_code(), "symbol": "" },
        "vertical": { "id": campaign.vertical.0.to_string(), "name": campaign.vertical.1 },
    })
}

fn network() -> Value {
    json!({ "id": "1l1000003", "name": "Sandbox Network" })
}

fn address(line: impl Into<Value>) -> Value {
    let line: Value = line.into();
    json!({ "line1": line, "line2": null, "line3": null, "line4": null, "postcode": null, "country": null })
}

fn discover(state: &State, id: &str) -> Outcome {
    let brands = by_brand(state.world.campaigns().iter());
    let campaigns = brands.get(id).ok_or_else(|| Refusal::not_found("advertiser", id))?;
    Ok(one("advertiser", discovered(state, id, campaigns)))
}

fn mine(state: &State, call: &Call<'_>) -> Outcome {
    if let Some(partner) = call.query("partner") {
        own(partner, "[partner]")?;
    }
    let campaigns = state.world.campaigns().iter();
    let brands = by_brand(campaigns.filter(|campaign| state.participation(&campaign.id).is_some()));
    let wanted = brands.iter().filter(|(id, _)| call.wants("brand_ids[]", id));
    let rows = wanted.map(|(id, campaigns)| {
        json!({
            "brand_id": id, "name": name(campaigns), "address1": "1 Example Street", "address2": "",
            "address3": "", "address4": "", "postcode": "EX1 1EX", "country": "GB",
            "contact_email": "brand@example.com", "description": format!("What {} sells", name(campaigns)),
            "blocked": false,
        })
    });
    Ok(third(200, rows.collect::<Vec<_>>()))
}

fn inviting(id: &str, campaigns: &[&Campaign]) -> Value {
    let invitations = campaigns
        .iter()
        .map(|campaign| json!({ "id": format!("{}|1", campaign.id), "campaign": brief(campaign) }));
    let invitations: Vec<Value> = invitations.collect();
    json!({
        "id": id, "name": name(campaigns), "network": network(), "address": address("1 Example Street"),
        "invitations": invitations,
    })
}

/// Accepts or declines. What was decided this way before stays so; anything else without an invitation is not found,
/// and then nothing is changed.
fn decide(state: &mut State, call: &Call<'_>, decision: Participation) -> Outcome {
    let ids: Vec<&str> = call.items("campaign_ids").iter().filter_map(Value::as_str).collect();
    let can = |id: &&str| match state.participation(id) {
        Some(standing) => standing == Participation::Invited || standing == decision,
        None => false,
    };
    if let Some(id) = ids.iter().find(|id| !can(id)) {
        return Err(Refusal::not_found("invitation", id));
    }
    for id in ids {
        state.participations.insert(id.to_owned(), decision);
    }
    Ok(nothing().committed())
}

/// What a request makes of a campaign to which the partner has no standing yet.
fn requested(state: &State) -> Participation {
    match state.switches.campaign_requests {
        CampaignRequests::Pending => Participation::Pending,
        CampaignRequests::Approved => Participation::Approved,
    }
}

fn request(state: &mut State, call: &Call<'_>) -> Answer {
    let outcome = requested(state);
    let (mut done, mut failed) = (0_u64, 0_u64);
    for asked in call.items("campaign_requests") {
        let text = |name: &str| asked.get(name).and_then(Value::as_str).unwrap_or_default();
        let campaign = state.campaign(text("campaign_id"));
        let is_known = campaign.is_some_and(|campaign| campaign.brand_id == text("advertiser_id"));
        if is_known && state.participation(text("campaign_id")).is_none() {
            state.participations.insert(text("campaign_id").to_owned(), outcome);
            done += 1;
        } else {
            failed += 1;
        }
    }
    // The name of the last member is the manual's.
    let body = json!({ "success_count": done, "failure_count": failed, "execution_type": EXECUTION_TIME });
    let answer = Answer::json(201, &body);
    if done > 0 { answer.committed() } else { answer }
}

/// The obsolete way: all or nothing, and the campaigns are shown as they stand afterwards.
fn request_access(state: &mut State, call: &Call<'_>) -> Outcome {
    let letter = call.captured("status");
    Participation::of(letter).ok_or_else(|| Refusal::not_found("status", letter))?;
    let ids = call.items("campaigns").iter();
    let ids: Vec<&str> = ids.filter_map(|asked| asked.get("campaign_id").and_then(Value::as_str)).collect();
    if let Some(id) = ids.iter().find(|id| state.campaign(id).is_none()) {
        return Err(Refusal::not_found("campaign", id));
    }
    let outcome = requested(state);
    let mut rows = Vec::new();
    for id in ids {
        let standing = *state.participations.entry(id.to_owned()).or_insert(outcome);
        rows.extend(state.campaign(id).map(|campaign| shown(campaign, standing)));
    }
    Ok(many("campaigns", wrapped("campaign", rows)).committed())
}

fn participations(state: &State, call: &Call<'_>) -> Answer {
    let colons = state.switches.stray_colons;
    let key = |name: &str| match colons {
        StrayColons::No => name.to_owned(),
        StrayColons::Yes => format!("{name}:"),
    };
    // Only those that run are shown unless others are asked for; all networks and campaigns run here.
    let asked: Vec<&str> = call.all("status[]").collect();
    let statuses = if asked.is_empty() { vec!["a"] } else { asked };
    let runs = call.wants("campaign_status[]", "a") && call.wants("network_status[]", "a");
    let rows = state.world.campaigns().iter().filter(|_| runs).filter_map(|campaign| {
        let standing = state.participation(&campaign.id)?;
        if !statuses.contains(&standing.letter()) {
            return None;
        }
        let approved = (standing == Participation::Approved).then_some("2020-01-01T00:00:00+00:00");
        Some(json!({
            key("campaign_id"): campaign.id,
            "status": standing.letter(),
            "approved": approved,
            "agreed_latest_terms": "y",
            "custom_terms": "n",
            key("campaign_info"): {
                "title": campaign.title, "secure_tracking": "y", "cpc_tracking_link": null,
                "tracking_link_mobile": null, "allow_deep_linking": "y", "campaign_languages": {},
            },
        }))
    });
    third(200, rows.collect::<Vec<_>>())
}

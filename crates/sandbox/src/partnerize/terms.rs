//! Terms of campaigns, and a partner's word that it has read them.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::call::{Call, Outcome, many, third};
use super::campaigns::{custom_terms_id, id_of};
use super::data::Campaign;
use super::records::Record;
use super::refusal::{Class, Refusal};
use super::state::{State, USER, own};
use crate::spec::read_time;

/// When all terms were written.
const WRITTEN: &str = "2020-01-01T00:00:00Z";
/// The languages in which there are terms; others fall back to the first.
const LOCALES: [&str; 2] = ["en", "de"];

pub(super) fn answer(state: &mut State, call: &Call<'_>) -> Option<Outcome> {
    Some(match call.operation {
        "listCampaignTerms" => list(state, call),
        "getCampaignTerms" => {
            let id = call.captured("id");
            let mut all = state
                .world
                .campaigns()
                .iter()
                .flat_map(|campaign| LOCALES.map(|locale| terms(campaign, locale)));
            let found = all.find(|terms| terms["id"] == id);
            found.map(|terms| third(200, terms)).ok_or_else(|| Refusal::not_found("campaign terms", id))
        }
        "listCombinedTerms" => combined(state, call),
        "getCustomTerms" => custom(state, call),
        "acknowledgeTerms" => acknowledge(state, call),
        "listAcknowledgments" => acknowledgments(&state.acknowledgments, call),
        "getAcknowledgment" => {
            let id = call.captured("id");
            let found = state.acknowledgments.iter().find(|record| record.id == id);
            found
                .map(|record| third(200, record.value()))
                .ok_or_else(|| Refusal::not_found("acknowledgment", id))
        }
        _ => return None,
    })
}

fn terms_id(campaign: &Campaign, locale: &str) -> String {
    let number = LOCALES.iter().position(|known| *known == locale).unwrap_or(0);
    format!("{}{number}", id_of(campaign, "111111l5"))
}

fn terms(campaign: &Campaign, locale: &str) -> Value {
    json!({
        "id": terms_id(campaign, locale), "created_at": "2020-01-01T00:00:00+0000", "locale": locale,
        "content": text(campaign), "campaign_id": campaign.id,
    })
}

fn text(campaign: &Campaign) -> String {
    format!("<p>No bids on the name {}, and none on {}.</p>", campaign.brand, campaign.title)
}

fn list(state: &State, call: &Call<'_>) -> Outcome {
    let asked = call.query("locale").unwrap_or("en");
    let locale = LOCALES.into_iter().find(|known| *known == asked).unwrap_or("en");
    let is_in_range = call.in_range("created_at", read_time(WRITTEN).unwrap_or(Timestamp::UNIX_EPOCH))?;
    let content = call.query("content").unwrap_or_default();
    let campaigns = state.world.campaigns().iter().filter(|campaign| {
        is_in_range
            && state.participation(&campaign.id).is_some()
            && call.wants("campaign_id", &campaign.id)
            && text(campaign).contains(content)
    });
    Ok(third(200, campaigns.map(|campaign| terms(campaign, locale)).collect::<Vec<_>>()))
}

/// The network's terms, and those of each campaign that is named.
fn combined(state: &State, call: &Call<'_>) -> Outcome {
    let mut all = vec![json!({ "title": "Network terms", "content": "<p>Be fair.</p>" })];
    for id in call.all("campaigns") {
        let campaign = state.campaign(id).ok_or_else(|| Refusal::not_found("campaign", id))?;
        all.push(json!({ "title": format!("{} standard terms", campaign.title), "content": text(campaign) }));
    }
    Ok(many("terms", all))
}

/// Terms of a campaign's own, in the languages that there are.
fn custom(state: &State, call: &Call<'_>) -> Outcome {
    let id = call.captured("custom_terms_id");
    let campaign = state.world.campaigns().iter().find(|campaign| custom_terms_id(campaign) == id);
    let campaign = campaign.ok_or_else(|| Refusal::not_found("custom terms", id))?;
    let rows = LOCALES.map(|locale| {
        json!({
            "campaign_custom_terms_and_conditions_id": id, "campaign_id": campaign.id, "active": "y",
            "created": "2020-01-01 00:00:00", "locale": locale, "terms": text(campaign),
            "title": "Standard terms",
        })
    });
    Ok(many("custom_terms", rows.to_vec()))
}

fn acknowledge(state: &mut State, call: &Call<'_>) -> Outcome {
    let partner = call.text("partner_id").unwrap_or_default();
    own(partner, "[partner_id]")?;
    let terms = call.text("campaign_terms_and_conditions_id").unwrap_or_default();
    let is_known = |campaign: &Campaign| LOCALES.iter().any(|locale| terms_id(campaign, locale) == terms);
    if !state.world.campaigns().iter().any(is_known) {
        let message = "There are no such campaign terms and conditions.";
        return Err(Refusal::flaw("campaign_terms_and_conditions_id", Class::Choice, message));
    }
    let id = state.next_id("111111l", 10);
    let fields = json!({
        "id": id, "partner_id": partner, "campaign_terms_and_conditions_id": terms,
        "created_at": call.now.strftime("%Y-%m-%dT%H:%M:%S+0000").to_string(), "created_by": USER,
    });
    let record = Record::new(id, fields);
    let answer = third(201, record.value()).committed();
    state.acknowledgments.push(record);
    Ok(answer)
}

fn acknowledgments(records: &[Record], call: &Call<'_>) -> Outcome {
    let exact = ["partner_id", "campaign_terms_and_conditions_id", "created_by"];
    let mut found = Vec::new();
    for record in records {
        let made = record.text("created_at").and_then(read_time).unwrap_or(Timestamp::UNIX_EPOCH);
        let is_wanted = call.in_range("created_at", made)?;
        if is_wanted && exact.iter().all(|name| call.wants(name, record.text(name).unwrap_or_default())) {
            found.push(record.value());
        }
    }
    Ok(third(200, found))
}

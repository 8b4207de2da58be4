//! How a sale is divided between partners, and the groups that brands sort partners into. Every second campaign has
//! both, the others neither.

use serde_json::{Value, json};

use super::call::{Call, Outcome, many, wrapped};
use super::campaigns::{id_of, is_generous, voucher_code};
use super::data::Campaign;
use super::records::Participation;
use super::state::State;
use crate::wire::Answer;

const STARTS: &str = "2020-01-01T00:00:00+00:00";
const ENDS: &str = "2030-01-01T00:00:00+00:00";

pub(super) fn answer(state: &State, call: &Call<'_>) -> Option<Outcome> {
    Some(match call.operation {
        "getAttribution" => state.visible_campaign(call.captured("campaignId")).map(attribution),
        "listCommissionGroups" => {
            let campaigns = state.campaigns_that_are(Participation::Approved);
            let groups = campaigns.filter(|campaign| is_generous(campaign)).map(group);
            Ok(many("commission_groups", wrapped("commission_group", groups)))
        }
        _ => return None,
    })
}

/// A group, all inside of its wrapper.
fn group(campaign: &Campaign) -> Value {
    json!({
        "commission_group_id": id_of(campaign, "1011l"), "campaign_id": campaign.id, "name": "Best partners",
        "description": "", "start_date_time": "2020-01-01 00:00:00", "end_date_time": null, "active": "y",
        "last_modified": "2020-01-01 00:00:00",
    })
}

/// What does not hold is absent.
fn attribution(campaign: &Campaign) -> Answer {
    let has_rules = is_generous(campaign);
    let rules = if has_rules {
        json!({
            "preferred_partner": [{ "start_date": STARTS, "end_date": ENDS }],
            "exclusive_codes": [{
                "code": { "operator": "EQUALS", "value": voucher_code(campaign) },
                "start_date": STARTS, "end_date": null,
            }],
            "in_cart": { "threshold": 60 },
            "split": { "initiator": 40, "contributor_fallback": "converter", "converter": 60 },
        })
    } else {
        json!({})
    };
    let flags = json!({ "preferred_partner": has_rules, "exclusive_codes": has_rules });
    Answer::json(200, &json!({ "data": rules, "meta": flags }))
}

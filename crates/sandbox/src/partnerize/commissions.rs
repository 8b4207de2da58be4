//! What a campaign pays: by default, to this partner, for sales with a voucher code, in promotions and by tiers. Every
//! second campaign has all of these, the others only the default and the partner's own.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::call::{Call, EXECUTION_TIME, Outcome, many, with};
use super::campaigns::{id_of, is_generous, voucher_code};
use super::data::{Campaign, PARTNER_NAME};
use super::state::{PARTNER, State, USER};
use crate::spec::read_time;
use crate::wire::Answer;

const STARTS: &str = "2020-01-01 00:00:00";
const ENDS: &str = "2030-01-01 00:00:00";

/// One kind of commission, with the letter that makes its ids.
#[derive(Debug, Clone, Copy)]
struct Kind {
    name: &'static str,
    prefix: &'static str,
    description: &'static str,
    /// What is paid beyond the campaign's percentage, in percent.
    extra: u16,
}

const OWN: Kind = Kind { name: "campaign", prefix: "111111l20", description: "Every sale", extra: 0 };
const VOUCHER: Kind =
    Kind { name: "voucher", prefix: "111111l21", description: "Sales with a voucher code", extra: 1 };
const PROMOTION: Kind =
    Kind { name: "promotion", prefix: "111111l22", description: "The season's promotion", extra: 3 };

pub(super) fn answer(state: &State, call: &Call<'_>) -> Option<Outcome> {
    let list = |key: &'static str, rows: fn(&Campaign) -> Vec<Value>| {
        state.visible_campaign(call.captured("campaignId")).map(|campaign| many(key, rows(campaign)))
    };
    Some(match call.operation {
        "getDefaultCommission" => state.visible_campaign(call.captured("campaignId")).map(the_default),
        "listCommissions" => list("commissions", |campaign| vec![common(campaign, OWN)]),
        "listVoucherCommissions" => list("voucher_commissions", |campaign| sometimes(campaign, for_vouchers)),
        "listPromotionalCommissions" => list("promotions", |campaign| sometimes(campaign, promotion)),
        "listTieredCommissions" => list("tiers", |campaign| sometimes(campaign, tier)),
        "listActiveCommissions" => state.visible_campaign(call.captured("campaignId")).map(|campaign| {
            let at = call.query("at").and_then(read_time).unwrap_or(call.now);
            many("active_commissions", active(campaign, at))
        }),
        _ => return None,
    })
}

fn sometimes(campaign: &Campaign, row: fn(&Campaign) -> Value) -> Vec<Value> {
    is_generous(campaign).then(|| row(campaign)).into_iter().collect()
}

/// Numbers are texts here, and only here; nothing is around it.
fn the_default(campaign: &Campaign) -> Answer {
    let percent = campaign.percent.to_string();
    let body = json!({
        "description": "The default commission", "performance_value": percent,
        "performance_model": "percentage_cpa", "last_modified_by": USER, "last_modified": STARTS,
        "publishers": { "id": PARTNER, "performance_value": percent, "name": PARTNER_NAME },
        "groups": {
            "id": id_of(campaign, "1011l"), "performance_value": percent, "name": "Best partners",
        },
        "execution_time": EXECUTION_TIME,
    });
    Answer::json(200, &body)
}

/// What the kinds have in common.
fn common(campaign: &Campaign, kind: Kind) -> Value {
    json!({
        "id": id_of(campaign, kind.prefix), "description": kind.description,
        "performance_value": campaign.percent + kind.extra, "performance_model": "percentage_cpa",
        "start_date": STARTS, "end_date": ENDS, "status": "ACTIVE", "meta_fields": [],
        "last_modified": STARTS, "last_modified_by": USER, "cookie_period": 30,
        "commission_based_on_field": "value",
    })
}

fn for_vouchers(campaign: &Campaign) -> Value {
    let codes = json!([{
        "id": id_of(campaign, "111111l1000"), "code": voucher_code(campaign), "description": "",
        "start_date": STARTS, "end_date": ENDS, "groups": [],
    }]);
    with(common(campaign, VOUCHER), "voucher_codes", codes)
}

fn promotion(campaign: &Campaign) -> Value {
    let publishers = json!([{ "id": PARTNER, "name": PARTNER_NAME }]);
    with(with(common(campaign, PROMOTION), "publishers", publishers), "groups", json!([]))
}

fn tier(campaign: &Campaign) -> Value {
    json!({
        "id": id_of(campaign, "111111l23"), "name": "The more the better", "start_date": STARTS,
        "end_date": ENDS, "evaluation_period": 30, "reward_pending": true, "reward_model": "fixed_reward",
        "performance_measurement": "total_items", "meta_fields": [],
        "levels": [{ "threshold": 10, "bonus_value": 5 }, { "threshold": 100, "bonus_value": 75.5 }],
        "publishers": [{ "id": PARTNER, "name": PARTNER_NAME }], "groups": [], "status": "ACTIVE",
    })
}

/// All that hold at a time.
fn active(campaign: &Campaign, at: Timestamp) -> Vec<Value> {
    let holds = |text: &str| read_time(text).is_some_and(|start| start <= at);
    let ended = |text: &str| read_time(text).is_some_and(|end| end < at);
    if !holds(STARTS) || ended(ENDS) {
        return Vec::new();
    }
    let kinds: &[Kind] = if is_generous(campaign) { &[OWN, VOUCHER, PROMOTION] } else { &[OWN] };
    let rows = kinds.iter().map(|kind| {
        json!({
            "id": id_of(campaign, kind.prefix), "type": kind.name, "description": kind.description,
            "start_date": "2020-01-01T00:00:00Z", "end_date": "2030-01-01T00:00:00Z",
            "commission_based_on_field": "value", "status": "ACTIVE", "meta_fields": [],
            "rates": [{
                "id": id_of(campaign, "111111l24"), "scope": "publisher", "name": PARTNER_NAME,
                "performance_value": campaign.percent + kind.extra, "performance_model": "percentage_cpa",
                "cookie_period": null,
            }],
        })
    });
    rows.collect()
}

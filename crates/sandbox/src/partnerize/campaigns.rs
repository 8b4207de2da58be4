//! Campaigns as the first generation shows them, and what they offer: voucher codes, creatives, feeds.

use serde_json::{Value, json};

use super::call::{Call, EXECUTION_TIME, Outcome, csv, csv_row, many, wrapped};
use super::data::Campaign;
use super::records::Participation;
use super::refusal::Refusal;
use super::state::{State, USER};
use crate::wire::Answer;

/// When all of this was made, and until when it holds.
const MADE: &str = "2020-01-01 00:00:00";
const ENDS: &str = "2030-01-01 00:00:00";

pub(super) fn answer(state: &State, call: &Call<'_>) -> Option<Outcome> {
    let joined = || state.campaigns_that_are(Participation::Approved);
    Some(match call.operation {
        "listCampaigns" => list(state, call),
        "listCampaignReferences" => {
            let mut text = csv_row(["Advertiser", "Campaign", "camref"]);
            for campaign in joined() {
                text += &csv_row([campaign.brand.as_str(), &campaign.title, &campaign.camref]);
            }
            Ok(csv(text))
        }
        "listVoucherCodes" => state.visible_campaign(call.captured("campaign_id")).map(vouchers),
        "countCreatives" => {
            let counts = joined().map(|campaign| {
                json!({ "campaign_id": campaign.id, "creatives": { "Banner": 1, "Text Link": 1 } })
            });
            Ok(many("campaign_creatives", wrapped("campaign_creative", counts)))
        }
        "listCreatives" => state.visible_campaign(call.captured("campaign_id")).map(|campaign| {
            let kinds = [1_u64, 3].into_iter();
            let kinds = kinds.filter(|kind| call.wants("creative_type_id", &kind.to_string()));
            many("creatives", wrapped("creative", kinds.map(|kind| creative(campaign, kind))))
        }),
        "listFeeds" => {
            let wanted = joined().filter(|campaign| call.wants("campaign_id", &campaign.id));
            Ok(many("campaigns", wrapped("campaign", wanted.map(|campaign| feeds(campaign, call)))))
        }
        _ => return None,
    })
}

fn list(state: &State, call: &Call<'_>) -> Outcome {
    let letter = call.captured("status");
    let standing = Participation::of(letter).ok_or_else(|| Refusal::not_found("status", letter))?;
    let shown = state.campaigns_that_are(standing).map(|campaign| shown(campaign, standing));
    Ok(many("campaigns", wrapped("campaign", shown)))
}

/// A campaign as listings show it.
pub(super) fn shown(campaign: &Campaign, standing: Participation) -> Value {
    let mut shown = json!({
        "campaign_id": campaign.id, "title": campaign.title, "advertiser_id": campaign.brand_id,
        "status": "a", "publisher_status": standing.letter(), "default_currency": campaign.currency_code(),
        "default_commission_rate": campaign.percent.to_string(), "commissions": [],
        "conversion_type": "sale", "vertical_id": campaign.vertical.0, "vertical_name": campaign.vertical.1,
        "description": { "en": format!("Sells for {}", campaign.brand) },
        "terms": { "en": { "terms": format!("The terms of {}", campaign.title) } },
        "campaign_custom_terms_and_conditions_id": custom_terms_id(campaign),
        "campaign_custom_terms_and_conditions_title": "Standard terms", "reporting_timezone": "UTC",
        "tracking_method": "s2s", "cookie_period": 30, "campaign_currency_conversions": [],
        "campaign_languages": null, "network_fee": null, "tq_auto_approve": 60, "week_start": "Monday",
    });
    let words: [(&str, &[&str]); 2] = [
        ("y", &["allow_deep_linking", "secure_tracking", "tq_enabled", "unique_conversion_refs"]),
        (
            "n",
            &[
                "allow_third_party_pixel",
                "hidden_campaign",
                "is_cpc",
                "multiple_conversions_per_click",
                "test_mode",
            ],
        ),
    ];
    if let Value::Object(members) = &mut shown {
        for (word, names) in words {
            members.extend(names.iter().map(|name| ((*name).to_owned(), Value::from(word))));
        }
    }
    shown
}

/// The id of a campaign's own terms.
pub(super) fn custom_terms_id(campaign: &Campaign) -> String {
    id_of(campaign, "111111l4")
}

/// The id of something of a campaign: its number behind another prefix.
pub(super) fn id_of(campaign: &Campaign, prefix: &str) -> String {
    let number = campaign.id.rsplit('l').next().unwrap_or_default();
    format!("{prefix}{number}")
}

/// Every second campaign has more than the others: commissions, groups, rules.
pub(super) fn is_generous(campaign: &Campaign) -> bool {
    campaign.id.bytes().last().is_some_and(|digit| digit % 2 == 0)
}

/// The code that customers of a campaign can type.
pub(super) fn voucher_code(campaign: &Campaign) -> String {
    format!("SAVE{}", id_of(campaign, ""))
}

fn vouchers(campaign: &Campaign) -> Answer {
    let voucher = json!({
        "voucher_code": voucher_code(campaign), "voucher_code_id": id_of(campaign, "111111l1000"),
        "campaign_id": campaign.id, "active": "y", "description": "", "commission_groups": [],
        "on_expiry": "ignore", "on_invalid_user": "ignore", "start_date_time": MADE, "end_date_time": ENDS,
    });
    let fields = ["conversion_type", "customer_reference", "country", "sku", "category", "customer_type"];
    let body = json!({
        "count": 1, "execution_time": EXECUTION_TIME, "commission_fields": fields,
        "voucher_codes": wrapped("voucher_code", [voucher]),
    });
    Answer::json(200, &body)
}

fn creative(campaign: &Campaign, kind: u64) -> Value {
    let id = format!("{}{kind}", id_of(campaign, "3004"));
    let item = format!("{}{kind}", id_of(campaign, "3003"));
    let (height, width) = if kind == 1 { (360, 400) } else { (0, 0) };
    json!({
        "creative_id": id, "campaign_id": campaign.id, "creative_type_id": kind, "active": "y", "tags": "",
        "advertiser_reference": campaign.title, "description": format!("{} {kind}", campaign.title),
        "created_at": MADE, "created_by": USER, "default_specific_creative_id": item, "height": height,
        "width": width, "limits": "", "start_date_time": MADE, "end_date_time": ENDS,
        "creative_tracking_link":
            format!("https://links.example/click/camref:{}/creativeref:{id}", campaign.camref),
        "creative_tracking_link_rotate": "", "dynamic_tracking_link": "", "html_tracking_link": "",
        "custom_append_url_parameters": "", "custom_prepend_url_parameters": "",
        "creative_items": [{
            "creative_item_id": item, "campaign_id": campaign.id, "creative_type_id": kind, "active": "y",
            "content_type": "image/jpeg", "created_at": MADE, "created_by": USER, "description": "",
            "filename": "banner.jpg", "specific_destination": "", "tags": "",
            "custom_append_url_parameters": "", "custom_prepend_url_parameters": "",
        }],
    })
}

fn feeds(campaign: &Campaign, call: &Call<'_>) -> Value {
    let updated = call.now.as_second();
    json!({
        "campaign_id": campaign.id,
        "title": campaign.title,
        "feeds": [{
            "campaign_feeds_id": id_of(campaign, "1011l"), "campaign_id": campaign.id,
            "creative_id": format!("{}1", id_of(campaign, "3004")), "filename": "products.csv",
            "filesize": 581_427, "filesize_compressed": 27_691, "last_processed": updated,
            "updated": updated, "name": "Products", "title": campaign.title,
        }],
    })
}

//! All 92 operations, each with a valid request.

use serde_json::{Value, json};

use crate::partnerize_support::{BASIC, call, get, own};
use crate::support::{control, sandbox, send};

/// What the manual's samples have: operation, status, and the ways to members that an answer has (JSON pointers; `|` is
/// any one item of a list or member of a map). Operations whose answer is CSV have the beginning of its first line.
#[rustfmt::skip]
const ANSWERS: [(&str, u16, &str); 92] = [
    ("listNetworks", 200, "/count /execution_time /networks/|/network/network_id /networks/|/network/network_name"),
    ("getPartner", 200, "/publisher/publisher_id /publisher/reporting_timezone /publisher/contact_email"),
    ("updatePartner", 200, "/status/status /status/message /publisher/publisher_id"),
    ("updateCurrentUser", 200, "/data/user_id /data/email_verified /data/email"),
    ("listWebsites", 200, "/websites/|/website/website_id /websites/|/website/website_name"),
    ("createWebsites", 200, "/websites/|/website/website_id /websites/|/website/publisher_id"),
    ("updateWebsites", 200, "/websites/|/website/website_id"),
    ("getWebsite", 200, "/website/website_id /website/website_type /website/primary"),
    ("listDatabases", 200, "/databases/|/database/database_id"),
    ("createDatabases", 200, "/databases/|/database/database_name /databases/|/database/size"),
    ("updateDatabases", 200, "/databases/|/database/database_id"),
    ("getDatabase", 200, "/database/database_id /database/creation_method"),
    ("listCampaigns", 200, "/campaigns/|/campaign/campaign_id /campaigns/|/campaign/title /campaigns/|/campaign/description/en"),
    ("requestCampaignAccess", 200, "/campaigns/|/campaign/campaign_id /campaigns/|/campaign/publisher_status"),
    ("listVoucherCodes", 200, "/count /commission_fields/| /voucher_codes/|/voucher_code/voucher_code_id"),
    ("listCampaignReferences", 200, "Advertiser,Campaign,camref"),
    ("listParticipations", 200, "/data/|/campaign_id /data/|/status /data/|/campaign_info/title"),
    ("requestCampaigns", 201, "/success_count /failure_count /execution_type"),
    ("listInvitations", 200, "/count /advertisers/|/id /advertisers/|/invitations/|/campaign/currency/iso /advertisers/|/network/id"),
    ("acceptInvitations", 204, ""),
    ("declineInvitations", 204, ""),
    ("discoverBrands", 200, "/advertisers/|/id /advertisers/|/address/line1 /advertisers/|/campaigns/|/status"),
    ("getDiscoverableBrand", 200, "/advertiser/id /advertiser/network/name /advertiser/campaigns"),
    ("listMyBrands", 200, "/data/|/brand_id /data/|/blocked"),
    ("countCreatives", 200, "/campaign_creatives/|/campaign_creative/creatives/Banner"),
    ("listCreatives", 200, "/creatives/|/creative/creative_id /creatives/|/creative/creative_items/|/creative_item_id"),
    ("listFeeds", 200, "/count /campaigns/|/campaign/feeds/|/campaign_feeds_id"),
    ("listLinks", 200, "/count /limit /offset /links/|/id /hypermedia/pagination/next_page /hypermedia/pagination/total_item_count"),
    ("createLink", 200, "/execution_time /link/id /link/params /link/active /link/description"),
    ("getLink", 200, "/link/id /link/campaign_id"),
    ("updateLink", 200, "/link/id /link/campaign_id"),
    ("getDefaultCommission", 200, "/description /performance_value /publishers/id /groups/id"),
    ("listCommissions", 200, "/commissions/|/id /commissions/|/performance_model /commissions/|/cookie_period"),
    ("listVoucherCommissions", 200, "/voucher_commissions/|/id /voucher_commissions/|/voucher_codes/|/code"),
    ("listPromotionalCommissions", 200, "/promotions/|/id /promotions/|/publishers/|/id"),
    ("listTieredCommissions", 200, "/tiers/|/id /tiers/|/levels/|/threshold"),
    ("listActiveCommissions", 200, "/active_commissions/|/type /active_commissions/|/rates/|/scope"),
    ("getAttribution", 200, "/data/split/initiator /data/exclusive_codes/|/code/operator /meta/preferred_partner"),
    ("listCommissionGroups", 200, "/count /commission_groups/|/commission_group/commission_group_id"),
    ("reportConversions", 200, "/total_conversion_count /count /limit /conversions/|/conversion_data/conversion_id /conversions/|/conversion_data/conversion_items/|/item_value"),
    ("exportConversions", 200, "conversion_id,campaign_id,publisher_id,conversion_date,"),
    ("exportConversionItems", 200, "conversion_id,campaign_id,publisher_id,conversion_date,"),
    ("reportClicks", 200, "/unique_click_count /offset /limit /count /clicks/|/click/clickref /clicks/|/click/set_time"),
    ("exportClicks", 200, "click_id,cookie_id,campaign_id,publisher_id,status,"),
    ("listTransactionQueries", 200, "/count /filters /sort/column /transaction_queries/|/transaction_query/transaction_query_id /transaction_queries/|/transaction_query/state_history/state"),
    ("createTransactionQueries", 200, "/execution_time /job/job_id /job/update /job/status /job/percentage_complete"),
    ("deleteTransactionQuery", 200, "/transaction_query/deleted"),
    ("listSelfBills", 200, "/selfbills/|/selfbill/publisher_self_bill_id"),
    ("getSelfBill", 200, "/selfbill/publisher_self_bill_id /selfbill/total_value"),
    ("listPaymentDetails", 200, "/payment_details/|/publisher_payment_detail_set_id /payment_details/|/payment_detail_values/bank_name"),
    ("createPaymentDetails", 200, "/payment_details/|/paid_currency"),
    ("listAvailableCommissions", 200, "/available_commissions/|/available_commission/publisher_commission_converted/value"),
    ("getPaymentSummary", 200, "/summary/available /summary/confirmed /summary/pending /summary/approved /summary/paid"),
    ("getPayable", 200, "/offset /limit /count /total_value /conversion_items"),
    ("countClicks", 200, "/data"),
    ("explodeClicks", 200, "/data/|/country /data/|/total_clicks"),
    ("filterClicks", 200, "/data/|/country"),
    ("timeClicks", 200, "/data/|"),
    ("countConversions", 200, "/data"),
    ("explodeConversions", 200, "/data/|/country /data/|/total_conversions"),
    ("filterConversions", 200, "/data/|/country"),
    ("timeConversions", 200, "/data/|"),
    ("countImpressions", 200, "/data"),
    ("explodeImpressions", 200, "/data/|/country /data/|/total_impressions"),
    ("filterImpressions", 200, "/data/|/country"),
    ("timeImpressions", 200, "/data/|"),
    ("listTags", 200, "/data/|/id /data/|/scope/partner /data/|/last_modified_by"),
    ("createTag", 201, "/data/id /data/created_at /data/active"),
    ("getTag", 200, "/data/id /data/name"),
    ("updateTag", 200, "/data/id /data/last_modified_at"),
    ("deleteTag", 204, ""),
    ("listAvailableFeatures", 200, "/data/|/name /data/|/description /data/|/config_schema"),
    ("listTagFeatures", 200, "/data/|/name /data/|/config"),
    ("enableTagFeature", 201, "/data/name /data/config"),
    ("disableTagFeature", 204, ""),
    ("getCustomTerms", 200, "/custom_terms/|/campaign_custom_terms_and_conditions_id /custom_terms/|/locale"),
    ("listCombinedTerms", 200, "/count /terms/|/title /terms/|/content"),
    ("listCampaignTerms", 200, "/data/|/id /data/|/locale /data/|/campaign_id"),
    ("getCampaignTerms", 200, "/data/id /data/content"),
    ("listAcknowledgments", 200, "/data/|/campaign_terms_and_conditions_id /data/|/created_by"),
    ("acknowledgeTerms", 201, "/data/id /data/partner_id"),
    ("getAcknowledgment", 200, "/data/id /data/created_at"),
    ("getJob", 200, "/job/job_id /job/status /job/percentage_complete /job/response_within_retention"),
    ("listCountries", 200, "/countries/|/country/iso /countries/|/country/printable_name"),
    ("listCurrencies", 200, "/currencies/|/currency/iso"),
    ("listTimezones", 200, "/timezones/|/timezone/name /timezones/|/timezone/ref_timezone_id"),
    ("listDevices", 200, "/devices/|/device/ref_device_id"),
    ("listUserContexts", 200, "/user_contexts/|/user_context/ref_user_context_id"),
    ("listTrafficSources", 200, "/traffic_sources/|/traffic_source/ref_traffic_source_id"),
    ("listConversionTypes", 200, "/conversion_types/|/conversion_type/conversion_type_id"),
    ("listConversionMetrics", 200, "/conversion_metrics/|/conversion_metrics/ref_conversion_metric_id"),
    ("listPartnershipModels", 200, "/partnership_models/|/partnership_model/ref_partnership_model_id"),
];

/// Whether something is at the end of a way, null included.
fn has(value: &Value, way: &[&str]) -> bool {
    let Some((step, rest)) = way.split_first() else { return true };
    match (*step, value) {
        ("|", Value::Array(items)) => items.iter().any(|item| has(item, rest)),
        ("|", Value::Object(members)) => members.values().any(|item| has(item, rest)),
        (name, Value::Object(members)) => members.get(name).is_some_and(|item| has(item, rest)),
        _ => false,
    }
}

/// What is wrong with the answer to a valid request; nothing where it is right.
fn wrong(operation: &str, status: u16, expected: &str) -> Option<String> {
    // Some operations delete what others ask for: each has a sandbox of its own.
    let sandbox = sandbox();
    let partnerize = sandbox.partnerize();
    let samples = partnerize.samples();
    let sample = samples.iter().find(|sample| sample.operation == operation).unwrap();
    let body = sample.body.as_ref().map(Value::to_string).unwrap_or_default();
    let reply = call(partnerize, &sample.method, &sample.target(), &body);
    let record = &partnerize.requests()[0];
    assert_eq!(record.operation.as_deref(), Some(operation));
    assert_eq!(record.headers.iter().find(|(name, _)| name == "authorization").unwrap().1, "***");
    for name in ["Limit", "Remaining", "Reset", "Retry-After"] {
        assert!(reply.header(&format!("X-RateLimit-{name}")).is_some(), "{operation} {name}");
    }
    if reply.status != status {
        return Some(format!("{operation}: {sample:?} {reply:?}"));
    }
    if !expected.starts_with('/') {
        let is_right =
            if expected.is_empty() { reply.body.is_empty() } else { reply.body.starts_with(expected) };
        return (!is_right).then(|| format!("{operation}: {}", reply.body));
    }
    let answer = reply.json();
    let lacks = |way: &&str| !has(&answer, &way.split('/').skip(1).collect::<Vec<_>>());
    let lacking: Vec<&str> = expected.split(' ').filter(lacks).collect();
    (!lacking.is_empty())
        .then(|| format!("{operation} has no {lacking:?}: {}", &reply.body[..reply.body.len().min(600)]))
}

#[test]
fn every_operation_answers_a_valid_request_as_documented() {
    assert_eq!(sandbox().partnerize().samples().len(), 92);
    let found: Vec<String> = ANSWERS
        .iter()
        .filter_map(|(operation, status, expected)| wrong(operation, *status, expected))
        .collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn a_body_that_is_declared_is_required_by_every_operation() {
    let sandbox = sandbox();
    let partnerize = sandbox.partnerize();
    partnerize.configure(|switches| switches.analytics.tokens = 1_000);
    let samples = partnerize.samples();
    for sample in samples.iter().filter(|sample| sample.body.is_some()) {
        let reply = call(partnerize, &sample.method, &sample.target(), "");
        assert_eq!(reply.status, 400, "{sample:?} {reply:?}");
    }
}

#[test]
fn the_same_seed_makes_the_same_network() {
    let listed = |partnerize: &afflux_sandbox::Partnerize| get(partnerize, &own("/campaign/a")).body;
    let (first, second) = (sandbox(), sandbox());
    assert_eq!(listed(first.partnerize()), listed(second.partnerize()));
    let before = get(first.partnerize(), "/reference/publisher/camref/1l1007802").body;
    assert_eq!(before, get(second.partnerize(), "/reference/publisher/camref/1l1007802").body);
}

#[test]
fn samples_are_shown_over_the_control_api() {
    let sandbox = sandbox();
    let partnerize = sandbox.partnerize();
    let shown = control(partnerize, "GET", "/samples", "").json();
    assert_eq!(shown, json!(partnerize.samples()));
    assert_eq!(shown.as_array().unwrap().len(), 92);
    // Showing them again makes nothing new.
    assert_eq!(partnerize.websites().len(), 1);
}

#[test]
fn nobody_comes_in_without_both_keys() {
    let sandbox = sandbox();
    let partnerize = sandbox.partnerize();
    for (path, word) in [
        ("/network", "/error/type"),
        ("/v2/publishers/1l1007802/links", "/error/errors/0/code"),
        ("/v3/partner/partnerize-tags", "/error/errors/0/code"),
    ] {
        let missing = send(partnerize, "GET", path, &[], "");
        let wrong = send(partnerize, "GET", path, &[("Authorization", "Basic YTpi")], "");
        let right = send(partnerize, "GET", path, &[("Authorization", BASIC)], "");
        assert_eq!((missing.status, wrong.status, right.status), (401, 401, 200), "{path}");
        for refused in [&missing, &wrong] {
            let said = refused.json().pointer(word).cloned().unwrap();
            assert!(
                ["401", "unauthorized", "39b4b7c2-e5b9-41b1-83d4-db3b23b5ebfa"]
                    .contains(&said.as_str().unwrap()),
                "{path} {said}"
            );
            assert!(refused.header("X-RateLimit-Remaining").is_some());
        }
    }
}

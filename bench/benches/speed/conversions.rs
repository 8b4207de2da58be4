//! A page of Partnerize's conversions, and the structs that somebody would write by hand for it: owned texts, floats,
//! and nothing of what they do not name.

// The fields have the vendor's names.
#![allow(clippy::struct_field_names)]

use std::collections::HashMap;

use serde::Deserialize;

/// Rows of a page, the vendor's maximum.
pub(crate) const ROWS: u32 = 300;

/// A page as the vendor writes it.
pub(crate) fn page() -> String {
    let rows: Vec<String> = (0..ROWS).map(row).collect();
    format!(
        r#"{{"start_date_time_utc":"2025-11-01 00:00:00","end_date_time_utc":"2025-11-20 00:00:00","limit":300,"count":{ROWS},"execution_time":"1.04266 seconds","conversions":[{}]}}"#,
        rows.join(",")
    )
}

fn row(number: u32) -> String {
    let (day, hour, minute) = (number % 28 + 1, number % 24, number % 60);
    let time = format!("2025-11-{day:02} {hour:02}:{minute:02}:33");
    let (value, commission) =
        (format!("{}.{:02}", number + 20, number % 100), format!("{}.{:02}", number % 90, number % 97));
    format!(
        r#"{{"conversion_data":{{"conversion_id":"111111l{number}","campaign_id":"111111l29","publisher_id":"111111l92","conversion_time":"{time}","creative_type":0,"creative_id":0,"specific_creative_id":0,"currency":"EUR","publisher_reference":"","advertiser_reference":"adref-{number}","conversion_reference":"AUTO-5ebc127cb2ddf3.{number}","customer_type":null,"referer_ip":"265c:5b77:7721:e466:9e91:cf97:9b7a:b1f1","source_referer":"","last_modified":"{time}","conversion_type":1,"country":"ES","customer_reference":"custref-{number}","ref_device_id":2,"ref_partnership_model_id":2,"ref_traffic_source_id":3,"ref_conversion_metric_id":2,"ref_user_context_id":2,"campaign_title":"A campaign of {number}","publisher_name":"A publisher","click":{{"campaign_id":"111111l29","publisher_id":"111111l92","type":"standard","status":"nibbled","set_time":"{time}","set_ip":"265c:5b77:7721:e466:9e91:cf97:9b7a:b1f1","last_used":1589383804,"last_ip":"265c:5b77:7721:e466:9e91:cf97:9b7a:b1f1","publisher_reference":"","referer":"","creative_id":0,"creative_type":0,"specific_creative_id":0,"ref_device_id":2,"ref_traffic_source_id":3,"ref_partnership_model_id":2,"ref_user_context_id":2,"ref_device":"Desktop","ref_traffic_source":"Affiliate","ref_partnership_model":"CPA","ref_user_context":"Web","clickref":"click-{number}"}},"ref_conversion_metric":"Standard","ref_device":"Desktop","ref_partnership_model":"CPA","ref_traffic_source":"Affiliate","ref_user_context":"Web","conversion_value":{{"conversion_status":"pending","value":{value},"publisher_commission":{commission}}},"meta_data":{{"gclid":"adword_google_meta_data"}},"conversion_items":[{{"conversion_item_id":"111111l{number}","sku":"sku-{number}","category":"Shoes","item_value":{value},"item_publisher_commission":{commission},"item_status":"pending","last_update":"{time}","publisher_self_bill_id":null,"approved_at":null,"item_status_id":1,"reject_reason":null,"voucher_codes":[],"meta_data":{{"gclid":"adword_google_meta_data"}},"payable":false}}],"was_disputed":false,"conversion_lag":0,"clickref":"click-{number}"}}}}"#
    )
}

/// The page by hand.
#[derive(Debug, Deserialize)]
pub(crate) struct Page {
    pub(crate) conversions: Vec<Wrapper>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Wrapper {
    pub(crate) conversion_data: Conversion,
}

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "decoded to be compared with, not to be read")]
pub(crate) struct Conversion {
    conversion_id: Option<String>,
    campaign_id: Option<String>,
    publisher_id: Option<String>,
    conversion_time: Option<String>,
    creative_type: Option<i64>,
    creative_id: Option<i64>,
    specific_creative_id: Option<i64>,
    currency: Option<String>,
    publisher_reference: Option<String>,
    advertiser_reference: Option<String>,
    conversion_reference: Option<String>,
    customer_type: Option<String>,
    referer_ip: Option<String>,
    source_referer: Option<String>,
    last_modified: Option<String>,
    conversion_type: Option<i64>,
    country: Option<String>,
    customer_reference: Option<String>,
    ref_device_id: Option<i64>,
    ref_partnership_model_id: Option<i64>,
    ref_traffic_source_id: Option<i64>,
    ref_conversion_metric_id: Option<i64>,
    ref_user_context_id: Option<i64>,
    campaign_title: Option<String>,
    publisher_name: Option<String>,
    click: Option<Click>,
    ref_conversion_metric: Option<String>,
    ref_device: Option<String>,
    ref_partnership_model: Option<String>,
    ref_traffic_source: Option<String>,
    ref_user_context: Option<String>,
    pub(crate) conversion_value: Option<Value>,
    meta_data: Option<HashMap<String, String>>,
    conversion_items: Option<Vec<Item>>,
    was_disputed: Option<bool>,
    conversion_lag: Option<f64>,
    clickref: Option<String>,
}

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "decoded to be compared with, not to be read")]
pub(crate) struct Click {
    campaign_id: Option<String>,
    publisher_id: Option<String>,
    r#type: Option<String>,
    status: Option<String>,
    set_time: Option<String>,
    set_ip: Option<String>,
    last_used: Option<i64>,
    last_ip: Option<String>,
    publisher_reference: Option<String>,
    referer: Option<String>,
    creative_id: Option<i64>,
    creative_type: Option<i64>,
    specific_creative_id: Option<i64>,
    ref_device_id: Option<i64>,
    ref_traffic_source_id: Option<i64>,
    ref_partnership_model_id: Option<i64>,
    ref_user_context_id: Option<i64>,
    ref_device: Option<String>,
    ref_traffic_source: Option<String>,
    ref_partnership_model: Option<String>,
    ref_user_context: Option<String>,
    clickref: Option<String>,
}

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "decoded to be compared with, not to be read")]
pub(crate) struct Value {
    conversion_status: Option<String>,
    pub(crate) value: Option<f64>,
    publisher_commission: Option<f64>,
}

#[derive(Debug, Deserialize)]
#[expect(dead_code, reason = "decoded to be compared with, not to be read")]
pub(crate) struct Item {
    conversion_item_id: Option<String>,
    sku: Option<String>,
    category: Option<String>,
    item_value: Option<f64>,
    item_publisher_commission: Option<f64>,
    item_status: Option<String>,
    last_update: Option<String>,
    publisher_self_bill_id: Option<String>,
    approved_at: Option<String>,
    item_status_id: Option<i64>,
    reject_reason: Option<String>,
    voucher_codes: Option<Vec<String>>,
    meta_data: Option<HashMap<String, String>>,
    payable: Option<bool>,
}

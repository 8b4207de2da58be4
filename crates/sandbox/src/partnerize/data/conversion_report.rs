//! The report of conversions: pages by cursor over a view that stays, or by offset over live data.

use std::collections::BTreeMap;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use serde_json::{Value, json};

use super::asked::{Answered, Complaint, Parts};
use super::campaign::Campaign;
use super::click_report::{Attributes, MOST, Window};
use super::conversion::{Conversion, Item, Payment};
use super::money::Money;
use super::selection::Selection;
use super::survey::{Subject, Survey};
use super::when;
use super::words::{
    CONVERSION_METRICS, CONVERSION_TYPES, COUNTRIES, CREATIVES, CURRENCIES, CUSTOMER_TYPES, DEVICES,
    PARTNERSHIP_MODELS, PRODUCTS, PUBLISHER_REFERENCES, REJECT_REASONS, TRAFFIC_SOURCES, USER_CONTEXTS,
    VOUCHERS, entry,
};
use super::world::{PARTNER, PARTNER_NAME, World};
use super::xml;
use super::zone::Zone;
use crate::fault::Twist;

/// A cursor is this much more than the place in time of the conversion that the next page begins with.
const CURSOR: u64 = 10_000_000_000;

#[derive(Serialize)]
struct Page {
    total_conversion_count: BTreeMap<&'static str, u64>,
    total_publisher_commission: BTreeMap<&'static str, Money>,
    total_value: BTreeMap<&'static str, Money>,
    start_date_time_utc: String,
    end_date_time_utc: String,
    start_date_time: String,
    end_date_time: String,
    limit: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    offset: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cursor_id: Option<u64>,
    meta_data: Value,
    count: u64,
    execution_time: &'static str,
    hypermedia: Hypermedia,
    conversions: Vec<Wrapped>,
}

#[derive(Serialize)]
struct Hypermedia {
    pagination: Pagination,
}

#[derive(Serialize)]
struct Pagination {
    first_page: String,
    next_page: Option<String>,
}

#[derive(Serialize)]
struct Wrapped {
    conversion_data: Row,
}

#[derive(Serialize)]
struct Row {
    conversion_id: String,
    campaign_id: String,
    publisher_id: &'static str,
    conversion_time: String,
    creative_type: u8,
    creative_id: u16,
    specific_creative_id: u8,
    currency: &'static str,
    publisher_reference: &'static str,
    advertiser_reference: String,
    conversion_reference: String,
    customer_type: Option<&'static str>,
    referer_ip: String,
    source_referer: &'static str,
    last_modified: String,
    conversion_type: u16,
    country: &'static str,
    customer_reference: String,
    ref_device_id: u16,
    ref_partnership_model_id: u16,
    ref_traffic_source_id: u16,
    ref_conversion_metric_id: u16,
    ref_user_context_id: u16,
    campaign_title: String,
    publisher_name: &'static str,
    click: ClickOf,
    ref_conversion_metric: &'static str,
    ref_device: &'static str,
    ref_partnership_model: &'static str,
    ref_traffic_source: &'static str,
    ref_user_context: &'static str,
    conversion_value: Worth,
    meta_data: Value,
    conversion_items: Vec<ItemRow>,
    was_disputed: bool,
    conversion_lag: i64,
    clickref: String,
}

#[derive(Serialize)]
struct ClickOf {
    #[serde(flatten)]
    click: Attributes,
    ref_device: &'static str,
    ref_traffic_source: &'static str,
    ref_partnership_model: &'static str,
    ref_user_context: &'static str,
    clickref: String,
}

#[derive(Serialize)]
struct Worth {
    conversion_status: &'static str,
    value: Money,
    publisher_commission: Money,
}

#[derive(Serialize)]
struct ItemRow {
    conversion_item_id: String,
    sku: Value,
    category: &'static str,
    item_value: Money,
    item_publisher_commission: Money,
    item_status: &'static str,
    last_update: String,
    publisher_self_bill_id: Option<String>,
    approved_at: Option<String>,
    item_status_id: u8,
    reject_reason: Option<&'static str>,
    voucher_codes: Vec<Value>,
    meta_data: Value,
    payable: bool,
    #[serde(flatten)]
    payment: Option<PaymentInfo>,
}

/// What `include_payment_info` adds.
#[derive(Serialize)]
struct PaymentInfo {
    payment_status: &'static str,
    self_bill_request_date: Option<String>,
    self_bill_release_date: Option<String>,
}

pub(super) fn answer(world: &World, parts: &Parts<'_>) -> Result<Answered, Complaint> {
    let zone = when::zone(parts)?;
    let selection = Selection::read(parts, &zone, world)?;
    let survey = Survey::of(world, Subject::Conversions, &selection);
    let limit = parts.number("limit")?.unwrap_or(MOST).clamp(1, MOST);
    let cursor = parts.number("cursor_id")?;
    let asked = parts.number("offset")?;
    let mut late = 0;
    let (from, mut pass_over) = match (cursor, asked) {
        (Some(cursor), _) => (cursor.saturating_sub(CURSOR).max(survey.range.start), 0),
        (None, Some(asked)) => {
            let window = Window::of(parts, asked, limit);
            late = window.late;
            survey.seek(window.offset)
        }
        (None, None) => (survey.range.start, 0),
    };
    let payment = parts.yes("include_payment_info");
    let mut conversions = Vec::new();
    let mut next = None;
    for index in from..survey.range.end {
        let conversion = world.conversion(index);
        let items = selection.items(world, &conversion);
        if items.is_empty() {
            continue;
        }
        if pass_over > 0 {
            pass_over -= 1;
            continue;
        }
        if conversions.len() as u64 == limit {
            next = Some(CURSOR + index);
            break;
        }
        conversions.push(Wrapped { conversion_data: row(world, &zone, &conversion, &items, payment) });
    }
    match parts.twist {
        Some(Twist::EmptyPage) => conversions.clear(),
        Some(Twist::RepeatedCursor) if next.is_some() => next = Some(cursor.unwrap_or(CURSOR + from)),
        _ => {}
    }
    let ends = survey.ends.map(|(first, last)| (world.conversion(first).at, world.conversion(last).at));
    let (start, end) = ends.unwrap_or((selection.span.start, selection.span.end));
    let counts = CURRENCIES.iter().zip(survey.counts).filter(|(_, count)| *count > 0);
    let page = Page {
        total_conversion_count: counts.map(|((code, _), count)| (*code, count)).collect(),
        total_publisher_commission: survey.commission.by_code(|currency| survey.has(currency)),
        total_value: survey.value.by_code(|currency| survey.has(currency)),
        start_date_time_utc: Zone::utc().plain(selection.span.start),
        end_date_time_utc: Zone::utc().plain(selection.span.end),
        start_date_time: zone.plain(start),
        end_date_time: zone.plain(end),
        limit,
        offset: asked,
        cursor_id: next,
        meta_data: json!([]),
        count: survey.rows() + late,
        execution_time: "1.04266 seconds",
        hypermedia: Hypermedia {
            pagination: Pagination {
                first_page: address(parts, limit, None),
                next_page: next.map(|next| address(parts, limit, Some(next))),
            },
        },
        conversions,
    };
    Ok(xml::either(parts, "conversions", Answered::json(&page)))
}

/// The address of the first page, or of the one that a cursor leads to.
fn address(parts: &Parts<'_>, limit: u64, cursor: Option<u64>) -> String {
    let kept =
        parts.query.iter().filter(|(name, _)| !["limit", "offset", "cursor_id"].contains(&name.as_str()));
    let mut pairs: Vec<String> =
        kept.map(|(name, value)| format!("{}={}", form(name), form(value))).collect();
    pairs.push(format!("limit={limit}"));
    pairs.extend(cursor.map(|cursor| format!("cursor_id={cursor}")));
    format!("{}?{}", parts.path, pairs.join("&"))
}

fn form(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC)
        .to_string()
        .replace("%20", "+")
        .replace("%2D", "-")
        .replace("%5F", "_")
        .replace("%2E", ".")
}

fn row(world: &World, zone: &Zone, conversion: &Conversion, items: &[&Item], payment: bool) -> Row {
    let click = &conversion.click;
    let campaign = world.campaign(click.campaign);
    let device = entry(&DEVICES, click.device);
    let source = entry(&TRAFFIC_SOURCES, click.source);
    let model = entry(&PARTNERSHIP_MODELS, click.model);
    let context = entry(&USER_CONTEXTS, click.context);
    let metric = entry(&CONVERSION_METRICS, conversion.metric);
    let changed = items.iter().map(|item| item.changed).max().unwrap_or(conversion.at);
    let campaign_id = campaign.map(|campaign| campaign.id.clone()).unwrap_or_default();
    Row {
        conversion_id: conversion.id(),
        publisher_id: PARTNER,
        conversion_time: zone.plain(conversion.at),
        creative_type: u8::from(click.creative > 0),
        creative_id: entry(&CREATIVES, click.creative).0.parse().unwrap_or_default(),
        specific_creative_id: 0,
        currency: entry(&CURRENCIES, conversion.currency).0,
        publisher_reference: entry(&PUBLISHER_REFERENCES, click.reference),
        advertiser_reference: advertiser_reference(campaign),
        conversion_reference: conversion.reference(),
        customer_type: customer_type(conversion),
        referer_ip: click.address(),
        source_referer: "",
        last_modified: zone.plain(changed),
        conversion_type: entry(&CONVERSION_TYPES, 0).id,
        country: entry(&COUNTRIES, click.country).0,
        customer_reference: customer_reference(conversion),
        ref_device_id: device.id,
        ref_partnership_model_id: model.id,
        ref_traffic_source_id: source.id,
        ref_conversion_metric_id: metric.id,
        ref_user_context_id: context.id,
        campaign_title: campaign.map(|campaign| campaign.title.clone()).unwrap_or_default(),
        publisher_name: PARTNER_NAME,
        click: ClickOf {
            click: Attributes::new(world, zone, click, click.at.into()),
            ref_device: device.title,
            ref_traffic_source: source.title,
            ref_partnership_model: model.title,
            ref_user_context: context.title,
            clickref: click.clickref(),
        },
        ref_conversion_metric: metric.title,
        ref_device: device.title,
        ref_partnership_model: model.title,
        ref_traffic_source: source.title,
        ref_user_context: context.title,
        conversion_value: Worth {
            conversion_status: Conversion::status(items.iter().copied()),
            value: items.iter().map(|item| item.value).sum(),
            publisher_commission: items.iter().map(|item| item.commission).sum(),
        },
        meta_data: searched(conversion),
        conversion_items: items
            .iter()
            .map(|item| item_row(zone, campaign, conversion, item, payment))
            .collect(),
        was_disputed: conversion.disputed,
        conversion_lag: conversion.at - click.at,
        clickref: click.clickref(),
        campaign_id,
    }
}

fn item_row(
    zone: &Zone,
    campaign: Option<&Campaign>,
    conversion: &Conversion,
    item: &Item,
    payment: bool,
) -> ItemRow {
    let (number, category) = entry(&PRODUCTS, item.product);
    let (asked, released) = match item.payment {
        Payment::Billed { asked, released } => (Some(zone.plain(asked)), released.map(|at| zone.plain(at))),
        _ => (None, None),
    };
    let meta: serde_json::Map<String, Value> = campaign
        .map(|campaign| campaign.meta.iter().map(|name| ((*name).to_owned(), meta_value(item, name).into())))
        .into_iter()
        .flatten()
        .collect();
    ItemRow {
        conversion_item_id: item.id(),
        sku: number.parse::<u64>().map_or_else(|_| number.into(), Value::from),
        category,
        item_value: item.value,
        item_publisher_commission: item.commission,
        item_status: item.status.word(),
        last_update: zone.plain(item.changed),
        publisher_self_bill_id: item.self_bill(),
        approved_at: item.approved().map(|at| zone.plain(at)),
        item_status_id: item.status.id(),
        reject_reason: item.reject_reason(),
        voucher_codes: item
            .voucher
            .map(|place| json!({ "voucher_code": entry(&VOUCHERS, place).0 }))
            .into_iter()
            .collect(),
        meta_data: if meta.is_empty() { searched(conversion) } else { Value::Object(meta) },
        payable: item.payment == Payment::Payable,
        payment: payment.then_some(PaymentInfo {
            payment_status: item.payment.word(),
            self_bill_request_date: asked,
            self_bill_release_date: released,
        }),
    }
}

impl Item {
    pub(super) fn reject_reason(&self) -> Option<&'static str> {
        (self.status.word() == "rejected").then(|| entry(&REJECT_REASONS, self.reason))
    }
}

/// An empty map is an empty list here.
fn searched(conversion: &Conversion) -> Value {
    if conversion.searched { json!({ "gclid": format!("EAIaIQ{}", conversion.index) }) } else { json!([]) }
}

/// What is sent along with an item under this name.
pub(super) fn meta_value(item: &Item, name: &str) -> String {
    format!("{name}-{}", item.number % 7)
}

pub(super) fn advertiser_reference(campaign: Option<&Campaign>) -> String {
    campaign.map(|campaign| format!("adref-{}", campaign.vertical.0)).unwrap_or_default()
}

pub(super) fn customer_reference(conversion: &Conversion) -> String {
    format!("cust{}", conversion.index % 5_000)
}

pub(super) fn customer_type(conversion: &Conversion) -> Option<&'static str> {
    Some(entry(&CUSTOMER_TYPES, conversion.customer_type)).filter(|word| !word.is_empty())
}

//! What events can be told apart by: the columns of rows, which are also what filters look at.
//!
//! A column gives an event a number, and the number a word. Groups are kept by number, and a filter asks for each
//! number only once.

use super::super::click::Click;
use super::super::conversion::{Conversion, Item, Status};
use super::super::conversion_report::advertiser_reference;
use super::super::words::{
    BROWSERS, CONVERSION_METRICS, CONVERSION_TYPES, COUNTRIES, CREATIVES, CURRENCIES, CUSTOMER_TYPES,
    DEVICES, PARTNERSHIP_MODELS, PRODUCTS, PUBLISHER_REFERENCES, Reference, SYSTEMS, TRAFFIC_SOURCES,
    USER_CONTEXTS, VOUCHERS, entry,
};
use super::super::world::{PARTNER, PARTNER_NAME, World};

/// A click with its impressions, or an item of a conversion.
#[derive(Debug, Clone, Copy)]
pub(super) struct Event<'a> {
    pub(super) click: &'a Click,
    pub(super) item: Option<(&'a Conversion, &'a Item)>,
}

/// A column.
#[derive(Clone, Copy)]
pub(super) struct Column {
    pub(super) name: &'static str,
    /// The number of what the event has.
    pub(super) number: fn(&Event<'_>) -> usize,
    /// The word of a number; none where there is nothing.
    pub(super) word: fn(&World, usize) -> Option<String>,
}

/// The column with this name.
pub(super) fn column(name: &str) -> Option<&'static Column> {
    COLUMNS.iter().find(|column| column.name == name)
}

/// The columns that a dimension gives.
pub(super) fn columns_of(dimension: &str) -> Vec<&'static Column> {
    let names: &[&str] = match dimension {
        "campaign" => &["campaign_id", "campaign_name"],
        "conversion_metric" => &["conversion_metric_id", "conversion_metric_name"],
        "conversion_type" => &["conversion_type_id", "conversion_type_name"],
        "creative" => &["creative_id", "creative_description"],
        "device" => &["device_id", "device_name"],
        "partner" => &["partner_id", "partner_name"],
        "partnership_model" => &["partnership_model_id", "partnership_model_name"],
        "traffic_source" => &["traffic_source_id", "traffic_source_name"],
        "user_context" => &["user_context_id", "user_context_name"],
        other => return column(other).into_iter().collect(),
    };
    names.iter().filter_map(|name| column(name)).collect()
}

const COLUMNS: &[Column] = &[
    of("advertiser_reference", campaign, |world, place| Some(advertiser_reference(world.campaign(place)))),
    of("browser_family", browser, |_, place| text(entry(&BROWSERS, place).0)),
    of("browser_major", browser, |_, place| text(entry(&BROWSERS, place).1)),
    of("browser_minor", browser, |_, place| text(entry(&BROWSERS, place).2)),
    of("browser_patch", browser, |_, place| text(entry(&BROWSERS, place).3)),
    of("campaign_id", campaign, |world, place| world.campaign(place).map(|campaign| campaign.id.clone())),
    of("campaign_name", campaign, |world, place| {
        world.campaign(place).map(|campaign| campaign.title.clone())
    }),
    of("category", product, |_, place| text(entry(&PRODUCTS, place).1)),
    of("conversion_metric_id", metric, |_, place| id(&CONVERSION_METRICS, place)),
    of("conversion_metric_name", metric, |_, place| title(&CONVERSION_METRICS, place)),
    of("conversion_status", status, |_, place| Status::ALL.get(place).map(|status| status.word().to_owned())),
    of("conversion_type_id", nothing, |_, place| id(&CONVERSION_TYPES, place)),
    of("conversion_type_name", nothing, |_, place| title(&CONVERSION_TYPES, place)),
    of("country", |event| event.click.country, |_, place| text(entry(&COUNTRIES, place).0)),
    of("creative_advertiser_reference", creative, |_, _| Some(String::new())),
    of("creative_description", creative, |_, place| Some(entry(&CREATIVES, place).1.to_owned())),
    of("creative_id", creative, |_, place| text(entry(&CREATIVES, place).0)),
    of("currency", currency, |_, place| text(entry(&CURRENCIES, place).0)),
    of("customer_type", customer, |_, place| text(entry(&CUSTOMER_TYPES, place))),
    of("device_id", |event| event.click.device, |_, place| id(&DEVICES, place)),
    // In small letters here, and not in reports.
    of(
        "device_name",
        |event| event.click.device,
        |_, place| title(&DEVICES, place).map(|title| title.to_ascii_lowercase()),
    ),
    of("os_family", system, |_, place| text(entry(&SYSTEMS, place).0)),
    of("os_major", system, |_, place| text(entry(&SYSTEMS, place).1)),
    of("os_minor", system, |_, place| text(entry(&SYSTEMS, place).2)),
    of("os_patch", system, |_, place| text(entry(&SYSTEMS, place).3)),
    of("partner_id", nothing, |_, _| text(PARTNER)),
    of("partner_name", nothing, |_, _| text(PARTNER_NAME)),
    of("partnership_model_id", |event| event.click.model, |_, place| id(&PARTNERSHIP_MODELS, place)),
    of("partnership_model_name", |event| event.click.model, |_, place| title(&PARTNERSHIP_MODELS, place)),
    of(
        "publisher_reference",
        |event| event.click.reference,
        |_, place| Some(entry(&PUBLISHER_REFERENCES, place).to_owned()),
    ),
    of("sku", product, |_, place| text(entry(&PRODUCTS, place).0)),
    of("traffic_source_id", |event| event.click.source, |_, place| id(&TRAFFIC_SOURCES, place)),
    of("traffic_source_name", |event| event.click.source, |_, place| title(&TRAFFIC_SOURCES, place)),
    of("type", nothing, |_, _| text("standard")),
    of("user_context_id", |event| event.click.context, |_, place| id(&USER_CONTEXTS, place)),
    of("user_context_name", |event| event.click.context, |_, place| title(&USER_CONTEXTS, place)),
    of("voucher_code", voucher, |_, place| VOUCHERS.get(place).and_then(|(code, _)| text(code))),
    of("voucher_status", voucher, |_, place| VOUCHERS.get(place).and_then(|(_, status)| text(status))),
];

const fn of(
    name: &'static str,
    number: fn(&Event<'_>) -> usize,
    word: fn(&World, usize) -> Option<String>,
) -> Column {
    Column { name, number, word }
}

fn text(word: &str) -> Option<String> {
    (!word.is_empty()).then(|| word.to_owned())
}

fn id(list: &[Reference], place: usize) -> Option<String> {
    list.get(place).map(|entry| entry.id.to_string())
}

fn title(list: &[Reference], place: usize) -> Option<String> {
    list.get(place).map(|entry| entry.title.to_owned())
}

fn nothing(_: &Event<'_>) -> usize {
    0
}

fn campaign(event: &Event<'_>) -> usize {
    event.click.campaign
}

fn browser(event: &Event<'_>) -> usize {
    event.click.browser
}

fn system(event: &Event<'_>) -> usize {
    event.click.system
}

fn creative(event: &Event<'_>) -> usize {
    event.click.creative
}

fn product(event: &Event<'_>) -> usize {
    event.item.map_or(0, |(_, item)| item.product)
}

fn metric(event: &Event<'_>) -> usize {
    event.item.map_or(0, |(conversion, _)| conversion.metric)
}

fn currency(event: &Event<'_>) -> usize {
    event.item.map_or(0, |(conversion, _)| conversion.currency)
}

fn customer(event: &Event<'_>) -> usize {
    event.item.map_or(0, |(conversion, _)| conversion.customer_type)
}

fn status(event: &Event<'_>) -> usize {
    event.item.map_or(0, |(_, item)| item.status as usize)
}

/// Where there is none, a number without a word.
fn voucher(event: &Event<'_>) -> usize {
    event.item.and_then(|(_, item)| item.voucher).unwrap_or(usize::MAX)
}

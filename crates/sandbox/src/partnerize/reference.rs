//! Lists of what ids and codes stand for.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::call::{Call, Outcome, civil, many, with, wrapped};
use super::data::{
    CONVERSION_METRICS, CONVERSION_TYPES, COUNTRIES, CURRENCIES, DEVICES, PARTNERSHIP_MODELS, Reference,
    TRAFFIC_SOURCES, USER_CONTEXTS, zone_names,
};

pub(super) fn answer(call: &Call<'_>) -> Option<Outcome> {
    let list = |many_key: &str, one_key: &str, rows: Vec<Value>| many(many_key, wrapped(one_key, rows));
    Some(Ok(match call.operation {
        "listCountries" => {
            let countries = COUNTRIES.iter().enumerate();
            list(
                "countries",
                "country",
                countries.map(|(place, country)| self::country(place, *country)).collect(),
            )
        }
        "listCurrencies" => {
            let currencies = CURRENCIES.iter().enumerate().map(|(place, (iso, _))| {
                json!({
                    "currency_id": place + 1, "iso": iso, "name": iso,
                    "minor_unit": if *iso == "JPY" { 0 } else { 2 },
                })
            });
            list("currencies", "currency", currencies.collect())
        }
        "listTimezones" => {
            let zones = zone_names().enumerate();
            list("timezones", "timezone", zones.map(|(place, name)| zone(place, name, call.now)).collect())
        }
        "listDevices" => list("devices", "device", entries(&DEVICES, "ref_device_id", true)),
        "listUserContexts" => {
            list("user_contexts", "user_context", entries(&USER_CONTEXTS, "ref_user_context_id", true))
        }
        "listTrafficSources" => list(
            "traffic_sources",
            "traffic_source",
            entries(&TRAFFIC_SOURCES, "ref_traffic_source_id", false),
        ),
        "listConversionTypes" => {
            let types = CONVERSION_TYPES.iter().map(|entry| {
                json!({
                    "conversion_type_id": entry.id, "conversion_type": entry.title,
                    "description": "Standard Transaction", "available_to_invoice": "y",
                    "available_to_selfbill": "y", "exclude_from_override_rules": "n",
                })
            });
            list("conversion_types", "conversion_type", types.collect())
        }
        // The wrapper is the plural in the manual's sample.
        "listConversionMetrics" => list(
            "conversion_metrics",
            "conversion_metrics",
            entries(&CONVERSION_METRICS, "ref_conversion_metric_id", false),
        ),
        "listPartnershipModels" => list(
            "partnership_models",
            "partnership_model",
            entries(&PARTNERSHIP_MODELS, "ref_partnership_model_id", false),
        ),
        _ => return None,
    }))
}

/// Entries that are all built alike; some have a key beside their id.
fn entries(list: &[Reference], id: &str, has_key: bool) -> Vec<Value> {
    let entries = list.iter().map(|entry| {
        let shown = json!({
            id: entry.id, "title": entry.title, "description": "", "skip_invoice": 0, "skip_selfbill": 0,
            "skip_override": 0,
        });
        let key = entry.title.to_lowercase().replace(' ', "_");
        if has_key { with(shown, "key", key) } else { shown }
    });
    entries.collect()
}

fn country(place: usize, (iso, name): (&str, &str)) -> Value {
    json!({
        "ref_country_id": place + 1, "iso": iso, "printable_name": name, "iso3": "", "iso_numeric": "000",
        "area_sq_km": 0, "capital": "", "continent_iso": "", "continent_name": "", "currency_iso": "",
        "east": "0", "fips_code": "", "geoname_id": 0, "languages": "", "north": "0", "population": 0,
        "south": "0", "west": "0", "zone": "",
    })
}

/// A zone as the first generation shows it, where numbers are texts. Its offset is left out where this machine does not
/// know the zone.
fn zone(place: usize, name: &str, now: Timestamp) -> Value {
    let zoned = TimeZone::get(name).ok().map(|zone| now.to_zoned(zone));
    let local =
        zoned.as_ref().map_or_else(|| civil(now), |zoned| zoned.strftime("%Y-%m-%d %H:%M:%S").to_string());
    json!({
        "ref_timezone_id": (place + 1).to_string(), "name": name, "description": name, "local_time": local,
        "utc_offset": zoned.map(|zoned| (f64::from(zoned.offset().seconds()) / 3600.0).to_string()),
    })
}

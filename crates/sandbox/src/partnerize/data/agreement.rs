//! Reports, exports and analytics show one truth: their sums are the same.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Answered, Complaint, Parts, Why, World, answer, export_csv};

const FROM: &str = "2026-08-03 00:00:00";
const TO: &str = "2026-11-17 12:30:00";

/// Large enough for every currency and state.
fn world() -> Arc<World> {
    let now: Timestamp = "2026-11-21T15:00:00Z".parse().unwrap();
    let mut world = World::new(7, now);
    world.resize(48, 9_000, 2_500);
    Arc::new(world)
}

fn query(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn parts<'a>(path: &'a str, query: &'a [(String, String)], body: &'a Value) -> Parts<'a> {
    Parts { path, query, body, shift: 0, twist: None }
}

fn report(world: &World, pairs: &[(&str, &str)]) -> Value {
    let query = query(pairs);
    let path = "/reporting/report_publisher/publisher/1l1007802/conversion.json";
    read(answer(world, "reportConversions", &parts(path, &query, &Value::Null)).unwrap()).0
}

fn analytics(world: &World, operation: &str, body: &Value) -> (Value, Vec<(&'static str, String)>) {
    read(answer(world, operation, &parts("", &[], body)).unwrap())
}

fn read(answered: Answered) -> (Value, Vec<(&'static str, String)>) {
    match answered {
        Answered::Json { body, headers } => (serde_json::from_slice(&body).unwrap(), headers),
        other => panic!("{other:?}"),
    }
}

fn refused(answered: Answered) -> Complaint {
    match answered {
        Answered::Refused(complaint) => complaint,
        other => panic!("{other:?}"),
    }
}

fn export(world: &Arc<World>, operation: &str, pairs: &[(&str, &str)]) -> Vec<u8> {
    let query = query(pairs);
    let export = export_csv(world, operation, &parts("", &query, &Value::Null)).unwrap().unwrap();
    export.flatten().collect()
}

/// Rows by column; no cell of ours has a delimiter or a quote in it.
fn rows(csv: &str, delimiter: char) -> Vec<BTreeMap<String, String>> {
    let mut lines = csv.lines();
    let names: Vec<&str> = lines.next().unwrap().split(delimiter).collect();
    let row = |line: &str| {
        let cells: Vec<&str> = line.split(delimiter).collect();
        assert_eq!(cells.len(), names.len(), "{line}");
        let pairs = names.iter().zip(cells);
        pairs.map(|(name, cell)| ((*name).to_owned(), cell.trim_matches('"').to_owned())).collect()
    };
    lines.map(row).collect()
}

fn body(more: &Value) -> Value {
    let mut body = json!({
        "scope": { "partner": super::PARTNER },
        "date_time_ranges": [{ "start": FROM.replace(' ', "T"), "end": TO.replace(' ', "T") }],
    });
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

fn sum(rows: &[BTreeMap<String, String>], currency: &str, column: &str) -> i128 {
    let own = rows.iter().filter(|row| row["currency"] == currency);
    own.map(|row| super::money::read(&row[column]).unwrap()).sum()
}

fn number(value: &Value) -> i128 {
    super::money::read(&value.to_string()).unwrap()
}

#[test]
fn the_sums_of_a_report_are_those_of_exports_and_of_analytics() {
    let world = world();
    let span = [("start_date", FROM), ("end_date", TO)];
    let report = report(&world, &span);
    let conversions = rows(&String::from_utf8(export(&world, "exportConversions", &span)).unwrap(), ',');
    let items = rows(&String::from_utf8(export(&world, "exportConversionItems", &span)).unwrap(), ',');
    assert_eq!(report["count"], conversions.len());
    let currencies = report["total_value"].as_object().unwrap();
    assert_eq!(currencies.len(), 8, "a world of this size has every currency");
    for (currency, value) in currencies {
        let commission = &report["total_publisher_commission"][currency];
        let (counted, _) = analytics(
            &world,
            "countConversions",
            &body(&json!({
                "metrics": ["total_conversions", "total_conversion_items", "total_order_value", "total_partner_commission"],
                "filter_by": [{ "field": "currency", "value": currency }],
                "output_currency": currency,
            })),
        );
        let counted = &counted["data"];
        assert_eq!(counted["total_conversions"], report["total_conversion_count"][currency], "{currency}");
        assert_eq!(counted["total_order_value"], *value, "{currency}");
        assert_eq!(counted["total_partner_commission"], *commission, "{currency}");
        assert_eq!(sum(&conversions, currency, "value"), number(value), "{currency}");
        assert_eq!(sum(&conversions, currency, "publisher_commission"), number(commission), "{currency}");
        assert_eq!(sum(&items, currency, "item_value"), number(value), "{currency}");
        assert_eq!(sum(&items, currency, "item_publisher_commission"), number(commission), "{currency}");
        let own = items.iter().filter(|row| row["currency"] == *currency).count();
        assert_eq!(counted["total_conversion_items"], own, "{currency}");
    }
}

#[test]
fn they_are_so_by_state_too() {
    let world = world();
    let mut all = 0;
    for status in ["approved", "pending", "rejected"] {
        let report = report(
            &world,
            &[("start_date", FROM), ("end_date", TO), ("statuses[]", status), ("currency[]", "EUR")],
        );
        let (counted, _) = analytics(
            &world,
            "countConversions",
            &body(&json!({
                "metrics": ["total_conversions", "total_order_value"],
                "filter_by": [
                    { "field": "currency", "value": ["EUR"] },
                    { "field": "conversion_status", "value": status },
                ],
                "output_currency": "EUR",
            })),
        );
        assert_eq!(counted["data"]["total_order_value"], report["total_value"]["EUR"], "{status}");
        assert_eq!(counted["data"]["total_conversions"], report["total_conversion_count"]["EUR"], "{status}");
        let row = &report["conversions"][0]["conversion_data"];
        assert_eq!(row["conversion_value"]["conversion_status"], status);
        all += number(&report["total_value"]["EUR"]);
    }
    let whole = report(&world, &[("start_date", FROM), ("end_date", TO), ("currency[]", "EUR")]);
    assert_eq!(number(&whole["total_value"]["EUR"]), all);
}

#[test]
fn clicks_are_as_many_in_all_three() {
    let world = world();
    let pairs = query(&[("start_date", FROM), ("end_date", TO), ("limit", "1")]);
    let path = "/reporting/report_publisher/publisher/1l1007802/click.json";
    let (report, _) = read(answer(&world, "reportClicks", &parts(path, &pairs, &Value::Null)).unwrap());
    let csv =
        export(&world, "exportClicks", &[("start_date", FROM), ("end_date", TO), ("delimiter", "pipe")]);
    let rows = rows(&String::from_utf8(csv).unwrap(), '|');
    let metrics = json!({ "metrics": ["total_clicks", "total_unique_clicks", "total_clicks_converted"] });
    let (counted, headers) = analytics(&world, "countClicks", &body(&metrics));
    assert_eq!(headers, [("X-Approximate-Metrics", "total_unique_clicks".to_owned())]);
    assert_eq!(report["count"], rows.len());
    assert_eq!(report["count"], counted["data"]["total_clicks"]);
    assert_eq!(report["unique_click_count"], counted["data"]["total_unique_clicks"]);
    let cookies: std::collections::BTreeSet<_> = rows.iter().map(|row| &row["cookie_id"]).collect();
    assert!((cookies.len() as u64).abs_diff(report["unique_click_count"].as_u64().unwrap()) <= 1);
}

#[test]
fn a_time_series_adds_up_to_the_count_and_has_days_without_anything() {
    let world = world();
    let metrics =
        json!({ "metrics": ["total_conversion_items", "total_order_value"], "output_currency": "GBP" });
    let (counted, _) = analytics(&world, "countConversions", &body(&metrics));
    let mut asked = body(&metrics);
    asked["timezone"] = json!("Europe/London");
    asked["date_time_ranges"] = json!([
        { "start": "2026-08-03T01:00:00", "end": "2026-09-01T00:00:00" },
        { "start": "2026-08-20T00:00:00", "end": "2026-11-17T12:30:00+09:00" },
    ]);
    let (series, _) = analytics(&world, "timeConversions", &asked);
    let days = series["data"].as_array().unwrap();
    assert_eq!(days.len(), 107);
    assert_eq!(days[0]["date_time_range"]["start"], "2026-08-03T00:00:00+01:00");
    assert_eq!(days[106]["date_time_range"]["end"], "2026-11-18T00:00:00+00:00");
    let items: u64 = days.iter().map(|day| day["total_conversion_items"].as_u64().unwrap()).sum();
    assert_eq!(counted["data"]["total_conversion_items"], items);
    let value: i128 = days.iter().map(|day| number(&day["total_order_value"])).sum();
    assert!(
        (number(&counted["data"]["total_order_value"]) - value).abs() < 1_000_000,
        "only the rates round"
    );
    let future = json!({
        "metrics": ["total_conversions"],
        "date_time_ranges": [{ "start": "2027-01-01T00:00:00", "end": "2027-01-07T23:59:59" }],
    });
    let (zeros, _) = analytics(&world, "timeConversions", &body(&future));
    assert_eq!(zeros["data"].as_array().unwrap().len(), 7);
    let mut bare = body(&future);
    bare["zerofill"] = json!(false);
    assert_eq!(analytics(&world, "timeConversions", &bare).0, json!({ "data": [] }));
}

#[test]
fn an_explosion_has_columns_order_top_and_comparison() {
    let world = world();
    let asked = body(&json!({
        "metrics": ["total_order_value"],
        "group_by": ["campaign", "voucher_status"],
        "order_by": [{ "field": "total_conversions", "direction": "DESCENDING" }],
        "top": 5,
        "include_total_row_count": true,
        "comparison_date_time_ranges": [{ "start": "2026-05-01T00:00:00", "end": "2026-08-03T00:00:00" }],
        "include_comparison_percentage_change": true,
    }));
    let (exploded, headers) = analytics(&world, "explodeConversions", &asked);
    let rows = exploded["data"].as_array().unwrap();
    assert_eq!(rows.len(), 5);
    assert!(headers[0].0 == "X-Total-Row-Count" && headers[0].1.parse::<u32>().unwrap() > 60, "{headers:?}");
    let counts = rows.iter().map(|row| row["total_conversions"].as_u64().unwrap());
    assert!(counts.is_sorted_by(|one, next| one >= next));
    for name in [
        "campaign_id",
        "campaign_name",
        "total_order_value_comparison",
        "total_order_value_percentage_change",
    ] {
        assert!(!rows[0][name].is_null(), "{name}");
    }
    assert!(rows.iter().any(|row| row["voucher_status"].is_null()), "most orders have no code");
    let (values, _) =
        analytics(&world, "filterConversions", &body(&json!({ "group_by": ["conversion_status"] })));
    let values = values["data"].as_array().unwrap();
    assert_eq!(values.len(), 3);
    assert!(
        ["approved", "pending", "rejected"]
            .iter()
            .all(|word| values.contains(&json!({ "conversion_status": word })))
    );
}

#[test]
fn filters_take_words_and_sums() {
    let world = world();
    let count = |filters: Value| {
        let asked = body(&json!({ "metrics": ["total_conversion_items"], "filter_by": filters }));
        analytics(&world, "countConversions", &asked).0["data"]["total_conversion_items"].as_u64().unwrap()
    };
    let all = count(json!([{ "field": "order_value", "operator": "GREATER_THAN", "value": 0 }]));
    let large =
        count(json!([{ "field": "order_value", "operator": "GREATER_THAN_OR_EQUALS", "value": "100.5" }]));
    let small = count(json!([{ "field": "order_value", "operator": "LESS_THAN", "value": "100.5" }]));
    assert!(large > 0 && small > 0);
    assert_eq!(large + small, all);
    let shoes = count(json!([{ "field": "sku", "operator": "STARTS_WITH", "value": "SHOE" }]));
    assert_eq!(shoes, count(json!([{ "field": "category", "value": ["Shoes", "Boots"] }])));
    assert_eq!(shoes, count(json!([{ "field": "category", "operator": "SEARCH", "value": "hOe" }])));
    let others = count(json!([{ "field": "sku", "operator": "CONTAINS", "value": "HOE-", "not": true }]));
    assert_eq!(shoes + others, all);
}

#[test]
fn what_a_source_does_not_have_is_refused_by_its_place() {
    let world = world();
    let cases = [
        ("countClicks", json!({ "metrics": ["total_clicks", "total_conversions"] }), "[metrics][1]"),
        (
            "explodeImpressions",
            json!({ "metrics": ["total_impressions"], "group_by": ["sku"] }),
            "[group_by][0]",
        ),
        (
            "countClicks",
            json!({ "metrics": ["total_clicks"], "filter_by": [{ "field": "currency", "value": "EUR" }] }),
            "[filter_by][0][field]",
        ),
        ("countClicks", json!({ "metrics": ["total_clicks"], "timezone": "Mars" }), "[timezone]"),
        (
            "timeClicks",
            json!({ "metrics": ["total_clicks"], "interval": { "period": "PT1S" } }),
            "[interval][period]",
        ),
        (
            "countConversions",
            json!({ "metrics": ["total_conversions"], "output_currency": "XXX" }),
            "[output_currency]",
        ),
        ("countClicks", json!({ "metrics": [] }), "[metrics]"),
    ];
    for (operation, more, field) in cases {
        let asked = body(&more);
        let complaint = refused(answer(&world, operation, &parts("", &[], &asked)).unwrap());
        assert_eq!(complaint.field, field, "{operation} {more}");
    }
    let other = json!({ "scope": { "partner": "1l1" } });
    let complaint = refused(answer(&world, "countClicks", &parts("", &[], &body(&other))).unwrap());
    assert_eq!(complaint.why, Why::Forbidden);
}

#[test]
fn an_export_is_the_same_in_each_encoding_and_with_each_delimiter() {
    let world = world();
    let span = [("start_date", FROM), ("end_date", TO)];
    let with = |more: (&'static str, &'static str)| {
        let pairs = [span[0], span[1], more];
        export(&world, "exportConversionItems", &pairs)
    };
    let plain = String::from_utf8(with(("limit", "0"))).unwrap();
    assert!(plain.starts_with("conversion_id,campaign_id,") && plain.contains(",meta_item_"));
    let tabs = String::from_utf8(with(("delimiter", "tab"))).unwrap();
    assert_eq!(rows(&plain, ','), rows(&tabs, '\t'));
    let wide = with(("encoding", "UTF-16"));
    let units: Vec<u16> = wide.chunks(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
    assert_eq!(String::from_utf16(&units).unwrap(), format!("\u{feff}{plain}"));
    assert_eq!(String::from_utf8(with(("limit", "3"))).unwrap().lines().count(), 4);
    assert!(String::from_utf8(with(("include_payment_info", "true"))).unwrap().contains(",paid,"));
}

#[test]
fn what_is_payable_is_what_items_say() {
    let world = world();
    let csv = export(
        &world,
        "exportConversionItems",
        &[("start_date", "2025-01-01"), ("end_date", "2027-01-01"), ("date_type", "approved_at")],
    );
    let items = rows(&String::from_utf8(csv).unwrap(), ',');
    assert!(items.iter().all(|row| row["item_status"] == "approved"));
    let (payable, _) = read(answer(&world, "getPayable", &parts("", &[], &Value::Null)).unwrap());
    let ripe = |row: &&BTreeMap<String, String>| {
        let decided = row["last_update"].as_str();
        row["currency"] == "GBP" && ("2026-10-22 15:00:00" < decided) && (decided <= "2026-11-07 15:00:00")
    };
    let value: i128 =
        items.iter().filter(ripe).map(|row| super::money::read(&row["item_value"]).unwrap()).sum();
    assert!(value > 0);
    assert_eq!(number(&payable["total_value"]["GBP"]), value);
}

#[test]
fn what_is_payable_is_available_and_what_is_pending_is_that_of_the_report() {
    let world = world();
    let asked = |operation| read(answer(&world, operation, &parts("", &[], &Value::Null)).unwrap()).0;
    let (summary, payable) = (asked("getPaymentSummary"), asked("getPayable"));
    let summary = &summary["summary"];
    assert_eq!(summary["available"], payable["total_publisher_commission_value"]);
    let available = asked("listAvailableCommissions");
    let rows = available["available_commissions"].as_array().unwrap();
    let by_currency: BTreeMap<&str, &Value> = rows
        .iter()
        .map(|row| &row["available_commission"])
        .map(|sum| (sum["currency"].as_str().unwrap(), &sum["publisher_commission"]))
        .collect();
    assert_eq!(json!(by_currency), summary["available"]);
    let all = report(&world, &[("start_date", "2000-01-01 00:00:00"), ("statuses[]", "pending")]);
    assert_eq!(summary["pending"], all["total_publisher_commission"]);
    assert!(
        ["confirmed", "approved", "paid"].iter().all(|place| !summary[place].as_object().unwrap().is_empty())
    );
}

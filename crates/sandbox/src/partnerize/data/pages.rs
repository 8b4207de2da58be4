//! Reports page by page: by cursor, by offset, and over rows that shift.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde_json::Value;

use super::{Answered, Parts, World, answer};
use crate::fault::Twist;

fn world() -> World {
    let now: Timestamp = "2026-11-21T15:00:00Z".parse().unwrap();
    let mut world = World::new(11, now);
    world.resize(12, 3_000, 1_400);
    world
}

struct Report<'a> {
    world: &'a World,
    operation: &'a str,
    query: Vec<(String, String)>,
    shift: u64,
}

impl<'a> Report<'a> {
    fn new(world: &'a World, operation: &'a str) -> Self {
        let query = vec![("start_date".to_owned(), "2025-01-01 00:00:00".to_owned())];
        Self { world, operation, query, shift: 0 }
    }

    fn with(mut self, name: &str, value: &str) -> Self {
        self.query.push((name.to_owned(), value.to_owned()));
        self
    }

    fn page(&self, more: &[(&str, String)], twist: Option<Twist>) -> Value {
        let mut query = self.query.clone();
        query.extend(more.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        let path = "/reporting/report_publisher/publisher/1l1007802/x.json";
        let parts = Parts { path, query: &query, body: &Value::Null, shift: self.shift, twist };
        match answer(self.world, self.operation, &parts).unwrap() {
            Answered::Json { body, .. } => serde_json::from_slice(&body).unwrap(),
            other => panic!("{other:?}"),
        }
    }

    /// The ids of all rows, in the order in which they came.
    fn by_offset(&self, limit: u64) -> Vec<String> {
        let (mut offset, mut ids) = (0, Vec::new());
        loop {
            let page = self.page(&[("limit", limit.to_string()), ("offset", offset.to_string())], None);
            ids.extend(ids_of(&page));
            offset += limit;
            if offset >= page["count"].as_u64().unwrap() {
                return ids;
            }
        }
    }

    fn by_cursor(&self, limit: u64) -> Vec<String> {
        let (mut cursor, mut ids) = (None, Vec::new());
        loop {
            let mut more = vec![("limit", limit.to_string())];
            more.extend(cursor.map(|cursor: u64| ("cursor_id", cursor.to_string())));
            let page = self.page(&more, None);
            ids.extend(ids_of(&page));
            let next = &page["hypermedia"]["pagination"]["next_page"];
            cursor = page["cursor_id"].as_u64();
            let Some(cursor) = cursor else {
                assert!(next.is_null());
                return ids;
            };
            assert!(
                next.as_str().unwrap().ends_with(&format!("&limit={limit}&cursor_id={cursor}")),
                "{next}"
            );
        }
    }
}

fn ids_of(page: &Value) -> Vec<String> {
    let id = |row: &Value| {
        let id = row.pointer("/conversion_data/conversion_id").or_else(|| row.pointer("/click/clickref"));
        id.and_then(Value::as_str).unwrap().to_owned()
    };
    let rows = page.get("conversions").or_else(|| page.get("clicks")).unwrap();
    rows.as_array().unwrap().iter().map(id).collect()
}

#[test]
fn a_cursor_and_an_offset_lead_through_the_same_rows_each_once() {
    let world = world();
    let all = Report::new(&world, "reportConversions").by_cursor(300);
    assert_eq!(all.len(), 1_400);
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), 1_400);
    assert_eq!(all, Report::new(&world, "reportConversions").by_offset(97));
    let clicks = Report::new(&world, "reportClicks").by_offset(300);
    assert_eq!(clicks.iter().collect::<BTreeSet<_>>().len(), 3_000);
}

#[test]
fn filters_hold_on_every_page() {
    let world = world();
    let filtered = || {
        Report::new(&world, "reportConversions")
            .with("statuses[]", "approved")
            .with("currency[]", "GBP")
            .with("multipivot[product][]", "Shoes")
            .with("multipivot[campaign][]", "10l176")
            .with("multipivot[campaign][]", "10l188")
    };
    let some = filtered().by_cursor(7);
    assert!(some.len() > 20 && some.len() < 300, "{}", some.len());
    assert_eq!(some, filtered().by_offset(5));
    let page = filtered().page(&[], None);
    assert_eq!(page["count"], some.len());
    for row in page["conversions"].as_array().unwrap() {
        let row = &row["conversion_data"];
        assert_eq!(row["currency"], "GBP");
        assert!(["10l176", "10l188"].contains(&row["campaign_id"].as_str().unwrap()));
        for item in row["conversion_items"].as_array().unwrap() {
            assert_eq!((&item["category"], &item["item_status"]), (&"Shoes".into(), &"approved".into()));
            assert!(item["approved_at"].is_string());
        }
    }
}

#[test]
fn rows_that_shift_come_twice_and_none_is_missed() {
    let world = world();
    let mut report = Report::new(&world, "reportClicks");
    let still = report.by_offset(300);
    report.shift = 4;
    let shifting = report.by_offset(300);
    assert!(shifting.len() > still.len());
    let mut seen = BTreeSet::new();
    let first: Vec<String> = shifting.into_iter().filter(|id| seen.insert(id.clone())).collect();
    assert_eq!(first, still);
}

#[test]
fn a_change_moves_a_conversion_into_another_report() {
    let world = world();
    let report = |kind| {
        let report = Report::new(&world, "reportConversions");
        report.with("date_type", kind).with("text_date", "last month")
    };
    let october = |time: &Value| time.as_str().is_some_and(|time| time.starts_with("2026-10-"));
    let happened = report("standard").by_cursor(300);
    let changed = report("last_modified").page(&[], None);
    assert!(ids_of(&changed).iter().filter(|id| !happened.contains(id)).count() > 10);
    let rows = changed["conversions"].as_array().unwrap();
    assert!(rows.iter().all(|row| october(&row["conversion_data"]["last_modified"])));
    let approved = report("approved_at").page(&[], None);
    let mut items = approved["conversions"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|row| row["conversion_data"]["conversion_items"].as_array().unwrap());
    assert!(items.all(|item| october(&item["approved_at"])));
    assert!(ids_of(&approved).iter().filter(|id| !happened.contains(id)).count() > 10);
}

#[test]
fn faults_of_paging_are_played() {
    let world = world();
    let report = Report::new(&world, "reportConversions");
    let second = report.page(&[], None)["cursor_id"].as_u64().unwrap();
    let again = report.page(&[("cursor_id", second.to_string())], Some(Twist::RepeatedCursor));
    assert_eq!(again["cursor_id"], second);
    let empty = report.page(&[("cursor_id", second.to_string())], Some(Twist::EmptyPage));
    assert_eq!(empty["conversions"].as_array().unwrap().len(), 0);
    assert_eq!(empty["count"], 1_400);
}

#[test]
fn a_report_is_written_in_the_order_of_the_manual() {
    let world = world();
    let text = |path: &str| {
        let query = [("start_date".to_owned(), "2026-11-01".to_owned())];
        let parts = Parts { path, query: &query, body: &Value::Null, shift: 0, twist: None };
        match answer(&world, "reportConversions", &parts).unwrap() {
            Answered::Json { body, .. } => String::from_utf8(body).unwrap(),
            Answered::Text { body, .. } => body,
            Answered::Refused(complaint) => panic!("{complaint:?}"),
        }
    };
    let json = text("/reporting/report_publisher/publisher/1l1007802/conversion.json");
    let names = [
        "total_conversion_count",
        "total_publisher_commission",
        "total_value",
        "start_date_time_utc",
        "limit",
        "meta_data",
        "count",
        "execution_time",
        "conversions",
        "conversion_data",
        "conversion_id",
        "conversion_time",
        "currency",
        "customer_type",
        "last_modified",
        "ref_user_context_id",
        "publisher_name",
        "click",
        "last_used",
        "ref_device",
        "conversion_value",
        "conversion_items",
        "item_value",
        "item_status",
        "voucher_codes",
        "payable",
        "was_disputed",
        "conversion_lag",
        "clickref",
    ];
    let mut from = 0;
    for name in names {
        let at = json[from..].find(&format!("\"{name}\":"));
        from += at.unwrap_or_else(|| panic!("{name} does not come after the ones before it"));
    }
    assert!(json.contains("\"last_used\":17"), "seconds since 1970 in the click of a conversion");
    let xml = text("/reporting/report_publisher/publisher/1l1007802/conversion.xml");
    assert!(xml.starts_with("<?xml") && xml.contains("<conversions><conversion_data>"), "{}", &xml[..200]);
}

#[test]
fn the_same_seed_makes_the_same_world_and_another_seed_another() {
    let now: Timestamp = "2026-11-21T15:00:00Z".parse().unwrap();
    let first = |seed| Report::new(&World::new(seed, now), "reportConversions").page(&[], None);
    assert_eq!(first(3), first(3));
    assert_ne!(first(3), first(4));
}

//! Nothing that a vendor said is lost: text comparisons, byte for byte.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use std::collections::BTreeMap;

use afflux_core::decode::{Amount, Drift, JsonText, Kept, Kind, Layout, Sensitive, one, page, texts};
use bytes::Bytes;
use proptest::prelude::*;
use serde::Deserialize;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Row {
    #[serde(deserialize_with = "afflux_core::decode::lenient", alias = "campaign_id:")]
    campaign_id: Option<String>,
    #[serde(deserialize_with = "afflux_core::decode::lenient")]
    value: Drift<Amount>,
    #[serde(deserialize_with = "afflux_core::decode::lenient")]
    count: Drift<u64>,
    #[serde(deserialize_with = "afflux_core::decode::lenient")]
    meta: BTreeMap<String, String>,
    #[serde(deserialize_with = "afflux_core::decode::lenient")]
    tags: Vec<String>,
    #[serde(deserialize_with = "afflux_core::decode::lenient")]
    open: Option<JsonText>,
    #[serde(deserialize_with = "afflux_core::decode::lenient")]
    inner: Drift<Box<Row>>,
    #[serde(deserialize_with = "afflux_core::decode::lenient")]
    password: Option<Sensitive>,
}
afflux_core::model!(Row { "campaign_id", "value", "count", "meta", "tags", "open", "inner", "password" });

/// Everything that a row has been seen to do, in one row each.
const ROWS: &[&str] = &[
    "{}",
    r#"{"campaign_id":"1","value":1.10}"#,
    r#"{ "value" :1.10,"campaign_id":  12 }"#,
    r#"{"campaign_id":123456789012345678901234567890}"#,
    r#"{"value":1e-3}"#,
    r#"{"value":1.5E+2}"#,
    r#"{"value":12345678901234567890123456789012345.12345}"#,
    r#"{"value":"1.10"}"#,
    r#"{"value":null,"count":"7"}"#,
    r#"{"value":"n/a","count":-1}"#,
    r#"{"meta":[],"tags":{},"inner":[]}"#,
    r#"{"meta":{"b":1,"a":2},"tags":{"0":"x","2":"y"}}"#,
    r#"{"campaign_id:":"7"}"#,
    r#"{"\u0063ampaign_id":"7","x\/y":"\/","é":"\u00e9"}"#,
    "{\n\t\"z\": 1,\r\n  \"a\": [1 , 2],\n  \"value\": 0.0\n}",
    r#"{"open":{"any":[1.0,{"thing":-0}]},"extra":{"nested":[[[]]]}}"#,
    r#"{"inner":{"inner":{"value":1.100}},"unknown":1.00}"#,
    r#"{"campaign_id":1,"campaign_id":2}"#,
    r#"{"campaign_id":"\ud83d lone"}"#,
];

#[test]
fn a_row_is_written_out_as_it_came() {
    for row in ROWS {
        let kept: Kept<Row> = Kept::parse(*row).unwrap();
        assert_eq!(serde_json::to_string(&kept).unwrap(), *row);
        assert_eq!(kept.text(), *row);
        assert_eq!(serde_json::from_str::<Kept<Row>>(row).unwrap(), kept);
    }
    let body = Bytes::from(format!("{{\"rows\": [{}] , \"count\":{}}}", ROWS.join(" ,\n"), ROWS.len()));
    let layout = Layout { at: "rows", ..Layout::default() };
    let rows = page::<Row>(&body, &layout).unwrap().all().unwrap();
    assert_eq!(rows.iter().map(Kept::text).collect::<Vec<_>>(), ROWS);
    assert_eq!(serde_json::to_string(&rows).unwrap(), format!("[{}]", ROWS.join(",")));
    let rows = texts(&body, &layout).unwrap().into_rows();
    assert_eq!(serde_json::to_string(&rows).unwrap(), format!("[{}]", ROWS.join(",")));
}

fn row(text: &str) -> Kept<Row> {
    Kept::parse(text.to_owned()).unwrap()
}

#[test]
fn the_view_reads_what_is_meant_and_the_text_says_what_came() {
    let kept = row(r#"{"campaign_id":123456789012345678901234567890,"value":1.10,"count":"7"}"#);
    assert_eq!(kept.campaign_id.as_deref(), Some("123456789012345678901234567890"));
    assert_eq!(kept.value.get().unwrap().text(), "1.10");
    assert_eq!(kept.count.copied(), Some(7));
    assert_eq!(kept.get("count").unwrap().kind(), Kind::String);
    assert_eq!(kept.get("campaign_id").unwrap().kind(), Kind::Number);

    let long = row(r#"{"value":0.12345678901234567890123456789012345}"#);
    assert_eq!(long.value.get().unwrap().decimal(), None);
    assert_eq!(long.value.get().unwrap().text(), "0.12345678901234567890123456789012345");

    let kept = row(r#"{"meta":[],"tags":false}"#);
    assert!(kept.meta.is_empty() && kept.tags.is_empty());
    assert_eq!(kept.get("meta").unwrap().raw(), "[]");
    assert_eq!(row(r#"{"campaign_id:":"7"}"#).campaign_id.as_deref(), Some("7"));
    assert_eq!(row(r#"{"campaign_id":"\ud83d lone"}"#).campaign_id.as_deref(), Some("\u{fffd} lone"));
    assert_eq!(row(r#"{"open":{"a":1.0}}"#).open.as_ref().unwrap().text(), r#"{"a":1.0}"#);
}

#[test]
fn null_and_absent_are_not_the_same() {
    let null = row(r#"{"value":null,"campaign_id":null}"#);
    assert!(null.value.is_null());
    assert_eq!(null.campaign_id, None);
    assert!(null.get("campaign_id").unwrap().is_null());
    let absent = row("{}");
    assert!(absent.value.is_absent());
    assert!(absent.get("campaign_id").is_none());
}

#[test]
fn unknown_fields_are_listed_and_read() {
    let kept = row(
        r#"{"zeta":1.10,"campaign_id:":"1","al\"pha":{"a/b":[1,{"~":"x"}]},"value":2,"flag":"1","n":"12"}"#,
    );
    let unknown: Vec<_> =
        kept.unknown_fields().into_iter().map(|(name, field)| (name, field.raw())).collect();
    assert_eq!(
        unknown,
        [
            ("zeta".to_owned(), "1.10"),
            ("al\"pha".to_owned(), r#"{"a/b":[1,{"~":"x"}]}"#),
            ("flag".to_owned(), r#""1""#),
            ("n".to_owned(), r#""12""#),
        ]
    );
    assert_eq!(kept.pointer(r#"/al"pha/a~1b/1/~0"#).unwrap().as_str().unwrap(), "x");
    assert_eq!(kept.pointer(r#"/al"pha/a~1b/01"#), None);
    assert_eq!(kept.get("zeta").unwrap().as_decimal().unwrap().to_string(), "1.10");
    assert_eq!(kept.get("flag").unwrap().as_bool(), Some(true));
    assert_eq!(kept.get("n").unwrap().as_i64(), Some(12));
    assert_eq!(kept.get("campaign_id").unwrap().raw(), r#""1""#, "found under its proper name");
    assert_eq!(kept.get("campaign_id:").unwrap().raw(), r#""1""#);
    assert_eq!(
        kept.pointer(r#"/al"pha"#).unwrap().decode::<BTreeMap<String, serde_json::Value>>().unwrap().len(),
        1
    );
    assert_eq!(kept.extra("zeta").as_deref(), Some("1.10"));
    assert_eq!(kept.extra("nothing"), None);
}

#[test]
fn debug_shows_the_view_with_its_masks_and_not_the_text() {
    let kept = row(r#"{"campaign_id":"1","password":"hunter2","unknown_token":"hunter3"}"#);
    let shown = format!("{kept:?}");
    assert!(shown.contains("campaign_id: Some(\"1\")"), "{shown}");
    assert!(!shown.contains("hunter"), "{shown}");
    assert_eq!(kept.password.as_ref().unwrap().reveal(), "hunter2");
}

fn json() -> impl Strategy<Value = String> {
    let blank = || prop_oneof![4 => Just(""), 1 => Just(" "), 1 => Just("\n\t")];
    let name = prop_oneof![
        4 => prop_oneof![Just("campaign_id"), Just("value"), Just("count"), Just("meta"), Just("tags"), Just("open"), Just("inner"), Just("campaign_id:")]
            .prop_map(|name| format!("\"{name}\"")),
        1 => any::<String>().prop_map(|name| serde_json::to_string(&name).unwrap()),
        1 => Just(r#""\u0076alue""#.to_owned()),
    ];
    let leaf = prop_oneof![
        Just("null".to_owned()),
        any::<bool>().prop_map(|truth| truth.to_string()),
        any::<i128>().prop_map(|number| number.to_string()),
        "-?(0|[1-9][0-9]{0,40})(\\.[0-9]{1,40})?([eE][-+]?[0-9]{1,3})?",
        any::<String>().prop_map(|text| serde_json::to_string(&text).unwrap()),
        "\"(\\\\u[0-9a-fA-F]{4}|\\\\n|[a-z])*\"",
    ];
    leaf.prop_recursive(5, 40, 6, move |value| {
        let padded =
            (blank(), value, blank()).prop_map(|(before, value, after)| format!("{before}{value}{after}"));
        let member = (name.clone(), padded.clone()).prop_map(|(name, value)| format!("{name}:{value}"));
        prop_oneof![
            prop::collection::vec(padded, 0..6).prop_map(|items| format!("[{}]", items.join(","))),
            prop::collection::vec(member, 0..6).prop_map(|members| format!("{{{}}}", members.join(","))),
        ]
    })
}

fn object() -> impl Strategy<Value = String> {
    let name = prop_oneof![Just("value"), Just("meta"), Just("tags"), Just("inner"), Just("open"), Just("x")];
    let member = (name, json()).prop_map(|(name, value)| format!("\"{name}\": {value}"));
    prop::collection::vec(member, 0..5).prop_map(|members| format!("{{{}}}", members.join(" ,")))
}

proptest! {
    #[test]
    fn any_json_is_kept_byte_for_byte(text in json()) {
        let kept = JsonText::new(text.clone()).unwrap();
        prop_assert_eq!(serde_json::to_string(&kept).unwrap(), text.clone());
        prop_assert_eq!(serde_json::to_string(&serde_json::from_str::<JsonText>(&text).unwrap()).unwrap(), text.clone());
        // Every member is found at its place.
        for (name, value) in kept.field().entries() {
            prop_assert!(text.contains(value.raw()));
            prop_assert!(kept.get(&name).is_some());
        }
        let _ = serde_json::to_string(&kept.read::<Drift<Row>>().unwrap().is_null());
    }

    #[test]
    fn any_object_is_a_row_unless_what_it_nests_is_none(rows in prop::collection::vec(object(), 0..5)) {
        let body = Bytes::from(format!("{{\"a\":[{}],\"count\":1}}", rows.join(",")));
        let layout = Layout { at: "a", ..Layout::default() };
        let page = page::<Row>(&body, &layout).unwrap();
        prop_assert_eq!(page.get("count").unwrap().raw(), "1");
        let read: Vec<_> = page.rows().iter().map(|row| match row {
            Ok(row) => row.text(),
            Err(row) => row.json().text(),
        }).collect();
        prop_assert_eq!(&read, &rows);
        for row in page.rows().iter().flatten() {
            let _ = (row.unknown_fields(), row.siblings(), format!("{row:?}"));
        }
        let texts = texts(&body, &layout).unwrap();
        prop_assert_eq!(texts.rows().iter().map(JsonText::text).collect::<Vec<_>>(), rows);
    }

    #[test]
    fn both_passes_read_the_same(text in object()) {
        let fast = Kept::<Row>::parse(text.clone());
        let foreign = serde_json::from_str::<Kept<Row>>(&text);
        let careful = JsonText::new(text).unwrap().read::<Row>();
        prop_assert_eq!(fast.is_ok(), careful.is_ok());
        prop_assert_eq!(fast.is_ok(), foreign.is_ok());
        if let (Ok(fast), Ok(careful)) = (fast, careful) {
            prop_assert_eq!(format!("{fast:?}"), format!("{careful:?}"));
        }
    }

    #[test]
    fn what_is_taken_for_json_is_json(text in json(), at in any::<prop::sample::Index>(), byte in "[ -~]|é|\n|\u{1}") {
        prop_assert!(JsonText::new(text.clone()).is_ok());
        let mut damaged = text;
        let mut at = at.index(damaged.len());
        while !damaged.is_char_boundary(at) {
            at -= 1;
        }
        damaged.insert_str(at, &byte);
        let judged = serde_json::from_str::<serde::de::IgnoredAny>(&damaged).is_ok();
        prop_assert_eq!(JsonText::new(damaged.clone()).is_ok(), judged, "{}", damaged);
        damaged.remove(at);
        if damaged.pop().is_some() {
            let judged = serde_json::from_str::<serde::de::IgnoredAny>(&damaged).is_ok();
            prop_assert_eq!(JsonText::new(damaged.clone()).is_ok(), judged, "{}", damaged);
        }
    }

    #[test]
    fn short_texts_are_judged_as_serde_judges_them(text in "[-+0-9.eE\\[\\]{},:\"\\\\u/ntrufalse\\x01 ]{0,12}") {
        let judged = serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok();
        prop_assert_eq!(JsonText::new(text.clone()).is_ok(), judged, "{}", text);
    }

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        try_everything(bytes);
    }

    #[test]
    fn no_damaged_json_panics(text in json(), at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<bool>()) {
        let mut bytes = text.into_bytes();
        let at = at.index(bytes.len());
        if cut { bytes.truncate(at); } else { bytes[at] = byte; }
        try_everything(bytes);
    }
}

fn try_everything(bytes: Vec<u8>) {
    let body = Bytes::from(bytes);
    let _ = JsonText::new(body.clone()).map(|json| (json.pointer("/a/0").is_some(), json.read::<Row>()));
    let _ = one::<Row>(&body, "inner").map_err(|error| error.to_string());
    for layout in [
        Layout::default(),
        Layout { at: "inner", wrapped: Some("inner"), ..Layout::default() },
        Layout { at: "inner.tags", keyed: true, optional: true, ..Layout::default() },
        Layout { or_under: Some("open"), ..Layout::default() },
    ] {
        let _ = page::<Row>(&body, &layout).map_err(|error| error.to_string());
        let _ = texts(&body, &layout).map(|page| page.pointer("/inner/value").is_some());
    }
}

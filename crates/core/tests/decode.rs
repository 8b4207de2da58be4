//! Tolerant scalars, lists, words, ids, money and times: what they read, what they refuse, what they print.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]
#![allow(clippy::items_after_statements)]

use std::collections::BTreeMap;

use afflux_core::decode::{
    Amount, Drift, EpochMillis, EpochSeconds, JsonText, Kept, Lenient, Mismatch, Patch, Sensitive, UtcTime,
    Word, Wrapper, as_number, values, wrapped,
};
use jiff::Timestamp;
use jiff::civil::{Date, DateTime, date};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

fn read<T: Lenient>(json: &str) -> Result<T, Mismatch> {
    JsonText::new(json.to_owned()).unwrap().field().read()
}

afflux_core::id_type! {
    /// An id.
    pub struct CampaignId;
}

afflux_core::open_enum! {
    /// A word.
    pub enum Status {
        /// Paid.
        Approved = "approved",
        /// Not yet.
        Pending = "pending",
    }
}

#[test]
fn a_text_takes_every_scalar_and_keeps_its_digits() {
    for (json, text) in [
        (r#""a""#, "a"),
        (r#""a\n\u00e9\"""#, "a\né\""),
        ("12", "12"),
        ("-12", "-12"),
        ("1.10", "1.10"),
        ("1e-3", "1e-3"),
        ("-0", "-0"),
        ("true", "true"),
        ("123456789012345678901234567890", "123456789012345678901234567890"),
        (r#"[1, "a"]"#, r#"[1, "a"]"#),
        (r#"{"ops":[]}"#, r#"{"ops":[]}"#),
        (r#""\ud83d""#, "\u{fffd}"),
        (r#""\ud83d\ude00 \ud83dx""#, "\u{1f600} \u{fffd}x"),
    ] {
        assert_eq!(read::<String>(json).unwrap(), text, "{json}");
        assert_eq!(read::<Vec<String>>(&format!("[{json}]")).unwrap(), [text], "{json}");
        assert_eq!(Kept::<Vec<String>>::parse(format!("[{json}]")).unwrap()[0], text, "{json}");
    }
    assert!(read::<String>("null").is_err());
}

#[test]
fn a_whole_number_takes_a_string_and_nothing_that_would_change_it() {
    assert_eq!(read("12"), Ok(12_u64));
    assert_eq!(read(r#""12""#), Ok(12_i32));
    assert_eq!(read(r#"" -12 ""#), Ok(-12_i64));
    assert_eq!(read("12.0"), Ok(12_u8));
    assert_eq!(read("1.2e1"), Ok(12_u8));
    assert_eq!(read("18446744073709551615"), Ok(u64::MAX));
    assert_eq!(read("170141183460469231731687303715884105727"), Ok(i128::MAX));
    for json in ["12.5", "256", "-1", "true", "null", "[]", r#""""#, r#""12a""#, "1e40"] {
        assert_eq!(read::<u8>(json), Err(Mismatch::new("a whole number that fits u8")), "{json}");
    }
    assert_eq!(read("1.5"), Ok(1.5_f64));
    assert!(read::<f64>("1e999").is_err());
    assert!(read::<f64>(r#""NaN""#).is_err());
}

#[test]
fn truth_has_many_names() {
    for json in ["true", "1", r#""true""#, r#""True""#, r#""1""#, r#""y""#, r#""yes""#] {
        assert_eq!(read(json), Ok(true), "{json}");
    }
    for json in ["false", "0", r#""false""#, r#""0""#, r#""n""#, r#""no""#] {
        assert_eq!(read(json), Ok(false), "{json}");
    }
    for json in ["2", "null", r#""""#, "[]", r#""perhaps""#] {
        assert!(read::<bool>(json).is_err(), "{json}");
    }
}

#[test]
fn an_id_is_text_and_is_never_parsed() {
    const LONG: &str = "123456789012345678901234567890";
    assert_eq!(read::<CampaignId>(LONG).unwrap().as_str(), LONG);
    assert_eq!(read::<CampaignId>("\"0012\"").unwrap(), CampaignId::new("0012"));
    let id: CampaignId = serde_json::from_str(LONG).unwrap();
    assert_eq!(serde_json::to_string(&id).unwrap(), format!("\"{LONG}\""));

    #[derive(Serialize)]
    struct Body {
        #[serde(serialize_with = "as_number")]
        id: CampaignId,
    }
    let body = |id: &str| serde_json::to_string(&Body { id: id.into() }).unwrap();
    assert_eq!(body(LONG), format!(r#"{{"id":{LONG}}}"#));
    assert_eq!(body("007"), r#"{"id":"007"}"#, "no JSON number");
    assert_eq!(body("1011l22"), r#"{"id":"1011l22"}"#);
    assert_eq!(body("1 "), r#"{"id":"1 "}"#);
}

#[test]
fn an_open_enum_keeps_a_word_that_it_does_not_know() {
    assert_eq!(read::<Status>(r#""approved""#), Ok(Status::Approved));
    assert_eq!(read::<Status>(r#""On hold""#), Ok(Status::Unknown("On hold".into())));
    assert_eq!(read::<Status>("3"), Ok(Status::from("3")));
    assert_eq!("pending".parse(), Ok(Status::Pending));
    assert_eq!(Status::Pending.to_string(), "pending");
    assert!(Status::Pending.is_documented());
    assert!(!Status::from("x").is_documented());
    assert_eq!(Status::WORDS, ["approved", "pending"]);
    for word in [r#""approved""#, r#""On hold""#] {
        let status: Status = serde_json::from_str(word).unwrap();
        assert_eq!(serde_json::to_string(&status).unwrap(), word);
    }
}

#[test]
fn money_is_exact_and_says_when_it_cannot_be() {
    let decimal = |json: &str| read::<Amount>(json).unwrap().decimal().map(|decimal| decimal.to_string());
    for (json, exact) in [
        ("1.10", "1.10"),
        (r#""1.10""#, "1.10"),
        ("1e-3", "0.001"),
        ("1.5E+2", "150"),
        ("-1.25e1", "-12.5"),
        ("12e2", "1200"),
        ("0.00", "0.00"),
        ("0e5", "0"),
        (r#""+5""#, "5"),
        (r#"".5""#, "0.5"),
        ("7922816251426433759354395033", "7922816251426433759354395033"),
        ("0.1234567890123456789012345678", "0.1234567890123456789012345678"),
    ] {
        assert_eq!(decimal(json).as_deref(), Some(exact), "{json}");
        assert_eq!(read::<Decimal>(json).unwrap().to_string(), exact, "{json}");
    }
    for text in [
        "1.23456789012345678901234567890123456789",
        "12345678901234567890123456789012345",
        "1e99",
        "1e-99",
        "9e99999999999999999999",
    ] {
        let amount: Amount = read(text).unwrap();
        assert!(amount.is_too_long(), "{text}");
        assert_eq!(amount.decimal(), None, "{text}");
        assert_eq!(amount.text(), text);
        assert_eq!(amount.to_string(), text);
        assert!(read::<Decimal>(text).is_err(), "{text}");
    }
    for json in [
        r#""1,234.50""#,
        r#""""#,
        r#""abc""#,
        "true",
        "[]",
        "null",
        r#"".""#,
        r#""e5""#,
        r#""1e""#,
        r#""--1""#,
        r#""1.2.3""#,
    ] {
        assert!(read::<Amount>(json).is_err(), "{json}");
        assert!(read::<Decimal>(json).is_err(), "{json}");
    }
}

#[test]
fn money_is_written_as_it_came() {
    for json in [
        "1.10",
        r#""1.10""#,
        "1e-3",
        "1.5E+2",
        "-0",
        "-0.00",
        "0",
        "12345678901234567890123456789012345.10",
        r#""007.5""#,
    ] {
        assert_eq!(serde_json::to_string(&read::<Amount>(json).unwrap()).unwrap(), json);
    }
    assert_ne!(read::<Amount>("1.1"), read("1.10"), "the text differs");
    assert_eq!(read::<Amount>("1.1").unwrap().decimal(), read::<Amount>("1.10").unwrap().decimal());
    assert_eq!(serde_json::to_string(&Amount::from(Decimal::new(1230, 2))).unwrap(), "12.30");
    assert_eq!("12.30".parse::<Amount>().unwrap(), Amount::from(Decimal::new(1230, 2)));
}

#[test]
fn times_keep_what_they_say_and_nothing_is_guessed() {
    let instant: Timestamp = "2023-08-28T14:10:44.176Z".parse().unwrap();
    let civil: DateTime = date(2023, 8, 28).at(14, 10, 44, 0);
    assert_eq!(read(r#""2023-08-28T14:10:44.176Z""#), Ok(instant));
    assert_eq!(read(r#""2023-08-28T16:10:44.176+02:00""#), Ok(instant));
    assert_eq!(read(r#""2023-08-28 14:10:44""#), Ok(civil));
    assert_eq!(read(r#""2023-08-28T14:10:44""#), Ok(civil));
    assert_eq!(read(r#""2023-08-28T14:10""#), Ok(date(2023, 8, 28).at(14, 10, 0, 0)));
    assert_eq!(read(r#""2023-08-28 14:10:44.123456789""#), Ok(date(2023, 8, 28).at(14, 10, 44, 123_456_789)));
    assert_eq!(read(r#""2023-08-28""#), Ok(date(2023, 8, 28)));

    assert!(read::<Timestamp>(r#""2023-08-28 14:10:44""#).is_err(), "no zone is guessed");
    for json in [
        r#""2023-08-28T14:10:44Z""#,
        r#""2023-08-28T14:10:44+02:00""#,
        r#""2023-08-28""#,
        r#""2023-08-28T14:10:44-05[America/New_York]""#,
    ] {
        assert!(read::<DateTime>(json).is_err(), "no offset is dropped, no hour invented: {json}");
    }
    assert!(read::<Date>(r#""2023-08-28 14:10:44""#).is_err(), "no time is dropped");
    for json in [
        r#""0000-00-00 00:00:00""#,
        r#""2023-02-30 00:00:00""#,
        r#""2023-08-28 25:00:00""#,
        r#""""#,
        "null",
        "1693231844",
        "[]",
    ] {
        assert!(read::<DateTime>(json).is_err(), "{json}");
        assert!(read::<Timestamp>(json).is_err(), "{json}");
        assert!(read::<Date>(json).is_err(), "{json}");
    }

    let whole: Timestamp = "2023-08-28T14:10:44Z".parse().unwrap();
    assert_eq!(*read::<UtcTime>(r#""2023-08-28 14:10:44""#).unwrap(), whole);
    assert_eq!(*read::<UtcTime>(r#""2023-08-28T16:10:44+02:00""#).unwrap(), whole);
    assert_eq!(*read::<EpochSeconds>("1693231844").unwrap(), whole);
    assert_eq!(*read::<EpochSeconds>(r#""1693231844.176""#).unwrap(), instant);
    assert_eq!(*read::<EpochMillis>("1693231844176").unwrap(), instant);
    assert_eq!(*read::<EpochSeconds>(r#""2023-08-28T14:10:44Z""#).unwrap(), whole);
    for json in ["1e30", "99999999999999999999999999999999", "true", "null", r#""soon""#] {
        assert!(read::<EpochSeconds>(json).is_err(), "{json}");
    }
}

#[test]
fn a_list_takes_whatever_stands_for_one() {
    let list = |json: &str| read::<Vec<u32>>(json).unwrap();
    assert_eq!(list("[1,\"2\",3.0]"), [1, 2, 3]);
    assert_eq!(list(r#"{"0":1,"2":3}"#), [1, 3], "PHP writes a list with holes as an object");
    assert_eq!(list("7"), [7], "one where a list is documented");
    for nothing in ["[]", "[ ]", "null", "false", r#""""#, "{}"] {
        assert_eq!(list(nothing), [0; 0], "{nothing}");
        assert!(Kept::<Vec<u32>>::parse(nothing.to_owned()).unwrap().is_empty(), "{nothing}");
    }
    let map = |json: &str| read::<BTreeMap<String, u32>>(json).unwrap();
    assert_eq!(map(r#"{"GBP":"1"}"#), BTreeMap::from([("GBP".to_owned(), 1)]));
    for nothing in ["[]", "[ ]", "null", "false", r#""""#, "{}"] {
        assert!(map(nothing).is_empty(), "{nothing}");
        assert!(Kept::<BTreeMap<String, u32>>::parse(nothing.to_owned()).unwrap().is_empty(), "{nothing}");
    }
    assert_eq!(map("[5]"), BTreeMap::from([("0".to_owned(), 5)]));
}

#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct Site {
    #[serde(deserialize_with = "afflux_core::decode::lenient", alias = "name:")]
    name: Option<String>,
}
afflux_core::model!(Site { "name" });

struct SiteKey;
impl Wrapper for SiteKey {
    const KEY: &'static str = "site";
}

#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct Account {
    #[serde(deserialize_with = "wrapped::<SiteKey, _, _>")]
    sites: Vec<Site>,
    #[serde(deserialize_with = "values")]
    by_id: Vec<Site>,
    #[serde(deserialize_with = "afflux_core::decode::absent")]
    flow: Option<u32>,
    #[serde(deserialize_with = "afflux_core::decode::absent")]
    since: Drift<EpochSeconds>,
    #[serde(deserialize_with = "afflux_core::decode::lenient")]
    main: Drift<Site>,
}
afflux_core::model!(Account { "sites", "by_id", "flow", "since", "main" });

fn account(json: &str) -> Kept<Account> {
    Kept::parse(json.to_owned()).unwrap()
}

#[test]
fn nested_items_are_taken_with_and_without_their_wrapper() {
    let names = |json: &str| {
        account(json).sites.iter().map(|site| site.name.clone().unwrap_or_default()).collect::<Vec<_>>()
    };
    assert_eq!(
        names(r#"{"sites":[{"site":{"name":"a"}},{"name":"b"},{"since":1,"site:":{"name:":"c"}}]}"#),
        ["a", "b", "c"]
    );
    assert_eq!(names(r#"{"sites":{"site":{"name":"a"}}}"#), ["a"], "one object where a list is documented");
    assert_eq!(names(r#"{"sites":{"0":{"site":{"name":"a"}}}}"#), ["a"]);
    assert_eq!(names(r#"{"sites":[]}"#), [""; 0]);
    let by_id = account(r#"{"by_id":{"1011l22":{"name":"x"},"7":{"name":"y"}}}"#);
    assert_eq!(by_id.by_id.len(), 2);
    assert_eq!(by_id.pointer("/by_id/1011l22/name").unwrap().text(), "x");
}

#[test]
fn nothing_is_absent_only_where_it_is_marked() {
    for nothing in ["null", r#""""#, "[]", "false"] {
        let kept = account(&format!(r#"{{"flow":{nothing},"since":{nothing}}}"#));
        assert_eq!(kept.flow, None, "{nothing}");
        assert!(kept.since.is_absent(), "{nothing}");
    }
    assert_eq!(account(r#"{"flow":"7"}"#).flow, Some(7));
}

#[test]
fn a_drifted_field_costs_nothing_but_itself() {
    let kept = account(r#"{"main":"n/a","since":"soon","flow":3}"#);
    assert_eq!(kept.main.other(), Some(r#""n/a""#));
    assert_eq!(kept.since.other(), Some(r#""soon""#));
    assert_eq!(kept.flow, Some(3));
    assert!(kept.since.strict().is_err());
    assert_eq!(kept.main.get(), None);
    assert_eq!(account(r#"{"main":{"name":7}}"#).main.get().unwrap().name.as_deref(), Some("7"));
    assert_eq!(
        account(r#"{"main":[]}"#).main,
        Drift::Value(Site::default()),
        "PHP writes an empty object as []"
    );
    assert_eq!(
        account(r#"{"main":["a"]}"#).main.other(),
        Some(r#"["a"]"#),
        "an array is not the fields in their order"
    );
    assert!(account(r#"{"main":null}"#).main.is_null());
    assert!(account("{}").main.is_absent());
    assert!(account("{}").main.strict().unwrap().is_none());
}

#[test]
fn a_model_decodes_by_any_way_of_serde() {
    let json = r#"{"flow":"7","main":{"name":1.10},"sites":[{"site":{"name":true}}]}"#;
    let by_text: Account = serde_json::from_str(json).unwrap();
    let by_reader: Account = serde_json::from_reader(json.as_bytes()).unwrap();
    let by_value: Account = serde_json::from_value(serde_json::from_str(json).unwrap()).unwrap();
    assert_eq!(by_text, by_reader);
    assert_eq!(by_text.main.get().unwrap().name.as_deref(), Some("1.10"));
    assert_eq!(by_value.flow, Some(7));
    assert_eq!(by_value.sites, by_text.sites);
}

#[test]
fn a_part_of_a_row_can_keep_its_own_text() {
    let parts: Kept<Vec<Kept<Site>>> = Kept::parse(r#"[{"name": 1.10, "x":null}]"#).unwrap();
    assert_eq!(parts[0].name.as_deref(), Some("1.10"));
    assert_eq!(parts[0].text(), r#"{"name": 1.10, "x":null}"#);
    let text = serde_json::to_string(&*parts).unwrap();
    assert_eq!(serde_json::from_str::<Vec<Kept<Site>>>(&text).unwrap(), *parts);
}

#[test]
fn a_patch_has_three_states() {
    #[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
    struct Change {
        #[serde(default, skip_serializing_if = "Patch::is_absent")]
        title: Patch<String>,
    }
    for (patch, json) in [
        (Patch::Absent, "{}"),
        (Patch::Null, r#"{"title":null}"#),
        (Patch::Value("a".to_owned()), r#"{"title":"a"}"#),
    ] {
        let change = Change { title: patch };
        assert_eq!(serde_json::to_string(&change).unwrap(), json);
        assert_eq!(serde_json::from_str::<Change>(json).unwrap(), change);
    }
}

#[test]
fn a_secret_is_shown_to_nobody_who_does_not_ask() {
    let secret: Sensitive = read(r#""hunter2""#).unwrap();
    assert_eq!(secret.reveal(), "hunter2");
    assert_eq!(format!("{secret} {secret:?}"), "*** ***");
    assert_eq!(read::<Sensitive>("123456").unwrap().reveal(), "123456");

    let text = JsonText::new(r#"{"password":"hunter2"}"#).unwrap();
    let drift: Drift<u32> = text.get("password").unwrap().read().unwrap();
    let field = text.get("password").unwrap();
    let shown = format!("{text:?} {drift:?} {field:?} {:?}", read::<u32>(r#""hunter2""#));
    assert!(!shown.contains("hunter2"), "{shown}");
    assert_eq!(drift.other(), Some(r#""hunter2""#));
}

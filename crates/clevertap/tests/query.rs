//! The query language: as documented on the wire, and checked before.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use afflux_clevertap::{Activity, Condition, Occurs, Query, Users, core::decode::JsonText};
use jiff::civil::{Date, date};
use proptest::prelude::*;
use serde_json::{Value, json};

const FROM: Date = date(2015, 8, 10);
const TO: Date = date(2015, 10, 25);

fn written(query: &Query) -> Value {
    serde_json::from_str(query.to_json().unwrap().text()).unwrap()
}

#[test]
fn everything_that_is_documented_is_written_as_documented() {
    let users = Users::new()
        .profile(Condition::equals("Customer Type", "Platinum"))
        .app(Condition::contains("Make", "Apple"))
        .demographic(Condition::any_of("Education", ["College", "Graduate"]))
        .technographic(Condition::any_of("Device", ["Mobile", "Tablet"]))
        .reachable(Condition::equals("has_token", true))
        .place(["India", "Maharashtra", "Mumbai"])
        .radius([35.0, 42.5, 5.2]);
    let event = Activity::of("Charged", FROM..=TO)
        .property(Condition::at_least("Amount", 10))
        .property(Condition::does_not_contain("Coupon", "TEST"))
        .property(Condition::does_not_exist("Refund"))
        .session(Condition::any_of("time_of_day", ["22:30", "22:35"]));
    let query = Query::from(event)
        .users(users)
        .did_all([Activity::of("App Launched", date(2015, 9, 1)).times(Occurs::Exactly(10))])
        .did_none([Activity::ever("App Uninstalled")])
        .did_any_times(Occurs::MoreThan(2), [Activity::ever("A"), Activity::ever("B")])
        .extra("prompt", JsonText::new("\"everybody who paid\"").unwrap());
    assert_eq!(
        written(&query),
        json!({
            "event_name": "Charged",
            "from": 20_150_810,
            "to": 20_151_025,
            "event_properties": [
                {"name": "Amount", "operator": "greater_than_equals", "value": 10},
                {"name": "Coupon", "operator": "does_not_contain", "value": "TEST"},
                {"name": "Refund", "operator": "does_not_exist"},
            ],
            "session_properties": [{"name": "time_of_day", "operator": "equals", "value": ["22:30", "22:35"]}],
            "common_profile_properties": {
                "profile_fields": [{"name": "Customer Type", "operator": "equals", "value": "Platinum"}],
                "app_fields": [{"name": "Make", "operator": "contains", "value": "Apple"}],
                "demographics": [{"name": "Education", "operator": "equals", "value": ["College", "Graduate"]}],
                "technographics": [{"name": "Device", "operator": "equals", "value": ["Mobile", "Tablet"]}],
                "reachability": [{"name": "has_token", "operator": "equals", "value": "True"}],
                "geo_fields": [["India", "Maharashtra", "Mumbai"]],
                "geo_radius": [[35.0, 42.5, 5.2]],
            },
            "advanced_query": {
                "did_all": [{
                    "event_name": "App Launched", "from": 20_150_901, "to": 20_150_901,
                    "operator": "equals", "value": 10,
                }],
                "did_none": [{"event_name": "App Uninstalled"}],
                "did_any": {
                    "any_events": [{"event_name": "A"}, {"event_name": "B"}],
                    "operator": "greater_than", "value": 2,
                },
            },
            "prompt": "everybody who paid",
        })
    );
    assert_eq!(query.to_json().unwrap().get("from").unwrap().raw(), "20150810", "a number, not a text");
}

#[test]
fn everybody_is_an_empty_object() {
    assert_eq!(Query::everybody().to_json().unwrap().text(), "{}");
}

#[test]
fn what_is_wrong_is_named_with_its_place() {
    let users = |users: Users| Query::from(users);
    let event = |event: Activity| Query::from(event);
    let fine = || Activity::of("A", FROM..=TO);
    let number = |name: &str, value: f64| Condition::new(name, "equals", value);
    let none: [&str; 0] = [];
    let table = [
        (event(Activity::of(" ", FROM..=TO)), "event_name"),
        (event(Activity::of("A", TO..=FROM)), "from"),
        (event(Activity::of("A", date(1969, 1, 1)..=TO)), "from"),
        (event(Activity::of("A", date(-1, 1, 1)..=TO)), "from"),
        (event(fine().session(Condition::any_of("x", none))), "session_properties[0].value"),
        (event(fine().property(number("x", f64::NAN))), "event_properties[0].value"),
        (event(fine().property(Condition::new("x", "", 1))), "event_properties[0].operator"),
        (
            users(Users::new().profile(Condition::exists("x")).profile(Condition::exists(""))),
            "common_profile_properties.profile_fields[1].name",
        ),
        (users(Users::new().place(none)), "common_profile_properties.geo_fields[0]"),
        (users(Users::new().place(["a", ""])), "common_profile_properties.geo_fields[0]"),
        (users(Users::new().radius([f64::INFINITY, 0.0, 0.0])), "common_profile_properties.geo_radius"),
        (Query::everybody().did_all([fine(), Activity::ever("")]), "advanced_query.did_all[1].event_name"),
        (Query::everybody().did_none([Activity::of("A", TO..=FROM)]), "advanced_query.did_none[0].from"),
        (Query::everybody().did_any_times(Occurs::AtMost(1), []), "advanced_query.did_any"),
    ];
    for (query, field) in table {
        let error = query.check().unwrap_err();
        assert_eq!(error.field(), Some(field), "{error}");
    }
}

proptest! {
    #[test]
    fn any_text_of_a_condition_comes_through_as_it_is(name in "\\PC{1,20}", text in any::<String>()) {
        prop_assume!(!name.trim().is_empty());
        let event = Activity::of(name.as_str(), FROM..=TO).property(Condition::equals(name.as_str(), text.as_str()));
        let written = written(&event.into());
        prop_assert_eq!(&written["event_name"], &json!(name));
        prop_assert_eq!(&written["event_properties"][0], &json!({"name": name, "operator": "equals", "value": text}));
    }

    #[test]
    fn days_are_written_as_eight_digits_in_order(from in 0_i32..50_000, length in 0_i32..2_000) {
        let from = date(1970, 1, 1).saturating_add(jiff::Span::new().days(from));
        let to = from.saturating_add(jiff::Span::new().days(length));
        let written = written(&Activity::of("A", from..=to).into());
        let text = |day: Date| day.strftime("%Y%m%d").to_string();
        prop_assert_eq!(written["from"].to_string(), text(from));
        prop_assert_eq!(written["to"].to_string(), text(to));
    }
}

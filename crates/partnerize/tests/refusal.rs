//! The registry of constraints, and the reading of error bodies that the manual does not show.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use std::collections::BTreeSet;

use afflux_partnerize::{Constraint, Generation, Property, Refusal, Step, core::decode::Word};

fn read(generation: Generation, body: &str) -> Refusal {
    Refusal::read(generation, body.as_bytes()).unwrap()
}

#[test]
fn the_registry_has_137_codes_and_the_words_of_the_second_api_each_with_its_meaning() {
    let (uuids, words): (Vec<&str>, Vec<&str>) =
        Constraint::WORDS.iter().copied().partition(|code| code.contains('-'));
    assert_eq!((uuids.len(), words.len()), (137, 12));
    assert_eq!(Constraint::WORDS.iter().collect::<BTreeSet<_>>().len(), 149);
    for code in Constraint::WORDS {
        let constraint = Constraint::from(*code);
        assert_eq!(constraint.as_str(), *code);
        assert!(constraint.meaning().is_some_and(|meaning| meaning.ends_with('.')), "{code}");
    }
    for code in uuids {
        assert_eq!(code.split('-').map(str::len).collect::<Vec<_>>(), [8, 4, 4, 4, 12], "{code}");
    }
}

#[test]
fn a_code_that_is_not_in_the_registry_is_kept_and_the_vendors_sentence_stands_for_its_meaning() {
    let refusal = read(
        Generation::Third,
        r#"{"error":{"errors":[{"property":"[a]","code":"new","message":"What now"}],"code":400}}"#,
    );
    let fault = &refusal.faults[0];
    assert_eq!(fault.constraint, Some(Constraint::Unknown("new".to_owned())));
    assert_eq!(fault.meaning(), Some("What now"));
    assert_eq!(refusal.code.as_deref(), Some("400"));
    assert_eq!(refusal.to_string(), "refused: `a`: What now");
}

#[test]
fn the_fields_of_the_first_api_are_faults_too() {
    let refusal = read(
        Generation::First,
        r#"{"error":{"message":"Bad","type":"input","fields":{"camref":"Missing","value":["Low"]}}}"#,
    );
    assert_eq!((refusal.message.as_deref(), refusal.code.as_deref()), (Some("Bad"), Some("input")));
    assert_eq!(refusal.to_string(), r#"Bad: `camref`: Missing; `value`: ["Low"]"#);
}

#[test]
fn a_property_is_read_however_it_is_written() {
    let key = |name: &str| Step::Key(name.to_owned());
    let table = [
        ("", vec![], "", ""),
        ("[name]", vec![key("name")], "name", "/name"),
        ("evaluation_period", vec![key("evaluation_period")], "evaluation_period", "/evaluation_period"),
        ("[campaigns][0]", vec![key("campaigns"), Step::Index(0)], "campaigns[0]", "/campaigns/0"),
        ("[a][12][b/c]", vec![key("a"), Step::Index(12), key("b/c")], "a[12].b/c", "/a/12/b~1c"),
        (
            "filter_by[1].value",
            vec![key("filter_by"), Step::Index(1), key("value")],
            "filter_by[1].value",
            "/filter_by/1/value",
        ),
    ];
    for (text, steps, shown, pointer) in table {
        let property = Property::parse(text);
        assert_eq!(property.steps(), steps, "{text}");
        assert_eq!((property.to_string().as_str(), property.pointer().as_str()), (shown, pointer), "{text}");
        assert_eq!(property.as_str(), text);
    }
}

#[test]
fn generations_are_told_by_the_path() {
    let table = [
        ("/network", Generation::First),
        ("/v2/publishers/{publisher_id}/links", Generation::Second),
        ("/v3/partner/user", Generation::Third),
        ("/v2x", Generation::First),
    ];
    for (path, generation) in table {
        assert_eq!(Generation::of_path(path), generation, "{path}");
    }
}

//! Decode errors: they say where and what was expected, and never a value. Hostile text is an error, never a panic.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use afflux_core::decode::{DecodeError, Drift, JsonText, Kept, Layout, page};
use bytes::Bytes;
use serde::Deserialize;

#[derive(Debug, Deserialize)]
struct Lead {
    #[serde(deserialize_with = "afflux_core::decode::lenient")]
    id: u64,
    #[serde(default, deserialize_with = "afflux_core::decode::lenient")]
    tags: Vec<Tag>,
    /// Read by serde alone.
    #[serde(default)]
    #[expect(dead_code, reason = "only decoded")]
    score: Option<u8>,
}
afflux_core::model!(Lead { "id", "tags", "score" });

#[derive(Debug, Deserialize)]
struct Tag {
    #[serde(deserialize_with = "afflux_core::decode::lenient")]
    at: u64,
}
afflux_core::model!(Tag { "at" });

fn error(json: &str) -> DecodeError {
    Kept::<Lead>::parse(json.to_owned()).unwrap_err()
}

#[test]
fn an_error_names_the_field_and_the_place() {
    for (json, path, message) in [
        (r#"{"id":"hunter2"}"#, "/id", "expected a whole number that fits u64"),
        (
            r#"{"tags":[{"at":1},{"at":"hunter2"}],"id":1}"#,
            "/tags/1/at",
            "expected a whole number that fits u64",
        ),
        (r#"{"id":1,"tags":[{"at":1},{"a":"hunter2"}]}"#, "/tags/1", "missing field `at`"),
        (r#"{"tags":[],"score":"hunter2","id":1}"#, "/score", "expected u8"),
        (r#"{"score":123456,"id":1}"#, "/score", "expected u8"),
        (r#"{"tags":["hunter2"],"id":1}"#, "/tags/0", "expected an object"),
        (r#"{"tags":[]}"#, "", "missing field `id`"),
        (r#""hunter2""#, "", "expected an object"),
        ("[1]", "", "expected an object"),
        (r#"{"id":1,"tags":[{"at":"#, "/tags/0", "EOF while parsing a value"),
        (r#"{"id":1,"x":{"y/~":[1,tru]}}"#, "/x/y~1~0/1", "expected ident"),
    ] {
        let error = error(json);
        assert_eq!((error.path(), error.message()), (path, message), "{json}");
        assert!(!format!("{error} {error:?}").contains("hunter2"), "{error:?}");
        assert!(!format!("{error} {error:?}").contains("123456"), "{error:?}");
    }
    let error = error("{\n  \"id\": 1,\n  \"tags\": [{\"at\": true}]\n}");
    assert_eq!((error.line(), error.column()), (3, 19));
    assert_eq!(
        error.to_string(),
        "expected a whole number that fits u64 at `/tags/0/at` (line 3, column 19)"
    );
}

#[test]
fn a_message_that_quotes_a_value_in_disguise_is_cut_before_it() {
    // serde's own message is: invalid type: string "a, expected hunter2", expected u8
    let error = error(r#"{"id":1,"score":"a, expected hunter2"}"#);
    assert_eq!(error.message(), "expected u8");
}

#[test]
fn broken_text_is_an_error_with_a_place() {
    for (bytes, message) in [
        (&b""[..], "the text ends where a value is expected"),
        (b"  ", "the text ends where a value is expected"),
        (b"{\"id\":1", "EOF while parsing an object"),
        (b"{\"id\":1}x", "something follows the end of the JSON"),
        (b"{\"id\":1} {\"id\":2}", "something follows the end of the JSON"),
        (b"<html>", "expected value"),
        (b"{\"id\":\"\xff\"}", "the text is not UTF-8"),
        (b"{\"id\":\"\x01\"}", "control character (\\u0000-\\u001F) found while parsing a string"),
    ] {
        let error = JsonText::new(bytes).unwrap_err();
        assert_eq!(error.message(), message, "{bytes:?}");
    }
    let error = JsonText::new(&b"{\"a\":{\"b\":\"\xff\"}}"[..]).unwrap_err();
    assert_eq!(error.path(), "/a/b");
}

#[test]
fn an_answer_without_its_list_is_an_error() {
    let layout = Layout { at: "leads", ..Layout::default() };
    let error = |body: &'static str| page::<Lead>(&Bytes::from(body), &layout).unwrap_err();
    assert_eq!(error(r#"{"error":"hunter2"}"#).message(), "there is no `leads` in the answer");
    assert_eq!(error(r#"{"leads":"hunter2"}"#).message(), "expected a list");
    assert_eq!(error(r#"{"leads":[{"id":1},"#).message(), "the text ends where a value is expected");
    assert_eq!(error(r#"{"leads":[{"id":1}"#).message(), "expected `,` or `]`");
    let optional = Layout { optional: true, ..layout };
    assert!(page::<Lead>(&Bytes::from(r#"{"count":0}"#), &optional).unwrap().rows().is_empty());
}

#[test]
fn no_nesting_exhausts_the_stack() {
    #[derive(Debug, Default, Deserialize)]
    #[serde(default)]
    struct Node {
        #[serde(deserialize_with = "afflux_core::decode::lenient")]
        down: Drift<Box<Node>>,
        #[serde(deserialize_with = "afflux_core::decode::lenient")]
        list: Vec<Node>,
    }
    afflux_core::model!(Node { "down", "list" });

    const DEEP: usize = 20_000;
    let shapes =
        [("[", "]", ""), ("{\"down\":", "}", "1"), ("{\"list\":[", "]}", ""), ("{\"x\":", "}", "\"a\"")];
    for (open, close, inner) in shapes {
        let text = format!("{}{inner}{}", open.repeat(DEEP), close.repeat(DEEP));
        let json = JsonText::new(text.clone()).unwrap();
        assert_eq!(json.text(), text);
        // serde_json refuses to go that deep; a field that may drift stays as text, everything else is an error.
        let _ = Kept::<Node>::parse(text.clone());
        let _ = json.read::<serde_json::Value>().unwrap_err();
        let _ = page::<Node>(
            &Bytes::from(text.clone()),
            &Layout { at: "x.x.x", optional: true, ..Layout::default() },
        );
        let cut = text[..text.len() - DEEP].to_owned();
        let _ = JsonText::new(cut).unwrap_err();
    }
}

#[test]
fn a_key_that_stands_twice_counts_as_its_last() {
    let kept: Kept<Lead> = Kept::parse(r#"{"id":1,"tags":[{"at":1,"at":2}],"id":3,"\u0069d":4}"#).unwrap();
    assert_eq!(kept.id, 4);
    assert_eq!(kept.tags[0].at, 2);
    assert_eq!(kept.get("id").unwrap().raw(), "4");
}

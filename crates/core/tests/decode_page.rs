//! The page walker: every shape that a list comes in, and what stands beside it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use afflux_core::decode::{JsonText, Kept, Layout, Page, one, page, texts};
use bytes::Bytes;
use serde::Deserialize;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Site {
    #[serde(deserialize_with = "afflux_core::decode::lenient")]
    id: Option<String>,
}
afflux_core::model!(Site { "id" });

fn ids(body: &'static str, layout: Layout) -> Vec<String> {
    let body = Bytes::from(body);
    let rows = page::<Site>(&body, &layout).unwrap().all().unwrap();
    let texts = texts(&body, &layout).unwrap();
    assert_eq!(
        rows.iter().map(Kept::text).collect::<Vec<_>>(),
        texts.rows().iter().map(JsonText::text).collect::<Vec<_>>()
    );
    rows.iter().map(|row| row.id.clone().unwrap_or_default()).collect()
}

const ROOT: Layout = Layout { at: "", or_under: None, wrapped: None, keyed: false, optional: false };
const SITES: Layout = Layout { at: "sites", ..ROOT };
const WRAPPED: Layout = Layout { wrapped: Some("site"), ..SITES };

#[test]
fn a_list_is_found_in_every_shape() {
    assert_eq!(ids(r#"[{"id":1},{"id":"2"}]"#, ROOT), ["1", "2"]);
    assert_eq!(ids(" [ ] ", ROOT), [""; 0]);
    assert_eq!(ids(r#"{"id":1}"#, ROOT), ["1"], "one object where a list is documented");
    assert_eq!(ids("null", ROOT), [""; 0]);
    assert_eq!(ids("false", ROOT), [""; 0]);
    assert_eq!(ids(r#"{"sites":[{"id":1}]}"#, SITES), ["1"]);
    assert_eq!(ids(r#"{"sites:":[{"id":1}]}"#, SITES), ["1"], "a stray colon");
    assert_eq!(ids(r#"{"s\u0069tes":[{"id":1}]}"#, SITES), ["1"], "an escaped key");
    assert_eq!(ids(r#"{"sites":{"id":1}}"#, SITES), ["1"]);
    assert_eq!(ids(r#"{"sites":{"0":{"id":1},"3":{"id":2}}}"#, SITES), ["1", "2"], "PHP");
    assert_eq!(ids(r#"{"sites":{}}"#, SITES), [""; 0]);
    assert_eq!(ids(r#"{"sites":null}"#, SITES), [""; 0]);
    assert_eq!(ids(r#"[{"id":1}]"#, SITES), ["1"], "a bare list where an envelope is documented");
    assert_eq!(ids(r#"{"a":1,"b":{"c":[],"sites":[{"id":1}]}}"#, Layout { at: "b.sites", ..ROOT }), ["1"]);
    let leads = Layout { or_under: Some("data"), ..ROOT };
    assert_eq!(ids(r#"[{"id":1}]"#, leads), ["1"]);
    assert_eq!(ids(r#"{"total":1,"data":[{"id":1}]}"#, leads), ["1"]);
    assert_eq!(ids(r#"{"data":[]}"#, leads), [""; 0]);
}

#[test]
fn wrapped_items_are_unwrapped_and_keep_their_siblings() {
    let body = Bytes::from(
        r#"{"sites":[ {"site": {"id":1,"rank":1.10}} ,{"active":"y","site":{"id":2},"last":null},{"id":3},{"site:":{"id":4}}],"count":4}"#,
    );
    let page = page::<Site>(&body, &WRAPPED).unwrap();
    assert_eq!(page.get("count").unwrap().as_u64(), Some(4));
    let rows = page.all().unwrap();
    assert_eq!(rows.iter().map(|row| row.id.as_deref().unwrap()).collect::<Vec<_>>(), ["1", "2", "3", "4"]);
    assert_eq!(rows[0].text(), r#"{"site": {"id":1,"rank":1.10}}"#);
    assert_eq!(rows[0].unknown_fields()[0].0, "rank");
    assert_eq!(rows[0].extra("rank").as_deref(), Some("1.10"));
    assert_eq!(rows[1].extra("active").as_deref(), Some("y"));
    assert!(rows[1].get("last").unwrap().is_null());
    assert_eq!(rows[1].pointer("/id").unwrap().raw(), "2");
    assert_eq!(rows[1].pointer("/site/id").unwrap().raw(), "2");
    let siblings = rows[1].siblings();
    assert_eq!(siblings.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["active", "last"]);
    assert!(rows[2].siblings().is_empty());
    assert!(rows[0].get("nothing").is_none());
}

#[test]
fn a_map_by_id_gives_its_keys() {
    let body = Bytes::from(r#"{"details":{"1011l22":{"id":1},"a\"b":{"id":2}}}"#);
    let page = page::<Site>(&body, &Layout { at: "details", keyed: true, ..ROOT }).unwrap();
    let keyed: Vec<_> =
        page.keyed().map(|(key, row)| (key, row.as_ref().unwrap().id.clone().unwrap())).collect();
    assert_eq!(keyed, [("1011l22", "1".to_owned()), ("a\"b", "2".to_owned())]);
}

#[test]
fn what_stands_beside_the_rows_is_found_before_and_behind_them() {
    fn check<R>(page: &Page<R>) {
        assert_eq!(page.get("count").unwrap().as_u64(), Some(3));
        assert_eq!(page.pointer("/execution_time").unwrap().text(), "0.20 seconds");
        assert_eq!(page.pointer("/hypermedia/pagination/next_page").unwrap().text(), "/a?b=1");
        assert_eq!(page.pointer("/hypermedia/pagination/links/1").unwrap().raw(), "8");
        assert_eq!(page.pointer("/data/limit").unwrap().raw(), "2");
        assert!(page.pointer("/data/rows/0").is_none(), "not into the rows");
        assert!(page.pointer("/nothing").is_none());
        assert!(page.pointer("count").is_none(), "no pointer");
        assert!(page.get("limit").is_none(), "one level down");
    }
    let body = Bytes::from(
        r#"{"count":3,"data":{"limit":2,"rows":[{"id":1}]},"execution_time":"0.20 seconds",
            "hypermedia":{"pagination":{"next_page":"\/a?b=1","links":[7,8]}}}"#,
    );
    let layout = Layout { at: "data.rows", ..ROOT };
    check(&page::<Site>(&body, &layout).unwrap());
    check(&texts(&body, &layout).unwrap());
    let leads = Layout { or_under: Some("data"), ..ROOT };
    let page = page::<Site>(&Bytes::from(r#"{"data":[{"id":1}],"cursor":"x"}"#), &leads).unwrap();
    assert_eq!(page.get("cursor").unwrap().text(), "x");
}

#[test]
fn a_bad_row_stands_among_the_good_ones() {
    let body = Bytes::from(r#"{"sites":[{"id":1},"hunter2",{"id":3},[7],{"id":5}]}"#);
    let page = page::<Site>(&body, &SITES).unwrap();
    assert_eq!(page.rows().len(), 5);
    let bad: Vec<_> = page.rows().iter().filter_map(|row| row.as_ref().err()).collect();
    assert_eq!(bad.iter().map(|row| row.index()).collect::<Vec<_>>(), [1, 3]);
    assert_eq!(bad[0].json().text(), r#""hunter2""#);
    assert!(!format!("{} {:?}", bad[0], bad[0]).contains("hunter2"));
    assert_eq!(bad[0].to_string(), "row 1 of the page: expected an object (line 1, column 1)");
    assert_eq!(page.all().unwrap_err().index(), 1);
}

#[test]
fn a_row_is_a_slice_of_the_body_until_it_is_detached() {
    let body = Bytes::from(r#"[{"id":1},{"id":2}]"#.to_owned());
    let mut rows = page::<Site>(&body, &ROOT).unwrap().all().unwrap();
    let inside = |row: &Kept<Site>| body.as_ptr_range().contains(&row.bytes().as_ptr());
    assert!(rows.iter().all(inside));
    for row in &mut rows {
        row.detach();
    }
    assert!(!rows.iter().any(inside));
    assert!(body.try_into_mut().is_ok(), "nothing holds the body any more");
    assert_eq!(rows[1].text(), r#"{"id":2}"#);
    assert_eq!(rows[1].get("id").unwrap().as_u64(), Some(2));
}

#[test]
fn one_answer_is_read_inside_its_envelope_and_kept_whole() {
    let body =
        Bytes::from("\u{feff} {\"count\":1,\"site\":{\"id\":7,\"count\":2},\"execution_time\":\"0.2\"} \n");
    let kept: Kept<Site> = one(&body, "site").unwrap();
    assert_eq!(kept.id.as_deref(), Some("7"));
    assert_eq!(kept.text(), r#"{"count":1,"site":{"id":7,"count":2},"execution_time":"0.2"}"#);
    assert_eq!(kept.extra("count").as_deref(), Some("2"), "the view's own object first");
    assert_eq!(kept.pointer("/execution_time").unwrap().text(), "0.2");
    assert_eq!(one::<Site>(&body, "nothing").unwrap_err().message(), "there is no `nothing` in the answer");
    assert_eq!(one::<Site>(&Bytes::from(r#"{"site":7}"#), "site").unwrap_err().path(), "/site");
}

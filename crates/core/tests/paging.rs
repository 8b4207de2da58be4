//! Listings of every kind: page numbers, offsets, cursors and links; resumed, repeated, led astray.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

#[path = "paging/repeats.rs"]
mod repeats;
#[path = "paging/resume.rs"]
mod resume;
mod support;

use std::{future::poll_fn, pin::Pin, sync::Arc};

use afflux_core::{
    Delivery, Error, ErrorKind,
    base_url::BaseUrl,
    decode::{self, BadRow, DecodeError, Kept, Layout, Page},
    endpoint::Endpoint,
    engine::Engine,
    operation::{Operation, Paging},
    page::{Items, Paged, Resume},
    request::Request,
    response::Raw,
    secret::{SecretString, Slot},
    transport::{MockTransport, Reply, Seen},
};
use futures_core::Stream;
use support::operations::READ;

const ROWS: Layout = Layout { at: "data", or_under: None, wrapped: None, keyed: false, optional: false };

macro_rules! listing {
    ($name:ident, $operation:ident, $($paging:expr),+) => {
        const $operation: Operation = Operation { items: Some(ROWS), paging: &[$($paging),+], ..READ };

        #[derive(Clone)]
        struct $name;

        impl Endpoint for $name {
            const OPERATION: &'static Operation = &$operation;
            type Output = Page<Result<Kept<u32>, BadRow>>;

            fn encode(&self) -> Result<Request, Error> {
                Ok(Request::new(Self::OPERATION).query_pair("kind", "a b"))
            }

            fn decode(&self, raw: &Raw) -> Result<Self::Output, DecodeError> {
                decode::page(raw.body(), &ROWS)
            }
        }

        impl Paged for $name {
            type Row = u32;
        }
    };
}

listing!(Numbered, NUMBERED, Paging::Number { page: "page", size: "per_page", max: 2 });
listing!(Counted, COUNTED, Paging::Offset { offset: "offset", limit: "limit", max: 2, total: "meta.total" });
listing!(Cursored, CURSORED, Paging::Cursor { parameter: "cursor", next: "meta.next", encoded: false });
listing!(Encoded, ENCODED, Paging::Cursor { parameter: "cursor", next: "meta.next", encoded: true });
listing!(Linked, LINKED, Paging::Link { next: "links.next" });
listing!(
    Mixed,
    MIXED,
    Paging::Link { next: "links.next" },
    Paging::Cursor { parameter: "cursor", next: "meta.next", encoded: false },
    Paging::Offset { offset: "offset", limit: "limit", max: 2, total: "meta.total" }
);

fn engine(transport: &MockTransport) -> Engine {
    let secret = SecretString::from("listing-token-1");
    let credentials = afflux_core::auth::Credentials::new()
        .variant("default", [Slot::Query { name: "token", secret }])
        .unwrap();
    Engine::builder("fixture", BaseUrl::parse("https://api.example/v1").unwrap())
        .credentials(credentials)
        .transport(Arc::new(transport.clone()))
        .build()
        .unwrap()
}

async fn next<S: Stream + Unpin>(stream: &mut S) -> Option<S::Item> {
    poll_fn(|cx| Pin::new(&mut *stream).poll_next(cx)).await
}

async fn all<E: Paged<Row = u32> + Unpin + 'static>(mut items: Items<E>) -> Vec<u32> {
    let mut rows = Vec::new();
    while let Some(row) = next(&mut items).await {
        rows.push(**row.as_ref().unwrap());
    }
    rows
}

fn queries(transport: &MockTransport) -> Vec<String> {
    transport.seen().into_iter().map(|seen| seen.query).collect()
}

fn page(rows: &[u32], beside: &str) -> Reply {
    Reply::answer(200, format!("{{\"data\":{rows:?}{beside}}}"))
}

/// Five rows, two on a page, for whoever asks by number.
fn by_number(seen: &Seen) -> Reply {
    let number: usize = seen.query_value("page").map_or(1, |page| page.parse().unwrap());
    let rows: Vec<u32> = (1..=5).skip((number - 1) * 2).take(2).collect();
    page(&rows, "")
}

fn by_offset(seen: &Seen) -> Reply {
    let offset: usize = seen.query_value("offset").map_or(0, |offset| offset.parse().unwrap());
    let rows: Vec<u32> = (1..=5).skip(offset).take(2).collect();
    page(&rows, ",\"meta\":{\"total\":\"5\"}")
}

#[tokio::test(start_paused = true)]
async fn page_numbers_count_up_until_a_page_is_empty() {
    let transport = MockTransport::new(by_number);
    assert_eq!(all(engine(&transport).items(Numbered, None).unwrap()).await, [1, 2, 3, 4, 5]);
    let asked = queries(&transport);
    assert_eq!(asked[0], "kind=a%20b&per_page=2");
    assert_eq!(asked[3], "kind=a%20b&page=4&per_page=2");
    assert_eq!(asked.len(), 4);
}

#[tokio::test(start_paused = true)]
async fn offsets_advance_by_the_rows_that_came_until_the_total() {
    let transport = MockTransport::new(by_offset);
    assert_eq!(all(engine(&transport).items(Counted, None).unwrap()).await, [1, 2, 3, 4, 5]);
    let asked = queries(&transport);
    assert_eq!(asked, ["kind=a%20b&limit=2", "kind=a%20b&offset=2&limit=2", "kind=a%20b&offset=4&limit=2"]);
}

#[tokio::test(start_paused = true)]
async fn a_cursor_goes_on_until_it_is_absent_null_empty_false_or_repeats() {
    for end in [
        "",
        ",\"meta\":{\"next\":null}",
        ",\"meta\":{\"next\":\"\"}",
        ",\"meta\":{\"next\":false}",
        ",\"meta\":{\"next\":\"c+1\"}",
    ] {
        let end = end.to_owned();
        let transport = MockTransport::new(move |seen| match seen.query_value("cursor").as_deref() {
            None => page(&[1, 2], ",\"meta\":{\"next\":\"c+1\"}"),
            Some("c+1") => page(&[3], &end),
            Some(other) => panic!("nobody gave out {other}"),
        });
        assert_eq!(all(engine(&transport).items(Cursored, None).unwrap()).await, [1, 2, 3]);
        assert_eq!(queries(&transport), ["kind=a%20b", "kind=a%20b&cursor=c%2B1"]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_cursor_that_comes_encoded_is_sent_encoded_once_and_kept_decoded() {
    let transport = MockTransport::new(|seen| match seen.query_value("cursor").as_deref() {
        None => page(&[1], ",\"meta\":{\"next\":\"a%2Bb%3D%3D\"}"),
        Some("a+b==") => page(&[2], ",\"meta\":{\"next\":\"100%\"}"),
        Some("100%") => page(&[3], ",\"meta\":{\"next\":\"a+b%3D=\"}"),
        Some(other) => panic!("nobody gave out {other}"),
    });
    let engine = engine(&transport);
    let mut items = engine.items(Encoded, None).unwrap();
    assert_eq!(*next(&mut items).await.unwrap().unwrap(), 1);
    let resume = items.resume().unwrap();
    assert_eq!(resume.cursor(), Some("a+b=="));
    assert_eq!(all(items).await, [2, 3], "a cursor that repeats ends it, however it is written");
    assert_eq!(queries(&transport)[1], "kind=a%20b&cursor=a%2Bb%3D%3D");
    let elsewhere = Resume::at_cursor("a+b==");
    assert_eq!(all(engine.items(Encoded, Some(elsewhere)).unwrap()).await, [2, 3]);
}

#[tokio::test(start_paused = true)]
async fn a_page_without_rows_that_names_a_new_cursor_does_not_end_the_listing() {
    let transport = MockTransport::new(|seen| match seen.query_value("cursor").as_deref() {
        None => page(&[1], ",\"meta\":{\"next\":\"b\"}"),
        Some("b") => page(&[], ",\"meta\":{\"next\":\"c\"}"),
        _ => page(&[2], ""),
    });
    assert_eq!(all(engine(&transport).items(Cursored, None).unwrap()).await, [1, 2]);
}

#[tokio::test(start_paused = true)]
async fn links_are_followed_as_they_come_without_the_echo_of_our_credential() {
    let transport = MockTransport::new(|seen| match seen.query.as_str() {
        "kind=a%20b" => page(
            &[1],
            ",\"links\":{\"next\":\"https://api.example/v1/rows?after=x%2By&token=listing-token-1\"}",
        ),
        "after=x%2By" => page(&[2], ",\"links\":{\"next\":\"/v1/rows?after=z\"}"),
        "after=z" => page(&[3], ",\"links\":{\"next\":null}"),
        other => panic!("nobody gave out {other}"),
    });
    assert_eq!(all(engine(&transport).items(Linked, None).unwrap()).await, [1, 2, 3]);
    let seen = transport.seen();
    assert_eq!(seen[1].path, "/v1/rows");
    // The credential goes along as a slot, on every page.
    assert!(seen.iter().all(|seen| seen.slots == ["Query(token=[secret])"]));
}

#[tokio::test(start_paused = true)]
async fn a_link_that_leads_away_is_an_error_and_is_never_requested() {
    for link in
        ["https://evil.example/v1/rows", "//evil.example/", "http://api.example/v1/rows", "/v1/../admin"]
    {
        let transport =
            MockTransport::new(move |_| page(&[1], &format!(",\"links\":{{\"next\":\"{link}\"}}")));
        let mut items = engine(&transport).items(Linked, None).unwrap();
        let row = next(&mut items).await.unwrap().unwrap();
        assert_eq!(*row, 1, "the page itself is good");
        let error = next(&mut items).await.expect("the listing ended as if it were whole").unwrap_err();
        assert_eq!(
            (error.kind(), error.delivery()),
            (ErrorKind::Decode, Delivery::Answered),
            "{link}: {error}"
        );
        assert_eq!(transport.seen().len(), 1, "{link}");
    }
}

#[tokio::test(start_paused = true)]
async fn cursors_that_lead_in_a_circle_end_and_links_are_an_error_behind_the_rows_that_came() {
    let transport = MockTransport::new(|seen| match seen.query_value("cursor").as_deref() {
        None | Some("b") => page(&[1], ",\"meta\":{\"next\":\"a\"}"),
        _ => page(&[2], ",\"meta\":{\"next\":\"b\"}"),
    });
    assert_eq!(all(engine(&transport).items(Cursored, None).unwrap()).await, [1, 2, 1]);
    let transport = MockTransport::new(|seen| {
        let other = if seen.query.contains("x=1") { 2 } else { 1 };
        page(&[1], &format!(",\"links\":{{\"next\":\"/rows?x={other}\"}}"))
    });
    let mut items = engine(&transport).items(Linked, None).unwrap();
    for _ in 0..3 {
        assert_eq!(*next(&mut items).await.unwrap().unwrap(), 1);
    }
    let error = next(&mut items).await.unwrap().unwrap_err();
    assert!(error.to_string().contains("links back to where the listing has been"), "{error}");
    assert!(next(&mut items).await.is_none());
    // Unless the page is the last by its total.
    let transport = MockTransport::new(|_| {
        page(&[1], ",\"meta\":{\"total\":1},\"links\":{\"next\":\"/v1/rows?offset=0\"}")
    });
    assert_eq!(all(engine(&transport).items(Mixed, None).unwrap()).await, [1, 1]);
}

#[tokio::test(start_paused = true)]
async fn a_vendor_that_repeats_a_page_is_an_error_and_no_endless_listing() {
    let transport = MockTransport::new(|_| page(&[1, 2], ""));
    let mut items = engine(&transport).items(Numbered, None).unwrap();
    assert!(next(&mut items).await.unwrap().is_ok());
    assert!(next(&mut items).await.unwrap().is_ok());
    let error = next(&mut items).await.unwrap().unwrap_err();
    assert!(error.to_string().contains("repeats the page before"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn after_an_error_the_same_page_is_asked_for_again() {
    let failed = std::sync::atomic::AtomicBool::new(false);
    let transport = MockTransport::new(move |seen| {
        let second = seen.query_value("page").as_deref() == Some("2");
        if second && !failed.swap(true, std::sync::atomic::Ordering::SeqCst) {
            return Reply::answer(401, "{}");
        }
        by_number(seen)
    });
    let mut items = engine(&transport).items(Numbered, None).unwrap();
    let mut rows = Vec::new();
    let mut errors = 0;
    while let Some(row) = next(&mut items).await {
        match row {
            Ok(row) => rows.push(*row),
            Err(_) => errors += 1,
        }
    }
    assert_eq!((rows, errors), (vec![1, 2, 3, 4, 5], 1));
}

#[tokio::test(start_paused = true)]
async fn a_bad_row_stands_among_good_ones_with_its_text_and_without_our_credential() {
    let transport = MockTransport::script([
        Reply::answer(200, "{\"data\":[1,\"bad listing-token-1\",3]}"),
        Reply::answer(200, "{\"data\":[]}"),
    ]);
    let mut items = engine(&transport).items(Numbered, None).unwrap();
    assert_eq!(*next(&mut items).await.unwrap().unwrap(), 1);
    let error = next(&mut items).await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert_eq!(error.raw_body().unwrap(), "\"bad [masked]\"");
    assert_eq!(*next(&mut items).await.unwrap().unwrap(), 3);
    assert!(next(&mut items).await.is_none());
}

#[tokio::test(start_paused = true)]
async fn pages_tell_where_the_next_one_is_and_a_pager_of_text_reads_any_listing() {
    let transport = MockTransport::new(by_number);
    let engine = engine(&transport);
    let mut pages = engine.pages(Numbered, None).unwrap();
    next(&mut pages).await.unwrap().unwrap();
    let resume = pages.resume().unwrap();
    let mut rest = engine.pager(Request::new(&NUMBERED), Some(resume));
    let mut texts = Vec::new();
    while let Some(page) = rest.next_texts().await.unwrap() {
        texts.extend(page.value.into_rows().iter().map(|row| row.text().to_owned()));
    }
    assert_eq!(texts, ["3", "4", "5"]);
    assert!(rest.resume().is_none());
}

#[tokio::test(start_paused = true)]
async fn an_answer_leads_on_in_the_best_way_that_it_has_a_mark_of() {
    // By the link.
    let transport = MockTransport::new(|seen| match seen.query_value("after").as_deref() {
        None => {
            page(&[1, 2], ",\"meta\":{\"next\":\"c\",\"total\":3},\"links\":{\"next\":\"/v1/rows?after=b\"}")
        }
        _ => page(&[3], ",\"meta\":{\"total\":3},\"links\":{\"next\":null}"),
    });
    assert_eq!(all(engine(&transport).items(Mixed, None).unwrap()).await, [1, 2, 3]);
    assert_eq!(queries(&transport), ["kind=a%20b&limit=2", "after=b"]);
    // By the cursor, which needs no offset beside it.
    let transport = MockTransport::new(|seen| match seen.query_value("cursor").as_deref() {
        None => page(&[1, 2], ",\"meta\":{\"next\":\"c\",\"total\":9}"),
        _ => page(&[3], ",\"meta\":{\"total\":9}"),
    });
    assert_eq!(all(engine(&transport).items(Mixed, None).unwrap()).await, [1, 2, 3]);
    assert_eq!(queries(&transport), ["kind=a%20b&limit=2", "kind=a%20b&cursor=c&limit=2"]);
    // By the offset.
    let transport = MockTransport::new(by_offset);
    assert_eq!(all(engine(&transport).items(Mixed, None).unwrap()).await, [1, 2, 3, 4, 5]);
    assert_eq!(queries(&transport).last().unwrap(), "kind=a%20b&offset=4&limit=2");
}

#[tokio::test(start_paused = true)]
async fn an_end_that_the_total_contradicts_is_not_the_end() {
    let transport = MockTransport::new(|seen| {
        let offset: usize = seen.query_value("offset").map_or(0, |offset| offset.parse().unwrap());
        let rows: Vec<u32> = (1..=5).skip(offset).take(2).collect();
        page(&rows, ",\"meta\":{\"total\":5,\"next\":null},\"links\":{\"next\":null}")
    });
    assert_eq!(all(engine(&transport).items(Mixed, None).unwrap()).await, [1, 2, 3, 4, 5]);
    // Without a total an end that is told is one.
    let transport = MockTransport::new(|_| page(&[1, 2], ",\"links\":{\"next\":null}"));
    assert_eq!(all(engine(&transport).items(Mixed, None).unwrap()).await, [1, 2]);
}

#[tokio::test(start_paused = true)]
async fn a_page_without_rows_before_the_total_is_an_error_and_the_listing_stays_there() {
    let asked = std::sync::atomic::AtomicUsize::new(0);
    let transport =
        MockTransport::new(move |seen| match asked.fetch_add(1, std::sync::atomic::Ordering::SeqCst) {
            0 | 3 => page(&[], ",\"meta\":{\"total\":5}"),
            _ => by_offset(seen),
        });
    let mut items = engine(&transport).items(Mixed, None).unwrap();
    let (mut rows, mut errors) = (Vec::new(), 0);
    while let Some(row) = next(&mut items).await {
        match row {
            Ok(row) => rows.push(*row),
            Err(error) => {
                assert!(error.to_string().contains("has no rows where its total says"), "{error}");
                errors += 1;
                // After a restart, too.
                items = engine(&transport).items(Mixed, items.resume()).unwrap();
            }
        }
    }
    assert_eq!((rows.as_slice(), errors), ([1, 2, 3, 4, 5].as_slice(), 2));
    // One behind the total is the end.
    let transport = MockTransport::new(|_| page(&[], ",\"meta\":{\"total\":5}"));
    let mut pager = engine(&transport).pager(Request::new(&COUNTED).query_pair("offset", 5), None);
    assert!(pager.next_texts().await.unwrap().is_none());
}

#[tokio::test(start_paused = true)]
async fn the_caller_s_own_offset_is_not_applied_behind_a_cursor_again() {
    let transport = MockTransport::new(|seen| match seen.query_value("cursor").as_deref() {
        None => page(&[3, 4], ",\"meta\":{\"next\":\"c\"}"),
        _ => page(&[5], ""),
    });
    let engine = engine(&transport);
    let mut pager = engine.pager(Request::new(&MIXED).query_pair("offset", 2), None);
    while pager.next_texts().await.unwrap().is_some() {}
    assert_eq!(queries(&transport), ["offset=2&limit=2", "cursor=c&limit=2"]);
}

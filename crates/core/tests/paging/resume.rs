//! Where a listing goes on: after any item, behind a link that was refused, as items, pages and texts.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use afflux_core::{
    page::{Paged, Resume},
    request::Request,
    transport::MockTransport,
};

use crate::{Counted, Cursored, Linked, NUMBERED, Numbered, all, by_number, by_offset, engine, next, page};

#[tokio::test(start_paused = true)]
async fn a_listing_resumed_from_text_after_any_item_hands_out_every_row_exactly_once() {
    async fn check<E: Paged<Row = u32> + Clone + Unpin + 'static>(
        endpoint: E,
        transport: MockTransport,
        rows: u32,
    ) {
        for stop in 0..=rows {
            let engine = engine(&transport);
            let mut items = engine.items(endpoint.clone(), None).unwrap();
            let mut got = Vec::new();
            for _ in 0..stop {
                got.push(*next(&mut items).await.unwrap().unwrap());
            }
            let Some(resume) = items.resume() else {
                assert_eq!(stop, rows, "{} of {rows}", E::OPERATION.id);
                continue;
            };
            let kept = serde_json::to_string(&resume).unwrap();
            assert!(!kept.contains("listing-token-1"), "{kept}");
            drop(items);
            let resume: Resume = serde_json::from_str(&kept).unwrap();
            got.extend(all(engine.items(endpoint.clone(), Some(resume)).unwrap()).await);
            assert_eq!(got, (1..=rows).collect::<Vec<_>>(), "stopped after {stop}, at {kept}");
        }
    }
    check(Numbered, MockTransport::new(by_number), 5).await;
    check(Counted, MockTransport::new(by_offset), 5).await;
    let cursors = MockTransport::new(|seen| match seen.query_value("cursor").as_deref() {
        None => page(&[1, 2], ",\"meta\":{\"next\":\"b\"}"),
        Some("b") => page(&[3, 4], ",\"meta\":{\"next\":\"c\"}"),
        _ => page(&[5], ""),
    });
    check(Cursored, cursors, 5).await;
    let links = MockTransport::new(|seen| match seen.query_value("after").as_deref() {
        None => page(&[1, 2], ",\"links\":{\"next\":\"/v1/rows?after=b&token=listing-token-1\"}"),
        Some("b") => page(&[3, 4], ",\"links\":{\"next\":\"/v1/rows?after=c\"}"),
        _ => page(&[5], ""),
    });
    check(Linked, links, 5).await;
}

#[tokio::test(start_paused = true)]
async fn behind_a_link_that_was_refused_a_listing_is_not_done_and_goes_on_when_the_link_is_good() {
    let good = Arc::new(AtomicBool::new(false));
    let mended = Arc::clone(&good);
    let transport = MockTransport::new(move |seen| {
        let link = if mended.load(Ordering::SeqCst) { "/v1/rows?after=b" } else { "//evil/" };
        match seen.query_value("after") {
            None => page(&[1, 2], &format!(",\"links\":{{\"next\":\"{link}\"}}")),
            Some(_) => page(&[3], ""),
        }
    });
    let engine = engine(&transport);
    let mut items = engine.items(Linked, None).unwrap();
    for row in 1..=2 {
        assert_eq!(*next(&mut items).await.unwrap().unwrap(), row);
    }
    let before = items.resume();
    next(&mut items).await.unwrap().unwrap_err();
    assert_eq!(items.resume(), before, "telling the error changes nothing");
    assert!(next(&mut items).await.is_none(), "told once");
    let kept = serde_json::to_string(&items.resume().expect("it is not done")).unwrap();
    let resume: Resume = serde_json::from_str(&kept).unwrap();

    // The vendor is as broken as it was: no row comes again, and the error does.
    let mut again = engine.items(Linked, Some(resume.clone())).unwrap();
    next(&mut again).await.unwrap().unwrap_err();
    assert_eq!(again.resume().as_ref(), Some(&resume));
    good.store(true, Ordering::SeqCst);
    let mut pages = engine.pages(Linked, Some(resume.clone())).unwrap();
    let mut rows = Vec::new();
    while let Some(page) = next(&mut pages).await {
        rows.extend(page.unwrap().value.into_rows().into_iter().map(|row| *row.unwrap()));
    }
    assert_eq!((rows, pages.resume()), (vec![3], None));
    assert_eq!(all(engine.items(Linked, Some(resume)).unwrap()).await, [3]);
}

#[tokio::test(start_paused = true)]
async fn pages_and_texts_go_on_behind_the_rows_that_items_handed_out() {
    let transport = MockTransport::new(by_number);
    let engine = engine(&transport);
    let mut items = engine.items(Numbered, None).unwrap();
    for _ in 0..3 {
        next(&mut items).await.unwrap().unwrap();
    }
    let resume = items.resume().unwrap();
    let mut pages = engine.pages(Numbered, Some(resume.clone())).unwrap();
    assert_eq!(pages.resume().as_ref(), Some(&resume));
    let mut rows = Vec::new();
    while let Some(page) = next(&mut pages).await {
        rows.extend(page.unwrap().value.into_rows().into_iter().map(|row| *row.unwrap()));
    }
    assert_eq!(rows, [4, 5]);
    let mut texts = engine.pager(Request::new(&NUMBERED), Some(resume));
    let first = texts.next_texts().await.unwrap().unwrap();
    assert_eq!(first.value.rows()[0].text(), "4");
}

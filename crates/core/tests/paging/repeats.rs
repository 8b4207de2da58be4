//! Rows that shifting pages bring again.

use afflux_core::{page::Resume, transport::MockTransport};

use crate::{Counted, all, engine, next, page};

/// A row's id.
fn id(row: &u32) -> Option<&str> {
    ["1", "2", "3", "4", "5", "6", "7"].get(*row as usize - 1).copied()
}

/// A listing that grows at its beginning: each page that is asked for finds a row more before it.
fn growing() -> MockTransport {
    let asked = std::sync::atomic::AtomicUsize::new(0);
    MockTransport::new(move |seen| {
        let new = asked.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        let offset: usize = seen.query_value("offset").map_or(0, |offset| offset.parse().unwrap());
        let all: Vec<u32> = [7, 6].into_iter().skip(2_usize.saturating_sub(new)).chain(1..=5).collect();
        let rows: Vec<u32> = all.iter().copied().skip(offset).take(2).collect();
        page(&rows, &format!(",\"meta\":{{\"total\":{}}}", all.len()))
    })
}

#[tokio::test(start_paused = true)]
async fn rows_that_shifting_pages_bring_again_are_left_out_by_their_id() {
    let with = all(engine(&growing()).items(Counted, None).unwrap()).await;
    assert_eq!(with, [1, 2, 2, 3, 3, 4, 5], "the vendor's pages shift");
    let mut items = engine(&growing()).items(Counted, None).unwrap().without_repeats(id);
    let mut rows = Vec::new();
    while let Some(row) = next(&mut items).await {
        rows.push(*row.unwrap());
    }
    assert_eq!((rows.as_slice(), items.left_out()), ([1, 2, 3, 4, 5].as_slice(), 2));
}

#[tokio::test(start_paused = true)]
async fn what_was_handed_out_before_a_restart_is_left_out_after_it() {
    for stop in 1..5 {
        let engine = engine(&growing());
        let mut items = engine.items(Counted, None).unwrap().without_repeats(id);
        let mut rows = Vec::new();
        for _ in 0..stop {
            rows.push(*next(&mut items).await.unwrap().unwrap());
        }
        let kept = serde_json::to_string(&items.resume().unwrap()).unwrap();
        let resume: Resume = serde_json::from_str(&kept).unwrap();
        rows.extend(all(engine.items(Counted, Some(resume)).unwrap().without_repeats(id)).await);
        assert_eq!(rows, [1, 2, 3, 4, 5], "stopped after {stop}, at {kept}");
    }
}

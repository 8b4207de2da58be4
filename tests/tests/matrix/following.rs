//! Listings whose pages come again or are empty, and jobs that never end: for every operation whose metadata says that
//! it has pages or asks about a job. The answers are put together from the same metadata.

use std::time::Duration;

use afflux::{
    Error, ErrorKind,
    core::{
        engine::Engine,
        job::{Job, JobHandle},
        operation::{Operation, Paging},
        page::Pager,
    },
};
use afflux_probe::request;
use afflux_sandbox::{Fault, Sandbox};
use afflux_tests::vendors::{StandIn, VENDORS, Vendor};
use jiff::SignedDuration;
use serde_json::{Map, Value, json};

use crate::{
    faults::{PATIENCES, settings},
    table::Table,
    time::{HANGS, Time},
};

/// More requests than any listing here can need: one that makes them would never end.
const ENDLESS: usize = 5;

/// How a listing came to its end.
#[derive(Debug, PartialEq, Eq)]
enum End {
    Done,
    Failed,
}

/// What became of a listing.
#[derive(Debug)]
struct Read {
    rows: Vec<u64>,
    end: End,
    requests: usize,
}

/// An answer with these rows, and with what leads on to a page after it in every one of the `styles`.
fn page(operation: &'static Operation, styles: &[Paging], rows: &[u64], next: Option<&str>) -> Value {
    let mut body = json!({});
    let request = request::valid(operation, false);
    let place = request.path();
    succeed(operation, &mut body);
    let layout = operation.items.unwrap_or_default();
    let row = |id: &u64| layout.wrapped.map_or(json!({ "id": id }), |key| json!({ key: { "id": id } }));
    let rows = if layout.keyed {
        rows.iter().map(|id| (id.to_string(), row(id))).collect::<Map<_, _>>().into()
    } else {
        rows.iter().map(row).collect::<Vec<_>>().into()
    };
    match (layout.at, layout.or_under) {
        ("", None) => return rows,
        ("", Some(key)) => set(&mut body, key, rows),
        (path, _) => set(&mut body, path, rows),
    }
    for style in styles {
        match *style {
            Paging::Number { .. } => {}
            Paging::Offset { total, .. } => set(&mut body, total, json!(if next.is_some() { 9 } else { 4 })),
            Paging::Cursor { next: path, .. } => set(&mut body, path, next.into()),
            Paging::Link { next: path } => {
                set(&mut body, path, next.map(|next| format!("{place}?n={next}&offset=2")).into());
            }
        }
    }
    body
}

fn succeed(operation: &Operation, body: &mut Value) {
    if let Some((path, [word, ..])) = operation.answers.success {
        set(body, path, json!(word));
    }
}

fn set(body: &mut Value, path: &str, value: Value) {
    let place = path.split('.').fold(body, |place, key| &mut place[key]);
    *place = value;
}

/// Answers in this order; the last one for ever.
fn answer(stand_in: &StandIn, bodies: &[Value]) {
    let (last, first) = bodies.split_last().unwrap();
    for body in first {
        stand_in.fault(Fault::ok_with_error(body.to_string()).once());
    }
    stand_in.fault(Fault::ok_with_error(last.to_string()).always());
}

/// Reads on until the end, an error, or far too many requests.
async fn read(stand_in: &StandIn, pager: &mut Pager, read: &mut Read) -> Option<Error> {
    read.end = End::Done;
    loop {
        match pager.next_texts().await {
            Ok(None) => return None,
            Err(error) => {
                read.end = End::Failed;
                return Some(error);
            }
            Ok(Some(page)) => {
                let rows = page.value.rows().iter();
                read.rows.extend(rows.map(|row| first_number(&serde_json::from_str(row.text()).unwrap())));
            }
        }
        read.requests = stand_in.requests().len();
        if read.requests >= ENDLESS {
            return None;
        }
    }
}

/// The id, in its wrapper or without.
fn first_number(row: &Value) -> u64 {
    row["id"].as_u64().unwrap_or_else(|| first_number(row.as_object().unwrap().values().next().unwrap()))
}

fn words(styles: &[Paging]) -> String {
    styles.iter().map(|style| style.word()).collect::<Vec<_>>().join(", ")
}

/// The ways that answers may lead on: each style alone, and all that the operation has together.
fn ways(operation: &'static Operation) -> Vec<Vec<Paging>> {
    let mut ways: Vec<Vec<Paging>> = operation.paging.iter().map(|style| vec![*style]).collect();
    if ways.len() > 1 {
        ways.push(operation.paging.to_vec());
    }
    ways
}

fn paged() -> impl Iterator<Item = (Vendor, &'static Operation)> {
    VENDORS.into_iter().flat_map(|vendor| {
        vendor
            .operations()
            .iter()
            .filter(|operation| !operation.paging.is_empty())
            .map(move |one| (vendor, *one))
    })
}

fn start(vendor: Vendor, sandbox: &Sandbox) -> (Engine, StandIn, Time) {
    let time = Time::new();
    let stand_in = vendor.stand_in(sandbox);
    stand_in.forget();
    (vendor.engine(&vendor.access(sandbox), settings(PATIENCES[1], &time)), stand_in, time)
}

/// The page before comes again and again.
pub(crate) async fn repeated_pages(sandbox: &Sandbox, table: &Table) {
    for (vendor, operation) in paged() {
        for styles in ways(operation) {
            let (engine, stand_in, _) = start(vendor, sandbox);
            answer(&stand_in, &[page(operation, &styles, &[1, 2], Some("a"))]);
            let mut pager = engine.pager(request::valid(operation, false), None);
            let mut got = Read { rows: Vec::new(), end: End::Done, requests: 0 };
            let error = read(&stand_in, &mut pager, &mut got).await;
            got.requests = stand_in.settled().await.len();
            let place = format!("{} {} by {}", operation.vendor, operation.id, words(&styles));
            assert_eq!(got.requests, 2, "{place}: {got:?}");
            // A cursor that comes again is how vendors may end; nothing else is.
            let by_cursor = matches!(styles[..], [Paging::Cursor { .. }]);
            assert_eq!(
                got.end,
                if by_cursor { End::Done } else { End::Failed },
                "{place}: {got:?}, {error:?}"
            );
            let outcome = if by_cursor { "the end" } else { "an error, behind the rows that came" };
            table.note_listing("the page before, again", &words(&styles), outcome);
        }
    }
}

/// A page without rows stands among the others.
pub(crate) async fn empty_pages(sandbox: &Sandbox, table: &Table) {
    for (vendor, operation) in paged() {
        for styles in ways(operation) {
            let (engine, stand_in, _) = start(vendor, sandbox);
            answer(
                &stand_in,
                &[
                    page(operation, &styles, &[1, 2], Some("a")),
                    page(operation, &styles, &[], Some("b")),
                    page(operation, &styles, &[3, 4], None),
                ],
            );
            let mut pager = engine.pager(request::valid(operation, false), None);
            let mut got = Read { rows: Vec::new(), end: End::Done, requests: 0 };
            let error = read(&stand_in, &mut pager, &mut got).await;
            let place = format!("{} {} by {}", operation.vendor, operation.id, words(&styles));
            let leads_on = styles.iter().any(|style| matches!(style, Paging::Cursor { .. }));
            let counts = styles.iter().any(|style| matches!(style, Paging::Offset { .. }));
            let (rows, end, requests, outcome): (&[u64], _, _, _) = match (leads_on, counts) {
                (true, _) => (&[1, 2, 3, 4], End::Done, 3, "goes on behind it"),
                (_, true) => (&[1, 2], End::Failed, 2, "an error; the page can be asked for again"),
                _ => (&[1, 2], End::Done, 2, "the end"),
            };
            got.requests = stand_in.settled().await.len();
            assert_eq!(got.rows, rows, "{place}: {got:?}, {error:?}");
            assert_eq!((&got.end, got.requests), (&end, requests), "{place}: {got:?}, {error:?}");
            table.note_listing("a page without rows", &words(&styles), outcome);
            if end == End::Failed {
                // What was told to be there is there.
                read(&stand_in, &mut pager, &mut got).await;
                assert_eq!((&got.rows[..], &got.end), (&[1, 2, 3, 4][..], &End::Done), "{place}: {got:?}");
            }
        }
    }
}

/// A job that is never done, while our wall clock jumps.
pub(crate) async fn stuck_jobs(sandbox: &Sandbox) -> usize {
    const LIMIT: Duration = Duration::from_mins(10);
    let mut jobs = 0;
    for vendor in VENDORS {
        for operation in vendor.operations() {
            let Some(rules) = operation.job else { continue };
            jobs += 1;
            let ends: Vec<&str> = [rules.done, rules.failed].concat();
            let words = operation.answers.success.map_or(&[][..], |(_, words)| words);
            let running = words.iter().copied().find(|word| !ends.contains(word)).unwrap_or("running");
            let at = |word: &str| {
                let mut body = json!({});
                succeed(operation, &mut body);
                set(&mut body, rules.status[0], json!(word));
                body
            };
            let place = format!("{} {}", operation.vendor, operation.id);
            let (engine, stand_in, time) = start(vendor, sandbox);
            time.jump_between(SignedDuration::from_hours(-1));
            answer(&stand_in, &[at(running)]);
            let mut job = Job::resume(&engine, operation, JobHandle::by_id("1")).unwrap();
            let ended = tokio::time::timeout(HANGS, job.wait(Some(LIMIT), |_| {})).await;
            let error = ended.unwrap_or_else(|_| panic!("{place}: hangs")).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Limit, "{place}: {error}");
            assert!(error.retry_after().is_some() && !error.next_step().is_empty(), "{place}: {error}");
            assert_eq!(time.passed(), LIMIT, "{place}: neither before its end nor behind it");
            let asked = stand_in.settled().await.len();
            assert!((10..40).contains(&asked), "{place}: {asked} questions in ten minutes");
            // Somebody else goes on later.
            let kept = serde_json::to_string(job.handle()).unwrap();
            stand_in.forget();
            answer(&stand_in, &[at(rules.done[0])]);
            let handle = serde_json::from_str(&kept).unwrap();
            let mut job = Job::resume(&engine, operation, handle).unwrap();
            job.wait(None, |_| {}).await.unwrap_or_else(|error| panic!("{place}: {error}"));
            assert_eq!(stand_in.settled().await.len(), 1, "{place}");
        }
    }
    jobs
}

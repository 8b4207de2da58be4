//! The order of calls, under paused time.

#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

mod support;

use std::time::Duration;

use afflux_altercpa::{
    ChangeOutcome, Currency, Meaning, Status, click,
    core::transport::Reply,
    sequence::{Sequence, Sequenced},
};
use futures_util::{FutureExt, future::join};
use rust_decimal::Decimal;
use support::{client, error, form, ok, scripted};

fn waiting() -> Status {
    Status::word("hold").means(Meaning::Wait)
}

#[tokio::test(start_paused = true)]
async fn a_newer_status_drops_the_repeat_of_an_older_one() {
    // Every `hold` is lost; without the line it would be tried again after `approve`.
    let (cpa, mock) = client(|seen| if form(seen).contains("hold") { Reply::lost() } else { ok() });
    let line = Sequence::new();
    let older = tokio::spawn(line.change(leaked(&cpa).change(click(1)).status(waiting())));
    while mock.seen().is_empty() {
        tokio::task::yield_now().await;
    }
    let newer = line.change(cpa.change(click(1)).status(Status::Approve)).await.unwrap();
    assert!(matches!(newer, Sequenced::Done(ChangeOutcome::Changed { .. })));
    let Sequenced::Superseded { last, .. } = older.await.unwrap().unwrap() else {
        panic!("the older one was sent")
    };
    assert_eq!(last.unwrap().attempts().len(), 1);
    assert_eq!(mock.seen().len(), 2);
    assert!(form(mock.seen().last().unwrap()).contains("approve"));
}

/// A client for tasks, which want `'static`.
fn leaked(client: &afflux_altercpa::Client) -> &'static afflux_altercpa::Client {
    Box::leak(Box::new(client.clone()))
}

#[tokio::test(start_paused = true)]
async fn a_status_that_has_not_begun_is_dropped_for_a_newer_one_whatever_is_polled_first() {
    let (cpa, mock) = scripted([ok(), ok()]);
    let line = Sequence::new();
    let older = line.change(cpa.change(click(1)).status(waiting()));
    let newer = line.change(cpa.change(click(1)).status(Status::Approve));
    let (newer, older) = join(newer, older).await;
    assert!(matches!(older.unwrap(), Sequenced::Superseded { last: None, .. }));
    assert!(matches!(newer.unwrap(), Sequenced::Done(_)));
    assert_eq!(mock.seen().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_attempt_under_way_is_heard_out_before_the_newer_status_goes() {
    let (cpa, mock) = scripted([ok().after(Duration::from_secs(10)), ok()]);
    let line = Sequence::new();
    let mut older = Box::pin(line.change(cpa.change(click(1)).status(waiting())));
    assert!((&mut older).now_or_never().is_none(), "under way");
    let newer = line.change(cpa.change(click(1)).status(Status::Approve));
    let started = tokio::time::Instant::now();
    let (newer, older) = join(newer, older).await;
    assert!(matches!(older.unwrap(), Sequenced::Done(_)) && matches!(newer.unwrap(), Sequenced::Done(_)));
    assert_eq!(started.elapsed(), Duration::from_secs(10));
    assert_eq!(mock.seen().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn changes_wait_for_the_creation_and_leave_it_alone() {
    let (cpa, mock) = scripted([Reply::lost(), support::duplicate(), ok()]);
    let line = Sequence::new();
    let by = click(1).exto("x");
    let created = line.create(cpa.create(by.clone()));
    let skipped = line.change(cpa.change(by.clone()).status(waiting()));
    let changed = line.change(cpa.change(by).status(Status::Approve));
    let (changed, (skipped, created)) = join(changed, join(skipped, created)).await;
    assert!(created.unwrap().is_new());
    assert!(matches!(skipped.unwrap(), Sequenced::Superseded { last: None, .. }));
    assert!(matches!(changed.unwrap(), Sequenced::Done(_)));
    let paths: Vec<String> = mock.seen().iter().map(|seen| seen.path.clone()).collect();
    assert_eq!(paths, ["/api/site/click.json", "/api/site/click.json", "/api/site/status.json"]);
}

#[tokio::test(start_paused = true)]
async fn no_payment_and_no_goal_is_lost_to_a_bare_status() {
    let (cpa, mock) = scripted([ok(), ok(), ok()]);
    let line = Sequence::new();
    let lead = || cpa.change(click(1));
    let paid = line.change(lead().status(waiting()).payout(Decimal::new(25, 0), Currency::EUR));
    let approved = line.change(lead().status(Status::Approve));
    let goal = line.change(lead().comment("no status"));
    let (paid, (approved, goal)) = join(paid, join(approved, goal)).await;
    for sequenced in [paid, approved, goal] {
        assert!(matches!(sequenced.unwrap(), Sequenced::Done(_)));
    }
    assert_eq!(mock.seen().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn leads_do_not_wait_for_each_other() {
    let (cpa, _) = client(|seen| if form(seen).starts_with("click=1&") { Reply::never() } else { ok() });
    let line = Sequence::new();
    let mut stuck = Box::pin(line.change(cpa.change(click(1)).status(waiting())));
    assert!((&mut stuck).now_or_never().is_none());
    let other = line.change(cpa.change(click(2)).status(waiting())).await;
    assert!(matches!(other.unwrap(), Sequenced::Done(_)));
}

#[tokio::test(start_paused = true)]
async fn a_future_that_is_dropped_lets_the_next_one_go() {
    let (cpa, mock) = scripted([ok()]);
    let line = Sequence::new();
    let first = line.change(cpa.change(click(1)).name("first"));
    let second = line.change(cpa.change(click(1)).name("second"));
    drop(first);
    assert!(matches!(second.await.unwrap(), Sequenced::Done(_)));
    assert_eq!(mock.seen().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_decision_of_the_vendors_stays_an_error() {
    let (cpa, _) = scripted([error("bad-id").after(Duration::from_secs(1)), ok()]);
    let line = Sequence::new();
    let mut older = Box::pin(line.change(cpa.change(click(1)).status(waiting())));
    assert!((&mut older).now_or_never().is_none());
    let newer = line.change(cpa.change(click(1)).status(Status::Approve));
    let (older, newer) = join(older, newer).await;
    assert_eq!(older.unwrap_err().vendor_code(), Some("bad-id"));
    assert!(newer.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_polite_limit_spreads_calls() {
    let mock = afflux_altercpa::core::transport::MockTransport::new(|_| ok());
    let transport = std::sync::Arc::new(mock.clone());
    let cpa = afflux_altercpa::Client::builder("https://cpa.example.net")
        .unwrap()
        .site_token(support::TOKEN)
        .limit(2, Duration::from_secs(1))
        .engine(|engine| engine.transport(transport))
        .build()
        .unwrap();
    let started = tokio::time::Instant::now();
    for _ in 0..5 {
        cpa.change(click(1)).status(Status::Approve).send().await.unwrap();
    }
    assert!(started.elapsed() >= Duration::from_secs(2), "{:?}", started.elapsed());
}

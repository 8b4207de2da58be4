//! A call that is no longer wanted ends between its attempts and never in the middle of one.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

mod support;

use std::{sync::Arc, time::Duration};

use afflux_core::{
    Delivery, ErrorKind,
    base_url::BaseUrl,
    engine::Engine,
    stop::Stop,
    transport::{MockTransport, Reply},
};
use support::operations::read;

fn engine(transport: &MockTransport) -> Engine {
    Engine::builder("fixture", BaseUrl::parse("https://api.example/v1").unwrap())
        .credentials(support::token("token-of-the-fixture"))
        .transport(Arc::new(transport.clone()))
        .build()
        .unwrap()
}

#[tokio::test(start_paused = true)]
async fn the_attempt_under_way_is_heard_and_no_other_begins() {
    let stop = Stop::new();
    let transport = MockTransport::new(|_| Reply::answer(503, "").after(Duration::from_secs(5)));
    let engine = engine(&transport);
    let raised = stop.clone();
    let call = tokio::spawn(async move { engine.execute(read().stop_on(raised)).await });
    tokio::time::sleep(Duration::from_secs(1)).await;
    stop.stop();
    let error = call.await.unwrap().unwrap_err();
    assert_eq!((error.status().unwrap().as_u16(), error.attempts().len()), (503, 1));
    assert_eq!(transport.seen().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_success_that_comes_after_the_signal_is_a_success() {
    let stop = Stop::new();
    let transport = MockTransport::script([Reply::answer(200, "{}").after(Duration::from_secs(5))]);
    let engine = engine(&transport);
    let raised = stop.clone();
    let call = tokio::spawn(async move { engine.execute(read().stop_on(raised)).await });
    tokio::time::sleep(Duration::from_secs(1)).await;
    stop.stop();
    assert!(call.await.unwrap().is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_wait_for_the_next_attempt_ends_at_once() {
    let stop = Stop::new();
    let transport = MockTransport::new(|_| Reply::answer(503, "").header("retry-after", "50"));
    let engine = engine(&transport);
    let raised = stop.clone();
    let started = tokio::time::Instant::now();
    let call = tokio::spawn(async move { engine.execute(read().stop_on(raised)).await });
    tokio::time::sleep(Duration::from_secs(1)).await;
    stop.stop();
    let error = call.await.unwrap().unwrap_err();
    assert_eq!((error.kind(), error.attempts().len()), (ErrorKind::Server, 1));
    assert_eq!(started.elapsed(), Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn a_call_stopped_before_its_first_attempt_was_not_sent() {
    let stop = Stop::new();
    stop.stop();
    let transport = MockTransport::script([]);
    let error = engine(&transport).execute(read().stop_on(stop)).await.unwrap_err();
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::Guard, Delivery::NotSent));
    assert_eq!(transport.seen().len(), 0);
}

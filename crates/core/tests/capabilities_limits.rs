//! The limits that vendors set, kept by the engine under the fake clock: windows with costs, concurrency, headers.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

mod support;

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use afflux_core::{
    ErrorKind,
    base_url::BaseUrl,
    clock::{Clock, FakeClock},
    engine::{Engine, EngineBuilder},
    limit::{Bucket, Feedback},
    operation::{Cost, Operation},
    request::Request,
    retry::RetryPolicy,
    transport::{MockTransport, Reply},
};
use futures_util::future::join_all;
use support::operations::READ;
use tokio::time::Instant;

const SECOND: Duration = Duration::from_secs(1);
const ANALYTICS: Operation = Operation {
    bucket: "analytics",
    cost: Cost::ByYears { table: &[2, 5, 10, 15], ranges: &["ranges"] },
    path: "/analytics",
    ..READ
};

fn clock() -> Arc<dyn Clock> {
    Arc::new(FakeClock::starting_at("2026-03-01T12:00:00Z".parse().unwrap()))
}

fn builder(transport: &MockTransport, bucket: Bucket) -> EngineBuilder {
    Engine::builder("fixture", BaseUrl::parse("https://api.example").unwrap())
        .credentials(support::token("token-of-the-fixture"))
        .transport(Arc::new(transport.clone()))
        .clock(clock())
        .buckets(vec![bucket])
        .retry(RetryPolicy::never())
}

/// When each request arrived, on a vendor that takes `round_trip` to answer.
fn vendor(round_trip: Duration) -> (MockTransport, Arc<Mutex<Vec<Instant>>>) {
    let arrivals: Arc<Mutex<Vec<Instant>>> = Arc::default();
    let times = Arc::clone(&arrivals);
    let transport = MockTransport::new(move |_| {
        times.lock().unwrap().push(Instant::now());
        Reply::answer(200, "{}").after(round_trip)
    });
    (transport, arrivals)
}

fn most_within(arrivals: &[Instant], span: Duration) -> usize {
    arrivals
        .iter()
        .map(|first| arrivals.iter().filter(|at| **at >= *first && **at < *first + span).count())
        .max()
        .unwrap_or(0)
}

#[tokio::test(start_paused = true)]
async fn a_window_is_anchored_at_the_response() {
    let (transport, arrivals) = vendor(Duration::from_millis(200));
    let engine = builder(&transport, Bucket::new("default").window(10, 3 * SECOND)).build().unwrap();
    let started = Instant::now();
    for result in join_all((0..40).map(|_| engine.execute(Request::new(&READ)))).await {
        result.unwrap();
    }
    let arrivals = arrivals.lock().unwrap();
    assert_eq!((arrivals.len(), most_within(&arrivals, 3 * SECOND)), (40, 10));
    // Three waits of window and round trip.
    assert!(started.elapsed() <= Duration::from_millis(4 * 3_200), "{:?}", started.elapsed());
    assert!(arrivals[10] - arrivals[0] >= Duration::from_millis(3_200));
}

#[tokio::test(start_paused = true)]
async fn calls_with_costs_keep_sixty_tokens_in_sixty_seconds() {
    let tokens: Arc<Mutex<Vec<(Instant, u32)>>> = Arc::default();
    let counted = Arc::clone(&tokens);
    let transport = MockTransport::new(move |seen| {
        let cost = seen.query_value("cost").unwrap().parse().unwrap();
        counted.lock().unwrap().push((Instant::now(), cost));
        Reply::answer(200, "{}").after(Duration::from_millis(300))
    });
    let engine = builder(&transport, Bucket::new("analytics").window(60, 60 * SECOND)).build().unwrap();
    let requests = (0..60).map(|index| {
        let cost = ANALYTICS.cost.for_years(index % 5);
        engine.execute(Request::new(&ANALYTICS).cost(cost).query_pair("cost", cost))
    });
    for result in join_all(requests).await {
        result.unwrap();
    }
    let tokens = tokens.lock().unwrap();
    for (first, _) in tokens.iter() {
        let inside = tokens.iter().filter(|(at, _)| at >= first && *at < *first + 60 * SECOND);
        let sum: u32 = inside.map(|(_, cost)| cost).sum();
        assert!(sum <= 60, "{sum} tokens in 60 s");
    }
    assert_eq!(tokens.len(), 60);
}

#[tokio::test(start_paused = true)]
async fn concurrency_buckets_let_so_many_in_flight_and_no_more() {
    for most in [3_u32, 15] {
        let flying = Arc::new(Mutex::new((0_i64, 0_i64)));
        let counted = Arc::clone(&flying);
        let transport = MockTransport::new(move |_| {
            let counted = Arc::clone(&counted);
            let mut flying = counted.lock().unwrap();
            flying.0 += 1;
            flying.1 = flying.1.max(flying.0);
            drop(flying);
            tokio::spawn(async move {
                tokio::time::sleep(Duration::from_millis(99)).await;
                counted.lock().unwrap().0 -= 1;
            });
            Reply::answer(200, "{}").after(Duration::from_millis(100))
        });
        let engine = builder(&transport, Bucket::new("default").concurrency(most)).build().unwrap();
        for result in join_all((0..60).map(|_| engine.execute(Request::new(&READ)))).await {
            result.unwrap();
        }
        assert_eq!(flying.lock().unwrap().1, i64::from(most));
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_vendor_tells_of_its_own_count_is_believed_where_it_is_lower() {
    let transport = MockTransport::script([
        Reply::answer(200, "{}").header("x-ratelimit-remaining", "1").header("x-ratelimit-reset", "20"),
        Reply::answer(200, "{}"),
    ]);
    let bucket = Bucket::new("analytics").window(60, 60 * SECOND).feedback(Feedback::XRateLimit);
    let engine = builder(&transport, bucket).build().unwrap();
    engine.execute(Request::new(&ANALYTICS)).await.unwrap();
    let started = Instant::now();
    engine.execute(Request::new(&ANALYTICS)).await.unwrap();
    assert_eq!(started.elapsed().as_secs(), 20);
}

#[tokio::test(start_paused = true)]
async fn a_429_is_obeyed_in_every_header_a_vendor_uses() {
    // 12:00:25 on the fake clock.
    let epoch = "1772366425000";
    for (feedback, header, value, seconds) in [
        (Feedback::Standard, "retry-after", "7", 7),
        (Feedback::Standard, "retry-after", "Sun, 01 Mar 2026 12:00:30 GMT", 30),
        (Feedback::XRateLimit, "x-ratelimit-retry-after", "9", 9),
        (Feedback::XRateLimit, "x-ratelimit-reset", "11", 11),
        (Feedback::XRateLimitEpochMillis, "x-rate-limit-reset", epoch, 25),
    ] {
        let limited = Reply::answer(429, "{}").header(header, value);
        let transport = MockTransport::script([limited, Reply::answer(200, "{}")]);
        let bucket = Bucket::new("default").window(10, SECOND).feedback(feedback);
        let engine = builder(&transport, bucket).build().unwrap();
        let error = engine.execute(Request::new(&READ)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::RateLimited);
        assert_eq!(error.retry_after().unwrap().as_secs(), seconds, "{header}: {value}");
        // The gate is closed for the next call too.
        let started = Instant::now();
        engine.execute(Request::new(&READ)).await.unwrap();
        assert_eq!(started.elapsed().as_secs(), seconds, "{header}: {value}");
    }
}

#[tokio::test(start_paused = true)]
async fn buckets_do_not_hold_each_other_back() {
    let (transport, _) = vendor(Duration::ZERO);
    let engine = builder(&transport, Bucket::new("analytics").window(2, 60 * SECOND)).build().unwrap();
    let started = Instant::now();
    engine.execute(Request::new(&ANALYTICS)).await.unwrap();
    for _ in 0..100 {
        engine.execute(Request::new(&READ)).await.unwrap();
    }
    assert_eq!(started.elapsed(), Duration::ZERO);
}

//! What callers can rely on beside exactness: order, deadlines, cancelling, the gate, headers, waiters nobody polls.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use std::{
    future::{Future, poll_fn},
    pin::Pin,
    sync::{Arc, Mutex},
    task::Poll,
    time::Duration,
};

use afflux_core::{
    clock::{FakeClock, SystemClock},
    limit::{Ask, Bucket, End, Feedback, Limiter, LocalLimiter, Permit, Refusal, Ticket},
};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use tokio::{
    task::{JoinSet, yield_now},
    time::{Instant, advance, sleep},
};

const SPAN: Duration = Duration::from_secs(3);
const SECOND: Duration = Duration::from_secs(1);

fn limiter(bucket: Bucket) -> Arc<dyn Limiter> {
    Arc::new(LocalLimiter::new(vec![bucket], Arc::new(SystemClock)).unwrap())
}

fn ask(cost: u32) -> Ask {
    Ask::new("reads", cost)
}

fn ask_until(deadline: Instant) -> Ask {
    Ask { deadline: Some(deadline.into_std()), ..Ask::new("reads", 1) }
}

type Pairs<'p> = &'p [(&'static str, &'p str)];

fn headers(pairs: Pairs<'_>) -> HeaderMap {
    pairs
        .iter()
        .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap()))
        .collect()
}

/// Ends a ticket with an answer.
fn answer(limiter: &Arc<dyn Limiter>, ticket: Ticket, status: u16, pairs: Pairs<'_>) {
    let status = StatusCode::from_u16(status).unwrap();
    assert!(limiter.release(ticket, End::Answered { status, headers: &headers(pairs) }).is_none());
}

/// How long the next call of `cost` waits.
async fn wait_for(limiter: &Arc<dyn Limiter>, cost: u32) -> Duration {
    let started = Instant::now();
    let ask = ask(cost);
    let permit = Permit::acquire(limiter, &ask).await.unwrap();
    let waited = started.elapsed();
    permit.end(End::NeverLeft);
    waited
}

async fn poll_once<F: Future + Unpin>(future: &mut F) -> Poll<F::Output> {
    poll_fn(|context| Poll::Ready(Pin::new(&mut *future).poll(context))).await
}

fn refused_in<T>(result: &Result<T, Refusal>) -> Duration {
    match result {
        Err(Refusal::DeadlineFirst { ready_in: Some(ready_in) }) => *ready_in,
        Err(other) => panic!("{other:?}"),
        Ok(_) => panic!("a permit was given"),
    }
}

#[tokio::test(start_paused = true)]
async fn waiters_are_served_in_the_order_in_which_they_came() {
    let limiter = limiter(Bucket::new("reads").window(2, SPAN));
    let served = Arc::new(Mutex::new(Vec::new()));
    let mut callers = JoinSet::new();
    for caller in 0..50 {
        let (limiter, served) = (Arc::clone(&limiter), Arc::clone(&served));
        callers.spawn(async move {
            sleep(Duration::from_millis(caller)).await;
            let ask = ask(1);
            let permit = Permit::acquire(&limiter, &ask).await.unwrap();
            served.lock().unwrap().push(caller);
            sleep(Duration::from_millis(caller * 37 % 100)).await;
            permit.end(End::Answered { status: StatusCode::OK, headers: &HeaderMap::new() });
        });
    }
    callers.join_all().await;
    assert_eq!(*served.lock().unwrap(), (0..50).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn each_waiter_starts_at_the_very_moment_at_which_its_slot_is_free() {
    let limiter = limiter(Bucket::new("reads").window(5, SPAN));
    let tickets: Vec<_> = (0..5).map(|_| limiter.try_acquire(&ask(1)).unwrap()).collect();
    let started = Instant::now();
    let mut callers = JoinSet::new();
    for _ in 0..5 {
        let limiter = Arc::clone(&limiter);
        callers.spawn(async move {
            let ask = ask(1);
            let _ticket = limiter.acquire(&ask).await.unwrap();
            started.elapsed().as_millis()
        });
    }
    for ticket in tickets {
        answer(&limiter, ticket, 200, &[]);
        sleep(Duration::from_millis(100)).await;
    }
    let mut starts = callers.join_all().await;
    starts.sort_unstable();
    assert_eq!(starts, [3_000, 3_100, 3_200, 3_300, 3_400]);
}

#[tokio::test(start_paused = true)]
async fn nobody_who_comes_later_overtakes_a_waiter_with_a_larger_cost() {
    let limiter = limiter(Bucket::new("reads").window(10, SPAN));
    let first = limiter.try_acquire(&ask(5)).unwrap();
    let (large, small) = (ask(8), ask(1));
    let mut large = limiter.acquire(&large);
    assert!(poll_once(&mut large).await.is_pending());
    assert!(limiter.try_acquire(&small).is_none(), "one token is free, and somebody waits");
    let mut small = limiter.acquire(&small);
    assert!(poll_once(&mut small).await.is_pending());
    assert!(limiter.release(first, End::NeverLeft).is_none());
    assert!(poll_once(&mut small).await.is_pending());
    assert!(poll_once(&mut large).await.is_ready());
    assert!(poll_once(&mut small).await.is_ready());
}

#[tokio::test(start_paused = true)]
async fn a_call_that_never_left_gives_its_slot_to_the_next_at_once() {
    let limiter = limiter(Bucket::new("reads").window(1, SPAN));
    let ask = ask(1);
    let permit = Permit::acquire(&limiter, &ask).await.unwrap();
    drop(permit);
    assert_eq!(wait_for(&limiter, 1).await, Duration::ZERO);
    let mut sent = Permit::acquire(&limiter, &ask).await.unwrap();
    sent.sending();
    sent.end(End::NeverLeft);
    assert_eq!(wait_for(&limiter, 1).await, Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn an_answer_holds_its_slot_for_the_span_and_a_lost_or_dropped_call_for_the_linger_too() {
    let ask = ask(1);
    let local = LocalLimiter::new(vec![Bucket::new("reads").window(1, SPAN)], Arc::new(SystemClock)).unwrap();
    let limiter: Arc<dyn Limiter> = Arc::new(local.linger(7 * SECOND));
    let ticket = limiter.try_acquire(&ask).unwrap();
    answer(&limiter, ticket, 200, &[]);
    assert_eq!(wait_for(&limiter, 1).await, SPAN);
    let ticket = limiter.try_acquire(&ask).unwrap();
    assert!(limiter.release(ticket, End::Lost).is_none());
    assert_eq!(wait_for(&limiter, 1).await, SPAN + 7 * SECOND);
    let mut permit = Permit::acquire(&limiter, &ask).await.unwrap();
    permit.sending();
    drop(permit);
    assert_eq!(wait_for(&limiter, 1).await, SPAN + 7 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn the_linger_is_ten_seconds_unless_set() {
    let limiter = limiter(Bucket::new("reads").concurrency(1));
    let ticket = limiter.try_acquire(&ask(1)).unwrap();
    assert!(limiter.release(ticket, End::Dropped).is_none());
    assert_eq!(wait_for(&limiter, 1).await, 10 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn the_head_of_an_answer_starts_the_window_and_its_end_frees_the_slot() {
    let limiter = limiter(Bucket::new("reads").window(1, SPAN).concurrency(2));
    let ask = ask(1);
    let long = Permit::acquire(&limiter, &ask).await.unwrap();
    long.observe(StatusCode::OK, &HeaderMap::new());
    // The body takes minutes; the window does not wait for it.
    sleep(SPAN).await;
    let next = limiter.try_acquire(&ask).unwrap();
    answer(&limiter, next, 200, &[]);
    sleep(SPAN).await;
    let second = limiter.try_acquire(&ask).unwrap();
    limiter.observe(&second, StatusCode::OK, &HeaderMap::new());
    sleep(SPAN).await;
    assert!(limiter.try_acquire(&ask).is_none(), "two bodies are under way");
    long.end(End::Answered { status: StatusCode::OK, headers: &HeaderMap::new() });
    assert!(limiter.try_acquire(&ask).is_some(), "the window does not run again from the end");
}

#[tokio::test(start_paused = true)]
async fn cancelling_a_waiting_call_costs_nothing_and_the_next_takes_its_turn() {
    let limiter = limiter(Bucket::new("reads").window(1, SPAN));
    let ask = ask(1);
    let held = limiter.try_acquire(&ask).unwrap();
    let mut first = limiter.acquire(&ask);
    let mut second = limiter.acquire(&ask);
    assert!(poll_once(&mut first).await.is_pending());
    assert!(poll_once(&mut second).await.is_pending());
    answer(&limiter, held, 200, &[]);
    drop(first);
    let started = Instant::now();
    let ticket = second.await.unwrap();
    assert_eq!(started.elapsed(), SPAN);
    assert!(limiter.release(ticket, End::NeverLeft).is_none());
    assert!(limiter.try_acquire(&ask).is_some());
}

#[tokio::test(start_paused = true)]
async fn a_waiter_that_was_called_and_then_cancelled_passes_the_call_on() {
    let limiter = limiter(Bucket::new("reads").concurrency(1));
    let ask = ask(1);
    let held = limiter.try_acquire(&ask).unwrap();
    let mut first = limiter.acquire(&ask);
    assert!(poll_once(&mut first).await.is_pending());
    let (other, started) = (Arc::clone(&limiter), Instant::now());
    let second = tokio::spawn(async move {
        let ask = Ask::new("reads", 1);
        other.acquire(&ask).await.unwrap();
        started.elapsed()
    });
    yield_now().await;
    answer(&limiter, held, 200, &[]);
    drop(first);
    assert_eq!(second.await.unwrap(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_slot_that_is_certainly_after_the_deadline_is_refused_at_once_with_the_time() {
    let limiter = limiter(Bucket::new("reads").window(1, SPAN));
    let ticket = limiter.try_acquire(&ask(1)).unwrap();
    answer(&limiter, ticket, 200, &[]);
    let started = Instant::now();
    let refused = limiter.acquire(&ask_until(started + 2 * SECOND)).await;
    assert_eq!(refused_in(&refused), SPAN);
    assert_eq!(started.elapsed(), Duration::ZERO);
    assert!(limiter.acquire(&ask_until(started + 4 * SECOND)).await.is_ok());
    assert_eq!(started.elapsed(), SPAN);
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_depends_on_calls_in_flight_ends_at_the_deadline() {
    let limiter = limiter(Bucket::new("reads").concurrency(1));
    let held = limiter.try_acquire(&ask(1)).unwrap();
    let started = Instant::now();
    let refused = limiter.acquire(&ask_until(started + 2 * SECOND)).await;
    assert!(matches!(refused, Err(Refusal::DeadlineFirst { .. })));
    assert_eq!(started.elapsed(), 2 * SECOND);
    answer(&limiter, held, 200, &[]);
    assert!(limiter.try_acquire(&ask(1)).is_some(), "the line is empty again");
}

#[tokio::test(start_paused = true)]
async fn a_deadline_that_has_passed_is_refused_even_where_a_slot_is_free() {
    let limiter = limiter(Bucket::new("reads").window(1, SPAN));
    let ask = ask_until(Instant::now());
    assert!(limiter.try_acquire(&ask).is_none());
    assert_eq!(refused_in(&limiter.acquire(&ask).await), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_cost_above_the_limit_is_refused_at_once() {
    let limiter = limiter(Bucket::new("reads").window(60, 60 * SECOND).window(20, SECOND));
    let refused = limiter.acquire(&ask(21)).await;
    assert_eq!(refused, Err(Refusal::CostAboveLimit { cost: 21, limit: 20 }));
    assert!(limiter.try_acquire(&ask(20)).is_some());
}

#[tokio::test(start_paused = true)]
async fn a_waiter_past_its_deadline_is_evicted_by_the_next_even_if_nobody_polls_it() {
    let limiter = limiter(Bucket::new("reads").concurrency(1));
    let held = limiter.try_acquire(&ask(1)).unwrap();
    let started = Instant::now();
    let (late, patient) = (ask_until(started + SECOND), ask(1));
    let mut never_polled_again = limiter.acquire(&late);
    assert!(poll_once(&mut never_polled_again).await.is_pending());
    let (other, until_free) = (Arc::clone(&limiter), 5 * SECOND);
    let free = tokio::spawn(async move {
        sleep(until_free).await;
        answer(&other, held, 200, &[]);
    });
    limiter.acquire(&patient).await.unwrap();
    assert_eq!(started.elapsed(), until_free, "the evicted one is not waited for");
    free.await.unwrap();
    let refused = poll_once(&mut never_polled_again).await;
    assert!(matches!(refused, Poll::Ready(Err(Refusal::DeadlineFirst { .. }))), "{refused:?}");
}

/// Polls each of `count` waiters once and returns them; nobody polls them again.
async fn polled_once<'a>(
    limiter: &'a Arc<dyn Limiter>,
    ask: &'a Ask,
    count: usize,
) -> Vec<Pin<Box<dyn Future<Output = Result<Ticket, Refusal>> + Send + 'a>>> {
    let mut waiters: Vec<_> = (0..count).map(|_| limiter.acquire(ask)).collect();
    for waiter in &mut waiters {
        assert!(poll_once(waiter).await.is_pending());
    }
    waiters
}

#[tokio::test(start_paused = true)]
async fn waiters_that_nobody_polls_any_more_are_passed_over_and_exactness_holds() {
    for stuck in [1, 2, 3, 50] {
        let limiter = limiter(Bucket::new("reads").window(10, SPAN));
        for _ in 0..10 {
            let ticket = limiter.try_acquire(&ask(1)).unwrap();
            answer(&limiter, ticket, 200, &[]);
        }
        let ask = ask(1);
        let mut stuck_waiters = polled_once(&limiter, &ask, stuck).await;
        let started = Instant::now();
        let starts = Arc::new(Mutex::new(Vec::new()));
        let mut callers = JoinSet::new();
        for _ in 0..5 {
            let (limiter, starts) = (Arc::clone(&limiter), Arc::clone(&starts));
            callers.spawn(async move {
                while started.elapsed() < 300 * SECOND {
                    let ask = Ask::new("reads", 1);
                    let permit = Permit::acquire(&limiter, &ask).await.unwrap();
                    starts.lock().unwrap().push(started.elapsed());
                    permit.end(End::Answered { status: StatusCode::OK, headers: &HeaderMap::new() });
                }
            });
        }
        callers.join_all().await;
        {
            let starts = starts.lock().unwrap();
            println!("{stuck} stuck waiters: first start after {:?}, {} starts", starts[0], starts.len());
            assert!(starts[0] >= SPAN);
            assert!(starts[0] <= SPAN + 5 * SECOND, "{stuck} stuck: first start after {:?}", starts[0]);
            assert!(starts.windows(11).all(|eleven| eleven[0] + SPAN <= eleven[10]));
            assert!(starts.len() >= 950, "{stuck} stuck: {} starts", starts.len());
        }
        // Who comes back stands where it stood: before everybody who came later.
        sleep(SPAN).await;
        let taken: Vec<_> = (0..10).map(|_| limiter.try_acquire(&ask).unwrap()).collect();
        let mut late = limiter.acquire(&ask);
        assert!(poll_once(&mut late).await.is_pending());
        let back = &mut stuck_waiters[0];
        assert!(poll_once(&mut *back).await.is_pending());
        taken.into_iter().take(1).for_each(|ticket| drop(limiter.release(ticket, End::NeverLeft)));
        assert!(poll_once(&mut late).await.is_pending());
        assert!(poll_once(&mut *back).await.is_ready());
    }
}

#[tokio::test(start_paused = true)]
async fn the_next_in_line_waits_at_most_half_a_second_for_a_waiter_that_overslept() {
    let limiter = limiter(Bucket::new("reads").window(1, SPAN));
    let ask = ask(1);
    let ticket = limiter.try_acquire(&ask).unwrap();
    answer(&limiter, ticket, 200, &[]);
    sleep(SPAN / 2).await;
    let started = Instant::now();
    let _stuck = polled_once(&limiter, &ask, 1).await;
    let other = Arc::clone(&limiter);
    // In a task of its own: the other one's sleep must not wake it.
    let next = tokio::spawn(async move {
        let ask = Ask::new("reads", 1);
        other.acquire(&ask).await.unwrap();
    });
    next.await.unwrap();
    assert_eq!(started.elapsed(), SPAN / 2 + Duration::from_millis(500));
}

#[tokio::test(start_paused = true)]
async fn an_eviction_happens_at_the_deadline_itself() {
    let limiter = limiter(Bucket::new("reads").window(10, SPAN));
    let _in_flight = limiter.try_acquire(&ask(5)).unwrap();
    let started = Instant::now();
    let deadline = started + Duration::from_millis(1_300);
    let large = Ask { cost: 8, ..ask_until(deadline) };
    let _stuck = polled_once(&limiter, &large, 1).await;
    let other = Arc::clone(&limiter);
    let next = tokio::spawn(async move {
        let small = Ask::new("reads", 1);
        other.acquire(&small).await.unwrap();
    });
    next.await.unwrap();
    assert_eq!(started.elapsed(), Duration::from_millis(1_300));
}

#[tokio::test(start_paused = true)]
async fn a_slot_freed_by_an_answer_passes_over_a_waiter_that_does_not_come() {
    let limiter = limiter(Bucket::new("reads").concurrency(1));
    let held = limiter.try_acquire(&ask(1)).unwrap();
    let ask = ask(1);
    let _stuck = polled_once(&limiter, &ask, 1).await;
    let started = Instant::now();
    let other = Arc::clone(&limiter);
    let free = tokio::spawn(async move {
        sleep(5 * SECOND).await;
        answer(&other, held, 200, &[]);
    });
    limiter.acquire(&ask).await.unwrap();
    free.await.unwrap();
    let waited = started.elapsed();
    assert!(waited >= 5 * SECOND && waited <= 5 * SECOND + Duration::from_millis(250), "{waited:?}");
}

#[tokio::test(start_paused = true)]
async fn a_429_holds_everybody_back_for_the_time_that_the_answer_says() {
    let wall = "2026-03-01T12:00:00Z".parse().unwrap();
    let epoch = "1772366409500";
    let table: &[(Feedback, Pairs<'_>, u64)] = &[
        (Feedback::Standard, &[("retry-after", "7")], 7_000),
        (Feedback::Standard, &[("retry-after", "4.25")], 4_250),
        (Feedback::Standard, &[("retry-after", "Sun, 01 Mar 2026 12:00:30 GMT")], 30_000),
        (Feedback::XRateLimit, &[("x-ratelimit-retry-after", "11")], 11_000),
        (Feedback::XRateLimit, &[("x-ratelimit-reset", "12")], 12_000),
        (Feedback::XRateLimitEpochMillis, &[("x-rate-limit-reset", epoch)], 9_500),
        // Nothing said, or nothing that makes sense: the shortest window.
        (Feedback::Standard, &[], 3_000),
        (Feedback::Standard, &[("retry-after", "-7")], 3_000),
        (Feedback::Standard, &[("retry-after", "1e30")], 3_000),
        (Feedback::Standard, &[("x-ratelimit-reset", "12")], 3_000),
    ];
    for (feedback, pairs, millis) in table {
        let bucket = Bucket::new("reads").window(10, SPAN).window(1_000, 3_600 * SECOND).feedback(*feedback);
        let local = LocalLimiter::new(vec![bucket], Arc::new(FakeClock::starting_at(wall))).unwrap();
        let limiter: Arc<dyn Limiter> = Arc::new(local);
        let ticket = limiter.try_acquire(&ask(1)).unwrap();
        answer(&limiter, ticket, 429, pairs);
        assert!(limiter.try_acquire(&ask(1)).is_none());
        let (one, other) = tokio::join!(wait_for(&limiter, 1), wait_for(&limiter, 1));
        assert_eq!(one, Duration::from_millis(*millis), "{pairs:?}");
        assert_eq!(other, one, "{pairs:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_429_seen_at_the_head_of_the_answer_closes_the_gate_for_those_who_wait_already() {
    let limiter = limiter(Bucket::new("reads").concurrency(1));
    let ask = ask(1);
    let first = limiter.try_acquire(&ask).unwrap();
    let started = Instant::now();
    let deadline = ask_until(started + 20 * SECOND);
    let (mut patient, mut hurried) = (limiter.acquire(&ask), limiter.acquire(&deadline));
    assert!(poll_once(&mut patient).await.is_pending());
    assert!(poll_once(&mut hurried).await.is_pending());
    limiter.observe(&first, StatusCode::TOO_MANY_REQUESTS, &headers(&[("retry-after", "60")]));
    let refused = hurried.await;
    assert_eq!(refused_in(&refused), 60 * SECOND);
    assert_eq!(started.elapsed(), Duration::ZERO, "no wait until the deadline");
    advance(2 * SECOND).await;
    answer(&limiter, first, 429, &[("retry-after", "60")]);
    patient.await.unwrap();
    assert_eq!(started.elapsed(), 60 * SECOND, "the same answer is not heard twice");
}

#[tokio::test(start_paused = true)]
async fn a_gate_that_closes_refuses_a_waiter_behind_one_that_sleeps() {
    let limiter = limiter(Bucket::new("reads").window(2, SPAN));
    let (first, second) = (limiter.try_acquire(&ask(1)).unwrap(), limiter.try_acquire(&ask(1)).unwrap());
    answer(&limiter, first, 200, &[]);
    let started = Instant::now();
    let (patient, hurried) = (ask(1), ask_until(started + 20 * SECOND));
    let (mut patient, mut hurried) = (limiter.acquire(&patient), limiter.acquire(&hurried));
    assert!(poll_once(&mut patient).await.is_pending());
    assert!(poll_once(&mut hurried).await.is_pending());
    let other = Arc::clone(&limiter);
    let refuse = async move { answer(&other, second, 429, &[("retry-after", "60")]) };
    let (refused, ()) = tokio::join!(hurried, refuse);
    assert_eq!(refused_in(&refused), 60 * SECOND);
    assert_eq!(started.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn an_answer_without_headers_uses_up_what_remained() {
    let limiter = limiter(Bucket::new("reads").feedback(Feedback::XRateLimit));
    let ticket = limiter.try_acquire(&ask(1)).unwrap();
    answer(&limiter, ticket, 200, &[("x-ratelimit-remaining", "3"), ("x-ratelimit-reset", "9")]);
    for _ in 0..2 {
        let ticket = limiter.try_acquire(&ask(1)).unwrap();
        answer(&limiter, ticket, 200, &[]);
    }
    let last = limiter.try_acquire(&ask(1)).unwrap();
    assert!(limiter.try_acquire(&ask(1)).is_none());
    answer(&limiter, last, 200, &[]);
    assert_eq!(wait_for(&limiter, 1).await, 9 * SECOND);
    // Nothing of it sticks to the next count.
    let ticket = limiter.try_acquire(&ask(1)).unwrap();
    answer(&limiter, ticket, 200, &[("x-ratelimit-remaining", "3"), ("x-ratelimit-reset", "9")]);
    assert!(limiter.try_acquire(&ask(3)).is_some());
}

#[tokio::test(start_paused = true)]
async fn a_bucket_without_limits_obeys_retry_after_and_ignores_a_429_that_says_nothing() {
    let limiter = limiter(Bucket::new("reads"));
    let ticket = limiter.try_acquire(&ask(1)).unwrap();
    answer(&limiter, ticket, 429, &[]);
    let ticket = limiter.try_acquire(&ask(1)).unwrap();
    answer(&limiter, ticket, 429, &[("retry-after", "5")]);
    assert_eq!(wait_for(&limiter, 1).await, 5 * SECOND);
    let ticket = limiter.try_acquire(&ask(1)).unwrap();
    answer(&limiter, ticket, 503, &[("retry-after", "5")]);
    assert_eq!(wait_for(&limiter, 1).await, Duration::ZERO, "a 503 is about the caller's own retry");
}

#[tokio::test(start_paused = true)]
async fn a_lower_count_of_the_vendor_shrinks_ours_until_its_reset() {
    let bucket = Bucket::new("reads").window(60, 60 * SECOND).feedback(Feedback::XRateLimit);
    let limiter = limiter(bucket);
    let ticket = limiter.try_acquire(&ask(3)).unwrap();
    answer(&limiter, ticket, 200, &[("x-ratelimit-remaining", "10"), ("x-ratelimit-reset", "20")]);
    assert!(limiter.try_acquire(&ask(11)).is_none(), "somebody else has used the rest");
    let ten = limiter.try_acquire(&ask(10)).unwrap();
    assert!(limiter.try_acquire(&ask(1)).is_none());
    assert!(limiter.release(ten, End::NeverLeft).is_none());
    assert_eq!(wait_for(&limiter, 11).await, 20 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn a_bucket_without_windows_learns_from_what_remains() {
    let limiter = limiter(Bucket::new("reads").feedback(Feedback::XRateLimit));
    let ticket = limiter.try_acquire(&ask(1)).unwrap();
    answer(&limiter, ticket, 200, &[("x-ratelimit-remaining", "2"), ("x-ratelimit-reset", "9")]);
    let one = limiter.try_acquire(&ask(1)).unwrap();
    let two = limiter.try_acquire(&ask(1)).unwrap();
    assert!(limiter.try_acquire(&ask(1)).is_none());
    drop((limiter.release(one, End::Lost), limiter.release(two, End::Lost)));
    assert_eq!(wait_for(&limiter, 1).await, 9 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn a_remaining_count_above_ours_changes_nothing() {
    let limiter = limiter(Bucket::new("reads").window(2, SPAN).feedback(Feedback::XRateLimit));
    for _ in 0..2 {
        let ticket = limiter.try_acquire(&ask(1)).unwrap();
        answer(&limiter, ticket, 200, &[("x-ratelimit-remaining", "500"), ("x-ratelimit-reset", "1")]);
    }
    assert_eq!(wait_for(&limiter, 1).await, SPAN);
}

#[tokio::test(start_paused = true)]
async fn an_unknown_bucket_has_no_limit_and_tickets_stay_unique() {
    let limiter = limiter(Bucket::new("reads").window(1, SPAN));
    let other = Ask { deadline: Some(Instant::now().into_std()), ..Ask::new("writes", 1_000) };
    let mut ids: Vec<u64> = Vec::new();
    for _ in 0..100 {
        ids.push(limiter.try_acquire(&other).unwrap().id);
        ids.push(limiter.acquire(&other).await.unwrap().id);
    }
    ids.push(limiter.try_acquire(&ask(1)).unwrap().id);
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 201);
}

#[tokio::test(start_paused = true)]
async fn buckets_do_not_touch_each_other() {
    let buckets = vec![Bucket::new("reads").window(1, SPAN), Bucket::new("uploads").concurrency(1)];
    let limiter = LocalLimiter::new(buckets, Arc::new(SystemClock)).unwrap();
    let uploads = Ask::new("uploads", 1);
    assert!(limiter.try_acquire(&ask(1)).is_some());
    assert!(limiter.try_acquire(&ask(1)).is_none());
    assert!(limiter.try_acquire(&uploads).is_some());
    assert!(limiter.try_acquire(&uploads).is_none());
}

#[tokio::test(start_paused = true)]
async fn pace_window_and_concurrency_hold_together() {
    let limiter = limiter(Bucket::new("reads").window(4, SPAN).concurrency(2).pace(2.0, 1));
    let mut starts = Vec::new();
    let started = Instant::now();
    for _ in 0..9 {
        let ask = ask(1);
        let permit = Permit::acquire(&limiter, &ask).await.unwrap();
        starts.push(started.elapsed().as_millis());
        permit.end(End::Answered { status: StatusCode::OK, headers: &HeaderMap::new() });
    }
    assert_eq!(starts, [0, 500, 1_000, 1_500, 3_000, 3_500, 4_000, 4_500, 6_000]);
}

#[tokio::test(start_paused = true)]
async fn a_pace_allows_its_burst_after_a_pause() {
    let limiter = limiter(Bucket::new("reads").pace(10.0, 3));
    for _ in 0..2 {
        for _ in 0..3 {
            assert!(limiter.try_acquire(&ask(1)).is_some());
        }
        assert!(limiter.try_acquire(&ask(1)).is_none());
        sleep(SECOND).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_bucket_that_cannot_be_kept_is_named_with_what_is_wrong() {
    let bucket = || Bucket::new("reads");
    let table = [
        (vec![bucket().window(0, SPAN)], "a window counts at least one"),
        (vec![bucket().window(1, Duration::ZERO)], "a window spans more than nothing"),
        (vec![bucket().window(1, Duration::MAX)], "at most a year"),
        (vec![bucket().concurrency(0)], "a concurrency limit is at least one"),
        (vec![bucket().pace(0.0, 1)], "above zero"),
        (vec![bucket().pace(-1.0, 1)], "above zero"),
        (vec![bucket().pace(f64::NAN, 1)], "above zero"),
        (vec![bucket().pace(f64::INFINITY, 1)], "above zero"),
        (vec![bucket().pace(1.0, 0)], "the burst of a pace is at least one"),
        (vec![bucket().pace(1e-300, 1)], "at most a year"),
        (vec![bucket().pace(1e-9, u32::MAX)], "at most a year"),
        (vec![bucket().pace(1e300, 1)], "one start per nanosecond"),
        (vec![bucket(), Bucket::new("other"), bucket()], "the name is given twice"),
    ];
    for (buckets, problem) in table {
        let refused = LocalLimiter::new(buckets.clone(), Arc::new(SystemClock)).unwrap_err();
        assert_eq!(refused.bucket, "reads");
        assert!(refused.to_string().contains(problem), "{buckets:?}: {refused}");
    }
}

#[tokio::test(start_paused = true)]
async fn no_limiter_keeps_anything_of_the_waiters_that_went_away() {
    let limiter = limiter(Bucket::new("reads").window(1, SPAN));
    let ask = ask(1);
    let held = limiter.try_acquire(&ask).unwrap();
    for keep in [0, 3, 7] {
        let mut waiters = polled_once(&limiter, &ask, 10).await;
        let kept = waiters.swap_remove(keep);
        drop(waiters);
        drop(kept);
    }
    assert!(limiter.release(held, End::NeverLeft).is_none());
    assert!(limiter.try_acquire(&ask).is_some(), "the line is empty");
}

#[test]
fn many_threads_share_a_limiter_without_losing_a_slot() {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_time().build().unwrap();
    runtime.block_on(async {
        let bucket = Bucket::new("reads").concurrency(3).window(1_000_000, SECOND);
        let limiter = limiter(bucket);
        let mut callers = JoinSet::new();
        for _ in 0..32 {
            let limiter = Arc::clone(&limiter);
            callers.spawn(async move {
                for _ in 0..200 {
                    let ask = Ask::new("reads", 1);
                    let permit = Permit::acquire(&limiter, &ask).await.unwrap();
                    yield_now().await;
                    permit.end(End::Answered { status: StatusCode::OK, headers: &HeaderMap::new() });
                }
            });
        }
        let all = callers.join_all();
        tokio::time::timeout(60 * SECOND, all).await.expect("nobody waits for ever");
        let ask = ask(1);
        let free: Vec<_> = std::iter::from_fn(|| limiter.try_acquire(&ask)).take(10).collect();
        assert_eq!(free.len(), 3);
    });
}

#[tokio::test(start_paused = true)]
async fn a_vendors_wait_beyond_the_cap_is_refused_at_once_with_its_length_to_newcomers_and_to_the_line() {
    let limiter = std::sync::Arc::new(
        LocalLimiter::new(vec![Bucket::new("reads").concurrency(1)], Arc::new(SystemClock)).unwrap(),
    );
    let capped = Ask { vendor_wait_cap: Some(Duration::from_secs(60)), ..ask(1) };
    let ticket = limiter.try_acquire(&capped).unwrap();
    let waiting = tokio::spawn({
        let limiter = std::sync::Arc::clone(&limiter);
        async move { limiter.acquire(&capped).await }
    });
    tokio::task::yield_now().await;
    let mut headers = HeaderMap::new();
    headers.insert("retry-after", "3600".parse().unwrap());
    limiter.release(ticket, End::Answered { status: StatusCode::TOO_MANY_REQUESTS, headers: &headers });
    let closed = Err(Refusal::Closed { ready_in: Duration::from_secs(3600) });
    assert_eq!(waiting.await.unwrap(), closed);
    assert_eq!(limiter.acquire(&capped).await, closed);
}

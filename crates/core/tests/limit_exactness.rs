//! Rate limit exactness: hours of hungry callers against strict vendors, with jitter, under paused time.
//!
//! Every random draw is seeded and nothing reads the machine's clock: each run is the same, however busy the machine.
//!
//! `cargo test -p afflux-core --test limit_exactness -- --nocapture` prints the rates.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

#[path = "limit/harness.rs"]
mod harness;

use std::{
    collections::VecDeque,
    future::{Future, poll_fn},
    num::NonZeroU32,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    task::Poll,
    time::Duration,
};

use afflux_core::{
    clock::{BoxFuture, Clock, SystemClock},
    limit::{Ask, Bucket, End, Feedback, Limiter, LocalLimiter, Permit, Refusal, Ticket},
};
use governor::{Quota, RateLimiter};
use harness::{Counting, EVERY_COUNTING, Outcome, Run, Vendor};
use http::{HeaderMap, StatusCode};
use tokio::{
    task::JoinSet,
    time::{Instant, sleep, timeout},
};

const SPAN: Duration = Duration::from_secs(3);

fn limiter(bucket: Bucket) -> Arc<dyn Limiter> {
    Arc::new(LocalLimiter::new(vec![bucket], Arc::new(SystemClock)).unwrap())
}

fn ten_in_three_seconds() -> Bucket {
    Bucket::new("reads").window(10, SPAN)
}

/// The promise of a window: nothing refused, never more than the count, and hardly slower than possible.
fn assert_exact(outcome: &Outcome, count: u32, name: &str) {
    println!("{}", outcome.line(name));
    assert_eq!(outcome.vendor.refused, 0, "{name}: a strict vendor refused calls");
    assert!(outcome.vendor.most_in_a_span() <= count, "{name}: too many in one span");
}

#[tokio::test(start_paused = true)]
async fn an_hour_of_hungry_callers_gets_no_429_from_any_strict_vendor_and_nearly_the_whole_rate() {
    for jitter in [10, 150] {
        let name = format!("10 in 3 s, jitter 0..{jitter} ms each way");
        let run = Run { jitter, ..Run::default() };
        let vendor = Vendor::new(&EVERY_COUNTING, 10, SPAN);
        let outcome = run.against(limiter(ten_in_three_seconds()), "reads", vendor).await;
        assert_exact(&outcome, 10, &name);
        // What can be reached: a token is away for its round trip and then for the span. Against the measured
        // round trip, and against the one that the jitter gives on average.
        assert!(outcome.per_second() >= 0.97 * outcome.reachable(), "{name}");
        let expected = SPAN + Duration::from_millis(jitter);
        assert!(outcome.per_second() >= 0.97 * 10.0 / expected.as_secs_f64(), "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn two_windows_hold_at_the_same_time() {
    let bucket = Bucket::new("reads").window(3, SPAN).window(100, Duration::from_hours(1));
    let limiter = limiter(bucket);
    let vendor = Vendor::new(&[Counting::SlidingLog], 3, SPAN);
    let run = Run { lasts: Duration::from_hours(3), ..Run::default() };
    let outcome = run.against(limiter, "reads", vendor).await;
    assert_exact(&outcome, 3, "3 in 3 s and 100 in 1 h, three hours");
    let hour = Duration::from_hours(1);
    let arrivals = &outcome.vendor.arrivals;
    for (from, _) in arrivals {
        let in_the_hour = arrivals.iter().filter(|(at, _)| at >= from && *at < *from + hour).count();
        assert!(in_the_hour <= 100, "{in_the_hour} in one hour");
    }
    assert!(arrivals.len() >= 290, "{} arrivals in three hours", arrivals.len());
}

#[tokio::test(start_paused = true)]
async fn calls_cancelled_after_sending_never_put_more_than_ten_into_three_seconds() {
    let run = Run { dropped: 25, ..Run::default() };
    let vendor = Vendor::new(&EVERY_COUNTING, 10, SPAN);
    let outcome = run.against(limiter(ten_in_three_seconds()), "reads", vendor).await;
    assert_exact(&outcome, 10, "10 in 3 s, a quarter cancelled after sending");
    assert!(outcome.vendor.arrivals.len() > 3_000, "the limiter must not stop altogether");
}

#[tokio::test(start_paused = true)]
async fn sixty_tokens_in_sixty_seconds_hold_with_mixed_costs() {
    let span = Duration::from_mins(1);
    let run = Run { costs: vec![2, 3, 4, 5, 10, 12, 15], ..Run::default() };
    let vendor = Vendor::new(&EVERY_COUNTING, 60, span);
    let bucket = Bucket::new("analytics").window(60, span);
    let outcome = run.against(limiter(bucket), "analytics", vendor).await;
    assert_exact(&outcome, 60, "60 tokens in 60 s, costs 2 to 15");
    // A costly call waits until its tokens are together, so whole tokens lie idle for a while.
    assert!(outcome.per_second() >= 0.9 * outcome.reachable());
}

#[tokio::test(start_paused = true)]
async fn one_cost_for_all_uses_the_whole_token_rate() {
    let span = Duration::from_mins(1);
    let run = Run { costs: vec![3], ..Run::default() };
    let bucket = Bucket::new("analytics").window(60, span);
    let vendor = Vendor::new(&[Counting::SlidingLog], 60, span);
    let outcome = run.against(limiter(bucket), "analytics", vendor).await;
    assert_exact(&outcome, 60, "60 tokens in 60 s, cost 3");
    assert!(outcome.per_second() >= 0.97 * outcome.reachable());
}

#[tokio::test(start_paused = true)]
async fn clients_with_different_tokens_share_one_limiter_exactly() {
    // The vendor counts per host: the calls of both clients arrive in one log.
    let shared = limiter(ten_in_three_seconds());
    let vendor = Arc::new(Mutex::new(Vendor::new(&[Counting::SlidingLog], 10, SPAN)));
    let run = |seed| Run { callers: 10, seed, ..Run::default() };
    let (one, other) = (
        run(1).against_shared(Arc::clone(&shared), "reads", Arc::clone(&vendor)),
        run(2).against_shared(Arc::clone(&shared), "reads", Arc::clone(&vendor)),
    );
    let (one, other) = tokio::join!(one, other);
    assert!(one.answered.abs_diff(other.answered) < 100, "one line, so both get the same");
    let vendor = Arc::into_inner(vendor).unwrap().into_inner().unwrap();
    let outcome = Outcome { vendor, round_trip: one.round_trip, lasted: one.lasted.max(other.lasted) };
    assert_exact(&outcome, 10, "one limiter for two clients");
    assert!(outcome.per_second() >= 0.97 * outcome.reachable());
    assert_eq!(Arc::strong_count(&shared), 1, "nothing is left behind");
}

fn analytics(feedback: Feedback) -> Arc<dyn Limiter> {
    limiter(Bucket::new("analytics").window(60, Duration::from_mins(1)).feedback(feedback))
}

#[tokio::test(start_paused = true)]
async fn headers_that_agree_with_our_count_cost_no_rate() {
    let vendor = Vendor::new(&[Counting::FixedWindow], 60, Duration::from_mins(1));
    let run = Run { costs: vec![3], tells: true, ..Run::default() };
    let outcome = run.against(analytics(Feedback::XRateLimit), "analytics", vendor).await;
    assert_exact(&outcome, 60, "60 tokens in 60 s, cost 3, with headers");
    assert!(outcome.per_second() >= 0.97 * outcome.reachable());
}

#[tokio::test(start_paused = true)]
async fn headers_keep_us_within_what_somebody_else_has_left_of_the_allowance() {
    let mut refused = Vec::new();
    for feedback in [Feedback::Standard, Feedback::XRateLimit] {
        // Somebody else takes a call's tokens every six seconds, by no limiter of ours: half of the allowance.
        let vendor = Arc::new(Mutex::new(Vendor::new(&[Counting::FixedWindow], 60, Duration::from_mins(1))));
        let theirs = Arc::clone(&vendor);
        let somebody_else = tokio::spawn(async move {
            loop {
                theirs.lock().unwrap().arrive(3);
                sleep(Duration::from_secs(6)).await;
            }
        });
        // Two callers: what is sent at once cannot learn from each other's answers.
        let run = Run { callers: 2, costs: vec![3], tells: true, ..Run::default() };
        let ours = run.against_shared(analytics(feedback), "analytics", Arc::clone(&vendor)).await;
        somebody_else.abort();
        println!(
            "an allowance shared with others, {feedback:?}: {} of {} refused",
            ours.refused, ours.answered
        );
        refused.push(ours.refused);
    }
    let [deaf, listening] = refused[..] else { panic!("two runs") };
    assert!(listening * 3 < deaf, "{listening} refused with headers, {deaf} without");
}

#[tokio::test(start_paused = true)]
async fn every_kind_of_caller_at_once_neither_breaks_the_limit_nor_stops_the_others() {
    let limiter = limiter(ten_in_three_seconds());
    let vendor = Arc::new(Mutex::new(Vendor::new(&[Counting::SlidingLog], 10, SPAN)));
    let started = Instant::now();
    let done = Arc::new(Mutex::new([0_u32; 5]));
    let mut callers = JoinSet::new();
    for caller in 0..25 {
        let (limiter, vendor, done) = (Arc::clone(&limiter), Arc::clone(&vendor), Arc::clone(&done));
        callers.spawn(async move {
            let mut random = fastrand::Rng::with_seed(caller);
            let mut stragglers = JoinSet::new();
            while started.elapsed() < Duration::from_hours(1) {
                let kind = random.usize(..5);
                let patience = Duration::from_millis(random.u64(..20_000));
                let deadline = (kind == 1).then(|| (Instant::now() + patience).into_std());
                let ask = Ask { deadline, ..Ask::new("reads", random.u32(1..=3)) };
                let mut waiting = Box::pin(Permit::acquire(&limiter, &ask));
                if kind == 2 {
                    // Comes into the line and is not polled for a while.
                    let once = poll_fn(|context| Poll::Ready(waiting.as_mut().poll(context))).await;
                    sleep(patience / 4).await;
                    if once.is_ready() {
                        continue;
                    }
                }
                let permit = if kind == 3 { timeout(patience, waiting).await } else { Ok(waiting.await) };
                let Ok(Ok(mut permit)) = permit else { continue };
                permit.sending();
                done.lock().unwrap()[kind] += 1;
                let (there, back) = (random.u64(..=150), random.u64(..=150));
                match random.u32(..10) {
                    0 => drop(permit.end(End::NeverLeft)),
                    1 => {
                        drop(permit.end(End::Lost));
                        let vendor = Arc::clone(&vendor);
                        let late = Duration::from_millis(random.u64(..=10_000));
                        stragglers.spawn(async move {
                            sleep(late).await;
                            vendor.lock().unwrap().arrive(ask.cost);
                        });
                    }
                    _ => {
                        sleep(Duration::from_millis(there)).await;
                        let status = vendor.lock().unwrap().arrive(ask.cost);
                        sleep(Duration::from_millis(back)).await;
                        drop(permit.end(End::Answered { status, headers: &HeaderMap::new() }));
                    }
                }
            }
            stragglers.join_all().await;
        });
    }
    callers.join_all().await;
    let vendor = Arc::into_inner(vendor).unwrap().into_inner().unwrap();
    let done = *done.lock().unwrap();
    println!(
        "every kind at once: {} tokens, most in a span {}, {done:?}",
        vendor.tokens(),
        vendor.most_in_a_span()
    );
    assert_eq!(vendor.refused, 0);
    assert!(vendor.most_in_a_span() <= 10);
    assert!(done.iter().all(|starts| *starts > 100), "{done:?}");
    // A tenth of the calls is lost and holds its tokens four times as long: 10 tokens in about 4 s.
    assert!(vendor.tokens() > 3_600 * 10 / 5, "{} tokens", vendor.tokens());
}

/// Calls in flight at a vendor, as the vendor sees them.
#[derive(Debug, Default)]
struct InFlight {
    now: AtomicU32,
    most: AtomicU32,
    served: AtomicU32,
}

impl InFlight {
    async fn work(&self, lasts: Duration) {
        let now = self.now.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(now, Ordering::SeqCst);
        sleep(lasts).await;
        self.now.fetch_sub(1, Ordering::SeqCst);
        self.served.fetch_add(1, Ordering::SeqCst);
    }
}

#[tokio::test(start_paused = true)]
async fn a_concurrency_of_fifteen_and_of_three_is_never_exceeded_with_cancelled_calls() {
    for (concurrency, dropped) in [(15, 0), (15, 20), (3, 0), (3, 20)] {
        let limiter = limiter(Bucket::new("uploads").concurrency(concurrency));
        let vendor = Arc::new(InFlight::default());
        let started = Instant::now();
        let mut callers = JoinSet::new();
        for caller in 0..40 {
            let (limiter, vendor) = (Arc::clone(&limiter), Arc::clone(&vendor));
            callers.spawn(async move {
                let mut random = fastrand::Rng::with_seed(caller);
                let mut left_behind = JoinSet::new();
                while started.elapsed() < Duration::from_mins(20) {
                    let ask = Ask::new("uploads", 1);
                    let mut permit = Permit::acquire(&limiter, &ask).await.unwrap();
                    permit.sending();
                    sleep(Duration::from_millis(random.u64(0..=150))).await;
                    let lasts = Duration::from_millis(random.u64(50..=800));
                    if random.u32(..100) < dropped {
                        // The bytes arrive late, and the vendor is done within the linger.
                        drop(permit);
                        let late = Duration::from_millis(random.u64(0..=9_000));
                        let vendor = Arc::clone(&vendor);
                        left_behind.spawn(async move {
                            sleep(late).await;
                            vendor.work(lasts).await;
                        });
                        continue;
                    }
                    vendor.work(lasts).await;
                    sleep(Duration::from_millis(random.u64(0..=150))).await;
                    permit.end(End::Answered { status: StatusCode::OK, headers: &HeaderMap::new() });
                }
                left_behind.join_all().await;
            });
        }
        callers.join_all().await;
        let (most, served) = (vendor.most.load(Ordering::SeqCst), vendor.served.load(Ordering::SeqCst));
        let rate = f64::from(served) / started.elapsed().as_secs_f64();
        println!(
            "concurrency {concurrency}, {dropped} % cancelled: most {most}, {served} served, {rate:.2}/s"
        );
        assert!(most <= concurrency, "{most} of {concurrency} at once");
        if dropped == 0 {
            // A slot is busy for 575 ms on average.
            assert!(rate >= 0.97 * f64::from(concurrency) / 0.575, "{rate}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_pace_of_five_per_second_with_burst_one_is_kept() {
    let limiter = limiter(Bucket::new("campaigns").pace(5.0, 1));
    let starts = Arc::new(Mutex::new(Vec::new()));
    let started = Instant::now();
    let mut callers = JoinSet::new();
    for _ in 0..20 {
        let (limiter, starts) = (Arc::clone(&limiter), Arc::clone(&starts));
        callers.spawn(async move {
            while started.elapsed() < Duration::from_mins(10) {
                let ask = Ask::new("campaigns", 1);
                let permit = Permit::acquire(&limiter, &ask).await.unwrap();
                starts.lock().unwrap().push(started.elapsed());
                sleep(Duration::from_millis(70)).await;
                permit.end(End::Answered { status: StatusCode::OK, headers: &HeaderMap::new() });
            }
        });
    }
    callers.join_all().await;
    let starts = starts.lock().unwrap();
    assert!(starts.windows(2).all(|pair| pair[0] + Duration::from_millis(200) <= pair[1]));
    println!("pace 5/s burst 1: {} starts in 10 min", starts.len());
    assert!(starts.len() >= 2_990, "{} starts", starts.len());
}

// Negative controls: the same harness sees what wrong limiters do.

/// Wrong limiters are caught within minutes.
const CONTROL: Duration = Duration::from_mins(10);

/// The mistake that looks right: an exact log, stamped when a call is sent.
#[derive(Debug)]
struct StampedAtSending {
    count: usize,
    per: Duration,
    starts: Mutex<VecDeque<std::time::Instant>>,
}

impl Limiter for StampedAtSending {
    fn try_acquire(&self, ask: &Ask) -> Option<Ticket> {
        let now = SystemClock.now();
        let mut starts = self.starts.lock().unwrap();
        while starts.front().is_some_and(|start| *start + self.per <= now) {
            starts.pop_front();
        }
        (starts.len() < self.count).then(|| {
            starts.push_back(now);
            Ticket::new(ask, 0)
        })
    }

    fn acquire<'a>(&'a self, ask: &'a Ask) -> BoxFuture<'a, Result<Ticket, Refusal>> {
        Box::pin(async move {
            loop {
                if let Some(ticket) = self.try_acquire(ask) {
                    return Ok(ticket);
                }
                let first = *self.starts.lock().unwrap().front().unwrap();
                SystemClock.sleep_until(first + self.per).await;
            }
        })
    }

    fn release(&self, _: Ticket, _: End<'_>) -> Option<BoxFuture<'static, ()>> {
        None
    }
}

/// governor where it does not fit: a burst of ten that fills again within the span.
#[derive(Debug)]
struct GovernorWindow(
    RateLimiter<
        governor::state::NotKeyed,
        governor::state::InMemoryState,
        PausedClock,
        governor::middleware::NoOpMiddleware<std::time::Instant>,
    >,
);

#[derive(Debug, Clone)]
struct PausedClock;

impl governor::clock::Clock for PausedClock {
    type Instant = std::time::Instant;

    fn now(&self) -> Self::Instant {
        SystemClock.now()
    }
}

impl Limiter for GovernorWindow {
    fn try_acquire(&self, ask: &Ask) -> Option<Ticket> {
        self.0.check().ok().map(|()| Ticket::new(ask, 0))
    }

    fn acquire<'a>(&'a self, ask: &'a Ask) -> BoxFuture<'a, Result<Ticket, Refusal>> {
        Box::pin(async move {
            loop {
                match self.0.check() {
                    Ok(()) => return Ok(Ticket::new(ask, 0)),
                    Err(not_yet) => SystemClock.sleep_until(not_yet.earliest_possible()).await,
                }
            }
        })
    }

    fn release(&self, _: Ticket, _: End<'_>) -> Option<BoxFuture<'static, ()>> {
        None
    }
}

#[tokio::test(start_paused = true)]
async fn control_a_log_stamped_at_sending_is_caught_by_the_harness() {
    let wrong = StampedAtSending { count: 10, per: SPAN, starts: Mutex::default() };
    let vendor = Vendor::new(&EVERY_COUNTING, 10, SPAN);
    let outcome = Run { lasts: CONTROL, ..Run::default() }.against(Arc::new(wrong), "reads", vendor).await;
    println!("{}", outcome.line("control, stamped at sending"));
    assert!(outcome.vendor.most_in_a_span() > 10);
    // The other two see it only when the bunch lies across their timer or comes after a full one.
    assert!(outcome.vendor.refused_by(Counting::SlidingLog) > 0);
}

#[tokio::test(start_paused = true)]
async fn control_governor_with_a_burst_of_ten_is_caught_by_the_harness() {
    let quota = Quota::with_period(SPAN / 10).unwrap().allow_burst(NonZeroU32::new(10).unwrap());
    let wrong = GovernorWindow(RateLimiter::direct_with_clock(quota, PausedClock));
    let vendor = Vendor::new(&EVERY_COUNTING, 10, SPAN);
    let outcome = Run { lasts: CONTROL, ..Run::default() }.against(Arc::new(wrong), "reads", vendor).await;
    println!("{}", outcome.line("control, governor with burst 10"));
    assert!(outcome.vendor.most_in_a_span() >= 18);
    for counting in EVERY_COUNTING {
        assert!(outcome.vendor.refused_by(counting) > 0, "{counting:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn control_without_a_linger_cancelled_calls_are_caught_by_the_harness() {
    let wrong = LocalLimiter::new(vec![ten_in_three_seconds()], Arc::new(SystemClock)).unwrap();
    let wrong: Arc<dyn Limiter> = Arc::new(wrong.linger(Duration::ZERO));
    let run = Run { dropped: 25, ..Run::default() };
    let outcome = run.against(wrong, "reads", Vendor::new(&[Counting::SlidingLog], 10, SPAN)).await;
    println!("{}", outcome.line("control, no linger, a quarter cancelled"));
    assert!(outcome.vendor.most_in_a_span() > 10);
}

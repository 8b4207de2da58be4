//! One quota for a fleet, on a real Redis server and real time, scaled down.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod fleet;

use std::{
    io::Read,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use afflux_core::{
    Delivery,
    auth::Credentials,
    base_url::BaseUrl,
    clock::{BoxFuture, SystemClock},
    engine::Engine,
    limit::{Ask, Bucket, End, Feedback, Limiter, OnLoss, Permit, RedisLimiter, Refusal, SharedLimits},
    operation::Operation,
    request::Request,
    retry::RetryPolicy,
    transport::{Head, Transport, Wire, WireBody, WireError, WireErrorKind, WireResponse},
};
use fleet::{COUNT, SPAN, WORK, process, server::RedisServer, strict::Strict};
use futures_util::{FutureExt, future::join_all};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

const LINGER: Duration = Duration::from_millis(40);
const ATTEMPT: Duration = Duration::from_millis(60);
/// Never reached, however busy the machine is.
const AMPLE: Duration = Duration::from_secs(30);

fn shared(redis: &RedisServer) -> SharedLimits {
    SharedLimits::redis(redis.url()).unwrap().patience(AMPLE)
}

/// A machine's limiter. Those of one scope share.
fn machine(limits: &SharedLimits, bucket: Bucket) -> Arc<dyn Limiter> {
    Arc::new(limiter(limits, bucket))
}

fn limiter(limits: &SharedLimits, bucket: Bucket) -> RedisLimiter {
    limits.limiter("fixture", vec![bucket], Arc::new(SystemClock), LINGER).unwrap()
}

fn ask(cost: u32) -> Ask {
    Ask { attempt: Some(ATTEMPT), ..Ask::new("reads", cost) }
}

fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
    pairs
        .iter()
        .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap()))
        .collect()
}

async fn answered(permit: Permit) {
    permit.end(End::Answered { status: StatusCode::OK, headers: &HeaderMap::new() }).unwrap().await;
}

/// Takes `count` permits, which are free at once.
async fn take(limiter: &Arc<dyn Limiter>, count: u32) -> Vec<Permit> {
    let mut permits = Vec::new();
    for _ in 0..count {
        let soon = Ask { deadline: Some(Instant::now() + AMPLE), ..ask(1) };
        permits.push(Permit::acquire(limiter, &soon).await.unwrap());
    }
    permits
}

/// Whether no permit is free now.
async fn is_full(limiter: &Arc<dyn Limiter>) -> bool {
    Permit::acquire(limiter, &ask(1)).map(|permit| permit.is_err()).now_or_never().is_none() && {
        let soon = Ask { deadline: Some(Instant::now() + Duration::from_millis(15)), ..ask(1) };
        Permit::acquire(limiter, &soon).await.is_err()
    }
}

#[test]
#[ignore = "a machine of the fleet in the test below; does nothing by itself"]
fn a_machine_of_the_fleet() {
    if process::is_machine() {
        process::work();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn four_processes_together_never_pass_the_count_and_are_never_refused() {
    let Some(redis) = RedisServer::start() else { return };
    let vendor = Strict::start(COUNT, SPAN, WORK).await;
    let arguments = ["--exact", "a_machine_of_the_fleet", "--ignored", "--nocapture"];
    let machines: Vec<_> =
        (0..4).map(|_| process::start(&arguments, &redis.url(), vendor.address, 24)).collect();
    for mut machine in machines {
        let mut errors = String::new();
        let status = tokio::task::spawn_blocking(move || {
            machine.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
            (machine.wait().unwrap(), errors)
        });
        let (status, errors) = status.await.unwrap();
        assert!(status.success(), "a call was refused: {errors}");
    }
    let (arrivals, most) = vendor.seen();
    assert_eq!(arrivals.len(), 4 * 24);
    assert!(most <= COUNT as usize, "{most} in one span");
}

#[tokio::test]
async fn a_slot_comes_free_one_span_after_its_answer_for_every_machine() {
    let Some(redis) = RedisServer::start() else { return };
    let [one, other] = [(); 2].map(|()| machine(&shared(&redis), Bucket::new("reads").window(2, SPAN)));
    let mut permits = take(&one, 1).await;
    permits.extend(take(&other, 1).await);
    let before = Instant::now();
    for permit in permits {
        answered(permit).await;
    }
    let next = Permit::acquire(&one, &ask(1)).await.unwrap();
    assert!(before.elapsed() >= SPAN, "free after {:?}", before.elapsed());
    drop(next);
}

#[tokio::test]
async fn costs_are_counted_and_what_costs_more_than_the_limit_is_refused() {
    let Some(redis) = RedisServer::start() else { return };
    let limiter = machine(&shared(&redis), Bucket::new("reads").window(60, Duration::from_secs(60)));
    let heavy = Permit::acquire(&limiter, &ask(45)).await.unwrap();
    let light = Permit::acquire(&limiter, &ask(15)).await.unwrap();
    answered(heavy).await;
    let soon = Ask { deadline: Some(Instant::now() + Duration::from_secs(5)), ..ask(16) };
    let refusal = Permit::acquire(&limiter, &soon).await.unwrap_err();
    assert!(
        matches!(refusal, Refusal::DeadlineFirst { ready_in: Some(wait) } if wait > Duration::from_secs(50))
    );
    // Never left: its tokens are back.
    drop(light);
    Permit::acquire(&limiter, &ask(15)).await.unwrap();
    let refusal = Permit::acquire(&limiter, &ask(61)).await.unwrap_err();
    assert_eq!(refusal, Refusal::CostAboveLimit { cost: 61, limit: 60 });
}

#[tokio::test]
async fn a_concurrency_limit_holds_for_all_machines_together() {
    let Some(redis) = RedisServer::start() else { return };
    let (now, peak) = (AtomicU32::new(0), AtomicU32::new(0));
    let calls = (0..40).map(|number| {
        let limits = shared(&redis);
        let (now, peak) = (&now, &peak);
        async move {
            // Two limiters a machine would not have, so that nothing is arranged inside of the process.
            let limiter = machine(&limits, Bucket::new("reads").concurrency(3));
            let long = Ask { attempt: Some(AMPLE), ..ask(1) };
            let permit = Permit::acquire(&limiter, &long).await.unwrap();
            peak.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            tokio::time::sleep(Duration::from_millis(2 + number % 3)).await;
            now.fetch_sub(1, Ordering::SeqCst);
            answered(permit).await;
        }
    });
    join_all(calls).await;
    assert!(peak.into_inner() <= 3);
    // Nor fewer: as many are held at the same time, however slow the machine.
    let limits = shared(&redis);
    let limiters: Vec<_> = (0..3).map(|_| machine(&limits, Bucket::new("reads").concurrency(3))).collect();
    let soon = Ask { deadline: Some(Instant::now() + AMPLE), ..ask(1) };
    for held in join_all(limiters.iter().map(|limiter| Permit::acquire(limiter, &soon))).await {
        held.unwrap();
    }
}

#[tokio::test]
async fn a_machine_that_dies_gives_its_part_back_when_its_leases_end_and_not_before() {
    let Some(redis) = RedisServer::start() else { return };
    let bucket = || Bucket::new("reads").window(3, SPAN);
    let dead = machine(&shared(&redis), bucket());
    let taken = Instant::now();
    for mut permit in take(&dead, 3).await {
        permit.sending();
        // A dead process tells nothing.
        std::mem::forget(permit);
    }
    let living = machine(&shared(&redis), bucket());
    Permit::acquire(&living, &ask(1)).await.unwrap();
    let lease = LINGER + ATTEMPT + LINGER + SPAN;
    assert!(taken.elapsed() >= lease, "free after {:?} of {lease:?}", taken.elapsed());
}

#[tokio::test]
async fn a_caller_that_goes_away_at_any_moment_leaves_nothing_behind() {
    let Some(redis) = RedisServer::start() else { return };
    let long = Duration::from_secs(600);
    let limiter = machine(&shared(&redis), Bucket::new("reads").window(4, long));
    for moment in 0..60 {
        let asked = Ask { attempt: Some(long), ..ask(1 + moment % 4) };
        let acquiring = Permit::acquire(&limiter, &asked);
        let _ = tokio::time::timeout(Duration::from_micros(u64::from(moment) * 20), acquiring).await;
    }
    let soon = Ask { deadline: Some(Instant::now() + AMPLE), ..ask(4) };
    let permit = Permit::acquire(&limiter, &soon).await.unwrap();
    assert!(is_full(&limiter).await);
    drop(permit);
}

#[tokio::test]
async fn a_cancelled_call_holds_its_slot_for_the_window_and_the_linger() {
    let Some(redis) = RedisServer::start() else { return };
    let limiter = machine(&shared(&redis), Bucket::new("reads").window(1, SPAN));
    let mut permit = take(&limiter, 1).await.remove(0);
    permit.sending();
    let dropped = Instant::now();
    drop(permit);
    Permit::acquire(&limiter, &ask(1)).await.unwrap();
    assert!(dropped.elapsed() >= SPAN + LINGER, "free after {:?}", dropped.elapsed());
}

#[tokio::test]
async fn waiters_of_all_machines_are_served_in_the_order_in_which_they_came() {
    let Some(redis) = RedisServer::start() else { return };
    let machines = [(); 3].map(|()| machine(&shared(&redis), Bucket::new("reads").window(1, SPAN / 6)));
    let long = Ask { attempt: Some(AMPLE), ..ask(1) };
    let held = Permit::acquire(&machines[0], &long).await.unwrap();
    let order = Mutex::new(Vec::new());
    let in_line = || redis.answer("ZCARD afflux:{default:fixture:reads}:line");
    let waiters = (0..6).map(|number| {
        let (limiter, order, long) = (&machines[number % 3], &order, &long);
        async move {
            while in_line() != format!(":{number}") {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            let permit = Permit::acquire(limiter, long).await.unwrap();
            order.lock().unwrap().push(number);
            answered(permit).await;
        }
    });
    let release = async {
        while in_line() != ":6" {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        answered(held).await;
    };
    futures_util::future::join(join_all(waiters), release).await;
    assert_eq!(order.into_inner().unwrap(), [0, 1, 2, 3, 4, 5]);
}

#[tokio::test]
async fn a_429_of_one_machine_holds_back_the_others() {
    let Some(redis) = RedisServer::start() else { return };
    let bucket = || Bucket::new("reads").window(10, SPAN);
    let [one, other] = [(); 2].map(|()| machine(&shared(&redis), bucket()));
    let permit = take(&one, 1).await.remove(0);
    let wait = headers(&[("retry-after", "70")]);
    permit.end(End::Answered { status: StatusCode::TOO_MANY_REQUESTS, headers: &wait }).unwrap().await;
    let capped = Ask { vendor_wait_cap: Some(Duration::from_secs(60)), ..ask(1) };
    let refusal = Permit::acquire(&other, &capped).await.unwrap_err();
    assert!(
        matches!(refusal, Refusal::Closed { ready_in } if ready_in > Duration::from_secs(60)),
        "{refusal:?}"
    );
}

#[tokio::test]
async fn what_the_vendor_says_remains_is_known_to_all() {
    let Some(redis) = RedisServer::start() else { return };
    let bucket = || Bucket::new("reads").window(60, Duration::from_secs(60)).feedback(Feedback::XRateLimit);
    let [one, other] = [(); 2].map(|()| machine(&shared(&redis), bucket()));
    let permit = take(&one, 1).await.remove(0);
    let told = headers(&[("x-ratelimit-remaining", "2"), ("x-ratelimit-reset", "50")]);
    permit.end(End::Answered { status: StatusCode::OK, headers: &told }).unwrap().await;
    let both = Permit::acquire(&other, &ask(2)).await.unwrap();
    let soon = Ask { deadline: Some(Instant::now() + Duration::from_millis(100)), ..ask(1) };
    assert!(Permit::acquire(&other, &soon).await.is_err());
    drop(both);
    Permit::acquire(&other, &ask(2)).await.unwrap();
}

#[tokio::test]
async fn without_redis_calls_are_refused_at_once_and_say_so() {
    let Some(mut redis) = RedisServer::start() else { return };
    let limits = shared(&redis).patience(Duration::from_millis(200));
    let limiter = machine(&limits, Bucket::new("reads").window(10, SPAN));
    answered(take(&limiter, 1).await.remove(0)).await;
    redis.kill();
    for _ in 0..20 {
        let refusal = Permit::acquire(&limiter, &ask(1)).await.unwrap_err();
        assert!(matches!(&refusal, Refusal::Unavailable(why) if !why.contains('\n')), "{refusal:?}");
    }
}

#[tokio::test]
async fn a_redis_that_hangs_hangs_nobody() {
    let Some(redis) = RedisServer::start() else { return };
    let limits = shared(&redis).patience(Duration::from_millis(100));
    let limiter = machine(&limits, Bucket::new("reads").window(2, SPAN));
    let permit = take(&limiter, 1).await.remove(0);
    redis.stop();
    answered(permit).await;
    let waiting = tokio::time::timeout(AMPLE, Permit::acquire(&limiter, &ask(1))).await;
    assert!(matches!(waiting.expect("a hang"), Err(Refusal::Unavailable(_))));
    redis.resume();
}

#[tokio::test]
async fn without_redis_each_machine_keeps_to_its_share_where_that_was_asked_for() {
    let Some(mut redis) = RedisServer::start() else { return };
    let limits = shared(&redis).patience(Duration::from_millis(200)).on_loss(OnLoss::Local { machines: 4 });
    let limiter = machine(&limits, Bucket::new("reads").window(10, Duration::from_secs(60)));
    redis.kill();
    let permits = take(&limiter, 2).await;
    assert!(is_full(&limiter).await, "10 for 4 machines are 2 for each");
    drop(permits);
    assert_eq!(take(&limiter, 2).await.len(), 2);
}

#[tokio::test]
async fn a_redis_that_lost_its_memory_is_trusted_after_the_window_and_the_linger() {
    let Some(mut redis) = RedisServer::start() else { return };
    let limits = shared(&redis).patience(Duration::from_millis(500));
    let limiter = machine(&limits, Bucket::new("reads").window(1, SPAN));
    answered(take(&limiter, 1).await.remove(0)).await;
    redis.restart();
    let empty = Instant::now();
    let permit = loop {
        match Permit::acquire(&limiter, &ask(1)).await {
            Ok(permit) => break permit,
            Err(Refusal::Unavailable(_)) => tokio::time::sleep(Duration::from_millis(10)).await,
            Err(other) => panic!("{other:?}"),
        }
    };
    assert!(empty.elapsed() >= SPAN + LINGER, "{:?}", empty.elapsed());
    drop(permit);
}

#[tokio::test]
async fn lost_memory_is_noticed_when_a_newcomer_asks_first() {
    let Some(mut redis) = RedisServer::start() else { return };
    let limits = shared(&redis);
    let [old, new] = [(); 2].map(|()| machine(&limits, Bucket::new("reads").window(1, SPAN)));
    answered(take(&old, 1).await.remove(0)).await;
    redis.restart();
    answered(take(&new, 1).await.remove(0)).await;
    let told = Instant::now();
    // Who knew the old state says so; that is no refusal of the vendor's.
    let capped = Ask { vendor_wait_cap: Some(Duration::ZERO), ..ask(1) };
    Permit::acquire(&old, &capped).await.unwrap();
    assert!(told.elapsed() + Duration::from_millis(5) >= SPAN, "{:?}", told.elapsed());
}

#[tokio::test]
async fn a_connection_that_was_closed_while_idle_is_made_anew_and_nobody_hears_of_it() {
    let Some(redis) = RedisServer::start() else { return };
    let limiter = machine(&shared(&redis), Bucket::new("reads").window(10, SPAN));
    for _ in 0..3 {
        answered(take(&limiter, 1).await.remove(0)).await;
        assert!(redis.answer("CLIENT KILL TYPE normal").starts_with(':'));
    }
}

#[tokio::test]
async fn a_machine_that_was_cut_off_goes_back_to_the_shared_quota() {
    let Some(redis) = RedisServer::start() else { return };
    let long = Duration::from_secs(600);
    let limits = shared(&redis).patience(Duration::from_millis(100)).on_loss(OnLoss::Local { machines: 5 });
    let limiter = machine(&limits, Bucket::new("reads").window(5, long));
    answered(take(&limiter, 1).await.remove(0)).await;
    redis.stop();
    // The share is one call, and the next one would wait in the local line for ten minutes.
    let mut share = take(&limiter, 1).await;
    let asked = ask(1);
    let waiting = Permit::acquire(&limiter, &asked);
    let resume = async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        redis.resume();
    };
    let (permit, ()) = futures_util::future::join(tokio::time::timeout(AMPLE, waiting), resume).await;
    permit.expect("Redis is back and has room").unwrap();
    share.clear();
}

#[tokio::test]
async fn a_call_above_the_share_of_a_machine_alone_says_that_redis_is_away() {
    let Some(mut redis) = RedisServer::start() else { return };
    let limits = shared(&redis).on_loss(OnLoss::Local { machines: 20 });
    let limiter = machine(&limits, Bucket::new("reads").window(60, SPAN));
    redis.kill();
    let refusal = Permit::acquire(&limiter, &ask(15)).await.unwrap_err();
    assert!(matches!(&refusal, Refusal::Unavailable(why) if why.contains("costs 15")), "{refusal:?}");
}

#[tokio::test]
async fn a_pace_holds_for_all_machines_together() {
    let Some(redis) = RedisServer::start() else { return };
    let machines = [(); 2].map(|()| machine(&shared(&redis), Bucket::new("reads").pace(50.0, 2)));
    let began = Instant::now();
    for number in 0..8 {
        answered(take(&machines[number % 2], 1).await.remove(0)).await;
    }
    // Two at once, then one every 20 ms.
    assert!(began.elapsed() >= Duration::from_millis(6 * 20), "{:?}", began.elapsed());
}

#[tokio::test]
async fn news_of_a_span_that_is_over_changes_nothing_and_lifetimes_are_never_shortened() {
    let Some(redis) = RedisServer::start() else { return };
    let long = Duration::from_secs(100);
    let bucket = || Bucket::new("reads").window(60, long).concurrency(9).feedback(Feedback::XRateLimit);
    let [one, other] = [(); 2].map(|()| machine(&shared(&redis), bucket()));
    let slow = Ask { attempt: Some(Duration::from_secs(300)), ..ask(1) };
    let late = Permit::acquire(&one, &slow).await.unwrap();
    let life = || redis.answer("PTTL afflux:{default:fixture:reads}:slots")[1..].parse::<u64>().unwrap();
    let before = life();
    late.observe(StatusCode::OK, &headers(&[("x-ratelimit-remaining", "50"), ("x-ratelimit-reset", "0.05")]));
    tokio::time::sleep(Duration::from_millis(60)).await;
    let permit = take(&other, 1).await.remove(0);
    let told = headers(&[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "50")]);
    permit.end(End::Answered { status: StatusCode::OK, headers: &told }).unwrap().await;
    assert!(life() + 10_000 > before, "{} of {before}", life());
    answered(late).await;
    assert!(is_full(&one).await, "nothing remains, whatever old news say");
}

#[tokio::test]
async fn a_machine_with_shorter_windows_does_not_forget_what_the_others_count() {
    let Some(redis) = RedisServer::start() else { return };
    let long = Duration::from_secs(600);
    let strict = machine(&shared(&redis), Bucket::new("reads").window(2, long));
    let classic = machine(&shared(&redis), Bucket::new("reads").window(9, Duration::from_millis(5)));
    for permit in take(&strict, 2).await {
        answered(permit).await;
    }
    tokio::time::sleep(Duration::from_millis(10)).await;
    answered(take(&classic, 1).await.remove(0)).await;
    assert!(is_full(&strict).await);
}

#[tokio::test]
async fn a_download_tells_the_fleet_that_it_is_over() {
    let Some(redis) = RedisServer::start() else { return };
    let vendor = Strict::start(100, SPAN, Duration::ZERO).await;
    let engine = Engine::builder("fixture", BaseUrl::parse(&format!("http://{}", vendor.address)).unwrap())
        .credentials(Credentials::new().variant("default", []).unwrap())
        .buckets(vec![Bucket::new("reads").concurrency(1)])
        .shared_limits(shared(&redis))
        .build()
        .unwrap();
    let mut download = engine.download(process::read()).await.unwrap();
    while download.chunk().await.unwrap().is_some() {}
    assert_eq!(redis.answer("ZCARD afflux:{default:fixture:reads}:slots"), ":0");
    drop(download);
}

/// Holds the first attempt up for longer than its permit lasts, as a stopped machine would, before it writes.
#[derive(Debug, Default)]
struct HeldUp {
    attempts: AtomicU32,
    written: AtomicU32,
}

impl Transport for HeldUp {
    fn send<'a>(&'a self, wire: Wire<'a>) -> BoxFuture<'a, Result<WireResponse, WireError>> {
        Box::pin(async move {
            if self.attempts.fetch_add(1, Ordering::SeqCst) == 0 {
                tokio::time::sleep(LINGER * 2).await;
            }
            if !wire.sent.mark() {
                return Err(WireError::new(WireErrorKind::Broken, "the permit ran out"));
            }
            self.written.fetch_add(1, Ordering::SeqCst);
            let head = Head { status: StatusCode::OK, headers: HeaderMap::new() };
            Ok(WireResponse { head, body: WireBody::Whole("{}".into()) })
        })
    }
}

#[tokio::test]
async fn a_permit_whose_time_to_write_is_over_is_not_used_and_another_is_asked_for() {
    const READ: Operation =
        Operation { id: "listRows", vendor: "fixture", path: "/rows", bucket: "reads", ..Operation::GET };
    let Some(redis) = RedisServer::start() else { return };
    let transport = Arc::new(HeldUp::default());
    let engine = |attempts| {
        Engine::builder("fixture", BaseUrl::parse("http://127.0.0.1:9").unwrap())
            .credentials(Credentials::new().variant("default", []).unwrap())
            .buckets(vec![Bucket::new("reads").window(10, SPAN)])
            .shared_limits(shared(&redis))
            .connect_timeout(LINGER)
            .retry(RetryPolicy::default().attempts(attempts).backoff(Duration::ZERO, Duration::ZERO))
            .transport(Arc::clone(&transport) as _)
            .build()
            .unwrap()
    };
    let error = engine(1).execute(Request::new(&READ)).await.unwrap_err();
    assert_eq!(error.delivery(), Delivery::NotSent);
    assert_eq!(transport.written.load(Ordering::SeqCst), 0);
    transport.attempts.store(0, Ordering::SeqCst);
    let answer = engine(2).execute(Request::new(&READ)).await.unwrap();
    assert_eq!(answer.attempts().len(), 2);
    assert_eq!(transport.written.load(Ordering::SeqCst), 1);
}

#[test]
fn neither_the_address_nor_its_password_shows() {
    let limits = SharedLimits::redis("redis://fleet:hunter2-canary@127.0.0.1:6379/0").unwrap().scope("acme");
    let limiter = limiter(&limits, Bucket::new("reads").window(1, SPAN));
    assert!(!format!("{limits:?} {limiter:?}").contains("canary"));
    let error = SharedLimits::redis("http://fleet:hunter2-canary@127.0.0.1/").unwrap_err();
    let told = format!("{error} {error:?}");
    assert!(told.contains("redis://") && !told.contains("canary"), "{told}");
}

//! Strict vendors, a line with jitter and hungry callers, under paused time.
//!
//! The vendors are a second reading of the rules: they share no code with the limiter.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};

use afflux_core::limit::{Ask, End, Limiter, Permit};
use http::{HeaderMap, StatusCode};
use tokio::{
    task::JoinSet,
    time::{Instant, sleep},
};

/// How a vendor counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Counting {
    /// A timer clears the count for everybody at once, at a phase that no caller knows.
    FixedWindow,
    /// Every arrival of the last span counts, refused ones too.
    SlidingLog,
    /// A bucket of `count` tokens that fills again within the span.
    TokenBucket,
}

pub(crate) const EVERY_COUNTING: [Counting; 3] =
    [Counting::FixedWindow, Counting::SlidingLog, Counting::TokenBucket];

/// A vendor that refuses what its rules do not allow and writes down every arrival.
///
/// It may count in several ways at once: callers who are never refused do the same whoever counts, so that one run
/// shows what each strict vendor would have said.
#[derive(Debug)]
pub(crate) struct Vendor {
    countings: Vec<Counting>,
    count: u32,
    per: Duration,
    started: Instant,
    phase: Duration,
    window: (u128, u32),
    recent: VecDeque<(Duration, u32)>,
    /// Tokens that are missing in the bucket, in nanoseconds of filling: whole numbers, so that no rounding decides.
    missing: (Duration, u128),
    pub(crate) arrivals: Vec<(Duration, u32)>,
    /// Arrivals that at least one way of counting refused.
    pub(crate) refused: u32,
    /// What each way of counting refused.
    refusals: Vec<u32>,
}

impl Vendor {
    pub(crate) fn new(countings: &[Counting], count: u32, per: Duration) -> Self {
        Self {
            countings: countings.to_vec(),
            count,
            per,
            started: Instant::now(),
            phase: per * 37 / 100,
            window: (0, 0),
            recent: VecDeque::new(),
            missing: (Duration::ZERO, 0),
            arrivals: Vec::new(),
            refused: 0,
            refusals: vec![0; countings.len()],
        }
    }

    pub(crate) fn arrive(&mut self, cost: u32) -> StatusCode {
        let now = self.started.elapsed();
        self.arrivals.push((now, cost));
        let mut accepted = true;
        for way in 0..self.countings.len() {
            let fits = match self.countings[way] {
                Counting::FixedWindow => self.fits_window(now, cost),
                Counting::SlidingLog => self.fits_log(now, cost),
                Counting::TokenBucket => self.fits_bucket(now, cost),
            };
            self.refusals[way] += u32::from(!fits);
            accepted &= fits;
        }
        if accepted {
            return StatusCode::OK;
        }
        self.refused += 1;
        StatusCode::TOO_MANY_REQUESTS
    }

    /// What this way of counting refused.
    pub(crate) fn refused_by(&self, counting: Counting) -> u32 {
        let counted = self.countings.iter().zip(&self.refusals).filter(|(own, _)| **own == counting);
        counted.map(|(_, refused)| refused).sum()
    }

    fn fits_window(&mut self, now: Duration, cost: u32) -> bool {
        let number = (now + self.phase).as_nanos() / self.per.as_nanos();
        if self.window.0 != number {
            self.window = (number, 0);
        }
        self.window.1 += cost;
        self.window.1 <= self.count
    }

    fn fits_log(&mut self, now: Duration, cost: u32) -> bool {
        while self.recent.front().is_some_and(|(at, _)| *at + self.per <= now) {
            self.recent.pop_front();
        }
        self.recent.push_back((now, cost));
        self.recent.iter().map(|(_, cost)| cost).sum::<u32>() <= self.count
    }

    fn fits_bucket(&mut self, now: Duration, cost: u32) -> bool {
        let (then, missing) = self.missing;
        let token = self.per.as_nanos() / u128::from(self.count);
        let missing = missing.saturating_sub(now.abs_diff(then).as_nanos()) + token * u128::from(cost);
        let fits = missing <= self.per.as_nanos();
        self.missing = (now, if fits { missing } else { missing - token * u128::from(cost) });
        fits
    }

    /// What a fixed window tells about itself with every answer.
    pub(crate) fn headers(&self) -> HeaderMap {
        let passed = (self.started.elapsed() + self.phase).as_nanos() % self.per.as_nanos();
        let left = self.per.as_nanos() - passed;
        let remaining = self.count.saturating_sub(self.window.1);
        let mut headers = HeaderMap::new();
        headers.insert("x-ratelimit-limit", self.count.into());
        headers.insert("x-ratelimit-remaining", remaining.into());
        let reset = u64::try_from(left.div_ceil(1_000_000_000)).expect("a window of seconds");
        headers.insert("x-ratelimit-reset", reset.into());
        headers
    }

    /// The most tokens that arrived in any span of `per`, half open.
    pub(crate) fn most_in_a_span(&self) -> u32 {
        let (mut most, mut sum) = (0, 0);
        let mut oldest = self.arrivals.iter().peekable();
        for (at, cost) in &self.arrivals {
            sum += cost;
            while let Some((_, gone)) = oldest.next_if(|(old, _)| *old + self.per <= *at) {
                sum -= gone;
            }
            most = most.max(sum);
        }
        most
    }

    pub(crate) fn tokens(&self) -> u32 {
        self.arrivals.iter().map(|(_, cost)| cost).sum()
    }
}

/// What the callers of a run do.
#[derive(Debug, Clone)]
pub(crate) struct Run {
    pub(crate) callers: u64,
    pub(crate) lasts: Duration,
    /// Each way, in milliseconds.
    pub(crate) jitter: u64,
    /// Costs that callers draw from.
    pub(crate) costs: Vec<u32>,
    /// Of 100 calls, how many are dropped after sending.
    pub(crate) dropped: u32,
    /// How long after the drop the bytes arrive at most, in milliseconds.
    pub(crate) straggle: u64,
    /// Whether the vendor tells what remains; only a fixed window can.
    pub(crate) tells: bool,
    pub(crate) seed: u64,
}

impl Default for Run {
    fn default() -> Self {
        Self {
            callers: 20,
            lasts: Duration::from_hours(1),
            jitter: 150,
            costs: vec![1],
            dropped: 0,
            straggle: 10_000,
            tells: false,
            seed: 7,
        }
    }
}

/// What the callers saw of it.
#[derive(Debug)]
pub(crate) struct Seen {
    /// The mean of what the line really took there and back, over answered calls.
    pub(crate) round_trip: Duration,
    pub(crate) lasted: Duration,
    pub(crate) answered: u32,
    pub(crate) refused: u32,
}

/// What came of it.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) vendor: Vendor,
    /// The mean of what the line really took there and back, over answered calls.
    pub(crate) round_trip: Duration,
    pub(crate) lasted: Duration,
}

impl Outcome {
    /// Tokens per second without the first burst, which comes for free and would flatter the rate.
    pub(crate) fn per_second(&self) -> f64 {
        f64::from(self.vendor.tokens() - self.vendor.count) / self.lasted.as_secs_f64()
    }

    /// The most that a limit counted at the answer can give: each token is away for the round trip and the span.
    pub(crate) fn reachable(&self) -> f64 {
        f64::from(self.vendor.count) / (self.vendor.per + self.round_trip).as_secs_f64()
    }

    pub(crate) fn line(&self, name: &str) -> String {
        let (rate, reachable) = (self.per_second(), self.reachable());
        let nominal = f64::from(self.vendor.count) / self.vendor.per.as_secs_f64();
        format!(
            "{name}: {} arrivals, {} refused, most in a span {}, {rate:.4} tokens/s = {:.2} % of count/(per + round \
             trip {:.1} ms), {:.2} % of count/per",
            self.vendor.arrivals.len(),
            self.vendor.refused,
            self.vendor.most_in_a_span(),
            100.0 * rate / reachable,
            self.round_trip.as_secs_f64() * 1e3,
            100.0 * rate / nominal,
        )
    }
}

impl Run {
    /// Lets the callers loose on `vendor` through `limiter`.
    pub(crate) async fn against(
        self,
        limiter: Arc<dyn Limiter>,
        bucket: &'static str,
        vendor: Vendor,
    ) -> Outcome {
        let vendor = Arc::new(Mutex::new(vendor));
        let seen = self.against_shared(limiter, bucket, Arc::clone(&vendor)).await;
        let vendor = Arc::into_inner(vendor).unwrap().into_inner().unwrap();
        Outcome { vendor, round_trip: seen.round_trip, lasted: seen.lasted }
    }

    /// The same where others are loose on the vendor too.
    pub(crate) async fn against_shared(
        self,
        limiter: Arc<dyn Limiter>,
        bucket: &'static str,
        vendor: Arc<Mutex<Vendor>>,
    ) -> Seen {
        let started = Instant::now();
        let trips = Arc::new(Mutex::new((Duration::ZERO, 0_u32, 0_u32)));
        let mut callers = JoinSet::new();
        for caller in 0..self.callers {
            let (run, limiter) = (self.clone(), Arc::clone(&limiter));
            let (vendor, trips) = (Arc::clone(&vendor), Arc::clone(&trips));
            callers.spawn(async move {
                let mut random = fastrand::Rng::with_seed(run.seed * 1_000 + caller);
                let mut stragglers = JoinSet::new();
                while started.elapsed() < run.lasts {
                    let cost = run.costs[random.usize(..run.costs.len())];
                    let ask = Ask::new(bucket, cost);
                    let mut permit = Permit::acquire(&limiter, &ask).await.expect("no deadline, no refusal");
                    permit.sending();
                    let there = Duration::from_millis(random.u64(0..=run.jitter));
                    let back = Duration::from_millis(random.u64(0..=run.jitter));
                    if random.u32(..100) < run.dropped {
                        // Goes away while the call is on the line; the bytes follow when they like.
                        sleep(there / 2).await;
                        drop(permit);
                        let late = Duration::from_millis(random.u64(0..=run.straggle));
                        let vendor = Arc::clone(&vendor);
                        stragglers.spawn(async move {
                            sleep(late).await;
                            vendor.lock().unwrap().arrive(cost);
                        });
                        continue;
                    }
                    let sent = Instant::now();
                    sleep(there).await;
                    let (status, headers) = {
                        let mut vendor = vendor.lock().unwrap();
                        let status = vendor.arrive(cost);
                        (status, if run.tells { vendor.headers() } else { HeaderMap::new() })
                    };
                    sleep(back).await;
                    {
                        let mut trips = trips.lock().unwrap();
                        let refused = u32::from(status == StatusCode::TOO_MANY_REQUESTS);
                        *trips = (trips.0 + sent.elapsed(), trips.1 + 1, trips.2 + refused);
                    }
                    permit.end(End::Answered { status, headers: &headers });
                }
                stragglers.join_all().await;
            });
        }
        callers.join_all().await;
        let (sum, answered, refused) = *trips.lock().unwrap();
        Seen { round_trip: sum / answered.max(1), lasted: started.elapsed(), answered, refused }
    }
}

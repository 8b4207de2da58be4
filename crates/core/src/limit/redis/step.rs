//! What a step says to Redis and what it hears.

use std::time::{Duration, Instant};

use serde::Serialize;

use super::{
    super::{Ask, Bucket, Feedback, Window},
    DEFAULT_ATTEMPT,
    outbox::{News, What},
};

/// A waiter that does not come back within this of the time it was told loses its place.
const GRACE: Duration = Duration::from_millis(500);
/// The longest that a waiter at the front stays away.
const HEARTBEAT: Duration = Duration::from_secs(1);
/// How often a place of a concurrency limit is asked for that another machine may give back.
const POLL: Duration = Duration::from_millis(5);
/// How often it is asked whether an answer under way brought better news of the vendor's own count.
const NEWS_POLL: Duration = Duration::from_millis(50);
/// Resets that lie this close together name the same moment: headers carry whole seconds and travel.
const SAME_RESET: Duration = Duration::from_secs(2);
/// How long an untouched state is kept: longer than any wait that a vendor is believed.
const STATE: Duration = Duration::from_hours(32 * 24);
/// What else is kept beyond the longest lease.
const KEEP: Duration = Duration::from_secs(60);

/// What every step of a bucket says.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) keys: [String; 6],
    pub(super) windows: Vec<Window>,
    pub(super) shortest: Option<Duration>,
    pub(super) feedback: Feedback,
    longest: Duration,
    slots: u32,
    pace: Option<Paced>,
    linger: Duration,
}

#[derive(Debug, Clone, Copy, Serialize)]
struct Paced {
    interval: u64,
    tolerance: u64,
}

/// As the script reads it: microseconds.
#[derive(Serialize)]
struct Step<'a> {
    windows: Vec<Counted>,
    longest: u64,
    shortest: u64,
    slots: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pace: Option<Paced>,
    linger: u64,
    poll: u64,
    news_poll: u64,
    heartbeat: u64,
    grace: u64,
    same_reset: u64,
    /// Milliseconds, as the command that takes it.
    forget: u64,
    /// Milliseconds, as the command that takes it.
    forget_state: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    born: Option<u64>,
    news: Vec<Told<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ask: Option<Asked<'a>>,
}

#[derive(Serialize)]
struct Counted {
    count: u32,
    per: u64,
}

#[derive(Serialize)]
struct Told<'a> {
    what: &'static str,
    name: &'a str,
    cost: u32,
    age: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    remaining: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    holds: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    wait: Option<u64>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    over: bool,
}

#[derive(Serialize)]
struct Asked<'a> {
    name: &'a str,
    cost: u32,
    lease: u64,
    slot_lease: u64,
}

/// What a step hears.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// The permit, with how long after asking the first byte may be written.
    Granted { slack: Duration },
    /// Not yet.
    Wait(Wait),
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Wait {
    /// When to ask again.
    pub(super) ask_again: Duration,
    /// How long the vendor itself wants no call.
    pub(super) closed: Duration,
    /// The earliest start that is thinkable.
    pub(super) earliest: Duration,
}

impl Plan {
    pub(super) fn new(
        scope: &str,
        vendor: &str,
        bucket: &Bucket,
        linger: Duration,
    ) -> Result<Self, &'static str> {
        // One hash tag: a cluster keeps a bucket's keys together.
        let key = |part| format!("afflux:{{{scope}:{vendor}:{}}}:{part}", bucket.name);
        Ok(Self {
            keys: ["flight", "held", "slots", "line", "alive", "state"].map(key),
            windows: bucket.windows.clone(),
            shortest: bucket.windows.iter().map(|window| window.per).min(),
            longest: bucket.windows.iter().map(|window| window.per).max().unwrap_or_default(),
            feedback: bucket.feedback,
            slots: bucket.concurrency.unwrap_or(0),
            pace: pace(bucket)?,
            linger,
        })
    }

    /// Whether calls in flight are limited.
    pub(super) fn counts_slots(&self) -> bool {
        self.slots > 0
    }

    /// How long the tokens of an attempt are held for it if nobody says what became of it: until its last byte may have
    /// arrived, however late within its leave to write it began, and has left the longest window again.
    fn lease(&self, attempt: Option<Duration>) -> Duration {
        self.slot_lease(attempt) + self.longest
    }

    fn slot_lease(&self, attempt: Option<Duration>) -> Duration {
        self.linger + attempt.unwrap_or(DEFAULT_ATTEMPT) + self.linger
    }

    /// What is older than this is over for Redis, too. A longer attempt than this has told before it ends.
    pub(super) fn forget_after(&self) -> Duration {
        self.lease(None)
    }

    /// The step as text.
    pub(super) fn write(
        &self,
        news: &[News],
        ask: Option<(&str, &Ask)>,
        born: Option<u64>,
        now: Instant,
    ) -> String {
        let attempt = ask.and_then(|(_, ask)| ask.attempt);
        let lease = self.lease(attempt);
        let step = Step {
            windows: self
                .windows
                .iter()
                .map(|window| Counted { count: window.count, per: micros(window.per) })
                .collect(),
            longest: micros(self.longest),
            shortest: micros(self.shortest.unwrap_or(HEARTBEAT)),
            slots: self.slots,
            pace: self.pace,
            linger: micros(self.linger),
            poll: micros(POLL),
            news_poll: micros(NEWS_POLL),
            heartbeat: micros(HEARTBEAT),
            grace: micros(GRACE),
            same_reset: micros(SAME_RESET),
            forget: micros(lease + KEEP) / 1000,
            forget_state: micros(STATE + self.longest) / 1000,
            born,
            news: news.iter().map(|news| told(news, now)).collect(),
            ask: ask.map(|(name, ask)| Asked {
                name,
                cost: ask.cost,
                lease: micros(lease),
                slot_lease: micros(self.slot_lease(attempt)),
            }),
        };
        // Numbers and texts only: nothing that cannot be written.
        serde_json::to_string(&step).unwrap_or_default()
    }

    /// The script's five numbers, and when its state was born.
    pub(super) fn read(&self, reply: [u64; 5]) -> (Answer, u64) {
        let [granted, ask_again, closed, earliest, born] = reply;
        if granted == 1 {
            return (Answer::Granted { slack: self.linger }, born);
        }
        let wait = Wait {
            ask_again: Duration::from_micros(ask_again),
            closed: Duration::from_micros(closed),
            earliest: Duration::from_micros(earliest),
        };
        (Answer::Wait(wait), born)
    }
}

fn told(news: &News, now: Instant) -> Told<'_> {
    let mut told = Told {
        what: "never_left",
        name: &news.name,
        cost: news.cost,
        age: micros(now.saturating_duration_since(news.at)),
        remaining: None,
        holds: None,
        wait: None,
        over: false,
    };
    match news.what {
        What::NeverLeft => {}
        What::Lost => told.what = "lost",
        What::Answered { quota, wait, over } => {
            told.what = "answered";
            told.remaining = quota.map(|(remaining, _)| remaining.min(u64::from(u32::MAX)));
            told.holds = quota.map(|(_, holds)| micros(holds));
            told.wait = wait.map(micros);
            told.over = over;
        }
    }
    told
}

#[cfg(feature = "pace")]
fn pace(bucket: &Bucket) -> Result<Option<Paced>, &'static str> {
    let Some(pace) = bucket.pace else { return Ok(None) };
    if pace.burst == 0 {
        return Err("the burst of a pace is at least one");
    }
    let interval = Duration::try_from_secs_f64(pace.per_second.recip())
        .ok()
        .filter(|interval| !interval.is_zero() && pace.per_second > 0.0)
        .ok_or("a pace is a finite number of starts per second above zero")?;
    let interval = micros(interval).max(1);
    Ok(Some(Paced { interval, tolerance: interval.saturating_mul(u64::from(pace.burst - 1)) }))
}

#[cfg(not(feature = "pace"))]
#[expect(clippy::unnecessary_wraps, reason = "the same shape with and without the feature")]
fn pace(_bucket: &Bucket) -> Result<Option<Paced>, &'static str> {
    Ok(None)
}

/// Whole microseconds, rounded up so that nothing is free early, and small enough for the script's numbers.
fn micros(span: Duration) -> u64 {
    const MOST: u64 = 1 << 50;
    u64::try_from(span.as_nanos().div_ceil(1000)).unwrap_or(MOST).min(MOST)
}

//! One quota for many machines: the limits of [`LocalLimiter`](super::LocalLimiter), kept in Redis.
//!
//! Every step (news of calls that ended, and at most one ask) is one script, atomic and by the server's own time. A
//! permit is named before its script runs, so that a caller that goes away at any moment can take the name back; a
//! lease takes back what a machine that died had. What cannot be told at once waits in an outbox and travels with the
//! next step.

mod link;
mod outbox;
mod step;

use std::{
    collections::HashMap,
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use http::{HeaderMap, StatusCode};
use tokio::sync::Notify;
use uuid::Uuid;

use self::{
    link::Link,
    outbox::{News, Outbox, What},
    step::{Answer, Plan},
};
use super::{Ask, Bucket, End, InvalidBucket, Limiter, LocalLimiter, Refusal, Ticket, feedback, local};
use crate::{
    clock::{BoxFuture, Clock},
    engine::until,
    error::Error,
    secret::{self, SecretString},
};

/// Tickets of the local limiter, which stands in while Redis is away, carry this.
const LOCAL: u64 = 1 << 63;

/// The longest that an attempt may take where nobody says.
const DEFAULT_ATTEMPT: Duration = Duration::from_secs(100);

/// What happens to calls while Redis cannot be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum OnLoss {
    /// Calls are refused before anything is sent ([`Refusal::Unavailable`]): the quota holds, work stops.
    #[default]
    Refuse,
    /// Each machine keeps to its share by itself: of every count one `machines`th, and at least 1.
    Local {
        /// How many machines share the quota.
        machines: u32,
    },
}

/// Where limits are shared: a Redis server, a scope, and what to do when the server is away.
///
/// Everyone who names the same scope shares one quota, so a scope is what a vendor counts by: usually one account at
/// one vendor. It is part of key names in Redis and must not hold a secret.
///
/// ```no_run
/// # fn engine(builder: afflux_core::engine::EngineBuilder) -> Result<(), afflux_core::Error> {
/// use afflux_core::limit::{OnLoss, SharedLimits};
///
/// let shared = SharedLimits::redis("redis://10.0.0.7:6379/0")?
///     .scope("acme@irev")
///     .on_loss(OnLoss::Local { machines: 20 });
/// let engine = builder.shared_limits(shared).build()?;
/// # Ok(()) }
/// ```
#[derive(Clone)]
#[must_use]
pub struct SharedLimits {
    client: redis::Client,
    scope: String,
    on_loss: OnLoss,
    patience: Duration,
}

impl fmt::Debug for SharedLimits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The address may hold a password.
        f.debug_struct("SharedLimits")
            .field("scope", &self.scope)
            .field("on_loss", &self.on_loss)
            .field("patience", &self.patience)
            .finish_non_exhaustive()
    }
}

impl SharedLimits {
    /// Limits in the Redis server at `redis://[user:password@]host[:port][/database]` or `redis+unix:///path`.
    ///
    /// Nothing is connected yet. The line is not encrypted: keep it inside of a network that you trust.
    pub fn redis(url: impl Into<SecretString>) -> Result<Self, Error> {
        let client = secret::redis_client(&url.into())?;
        Ok(Self {
            client,
            scope: "default".to_owned(),
            on_loss: OnLoss::Refuse,
            patience: Duration::from_secs(1),
        })
    }

    /// Who shares the quota: letters, digits and any sign but braces. Default: `default`.
    ///
    /// The vendor's name and the limit's name are added by the engine.
    pub fn scope(mut self, scope: impl Into<String>) -> Self {
        self.scope = scope.into();
        self
    }

    /// What happens to calls while Redis cannot be reached. Default: they are refused.
    pub fn on_loss(mut self, on_loss: OnLoss) -> Self {
        self.on_loss = on_loss;
        self
    }

    /// How long one step, connecting included, may take before Redis counts as away. Default: 1 s.
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// The limiter of `buckets` for the vendor's calls. `linger` is how long after a call was given up its bytes may
    /// still arrive; see [`LocalLimiter::linger`].
    pub fn limiter(
        &self,
        vendor: &str,
        buckets: Vec<Bucket>,
        clock: Arc<dyn Clock>,
        linger: Duration,
    ) -> Result<RedisLimiter, InvalidBucket> {
        RedisLimiter::new(self, vendor, buckets, clock, linger)
    }
}

/// Keeps the limits of a fleet in Redis. Made by [`SharedLimits`].
///
/// What [`LocalLimiter`] promises of one process holds for all together, with these differences:
///
/// - Waiters of all machines stand in one line. One that does not come back when it said it would (its machine died,
///   or it is not polled) loses its place half a second later.
/// - A permit holds a lease, longer than its attempt, the window and the linger together. A machine that dies gives its
///   part back when the lease ends. A permit whose holder was held up between getting it and writing is not used any
///   more: the attempt ends as not sent and asks for another.
/// - An answer's slot comes free when Redis hears of it, which is part of the call.
/// - A Redis that lost its memory is trusted again after the longest window and the linger.
/// - With [`OnLoss::Local`], a machine that is cut off alone uses its share beside the quota of the others, and where it
///   goes over to its share or back, neither book knows the other's last window.
/// - A streamed answer that takes longer than its lease gives its place of a concurrency limit back early.
pub struct RedisLimiter {
    link: Arc<Link>,
    /// Sorted by name.
    desks: Vec<(&'static str, Arc<Desk>)>,
    clock: Arc<dyn Clock>,
    linger: Duration,
    on_loss: OnLoss,
    /// Stands in while Redis is away.
    local: Option<LocalLimiter>,
    /// Tickets of this process are `name:number` in Redis.
    name: String,
    numbers: AtomicU64,
}

/// What a process knows of one bucket.
#[derive(Debug)]
struct Desk {
    plan: Plan,
    outbox: Outbox,
    /// A call of this process ended: whoever waits here may ask at once.
    ended: Notify,
    /// When the state in Redis was born, as far as it was seen.
    born: AtomicU64,
}

impl Desk {
    /// Keeps the news for the next step, and calls whoever they help: it carries them along.
    fn put(&self, news: News) {
        let what = news.what;
        self.outbox.put(news, self.plan.forget_after());
        match what {
            // A gate that closed is news for everybody's deadline.
            What::Answered { wait: Some(_), .. } => self.ended.notify_waiters(),
            What::Answered { over: true, .. } if self.plan.counts_slots() => self.ended.notify_one(),
            What::NeverLeft => self.ended.notify_one(),
            What::Answered { .. } | What::Lost => {}
        }
    }
}

impl fmt::Debug for RedisLimiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.desks.iter().map(|(name, _)| *name).collect();
        f.debug_struct("RedisLimiter")
            .field("buckets", &names)
            .field("on_loss", &self.on_loss)
            .field("linger", &self.linger)
            .finish_non_exhaustive()
    }
}

impl RedisLimiter {
    fn new(
        shared: &SharedLimits,
        vendor: &str,
        buckets: Vec<Bucket>,
        clock: Arc<dyn Clock>,
        linger: Duration,
    ) -> Result<Self, InvalidBucket> {
        let mut desks = HashMap::new();
        for bucket in &buckets {
            let invalid = |problem| InvalidBucket { bucket: bucket.name, problem };
            local::check(bucket).map_err(invalid)?;
            if shared.scope.contains(['{', '}']) {
                return Err(invalid("the scope of shared limits holds no braces"));
            }
            let plan = Plan::new(&shared.scope, vendor, bucket, linger).map_err(invalid)?;
            let desk =
                Desk { plan, outbox: Outbox::default(), ended: Notify::new(), born: AtomicU64::new(0) };
            if desks.insert(bucket.name, Arc::new(desk)).is_some() {
                return Err(invalid("the name is given twice"));
            }
        }
        let mut desks: Vec<_> = desks.into_iter().collect();
        desks.sort_by_key(|(name, _)| *name);
        let local = match shared.on_loss {
            OnLoss::Refuse => None,
            OnLoss::Local { machines } => {
                let share = buckets.into_iter().map(|bucket| share(bucket, machines.max(1))).collect();
                Some(LocalLimiter::new(share, Arc::clone(&clock))?.linger(linger))
            }
        };
        Ok(Self {
            link: Arc::new(Link::new(shared.client.clone(), shared.patience, Arc::clone(&clock))),
            desks,
            clock,
            linger,
            on_loss: shared.on_loss,
            local,
            name: Uuid::now_v7().simple().to_string(),
            numbers: AtomicU64::new(1),
        })
    }

    fn desk(&self, bucket: &str) -> Option<&Arc<Desk>> {
        let index = self.desks.binary_search_by_key(&bucket, |(name, _)| *name).ok()?;
        self.desks.get(index).map(|(_, desk)| desk)
    }

    fn named(&self, id: u64) -> String {
        format!("{}:{id}", self.name)
    }

    fn news(&self, ticket: &Ticket, what: What) -> News {
        News { name: self.named(ticket.id), cost: ticket.cost, at: self.clock.now(), what }
    }

    /// What an answer's head says, as news.
    fn answered(&self, desk: &Desk, status: StatusCode, headers: &HeaderMap, over: bool) -> What {
        let wall = self.clock.wall();
        let shortest = desk.plan.shortest;
        let quota = feedback::quota(headers, wall, desk.plan.feedback);
        let wait = (status == StatusCode::TOO_MANY_REQUESTS)
            .then(|| feedback::server_wait(headers, status, wall, desk.plan.feedback).or(shortest))
            .flatten();
        What::Answered {
            quota: quota.map(|quota| (quota.remaining, quota.reset.or(shortest).unwrap_or_default())),
            wait,
            over,
        }
    }

    async fn wait_in_line(&self, desk: &Arc<Desk>, ask: &Ask) -> Result<Ticket, Refusal> {
        let smallest = desk.plan.windows.iter().map(|window| window.count).min();
        if let Some(limit) = smallest.filter(|limit| ask.cost > *limit) {
            return Err(Refusal::CostAboveLimit { cost: ask.cost, limit });
        }
        let id = self.numbers.fetch_add(1, Ordering::Relaxed);
        let mut place = Place { limiter: self, desk, name: self.named(id), cost: ask.cost, taken: false };
        let mut waited = false;
        loop {
            let asked = self.clock.now();
            if ask.deadline.is_some_and(|deadline| deadline <= asked) {
                return Err(Refusal::DeadlineFirst { ready_in: None });
            }
            // Registered before asking, so that an end in between is not missed.
            let ended = desk.ended.notified();
            place.taken = true;
            let wait = match self.link.step(desk, Some((&place.name, ask))).await {
                Ok(Answer::Granted { slack }) => {
                    place.taken = false;
                    return Ok(Ticket {
                        bucket: ask.bucket,
                        id,
                        cost: ask.cost,
                        write_before: Some(asked + slack),
                    });
                }
                Ok(Answer::Wait(wait)) => wait,
                Err(away) => {
                    waited |= away.tried;
                    place.taken = waited;
                    let Some(local) = &self.local else { return Err(Refusal::Unavailable(away.why)) };
                    // Redis may be back soon, and have room.
                    let back = self.clock.now() + link::PAUSE;
                    match until(&*self.clock, Some(back), without_redis(local, ask, &away.why)).await {
                        Some(end) => return end,
                        None => continue,
                    }
                }
            };
            waited = true;
            let now = self.clock.now();
            if ask.vendor_wait_cap.is_some_and(|cap| wait.closed > cap) {
                return Err(Refusal::Closed { ready_in: wait.closed });
            }
            if ask.deadline.is_some_and(|deadline| deadline <= now + wait.earliest) {
                return Err(Refusal::DeadlineFirst { ready_in: Some(wait.earliest) });
            }
            let again = now + wait.ask_again;
            let again = ask.deadline.map_or(again, |deadline| deadline.min(again));
            until(&*self.clock, Some(again), ended).await;
        }
    }

    /// A 429 to a call without Redis is news for the others once Redis is back. It moves no tokens.
    fn tell_gate(&self, ticket: &Ticket, status: StatusCode, headers: &HeaderMap) {
        let Some(desk) = self.desk(ticket.bucket) else { return };
        if let What::Answered { wait: Some(wait), .. } = self.answered(desk, status, headers, false) {
            let what = What::Answered { quota: None, wait: Some(wait), over: false };
            desk.put(News { name: self.named(ticket.id), cost: 0, at: self.clock.now(), what });
        }
    }

    /// The ticket as the local limiter knows it, if it is one of its own.
    fn local_ticket(&self, ticket: &Ticket) -> Option<(&LocalLimiter, Ticket)> {
        let local = self.local.as_ref().filter(|_| ticket.id & LOCAL != 0)?;
        Some((local, Ticket { id: ticket.id & !LOCAL, ..*ticket }))
    }
}

/// A ticket of the limiter that stands in while Redis is away.
async fn without_redis(local: &LocalLimiter, ask: &Ask, why: &str) -> Result<Ticket, Refusal> {
    let ticket = match local.try_acquire(ask) {
        Some(ticket) => ticket,
        None => local.acquire(ask).await.map_err(|refusal| match refusal {
            // The call is right; only this machine's share is too small for it.
            Refusal::CostAboveLimit { cost, limit } => Refusal::Unavailable(format!(
                "{why}; the call costs {cost}, and the share of this machine alone is {limit}"
            )),
            other => other,
        })?,
    };
    Ok(Ticket { id: ticket.id | LOCAL, ..ticket })
}

/// One machine's part of a bucket.
fn share(mut bucket: Bucket, machines: u32) -> Bucket {
    for window in &mut bucket.windows {
        window.count = (window.count / machines).max(1);
    }
    bucket.concurrency = bucket.concurrency.map(|calls| (calls / machines).max(1));
    #[cfg(feature = "pace")]
    if let Some(pace) = &mut bucket.pace {
        pace.per_second /= f64::from(machines);
        pace.burst = (pace.burst / machines).max(1);
    }
    bucket
}

/// A name that Redis may know. Dropped before it is a ticket, it is taken back.
struct Place<'a> {
    limiter: &'a RedisLimiter,
    desk: &'a Desk,
    name: String,
    cost: u32,
    taken: bool,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        if self.taken {
            let name = std::mem::take(&mut self.name);
            let at = self.limiter.clock.now();
            self.desk.put(News { name, cost: self.cost, at, what: What::NeverLeft });
        }
    }
}

impl Limiter for RedisLimiter {
    fn try_acquire(&self, ask: &Ask) -> Option<Ticket> {
        match self.desk(ask.bucket) {
            Some(_) => None,
            None => Some(Ticket::new(ask, self.numbers.fetch_add(1, Ordering::Relaxed))),
        }
    }

    fn acquire<'a>(&'a self, ask: &'a Ask) -> BoxFuture<'a, Result<Ticket, Refusal>> {
        match (self.desk(ask.bucket), self.try_acquire(ask)) {
            (Some(desk), _) => Box::pin(self.wait_in_line(desk, ask)),
            (None, ticket) => Box::pin(std::future::ready(
                ticket.ok_or_else(|| Refusal::Unavailable("the bucket went away".to_owned())),
            )),
        }
    }

    fn observe(&self, ticket: &Ticket, status: StatusCode, headers: &HeaderMap) {
        if let Some((local, ticket)) = self.local_ticket(ticket) {
            self.tell_gate(&ticket, status, headers);
            return local.observe(&ticket, status, headers);
        }
        let Some(desk) = self.desk(ticket.bucket) else { return };
        desk.put(self.news(ticket, self.answered(desk, status, headers, false)));
    }

    fn release(&self, ticket: Ticket, end: End<'_>) -> Option<BoxFuture<'static, ()>> {
        if let Some((local, ticket)) = self.local_ticket(&ticket) {
            if let End::Answered { status, headers } = end {
                self.tell_gate(&ticket, status, headers);
            }
            return local.release(ticket, end);
        }
        let desk = self.desk(ticket.bucket)?;
        let what = match end {
            End::NeverLeft => What::NeverLeft,
            End::Answered { status, headers } => self.answered(desk, status, headers, true),
            End::Lost | End::Dropped => What::Lost,
        };
        desk.put(self.news(&ticket, what));
        let (link, desk) = (Arc::clone(&self.link), Arc::clone(desk));
        Some(Box::pin(async move {
            if !desk.outbox.is_empty() {
                // What cannot be told stays in the outbox.
                let _ = link.step(&desk, None).await;
            }
        }))
    }
}

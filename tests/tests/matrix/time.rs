//! Time that passes only when it must: a call that waits is there at once, and a call on a silent vendor waits until the
//! sandbox has seen what there is to see. So no cell depends on how busy the machine is, and minutes cost nothing.

use std::{
    fmt,
    future::{Future, poll_fn},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Poll, Waker},
    time::{Duration, Instant},
};

use afflux::core::{
    clock::{BoxFuture, Clock},
    limit::{Ask, End, Limiter, Refusal, Ticket},
    transport::{ReqwestTransport, Transport, Wire, WireError, WireResponse},
};
use jiff::{SignedDuration, Timestamp};

/// Real time; never reached by a call that does not hang.
pub(crate) const HANGS: Duration = Duration::from_secs(120);

/// What happens between two attempts.
type Between = Box<dyn Fn() + Send + Sync>;

/// The time of an engine, and its line, call by call. Clones share it.
#[derive(Clone)]
pub(crate) struct Time(Arc<Mutex<State>>);

struct State {
    started: Instant,
    passed: Duration,
    /// When the present call began.
    begun: Duration,
    /// A line of its own for each call: what a fault did to connections is over with the call.
    line: Arc<ReqwestTransport>,
    wall_off: SignedDuration,
    /// An attempt is on the line: only [`Time::pass`] lets time pass.
    flying: bool,
    alarms: Vec<(Instant, Waker)>,
    /// When each attempt began and ended.
    flights: Vec<(Duration, Duration)>,
    between: Option<Between>,
    jump: Option<SignedDuration>,
}

impl fmt::Debug for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Time").finish_non_exhaustive()
    }
}

impl Time {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Mutex::new(State {
            started: Instant::now(),
            passed: Duration::ZERO,
            begun: Duration::ZERO,
            line: Arc::default(),
            wall_off: SignedDuration::ZERO,
            flying: false,
            alarms: Vec::new(),
            flights: Vec::new(),
            between: None,
            jump: None,
        })))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Another call begins, and nothing is left of the one before.
    pub(crate) fn begin(&self) {
        let mut state = self.state();
        state.begun = state.passed;
        state.line = Arc::default();
        state.wall_off = SignedDuration::ZERO;
        state.alarms.clear();
        state.flights.clear();
        state.between = None;
        state.jump = None;
    }

    /// Sets the wall clock wrong by so much; waits and deadlines must not notice.
    pub(crate) fn set_wall_off(&self, by: SignedDuration) {
        self.state().wall_off = by;
    }

    /// Lets the wall clock jump after the first attempt and before the second.
    pub(crate) fn jump_between(&self, by: SignedDuration) {
        self.state().jump = Some(by);
    }

    /// Does something after the first attempt and before the second.
    pub(crate) fn between(&self, what: impl Fn() + Send + Sync + 'static) {
        self.state().between = Some(Box::new(what));
    }

    /// How long the call took so far.
    pub(crate) fn passed(&self) -> Duration {
        self.state().since_begun()
    }

    /// When each attempt began and ended, since the call began.
    pub(crate) fn flights(&self) -> Vec<(Duration, Duration)> {
        self.state().flights.clone()
    }

    /// Lets the attempt on the line wait until it has had enough; says whether one was waiting.
    fn pass(&self) -> bool {
        let alarms = {
            let mut state = self.state();
            let Some(next) = state.alarms.iter().map(|(at, _)| *at).min() else { return false };
            let now = state.started + state.passed;
            state.passed += next.saturating_duration_since(now);
            std::mem::take(&mut state.alarms)
        };
        for (_, waker) in alarms {
            waker.wake();
        }
        true
    }

    fn take_off(&self) -> Flight {
        let mut state = self.state();
        state.flying = true;
        state.alarms.clear();
        let now = state.since_begun();
        state.flights.push((now, now));
        Flight(self.clone())
    }
}

impl State {
    fn since_begun(&self) -> Duration {
        self.passed.saturating_sub(self.begun)
    }
}

/// An attempt on the line.
struct Flight(Time);

impl Drop for Flight {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.flying = false;
        let now = state.since_begun();
        if let Some((_, end)) = state.flights.last_mut() {
            *end = now;
        }
    }
}

impl Clock for Time {
    fn now(&self) -> Instant {
        let state = self.state();
        state.started + state.passed
    }

    fn wall(&self) -> Timestamp {
        let state = self.state();
        let now = Timestamp::now() + state.wall_off;
        now.saturating_add(state.since_begun()).unwrap_or(now)
    }

    fn sleep_until(&self, instant: Instant) -> BoxFuture<'static, ()> {
        let time = self.clone();
        Box::pin(poll_fn(move |cx| {
            let mut state = time.state();
            let left = instant.saturating_duration_since(state.started + state.passed);
            if left.is_zero() {
                return Poll::Ready(());
            }
            if state.flying {
                state.alarms.push((instant, cx.waker().clone()));
                return Poll::Pending;
            }
            state.passed += left;
            Poll::Ready(())
        }))
    }
}

/// The transport, which tells the time when an attempt is on the line.
#[derive(Debug)]
pub(crate) struct Watched(pub(crate) Time);

impl Transport for Watched {
    fn send<'a>(&'a self, wire: Wire<'a>) -> BoxFuture<'a, Result<WireResponse, WireError>> {
        Box::pin(async move {
            let _flight = self.0.take_off();
            let line = Arc::clone(&self.0.state().line);
            line.send(wire).await
        })
    }
}

/// No limit; before each attempt but the first, something happens.
#[derive(Debug)]
pub(crate) struct Turnstile(pub(crate) Time);

impl Limiter for Turnstile {
    fn try_acquire(&self, ask: &Ask) -> Option<Ticket> {
        let between = {
            let mut state = self.0.state();
            if state.flights.is_empty() {
                None
            } else {
                state.wall_off = state.jump.take().unwrap_or(state.wall_off);
                state.between.take()
            }
        };
        if let Some(between) = between {
            between();
        }
        Some(Ticket::new(ask, 0))
    }

    fn acquire<'a>(&'a self, ask: &'a Ask) -> BoxFuture<'a, Result<Ticket, Refusal>> {
        Box::pin(async move { Ok(Ticket::new(ask, 0)) })
    }

    fn release(&self, _: Ticket, _: End<'_>) -> Option<BoxFuture<'static, ()>> {
        None
    }
}

/// The result of `call`. Where the vendor may fall silent, `silent` names the latest request on which nothing more is to
/// come: time passes once for each. `None` where the call hangs.
pub(crate) async fn watch<T>(
    time: &Time,
    call: impl Future<Output = T>,
    silent: Option<impl Fn() -> Option<u64>>,
) -> Option<T> {
    let looking = async {
        let Some(silent) = silent else { return std::future::pending().await };
        let mut passed = None;
        loop {
            tokio::time::sleep(Duration::from_millis(2)).await;
            let request = silent();
            if request > passed && time.pass() {
                passed = request;
            }
        }
    };
    tokio::select! {
        biased;
        result = call => Some(result),
        () = looking => None,
        () = tokio::time::sleep(HANGS) => None,
    }
}

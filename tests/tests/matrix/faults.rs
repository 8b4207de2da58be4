//! What goes wrong, and how patient the caller is.

use std::{sync::Arc, time::Duration};

use afflux::core::{engine::EngineBuilder, retry::RetryPolicy};
use afflux_sandbox::Fault;
use jiff::SignedDuration;

use crate::time::{Time, Turnstile, Watched};

/// How a caller waits: by the default policy but for these.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    pub(crate) name: &'static str,
    pub(crate) attempts: u32,
    pub(crate) deadline: Option<Duration>,
}

/// The one that the table shows is the default.
pub(crate) const DEFAULT: &str = "4 attempts";

pub(crate) const PATIENCES: [Patience; 3] = [
    Patience { name: "one attempt", attempts: 1, deadline: None },
    Patience { name: DEFAULT, attempts: 4, deadline: None },
    Patience { name: "4 attempts, 15 s in all", attempts: 4, deadline: Some(Duration::from_secs(15)) },
];

/// A client that is so patient, in this time, and without limits of its own: a limit would hide what a fault does.
pub(crate) fn settings(
    patience: Patience,
    time: &Time,
) -> impl FnOnce(EngineBuilder) -> EngineBuilder + Send + 'static {
    let time = time.clone();
    move |engine| {
        let engine = engine
            .clock(Arc::new(time.clone()))
            .transport(Arc::new(Watched(time.clone())))
            .limiter(Arc::new(Turnstile(time)))
            .retry(RetryPolicy::default().attempts(patience.attempts));
        match patience.deadline {
            Some(deadline) => engine.deadline(deadline),
            None => engine,
        }
    }
}

/// How often the fault strikes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Often {
    Once,
    Always,
}

/// Our own wall clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wall {
    Right,
    /// Wrong all the time, or the vendor's is.
    Off(SignedDuration),
    /// Jumps between the first attempt and the second.
    Jumps(SignedDuration),
}

/// A column of the matrix.
#[derive(Clone, Copy)]
pub(crate) struct Trouble {
    pub(crate) name: &'static str,
    pub(crate) fault: fn() -> Fault,
    /// The vendor never answers in time, and has or has not done the work when it falls silent.
    pub(crate) silent: Option<Silent>,
    /// The vendor asks for this wait.
    pub(crate) wait: Option<Duration>,
    pub(crate) wall: Wall,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Silent {
    pub(crate) handled: bool,
}

/// What vendors ask for: longer than any backoff that four attempts meet, and longer than the short deadline.
const WAIT: Duration = Duration::from_secs(20);

const fn trouble(name: &'static str, fault: fn() -> Fault) -> Trouble {
    Trouble { name, fault, silent: None, wait: None, wall: Wall::Right }
}

const fn silent(name: &'static str, handled: bool, fault: fn() -> Fault) -> Trouble {
    Trouble { silent: Some(Silent { handled }), ..trouble(name, fault) }
}

const fn dated(name: &'static str, wall: Wall) -> Trouble {
    Trouble { wait: Some(WAIT), wall, ..trouble(name, || Fault::rate_limited(Some(WAIT)).by_date()) }
}

/// The only fault that the vendor's process does not see.
pub(crate) const REFUSED: &str = "connection refused";

pub(crate) const TROUBLES: [Trouble; 24] = [
    trouble(REFUSED, Fault::refuse),
    trouble("reset before the request was read", Fault::reset_before_read),
    trouble("reset before the commit", Fault::reset_before_commit),
    trouble("reset after the commit", Fault::reset_after_commit),
    trouble("half an answer", Fault::half_answer),
    trouble("JSON cut off", Fault::truncated_json),
    trouble("shorter than it says", Fault::wrong_content_length),
    silent("slow drip", true, || Fault::slow_drip(1, Duration::from_millis(20))),
    silent("silence before the commit", false, Fault::stall),
    silent("silence after the commit", true, || Fault::stall().after_commit()),
    trouble("429 without a wait", || Fault::rate_limited(None)),
    Trouble { wait: Some(WAIT), ..trouble("429 with a wait", || Fault::rate_limited(Some(WAIT))) },
    dated("429 with a date to wait for", Wall::Right),
    dated("the same, our clock a day fast", Wall::Off(SignedDuration::from_hours(24))),
    dated("the same, our clock a day slow", Wall::Off(SignedDuration::from_hours(-24))),
    dated("the same, our clock jumps an hour ahead", Wall::Jumps(SignedDuration::from_hours(1))),
    dated("the same, our clock jumps an hour back", Wall::Jumps(SignedDuration::from_hours(-1))),
    trouble("500", || Fault::server_error(500)),
    trouble("503 after the commit", || Fault::server_error(503).after_commit()),
    trouble("200 with an error", || {
        Fault::ok_with_error(
            r#"{"status":"fail","error":"no","code":520,"errors":[{"code":"x","message":"no"}]}"#,
        )
    }),
    trouble("200 with HTML", || Fault::html(200)),
    trouble("200 without a body", || Fault::empty(200)),
    trouble("404 with HTML", || Fault::html(404)),
    trouble("404 with HTML after the commit", || Fault::html(404).after_commit()),
];

//! What goes wrong, and how patient the caller is.

use std::{sync::Arc, time::Duration};

use afflux::core::{clock::SystemClock, engine::EngineBuilder, limit::LocalLimiter, retry::RetryPolicy};
use afflux_sandbox::Fault;

/// How a caller waits.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    pub(crate) name: &'static str,
    pub(crate) attempts: u32,
    pub(crate) deadline: Option<Duration>,
    pub(crate) server_wait_cap: Duration,
}

/// Longer than the fault's wait.
const OBEYED: Duration = Duration::from_secs(60);

pub(crate) const PATIENCES: [Patience; 3] = [
    Patience { name: "one attempt", attempts: 1, deadline: None, server_wait_cap: OBEYED },
    Patience { name: "4 attempts", attempts: 4, deadline: None, server_wait_cap: OBEYED },
    Patience {
        name: "4 attempts, 150 ms in all",
        attempts: 4,
        deadline: Some(Duration::from_millis(150)),
        server_wait_cap: Duration::ZERO,
    },
];

/// A client that is so patient, and without limits of its own: a limit would hide what a fault does.
pub(crate) fn settings(engine: EngineBuilder, patience: Patience) -> EngineBuilder {
    let engine =
        engine.limiter(Arc::new(LocalLimiter::new(Vec::new(), Arc::new(SystemClock)).unwrap())).retry(
            RetryPolicy::default()
                .attempts(patience.attempts)
                .backoff(Duration::from_millis(1), Duration::from_millis(2))
                .server_wait_cap(patience.server_wait_cap),
        );
    match patience.deadline {
        Some(deadline) => engine.deadline(deadline),
        None => engine,
    }
}

/// How often the fault strikes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Often {
    Once,
    Always,
}

/// A column of the matrix.
#[derive(Clone, Copy)]
pub(crate) struct Trouble {
    pub(crate) name: &'static str,
    pub(crate) fault: fn() -> Fault,
    /// The vendor never answers in time: attempts are kept short, so that nobody waits long for nothing.
    pub(crate) silent: bool,
}

/// An attempt on a vendor that is silent.
pub(crate) const SHORT: Duration = Duration::from_millis(60);
/// Never reached, however busy the machine is.
pub(crate) const AMPLE: Duration = Duration::from_secs(30);

const fn trouble(name: &'static str, fault: fn() -> Fault) -> Trouble {
    Trouble { name, fault, silent: false }
}

const fn silent(name: &'static str, fault: fn() -> Fault) -> Trouble {
    Trouble { name, fault, silent: true }
}

pub(crate) const TROUBLES: [Trouble; 18] = [
    trouble("connection refused", Fault::refuse),
    trouble("reset before the request was read", Fault::reset_before_read),
    trouble("reset before the commit", Fault::reset_before_commit),
    trouble("reset after the commit", Fault::reset_after_commit),
    trouble("half an answer", Fault::half_answer),
    trouble("JSON cut off", Fault::truncated_json),
    trouble("shorter than it says", Fault::wrong_content_length),
    silent("slow drip", || Fault::slow_drip(1, Duration::from_millis(20))),
    silent("silence before the commit", Fault::stall),
    silent("silence after the commit", || Fault::stall().after_commit()),
    trouble("429 without a wait", || Fault::rate_limited(None)),
    trouble("429 with a wait", || Fault::rate_limited(Some(Duration::from_millis(20)))),
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
];

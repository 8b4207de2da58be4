//! The rate limits, with the clock in hand.

use std::time::{Duration, Instant};

use afflux_sandbox::irev::{LimitKey, LimitWindow, Limits, RateHeaders, Window};
use afflux_sandbox::{Irev, Sandbox};

use crate::support::{GOALS, LEADS, get, push, sandbox, send, start};

fn passed(irev: &Irev, count: usize) -> usize {
    (0..count).filter(|_| get(irev, GOALS).status == 200).count()
}

#[test]
fn the_eleventh_get_in_three_seconds_is_refused() {
    let sandbox = sandbox();
    let irev = sandbox.irev();
    assert_eq!(passed(irev, 4), 4);
    irev.advance_clock(Duration::from_millis(2_999));
    assert_eq!(passed(irev, 8), 6);
    irev.advance_clock(Duration::from_millis(1));
    assert_eq!(passed(irev, 12), 10, "the window began with the first call");
    assert_eq!(irev.rate_refusals(), 4);
}

#[test]
fn pushes_are_not_counted_by_the_manuals_limits() {
    let sandbox = sandbox();
    let statuses = (0..60)
        .map(|number| push(sandbox.irev(), &format!(r#"{{"ip":"1.1.1.1","aff_sub":"{number}"}}"#)).status);
    assert!(statuses.into_iter().all(|status| status == 200));
}

#[test]
fn the_strict_limits_have_three_windows() {
    let sandbox = sandbox();
    let irev = sandbox.irev();
    irev.configure(|switches| switches.limits = Limits::Strict);
    let mut total = 0;
    for _ in 0..40 {
        total += passed(irev, 4);
        irev.advance_clock(Duration::from_secs(3));
    }
    // Three of four pass; every one of the four counts for the hour, refused ones too.
    assert_eq!(total, 75);
    irev.advance_clock(Duration::from_hours(1));
    assert_eq!(passed(irev, 4), 3);
    let pushed =
        (0..51).filter(|number| push(irev, &format!(r#"{{"ip":"{number}"}}"#)).status == 200).count();
    assert_eq!(pushed, 50);
}

#[test]
fn a_sliding_window_admits_no_more_in_any_stretch() {
    let sandbox = sandbox();
    let irev = sandbox.irev();
    irev.configure(|switches| switches.limit_window = LimitWindow::Sliding);
    assert_eq!(passed(irev, 4), 4);
    irev.advance_clock(Duration::from_secs(2));
    assert_eq!(passed(irev, 7), 6);
    irev.advance_clock(Duration::from_secs(1));
    // Four have left the window; a fixed one would admit ten.
    assert_eq!(passed(irev, 10), 4);
}

#[test]
fn calls_are_counted_by_address_token_or_forwarded_address() {
    let sandbox = sandbox();
    let irev = sandbox.irev();
    let once = vec![Window::new(1, Duration::from_secs(3))];
    let reset = |key: LimitKey| {
        irev.advance_clock(Duration::from_secs(3));
        irev.configure(|switches| {
            switches.limits = Limits::Custom { get: once.clone(), post: Vec::new() };
            switches.limit_key = key;
        });
    };
    let ask = |token: &str, forwarded: &str| {
        send(irev, "GET", LEADS, &[("Authorization", token), ("X-Forwarded-For", forwarded)], "").status
    };
    reset(LimitKey::PeerIp);
    assert_eq!((ask("a", "1"), ask("b", "2")), (401, 429));
    reset(LimitKey::Token);
    assert_eq!((ask("a", "1"), ask("b", "1"), ask("b", "2")), (401, 401, 429));
    reset(LimitKey::ForwardedFor);
    assert_eq!((ask("a", "1"), ask("a", "2"), ask("b", "2")), (401, 401, 429));
}

#[test]
fn headers_of_the_limits_are_there_when_switched_on() {
    let sandbox = sandbox();
    let irev = sandbox.irev();
    assert_eq!(get(irev, GOALS).header("x-rate-limit-limit"), None);
    irev.configure(|switches| switches.rate_headers = RateHeaders::On);
    irev.advance_clock(Duration::from_secs(3));
    let told = |reply: crate::support::Reply| {
        ["x-rate-limit-limit", "x-rate-limit-remaining", "x-rate-limit-reset"]
            .map(|name| reply.header(name).unwrap().to_owned())
    };
    // 2026-01-05T12:00:06Z in milliseconds.
    let reset = (irev.now().as_millisecond() + 3_000).to_string();
    assert_eq!(told(get(irev, GOALS)), ["10", "9", reset.as_str()]);
    passed(irev, 9);
    let refused = get(irev, GOALS);
    assert_eq!(refused.status, 429);
    assert_eq!(told(refused), ["10", "0", reset.as_str()]);
}

#[test]
fn a_time_scale_shortens_the_windows() {
    let sandbox = start(Sandbox::builder().time_scale(0.01));
    let irev = sandbox.irev();
    irev.configure(|switches| {
        switches.limits =
            Limits::Custom { get: Vec::new(), post: vec![Window::new(1, Duration::from_secs(10))] }
    });
    let begun = Instant::now();
    let body = |number: u32| format!(r#"{{"ip":"1.1.1.1","aff_sub":"{number}"}}"#);
    assert_eq!(push(irev, &body(0)).status, 200);
    let mut number = 1;
    while push(irev, &body(number)).status != 200 {
        number += 1;
        assert!(
            begun.elapsed() < Duration::from_secs(9),
            "ten seconds of the vendor are a tenth of one here"
        );
        std::thread::sleep(Duration::from_millis(1));
    }
    assert!(begun.elapsed() >= Duration::from_millis(99), "{:?}", begun.elapsed());
}

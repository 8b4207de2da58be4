//! What a vendor's headers say about its limits, as plain numbers. No clock, no state.
//!
//! Headers are input from outside: a value that is malformed, negative, not a number or absurdly large counts as
//! absent.

use std::time::{Duration, UNIX_EPOCH};

use http::{
    HeaderMap, HeaderName, StatusCode,
    header::{DATE, RETRY_AFTER},
};
use jiff::Timestamp;

use super::Feedback;

/// A longer wait than this is a broken header, not a limit.
const LONGEST_WAIT: Duration = Duration::from_hours(31 * 24);

/// Clocks that agree within this are one clock: `Date` has whole seconds, and the answer was on its way.
const SAME_CLOCK: Duration = Duration::from_secs(2);

const X_RETRY_AFTER: HeaderName = HeaderName::from_static("x-ratelimit-retry-after");
const X_REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
const X_RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");
const X_RATE_REMAINING: HeaderName = HeaderName::from_static("x-rate-limit-remaining");
const X_RATE_RESET: HeaderName = HeaderName::from_static("x-rate-limit-reset");

/// What is left of a limit, as the vendor counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    /// Tokens (or calls) that the vendor would still accept.
    pub remaining: u64,
    /// Time from now until it starts to count anew, where it says so.
    pub reset: Option<Duration>,
}

/// How long the server asks to wait before the next attempt, from the head of a refusal. At most 31 days.
///
/// `Retry-After` counts with every status, as seconds, fractions of them, or a date. A date is by the vendor's clock: it
/// is relative to the answer's `Date`, and to `wall_now` where there is none or both agree. The vendor's own headers count only where they mean "refused": `X-RateLimit-Retry-After` with 429 and 503, and the
/// reset, which comes with every answer, with 429 or when nothing remains. A date that has passed says nothing: either
/// the wait is over or a clock is wrong.
pub fn server_wait(
    headers: &HeaderMap,
    status: StatusCode,
    wall_now: Timestamp,
    feedback: Feedback,
) -> Option<Duration> {
    let refused = status == StatusCode::TOO_MANY_REQUESTS;
    retry_after(headers, wall_now)
        .or_else(|| match feedback {
            Feedback::XRateLimit if refused || status == StatusCode::SERVICE_UNAVAILABLE => {
                seconds(text(headers, &X_RETRY_AFTER)?)
            }
            _ => None,
        })
        .or_else(|| {
            let used_up = || quota(headers, wall_now, feedback).is_some_and(|quota| quota.remaining == 0);
            if refused || used_up() { reset(headers, wall_now, feedback) } else { None }
        })
}

/// What remains of the limit, where the vendor tells it. `None` for [`Feedback::Standard`].
pub fn quota(headers: &HeaderMap, wall_now: Timestamp, feedback: Feedback) -> Option<Quota> {
    let remaining = match feedback {
        Feedback::Standard => return None,
        Feedback::XRateLimit => text(headers, &X_REMAINING)?,
        Feedback::XRateLimitEpochMillis => text(headers, &X_RATE_REMAINING)?,
    };
    Some(Quota { remaining: whole(remaining)?, reset: reset(headers, wall_now, feedback) })
}

fn reset(headers: &HeaderMap, wall_now: Timestamp, feedback: Feedback) -> Option<Duration> {
    match feedback {
        Feedback::Standard => None,
        Feedback::XRateLimit => seconds(text(headers, &X_RESET)?),
        Feedback::XRateLimitEpochMillis => {
            epoch_millis(text(headers, &X_RATE_RESET)?, vendor_now(headers, wall_now))
        }
    }
}

fn retry_after(headers: &HeaderMap, wall_now: Timestamp) -> Option<Duration> {
    let text = text(headers, &RETRY_AFTER)?;
    seconds(text).or_else(|| date(text, vendor_now(headers, wall_now)))
}

/// The time by the clock that wrote the answer: ours, unless the two are clearly apart.
fn vendor_now(headers: &HeaderMap, wall_now: Timestamp) -> Timestamp {
    let told = text(headers, &DATE).and_then(|text| httpdate::parse_http_date(text).ok());
    let told = told.and_then(|told| Timestamp::try_from(told).ok());
    told.filter(|told| told.duration_since(wall_now).unsigned_abs() > SAME_CLOCK).unwrap_or(wall_now)
}

fn text<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}

fn whole(text: &str) -> Option<u64> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) { text.parse().ok() } else { None }
}

/// Digits with at most one point among them: what `f64` accepts beyond that (`inf`, `1e9`, `+1`) nobody means.
fn seconds(text: &str) -> Option<Duration> {
    if !text.starts_with(|first: char| first.is_ascii_digit())
        || !text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
    {
        return None;
    }
    sane(Duration::try_from_secs_f64(text.parse().ok()?).ok()?)
}

fn date(text: &str, wall_now: Timestamp) -> Option<Duration> {
    let since_epoch = httpdate::parse_http_date(text).ok()?.duration_since(UNIX_EPOCH).ok()?;
    until(since_epoch, wall_now)
}

fn epoch_millis(text: &str, wall_now: Timestamp) -> Option<Duration> {
    until(Duration::from_millis(whole(text)?), wall_now)
}

fn until(since_epoch: Duration, wall_now: Timestamp) -> Option<Duration> {
    let now = Duration::try_from(wall_now.duration_since(Timestamp::UNIX_EPOCH)).ok()?;
    sane(since_epoch.checked_sub(now).filter(|wait| !wait.is_zero())?)
}

fn sane(wait: Duration) -> Option<Duration> {
    (wait <= LONGEST_WAIT).then_some(wait)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

    use http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    const LIMITED: StatusCode = StatusCode::TOO_MANY_REQUESTS;
    const BUSY: StatusCode = StatusCode::SERVICE_UNAVAILABLE;

    fn wall() -> Timestamp {
        "2026-03-01T12:00:00Z".parse().unwrap()
    }

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap()))
            .collect()
    }

    fn millis(wait: Option<Duration>) -> Option<u128> {
        wait.map(|wait| wait.as_millis())
    }

    #[test]
    fn a_date_is_by_the_vendors_clock_however_far_ours_is_from_it() {
        let table = [
            // Our clock is an hour slow, a day fast, right, a little off.
            ("Sun, 01 Mar 2026 13:00:00 GMT", "Sun, 01 Mar 2026 13:00:30 GMT", Some(30_000)),
            ("Sat, 28 Feb 2026 12:00:00 GMT", "Sat, 28 Feb 2026 12:00:30 GMT", Some(30_000)),
            ("Sun, 01 Mar 2026 12:00:00 GMT", "Sun, 01 Mar 2026 12:00:30 GMT", Some(30_000)),
            ("Sun, 01 Mar 2026 11:59:58 GMT", "Sun, 01 Mar 2026 12:00:30 GMT", Some(30_000)),
            ("Sun, 01 Mar 2026 11:59:57 GMT", "Sun, 01 Mar 2026 12:00:30 GMT", Some(33_000)),
            ("yesterday", "Sun, 01 Mar 2026 12:00:30 GMT", Some(30_000)),
            // Over by the vendor's own clock.
            ("Sun, 01 Mar 2026 13:00:00 GMT", "Sun, 01 Mar 2026 12:59:59 GMT", None),
        ];
        for (date, until, expected) in table {
            let headers = headers(&[("date", date), ("retry-after", until)]);
            let wait = server_wait(&headers, LIMITED, wall(), Feedback::Standard);
            assert_eq!(millis(wait), expected, "{date}, {until}");
        }
        let reset = (wall().as_millisecond() + 3_600_000 + 2_500).to_string();
        let headers = headers(&[("date", "Sun, 01 Mar 2026 13:00:00 GMT"), ("x-rate-limit-reset", &reset)]);
        let wait = server_wait(&headers, LIMITED, wall(), Feedback::XRateLimitEpochMillis);
        assert_eq!(millis(wait), Some(2_500));
    }

    #[test]
    fn retry_after_is_read_as_seconds_fractions_and_dates() {
        let table = [
            ("0", Some(0)),
            ("7", Some(7_000)),
            (" 7 ", Some(7_000)),
            ("007", Some(7_000)),
            ("1.5", Some(1_500)),
            ("1.", Some(1_000)),
            ("2678400", Some(2_678_400_000)),
            ("Sun, 01 Mar 2026 12:00:30 GMT", Some(30_000)),
            // Malformed, negative, absurd or over: no instruction at all.
            ("", None),
            ("soon", None),
            ("-1", None),
            ("-0", None),
            ("+5", None),
            (".5", None),
            (".", None),
            ("1.2.3", None),
            ("1,5", None),
            ("1e3", None),
            ("NaN", None),
            ("inf", None),
            ("2678401", None),
            ("1000000000000000000000000000000", None),
            ("Sun, 01 Mar 2026 11:59:30 GMT", None),
            ("Sun, 01 Mar 2026 12:00:00 GMT", None),
            ("Sun, 01 Mar 2099 12:00:00 GMT", None),
            ("Sun, 99 Mar 2026 12:00:00 GMT", None),
        ];
        for (value, expected) in table {
            let read = server_wait(&headers(&[("retry-after", value)]), LIMITED, wall(), Feedback::Standard);
            assert_eq!(millis(read), expected, "Retry-After: {value}");
        }
    }

    #[test]
    fn vendor_headers_count_only_for_the_vendor_and_the_status_they_belong_to() {
        let x = |remaining: &str| {
            headers(&[
                ("x-ratelimit-remaining", remaining),
                ("x-ratelimit-reset", "20"),
                ("x-ratelimit-retry-after", "5"),
            ])
        };
        let table = [
            (x("9"), LIMITED, Feedback::XRateLimit, Some(5_000)),
            (x("9"), BUSY, Feedback::XRateLimit, Some(5_000)),
            (x("9"), StatusCode::OK, Feedback::XRateLimit, None),
            (x("9"), StatusCode::BAD_GATEWAY, Feedback::XRateLimit, None),
            (x("0"), StatusCode::BAD_GATEWAY, Feedback::XRateLimit, Some(20_000)),
            (x("0"), LIMITED, Feedback::Standard, None),
            (x("0"), LIMITED, Feedback::XRateLimitEpochMillis, None),
            (headers(&[("x-ratelimit-reset", "20")]), LIMITED, Feedback::XRateLimit, Some(20_000)),
            (headers(&[("x-ratelimit-reset", "20")]), BUSY, Feedback::XRateLimit, None),
            (
                headers(&[("retry-after", "3"), ("x-ratelimit-retry-after", "9")]),
                LIMITED,
                Feedback::XRateLimit,
                Some(3_000),
            ),
            (
                headers(&[("retry-after", "-3"), ("x-ratelimit-retry-after", "9")]),
                LIMITED,
                Feedback::XRateLimit,
                Some(9_000),
            ),
        ];
        for (headers, status, feedback, expected) in table {
            let read = server_wait(&headers, status, wall(), feedback);
            assert_eq!(millis(read), expected, "{headers:?} with {status} as {feedback:?}");
        }
    }

    #[test]
    fn an_epoch_in_milliseconds_is_read_against_the_wall_clock() {
        let at = |millis: i64| (wall().as_millisecond() + millis).to_string();
        let table = [
            (at(1_234), Some(1_234)),
            (at(0), None),
            (at(-5), None),
            // Seconds where milliseconds belong lie in 1970.
            (wall().as_second().to_string(), None),
            (u64::MAX.to_string(), None),
            ("1e3".to_owned(), None),
        ];
        for (value, expected) in table {
            let headers = headers(&[("x-rate-limit-reset", &value)]);
            let read = server_wait(&headers, LIMITED, wall(), Feedback::XRateLimitEpochMillis);
            assert_eq!(millis(read), expected, "X-Rate-Limit-Reset: {value}");
        }
    }

    #[test]
    fn a_quota_needs_a_whole_number_of_what_remains() {
        let of = |pairs: &[(&'static str, &str)], feedback| quota(&headers(pairs), wall(), feedback);
        let whole = of(&[("x-ratelimit-remaining", "42"), ("x-ratelimit-reset", "7")], Feedback::XRateLimit);
        assert_eq!(whole, Some(Quota { remaining: 42, reset: Some(Duration::from_secs(7)) }));
        let alone = of(&[("x-rate-limit-remaining", "3")], Feedback::XRateLimitEpochMillis);
        assert_eq!(alone, Some(Quota { remaining: 3, reset: None }));
        for value in ["", "-1", "4.5", "many", "99999999999999999999999"] {
            assert_eq!(of(&[("x-ratelimit-remaining", value)], Feedback::XRateLimit), None, "{value:?}");
        }
        assert_eq!(of(&[("x-ratelimit-remaining", "42")], Feedback::Standard), None);
    }

    #[test]
    fn a_value_that_is_not_text_counts_as_absent() {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, HeaderValue::from_bytes(b"\xff\xfe").unwrap());
        assert_eq!(server_wait(&headers, LIMITED, wall(), Feedback::Standard), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn no_header_value_panics_or_asks_for_more_than_the_longest_wait(
            bytes in prop::collection::vec(any::<u8>(), 0..40),
            name in prop::sample::select(vec![
                "retry-after", "x-ratelimit-retry-after", "x-ratelimit-reset", "x-ratelimit-remaining",
                "x-rate-limit-reset", "x-rate-limit-remaining",
            ]),
            second in -9_999_999_999_i64..9_999_999_999,
        ) {
            let Ok(value) = HeaderValue::from_bytes(&bytes) else { return Ok(()) };
            let mut headers = HeaderMap::new();
            headers.insert(HeaderName::from_static(name), value);
            let wall = Timestamp::from_second(second).unwrap();
            for feedback in [Feedback::Standard, Feedback::XRateLimit, Feedback::XRateLimitEpochMillis] {
                for status in [LIMITED, BUSY, StatusCode::OK] {
                    let wait = server_wait(&headers, status, wall, feedback);
                    prop_assert!(wait.is_none_or(|wait| wait <= LONGEST_WAIT));
                }
                let _ = quota(&headers, wall, feedback);
            }
        }

        #[test]
        fn any_sane_number_of_seconds_is_read_exactly(whole in 0_u64..2_678_400, millis in 0_u32..1_000) {
            let headers = headers(&[("retry-after", &format!("{whole}.{millis:03}"))]);
            let read = server_wait(&headers, LIMITED, wall(), Feedback::Standard).unwrap();
            let exact = Duration::from_secs(whole) + Duration::from_millis(millis.into());
            prop_assert!(read.abs_diff(exact) < Duration::from_micros(1));
        }
    }
}

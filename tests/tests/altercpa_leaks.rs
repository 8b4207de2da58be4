//! Canary for AlterCPA, whose token travels in the URL: every library's TRACE log on, answers that echo the token, and no
//! output with the token in it.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::{
    io,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use afflux::{
    Error, SecretString,
    altercpa::{Client, Status, TokenPlace, Visitor, click, core::retry::RetryPolicy, order},
};
use afflux_sandbox::{Fault, Sandbox, altercpa::Site};

/// The key of a site, with characters that encodings change.
const KEY: &str = "Canary+one/two=three&four~7e";
/// What no output may hold: as it is, as in an address, as in JSON of PHP, as in a base64 text.
const SHAPES: [&str; 4] = [
    KEY,
    "Canary%2Bone%2Ftwo%3Dthree%26four~7e",
    "Canary+one\\/two=three&four~7e",
    "Q2FuYXJ5K29uZS90d289dGhyZWUmZm91cn43Z",
];
const PHONE: &str = "+48600700800";

static LOG: Mutex<Vec<u8>> = Mutex::new(Vec::new());

struct Log;

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LOG.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn clean(what: &str, output: &str) {
    for shape in SHAPES.iter().copied().chain([PHONE]) {
        assert!(!output.contains(shape), "{what} holds `{shape}`:\n{output}");
    }
}

fn error_is_clean(error: &Error) {
    clean("Display", &format!("{error} {error:#}"));
    clean("Debug", &format!("{error:?} {error:#?}"));
    clean("raw_body", &String::from_utf8_lossy(error.raw_body().map_or(&[], |body| &body[..])));
    clean("headers", &format!("{:?}", error.headers()));
}

#[tokio::test]
async fn the_token_leaves_by_no_side_door() {
    tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_span_events(tracing_subscriber::fmt::format::FmtSpan::FULL)
        .with_ansi(false)
        .with_writer(|| Log)
        .init();
    let sandbox = Sandbox::start().await.unwrap();
    let site = sandbox.altercpa().add_site(Site::new(0, KEY, 11));
    let token = format!("{site}-{KEY}");
    let echo = format!(
        r#"{{"status":"error","error":"{token}","sent":"{}"}}"#,
        SHAPES.join(" ").replace('\\', "\\\\")
    );
    for place in [TokenPlace::Query, TokenPlace::Body] {
        let quick = RetryPolicy::default().backoff(Duration::from_millis(1), Duration::from_millis(2));
        let cpa = Client::builder(&sandbox.altercpa().url())
            .unwrap()
            .site_token(SecretString::from(token.clone()))
            .token_place(place)
            .engine(|engine| engine.retry(quick))
            .build()
            .unwrap();
        clean("Debug of the client", &format!("{cpa:?} {cpa:#?}"));
        // It works, so what follows fails for the reason that is meant.
        let made = cpa.create(click(9001).exto(format!("A-{place:?}"))).phone(PHONE).send().await.unwrap();
        assert!(made.is_new());
        clean("Debug of a call", &format!("{:?}", cpa.create(click(1)).phone(PHONE)));
        let faults = [
            Fault::answer(200, None, echo.clone()),
            Fault::answer(500, None, echo.clone()),
            Fault::answer(401, None, echo.clone()),
            Fault::reset_after_commit(),
            Fault::half_answer(),
            Fault::html(502),
            Fault::truncated_json(),
            Fault::db(),
        ];
        for fault in faults {
            sandbox.altercpa().fault(fault.clone().times(4));
            error_is_clean(
                &cpa.create(click(9001)).status(Status::Accept).phone(PHONE).send().await.unwrap_err(),
            );
            sandbox.altercpa().clear_faults();
            sandbox.altercpa().fault(fault.times(4));
            if let Err(error) = cpa.find_click(Visitor::Caller).send().await {
                error_is_clean(&error);
            }
            sandbox.altercpa().clear_faults();
        }
        error_is_clean(&cpa.change(order(1)).status(Status::Approve).send().await.unwrap_err());
    }
    // What a customer gave stands in the sandbox's log of bodies, for tests to look at; the token does not.
    clean("the sandbox's log", &format!("{:?}", sandbox.altercpa().requests()).replace(PHONE, ""));
    let log = LOG.lock().unwrap_or_else(PoisonError::into_inner).clone();
    assert!(log.len() > 10_000, "the log was listened to");
    clean("the log", &String::from_utf8_lossy(&log));
}

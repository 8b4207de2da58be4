//! Canary for CleverTap, whose attribution carries three credentials in the URL: every library's TRACE log on, answers
//! that echo them, and no output with one of them in it.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::{
    io,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use afflux::{
    Error, SecretString,
    clevertap::{
        Client, DeviceToken, Install, Profile, ProfileKey, Record, RecordOutcome, Region, TokenKind,
        core::retry::RetryPolicy,
    },
};
use afflux_sandbox::{Fault, Sandbox};

/// With characters that encodings change.
const ACCOUNT: &str = "TEST+Canary/1=a&b~A";
const PASSCODE: &str = "Canary+two/three=four&five~P";
const TOKEN: &str = "Canary+six/seven=eight&nine~T";
const PUSH: &str = "push-Canary-token-5d1f";
/// What no output may hold: as they are, as in an address, as in JSON of PHP, as in a base64 text.
const SHAPES: [&str; 10] = [
    ACCOUNT,
    "TEST%2BCanary%2F1%3Da%26b~A",
    PASSCODE,
    "Canary%2Btwo%2Fthree%3Dfour%26five~P",
    "Canary+two\\/three=four&five~P",
    "Q2FuYXJ5K3R3by90aHJlZT1mb3VyJmZpdmV+U",
    TOKEN,
    "Canary%2Bsix%2Fseven%3Deight%26nine~T",
    "Canary+six\\/seven=eight&nine~T",
    PUSH,
];

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
    for shape in SHAPES {
        assert!(!output.contains(shape), "{what} holds `{shape}`:\n{output}");
    }
}

fn error_is_clean(error: &Error) {
    clean("Display", &format!("{error} {error:#}"));
    clean("Debug", &format!("{error:?} {error:#?}"));
    clean("raw_body", &String::from_utf8_lossy(error.raw_body().map_or(&[], |body| &body[..])));
    clean("headers", &format!("{:?}", error.headers()));
    clean("message", error.message().unwrap_or_default());
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        clean("a cause", &format!("{cause} {cause:?}"));
        source = cause.source();
    }
}

#[tokio::test]
async fn neither_passcode_nor_token_nor_account_leaves_by_a_side_door() {
    tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_span_events(tracing_subscriber::fmt::format::FmtSpan::FULL)
        .with_ansi(false)
        .with_writer(|| Log)
        .init();
    let sandbox = Sandbox::start().await.unwrap();
    let clevertap = sandbox.clevertap();
    let quick = RetryPolicy::default().backoff(Duration::from_millis(1), Duration::from_millis(2));
    let tap = Client::builder(Region::custom(clevertap.url()), SecretString::from(ACCOUNT))
        .passcode(SecretString::from(PASSCODE))
        .token(SecretString::from(TOKEN))
        // A lost call holds its place for as long as connecting may take.
        .engine(move |engine| engine.retry(quick).connect_timeout(Duration::from_secs(1)))
        .build()
        .unwrap();
    clean("Debug of the client", &format!("{tap:?} {tap:#?}"));
    let install = Install::organic("__1").platform("iOS").partner("acme").utm_source("acme");
    let token: Record = DeviceToken::new("__1", TokenKind::Fcm, PUSH).into();
    clean("Debug of a token", &format!("{token:?}"));

    // It works, so what follows fails for the reason that is meant.
    clevertap.fault(Fault::ok_with_error(r#"{"status":"success"}"#));
    tap.attribute(&install).await.unwrap();

    let echo = |status: &str| {
        let told = SHAPES[..9].join(" ").replace('\\', "\\\\");
        format!(r#"{{"status":"{status}","error":"{told}","code":400,"processed":0,"unprocessed":[]}}"#)
    };
    let json = Some("application/json");
    let faults = [
        Fault::answer(200, json, echo("fail")),
        Fault::answer(401, json, echo("fail")),
        Fault::answer(500, json, echo("fail")),
        Fault::answer(429, json, echo("fail")),
        Fault::reset_after_commit(),
        Fault::half_answer(),
        Fault::html(502),
        Fault::truncated_json(),
    ];
    for fault in faults {
        clevertap.fault(fault.always());
        error_is_clean(&tap.attribute(&install).await.unwrap_err());
        error_is_clean(&tap.profile(&ProfileKey::Identity("user-1".to_owned())).await.unwrap_err());
        error_is_clean(&tap.catalogs().get(1).send().await.unwrap_err());
        let records = [(1, Profile::new("ana").set("City", "Rome").into()), (2, token.clone())];
        for (_, outcome) in tap.upload(records).send_all().await.into_outcomes() {
            clean("an outcome", &format!("{outcome:?}"));
            match outcome {
                RecordOutcome::Accepted => panic!("accepted"),
                RecordOutcome::Rejected(rejection) => clean("a rejection", &rejection.message),
                RecordOutcome::Unknown(doubt) => clean("a doubt", &doubt.to_string()),
                RecordOutcome::NotSent(error) => error_is_clean(&error),
                other => panic!("{other:?}"),
            }
        }
        clevertap.clear_faults();
    }
    // Without faults the sandbox refuses these credentials.
    error_is_clean(&tap.attribute(&install).await.unwrap_err());
    error_is_clean(&tap.profile(&ProfileKey::Identity("user-1".to_owned())).await.unwrap_err());

    let log = LOG.lock().unwrap_or_else(PoisonError::into_inner).clone();
    assert!(log.len() > 10_000, "the log was listened to");
    clean("the log", &String::from_utf8_lossy(&log));
}

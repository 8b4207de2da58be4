//! Canary across crates: a vendor's client against the sandbox, every library's TRACE log on, answers that echo the
//! token, and no output with a secret in it.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::{
    io,
    net::Ipv4Addr,
    pin::pin,
    sync::{Mutex, Once, PoisonError},
    time::Duration,
};

use afflux::{
    Error, SecretString,
    irev::{Client, Lead, Push},
};
use afflux_sandbox::{Fault, Sandbox, irev::Token};
use futures_util::TryStreamExt;

/// Not valid anywhere; with characters that encodings change.
const TOKEN: &str = "tok+Canary/one=two&three~7e";
/// What a vendor may echo of it: as it is, as in an address, as in JSON of PHP, and in base64 at each alignment.
const ECHOES: [&str; 6] = [
    TOKEN,
    "tok%2BCanary%2Fone%3Dtwo%26three~7e",
    "tok+Canary\\/one=two&three~7e",
    "dG9rK0NhbmFyeS9vbmU9dHdvJnRocmVlfjdl",
    "eHRvaytDYW5hcnkvb25lPXR3byZ0aHJlZX43ZQ==",
    "eHl0b2srQ2FuYXJ5L29uZT10d28mdGhyZWV+N2U=",
];
/// What no output may hold: of base64 the part that is the same whatever stands around the token.
const SHAPES: [&str; 6] = [
    ECHOES[0],
    ECHOES[1],
    ECHOES[2],
    "dG9rK0NhbmFyeS9vbmU9dHdvJnRocmVlfjdl",
    "RvaytDYW5hcnkvb25lPXR3byZ0aHJlZX43Z",
    "0b2srQ2FuYXJ5L29uZT10d28mdGhyZWV+N2",
];
const PASSWORD: &str = "Pw-Canary-9c1e";

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

fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        tracing_subscriber::fmt()
            .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
            .with_span_events(tracing_subscriber::fmt::format::FmtSpan::FULL)
            .with_ansi(false)
            .with_writer(|| Log)
            .init();
    });
}

fn clean(what: &str, output: &str) {
    for shape in SHAPES.iter().copied().chain([PASSWORD]) {
        assert!(!output.contains(shape), "{what} holds `{shape}`:\n{output}");
    }
}

fn error_is_clean(error: &Error) {
    clean("Display", &error.to_string());
    clean("Debug", &format!("{error:?} {error:#?}"));
    clean("raw_body", &String::from_utf8_lossy(error.raw_body().map_or(&[], |body| &body[..])));
    clean("message", error.message().unwrap_or_default());
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        clean("a cause", &format!("{cause} {cause:?}"));
        source = cause.source();
    }
}

fn lead(number: u8) -> Lead {
    Lead::new(Ipv4Addr::new(203, 0, 113, number))
        .profile("email", format!("canary{number}@example.com"))
        .profile("password", PASSWORD)
        .correlation("aff_sub", format!("c-{number}"))
}

#[tokio::test]
async fn neither_token_nor_password_nor_login_link_leaves_by_a_side_door() {
    listen();
    let sandbox = Sandbox::start().await.unwrap();
    sandbox.irev().add_token(Token::new(TOKEN));
    let irev =
        Client::builder(&sandbox.irev().url()).unwrap().token(SecretString::from(TOKEN)).build().unwrap();
    clean("Debug of the client", &format!("{irev:?} {irev:#?}"));
    clean("Debug of a lead", &format!("{:?}", lead(1)));

    // It works, so what follows fails for the reason that is meant.
    let Push::Accepted(taken) = irev.push(&lead(1)).await.unwrap() else { panic!("rejected") };
    let link = taken.source.text().to_owned();
    let link = link.split('"').find(|text| text.contains("/go/")).unwrap().to_owned();
    assert!(!format!("{taken:?}").contains(&link), "Debug shows the login link");
    let mut rows = pin!(irev.leads().items().unwrap());
    while let Some(row) = rows.try_next().await.unwrap() {
        assert!(row.text().contains(PASSWORD), "the row keeps what the vendor said");
        clean("Debug of a row", &format!("{row:?} {row:#?}"));
    }

    let echo = format!(
        r#"{{"name":"E","message":"you sent {}","code":401}}"#,
        ECHOES.join(" and ").replace('\\', "\\\\")
    );
    let json = Some("application/json");
    let faults = [
        Fault::answer(401, json, echo.clone()),
        Fault::answer(500, json, echo.clone()),
        Fault::answer(200, json, echo),
        Fault::reset_before_read(),
        Fault::reset_after_commit(),
        Fault::half_answer(),
        Fault::truncated_json(),
        Fault::wrong_content_length(),
        Fault::html(502),
        Fault::server_error(500),
        Fault::rate_limited(None),
    ];
    for (number, fault) in faults.into_iter().enumerate() {
        sandbox.irev().fault(fault.clone().once());
        let error =
            irev.push(&lead(10 + u8::try_from(number).unwrap())).await.map(|push| format!("{push:?}"));
        error_is_clean(&error.unwrap_err());
    }
    let wrong =
        Client::builder(&sandbox.irev().url()).unwrap().token(SecretString::from("tok+other")).build();
    error_is_clean(&wrong.unwrap().goal_types().await.unwrap_err());
    let hurried = irev.with_deadline(Duration::from_millis(50));
    sandbox.irev().fault(Fault::stall().once());
    error_is_clean(&hurried.push(&lead(40)).await.unwrap_err());

    let log = String::from_utf8_lossy(&LOG.lock().unwrap()).into_owned();
    assert!(log.contains("TRACE") && log.len() > 10_000, "the log was not on: {} bytes", log.len());
    clean("the log", &log);
    assert!(!log.contains(&link), "the log holds the login link");
}

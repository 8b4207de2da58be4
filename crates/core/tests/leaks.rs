//! Canary: made-up secrets in all four places, calls that succeed and fail in every way, and no output with a secret.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

mod support;

use std::{sync::Arc, time::Duration};

use afflux_core::{
    Error,
    auth::Credentials,
    base_url::BaseUrl,
    clock::BoxFuture,
    engine::{Engine, EngineBuilder},
    operation::{Answers, Operation},
    request::Request,
    secret::{SecretString, Slot},
    transport::{
        MockTransport, Reply, ReqwestTransport, Transport, Wire, WireError, WireErrorKind, WireResponse,
    },
};
use afflux_probe::log;
use support::{
    CONNECT,
    canary::{BODY, HEADER, PASSWORD, QUERY, SEARCH, USER, echo, echo_headers, encoded, readable_echo},
    operations::{CREATE, READ},
    peer::{Connection, Peer, http},
    quick,
};

fn secret(text: &str) -> SecretString {
    SecretString::from(text)
}

fn slots() -> [Slot; 4] {
    [
        Slot::Header { name: "x-api-key".parse().unwrap(), secret: secret(HEADER) },
        Slot::Basic { user: secret(USER), password: secret(PASSWORD) },
        Slot::Query { name: "token", secret: secret(QUERY) },
        Slot::Body { name: "passcode", secret: secret(BODY) },
    ]
}

fn credentials() -> Credentials {
    Credentials::new().variant("default", slots()).unwrap()
}

fn builder(base: BaseUrl) -> EngineBuilder {
    quick(base).credentials(credentials())
}

const TELLS: Answers =
    Answers { message: &["message"], code: &["message"], field: &["message"], ..Answers::JSON };
const TELLING_READ: Operation = Operation { answers: TELLS, ..READ };
const TELLING_CREATE: Operation = Operation { answers: TELLS, ..CREATE };

fn requests() -> [Request; 3] {
    [
        Request::new(&TELLING_READ),
        Request::new(&TELLING_CREATE).json_text("{\"name\":1}"),
        Request::new(&TELLING_CREATE).form_pair("name", 1),
    ]
}

fn clean(what: &str, output: &str) {
    SEARCH.clean(what, output);
}

fn error_is_clean(fault: &str, error: &Error) {
    afflux_probe::error::clean(&SEARCH, fault, error);
}

async fn fails_cleanly(fault: &str, engine: &Engine) {
    for request in requests() {
        // Only silence needs a timeout to end.
        let silent = matches!(fault, "silence" | "a handshake that stalls");
        let request = if silent { request.attempt_timeout(CONNECT) } else { request };
        clean("Debug of a request", &format!("{request:?}"));
        let error = engine.execute(request).await.expect_err(fault);
        error_is_clean(fault, &error);
    }
}

#[tokio::test]
async fn no_output_of_a_failing_call_holds_a_secret() {
    let log = log::listen();
    let body = echo();
    let headers = echo_headers();
    let echoing =
        |status: &str, kind: &str| http(status, &format!("content-type: {kind}\r\n{headers}"), &body);
    let json = "application/json";
    let mut half = echoing("200 OK", json);
    half.truncate(half.len() - 40);
    let too_short = String::from_utf8(echoing("200 OK", json))
        .unwrap()
        .replace("content-length: ", "content-length: 1\r\nx-was: ");
    let answers = [
        ("a readable refusal", http("422 Unprocessable", &headers, &readable_echo())),
        ("a refusal", echoing("422 Unprocessable", json)),
        ("no permission", echoing("401 Unauthorized", json)),
        ("a server fault", echoing("500 Internal Server Error", json)),
        ("too many calls", echoing("429 Too Many Requests", json)),
        ("a redirect", http("302 Found", &format!("location: /login?{}\r\n", encoded(QUERY)), "")),
        ("html", http("200 OK", "content-type: text/html\r\n", &format!("<html>{body}"))),
        ("empty", http("200 OK", &headers, "")),
        ("half", half),
        ("no gzip", echoing("200 OK", "application/json\r\ncontent-encoding: gzip")),
        ("a length that is too short", too_short.into_bytes()),
        ("no HTTP", format!("{body}\r\n").into_bytes()),
        ("a bad header", format!("HTTP/1.1 200 OK\r\n{}\r\n\r\n", encoded(QUERY)).into_bytes()),
        ("nothing", Vec::new()),
    ];
    // The echo does come through, masked: else the search below proves nothing.
    let peer = Peer::answering(answers[0].1.clone()).await;
    let engine = builder(support::base(peer.address)).build().unwrap();
    let error = engine.execute(requests()[1].clone()).await.unwrap_err();
    assert!(error.message().unwrap().starts_with("you sent <raw: [masked]>"), "{error}");
    assert!(error.headers()["x-echo"].to_str().unwrap().starts_with("[masked] [masked]"), "{error}");
    for (fault, answer) in answers {
        let peer = Peer::answering(answer).await;
        fails_cleanly(fault, &builder(support::base(peer.address)).build().unwrap()).await;
    }
    let resets = Peer::start(|connection| async move {
        connection.peek().await;
        connection.reset();
    })
    .await;
    fails_cleanly("a reset", &builder(support::base(resets.address)).build().unwrap()).await;
    let silent = Peer::start(Connection::hold).await;
    fails_cleanly("silence", &builder(support::base(silent.address)).build().unwrap()).await;
    let https = BaseUrl::parse(&format!("https://{}", silent.address)).unwrap();
    fails_cleanly("a handshake that stalls", &builder(https).build().unwrap()).await;
    let https = BaseUrl::parse(&format!("https://{}", resets.address)).unwrap();
    fails_cleanly("a handshake that breaks", &builder(https).build().unwrap()).await;
    let gone = support::base(resets.address);
    drop(resets);
    tokio::time::sleep(Duration::from_millis(10)).await;
    fails_cleanly("a refused connection", &builder(gone).build().unwrap()).await;

    let frames = Peer::start(|mut connection| async move {
        let mut stream = connection.h2_request().await;
        while let Some(id) = stream {
            connection.h2_head(id, support::h2::STATUS_500, false).await;
            connection.h2_data(id, echo().as_bytes(), true).await;
            stream = connection.h2_next().await;
        }
    })
    .await;
    let transport = Arc::new(ReqwestTransport::new().http2_prior_knowledge());
    fails_cleanly("h2", &builder(support::base(frames.address)).transport(transport).build().unwrap()).await;

    let log = log.take();
    clean("the log", &log);
    for target in ["reqwest::", "hyper_util::", "h2::", "rustls", "afflux.call", "attempt failed"] {
        assert!(log.contains(target), "nothing was heard from {target}: the search proves nothing");
    }
}

#[tokio::test]
async fn a_body_that_is_cut_inside_of_an_echo_shows_no_part_of_it() {
    let said = format!("{{\"message\":\"token {}", &QUERY[..QUERY.len() - 3]);
    let answer = format!("HTTP/1.1 500 Broken\r\ncontent-length: 9000\r\n\r\n{said}");
    let peer = Peer::answering(answer).await;
    let error = builder(support::base(peer.address))
        .build()
        .unwrap()
        .execute(requests()[0].clone())
        .await
        .unwrap_err();
    assert_eq!(error.raw_body().unwrap(), "{\"message\":\"token [masked]");
}

#[tokio::test]
async fn a_success_masks_its_headers_and_keeps_its_body() {
    let log = log::listen();
    let peer =
        Peer::answering(http("200 OK", &echo_headers(), &echo().replace('<', "(").replace('\u{0}', "")))
            .await;
    let engine = builder(support::base(peer.address)).build().unwrap();
    let raw = engine.execute(requests()[0].clone().json_text("{}")).await;
    // The echo is JSON only by luck of its shapes; what counts here are the headers.
    if let Ok(raw) = &raw {
        clean("Debug of Raw", &format!("{raw:?}"));
        clean("headers of Raw", &format!("{:?}", raw.headers()));
    }
    let peer = Peer::answering(http("200 OK", &echo_headers(), "{\"id\":1}")).await;
    let engine = builder(support::base(peer.address)).build().unwrap();
    let answer = engine
        .send(requests()[1].clone(), |raw| {
            afflux_core::decode::one::<String>(raw.body(), "id").map(|id| id.text().to_owned())
        })
        .await
        .unwrap();
    clean("Debug of Response", &format!("{answer:?}"));
    for value in answer.headers.values() {
        clean("a header of Response", &String::from_utf8_lossy(value.as_bytes()));
    }
    clean("the log", &log.take());
}

#[test]
fn nothing_that_holds_credentials_prints_them() {
    for slot in slots() {
        clean("Slot", &format!("{slot:?} {slot:#?}"));
    }
    let base = BaseUrl::parse("https://api.example").unwrap();
    let built = builder(base);
    clean("EngineBuilder", &format!("{built:?}"));
    let engine = built.build().unwrap();
    clean("Engine", &format!("{engine:?} {engine:#?} {:?} {:?}", engine.credentials(), engine.masker()));
    let unusable = Slot::Header { name: "x".parse().unwrap(), secret: secret(&format!("{HEADER}\n{QUERY}")) };
    let error = Credentials::new().variant("default", [unusable]).unwrap_err();
    error_is_clean("an unusable credential", &error);
}

#[test]
fn a_presigned_address_is_printed_nowhere() {
    let address = format!("https://bucket.example/{}?X-Signature={}", encoded(USER), encoded(QUERY));
    let request = Request::new(&READ).presigned(&address).unwrap();
    clean("Request", &format!("{request:?} {request:#?}"));
    let error = Request::new(&READ).presigned(&address.replace("https", "http")).unwrap_err();
    error_is_clean("a refused address", &error);
}

#[tokio::test]
async fn a_call_to_a_presigned_address_logs_its_host_and_no_signature() {
    let log = log::listen();
    // A storage service quotes the signature that it does not like.
    let quoted = format!("<Error><SignatureProvided>{QUERY}</SignatureProvided></Error>");
    let bucket = Peer::answering(http("403 Forbidden", "", &quoted)).await;
    let signature = encoded(QUERY);
    let address = format!("http://localhost:{}/object?X-Signature={signature}", bucket.address.port());
    // A client that was never told this secret: it stands in the address alone.
    let engine = quick(BaseUrl::parse("https://api.example").unwrap())
        .transport(Arc::new(ReqwestTransport::new()))
        .build()
        .unwrap();
    let error = engine.execute(Request::new(&READ).presigned(&address).unwrap()).await.unwrap_err();
    assert_eq!(error.status().unwrap(), 403, "{error}");
    assert!(bucket.requests()[0].contains(&signature));
    error_is_clean("a refused upload", &error);
    let log = log.take();
    assert!(log.contains("server.address=\"localhost\""), "the span names another host");
    clean("the log", &log);
}

/// Does what user code does in the worst case: prints all that it has and panics, or quotes it in its error.
#[derive(Debug)]
struct Careless {
    panics: bool,
}

impl Transport for Careless {
    fn send<'a>(&'a self, wire: Wire<'a>) -> BoxFuture<'a, Result<WireResponse, WireError>> {
        Box::pin(async move {
            wire.sent.mark();
            assert!(!self.panics, "cannot send {wire:?} with {:?} by {self:?}", wire.slots);
            Err(WireError::new(WireErrorKind::Broken, format!("cannot send {} to /?token={}", echo(), QUERY)))
        })
    }
}

#[tokio::test]
async fn a_panic_or_an_error_of_user_code_shows_no_secret() {
    let log = log::listen();
    let base = || BaseUrl::parse("https://api.example").unwrap();
    let engine = builder(base()).transport(Arc::new(Careless { panics: false })).build().unwrap();
    fails_cleanly("a careless transport", &engine).await;
    let engine = builder(base()).transport(Arc::new(Careless { panics: true })).build().unwrap();
    for request in requests() {
        let engine = engine.clone();
        let panic =
            tokio::spawn(async move { engine.execute(request).await }).await.unwrap_err().into_panic();
        clean("a panic in a transport", panic.downcast_ref::<String>().unwrap());
    }
    let mock = MockTransport::new(|_| Reply::answer(200, "{}"));
    let engine = builder(base()).transport(Arc::new(mock.clone())).build().unwrap();
    let shared = engine.clone();
    let panic = tokio::spawn(async move {
        let closure_sees = shared.clone();
        let request = requests()[0].clone();
        shared.send::<(), _>(request, move |raw| panic!("{closure_sees:?} cannot read {raw:?}")).await
    });
    clean("a panic in a decoder", panic.await.unwrap_err().into_panic().downcast_ref::<String>().unwrap());
    clean("what a mock saw", &format!("{:?} {mock:?}", mock.seen()));
    clean("the log", &log.take());
}

#[tokio::test]
async fn rows_that_do_not_decode_and_links_that_lead_away_show_no_secret() {
    use afflux_core::{decode::Layout, operation::Paging};
    const ROWS: Operation = Operation {
        items: Some(Layout { at: "data", or_under: None, wrapped: None, keyed: false, optional: false }),
        paging: &[Paging::Link { next: "next" }],
        ..READ
    };
    let foreign = format!("https://evil.example/?token={}", encoded(QUERY));
    let page = format!("{{\"data\":[1],\"next\":\"{foreign}\"}}");
    let mock = MockTransport::new(move |_| Reply::answer(200, page.clone()));
    let engine =
        builder(BaseUrl::parse("https://api.example").unwrap()).transport(Arc::new(mock)).build().unwrap();
    let mut pager = engine.pager(Request::new(&ROWS), None);
    assert!(pager.next_texts().await.unwrap().is_some(), "the page itself is good");
    clean("where a listing goes on", &format!("{:?} {pager:?}", pager.resume()));
    error_is_clean("a foreign link", &pager.next_texts().await.unwrap_err());
}

//! What goes over the wire, exactly: credentials in every place, bodies of every kind, foreign addresses without ours.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

mod support;

use std::sync::Arc;

use afflux_core::{
    Delivery, ErrorKind,
    auth::Credentials,
    base_url::BaseUrl,
    decode,
    endpoint::Endpoint,
    engine::Engine,
    operation::{Answers, Format, Operation, Safety},
    request::{Body, Request, StreamBody},
    response::Raw,
    secret::{SecretString, Slot},
};
use http::{HeaderName, Method};
use httpmock::{MockServer, prelude::*};
use support::{
    operations::{CREATE, DELETE, EXPORT, READ, chunks},
    peer::{Peer, http},
};

fn slot(place: &str) -> Slot {
    let secret = |text: &str| SecretString::from(text);
    match place {
        "header" => Slot::Header { name: HeaderName::from_static("x-api-key"), secret: secret("k-1") },
        "bare" => Slot::Header { name: http::header::AUTHORIZATION, secret: secret("bare-token") },
        "basic" => Slot::Basic { user: secret("app key"), password: secret("pass:word") },
        "query" => Slot::Query { name: "token", secret: secret("t/o+k e&n") },
        _ => Slot::Body { name: "passcode", secret: secret("p\"a&s=s") },
    }
}

fn engine(address: &str, credentials: Credentials) -> Engine {
    Engine::builder("fixture", BaseUrl::parse(address).unwrap()).credentials(credentials).build().unwrap()
}

fn with(address: &str, places: &[&str]) -> Engine {
    let slots = places.iter().map(|place| slot(place));
    engine(address, Credentials::new().variant("default", slots).unwrap())
}

#[tokio::test]
async fn a_header_credential_goes_out_bare_with_our_user_agent_and_no_referer() {
    let server = MockServer::start_async().await;
    let mock = server
        .mock_async(|when, then| {
            when.method(GET)
                .path("/api/v2/rows")
                .query_param("from", "2026-03-01 00:00:00")
                .header("authorization", "bare-token")
                .header("user-agent", concat!("afflux/", env!("CARGO_PKG_VERSION")))
                .header("accept-encoding", "gzip")
                .header_missing("referer")
                .header_missing("cookie");
            then.status(200).header("set-cookie", "session=1").body("[]");
        })
        .await;
    let engine = with(&server.url("/api/v2/"), &["bare"]);
    let request = || Request::new(&READ).query_pair("from", "2026-03-01 00:00:00");
    engine.execute(request()).await.unwrap();
    // A second one: neither the cookie nor the address of the first goes along.
    engine.execute(request()).await.unwrap();
    assert_eq!(mock.calls_async().await, 2);
}

#[tokio::test]
async fn a_basic_credential_is_the_base64_of_the_pair() {
    let server = MockServer::start_async().await;
    let mock = server
        .mock_async(|when, then| {
            // `app key:pass:word`
            when.method(GET).path("/rows").header("authorization", "Basic YXBwIGtleTpwYXNzOndvcmQ=");
            then.status(200).body("{}");
        })
        .await;
    with(&server.base_url(), &["basic"]).execute(Request::new(&READ)).await.unwrap();
    mock.assert_async().await;
}

/// The request line and body as they arrive, byte for byte.
async fn on_the_wire(places: &[&str], request: Request) -> String {
    let peer = Peer::answering(http("200 OK", "", "{}")).await;
    with(&format!("http://{}", peer.address), places).execute(request).await.unwrap();
    peer.requests().remove(0)
}

#[tokio::test]
async fn a_query_credential_is_appended_encoded() {
    let request = Request::new(&READ).query_pair("a[]", "1 2").query_pair("b", "\u{e4}+~*");
    let wire = on_the_wire(&["query"], request).await;
    let line = wire.lines().next().unwrap();
    assert_eq!(line, "GET /rows?a%5B%5D=1%202&b=%C3%A4%2B~%2A&token=t%2Fo%2Bk%20e%26n HTTP/1.1");
    assert!(
        on_the_wire(&["query"], Request::new(&READ))
            .await
            .starts_with("GET /rows?token=t%2Fo%2Bk%20e%26n HTTP")
    );
}

#[tokio::test]
async fn a_body_credential_is_put_into_forms_and_objects() {
    let body = |wire: String| wire.split_once("\r\n\r\n").unwrap().1.to_owned();
    let form = Request::new(&CREATE).form_pair("ip", "1.2.3.4").form_pair("name", "\u{e4} b");
    assert_eq!(body(on_the_wire(&["body"], form).await), "ip=1.2.3.4&name=%C3%A4%20b&passcode=p%22a%26s%3Ds");
    let json = |text: &'static str| Request::new(&CREATE).json_text(text);
    assert_eq!(
        body(on_the_wire(&["body"], json("{\"n\":1.10}")).await),
        "{\"passcode\":\"p\\\"a&s=s\",\"n\":1.10}"
    );
    assert_eq!(body(on_the_wire(&["body"], json(" { } ")).await), "{\"passcode\":\"p\\\"a&s=s\" } ");
    assert_eq!(body(on_the_wire(&["body"], Request::new(&CREATE)).await), "passcode=p%22a%26s%3Ds");
}

#[tokio::test]
async fn every_change_says_how_long_its_body_is() {
    let wire = on_the_wire(&["bare"], Request::new(&CREATE).json_text("{}")).await.to_ascii_lowercase();
    assert!(wire.contains("\r\ncontent-type: application/json\r\n"), "{wire}");
    assert!(wire.contains("\r\ncontent-length: 2\r\n"), "{wire}");
    let wire = on_the_wire(&["bare"], Request::new(&CREATE)).await.to_ascii_lowercase();
    assert!(
        wire.contains("\r\ncontent-length: 0\r\n"),
        "some servers refuse a POST without a length: {wire}"
    );
    let wire = on_the_wire(&["bare"], Request::new(&READ)).await.to_ascii_lowercase();
    assert!(!wire.contains("content-length"), "{wire}");
}

#[tokio::test]
async fn each_operation_takes_the_credentials_that_it_names() {
    const SIGNED: Operation = Operation { auth: "signed", path: "/signed", ..READ };
    const PUBLIC: Operation = Operation { auth: "none", path: "/public", ..READ };
    const FORGOTTEN: Operation = Operation { auth: "forgotten", ..READ };
    let server = MockServer::start_async().await;
    let token = server
        .mock_async(|when, then| {
            when.path("/rows").header("x-api-key", "k-1").header_missing("authorization");
            then.status(200).body("{}");
        })
        .await;
    let signed = server
        .mock_async(|when, then| {
            when.path("/signed").header_exists("authorization").header_missing("x-api-key");
            then.status(200).body("{}");
        })
        .await;
    let credentials = Credentials::new()
        .variant("default", [slot("header")])
        .and_then(|all| all.variant("signed", [slot("basic"), slot("query")]))
        .and_then(|all| all.variant("none", []))
        .unwrap();
    let engine = engine(&server.base_url(), credentials);
    engine.execute(Request::new(&READ)).await.unwrap();
    engine.execute(Request::new(&SIGNED)).await.unwrap();
    token.assert_async().await;
    signed.assert_async().await;
    let public = server
        .mock_async(|when, then| {
            when.path("/public").header_missing("authorization").header_missing("x-api-key");
            then.status(200).body("{}");
        })
        .await;
    engine.execute(Request::new(&PUBLIC)).await.unwrap();
    public.assert_async().await;
    let error = engine.execute(Request::new(&FORGOTTEN)).await.unwrap_err();
    assert_eq!((error.delivery(), error.attempts().len()), (Delivery::NotSent, 0), "{error}");
}

#[tokio::test]
async fn a_presigned_upload_goes_to_a_foreign_host_without_our_credentials() {
    const UPLOAD: Operation = Operation {
        method: Method::PUT,
        safety: Safety::Idempotent,
        answers: Answers { format: Format::Empty, ..Answers::JSON },
        ..READ
    };
    let vendor = Peer::answering(http("200 OK", "", "{}")).await;
    let bucket = Peer::answering(http("200 OK", "", "")).await;
    let places = ["header", "basic", "query", "body"];
    let engine = with(&format!("http://{}/prefix", vendor.address), &places);
    let body = StreamBody::replayable(Some(8), || chunks(&["a,b\n", "1,2\n"]));
    let request = Request::new(&UPLOAD)
        .with_body(Body::Stream(body))
        .presigned(&format!("http://{}/a%2Fb/rows.csv?X-Signature=s%2Bg&e=1", bucket.address))
        .unwrap();
    engine.execute(request).await.unwrap();
    assert_eq!(vendor.arrivals(), 0);
    let wire = bucket.requests().remove(0);
    assert!(wire.starts_with("PUT /a%2Fb/rows.csv?X-Signature=s%2Bg&e=1 HTTP/1.1\r\n"), "{wire}");
    assert!(wire.ends_with("\r\n\r\na,b\n1,2\n"), "{wire}");
    let lower = wire.to_ascii_lowercase();
    assert!(lower.contains("content-length: 8\r\n"), "{wire}");
    for ours in ["x-api-key", "authorization", "token", "passcode", "k-1"] {
        assert!(!lower.contains(ours), "{ours} is in {wire}");
    }
}

#[tokio::test]
async fn a_delete_carries_a_body_and_its_empty_answer_is_a_success() {
    let server = MockServer::start_async().await;
    let mock = server
        .mock_async(|when, then| {
            when.method(DELETE_METHOD)
                .path("/rows/1")
                .header("content-type", "application/json")
                .body("{\"ids\":[1]}");
            then.status(204);
        })
        .await;
    let request = Request::new(&DELETE).json_text("{\"ids\":[1]}");
    let raw = with(&server.base_url(), &["bare"]).execute(request).await.unwrap();
    assert!(raw.body().is_empty());
    mock.assert_async().await;
}

const DELETE_METHOD: httpmock::Method = httpmock::Method::DELETE;

/// An endpoint written by hand: a bare array in, a form out.
struct ListIds;

impl Endpoint for ListIds {
    const OPERATION: &'static Operation = &READ;
    type Output = Vec<String>;

    fn encode(&self) -> Result<Request, afflux_core::Error> {
        Ok(Request::new(Self::OPERATION))
    }

    fn decode(&self, raw: &Raw) -> Result<Self::Output, decode::DecodeError> {
        let layout =
            decode::Layout { at: "", or_under: Some("data"), wrapped: None, keyed: false, optional: false };
        let page = decode::texts(raw.body(), &layout)?;
        Ok(page.rows().iter().map(|row| row.text().to_owned()).collect())
    }
}

#[tokio::test]
async fn bare_arrays_csv_and_empty_answers_are_successes_of_their_operations() {
    const QUIET: Operation = Operation { answers: Answers { may_be_empty: true, ..Answers::JSON }, ..READ };
    let answering = async |body: &str| {
        let peer = Peer::answering(http("200 OK", "content-type: text/html\r\n", body)).await;
        (with(&format!("http://{}", peer.address), &["bare"]), peer)
    };
    let (engine, _peer) = answering("[1.10,\"b\"]").await;
    assert_eq!(engine.call(&ListIds).await.unwrap().value, ["1.10", "\"b\""]);
    let (engine, _peer) = answering("id,name\n1,<b>\n").await;
    assert_eq!(engine.execute(Request::new(&EXPORT)).await.unwrap().body(), "id,name\n1,<b>\n");
    let (engine, _peer) = answering("").await;
    for operation in [&QUIET, &EXPORT, &DELETE] {
        assert!(engine.execute(Request::new(operation)).await.unwrap().body().is_empty());
    }
}

#[tokio::test]
async fn an_error_inside_of_a_200_is_told_apart_by_the_vendors_own_words() {
    const CREATES: Operation = Operation {
        answers: Answers {
            success: Some(("status", &["ok"])),
            code: &["error"],
            message: &["text"],
            unsettled: &["db"],
            outcomes: &["duplicate"],
            ..Answers::JSON
        },
        ..CREATE
    };
    let table = [
        ("{\"status\":\"ok\",\"id\":1}", None),
        ("{\"status\":\"error\",\"error\":\"duplicate\"}", None),
        (
            "{\"status\":\"error\",\"error\":\"flow\",\"text\":\"no\"}",
            Some((ErrorKind::Refused, Delivery::Answered)),
        ),
        ("{\"status\":\"error\",\"error\":\"db\"}", Some((ErrorKind::Server, Delivery::Unknown))),
        ("{\"id\":1}", Some((ErrorKind::Unreadable, Delivery::Unknown))),
    ];
    for (body, expected) in table {
        let peer = Peer::answering(http("200 OK", "", body)).await;
        let result =
            with(&format!("http://{}", peer.address), &["bare"]).execute(Request::new(&CREATES)).await;
        let got = result.as_ref().err().map(|error| (error.kind(), error.delivery()));
        assert_eq!(got, expected, "{body}");
        assert_eq!(peer.arrivals(), 1, "{body}");
        if let Err(error) = result {
            assert_eq!(error.raw_body().unwrap(), body);
        }
    }
}

#[tokio::test]
async fn one_limiter_serves_clients_with_different_tokens() {
    use afflux_core::{
        clock::SystemClock,
        limit::{Bucket, LocalLimiter},
    };
    let peer = Peer::answering(http("200 OK", "", "{}")).await;
    let bucket = Bucket::new("default").window(2, std::time::Duration::from_secs(60));
    let limiter = Arc::new(LocalLimiter::new(vec![bucket], Arc::new(SystemClock)).unwrap());
    let client = |token: &str| {
        Engine::builder("fixture", support::base(peer.address))
            .credentials(support::token(token))
            .limiter(limiter.clone())
            .deadline(std::time::Duration::from_secs(1))
            .build()
            .unwrap()
    };
    let (one, two) = (client("token-one"), client("token-two"));
    one.execute(Request::new(&READ)).await.unwrap();
    two.execute(Request::new(&READ)).await.unwrap();
    let error = one.execute(Request::new(&READ)).await.unwrap_err();
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::Limit, Delivery::NotSent), "{error}");
    let seen = peer.requests().join("");
    assert!(seen.contains("token-one") && seen.contains("token-two"));
}

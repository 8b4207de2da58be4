//! The exact requests, and every documented answer.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use std::{net::Ipv4Addr, time::Duration};

use afflux_irev::{Client, Delivery, ErrorKind, Lead, Push, PushErrorType, core::retry::RetryPolicy};
use futures_util::TryStreamExt;
use httpmock::prelude::*;
use serde_json::{Value, json};

const TOKEN: &str = "made-up-token-7f3a";

fn client(server: &MockServer) -> Client {
    let quick = RetryPolicy::default().backoff(Duration::from_millis(1), Duration::from_millis(2));
    Client::builder(&server.url("/api/affiliates/v2"))
        .unwrap()
        .token(TOKEN)
        .engine(|engine| engine.retry(quick.server_wait_cap(Duration::from_secs(1))))
        .build()
        .unwrap()
}

fn lead() -> Lead {
    Lead::new(Ipv4Addr::new(1, 1, 1, 1))
        .country("DE")
        .unwrap()
        .language("en")
        .unwrap()
        .test(true)
        .profile("offer_id", "1")
        .profile("email", "TestLead@test.com")
}

#[tokio::test]
async fn a_push_is_one_post_with_the_bare_token_and_the_lead_as_json() {
    let server = MockServer::start_async().await;
    let push = server
        .mock_async(|when, then| {
            when.method(POST)
                .path("/api/affiliates/v2/leads")
                .header("authorization", TOKEN)
                .header("content-type", "application/json")
                .body(
                    r#"{"ip":"1.1.1.1","country_code":"DE","lead_language":"en","is_test":true,"email":"TestLead@test.com","offer_id":"1"}"#,
                );
            then.status(200).json_body(json!({
                "lead_uuid": "0f1b8398-e144-4fa6-93e0-1d7dce7b74db",
                "auto_login_url": "https://autologin-domain.com/sdk/v1/go/11/0f1b8398",
                "advertiser_uuid": "06aadc39-9034-47ad-8edb-de8992ba6803",
                "advertiser_name": "Test Brand",
            }));
        })
        .await;

    let Push::Accepted(accepted) = client(&server).push(&lead()).await.unwrap() else { panic!("rejected") };

    push.assert_async().await;
    assert_eq!(accepted.lead_uuid.as_str(), "0f1b8398-e144-4fa6-93e0-1d7dce7b74db");
    assert_eq!(accepted.advertiser_name.as_deref(), Some("Test Brand"));
}

#[tokio::test]
async fn a_listing_sends_every_filter_in_utc_and_reads_until_an_empty_page() {
    let server = MockServer::start_async().await;
    let page = |number: &'static str, body: &'static str| {
        server.mock_async(move |when, then| {
            when.method(GET)
                .path("/api/affiliates/v2/leads")
                .header("authorization", TOKEN)
                .query_param("created_from", "2026-08-01T00:00:00Z")
                .query_param("created_to", "2026-08-30T12:30:00Z")
                .query_param("goal_type_uuid", "987abff9-716a-4843-aa60-2311ebd52d58")
                .query_param("is_test", "false")
                .query_param("per_page", "2")
                .query_param("page", number);
            then.status(200).header("content-type", "application/json").body(body);
        })
    };
    // The first page is asked for without a number.
    let first = server
        .mock_async(|when, then| {
            when.method(GET).path("/api/affiliates/v2/leads").query_param_missing("page");
            then.status(200).body(r#"[{"uuid":"a"},{"uuid":"b"}]"#);
        })
        .await;
    let second = page("2", r#"{"data":[{"uuid":"c"}]}"#).await;
    let third = page("3", "[]").await;

    let rows: Vec<_> = client(&server)
        .leads()
        .from("2026-08-01T02:00:00+02:00".parse().unwrap())
        .to("2026-08-30T12:30:00.9Z".parse().unwrap())
        .goal_type("987abff9-716a-4843-aa60-2311ebd52d58")
        .is_test(false)
        .per_page(2)
        .items()
        .unwrap()
        .try_collect()
        .await
        .unwrap();

    for mock in [first, second, third] {
        mock.assert_async().await;
    }
    let texts: Vec<&str> = rows.iter().map(afflux_irev::core::decode::Kept::text).collect();
    assert_eq!(texts, [r#"{"uuid":"a"}"#, r#"{"uuid":"b"}"#, r#"{"uuid":"c"}"#]);
}

#[tokio::test]
async fn a_page_too_large_is_refused_before_anything_is_sent() {
    let server = MockServer::start_async().await;
    let error = client(&server).leads().per_page(101).items().unwrap_err();
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::Validation, Delivery::NotSent));
    assert_eq!(error.field(), Some("per_page"));
    let error = client(&server).leads().page(0).await.unwrap_err();
    assert_eq!(error.field(), Some("page"));
}

#[tokio::test]
async fn goal_types_are_read_with_what_the_vendor_adds() {
    let server = MockServer::start_async().await;
    server
        .mock_async(|when, then| {
            when.method(GET).path("/api/affiliates/v2/goal-types");
            then.status(200).body(
                r#"[{"uuid":"78c6ff24-4373-4164-af9f-7e0207fec1d6","name":"Pushed Lead","rank":1.10}]"#,
            );
        })
        .await;
    let types = client(&server).goal_types().await.unwrap();
    assert_eq!(types[0].name.as_deref(), Some("Pushed Lead"));
    assert_eq!(types[0].extra("rank").as_deref(), Some("1.10"));
}

/// Every documented refusal of a push, and what it means.
#[tokio::test]
async fn every_documented_answer_to_a_push_has_its_meaning() {
    use Delivery::{Answered, Unknown};
    let body = |message: &str, code: u16, kind: Value| {
        json!({"name": "MoleculerError", "message": message, "code": code, "type": kind}).to_string()
    };
    let fixable = json!({"name": "MoleculerError", "message": "Validation Error", "code": 422, "type": "FIXABLE_INPUT",
        "data": {"lead_uuid": null, "errorMessage": "Country_code must be in ISO2 format",
                 "errorType": "FIXABLE_INPUT", "autoLoginUrl": "", "externalLeadId": "", "requiredResponseFields": []}});
    let table = [
        (
            401,
            body("Unauthorized", 401, json!("ERROR_AUTHORIZATION")),
            ErrorKind::Unauthorized,
            Answered,
            "ERROR_AUTHORIZATION",
        ),
        (404, body("Not found", 404, json!("NOT_FOUND")), ErrorKind::Refused, Answered, "NOT_FOUND"),
        (
            404,
            body("gone", 404, json!("SERVICE_NOT_AVAILABLE")),
            ErrorKind::Server,
            Unknown,
            "SERVICE_NOT_AVAILABLE",
        ),
        (
            410,
            body("API version V1 is not supported", 410, json!("NOT_SUPPORTED")),
            ErrorKind::Refused,
            Answered,
            "NOT_SUPPORTED",
        ),
        (
            415,
            r#"{"name":"UnsupportedContentType","message":"Unsupported content type","code":415}"#.to_owned(),
            ErrorKind::Refused,
            Answered,
            "",
        ),
        (422, fixable.to_string(), ErrorKind::Refused, Answered, "FIXABLE_INPUT"),
        (
            422,
            body("Click creating failed", 422, json!("ERROR_PARTNER_PLATFORM")),
            ErrorKind::Server,
            Unknown,
            "ERROR_PARTNER_PLATFORM",
        ),
        (
            400,
            body("Unexpected token", 400, json!("entity.parse.failed")),
            ErrorKind::Refused,
            Answered,
            "entity.parse.failed",
        ),
        (
            429,
            r#"{"name":"RateLimitExceeded","message":"Rate limit exceeded","code":429}"#.to_owned(),
            ErrorKind::RateLimited,
            Answered,
            "",
        ),
        (429, body("full", 429, json!("QUEUE_FULL")), ErrorKind::Server, Unknown, "QUEUE_FULL"),
        (500, body("Can't create lead", 500, json!("ERROR_FSM")), ErrorKind::Server, Unknown, "ERROR_FSM"),
        (500, "Internal Server Error".to_owned(), ErrorKind::Server, Unknown, ""),
        (403, "<html>blocked</html>".to_owned(), ErrorKind::Unauthorized, Answered, ""),
        (302, String::new(), ErrorKind::Redirect, Unknown, ""),
    ];
    for (status, body, kind, delivery, code) in table {
        let server = MockServer::start_async().await;
        let mock = server
            .mock_async(|when, then| {
                when.method(POST);
                then.status(status).body(&body);
            })
            .await;

        let error = client(&server).push(&lead()).await.unwrap_err();

        assert_eq!((error.kind(), error.delivery()), (kind, delivery), "{status} {body}");
        assert_eq!(error.vendor_code().unwrap_or_default(), code, "{status} {body}");
        assert_eq!(error.raw_body().unwrap(), body.as_bytes(), "{status} {body}");
        assert_eq!(mock.calls_async().await, 1, "a push is never repeated: {status} {body}");
    }
}

#[tokio::test]
async fn every_reason_of_a_rejection_is_a_value_with_its_lead() {
    use afflux_irev::core::decode::Word;
    for word in PushErrorType::WORDS.iter().copied().chain(["BRAND_NEW"]) {
        let server = MockServer::start_async().await;
        server
            .mock_async(|when, then| {
                when.method(POST);
                then.status(400).json_body(
                    json!({"name": "MoleculerError", "message": "text", "code": 400, "type": word,
                    "data": {"leadUuid": "3fa1", "errorMessage": "why", "errorType": word}}),
                );
            })
            .await;
        let Push::Rejected(rejected) = client(&server).push(&lead()).await.unwrap() else {
            panic!("accepted")
        };
        assert_eq!(rejected.error_type.unwrap().as_str(), word);
        assert_eq!((rejected.lead_uuid.as_str(), rejected.message.as_deref()), ("3fa1", Some("why")));
    }
}

#[tokio::test]
async fn a_bad_query_names_the_field_that_the_vendor_names() {
    let server = MockServer::start_async().await;
    server
        .mock_async(|when, then| {
            when.method(GET);
            then.status(422).body(r#"{"name":"ValidationError","message":"Parameters validation error!","code":422,"type":"VALIDATION_ERROR","data":[{"type":"numberMax","message":"The 'per_page' field must be less than or equal to 100.","field":"per_page","expected":100,"actual":"120"}]}"#);
        })
        .await;
    let error = client(&server).leads().page(1).await.unwrap_err();
    assert_eq!((error.kind(), error.field()), (ErrorKind::Refused, Some("per_page")));
    assert_eq!(error.vendor_code(), Some("VALIDATION_ERROR"));
}

#[tokio::test]
async fn a_client_is_not_built_on_bad_input() {
    let table = [
        ("", "is not an address"),
        ("acme.irev.com", "is not an address"),
        ("http://acme.irev.com/api", "plain http"),
        ("https://user:pw@acme.irev.com", "user info"),
        ("https://acme.irev.com/?token=x", "query"),
    ];
    for (base, said) in table {
        let error = Client::builder(base).unwrap_err();
        assert_eq!((error.kind(), error.delivery()), (ErrorKind::Configuration, Delivery::NotSent), "{base}");
        assert!(error.to_string().contains(said), "{base}: {error}");
    }
    for token in ["", " \n", "two\nlines"] {
        let error = Client::builder("https://acme.irev.com").unwrap().token(token).build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration, "{token:?}");
    }
    assert!(Client::builder("https://acme.irev.com").unwrap().build().is_err(), "no token at all");
}

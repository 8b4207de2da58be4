//! A call of each set of credentials, and the documented errors of calls that read.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use std::{sync::Arc, time::Duration};

use afflux_clevertap::core::{decode::JsonText, endpoint::Endpoint};
use afflux_clevertap::{
    CampaignResult, Client, Delivery, ErrorKind, OPERATIONS, Region,
    core::{
        operation::Operation,
        retry::RetryPolicy,
        transport::{MockTransport, Reply},
    },
    generated::{
        CampaignReference, CampaignsTrigger, CountEvents, DisassociatedPhone, Disassociation, EventQuery,
        ReadEventExport, TriggerRecipients, UploadRecords,
    },
};
use httpmock::prelude::*;

const PASSCODE: &str = "made-up-passcode-1f81b7";
const TOKEN: &str = "made-up-token-060";

fn client(server: &MockServer) -> Client {
    let quick = RetryPolicy::default().backoff(Duration::from_millis(1), Duration::from_millis(2));
    Client::builder(Region::custom(server.base_url()), "ABC-123-4567")
        .passcode(PASSCODE)
        .token(TOKEN)
        .promo_keys("key", "secret")
        .engine(move |engine| engine.retry(quick))
        .build()
        .unwrap()
}

#[tokio::test]
async fn most_calls_carry_account_id_and_passcode_as_headers() {
    let server = MockServer::start_async().await;
    let mock = server
        .mock_async(|when, then| {
            when.method(POST)
                .path("/1/counts/events.json")
                .header("x-clevertap-account-id", "ABC-123-4567")
                .header("x-clevertap-passcode", PASSCODE)
                .header_missing("x-clevertap-token")
                .header("content-type", "application/json")
                .body(r#"{"event_name":"choseNewFavoriteFood","from":20150810,"to":20151025}"#);
            then.status(200).body(r#"{"status":"partial","req_id":384649162721759182}"#);
        })
        .await;
    let query = EventQuery::new().event_name("choseNewFavoriteFood").from(20_150_810).to(20_151_025);
    let count = client(&server).engine().call(&CountEvents::new(query)).await.unwrap().into_value();
    mock.assert_async().await;
    assert_eq!(count.req_id.as_ref().unwrap().as_str(), "384649162721759182");
}

#[tokio::test]
async fn the_second_external_trigger_carries_the_token_too() {
    let server = MockServer::start_async().await;
    let mock = server
        .mock_async(|when, then| {
            when.method(POST)
                .path("/2/send/externaltrigger.json")
                .header("x-clevertap-account-id", "ABC-123-4567")
                .header("x-clevertap-passcode", PASSCODE)
                .header("x-clevertap-token", TOKEN)
                .body(r#"{"to":{"identity":["ana"]},"campaign_id_list":[1,2]}"#);
            then.status(200).body(r#"{"status":"success","message":"Added to queue for processing"}"#);
        })
        .await;
    let trigger = CampaignsTrigger::new(TriggerRecipients::new().identity(["ana"]), [1_u64, 2]);
    client(&server).messages().trigger_campaigns(trigger).send().await.unwrap();
    mock.assert_async().await;
}

#[tokio::test]
async fn catalogs_carry_account_id_and_token_under_names_of_their_own() {
    let server = MockServer::start_async().await;
    let mock = server
        .mock_async(|when, then| {
            when.method(GET)
                .path("/v2/catalogs/123")
                .header("x-account-id", "ABC-123-4567")
                .header("x-clevertap-token", TOKEN)
                .header_missing("x-clevertap-passcode");
            then.status(200).body(r#"{"id":123,"catalogName":"Shoes","catalogSchema":[],"new_field":1.10}"#);
        })
        .await;
    let catalog = client(&server).catalogs().get(123).send().await.unwrap().into_value();
    mock.assert_async().await;
    assert_eq!(catalog.catalog_name.as_deref(), Some("Shoes"));
    assert_eq!(catalog.extra("new_field").as_deref(), Some("1.10"));
}

#[tokio::test]
async fn products_carry_account_id_and_passcode() {
    let server = MockServer::start_async().await;
    let mock = server
        .mock_async(|when, then| {
            when.method(DELETE)
                .path("/v2/catalogs/123/products/SKU%2F1")
                .header("x-clevertap-account-id", "ABC-123-4567")
                .header("x-clevertap-passcode", PASSCODE);
            then.status(200).body(r#"{"message":"Operation completed successfully"}"#);
        })
        .await;
    client(&server).products().delete(123, "SKU/1").send().await.unwrap();
    mock.assert_async().await;
}

#[tokio::test]
async fn promo_calls_carry_their_own_keys_or_else_the_accounts() {
    let server = MockServer::start_async().await;
    let basic = server
        .mock_async(|when, then| {
            when.method(GET)
                .path("/1/promo/wallets")
                .query_param("identity", "ana")
                .header("authorization", "Basic a2V5OnNlY3JldA==");
            then.status(200)
                .body(r#"{"status":"success","records":[{"walletId":1000,"walletName":"Gold"}]}"#);
        })
        .await;
    let wallets = client(&server).promo().wallets().identity("ana").send().await.unwrap().into_value();
    basic.assert_async().await;
    assert_eq!(wallets.all().unwrap()[0].wallet_id.as_ref().unwrap().as_str(), "1000");
    let plain = server
        .mock_async(|when, then| {
            when.method(GET).path("/1/promo/wallets").header("x-clevertap-passcode", PASSCODE);
            then.status(400).body(r#"{"status":"fail","error":"Invalid identity","code":400}"#);
        })
        .await;
    let other = Client::builder(Region::custom(server.base_url()), "A-1").passcode(PASSCODE).build().unwrap();
    let error = other.promo().wallets().identity("x").send().await.unwrap_err();
    plain.assert_async().await;
    assert_eq!((error.kind(), error.message()), (ErrorKind::Refused, Some("Invalid identity")));
}

#[tokio::test]
async fn a_call_without_its_credentials_says_so_and_sends_nothing() {
    let client = Client::builder(Region::Us1, "A-1").passcode(PASSCODE).build().unwrap();
    let error = client.catalogs().get(1).send().await.unwrap_err();
    assert_eq!((error.delivery(), error.field()), (Delivery::NotSent, Some("catalog")));
}

#[tokio::test(start_paused = true)]
async fn documented_refusals_of_calls_that_read_have_their_meaning() {
    let table = [
        (200, r#"{"status":"fail","error":"Incorrect Usage","code":3}"#, ErrorKind::Refused, 1),
        (
            200,
            r#"{"status":"fail","error":"Request still in progress, please retry later","code":2}"#,
            ErrorKind::Server,
            6,
        ),
        (400, r#"{"error":"[\"Invalid event : X\"]","code":400,"status":"fail"}"#, ErrorKind::Refused, 1),
        (
            401,
            r#"{"status":"fail","error":"Account ID is not valid","code":401}"#,
            ErrorKind::Unauthorized,
            1,
        ),
        (200, "", ErrorKind::Unreadable, 4),
        (429, "", ErrorKind::RateLimited, 4),
    ];
    for (status, body, kind, attempts) in table {
        let transport = MockTransport::new(move |_| Reply::answer(status, body));
        let shared = Arc::new(transport.clone());
        let client = Client::builder(Region::Us1, "A-1")
            .passcode(PASSCODE)
            .engine(move |engine| engine.transport(shared))
            .build()
            .unwrap();
        let error = client.engine().call(&ReadEventExport::new("abc==")).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{status} {body}");
        assert_eq!(transport.seen().len(), attempts, "{status} {body}");
        assert_eq!(transport.seen()[0].query, "cursor=abc%3D%3D", "encoded once");
    }
}

#[tokio::test]
async fn a_campaign_without_a_result_is_an_answer_in_all_its_shapes() {
    let table = [
        (409, r#"{"status":"fail","error":"not ready","code":409}"#),
        (500, r#"{"status":"fail","error":"This target has no result as of yet","code":500}"#),
        (200, r#"{"status":"success","error":"This target hasn't been completed","code":200}"#),
        (200, r#"{"error":"This target hasn't been completed","status":"fail"}"#),
    ];
    for (status, body) in table {
        let transport = Arc::new(MockTransport::new(move |_| Reply::answer(status, body)));
        let client = Client::builder(Region::Us1, "A-1")
            .passcode(PASSCODE)
            .engine(move |engine| engine.transport(transport))
            .build()
            .unwrap();
        let report =
            client.campaigns().report(CampaignReference::new(7_u64)).send().await.unwrap().into_value();
        assert!(report.result.get().is_none() && report.error.is_some(), "{body}");
        assert_eq!(report.text(), body);
        let CampaignResult::NotReady(report) = client.campaign_report(7).await.unwrap() else {
            panic!("{body}")
        };
        assert_eq!(report.text(), body);
    }
}

#[tokio::test]
async fn a_campaign_with_a_result_is_ready() {
    let body = r#"{"result":{"sent":82,"clicked":28},"status":"success"}"#;
    let transport = Arc::new(MockTransport::new(move |seen| {
        assert_eq!(seen.body, r#"{"id":1457432766}"#);
        Reply::answer(200, body)
    }));
    let client = Client::builder(Region::Us1, "A-1")
        .passcode(PASSCODE)
        .engine(move |engine| engine.transport(transport))
        .build()
        .unwrap();
    let CampaignResult::Ready(report) = client.campaign_report(1_457_432_766).await.unwrap() else {
        panic!("not ready")
    };
    assert_eq!((report.result.get().unwrap()["clicked"], report.text()), (28, body));
}

#[tokio::test(start_paused = true)]
async fn any_other_error_of_a_campaigns_report_is_an_error() {
    let table = [
        (500, r#"{"status":"fail","error":"Internal error","code":500}"#, ErrorKind::Server),
        (200, r#"{"status":"fail","error":"Invalid campaign","code":400}"#, ErrorKind::Refused),
        (200, r#"{"status":"fail","error":"Passcode Invalid","code":401}"#, ErrorKind::Unauthorized),
    ];
    for (status, body, kind) in table {
        let transport = Arc::new(MockTransport::new(move |_| Reply::answer(status, body)));
        let client = Client::builder(Region::Us1, "A-1")
            .passcode(PASSCODE)
            .engine(move |engine| engine.transport(transport))
            .build()
            .unwrap();
        let error = client.campaigns().report(CampaignReference::new(7_u64)).send().await.unwrap_err();
        assert_eq!(error.kind(), kind, "{body}");
    }
}

#[tokio::test]
async fn phones_that_were_not_taken_are_told_and_no_error_without_words() {
    let body = r#"{"status":"fail","processed":0,"unprocessed":[{"code":515,"error":"bad phone"}]}"#;
    for body in [body, r#"{"status":"fail","error":"no","code":400}"#] {
        let transport = Arc::new(MockTransport::new(move |_| Reply::answer(200, body)));
        let client = Client::builder(Region::Us1, "A-1")
            .passcode(PASSCODE)
            .engine(move |engine| engine.transport(transport))
            .build()
            .unwrap();
        let phones = Disassociation::new([DisassociatedPhone::new("phone", "+14155550100")]);
        match client.profiles().disassociate_phones(phones).send().await {
            Ok(answer) => {
                assert_eq!(answer.into_value().unprocessed.get().unwrap()[0].code.copied(), Some(515));
            }
            Err(error) => assert_eq!((error.vendor_code(), error.message()), (Some("400"), Some("no"))),
        }
    }
}

#[test]
fn there_are_75_operations_with_limits_as_published() {
    assert_eq!(OPERATIONS.len(), 75);
    let buckets = afflux_clevertap::generated::buckets(None);
    let of = |operation: &Operation| {
        buckets.iter().find(|bucket| bucket.name == operation.bucket).unwrap().concurrency
    };
    let count = |calls| OPERATIONS.iter().filter(|operation| of(operation) == calls).count();
    assert_eq!((count(Some(15)), count(Some(3)), count(None)), (1, 46, 28));
    let weak = OPERATIONS.iter().filter(|operation| operation.weakly_known).count();
    assert!(weak > 0);
}

#[test]
fn a_batch_of_1001_records_is_refused_with_its_field() {
    let records = || vec![JsonText::new("{}").unwrap(); 1001];
    let upload = UploadRecords::new(afflux_clevertap::generated::Records::new(records()));
    let error = upload.encode().unwrap_err();
    assert_eq!((error.kind(), error.field()), (ErrorKind::Validation, Some("d")));
}

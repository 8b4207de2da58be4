//! Files to a signed address: three calls, and not one credential on the second.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use afflux_clevertap::{Client, ErrorKind, FileBody, NewCatalogFile, NewCustomList, Region};
use httpmock::prelude::*;

const PASSCODE: &str = "made-up-passcode-1f81b7";
const SIGNATURE: &str = "made-up-signature-of-32-letters-0";

fn client(vendor: &MockServer) -> Client {
    Client::builder(Region::custom(vendor.base_url()), "ABC-123-4567").passcode(PASSCODE).build().unwrap()
}

fn signed(bucket: &MockServer) -> String {
    format!("{}/lists/a%2Fb.csv?X-Amz-Signature={SIGNATURE}&e=1", bucket.base_url())
}

#[tokio::test]
async fn a_custom_list_is_put_to_the_signed_address_without_credentials_and_completed() {
    let (vendor, bucket) = (MockServer::start_async().await, MockServer::start_async().await);
    let url = signed(&bucket);
    let answer = format!(r#"{{"presignedS3URL":"{url}","expiryEpoch":{{}},"status":"success"}}"#);
    let address = vendor
        .mock_async(move |when, then| {
            when.method(POST).path("/get_custom_list_segment_url").header("x-clevertap-passcode", PASSCODE);
            then.status(200).body(answer);
        })
        .await;
    let content = "Type,Identity\n".to_owned() + &"i,ana\n".repeat(50_000);
    let length = content.len().to_string();
    let expected = content.clone();
    let put = bucket
        .mock_async(move |when, then| {
            when.method(PUT)
                .query_param("X-Amz-Signature", SIGNATURE)
                .header("content-length", length)
                .header_missing("x-clevertap-passcode")
                .header_missing("x-clevertap-account-id")
                .header_missing("x-clevertap-token")
                .header_missing("authorization")
                .body(expected);
            then.status(200);
        })
        .await;
    let done = format!(
        r#"{{"name":"Winners","email":"ana@example.com","filename":"w.csv","creator":"ana@example.com","url":"{url}","replace":true}}"#
    );
    let complete = vendor
        .mock_async(move |when, then| {
            when.method(POST).path("/upload_custom_list_segment_completed").body(done);
            then.status(200).body(r#"{"status":"success","Segment ID":1556025297}"#);
        })
        .await;
    let path = std::env::temp_dir().join(format!("afflux-list-{}.csv", std::process::id()));
    std::fs::write(&path, &content).unwrap();
    let list = NewCustomList::new("Winners", "w.csv", "ana@example.com").replace();
    let made = client(&vendor).put_custom_list(&list, FileBody::path(&path).await.unwrap()).await.unwrap();
    std::fs::remove_file(&path).unwrap();
    assert_eq!(made.segment_id.as_ref().unwrap().as_str(), "1556025297");
    for mock in [address, put, complete] {
        mock.assert_async().await;
    }
}

#[tokio::test]
async fn a_file_that_is_not_taken_is_not_completed_and_the_signature_is_in_no_error() {
    let (vendor, bucket) = (MockServer::start_async().await, MockServer::start_async().await);
    let answer = format!(r#"{{"presignedS3URL":"{}","status":"success"}}"#, signed(&bucket));
    vendor
        .mock_async(move |when, then| {
            when.method(POST).path("/get_catalog_url");
            then.status(200).body(answer);
        })
        .await;
    bucket
        .mock_async(|when, then| {
            when.method(PUT);
            then.status(403).body(format!("<Error>{SIGNATURE} has expired</Error>"));
        })
        .await;
    let complete = vendor
        .mock_async(|when, then| {
            when.method(POST).path("/upload_catalog_completed");
            then.status(200).body(r#"{"status":"success"}"#);
        })
        .await;
    let catalog = NewCatalogFile::new("Shoes", "ana@example.com");
    let error = client(&vendor).put_catalog(&catalog, FileBody::bytes("Identity,Name\n")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthorized);
    let told = format!("{error} {error:?} {:?}", error.raw_body());
    assert!(!told.contains(SIGNATURE) && !told.contains(PASSCODE), "{told}");
    assert_eq!(complete.calls_async().await, 0);
}

#[tokio::test]
async fn what_is_wrong_with_the_list_or_the_address_is_told_before_the_file_is_sent() {
    let vendor = MockServer::start_async().await;
    let address = vendor
        .mock_async(|when, then| {
            when.method(POST).path("/get_custom_list_segment_url");
            then.status(200).body(r#"{"presignedS3URL":"http://bucket.example/x?sig=1","status":"success"}"#);
        })
        .await;
    let put = |list: NewCustomList| {
        let client = client(&vendor);
        async move { client.put_custom_list(&list, FileBody::bytes("Type,Identity\n")).await.unwrap_err() }
    };
    let error = put(NewCustomList::new("", "w.csv", "ana@example.com")).await;
    assert_eq!((error.kind(), error.field()), (ErrorKind::Validation, Some("name")));
    assert_eq!(address.calls_async().await, 0);
    let error = put(NewCustomList::new("Winners", "w.csv", "ana@example.com")).await;
    assert_eq!(
        (error.kind(), error.field()),
        (ErrorKind::Validation, Some("url")),
        "plain http to a foreign host"
    );
    let missing = FileBody::path("/nowhere/w.csv").await.unwrap_err();
    assert_eq!(missing.kind(), ErrorKind::Io);
}

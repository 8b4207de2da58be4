//! Files to a signed address: three calls, and not one credential on the second.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use afflux_clevertap::{
    CatalogFile, Client, Delivery, ErrorKind, FileBody, NewCatalogFile, NewCustomList, Region,
    generated::CatalogFileType,
};
use httpmock::prelude::*;

const PASSCODE: &str = "made-up-passcode-1f81b7";
const SIGNATURE: &str = "made-up-signature-of-32-letters-0";

fn client(vendor: &MockServer) -> Client {
    let builder = Client::builder(Region::custom(vendor.base_url()), "ABC-123-4567");
    builder.passcode(PASSCODE).token("made-up-token-060").build().unwrap()
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
async fn a_file_of_a_new_catalog_is_put_with_its_type_and_completed_with_its_size() {
    let (vendor, bucket) = (MockServer::start_async().await, MockServer::start_async().await);
    let answer = format!(r#"{{"signedUrl":"{}","uploadId":"up-1"}}"#, signed(&bucket));
    let address = vendor
        .mock_async(move |when, then| {
            when.method(GET)
                .path("/v2/catalogs/signedurl")
                .query_param("catalogId", "123")
                .query_param("fileName", "shoes.csv")
                .query_param("contentType", "text/csv")
                .header("x-account-id", "ABC-123-4567");
            then.status(200).body(answer);
        })
        .await;
    let put = bucket
        .mock_async(|when, then| {
            when.method(PUT)
                .query_param("X-Amz-Signature", SIGNATURE)
                .header("content-type", "text/csv")
                .header_missing("x-account-id")
                .header_missing("x-clevertap-token")
                .body("identity,name\n1,Boot\n");
            then.status(200);
        })
        .await;
    let complete = vendor
        .mock_async(|when, then| {
            when.method(POST).path("/v2/catalogs/signedurl/complete").body(
                r#"{"uploadId":"up-1","catalogId":123,"fileName":"shoes.csv","fileSize":21,"completedBy":"ana@example.com"}"#,
            );
            then.status(200).body(r#"{"status":"PROCESSING","jobId":"job_xyz789"}"#);
        })
        .await;
    let file = CatalogFile::new(123, "shoes.csv", CatalogFileType::TextCsv, "ana@example.com");
    let content = FileBody::bytes("identity,name\n1,Boot\n");
    let job = client(&vendor).put_catalog_file(&file, content).await.unwrap();
    assert_eq!(job.job_id.as_deref(), Some("job_xyz789"));
    for mock in [address, put, complete] {
        mock.assert_async().await;
    }
}

#[tokio::test]
async fn a_catalog_file_that_cannot_be_put_is_refused_before_anything_is_sent() {
    let vendor = MockServer::start_async().await;
    let refused = async |name: &str, email: &str, length: u64| {
        let file = CatalogFile::new(1, name, CatalogFileType::TextCsv, email);
        let content = FileBody::stream(length, Box::pin(futures_util::stream::empty()));
        client(&vendor).put_catalog_file(&file, content).await.unwrap_err()
    };
    for (name, email, length, field) in [
        ("", "ana@example.com", 1, "fileName"),
        ("a.csv", "", 1, "completedBy"),
        ("a.csv", "ana@example.com", 100 << 20, "file"),
    ] {
        let error = refused(name, email, length).await;
        assert_eq!((error.field(), error.delivery()), (Some(field), Delivery::NotSent), "{error}");
    }
}

#[tokio::test]
async fn the_last_step_shows_the_signature_in_no_error() {
    let (vendor, bucket) = (MockServer::start_async().await, MockServer::start_async().await);
    let url = signed(&bucket);
    for (path, key) in [
        ("/get_catalog_url", "presignedS3URL"),
        ("/get_custom_list_segment_url", "presignedS3URL"),
        ("/v2/catalogs/signedurl", "signedUrl"),
    ] {
        let answer = format!(r#"{{"{key}":"{url}","uploadId":"up-1","status":"success"}}"#);
        vendor
            .mock_async(move |when, then| {
                when.path(path);
                then.status(200).body(answer);
            })
            .await;
    }
    bucket
        .mock_async(|when, then| {
            when.method(PUT);
            then.status(200);
        })
        .await;
    let echo = format!(r#"{{"status":"fail","error":"File not found at {url}","code":400}}"#);
    vendor
        .mock_async(move |when, then| {
            when.path_matches("complete");
            then.status(400).header("x-echo", url).body(echo);
        })
        .await;
    let (client, body) = (client(&vendor), || FileBody::bytes("Type,Identity\n"));
    let catalog = NewCatalogFile::new("Shoes", "ana@example.com");
    let list = NewCustomList::new("Winners", "w.csv", "ana@example.com");
    let file = CatalogFile::new(1, "shoes.csv", CatalogFileType::TextCsv, "ana@example.com");
    for error in [
        client.put_catalog(&catalog, body()).await.map(drop).unwrap_err(),
        client.put_custom_list(&list, body()).await.map(drop).unwrap_err(),
        client.put_catalog_file(&file, body()).await.map(drop).unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::Refused);
        let told = format!("{error} {error:?} {:?} {:?}", error.headers(), error.message());
        let raw = String::from_utf8_lossy(error.raw_body().unwrap()).into_owned();
        assert!(raw.contains("File not found") && !(told + &raw).contains(SIGNATURE), "{error} {raw}");
    }
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

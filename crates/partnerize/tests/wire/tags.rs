//! Partnerize tags.

use std::time::Duration;

use afflux_partnerize::{
    Delivery,
    generated::{NewTag, NewTagScope},
};
use httpmock::prelude::*;

use crate::client;

#[tokio::test]
async fn tags_are_made_and_deleted_in_the_third_api() {
    let server = MockServer::start_async().await;
    let made = server
        .mock_async(|when, then| {
            when.method(POST)
                .path("/v3/partner/partnerize-tags")
                .body(r#"{"name":"my-tag","scope":{"partner":"111111l2"}}"#);
            then.status(201).body(r#"{"data":{"id":"111111l35","created_at":"2020-07-22T12:23:58.000Z"}}"#);
        })
        .await;
    let gone = server
        .mock_async(|when, then| {
            when.method(DELETE).path("/v3/partner/partnerize-tags/111111l35");
            then.status(204);
        })
        .await;
    let client = client(&server);
    let tag = NewTag::new("my-tag", NewTagScope::new().partner("111111l2"));
    let tag = client.tags().create(tag).send().await.unwrap().into_value();
    client.tags().delete(tag.id.clone().unwrap()).send().await.unwrap();
    made.assert_async().await;
    gone.assert_async().await;
}

#[tokio::test]
async fn what_the_document_forbids_is_refused_before_it_is_sent() {
    let server = MockServer::start_async().await;
    let call = client(&server);
    let error =
        call.tags().create(NewTag::new("x".repeat(256), NewTagScope::new())).send().await.unwrap_err();
    assert_eq!((error.delivery(), error.field()), (Delivery::NotSent, Some("name")));
}

#[tokio::test]
async fn a_call_that_came_too_soon_waits_as_long_as_the_header_says_even_a_change() {
    let server = MockServer::start_async().await;
    let limited = server
        .mock_async(|when, then| {
            when.method(POST).path("/v3/partner/partnerize-tags");
            then.status(429).header("X-RateLimit-Retry-After", "1").body(
                r#"{"error":{"errors":[{"property":"","message":"m","code":"3b22ff00-96a5-4fa4-96cc-f36e68dbd2e2","type":"too_many_requests"}],"message":"Too Many Requests","code":"429"}}"#,
            );
        })
        .await;
    let client = client(&server);
    let call = client.tags().create(NewTag::new("t", NewTagScope::new())).send();
    let after = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        limited.delete_async().await;
        server
            .mock_async(|when, then| {
                when.method(POST).path("/v3/partner/partnerize-tags");
                then.status(201).body(r#"{"data":{"id":"1"}}"#);
            })
            .await
    };
    let (tag, made) = tokio::join!(call, after);
    assert_eq!(tag.unwrap().attempts.len(), 2);
    made.assert_async().await;
}

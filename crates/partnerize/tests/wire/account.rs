//! Networks and websites.

use afflux_partnerize::generated::{self, NewWebsite};
use httpmock::prelude::*;

use crate::{BASIC, PARTNER, client};

#[tokio::test]
async fn both_keys_go_as_basic_authentication_and_wrapped_items_are_unwrapped() {
    let server = MockServer::start_async().await;
    let mock = server
        .mock_async(|when, then| {
            when.method(GET).path("/network").header("authorization", BASIC);
            then.status(200)
                .body(r#"{"count":1,"networks":[{"network":{"network_id":1,"network_name":"N"}}]}"#);
        })
        .await;
    let networks = client(&server).networks().list().rows().await.unwrap();
    mock.assert_async().await;
    assert_eq!(networks[0].network_id.as_ref().unwrap().as_str(), "1");
    assert_eq!(networks[0].text(), r#"{"network":{"network_id":1,"network_name":"N"}}"#);
}

#[tokio::test]
async fn one_website_is_sent_bare_and_several_under_their_name() {
    let server = MockServer::start_async().await;
    let answer = r#"{"websites":[{"website":{"website_id":"11l1","website_name":null}}]}"#;
    let one = server
        .mock_async(|when, then| {
            when.method(POST)
                .path("/user/publisher/1l1007802/website")
                .body(r#"{"website_name":"n","website_url":"https://example.com"}"#);
            then.status(200).body(answer);
        })
        .await;
    let several = server
        .mock_async(|when, then| {
            when.method(POST).path("/user/publisher/1l1007802/website").body(
                r#"{"websites":[{"website_url":"https://a.example"},{"website_url":"https://b.example"}]}"#,
            );
            then.status(200).body(answer);
        })
        .await;
    let client = client(&server);
    let website = NewWebsite::new("https://example.com").website_name("n");
    client.websites().create(PARTNER, website).send().await.unwrap();
    let both = ["https://a.example", "https://b.example"].map(NewWebsite::new);
    let rows = client.websites().create(PARTNER, generated::WebsiteList::new(both)).rows().await.unwrap();
    one.assert_async().await;
    several.assert_async().await;
    assert_eq!(rows[0].website_id.as_ref().unwrap().as_str(), "11l1");
    assert_eq!(rows[0].website_name, None);
}

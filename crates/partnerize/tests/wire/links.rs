//! Tracking links.

use afflux_partnerize::{
    core::decode::Kept,
    generated::{self, LinkUpdate, NewLink, NewLinkParameter},
};
use futures_util::TryStreamExt;
use httpmock::prelude::*;

use crate::{PARTNER, client};

#[tokio::test]
async fn links_are_made_changed_and_listed_along_their_next_page() {
    let server = MockServer::start_async().await;
    let made = server
        .mock_async(|when, then| {
            when.method(POST)
                .path("/v2/publishers/1l1007802/links")
                .body(r#"{"campaign_id":"10l176","description":null,"params":[{"key":"pubref","value":"a"}],"active":true}"#);
            then.status(200).body(r#"{"execution_time":"0.1 seconds","link":{"id":"1011l10","description":null}}"#);
        })
        .await;
    let changed = server
        .mock_async(|when, then| {
            when.method("PATCH").path("/v2/publishers/1l1007802/links/1011l10").body(r#"{"active":false}"#);
            then.status(200).body(r#"{"link":{"id":"1011l10","active":false}}"#);
        })
        .await;
    let second = server
        .mock_async(|when, then| {
            when.method(GET).path("/v2/publishers/1l1007802/links").query_param("offset", "1");
            then.status(200).body(r#"{"links":[{"id":"b"}],"hypermedia":{"pagination":{"next_page":null}}}"#);
        })
        .await;
    let first = server
        .mock_async(|when, then| {
            when.method(GET).path("/v2/publishers/1l1007802/links").query_param_missing("offset");
            then.status(200).body(
                r#"{"links":[{"id":"a"}],"hypermedia":{"pagination":{"next_page":"/v2/publishers/1l1007802/links?limit=1&offset=1"}}}"#,
            );
        })
        .await;
    let links = client(&server);
    let new = NewLink::new("10l176")
        .clear_description()
        .params([NewLinkParameter::new("pubref", "a")])
        .active(true);
    let link = links.links().create(PARTNER, new).send().await.unwrap().into_value();
    assert_eq!(link.id.as_ref().unwrap().as_str(), "1011l10");
    assert_eq!(link.text(), r#"{"execution_time":"0.1 seconds","link":{"id":"1011l10","description":null}}"#);
    links.links().update(PARTNER, "1011l10", LinkUpdate::new().active(false)).send().await.unwrap();
    let all: Vec<Kept<generated::Link>> =
        links.links().list(PARTNER).limit(1).items().unwrap().try_collect().await.unwrap();
    let ids: Vec<&str> = all.iter().map(|link| link.id.as_ref().unwrap().as_str()).collect();
    assert_eq!(ids, ["a", "b"]);
    for mock in [made, changed, first, second] {
        mock.assert_async().await;
    }
}

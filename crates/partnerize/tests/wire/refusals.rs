//! What is refused, and what is lost.

use afflux_partnerize::{
    Constraint, Delivery, ErrorKind, Generation, Refusal,
    core::{endpoint::Endpoint, response::Raw},
    generated::{self, NewLink},
};
use httpmock::prelude::*;

use crate::{PARTNER, client};

#[tokio::test]
async fn a_lost_answer_to_a_change_is_not_repeated_and_says_where_to_look() {
    let server = MockServer::start_async().await;
    let mock = server
        .mock_async(|when, then| {
            when.method(POST).path("/v2/publishers/1l1007802/links");
            then.status(503);
        })
        .await;
    let error = client(&server).links().create(PARTNER, NewLink::new("c")).send().await.unwrap_err();
    assert_eq!(error.delivery(), Delivery::Unknown);
    assert_eq!(error.next_step(), "list the links before making it again");
    assert_eq!(mock.calls_async().await, 1);
}

#[tokio::test]
async fn the_error_bodies_of_all_generations_have_one_reading() {
    let server = MockServer::start_async().await;
    let fails = |path: &'static str, status: u16, body: &'static str| {
        server.mock_async(move |when, then| {
            when.path(path);
            then.status(status).body(body);
        })
    };
    fails("/network", 401, r#"{"error":{"message":"No","type":"401"}}"#).await;
    fails(
        "/v2/publishers/1l1007802/links/x",
        404,
        r#"{"error":{"errors":[{"type":"error","code":"entity_not_found","message":"link not found"}],"code":"404","message":"Not Found"}}"#,
    )
    .await;
    fails(
        "/v3/partner/partnerize-tags/x",
        403,
        r#"{"error":{"errors":[{"property":"[campaigns][0]","message":"You do not","code":"16bd7f4a-bf84-45c3-aa95-9b32aeb139b0","type":"unauthorised"}],"code":"403","message":"Forbidden"}}"#,
    )
    .await;
    let client = client(&server);

    let first = client.networks().list().send().await.unwrap_err();
    assert_eq!((first.kind(), first.vendor_code()), (ErrorKind::Unauthorized, Some("401")));
    let refusal = Refusal::of(&first).unwrap();
    assert_eq!((refusal.generation, refusal.faults.len()), (Generation::First, 0));

    let second = client.links().get(PARTNER, "x").send().await.unwrap_err();
    assert_eq!((second.kind(), second.vendor_code()), (ErrorKind::Refused, Some("entity_not_found")));
    let refusal = Refusal::of(&second).unwrap();
    assert_eq!(refusal.to_string(), "Not Found: link not found");
    assert_eq!(refusal.faults[0].constraint, Some(Constraint::EntityNotFound));

    let third = client.tags().get("x").send().await.unwrap_err();
    assert_eq!(third.field(), Some("[campaigns][0]"));
    let refusal = Refusal::of(&third).unwrap();
    assert_eq!(refusal.generation, Generation::Third);
    assert_eq!(refusal.faults[0].constraint, Some(Constraint::EntityAccessDenied));
    assert_eq!(refusal.faults[0].property.pointer(), "/campaigns/0");
}

#[test]
fn an_error_that_is_not_the_vendors_has_no_refusal() {
    for body in ["", "<html>", "[]", r#"{"error":"no"}"#, r#"{"message":"no"}"#] {
        assert_eq!(Refusal::read(Generation::First, body.as_bytes()), None, "{body}");
    }
    let raw = Raw::for_test(generated::ListNetworks::OPERATION, http::StatusCode::OK, "{}");
    assert!(generated::ListNetworks::new().decode(&raw).is_err());
}

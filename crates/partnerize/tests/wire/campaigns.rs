//! Campaigns, and taking part in them.

use afflux_partnerize::generated::{
    self, CampaignRequest, CampaignRequests, CampaignStatus, InvitationAnswer, ParticipationStatus,
};
use httpmock::prelude::*;

use crate::{PARTNER, client};

#[tokio::test]
async fn the_state_of_the_first_api_is_a_letter_in_the_path() {
    let server = MockServer::start_async().await;
    let mock = server
        .mock_async(|when, then| {
            when.method(GET).path("/user/publisher/1l1007802/campaign/t");
            then.status(200)
                .body(r#"{"campaigns":[{"campaign":{"campaign_id":"10l1","is_cpc":"y","status":"z"}}]}"#);
        })
        .await;
    let campaigns =
        client(&server).campaigns().list(PARTNER, ParticipationStatus::Invited).rows().await.unwrap();
    mock.assert_async().await;
    assert_eq!(campaigns[0].is_cpc, Some(generated::YesOrNo::Yes));
    assert_eq!(campaigns[0].status.as_ref().unwrap().as_str(), "z");
}

#[tokio::test]
async fn lists_in_a_query_repeat_their_name_with_brackets() {
    let server = MockServer::start_async().await;
    let mock = server
        .mock_async(|when, then| {
            when.method(GET).path("/v3/partner/1l1007802/participations").is_true(|request| {
                request.uri().query() == Some("status%5B%5D=a&status%5B%5D=p&campaign_status%5B%5D=r")
            });
            then.status(200)
                .body(r#"{"data":[{"campaign_id:":"10l1","status":"y","campaign_info:":{"title":"T"}}]}"#);
        })
        .await;
    let call = client(&server);
    let call = call
        .participations()
        .list(PARTNER)
        .status([ParticipationStatus::Approved, ParticipationStatus::Pending])
        .campaign_status([CampaignStatus::Retired]);
    let rows = call.rows().await.unwrap();
    mock.assert_async().await;
    // The sample's stray colons are read, and stay in the text.
    assert_eq!(rows[0].campaign_id.as_ref().unwrap().as_str(), "10l1");
    assert_eq!(rows[0].campaign_info.get().unwrap().title.as_deref(), Some("T"));
    assert!(rows[0].text().contains(r#""campaign_id:""#));
}

#[tokio::test]
async fn requests_and_invitations_are_posted_and_an_empty_answer_is_one() {
    let server = MockServer::start_async().await;
    let accepted = server
        .mock_async(|when, then| {
            when.method(POST)
                .path("/v2/publishers/1l1007802/invitations/accept")
                .body(r#"{"campaign_ids":["111111l1"]}"#);
            then.status(204);
        })
        .await;
    let asked = server
        .mock_async(|when, then| {
            when.method(POST)
                .path("/v2/publishers/1l1007802/campaign-requests")
                .body(r#"{"campaign_requests":[{"advertiser_id":"b","campaign_id":"c"}]}"#);
            then.status(201).body(r#"{"success_count":0,"failure_count":1,"execution_type":"0.3 seconds"}"#);
        })
        .await;
    let client = client(&server);
    client.invitations().accept(PARTNER, InvitationAnswer::new(["111111l1"])).send().await.unwrap();
    let requests = CampaignRequests::new([CampaignRequest::new("b", "c")]);
    let done = client.participations().request(PARTNER, requests).send().await.unwrap().into_value();
    assert_eq!(done.failure_count.get(), Some(&1));
    accepted.assert_async().await;
    asked.assert_async().await;
}

//! The documented requests, written by the typed values: each body is the documented one, byte for byte.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use afflux_clevertap::{
    core::{
        decode::JsonText,
        endpoint::Endpoint,
        request::{Body, Request},
    },
    generated::{
        Bulletin, CampaignQuery, CampaignReference, CampaignTrigger, DeleteProfiles, DeleteVariables,
        DemergeProfiles, DisassociatePhones, DisassociatedKind, DisassociatedPhone, Disassociation,
        GetCampaignReport, ListCampaigns, NewMessage, ProfileDeletion, ProfileDemerge, RaiseBulletin,
        Recipients, SendPush, SetSubscriptions, StopCampaign, Subscription, SubscriptionChange,
        SubscriptionChannel, Subscriptions, TemplateMapping, TriggerCampaign, TriggerRecipients,
        UpdateTemplateIds, VariableDeletion,
    },
};

fn json(text: &str) -> JsonText {
    JsonText::new(text.to_owned()).unwrap()
}

fn encoded(endpoint: &impl Endpoint) -> Request {
    endpoint.encode().unwrap()
}

#[test]
fn documented_bodies_are_written_as_they_are_documented() {
    let subscription =
        Subscription::new(SubscriptionChannel::Phone, "+14155551234", SubscriptionChange::Unsubscribe);
    let phone = DisassociatedPhone::new(DisassociatedKind::Phone, "+14155551234");
    let push = NewMessage::new(
        Recipients::new().email(["john@doe.com"]).identity(["1234"]),
        json(r#"{"title":"Welcome","body":"Smile"}"#),
    );
    let bulletin =
        Bulletin::new("Program Released", "night", [("program_id", "234567")], "admin@mail", "now");
    let trigger = CampaignTrigger::new(TriggerRecipients::new().identity(["ana"]), "1234")
        .external_trigger(json(r#"{"key":"value"}"#));
    let table = [
        (
            encoded(&DeleteProfiles::new(ProfileDeletion::new().identity(["a", "b"]))),
            r#"{"identity":["a","b"]}"#,
        ),
        (encoded(&DeleteProfiles::new(ProfileDeletion::new().guid(["-1a"]))), r#"{"guid":["-1a"]}"#),
        (encoded(&DemergeProfiles::new(ProfileDemerge::new(["a@b.c"]))), r#"{"identities":["a@b.c"]}"#),
        (
            encoded(&SetSubscriptions::new(Subscriptions::new([subscription]))),
            r#"{"d":[{"type":"phone","value":"+14155551234","status":"Unsubscribe"}]}"#,
        ),
        (
            encoded(&DisassociatePhones::new(Disassociation::new([phone]))),
            r#"{"d":[{"type":"phone","value":"+14155551234"}]}"#,
        ),
        (encoded(&StopCampaign::new(CampaignReference::new(1_457_432_766))), r#"{"id":1457432766}"#),
        (encoded(&GetCampaignReport::new(CampaignReference::new(1_457_432_766))), r#"{"id":1457432766}"#),
        (
            encoded(&ListCampaigns::new(CampaignQuery::new(20_160_101, 20_160_317))),
            r#"{"from":20160101,"to":20160317}"#,
        ),
        (
            encoded(&RaiseBulletin::new(bulletin)),
            r#"{"business_event":"Program Released","name":"night","properties":{"program_id":"234567"},"c-by":"admin@mail","when":"now"}"#,
        ),
        (
            encoded(&SendPush::new(push)),
            r#"{"to":{"Email":["john@doe.com"],"Identity":["1234"]},"content":{"title":"Welcome","body":"Smile"}}"#,
        ),
        (
            encoded(&TriggerCampaign::new(trigger)),
            r#"{"to":{"identity":["ana"]},"campaign_id":"1234","ExternalTrigger":{"key":"value"}}"#,
        ),
        (
            encoded(&UpdateTemplateIds::new([TemplateMapping::new(1_563_478_922, "455633413")])),
            r#"[{"campaign_id":1563478922,"template_id":"455633413"}]"#,
        ),
        (
            encoded(&DeleteVariables::new(VariableDeletion::new().variable_names(["a.b"]))),
            r#"{"variableNames":["a.b"]}"#,
        ),
    ];
    for (request, documented) in table {
        let Body::Bytes(body) = request.body() else { panic!("{documented}: no body") };
        assert_eq!(body, documented, "{request:?}");
    }
}

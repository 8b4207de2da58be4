//! What CleverTap sends: read as documented, in every spelling, kept byte for byte; and nothing that comes makes it panic.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use afflux_clevertap::{
    core::decode::Kept,
    inbound::{
        CustomReward, Pairs, Placeholder, PostAction, Rcs, ReportAnswer, Template, TemplateError, Webhook,
        WhatsApp,
    },
};

const TEST_CALL: &str = r#"{"is_test":true,"targetId":1234,"key_values":{"key":"value"},"profiles":[{"Identity":"UserId","Email":"User@user.com","push_token":"Token"}]}"#;
const BROADCAST: &str = r#"{"targetId": 1712045123, "key_values": {}, "profiles": [{"email":"ana@example.com","identity":"u-1","all_identities":["u-1","u-2"],"objectId":"__a1","phone":"+4930123456","name":"Ana","push_token":"tok-5f2c","profileData":{"score":1.10,"tags":["a","b"],"vip":true,"since":1712081380237},"event_properties":{"when":"$D_1712081380"},"session_props":{},"key_values":{"apikey":"k-777"},"systemProfileData":{"emailSubscription":"Subscribed","age":"2 years 1 months"},"loyalty":"gold"}]}"#;
const SINGLE: &str = r#"{"targetId":1234,"profiles":{"Email":"bo@example.com","Identity":"u-9","ObjectId":"__b2","ProfileData":{"plan":"pro"},"Event_properties":{"price":9.99},"Push_token":"tok-9"}}"#;
const POST_ACTION: &str = r#"{"targetId":1712045123,"profiles":[{"identity":"u-1","all_identities":["u-1"],"objectId":"__a1","payload":{"title":"Hi","body":"There","kvs":{"wzrk_cid":"c","wzrk_bi":"1","wzrk_bc":"0","wzrk_ttl_s":"3600","wzrk_ttl":"1712081380","wzrk_acct_id":"ZZZ-123-4567"}}}]}"#;
const REWARD: &str = r#"{"profiles":{"email":"ana@example.com","identity":"u-1","phone":"+4930123456","objectId":"__a1"},"reward":{"clientRewardId":"cr-1","clevertapRewardId":"ct-1","rewardName":"Ten","rewardDescription":"Ten percent","campaignId":123494},"customMetadata":{"shop":7},"credits":50}"#;
const TEMPLATED: &str = r#"{"payloadVersion":0.1,"to":"+919999999999","wabaNumber":"918888888888","isTemplate":true,"msgId":"25596363|1639561857|20220227|25596363","template":{"namespace":"spring_sale","languageCode":"en_US"},"components":[{"type":"header","header":{"type":"image","image":{"mediaURL":"https://cdn.example/a.png"}}},{"type":"body","body":{"text":"Hello {{1}}","parameters":[{"type":"text","text":"471199"}]}},{"type":"footer","footer":"Bye"},{"type":"button","index":0,"subType":"copy_code","buttonText":"Copy","parameters":[{"type":"coupon_code","coupon_code":"SPRING-SECRET"}]},{"type":"limited_time_offer","text":"Soon","parameters":[{"type":"limited_time_offer","limited_time_offer":{"expiration_time_ms":1712081380237}}]},{"type":"carousel","cards":[{"components":[{"type":"footertext","footertext":"Card"}]}]},{"customProps":[{"Key1":"v"}]}]}"#;
const VERIFICATION: &str = r#"{"body":{"payloadVersion":0.1,"to":"1","wabaNumber":"2","isTemplate":true,"msgId":"0|0|0|0","template":{"namespace":"whatsapp:hsm:technology:generic:verify","languageCode":"en"},"components":[]}}"#;
const FREE: &str = r#"{"payloadVersion":0.1,"to":"1","wabaNumber":"2","isTemplate":false,"type":"file","msg_id":"1|22|3|4","file":{"mediaURL":"https://cdn.example/a.pdf","caption":"Bill","filename":"bill.pdf"}}"#;
const RCS: &str = r#"{"payloadVersion":0.1,"msgId":"CT_TXT_1","to":"+911234567890","callbackURL":"https://in1.example/rcs/cb-secret","rcsContent":{"senderId":"acme","customParam":[{"name":"key","value":"param-secret"}],"content":{"type":"TEXT","text":"Hi","suggestions":[{"type":"OPEN_URL","text":"Look","postbackData":"p1","url":"https://x.example"}]}},"smsContent":{"senderId":"ACME","body":"Hi"}}"#;

#[test]
fn the_call_of_the_dashboard_is_recognised_and_its_capitals_do_not_matter() {
    let call = Webhook::parse(TEST_CALL).unwrap();
    assert_eq!((call.is_test.copied(), call.target_id.as_ref().unwrap().as_str()), (Some(true), "1234"));
    assert_eq!(call.key_value("key"), Some("value"));
    let user = &call.users()[0];
    assert_eq!((user.identity.as_deref(), user.email.as_deref()), (Some("UserId"), Some("User@user.com")));
    assert_eq!(user.push_token.as_ref().unwrap().reveal(), "Token");
    assert!(call.unknown_fields().is_empty() && user.unknown_fields().is_empty());
}

#[test]
fn a_broadcast_and_a_single_user_read_alike() {
    let broadcast = Webhook::parse(BROADCAST).unwrap();
    let user = &broadcast.users()[0];
    assert_eq!(user.all_identities.get().unwrap(), &["u-1", "u-2"]);
    assert_eq!(user.profile_data.get().unwrap()["score"].text(), "1.10");
    assert_eq!(user.pointer("/systemProfileData/age").unwrap().text(), "2 years 1 months");
    assert_eq!(user.extra("loyalty").as_deref(), Some("gold"));
    assert_eq!(user.unknown_fields().len(), 1);
    let single = Webhook::parse(SINGLE).unwrap();
    let user = &single.users()[0];
    assert_eq!((user.object_id.as_deref(), single.users().len()), (Some("__b2"), 1));
    assert_eq!(user.event_properties.get().unwrap()["price"].text(), "9.99");
    assert_eq!(user.profile_data.get().unwrap()["plan"].field().text(), "pro");
}

#[test]
fn a_spelling_that_nobody_documents_is_read_too() {
    let odd =
        Webhook::parse(r#"{"TARGETID":"7","Profiles":[{"EMAIL":"a@b.c","objectid":"o"}],"more":1}"#).unwrap();
    assert_eq!(odd.users()[0].email.as_deref(), Some("a@b.c"));
    assert_eq!(odd.users()[0].object_id.as_deref(), Some("o"));
    assert_eq!(odd.target_id.as_ref().unwrap().as_str(), "7");
    assert_eq!(odd.extra("more").as_deref(), Some("1"));
}

#[test]
fn users_that_are_no_objects_are_drift_and_no_error() {
    let odd = Webhook::parse(r#"{"targetId":1,"profiles":["u-1"]}"#).unwrap();
    assert!(odd.users().is_empty());
    assert_eq!(odd.profiles.other(), Some(r#"["u-1"]"#));
    assert!(Webhook::parse("[]").is_err());
    assert!(Webhook::parse("7").is_err());
    assert!(Webhook::parse("{").is_err());
}

#[test]
fn a_delivered_push_and_a_reward_read_as_documented() {
    let action = PostAction::parse(POST_ACTION).unwrap();
    let user = &action.profiles.get().unwrap()[0];
    let push = user.payload.get().unwrap();
    assert_eq!((push.title.as_deref(), push.body.as_deref()), (Some("Hi"), Some("There")));
    assert_eq!(push.kvs.get().unwrap()["wzrk_ttl_s"].reveal(), "3600");
    let reward = CustomReward::parse(REWARD).unwrap();
    assert_eq!(reward.profiles.get().unwrap().identity.as_deref(), Some("u-1"));
    assert_eq!(reward.reward.get().unwrap().campaign_id.as_ref().unwrap().as_str(), "123494");
    assert_eq!(reward.extra("credits").as_deref(), Some("50"), "where credits stand is not documented");
}

#[test]
fn a_whatsapp_message_of_a_template_reads_as_documented() {
    let message = WhatsApp::parse(TEMPLATED).unwrap();
    assert_eq!(message.campaign_id(), Some("1639561857"));
    assert!(!message.is_verification());
    let [header, body, footer, button, offer, carousel, custom] = message.parts() else { panic!() };
    assert_eq!(header.header_media().unwrap().media_url.as_deref(), Some("https://cdn.example/a.png"));
    let parameters = body.body.get().unwrap().parameters.get().unwrap();
    assert_eq!(parameters[0].text.as_ref().unwrap().reveal(), "471199");
    assert_eq!(footer.footer.as_deref(), Some("Bye"));
    assert_eq!((button.index.copied(), button.sub_type.as_deref()), (Some(0), Some("copy_code")));
    assert_eq!(offer.parameters.get().unwrap()[0].expires().unwrap().as_millisecond(), 1_712_081_380_237);
    let cards: Vec<_> = carousel.cards().collect();
    assert_eq!(cards[0].components.get().unwrap()[0].footer.as_deref(), Some("Card"));
    assert_eq!(custom.custom_props.as_ref().unwrap().pointer("/0/Key1").unwrap().text(), "v");
}

#[test]
fn the_verification_call_and_a_free_message_read_as_documented() {
    let call = WhatsApp::parse(VERIFICATION).unwrap();
    assert!(call.is_verification());
    assert_eq!((call.msg_id.as_deref(), call.text()), (Some("0|0|0|0"), VERIFICATION));
    let free = WhatsApp::parse(FREE).unwrap();
    assert_eq!((free.campaign_id(), free.kind.as_deref()), (Some("22"), Some("file")));
    assert_eq!(free.file.get().unwrap().filename.as_deref(), Some("bill.pdf"));
}

#[test]
fn an_rcs_text_reads_as_documented() {
    let message = Rcs::parse(RCS).unwrap();
    let rcs = message.rcs_content.get().unwrap();
    let content = rcs.content.get().unwrap();
    assert_eq!(content.text.as_deref(), Some("Hi"));
    assert_eq!(content.suggestions.get().unwrap()[0].url.as_deref(), Some("https://x.example"));
    assert_eq!(message.sms_content.get().unwrap().sender_id.as_deref(), Some("ACME"));
}

#[test]
fn every_sample_is_written_out_byte_for_byte() {
    fn check<T>(kept: &Kept<T>, sample: &str) {
        assert_eq!(serde_json::to_string(kept).unwrap(), sample);
        assert_eq!(kept.text(), sample);
    }
    for sample in [TEST_CALL, BROADCAST, SINGLE] {
        check(&Webhook::parse(sample).unwrap(), sample);
    }
    for sample in [TEMPLATED, VERIFICATION, FREE] {
        check(&WhatsApp::parse(sample).unwrap(), sample);
    }
    check(&PostAction::parse(POST_ACTION).unwrap(), POST_ACTION);
    check(&CustomReward::parse(REWARD).unwrap(), REWARD);
    check(&Rcs::parse(RCS).unwrap(), RCS);
}

#[test]
fn what_is_secret_is_masked_when_it_is_printed() {
    let secrets = [
        "tok-5f2c",
        "k-777",
        "ZZZ-123-4567",
        "cb-secret",
        "param-secret",
        "SPRING-SECRET",
        "471199",
        "pw-4711",
    ];
    let template = Template::json(r#"{"to":"$$To","text":"$$Body"}"#).unwrap();
    let printed = format!(
        "{:?}{:?}{:?}{:?}{:?}{:?}",
        Webhook::parse(BROADCAST).unwrap(),
        PostAction::parse(POST_ACTION).unwrap(),
        Rcs::parse(RCS).unwrap(),
        WhatsApp::parse(TEMPLATED).unwrap(),
        template.read(r#"{"to":"1","text":"pw-4711"}"#).unwrap(),
        Pairs::new("token=pw-4711"),
    );
    for secret in secrets {
        assert!(!printed.contains(secret), "{secret}");
    }
}

#[test]
fn a_batch_of_sms_is_found_by_its_template() {
    let template = Template::json(
        r#"{"auth":{"user":"x"},"tags":["t"],"campaign":"$$CampaignID","msgs":[{"to/~":"$$To","b":{"t":"$$Body"},"id":"$$MessageID","otp":"$$otp"}]}"#,
    )
    .unwrap();
    let id = "9999999999.1200000000.1654002362.20220531.0.wzrk_default.-1.";
    let body = format!(
        r#"{{"auth":{{"user":"x"}},"campaign":77,"msgs":[{{"to/~":"1","b":{{"t":"A"}},"id":"{id}","otp":"9"}},{{"to/~":2,"b":null}}]}}"#
    );
    let messages = template.read(body.clone()).unwrap();
    assert_eq!(messages.len(), 2);
    let first = &messages[0];
    assert_eq!((first.to(), first.text(), first.message_id()), (Some("1"), Some("A"), Some(id)));
    assert_eq!((first.custom("otp"), first.get(&Placeholder::CampaignId)), (Some("9"), Some("77")));
    assert!(body.as_bytes().windows(first.source().len()).any(|part| part == first.source()));
    let second = &messages[1];
    assert_eq!((second.to(), second.text(), second.message_id()), (Some("2"), None, None));
}

#[test]
fn a_single_message_is_found_by_a_template_of_json_or_of_pairs() {
    let json = Template::json(r#"{"to":"$$To","text":"$$Body"}"#).unwrap();
    assert_eq!(json.read(r#"{"text":"x","to":"y"}"#).unwrap()[0].to(), Some("y"));
    let pairs = Template::pairs("key=abc&to=$$To&text=$$Body&id=$$MessageID").unwrap();
    let message = &pairs.read("key=abc&to=%2B4930123&text=Hello+W%C3%B6rld+100%&id=a%7Cb").unwrap()[0];
    assert_eq!((message.to(), message.text()), (Some("+4930123"), Some("Hello Wörld 100%")));
    assert_eq!(message.message_id(), Some("a|b"));
}

#[test]
fn an_email_is_found_by_its_template() {
    let template = Template::json(
        r#"{"messages":[{"to":"$$To","subject":"$$Subject","from":{"name":"$$FromName","address":"$$FromAddress"},"html":"$$HTML","cc":"$$cc","meta":"$$MessageID"}]}"#,
    )
    .unwrap();
    let body = r#"{"messages":[{"to":"sara@example.com","subject":"Hi","from":{"name":"Acme","address":"a@acme.example"},"html":"<p>","cc":"","meta":"sara@example.com|1568798080|1730799638|20241105|0|wzrk_default|-17005910|"}]}"#;
    let message = &template.read(body).unwrap()[0];
    assert_eq!((message.subject(), message.html()), (Some("Hi"), Some("<p>")));
    assert_eq!(message.get(&Placeholder::FromAddress), Some("a@acme.example"));
    assert_eq!(message.get(&Placeholder::Cc), Some(""), "blank where the feature is off");
}

#[test]
fn a_template_without_placeholders_is_refused() {
    assert_eq!(Template::json(r#"{"to":"Hello $$To"}"#).unwrap_err(), TemplateError::NoPlaceholder);
    assert_eq!(Template::pairs("a=b").unwrap_err(), TemplateError::NoPlaceholder);
    assert!(matches!(Template::json("{").unwrap_err(), TemplateError::NotJson(_)));
}

#[test]
fn answers_to_reports_are_read_in_their_three_ways() {
    let table = [
        (
            r#"{"status":"success","message":"Callback processed successfully","data":{"processed_events":4,"timestamp":1}}"#,
            Some(4),
            true,
        ),
        (
            r#"{"status":"error","message":"x","error_code":400,"details":{"missing_fields":["meta"],"timestamp":1}}"#,
            None,
            false,
        ),
        (r#"{"TOTAL_EVENTS":4,"PROCESSED_EVENTS":4,"UNPROCESSED_EVENTS":[]}"#, Some(4), true),
        (r#"{"TOTAL_EVENTS":4,"PROCESSED_EVENTS":3,"UNPROCESSED_EVENTS":[{"a":1}]}"#, Some(3), false),
        (
            r#"{"status":"partial_success","processed":850,"failed":150,"errors":[{"event_index":5,"error":"x"}]}"#,
            Some(850),
            false,
        ),
        (r#"{"status":"error","message":"Mandatory parameter missing: meta","error_code":400}"#, None, false),
        ("{}", None, false),
    ];
    for (body, taken, whole) in table {
        let answer = ReportAnswer::parse(body).unwrap();
        assert_eq!((answer.taken(), answer.is_whole()), (taken, whole), "{body}");
        assert_eq!(answer.text(), body);
    }
    let missing = ReportAnswer::parse(table[1].0).unwrap();
    assert_eq!(missing.details.get().unwrap().missing_fields.get().unwrap(), &["meta"]);
}

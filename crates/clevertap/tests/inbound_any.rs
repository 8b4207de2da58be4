//! Nothing that anybody sends to a partner's server makes the readers panic or lose a byte.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

use afflux_clevertap::{
    core::decode::{DecodeError, Kept},
    inbound::{CustomReward, Pairs, PostAction, Rcs, ReportAnswer, Template, Webhook, WhatsApp},
};
use proptest::prelude::*;

const BATCH: &str = r#"{"msgs":[{"to":"$$To","t":{"x":"$$Body"}}],"c":"$$CampaignID"}"#;

/// Names that the models know, so that arbitrary JSON meets them.
const NAMES: &[&str] = &[
    "targetId",
    "profiles",
    "Profiles",
    "key_values",
    "is_test",
    "identity",
    "Email",
    "objectId",
    "profileData",
    "push_token",
    "payload",
    "kvs",
    "reward",
    "campaignId",
    "customMetadata",
    "body",
    "to",
    "msgId",
    "template",
    "namespace",
    "components",
    "type",
    "header",
    "image",
    "cards",
    "parameters",
    "limited_time_offer",
    "expiration_time_ms",
    "rcsContent",
    "customParam",
    "content",
    "suggestions",
    "status",
    "data",
    "details",
    "errors",
    "msgs",
    "t",
    "x",
    "c",
];

fn json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<f64>().prop_map(Into::into),
        ".{0,12}".prop_map(Into::into),
    ];
    leaf.prop_recursive(6, 60, 6, |inner| {
        let name = prop_oneof![3 => proptest::sample::select(NAMES).prop_map(str::to_owned), 1 => ".{0,6}"];
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Into::into),
            proptest::collection::btree_map(name, inner, 0..6)
                .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
        ]
    })
}

/// A reader's result, whose text must be a part of the body.
fn kept<T>(read: Result<Kept<T>, DecodeError>, whole: impl Fn(&str) -> bool) -> Option<Kept<T>> {
    let read = read.ok()?;
    assert!(whole(read.text()), "the text is a part of the body");
    Some(read)
}

/// Reads a body by every reader and touches what they found.
fn read_all(body: &[u8]) {
    let body = bytes::Bytes::copy_from_slice(body);
    let whole = |text: &str| body.windows(text.len().max(1)).any(|part| part == text.as_bytes());
    if let Some(webhook) = kept(Webhook::parse(body.clone()), whole) {
        let _ = (webhook.users(), webhook.key_value("x"), webhook.unknown_fields(), format!("{webhook:?}"));
    }
    if let Some(message) = kept(WhatsApp::parse(body.clone()), whole) {
        let _ = (message.is_verification(), message.campaign_id(), message.siblings());
        for part in message.parts() {
            let _ = part.header_media();
            let _ = part.cards().map(|card| format!("{card:?}")).collect::<Vec<_>>();
            for parameter in part.parameters.get().into_iter().flatten() {
                let _ = parameter.expires();
            }
        }
    }
    let _ = kept(PostAction::parse(body.clone()), whole);
    let _ = kept(CustomReward::parse(body.clone()), whole);
    let _ = kept(Rcs::parse(body.clone()), whole);
    if let Some(answer) = kept(ReportAnswer::parse(body.clone()), whole) {
        let _ = (answer.taken(), answer.is_whole());
    }
    let _ = Template::json(BATCH).unwrap().read(body.clone());
    let _ = Template::pairs("a=$$To").unwrap().read(body.clone());
    let _ = format!("{:?}", Pairs::new(body.clone()));
}

/// A template comes from the dashboard and not from anybody; still it must not panic.
fn read_by_itself(text: &str) {
    let _ = Template::json(text).map(|template| template.read(text.to_owned()));
    let _ = Template::pairs(text).map(|template| template.read(text.to_owned()));
}

proptest! {
    #[test]
    fn arbitrary_bytes_are_read_or_refused(body in proptest::collection::vec(any::<u8>(), 0..300)) {
        read_all(&body);
        read_by_itself(&String::from_utf8_lossy(&body));
    }

    #[test]
    fn arbitrary_json_is_read_or_refused(value in json()) {
        read_all(value.to_string().as_bytes());
        read_by_itself(&value.to_string().replace("\"t\"", "\"$$To\""));
    }

    #[test]
    fn pairs_keep_what_was_encoded(pairs in proptest::collection::vec(("[a-z]{1,8}", ".{0,12}"), 1..6)) {
        let encode = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<Vec<_>>().concat();
        let source: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
        let read = Pairs::new(source.join("&"));
        let read: Vec<_> = read.iter().map(|(name, value)| (name.into_owned(), value.into_owned())).collect();
        prop_assert_eq!(read, pairs);
    }
}

#[test]
fn no_nesting_exhausts_the_stack() {
    for open in [r#"{"components":[{"cards":["#, r#"{"profiles":["#, r#"{"body":"#, "[", r#"{"msgs":[{"t":"#]
    {
        let deep = open.repeat(3000);
        read_all(deep.as_bytes());
        let mut close = String::new();
        for byte in deep.bytes().rev() {
            match byte {
                b'{' => close.push('}'),
                b'[' => close.push(']'),
                _ => {}
            }
        }
        read_all(format!("{deep}{}{close}", if open == "[" { "" } else { "1" }).as_bytes());
    }
}

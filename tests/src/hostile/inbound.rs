//! What vendors send to a server of ours: postbacks, webhooks, messages, reports.

use afflux::{
    altercpa::postback::{Macro, PostbackTemplate},
    clevertap::inbound::{CustomReward, Pairs, PostAction, Rcs, ReportAnswer, Template, Webhook, WhatsApp},
    partnerize::{Generation, Refusal},
};

/// Every reader of what arrives, and the readers of a refusal's words.
///
/// # Panics
/// If a reader does what it must not.
pub fn inbound(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let template = PostbackTemplate::new("https://me.example/postback").unwrap();
    let template = template.with_all_macros().parameter("x", Macro::Sub(1)).secret("key", "made-up");
    let _ = template.parse(&text).map(|postback| format!("{postback:?}"));
    let _ = template.parse(&format!("key=made-up&{text}")).map(|postback| format!("{postback:?}"));
    let _ = PostbackTemplate::new(text.clone());

    let body = bytes.to_vec();
    let _ = Webhook::parse(body.clone()).map(|webhook| webhook.users().len());
    let _ = WhatsApp::parse(body.clone()).map(|message| message.parts().len());
    let _ = PostAction::parse(body.clone()).map(|action| format!("{action:?}"));
    let _ = CustomReward::parse(body.clone()).map(|reward| format!("{reward:?}"));
    let _ = Rcs::parse(body.clone()).map(|message| format!("{message:?}"));
    let _ = ReportAnswer::parse(body.clone()).map(|answer| (answer.taken(), answer.is_whole()));
    let _ = Template::json(&text).map(|template| template.read(body.clone()));
    let _ = Template::pairs(&text).map(|template| template.read(body.clone()));
    let _ = format!("{:?}", Pairs::new(body));

    for generation in [Generation::First, Generation::Second, Generation::Third] {
        let _ = Refusal::read(generation, bytes).map(|refusal| format!("{refusal} {refusal:?}"));
    }
}

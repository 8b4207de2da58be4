//! What became of a call: every documented sample, every code, every way in which an answer gets lost.

#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod support;

use std::time::Duration;

use afflux_altercpa::{
    ChangeOutcome, ClickData, CreateOutcome, Delivery, ErrorCode, ErrorKind, Failure, FlowData, IfMissing,
    OfferData, Status, StatusWords, Visitor, click, code, core::decode::Kept, core::transport::Reply, flow,
    generated::LeadAnswer, offer, order,
};
use support::{client, duplicate, error, ok, scripted};

/// Every sample of the manual, and what PHP makes of others, decode and encode back as they are.
#[test]
fn every_documented_sample_is_written_as_it_came() {
    fn same<T: afflux_altercpa::core::decode::Lenient>(text: &str) -> Kept<T> {
        let kept: Kept<T> = Kept::parse(text.to_owned()).unwrap();
        assert_eq!(serde_json::to_string(&kept).unwrap(), text);
        kept
    }
    for text in [
        r#"{ "status": "ok", "id": 1234 }"#,
        r#"{ "status": "error", "error": "duplicate", "id": 1234 }"#,
        r#"{ "status": "error", "error": "edit" }"#,
        r#"{"status":"ok","id":"1234","new":1.10}"#,
    ] {
        let answer: Kept<LeadAnswer> = same(text);
        let id = answer.id.as_ref().map(|id| id.as_str().to_owned());
        assert_eq!(id.as_deref(), text.contains("id\":").then_some("1234"), "{text}");
    }
    let found: Kept<ClickData> = same(r#"{ "status": "ok", "click": 1234, "geo": "us" }"#);
    assert_eq!((found.click.as_ref().unwrap().as_str(), found.geo.as_deref()), ("1234", Some("us")));
    let _: Kept<ClickData> = same(r#"{ "status": "error", "error": "no-click" }"#);
    let read: Kept<FlowData> =
        same(r#"{ "status": "ok", "id": 1234, "link": "https://r.domain.com/go1234" }"#);
    assert_eq!(read.link.as_deref(), Some("https://r.domain.com/go1234"));
    let php: Kept<ClickData> = same(
        r#"{"status":"ok","click":"12","offer":false,"site":null,"flow":"","geo":[],"time":"1769817600"}"#,
    );
    assert_eq!((php.click.as_ref().unwrap().as_str(), &php.offer, &php.flow), ("12", &None, &None));
    assert_eq!(php.time.get().unwrap().as_second(), 1_769_817_600);
    for geo in [r#"["us","de"]"#, r#"{"3":"us","7":"de"}"#] {
        let text = format!(
            r#"{{"status":"ok","id":5,"name":"X","geo":{geo},"param":[],"price":{{"us":1.10}},"site":[]}}"#
        );
        let read: Kept<OfferData> = same(&text);
        assert_eq!(read.geo.get().unwrap().as_slice(), ["us", "de"], "{geo}");
        assert_eq!(read.price.as_ref().unwrap().text(), r#"{"us":1.10}"#);
    }
}

#[tokio::test]
async fn a_duplicate_on_the_first_try_is_not_success() {
    let (cpa, _) = scripted([duplicate()]);
    let outcome = cpa.create(click(1).exto("x")).send().await.unwrap();
    let CreateOutcome::AlreadyExisted(lead) = &outcome else { panic!("{outcome:?}") };
    assert_eq!(lead.id.as_ref().unwrap().as_str(), "1234");
    assert!(!lead.settled_by_duplicate && !outcome.is_new());
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_to_a_keyed_create_is_retried_and_duplicate_means_success() {
    for lost in
        [Reply::lost(), Reply::answer(200, ""), Reply::answer(502, "<html>"), error("db"), Reply::never()]
    {
        let (cpa, mock) = scripted([lost, duplicate()]);
        let outcome = cpa.create(click(1).exto("x")).send().await.unwrap();
        assert!(matches!(&outcome, CreateOutcome::Created(lead) if lead.settled_by_duplicate), "{outcome:?}");
        assert_eq!(mock.seen().len(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn a_duplicate_after_a_try_that_never_left_is_not_success() {
    for never_left in [Reply::no_connection(), Reply::answer(429, "").header("retry-after", "1")] {
        let (cpa, mock) = scripted([never_left, duplicate()]);
        let outcome = cpa.create(click(1).exto("x")).send().await.unwrap();
        assert!(matches!(outcome, CreateOutcome::AlreadyExisted(_)), "{outcome:?}");
        assert_eq!(mock.seen().len(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_to_an_unkeyed_create_is_unknown_and_never_retried() {
    let lost = || {
        [
            Reply::lost(),
            Reply::never(),
            Reply::answer(200, ""),
            Reply::answer(200, "<html>oops</html>"),
            Reply::answer(200, r#"{"status":"ok","#),
            Reply::answer(200, r#"{"id":1234}"#),
            Reply::answer(500, ""),
            Reply::answer(302, ""),
            error("db"),
        ]
    };
    for (index, reply) in lost().into_iter().enumerate() {
        let (cpa, mock) = scripted([reply, ok()]);
        let error = cpa.create(click(1)).send().await.unwrap_err();
        assert_eq!(Failure::of(&error), Failure::Unknown, "{index} {error}");
        assert!(error.next_step().contains("second lead"), "{error}");
        assert_eq!(mock.seen().len(), 1, "{index}");
    }
    for reply in lost() {
        let (cpa, mock) = scripted([reply, ok()]);
        let error = cpa.create(flow(1)).send().await.unwrap_err();
        assert_eq!((Failure::of(&error), mock.seen().len()), (Failure::Unknown, 1), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn exto_beside_a_flow_is_a_key_only_by_option() {
    let (cpa, mock) = scripted([Reply::lost(), duplicate()]);
    let error = cpa.create(flow(1).exto("x")).send().await.unwrap_err();
    assert_eq!((Failure::of(&error), mock.seen().len()), (Failure::Unknown, 1));
    assert!(error.next_step().contains("trust_exto"), "{error}");
    let (cpa, mock) = scripted([Reply::lost(), duplicate()]);
    let outcome = cpa.create(code("c").exto("x")).trust_exto().send().await.unwrap();
    assert!(outcome.is_new() && mock.seen().len() == 2);
}

#[tokio::test(start_paused = true)]
async fn accept_is_never_sent_again_once_bytes_left() {
    let (cpa, mock) = scripted([Reply::no_connection(), Reply::lost(), ok()]);
    let error = cpa.create(click(1).exto("x")).status(Status::Accept).send().await.unwrap_err();
    assert_eq!((Failure::of(&error), mock.seen().len()), (Failure::Unknown, 2));
    let (cpa, mock) = scripted([Reply::lost(), ok()]);
    let error = cpa.change(click(1).exto("x")).status(Status::Accept).send().await.unwrap_err();
    assert_eq!((Failure::of(&error), mock.seen().len()), (Failure::Unknown, 1));
    assert!(error.next_step().contains("Status::Approve"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_pure_status_move_is_retried_and_edit_means_unchanged() {
    let (cpa, mock) = scripted([Reply::lost(), error("db"), error("edit")]);
    let outcome = cpa.change(click(1)).status(Status::Approve).send().await.unwrap();
    assert!(matches!(outcome, ChangeOutcome::Unchanged { after_lost_answer: true, .. }), "{outcome:?}");
    assert_eq!(mock.seen().len(), 3);
    let (cpa, _) = scripted([error("edit")]);
    let outcome = cpa.change(order(1)).status(Status::Approve).send().await.unwrap();
    assert!(matches!(outcome, ChangeOutcome::Unchanged { after_lost_answer: false, .. }), "{outcome:?}");
}

#[tokio::test(start_paused = true)]
async fn a_change_that_may_create_is_retried_with_its_key_only() {
    let words = StatusWords::new().new_lead(["lead"]).approve(["sale"]);
    let new = || Status::word("lead").by(&words);
    let (cpa, mock) = client(|_| Reply::lost());
    let calls =
        |mock: &afflux_altercpa::core::transport::MockTransport, before: usize| mock.seen().len() - before;
    let before = mock.seen().len();
    let _ = cpa.change(click(1)).if_missing(IfMissing::Create).status(Status::Approve).send().await;
    assert_eq!(calls(&mock, before), 1, "auto without a key");
    let before = mock.seen().len();
    let _ = cpa.change(click(1)).status(new()).send().await;
    assert_eq!(calls(&mock, before), 1, "stn without a key");
    let before = mock.seen().len();
    let _ = cpa.change(click(1)).status(Status::word("sale").by(&words)).send().await;
    assert_eq!(calls(&mock, before), 4, "a word that cannot create");
    let before = mock.seen().len();
    let _ = cpa.change(click(1).exto("x")).if_missing(IfMissing::Create).status(new()).send().await;
    assert_eq!(calls(&mock, before), 4, "auto with its key");
    let before = mock.seen().len();
    let _ = cpa.change(order(1)).status(new()).send().await;
    assert_eq!(calls(&mock, before), 4, "an id of AlterCPA's own cannot be created");
}

#[tokio::test]
async fn refusals_are_told_apart() {
    let table = [
        ("auth", Failure::Refused(Some(ErrorCode::Auth)), ErrorKind::Unauthorized),
        ("traffic", Failure::Refused(Some(ErrorCode::Traffic)), ErrorKind::Refused),
        ("no-id", Failure::NotFound(ErrorCode::NoId), ErrorKind::Refused),
        ("bad-id", Failure::NotFound(ErrorCode::BadId), ErrorKind::Refused),
        ("ban", Failure::Refused(Some(ErrorCode::Unknown("ban".to_owned()))), ErrorKind::Refused),
    ];
    for (code, failure, kind) in table {
        let (cpa, mock) = scripted([error(code), error(code)]);
        let error = cpa.create(click(1).exto("x")).send().await.unwrap_err();
        assert_eq!((Failure::of(&error), error.kind()), (failure.clone(), kind));
        assert_eq!(error.delivery(), Delivery::Answered);
        let error = cpa.change(click(1)).status(Status::Approve).send().await.unwrap_err();
        assert_eq!(Failure::of(&error), failure);
        assert_eq!(mock.seen().len(), 2, "a refusal is final");
    }
    let old = Reply::answer(200, r#"{"status":"error","error_text":"ban"}"#);
    let (cpa, _) = scripted([old]);
    let error = cpa.create(click(1)).send().await.unwrap_err();
    assert_eq!(error.vendor_code(), Some("ban"));
}

#[tokio::test(start_paused = true)]
async fn a_firewall_is_no_answer_of_the_vendors() {
    let (cpa, mock) = scripted([Reply::answer(403, "<html>"), Reply::answer(404, "<html>")]);
    let error = cpa.create(click(1).exto("x")).send().await.unwrap_err();
    assert_eq!((error.kind(), Failure::of(&error)), (ErrorKind::Unauthorized, Failure::Refused(None)));
    let error = cpa.create(click(1).exto("x")).send().await.unwrap_err();
    assert_eq!(Failure::of(&error), Failure::Refused(None));
    assert_eq!(mock.seen().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn nothing_found_is_none_and_a_lost_answer_is_tried_again() {
    let (cpa, mock) = scripted([Reply::answer(200, ""), error("no-click"), error("no-offer")]);
    assert!(cpa.find_click(Visitor::Caller).send().await.unwrap().is_none());
    assert_eq!(mock.seen().len(), 2);
    let error_found = cpa.find_click(Visitor::Caller).send().await.unwrap_err();
    assert_eq!(ErrorCode::of(&error_found), Some(ErrorCode::NoOffer));
    for code in ["no-id", "bad-id", "no-click"] {
        let (cpa, _) = scripted([error(code), error(code)]);
        assert!(cpa.flow(flow(1)).await.unwrap().is_none(), "{code}");
        assert!(cpa.offer(offer(1)).await.unwrap().is_none(), "{code}");
    }
    let (cpa, mock) = client(|_| Reply::answer(503, ""));
    assert!(cpa.flow(flow(1)).await.is_err());
    assert_eq!(mock.seen().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn any_content_type_and_any_type_of_id_is_read() {
    for body in [
        r#"{"status":"ok","id":1234}"#,
        r#"{"status":"ok","id":"1234"}"#,
        "\n {\"id\":1234,\"status\":\"ok\"}",
    ] {
        let reply = Reply::answer(200, body).header("content-type", "text/html; charset=utf8");
        let (cpa, _) = scripted([reply.after(Duration::from_secs(20))]);
        let outcome = cpa.create(click(1)).send().await.unwrap();
        assert_eq!(outcome.lead().id.as_ref().unwrap().as_str(), "1234", "{body}");
    }
    let (cpa, _) = scripted([Reply::answer(200, r#"{"status":"ok"}"#)]);
    let outcome = cpa.create(click(1)).send().await.unwrap();
    assert!(outcome.is_new() && outcome.lead().id.is_none());
}

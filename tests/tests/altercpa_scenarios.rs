//! AlterCPA from the client to the sandbox and back: what goes wrong on a real line, and what it costs.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use std::{net::IpAddr, time::Duration};

use afflux_altercpa::{
    ChangeOutcome, Client, CreateOutcome, Currency, Delivery, ErrorCode, ErrorKind, Failure, IfMissing,
    Meaning, Status, StatusWords, TokenPlace, Visitor, click, code, core::retry::RetryPolicy, flow, offer,
    order,
};
use afflux_sandbox::{
    Fault, Sandbox,
    altercpa::{
        Click, ClickOnlyDuplicate, CombinationCheck, ContentType, ExtoSigns, Integers, Source, status,
    },
};
use rust_decimal::Decimal;

const CLICK: u64 = 9001;

async fn started() -> (Sandbox, Client) {
    let sandbox = Sandbox::start().await.unwrap();
    let client = builder(&sandbox).site_token(sandbox.altercpa().token()).build().unwrap();
    (sandbox, client)
}

fn builder(sandbox: &Sandbox) -> afflux_altercpa::ClientBuilder {
    let quick = RetryPolicy::default().backoff(Duration::from_millis(5), Duration::from_millis(20));
    Client::builder(&sandbox.altercpa().url()).unwrap().engine(|engine| engine.retry(quick))
}

#[tokio::test]
async fn a_create_whose_answer_is_lost_is_tried_again_and_makes_one_lead() {
    for fault in [
        Fault::reset_after_commit(),
        Fault::empty(200).after_commit(),
        Fault::db().after_commit(),
        Fault::truncated_json(),
    ] {
        let (sandbox, cpa) = started().await;
        sandbox.altercpa().fault(fault.on_operation("createLead").once());
        let outcome =
            cpa.create(click(CLICK).exto("ORD-1")).payout(Decimal::new(2500, 2), Currency::EUR).send().await;
        let CreateOutcome::Created(lead) = outcome.unwrap() else { panic!("not told as created") };
        assert!(lead.settled_by_duplicate);
        let stored = sandbox.altercpa().leads_by_exto("ORD-1");
        assert_eq!(stored.len(), 1);
        assert_eq!(lead.id.unwrap().as_str(), stored[0].id.to_string());
        assert_eq!(stored[0].field("wm"), Some("25.00"));
    }
}

#[tokio::test]
async fn a_create_that_is_lost_on_the_way_is_tried_again_and_is_new() {
    let (sandbox, cpa) = started().await;
    sandbox.altercpa().fault(Fault::reset_before_commit().on_operation("createLead").times(2));
    let outcome = cpa.create(click(CLICK).exto("ORD-1")).send().await.unwrap();
    assert!(matches!(&outcome, CreateOutcome::Created(lead) if !lead.settled_by_duplicate));
    assert_eq!(sandbox.altercpa().leads().len(), 1);
}

#[tokio::test]
async fn a_create_without_exto_is_never_tried_again() {
    let (sandbox, cpa) = started().await;
    sandbox.altercpa().configure(|switches| switches.click_only_duplicate = ClickOnlyDuplicate::CreateSecond);
    sandbox.altercpa().fault(Fault::reset_after_commit().on_operation("createLead").once());
    let error = cpa.create(click(CLICK)).send().await.unwrap_err();
    assert_eq!((Failure::of(&error), error.attempts().len()), (Failure::Unknown, 1));
    assert_eq!(sandbox.altercpa().stored_leads(Source::Click(CLICK), None), 1);
    // What the error advises: the lead is found by its click.
    assert!(error.next_step().contains("by its click"), "{error}");
    let outcome = cpa.change(click(CLICK)).status(Status::Approve).send().await.unwrap();
    assert!(outcome.is_changed());
}

#[tokio::test]
async fn a_status_that_overtakes_its_lead_is_healed_by_auto_and_only_by_it() {
    let (sandbox, cpa) = started().await;
    let by = || click(CLICK).exto("ORD-1");
    let error = cpa.change(by()).status(Status::Approve).send().await.unwrap_err();
    assert_eq!(Failure::of(&error), Failure::NotFound(ErrorCode::BadId));
    assert!(sandbox.altercpa().leads().is_empty());

    let changed =
        cpa.change(by()).if_missing(IfMissing::Create).status(Status::Approve).send().await.unwrap();
    assert!(matches!(changed, ChangeOutcome::Changed { id: Some(_), .. }));
    assert_eq!(sandbox.altercpa().leads()[0].status, status::COMPLETED);
    // The creating call comes late: no second lead.
    let late = cpa.create(by()).send().await.unwrap();
    assert!(matches!(late, CreateOutcome::AlreadyExisted(_)));
    assert_eq!(sandbox.altercpa().leads().len(), 1);
}

#[tokio::test]
async fn one_postback_with_stn_creates_and_changes() {
    let (sandbox, cpa) = started().await;
    let words = StatusWords::new().new_lead(["registration"]).approve(["deposit"]);
    let send = |word: &'static str| {
        cpa.change(click(CLICK).exto("ORD-1")).status(Status::word(word).by(&words)).send()
    };
    let error = send("deposit").await.unwrap_err();
    assert_eq!(Failure::of(&error), Failure::NotFound(ErrorCode::BadId));
    assert!(send("registration").await.unwrap().is_changed());
    assert_eq!(sandbox.altercpa().leads()[0].status, status::NEW);
    assert!(send("deposit").await.unwrap().is_changed());
    assert_eq!(sandbox.altercpa().leads()[0].status, status::COMPLETED);
}

#[tokio::test]
async fn another_combination_than_at_creation_finds_nothing() {
    let (sandbox, cpa) = started().await;
    sandbox.altercpa().configure(|switches| switches.combination_check = CombinationCheck::Strict);
    let lead = cpa.create(click(CLICK)).send().await.unwrap();
    let error = cpa.change(click(CLICK).exto("ORD-1")).status(Status::Approve).send().await.unwrap_err();
    assert_eq!(Failure::of(&error), Failure::NotFound(ErrorCode::BadId));
    // The lead itself knows its combination.
    assert!(cpa.change(&lead).status(Status::Approve).send().await.unwrap().is_changed());
    assert!(
        !cpa.change(lead.lead().by_order().unwrap())
            .status(Status::Approve)
            .send()
            .await
            .unwrap()
            .is_changed()
    );
}

#[tokio::test]
async fn a_duplicate_on_the_first_try_is_not_success() {
    let (sandbox, cpa) = started().await;
    let first = cpa.create(click(CLICK).exto("ORD-1")).send().await.unwrap();
    let second = cpa.create(click(CLICK).exto("ORD-1")).send().await.unwrap();
    assert!(first.is_new() && !second.is_new());
    assert_eq!(first.lead().id, second.lead().id);
    assert_eq!(sandbox.altercpa().duplicates(), 1);
}

#[tokio::test]
async fn edit_on_a_retry_is_unchanged_and_the_payment_is_booked_once() {
    let (sandbox, cpa) = started().await;
    let lead = cpa.create(click(CLICK).exto("ORD-1")).send().await.unwrap();
    sandbox.altercpa().fault(Fault::reset_after_commit().on_operation("changeLead").once());
    let outcome = cpa.change(&lead).status(Status::Approve).send().await.unwrap();
    assert!(matches!(outcome, ChangeOutcome::Unchanged { after_lost_answer: true, .. }), "{outcome:?}");
    assert_eq!(sandbox.altercpa().payout_bookings(), 1);
    let again = cpa.change(&lead).status(Status::Approve).send().await.unwrap();
    assert!(matches!(again, ChangeOutcome::Unchanged { after_lost_answer: false, .. }));
}

#[tokio::test]
async fn accept_is_not_repeated_where_it_books_every_time() {
    let (sandbox, cpa) = started().await;
    sandbox.altercpa().configure(|switches| {
        switches.accept_always_changes = afflux_sandbox::altercpa::AcceptAlwaysChanges::On;
    });
    let lead = cpa.create(click(CLICK).exto("ORD-1")).send().await.unwrap();
    sandbox.altercpa().fault(Fault::reset_after_commit().on_operation("changeLead").once());
    let error = cpa.change(&lead).status(Status::Accept).send().await.unwrap_err();
    assert_eq!((Failure::of(&error), error.attempts().len()), (Failure::Unknown, 1));
    assert_eq!(sandbox.altercpa().payout_bookings(), 1);
}

#[tokio::test]
async fn hold_means_what_the_caller_says() {
    let (sandbox, cpa) = started().await;
    let lead = cpa.create(click(CLICK).exto("ORD-1")).send().await.unwrap();
    let error = cpa.change(&lead).status(Status::word("hold").recognised()).send().await.unwrap_err();
    assert_eq!(error.delivery(), Delivery::NotSent);
    cpa.change(&lead).status(Status::word("hold").means(Meaning::Wait)).send().await.unwrap();
    assert_eq!(sandbox.altercpa().leads()[0].status, status::PROCESSING);
    cpa.change(&lead).status(Status::word("hold").means(Meaning::Hold)).send().await.unwrap();
    assert_eq!(sandbox.altercpa().leads()[0].status, status::HOLD);
}

#[tokio::test]
async fn a_global_token_without_an_offer_is_refused_before_it_is_sent() {
    let sandbox = Sandbox::start().await.unwrap();
    let cpa = builder(&sandbox).global_token(sandbox.altercpa().global_token()).build().unwrap();
    let address = IpAddr::from([198, 51, 100, 77]);
    let stored = sandbox.altercpa().add_click(Click::new(0, 11, address));
    let error = cpa.find_click(address).send().await.unwrap_err();
    assert_eq!((error.kind(), error.field()), (ErrorKind::Validation, Some("offer")));
    assert!(sandbox.altercpa().requests().is_empty());
    let found = cpa.find_click(address).offer(11).send().await.unwrap().unwrap();
    assert_eq!(found.click.as_ref().unwrap().as_str(), stored.to_string());
    assert!(
        cpa.find_click(Visitor::Caller).offer(11).send().await.unwrap().is_none(),
        "the caller is not the visitor"
    );
}

#[tokio::test]
async fn a_visitors_click_its_flow_and_its_offer_are_read() {
    let (sandbox, cpa) = started().await;
    let read = cpa.flow(flow(501)).await.unwrap().unwrap();
    let code_of_it = read.code.clone().unwrap();
    assert_eq!(cpa.flow(code(code_of_it)).await.unwrap().unwrap().text(), read.text());
    assert!(cpa.flow(flow(1)).await.unwrap().is_none());
    let read = cpa.offer(offer(11)).await.unwrap().unwrap();
    assert_eq!(read.id.as_ref().unwrap().as_str(), "11");
    assert_eq!(cpa.offer(click(CLICK)).await.unwrap().unwrap().text(), read.text());
    assert!(cpa.offer(offer(999)).await.unwrap().is_none());
    sandbox.altercpa().fault(Fault::reset_after_commit().on_operation("getOffer").times(2));
    assert!(cpa.offer(offer(11)).await.unwrap().is_some(), "reads are tried again");
}

#[tokio::test]
async fn a_content_type_of_html_is_read_and_an_empty_body_is_a_lost_answer() {
    let (sandbox, cpa) = started().await;
    sandbox.altercpa().configure(|switches| switches.content_type = ContentType::Html);
    assert!(cpa.create(click(CLICK).exto("ORD-1")).send().await.unwrap().is_new());
    sandbox.altercpa().fault(Fault::empty(200).on_operation("createLead").once());
    let error = cpa.create(click(9002)).send().await.unwrap_err();
    assert_eq!((Failure::of(&error), error.kind()), (Failure::Unknown, ErrorKind::Unreadable));
}

#[tokio::test]
async fn ids_that_come_as_strings_are_the_same_ids() {
    let mut seen = Vec::new();
    for integers in [Integers::Number, Integers::Text] {
        let (sandbox, cpa) = started().await;
        sandbox.altercpa().configure(|switches| switches.integers = integers);
        let created = cpa.create(click(CLICK).exto("ORD-1")).send().await.unwrap();
        let lead = created.lead().id.as_ref().unwrap().as_str().to_owned();
        let duplicate = cpa.create(click(CLICK).exto("ORD-1")).send().await.unwrap();
        assert!(!duplicate.is_new());
        assert_eq!(duplicate.lead().id.as_ref().unwrap().as_str(), lead);
        let flow = cpa.flow(flow(501)).await.unwrap().unwrap();
        seen.push((lead, flow.id.as_ref().unwrap().as_str().to_owned()));
    }
    assert_eq!(seen[0], seen[1]);
}

#[tokio::test]
async fn a_token_in_the_body_works_and_is_never_seen() {
    let sandbox = Sandbox::start().await.unwrap();
    let token = sandbox.altercpa().token();
    let cpa = builder(&sandbox).site_token(token).token_place(TokenPlace::Body).build().unwrap();
    assert!(cpa.create(click(CLICK).exto("ORD-1")).send().await.unwrap().is_new());
    assert!(cpa.find_click(Visitor::Caller).send().await.unwrap().is_none());
    let wrong = builder(&sandbox).site_token("101-wrong-key").build().unwrap();
    let error = wrong.change(order(1)).status(Status::Approve).send().await.unwrap_err();
    assert_eq!((error.kind(), ErrorCode::of(&error)), (ErrorKind::Unauthorized, Some(ErrorCode::Auth)));
    let shown = format!("{error} {error:?} {cpa:?} {:?}", sandbox.altercpa().requests());
    assert!(!shown.contains(token) && !shown.contains("wrong-key"), "{shown}");
}

#[tokio::test]
async fn an_exto_that_an_install_would_change_is_refused() {
    let (sandbox, cpa) = started().await;
    sandbox.altercpa().configure(|switches| switches.exto_signs = ExtoSigns::Dropped);
    let error = cpa.create(click(CLICK).exto("ORD/1")).send().await.unwrap_err();
    assert_eq!(error.field(), Some("exto"));
    assert!(sandbox.altercpa().requests().is_empty());
}

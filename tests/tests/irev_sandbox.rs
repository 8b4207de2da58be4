//! iREV from the client to the sandbox and back: whole flows over real sockets.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use std::{net::Ipv4Addr, pin::pin, time::Duration};

use afflux_irev::{Client, Delivery, ErrorKind, Lead, LeadRow, Limits, Push, PushErrorType, Reconciled};
use afflux_sandbox::{
    Fault, Sandbox,
    irev::{Advertiser, ErrorType, ListEnvelope, PerPageOver, Reply},
};
use futures_util::TryStreamExt;

async fn unlimited() -> Sandbox {
    let sandbox = Sandbox::start().await.unwrap();
    sandbox.irev().configure(|switches| switches.limits = afflux_sandbox::irev::Limits::None);
    sandbox
}

fn client(sandbox: &Sandbox) -> Client {
    builder(sandbox).build().unwrap()
}

fn builder(sandbox: &Sandbox) -> afflux_irev::ClientBuilder {
    Client::builder(&sandbox.irev().url()).unwrap().token(sandbox.irev().token()).limits(Limits::Unlimited)
}

fn lead(id: &str) -> Lead {
    Lead::new(Ipv4Addr::new(93, 86, 208, 220))
        .country("DE")
        .unwrap()
        .profile("email", format!("{id}@example.com"))
        .profile("phone", "+49 30 901820")
        .profile("password", "Tr0ub4dor")
        .correlation("aff_sub", id)
}

fn rejecting(error_type: ErrorType) -> Advertiser {
    Advertiser::new("Picky").otherwise(Reply::reject(error_type).requiring(&["first_name"]))
}

#[tokio::test]
async fn a_pushed_lead_is_taken_and_read_back() {
    let sandbox = Sandbox::start().await.unwrap();
    let irev = client(&sandbox);

    let Push::Accepted(accepted) = irev.push(&lead("c-1")).await.unwrap() else { panic!("rejected") };

    let created = &sandbox.irev().leads()[0];
    assert_eq!(accepted.lead_uuid.as_str(), created.lead_uuid.to_string());
    assert!(accepted.auto_login_url.unwrap().reveal().ends_with(&created.lead_uuid.to_string()));
    let rows: Vec<_> = irev.leads().items().unwrap().try_collect().await.unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].extra("aff_sub").as_deref(), Some("c-1"));
    let shown = format!("{rows:?}");
    assert!(!shown.contains("Tr0ub4dor"), "{shown}");
    assert!(rows[0].text().contains("Tr0ub4dor"), "the text is whole");
}

#[tokio::test]
async fn a_rejected_lead_is_a_value_with_its_reason() {
    let sandbox = Sandbox::start().await.unwrap();
    sandbox.irev().set_advertisers([rejecting(ErrorType::FixableInput)]);

    let Push::Rejected(rejected) = client(&sandbox).push(&lead("c-1")).await.unwrap() else {
        panic!("accepted")
    };

    assert_eq!(rejected.error_type, Some(PushErrorType::FixableInput));
    assert_eq!(rejected.lead_uuid.as_str(), sandbox.irev().leads()[0].lead_uuid.to_string());
    assert_eq!(rejected.required_fields[0].key, "first_name");
    assert!(rejected.is_fixable());
}

#[tokio::test]
async fn a_lost_answer_is_unknown_is_not_pushed_again_and_is_found() {
    let sandbox = Sandbox::start().await.unwrap();
    sandbox.irev().fault(Fault::reset_after_commit().on_operation("pushLead").once());
    let irev = client(&sandbox);

    let error = irev.push(&lead("c-7")).await.unwrap_err();

    assert_eq!(error.delivery(), Delivery::Unknown);
    assert!(
        error.to_string().contains("do not push it again; `reconcile` looks for it by aff_sub `c-7`"),
        "{error}"
    );
    assert_eq!(sandbox.irev().leads().len(), 1);
    let lead = lead("c-7");
    let Reconciled::Found(row) = irev.reconcile(&lead).await.unwrap() else { panic!("not found") };
    assert_eq!(row.extra("email").as_deref(), Some("c-7@example.com"));
}

#[tokio::test]
async fn a_lost_rejection_is_not_found_and_that_proves_nothing() {
    let sandbox = Sandbox::start().await.unwrap();
    sandbox.irev().set_advertisers([rejecting(ErrorType::BlockedByAdvertiser)]);
    sandbox.irev().fault(Fault::reset_after_commit().on_operation("pushLead").once());
    let irev = client(&sandbox);
    let lead = lead("c-8");

    assert_eq!(irev.push(&lead).await.unwrap_err().delivery(), Delivery::Unknown);

    assert!(matches!(irev.reconcile(&lead).await.unwrap(), Reconciled::NotYet));
    assert_eq!(sandbox.irev().leads().len(), 1, "the lead exists all the same");
}

#[tokio::test]
async fn without_an_own_id_a_lead_is_found_by_email_and_phone() {
    let sandbox = Sandbox::start().await.unwrap();
    let irev = client(&sandbox);
    let known =
        Lead::new(Ipv4Addr::LOCALHOST).profile("email", "Ana@Example.com").profile("phone", "+49 30 1");
    let other =
        Lead::new(Ipv4Addr::LOCALHOST).profile("email", "ana@example.com").profile("phone", "+49 30 2");
    let _ = irev.push(&known).await.unwrap();

    let same = Lead::new(Ipv4Addr::LOCALHOST).profile("email", "ana@example.com").profile("phone", "+49301");
    assert!(matches!(irev.reconcile(&same).await.unwrap(), Reconciled::Found(_)));
    assert!(matches!(irev.reconcile(&other).await.unwrap(), Reconciled::NotYet));
    let nobody = Lead::new(Ipv4Addr::LOCALHOST);
    assert_eq!(irev.reconcile(&nobody).await.unwrap_err().kind(), ErrorKind::Validation);
}

#[tokio::test]
async fn the_same_body_is_refused_here_and_with_the_guard_off_by_the_vendor() {
    let sandbox = Sandbox::start().await.unwrap();
    let irev = client(&sandbox);
    let _ = irev.push(&lead("c-1")).await.unwrap();

    let ours = irev.clone().push(&lead("c-1")).await.unwrap_err();
    assert_eq!((ours.kind(), ours.delivery()), (ErrorKind::Guard, Delivery::NotSent));
    let wait = ours.retry_after().unwrap();
    assert!(wait > Duration::from_secs(110) && wait <= Duration::from_secs(120), "{wait:?}");
    assert_eq!(sandbox.irev().identical_refusals(), 0);

    let theirs = builder(&sandbox).identical_body_guard(false).build().unwrap();
    let error = theirs.push(&lead("c-1")).await.unwrap_err();
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::RateLimited, Delivery::Answered));
    assert_eq!(error.retry_after(), Some(Duration::from_secs(120)));
    assert_eq!(error.attempts().len(), 1, "a 429 may be the body rule: nothing is learnt from a repeat");
    assert_eq!(sandbox.irev().identical_refusals(), 1);
    assert_eq!(sandbox.irev().leads().len(), 1);
}

#[tokio::test]
async fn input_that_the_vendor_refuses_is_an_error_and_makes_no_lead() {
    let sandbox = Sandbox::start().await.unwrap();
    sandbox.irev().profile(|schema| schema.set("first_name", afflux_sandbox::irev::ProfileKind::Text, true));

    let error = client(&sandbox).push(&lead("c-1")).await.unwrap_err();

    assert_eq!((error.kind(), error.delivery()), (ErrorKind::Refused, Delivery::Answered));
    assert_eq!(error.status().unwrap().as_u16(), 422);
    assert_eq!(error.vendor_code(), Some("FIXABLE_INPUT"));
    assert!(sandbox.irev().leads().is_empty());
}

#[tokio::test]
async fn a_wrong_token_is_named_and_never_shown() {
    let sandbox = Sandbox::start().await.unwrap();
    let irev = Client::builder(&sandbox.irev().url()).unwrap().token("made-up-wrong-token").build().unwrap();

    let error = irev.goal_types().await.unwrap_err();

    assert_eq!((error.kind(), error.delivery()), (ErrorKind::Unauthorized, Delivery::Answered));
    assert!(!format!("{error} {error:?} {irev:?}").contains("made-up-wrong-token"));
}

#[tokio::test]
async fn every_page_is_read_whatever_the_vendor_makes_of_its_size() {
    for change in [PerPageOver::Refuse, PerPageOver::Clip] {
        let sandbox = Sandbox::start().await.unwrap();
        sandbox.irev().seed_leads(230);
        sandbox.irev().configure(|switches| {
            switches.per_page_over = change;
            switches.list_envelope = ListEnvelope::Data;
            if change == PerPageOver::Clip {
                switches.per_page_max = 30;
            }
        });
        let rows: Vec<_> = client(&sandbox).leads().items().unwrap().try_collect().await.unwrap();
        assert_eq!(rows.len(), 230);
        let mut ids: Vec<_> = rows.iter().map(|row| row.extra("uuid")).collect();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), 230);
    }
}

#[tokio::test]
async fn a_listing_interrupted_anywhere_goes_on_with_exactly_the_rest() {
    let sandbox = unlimited().await;
    sandbox.irev().seed_leads(57);
    let irev = client(&sandbox);
    let all: Vec<_> = irev.leads().per_page(10).items().unwrap().try_collect().await.unwrap();
    for cut in [0, 1, 9, 10, 11, 56, 57] {
        let mut first = pin!(irev.leads().per_page(10).items().unwrap());
        let mut rows = Vec::new();
        for _ in 0..cut {
            rows.push(first.try_next().await.unwrap().unwrap());
        }
        let token = serde_json::to_string(&first.resume()).unwrap();
        if let Some(resume) = serde_json::from_str::<Option<_>>(&token).unwrap() {
            let rest = irev.leads().per_page(10).resume(resume).items().unwrap();
            rows.extend(rest.try_collect::<Vec<_>>().await.unwrap());
        }
        let texts = |rows: &[afflux_irev::core::decode::Kept<LeadRow>]| {
            rows.iter()
                .map(|row: &afflux_irev::core::decode::Kept<LeadRow>| row.text().to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(texts(&rows), texts(&all), "cut after {cut}");
    }
}

#[tokio::test]
async fn reads_are_repeated_through_faults() {
    let faults = [
        Fault::reset_before_commit(),
        Fault::reset_before_read(),
        Fault::half_answer(),
        Fault::html(502),
        Fault::html(200),
        Fault::empty(200),
        Fault::truncated_json(),
        Fault::server_error(503),
        Fault::wrong_content_length(),
    ];
    for fault in faults {
        let shown = format!("{fault:?}");
        let sandbox = Sandbox::start().await.unwrap();
        sandbox.irev().seed_leads(3);
        sandbox.irev().fault(fault.times(2));
        let quick = afflux_irev::core::retry::RetryPolicy::default()
            .backoff(Duration::from_millis(1), Duration::from_millis(2));
        let irev = builder(&sandbox).engine(|engine| engine.retry(quick)).build().unwrap();
        let rows: Vec<_> = irev.leads().items().unwrap().try_collect().await.unwrap();
        assert_eq!(rows.len(), 3, "{shown}");
    }
}

#[tokio::test]
async fn no_fault_makes_a_push_happen_twice() {
    let table = [
        (Fault::reset_before_read(), Delivery::Unknown, 0),
        (Fault::reset_before_commit(), Delivery::Unknown, 0),
        (Fault::reset_after_commit(), Delivery::Unknown, 1),
        (Fault::half_answer(), Delivery::Unknown, 1),
        (Fault::html(502), Delivery::Unknown, 0),
        (Fault::html(200), Delivery::Unknown, 0),
        (Fault::empty(200), Delivery::Unknown, 0),
        (Fault::server_error(500).after_commit(), Delivery::Unknown, 1),
        (Fault::stall().after_commit(), Delivery::Unknown, 1),
        (Fault::rate_limited(None), Delivery::Answered, 0),
    ];
    for (fault, delivery, created) in table {
        let shown = format!("{fault:?}");
        let sandbox = Sandbox::start().await.unwrap();
        sandbox.irev().fault(fault.on_operation("pushLead").always());
        let timeout = Duration::from_millis(300);
        let irev = builder(&sandbox).engine(|engine| engine.deadline(timeout)).build().unwrap();

        let error = irev.push(&lead("c-1")).await.unwrap_err();

        assert_eq!(error.delivery(), delivery, "{shown}: {error}");
        assert_eq!(error.attempts().len(), 1, "{shown}: {error}");
        assert_eq!(sandbox.irev().leads().len(), created, "{shown}");
    }
}

#[tokio::test]
async fn a_refused_connection_is_not_sent_and_the_body_may_be_pushed_at_once() {
    let sandbox = Sandbox::start().await.unwrap();
    let quick = afflux_irev::core::retry::RetryPolicy::never();
    let irev = builder(&sandbox).engine(|engine| engine.retry(quick)).build().unwrap();
    sandbox.irev().fault(Fault::refuse());
    let error = irev.push(&lead("c-1")).await.unwrap_err();
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::Connect, Delivery::NotSent));
    sandbox.irev().clear_faults();

    assert!(matches!(irev.push(&lead("c-1")).await.unwrap(), Push::Accepted(_)));
}

#[tokio::test]
async fn twenty_readers_meet_no_429() {
    // The vendor's window and ours, both shortened by ten.
    let sandbox = Sandbox::builder().time_scale(0.1).start().await.unwrap();
    let window = afflux_irev::core::limit::Window { count: 10, per: Duration::from_millis(300) };
    let limits = Limits::Custom { reads: vec![window], pushes: Vec::new() };
    let irev = builder(&sandbox).limits(limits).build().unwrap();
    let calls = (0..40).map(|_| {
        let irev = irev.clone();
        tokio::spawn(async move { irev.goal_types().await.map(|types| types.len()) })
    });
    for call in calls.collect::<Vec<_>>() {
        assert_eq!(call.await.unwrap().unwrap(), 2);
    }
    assert_eq!(sandbox.irev().rate_refusals(), 0);
}

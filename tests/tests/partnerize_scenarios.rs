//! Partnerize from the client to the sandbox and back: what is made, what is refused, and rows at any size.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use std::{collections::BTreeSet, time::Duration};

use afflux::partnerize::{
    Claim, Client, Delivery, Error, ErrorKind, Refusal,
    analytics::DateRange,
    core::{
        endpoint::Endpoint,
        job::{Job, JobState},
        retry::RetryPolicy,
    },
    generated::{
        self, ConversionMetric, ExportConversions, ExportConversionsAnswer, LinkUpdate, NewLink, NewTag,
        NewTagScope, NewTransactionQueries, NewWebsite, ReportFormat, TransactionQueryType,
    },
};
use afflux_sandbox::{
    Fault, Sandbox,
    partnerize::{ExportAnswer, Participation},
};
use futures_util::TryStreamExt;

const PARTNER: &str = "1l1007802";

async fn started() -> (Sandbox, Client) {
    let sandbox = Sandbox::builder().time_scale(0.01).start().await.unwrap();
    let quick = RetryPolicy::default().backoff(Duration::from_millis(5), Duration::from_millis(20));
    let partnerize = sandbox.partnerize();
    let client = Client::builder_at(&partnerize.url())
        .unwrap()
        .keys(partnerize.application_key(), partnerize.user_api_key())
        .engine(|engine| engine.retry(quick))
        .build()
        .unwrap();
    (sandbox, client)
}

/// A campaign to which the partner stands like this.
fn campaign(sandbox: &Sandbox, standing: Participation) -> String {
    let mut campaigns = sandbox.partnerize().campaigns().into_iter();
    campaigns.find(|(_, have)| *have == Some(standing)).unwrap().0
}

fn constraint(error: &Error) -> String {
    let refusal = Refusal::of(error).unwrap();
    refusal.faults[0].constraint.as_ref().unwrap().as_str().to_owned()
}

#[tokio::test]
async fn a_link_is_made_once_even_when_its_answer_is_lost() {
    let (sandbox, client) = started().await;
    let approved = campaign(&sandbox, Participation::Approved);
    let made =
        client.links().create(PARTNER, NewLink::new(&*approved).description("a")).send().await.unwrap();
    let id = made.value.id.clone().unwrap();
    assert_eq!(sandbox.partnerize().links()[0].id, id.as_str());

    sandbox.partnerize().fault(Fault::reset_after_commit().on_operation("createLink"));
    let lost = client.links().create(PARTNER, NewLink::new(&*approved)).send().await.unwrap_err();
    assert_eq!((lost.delivery(), sandbox.partnerize().links().len()), (Delivery::Unknown, 2));

    // A change can be repeated.
    sandbox.partnerize().fault(Fault::reset_after_commit().on_operation("updateLink"));
    let change = LinkUpdate::new().clear_description();
    client.links().update(PARTNER, id.clone(), change).send().await.unwrap();
    assert_eq!(sandbox.partnerize().links()[0].field("description"), None);
    let listed: Vec<_> = client.links().list(PARTNER).limit(1).items().unwrap().try_collect().await.unwrap();
    assert_eq!(listed.len(), 2);
    assert_eq!(listed[0].id.as_ref(), Some(&id));
}

#[tokio::test]
async fn a_refusal_of_each_generation_is_one_typed_error() {
    let (sandbox, client) = started().await;
    let pending = campaign(&sandbox, Participation::Pending);
    let forbidden = client.links().create(PARTNER, NewLink::new(pending)).send().await.unwrap_err();
    assert_eq!(
        (forbidden.status().unwrap().as_u16(), constraint(&forbidden).as_str()),
        (403, "unauthorized")
    );
    let hidden = client.websites().list("1l999").rows().await.unwrap_err();
    assert_eq!(hidden.status().unwrap().as_u16(), 404);
    assert_eq!(Refusal::of(&hidden).unwrap().message.as_deref(), Some("publisher not found for id '1l999'"));
    let foreign = NewTag::new("mine", NewTagScope::new().partner("1l999"));
    let refused = client.tags().create(foreign).send().await.unwrap_err();
    assert_eq!(constraint(&refused), "16bd7f4a-bf84-45c3-aa95-9b32aeb139b0");
    assert_eq!(Refusal::of(&refused).unwrap().faults[0].property.to_string(), "scope.partner");

    // What the types do not let through by hand: the first API tells the fields.
    let claim = generated::NewTransactionQuery::new(TransactionQueryType::Untracked, "x", "A-1");
    let body = NewTransactionQueries::new(vec![claim]);
    let incomplete = client.transaction_queries().create(PARTNER, body).send().await.unwrap_err();
    let fields: Vec<String> =
        Refusal::of(&incomplete).unwrap().faults.iter().map(|fault| fault.property.to_string()).collect();
    assert!(fields.contains(&"transaction_queries[0].conversion_value".to_owned()), "{fields:?}");
}

#[tokio::test]
async fn claims_and_websites_are_made_and_read_back() {
    let (sandbox, client) = started().await;
    let camref = sandbox.partnerize().camref(&campaign(&sandbox, Participation::Approved)).unwrap();
    let claims = [Claim::declined(&camref, "A-1"), Claim::declined(&camref, "A-2")];
    client.transaction_queries().claim(PARTNER, claims).unwrap().send().await.unwrap();
    let stored = sandbox.partnerize().transaction_queries();
    assert_eq!(stored.len(), 2);
    assert!(sandbox.partnerize().decide_transaction_query(&stored[0].id, "approved"));
    let deleted = client.transaction_queries().delete(PARTNER, &*stored[0].id).send().await.unwrap_err();
    assert_eq!(deleted.status().unwrap().as_u16(), 400);
    sandbox.partnerize().fault(Fault::reset_after_commit().on_operation("deleteTransactionQuery"));
    client.transaction_queries().delete(PARTNER, &*stored[1].id).send().await.unwrap();
    assert_eq!(client.transaction_queries().list(PARTNER).rows().await.unwrap().len(), 1);

    let site = NewWebsite::new("https://www.example.com");
    client.websites().create(PARTNER, site).send().await.unwrap();
    let sites = client.websites().list(PARTNER).rows().await.unwrap();
    assert_eq!(sites[0].website_id.as_ref().unwrap().as_str(), sandbox.partnerize().websites()[0].id);
}

#[tokio::test]
async fn a_report_through_faults_has_the_rows_that_analytics_counts() {
    let (sandbox, client) = started().await;
    sandbox.partnerize().resize(12, 2_000, 1_000);
    for page in [0, 2] {
        sandbox.partnerize().fault(Fault::half_answer().on_operation("reportConversions").after(page));
    }
    let year = "2020-01-01 00:00:00";
    let rows = client.conversions().report(PARTNER, ReportFormat::Json, year).items().unwrap();
    let ids = rows.map_ok(|row| row.conversion_id.as_ref().unwrap().as_str().to_owned());
    let ids: Vec<String> = ids.try_collect().await.unwrap();
    assert_eq!((ids.len(), ids.iter().collect::<BTreeSet<_>>().len()), (1_000, 1_000));
    let range = DateRange::new(
        jiff::civil::date(2020, 1, 1).at(0, 0, 0, 0),
        jiff::civil::date(2040, 1, 1).at(0, 0, 0, 0),
    );
    let counted = client.analytics().conversions(PARTNER).count().metric(ConversionMetric::TotalConversions);
    let counted = counted.range(range).send().await.unwrap();
    assert_eq!(counted.record().count("total_conversions").unwrap(), 1_000);
}

#[tokio::test]
async fn an_export_is_the_same_at_once_and_by_a_job() {
    let (sandbox, client) = started().await;
    sandbox.partnerize().resize(12, 2_000, 300);
    let export = || client.conversions().export(PARTNER, "2020-01-01", "2040-01-01").limit(0);
    let ExportConversionsAnswer::Text(at_once) = export().send().await.unwrap().into_value() else {
        panic!("a job")
    };
    let at_once = std::str::from_utf8(&at_once).unwrap();
    assert_eq!(at_once.lines().count(), 301);

    sandbox.partnerize().configure(|switches| switches.exports = ExportAnswer::Job);
    sandbox.partnerize().fault(Fault::stuck_job().times(2));
    let endpoint = export().into_endpoint();
    let raw = client.engine().execute(endpoint.encode().unwrap()).await.unwrap();
    let mut job = Job::started(client.engine(), &generated::GET_JOB, &raw).unwrap();
    let mut polls = 0;
    let done = loop {
        polls += 1;
        if let JobState::Done(done) = job.poll().await.unwrap() {
            break done;
        }
        sandbox.advance_clock(Duration::from_millis(5));
    };
    assert!(polls > 2);
    let request = Job::result_request(ExportConversions::OPERATION, &done.link.unwrap());
    let result = client.engine().execute(request).await.unwrap();
    assert_eq!(std::str::from_utf8(result.body()).unwrap(), at_once);
    assert_eq!(sandbox.partnerize().jobs()[0].downloads, 1);
}

#[tokio::test]
async fn a_429_is_waited_out_by_the_vendors_own_header() {
    let (sandbox, client) = started().await;
    sandbox.partnerize().fault(Fault::rate_limited(Some(Duration::from_secs(1))).times(1));
    client.networks().list().rows().await.unwrap();
    assert_eq!(sandbox.partnerize().settled().await.len(), 2);
    let short = client.with_deadline(Duration::from_millis(200));
    sandbox.partnerize().fault(Fault::rate_limited(Some(Duration::from_secs(30))));
    let refused = short.networks().list().rows().await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::RateLimited);
    assert!(refused.retry_after().unwrap() > Duration::from_secs(20));
}

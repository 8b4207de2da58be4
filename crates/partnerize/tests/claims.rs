//! Transaction queries: what each kind sends, and what is refused.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use std::sync::Arc;

use afflux_partnerize::{
    Claim, Client, Delivery, Sale,
    core::{
        job::{JobHandle, JobState},
        transport::{MockTransport, Reply},
    },
    generated::Currency,
};
use jiff::civil::date;
use rust_decimal::Decimal;

const PARTNER: &str = "1l1007802";
const JOB: &str = r#"{"execution_time":"1.1 seconds","job":{"job_id":"111111l470","status":"complete"}}"#;

fn client(reply: Reply) -> (Client, MockTransport) {
    let mock = MockTransport::script([reply]);
    let transport = Arc::new(mock.clone());
    let builder = Client::builder().unwrap().keys("made-up-application", "made-up-user");
    (builder.engine(|engine| engine.transport(transport)).build().unwrap(), mock)
}

fn sale(value: i64, expected_commission: i64) -> Sale {
    Sale {
        time: date(2017, 1, 1).at(10, 20, 30, 0),
        value: Decimal::new(value, 2),
        expected_commission: Decimal::new(expected_commission, 2),
    }
}

#[tokio::test]
async fn each_kind_of_claim_is_sent_with_what_it_requires_and_exact_sums() {
    let (client, mock) = client(Reply::answer(200, JOB));
    let claims = [
        Claim::untracked("hrDu67", "AF222PO", sale(67_10, 6_71))
            .currency(Currency::Gbp)
            .publisher_reference("A200FG1")
            .notes("Sample note"),
        Claim::incorrect_commission("hrDu67", "AF222PP", Decimal::new(6_71, 2)),
        Claim::declined("hrDu67", "AF222PQ")
            .conversion_value(5)
            .conversion_time(date(2017, 1, 2).at(0, 0, 0, 0)),
    ];
    let call = client.transaction_queries().claim(PARTNER, claims).unwrap();
    let job = call.send().await.unwrap().into_value();
    assert_eq!(job.job_id.as_ref().unwrap().as_str(), "111111l470");
    let seen = mock.seen();
    assert_eq!(seen[0].path, "/user/publisher/1l1007802/tq/create");
    let body = concat!(
        r#"{"transaction_queries":[{"transaction_query_type":"untracked","camref":"hrDu67","#,
        r#""conversion_reference":"AF222PO","conversion_date_time":"2017-01-01 10:20:30","conversion_value":67.10,"#,
        r#""conversion_currency":"GBP","expected_commission":6.71,"publisher_reference":"A200FG1","#,
        r#""notes":"Sample note"},{"transaction_query_type":"incorrect_commission","camref":"hrDu67","#,
        r#""conversion_reference":"AF222PP","expected_commission":6.71},"#,
        r#"{"transaction_query_type":"declined","camref":"hrDu67","conversion_reference":"AF222PQ","#,
        r#""conversion_date_time":"2017-01-02 00:00:00","conversion_value":5}]}"#
    );
    assert_eq!(std::str::from_utf8(&seen[0].body).unwrap(), body);
}

#[tokio::test]
async fn a_lost_answer_is_not_claimed_twice_and_says_where_to_look() {
    let (client, mock) = client(Reply::lost());
    let call = client.transaction_queries().claim(PARTNER, [Claim::declined("a", "b")]).unwrap();
    let error = call.send().await.unwrap_err();
    assert_eq!((error.delivery(), mock.seen().len()), (Delivery::Unknown, 1));
    assert!(
        error.to_string().contains("list the transaction queries by their conversion references"),
        "{error}"
    );
}

#[test]
fn a_claim_that_is_wrong_is_refused_by_its_position_and_its_field() {
    let (client, mock) = client(Reply::answer(200, JOB));
    let good = || Claim::declined("hrDu67", "AF222PO");
    let cases = [
        (vec![], "transaction_queries"),
        (vec![good(), Claim::declined(" ", "b")], "transaction_queries[1].camref"),
        (vec![Claim::declined("a", "")], "transaction_queries[0].conversion_reference"),
        (
            vec![good(), good(), Claim::untracked("a", "b", sale(-1, 0))],
            "transaction_queries[2].conversion_value",
        ),
        (vec![Claim::untracked("a", "b", sale(0, -1))], "transaction_queries[0].expected_commission"),
    ];
    for (claims, field) in cases {
        let error = client.transaction_queries().claim(PARTNER, claims).unwrap_err();
        assert_eq!((error.field(), error.delivery()), (Some(field), Delivery::NotSent));
    }
    assert!(mock.seen().is_empty());
}

#[tokio::test]
async fn the_job_of_a_claim_is_followed_and_gone_on_with() {
    let running = r#"{"job":{"job_id":"111111l470","status":"pending","percentage_complete":40}}"#;
    let mock = MockTransport::script([JOB, running, JOB].map(|body| Reply::answer(200, body)));
    let transport = Arc::new(mock.clone());
    let builder = Client::builder().unwrap().keys("made-up-application", "made-up-user");
    let client = builder.engine(|engine| engine.transport(transport)).build().unwrap();

    let call = client.transaction_queries().claim(PARTNER, [Claim::declined("a", "b")]).unwrap();
    let answer = call.send().await.unwrap().into_value();
    let mut job = client.jobs().follow(answer.job_id.clone().unwrap()).unwrap();
    assert!(matches!(job.poll().await.unwrap(), JobState::Running { percent: Some(40.0) }));

    let kept = serde_json::to_string(job.handle()).unwrap();
    let handle: JobHandle = serde_json::from_str(&kept).unwrap();
    let done = client.jobs().resume(handle).unwrap().wait(None, |_| ()).await.unwrap();
    assert_eq!(done.raw.body(), JOB.as_bytes());
    assert!(mock.seen()[1..].iter().all(|request| request.path == "/job/111111l470"));
}

//! Transaction queries and payments.

use afflux_partnerize::generated::{self, NewTransactionQueries, NewTransactionQuery, TransactionQueryType};
use httpmock::prelude::*;

use crate::{PARTNER, client};

#[tokio::test]
async fn a_claim_carries_its_sums_digit_by_digit() {
    let server = MockServer::start_async().await;
    let mock = server
        .mock_async(|when, then| {
            when.method(POST).path("/user/publisher/1l1007802/tq/create").body(
                r#"{"transaction_queries":[{"transaction_query_type":"untracked","camref":"hrDu67","conversion_reference":"AF222PO","conversion_date_time":"2017-01-01 00:00:00","conversion_value":67.10,"expected_commission":6.71}]}"#,
            );
            then.status(200).body(r#"{"execution_time":"1 seconds","job":{"job_id":"1l4","status":"complete"}}"#);
        })
        .await;
    let claim = NewTransactionQuery::new(TransactionQueryType::Untracked, "hrDu67", "AF222PO")
        .conversion_date_time("2017-01-01T00:00:00".parse().unwrap())
        .conversion_value("67.10".parse::<afflux_partnerize::core::decode::Amount>().unwrap())
        .expected_commission("6.71".parse::<afflux_partnerize::core::decode::Amount>().unwrap());
    let client = client(&server);
    let job = client
        .transaction_queries()
        .create(PARTNER, NewTransactionQueries::new([claim]))
        .send()
        .await
        .unwrap();
    mock.assert_async().await;
    assert_eq!(job.value.status, Some(generated::JobStatus::Complete));
}

#[tokio::test]
async fn payment_details_are_keyed_by_their_sets_and_accounts_are_masked() {
    let server = MockServer::start_async().await;
    let body = r#"{"payment_details":{"1011l22":{"publisher_payment_detail_set_id":"1011l22","payment_detail_values":{"account_number":12345678}}}}"#;
    server
        .mock_async(|when, then| {
            when.method(GET).path("/user/publisher/1l1007802/payment_detail");
            then.status(200).body(body);
        })
        .await;
    let page = client(&server).payments().details(PARTNER).send().await.unwrap().into_value();
    let (key, row) = page.keyed().next().unwrap();
    assert_eq!(key, "1011l22");
    let values = row.as_ref().unwrap().payment_detail_values.get().unwrap();
    assert_eq!(values.account_number.as_ref().unwrap().reveal(), "12345678");
    assert!(!format!("{values:?}").contains("12345678"));
}

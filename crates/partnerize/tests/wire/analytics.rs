//! Analytics.

use afflux_partnerize::{
    core::endpoint::Endpoint,
    generated::{
        self, AnalyticsScope, ComparisonOperator, ConversionDimension, ConversionExplodeQuery,
        ConversionFilter, ConversionFilterField, ConversionMetric, ConversionOrder, ConversionOrderField,
        ConversionRange, Direction, FilterValue,
    },
};
use httpmock::prelude::*;

use crate::client;

#[tokio::test]
async fn an_analytics_query_is_exact_and_its_rows_are_open() {
    let server = MockServer::start_async().await;
    let mock = server
        .mock_async(|when, then| {
            when.method(POST).path("/v3/partner/analytics/conversions/explode").body(concat!(
                r#"{"scope":{"partner":"111111l10"},"#,
                r#""date_time_ranges":[{"start":"2019-10-01T00:00:00","end":"2019-10-03T00:00:00"}],"#,
                r#""metrics":["total_partner_commission"],"group_by":["device"],"#,
                r#""filter_by":[{"field":"device_id","value":5,"operator":"EQUALS","not":true}],"#,
                r#""order_by":[{"field":"total_commission","direction":"DESCENDING"}],"#,
                r#""output_currency":"GBP","top":2}"#
            ));
            then.status(200).header("X-Total-Row-Count", "9").body(
                r#"{"data":[{"device_id":"1","device_name":"desktop","total_partner_commission":1.10}]}"#,
            );
        })
        .await;
    let range =
        ConversionRange::new("2019-10-01T00:00:00".parse().unwrap(), "2019-10-03T00:00:00".parse().unwrap());
    let query = ConversionExplodeQuery::new(
        AnalyticsScope::new("111111l10"),
        [range],
        [ConversionMetric::TotalPartnerCommission],
        [ConversionDimension::Device],
    )
    .filter_by([ConversionFilter::new(ConversionFilterField::DeviceId, FilterValue::Number(5))
        .operator(ComparisonOperator::Equals)
        .not(true)])
    .order_by([ConversionOrder::new(ConversionOrderField::from("total_commission"), Direction::Descending)])
    .output_currency("GBP")
    .top(2);
    let answer = client(&server).analytics().explode_conversions(query).send().await.unwrap();
    mock.assert_async().await;
    assert_eq!(answer.headers["x-total-row-count"], "9");
    let rows = answer.into_value().all().unwrap();
    assert_eq!(rows[0].get("total_partner_commission").unwrap().raw(), "1.10");
}

#[test]
fn an_analytics_query_costs_by_its_years() {
    let query = || {
        let range = generated::ClickRange::new(
            "2019-10-01T00:00:00".parse().unwrap(),
            "2023-10-03T00:00:00".parse().unwrap(),
        );
        generated::ClickCountQuery::new(
            AnalyticsScope::new("p"),
            [range],
            [generated::ClickMetric::TotalClicks],
        )
    };
    for (years, cost) in [(0, 2), (1, 3), (2, 4), (3, 5), (4, 6), (9, 6)] {
        let request = generated::CountClicks::new(query()).spanning_years(years).encode().unwrap();
        let shown = format!("{request:?}");
        assert!(shown.contains(&format!("cost: {cost},")), "{years}: {shown}");
    }
}

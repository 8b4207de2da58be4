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
fn a_plain_query_costs_by_the_years_of_all_its_ranges() {
    let range =
        |start: &str, end: &str| generated::ClickRange::new(start.parse().unwrap(), end.parse().unwrap());
    let query = |ranges: Vec<generated::ClickRange>| {
        generated::ClickCountQuery::new(
            AnalyticsScope::new("p"),
            ranges,
            [generated::ClickMetric::TotalClicks],
        )
    };
    let cost = |query| generated::CountClicks::new(query).encode().unwrap().effective_cost();
    let year = "2019-10-01T00:00:00";
    for (end, expected) in [
        ("2020-09-30T23:59:59", 2),
        ("2020-10-01T00:00:00", 3),
        ("2021-10-03T00:00:00", 4),
        ("2022-10-03T00:00:00", 5),
        ("2023-10-03T00:00:00", 6),
        ("2028-10-03T00:00:00", 6),
    ] {
        assert_eq!(cost(query(vec![range(year, end)])), expected, "until {end}");
    }
    let compared = query(vec![range(year, "2020-10-01T00:00:00")])
        .comparison_date_time_ranges([range("2018-10-01T00:00:00", year)]);
    assert_eq!(cost(compared), 4);
}

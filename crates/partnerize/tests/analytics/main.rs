//! The typed queries of analytics: what is sent for each source and shape, what it costs, what comes back.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

mod costs;
mod lines;

use std::{sync::Arc, time::Duration};

use afflux_partnerize::{
    Client, Delivery, ErrorKind, OPERATIONS,
    analytics::{Condition, DateRange, Period, Sum},
    core::{
        dynamic::{self, Parameters},
        transport::{MockTransport, Reply, Seen},
    },
    generated::{
        ClickDimension, ClickFilterField, ClickMetric, ClickOrderField, ConversionDate, ConversionDimension,
        ConversionFilterField, ConversionMetric, ConversionOrderField, Direction, ImpressionDimension,
        ImpressionMetric,
    },
};
use jiff::civil::{DateTime, date};
use proptest::prelude::*;

const PARTNER: &str = "111111l10";

fn client(handler: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> (Client, MockTransport) {
    let mock = MockTransport::new(handler);
    let transport = Arc::new(mock.clone());
    let builder = Client::builder().unwrap().keys("made-up-application", "made-up-user");
    (builder.engine(|engine| engine.transport(transport)).build().unwrap(), mock)
}

/// A client that is answered with this body.
fn answered(body: &'static str) -> (Client, MockTransport) {
    client(move |_| Reply::answer(200, body))
}

fn sample(file: &str) -> String {
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/samples/");
    std::fs::read_to_string(format!("{directory}{file}")).unwrap()
}

fn range() -> DateRange {
    DateRange::new(time("2019-10-01T00:00:00"), time("2019-10-03T00:00:00"))
}

fn time(text: &str) -> DateTime {
    text.parse().unwrap()
}

/// What was sent, after a check against the document's own schema.
fn sent(mock: &MockTransport) -> Vec<(String, String)> {
    let seen = mock.seen();
    let each = seen.iter().map(|seen| {
        let body = std::str::from_utf8(&seen.body).unwrap().to_owned();
        let operation = OPERATIONS.iter().find(|operation| operation.path == seen.path).unwrap();
        let parameters = Parameters::parse(&format!("{{\"body\":{body}}}")).unwrap();
        dynamic::request(operation, &parameters, false).unwrap_or_else(|faults| panic!("{body}: {faults:?}"));
        (seen.path.clone(), body)
    });
    each.collect()
}

const SCOPE: &str = concat!(
    r#"{"scope":{"partner":"111111l10"},"#,
    r#""date_time_ranges":[{"start":"2019-10-01T00:00:00","end":"2019-10-03T00:00:00"}]"#
);

#[tokio::test]
async fn each_source_in_each_shape_is_sent_as_its_document_wants_it() {
    let (client, mock) = client(|seen| {
        Reply::answer(200, if seen.path.ends_with("/count") { r#"{"data":{}}"# } else { r#"{"data":[]}"# })
    });
    let conversions = || client.analytics().conversions(PARTNER);
    let clicks = || client.analytics().clicks(PARTNER);
    let impressions = || client.analytics().impressions(PARTNER);
    let day = Period::days(1);
    conversions().count().metric(ConversionMetric::TotalConversions).range(range()).send().await.unwrap();
    conversions()
        .explode([ConversionDimension::Device])
        .metric(ConversionMetric::TotalConversions)
        .range(range())
        .send()
        .await
        .unwrap();
    conversions().filter([ConversionDimension::Sku]).range(range()).send().await.unwrap();
    conversions()
        .time_series(day)
        .metric(ConversionMetric::TotalConversions)
        .range(range())
        .send()
        .await
        .unwrap();
    clicks().count().metric(ClickMetric::TotalClicks).range(range()).send().await.unwrap();
    clicks()
        .explode([ClickDimension::Device])
        .metric(ClickMetric::TotalClicks)
        .range(range())
        .send()
        .await
        .unwrap();
    clicks().filter([ClickDimension::Device]).range(range()).send().await.unwrap();
    clicks().time_series(day).metric(ClickMetric::TotalClicks).range(range()).send().await.unwrap();
    let views = ImpressionMetric::TotalImpressions;
    impressions().count().metric(views.clone()).range(range()).send().await.unwrap();
    impressions()
        .explode([ImpressionDimension::Device])
        .metric(views.clone())
        .range(range())
        .send()
        .await
        .unwrap();
    impressions().filter([ImpressionDimension::Device]).range(range()).send().await.unwrap();
    impressions().time_series(day).metric(views).range(range()).send().await.unwrap();
    let mut expected = Vec::new();
    for (source, metric, dimension) in [
        ("conversions", "total_conversions", "sku"),
        ("clicks", "total_clicks", "device"),
        ("impressions", "total_impressions", "device"),
    ] {
        let bodies = [
            ("count", format!(r#","metrics":["{metric}"]"#)),
            ("explode", format!(r#","metrics":["{metric}"],"group_by":["device"]"#)),
            ("filter", format!(r#","group_by":["{dimension}"]"#)),
            ("timeseries", format!(r#","metrics":["{metric}"],"interval":{{"period":"P1D"}}"#)),
        ];
        for (shape, rest) in bodies {
            expected.push((format!("/v3/partner/analytics/{source}/{shape}"), format!("{SCOPE}{rest}}}")));
        }
    }
    assert_eq!(sent(&mock), expected);
}

#[tokio::test]
async fn everything_that_a_table_of_conversions_can_be_asked_goes_into_one_body() {
    let (client, mock) = answered(r#"{"data":[]}"#);
    client
        .analytics()
        .conversions(PARTNER)
        .explode([ConversionDimension::DateTime, ConversionDimension::Country, ConversionDimension::Country])
        .metrics([ConversionMetric::TotalPartnerCommission, ConversionMetric::from("a_new_metric")])
        .metric(ConversionMetric::TotalPartnerCommission)
        .range(DateRange::day(date(2019, 10, 1)))
        .ranges([DateRange::days(date(2018, 10, 1), date(2018, 10, 2))])
        .compared_with((date(2017, 10, 1), date(2017, 10, 1)))
        .percentage_change()
        .filter_by(Condition::one_of(ConversionFilterField::ConversionStatus, ["approved", "pending"]))
        .filter_by(!Condition::equals(ConversionFilterField::DeviceId, 5))
        .filter_by(Condition::starts_with(ConversionFilterField::Sku, "A-"))
        .filter_by(Condition::at_least(Sum::OrderValue, 100))
        .filter_by(Condition::below(Sum::PartnerCommission, rust_decimal::Decimal::new(1250, 2)))
        .order_by(ConversionOrderField::TotalPartnerCommission, Direction::Descending)
        .order_by(ConversionOrderField::Country, Direction::Ascending)
        .interval(Period::months(1))
        .by_date(ConversionDate::ApprovedAt)
        .in_currency("EUR")
        .date_format("yyyy-MM")
        .top(50_000)
        .total_row_count()
        .timezone("Europe/Berlin")
        .send()
        .await
        .unwrap();
    let body = concat!(
        r#"{"scope":{"partner":"111111l10"},"date_time_ranges":["#,
        r#"{"start":"2019-10-01T00:00:00","end":"2019-10-01T23:59:59","field":"approved_at"},"#,
        r#"{"start":"2018-10-01T00:00:00","end":"2018-10-02T23:59:59","field":"approved_at"}],"#,
        r#""comparison_date_time_ranges":["#,
        r#"{"start":"2017-10-01T00:00:00","end":"2017-10-01T23:59:59","field":"approved_at"}],"#,
        r#""include_comparison_percentage_change":true,"#,
        r#""metrics":["total_partner_commission","a_new_metric"],"group_by":["date_time","country"],"#,
        r#""filter_by":[{"field":"conversion_status","value":["approved","pending"],"operator":"EQUALS"},"#,
        r#"{"field":"device_id","value":5,"operator":"EQUALS","not":true},"#,
        r#"{"field":"sku","value":"A-","operator":"STARTS_WITH"},"#,
        r#"{"field":"order_value","value":100,"operator":"GREATER_THAN_OR_EQUALS"},"#,
        r#"{"field":"partner_commission","value":"12.50","operator":"LESS_THAN"}],"#,
        r#""order_by":[{"field":"total_partner_commission","direction":"DESCENDING"},"#,
        r#"{"field":"country","direction":"ASCENDING"}],"#,
        r#""interval":{"period":"P1M","field":"approved_at"},"output_currency":"EUR","#,
        r#""output_date_time_format":"yyyy-MM","top":50000,"include_total_row_count":true,"#,
        r#""timezone":"Europe/Berlin"}"#
    );
    assert_eq!(sent_body(&mock), body);
}

#[tokio::test]
async fn a_time_series_can_leave_out_what_is_empty_and_a_list_of_values_can_be_sorted_and_cut() {
    let (client, mock) = answered(r#"{"data":[]}"#);
    let clicks = || client.analytics().clicks(PARTNER);
    let series = clicks().time_series(Period::hours(6)).metric(ClickMetric::TotalClicks).range(range());
    series.zerofill(false).send().await.unwrap();
    let values = clicks().filter([ClickDimension::Country]).range(range());
    let values = values.filter_by(Condition::search(ClickFilterField::Country, "u"));
    values.order_by(ClickOrderField::TotalClicks, Direction::Descending).top(2).send().await.unwrap();
    let bodies: Vec<String> = sent(&mock).into_iter().map(|(_, body)| body).collect();
    let rest = [
        r#","metrics":["total_clicks"],"interval":{"period":"PT6H"},"zerofill":false}"#.to_owned(),
        concat!(
            r#","group_by":["country"],"filter_by":[{"field":"country","value":"u","operator":"SEARCH"}],"#,
            r#""order_by":[{"field":"total_clicks","direction":"DESCENDING"}],"top":2}"#
        )
        .to_owned(),
    ];
    assert_eq!(bodies, rest.map(|rest| format!("{SCOPE}{rest}")));
}

/// What was sent, unchecked: a metric that the document lacks was asked for on purpose.
fn sent_body(mock: &MockTransport) -> String {
    let seen = mock.seen();
    assert_eq!(seen.len(), 1);
    std::str::from_utf8(&seen[0].body).unwrap().to_owned()
}

#[tokio::test]
async fn metrics_and_dimensions_are_reached_by_name_and_the_headers_are_read() {
    let body = concat!(
        r#"{"data":[{"device_id":"1","device_name":"desk\ntop","total_clicks":2000,"rate":0.10,"none":null},"#,
        r#"{"device_id":2,"total_clicks":"7","huge":12345678901234567890.123456789012}]}"#
    );
    let (client, _) = client(move |_| {
        Reply::answer(200, body)
            .header("X-Total-Row-Count", "9")
            .header("X-Approximate-Metrics", "total_unique_clicks, click_conversion_rate")
    });
    let clicks = client.analytics().clicks(PARTNER).explode([ClickDimension::Device]).range(range());
    let found = clicks.metric(ClickMetric::TotalClicks).total_row_count().send().await.unwrap();
    assert_eq!((found.total_rows(), found.body().as_ref()), (Some(9), body.as_bytes()));
    assert_eq!(found.approximate(), ["total_unique_clicks", "click_conversion_rate"]);
    let [first, second] = found.rows() else { panic!("{found:?}") };
    assert_eq!(first.text("device_name").unwrap(), "desk\ntop");
    assert_eq!(first.count(ClickMetric::TotalClicks).unwrap(), 2000);
    assert_eq!(first.decimal("rate").unwrap().to_string(), "0.10");
    assert_eq!(second.text(ClickFilterField::DeviceId).unwrap(), "2");
    assert_eq!(second.decimal("total_clicks").unwrap().to_string(), "7");
    assert_eq!(second.amount("huge").unwrap().text(), "12345678901234567890.123456789012");
    let names: Vec<String> = first.columns().map(|(name, _)| name.into_owned()).collect();
    assert_eq!(names, ["device_id", "device_name", "total_clicks", "rate", "none"]);
    let written: Vec<String> = found.rows().iter().map(|row| serde_json::to_string(row).unwrap()).collect();
    assert_eq!(format!(r#"{{"data":[{}]}}"#, written.join(",")), body);

    let error = first.decimal("total_click").unwrap_err();
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::Decode, Delivery::Answered));
    let text = error.to_string();
    assert!(text.contains("no row has a `total_click`; a row has `device_id`, `device_name`"), "{text}");
    for error in [second.decimal("huge").unwrap_err(), first.decimal("none").unwrap_err()] {
        assert!(error.to_string().contains("is not a decimal of at most 28 digits"), "{error}");
    }
    assert!(first.count("rate").is_err() && first.amount("device_name").is_err());
}

#[tokio::test]
async fn a_count_reads_like_its_row() {
    let sample = sample("count-conversions.json");
    let body: &'static str = sample.leak();
    let (client, _) = answered(body);
    let query = client.analytics().conversions(PARTNER).count().range(range());
    let totals = query.metric(ConversionMetric::TotalConversionItems).send().await.unwrap();
    assert_eq!(totals.count("total_conversion_items").unwrap(), 235);
    assert_eq!(totals.decimal(ConversionMetric::TotalPartnerCommission).unwrap().to_string(), "1200.50");
    assert_eq!(totals.body().as_ref(), body.as_bytes());
    assert!(totals.approximate().is_empty());
}

#[tokio::test]
async fn what_is_missing_or_wrong_is_refused_by_its_name_and_not_sent() {
    let (client, mock) = answered("{}");
    let count = || client.analytics().conversions(PARTNER).count();
    let whole = || count().metric(ConversionMetric::TotalConversions).range(range());
    let table = || client.analytics().conversions(PARTNER).explode([ConversionDimension::Sku]);
    let metric = ConversionMetric::TotalConversions;
    let backwards = DateRange::new(time("2019-10-02T00:00:00"), time("2019-10-01T00:00:00"));
    let no_partner = client.analytics().clicks(" ").count().metric(ClickMetric::TotalClicks).range(range());
    let errors = [
        ("scope.partner", no_partner.send().await.unwrap_err()),
        ("date_time_ranges", count().metric(metric.clone()).send().await.unwrap_err()),
        ("date_time_ranges[1].end", whole().range(backwards).send().await.unwrap_err()),
        ("comparison_date_time_ranges[0].end", whole().compared_with(backwards).send().await.unwrap_err()),
        ("metrics", count().range(range()).send().await.unwrap_err()),
        ("group_by", client.analytics().clicks(PARTNER).filter([]).range(range()).send().await.unwrap_err()),
        (
            "filter_by[0].operator",
            whole()
                .filter_by(Condition::contains(ConversionFilterField::OrderValue, "1"))
                .send()
                .await
                .unwrap_err(),
        ),
        (
            "filter_by[0].value",
            whole()
                .filter_by(Condition::one_of(ConversionFilterField::Sku, [] as [&str; 0]))
                .send()
                .await
                .unwrap_err(),
        ),
        ("output_currency", whole().in_currency("euro").send().await.unwrap_err()),
        ("top", table().metric(metric.clone()).range(range()).top(50_001).send().await.unwrap_err()),
        ("top", table().metric(metric.clone()).range(range()).top(0).send().await.unwrap_err()),
        (
            "interval.period",
            table().metric(metric).range(range()).interval(Period::days(0)).send().await.unwrap_err(),
        ),
    ];
    for (field, error) in errors {
        assert_eq!((error.field(), error.delivery()), (Some(field), Delivery::NotSent), "{error}");
    }
    assert!(mock.seen().is_empty());
}

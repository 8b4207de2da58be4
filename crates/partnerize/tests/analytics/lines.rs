//! Metrics over time.

use super::*;

#[tokio::test]
async fn a_time_series_has_its_spans_and_its_values_with_all_digits() {
    let (client, _) = answered(sample("time-conversions.json").leak());
    let query = client.analytics().conversions(PARTNER).time_series(Period::days(1)).range(range());
    let series = query.metric(ConversionMetric::TotalConversions).send().await.unwrap();
    assert!(series.undated().is_empty());
    let point = &series.rows()[0];
    assert_eq!((point.time(), point.end()), (time("2020-03-01T00:00:00"), Some(time("2020-03-02T00:00:00"))));
    assert_eq!(point.date(), date(2020, 3, 1));
    assert_eq!(point.instant().unwrap().to_string(), "2020-03-01T00:00:00Z");
    assert_eq!(point.decimal("total_order_value").unwrap().to_string(), "34300.311980922306");
    let line: Vec<_> = series.line("total_conversions").unwrap().points().map(|(_, value)| value).collect();
    assert_eq!(line, [Some(151.into()), None]);
    let error = series.line("total_conversion").unwrap_err();
    assert!(error.to_string().contains("no row has a `total_conversion`"), "{error}");
}

#[tokio::test]
async fn a_line_has_a_hole_for_each_span_that_is_left_out() {
    let (client, _) = answered(concat!(
        r#"{"data":[{"date_time_range":{"start":"2026-10-23T00:00:00+02:00","end":"2026-10-24T00:00:00+02:00"},"n":1},"#,
        r#"{"date_time_range":{"start":"2026-10-25T00:00:00+02:00","end":"2026-10-26T00:00:00+01:00"},"n":2.50},"#,
        r#"{"date_time_range":{"start":"2026-10-26T00:00:00+01:00","end":"2026-10-27T00:00:00+01:00"},"n":3},"#,
        r#"{"date_time_range":{"start":"2026-10-29T00:00:00+01:00","end":"2026-10-30T00:00:00+01:00"},"n":null},"#,
        r#"{"date_time_range":{"start":"soon"},"n":5}]}"#
    ));
    let query = client.analytics().clicks(PARTNER).time_series(Period::days(1)).zerofill(false);
    let series = query.metric(ClickMetric::from("n")).range(range()).send().await.unwrap();
    assert_eq!((series.rows().len(), series.undated().len()), (4, 1));
    let line = series.line("n").unwrap();
    let drawn: Vec<String> =
        line.points().map(|(time, value)| format!("{} {value:?}", time.date())).collect();
    let expected = [
        "2026-10-23 Some(1)",
        "2026-10-24 None",
        "2026-10-25 Some(2.50)",
        "2026-10-26 Some(3)",
        "2026-10-27 None",
        "2026-10-28 None",
        "2026-10-29 None",
    ];
    assert_eq!(drawn, expected);
    assert_eq!(line.sum().unwrap().to_string(), "6.50");
    assert!(line.key().is_empty());
}

#[tokio::test]
async fn hours_are_hours_that_pass_when_the_clocks_change() {
    let (client, _) = answered(concat!(
        r#"{"data":[{"date_time":"2026-03-29T01:00:00+01:00","n":1},{"date_time":"2026-03-29T03:00:00+02:00","n":2},"#,
        r#"{"date_time":"2026-10-25T02:00:00+02:00","n":3},{"date_time":"2026-10-25T02:00:00+01:00","n":4}]}"#
    ));
    let query =
        client.analytics().clicks(PARTNER).explode([ClickDimension::DateTime]).interval(Period::hours(1));
    let found = query.metric(ClickMetric::TotalClicks).range(range()).send().await.unwrap();
    let lines = found.lines("n", &[] as &[&str]).unwrap();
    let mut drawn = lines[0].points();
    assert_eq!(drawn.next(), Some((time("2026-03-29T01:00:00"), Some(1.into()))));
    assert_eq!(drawn.next(), Some((time("2026-03-29T03:00:00"), Some(2.into()))));
    // The summer is one hole after the other, made as they are asked for.
    assert_eq!(drawn.next(), Some((time("2026-03-29T04:00:00"), None)));
    let autumn: Vec<_> = drawn.filter_map(|(time, value)| Some((time, value?))).collect();
    let two = time("2026-10-25T02:00:00");
    assert_eq!(autumn, [(two, 3.into()), (two, 4.into())]);
}

#[tokio::test]
async fn a_table_by_date_is_one_line_for_each_value_with_the_same_times() {
    let (client, _) = answered(concat!(
        r#"{"data":[{"date_time":"2026-11-02T00:00:00+00:00","country":"US","total_clicks":5},"#,
        r#"{"date_time":"2026-11-01T00:00:00+00:00","country":"DE","total_clicks":1},"#,
        r#"{"date_time":"2026-11-02T00:00:00+00:00","country":"DE","total_clicks":2},"#,
        r#"{"date_time":"2026-11-04T00:00:00+00:00","country":"DE","total_clicks":4}]}"#
    ));
    let query =
        client.analytics().clicks(PARTNER).explode([ClickDimension::DateTime, ClickDimension::Country]);
    let query = query.interval(Period::days(1)).metric(ClickMetric::TotalClicks).range(range());
    let found = query.send().await.unwrap();
    let lines = found.lines(ClickMetric::TotalClicks, &["country"]).unwrap();
    let drawn: Vec<(String, Vec<Option<i64>>)> = lines
        .iter()
        .map(|line| {
            let values = line.points().map(|(_, value)| value.map(|value| value.try_into().unwrap()));
            (line.label(), values.collect())
        })
        .collect();
    let expected = [("US", vec![None, Some(5), None, None]), ("DE", vec![Some(1), Some(2), None, Some(4)])];
    assert_eq!(drawn, expected.map(|(label, values)| (label.to_owned(), values)));
    assert_eq!(lines[0].key(), [("country".to_owned(), "US".to_owned())]);
    assert!(found.lines("total_clicks", &["device_id"]).is_err());
    assert!(found.lines("country", &["country"]).is_err());
    let error = found.lines("total_clicks", &[] as &[&str]).unwrap_err();
    assert!(error.to_string().contains("a line must be by `country` too"), "{error}");
}

//! What a query costs, and how the tokens are kept.

use super::*;

#[test]
fn a_query_costs_by_its_shape_and_its_years_in_every_cell_of_the_vendors_table() {
    let (client, _) = answered("{}");
    let analytics = || client.analytics();
    // Explode, count, time series, filter.
    let table = [[3, 2, 2, 3], [5, 3, 3, 5], [10, 4, 4, 6], [12, 5, 5, 7], [15, 6, 6, 8], [15, 6, 6, 8]];
    for (years, costs) in table.into_iter().enumerate() {
        let start = time("2016-01-01T00:00:00");
        let end = date(2016 + i16::try_from(years).unwrap(), 1, 1).at(0, 0, 0, 0);
        let range = DateRange::new(start, end);
        let conversions = [
            analytics().conversions(PARTNER).explode([]).range(range).cost(),
            analytics().conversions(PARTNER).count().range(range).cost(),
            analytics().conversions(PARTNER).time_series(Period::days(1)).range(range).cost(),
            analytics().conversions(PARTNER).filter([]).range(range).cost(),
        ];
        let clicks = [
            analytics().clicks(PARTNER).explode([]).range(range).cost(),
            analytics().clicks(PARTNER).count().range(range).cost(),
            analytics().clicks(PARTNER).time_series(Period::days(1)).range(range).cost(),
            analytics().clicks(PARTNER).filter([]).range(range).cost(),
        ];
        let impressions = [
            analytics().impressions(PARTNER).explode([]).range(range).cost(),
            analytics().impressions(PARTNER).count().range(range).cost(),
            analytics().impressions(PARTNER).time_series(Period::days(1)).range(range).cost(),
            analytics().impressions(PARTNER).filter([]).range(range).cost(),
        ];
        assert_eq!([conversions, clicks, impressions], [costs; 3], "{years} years");
    }
}

#[test]
fn the_ranges_of_a_comparison_cost_as_well() {
    let (client, _) = answered("{}");
    let query = client.analytics().conversions(PARTNER).count().range(DateRange::year_of(date(2025, 5, 5)));
    assert_eq!(query.cost(), 2);
    let year = |year: i16| (date(year, 1, 1).at(0, 0, 0, 0), date(year + 1, 1, 1).at(0, 0, 0, 0));
    let query = query.range(year(2023));
    assert_eq!(query.cost(), 3);
    assert_eq!(query.compared_with(year(2021)).cost(), 4);
}

proptest! {
    #[test]
    fn a_longer_range_or_one_more_never_costs_less(days in 0_i64..3000, more in 0_i64..3000, other in 0_i64..800) {
        let (client, _) = answered("{}");
        let query = || client.analytics().clicks(PARTNER).explode([]);
        let range = |from: DateTime, days: i64| {
            DateRange::new(from, from.checked_add(jiff::Span::new().days(days)).unwrap())
        };
        let start = time("2015-02-28T12:00:00");
        let short = query().range(range(start, days));
        let long = query().range(range(start, days + more));
        prop_assert!(short.cost() <= long.cost());
        let several = short.clone().range(range(time("2010-01-01T00:00:00"), other));
        prop_assert!(short.cost() <= several.cost());
    }
}

#[tokio::test(start_paused = true)]
async fn sixty_tokens_last_for_twenty_tables_of_less_than_a_year_or_four_of_four_years() {
    for (years, at_once) in [(0_i16, 20), (4, 4)] {
        let (client, mock) = answered(r#"{"data":[]}"#);
        let range = DateRange::new(time("2015-01-01T00:00:00"), date(2015 + years, 1, 1).at(0, 0, 0, 0));
        let query = || {
            let query = client.analytics().clicks(PARTNER).explode([ClickDimension::Country]);
            query.metric(ClickMetric::TotalClicks).range(range)
        };
        let begun = tokio::time::Instant::now();
        for _ in 0..at_once {
            query().send().await.unwrap();
        }
        assert!(begun.elapsed() < Duration::from_secs(1), "{years}");
        let error = query().with_deadline(Duration::from_secs(30)).send().await.unwrap_err();
        assert_eq!((error.kind(), error.delivery()), (ErrorKind::Limit, Delivery::NotSent));
        query().send().await.unwrap();
        assert!(begun.elapsed() >= Duration::from_secs(60), "{years}: {:?}", begun.elapsed());
        assert_eq!(mock.seen().len(), at_once + 1);
    }
}

#[tokio::test(start_paused = true)]
async fn what_the_headers_leave_is_believed_over_the_documented_sixty() {
    let (client, _) = client(|_| {
        Reply::answer(200, r#"{"data":{"total_clicks":1}}"#)
            .header("X-RateLimit-Limit", "60")
            .header("X-RateLimit-Remaining", "1")
            .header("X-RateLimit-Reset", "45")
    });
    let query = || client.analytics().clicks(PARTNER).count().metric(ClickMetric::TotalClicks).range(range());
    let begun = tokio::time::Instant::now();
    query().send().await.unwrap();
    query().send().await.unwrap();
    let waited = begun.elapsed();
    assert!((Duration::from_secs(44)..Duration::from_secs(60)).contains(&waited), "{waited:?}");
}

//! Reports of conversions and clicks.

use afflux_partnerize::{
    Delivery,
    core::{decode::Kept, endpoint::Endpoint},
    generated::{self, ConversionDateType, ConversionStatus, Currency, ReportConversions, ReportFormat},
    reports::{Moment, TextDate},
};
use futures_util::TryStreamExt;
use httpmock::prelude::*;
use jiff::civil::date;

use crate::{PARTNER, client};

#[tokio::test]
async fn a_report_of_conversions_follows_its_cursor() {
    let server = MockServer::start_async().await;
    let path = "/reporting/report_publisher/publisher/1l1007802/conversion.json";
    let second = server
        .mock_async(|when, then| {
            when.method(GET)
                .path(path)
                .query_param("cursor_id", "77")
                .query_param("multipivot[campaign][]", "10l1");
            then.status(200).body(r#"{"count":2,"conversions":[{"conversion_data":{"conversion_id":"b"}}]}"#);
        })
        .await;
    let first = server
        .mock_async(|when, then| {
            when.method(GET)
                .path(path)
                .query_param_missing("cursor_id")
                .query_param("start_date", "2026-11-14 00:00:00")
                .query_param("statuses[]", "approved")
                .query_param("currency[]", "EUR");
            then.status(200).body(
                r#"{"cursor_id":77,"conversions":[{"conversion_data":{"conversion_id":"a","conversion_value":{"value":95.50,"publisher_commission":1e1}}}]}"#,
            );
        })
        .await;
    let client = client(&server);
    let report = client
        .conversions()
        .report(PARTNER, ReportFormat::Json, "2026-11-14 00:00:00")
        .statuses([ConversionStatus::Approved])
        .currency([Currency::Eur])
        .multipivot([("campaign", vec!["10l1"])]);
    let rows: Vec<Kept<generated::Conversion>> = report.items().unwrap().try_collect().await.unwrap();
    first.assert_async().await;
    second.assert_async().await;
    let value = rows[0].conversion_value.get().unwrap();
    assert_eq!(value.value.get().unwrap().text(), "95.50");
    assert_eq!(rows[1].conversion_id.as_ref().unwrap().as_str(), "b");
}

#[tokio::test]
async fn a_report_of_clicks_goes_by_offset_until_the_count() {
    let server = MockServer::start_async().await;
    let path = "/reporting/report_publisher/publisher/1l1007802/click.json";
    let page = |offset: &'static str, body: &'static str| {
        server.mock_async(move |when, then| {
            when.method(GET).path(path).query_param("offset", offset).query_param("limit", "2");
            then.status(200).body(body);
        })
    };
    let last = page("2", r#"{"count":3,"clicks":[{"click":{"clickref":"c"}}]}"#).await;
    let first = server
        .mock_async(|when, then| {
            when.method(GET).path(path).query_param_missing("offset").query_param("limit", "2");
            then.status(200)
                .body(r#"{"count":3,"clicks":[{"click":{"clickref":"a"}},{"click":{"clickref":"b"}}]}"#);
        })
        .await;
    let client = client(&server);
    let report = client.clicks().report(PARTNER, ReportFormat::Json, "2026-11-14 00:00:00").limit(2);
    let rows: Vec<Kept<generated::Click>> = report.items().unwrap().try_collect().await.unwrap();
    let references: Vec<&str> = rows.iter().map(|row| row.clickref.as_deref().unwrap()).collect();
    assert_eq!(references, ["a", "b", "c"]);
    first.assert_async().await;
    last.assert_async().await;
}

#[tokio::test]
async fn a_report_as_xml_is_handed_out_as_it_came() {
    let server = MockServer::start_async().await;
    server
        .mock_async(|when, then| {
            when.method(GET).path("/reporting/report_publisher/publisher/1l1007802/conversion.xml");
            then.status(200).header("content-type", "text/xml").body("<conversions/>");
        })
        .await;
    let report = ReportConversions::new(PARTNER, ReportFormat::Xml, "2026-11-14");
    let raw = client(&server).engine().execute(report.encode().unwrap()).await.unwrap();
    assert_eq!(raw.body(), "<conversions/>");
}

/// Three clicks on the first page; then a new one comes in at the beginning, so that the third comes again.
async fn shifting(server: &MockServer) {
    let path = "/reporting/report_publisher/publisher/1l1007802/click.json";
    let page = |offset: &'static str, body: &'static str| {
        server.mock_async(move |when, then| {
            when.method(GET).path(path).query_param("offset", offset).query_param("limit", "3");
            then.status(200).body(body);
        })
    };
    page("3", r#"{"count":5,"clicks":[{"click":{"clickref":"c"}},{"click":{"clickref":"d"}}]}"#).await;
    server
        .mock_async(|when, then| {
            when.method(GET).path(path).query_param_missing("offset").query_param("limit", "3");
            then.status(200).body(
                r#"{"count":4,"clicks":[{"click":{"clickref":"a"}},{"click":{"clickref":"b"}},{"click":{"clickref":"c"}}]}"#,
            );
        })
        .await;
}

#[tokio::test]
async fn clicks_that_come_again_because_pages_shifted_are_left_out_unless_they_are_wanted() {
    let server = MockServer::start_async().await;
    shifting(&server).await;
    let client = client(&server);
    let report = || client.reports(PARTNER).clicks(date(2026, 11, 1)..date(2026, 12, 1)).page_size(3);
    let references = |rows: Vec<Kept<generated::Click>>| -> Vec<String> {
        rows.iter().map(|row| row.clickref.clone().unwrap()).collect()
    };
    assert_eq!(references(report().rows().await.unwrap()), ["a", "b", "c", "d"]);
    assert_eq!(references(report().keep_repeats().rows().await.unwrap()), ["a", "b", "c", "c", "d"]);

    // A stream that stopped behind `c` and goes on after a restart knows it still.
    let mut items = report().items().unwrap();
    for _ in 0..3 {
        items.try_next().await.unwrap().unwrap();
    }
    let kept = serde_json::to_string(&items.resume().unwrap()).unwrap();
    let rest = report().resume(serde_json::from_str(&kept).unwrap()).rows().await.unwrap();
    assert_eq!(references(rest), ["d"], "{kept}");
}

#[tokio::test]
async fn every_filter_of_a_report_is_sent_as_the_document_writes_it() {
    let server = MockServer::start_async().await;
    let mock = server
        .mock_async(|when, then| {
            when.method(GET)
                .path("/reporting/report_publisher/publisher/1l1007802/conversion.json")
                .query_param("start_date", "2026-11-01 00:00:00")
                .query_param("end_date", "2026-11-30 23:59:59")
                .query_param("timezone", "Europe/London")
                .query_param("date_type", "last_modified")
                .query_param("invoice_created_date", "2026-11-02T03:04:05Z")
                .query_param("include_payment_info", "true")
                .query_param("offset", "7")
                .query_param("limit", "50")
                .is_true(|request| {
                    let query = request.uri().query().unwrap_or_default().to_owned();
                    [
                        "currency%5B%5D=EUR&currency%5B%5D=CHF",
                        "statuses%5B%5D=approved&statuses%5B%5D=pending",
                        "multipivot%5Bcampaign%5D%5B%5D=10l1&multipivot%5Bcampaign%5D%5B%5D=10l2",
                        "multipivot%5Bproduct%5D%5B%5D=shoe",
                        "multipivot%5Bpublisher_reference%5D%5B%5D=a%20b",
                    ]
                    .iter()
                    .all(|part| query.contains(part))
                });
            then.status(200).body(r#"{"count":8,"conversions":[{"conversion_data":{"conversion_id":"a"}}]}"#);
        })
        .await;
    let client = client(&server);
    let report = client
        .reports(PARTNER)
        .conversions(date(2026, 11, 1)..=date(2026, 11, 30))
        .timezone("Europe/London")
        .date_type(ConversionDateType::LastModified)
        .invoices_since("2026-11-02T03:04:05Z".parse::<Moment>().unwrap())
        .with_payment_info()
        .currency(Currency::Eur)
        .currency("CHF")
        .status(ConversionStatus::Approved)
        .status(ConversionStatus::Pending)
        .campaign("10l1")
        .campaign("10l2")
        .product("shoe")
        .publisher_reference("a b")
        .offset(7)
        .page_size(50);
    assert_eq!(report.rows().await.unwrap().len(), 1);
    mock.assert_async().await;
}

#[tokio::test]
async fn a_range_in_words_is_the_vendor_s_beside_a_date_that_it_cannot_begin_before() {
    let server = MockServer::start_async().await;
    let mock = server
        .mock_async(|when, then| {
            when.method(GET)
                .path("/reporting/report_publisher/publisher/1l1007802/click.json")
                .query_param("text_date", "last 10 days")
                .query_param_exists("start_date")
                .query_param_missing("end_date")
                .query_param("limit", "1");
            then.status(200).body(r#"{"count":9,"unique_click_count":5,"clicks":[]}"#);
        })
        .await;
    let client = client(&server);
    let totals = client.reports(PARTNER).clicks(TextDate::LastDays(10)).totals().await.unwrap();
    assert_eq!((totals.count, totals.unique), (Some(9), Some(5)));
    mock.assert_async().await;
}

#[tokio::test]
async fn a_range_that_ends_before_it_begins_is_refused_before_it_is_sent() {
    let server = MockServer::start_async().await;
    let client = client(&server);
    let backwards = (date(2026, 11, 2), date(2026, 11, 1));
    let error = client.reports(PARTNER).conversions(backwards).rows().await.unwrap_err();
    assert_eq!((error.delivery(), error.field()), (Delivery::NotSent, Some("end_date")), "{error}");
}

#[tokio::test]
async fn pages_of_text_are_the_rows_byte_for_byte() {
    let server = MockServer::start_async().await;
    server
        .mock_async(|when, then| {
            when.method(GET).path("/reporting/report_publisher/publisher/1l1007802/conversion.json");
            then.status(200).body(
                r#"{"count":1,"conversions":[{"conversion_data":{"conversion_id":"a","new":1.10}}],"hypermedia":{"pagination":{"next_page":null}}}"#,
            );
        })
        .await;
    let client = client(&server);
    let mut pager = client.reports(PARTNER).conversions(date(2026, 11, 1)..).pager().unwrap();
    let page = pager.next_texts().await.unwrap().unwrap().into_value();
    assert_eq!(page.into_rows()[0].text(), r#"{"conversion_data":{"conversion_id":"a","new":1.10}}"#);
    assert!(pager.next_texts().await.unwrap().is_none());
}

#[tokio::test]
async fn a_report_in_words_does_not_go_on_where_they_may_mean_another_time() {
    let server = MockServer::start_async().await;
    let client = client(&server);
    let report = |token: &str| {
        let resume = serde_json::from_str(token).unwrap();
        client.reports(PARTNER).clicks(TextDate::Yesterday).resume(resume)
    };
    for token in [
        r#"{"at":{"offset":300}}"#,
        r#"{"at":{"cursor":"77"}}"#,
        r#"{"at":{"link":{"path":"/clicks.json","query":"text_date=yesterday&offset=300"}}}"#,
        r#"{"at":"start","skip":3}"#,
    ] {
        let error = report(token).items().unwrap_err();
        assert_eq!((error.delivery(), error.field()), (Delivery::NotSent, Some("text_date")), "{token}");
        assert!(report(token).pages().is_err() && report(token).pager().is_err(), "{token}");
        let resume = serde_json::from_str(token).unwrap();
        let days = date(2026, 11, 1)..date(2026, 11, 2);
        assert!(client.reports(PARTNER).clicks(days).resume(resume).items().is_ok(), "{token}");
    }
    for token in [
        r#"{"at":"start"}"#,
        r#"{"at":{"link":{"path":"/clicks.json","query":"start_date=2026-11-01&offset=300"}}}"#,
    ] {
        assert!(report(token).items().is_ok(), "{token}");
    }
}

#[tokio::test]
async fn totals_are_of_the_whole_report_and_what_cannot_be_read_is_not_nothing() {
    let server = MockServer::start_async().await;
    let path = "/reporting/report_publisher/publisher/1l1007802/conversion.json";
    let answered = |currency: &'static str, body: &'static str| {
        server.mock_async(move |when, then| {
            when.method(GET).path(path).query_param("currency[]", currency).query_param_missing("offset");
            then.status(200).body(body);
        })
    };
    answered("EUR", r#"{"count":0,"total_value":[],"total_publisher_commission":null,"conversions":[]}"#)
        .await;
    answered("CHF", r#"{"count":2,"total_value":"12.50 CHF","conversions":[]}"#).await;
    let client = client(&server);
    let totals = |currency: &str| {
        let report = client.reports(PARTNER).conversions(date(2026, 11, 1)..).currency(currency);
        report.offset(300).resume(serde_json::from_str(r#"{"at":{"offset":600}}"#).unwrap()).totals()
    };
    let nothing = totals("EUR").await.unwrap();
    assert_eq!((nothing.count, nothing.value.len(), nothing.commission.len()), (Some(0), 0, 0));
    let error = totals("CHF").await.unwrap_err();
    assert_eq!(error.delivery(), Delivery::Answered);
    assert!(error.to_string().contains("`total_value`"), "{error}");
}

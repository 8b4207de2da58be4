//! The exact requests, and the answers of every generation.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use std::time::Duration;

use afflux_partnerize::{
    Client, Constraint, Delivery, ErrorKind, Generation, Refusal,
    core::{
        decode::Kept,
        endpoint::Endpoint,
        job::{Job, JobState},
        response::Raw,
        retry::RetryPolicy,
    },
    generated::{
        self, AnalyticsScope, CampaignRequest, CampaignRequests, CampaignStatus, ComparisonOperator,
        ConversionDimension, ConversionExplodeQuery, ConversionFilter, ConversionFilterField,
        ConversionMetric, ConversionOrder, ConversionOrderField, ConversionRange, ConversionStatus, Currency,
        Direction, ExportConversionsAnswer, ExportDelimiter, FilterValue, InvitationAnswer, LinkUpdate,
        NewLink, NewLinkParameter, NewTag, NewTagScope, NewTransactionQueries, NewTransactionQuery,
        NewWebsite, ParticipationStatus, ReportConversions, ReportFormat, TransactionQueryType,
    },
};
use futures_util::TryStreamExt;
use httpmock::prelude::*;

/// `made-up-application:made-up-user` in base 64.
const BASIC: &str = "Basic bWFkZS11cC1hcHBsaWNhdGlvbjptYWRlLXVwLXVzZXI=";
const PARTNER: &str = "1l1007802";

fn client(server: &MockServer) -> Client {
    let quick = RetryPolicy::default().backoff(Duration::from_millis(1), Duration::from_millis(2));
    Client::builder_at(&server.base_url())
        .unwrap()
        .keys("made-up-application", "made-up-user")
        .engine(|engine| engine.retry(quick.server_wait_cap(Duration::from_secs(3))))
        .build()
        .unwrap()
}

#[tokio::test]
async fn both_keys_go_as_basic_authentication_and_wrapped_items_are_unwrapped() {
    let server = MockServer::start_async().await;
    let mock = server
        .mock_async(|when, then| {
            when.method(GET).path("/network").header("authorization", BASIC);
            then.status(200)
                .body(r#"{"count":1,"networks":[{"network":{"network_id":1,"network_name":"N"}}]}"#);
        })
        .await;
    let networks = client(&server).networks().list().rows().await.unwrap();
    mock.assert_async().await;
    assert_eq!(networks[0].network_id.as_ref().unwrap().as_str(), "1");
    assert_eq!(networks[0].text(), r#"{"network":{"network_id":1,"network_name":"N"}}"#);
}

#[tokio::test]
async fn the_state_of_the_first_api_is_a_letter_in_the_path() {
    let server = MockServer::start_async().await;
    let mock = server
        .mock_async(|when, then| {
            when.method(GET).path("/user/publisher/1l1007802/campaign/t");
            then.status(200)
                .body(r#"{"campaigns":[{"campaign":{"campaign_id":"10l1","is_cpc":"y","status":"z"}}]}"#);
        })
        .await;
    let campaigns =
        client(&server).campaigns().list(PARTNER, ParticipationStatus::Invited).rows().await.unwrap();
    mock.assert_async().await;
    assert_eq!(campaigns[0].is_cpc, Some(generated::YesOrNo::Yes));
    assert_eq!(campaigns[0].status.as_ref().unwrap().as_str(), "z");
}

#[tokio::test]
async fn one_website_is_sent_bare_and_several_under_their_name() {
    let server = MockServer::start_async().await;
    let answer = r#"{"websites":[{"website":{"website_id":"11l1","website_name":null}}]}"#;
    let one = server
        .mock_async(|when, then| {
            when.method(POST)
                .path("/user/publisher/1l1007802/website")
                .body(r#"{"website_name":"n","website_url":"https://example.com"}"#);
            then.status(200).body(answer);
        })
        .await;
    let several = server
        .mock_async(|when, then| {
            when.method(POST).path("/user/publisher/1l1007802/website").body(
                r#"{"websites":[{"website_url":"https://a.example"},{"website_url":"https://b.example"}]}"#,
            );
            then.status(200).body(answer);
        })
        .await;
    let client = client(&server);
    let website = NewWebsite::new("https://example.com").website_name("n");
    client.websites().create(PARTNER, website).send().await.unwrap();
    let both = ["https://a.example", "https://b.example"].map(NewWebsite::new);
    let rows = client.websites().create(PARTNER, generated::WebsiteList::new(both)).rows().await.unwrap();
    one.assert_async().await;
    several.assert_async().await;
    assert_eq!(rows[0].website_id.as_ref().unwrap().as_str(), "11l1");
    assert_eq!(rows[0].website_name, None);
}

#[tokio::test]
async fn links_are_made_changed_and_listed_along_their_next_page() {
    let server = MockServer::start_async().await;
    let made = server
        .mock_async(|when, then| {
            when.method(POST)
                .path("/v2/publishers/1l1007802/links")
                .body(r#"{"campaign_id":"10l176","description":null,"params":[{"key":"pubref","value":"a"}],"active":true}"#);
            then.status(200).body(r#"{"execution_time":"0.1 seconds","link":{"id":"1011l10","description":null}}"#);
        })
        .await;
    let changed = server
        .mock_async(|when, then| {
            when.method("PATCH").path("/v2/publishers/1l1007802/links/1011l10").body(r#"{"active":false}"#);
            then.status(200).body(r#"{"link":{"id":"1011l10","active":false}}"#);
        })
        .await;
    let second = server
        .mock_async(|when, then| {
            when.method(GET).path("/v2/publishers/1l1007802/links").query_param("offset", "1");
            then.status(200).body(r#"{"links":[{"id":"b"}],"hypermedia":{"pagination":{"next_page":null}}}"#);
        })
        .await;
    let first = server
        .mock_async(|when, then| {
            when.method(GET).path("/v2/publishers/1l1007802/links").query_param_missing("offset");
            then.status(200).body(
                r#"{"links":[{"id":"a"}],"hypermedia":{"pagination":{"next_page":"/v2/publishers/1l1007802/links?limit=1&offset=1"}}}"#,
            );
        })
        .await;
    let links = client(&server);
    let new = NewLink::new("10l176")
        .clear_description()
        .params([NewLinkParameter::new("pubref", "a")])
        .active(true);
    let link = links.links().create(PARTNER, new).send().await.unwrap().into_value();
    assert_eq!(link.id.as_ref().unwrap().as_str(), "1011l10");
    assert_eq!(link.text(), r#"{"execution_time":"0.1 seconds","link":{"id":"1011l10","description":null}}"#);
    links.links().update(PARTNER, "1011l10", LinkUpdate::new().active(false)).send().await.unwrap();
    let all: Vec<Kept<generated::Link>> =
        links.links().list(PARTNER).limit(1).items().unwrap().try_collect().await.unwrap();
    let ids: Vec<&str> = all.iter().map(|link| link.id.as_ref().unwrap().as_str()).collect();
    assert_eq!(ids, ["a", "b"]);
    for mock in [made, changed, first, second] {
        mock.assert_async().await;
    }
}

#[tokio::test]
async fn lists_in_a_query_repeat_their_name_with_brackets() {
    let server = MockServer::start_async().await;
    let mock = server
        .mock_async(|when, then| {
            when.method(GET).path("/v3/partner/1l1007802/participations").is_true(|request| {
                request.uri().query() == Some("status%5B%5D=a&status%5B%5D=p&campaign_status%5B%5D=r")
            });
            then.status(200)
                .body(r#"{"data":[{"campaign_id:":"10l1","status":"y","campaign_info:":{"title":"T"}}]}"#);
        })
        .await;
    let call = client(&server);
    let call = call
        .participations()
        .list(PARTNER)
        .status([ParticipationStatus::Approved, ParticipationStatus::Pending])
        .campaign_status([CampaignStatus::Retired]);
    let rows = call.rows().await.unwrap();
    mock.assert_async().await;
    // The sample's stray colons are read, and stay in the text.
    assert_eq!(rows[0].campaign_id.as_ref().unwrap().as_str(), "10l1");
    assert_eq!(rows[0].campaign_info.get().unwrap().title.as_deref(), Some("T"));
    assert!(rows[0].text().contains(r#""campaign_id:""#));
}

#[tokio::test]
async fn requests_and_invitations_are_posted_and_an_empty_answer_is_one() {
    let server = MockServer::start_async().await;
    let accepted = server
        .mock_async(|when, then| {
            when.method(POST)
                .path("/v2/publishers/1l1007802/invitations/accept")
                .body(r#"{"campaign_ids":["111111l1"]}"#);
            then.status(204);
        })
        .await;
    let asked = server
        .mock_async(|when, then| {
            when.method(POST)
                .path("/v2/publishers/1l1007802/campaign-requests")
                .body(r#"{"campaign_requests":[{"advertiser_id":"b","campaign_id":"c"}]}"#);
            then.status(201).body(r#"{"success_count":0,"failure_count":1,"execution_type":"0.3 seconds"}"#);
        })
        .await;
    let client = client(&server);
    client.invitations().accept(PARTNER, InvitationAnswer::new(["111111l1"])).send().await.unwrap();
    let requests = CampaignRequests::new([CampaignRequest::new("b", "c")]);
    let done = client.participations().request(PARTNER, requests).send().await.unwrap().into_value();
    assert_eq!(done.failure_count.get(), Some(&1));
    accepted.assert_async().await;
    asked.assert_async().await;
}

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

#[tokio::test]
async fn an_export_is_the_csv_or_the_job_that_makes_it() {
    let server = MockServer::start_async().await;
    let path = "/reporting/export/export/conversion.csv";
    server
        .mock_async(|when, then| {
            when.method(GET).path(path).query_param("limit", "10").query_param("delimiter", "pipe");
            then.status(200)
                .header("content-type", "application/octet-stream")
                .body("conversion_id|value\n1l1|9.50\n");
        })
        .await;
    server
        .mock_async(|when, then| {
            when.method(GET).path(path).query_param("limit", "0");
            then.status(200)
                .body(r#"{"job":{"job_id":"1l9","status":"created","hypermedia":{"update":"/job/1l9"}}}"#);
        })
        .await;
    server
        .mock_async(|when, then| {
            when.method(GET).path("/job/1l9");
            then.status(200).body(
                r#"{"job":{"job_id":"1l9","status":"complete","percentage_complete":100,"hypermedia":{"response":"/job/1l9/response.csv","update":"/job/1l9"}}}"#,
            );
        })
        .await;
    let client = client(&server);
    let export = || client.conversions().export(PARTNER, "2026-01-01", "2026-02-01");
    let small = export().limit(10).delimiter(ExportDelimiter::Pipe).send().await.unwrap().into_value();
    assert!(matches!(small, ExportConversionsAnswer::Text(csv) if csv == "conversion_id|value\n1l1|9.50\n"));
    let large = export().limit(0).into_endpoint();
    let raw = client.engine().execute(large.encode().unwrap()).await.unwrap();
    assert!(matches!(large.decode(&raw).unwrap(), ExportConversionsAnswer::Job(job) if job.job_id.is_some()));
    let mut job = Job::started(client.engine(), &generated::GET_JOB, &raw).unwrap();
    let JobState::Done(result) = job.poll().await.unwrap() else { panic!("running") };
    assert_eq!(result.link.unwrap().path(), "/job/1l9/response.csv");
}

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

#[tokio::test]
async fn tags_are_made_and_deleted_in_the_third_api() {
    let server = MockServer::start_async().await;
    let made = server
        .mock_async(|when, then| {
            when.method(POST)
                .path("/v3/partner/partnerize-tags")
                .body(r#"{"name":"my-tag","scope":{"partner":"111111l2"}}"#);
            then.status(201).body(r#"{"data":{"id":"111111l35","created_at":"2020-07-22T12:23:58.000Z"}}"#);
        })
        .await;
    let gone = server
        .mock_async(|when, then| {
            when.method(DELETE).path("/v3/partner/partnerize-tags/111111l35");
            then.status(204);
        })
        .await;
    let client = client(&server);
    let tag = NewTag::new("my-tag", NewTagScope::new().partner("111111l2"));
    let tag = client.tags().create(tag).send().await.unwrap().into_value();
    client.tags().delete(tag.id.clone().unwrap()).send().await.unwrap();
    made.assert_async().await;
    gone.assert_async().await;
}

#[tokio::test]
async fn what_the_document_forbids_is_refused_before_it_is_sent() {
    let server = MockServer::start_async().await;
    let call = client(&server);
    let error =
        call.tags().create(NewTag::new("x".repeat(256), NewTagScope::new())).send().await.unwrap_err();
    assert_eq!((error.delivery(), error.field()), (Delivery::NotSent, Some("name")));
}

#[tokio::test]
async fn a_call_that_came_too_soon_waits_as_long_as_the_header_says_even_a_change() {
    let server = MockServer::start_async().await;
    let limited = server
        .mock_async(|when, then| {
            when.method(POST).path("/v3/partner/partnerize-tags");
            then.status(429).header("X-RateLimit-Retry-After", "1").body(
                r#"{"error":{"errors":[{"property":"","message":"m","code":"3b22ff00-96a5-4fa4-96cc-f36e68dbd2e2","type":"too_many_requests"}],"message":"Too Many Requests","code":"429"}}"#,
            );
        })
        .await;
    let client = client(&server);
    let call = client.tags().create(NewTag::new("t", NewTagScope::new())).send();
    let after = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        limited.delete_async().await;
        server
            .mock_async(|when, then| {
                when.method(POST).path("/v3/partner/partnerize-tags");
                then.status(201).body(r#"{"data":{"id":"1"}}"#);
            })
            .await
    };
    let (tag, made) = tokio::join!(call, after);
    assert_eq!(tag.unwrap().attempts.len(), 2);
    made.assert_async().await;
}

#[tokio::test]
async fn a_lost_answer_to_a_change_is_not_repeated_and_says_where_to_look() {
    let server = MockServer::start_async().await;
    let mock = server
        .mock_async(|when, then| {
            when.method(POST).path("/v2/publishers/1l1007802/links");
            then.status(503);
        })
        .await;
    let error = client(&server).links().create(PARTNER, NewLink::new("c")).send().await.unwrap_err();
    assert_eq!(error.delivery(), Delivery::Unknown);
    assert_eq!(error.next_step(), "list the links before making it again");
    assert_eq!(mock.calls_async().await, 1);
}

#[tokio::test]
async fn the_error_bodies_of_all_generations_have_one_reading() {
    let server = MockServer::start_async().await;
    let fails = |path: &'static str, status: u16, body: &'static str| {
        server.mock_async(move |when, then| {
            when.path(path);
            then.status(status).body(body);
        })
    };
    fails("/network", 401, r#"{"error":{"message":"No","type":"401"}}"#).await;
    fails(
        "/v2/publishers/1l1007802/links/x",
        404,
        r#"{"error":{"errors":[{"type":"error","code":"entity_not_found","message":"link not found"}],"code":"404","message":"Not Found"}}"#,
    )
    .await;
    fails(
        "/v3/partner/partnerize-tags/x",
        403,
        r#"{"error":{"errors":[{"property":"[campaigns][0]","message":"You do not","code":"16bd7f4a-bf84-45c3-aa95-9b32aeb139b0","type":"unauthorised"}],"code":"403","message":"Forbidden"}}"#,
    )
    .await;
    let client = client(&server);

    let first = client.networks().list().send().await.unwrap_err();
    assert_eq!((first.kind(), first.vendor_code()), (ErrorKind::Unauthorized, Some("401")));
    let refusal = Refusal::of(&first).unwrap();
    assert_eq!((refusal.generation, refusal.faults.len()), (Generation::First, 0));

    let second = client.links().get(PARTNER, "x").send().await.unwrap_err();
    assert_eq!((second.kind(), second.vendor_code()), (ErrorKind::Refused, Some("entity_not_found")));
    let refusal = Refusal::of(&second).unwrap();
    assert_eq!(refusal.to_string(), "Not Found: link not found");
    assert_eq!(refusal.faults[0].constraint, Some(Constraint::EntityNotFound));

    let third = client.tags().get("x").send().await.unwrap_err();
    assert_eq!(third.field(), Some("[campaigns][0]"));
    let refusal = Refusal::of(&third).unwrap();
    assert_eq!(refusal.generation, Generation::Third);
    assert_eq!(refusal.faults[0].constraint, Some(Constraint::EntityAccessDenied));
    assert_eq!(refusal.faults[0].property.pointer(), "/campaigns/0");
}

#[test]
fn an_error_that_is_not_the_vendors_has_no_refusal() {
    for body in ["", "<html>", "[]", r#"{"error":"no"}"#, r#"{"message":"no"}"#] {
        assert_eq!(Refusal::read(Generation::First, body.as_bytes()), None, "{body}");
    }
    let raw = Raw::for_test(generated::ListNetworks::OPERATION, http::StatusCode::OK, "{}");
    assert!(generated::ListNetworks::new().decode(&raw).is_err());
}

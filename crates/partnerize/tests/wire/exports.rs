//! Exports, and the jobs that make them.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use afflux_partnerize::{
    Client, Delivery, ErrorKind,
    core::{
        endpoint::Endpoint,
        job::{Job, JobState},
        transport::{MockTransport, Reply},
    },
    generated::{self, ExportConversionsAnswer, ExportDateType, ExportDelimiter, ExportEncoding},
};
use futures_util::TryStreamExt;
use httpmock::prelude::*;
use jiff::civil::{Date, date};

use crate::{PARTNER, client};

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

pub(super) const CSV: &str =
    "conversion_id,value,currency,new_column\n1l1,9.50,EUR,a\n\"1l2\",,CHF,\"b\nc\"\n";
pub(super) const COLUMNS: &str = "/reporting/export/export/conversion.csv";
pub(super) const RUNNING: &str = r#"{"job":{"job_id":"1l9","status":"active","percentage_complete":40,"hypermedia":{"update":"/job/1l9"}}}"#;
pub(super) const DONE: &str = r#"{"job":{"job_id":"1l9","status":"complete","percentage_complete":100,"response_within_retention":true,"hypermedia":{"response":"/job/1l9/response.csv","update":"/job/1l9"}}}"#;

pub(super) fn november() -> std::ops::Range<Date> {
    date(2026, 11, 1)..date(2026, 12, 1)
}

pub(super) async fn csv(server: &MockServer, body: impl Into<Vec<u8>>) {
    let body = body.into();
    server
        .mock_async(move |when, then| {
            when.method(GET).path(COLUMNS);
            then.status(200).body(body);
        })
        .await;
}

/// A client whose time passes at once, and a vendor that makes every export by a job.
pub(super) fn by_job() -> (Client, MockTransport) {
    let polls = AtomicUsize::new(0);
    let transport = MockTransport::new(move |seen| match seen.path.as_str() {
        COLUMNS => Reply::answer(200, RUNNING),
        "/job/1l9" if polls.fetch_add(1, Ordering::SeqCst) < 2 => Reply::answer(200, RUNNING),
        "/job/1l9" => Reply::answer(200, DONE),
        "/job/1l9/response.csv" => Reply::answer(200, CSV),
        other => panic!("nobody gave out {other}"),
    });
    (client_of(&transport), transport)
}

pub(super) fn client_of(transport: &MockTransport) -> Client {
    Client::builder()
        .unwrap()
        .keys("made-up-application", "made-up-user")
        .engine(|engine| engine.transport(Arc::new(transport.clone())))
        .build()
        .unwrap()
}

pub(super) struct Directory(pub(super) std::path::PathBuf);

impl Directory {
    pub(super) fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("afflux-exports-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(super) fn files(&self) -> Vec<String> {
        let names = std::fs::read_dir(&self.0).unwrap();
        names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[tokio::test]
async fn every_filter_of_an_export_is_sent_as_the_document_writes_it() {
    let server = MockServer::start_async().await;
    let mock = server
        .mock_async(|when, then| {
            when.method(GET).path("/reporting/export/export/conversion_item.csv").is_true(|request| {
                request.uri().query()
                    == Some(concat!(
                        "publisher_id=1l1007802&start_date=2026-11-01%2000%3A00%3A00&end_date=2026-11-30%2023%3A59%3A59",
                        "&date_type=approved_at&conversion_id=1l5&conversion_reference=ORDER%201",
                        "&timezone=Europe%2FLondon&include_payment_info=true",
                        "&complete_email=me%40example.com&limit=0&export_reference=Jan&encoding=UTF-16&delimiter=tab",
                        "&currency%5B%5D=EUR&currency%5B%5D=CHF&ref_conversion_metric_id=2",
                    ))
            });
            then.status(200).body("\u{feff}".encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>());
        })
        .await;
    let client = client(&server);
    let export = client
        .exports(PARTNER)
        .conversion_items(november())
        .timezone("Europe/London")
        .date_type(ExportDateType::ApprovedAt)
        .currency("EUR")
        .currency("CHF")
        .conversion("1l5")
        .conversion_reference("ORDER 1")
        .conversion_metric("2")
        .with_payment_info()
        .complete_email("me@example.com")
        .reference("Jan")
        .encoding(ExportEncoding::Utf16)
        .delimiter(ExportDelimiter::Tab);
    assert!(export.rows().await.unwrap().try_next().await.unwrap().is_none());
    mock.assert_async().await;
}

#[tokio::test]
async fn several_metrics_are_an_array() {
    let transport = MockTransport::script([Reply::answer(200, CSV)]);
    let client = client_of(&transport);
    let export =
        client.exports(PARTNER).conversions(november()).conversion_metric("2").conversion_metric("3");
    let _ = export.start().await.unwrap();
    let sent = transport.seen()[0].query.clone();
    let metrics: Vec<&str> = sent.split('&').filter(|pair| pair.contains("metric")).collect();
    assert_eq!(metrics, ["ref_conversion_metric_id%5B%5D=2", "ref_conversion_metric_id%5B%5D=3"]);
}

#[tokio::test]
async fn rows_are_typed_and_every_column_is_reached_by_its_name() {
    let server = MockServer::start_async().await;
    csv(&server, CSV).await;
    let client = client(&server);
    let rows: Vec<_> =
        client.exports(PARTNER).conversions(november()).rows().await.unwrap().try_collect().await.unwrap();
    let [first, second] = rows.as_slice() else { panic!("{rows:?}") };
    assert_eq!(first.conversion_id().unwrap().as_str(), "1l1");
    assert_eq!(first.value().unwrap().unwrap().text(), "9.50");
    assert_eq!(first.get("new_column"), Some("a"));
    assert_eq!((first.camref(), first.get("camref")), (None, None));
    assert_eq!((second.number(), second.value().unwrap(), second.get("value")), (2, None, Some("")));
    assert_eq!(second.currency().unwrap().as_str(), "CHF");
    assert_eq!(second.columns().last(), Some(("new_column", "b\nc")));
}

#[tokio::test]
async fn a_column_that_is_not_what_is_documented_says_so_and_costs_no_row() {
    let server = MockServer::start_async().await;
    csv(&server, "conversion_id,value\n1l1,much\n1l2\n1l3,1\n").await;
    let client = client(&server);
    let mut rows = client.exports(PARTNER).conversions(november()).rows().await.unwrap();
    let first = rows.try_next().await.unwrap().unwrap();
    let error = first.value().unwrap_err();
    assert!(error.to_string().contains("whose `value` is no Amount: row 1"), "{error}");
    assert_eq!(first.get("value"), Some("much"));
    let error = rows.try_next().await.unwrap_err();
    assert!(error.to_string().contains("row 2 has 1 columns, and the header 2"), "{error}");
    assert_eq!(rows.try_next().await.unwrap().unwrap().value().unwrap().unwrap().text(), "1");
    assert!(rows.try_next().await.unwrap().is_none());
}

#[tokio::test]
async fn utf_16_and_other_delimiters_are_the_same_rows() {
    let server = MockServer::start_async().await;
    let text = "click_id|set_time|country\n1|\"2016-03-02 10:11:36\"|Österreich 🎉\n";
    let wide: Vec<u8> =
        [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let bytes = wide.len();
    server
        .mock_async(move |when, then| {
            when.method(GET).path("/reporting/export/export/click.csv");
            then.status(200).body(wide);
        })
        .await;
    let client = client(&server);
    let export = || {
        let export = client.exports(PARTNER).clicks((date(2026, 11, 1), date(2026, 11, 30)));
        export.encoding(ExportEncoding::Utf16).delimiter(ExportDelimiter::Pipe)
    };
    let row = export().rows().await.unwrap().try_next().await.unwrap().unwrap();
    assert_eq!(row.country(), Some("Österreich 🎉"));
    assert_eq!(row.set_time().unwrap(), Some(date(2016, 3, 2).at(10, 11, 36, 0)));
    // A file has the bytes as they came.
    let mut written = Vec::new();
    let told = export().to_writer(&mut written).await.unwrap();
    assert_eq!((told.rows, told.bytes, written.len()), (1, bytes as u64, bytes));
}

#[tokio::test]
async fn an_export_that_comes_at_once_is_a_whole_file() {
    let server = MockServer::start_async().await;
    csv(&server, CSV).await;
    let directory = Directory::new("at-once");
    let path = directory.0.join("conversions.csv");
    std::fs::write(&path, "the one of yesterday").unwrap();
    let client = client(&server);
    let written = client.exports(PARTNER).conversions(november()).to_path(&path).await.unwrap();
    assert_eq!((written.rows, written.bytes), (2, CSV.len() as u64));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), CSV);
    assert_eq!(directory.files(), ["conversions.csv"]);
}

#[tokio::test]
async fn a_path_that_cannot_be_written_to_costs_no_export() {
    let transport = MockTransport::script([]);
    let client = client_of(&transport);
    let nowhere = std::env::temp_dir().join("afflux-no-such-directory").join("conversions.csv");
    let error = client.exports(PARTNER).conversions(november()).to_path(nowhere).await.unwrap_err();
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::Io, Delivery::NotSent));
    assert!(transport.seen().is_empty());
}

const PAGE: &str = "\u{feff}\r\n <!doctype html><title>Maintenance</title>";
const ERROR: &str = r#"{"error":{"message":"Too large for an export","type":"bad_request"}}"#;

#[tokio::test(start_paused = true)]
async fn what_is_no_csv_is_an_error_with_what_came_and_replaces_no_file() {
    let directory = Directory::new("no-csv");
    let path = directory.0.join("conversions.csv");
    std::fs::write(&path, "the one of yesterday").unwrap();
    let html = |reply: Reply| reply.header("content-type", "text/html; charset=utf-8");
    let cases = [
        (Reply::answer(200, PAGE), ErrorKind::Unreadable, "HTML where CSV is documented", PAGE),
        (html(Reply::answer(200, "Sorry")), ErrorKind::Unreadable, "HTML where CSV", "Sorry"),
        (Reply::answer(200, ERROR), ErrorKind::Refused, "an error where CSV is documented", ERROR),
    ];
    for (reply, kind, said, body) in cases {
        for by_job in [false, true] {
            let reply = reply.clone();
            let client = client_of(&MockTransport::new(move |seen| match seen.path.as_str() {
                COLUMNS if by_job => Reply::answer(200, RUNNING),
                "/job/1l9" => Reply::answer(200, DONE),
                _ => reply.clone(),
            }));
            let error = client.exports(PARTNER).conversions(november()).to_path(&path).await.unwrap_err();
            assert_eq!(error.kind(), kind, "{error}");
            assert!(error.to_string().contains(said), "{error}");
            assert_eq!(error.status().unwrap().as_u16(), 200);
            assert_eq!(error.raw_body().unwrap(), body.as_bytes());
            let message = (kind == ErrorKind::Refused).then_some("Too large for an export");
            assert_eq!(error.message(), message);
            let settled = if kind == ErrorKind::Refused { Delivery::Answered } else { Delivery::Unknown };
            assert_eq!(error.delivery(), settled);
            assert_eq!(std::fs::read_to_string(&path).unwrap(), "the one of yesterday");
        }
    }
    assert_eq!(directory.files(), ["conversions.csv"]);
}

#[tokio::test]
async fn what_this_client_cannot_read_is_refused_before_it_is_asked_for() {
    let transport = MockTransport::script([]);
    let client = client_of(&transport);
    let error = client.exports(PARTNER).clicks(november()).encoding("EBCDIC").start().await.unwrap_err();
    assert_eq!((error.delivery(), error.field()), (Delivery::NotSent, Some("encoding")));
    let error = client.exports(PARTNER).clicks(november()).delimiter("bell").start().await.unwrap_err();
    assert_eq!((error.delivery(), error.field()), (Delivery::NotSent, Some("delimiter")));
}

#[test]
fn exports_and_reports_can_be_awaited_in_any_task() {
    fn is_send<T: Send>(_: T) {}
    let client = client_of(&MockTransport::script([]));
    let export = || client.exports(PARTNER).conversion_items(november());
    is_send(export().to_path("never"));
    is_send(export().rows());
    is_send(export().start());
    is_send(client.reports(PARTNER).clicks(november()).rows());
}

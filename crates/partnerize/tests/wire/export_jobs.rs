//! Exports that the vendor makes by a job.

use std::time::Duration;

use afflux_partnerize::{
    ErrorKind,
    core::transport::{MockTransport, Reply},
    exports::{Clicks, Conversions, ExportEvent, ExportHandle, Started},
};
use futures_util::TryStreamExt;

use crate::{
    PARTNER,
    exports::{COLUMNS, CSV, DONE, RUNNING, by_job, client_of, november},
};

#[tokio::test(start_paused = true)]
async fn an_export_that_a_job_makes_is_the_same_call() {
    let (client, transport) = by_job();
    let mut told = Vec::new();
    let mut bytes = Vec::new();
    let export = client.exports(PARTNER).conversions(november()).on_event(|event| {
        told.push(match event {
            ExportEvent::Started(handle) => serde_json::to_string(handle).unwrap(),
            ExportEvent::Running(percent) => format!("{percent:?}"),
            ExportEvent::Received(bytes) => bytes.to_string(),
            other => panic!("{other:?}"),
        });
    });
    let written = export.to_writer(&mut bytes).await.unwrap();
    assert_eq!((written.rows, bytes.as_slice()), (2, CSV.as_bytes()));
    let size = CSV.len().to_string();
    assert_eq!(told[1..], ["Some(40.0)", "Some(40.0)", size.as_str()]);
    assert!(told[0].contains("exportConversions") && !told[0].contains("made-up"), "{}", told[0]);
    let asked: Vec<String> = transport.seen().into_iter().map(|seen| seen.path).collect();
    assert_eq!(asked, [COLUMNS, "/job/1l9", "/job/1l9", "/job/1l9", "/job/1l9/response.csv"]);
}

#[tokio::test(start_paused = true)]
async fn an_export_survives_a_restart_by_its_handle() {
    let (client, transport) = by_job();
    let Started::Job(job) = client.exports(PARTNER).conversions(november()).start().await.unwrap() else {
        panic!("it came at once")
    };
    let kept = serde_json::to_string(job.handle()).unwrap();
    drop(job);
    let handle: ExportHandle<Conversions> = serde_json::from_str(&kept).unwrap();
    let client = client_of(&transport);
    let data = client.resume_export(handle).unwrap().wait().await.unwrap();
    let rows: Vec<_> = data.rows().try_collect().await.unwrap();
    assert_eq!(rows.len(), 2);
    assert_eq!(transport.seen().iter().filter(|seen| seen.path == COLUMNS).count(), 1);
    let error = serde_json::from_str::<ExportHandle<Clicks>>(&kept).unwrap_err();
    assert!(error.to_string().contains("it is of `exportConversions`, not of `exportClicks`"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_job_that_leads_to_nothing_is_an_error_that_says_what_to_do() {
    let expired = DONE.replace("\"response_within_retention\":true", "\"response_within_retention\":false");
    let nowhere = r#"{"job":{"job_id":"1l9","status":"complete"}}"#.to_owned();
    let away = DONE.replace("/job/1l9/response.csv", "https://evil.example/response.csv");
    let cases = [
        (expired, ErrorKind::Refused, "not kept any more"),
        (nowhere, ErrorKind::Decode, "names no result"),
        (away, ErrorKind::Decode, "leads away"),
        (RUNNING.to_owned(), ErrorKind::Limit, "still running"),
    ];
    for (answer, kind, said) in cases {
        let transport = MockTransport::new(move |seen| match seen.path.as_str() {
            COLUMNS => Reply::answer(200, RUNNING),
            _ => Reply::answer(200, answer.clone()),
        });
        let client = client_of(&transport);
        let export = client.exports(PARTNER).conversions(november()).wait_at_most(Duration::from_secs(100));
        let error = export.rows().await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains(said), "{error}");
        assert!(transport.seen().iter().all(|seen| !seen.path.contains("response")), "{said}");
        if kind == ErrorKind::Refused {
            assert_eq!(error.next_step(), "make the export again");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_job_that_failed_is_an_error_at_once_in_any_of_the_likely_words() {
    for word in ["failed", "error", "cancelled", "canceled", "aborted"] {
        let transport = MockTransport::new(move |seen| match seen.path.as_str() {
            COLUMNS => Reply::answer(200, RUNNING),
            _ => Reply::answer(200, RUNNING.replace("active", word)),
        });
        let client = client_of(&transport);
        let error = client.exports(PARTNER).conversions(november()).rows().await.unwrap_err();
        assert_eq!((error.kind(), error.vendor_code()), (ErrorKind::Refused, Some(word)), "{error}");
        assert_eq!(transport.seen().len(), 2, "asked once");
    }
}

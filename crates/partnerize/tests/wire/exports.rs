//! Exports, and the jobs that make them.

use afflux_partnerize::{
    core::{endpoint::Endpoint, job::Job, job::JobState},
    generated::{self, ExportConversionsAnswer, ExportDelimiter},
};
use httpmock::prelude::*;

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

//! Links and redirects that lead away: nobody is asked there, and no credential goes there.

use std::sync::Arc;

use afflux::core::{
    job::{Job, JobHandle, JobState},
    operation::{Operation, Paging},
    retry::RetryPolicy,
};
use afflux_probe::{
    request,
    server::{Server, http},
};
use afflux_tests::vendors::{Access, VENDORS, Vendor};
use serde_json::{Map, Value, json};

/// A host that must never be asked.
fn foreign() -> Server {
    Server::answering(http("200 OK", "", "{}"))
}

fn engine(vendor: Vendor, base: &str) -> afflux::core::engine::Engine {
    let access = Access { base: base.to_owned(), secrets: vec!["made-up-secret".to_owned(); 5] };
    vendor.engine(&access, |engine| {
        let clock = Arc::new(afflux::core::clock::SystemClock);
        let unlimited = afflux::core::limit::LocalLimiter::new(Vec::new(), clock).unwrap();
        engine.retry(RetryPolicy::default().attempts(1)).limiter(Arc::new(unlimited))
    })
}

/// Ways to write an address elsewhere that looks like one here.
fn ways_out(foreign: &Server, own: &str) -> Vec<String> {
    let (there, here) = (foreign.address(), own.trim_start_matches("http://"));
    vec![
        format!("http://{there}/rows"),
        format!("//{there}/rows"),
        format!("http://{here}@{there}/rows"),
        format!("http://{there}#{here}/"),
        format!("HTTP://{there}/rows?{own}"),
        format!("http:\\\\{there}\\rows"),
        format!("/\\{there}/rows"),
        format!("http://{here}.{there}/rows"),
        format!("https://{here}/rows"),
        "file:///etc/passwd".to_owned(),
        format!("/rows\r\nhost: {there}"),
        "/../../admin".to_owned(),
    ]
}

/// Puts a value at a dotted path.
fn put(into: &mut Value, path: &str, value: Value) {
    let mut place = into;
    for step in path.split('.').filter(|step| !step.is_empty()) {
        if !place.is_object() {
            *place = Value::Object(Map::new());
        }
        place = &mut place[step];
    }
    *place = value;
}

/// A vendor that says this to everything.
fn saying(answer: &Value) -> Server {
    Server::answering(http("200 OK", "content-type: application/json\r\n", &answer.to_string()))
}

/// Each operation with each way out of a vendor that is played by `answer`.
fn operations(which: impl Fn(&Operation) -> bool) -> Vec<(Vendor, &'static Operation)> {
    let all = VENDORS.iter().flat_map(|vendor| vendor.operations().iter().map(|one| (*vendor, *one)));
    all.filter(|(_, operation)| which(operation)).collect()
}

#[tokio::test]
async fn no_link_to_the_next_page_leads_to_a_foreign_host() {
    let link = |operation: &Operation| {
        operation.paging.iter().find_map(|style| match style {
            Paging::Link { next } => Some(*next),
            _ => None,
        })
    };
    let elsewhere = foreign();
    let listings = operations(|operation| link(operation).is_some());
    assert!(!listings.is_empty());
    for (vendor, operation) in listings {
        // The way out depends on where the vendor is, which is not known before it runs.
        let own = "http://127.0.0.1:1";
        for way in ways_out(&elsewhere, own) {
            let mut page = json!({});
            put(&mut page, operation.items.unwrap().at, json!([{}]));
            put(&mut page, link(operation).unwrap(), json!(way));
            let server = saying(&page);
            let mut pager = engine(vendor, &server.url()).pager(request::valid(operation, false), None);
            pager.next_texts().await.unwrap().expect("the page itself is good");
            let error = pager.next_texts().await.expect_err(&way);
            assert!(error.to_string().contains("link to the next page"), "{}: {way}: {error}", operation.id);
            assert_eq!(server.requests().len(), 1, "{}: {way}", operation.id);
            assert!(pager.resume().is_some(), "what comes behind that page is not read");
        }
    }
    assert!(elsewhere.requests().is_empty());
}

#[tokio::test]
async fn no_link_of_a_job_leads_to_a_foreign_host() {
    let elsewhere = foreign();
    for (vendor, operation) in operations(|operation| operation.job.is_some()) {
        let rules = operation.job.unwrap();
        for way in ways_out(&elsewhere, "http://127.0.0.1:1") {
            if let [poll, ..] = rules.poll {
                let mut answer = json!({});
                put(&mut answer, poll, json!(way));
                let server = saying(&answer);
                let engine = engine(vendor, &server.url());
                if let Ok(raw) = engine.execute(request::valid(operation, false)).await {
                    let error = Job::started(&engine, operation, &raw).expect_err(&way);
                    assert!(error.to_string().contains("link to the job"), "{way}: {error}");
                }
            }
            if let ([result, ..], [status, ..], [done, ..]) = (rules.result, rules.status, rules.done) {
                let mut answer = json!({});
                put(&mut answer, status, json!(done));
                put(&mut answer, result, json!(way));
                let server = saying(&answer);
                let engine = engine(vendor, &server.url());
                let mut job = Job::resume(&engine, operation, JobHandle::by_id("1")).unwrap();
                match job.poll().await {
                    Err(error) => assert!(error.to_string().contains("link"), "{way}: {error}"),
                    Ok(JobState::Done(done)) => panic!("{}: {way}: {:?}", operation.id, done.link),
                    Ok(state) => panic!("{}: {way}: {state:?}", operation.id),
                }
            }
        }
    }
    assert!(elsewhere.requests().is_empty());
}

#[tokio::test]
async fn no_redirect_of_any_operation_is_followed() {
    let elsewhere = foreign();
    let statuses = ["307 Temporary Redirect", "301 Moved Permanently", "302 Found", "303 See Other"];
    for (number, status) in statuses.into_iter().enumerate() {
        let headers = format!("location: {}/rows\r\nrefresh: 0; url={0}\r\n", elsewhere.url());
        let server = Server::answering(http(status, &headers, ""));
        let mut asked = 0;
        for vendor in VENDORS {
            let engine = engine(vendor, &server.url());
            // The one that keeps method and body for all of them, the others for some.
            for operation in vendor.operations().iter().skip(number).step_by(1 + 9 * number.min(1)) {
                let error = engine.execute(request::valid(operation, false)).await;
                assert!(error.is_err(), "{}: {status}", operation.id);
                asked += 1;
            }
        }
        assert_eq!(server.requests().len(), asked, "each was asked once");
    }
    assert!(elsewhere.requests().is_empty());
}

//! Jobs, exports and limits.

use std::time::Duration;

use afflux_sandbox::Fault;
use afflux_sandbox::partnerize::{Allowance, ExportAnswer, JobEnd, JobLinks, LimitWindow, RetryAfter};
use serde_json::{Value, json};

use crate::partnerize_support::{PARTNER, call, get, own_v2, post, rates};
use crate::support::{control, sandbox, start};

fn export() -> String {
    format!(
        "/reporting/export/export/conversion.csv?publisher_id={PARTNER}&start_date=2025-12-01T00:00:00Z\
         &end_date=2025-12-08T00:00:00Z&limit=0&export_reference=week"
    )
}

#[test]
fn a_small_export_comes_at_once_and_a_large_one_by_a_job() {
    let sandbox = sandbox();
    let partnerize = sandbox.partnerize();
    let at_once = get(partnerize, &export());
    assert!(at_once.body.starts_with("conversion_id,") && at_once.body.lines().count() > 1, "{at_once:?}");
    partnerize.configure(|switches| switches.export_rows_at_once = 1);
    let job = get(partnerize, &export()).json()["job"].clone();
    assert_eq!((&job["status"], &job["reference"]), (&json!("created"), &json!("week")));
    assert_eq!(job["created_by_uri"], "reporting/export/export/conversion.csv");
    let id = job["job_id"].as_str().unwrap();
    assert_eq!(job["hypermedia"], json!({ "update": format!("/job/{id}") }));
    let result = format!("/job/{id}/response.csv");
    assert_eq!(get(partnerize, &result).status, 404, "not yet");
    sandbox.advance_clock(Duration::from_secs(1));
    let half = get(partnerize, &format!("/job/{id}.json")).json()["job"].clone();
    assert_eq!((&half["status"], &half["percentage_complete"]), (&json!("active"), &json!(50)));
    partnerize.fault(Fault::stuck_job().once());
    sandbox.advance_clock(Duration::from_secs(1));
    let poll = || get(partnerize, &format!("/job/{id}")).json()["job"].clone();
    assert_eq!(poll()["status"], "created", "the fault");
    let done = poll();
    assert_eq!((&done["status"], &done["percentage_complete"]), (&json!("complete"), &json!(100)));
    assert_eq!(done["hypermedia"]["response"], json!(result));
    assert_eq!(get(partnerize, &result).body, at_once.body);
    assert_eq!((partnerize.jobs()[0].polls, partnerize.jobs()[0].downloads), (3, 1));
    sandbox.advance_clock(Duration::from_hours(24 * 8));
    assert_eq!((get(partnerize, &result).status, &poll()["response_within_retention"]), (404, &json!(false)));
}

#[test]
fn a_job_may_fail_and_may_say_how_to_go_on_in_two_ways() {
    let sandbox = sandbox();
    let partnerize = sandbox.partnerize();
    partnerize.configure(|switches| {
        switches.exports = ExportAnswer::Job;
        switches.job_end = JobEnd::Failed;
        switches.job_links = JobLinks::Plain;
    });
    let job = get(partnerize, &export()).json()["job"].clone();
    let id = job["job_id"].as_str().unwrap();
    assert_eq!((&job["update"], &job["response"]), (&json!(format!("/job/{id}.json")), &Value::Null));
    sandbox.advance_clock(Duration::from_secs(2));
    let failed = get(partnerize, job["update"].as_str().unwrap()).json()["job"].clone();
    assert_eq!((&failed["status"], &failed["response"]), (&json!("failed"), &Value::Null));
    assert_eq!(get(partnerize, &format!("/job/{id}/response.csv")).status, 404);
    assert_eq!(get(partnerize, "/job/1").status, 404);
}

fn query(start: &str) -> Value {
    json!({
        "scope": { "partner": PARTNER }, "metrics": ["total_clicks"], "group_by": ["country"],
        "date_time_ranges": [{ "start": start, "end": "2026-01-05T00:00:00Z" }],
    })
}

#[test]
fn analytics_has_tokens_of_its_own_and_each_query_its_price() {
    let sandbox = sandbox();
    let partnerize = sandbox.partnerize();
    let ask = |start: &str| post(partnerize, "/v3/partner/analytics/clicks/explode", &query(start));
    assert_eq!(rates(&ask("2025-12-05T00:00:00Z")), "60 57 60 0");
    assert_eq!(rates(&ask("2021-01-05T00:00:00Z")), "60 42 60 0");
    for left in [27, 12] {
        sandbox.advance_clock(Duration::from_secs(10));
        assert_eq!(
            rates(&ask("2021-01-05T00:00:00Z")),
            format!("60 {left} {} 0", if left == 27 { 50 } else { 40 })
        );
    }
    let refused = ask("2021-01-05T00:00:00Z");
    assert_eq!((refused.status, rates(&refused).as_str()), (429, "60 12 40 40"));
    assert_eq!(refused.json()["error"]["errors"][0]["code"], "3b22ff00-96a5-4fa4-96cc-f36e68dbd2e2");
    assert_eq!(rates(&ask("2025-12-05T00:00:00Z")), "60 9 40 0", "a cheaper one");
    assert_eq!(rates(&get(partnerize, "/network")), "10000 9999 60 0", "other calls pay from elsewhere");
    sandbox.advance_clock(Duration::from_secs(40));
    assert_eq!(rates(&ask("2025-12-05T00:00:00Z")), "60 57 60 0");
    assert_eq!(partnerize.rate_refusals(), 1);
}

#[test]
fn too_many_calls_are_refused_in_the_words_of_their_generation() {
    let sandbox = sandbox();
    let partnerize = sandbox.partnerize();
    let first = json!({ "error": { "message": "Too Many Requests", "type": "429" } });
    let second = json!({ "error": { "errors": [], "code": "429", "message": "Too Many Requests" } });
    let third = json!({ "error": {
        "errors": [{
            "property": "", "type": "too_many_requests", "code": "3b22ff00-96a5-4fa4-96cc-f36e68dbd2e2",
            "message": "You have made too many requests recently, please try again later.",
        }],
        "message": "Too Many Requests", "code": "429",
    } });
    let words = [("/network", &first), (&own_v2("/links"), &second), ("/v3/partner/partnerize-tags", &third)];
    partnerize.fault(Fault::rate_limited(Some(Duration::from_millis(1_500))).times(3));
    for (path, body) in &words {
        let refused = get(partnerize, path);
        assert_eq!((refused.status, &refused.json()), (429, *body), "{path}");
        assert_eq!((rates(&refused).as_str(), refused.header("Retry-After")), ("- 0 2 2", None));
    }
    partnerize.configure(|switches| {
        switches.general = Allowance::new(2, Duration::from_secs(10));
        switches.window = LimitWindow::Sliding;
        switches.retry_after = RetryAfter::WhenLimited;
    });
    let ask = || rates(&get(partnerize, "/network"));
    assert_eq!(ask(), "2 1 10 -");
    sandbox.advance_clock(Duration::from_secs(4));
    assert_eq!(ask(), "2 0 10 -");
    for (path, body) in &words {
        let refused = get(partnerize, path);
        assert_eq!(
            (refused.status, &refused.json(), rates(&refused).as_str()),
            (429, *body, "2 0 10 6"),
            "{path}"
        );
    }
    sandbox.advance_clock(Duration::from_secs(6));
    assert_eq!(ask(), "2 0 10 -", "one token came back");
}

#[test]
fn limits_and_jobs_keep_the_time_scale() {
    let clock = afflux_sandbox::Clock::manual(crate::support::NOON.parse().unwrap());
    let sandbox = start(afflux_sandbox::Sandbox::builder().clock(clock).time_scale(0.01));
    let partnerize = sandbox.partnerize();
    partnerize.configure(|switches| switches.exports = ExportAnswer::Job);
    let reply = get(partnerize, &export());
    assert_eq!(rates(&reply), "10000 9999 1 0");
    let id = reply.json()["job"]["job_id"].as_str().unwrap().to_owned();
    sandbox.advance_clock(Duration::from_millis(20));
    assert_eq!(get(partnerize, &format!("/job/{id}")).json()["job"]["status"], "complete");
    sandbox.advance_clock(Duration::from_millis(580));
    assert_eq!(rates(&get(partnerize, "/network")), "10000 9999 1 0");
}

#[test]
fn pages_can_be_repeated_and_emptied_by_order() {
    let sandbox = sandbox();
    let partnerize = sandbox.partnerize();
    partnerize.samples();
    let campaign = partnerize.links()[0].text("campaign_id").unwrap().to_owned();
    for _ in 0..3 {
        post(partnerize, &own_v2("/links"), &json!({ "campaign_id": campaign }));
    }
    let ids = |query: &str| {
        let page = get(partnerize, &own_v2(&format!("/links?{query}"))).json();
        page["links"]
            .as_array()
            .unwrap()
            .iter()
            .map(|link| link["id"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let first = ids("limit=2");
    partnerize.fault(Fault::repeated_cursor().once());
    partnerize.fault(Fault::empty_page().once());
    assert_eq!(ids("limit=2&offset=2"), first);
    assert_eq!(ids("limit=2&offset=2"), [""; 0]);
    assert_ne!(ids("limit=2&offset=2"), first);
    // Nothing else has pages or jobs.
    partnerize.fault(Fault::stuck_job().once());
    assert_eq!(get(partnerize, "/network").status, 200);
    assert_eq!(partnerize.requests().last().unwrap().fault, None);
}

#[test]
fn the_world_has_the_size_that_is_ordered() {
    let sandbox = sandbox();
    let partnerize = sandbox.partnerize();
    let report = format!(
        "/reporting/report_publisher/publisher/{PARTNER}/conversion.json?start_date=2024-01-01T00:00:00Z&end_date=2027-01-01T00:00:00Z"
    );
    assert_eq!(
        control(partnerize, "PUT", "/world", r#"{"campaigns":12,"clicks":700,"conversions":70}"#).status,
        200
    );
    let count = json!({
        "scope": { "partner": PARTNER }, "metrics": ["total_conversions"],
        "date_time_ranges": [{ "start": "2024-01-01T00:00:00Z", "end": "2027-01-01T00:00:00Z" }],
    });
    let counted = post(partnerize, "/v3/partner/analytics/conversions/count", &count).json();
    assert_eq!(get(partnerize, &report).json()["count"], 70);
    assert!(counted.to_string().contains(":70"), "{counted}");
    assert_eq!(control(partnerize, "PUT", "/world", r#"{"campaigns":1}"#).status, 400);
    assert_eq!(partnerize.campaigns().len(), 12);
    let switches = control(partnerize, "GET", "/switches", "").json();
    assert_eq!((&switches["exports"], &switches["analytics"]["tokens"]), (&json!("by_size"), &json!(60)));
    assert_eq!(control(partnerize, "PUT", "/switches", r#"{"exports":"job"}"#).json()["exports"], "job");
    assert_eq!(control(partnerize, "PUT", "/switches", r#"{"nothing":1}"#).status, 400);
    let standing = control(partnerize, "PUT", "/participations/10l176", r#"{"status":"r"}"#);
    assert_eq!(standing.json(), json!({ "10l176": "rejected" }));
    assert_eq!(call(partnerize, "GET", "/v2/publishers/1l1007802/links", "").status, 200);
}

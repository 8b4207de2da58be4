//! AlterCPA with faults: what lost answers and a failing database leave behind, and what a client can make of it.

use std::io::{ErrorKind, Read, Write};
use std::time::Duration;

use afflux_sandbox::altercpa::{AcceptAlwaysChanges, Source};
use afflux_sandbox::{AlterCpa, Fault};

use crate::support::{connect, cpa, sandbox, says, send, text, wait};

const DB: &str = r#"{"status":"error","error":"db"}"#;

/// A call whose answer does not come.
fn lost(altercpa: &AlterCpa, call: &str, query: &str) {
    let mut stream = connect(altercpa);
    let path = format!("/api/site/{call}.json?token={}&{query}", altercpa.token());
    // After a reset writing may fail as well; what counts is what can be read.
    let _ = stream.write_all(text("GET", &path, &[], "").as_bytes());
    let mut bytes = Vec::new();
    let end = stream.read_to_end(&mut bytes).map_err(|error| error.kind());
    assert_eq!((end, bytes.len()), (Err(ErrorKind::ConnectionReset), 0));
}

#[test]
fn with_exto_a_retry_of_a_lost_create_meets_its_own_lead() {
    let sandbox = sandbox();
    let altercpa = sandbox.altercpa();
    altercpa.fault(Fault::reset_after_commit().on_operation("createLead"));
    lost(altercpa, "click", "click=9001&exto=1");
    let again = cpa(altercpa, "click", "click=9001&exto=1");
    assert_eq!(again.body, r#"{"status":"error","error":"duplicate","id":70001}"#);
    assert_eq!(altercpa.stored_leads(Source::Click(9001), Some("1")), 1);
    altercpa.fault(Fault::reset_before_commit());
    lost(altercpa, "click", "click=9001&exto=2");
    assert_eq!(says(&cpa(altercpa, "click", "click=9001&exto=2")), "ok");
    let seen: Vec<_> = wait(altercpa.settled()).iter().map(|seen| (seen.handled, seen.committed)).collect();
    assert_eq!(seen, [(true, true), (true, false), (false, false), (true, true)]);
}

#[test]
fn without_exto_a_retry_of_a_lost_create_makes_a_second_lead() {
    let sandbox = sandbox();
    let altercpa = sandbox.altercpa();
    for (query, source) in [("click=9001", Source::Click(9001)), ("flow=501", Source::Flow(501))] {
        altercpa.fault(Fault::reset_after_commit());
        lost(altercpa, "click", query);
        assert_eq!(says(&cpa(altercpa, "click", query)), "ok");
        assert_eq!(altercpa.stored_leads(source, None), 2, "{query}");
    }
}

#[test]
fn a_retry_of_a_lost_change_changes_nothing_more() {
    let sandbox = sandbox();
    let altercpa = sandbox.altercpa();
    cpa(altercpa, "click", "click=9001&exto=1");
    altercpa.fault(Fault::reset_after_commit());
    lost(altercpa, "status", "click=9001&exto=1&status=approve");
    assert_eq!(says(&cpa(altercpa, "status", "click=9001&exto=1&status=approve")), "edit");
    assert_eq!((altercpa.payout_bookings(), altercpa.leads()[0].history.len()), (1, 2));
    altercpa.configure(|switches| switches.accept_always_changes = AcceptAlwaysChanges::On);
    altercpa.fault(Fault::reset_after_commit());
    lost(altercpa, "status", "click=9001&exto=1&accept=1");
    assert_eq!(says(&cpa(altercpa, "status", "click=9001&exto=1&accept=1")), "ok");
    assert_eq!(altercpa.payout_bookings(), 3, "a blind retry of accept=1 pays twice");
}

#[test]
fn a_failing_database_stores_nothing_or_lies() {
    let sandbox = sandbox();
    let altercpa = sandbox.altercpa();
    altercpa.fault(Fault::db());
    assert_eq!((cpa(altercpa, "click", "click=9001&exto=1").body.as_str(), altercpa.leads().len()), (DB, 0));
    altercpa.fault(Fault::db().after_commit());
    assert_eq!((cpa(altercpa, "click", "click=9001&exto=1").body.as_str(), altercpa.leads().len()), (DB, 1));
    assert_eq!(says(&cpa(altercpa, "click", "click=9001&exto=1")), "duplicate");
    altercpa.fault(Fault::db().times(2));
    altercpa.fault(Fault::db().after_commit());
    let approve = || cpa(altercpa, "status", "click=9001&exto=1&status=approve").body;
    assert_eq!(([approve(), approve()], altercpa.leads()[0].status), ([DB.to_owned(), DB.to_owned()], 1));
    assert_eq!((approve().as_str(), altercpa.leads()[0].status), (DB, 10));
    altercpa.fault(Fault::db());
    assert_eq!(
        says(&cpa(altercpa, "status", "click=9001&exto=1&status=approve")),
        "edit",
        "nothing was to be stored"
    );
    altercpa.fault(Fault::db());
    assert_eq!(says(&cpa(altercpa, "status", "click=9002&status=approve&auto=1")), "db");
    let seen = wait(altercpa.settled());
    let struck: Vec<_> =
        seen.iter().filter(|seen| seen.fault.is_some()).map(|seen| (seen.handled, seen.committed)).collect();
    assert_eq!(
        struck,
        [
            (true, false),
            (true, true),
            (true, false),
            (true, false),
            (true, true),
            (true, false),
            (true, false)
        ]
    );
    assert!(seen.iter().all(|seen| seen.fault.is_none_or(|fault| fault == "db")));
}

#[test]
fn the_database_fails_after_all_checks_and_only_for_changes() {
    let sandbox = sandbox();
    let altercpa = sandbox.altercpa();
    cpa(altercpa, "click", "click=9001&exto=1");
    for (query, answer) in [("click=1", "bad-id"), ("", "no-id"), ("click=9001&exto=1", "duplicate")] {
        altercpa.fault(Fault::db());
        assert_eq!(says(&cpa(altercpa, "click", query)), answer);
    }
    altercpa.fault(Fault::db());
    for call in ["fetch", "flow", "offer"] {
        assert_eq!(says(&cpa(altercpa, call, "flow=501&ip=203.0.113.1")), "ok", "{call} stores nothing");
    }
    assert_eq!(says(&cpa(altercpa, "click", "click=9001&exto=2")), "db");
    altercpa.fault(Fault::ok_with_error(r#"{"status":"error","error":"db"}"#));
    assert_eq!(says(&cpa(altercpa, "flow", "")), "db", "a fixed answer goes anywhere");
    sandbox.irev().fault(Fault::db());
    assert_eq!(send(sandbox.irev(), "GET", "/", &[], "").status, 404, "another vendor's fault is let lie");
}

#[test]
fn answers_that_are_no_answers() {
    let sandbox = sandbox();
    let altercpa = sandbox.altercpa();
    let create = |exto: u8| cpa(altercpa, "click", &format!("click=9001&exto={exto}"));
    altercpa.fault(Fault::empty(200).after_commit());
    assert_eq!((create(1).body.as_str(), altercpa.leads().len()), ("", 1));
    altercpa.fault(Fault::truncated_json());
    assert_eq!(
        (create(2).body.as_str(), altercpa.leads().len()),
        (r#"{"status":"ok""#.get(..13).unwrap(), 2)
    );
    altercpa.fault(Fault::html(502));
    let page = create(3);
    assert_eq!((page.status, page.body.starts_with("<html>"), altercpa.leads().len()), (502, true, 2));
    altercpa.fault(Fault::server_error(500));
    altercpa.fault(Fault::server_error(503).after_commit());
    let (dead, busy) = (create(3), create(3));
    assert_eq!((dead.status, dead.body.as_str()), (500, ""), "PHP died silently");
    assert_eq!((busy.status, busy.body.contains("503 Service Temporarily Unavailable")), (503, true));
    assert_eq!(altercpa.leads().len(), 3);
    altercpa.fault(Fault::rate_limited(Some(Duration::from_secs(7))));
    let limited = create(4);
    assert_eq!((limited.status, limited.header("retry-after")), (429, Some("7")));
    assert_eq!(limited.header("content-type"), Some("text/html; charset=utf-8"), "a proxy's page");
    altercpa.fault(Fault::delay(Duration::from_millis(5)));
    assert_eq!(says(&create(4)), "ok");
}

#[test]
fn faults_of_one_vendor_leave_the_other_alone() {
    let sandbox = sandbox();
    let altercpa = sandbox.altercpa();
    altercpa.fault(Fault::html(502).always());
    sandbox.irev().fault(Fault::refuse());
    assert_eq!(cpa(altercpa, "flow", "flow=501").status, 502);
    altercpa.clear_faults();
    assert_eq!(says(&cpa(altercpa, "flow", "flow=501")), "ok");
}

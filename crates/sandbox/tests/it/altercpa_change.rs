//! AlterCPA, `status.json`: which lead is meant, what becomes of one that is missing, what makes a difference.

use afflux_sandbox::altercpa::{
    AutoNeedsUnusedClick, CombinationCheck, EditHasId, Event, SeveralByClick, Source, status,
};

use crate::support::{cpa, cpa_as, sandbox, says};

#[test]
fn the_combination_of_the_creation_finds_the_lead() {
    let sandbox = sandbox();
    let altercpa = sandbox.altercpa();
    for query in
        ["click=9001", "click=9002&exto=1", "click=9002&exto=2", "flow=501&exto=1", "code=summer-push&exto=2"]
    {
        let id = cpa(altercpa, "click", query).json()["id"].clone();
        let reply = cpa(altercpa, "status", &format!("{query}&status=wait"));
        assert_eq!(reply.body, format!(r#"{{"status":"ok","id":{id}}}"#), "{query}");
    }
    assert_eq!(
        says(&cpa(altercpa, "status", "code=summer-push&exto=1&status=hold")),
        "ok",
        "code or id: one flow"
    );
    assert!(altercpa.leads().iter().all(|lead| lead.history.len() >= 2));
    assert_eq!(
        says(&cpa(altercpa, "status", "order=70001&status=approve&click=1")),
        "ok",
        "order comes first"
    );
    assert_eq!(altercpa.lead(70001).unwrap().status, status::COMPLETED);
}

#[test]
fn a_mixed_combination_finds_nothing() {
    let sandbox = sandbox();
    let altercpa = sandbox.altercpa();
    cpa(altercpa, "click", "click=9001");
    cpa(altercpa, "click", "click=9002&exto=1");
    cpa(altercpa, "click", "flow=501&exto=1");
    for query in [
        "click=9001&exto=1",
        "click=9002",
        "click=9002&exto=2",
        "flow=501&exto=2",
        "order=9001",
        "order=70099",
    ] {
        let reply = cpa(altercpa, "status", &format!("{query}&status=approve"));
        assert_eq!(reply.body, r#"{"status":"error","error":"bad-id"}"#, "{query}");
    }
    for query in ["", "exto=1", "flow=501", "code=summer-push", "code=nothing", "order=0"] {
        let reply = cpa(altercpa, "status", &format!("{query}&status=approve&auto=1"));
        assert_eq!(reply.body, r#"{"status":"error","error":"no-id"}"#, "{query}");
    }
    assert!(altercpa.leads().iter().all(|lead| lead.status == status::NEW));
}

#[test]
fn a_lead_of_another_offer_is_not_there() {
    let sandbox = sandbox();
    let altercpa = sandbox.altercpa();
    let id = cpa_as(altercpa, altercpa.global_token(), "click", "click=9004").json()["id"].clone();
    for query in [format!("order={id}"), "click=9004".to_owned(), "flow=502&exto=1".to_owned()] {
        assert_eq!(
            says(&cpa(altercpa, "status", &format!("{query}&status=hold&auto=1"))),
            "bad-id",
            "{query}"
        );
    }
    assert_eq!(
        says(&cpa_as(altercpa, altercpa.global_token(), "status", &format!("order={id}&status=hold"))),
        "ok"
    );
}

#[test]
fn a_click_alone_finds_more_when_switched() {
    let sandbox = sandbox();
    let altercpa = sandbox.altercpa();
    cpa(altercpa, "click", "click=9001&exto=1");
    assert_eq!(says(&cpa(altercpa, "status", "click=9001&status=hold")), "bad-id");
    altercpa.configure(|switches| switches.combination_check = CombinationCheck::Lenient);
    assert_eq!(cpa(altercpa, "status", "click=9001&status=hold").json()["id"], 70001);
    cpa(altercpa, "click", "click=9001");
    cpa(altercpa, "click", "click=9001");
    let found = || {
        cpa(altercpa, "status", &format!("click=9001&comment={}", altercpa.requests().len())).json()["id"]
            .clone()
    };
    assert_eq!(found(), 70001);
    altercpa.configure(|switches| switches.several_by_click = SeveralByClick::Newest);
    assert_eq!(found(), 70003);
    altercpa.configure(|switches| switches.combination_check = CombinationCheck::Strict);
    assert_eq!(found(), 70003);
    altercpa.configure(|switches| switches.several_by_click = SeveralByClick::LowestId);
    assert_eq!(found(), 70002, "the first of those without exto");
}

#[test]
fn auto_creates_a_lost_lead_in_the_status_that_is_asked_for() {
    let sandbox = sandbox();
    let altercpa = sandbox.altercpa();
    assert_eq!(says(&cpa(altercpa, "status", "click=9001&exto=1&status=approve")), "bad-id");
    let reply = cpa(altercpa, "status", "click=9001&exto=1&status=approve&wm=5&cc=USD&auto=1");
    assert_eq!(reply.body, r#"{"status":"ok","id":70001}"#);
    let lead = altercpa.lead(70001).unwrap();
    assert_eq!(
        (lead.status, lead.field("wm"), lead.history[0].event),
        (status::COMPLETED, Some("5"), Event::CreatedByStatus)
    );
    assert_eq!(says(&cpa(altercpa, "status", "click=9001&exto=1&status=approve&auto=1")), "edit");
    assert_eq!(says(&cpa(altercpa, "click", "click=9001&exto=1")), "duplicate", "the late create");
    assert_eq!(says(&cpa(altercpa, "status", "flow=501&exto=1&auto=1")), "ok");
    assert_eq!(altercpa.lead(70002).unwrap().status, status::NEW, "nothing is asked for");
    for query in ["click=1&auto=1", "flow=1&exto=1&auto=1", "code=no&exto=1&auto=1", "order=70009&auto=1"] {
        assert_eq!(says(&cpa(altercpa, "status", query)), "bad-id", "{query}");
    }
    assert_eq!(says(&cpa(altercpa, "status", "click=9002&auto=2")), "bad-id");
}

#[test]
fn auto_may_need_an_unused_click() {
    let sandbox = sandbox();
    let altercpa = sandbox.altercpa();
    cpa(altercpa, "click", "click=9001&exto=1");
    assert_eq!(says(&cpa(altercpa, "status", "click=9001&exto=2&status=hold&auto=1")), "ok");
    altercpa.configure(|switches| switches.auto_needs_unused_click = AutoNeedsUnusedClick::Yes);
    assert_eq!(says(&cpa(altercpa, "status", "click=9001&exto=3&status=hold&auto=1")), "bad-id");
    assert_eq!(says(&cpa(altercpa, "status", "click=9002&exto=3&status=hold&auto=1")), "ok");
    assert_eq!(says(&cpa(altercpa, "status", "click=9001&exto=3&status=x&stn=x")), "ok", "stn is not auto");
    cpa(altercpa, "click", "flow=501&exto=1");
    assert_eq!(says(&cpa(altercpa, "status", "flow=501&exto=2&auto=1")), "ok", "a flow is no click");
}

#[test]
fn stn_creates_a_new_lead_and_never_changes_one() {
    let sandbox = sandbox();
    let altercpa = sandbox.altercpa();
    let send = |status: &str| {
        says(&cpa(altercpa, "status", &format!("flow=501&exto=1&stn=new,lead&status={status}")))
    };
    assert_eq!(send("approve"), "bad-id", "not a word of the list");
    assert_eq!(send("LEAD"), "ok");
    assert_eq!(altercpa.leads()[0].status, status::NEW);
    assert_eq!((send("approve"), send("lead")), ("ok".to_owned(), "edit".to_owned()));
    assert_eq!((altercpa.leads()[0].status, altercpa.stored_leads(Source::Flow(501), Some("1"))), (10, 1));
    assert_eq!(
        says(&cpa(altercpa, "status", "flow=501&exto=1&status=new")),
        "ok",
        "without the list it goes back"
    );
    let both = "click=9001&exto=2&auto=1&stn=sale&status=sale&accept=1";
    assert_eq!((says(&cpa(altercpa, "status", both)), altercpa.leads()[1].status), ("ok".to_owned(), 10));
}

#[test]
fn a_lead_is_not_created_for_traffic_that_is_forbidden() {
    let sandbox = sandbox();
    let altercpa = sandbox.altercpa();
    let token = altercpa.site_token(301).unwrap();
    let reply = cpa_as(altercpa, &token, "status", "click=9006&exto=1&auto=1");
    assert_eq!(reply.body, r#"{"status":"error","error":"traffic"}"#);
}

#[test]
fn only_a_real_difference_is_a_change() {
    let sandbox = sandbox();
    let altercpa = sandbox.altercpa();
    cpa(altercpa, "click", "click=9001&exto=1&status=hold&wm=10&cc=USD&comment=x&time=1767600000");
    let change = |query: &str| cpa(altercpa, "status", &format!("click=9001&exto=1&{query}"));
    for same in [
        "",
        "status=hold",
        "stid=4",
        "wm=10.00&cc=USD",
        "comment=%20x",
        "time=1767600000",
        "price=9",
        "wm=free",
    ] {
        assert_eq!(change(same).body, r#"{"status":"error","error":"edit"}"#, "{same}");
    }
    assert_eq!(altercpa.leads()[0].history.len(), 1);
    for (query, names) in [
        ("status=hold&wm=11", "wm"),
        ("status=cancel&reason=2&wm=11.0", "reason status"),
        ("reason=3", "reason"),
        ("time=1767600001&goal=sale&cc=usd", "cc goal time"),
        ("status=approve&comment=y", "comment status"),
    ] {
        assert_eq!(says(&change(query)), "ok", "{query}");
        let lead = altercpa.leads().remove(0);
        let entry = lead.history.last().unwrap();
        assert_eq!(
            (entry.event, entry.changed.join(" ").as_str(), entry.status),
            (Event::Changed, names, lead.status)
        );
    }
    altercpa.configure(|switches| switches.edit_has_id = EditHasId::Yes);
    assert_eq!(change("").body, r#"{"status":"error","error":"edit","id":70001}"#);
}

#[test]
fn a_late_retry_can_undo_a_newer_status() {
    let sandbox = sandbox();
    let altercpa = sandbox.altercpa();
    cpa(altercpa, "click", "click=9001&exto=1");
    for word in ["hold", "approve", "hold"] {
        assert_eq!(says(&cpa(altercpa, "status", &format!("click=9001&exto=1&status={word}"))), "ok");
    }
    let statuses: Vec<i64> = altercpa.leads()[0].history.iter().map(|entry| entry.status).collect();
    assert_eq!(statuses, [1, 4, 10, 4]);
}

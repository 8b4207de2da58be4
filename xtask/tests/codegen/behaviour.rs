//! What the golden output does: encoding beyond single parameters, decoding, calls on an engine.

use std::sync::Arc;

use afflux_core::{
    auth::Credentials,
    base_url::BaseUrl,
    endpoint::Endpoint,
    engine::Engine,
    operation::{Format, Safety},
    request::{Body, Request},
    response::Raw,
    transport::{MockTransport, Reply},
};
use http::StatusCode;

use crate::generated::{
    CreateLead, CreateSites, Event, EventMark, EventPart, EventPlace, EventsCalls, ExportClicks,
    ExportClicksAnswer, LeadForm, ListDetails, ListEvents, ListSites, Metric, OPERATIONS, Query, QueryScope,
    Site, SiteChange, SiteInput, SitesCalls, Status, UpdateSite, UpdateSiteAnswer, UploadEvents, buckets,
};

fn text(request: &Request) -> String {
    match request.body() {
        Body::Bytes(bytes) => String::from_utf8(bytes.to_vec()).unwrap(),
        _ => String::new(),
    }
}

fn raw<E: Endpoint>(_: &E, status: u16, body: &'static str) -> Raw {
    Raw::for_test(E::OPERATION, StatusCode::from_u16(status).unwrap(), body)
}

#[test]
fn a_keyed_call_is_safe_with_its_key_and_what_belongs_to_it() {
    let safety = |form: LeadForm| CreateLead::new(form).encode().unwrap().effective_safety();
    assert_eq!(safety(LeadForm::new("new")), Safety::Unsafe);
    assert_eq!(safety(LeadForm::new("new").exto("o-1")), Safety::Unsafe);
    assert_eq!(safety(LeadForm::new("new").exto("o-1").click(3)), Safety::Keyed("exto"));
}

#[test]
fn a_parameter_can_make_a_call_unsafe() {
    assert_eq!(UploadEvents::new().encode().unwrap().effective_safety(), Safety::Idempotent);
    assert_eq!(UploadEvents::new().dry(true).encode().unwrap().effective_safety(), Safety::Unsafe);
}

#[test]
fn the_values_of_a_map_are_checked_and_named() {
    let upload = |radius| {
        let event = Event::new("x").r#where([("home", EventPlace::new(radius))]);
        UploadEvents::new().body([event]).encode()
    };
    assert!(upload(9).is_ok());
    assert_eq!(upload(10).unwrap_err().field(), Some("[0].where.home.radius"));
}

#[test]
fn a_mark_of_failure_is_told_to_the_engine() {
    let camref = OPERATIONS.iter().find(|operation| operation.id == "camref").unwrap();
    assert_eq!(camref.answers.failure, Some(("status", &["fail"] as &[&str])));
}

#[test]
fn a_form_keeps_its_order_and_repeats_lists() {
    let form =
        LeadForm::new("a b").tags(["x", "y&z"]).wm("1.10".parse::<afflux_core::decode::Amount>().unwrap());
    assert_eq!(text(&CreateLead::new(form).encode().unwrap()), "status=a%20b&wm=1.10&tags=x&tags=y%26z");
}

#[test]
fn the_cost_follows_the_years() {
    let explode = |ranges: Vec<crate::generated::DateRange>| {
        let query = Query::new(QueryScope::new("p"), ranges, [Metric::Clicks]);
        crate::generated::Explode::new(query).encode()
    };
    // The ranges are required to be at least one.
    assert!(explode(Vec::new()).unwrap_err().to_string().contains("`ranges`"));
    let range = |start: &str, end: &str| {
        let time = |text: &str| format!("{text}T00:00:00Z").parse::<jiff::Timestamp>().unwrap();
        crate::generated::DateRange::new(time(start), time(end))
    };
    let cost = |ranges| explode(ranges).unwrap().effective_cost();
    assert_eq!(cost(vec![range("2025-01-01", "2025-12-31")]), 3);
    assert_eq!(cost(vec![range("2021-01-01", "2023-01-01"), range("2024-01-01", "2025-01-01")]), 12);
}

#[test]
fn a_field_of_a_change_is_left_cleared_or_set() {
    let sent = |change: SiteChange| text(&UpdateSite::new("c", "s", change).encode().unwrap());
    assert_eq!(sent(SiteChange::new(None)), r#"{"reason":null}"#);
    assert_eq!(sent(SiteChange::new(None).clear_description()), r#"{"reason":null,"description":null}"#);
    assert_eq!(
        sent(SiteChange::new(Some("why".to_owned())).description("x")),
        r#"{"reason":"why","description":"x"}"#
    );
}

#[test]
fn one_or_several_are_told_apart_by_their_type() {
    let site = || SiteInput::new("n").status(Status::Approved);
    let one = r#"{"name":"n","status":"a"}"#;
    assert_eq!(text(&CreateSites::new("c", site()).encode().unwrap()), one);
    assert_eq!(
        text(&CreateSites::new("c", vec![site(), site()]).encode().unwrap()),
        format!("[{one},{one}]")
    );
}

#[test]
fn what_is_wrong_deep_inside_is_told_with_its_path() {
    let events = [Event::new("a"), Event::new("b").parts([EventPart::new("k"), EventPart::new("x")])];
    let error = UploadEvents::new().body(events).encode().unwrap_err().to_string();
    assert!(error.contains("`[1].parts[1].key`"), "{error}");
    let marked = Event::new("a").marks([("short", EventMark::new("abc")), ("long", EventMark::new("abcd"))]);
    let error = UploadEvents::new().body([marked]).encode().unwrap_err().to_string();
    assert!(error.contains("`[0].marks.long.text`"), "{error}");
    let error = CreateSites::new("c", SiteInput::new("")).encode().unwrap_err().to_string();
    assert!(error.contains("`name`"), "{error}");
}

#[test]
fn an_answer_has_the_shape_of_its_status() {
    let update = UpdateSite::new("c", "s", SiteChange::new(None));
    let decode = |status, body| update.decode(&raw(&update, status, body)).unwrap();
    assert!(
        matches!(decode(200, r#"{"name":"n"}"#), UpdateSiteAnswer::Changed(site) if site.name.as_deref() == Some("n"))
    );
    assert!(matches!(decode(204, ""), UpdateSiteAnswer::Same));
    assert!(
        matches!(decode(409, r#"{"id":"7"}"#), UpdateSiteAnswer::Conflict(node) if node.id.copied() == Some(7))
    );
}

#[test]
fn a_file_and_a_job_are_told_apart_by_the_body() {
    let export = ExportClicks::new(jiff::Timestamp::UNIX_EPOCH);
    assert_eq!(ExportClicks::OPERATION.answers.format, Format::TextOrJson);
    let decode = |body| export.decode(&raw(&export, 200, body)).unwrap();
    assert!(matches!(decode("a,b\n1,2\n"), ExportClicksAnswer::Text(text) if text == "a,b\n1,2\n"));
    assert!(matches!(decode(" {\"id\":1}"), ExportClicksAnswer::Node(node) if node.id.copied() == Some(1)));
}

#[test]
fn a_text_beside_a_page_comes_through_and_is_not_taken_for_a_page() {
    let list = ListEvents::new("c");
    assert_eq!(ListEvents::OPERATION.answers.format, Format::TextOrJson);
    assert_eq!(list.decode(&raw(&list, 200, r#"{"records":[1]}"#)).unwrap().all().unwrap().len(), 1);
    assert!(list.decode(&raw(&list, 200, "a,b\n1,2\n")).is_err());
}

#[test]
fn rows_are_read_out_of_their_wrappers_and_nothing_that_drifted_is_lost() {
    let list = ListSites::new("c");
    let body = r#"{"count":2,"sites":[
        {"site":{"site_id":12,"name":null,"status":"x","secret_key":"hush","revenue":1.10,"commission":"1.10",
                 "active":"","tag_uuid:":"no","parts":[{"part":{"id":1,"parent":{"id":2}}}],"meta_data":[],"new":1}},
        {"site":{"active":"y","created":"2026-01-31 10:20:30","seen":0}}]}"#;
    let page = list.decode(&raw(&list, 200, body)).unwrap();
    assert_eq!(page.get("count").unwrap().raw(), "2");
    let rows = page.all().unwrap();
    let first: &Site = &rows[0];
    assert_eq!(first.site_id.as_ref().unwrap().as_str(), "12");
    assert_eq!(first.status, Some(Status::Unknown("x".to_owned())));
    assert_eq!(first.revenue.as_deref(), Some("1.10"));
    assert_eq!(first.commission.get().unwrap().text(), "1.10");
    assert!(first.active.is_absent());
    assert_eq!(first.tag_uuid.other(), Some("\"no\""));
    assert_eq!(first.parts[0].parent.get().unwrap().id.copied(), Some(2));
    assert!(first.meta_data.get().unwrap().is_empty());
    assert!(!format!("{first:?}").contains("hush"));
    let unknown = rows[0].unknown_fields();
    assert_eq!(unknown.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["new"]);
    assert_eq!(rows[1].active.copied(), Some(true));
}

#[test]
fn a_secret_that_is_sent_is_masked_when_it_is_printed() {
    let site = SiteInput::new("n").secret_key("hush");
    assert!(!format!("{site:?}").contains("hush"));
    assert!(text(&CreateSites::new("c", site).encode().unwrap()).contains("hush"));
}

#[test]
fn a_map_keyed_by_id_is_a_page_and_may_be_missing() {
    let list = ListDetails::new();
    let page = list.decode(&raw(&list, 200, r#"{"payment_details":{"1011l22":{"id":1}}}"#)).unwrap();
    assert_eq!(page.keyed().map(|(key, _)| key).collect::<Vec<_>>(), ["1011l22"]);
    assert!(list.decode(&raw(&list, 200, "{}")).unwrap().rows().is_empty());
}

#[test]
fn a_profile_picks_other_windows() {
    let windows = |profile| {
        let buckets = buckets(profile);
        buckets.into_iter().find(|bucket| bucket.name == "hourly").map(|bucket| bucket.windows.len()).unwrap()
    };
    assert_eq!((windows(None), windows(Some("roomy")), windows(Some("none"))), (2, 1, 2));
}

#[test]
fn every_operation_is_listed_once() {
    let mut ids: Vec<&str> = OPERATIONS.iter().map(|operation| operation.id).collect();
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!((ids.len(), all), (12, 12));
}

#[tokio::test]
async fn a_call_of_a_group_is_sent_by_its_engine_with_its_own_options() {
    let mock = MockTransport::script([
        Reply::answer(200, r#"{"sites":[]}"#),
        Reply::answer(200, r#"{"records":[1]}"#),
        Reply::answer(200, r#"{"sites":[{"site":{"name":"n"}}]}"#),
    ]);
    let engine = Engine::builder("fixture", BaseUrl::parse("http://127.0.0.1:9").unwrap())
        .credentials(Credentials::new().variant("default", []).unwrap().variant("upload", []).unwrap())
        .buckets(buckets(None))
        .transport(Arc::new(mock.clone()))
        .build()
        .unwrap();
    let sites = SitesCalls::new(&engine);
    let call = sites.list("c 1").limit(3).with_deadline(std::time::Duration::from_secs(5));
    assert!(call.send().await.unwrap().value.rows().is_empty());
    let page = EventsCalls::new(&engine).list_events("next").send().await.unwrap().value;
    assert_eq!(page.rows().len(), 1);
    let rows = sites.list("c").rows().await.unwrap();
    assert_eq!(rows[0].name.as_deref(), Some("n"));
    let seen = mock.seen();
    assert_eq!((seen[0].path.as_str(), seen[0].query.as_str()), ("/campaigns/c%201/sites", "limit=3"));
    assert_eq!(seen[1].query, "cursor=next");
}

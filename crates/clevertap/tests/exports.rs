//! Exports by cursor: the wire of each page, pages that are not ready, ends of every kind, and going on later.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

mod support;

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use afflux_clevertap::{
    Activity, Client, Condition, ErrorKind, ProfileKey, Query, Region, Users,
    core::{
        page::Resume,
        transport::{Reply, Seen},
    },
};
use httpmock::prelude::*;
use jiff::civil::{Date, date};
use proptest::prelude::*;
use support::{client, line, next};

const FROM: Date = date(2026, 1, 1);
const TO: Date = date(2026, 1, 31);
const NOT_YET: &str = r#"{"status":"fail","error":"Request still in progress, please retry later","code":2}"#;

fn charged() -> Activity {
    Activity::of("Charged", FROM..=TO)
}

fn page(ids: &[u32], next: &str) -> String {
    let rows: Vec<String> =
        ids.iter().map(|id| format!(r#"{{"ts":20260105140416,"event_props":{{"id":{id}}}}}"#)).collect();
    format!(r#"{{"status":"success","records":[{}]{next}}}"#, rows.join(","))
}

/// Two pages: `a+b==` and `c/d`.
fn two_pages(seen: &Seen) -> Reply {
    if seen.method == "POST" {
        return Reply::answer(200, r#"{"status":"success","cursor":"a%2Bb%3D%3D"}"#);
    }
    match seen.query_value("cursor").as_deref() {
        Some("a+b==") => Reply::answer(200, page(&[1, 2], r#","next_cursor":"c%2Fd""#)),
        Some("c/d") => Reply::answer(200, page(&[3], "")),
        other => panic!("nobody gave out {other:?}"),
    }
}

async fn ids(export: afflux_clevertap::Export<'_, afflux_clevertap::generated::ReadEventExport>) -> Vec<u64> {
    let mut items = export.items().await.unwrap();
    let mut ids = Vec::new();
    while let Some(row) = next(&mut items).await {
        ids.push(row.unwrap().pointer("/event_props/id").unwrap().as_u64().unwrap());
    }
    ids
}

#[tokio::test]
async fn an_export_is_opened_and_read_page_by_page_with_each_cursor_encoded_once() {
    let server = MockServer::start_async().await;
    let open = server
        .mock_async(|when, then| {
            when.method(POST)
                .path("/1/events.json")
                .query_param("batch_size", "1000")
                .query_param("app", "true")
                .query_param("profile", "false")
                .header("x-clevertap-passcode", "made-up")
                .body(
                    r#"{"event_name":"Charged","from":20260101,"to":20260131,"event_properties":[{"name":"Amount","operator":"greater_than","value":100}]}"#,
                );
            then.status(200).body(r#"{"status":"success","cursor":"ZiZ%2BNw%3D%3D"}"#);
        })
        .await;
    let first = server
        .mock_async(|when, then| {
            when.method(GET)
                .path("/1/events.json")
                .query_param("cursor", "ZiZ+Nw==")
                .header_missing("content-type");
            then.status(200).body(page(&[1, 2], r#","previous_cursor":"x","next_cursor":"end%3D""#));
        })
        .await;
    let last = server
        .mock_async(|when, then| {
            when.method(GET).path("/1/events.json").query_param("cursor", "end=");
            then.status(200).body(page(&[3], ""));
        })
        .await;
    let client =
        Client::builder(Region::custom(server.base_url()), "A-1").passcode("made-up").build().unwrap();
    let query = charged().property(Condition::greater_than("Amount", 100));
    let export = client.exports().events(query).batch_size(1000).app(true).profile(false);
    assert_eq!(ids(export).await, [1, 2, 3]);
    for mock in [open, first, last] {
        mock.assert_async().await;
    }
}

#[tokio::test]
async fn rows_keep_their_text_and_tell_the_projects_time() {
    let (client, _) = client(two_pages);
    let mut items = client.exports().events(charged()).items().await.unwrap();
    let row = next(&mut items).await.unwrap().unwrap();
    assert_eq!(row.text(), r#"{"ts":20260105140416,"event_props":{"id":1}}"#);
    assert_eq!(row.time(), Some(date(2026, 1, 5).at(14, 4, 16, 0)));
}

#[tokio::test(start_paused = true)]
async fn a_page_that_is_not_ready_is_asked_for_again_with_the_same_cursor_after_two_seconds_or_more() {
    let asked = AtomicUsize::new(0);
    let (client, transport) = client(move |seen| {
        if seen.method == "GET" && asked.fetch_add(1, Ordering::SeqCst) < 5 {
            return Reply::answer(200, NOT_YET);
        }
        two_pages(seen)
    });
    let started = tokio::time::Instant::now();
    assert_eq!(ids(client.exports().events(charged())).await, [1, 2, 3]);
    let waited = started.elapsed();
    assert!(waited >= Duration::from_secs(10) && waited <= Duration::from_secs(25), "{waited:?}");
    let cursors: Vec<String> = transport.seen()[1..].iter().map(|seen| seen.query.clone()).collect();
    assert!(cursors[..6].iter().all(|query| query == "cursor=a%2Bb%3D%3D"), "{cursors:?}");
    assert_eq!(cursors.len(), 7);
}

#[tokio::test(start_paused = true)]
async fn a_page_that_is_never_ready_is_an_error_behind_which_the_export_goes_on() {
    let (busy, transport) =
        client(
            |seen| {
                if seen.query.contains("c%2Fd") { Reply::answer(200, NOT_YET) } else { two_pages(seen) }
            },
        );
    let mut items = busy.exports().events(charged()).items().await.unwrap();
    for _ in 0..2 {
        next(&mut items).await.unwrap().unwrap();
    }
    let error = next(&mut items).await.unwrap().unwrap_err();
    assert_eq!((error.kind(), error.vendor_code()), (ErrorKind::Server, Some("2")), "{error}");
    assert_eq!(error.attempts().len(), 6);
    assert_eq!(error.retry_after(), Some(Duration::from_secs(2)));
    assert!(error.to_string().contains("call again after"), "{error}");
    let kept = serde_json::to_string(&items.resume().unwrap()).unwrap();
    assert!(!kept.contains("made-up"), "{kept}");
    assert_eq!(transport.seen().len(), 8);

    let (ready, transport) = client(two_pages);
    let resume: Resume = serde_json::from_str(&kept).unwrap();
    assert_eq!(ids(ready.exports().events(charged()).resume(resume)).await, [3]);
    assert_eq!(transport.seen().len(), 1, "nothing is opened again");
}

#[tokio::test(start_paused = true)]
async fn a_throttled_page_is_asked_for_again_after_thirty_seconds() {
    let asked = AtomicUsize::new(0);
    let (client, _) = client(move |seen| {
        if seen.method == "GET" && asked.fetch_add(1, Ordering::SeqCst) < 1 {
            return Reply::answer(200, r#"{"status":"fail","error":"throttled","code":1}"#);
        }
        two_pages(seen)
    });
    let started = tokio::time::Instant::now();
    assert_eq!(ids(client.exports().events(charged())).await, [1, 2, 3]);
    assert!(started.elapsed() >= Duration::from_secs(30));
}

#[tokio::test]
async fn an_export_ends_at_an_absent_an_empty_and_a_repeated_cursor_and_an_empty_range_has_no_rows() {
    for end in ["", r#","next_cursor":"""#, r#","next_cursor":null"#, r#","next_cursor":"a%2Bb%3D%3D""#] {
        let (client, transport) =
            client(
                move |seen| {
                    if seen.method == "POST" { two_pages(seen) } else { Reply::answer(200, page(&[7], end)) }
                },
            );
        assert_eq!(ids(client.exports().events(charged())).await, [7], "{end}");
        assert_eq!(transport.seen().len(), 2, "{end}");
    }
    let (client, _) = client(|seen| {
        if seen.method == "POST" { two_pages(seen) } else { Reply::answer(200, r#"{"status":"success"}"#) }
    });
    assert!(ids(client.exports().events(charged())).await.is_empty());
}

#[tokio::test]
async fn an_export_without_a_cursor_is_an_error_and_no_empty_export() {
    let (client, _) = client(|_| Reply::answer(200, r#"{"status":"success"}"#));
    let error = client.exports().events(charged()).items().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(error.to_string().contains("there is no `cursor`"), "{error}");
    assert_eq!(error.raw_body().unwrap(), r#"{"status":"success"}"#);
}

#[tokio::test]
async fn an_export_that_stopped_anywhere_goes_on_from_text_with_every_row_once() {
    for stop in 0..=3 {
        let (client, _) = client(two_pages);
        let mut items = client.exports().events(charged()).items().await.unwrap();
        let mut got = Vec::new();
        for _ in 0..stop {
            let row = next(&mut items).await.unwrap().unwrap();
            got.push(row.pointer("/event_props/id").unwrap().as_u64().unwrap());
        }
        if let Some(resume) = items.resume() {
            let text = serde_json::to_string(&resume).unwrap();
            let resume: Resume = serde_json::from_str(&text).unwrap();
            got.extend(ids(client.exports().events(charged()).resume(resume)).await);
        }
        assert_eq!(got, [1, 2, 3], "stopped after {stop}");
    }
}

#[tokio::test]
async fn profiles_are_exported_by_what_users_are_or_did() {
    let (client, transport) = client(|seen| {
        if seen.method == "POST" {
            return Reply::answer(200, r#"{"status":"success","cursor":"p%3D"}"#);
        }
        Reply::answer(
            200,
            r#"{"status":"success","records":[{"identity":"5","platformInfo":[{"objectId":"-1a"}]}]}"#,
        )
    });
    let platinum = Users::new().profile(Condition::equals("Customer Type", "Platinum"));
    let mut pages = client.exports().profiles(platinum).events(false).pages().await.unwrap();
    let rows = next(&mut pages).await.unwrap().unwrap().into_value().all().unwrap();
    assert_eq!(rows[0].platform_info.get().unwrap()[0].object_id.as_deref(), Some("-1a"));
    assert!(next(&mut pages).await.is_none());
    assert_eq!(
        line(&transport.seen()[0]),
        r#"POST /1/profiles.json?events=false {"common_profile_properties":{"profile_fields":[{"name":"Customer Type","operator":"equals","value":"Platinum"}]}}"#
    );
    assert_eq!(line(&transport.seen()[1]), "GET /1/profiles.json?cursor=p%3D");
}

#[tokio::test]
async fn what_cannot_be_exported_is_refused_before_anything_is_sent() {
    let (client, transport) = client(|_| panic!("nothing may be sent"));
    let exports = || client.exports();
    let table = [
        (exports().events(Activity::of("", FROM..=TO)).open().await, "event_name"),
        (exports().events(Activity::of("Charged", TO..=FROM)).open().await, "from"),
        (exports().events(Activity::ever("Charged")).open().await, "from"),
        (exports().events(Query::everybody()).open().await, "event_name"),
        (exports().profiles(Query::everybody()).open().await, "event_name"),
        (exports().events(charged()).batch_size(5001).open().await, "batch_size"),
        (exports().events(charged()).batch_size(0).open().await, "batch_size"),
        (
            exports().events(charged().property(Condition::exists(" "))).open().await,
            "event_properties[0].name",
        ),
        (
            exports().events(charged().property(Condition::at_least("Amount", "much"))).open().await,
            "event_properties[0].value",
        ),
    ];
    for (outcome, field) in table {
        let error = outcome.unwrap_err();
        assert_eq!((error.kind(), error.field()), (ErrorKind::Validation, Some(field)), "{error}");
    }
    let elsewhere: Resume = serde_json::from_str(r#"{"at":{"page":2}}"#).unwrap();
    let error = client.exports().events(charged()).resume(elsewhere).items().await.unwrap_err();
    assert_eq!(
        (error.kind(), error.field()),
        (ErrorKind::Validation, Some("cursor")),
        "another listing's token"
    );
    assert!(transport.seen().is_empty());
}

#[tokio::test]
async fn a_profile_is_looked_up_by_one_key_and_a_plus_survives() {
    let (client, transport) =
        client(|_| Reply::answer(200, r#"{"status":"success","record":{"name":"Ana","ls":1}}"#));
    for (key, query) in [
        (ProfileKey::identity("+49 30"), "identity=%2B49%2030"),
        (ProfileKey::email("a@b.c"), "email=a%40b.c"),
        (ProfileKey::object_id("-1a"), "objectId=-1a"),
    ] {
        let profile = client.profile(&key).await.unwrap();
        assert_eq!((profile.name.as_deref(), profile.extra("ls").as_deref()), (Some("Ana"), Some("1")));
        assert_eq!(transport.seen().last().unwrap().query, query);
    }
    let error = client.profile(&ProfileKey::email(" ")).await.unwrap_err();
    assert_eq!(error.field(), Some("email"));
    assert_eq!(transport.seen().len(), 3);
}

#[tokio::test]
async fn message_reports_are_asked_for_by_days_as_text() {
    let (client, transport) = client(|_| {
        Reply::answer(200, r#"{"status":"success","messages":[{"message id":7,"sent":82,"odd":1}]}"#)
    });
    let messages = client
        .message_reports(FROM..=TO)
        .channels(["push"])
        .statuses(["completed"])
        .daily()
        .all()
        .await
        .unwrap();
    assert_eq!(messages[0].sent.copied(), Some(82));
    assert_eq!(
        line(&transport.seen()[0]),
        r#"POST /1/message/report.json {"from":"20260101","to":"20260131","channel":["push"],"daily":true,"status":["completed"]}"#
    );
    let error = client.message_reports(TO..=FROM).all().await.unwrap_err();
    assert_eq!((error.kind(), error.field()), (ErrorKind::Validation, Some("from")));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_cursor_comes_back_to_the_vendor_as_it_was_given(cursor in "[ -~é漢]{1,40}") {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let encoded = cursor.bytes().fold(String::new(), |text, byte| text + &format!("%{byte:02X}"));
        let (client, transport) = client(move |seen| {
            if seen.method == "POST" {
                Reply::answer(200, format!(r#"{{"status":"success","cursor":"{encoded}"}}"#))
            } else {
                Reply::answer(200, r#"{"status":"success"}"#)
            }
        });
        prop_assert!(runtime.block_on(ids(client.exports().events(charged()))).is_empty());
        prop_assert_eq!(transport.seen()[1].query_value("cursor").unwrap(), cursor);
    }
}

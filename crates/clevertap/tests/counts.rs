//! Counts: at once or by asking, taken up again from text, and tables under the caller's labels.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

mod support;

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use afflux_clevertap::{
    Activity, Condition, CountHandle, ErrorKind, Occurs, Query, RealTimeQuery, Started, TopGroup, TopOrder,
    TopPropertyType, TrendGroup, TrendStep, Users,
    core::transport::{Reply, Seen},
    generated::{CountEvents, CountTrends},
};
use jiff::civil::{Date, date};
use support::{client, line};

const FROM: Date = date(2015, 8, 10);
const TO: Date = date(2015, 10, 25);
const PARTIAL: &str = r#"{"status":"partial","req_id":384649162721759182}"#;
const DONE: &str = r#"{"status":"success","count":7138}"#;

fn food() -> Activity {
    Activity::of("choseNewFavoriteFood", FROM..=TO)
}

/// Partial so often, then done.
fn done_after(questions: usize) -> impl Fn(&Seen) -> Reply + Send + Sync {
    let asked = AtomicUsize::new(0);
    move |_| {
        let done = asked.fetch_add(1, Ordering::SeqCst) >= questions;
        Reply::answer(200, if done { DONE } else { PARTIAL })
    }
}

#[tokio::test]
async fn a_count_that_is_done_at_once_takes_one_call() {
    let (client, transport) = client(done_after(0));
    let count = client.counts().events(food()).run().await.unwrap();
    assert_eq!((count.count.copied(), count.text()), (Some(7138), DONE));
    assert_eq!(
        line(&transport.seen()[0]),
        r#"POST /1/counts/events.json {"event_name":"choseNewFavoriteFood","from":20150810,"to":20151025}"#
    );
    assert_eq!(transport.seen().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_partial_count_is_asked_about_with_growing_pauses_until_it_is_done() {
    let (client, transport) = client(done_after(4));
    let started = tokio::time::Instant::now();
    assert_eq!(client.counts().profiles(food()).run().await.unwrap().count.copied(), Some(7138));
    assert_eq!(started.elapsed().as_secs(), 1 + 2 + 4);
    let lines: Vec<String> = transport.seen().iter().skip(1).map(line).collect();
    assert_eq!(lines, vec!["GET /1/counts/profiles.json?req_id=384649162721759182"; 4]);
}

#[tokio::test(start_paused = true)]
async fn a_count_survives_a_restart_as_text() {
    let (first, _) = client(done_after(1));
    let Started::Running(job) = first.counts().events(food()).start().await.unwrap() else { panic!("done") };
    let text = serde_json::to_string(&job.handle()).unwrap();
    assert_eq!(text, r#"{"operation":"pollEventCount","job":{"id":"384649162721759182"}}"#);

    let (next, transport) = client(done_after(1));
    let handle: CountHandle<CountEvents> = serde_json::from_str(&text).unwrap();
    let mut job = next.counts().resume(handle).unwrap();
    assert!(job.poll().await.unwrap().is_none());
    assert_eq!(job.wait(None).await.unwrap().count.copied(), Some(7138));
    assert_eq!(line(&transport.seen()[0]), "GET /1/counts/events.json?req_id=384649162721759182");

    let other = serde_json::from_str::<CountHandle<CountTrends>>(&text).unwrap_err();
    assert!(other.to_string().contains("is for `pollEventCount`, and not for `pollTrends`"), "{other}");
}

#[tokio::test(start_paused = true)]
async fn a_count_that_takes_too_long_is_an_error_and_can_be_asked_again() {
    let (client, _) = client(done_after(7));
    let error = client.counts().events(food()).within(Duration::from_secs(20)).run().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Limit);
    assert!(error.retry_after().is_some(), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_count_that_fails_says_what_the_vendor_says() {
    let (client, _) = client(|seen| {
        if seen.method == "POST" {
            return Reply::answer(200, PARTIAL);
        }
        Reply::answer(200, r#"{"status":"fail","error":"invalid request id","code":400}"#)
    });
    let error = client.counts().events(food()).run().await.unwrap_err();
    assert_eq!((error.kind(), error.message()), (ErrorKind::Refused, Some("invalid request id")));
}

#[tokio::test]
async fn the_most_frequent_values_stand_under_the_callers_labels() {
    let body =
        r#"{"status":"success","foo":{"STR":{"Gold":5,"Silver":3}},"status_code":{"NUMBER":{"0-100":10}}}"#;
    let (client, transport) = client(move |_| Reply::answer(200, body));
    let groups = [
        ("foo", TopGroup::new(TopPropertyType::ProfileFields, "Customer Type").top_n(2).order(TopOrder::Asc)),
        ("status_code", TopGroup::new(TopPropertyType::EventProperties, "Amount")),
    ];
    let query = food().property(Condition::equals("first", true));
    let top = client.counts().top(query, groups).run().await.unwrap();
    assert_eq!(top.labels(), ["foo", "status_code"]);
    let values = top.group("foo").unwrap();
    assert_eq!(
        (values[0].kind.as_str(), values[0].value.as_str(), values[0].count),
        ("STR", "Gold", Some(5))
    );
    assert_eq!(top.group("status_code").unwrap()[0].value, "0-100");
    assert!(top.group("status").is_none() && top.group("bar").is_none());
    assert_eq!(top.text(), body);
    assert_eq!(
        line(&transport.seen()[0]),
        r#"POST /1/counts/top.json {"event_name":"choseNewFavoriteFood","from":20150810,"to":20151025,"groups":{"foo":{"property_type":"profile_fields","name":"Customer Type","top_n":2,"order":"asc"},"status_code":{"property_type":"event_properties","name":"Amount"}},"event_properties":[{"name":"first","operator":"equals","value":"True"}]}"#
    );
}

#[tokio::test(start_paused = true)]
async fn trends_are_in_the_order_of_their_steps_and_count_events_users_or_sums() {
    let (client, transport) = client(|seen| {
        let done = r#"{"status":"success","weeks":{"201653":4,"201652":11}}"#;
        Reply::answer(200, if seen.method == "POST" { PARTIAL } else { done })
    });
    let weeks = || [("weeks", TrendGroup::new(TrendStep::Weekly))];
    let trends = client.counts().trends(food(), weeks()).run().await.unwrap();
    let steps: Vec<(String, Option<i64>)> =
        trends.group("weeks").unwrap().into_iter().map(|point| (point.step, point.count)).collect();
    assert_eq!(steps, [("201652".to_owned(), Some(11)), ("201653".to_owned(), Some(4))]);
    client.counts().unique_trends(food(), weeks()).start().await.unwrap();
    client.counts().summed_trends(food(), "Quantity", weeks()).start().await.unwrap();
    let seen = transport.seen();
    assert_eq!(line(&seen[1]), "GET /1/counts/trends.json?req_id=384649162721759182");
    assert!(line(&seen[2]).ends_with(r#""groups":{"weeks":{"trend_type":"weekly"}},"unique":true}"#));
    assert!(line(&seen[3]).ends_with(r#""sum_event_prop":"Quantity"}"#));
}

#[tokio::test]
async fn what_cannot_be_counted_is_refused_before_anything_is_sent() {
    let (client, transport) = client(|_| panic!("nothing may be sent"));
    let counts = || client.counts();
    let day = || TrendGroup::new(TrendStep::Daily);
    let none: [(&str, TrendGroup); 0] = [];
    let table = [
        (counts().events(Users::new()).run().await.map(drop), "event_name"),
        (counts().profiles(Query::everybody()).run().await.map(drop), "event_name"),
        (counts().events(food().times(Occurs::Exactly(2))).run().await.map(drop), "value"),
        (counts().trends(food(), none).run().await.map(drop), "groups"),
        (counts().trends(food(), [("status", day())]).run().await.map(drop), "groups.status"),
        (counts().trends(food(), [("req_id", day())]).run().await.map(drop), "groups.req_id"),
        (counts().trends(food(), [("error", day())]).run().await.map(drop), "groups.error"),
        (counts().trends(food(), [("a", day()), ("a", day())]).run().await.map(drop), "groups.a"),
        (counts().trends(food(), [(" ", day())]).run().await.map(drop), "groups"),
        (counts().summed_trends(food(), "", [("a", day())]).run().await.map(drop), "sum_event_prop"),
        (
            counts()
                .top(food(), [("a", TopGroup::new(TopPropertyType::GeoFields, "City").top_n(101))])
                .run()
                .await
                .map(drop),
            "groups.a.top_n",
        ),
    ];
    for (outcome, field) in table {
        let error = outcome.unwrap_err();
        assert_eq!((error.kind(), error.field()), (ErrorKind::Validation, Some(field)), "{error}");
    }
    assert!(transport.seen().is_empty());
}

#[tokio::test]
async fn the_last_five_minutes_come_with_the_splits_that_are_wanted() {
    let body = r#"{"status":"success","count":12,"last_processed_ts":1445844300,"os":{"android":11},"new":{"os":{}}}"#;
    let (client, transport) = client(move |_| Reply::answer(200, body));
    let now = client.counts().now(RealTimeQuery::new().os(true).new_(true)).await.unwrap();
    assert_eq!((now.count.copied(), now.os.get().unwrap()["android"]), (Some(12), 11));
    assert_eq!(line(&transport.seen()[0]), r#"POST /1/now.json {"os":true,"new":true}"#);
}

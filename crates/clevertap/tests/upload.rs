//! Uploads: the exact bodies, mixed answers, what is sent again and what is not.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use afflux_clevertap::{
    Client, Delivery, DeviceToken, ErrorKind, Event, Item, Profile, Record, RecordOutcome, Region, TokenKind,
    Value, Who,
    core::{
        decode::JsonText,
        transport::{MockTransport, Reply, Seen},
    },
};
use futures_util::{StreamExt, stream};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

fn client(transport: &MockTransport) -> Client {
    let transport = Arc::new(transport.clone());
    Client::builder(Region::In1, "ABC-123-4567")
        .passcode("made-up-passcode-1f81b7")
        .partner_id("Acme")
        .engine(move |engine| engine.transport(transport))
        .build()
        .unwrap()
}

fn records_of(seen: &Seen) -> Vec<Json> {
    let body: Json = serde_json::from_slice(&seen.body).unwrap();
    body["d"].as_array().unwrap().clone()
}

fn accepted(seen: &Seen) -> Reply {
    let count = records_of(seen).len();
    Reply::answer(200, json!({"status": "success", "processed": count, "unprocessed": []}).to_string())
}

fn event(name: &str) -> Record {
    Event::new("ana", name).into()
}

#[tokio::test]
async fn each_kind_of_record_is_written_as_documented() {
    let transport = MockTransport::new(accepted);
    let charged = Event::charged("jack@gmail.com", 300)
        .ts(1_468_208_340)
        .property("Currency", "USD")
        .property("Payment mode", "Credit Card")
        .property("Delivery By", Value::Date(1_468_322_268))
        .item(Item::new().property("Category", "books").property("Quantity", 1));
    let profile = Profile::new(Who::object_id("__a1"))
        .name("Jack")
        .set("MSG-email", false)
        .set("Age", 28)
        .remove("wish list", ["car"])
        .delete("nick")
        .set("score", JsonText::new("1.10").unwrap());
    let counting =
        Profile::new("ana").increment("visits", 1).decrement("credit", 2.5).add("bag", ["shoes", "hat"]);
    let token = DeviceToken::new("QBOpVJZm", TokenKind::Chrome, "tok").keys("p", "a");
    let report = client(&transport)
        .upload::<u8, _>([
            (1, charged.into()),
            (2, profile.into()),
            (3, token.into()),
            (4, counting.into()),
            (5, Event::new(Who::Facebook("fb1".to_owned()), "Seen").source("Other").into()),
        ])
        .send_all()
        .await;
    assert!(report.is_complete(), "{report:?}");
    let mut bodies: Vec<String> =
        transport.seen().iter().map(|seen| String::from_utf8(seen.body.to_vec()).unwrap()).collect();
    bodies.sort();
    let expected = [
        concat!(
            r#"{"d":[{"identity":"jack@gmail.com","ts":1468208340,"type":"event","$source":"Acme","evtName":"Charged","#,
            r#""evtData":{"Amount":300,"Currency":"USD","Payment mode":"Credit Card","Delivery By":"$D_1468322268","#,
            r#""Items":[{"Category":"books","Quantity":1}]}},"#,
            r#"{"identity":"ana","type":"profile","profileData":{"visits":{"$incr":1},"credit":{"$decr":2.5},"bag":{"$add":["shoes","hat"]}}},"#,
            r#"{"FBID":"fb1","type":"event","$source":"Other","evtName":"Seen","evtData":{}}]}"#
        ),
        concat!(
            r#"{"d":[{"objectId":"__a1","type":"profile","profileData":{"Name":"Jack","MSG-email":false,"Age":28,"#,
            r#""wish list":{"$remove":["car"]},"nick":{"$delete":1},"score":1.10}}]}"#
        ),
        r#"{"d":[{"type":"token","objectId":"QBOpVJZm","tokenData":{"id":"tok","type":"chrome","keys":{"auth":"a","p256dh":"p"}}}]}"#,
    ];
    assert_eq!(bodies, expected);
    let seen = &transport.seen()[0];
    assert_eq!(
        (seen.origin.as_str(), seen.path.as_str(), seen.query.as_str()),
        ("https://in1.api.clevertap.com", "/1/upload", "")
    );
}

#[tokio::test]
async fn bad_records_are_refused_here_and_name_record_and_field() {
    let fine = || Event::new("ana", "Seen");
    let table: [(Record, &str); 17] = [
        (Event::new("", "Seen").into(), "record 1: identity"),
        (Event::new("ana", " ").into(), "record 1: evtName"),
        (Event::new("ana", "100%").into(), "record 1: evtName"),
        (Event::new("ana", "app launched").into(), "record 1: evtName"),
        (fine().ts(1_468_208_340_000).into(), "record 1: ts"),
        (fine().ts(0).into(), "record 1: ts"),
        (fine().source(" ").into(), "record 1: $source"),
        (fine().property("a.b", 1).into(), "record 1: evtData.a.b"),
        (fine().property("ratio", f64::NAN).into(), "record 1: evtData.ratio"),
        (fine().item(Item::new()).into(), "record 1: evtData.Items"),
        (Profile::new("ana").into(), "record 1: profileData"),
        (Profile::new("ana").set("a#b", 1).into(), "record 1: profileData.a#b"),
        (Profile::new("ana").set("Gender", "female").into(), "record 1: profileData.Gender"),
        (Profile::new("ana").set("DOB", "1990-01-31").into(), "record 1: profileData.DOB"),
        (Profile::new("ana").increment("visits", "one").into(), "record 1: profileData.visits"),
        (DeviceToken::new("", TokenKind::Fcm, "t").into(), "record 1: objectId"),
        (DeviceToken::new("o", TokenKind::Chrome, "t").into(), "record 1: tokenData.keys"),
    ];
    for (record, field) in table {
        let transport = MockTransport::new(accepted);
        let report =
            client(&transport).upload([("bad", record.clone()), ("good", event("Seen"))]).send_all().await;
        let (key, error) = report.not_sent().next().unwrap();
        assert_eq!((*key, error.kind(), error.delivery()), ("bad", ErrorKind::Validation, Delivery::NotSent));
        assert_eq!(error.field(), Some(field), "{record:?}");
        assert_eq!(report.accepted().collect::<Vec<_>>(), [&"good"], "the others are sent");
        assert!(record.check().is_err());
    }
}

#[tokio::test(start_paused = true)]
async fn a_partial_answer_is_told_record_by_record() {
    let transport = MockTransport::new(|seen| {
        let records = records_of(seen);
        let unprocessed: Vec<Json> = (1..=records.len())
            .filter(|number| records[number - 1]["evtName"] == "Bad")
            .map(|number| json!({"status": "fail", "code": 528, "error": format!("Discarded event.Skipped record number : {number}"), "record": {}}))
            .collect();
        let processed = records.len() - unprocessed.len();
        let status = if processed == 0 { "fail" } else { "partial" };
        Reply::answer(
            200,
            json!({"status": status, "processed": processed, "unprocessed": unprocessed}).to_string(),
        )
    });
    let names = ["Good", "Bad", "Good", "Bad"];
    let report = client(&transport)
        .upload(names.iter().enumerate().map(|(key, name)| (key, event(name))))
        .send_all()
        .await;
    assert_eq!(transport.seen().len(), 1);
    let rejected: Vec<_> = report.rejected().map(|(key, why)| (*key, why.code)).collect();
    assert_eq!(rejected, [(1, Some(528)), (3, Some(528))]);
    assert_eq!(report.accepted().copied().collect::<Vec<_>>(), [0, 2]);
}

#[tokio::test(start_paused = true)]
async fn only_a_record_with_a_fault_of_the_vendors_is_sent_again() {
    let transport = MockTransport::new(|seen| {
        let records = records_of(seen);
        match records.iter().position(|record| record["evtName"] == "Unlucky") {
            None => accepted(seen),
            Some(at) => {
                let error = format!("Server error. Skipped record number : {}", at + 1);
                let refused = json!({"status": "fail", "code": 555, "error": error, "record": {}});
                let status = if records.len() == 1 { "fail" } else { "partial" };
                let body =
                    json!({"status": status, "processed": records.len() - 1, "unprocessed": [refused]});
                Reply::answer(200, body.to_string())
            }
        }
    });
    let report = client(&transport)
        .upload([(1, event("Good")), (2, event("Unlucky")), (3, event("Fine"))])
        .send_all()
        .await;
    let sizes: Vec<usize> = transport.seen().iter().map(|seen| records_of(seen).len()).collect();
    assert_eq!(sizes, [3, 1, 1], "the accepted ones are not sent again");
    assert_eq!(report.accepted().copied().collect::<Vec<_>>(), [1, 3]);
    assert_eq!(report.rejected().next().unwrap().1.code, Some(555));
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_retried_for_profiles_and_unknown_for_events() {
    let lost_once = || MockTransport::script([Reply::lost(), Reply::answer(200, r#"{"status":"success"}"#)]);
    let transport = lost_once();
    let report = client(&transport).upload([(1, Profile::new("ana").name("Ana").into())]).send_all().await;
    assert!(report.is_complete());
    assert_eq!(transport.seen().len(), 2);
    let json = |text: &str| Value::from(JsonText::new(text.to_owned()).unwrap());
    for record in [
        event("Seen"),
        Profile::new("ana").increment("visits", 1).into(),
        Profile::new("ana").add("bag", ["hat"]).into(),
        Profile::new("ana").set("visits", json(r#"{"$incr":1}"#)).into(),
        Profile::new("ana").set("deep", json(r#"{"list":[{"visits":{"$decr":1}}]}"#)).into(),
    ] {
        for reply in
            [Reply::lost(), Reply::answer(503, ""), Reply::answer(200, "<html>"), Reply::answer(200, "")]
        {
            let transport = MockTransport::script([reply, Reply::answer(200, r#"{"status":"success"}"#)]);
            let report = client(&transport).upload([(1, record.clone())]).send_all().await;
            let (_, doubt) = report.unknown().next().unwrap();
            assert_eq!(doubt.error.as_ref().unwrap().delivery(), Delivery::Unknown);
            assert_eq!(transport.seen().len(), 1, "{record:?}");
        }
        let transport = lost_once();
        let report = client(&transport).upload([(1, record)]).repeat_unknown().send_all().await;
        assert!(report.is_complete() && transport.seen().len() == 2, "the caller may ask for it");
    }
}

#[tokio::test(start_paused = true)]
async fn a_batch_is_repeated_only_if_each_of_its_records_may_be() {
    // The first answer to each body is lost.
    let known: Mutex<Vec<Vec<u8>>> = Mutex::default();
    let transport = MockTransport::new(move |seen| {
        let mut known = known.lock().unwrap();
        if known.contains(&seen.body.to_vec()) {
            return accepted(seen);
        }
        known.push(seen.body.to_vec());
        Reply::lost()
    });
    let raw = |text: &str| Record::json(JsonText::new(text.to_owned()).unwrap());
    let records: [(&str, Record); 7] = [
        ("event", event("Seen")),
        ("set", Profile::new("ana").name("Ana").into()),
        ("count", Profile::new("ana").increment("visits", 1).into()),
        ("raw set", raw(r#"{"identity":"ana","type":"profile","profileData":{"a":1}}"#)),
        ("raw count", raw(r#"{"identity":"ana","type":"profile","profileData":{"a":{"$add":["x"]}}}"#)),
        ("token", DeviceToken::new("o", TokenKind::Fcm, "t").into()),
        ("raw event", raw(r#"{"identity":"ana","type":"event","evtName":"Seen","evtData":{}}"#)),
    ];
    let report = client(&transport).upload(records).send_all().await;
    let mut accepted: Vec<_> = report.accepted().copied().collect();
    accepted.sort_unstable();
    assert_eq!(accepted, ["raw set", "set", "token"]);
    let unknown: Vec<_> = report.unknown().map(|(key, _)| *key).collect();
    assert_eq!(unknown, ["event", "count", "raw count", "raw event"]);
    let mut sent: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for seen in transport.seen() {
        let sent = sent.entry(String::from_utf8(seen.body.to_vec()).unwrap()).or_default();
        *sent = (sent.0 + 1, records_of(&seen).len());
    }
    let mut sent: Vec<_> = sent.into_values().collect();
    sent.sort_unstable();
    assert_eq!(sent, [(1, 4), (2, 1), (2, 2)], "how often each body went out, and its records");
}

#[tokio::test(start_paused = true)]
async fn a_refusal_of_the_whole_batch_is_that_of_each_record() {
    let table = [
        (400, r#"{"status":"fail","error":"Malformed request","code":400}"#, Some(400), 1),
        (200, r#"{"status":"fail","error":"Malformed request","code":400}"#, Some(400), 1),
    ];
    for (status, body, code, attempts) in table {
        let transport = MockTransport::new(move |_| Reply::answer(status, body));
        let report = client(&transport).upload([(1, event("A")), (2, event("B"))]).send_all().await;
        assert!(report.rejected().all(|(_, why)| why.code == code), "{report:?}");
        assert_eq!((report.rejected().count(), transport.seen().len()), (2, attempts));
    }
}

#[tokio::test(start_paused = true)]
async fn a_refusal_of_the_call_leaves_its_records_unsent() {
    use ErrorKind::{RateLimited, Refused, Unauthorized};
    let invalid = r#"{"status":"fail","error":"Account ID is not valid","code":401}"#;
    let empty = |code: u16| format!(r#"{{"status":"fail","processed":0,"unprocessed":[],"code":{code}}}"#);
    let table = [
        (401, invalid.to_owned(), Unauthorized, 1),
        (200, invalid.to_owned(), Unauthorized, 1),
        (403, String::new(), Unauthorized, 1),
        (200, empty(403), Unauthorized, 1),
        (404, "<html>".to_owned(), Refused, 1),
        (405, String::new(), Refused, 1),
        // Too many calls: that comes before any work.
        (429, String::new(), RateLimited, 4),
        (200, empty(429), RateLimited, 4),
        (200, empty(1), RateLimited, 4),
    ];
    for (status, body, kind, attempts) in table {
        let reply = body.clone();
        let transport = MockTransport::new(move |_| Reply::answer(status, reply.clone()));
        let report = client(&transport).upload([(1, event("A")), (2, event("B"))]).send_all().await;
        let kinds: Vec<_> = report.not_sent().map(|(_, error)| error.kind()).collect();
        assert_eq!(kinds, [kind, kind], "{status} {body}: {report:?}");
        assert_eq!(transport.seen().len(), attempts, "{status} {body}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_failure_that_leaves_open_what_was_taken_is_unknown() {
    let table = [
        r#"{"status":"fail"}"#,
        r#"{"status":"fail","unprocessed":[]}"#,
        r#"{"status":"fail","processed":1,"unprocessed":[],"code":400}"#,
        r#"{"status":"fail","processed":0,"unprocessed":[],"code":500}"#,
        r#"{"status":"fail","processed":0,"unprocessed":[],"code":555}"#,
    ];
    for body in table {
        let transport = MockTransport::new(move |_| Reply::answer(200, body));
        let report = client(&transport).upload([(1, event("A")), (2, event("B"))]).send_all().await;
        assert_eq!((report.unknown().count(), transport.seen().len()), (2, 1), "{body}: {report:?}");
    }
    let refused = r#"{"status":"fail","processed":0,"unprocessed":[]}"#;
    let transport = MockTransport::new(move |_| Reply::answer(200, refused));
    let report = client(&transport).upload([(1, event("A"))]).send_all().await;
    assert_eq!(report.rejected().count(), 1, "{report:?}");
}

#[tokio::test(start_paused = true)]
async fn a_neighbours_fault_does_not_send_a_record_again() {
    let transport = MockTransport::new(|seen| {
        let records = records_of(seen).len();
        let refused = json!({"code": 555, "error": "Server error. Skipped record number : 1"});
        let body = json!({"status": "fail", "processed": 0, "unprocessed": [refused]});
        if records > 1 { Reply::answer(200, body.to_string()) } else { accepted(seen) }
    });
    let report = client(&transport).upload([(1, event("A")), (2, event("B"))]).send_all().await;
    assert_eq!(report.accepted().collect::<Vec<_>>(), [&1], "the vendor asks to send it again");
    let (key, why) = report.rejected().next().unwrap();
    assert_eq!((*key, why.code), (2, None));
    assert!(why.message.contains("said nothing of this one"), "{}", why.message);
}

#[tokio::test(start_paused = true)]
async fn batches_keep_to_count_bytes_and_concurrency() {
    let transport = MockTransport::new(|seen| accepted(seen).after(Duration::from_millis(50)));
    let started = tokio::time::Instant::now();
    let records = (0..20_000_u32).map(|key| (key, event("Seen")));
    let report = client(&transport).upload(records).send_all().await;
    assert!(report.is_complete() && report.outcomes().len() == 20_000);
    assert!(transport.seen().iter().all(|seen| records_of(seen).len() == 1000));
    assert_eq!(started.elapsed(), Duration::from_millis(100), "15 at a time, then the other 5");

    let transport = MockTransport::new(accepted);
    let tokens = (0..250_u32).map(|key| (key, DeviceToken::new("o", TokenKind::Fcm, "t").into()));
    client(&transport).upload(tokens).send_all().await.is_complete();
    let sizes: Vec<usize> = transport.seen().iter().map(|seen| records_of(seen).len()).collect();
    assert_eq!(sizes, [100, 100, 50]);

    let transport = MockTransport::new(accepted);
    let large =
        (0..10_u32).map(|key| (key, Event::new("ana", "Seen").property("text", "x".repeat(400)).into()));
    client(&transport).upload(large).batch_bytes(1100).send_all().await.is_complete();
    assert!(transport.seen().iter().all(|seen| seen.body.len() <= 1100 && records_of(seen).len() == 2));
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_takes_its_time_is_sent_after_the_linger() {
    let transport = MockTransport::new(accepted);
    let records = stream::iter([(1, event("A")), (2, event("B"))]).chain(stream::pending());
    let started = tokio::time::Instant::now();
    let mut outcomes = client(&transport).upload_stream(records).linger(Duration::from_secs(2)).run();
    assert!(matches!(outcomes.next().await, Some((1, RecordOutcome::Accepted))));
    assert!(matches!(outcomes.next().await, Some((2, RecordOutcome::Accepted))));
    assert_eq!(started.elapsed(), Duration::from_secs(2));
    outcomes.stop();
    assert!(outcomes.next().await.is_none());
}

#[tokio::test]
async fn a_dry_run_says_so_in_the_query() {
    let transport = MockTransport::new(accepted);
    client(&transport).upload([(1, event("A"))]).dry_run().send_all().await.is_complete();
    assert_eq!(transport.seen()[0].query, "dryRun=1");
}

#[test]
fn nothing_prints_a_device_token() {
    let token: Record =
        DeviceToken::new("o", TokenKind::Chrome, "secret-1").keys("secret-2", "secret-3").into();
    assert!(!format!("{token:?}").contains("secret"), "{token:?}");
}

/// What the vendor does with a batch, before its answer is lost or not.
#[derive(Debug, Clone, Copy)]
enum Fate {
    Accept,
    AcceptAndLose,
    AcceptAndFault,
    Refuse429,
    NoConnection,
    Reject,
    Fault555,
}

fn fate() -> impl Strategy<Value = Fate> {
    use Fate::{Accept, AcceptAndFault, AcceptAndLose, Fault555, NoConnection, Refuse429, Reject};
    prop::sample::select(vec![
        Accept,
        AcceptAndLose,
        AcceptAndFault,
        Refuse429,
        NoConnection,
        Reject,
        Fault555,
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn no_accepted_event_is_ever_sent_again_and_every_record_is_accounted_for_once(
        fates in prop::collection::vec(fate(), 1..40),
        kinds in prop::collection::vec(0_u8..3, 1..120),
        size in 1_usize..20,
        concurrency in 1_usize..8,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        runtime.block_on(async move {
            // How often the vendor has stored each event, by its key.
            let stored: Arc<Mutex<BTreeMap<u64, u32>>> = Arc::default();
            let turn = Mutex::new(0);
            let book = Arc::clone(&stored);
            let transport = MockTransport::new(move |seen| {
                let records = records_of(seen);
                let mut turn = turn.lock().unwrap();
                let fate = fates[*turn % fates.len()];
                *turn += 1;
                let refused: &[usize] = if matches!(fate, Fate::Reject | Fate::Fault555) { &[1] } else { &[] };
                let takes = !matches!(fate, Fate::Refuse429 | Fate::NoConnection);
                for (index, record) in records.iter().enumerate() {
                    if takes && !refused.contains(&(index + 1)) && let Some(key) = record["evtData"]["key"].as_u64() {
                        *book.lock().unwrap().entry(key).or_default() += 1;
                    }
                }
                let code = if matches!(fate, Fate::Fault555) { 555 } else { 528 };
                let unprocessed: Vec<Json> = refused.iter().map(|number| json!({"code": code,
                    "error": format!("no. Skipped record number : {number}")})).collect();
                let processed = records.len() - refused.len();
                let status = match (refused.len(), processed) { (0, _) => "success", (_, 0) => "fail", _ => "partial" };
                match fate {
                    Fate::AcceptAndLose => Reply::lost(),
                    Fate::AcceptAndFault => Reply::answer(502, "<html>"),
                    Fate::Refuse429 => Reply::answer(429, r#"{"error":"Too many concurrent requests"}"#),
                    Fate::NoConnection => Reply::no_connection(),
                    _ => Reply::answer(200, json!({"status": status, "processed": processed, "unprocessed": unprocessed}).to_string()),
                }
            });
            let records = kinds.iter().enumerate().map(|(key, kind)| (key as u64, match kind {
                0 => Profile::new("ana").set("n", i64::try_from(key).unwrap()).into(),
                1 => DeviceToken::new("o", TokenKind::Fcm, "t").into(),
                _ => Event::new("ana", "Seen").property("key", i64::try_from(key).unwrap()).into(),
            })).collect::<Vec<(u64, Record)>>();
            let report = client(&transport).upload(records).batch_size(size).concurrency(concurrency).send_all().await;
            let mut seen = BTreeMap::new();
            for (key, outcome) in report.outcomes() {
                assert!(seen.insert(*key, outcome).is_none(), "{key} is accounted for twice");
            }
            assert_eq!(seen.len(), kinds.len(), "every record is accounted for");
            let stored = stored.lock().unwrap();
            for (key, kind) in kinds.iter().enumerate().filter(|(_, kind)| **kind == 2) {
                let key = key as u64;
                let times = stored.get(&key).copied().unwrap_or(0);
                assert!(times <= 1, "event {key} ({kind}) was stored {times} times");
                match seen[&key] {
                    RecordOutcome::Accepted => assert_eq!(times, 1, "{key}"),
                    RecordOutcome::Rejected(_) | RecordOutcome::NotSent(_) => assert_eq!(times, 0, "{key}"),
                    _ => {}
                }
            }
        });
    }
}

//! CleverTap's uploads: each record for itself, and how many calls may be under way.

use std::time::Duration;

use afflux_sandbox::Fault;
use afflux_sandbox::clevertap::{MixedKinds, Profile, RecordRule};
use serde_json::{Value, json};

use crate::support::{Reply, account, control, sandbox, send, tap, until};

fn upload(clevertap: &afflux_sandbox::CleverTap, records: &[Value]) -> Reply {
    tap(clevertap, "/1/upload", &json!({ "d": records }))
}

/// The profiles that were uploaded.
fn uploaded(clevertap: &afflux_sandbox::CleverTap) -> Vec<Profile> {
    clevertap.profiles().into_iter().filter(|profile| !profile.from_world).collect()
}

fn event(identity: &str) -> Value {
    json!({"type": "event", "identity": identity, "evtName": "Product viewed", "evtData": {"Price": 300}})
}

#[test]
fn records_of_all_kinds_are_stored() {
    let sandbox = sandbox();
    let clevertap = sandbox.clevertap();
    let records = [
        json!({"type": "event", "identity": "jack", "ts": 1_468_208_340, "evtName": "Charged", "$source": "acme",
               "evtData": {"Amount": 300, "Delivery By": "$D_1468322268", "Items": [{"Category": "books"}]}}),
        json!({"type": "profile", "identity": "jack", "profileData":
               {"Name": "Jack", "Email": "jack@example.com", "Gender": "M", "Age": "18", "Points": 5}}),
        json!({"type": "token", "objectId": "__g1", "tokenData": {"id": "tok-1", "type": "fcm"}}),
    ];
    let reply = upload(clevertap, &records);
    assert_eq!(
        (reply.status, reply.body.as_str()),
        (200, r#"{"status":"success","processed":3,"unprocessed":[]}"#)
    );
    let events = clevertap.events();
    assert_eq!((events.len(), events[0].number, events[0].timestamp), (1, 1, 1_468_208_340));
    assert_eq!(events[0].source.as_deref(), Some("acme"));
    assert_eq!(events[0].properties["Delivery By"], "$D_1468322268");
    let jack = clevertap.profile("jack").unwrap();
    assert_eq!((jack.email.as_deref(), &jack.properties["Age"]), (Some("jack@example.com"), &json!("18")));
    assert_eq!(jack.events["Charged"].count, 1);
    let device = uploaded(clevertap).into_iter().flat_map(|profile| profile.devices).next().unwrap();
    assert_eq!((device.object_id.as_str(), device.token.unwrap().kind.as_str()), ("__g1", "fcm"));
}

#[test]
fn each_record_that_is_not_accepted_has_its_code_and_number() {
    let sandbox = sandbox();
    let clevertap = sandbox.clevertap();
    let profile = |data: Value| json!({"type": "profile", "identity": "a", "profileData": data});
    let table = [
        (json!({"type": "event", "identity": "a", "evtData": {}}), 509),
        (json!({"type": "event", "identity": "a", "evtName": "x"}), 512),
        (json!({"type": "event", "identity": "a", "evtName": "App launched", "evtData": {}}), 513),
        (profile(json!({"Gender": "Female"})), 514),
        (profile(json!({"Email": "nothing"})), 515),
        (profile(json!({"Phone": "0170 123"})), 516),
        (profile(json!({"Employed": "yes"})), 517),
        (profile(json!({"Education": "PhD"})), 518),
        (profile(json!({"Married": true})), 519),
        (profile(json!({"Age": "aa"})), 520),
        (json!({"type": "event", "evtName": "x", "evtData": {}}), 523),
        (json!({"type": "order", "identity": "a"}), 524),
        (json!({"type": "event", "identity": "a", "evtName": "x", "evtData": {}, "ts": 0}), 525),
        (
            json!({"type": "event", "identity": "a", "evtName": "x", "evtData": {}, "ts": 1_468_208_340_000_u64}),
            525,
        ),
        (json!({"type": "event", "objectId": 7, "evtName": "x", "evtData": {}}), 526),
    ];
    let (records, codes): (Vec<_>, Vec<_>) = table.into_iter().unzip();
    let body = upload(clevertap, &records).json();
    assert_eq!((&body["status"], &body["processed"]), (&json!("fail"), &json!(0)));
    for (index, (record, code)) in records.iter().zip(codes).enumerate() {
        let told = &body["unprocessed"][index];
        assert_eq!((&told["code"], &told["record"]), (&json!(code), record));
        let number = format!("Skipped record number : {}", index + 1);
        assert!(told["error"].as_str().unwrap().ends_with(&number), "{told}");
    }
    assert!(uploaded(clevertap).is_empty() && clevertap.events().is_empty());
}

#[test]
fn the_recorded_answer_to_a_bad_address_is_matched_to_the_letter() {
    let sandbox = sandbox();
    let clevertap = sandbox.clevertap();
    let good = json!({"type": "profile", "identity": "a", "profileData": {"Age": 3}});
    let bad =
        json!({"type": "profile", "identity": "b", "profileData": {"Email": "x", "Phone": "+35922333232"}});
    let reply = upload(clevertap, &[good, bad]);
    assert_eq!(
        reply.body,
        r#"{"status":"partial","processed":1,"unprocessed":[{"status":"fail","code":515,"error":"Profile data is incorrect. Email is not valid.Skipped record number : 2","record":{"identity":"b","profileData":{"Email":"x","Phone":35922333232},"type":"profile"}}]}"#
    );
}

#[test]
fn tokens_have_codes_of_their_own_and_a_limit_of_a_hundred() {
    let sandbox = sandbox();
    let clevertap = sandbox.clevertap();
    let token = |object: Value, data: Value| json!({"type": "token", "objectId": object, "tokenData": data});
    let records = [
        token(json!(""), json!({"id": "t", "type": "fcm"})),
        token(json!("o"), json!("t")),
        token(json!("o"), json!({"type": "fcm"})),
        token(json!("o"), json!({"id": "t"})),
        token(json!("o"), json!({"id": "t", "type": "pigeon"})),
        token(json!("o"), json!({"id": "t", "type": "chrome"})),
        token(json!("o"), json!({"id": "t", "type": "chrome", "keys": {"p256dh": "k", "auth": "a"}})),
    ];
    let body = upload(clevertap, &records).json();
    let codes: Vec<_> =
        body["unprocessed"].as_array().unwrap().iter().map(|told| told["code"].as_u64().unwrap()).collect();
    assert_eq!(codes, [530, 531, 532, 533, 534, 535]);
    let many = vec![token(json!("o"), json!({"id": "t", "type": "fcm"})); 101];
    let reply = upload(clevertap, &many);
    assert_eq!((reply.status, &reply.json()["error"]), (400, &json!("Max 100 are allowed")));
}

#[test]
fn a_batch_of_1001_and_one_that_is_none_are_refused_as_a_whole() {
    let sandbox = sandbox();
    let clevertap = sandbox.clevertap();
    let reply = upload(clevertap, &vec![event("a"); 1001]);
    assert_eq!((reply.status, &reply.json()["error"]), (400, &json!("Max 1000 are allowed")));
    for body in ["", "{", "[]", r#"{"d":{}}"#] {
        let reply = send(clevertap, "POST", "/1/upload", &account(clevertap), body);
        assert_eq!(reply.status, 400);
        assert_eq!(reply.body, r#"{"status":"fail","error":"Malformed request","code":400}"#);
    }
    clevertap.configure(|switches| switches.mixed_kinds = MixedKinds::Refused);
    let profile = json!({"type": "profile", "identity": "a", "profileData": {}});
    assert_eq!(upload(clevertap, &[event("a"), profile]).status, 400);
    assert!(clevertap.events().is_empty());
}

#[test]
fn wrong_credentials_are_told_apart() {
    let sandbox = sandbox();
    let clevertap = sandbox.clevertap();
    let [id, passcode, _] = account(clevertap);
    let table: [(&[(&str, &str)], &str); 4] = [
        (&[], "12 digit account ID mandatory"),
        (&[("x-clevertap-account-id", "X"), passcode], "Account ID is not valid"),
        (&[id], "Passcode Invalid"),
        (&[id, ("X-CleverTap-Passcode", clevertap.token())], "Passcode Invalid"),
    ];
    for (headers, error) in table {
        let reply = send(clevertap, "POST", "/1/upload", headers, r#"{"d":[]}"#);
        assert_eq!(reply.status, 401);
        assert_eq!(reply.body, format!(r#"{{"status":"fail","error":"{error}","code":401}}"#));
    }
}

#[test]
fn a_dry_run_says_the_same_and_stores_nothing() {
    let sandbox = sandbox();
    let clevertap = sandbox.clevertap();
    let records = json!({"d": [event("a"), {"type": "event", "identity": "a", "evtData": {}}]});
    let dry = tap(clevertap, "/1/upload?dryRun=1", &records);
    assert!(clevertap.events().is_empty() && uploaded(clevertap).is_empty());
    assert_eq!(dry, tap(clevertap, "/1/upload?dryRun=0", &records));
    assert_eq!((clevertap.events().len(), uploaded(clevertap).len()), (1, 1));
}

#[test]
fn an_event_that_comes_twice_is_there_twice() {
    let sandbox = sandbox();
    let clevertap = sandbox.clevertap();
    clevertap.fault(Fault::reset_after_commit().on_operation("uploadRecords"));
    let twice = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| upload(clevertap, &[event("a")])));
    assert!(twice.is_err());
    upload(clevertap, &[event("a"), event("b")]);
    let numbers: Vec<_> = clevertap.events().iter().map(|one| (one.number, one.identity.clone())).collect();
    assert_eq!(numbers, [(1, "a".to_owned()), (2, "a".to_owned()), (3, "b".to_owned())]);
    assert_eq!((clevertap.event_count(), clevertap.repeated_events()), (3, 1));
    clevertap.configure(|switches| switches.kept_events = 1);
    upload(clevertap, &[event("b")]);
    assert_eq!((clevertap.events().len(), clevertap.event_count(), clevertap.repeated_events()), (1, 4, 2));
    let counters = control(clevertap, "GET", "/counters", "").json();
    assert_eq!((&counters["events"], &counters["events_repeated"]), (&json!(4), &json!(2)));
}

#[test]
fn operators_change_what_a_profile_has() {
    let sandbox = sandbox();
    let clevertap = sandbox.clevertap();
    let change =
        |data: Value| upload(clevertap, &[json!({"type": "profile", "identity": "a", "profileData": data})]);
    change(json!({"Points": 40, "Likes": ["shoes"], "City": "Rome"}));
    change(json!({"Points": {"$incr": 10}, "Likes": {"$add": ["bags"]}, "City": {"$delete": 1}}));
    change(json!({"Points": {"$decr": 30}, "Likes": {"$remove": ["shoes"]}}));
    let properties = clevertap.profile("a").unwrap().properties;
    assert_eq!(Value::Object(properties), json!({"Points": 20, "Likes": ["bags"]}));
}

#[test]
fn an_identity_can_be_attached_to_a_device() {
    let sandbox = sandbox();
    let clevertap = sandbox.clevertap();
    let data = json!({"identity": "ana", "Name": "Ana"});
    upload(clevertap, &[json!({"type": "profile", "objectId": "__d1", "profileData": data})]);
    let ana = clevertap.profile("ana").unwrap();
    assert_eq!((ana.name.as_deref(), ana.devices[0].object_id.as_str()), (Some("Ana"), "__d1"));
}

#[test]
fn records_can_be_rejected_by_order() {
    let sandbox = sandbox();
    let clevertap = sandbox.clevertap();
    clevertap.reject(RecordRule::code(555).identity_with("bad").times(1));
    let body = upload(clevertap, &[event("good"), event("bad-1"), event("bad-2")]).json();
    assert_eq!((&body["processed"], &body["unprocessed"][0]["code"]), (&json!(2), &json!(555)));
    assert_eq!(body["unprocessed"][0]["record"]["identity"], "bad-1");
    clevertap.clear_rejections();
    let order = r#"{"code": 522, "per_thousand": 100}"#;
    assert_eq!(control(clevertap, "POST", "/rejections", order).status, 200);
    let records: Vec<_> = (0..1000).map(|number| event(&number.to_string())).collect();
    let processed = upload(clevertap, &records).json()["processed"].as_u64().unwrap();
    assert!((850..950).contains(&processed), "{processed}");
}

#[test]
fn the_sixteenth_upload_at_once_is_refused() {
    let sandbox = sandbox();
    let clevertap = sandbox.clevertap();
    clevertap.configure(|switches| switches.work = Duration::from_secs(1));
    let calls: Vec<_> = (0..15)
        .map(|number: u32| {
            let clevertap = clevertap.clone();
            std::thread::spawn(move || upload(&clevertap, &[event(&number.to_string())]).status)
        })
        .collect();
    until("15 uploads", || clevertap.peaks().get("upload") == Some(&15));
    let refused = upload(clevertap, &[event("one more")]);
    assert_eq!(refused.status, 429);
    assert_eq!(refused.body, r#"{"status":"fail","error":"Too many concurrent requests","code":429}"#);
    assert!(refused.header("retry-after").is_none());
    clevertap.advance_clock(Duration::from_secs(1));
    assert!(calls.into_iter().all(|call| call.join().unwrap() == 200));
    assert_eq!((clevertap.peaks()["upload"], clevertap.concurrency_refusals()), (16, 1));
    assert_eq!(clevertap.event_count(), 15);
    clevertap.configure(|switches| switches.work = Duration::ZERO);
    assert_eq!(upload(clevertap, &[event("one more")]).status, 200);
}

#[test]
fn an_answer_that_is_held_back_keeps_its_place() {
    let sandbox = sandbox();
    let clevertap = sandbox.clevertap();
    clevertap.configure(|switches| switches.upload_concurrency = Some(1));
    clevertap.fault(Fault::stall());
    let mut stalled = crate::support::connect(clevertap);
    let text = crate::support::text("POST", "/1/upload", &account(clevertap), r#"{"d":[]}"#);
    std::io::Write::write_all(&mut stalled, text.as_bytes()).unwrap();
    until("the stall", || clevertap.requests().len() == 1);
    assert_eq!(upload(clevertap, &[event("a")]).status, 429);
    drop(stalled);
    until("the end of it", || upload(clevertap, &[event("a")]).status == 200);
}

#[test]
fn what_is_not_there_is_answered_with_nothing() {
    let sandbox = sandbox();
    let clevertap = sandbox.clevertap();
    let reply = send(clevertap, "GET", "/1/nothing.json", &account(clevertap), "");
    assert_eq!((reply.status, reply.body.as_str()), (200, ""));
    assert_eq!(send(clevertap, "DELETE", "/1/upload", &account(clevertap), "").status, 405);
}

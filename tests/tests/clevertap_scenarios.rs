//! CleverTap from the client to the sandbox and back: volume, faults, and what the vendor really stored.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use std::{
    collections::{BTreeMap, HashMap},
    time::{Duration, Instant},
};

use afflux::clevertap::{
    CampaignResult, Client, ClientBuilder, CustomEvent, Delivery, DeviceToken, ErrorKind, Event, Install,
    Profile, ProfileKey, Record, RecordOutcome, Region, TokenKind,
    core::{decode::JsonText, limit::Bucket, retry::RetryPolicy},
    generated::{ContentBlockType, NewCampaign, NewContentBlock, TargetMode},
};
use afflux_sandbox::{
    CleverTap, Fault, Sandbox,
    clevertap::{AttributionFailure, RecordRule, ReportNotReady},
};
use futures_util::{StreamExt, stream};

fn builder(clevertap: &CleverTap) -> ClientBuilder {
    let quick = RetryPolicy::default().backoff(Duration::from_millis(2), Duration::from_millis(20));
    let (key, secret) = clevertap.promo_keys();
    Client::builder(Region::custom(clevertap.url()), clevertap.account_id())
        .passcode(clevertap.passcode())
        .token(clevertap.token())
        .promo_keys(key, secret)
        // A lost call holds its place for as long as connecting may take.
        .engine(move |engine| engine.retry(quick).connect_timeout(Duration::from_secs(1)))
}

fn client(clevertap: &CleverTap) -> Client {
    builder(clevertap).build().unwrap()
}

/// What a record of the mixed upload is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    Event,
    Set,
    Increment,
    Token,
    /// Cannot be sent: its user has no name.
    Nameless,
}

fn sort(key: u32) -> Sort {
    match key % 20 {
        0..=11 => Sort::Event,
        12..=14 => Sort::Set,
        15..=17 => Sort::Increment,
        18 => Sort::Token,
        _ if key % 400 == 19 => Sort::Nameless,
        _ => Sort::Event,
    }
}

fn record(key: u32) -> Record {
    // Every 97th is one that the vendor refuses.
    let who = if key.is_multiple_of(97) { format!("refused-{key}") } else { format!("k-{key}") };
    match sort(key) {
        Sort::Event => Event::new(who, "Product viewed").property("key", key).into(),
        Sort::Set => Profile::new(who).set("key", key).into(),
        Sort::Increment => Profile::new(who).increment("key", 1).into(),
        Sort::Token => DeviceToken::new(format!("__{who}"), TokenKind::Fcm, format!("token-{key}")).into(),
        Sort::Nameless => Event::new("", "Product viewed").property("key", key).into(),
    }
}

/// By key, how often the vendor stored what the record says.
fn stored(clevertap: &CleverTap) -> HashMap<u32, u64> {
    let mut stored: HashMap<u32, u64> = HashMap::new();
    for event in clevertap.events() {
        *stored.entry(u32::try_from(event.properties["key"].as_u64().unwrap()).unwrap()).or_default() += 1;
    }
    for profile in clevertap.profiles().into_iter().filter(|profile| !profile.from_world) {
        let name = profile.identities.first().or_else(|| profile.devices.first().map(|one| &one.object_id));
        let key: u32 = name.unwrap().rsplit('-').next().unwrap().parse().unwrap();
        let count = match sort(key) {
            Sort::Event | Sort::Nameless => continue,
            Sort::Set => u64::from(profile.properties["key"] == key),
            Sort::Increment => profile.properties["key"].as_u64().unwrap(),
            Sort::Token => u64::from(profile.devices[0].token.is_some()),
        };
        stored.insert(key, count);
    }
    stored
}

fn faults(clevertap: &CleverTap, rounds: u32) {
    for round in 0..rounds {
        let after = 2 + round * 3;
        for fault in [
            Fault::rate_limited(None).times(6),
            Fault::server_error(503).times(3),
            Fault::reset_after_commit(),
            Fault::reset_before_commit(),
            Fault::server_error(500).after_commit(),
            Fault::half_answer(),
            Fault::html(502),
            Fault::reset_before_read(),
            Fault::truncated_json(),
        ] {
            clevertap.fault(fault.on_operation("uploadRecords").after(after));
        }
    }
}

/// 20,000 records; another number, such as 100000, by `AFFLUX_UPLOAD_RECORDS`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mixed_upload_with_faults_accounts_for_every_record_once() {
    let many: u32 = std::env::var("AFFLUX_UPLOAD_RECORDS").map_or(20_000, |text| text.parse().unwrap());
    let sandbox = Sandbox::start().await.unwrap();
    let clevertap = sandbox.clevertap();
    clevertap.configure(|switches| switches.work = Duration::from_millis(5));
    clevertap.reject(RecordRule::code(522).identity_with("refused"));
    clevertap.reject(RecordRule::code(555).per_thousand(15).times(many / 100));
    faults(clevertap, 1 + many / 20_000);

    let begun = Instant::now();
    let records = (0..many).map(|key| (key, record(key)));
    let report = client(clevertap).upload(records).batch_size(250).send_all().await;
    println!("{many} records in {:?}", begun.elapsed());
    let _settled = clevertap.settled().await;

    let stored = stored(clevertap);
    let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
    let mut seen = vec![false; many as usize];
    for (key, outcome) in report.outcomes() {
        assert!(!std::mem::replace(&mut seen[*key as usize], true), "{key} has two outcomes");
        let times = stored.get(key).copied().unwrap_or(0);
        let (name, is_right) = match outcome {
            RecordOutcome::Accepted => ("accepted", times == 1),
            RecordOutcome::Rejected(_) => ("rejected", times == 0),
            RecordOutcome::NotSent(_) => ("not sent", times == 0),
            RecordOutcome::Unknown(_) => ("unknown", times <= 1),
            other => panic!("{other:?}"),
        };
        assert!(is_right, "{key} ({:?}) is {name} and was stored {times} times: {outcome:?}", sort(*key));
        if sort(*key) == Sort::Nameless {
            let RecordOutcome::NotSent(error) = outcome else { panic!("{outcome:?}") };
            assert_eq!(error.field(), Some(format!("record {}: identity", key + 1).as_str()));
        }
        *counts.entry(name).or_default() += 1;
    }
    assert!(seen.into_iter().all(|seen| seen), "a record has no outcome");
    assert!(
        ["accepted", "rejected", "not sent", "unknown"].iter().all(|name| counts.contains_key(name)),
        "{counts:?}"
    );
    assert_eq!(clevertap.repeated_events(), 0, "an event was sent again after it may have been stored");
    let peak = clevertap.peaks()["upload"];
    assert!((2..=15).contains(&peak) && clevertap.concurrency_refusals() == 0, "{peak} at once");
    println!("{counts:?}, {peak} at once");
}

#[tokio::test]
async fn an_event_is_sent_again_after_a_lost_answer_only_by_order() {
    for by_order in [false, true] {
        let sandbox = Sandbox::start().await.unwrap();
        let clevertap = sandbox.clevertap();
        clevertap.fault(Fault::reset_after_commit().on_operation("uploadRecords"));
        let client = client(clevertap);
        let upload = client.upload([("a", Event::new("ana", "Seen").into())]);
        let report =
            if by_order { upload.repeat_unknown().send_all().await } else { upload.send_all().await };
        assert_eq!(report.is_complete(), by_order);
        assert_eq!(report.unknown().count(), usize::from(!by_order));
        assert_eq!(
            (clevertap.event_count(), clevertap.repeated_events()),
            if by_order { (2, 1) } else { (1, 0) }
        );
    }
}

#[tokio::test]
async fn a_bucket_of_three_is_kept_by_two_clones_together() {
    let sandbox = Sandbox::start().await.unwrap();
    let clevertap = sandbox.clevertap();
    clevertap.configure(|switches| {
        switches.upload_concurrency = Some(3);
        switches.work = Duration::from_millis(5);
    });
    let client = builder(clevertap).limit(Bucket::new("upload").concurrency(3)).build();
    let client = client.unwrap();
    let upload = |client: Client, offset: u32| async move {
        let records =
            (offset..offset + 300).map(|key| (key, Event::new("ana", "Seen").property("key", key).into()));
        client.upload(records).batch_size(10).send_all().await.is_complete()
    };
    let both = tokio::join!(upload(client.clone(), 0), upload(client, 300));
    assert_eq!(both, (true, true));
    assert_eq!((clevertap.event_count(), clevertap.repeated_events()), (600, 0));
    assert_eq!((clevertap.peaks()["upload"], clevertap.concurrency_refusals()), (3, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_of_attributions_survives_faults_and_every_event_has_an_outcome() {
    const MANY: u32 = 3000;
    let sandbox = Sandbox::start().await.unwrap();
    let clevertap = sandbox.clevertap();
    clevertap.configure(|switches| {
        switches.kept_attributions = 10;
        switches.work = Duration::from_millis(1);
    });
    for fault in [
        Fault::reset_after_commit().times(5).after(50),
        Fault::reset_before_commit().times(5).after(100),
        Fault::server_error(503).times(40).after(200),
        Fault::rate_limited(None).times(10).after(10),
        Fault::reset_before_read().times(5),
    ] {
        clevertap.fault(fault.on_operation("attributeEvent"));
    }
    let events = stream::iter(0..MANY).map(|key| {
        let device = format!("__{key}");
        let event = if key % 2 == 0 {
            Install::inorganic(device).utm_source("acme")
        } else {
            CustomEvent::named("Checkout", device).extra("price", key.to_string())
        };
        (key, event.platform("android").partner("acme"))
    });
    let mut outcomes = client(clevertap).deliver(events).concurrency(15).run();
    let (mut seen, mut unknown) = (0, 0);
    while let Some((key, outcome)) = outcomes.next().await {
        seen += 1;
        let times = clevertap.attributions_of(&format!("__{key}"));
        match outcome {
            Ok(_) => assert_eq!(times, 1, "{key}"),
            Err(error) => {
                // A row of faults can take all tries of one event; what was answered or not sent is not stored.
                let is_unknown = error.delivery() == Delivery::Unknown;
                assert!(times <= u32::from(is_unknown), "{key}: {times}, {error}");
                unknown += u32::from(is_unknown);
            }
        }
    }
    assert_eq!(seen, MANY);
    // Each lost answer is one, and is not sent again.
    assert!(unknown >= 10, "{unknown}");
    assert_eq!(clevertap.repeated_attributions(), 0);
    assert!((2..=15).contains(&clevertap.peaks()["attribution"]));
    assert_eq!(clevertap.attributions().len(), 10);
}

#[tokio::test]
async fn an_error_that_lies_doubles_an_attribution_as_the_vendor_asks() {
    let sandbox = Sandbox::start().await.unwrap();
    let clevertap = sandbox.clevertap();
    let event = || Install::organic("__1").platform("iOS").partner("acme").utm_medium("cpi");
    clevertap.fault(Fault::server_error(503).after_commit());
    client(clevertap).attribute(&event()).await.unwrap();
    assert_eq!((clevertap.attributions_of("__1"), clevertap.repeated_attributions()), (2, 1));

    // A failure may stand in the body alone.
    clevertap.configure(|switches| switches.attribution_failure = AttributionFailure::ByBody);
    let error = client(clevertap).attribute(&event().partner("nobody")).await.unwrap_err();
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::Refused, Delivery::Answered));
    assert!(error.message().unwrap().contains("whitelisted"), "{error}");
}

#[tokio::test]
async fn wrong_credentials_are_an_authorisation_error_of_each_kind_of_call() {
    let sandbox = Sandbox::start().await.unwrap();
    let clevertap = sandbox.clevertap();
    let wrong = Client::builder(Region::custom(clevertap.url()), clevertap.account_id())
        .passcode("another-passcode")
        .token("another-token")
        .build()
        .unwrap();
    let event = Install::organic("__1").platform("iOS").partner("acme").utm_medium("cpi");
    let errors = [
        wrong.attribute(&event).await.map(drop).unwrap_err(),
        wrong.profile(&ProfileKey::Identity("user-1".to_owned())).await.map(drop).unwrap_err(),
        wrong.catalogs().get(1).send().await.map(drop).unwrap_err(),
        wrong.products().get(1, "a").send().await.map(drop).unwrap_err(),
        wrong.promo().vouchers("user-1").send().await.map(drop).unwrap_err(),
    ];
    for error in errors {
        assert_eq!(error.kind(), ErrorKind::Unauthorized, "{error}");
    }
    let report = wrong.upload([(1, Event::new("ana", "Seen").into())]).send_all().await;
    assert_eq!(report.not_sent().count(), 1);
    assert_eq!(clevertap.event_count() + clevertap.attribution_count(), 0);
}

#[tokio::test]
async fn reads_of_the_made_up_project_are_typed() {
    let sandbox = Sandbox::start().await.unwrap();
    let clevertap = sandbox.clevertap();
    let tap = client(clevertap);

    let user = tap.profile(&ProfileKey::Identity("user-7".to_owned())).await.unwrap();
    assert_eq!(user.identity.as_deref(), Some("user-7"));
    assert!(user.platform_info.get().is_some_and(|devices| devices.len() == 1));

    let block = NewContentBlock::new(ContentBlockType::Text, "greeting", "Hello", "ana@example.com");
    tap.content_blocks().create(block).send().await.unwrap();
    let blocks = tap.content_blocks().list().send().await.unwrap().into_value();
    let names: Vec<_> = blocks.rows().iter().map(|block| block.as_ref().unwrap().name.as_deref()).collect();
    assert_eq!(names, [Some("greeting")]);

    let wallets = tap.promo().wallets().identity("user-7").send().await.unwrap().into_value();
    assert!(wallets.rows().len() == 1 && wallets.rows()[0].is_ok());
    let groups = tap.schema().category_groups().send().await.unwrap().into_value();
    assert!(groups.rows().len() > 1 && groups.rows().iter().all(Result::is_ok));
}

#[tokio::test]
async fn a_report_that_is_not_ready_is_no_error_in_any_of_its_shapes() {
    let sandbox = Sandbox::start().await.unwrap();
    let clevertap = sandbox.clevertap();
    clevertap.configure(|switches| switches.report_polls = 1000);
    let tap = client(clevertap);
    let campaign = NewCampaign::new(
        "spring",
        TargetMode::Push,
        JsonText::new(r#"{"title":"t"}"#).unwrap(),
        JsonText::new(r#""now""#).unwrap(),
    );
    let made = tap.campaigns().create(campaign).send().await.unwrap().into_value();
    let id: u64 = made.id.as_ref().unwrap().as_str().parse().unwrap();
    for shape in
        [ReportNotReady::Conflict, ReportNotReady::ServerError, ReportNotReady::Success, ReportNotReady::Fail]
    {
        clevertap.configure(|switches| switches.report_not_ready = shape);
        let result = tap.campaign_report(id).await.unwrap();
        assert!(matches!(&result, CampaignResult::NotReady(report) if report.error.is_some()), "{shape:?}");
    }
    clevertap.configure(|switches| switches.report_polls = 0);
    let report = tap.campaign_report(id).await.unwrap().into_report();
    assert_eq!(report.result.get().unwrap()["sent"], 60);
}

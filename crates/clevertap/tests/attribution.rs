//! Attribution: the exact request, every documented answer, bad input, streams.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use afflux_clevertap::{
    Attribution, Client, CustomEvent, Delivery, ErrorKind, Install, Region,
    core::{
        retry::RetryPolicy,
        transport::{MockTransport, Reply},
    },
};
use futures_util::{StreamExt, stream};
use httpmock::prelude::*;

const PASSCODE: &str = "made-up-passcode-1f81b7";
const TOKEN: &str = "made-up-token-060";

fn client(transport: &MockTransport) -> Client {
    let transport = Arc::new(transport.clone());
    Client::builder(Region::Eu1, " W6W-797-865Z\n")
        .passcode(PASSCODE)
        .token(TOKEN)
        .engine(move |engine| engine.transport(transport))
        .build()
        .unwrap()
}

fn install() -> Attribution {
    Install::inorganic("__android11235")
        .platform("android")
        .partner("airbridge")
        .utm_source("utm_google")
        .utm_medium("gd")
        .utm_campaign("adir")
        .timestamp(1_660_717_763)
}

#[tokio::test]
async fn an_install_is_one_get_with_its_credentials_in_the_query() {
    let server = MockServer::start_async().await;
    let mock = server
        .mock_async(|when, then| {
            when.method(GET)
                .path("/attribution")
                .query_param("partner_name", "airbridge")
                .query_param("event_type", "inorganic_install")
                .query_param("utm_source", "utm_google")
                .query_param("utm_medium", "gd")
                .query_param("utm_campaign", "adir")
                .query_param("device_identifier", "__android11235")
                .query_param("account_id", "W6W-797-865Z")
                .query_param("account_token", TOKEN)
                .query_param("account_passcode", PASSCODE)
                .query_param("platform", "android")
                .query_param("timestamp", "1660717763")
                .header_missing("x-clevertap-passcode")
                .header_missing("content-type");
            then.status(200);
        })
        .await;
    let client = Client::builder(Region::custom(server.base_url()), " W6W-797-865Z ")
        .passcode(format!("{PASSCODE}\n"))
        .token(format!("\t{TOKEN}"))
        .build()
        .unwrap();
    client.attribute(&install()).await.unwrap();
    mock.assert_async().await;
}

#[tokio::test]
async fn the_documented_samples_are_sent_as_they_are_documented() {
    let table = [
        (
            Install::organic("__android11235")
                .platform("android")
                .partner("airbridge")
                .utm_source("utm_google")
                .utm_medium("gd")
                .utm_campaign("adir")
                .timestamp(1_660_717_763),
            "partner_name=airbridge&event_type=organic_install&utm_source=utm_google&utm_medium=gd&utm_campaign=adir\
             &device_identifier=__android11235&platform=android&timestamp=1660717763",
        ),
        (
            CustomEvent::named("Add_to_cart", "__g1234abc")
                .platform("android")
                .partner("airbirdge")
                .timestamp(1_656_317_838)
                .extra("items", "shoes")
                .extra("price", "12.00"),
            "partner_name=airbirdge&event_type=Add_to_cart&device_identifier=__g1234abc&platform=android\
             &timestamp=1656317838&items=shoes&price=12.00",
        ),
        (
            CustomEvent::named("custom", "__g1")
                .platform("android")
                .partner("airbirdge")
                .extra("android_id", "")
                .extra("city", "Mumbai & Pune")
                .extra("match_type", "gp_referrer"),
            "partner_name=airbirdge&event_type=custom&device_identifier=__g1&platform=android&android_id=\
             &city=Mumbai%20%26%20Pune&match_type=gp_referrer",
        ),
    ];
    for (event, query) in table {
        let transport = MockTransport::new(|_| Reply::answer(200, "OK"));
        client(&transport).attribute(&event).await.unwrap();
        assert_eq!(transport.seen()[0].query, query);
        assert_eq!(transport.seen()[0].origin, "https://api.clevertap.com");
    }
}

#[tokio::test]
async fn bad_input_is_refused_before_anything_is_sent() {
    let custom = || CustomEvent::named("Checkout", "__g1").platform("iOS").partner("acme");
    let table = [
        (Install::inorganic("").platform("android").partner("a").utm_source("s"), "device_identifier"),
        (Install::inorganic("d").partner("a").utm_source("s"), "platform"),
        (Install::inorganic("d").platform("android").utm_source("s"), "partner_name"),
        (Install::inorganic("d").platform("android").partner("a"), "utm_source"),
        (Install::organic("d").platform("android").partner("a").utm_medium(" "), "utm_source"),
        (install().timestamp(1_660_717_763_000), "timestamp"),
        (custom().timestamp(0), "timestamp"),
        (CustomEvent::named("a&b", "d").platform("iOS").partner("a"), "event_type"),
        (CustomEvent::named("", "d").platform("iOS").partner("a"), "event_type"),
        (CustomEvent::named("App Launched", "d").platform("iOS").partner("a"), "event_type"),
        (custom().extra("account_token", "x"), "account_token"),
        (custom().extra("utm_source", "x"), "utm_source"),
        (custom().extra("", "x"), "extra"),
    ];
    for (event, field) in table {
        let transport = MockTransport::new(|_| Reply::answer(200, ""));
        let error = client(&transport).attribute(&event).await.unwrap_err();
        assert_eq!((error.kind(), error.delivery()), (ErrorKind::Validation, Delivery::NotSent), "{event:?}");
        assert_eq!(error.field(), Some(field), "{event:?}");
        assert!(transport.seen().is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn every_documented_answer_has_its_meaning() {
    use Delivery::{Answered, Unknown};
    let account = r#"{"status":"fail","error":"Invalid Account Info","code":401}"#;
    let missing = r#"{"status":"fail","error":"utm_source is missing","code":400}"#;
    let forbidden = r#"{"status":"fail","error":"no","code":403}"#;
    let table = [
        (401, account, ErrorKind::Unauthorized, Answered, 1),
        (200, account, ErrorKind::Unauthorized, Answered, 1),
        (403, "", ErrorKind::Unauthorized, Answered, 1),
        (200, forbidden, ErrorKind::Unauthorized, Answered, 1),
        (400, missing, ErrorKind::Refused, Answered, 1),
        (200, missing, ErrorKind::Refused, Answered, 1),
        (503, "", ErrorKind::Server, Unknown, 4),
        (500, "<html>", ErrorKind::Server, Unknown, 4),
        (429, "", ErrorKind::RateLimited, Answered, 4),
        (200, "<!doctype html><title>Log in</title>", ErrorKind::Unreadable, Unknown, 1),
        (302, "", ErrorKind::Redirect, Unknown, 1),
    ];
    for (status, body, kind, delivery, attempts) in table {
        let transport = MockTransport::new(move |_| Reply::answer(status, body));
        let error = client(&transport).attribute(&install()).await.unwrap_err();
        assert_eq!((error.kind(), error.delivery()), (kind, delivery), "{status} {body}");
        assert_eq!(transport.seen().len(), attempts, "{status} {body}");
        assert!(!format!("{error} {error:?}").contains(PASSCODE));
    }
    for body in ["", "OK", r#"{"status":"success"}"#] {
        let transport = MockTransport::new(move |_| Reply::answer(200, body));
        assert_eq!(client(&transport).attribute(&install()).await.unwrap().body, body);
    }
}

#[tokio::test]
async fn credentials_that_the_vendor_echoes_are_masked() {
    let echo = format!(
        r#"{{"status":"fail","error":"bad account_passcode={PASSCODE}&account_id=W6W-797-865Z","code":400}}"#
    );
    let transport = MockTransport::new(move |_| Reply::answer(400, echo.clone()).header("x-echo", TOKEN));
    let client = client(&transport);
    let error = client.attribute(&install()).await.unwrap_err();
    let raw = String::from_utf8(error.raw_body().unwrap().to_vec()).unwrap();
    let everything =
        format!("{error} {error:#} {error:?} {raw} {:?} {:?} {client:?}", error.headers(), error.message());
    for secret in [PASSCODE, TOKEN, "W6W-797-865Z"] {
        assert!(!everything.contains(secret), "{everything}");
    }
    assert!(transport.seen()[0].slots.iter().all(|slot| slot.ends_with("=[secret])")));
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_unknown_and_not_sent_again_unless_asked() {
    let transport = MockTransport::new(|_| Reply::never());
    let started = tokio::time::Instant::now();
    let error = client(&transport).attribute(&install()).await.unwrap_err();
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::Lost, Delivery::Unknown));
    assert_eq!((started.elapsed(), transport.seen().len()), (Duration::from_secs(60), 1));
    let transport = MockTransport::script([Reply::lost(), Reply::answer(200, "")]);
    let outcomes: Vec<_> =
        client(&transport).deliver(stream::iter([(1, install())])).repeat_unknown().run().collect().await;
    assert!(outcomes[0].1.is_ok());
}

#[tokio::test(start_paused = true)]
async fn ten_minutes_of_nothing_but_5xx_name_whom_to_write_to() {
    let answers = Arc::new(AtomicUsize::new(503));
    let status = Arc::clone(&answers);
    let transport = MockTransport::new(move |_| {
        Reply::answer(u16::try_from(status.load(Ordering::Relaxed)).unwrap(), "")
    });
    let never = {
        let transport = Arc::new(transport.clone());
        Client::builder(Region::Sk1, "A-1")
            .passcode(PASSCODE)
            .token(TOKEN)
            .engine(move |engine| engine.transport(transport).retry(RetryPolicy::never()))
            .build()
            .unwrap()
    };
    let said = async || never.attribute(&install()).await.unwrap_err().to_string();
    assert!(!said().await.contains("integrations@"));
    tokio::time::advance(Duration::from_secs(601)).await;
    let message = said().await;
    assert!(message.contains("integrations@clevertap.com") && message.contains("status.clevertap.com"));
    answers.store(200, Ordering::Relaxed);
    never.attribute(&install()).await.unwrap();
    answers.store(503, Ordering::Relaxed);
    assert!(!said().await.contains("integrations@"), "the watch begins anew");
}

#[tokio::test(start_paused = true)]
async fn a_stream_is_delivered_so_many_at_a_time_and_every_id_has_its_outcome() {
    let now = Arc::new(AtomicUsize::new(0));
    let most = Arc::new(AtomicUsize::new(0));
    let taken = Arc::new(AtomicUsize::new(0));
    let transport = MockTransport::new(|seen| {
        let id: u64 = seen.query_value("device_identifier").unwrap().parse().unwrap();
        let delay = Duration::from_millis(1 + id * 7 % 50);
        Reply::answer(if id % 10 == 3 { 400 } else { 200 }, "").after(delay)
    });
    let source = {
        let (now, most, taken) = (Arc::clone(&now), Arc::clone(&most), Arc::clone(&taken));
        stream::iter(0..200_u32).map(move |id| {
            taken.fetch_add(1, Ordering::Relaxed);
            most.fetch_max(now.fetch_add(1, Ordering::Relaxed) + 1, Ordering::Relaxed);
            (id, Install::organic(id.to_string()).platform("iOS").partner("a").utm_source("s"))
        })
    };
    let mut outcomes = client(&transport).deliver(source).concurrency(7).run();
    let mut seen = BTreeMap::new();
    while let Some((id, outcome)) = outcomes.next().await {
        now.fetch_sub(1, Ordering::Relaxed);
        assert!(seen.insert(id, outcome.is_ok()).is_none(), "{id} twice");
        if seen.len() == 50 {
            outcomes.stop();
        }
    }
    assert_eq!(most.load(Ordering::Relaxed), 7);
    assert_eq!(seen.len(), taken.load(Ordering::Relaxed), "what was taken is accounted for");
    assert!(seen.len() < 60, "nothing is taken after the stop: {}", seen.len());
    assert!(seen.iter().all(|(id, fine)| *fine == (id % 10 != 3)));
}

/// What becomes of `events` whose vendor is down for so long.
async fn delivered_through_an_outage(events: u32, outage: Duration) -> (usize, usize, Duration) {
    let started = tokio::time::Instant::now();
    let transport =
        MockTransport::new(move |_| Reply::answer(if started.elapsed() < outage { 503 } else { 200 }, ""));
    let source = stream::iter((0..events).map(|id| (id, install())));
    let outcomes: Vec<_> = client(&transport).deliver(source).run().collect().await;
    let lost = outcomes.iter().filter(|(_, outcome)| outcome.is_err()).count();
    (outcomes.len(), lost, started.elapsed())
}

#[tokio::test(start_paused = true)]
async fn an_outage_stops_the_stream_and_does_not_burn_through_it() {
    let (all, lost, took) = delivered_through_an_outage(20_000, Duration::from_secs(3600)).await;
    assert_eq!(all, 20_000);
    assert!((15..120).contains(&lost), "{lost}");
    assert!(took < Duration::from_secs(3600 + 120), "it goes on soon after the end: {took:?}");
    let (all, lost, _) = delivered_through_an_outage(20, Duration::MAX).await;
    assert_eq!((all, lost), (20, 20), "it ends, though the outage does not");
}

#[tokio::test(start_paused = true)]
async fn faults_now_and_then_do_not_use_up_the_repeats_that_the_vendor_asks_for() {
    let turn = AtomicUsize::new(0);
    let transport = MockTransport::new(move |_| {
        let fault = turn.fetch_add(1, Ordering::Relaxed).is_multiple_of(2);
        Reply::answer(if fault { 503 } else { 200 }, "")
    });
    let source = stream::iter((0..2_000_u32).map(|id| (id, install())));
    let outcomes: Vec<_> = client(&transport).deliver(source).concurrency(1).run().collect().await;
    assert!(outcomes.iter().all(|(_, outcome)| outcome.is_ok()));
}

#[tokio::test(start_paused = true)]
async fn a_5xx_is_answered_by_the_vendors_own_advice_and_a_lost_answer_is_not() {
    let advice = async |reply: fn() -> Reply| {
        let transport = MockTransport::new(move |_| reply());
        client(&transport).attribute(&install()).await.unwrap_err().next_step()
    };
    let server = advice(|| Reply::answer(503, "")).await;
    assert!(server.contains("call again later, as the vendor asks") && server.contains("twice"), "{server}");
    assert!(advice(Reply::lost).await.contains("do not send it again"));
}

#[test]
fn a_client_is_not_built_on_bad_input() {
    let built = |region: Region, account: &str, passcode: &str| {
        Client::builder(region, account).passcode(passcode).token(TOKEN).build().map(drop)
    };
    let table = [
        (Region::custom("api.clevertap.com"), "A-1", "p"),
        (Region::custom("http://api.clevertap.com"), "A-1", "p"),
        (Region::custom("https://u:p@api.clevertap.com"), "A-1", "p"),
        (Region::Us1, " ", "p"),
        (Region::Us1, "A-1", ""),
        (Region::Us1, "A-1", "two\nlines"),
    ];
    for (region, account, passcode) in table {
        let error = built(region.clone(), account, passcode).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration, "{region} {account:?} {passcode:?}");
    }
    assert!(Client::builder(Region::Us1, "A-1").build().is_err(), "neither passcode nor token");
    assert!(built(Region::Mec1, "A-1", "p").is_ok());
}

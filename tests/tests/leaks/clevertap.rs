//! CleverTap's typed calls: outcomes of an upload, and a device's push token, which is the customer's secret.

use std::time::Duration;

use afflux::{
    SecretString,
    clevertap::{
        Client, DeviceToken, Install, Profile, ProfileKey, Record, RecordOutcome, Region, TokenKind,
        core::retry::RetryPolicy,
    },
};
use afflux_probe::{error, log, search::Search};
use afflux_sandbox::{Fault, Sandbox};

/// With characters that encodings change.
const ACCOUNT: &str = "TEST+Canary/1=a&b~A";
const PASSCODE: &str = "Canary+two/three=four&five~P";
const TOKEN: &str = "Canary+six/seven=eight&nine~T";
const PUSH: &str = "push-Canary-token-5d1f";

#[tokio::test]
async fn neither_passcode_nor_token_nor_account_leaves_by_a_side_door() {
    let heard = log::listen();
    let search = Search::new(&[ACCOUNT, PASSCODE, TOKEN, PUSH]);
    let sandbox = Sandbox::start().await.unwrap();
    let clevertap = sandbox.clevertap();
    let quick = RetryPolicy::default().backoff(Duration::from_millis(1), Duration::from_millis(2));
    let tap = Client::builder(Region::custom(clevertap.url()), SecretString::from(ACCOUNT))
        .passcode(SecretString::from(PASSCODE))
        .token(SecretString::from(TOKEN))
        // A lost call holds its place for as long as connecting may take.
        .engine(move |engine| engine.retry(quick).connect_timeout(Duration::from_secs(1)));
    error::debug_is_clean(&search, &tap);
    let tap = tap.build().unwrap();
    error::debug_is_clean(&search, &tap);
    let install = Install::organic("__1").platform("iOS").partner("acme").utm_source("acme");
    let token: Record = DeviceToken::new("__1", TokenKind::Fcm, PUSH).into();
    error::debug_is_clean(&search, &token);

    // It works, so what follows fails for the reason that is meant.
    clevertap.fault(Fault::ok_with_error(r#"{"status":"success"}"#));
    tap.attribute(&install).await.unwrap();

    let echo = format!(
        r#"{{"status":"fail","error":"{ACCOUNT} {PASSCODE} {TOKEN}","code":400,"processed":0,"unprocessed":[]}}"#
    );
    let faults = [
        Fault::answer(200, Some("application/json"), echo.clone()),
        Fault::answer(500, Some("application/json"), echo),
        Fault::reset_after_commit(),
        Fault::half_answer(),
        Fault::html(502),
        Fault::truncated_json(),
    ];
    for fault in faults {
        clevertap.fault(fault.always());
        let profile = ProfileKey::Identity("user-1".to_owned());
        error::clean(&search, "attribution", &tap.attribute(&install).await.unwrap_err());
        error::clean(&search, "a profile", &tap.profile(&profile).await.unwrap_err());
        error::clean(&search, "a catalog", &tap.catalogs().get(1).send().await.unwrap_err());
        let records = [(1, Profile::new("ana").set("City", "Rome").into()), (2, token.clone())];
        let report = tap.upload(records).send_all().await;
        error::debug_is_clean(&search, &report);
        for (_, outcome) in report.into_outcomes() {
            error::debug_is_clean(&search, &outcome);
            match outcome {
                RecordOutcome::Accepted => panic!("accepted"),
                RecordOutcome::Rejected(rejection) => search.clean("a rejection", &rejection.message),
                RecordOutcome::Unknown(doubt) => search.clean("a doubt", &doubt.to_string()),
                RecordOutcome::NotSent(error) => error::clean(&search, "an upload", &error),
                other => panic!("{other:?}"),
            }
        }
        clevertap.clear_faults();
    }
    search.clean("the log", &heard.take());
}

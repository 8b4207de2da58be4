//! AlterCPA's typed calls, whose token travels in the URL or in the body: it and what a customer gave.

use std::time::Duration;

use afflux::{
    SecretString,
    altercpa::{Client, Status, TokenPlace, Visitor, click, core::retry::RetryPolicy, order},
};
use afflux_probe::{error, log, search::Search};
use afflux_sandbox::{Fault, Sandbox, altercpa::Site};

/// The key of a site, with characters that encodings change.
const KEY: &str = "Canary+one/two=three&four~7e";
const PHONE: &str = "+48600700800";

#[tokio::test]
async fn neither_the_token_nor_a_phone_number_leaves_by_a_side_door() {
    let heard = log::listen();
    let search = Search::new(&[KEY, PHONE]);
    let sandbox = Sandbox::start().await.unwrap();
    let site = sandbox.altercpa().add_site(Site::new(0, KEY, 11));
    let token = format!("{site}-{KEY}");
    for place in [TokenPlace::Query, TokenPlace::Body] {
        let quick = RetryPolicy::default().backoff(Duration::from_millis(1), Duration::from_millis(2));
        let cpa = Client::builder(&sandbox.altercpa().url())
            .unwrap()
            .site_token(SecretString::from(token.clone()))
            .token_place(place)
            .engine(|engine| engine.retry(quick));
        error::debug_is_clean(&search, &cpa);
        let cpa = cpa.build().unwrap();
        error::debug_is_clean(&search, &cpa);
        // It works, so what follows fails for the reason that is meant.
        let made = cpa.create(click(9001).exto(format!("A-{place:?}"))).phone(PHONE).send().await.unwrap();
        assert!(made.is_new());
        error::debug_is_clean(&search, &cpa.create(click(1)).phone(PHONE));
        let echo = format!(r#"{{"status":"error","error":"{token}"}}"#);
        let faults = [
            Fault::answer(200, None, echo),
            Fault::reset_after_commit(),
            Fault::half_answer(),
            Fault::html(502),
            Fault::truncated_json(),
            Fault::db(),
        ];
        for fault in faults {
            sandbox.altercpa().fault(fault.always());
            let lead = cpa.create(click(9001)).status(Status::Accept).phone(PHONE);
            error::clean(&search, "a creation", &lead.send().await.unwrap_err());
            if let Err(error) = cpa.find_click(Visitor::Caller).send().await {
                error::clean(&search, "a look-up", &error);
            }
            sandbox.altercpa().clear_faults();
        }
        let change = cpa.change(order(1)).status(Status::Approve).send().await;
        error::clean(&search, "a change", &change.unwrap_err());
    }
    // What a customer gave stands in the sandbox's log of bodies, for tests to look at; the token does not.
    let token = Search::new(&[KEY]);
    token.clean("the sandbox's records", &format!("{:?}", sandbox.altercpa().requests()));
    search.clean("the log", &heard.take());
}

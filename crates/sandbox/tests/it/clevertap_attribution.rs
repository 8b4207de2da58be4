//! CleverTap's attribution: what is stored, what is refused, in which words.

use std::time::Duration;

use afflux_sandbox::clevertap::{
    AttributionAuth, AttributionFailure, AttributionSuccess, Milliseconds, SwitchedOn, Utm,
};
use afflux_sandbox::{CleverTap, Fault, Sandbox};
use serde_json::json;

use crate::support::{attribute, control, sandbox, send, until, wait};

const INSTALL: &str = "partner_name=acme&event_type=inorganic_install&utm_source=acme&utm_medium=cpi\
                       &utm_campaign=spring&device_identifier=__android11235&platform=android";

#[test]
fn an_install_is_stored_with_everything_that_came() {
    let sandbox = sandbox();
    let clevertap = sandbox.clevertap();
    let reply =
        attribute(clevertap, &format!("{INSTALL}&timestamp=1468208340&city=M%C3%BCnchen&android_id="));
    assert_eq!((reply.status, reply.body.as_str()), (200, r#"{"status":"success"}"#));
    let stored = &clevertap.attributions()[0];
    assert_eq!((stored.number, stored.stored_as.as_str()), (1, "UTM Visited"));
    assert_eq!((stored.device.as_str(), stored.platform.as_str()), ("__android11235", "android"));
    assert_eq!(stored.utm_campaign.as_deref(), Some("spring"));
    assert_eq!(stored.timestamp, 1_468_208_340);
    let extra = [("city", "München"), ("android_id", "")];
    assert_eq!(stored.extra, extra.map(|(name, value)| (name.to_owned(), value.to_owned())));
}

#[test]
fn a_custom_event_is_kept_under_the_partners_initials_and_at_the_time_of_processing() {
    let sandbox = sandbox();
    let clevertap = sandbox.clevertap();
    let query = "partner_name=attribution+partner&event_type=Checkout&device_identifier=d1&platform=iOS";
    assert_eq!(attribute(clevertap, query).status, 200);
    let stored = &clevertap.attributions()[0];
    assert_eq!(stored.stored_as, "AP_Checkout");
    assert_eq!(stored.timestamp, clevertap.now().as_second());
}

#[test]
fn what_is_missing_is_named_and_nothing_is_stored() {
    let sandbox = sandbox();
    let clevertap = sandbox.clevertap();
    let table = [
        ("event_type=x&device_identifier=d&platform=p", "partner_name is missing"),
        ("partner_name=acme&event_type=&device_identifier=d&platform=p", "event_type is missing"),
        ("partner_name=acme&event_type=x&device_identifier=&platform=p", "device_identifier is missing"),
        ("partner_name=acme&event_type=x&device_identifier=d", "platform is missing"),
        (
            "partner_name=acme&event_type=organic_install&device_identifier=d&platform=p",
            "utm_source is missing",
        ),
        ("partner_name=nobody&event_type=x&device_identifier=d&platform=p", "Partner is not whitelisted"),
        (
            "partner_name=acme&event_type=x&device_identifier=d&platform=p&timestamp=1468208340000",
            "timestamp is invalid",
        ),
    ];
    for (query, error) in table {
        let reply = attribute(clevertap, query);
        assert_eq!(reply.status, 400, "{query}");
        assert_eq!(reply.body, format!(r#"{{"status":"fail","error":"{error}","code":400}}"#));
    }
    assert_eq!(clevertap.attribution_count(), 0);
    clevertap.whitelist("nobody");
    assert_eq!(
        attribute(clevertap, "partner_name=nobody&event_type=x&device_identifier=d&platform=p").status,
        200
    );
}

#[test]
fn wrong_credentials_are_refused_before_anything_else() {
    let sandbox = sandbox();
    let clevertap = sandbox.clevertap();
    let call = |clevertap: &CleverTap| {
        let path = format!("/attribution?account_id=X&account_token=Y&account_passcode=Z&{INSTALL}");
        send(clevertap, "GET", &path, &[], "")
    };
    let body = |code| format!(r#"{{"status":"fail","error":"Invalid Account Info","code":{code}}}"#);
    let reply = call(clevertap);
    assert_eq!((reply.status, reply.body), (401, body(401)));
    clevertap.configure(|switches| switches.attribution_auth = AttributionAuth::Forbidden);
    let reply = call(clevertap);
    assert_eq!((reply.status, reply.body), (403, body(403)));
    clevertap.configure(|switches| switches.attribution_failure = AttributionFailure::ByBody);
    let reply = call(clevertap);
    assert_eq!((reply.status, reply.body), (200, body(403)));
    assert_eq!(clevertap.attribution_count(), 0);
}

#[test]
fn switches_choose_where_the_page_contradicts_itself() {
    let sandbox = sandbox();
    let clevertap = sandbox.clevertap();
    let one = "partner_name=acme&event_type=organic_install&utm_campaign=c&device_identifier=d&platform=p";
    assert_eq!(attribute(clevertap, one).status, 200);
    clevertap.configure(|switches| switches.utm = Utm::AllThree);
    assert_eq!(attribute(clevertap, one).json()["error"], "utm_source is missing");
    clevertap.configure(|switches| switches.utm = Utm::AtLeastOne);

    clevertap.configure(|switches| switches.organic_installs = SwitchedOn::Off);
    assert_eq!(attribute(clevertap, one).status, 200);
    assert_eq!(clevertap.attribution_count(), 1);

    clevertap.configure(|switches| {
        switches.attribution_success = AttributionSuccess::Empty;
        switches.milliseconds = Milliseconds::TakenForSeconds;
    });
    let reply = attribute(clevertap, &format!("{INSTALL}&timestamp=1468208340000"));
    assert_eq!((reply.status, reply.body.as_str()), (200, ""));
    assert_eq!(clevertap.attributions().last().unwrap().timestamp, 1_468_208_340_000);
}

#[test]
fn old_attributions_are_only_counted() {
    let sandbox = sandbox();
    let clevertap = sandbox.clevertap();
    clevertap.configure(|switches| switches.kept_attributions = 2);
    for device in ["a", "b", "a", "c"] {
        let query = format!("partner_name=acme&event_type=x&device_identifier={device}&platform=p");
        assert_eq!(attribute(clevertap, &query).status, 200);
    }
    let kept: Vec<_> = clevertap.attributions().iter().map(|one| (one.number, one.device.clone())).collect();
    assert_eq!(kept, [(3, "a".to_owned()), (4, "c".to_owned())]);
    assert_eq!(
        (clevertap.attributions_of("a"), clevertap.attributions_of("b"), clevertap.attributions_of("z")),
        (2, 1, 0)
    );
    assert_eq!((clevertap.attribution_count(), clevertap.repeated_attributions()), (4, 1));
}

#[test]
fn the_log_and_the_control_api_show_no_credentials() {
    let sandbox = sandbox();
    let clevertap = sandbox.clevertap();
    attribute(clevertap, INSTALL);
    let shown = format!("{:?}{}", clevertap.requests(), control(clevertap, "GET", "/requests", "").body);
    for secret in [clevertap.account_id(), clevertap.token(), clevertap.passcode()] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
    assert!(shown.contains("__android11235"));
    assert_eq!(control(clevertap, "GET", "/attributions?device=__android11235", "").json()[0]["number"], 1);
    assert_eq!(control(clevertap, "GET", "/attributions?device=other", "").json(), json!([]));
}

#[test]
fn a_5xx_and_a_lost_answer_say_nothing_about_what_was_stored() {
    let sandbox = sandbox();
    let clevertap = sandbox.clevertap();
    clevertap.fault(Fault::server_error(503));
    let reply = attribute(clevertap, INSTALL);
    assert_eq!(reply.body, r#"{"status":"fail","error":"Service Unavailable","code":503}"#);
    assert_eq!(clevertap.attribution_count(), 0);
    clevertap.fault(Fault::server_error(500).after_commit());
    assert_eq!(attribute(clevertap, INSTALL).status, 500);
    assert_eq!(clevertap.attributions_of("__android11235"), 1);
}

#[test]
fn attribution_has_no_limit_and_its_peak_is_known() {
    let sandbox = wait(
        Sandbox::builder()
            .clock(afflux_sandbox::Clock::manual("2026-01-05T12:00:00Z".parse().unwrap()))
            .start(),
    )
    .unwrap();
    let clevertap = sandbox.clevertap();
    clevertap.configure(|switches| switches.work = Duration::from_secs(1));
    let calls: Vec<_> = (0..20)
        .map(|_| {
            let clevertap = clevertap.clone();
            std::thread::spawn(move || attribute(&clevertap, INSTALL).status)
        })
        .collect();
    until("all calls", || clevertap.peaks().get("attribution") == Some(&20));
    clevertap.advance_clock(Duration::from_secs(1));
    assert!(calls.into_iter().all(|call| call.join().unwrap() == 200));
    assert_eq!((clevertap.attribution_count(), clevertap.concurrency_refusals()), (20, 0));
}

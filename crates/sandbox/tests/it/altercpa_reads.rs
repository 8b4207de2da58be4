//! AlterCPA: `fetch.json`, `flow.json` and `offer.json`.

use std::time::Duration;

use afflux_sandbox::altercpa::{Click, EmptyValues, Flow, FlowMissCode, Integers, Offer};
use serde_json::json;

use crate::support::{cpa, cpa_as, sandbox, says};

/// The second at which the sandbox's clock stands.
const NOW: i64 = 1_767_614_400;

#[test]
fn fetch_finds_the_click_of_an_address() {
    let sandbox = sandbox();
    let altercpa = sandbox.altercpa();
    let reply = cpa(altercpa, "fetch", "ip=203.0.113.1");
    let expected = format!(
        r#"{{"status":"ok","click":9001,"offer":11,"site":101,"flow":501,"geo":"us","ip":"203.0.113.1","time":{NOW},"utms":"push"}}"#
    );
    assert_eq!(reply.body, expected);
    assert_eq!(
        cpa(altercpa, "fetch", "offer=11&ip=203.0.113.3").body,
        format!(
            r#"{{"status":"ok","click":9003,"offer":11,"site":102,"geo":"pl","ip":"203.0.113.3","time":{NOW}}}"#
        )
    );
    let token = altercpa.site_token(201).unwrap();
    assert_eq!(cpa_as(altercpa, &token, "fetch", "").json()["click"], 9005, "the caller's own address");
    for query in ["", "ip=203.0.113.9", "ip=nonsense", "offer=12&ip=203.0.113.1", "offer=99&ip=203.0.113.1"] {
        assert_eq!(cpa(altercpa, "fetch", query).body, r#"{"status":"error","error":"no-click"}"#, "{query}");
    }
}

#[test]
fn fetch_needs_the_offer_with_the_global_token() {
    let sandbox = sandbox();
    let altercpa = sandbox.altercpa();
    let fetch = |query: &str| cpa_as(altercpa, altercpa.global_token(), "fetch", query);
    assert_eq!(fetch("ip=203.0.113.1").body, r#"{"status":"error","error":"no-offer"}"#);
    assert_eq!(
        (
            fetch("ip=203.0.113.1&offer=11").json()["click"].clone(),
            fetch("ip=203.0.113.1&offer=12").json()["click"].clone()
        ),
        (json!(9001), json!(9004))
    );
    assert_eq!(says(&fetch("ip=203.0.113.1&offer=99")), "no-click");
}

#[test]
fn fetch_narrows_by_flow_and_takes_the_newest() {
    let sandbox = sandbox();
    let altercpa = sandbox.altercpa();
    altercpa.add_flow(Flow::new(504, "winter", 11));
    let now = altercpa.now();
    altercpa.add_click(Click::new(0, 11, [203, 0, 113, 1]).flow(504).at(now - Duration::from_mins(1)));
    let found =
        |query: &str| cpa(altercpa, "fetch", &format!("ip=203.0.113.1&{query}")).json()["click"].clone();
    assert_eq!((found(""), found("flow=504"), found("code=winter")), (json!(9001), json!(9007), json!(9007)));
    for query in ["flow=999", "code=nothing", "flow=502", "flow=999&code=winter"] {
        assert_eq!(found(query), json!(null), "{query}");
    }
    assert_eq!(
        says(&cpa(altercpa, "fetch", "ip=203.0.113.3&code=nothing")),
        "no-click",
        "no flow is not this flow"
    );
    let newer = altercpa.add_click(Click::new(0, 11, [203, 0, 113, 1]));
    assert_eq!(found(""), newer, "of two in a second the later");
}

#[test]
fn fetch_looks_back_a_day_or_to_a_time() {
    let sandbox = sandbox();
    let altercpa = sandbox.altercpa();
    let found = |query: &str| says(&cpa(altercpa, "fetch", &format!("ip=203.0.113.1&{query}")));
    assert_eq!(
        (found(&format!("to={NOW}")), found(&format!("to={}", NOW + 1))),
        ("ok".to_owned(), "no-click".to_owned())
    );
    altercpa.advance_clock(Duration::from_hours(24));
    assert_eq!(found(""), "ok");
    altercpa.advance_clock(Duration::from_secs(1));
    assert_eq!(
        (found(""), found("to=1"), found("to=")),
        ("no-click".to_owned(), "ok".to_owned(), "no-click".to_owned())
    );
}

#[test]
fn fetch_reads_addresses_of_both_kinds() {
    let sandbox = sandbox();
    let altercpa = sandbox.altercpa();
    altercpa.add_click(Click::new(0, 11, "2001:db8::1".parse::<std::net::IpAddr>().unwrap()).geo("US"));
    let reply = cpa(altercpa, "fetch", "ip=2001%3A0db8%3A0%3A%3A1").json();
    assert_eq!((&reply["ip"], &reply["geo"]), (&json!("2001:db8::1"), &json!("us")), "however it is written");
}

#[test]
fn a_flow_is_found_by_click_id_and_code() {
    let sandbox = sandbox();
    let altercpa = sandbox.altercpa();
    let expected = r#"{"status":"ok","id":501,"code":"summer-push","link":"https://r.example/summer-push","offer":11,"site":101,"fb":"1029384756","utms":"push"}"#;
    for query in ["flow=501", "code=summer-push", "click=9001", "click=9002&flow=1", "flow=501&code=x"] {
        assert_eq!(cpa(altercpa, "flow", query).body, expected, "{query}");
    }
    assert_eq!(cpa(altercpa, "flow", "offer=11").body, r#"{"status":"error","error":"no-id"}"#);
    let misses = ["flow=1", "code=x", "click=1", "click=9003", "flow=502", "code=Summer-Push"];
    for query in misses {
        assert_eq!(cpa(altercpa, "flow", query).body, r#"{"status":"error","error":"bad-id"}"#, "{query}");
    }
    altercpa.configure(|switches| switches.flow_miss_code = FlowMissCode::NoClick);
    for query in misses {
        assert_eq!(cpa(altercpa, "flow", query).body, r#"{"status":"error","error":"no-click"}"#, "{query}");
    }
    assert_eq!(says(&cpa_as(altercpa, altercpa.global_token(), "flow", "flow=502")), "ok");
}

#[test]
fn a_flow_shows_its_values_in_the_manuals_order() {
    let sandbox = sandbox();
    let altercpa = sandbox.altercpa();
    let names =
        ["fb", "fbe", "ga", "gad", "tt", "lki", "vk", "mt", "mtrk", "utms", "utmc", "utmn", "utmt", "utmm"];
    let flow =
        names.iter().rev().fold(Flow::new(0, "all", 11), |flow, name| flow.tag(name, &name.to_uppercase()));
    let mut flow = flow.tag("other", "hidden");
    flow.space = Some(77);
    assert_eq!(altercpa.add_flow(flow), 504);
    let body = cpa(altercpa, "flow", "code=all").body;
    let shown: Vec<String> =
        names.iter().map(|name| format!(r#""{name}":"{}""#, name.to_uppercase())).collect();
    assert!(body.ends_with(&format!(r#""offer":11,"space":77,{}}}"#, shown.join(","))), "{body}");
}

#[test]
fn an_offer_is_found_by_id_click_flow_and_code() {
    let sandbox = sandbox();
    let altercpa = sandbox.altercpa();
    let expected = r#"{"status":"ok","id":11,"name":"Green Coffee","geo":["us","de","pl"],"param":[],"price":[{"currency":"USD","geo":"us","price":39}],"site":[101,102]}"#;
    for query in ["offer=11", "id=11", "click=9003", "flow=501", "code=summer-push", "offer=11&id=12&click=1"]
    {
        assert_eq!(cpa(altercpa, "offer", query).body, expected, "{query}");
    }
    assert_eq!(
        cpa(altercpa, "offer", "").body,
        r#"{"status":"error","error":"no-id"}"#,
        "the token's offer is not meant"
    );
    altercpa.configure(|switches| switches.flow_miss_code = FlowMissCode::NoClick);
    for query in ["offer=12", "offer=99", "id=99", "click=9004", "flow=1", "code=x", "offer=-11"] {
        assert_eq!(cpa(altercpa, "offer", query).body, r#"{"status":"error","error":"bad-id"}"#, "{query}");
    }
    let other = cpa_as(altercpa, altercpa.global_token(), "offer", "code=sleep_us_android").body;
    assert_eq!(
        other,
        r#"{"status":"ok","id":12,"name":"Sleep Well App","geo":["us"],"param":[],"price":[],"site":[]}"#
    );
}

#[test]
fn values_take_other_shapes_when_switched() {
    let sandbox = sandbox();
    let altercpa = sandbox.altercpa();
    altercpa.configure(|switches| switches.integers = Integers::Text);
    assert_eq!(cpa(altercpa, "click", "click=9003&exto=1").body, r#"{"status":"ok","id":"70001"}"#);
    let duplicate = cpa(altercpa, "click", "click=9003&exto=1").body;
    assert_eq!(duplicate, r#"{"status":"error","error":"duplicate","id":"70001"}"#);
    let click = cpa(altercpa, "fetch", "ip=203.0.113.3").json();
    assert_eq!((&click["click"], &click["time"]), (&json!("9003"), &json!(NOW.to_string())));
    for (switch, value) in [
        (EmptyValues::False, json!(false)),
        (EmptyValues::Null, json!(null)),
        (EmptyValues::EmptyText, json!("")),
    ] {
        altercpa.configure(|switches| switches.empty_values = switch);
        let click = cpa(altercpa, "fetch", "ip=203.0.113.3").json();
        assert_eq!((&click["flow"], &click["utmm"], click.as_object().unwrap().len()), (&value, &value, 13));
        assert_eq!(cpa(altercpa, "flow", "flow=501").json()["space"], value);
    }
    let mut offer = Offer::new(11, "Odd");
    offer.param = json!({"2": "x"});
    altercpa.add_offer(offer);
    assert_eq!(
        cpa(altercpa, "offer", "offer=11").json()["param"],
        json!({"2": "x"}),
        "PHP's arrays with gaps"
    );
}

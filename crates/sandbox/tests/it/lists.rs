//! Lists: rows, filters, order, pages, envelopes.

use std::time::Duration;

use afflux_sandbox::irev::{
    LimitWindow, Limits, ListEnvelope, MissingCreatedTo, Order, PerPageOver, RangeEnd, RowLeadUuid, Token,
};
use afflux_sandbox::{Clock, Fault, Sandbox};

use crate::support::{GOALS, LEADS, get, list, push, sandbox, send, start};

fn unlimited() -> Sandbox {
    let sandbox = sandbox();
    sandbox.irev().configure(|switches| switches.limits = Limits::None);
    sandbox
}

#[test]
fn a_row_is_a_conversion_with_the_profile_flattened_into_it() {
    let sandbox = sandbox();
    let irev = sandbox.irev();
    push(
        irev,
        r#"{"ip":"93.86.208.220","country_code":"RS","lead_language":"sr","aff_sub":"DsawF","password":"123Abc!","isTest":"fake"}"#,
    );
    let (lead, conversion) = (irev.leads().remove(0), irev.conversions().remove(0));
    let body = list(irev, "").body;
    let start = format!(
        r#"[{{"uuid":"{}","goalTypeUuid":"{}","goalType":"Pushed Lead","leadSource":"GEO Funnel","country":"RS","ip":"93.86.208.220","countryLanguage":"sr","advertiserUuid":"{}","advertiserName":"Advertiser #1 Sandbox","externalId":"16350","tpUuid":"#,
        conversion.uuid,
        irev.goal_types()[0].uuid,
        lead.advertiser_uuid.unwrap()
    );
    assert!(body.starts_with(&start), "{body}");
    let end =
        r#""aff_sub":"DsawF","password":"123Abc!","isTest":false,"createdAt":"2026-01-05T12:00:00.000Z"}]"#;
    assert!(body.ends_with(end), "{body}");
    assert_ne!(conversion.uuid, lead.lead_uuid);
}

#[test]
fn pages_of_twenty_oldest_first_and_nothing_beyond_the_end() {
    let sandbox = unlimited();
    let irev = sandbox.irev();
    irev.seed_leads(45);
    let all: Vec<String> = irev.conversions().iter().map(|row| row.uuid.to_string()).collect();
    assert_eq!(list(irev, "").uuids(), all[..20]);
    assert_eq!(list(irev, "page=3").uuids(), all[40..]);
    assert_eq!(list(irev, "page=2&per_page=30").uuids(), all[30..]);
    assert_eq!(list(irev, "page=4").body, "[]");
    irev.configure(|switches| switches.order = Order::NewestFirst);
    let newest: Vec<String> = all.iter().rev().cloned().collect();
    assert_eq!(list(irev, "page=2").uuids(), newest[20..40]);
}

#[test]
fn a_page_that_is_too_large_is_refused_clipped_or_allowed() {
    let sandbox = unlimited();
    let irev = sandbox.irev();
    irev.seed_leads(130);
    assert_eq!((list(irev, "per_page=100").uuids().len(), list(irev, "per_page=101").status), (100, 422));
    irev.configure(|switches| switches.per_page_over = PerPageOver::Clip);
    assert_eq!(list(irev, "per_page=120").uuids().len(), 100);
    assert_eq!(list(irev, "per_page=120&page=2").uuids().len(), 30, "pages follow the clipped size");
    irev.configure(|switches| {
        switches.per_page_over = PerPageOver::Refuse;
        switches.per_page_max = 500;
    });
    assert_eq!(list(irev, "per_page=500").uuids().len(), 130);
    assert_eq!(list(irev, "per_page=501").json()["data"][0]["expected"], 500);
}

#[test]
fn filters_by_goal_test_and_time() {
    let sandbox = unlimited();
    let irev = sandbox.irev();
    let leads = irev.seed_leads(20);
    let ftd = irev.fire_ftd(leads[4]).unwrap().to_string();
    let goal = irev.goal_types()[1].uuid;
    assert_eq!(list(irev, &format!("goal_type_uuid={goal}")).uuids(), [ftd]);
    assert_eq!(list(irev, &format!("goal_type_uuid={}", leads[0])).body, "[]");
    assert_eq!(list(irev, "per_page=100&is_test=true").uuids().len(), 2);
    assert_eq!(list(irev, "per_page=100&is_test=false").uuids().len(), 19);
    // Seeded rows stand a minute apart, the first twenty minutes before noon.
    let count = |query: &str| list(irev, &format!("per_page=100&{query}")).uuids().len();
    assert_eq!(count("created_from=2026-01-05T11:59:00Z"), 2, "the last row and the FTD");
    assert_eq!(count("created_from=2026-01-05T11:40Z&created_to=2026-01-05T11:45:00.000Z"), 5);
    assert_eq!(count("created_to=2026-01-05T12:45:00%2B01:00"), 5, "an offset is taken into account");
    assert_eq!((count("created_from=2026-01-05"), count("created_to=2026-01-05")), (21, 0));
    irev.configure(|switches| switches.created_to = RangeEnd::Inclusive);
    assert_eq!(count("created_from=2026-01-05T11:40Z&created_to=2026-01-05T11:45:00.000Z"), 6);
}

#[test]
fn a_list_without_an_end_may_be_empty() {
    let sandbox = unlimited();
    let irev = sandbox.irev();
    irev.seed_leads(3);
    irev.configure(|switches| switches.missing_created_to = MissingCreatedTo::EmptyArray);
    assert_eq!(list(irev, "created_from=2026-01-01").body, "[]");
    assert_eq!(list(irev, "created_to=2027-01-01").uuids().len(), 3);
}

#[test]
fn rows_may_tell_their_lead_and_lists_may_be_enclosed() {
    let sandbox = unlimited();
    let irev = sandbox.irev();
    let leads = irev.seed_leads(1);
    assert!(list(irev, "").json()[0].get("leadUuid").is_none());
    irev.configure(|switches| {
        switches.row_lead_uuid = RowLeadUuid::Present;
        switches.list_envelope = ListEnvelope::Data;
    });
    assert_eq!(list(irev, "").json()["data"][0]["leadUuid"], leads[0].to_string());
    assert_eq!(get(irev, GOALS).json()["data"][1]["name"], "FTD");
}

#[test]
fn an_affiliate_sees_its_own_rows() {
    let sandbox = unlimited();
    let irev = sandbox.irev();
    irev.seed_leads(2);
    irev.add_token(Token::new("tok-other").affiliate("7"));
    irev.add_token(Token::new("tok-same").affiliate("2"));
    let count = |token: &str| send(irev, "GET", LEADS, &[("Authorization", token)], "").uuids().len();
    assert_eq!((count("tok-other"), count("tok-same")), (0, 2));
}

#[test]
fn a_repeated_and_an_empty_page() {
    let sandbox = unlimited();
    let irev = sandbox.irev();
    irev.seed_leads(25);
    let all: Vec<String> = irev.conversions().iter().map(|row| row.uuid.to_string()).collect();
    irev.fault(Fault::repeated_cursor().after(1));
    irev.fault(Fault::empty_page());
    // Neither applies to goal types, and neither is used up by them.
    assert_eq!(get(irev, GOALS).json().as_array().unwrap().len(), 2);
    let pages: Vec<usize> = (1..=3)
        .map(|page| {
            let rows = list(irev, &format!("page={page}&per_page=10")).uuids();
            rows.first().map_or(99, |first| all.iter().position(|row| row == first).unwrap())
        })
        .collect();
    // The first page is the empty one, for the fault before it lets one call pass.
    assert_eq!(pages, [99, 0, 20]);
}

#[test]
fn another_prefix_is_another_path() {
    let sandbox = sandbox();
    let irev = sandbox.irev();
    irev.configure(|switches| switches.path_prefix = "/affiliates/v2".to_owned());
    assert!(irev.url().ends_with("/affiliates/v2") && !irev.url().contains("/api"));
    assert_eq!((get(irev, "/affiliates/v2/leads").status, get(irev, LEADS).status), (200, 404));
}

#[test]
fn the_same_seed_makes_the_same_rows_and_another_others() {
    let rows = |seed: u64| {
        let clock = Clock::manual(crate::support::NOON.parse().unwrap());
        let sandbox = start(Sandbox::builder().seed(seed).clock(clock));
        sandbox.irev().seed_leads(30);
        push(sandbox.irev(), r#"{"ip":"1.1.1.1"}"#);
        list(sandbox.irev(), "per_page=100").body
    };
    let first = rows(7);
    assert_eq!(first, rows(7));
    assert_ne!(first, rows(8));
    // Nobody's data: reserved domains and addresses only.
    let rows: serde_json::Value = serde_json::from_str(&first).unwrap();
    for row in &rows.as_array().unwrap()[..30] {
        assert!(row["email"].as_str().unwrap().ends_with("@example.com"));
        let ip = row["ip"].as_str().unwrap();
        assert!(ip.starts_with("203.0.113.") || ip.starts_with("198.51.100."), "{ip}");
    }
}

#[test]
fn the_window_may_be_counted_for_everybody_from_the_start() {
    let sandbox = sandbox();
    let irev = sandbox.irev();
    irev.configure(|switches| switches.limit_window = LimitWindow::Shared);
    irev.advance_clock(Duration::from_millis(2_999));
    let burst = |count: usize| (0..count).filter(|_| get(irev, GOALS).status == 200).count();
    assert_eq!(burst(12), 10);
    irev.advance_clock(Duration::from_millis(1));
    assert_eq!(burst(12), 10, "a new window, a millisecond later");
}

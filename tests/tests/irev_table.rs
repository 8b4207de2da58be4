//! iREV's Affiliate API v2, typed by hand from the manual, against every place that holds it.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use afflux_tests::table::{Row, differences, of_api_yaml, of_operations, of_sandbox, wrong_samples};

const BASE: &str = "https://YOUR_DOMAIN.irev.com/api/affiliates/v2";

/// Profile keys of a push are configured by the operator: these are the manual's examples, and the numbered `aff_sub`
/// keys of the vendor's help pages and of public integrations.
const TABLE: &[Row] = &[
    Row {
        method: "POST",
        path: "/leads",
        query: &[],
        body: &[
            "!ip",
            "country_code",
            "lead_language",
            "is_test",
            "email",
            "first_name",
            "last_name",
            "password",
            "phone",
            "affiliate_id",
            "offer_id",
            "aff_sub",
            "aff_sub2",
            "aff_sub3",
            "aff_sub4",
            "aff_sub5",
        ],
        sample: "https://YOUR_DOMAIN.irev.com/api/affiliates/v2/leads",
    },
    Row {
        method: "GET",
        path: "/leads",
        query: &["created_from", "created_to", "page", "per_page", "goal_type_uuid", "is_test"],
        body: &[],
        sample: "https://YOUR_DOMAIN.irev.com/api/affiliates/v2/leads?created_from=2023-08-01&created_to=2023-08-30\
                 &goal_type_uuid=987abff9-716a-4843-aa60-2311ebd52d58&page=1&per_page=100",
    },
    Row {
        method: "GET",
        path: "/goal-types",
        query: &[],
        body: &[],
        sample: "https://YOUR_DOMAIN.irev.com/api/affiliates/v2/goal-types",
    },
];

fn text(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)).unwrap()
}

#[test]
fn the_samples_of_the_manual_fit_the_table() {
    assert_eq!(wrong_samples(TABLE, BASE), [""; 0]);
}

#[test]
fn api_yaml_says_what_the_manual_says() {
    let described = of_api_yaml(&text("crates/irev/api.yaml")).unwrap();
    assert_eq!(differences(TABLE, &described), [""; 0]);
}

#[test]
fn the_client_says_what_the_manual_says() {
    assert_eq!(differences(TABLE, &of_operations(afflux::irev::OPERATIONS)), [""; 0]);
}

#[test]
fn the_sandbox_says_what_the_manual_says() {
    let described = of_sandbox(&text("crates/sandbox/src/generated/irev.json")).unwrap();
    assert_eq!(differences(TABLE, &described), [""; 0]);
}

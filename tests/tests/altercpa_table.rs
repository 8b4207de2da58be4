//! AlterCPA's External API, typed by hand from the manual, against every place that holds it.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use afflux_tests::table::{Row, differences, of_api_yaml, of_operations, of_sandbox, wrong_samples};

const BASE: &str = "https://domain.com";

/// The manual takes every parameter in the query and in the body; here they are in the body, and the method is POST. The
/// samples are the manual's, their token left out; that of the last one says `id` where the list says `offer`.
const TABLE: &[Row] = &[
    Row {
        method: "POST",
        path: "/api/site/click.json",
        query: &[],
        body: &[
            "click", "exto", "flow", "code", "status", "accept", "stid", "reason", "sta", "stc", "stt",
            "sth", "stw", "stn", "wm", "cc", "pd", "pp", "pay", "goal", "gid", "name", "phone", "email",
            "country", "base", "curr", "currency", "count", "comment", "mobile", "bad", "time",
        ],
        sample: "https://domain.com/api/site/click.json?click={subid}",
    },
    Row {
        method: "POST",
        path: "/api/site/status.json",
        query: &[],
        body: &[
            "click", "exto", "order", "flow", "code", "auto", "status", "accept", "stid", "reason", "sta",
            "stc", "stt", "sth", "stw", "stn", "wm", "cc", "pd", "pp", "pay", "goal", "gid", "name", "phone",
            "email", "country", "base", "curr", "currency", "count", "comment", "mobile", "bad", "time",
        ],
        sample: "https://domain.com/api/site/status.json?click={subid}&status={status}",
    },
    Row {
        method: "POST",
        path: "/api/site/fetch.json",
        query: &[],
        body: &["offer", "flow", "code", "ip", "to"],
        sample: "https://domain.com/api/site/fetch.json?offer={offer}",
    },
    Row {
        method: "POST",
        path: "/api/site/flow.json",
        query: &[],
        body: &["click", "flow", "code"],
        sample: "https://domain.com/api/site/flow.json?code={code}",
    },
    Row {
        method: "POST",
        path: "/api/site/offer.json",
        query: &[],
        body: &["offer", "click", "flow", "code"],
        sample: "https://domain.com/api/site/offer.json?offer={offer}",
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
    let described = of_api_yaml(&text("crates/altercpa/api.yaml")).unwrap();
    assert_eq!(differences(TABLE, &described), [""; 0]);
}

#[test]
fn the_client_says_what_the_manual_says() {
    assert_eq!(differences(TABLE, &of_operations(afflux::altercpa::OPERATIONS)), [""; 0]);
}

#[test]
fn the_sandbox_says_what_the_manual_says() {
    let described = of_sandbox(&text("crates/sandbox/src/generated/altercpa.json")).unwrap();
    assert_eq!(differences(TABLE, &described), [""; 0]);
}

//! The documented samples, repaired where the document is damaged: decoded, and still the same text.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use afflux_irev::{
    LeadRow, PushErrorType,
    core::{decode, endpoint::Endpoint, response::Raw},
    generated::{ListGoalTypes, ListLeads, PushLead, PushLeadAnswer},
};
use http::StatusCode;

const LEADS: &str = include_str!("samples/leads.json");
const GOAL_TYPES: &str = include_str!("samples/goal-types.json");
const ACCEPTED: &str = include_str!("samples/accepted.json");
const REJECTED: &str = include_str!("samples/rejected.json");

#[test]
fn a_row_of_leads_reads_as_documented_and_stays_as_it_came() {
    let raw = Raw::for_test(ListLeads::OPERATION, StatusCode::OK, LEADS);
    let rows = ListLeads::new().decode(&raw).unwrap().all().unwrap();
    let row = &rows[0];
    assert_eq!(row.uuid.as_ref().unwrap().as_str(), "0c4aa3e1-5df2-45cb-94ee-f07267edfac7");
    assert_eq!(row.external_id.as_ref().unwrap().as_str(), "16350");
    assert_eq!(row.goal_type.as_deref(), Some("Lead"));
    assert_eq!(row.is_test.get(), Some(&false));
    assert_eq!(row.created_at.get().unwrap().to_string(), "2023-08-28T14:10:44.176Z");
    assert_eq!(row.password.as_ref().unwrap().reveal(), "123123Abc!");
    assert!(row.unknown_fields().is_empty());
    let text = LEADS.trim().strip_prefix('[').unwrap().strip_suffix(']').unwrap().trim();
    assert_eq!(row.text(), text);
    assert_eq!(serde_json::to_string(row).unwrap(), text);
}

#[test]
fn drift_never_loses_a_row() {
    let table = [
        (r#"{"externalId":16350123456789012345678}"#, "16350123456789012345678"),
        (r#"{"externalId":"16350","isTest":"true","createdAt":"yesterday","tpUuid":7}"#, "16350"),
        (r#"{"externalId":"1","isTest":null,"createdAt":1693231844176,"goalType":{"a":[1.10]}}"#, "1"),
    ];
    for (text, id) in table {
        let kept: decode::Kept<LeadRow> = decode::Kept::parse(text).unwrap();
        assert_eq!(kept.external_id.as_ref().unwrap().as_str(), id, "{text}");
        assert_eq!(kept.text(), text);
    }
}

#[test]
fn goal_types_read_as_documented() {
    let raw = Raw::for_test(ListGoalTypes::OPERATION, StatusCode::OK, GOAL_TYPES);
    let types = ListGoalTypes::new().decode(&raw).unwrap().all().unwrap();
    let names: Vec<&str> = types.iter().map(|goal| goal.name.as_deref().unwrap()).collect();
    assert_eq!(names, ["Pushed Lead", "FTD"]);
}

#[test]
fn both_outcomes_of_a_push_read_as_documented() {
    let lead = serde_json::from_str::<serde_json::Value>(ACCEPTED).unwrap();
    let push = PushLead::new(afflux_irev::generated::NewLead::new("1.1.1.1"));
    let PushLeadAnswer::Accepted(accepted) =
        push.decode(&Raw::for_test(PushLead::OPERATION, StatusCode::OK, ACCEPTED)).unwrap()
    else {
        panic!("rejected")
    };
    assert_eq!(accepted.text(), ACCEPTED.trim());
    assert_eq!(accepted.extra("lead_uuid").as_deref(), lead["lead_uuid"].as_str());
    let PushLeadAnswer::Rejected(rejected) =
        push.decode(&Raw::for_test(PushLead::OPERATION, StatusCode::BAD_REQUEST, REJECTED)).unwrap()
    else {
        panic!("accepted")
    };
    assert_eq!(rejected.text(), REJECTED.trim());
    let reason = rejected.pointer("/data/errorType").unwrap().text().into_owned();
    assert_eq!(PushErrorType::from(reason), PushErrorType::FixableInput);
}

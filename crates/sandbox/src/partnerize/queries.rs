//! Transaction queries: a partner's claims that a sale is missing, was paid too little or was declined wrongly.

use serde_json::{Value, json};

use super::call::{Call, EXECUTION_TIME, Outcome, civil, csv, csv_row, one, wrapped};
use super::data::PARTNER_NAME;
use super::jobs;
use super::records::{JobResult, Record};
use super::refusal::{Class, Flaw, Refusal};
use super::state::{PARTNER, State, USER};
use crate::spec::read_time;
use crate::wire::Answer;

/// The columns of the list as CSV.
const COLUMNS: &[&str] = &[
    "transaction_query_id",
    "transaction_query_type",
    "current_state",
    "campaign_id",
    "publisher_id",
    "camref",
    "conversion_reference",
    "conversion_id",
    "conversion_date_time",
    "conversion_currency",
    "conversion_value",
    "expected_commission",
    "publisher_reference",
    "notes",
    "created_at",
    "updated_at",
];

pub(super) fn answer(state: &mut State, call: &Call<'_>) -> Option<Outcome> {
    Some(match call.operation {
        "listTransactionQueries" => Ok(list(state, call)),
        "createTransactionQueries" => create(state, call),
        "deleteTransactionQuery" => delete(state, call),
        _ => return None,
    })
}

/// What a claim must tell, by its type.
fn required(kind: &str) -> Option<&'static [&'static str]> {
    Some(match kind {
        "untracked" => &[
            "conversion_reference",
            "camref",
            "conversion_value",
            "expected_commission",
            "conversion_date_time",
        ],
        "incorrect_commission" => &["conversion_reference", "camref", "expected_commission"],
        "declined" => &["conversion_reference", "camref"],
        _ => return None,
    })
}

fn flaws(index: usize, given: &Value) -> Vec<Flaw> {
    let field = |name: &str| format!("transaction_queries[{index}].{name}");
    let kind = given.get("transaction_query_type").and_then(Value::as_str).unwrap_or_default();
    let Some(names) = required(kind) else {
        let message = "'transaction_query_type' is none of the expected values";
        return vec![Flaw::new(field("transaction_query_type"), Class::Choice, message)];
    };
    let is_missing =
        |name: &&&str| given.get(**name).is_none_or(|value| value.is_null() || *value == json!(""));
    names.iter().filter(is_missing).map(|name| Flaw::required(field(name))).collect()
}

/// Stores all claims at once, or none; the job only says so later.
fn create(state: &mut State, call: &Call<'_>) -> Outcome {
    let given = call.items("transaction_queries");
    let wrong: Vec<Flaw> = given.iter().enumerate().flat_map(|(index, given)| flaws(index, given)).collect();
    if !wrong.is_empty() {
        return Err(Refusal::Invalid(wrong));
    }
    let mut made = Vec::new();
    for given in given {
        let record = blank(state, call, given);
        made.push(record.value());
        state.queries.push(record);
    }
    let body = json!({ "transaction_queries": wrapped("transaction_query", made) });
    let result = JobResult {
        extension: "json",
        content_type: "application/json; charset=utf-8".to_owned(),
        body: body.to_string().into(),
    };
    let job = jobs::begin(state, call, None, result);
    Ok(one("job", jobs::shown(&job, state.switches.job_links, call.now)).committed())
}

fn blank(state: &mut State, call: &Call<'_>, given: &Value) -> Record {
    let id = state.next_id("111111l", 10);
    let camref = given.get("camref").and_then(Value::as_str).unwrap_or_default();
    let campaign = state.world.campaigns().iter().find(|campaign| campaign.camref == camref);
    let now = civil(call.now);
    let about = campaign.map(|campaign| {
        json!({
            "campaign_id": campaign.id, "advertiser_id": campaign.brand_id, "title": campaign.title,
            "status": "a", "type": "sale", "vertical_id": campaign.vertical.0, "hidden_campaign": "n",
            "reporting_timezone": "UTC", "week_start": "monday", "created": "2020-01-01 00:00:00",
            "created_by": USER, "last_modified": "2020-01-01 00:00:00", "default_override": "1",
            "network_fee": null, "payment_date": null,
        })
    });
    let fields = json!({
        "transaction_query_id": id, "transaction_query_type": null, "current_state": "pending",
        "campaign_id": campaign.map(|campaign| campaign.id.clone()), "campaign": about,
        "publisher_id": PARTNER, "camref": camref, "conversion_currency": "GBP",
        "conversion_date_time": null, "conversion_id": null, "conversion_reference": null,
        "conversion_value": null, "expected_commission": null, "notes": "", "publisher_reference": "",
        "created_at": now, "updated_at": now,
        "publisher": {
            "publisher_id": PARTNER, "name": PARTNER_NAME, "network_id": "1l1000003",
            "network_status": "a", "reporting_timezone": "UTC", "week_start": "monday",
        },
        "state_history": {
            "transaction_query_id": id, "transaction_query_state_id": format!("{id}1"), "state": "pending",
            "created_at": now, "user_id": USER, "notes": "", "conversion_item_id": null,
            "conversion_expected_commission": null,
        },
    });
    let mut record = Record::new(id, fields);
    let names = [
        "transaction_query_type",
        "conversion_currency",
        "conversion_date_time",
        "conversion_reference",
        "conversion_value",
        "expected_commission",
        "notes",
        "publisher_reference",
    ];
    record.take(given, &names);
    record
}

/// Deletes a claim that nobody has decided. Deleted again, it is as deleted as before.
fn delete(state: &mut State, call: &Call<'_>) -> Outcome {
    let id = call.captured("transaction_query_id");
    let record = state.queries.iter_mut().find(|record| record.id == id);
    let record = record.ok_or_else(|| Refusal::not_found("transaction query", id))?;
    if let Some(decided @ ("approved" | "rejected")) = record.text("current_state") {
        let message = format!("A transaction query that was {decided} cannot be deleted");
        return Err(Refusal::flaw("transaction_query_id", Class::State, message));
    }
    record.set("current_state", "deleted");
    Ok(one("transaction_query", json!({ "deleted": true })).committed())
}

fn list(state: &State, call: &Call<'_>) -> Answer {
    let time = |record: &Record, column: &str| record.text(column).and_then(read_time);
    let exact = [
        "transaction_query_id",
        "transaction_query_type",
        "publisher_reference",
        "conversion_reference",
        "conversion_date_time",
        "campaign_id",
        "current_state",
    ];
    let range = call.query("date_range_column").unwrap_or("created_at");
    let is_wanted = |record: &&Record| {
        record.text("current_state") != Some("deleted")
            && exact.iter().all(|name| call.wants(name, record.text(name).unwrap_or_default()))
            && call.spans("date_range_start", "date_range_end", time(record, range))
    };
    let mut found: Vec<&Record> = state.queries.iter().filter(is_wanted).collect();
    let column = call.query("sort_column").unwrap_or("created_at");
    let is_descending = call.query("order_by").is_some_and(|order| order.eq_ignore_ascii_case("desc"));
    found.sort_by_key(|record| record.fields.get(column).map(ToString::to_string));
    if is_descending {
        found.reverse();
    }
    if call.is_on("tq_export") {
        return csv(table(&found));
    }
    let filters: serde_json::Map<String, Value> =
        exact.iter().filter_map(|name| Some(((*name).to_owned(), Value::from(call.query(name)?)))).collect();
    let rows = wrapped("transaction_query", found.into_iter().map(Record::value));
    let body = json!({
        "count": rows.len(),
        "execution_time": EXECUTION_TIME,
        "filters": if filters.is_empty() { state.empty_map() } else { Value::Object(filters) },
        "sort": { "column": column, "direction": if is_descending { "DESC" } else { "ASC" } },
        "transaction_queries": rows,
    });
    Answer::json(200, &body)
}

fn table(records: &[&Record]) -> String {
    let mut text = csv_row(COLUMNS.iter().copied());
    for record in records {
        let cells = COLUMNS.iter().map(|name| match record.field(name) {
            None => String::new(),
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
        });
        let cells: Vec<String> = cells.collect();
        text += &csv_row(cells.iter().map(String::as_str));
    }
    text
}

/// The vendor's or brand's decision about a claim: `approved`, `rejected` or another word. Answers whether there is one
/// with this id.
pub(super) fn decide(state: &mut State, id: &str, decision: &str, now: jiff::Timestamp) -> bool {
    let Some(record) = state.queries.iter_mut().find(|record| record.id == id) else { return false };
    record.set("current_state", decision);
    record.set("updated_at", civil(now));
    if let Some(Value::Object(history)) = record.fields.get_mut("state_history") {
        history.insert("state".to_owned(), Value::from(decision));
        history.insert("created_at".to_owned(), Value::from(civil(now)));
    }
    true
}

//! What a partner is owed and paid, and how it wants to be paid.

use jiff::{Timestamp, ToSpan as _};
use serde_json::{Map, Value, json};

use super::call::{Call, EXECUTION_TIME, Outcome, civil, many, one, wrapped};
use super::records::Record;
use super::refusal::Refusal;
use super::state::{PARTNER, State};
use crate::spec::read_time;
use crate::wire::Answer;

const DETAIL_FIELDS: &[&str] = &[
    "country",
    "paid_currency",
    "tracked_currency",
    "payment_type_code",
    "payment_type_name",
    "automatic_self_bill_creation_date",
    "automatic_self_bill_creation_threshold",
    "payment_detail_values",
];

/// The set of payment details that is there at the start.
pub(super) fn first_details() -> Record {
    let mut details = blank_details("1011l21");
    details.set("country", "GB");
    details.set("paid_currency", "GBP");
    details.set("tracked_currency", json!(["GBP", "EUR"]));
    details
}

fn blank_details(id: &str) -> Record {
    let fields = json!({
        "publisher_payment_detail_set_id": id, "country": "US", "paid_currency": "USD",
        "tracked_currency": ["USD"], "payment_type_code": "eft",
        "payment_type_name": "Electronic funds transfer", "automatic_self_bill_creation_date": "-1",
        "automatic_self_bill_creation_threshold": "-1", "suspended": "n", "suspended_at": null,
        "suspended_by": null, "suspension_notes": null,
        "payment_detail_values": {
            "account_name": "sandbox partners", "account_number": 10_203_040, "bank_name": "Example Bank",
            "bank_address": "1 Example Street", "routing_number": 110_000_000,
        },
    });
    Record::new(id, fields)
}

/// Bills of the last months: the newest is still to be paid.
pub(super) fn self_bills(now: Timestamp) -> Vec<Record> {
    let bills =
        [(3_i64, "GBP", 43_017_i64, "paid"), (2, "GBP", 51_800, "paid"), (1, "EUR", 12_550, "created")];
    let bills = bills.into_iter().enumerate().map(|(number, (months, currency, cents, status))| {
        let id = format!("1011l{}", 5_403 + number);
        let back = now.to_zoned(jiff::tz::TimeZone::UTC).checked_sub(months.months());
        let made = back.map_or(now, |zoned| zoned.timestamp());
        let value = money(cents);
        let fields = json!({
            "publisher_self_bill_id": id, "publisher_id": PARTNER, "creation_date": civil(made),
            "timestamp": civil(made), "status": status, "items_in_bill": 5, "legal_entity": "GB",
            "net_value": value, "total_value": value, "tracked_net_value": value, "vat_rate": 0,
            "vat_value": 0, "withheld_tax": 0, "paid_currency": currency, "selfbill_currency": currency,
            "tracked_currency": currency, "majority_received_currency": currency,
            "payment_date": (status == "paid").then(|| civil(made)), "payment_batch_id": null,
            "payment_detail_set_id": 21, "publisher_payment_detail_set_id": "1011l21",
            "publisher_self_bill_reference": null, "self_bill_reference": format!("S-{PARTNER}-{id}"),
            "download": null, "item_download": null,
        });
        Record::new(id, fields)
    });
    bills.collect()
}

/// A sum as a number.
fn money(cents: i64) -> Value {
    // Small sums of cents are exact enough as the shortest digits of a double.
    let text = format!("{}.{:02}", cents / 100, cents % 100);
    text.parse::<f64>().map_or(Value::Null, Value::from)
}

pub(super) fn answer(state: &mut State, call: &Call<'_>) -> Option<Outcome> {
    Some(match call.operation {
        "listPaymentDetails" => Ok(details(state.payment_details.iter())),
        "createPaymentDetails" => Ok(create_details(state, call)),
        "listSelfBills" => Ok(list_bills(&state.self_bills, call)),
        "getSelfBill" => {
            let id = call.captured("publisher_self_bill_id");
            let bill = state.self_bills.iter().find(|bill| bill.id == id);
            bill.map(|bill| one("selfbill", bill.value())).ok_or_else(|| Refusal::not_found("selfbill", id))
        }
        _ => return None,
    })
}

/// Sets are not in a list: each stands under its id.
fn details<'a>(sets: impl Iterator<Item = &'a Record>) -> Answer {
    let sets: Map<String, Value> = sets.map(|set| (set.id.clone(), set.value())).collect();
    let count = sets.len();
    Answer::json(200, &json!({ "payment_details": sets, "count": count, "execution_time": EXECUTION_TIME }))
}

/// Each set that is given becomes one of its own, under an id of the vendor's.
fn create_details(state: &mut State, call: &Call<'_>) -> Answer {
    let given = call.body.get("payment_details").and_then(Value::as_object).cloned().unwrap_or_default();
    let mut made = Vec::new();
    for fields in given.values() {
        let id = state.next_id("1011l", 10);
        let mut set = blank_details(&id);
        set.take(fields, DETAIL_FIELDS);
        made.push(set);
    }
    let answer = details(made.iter()).committed();
    state.payment_details.extend(made);
    answer
}

fn list_bills(bills: &[Record], call: &Call<'_>) -> Answer {
    let time = |bill: &Record, name: &str| bill.text(name).and_then(read_time);
    let exact = [
        ("currency", "tracked_currency"),
        ("status", "status"),
        ("paid_currency", "paid_currency"),
        ("selfbill_currency", "selfbill_currency"),
    ];
    let is_wanted = |bill: &&Record| {
        exact.iter().all(|(asked, field)| call.wants(asked, bill.text(field).unwrap_or_default()))
            && call.spans("start_date", "end_date", time(bill, "creation_date"))
            && call.spans("payment_start_date", "payment_end_date", time(bill, "payment_date"))
    };
    let mut found: Vec<&Record> = bills.iter().filter(is_wanted).collect();
    if let Some(column) = call.query("order") {
        found.sort_by_key(|bill| bill.fields.get(column).map(ToString::to_string));
    }
    if call.query("order_dir").is_some_and(|order| order.eq_ignore_ascii_case("desc")) {
        found.reverse();
    }
    many("selfbills", wrapped("selfbill", found.into_iter().map(Record::value)))
}

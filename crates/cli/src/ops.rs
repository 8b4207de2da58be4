//! `afflux ops`: every operation with what matters about it.

use afflux_core::operation::{Cost, Operation, Safety};
use serde_json::{Value, json};

use crate::{
    console::Console,
    failure::Failure,
    tables,
    vendors::{VENDORS, Vendor},
};

/// Lists the operations of one vendor, or of all.
pub(crate) fn run(vendor: Option<&str>, console: Console) -> Result<(), Failure> {
    let vendors = match vendor {
        Some(name) => vec![Vendor::named(name)?],
        None => VENDORS.to_vec(),
    };
    let operations: Vec<&Operation> =
        vendors.iter().flat_map(|vendor| vendor.operations().iter().copied()).collect();
    if console.json {
        let list: Vec<Value> = operations.iter().map(|operation| object(operation)).collect();
        return console.line(Value::Array(list));
    }
    let mut table = tables::plain(&[
        "vendor",
        "operation",
        "call",
        "safety",
        "retried beside",
        "bucket",
        "cost",
        "paging",
    ]);
    for operation in operations {
        table.add_row([
            operation.vendor.to_owned(),
            operation.id.to_owned(),
            format!("{} {}", operation.method, operation.path),
            safety(operation),
            words(&operation.retried_beside()),
            operation.bucket.to_owned(),
            cost(operation.cost),
            operation.paging_words().unwrap_or_else(|| "-".to_owned()),
        ]);
    }
    console.line(table.trim_fmt())
}

fn object(operation: &Operation) -> Value {
    json!({
        "vendor": operation.vendor,
        "id": operation.id,
        "summary": operation.summary,
        "method": operation.method.as_str(),
        "path": operation.path,
        "safety": operation.safety.word(),
        "key": match operation.safety {
            Safety::Keyed(key) => Some(key),
            _ => None,
        },
        "retried_beside": operation.retried_beside(),
        "bucket": operation.bucket,
        "cost": match operation.cost {
            Cost::Fixed(cost) => json!(cost),
            Cost::ByYears { table, .. } => json!(table),
        },
        "paging": operation.paging_words(),
        "deprecated": operation.deprecated,
    })
}

fn safety(operation: &Operation) -> String {
    match operation.safety {
        Safety::Keyed(key) => format!("keyed by {key}"),
        safety => safety.word().to_owned(),
    }
}

fn words(words: &[String]) -> String {
    if words.is_empty() { "-".to_owned() } else { words.join(", ") }
}

fn cost(cost: Cost) -> String {
    match cost {
        Cost::Fixed(cost) => cost.to_string(),
        Cost::ByYears { table, .. } => {
            let steps: Vec<String> = table.iter().map(ToString::to_string).collect();
            format!("{} by years", steps.join("/"))
        }
    }
}

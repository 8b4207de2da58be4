//! The control API under `/__sim/`: sets faults and reads what happened. What belongs to one vendor (leads,
//! conversions, switches) is that vendor's part; the rest is here.

use std::time::Duration;

use serde_json::{Value, json};

use crate::fault::FaultOrder;
use crate::wire::{Answer, Request, Server};

const PREFIX: &str = "/__sim";

/// Whether a path belongs to the control API.
pub(crate) fn is_control(path: &str) -> bool {
    path.strip_prefix(PREFIX).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Answers a control request.
pub(crate) fn answer(server: &Server, request: &Request) -> Answer {
    let rest = request.path.strip_prefix(PREFIX).unwrap_or_default();
    let path: Vec<&str> = rest.split('/').filter(|segment| !segment.is_empty()).collect();
    let mut body = if request.body.is_empty() {
        Value::Object(serde_json::Map::default())
    } else {
        match serde_json::from_slice(&request.body) {
            Ok(body) => body,
            Err(error) => return refused(&format!("the body is not JSON: {error}")),
        }
    };
    // A filter may stand in the query of a GET.
    if let Value::Object(members) = &mut body {
        for (name, value) in &request.query {
            members.entry(name.clone()).or_insert_with(|| Value::from(value.clone()));
        }
    }
    let own = common(server, &request.method, &path, &body);
    match own.or_else(|| server.vendor.control(&request.method, &path, &body)) {
        Some(Ok(value)) => Answer::json(200, &value),
        Some(Err(message)) => refused(&message),
        None => Answer::json(404, &json!({ "error": "the control API has no such method and path" })),
    }
}

fn common(server: &Server, method: &str, path: &[&str], body: &Value) -> Option<Result<Value, String>> {
    Some(match (method, path) {
        ("GET", ["faults"]) => Ok(list_faults(server)),
        ("POST", ["faults"]) => set_faults(server, body),
        ("DELETE", ["faults"]) => {
            server.clear_faults();
            Ok(json!({ "cleared": true }))
        }
        ("GET", ["requests"]) => Ok(json!(server.log.records())),
        ("DELETE", ["requests"]) => {
            server.log.clear();
            Ok(json!({ "cleared": true }))
        }
        ("GET", ["clock"]) => Ok(json!({ "now": server.clock.now() })),
        ("POST", ["clock", "advance"]) => advance(server, body),
        ("GET", ["counters"]) => {
            let (requests, faults) = server.log.counts();
            let mut counters = server.vendor.counters();
            if let Value::Object(members) = &mut counters {
                members.insert("requests".to_owned(), json!(requests));
                members.insert("faults_played".to_owned(), json!(faults));
            }
            Ok(counters)
        }
        _ => return None,
    })
}

fn list_faults(server: &Server) -> Value {
    server.faults.pending().iter().map(|(fault, skip, left)| fault.view(*skip, *left)).collect()
}

/// One fault, or an array of them; all are understood before any is set.
fn set_faults(server: &Server, body: &Value) -> Result<Value, String> {
    let orders = match body {
        Value::Array(orders) => orders.clone(),
        one => vec![one.clone()],
    };
    let read = |order: Value| serde_json::from_value::<FaultOrder>(order).map_err(|error| error.to_string());
    let faults =
        orders.into_iter().map(|order| read(order)?.into_fault()).collect::<Result<Vec<_>, String>>()?;
    let count = faults.len();
    for fault in faults {
        server.fault(fault);
    }
    Ok(json!({ "set": count }))
}

fn advance(server: &Server, body: &Value) -> Result<Value, String> {
    let seconds = body.get("seconds").and_then(Value::as_f64);
    let by = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    server.clock.advance(by.ok_or("`seconds` must be a number that is not negative")?);
    Ok(json!({ "now": server.clock.now() }))
}

fn refused(message: &str) -> Answer {
    Answer::json(400, &json!({ "error": message }))
}

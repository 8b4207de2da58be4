//! Partnerize's part of the control API: what the partner made, jobs, how it stands to campaigns, the size of the made-up
//! world, switches.

use serde_json::{Value, json};

use super::queries;
use super::records::{Participation, Record};
use super::samples;
use super::stand_in::StandIn;
use crate::switch::changed;
use crate::sync::lock;

/// More of anything than this is a slip.
const MOST: u64 = 50_000_000;

pub(super) fn answer(
    stand_in: &StandIn,
    method: &str,
    path: &[&str],
    body: &Value,
) -> Option<Result<Value, String>> {
    if (method, path) == ("GET", &["samples"]) {
        // Before the lock: it takes the same.
        return Some(Ok(json!(samples::all(stand_in))));
    }
    let now = stand_in.clock.now();
    let mut state = lock(&stand_in.state);
    let shown = |records: &[Record]| Ok(json!(records));
    Some(match (method, path) {
        ("GET", ["websites"]) => shown(&state.websites),
        ("GET", ["databases"]) => shown(&state.databases),
        ("GET", ["links"]) => shown(&state.links),
        ("GET", ["tags"]) => Ok(state.tags.iter().map(|tag| json!(tag.record)).collect()),
        ("GET", ["transaction_queries"]) => shown(&state.queries),
        ("GET", ["acknowledgments"]) => shown(&state.acknowledgments),
        ("GET", ["jobs"]) => Ok(json!(state.jobs)),
        ("GET", ["participations"]) => Ok(json!(state.participations)),
        ("PUT", ["participations", campaign]) => {
            let letter = body.get("status").and_then(Value::as_str).unwrap_or_default();
            match (state.campaign(campaign).is_some(), Participation::of(letter)) {
                (false, _) => Err(format!("there is no campaign {campaign}")),
                (true, None) => Err("`status` is one of `a`, `p`, `r` and `t`".to_owned()),
                (true, Some(standing)) => {
                    state.participations.insert((*campaign).to_owned(), standing);
                    Ok(json!({ *campaign: standing }))
                }
            }
        }
        ("PUT", ["transaction_queries", id]) => match body.get("state").and_then(Value::as_str) {
            None => Err("`state` is the decision, for instance `approved`".to_owned()),
            Some(decision) if queries::decide(&mut state, id, decision, now) => Ok(json!({ *id: decision })),
            Some(_) => Err(format!("there is no transaction query {id}")),
        },
        ("GET", ["world"]) => Ok(json!({ "campaigns": state.world.campaigns().len() })),
        ("PUT", ["world"]) => {
            let number = |name: &str| body.get(name).and_then(Value::as_u64).filter(|number| *number <= MOST);
            match (number("campaigns"), number("clicks"), number("conversions")) {
                (Some(campaigns), Some(clicks), Some(conversions)) => {
                    let campaigns = usize::try_from(campaigns).unwrap_or(usize::MAX);
                    state.resize(campaigns, clicks, conversions, now);
                    Ok(body.clone())
                }
                _ => Err(format!("`campaigns`, `clicks` and `conversions` are numbers up to {MOST}")),
            }
        }
        ("GET", ["switches"]) => Ok(json!(state.switches)),
        ("PUT", ["switches"]) => changed(&state.switches, body).map(|switches| {
            state.switches = switches;
            json!(state.switches)
        }),
        _ => return None,
    })
}

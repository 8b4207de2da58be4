//! iREV's part of the control API: leads, conversions, switches, goals fired, leads re-injected, rows seeded.

use serde_json::{Value, json};
use uuid::Uuid;

use super::mutations::{fire_ftd, reinject};
use super::stand_in::StandIn;
use crate::switch::changed;
use crate::sync::lock;

/// More seeded rows than this in one call is a slip.
const MOST_SEEDED: u64 = 100_000;

pub(super) fn answer(
    stand_in: &StandIn,
    method: &str,
    path: &[&str],
    body: &Value,
) -> Option<Result<Value, String>> {
    let masker = stand_in.show();
    Some(match (method, path) {
        ("GET", ["leads"]) => {
            let state = lock(&stand_in.state);
            // `?key=aff_sub&value=c-1` finds the leads of a correlation key.
            let key = body.get("key").and_then(Value::as_str);
            let value = body.get("value").and_then(Value::as_str);
            let wanted = state.leads.iter().filter(|lead| key.is_none_or(|key| lead.text(key) == value));
            Ok(wanted.map(|lead| lead.view(&masker)).collect())
        }
        ("GET", ["conversions"]) => {
            Ok(lock(&stand_in.state).conversions.iter().map(|row| row.view(&masker)).collect())
        }
        ("POST", ["leads", lead, "ftd"]) => mutate(stand_in, lead, fire_ftd),
        ("POST", ["leads", lead, "reinject"]) => mutate(stand_in, lead, reinject),
        ("POST", ["seed"]) => {
            match body.get("leads").and_then(Value::as_u64).filter(|count| *count <= MOST_SEEDED) {
                None => Err(format!("`leads` must be a number up to {MOST_SEEDED}")),
                Some(count) => {
                    let count = usize::try_from(count).unwrap_or(0);
                    let now = stand_in.clock.now();
                    let made = lock(&stand_in.state).seed_leads(count, now);
                    Ok(json!({ "lead_uuids": made.iter().map(Uuid::to_string).collect::<Vec<_>>() }))
                }
            }
        }
        ("GET", ["switches"]) => Ok(json!(lock(&stand_in.state).switches)),
        ("PUT", ["switches"]) => set_switches(stand_in, body),
        _ => return None,
    })
}

fn mutate(
    stand_in: &StandIn,
    lead: &str,
    change: fn(&StandIn, Uuid) -> Result<Uuid, super::LeadError>,
) -> Result<Value, String> {
    let lead = lead.parse::<Uuid>().map_err(|error| error.to_string())?;
    let conversion = change(stand_in, lead).map_err(|error| error.to_string())?;
    Ok(json!({ "conversion_uuid": conversion.to_string() }))
}

/// Changes the switches that are named; the others stay.
fn set_switches(stand_in: &StandIn, body: &Value) -> Result<Value, String> {
    let mut state = lock(&stand_in.state);
    let switches = changed(&state.switches, body)?;
    state.switches = switches;
    Ok(json!(state.switches))
}

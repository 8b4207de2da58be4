//! AlterCPA's part of the control API: leads, what is stored under which combination, the world, switches.

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::records::Source;
use super::stand_in::StandIn;
use crate::switch::changed;
use crate::sync::lock;

/// More seeded clicks than this in one call is a slip.
const MOST_SEEDED: u64 = 100_000;

pub(super) fn answer(
    stand_in: &StandIn,
    method: &str,
    path: &[&str],
    body: &Value,
) -> Option<Result<Value, String>> {
    // Before the lock: it takes the same.
    let masker = stand_in.show();
    let now = stand_in.clock.now();
    let mut state = lock(&stand_in.state);
    let world = &mut state.world;
    Some(match (method, path) {
        ("GET", ["leads"]) => {
            // `?exto=`, `?click=` and `?flow=` narrow it.
            let text = |name: &str| body.get(name).and_then(Value::as_str);
            let wanted = state.leads.iter().filter(|lead| {
                let (click, flow) = match lead.source {
                    Source::Click(id) => (Some(id.to_string()), None),
                    Source::Flow(id) => (None, Some(id.to_string())),
                };
                text("exto").is_none_or(|exto| lead.exto.as_deref() == Some(exto))
                    && text("click").is_none_or(|id| click.as_deref() == Some(id))
                    && text("flow").is_none_or(|id| flow.as_deref() == Some(id))
            });
            Ok(wanted.map(|lead| json!(lead)).collect())
        }
        ("GET", ["leads", id]) => {
            let lead = id.parse().ok().and_then(|id| state.lead(id));
            lead.map(|lead| json!(lead)).ok_or_else(|| format!("there is no lead {id}"))
        }
        ("GET", ["stored"]) => {
            let stored = state.stored().into_iter();
            Ok(stored
                .map(|((source, exto), leads)| json!({ "source": source, "exto": exto, "leads": leads }))
                .collect())
        }
        ("GET", ["offers"]) => Ok(world.offers.values().map(|offer| json!(offer)).collect()),
        ("GET", ["sites"]) => Ok(masker.json(&world.sites.values().map(|site| json!(site)).collect())),
        ("GET", ["flows"]) => Ok(world.flows.values().map(|flow| json!(flow)).collect()),
        ("GET", ["clicks"]) => Ok(world.clicks.values().map(|click| json!(click)).collect()),
        ("POST", ["offers"]) => read(body).map(|offer| made(world.add_offer(offer))),
        ("POST", ["sites"]) => read(body).map(|site| made(world.add_site(site))),
        ("POST", ["flows"]) => read(body).map(|flow| made(world.add_flow(flow))),
        ("POST", ["clicks"]) => read(body).map(|click| made(world.add_click(click, now))),
        ("POST", ["seed"]) => match body.get("clicks").and_then(Value::as_u64) {
            Some(count) if count <= MOST_SEEDED => {
                let count = usize::try_from(count).unwrap_or(0);
                Ok(json!({ "clicks": state.seed_clicks(count, now) }))
            }
            _ => Err(format!("`clicks` must be a number up to {MOST_SEEDED}")),
        },
        ("GET", ["switches"]) => Ok(json!(state.switches)),
        ("PUT", ["switches"]) => changed(&state.switches, body).map(|switches| {
            state.switches = switches;
            json!(state.switches)
        }),
        _ => return None,
    })
}

fn read<T: DeserializeOwned>(body: &Value) -> Result<T, String> {
    serde_json::from_value(body.clone()).map_err(|error| error.to_string())
}

fn made(id: u64) -> Value {
    json!({ "id": id })
}

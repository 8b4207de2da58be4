//! CleverTap's part of the control API: what was stored, rejections by order, partners, switches.

use serde_json::{Value, json};

use super::stand_in::StandIn;
use crate::switch::changed;
use crate::sync::lock;

/// More seeded users or events than this in one call is a slip.
const MOST_SEEDED: u64 = 1_000_000;

pub(super) fn answer(
    stand_in: &StandIn,
    method: &str,
    path: &[&str],
    body: &Value,
) -> Option<Result<Value, String>> {
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    let mut state = lock(&stand_in.state);
    Some(match (method, path) {
        ("GET", ["attributions"]) => {
            let kept = state.attributions.kept.iter();
            let wanted = kept.filter(|one| text("device").is_none_or(|device| one.device == device));
            Ok(wanted.map(|one| json!(one)).collect())
        }
        ("GET", ["events"]) => {
            let kept = state.events.uploaded.iter();
            let wanted = kept.filter(|one| {
                text("identity").is_none_or(|identity| one.identity == identity)
                    && text("name").is_none_or(|name| one.name == name)
            });
            Ok(wanted.map(|one| json!(**one)).collect())
        }
        ("GET", ["profiles"]) => {
            let wanted = state.profiles.iter().filter(|profile| {
                text("identity").is_none_or(|wanted| profile.identities.iter().any(|known| known == wanted))
            });
            Ok(wanted.map(|profile| json!(profile)).collect())
        }
        ("POST", ["seed"]) => {
            let count = |name: &str| body.get(name).map_or(Some(0), Value::as_u64);
            match (count("profiles"), count("events")) {
                (Some(profiles @ 0..=MOST_SEEDED), Some(events @ 0..=MOST_SEEDED)) => {
                    let size = |count| usize::try_from(count).unwrap_or(0);
                    let now = stand_in.clock.now();
                    state.populate(size(profiles), size(events), now);
                    Ok(json!({ "profiles": state.profiles.len() }))
                }
                _ => Err(format!("`profiles` and `events` must be numbers up to {MOST_SEEDED}")),
            }
        }
        ("GET", ["changes", operation]) => Ok(json!(state.changes.get(*operation))),
        ("GET", ["files"]) => Ok(state.files.all.values().map(|file| json!(file)).collect()),
        ("GET", ["peaks"]) => Ok(json!(stand_in.limits.peaks())),
        ("GET", ["rejections"]) => Ok(json!(state.rules.set)),
        ("POST", ["rejections"]) => {
            serde_json::from_value(body.clone()).map_err(|error| error.to_string()).map(|rule| {
                state.rules.set.push(rule);
                json!(state.rules.set)
            })
        }
        ("DELETE", ["rejections"]) => {
            state.rules.set.clear();
            Ok(json!({ "cleared": true }))
        }
        ("POST", ["partners"]) => match text("name") {
            Some(name) => {
                state.partners.insert(name.to_owned());
                Ok(json!(state.partners))
            }
            None => Err("`name` is the partner's".to_owned()),
        },
        ("GET", ["switches"]) => Ok(json!(state.switches)),
        ("PUT", ["switches"]) => changed(&state.switches, body).map(|switches| {
            state.switches = switches;
            json!(state.switches)
        }),
        _ => return None,
    })
}

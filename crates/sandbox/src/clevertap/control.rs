//! CleverTap's part of the control API: what was stored, rejections by order, partners, switches.

use serde_json::{Value, json};

use super::stand_in::StandIn;
use crate::switch::changed;
use crate::sync::lock;

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
            Ok(wanted.map(|one| json!(one)).collect())
        }
        ("GET", ["profiles"]) => {
            let wanted = state.profiles.iter().filter(|profile| {
                text("identity").is_none_or(|wanted| profile.identities.iter().any(|known| known == wanted))
            });
            Ok(wanted.map(|profile| json!(profile)).collect())
        }
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

//! `format=xml`: the same answer in the other notation. The vendor shows no sample; a list repeats its element.

use serde_json::Value;

use super::asked::{Answered, Parts};

/// The answer as it is, or as XML when the path asks for it.
pub(super) fn either(parts: &Parts<'_>, root: &str, answered: Answered) -> Answered {
    if parts.path.rsplit('.').next() != Some("xml") {
        return answered;
    }
    let Answered::Json { body, .. } = &answered else { return answered };
    let Ok(value) = serde_json::from_slice::<Value>(body) else { return answered };
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    element(&mut text, root, &value);
    Answered::Text { kind: "application/xml; charset=utf-8", body: text }
}

fn element(text: &mut String, name: &str, value: &Value) {
    if let Value::Array(items) = value {
        for item in items {
            element(text, name, item);
        }
        return;
    }
    text.extend(["<", name, ">"]);
    match value {
        Value::Object(members) => members.iter().for_each(|(name, value)| element(text, name, value)),
        Value::String(words) => text.push_str(&escaped(words)),
        Value::Null | Value::Array(_) => {}
        other => text.push_str(&other.to_string()),
    }
    text.extend(["</", name, ">"]);
}

fn escaped(words: &str) -> String {
    words.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

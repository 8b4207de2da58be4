//! Hides secrets in everything the sandbox shows: by name (a header, a query name, a body key) and by value (a known
//! token, wherever it turns up).

use serde_json::Value;

/// What stands in place of a secret.
pub(crate) const MASK: &str = "***";

/// Names whose values are secret with any vendor.
const ALWAYS: &[&str] = &[
    "authorization",
    "proxy-authorization",
    "cookie",
    "token",
    "api_key",
    "apikey",
    "secret",
    "password",
    "passcode",
];

/// Knows the secret names of a vendor and the secret values of a sandbox.
#[derive(Debug, Clone, Default)]
pub(crate) struct Masker {
    names: Vec<String>,
    values: Vec<String>,
}

impl Masker {
    pub(crate) fn new(names: &[&str], values: Vec<String>) -> Self {
        Self {
            names: names.iter().map(|name| name.to_ascii_lowercase()).collect(),
            // Very short values would hide innocent text.
            values: values.into_iter().filter(|value| value.len() >= 4).collect(),
        }
    }

    /// Whether what stands under this name is a secret.
    pub(crate) fn hides(&self, name: &str) -> bool {
        let name = name.to_ascii_lowercase();
        ALWAYS.contains(&name.as_str()) || self.names.contains(&name)
    }

    /// The value as it may be shown.
    pub(crate) fn field(&self, name: &str, value: &str) -> String {
        if self.hides(name) { MASK.to_owned() } else { self.text(value) }
    }

    /// The text with known secret values hidden.
    pub(crate) fn text(&self, text: &str) -> String {
        self.values.iter().fold(text.to_owned(), |text, secret| text.replace(secret.as_str(), MASK))
    }

    /// A JSON value as it may be shown.
    pub(crate) fn json(&self, value: &Value) -> Value {
        match value {
            Value::Object(members) => members
                .iter()
                .map(|(name, value)| {
                    let shown = if self.hides(name) { Value::from(MASK) } else { self.json(value) };
                    (name.clone(), shown)
                })
                .collect(),
            Value::Array(items) => items.iter().map(|item| self.json(item)).collect(),
            Value::String(text) => Value::from(self.text(text)),
            Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Masker;

    #[test]
    fn secrets_are_hidden_by_name_and_by_value() {
        let masker = Masker::new(&["PIN"], vec!["tok-12345".to_owned(), "ab".to_owned()]);
        assert_eq!(masker.field("pin", "77"), "***");
        assert_eq!(masker.field("Authorization", "x"), "***");
        assert_eq!(masker.field("page", "tok-12345"), "***");
        assert_eq!(masker.field("page", "ab"), "ab");
        let shown =
            masker.json(&serde_json::json!({"a": [{"password": "p", "b": "see tok-12345!"}], "c": 1}));
        assert_eq!(shown, serde_json::json!({"a": [{"password": "***", "b": "see ***!"}], "c": 1}));
    }
}

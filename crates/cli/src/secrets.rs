//! Vendor secrets in what is shown: passwords of leads, links that log a person in.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::{Value, value::RawValue};

/// What stands in a secret's place.
pub(crate) const MASK: &str = "***";

/// The names whose values are secrets, in the spellings of requests and answers.
pub(crate) fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.contains("password") || name.contains("passwd") || name.replace('_', "").contains("autologin")
}

/// An object's members in order, each as its text.
struct Members(Vec<(String, Box<RawValue>)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Members;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}

/// The members of a JSON object, in order, each with its text; `None` if it is none.
pub(crate) fn members(text: &str) -> Option<Vec<(String, Box<RawValue>)>> {
    serde_json::from_str::<Members>(text).ok().map(|members| members.0)
}

/// A JSON text with its secrets masked; all else keeps its order and its digits.
pub(crate) fn masked(text: &str) -> String {
    masked_by(text, &is_secret)
}

/// As [`masked`], by another notion of which names are secrets.
pub(crate) fn masked_by(text: &str, is_secret: &dyn Fn(&str) -> bool) -> String {
    let text = text.trim();
    if let Some(members) = members(text) {
        // `{"key":"password","value":"..."}` is how one vendor says which field it wants.
        let names_a_secret = members.iter().any(|(_, value)| {
            serde_json::from_str::<String>(value.get()).is_ok_and(|value| is_secret(&value))
        });
        let members: Vec<String> = members
            .iter()
            .map(|(name, value)| {
                let value = value.get();
                let hides = is_secret(name) || (names_a_secret && name == "value");
                let value = match value {
                    "null" | "\"\"" => value.to_owned(),
                    _ if hides => format!("\"{MASK}\""),
                    _ => masked_by(value, is_secret),
                };
                format!("{}:{value}", Value::from(name.as_str()))
            })
            .collect();
        return format!("{{{}}}", members.join(","));
    }
    match serde_json::from_str::<Vec<Box<RawValue>>>(text) {
        Ok(items) => {
            let items: Vec<String> = items.iter().map(|item| masked_by(item.get(), is_secret)).collect();
            format!("[{}]", items.join(","))
        }
        Err(_) => text.to_owned(),
    }
}

/// Takes known secret values out of a text that may repeat them.
pub(crate) fn without(text: &str, secrets: &[String]) -> String {
    // What is as short as this is in every text by chance.
    secrets.iter().filter(|secret| secret.len() >= 4).fold(text.to_owned(), |text, secret| {
        let escaped = Value::from(secret.as_str()).to_string();
        let escaped = escaped.trim_matches('"');
        text.replace(secret.as_str(), MASK).replace(escaped, MASK)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_masked_and_everything_else_stays_digit_by_digit() {
        let text = r#"{"b":1.10,"password":"Secret1","a":{"autoLoginUrl":"https://x","n":12345678901234567890123},"l":[{"key":"password","value":"Secret1"}],"e":"","auto_login_url":""}"#;
        assert_eq!(
            masked(text),
            r#"{"b":1.10,"password":"***","a":{"autoLoginUrl":"***","n":12345678901234567890123},"l":[{"key":"password","value":"***"}],"e":"","auto_login_url":""}"#
        );
    }

    #[test]
    fn a_value_that_is_repeated_in_prose_is_taken_out() {
        let secrets = ["Secret\"1".to_owned(), "x".to_owned()];
        assert_eq!(without(r#"password Secret"1 or Secret\"1 is x"#, &secrets), "password *** or *** is x");
    }
}

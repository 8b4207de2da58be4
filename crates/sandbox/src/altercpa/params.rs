//! The parameters of a call, wherever they stand: query, form body or JSON body, read as leniently as PHP reads them.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::wire::Request;

/// The parameters that are there. One with an empty value is not.
#[derive(Debug, Default)]
pub(super) struct Params(BTreeMap<String, String>);

impl Params {
    /// Reads them: the body overrides the query, of a repeated name the last value counts.
    pub(super) fn read(request: &Request) -> Self {
        let mut all = given(request.query.iter().cloned());
        let body = match request.media_type().as_deref() {
            Some("application/json") => json_members(&request.body),
            _ => request.form().unwrap_or_default(),
        };
        all.extend(given(body.into_iter()));
        Self(all)
    }

    /// The value as it came.
    pub(super) fn raw(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// The value without blanks around it.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.raw(name).map(str::trim).filter(|text| !text.is_empty())
    }

    /// The whole number at the beginning of the value. What begins with none is 0, and 0 is as good as absent.
    pub(super) fn integer(&self, name: &str) -> Option<i64> {
        let text = self.text(name)?;
        let (sign, digits) = match text.strip_prefix('-') {
            Some(rest) => (-1, rest),
            None => (1, text.strip_prefix('+').unwrap_or(text)),
        };
        let end = digits.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(digits.len());
        let number = digits.get(..end).filter(|digits| !digits.is_empty())?.parse().unwrap_or(i64::MAX);
        Some(sign * number).filter(|number| *number != 0)
    }

    /// Whether a flag such as `auto=1` is set.
    pub(super) fn flag(&self, name: &str) -> bool {
        self.integer(name) == Some(1)
    }

    /// The words of a list with commas, in lower case.
    pub(super) fn words(&self, name: &str) -> impl Iterator<Item = String> {
        let list = self.text(name).unwrap_or_default();
        list.split(',').map(|word| word.trim().to_lowercase()).filter(|word| !word.is_empty())
    }
}

/// Of each name the last value, unless that is empty.
fn given(pairs: impl Iterator<Item = (String, String)>) -> BTreeMap<String, String> {
    let mut all: BTreeMap<String, String> = pairs.collect();
    all.retain(|_, value| !value.is_empty());
    all
}

/// The members of a JSON object, in PHP's texts: `true` is "1"; `false`, `null`, arrays and objects are nothing.
fn json_members(body: &[u8]) -> Vec<(String, String)> {
    let Ok(Value::Object(members)) = serde_json::from_slice(body) else { return Vec::new() };
    let read = members.into_iter().map(|(name, value)| {
        let text = match value {
            Value::String(text) => text,
            Value::Number(number) => number.to_string(),
            Value::Bool(true) => "1".to_owned(),
            Value::Bool(false) | Value::Null | Value::Array(_) | Value::Object(_) => String::new(),
        };
        (name, text)
    });
    read.collect()
}

#[cfg(test)]
mod tests {
    use super::{Params, given, json_members};

    fn params(pairs: &[(&str, &str)]) -> Params {
        Params(given(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))))
    }

    #[test]
    fn integers_are_read_as_far_as_they_go() {
        let read = |text: &str| params(&[("n", text)]).integer("n");
        assert_eq!(
            [read("12"), read(" 12 "), read("12abc"), read("1.9"), read("+7")].map(Option::unwrap_or_default),
            [12, 12, 12, 1, 7]
        );
        assert_eq!(read("-5"), Some(-5));
        assert_eq!([read("abc"), read("0"), read("0x1"), read(""), read("-")], [None; 5]);
        assert_eq!(read("99999999999999999999"), Some(i64::MAX));
    }

    #[test]
    fn the_last_of_a_name_counts_and_an_empty_value_is_none() {
        assert_eq!(params(&[("a", "1"), ("a", "2")]).raw("a"), Some("2"));
        assert_eq!(params(&[("a", "1"), ("a", "")]).raw("a"), None);
        let listed = params(&[("sta", " Paid,, ok ,")]);
        assert_eq!(listed.words("sta").collect::<Vec<_>>(), ["paid", "ok"]);
    }

    #[test]
    fn json_values_become_the_texts_that_php_makes_of_them() {
        let body = br#"{"a":1,"b":"x","c":true,"d":false,"e":null,"f":[1],"g":1.50}"#;
        let read = given(json_members(body).into_iter());
        let pairs: Vec<_> = read.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(pairs, [("a", "1"), ("b", "x"), ("c", "1"), ("g", "1.5")]);
        assert!(json_members(b"[1]").is_empty() && json_members(b"{").is_empty());
    }
}

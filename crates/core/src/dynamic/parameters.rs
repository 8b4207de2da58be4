//! Parameters as a person or a script gives them: a JSON object, each value kept as its text.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;

use super::{given, scalar};

/// How our own words about a repeated name end.
const TWICE: &str = "is given twice";

/// Parameters keyed by wire names, in the caller's order, each as the text it was given in.
#[derive(Debug, Default)]
pub struct Parameters(pub(super) Vec<(String, Box<RawValue>)>);

impl Parameters {
    /// Reads a JSON object. A name given twice is an error: one of the two would be lost.
    pub fn parse(text: &str) -> Result<Self, NotParameters> {
        serde_json::from_str(text).map_err(NotParameters::of)
    }

    /// What is given, as texts.
    pub(super) fn scalars(&self) -> impl Iterator<Item = (&str, String)> {
        let given = self.0.iter().filter(|(_, value)| given(value).is_some());
        given.map(|(name, value)| (name.as_str(), scalar(value)))
    }

    pub(super) fn get(&self, name: &str) -> Option<&RawValue> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| &**value)
    }
}

/// A text that holds no parameters. It prints no value of them: one may be a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what} (line {line}, column {column})")]
pub struct NotParameters {
    what: String,
    line: usize,
    column: usize,
}

impl NotParameters {
    #[allow(clippy::needless_pass_by_value)] // for `map_err`
    fn of(error: serde_json::Error) -> Self {
        let words = error.to_string();
        // The parser's words may hold a value; ours hold a name.
        let twice = words.split(" at line ").next().filter(|words| words.ends_with(TWICE));
        let what = match twice {
            Some(words) => words,
            None if error.is_data() => "it is not an object keyed by wire names",
            None => "it is not JSON",
        };
        Self { what: what.to_owned(), line: error.line(), column: error.column() }
    }

    /// The line of the fault, from 1.
    pub fn line(&self) -> usize {
        self.line
    }

    /// The column of the fault, from 1.
    pub fn column(&self) -> usize {
        self.column
    }
}

impl<'de> Deserialize<'de> for Parameters {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Parameters;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object keyed by wire names")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Parameters, A::Error> {
                let mut parameters = Parameters::default();
                while let Some((name, value)) = map.next_entry::<String, Box<RawValue>>()? {
                    if parameters.get(&name).is_some() {
                        return Err(serde::de::Error::custom(format!("`{name}` {TWICE}")));
                    }
                    parameters.0.push((name, value));
                }
                Ok(parameters)
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}

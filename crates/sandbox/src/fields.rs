//! JSON objects as vendors write them: with their members in a fixed order.

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::{Map, Value};

/// A JSON object whose members keep the order in which they were written.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Fields(Vec<(String, Member)>);

/// What stands under a name.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
enum Member {
    Value(Value),
    List(Vec<Fields>),
}

impl Fields {
    pub(crate) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.push((name.to_owned(), Member::Value(value.into())));
        self
    }

    /// Adds a list of objects with their members in order.
    pub(crate) fn with_list(mut self, name: &str, objects: Vec<Fields>) -> Self {
        self.0.push((name.to_owned(), Member::List(objects)));
        self
    }

    /// Adds members that are not there yet.
    pub(crate) fn with_others(mut self, members: &Map<String, Value>) -> Self {
        for (name, value) in members {
            if !self.0.iter().any(|(have, _)| have == name) {
                self = self.with(name, value.clone());
            }
        }
        self
    }

    /// The value under this name; a list of objects is none.
    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|(have, _)| have == name).and_then(|(_, member)| match member {
            Member::Value(value) => Some(value),
            Member::List(_) => None,
        })
    }
}

impl Serialize for Fields {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

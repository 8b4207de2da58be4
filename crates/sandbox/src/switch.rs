//! What the switches of all vendors have in common: how a choice is declared, how lengths of time stand in JSON, and
//! how the control API changes some of them.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Declares choices without data; the first of each is the default.
macro_rules! choices {
    ($($(#[$meta:meta])* $name:ident { $(#[$first_meta:meta])* $first:ident, $($(#[$other_meta:meta])* $other:ident),+ $(,)? })+) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name {
            #[default]
            $(#[$first_meta])*
            $first,
            $($(#[$other_meta])* $other),+
        }
    )+};
}

pub(crate) use choices;

/// The switches with those changed that `changes` names; the others stay as they are.
pub(crate) fn changed<T: Serialize + DeserializeOwned>(current: &T, changes: &Value) -> Result<T, String> {
    let Value::Object(changes) = changes else { return Err("switches are a JSON object".to_owned()) };
    let mut all = serde_json::to_value(current).map_err(|error| error.to_string())?;
    if let Value::Object(members) = &mut all {
        members.extend(changes.clone());
    }
    serde_json::from_value(all).map_err(|error| error.to_string())
}

/// Durations as whole milliseconds in JSON.
pub(crate) mod milliseconds {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(time: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(u64::try_from(time.as_millis()).unwrap_or(u64::MAX))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
        u64::deserialize(deserializer).map(Duration::from_millis)
    }
}

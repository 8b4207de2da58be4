//! Rejections by order: a share of the records, or those of some users, get a code that their content does not earn.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::check::{Rejected, words_of};
use crate::prng::SplitMix64;

/// Rejects some uploaded records with a code, whatever they hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use = "a rule does nothing until it is handed to `reject`"]
pub struct RecordRule {
    code: u16,
    #[serde(default)]
    identity: Option<String>,
    #[serde(default = "all")]
    per_thousand: u16,
    #[serde(default)]
    times: Option<u32>,
}

fn all() -> u16 {
    1000
}

impl RecordRule {
    /// Rejects every record with this code, for instance 555, the one that may be sent again.
    pub fn code(code: u16) -> Self {
        Self { code, identity: None, per_thousand: all(), times: None }
    }

    /// Only records whose `identity` (or `FBID`, `GPID`, `objectId`) holds this text.
    pub fn identity_with(mut self, text: &str) -> Self {
        self.identity = Some(text.to_owned());
        self
    }

    /// Only so many of a thousand of those. The choice comes from the sandbox's seed and the order in which records
    /// come.
    pub fn per_thousand(mut self, share: u16) -> Self {
        self.per_thousand = share;
        self
    }

    /// Ends after so many rejections.
    pub fn times(mut self, count: u32) -> Self {
        self.times = Some(count);
        self
    }
}

/// The rules that are set.
#[derive(Debug)]
pub(in crate::clevertap) struct Rules {
    pub(in crate::clevertap) set: Vec<RecordRule>,
    chance: SplitMix64,
}

impl Rules {
    pub(in crate::clevertap) fn new(seed: u64) -> Self {
        Self { set: Vec::new(), chance: SplitMix64::new(seed, "clevertap rejections") }
    }

    /// The rejection that a record meets, if it meets one.
    pub(super) fn strikes(&mut self, record: &Value) -> Option<Rejected> {
        for rule in &mut self.set {
            if rule.times == Some(0) || !rule.means(record) {
                continue;
            }
            if self.chance.below(1000) >= u64::from(rule.per_thousand) {
                continue;
            }
            if let Some(times) = &mut rule.times {
                *times -= 1;
            }
            return Some(Rejected { code: rule.code, words: words_of(rule.code) });
        }
        None
    }
}

impl RecordRule {
    fn means(&self, record: &Value) -> bool {
        let Some(part) = &self.identity else { return true };
        let keys = ["identity", "FBID", "GPID", "objectId"];
        keys.iter().filter_map(|key| record.get(key)).any(|value| match value {
            Value::String(text) => text.contains(part.as_str()),
            other => other.to_string().contains(part.as_str()),
        })
    }
}

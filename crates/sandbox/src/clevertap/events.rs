//! The events of users: those that were uploaded and those of the made-up world.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};

use super::tally::Tally;

/// An event of a user.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Event {
    /// Counts from 1, over all uploaded ones that were ever stored; 0 for one of the made-up world.
    pub number: u64,
    /// When it came.
    pub received_at: Timestamp,
    /// The user, as the record names it: identity, Facebook id, Google id or CleverTap id.
    pub identity: String,
    /// Its name.
    pub name: String,
    /// When it happened, in seconds since 1970.
    pub timestamp: i64,
    /// `evtData`.
    pub properties: Map<String, Value>,
    /// The session, for events of the made-up world; uploaded ones have none.
    pub session: Map<String, Value>,
    /// `$source`, where it was given.
    pub source: Option<String>,
    /// The profile it belongs to.
    #[serde(skip)]
    pub(super) profile: usize,
}

/// All events.
#[derive(Debug, Default)]
pub(super) struct Events {
    pub(super) world: Vec<Arc<Event>>,
    pub(super) uploaded: VecDeque<Arc<Event>>,
    /// All names that ever were.
    pub(super) names: BTreeSet<String>,
    /// Of records, as they were uploaded.
    pub(super) tally: Tally,
}

impl Events {
    /// Stores an uploaded one; `record` tells it from others.
    pub(super) fn store(&mut self, mut event: Event, record: &Value, limit: usize) {
        self.tally.count(&record.to_string());
        event.number = self.tally.total();
        if !self.names.contains(&event.name) {
            self.names.insert(event.name.clone());
        }
        self.uploaded.push_back(Arc::new(event));
        while self.uploaded.len() > limit {
            self.uploaded.pop_front();
        }
    }
}

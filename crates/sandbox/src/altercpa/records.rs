//! What the sandbox stores and shows: leads and what happened to them.

use jiff::Timestamp;
use serde::Serialize;

use super::details::Details;

/// Where a lead comes from. A flow is the same whether it was named by its id or by its code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Source {
    /// A click, by its id.
    Click(u64),
    /// A flow, by its id.
    Flow(u64),
}

/// A lead that was really stored, as it was when the snapshot was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Lead {
    /// The id that answers tell.
    pub id: u64,
    /// The offer.
    pub offer: u64,
    /// Where it comes from.
    pub source: Source,
    /// The target network's id of the order.
    pub exto: Option<String>,
    /// The number of its [`status`](super::status).
    pub status: i64,
    /// The number of the reason why it was cancelled.
    pub reason: Option<i64>,
    /// When it was created: as `time` said, else when it was stored.
    pub created_at: Timestamp,
    /// When it was stored, in the sandbox's time.
    pub stored_at: Timestamp,
    /// How often its payout was booked; more than once without a way back in between is money lost.
    pub payout_bookings: u32,
    /// Everything that was stored, in that order; the creation is the first.
    pub history: Vec<HistoryEntry>,
    /// Money, goal and the rest, by the names of their parameters.
    #[serde(rename = "fields")]
    pub(crate) details: Details,
}

/// One thing that was stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct HistoryEntry {
    /// When, in the sandbox's time.
    pub at: Timestamp,
    /// What happened.
    pub event: Event,
    /// The status from then on.
    pub status: i64,
    /// The names of the parameters that made a difference, `status` and `reason` among them, in the order of the
    /// alphabet. Nothing for a repeated `accept=1` that changed nothing.
    pub changed: Vec<String>,
}

/// What happened to a lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Event {
    /// `click.json` created it.
    Created,
    /// `status.json` created it, by `auto` or `stn`.
    CreatedByStatus,
    /// `status.json` changed it.
    Changed,
}

impl Lead {
    /// What was sent of money, goal and the rest, under the name of its parameter: `wm`, `goal`, `phone`, ...
    /// Decimals are as they were sent, `mobile` is `mobile` or `desktop`.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.details.get(name).map(String::as_str)
    }
}

//! What the sandbox stores and shows: leads and conversions.

use std::fmt;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::bodies::Fields;
use super::error_type::ErrorType;
use crate::mask::{MASK, Masker};

/// A lead that was really created, as it was when the snapshot was taken.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Lead {
    /// The id that the push answers.
    pub lead_uuid: Uuid,
    /// The affiliate whose token created it.
    pub affiliate: String,
    /// Whether it was sent with `is_test`.
    pub is_test: bool,
    /// What became of it.
    pub status: LeadStatus,
    /// Why it was rejected.
    pub error_type: Option<ErrorType>,
    /// The advertiser that took it.
    pub advertiser_uuid: Option<Uuid>,
    /// Its name.
    pub advertiser_name: Option<String>,
    /// The lead's id in the advertiser's system.
    pub external_id: Option<String>,
    /// When it was created, in the sandbox's time, to the millisecond.
    pub created_at: Timestamp,
    /// The body as stored: long texts cut, passwords whole.
    pub(crate) body: Map<String, Value>,
}

/// What became of a lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LeadStatus {
    /// Advertisers are being asked.
    InRotation,
    /// An advertiser took it.
    Pushed,
    /// Nobody took it.
    Rejected,
}

impl Lead {
    /// A stored value of the body, such as `email` or `aff_sub`; whole, passwords too.
    pub fn field(&self, key: &str) -> Option<&Value> {
        self.body.get(key)
    }

    /// A stored value of the body that is a text.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.body.get(key).and_then(Value::as_str)
    }

    /// The lead as it may be shown to anybody.
    pub(crate) fn view(&self, masker: &Masker) -> Value {
        serde_json::json!({
            "lead_uuid": self.lead_uuid.to_string(),
            "affiliate": self.affiliate,
            "status": self.status,
            "is_test": self.is_test,
            "error_type": self.error_type,
            "advertiser_uuid": self.advertiser_uuid.map(|uuid| uuid.to_string()),
            "advertiser_name": self.advertiser_name,
            "external_id": self.external_id,
            "created_at": self.created_at,
            "body": masker.json(&Value::Object(self.body.clone())),
        })
    }
}

impl fmt::Debug for Lead {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let masker = Masker::new(&[], Vec::new());
        formatter
            .debug_struct("Lead")
            .field("lead_uuid", &self.lead_uuid)
            .field("status", &self.status)
            .field("error_type", &self.error_type)
            .field("is_test", &self.is_test)
            .field("advertiser_name", &self.advertiser_name)
            .field("external_id", &self.external_id)
            .field("created_at", &self.created_at)
            .field("body", &masker.json(&Value::Object(self.body.clone())))
            .finish_non_exhaustive()
    }
}

/// A conversion: what a row of the list stands for.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Conversion {
    /// The row's `uuid`: the conversion's id, not the lead's.
    pub uuid: Uuid,
    /// The lead it belongs to.
    pub lead_uuid: Uuid,
    /// The goal.
    pub goal_type_uuid: Uuid,
    /// The goal's name.
    pub goal_type: String,
    /// Whether the lead is a test.
    pub is_test: bool,
    /// When it happened, in the sandbox's time, to the millisecond.
    pub created_at: Timestamp,
    pub(crate) affiliate: String,
    pub(crate) row: Fields,
}

impl Conversion {
    /// A value of the row as the list shows it, such as `externalId`; passwords whole.
    pub fn field(&self, name: &str) -> Option<&Value> {
        self.row.get(name)
    }

    /// The conversion as it may be shown to anybody.
    pub(crate) fn view(&self, masker: &Masker) -> Value {
        let row = serde_json::to_value(&self.row).unwrap_or_default();
        serde_json::json!({
            "uuid": self.uuid.to_string(),
            "lead_uuid": self.lead_uuid.to_string(),
            "goal_type_uuid": self.goal_type_uuid.to_string(),
            "goal_type": self.goal_type,
            "is_test": self.is_test,
            "created_at": self.created_at,
            "row": masker.json(&row),
        })
    }
}

impl fmt::Debug for Conversion {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Conversion")
            .field("uuid", &self.uuid)
            .field("lead_uuid", &self.lead_uuid)
            .field("goal_type", &self.goal_type)
            .field("is_test", &self.is_test)
            .field("created_at", &self.created_at)
            .field("row", &MASK)
            .finish_non_exhaustive()
    }
}

/// A goal that conversions can have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoalType {
    /// Its id, by which it is to be selected.
    pub uuid: Uuid,
    /// Its name; operators choose it.
    pub name: String,
}

/// A time as rows show it: UTC with milliseconds.
pub(crate) fn row_time(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

//! The vendor's words for why a lead was rejected.

use serde::{Serialize, Serializer};

/// `data.errorType` of a 400.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorType {
    /// `BLOCKED_BY_TRAFFIC_FILTER`
    BlockedByTrafficFilter,
    /// `ROTATION_ERROR`
    RotationError,
    /// `FIXABLE_INPUT`
    FixableInput,
    /// `DUPLICATION_ERROR`
    DuplicationError,
    /// `CRM_DUPLICATION_ERROR`
    CrmDuplicationError,
    /// `BLOCK_COUNTRY`
    BlockCountry,
    /// `INVALID_DATA`
    InvalidData,
    /// `UNKNOWN`
    Unknown,
    /// `TIMEOUT_ERROR`
    TimeoutError,
    /// `NO_AUTOLOGIN_URL`
    NoAutologinUrl,
    /// `NO_BRAND_CRM_ID`
    NoBrandCrmId,
    /// `BLOCKED_BY_ADVERTISER`
    BlockedByAdvertiser,
    /// A word that the manual does not have.
    Other(String),
}

impl ErrorType {
    /// The word on the wire.
    pub fn as_str(&self) -> &str {
        match self {
            ErrorType::BlockedByTrafficFilter => "BLOCKED_BY_TRAFFIC_FILTER",
            ErrorType::RotationError => "ROTATION_ERROR",
            ErrorType::FixableInput => "FIXABLE_INPUT",
            ErrorType::DuplicationError => "DUPLICATION_ERROR",
            ErrorType::CrmDuplicationError => "CRM_DUPLICATION_ERROR",
            ErrorType::BlockCountry => "BLOCK_COUNTRY",
            ErrorType::InvalidData => "INVALID_DATA",
            ErrorType::Unknown => "UNKNOWN",
            ErrorType::TimeoutError => "TIMEOUT_ERROR",
            ErrorType::NoAutologinUrl => "NO_AUTOLOGIN_URL",
            ErrorType::NoBrandCrmId => "NO_BRAND_CRM_ID",
            ErrorType::BlockedByAdvertiser => "BLOCKED_BY_ADVERTISER",
            ErrorType::Other(word) => word,
        }
    }

    /// The type with this word.
    pub fn from_word(word: &str) -> Self {
        const ALL: [ErrorType; 12] = [
            ErrorType::BlockedByTrafficFilter,
            ErrorType::RotationError,
            ErrorType::FixableInput,
            ErrorType::DuplicationError,
            ErrorType::CrmDuplicationError,
            ErrorType::BlockCountry,
            ErrorType::InvalidData,
            ErrorType::Unknown,
            ErrorType::TimeoutError,
            ErrorType::NoAutologinUrl,
            ErrorType::NoBrandCrmId,
            ErrorType::BlockedByAdvertiser,
        ];
        ALL.into_iter()
            .find(|known| known.as_str() == word)
            .unwrap_or_else(|| ErrorType::Other(word.to_owned()))
    }

    /// A text to go with it; the vendor's own texts are not known.
    pub(crate) fn usual_message(&self) -> &'static str {
        match self {
            ErrorType::BlockedByTrafficFilter => "Rejected by traffic filter",
            ErrorType::RotationError => "No advertiser took the lead",
            ErrorType::FixableInput => "Validation Error",
            ErrorType::DuplicationError => "Lead already exists for this advertiser",
            ErrorType::CrmDuplicationError => "Rejected by deduplication rules",
            ErrorType::BlockCountry => "Country is not allowed",
            ErrorType::InvalidData => "Advertiser validation error",
            ErrorType::Unknown | ErrorType::Other(_) => "Unknown error",
            ErrorType::TimeoutError => "Rotation timeout exceeded",
            ErrorType::NoAutologinUrl => "Autologin URL is not specified",
            ErrorType::NoBrandCrmId => "Lead ID in advertiser system is not specified",
            ErrorType::BlockedByAdvertiser => "Rejected by advertiser",
        }
    }
}

impl Serialize for ErrorType {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

//! What the operator's people do to leads behind the API's back.

use uuid::Uuid;

use super::records::LeadStatus;
use super::stand_in::StandIn;
use crate::sync::lock;

/// Why nothing could be done to a lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LeadError {
    /// No lead has this id (a conversion's id is not a lead's).
    #[error("no lead has the uuid {0}")]
    Unknown(Uuid),
    /// Only a lead that an advertiser took can have an FTD.
    #[error("no advertiser took the lead {0}")]
    NotPushed(Uuid),
    /// Only a rejected lead can be re-injected.
    #[error("the lead {0} was not rejected")]
    NotRejected(Uuid),
    /// No advertiser takes leads from there, or all caps are full.
    #[error("no advertiser is open for the lead {0}")]
    NobodyOpen(Uuid),
}

/// Adds an FTD conversion to a pushed lead.
pub(super) fn fire_ftd(stand_in: &StandIn, lead_uuid: Uuid) -> Result<Uuid, LeadError> {
    let mut state = lock(&stand_in.state);
    let lead = state.lead(lead_uuid).ok_or(LeadError::Unknown(lead_uuid))?;
    if lead.status != LeadStatus::Pushed {
        return Err(LeadError::NotPushed(lead_uuid));
    }
    let goal = state.ftd_goal.clone();
    state.add_conversion(lead_uuid, &goal, stand_in.clock.now()).ok_or(LeadError::Unknown(lead_uuid))
}

/// Gives a rejected lead to the first advertiser that is open for it, whatever its script says.
pub(super) fn reinject(stand_in: &StandIn, lead_uuid: Uuid) -> Result<Uuid, LeadError> {
    let mut state = lock(&stand_in.state);
    let lead = state.lead(lead_uuid).ok_or(LeadError::Unknown(lead_uuid))?;
    if lead.status != LeadStatus::Rejected {
        return Err(LeadError::NotRejected(lead_uuid));
    }
    let country = lead.text("country_code").map(str::to_owned);
    let open =
        state.advertisers.iter().position(|advertiser| advertiser.eligible(country.as_deref()).is_ok());
    let index = open.ok_or(LeadError::NobodyOpen(lead_uuid))?;
    state.rotations += 1;
    state.accept(lead_uuid, index, stand_in.clock.now()).ok_or(LeadError::NobodyOpen(lead_uuid))
}

//! What the stand-in of Partnerize knows of campaigns, clicks and conversions, and how each part of the vendor's
//! interface shows it: reports, exports, analytics, and what is payable.
//!
//! Everything here is a pure function of a `World` and of what was asked. Sockets, credentials, limits, jobs, and the
//! vendor's words for what was refused are not its business.

mod analytics;
mod asked;
mod balance;
mod campaign;
mod click;
mod click_report;
mod conversion;
mod conversion_report;
mod export;
mod line;
mod money;
mod payable;
mod schedule;
mod selection;
mod survey;
mod truth;
mod when;
mod words;
mod world;
mod xml;
mod zone;

pub(crate) use asked::{Answered, Complaint, Parts, Why};
pub(crate) use campaign::Campaign;
pub(crate) use export::{Export, export_csv};
pub use truth::Conversion;
pub(crate) use words::{
    CONVERSION_METRICS, CONVERSION_TYPES, COUNTRIES, CURRENCIES, DEVICES, PARTNERSHIP_MODELS, Reference,
    TRAFFIC_SOURCES, USER_CONTEXTS,
};
pub(crate) use world::{PARTNER, PARTNER_NAME, World};
pub(crate) use zone::zone_names;

/// Answers what can be answered from the world alone; `None` for any other operation. Exports are asked for with
/// `export_csv`.
pub(crate) fn answer(world: &World, operation: &str, parts: &Parts<'_>) -> Option<Answered> {
    let answered = match operation {
        "reportConversions" => conversion_report::answer(world, parts),
        "reportClicks" => click_report::answer(world, parts),
        "getPayable" => payable::answer(world, parts),
        "getPaymentSummary" => Ok(balance::summary(world)),
        "listAvailableCommissions" => Ok(balance::available(world)),
        _ => analytics::answer(world, operation, parts)?,
    };
    Some(answered.unwrap_or_else(Answered::Refused))
}

#[cfg(test)]
mod agreement;
#[cfg(test)]
mod pages;

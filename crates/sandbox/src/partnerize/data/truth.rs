//! The conversions as tests see them: what reports, exports and analytics should come to.

use jiff::Timestamp;
use serde::Serialize;

use super::conversion;
use super::money::Money;
use super::words::{CURRENCIES, entry};
use super::world::World;

/// A conversion of the made-up network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Conversion {
    /// Its id.
    pub id: String,
    /// When it was.
    pub at: Timestamp,
    /// The campaign.
    pub campaign: String,
    /// The currency of its sums.
    pub currency: &'static str,
    /// What the customer paid for all items, as a decimal number without zeros at its end.
    pub value: String,
    /// The partner's commission on all items, likewise.
    pub commission: String,
    /// `pending`, `approved`, `rejected`, or `mixed` when its items differ.
    pub status: &'static str,
}

impl World {
    /// All conversions, in the order in which they were.
    pub(crate) fn conversions(&self) -> impl Iterator<Item = Conversion> + '_ {
        (0..self.schedule.conversions()).map(|index| {
            let conversion = self.conversion(index);
            let campaign = self.campaign(conversion.click.campaign);
            Conversion {
                id: conversion.id(),
                at: Timestamp::from_second(conversion.at).unwrap_or_default(),
                campaign: campaign.map(|campaign| campaign.id.clone()).unwrap_or_default(),
                currency: entry(&CURRENCIES, conversion.currency).0,
                value: conversion.items().map(|item| item.value).sum::<Money>().to_string(),
                commission: conversion.items().map(|item| item.commission).sum::<Money>().to_string(),
                status: conversion::Conversion::status(conversion.items()),
            }
        })
    }
}

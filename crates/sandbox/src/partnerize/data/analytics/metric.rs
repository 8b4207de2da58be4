//! What is counted, and how a metric follows from it.

use serde_json::Value;

use super::super::conversion::Status;
use super::super::money::{Purse, decimal, quotient};
use super::super::world::World;
use super::column::Event;

/// A metric that is approximate at the vendor, who says so in a header.
pub(super) const APPROXIMATE: &str = "total_unique_clicks";

/// What a group of events comes to.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sums {
    clicks: u64,
    converted: u64,
    unique: u64,
    impressions: u64,
    items: u64,
    conversions: u64,
    /// The conversion that was counted last: its other items come right behind.
    last: Option<u64>,
    rejected: u64,
    value: Purse,
    commission: Purse,
}

impl Sums {
    pub(super) fn take(&mut self, world: &World, event: &Event<'_>) {
        let Some((conversion, item)) = event.item else {
            self.clicks += 1;
            self.converted += u64::from(world.schedule.converted(event.click.index));
            self.unique += u64::from(!event.click.again);
            self.impressions += event.click.impressions;
            return;
        };
        self.items += 1;
        self.conversions += u64::from(self.last != Some(conversion.index));
        self.last = Some(conversion.index);
        self.rejected += u64::from(item.status == Status::Rejected);
        self.value.add(conversion.currency, item.value);
        self.commission.add(conversion.currency, item.commission);
    }

    /// The sums of all groups; conversions that are in several are counted in each.
    pub(super) fn merge(&mut self, other: &Self) {
        self.clicks += other.clicks;
        self.items += other.items;
        self.value.merge(&other.value);
        self.commission.merge(&other.commission);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.clicks == 0 && self.items == 0
    }

    /// A metric, beside what everything comes to, in this currency. Rates are percentages.
    pub(super) fn metric(&self, name: &str, all: &Self, currency: usize) -> Value {
        let value = || self.value.converted(currency);
        let commission = || self.commission.converted(currency);
        // Sums have ten digits behind the point.
        let mean = |sum: i128, of: u64| quotient(sum, i128::from(of) * 10_000_000_000);
        let share = |part: i128, whole: i128| quotient(part * 100, whole);
        match name {
            "total_clicks" => self.clicks.into(),
            "total_clicks_converted" => self.converted.into(),
            "click_conversion_rate" => share(self.converted.into(), self.clicks.into()),
            "total_unique_clicks" => self.unique.into(),
            "total_impressions" => self.impressions.into(),
            "total_conversion_items" => self.items.into(),
            "total_conversions" => self.conversions.into(),
            "total_order_value" => decimal(value(), 10),
            "total_partner_commission" => decimal(commission(), 10),
            "average_order_value" => mean(value(), self.conversions),
            "average_partner_commission" => mean(commission(), self.conversions),
            "average_order_size" => quotient(self.items.into(), self.conversions.into()),
            "conversion_rejection_rate" => share(self.rejected.into(), self.items.into()),
            "percentage_average_partner_commission" => share(commission(), value()),
            "percentage_order_value" => share(value(), all.value.converted(currency)),
            "percentage_partner_commission" => share(commission(), all.commission.converted(currency)),
            _ => Value::Null,
        }
    }
}

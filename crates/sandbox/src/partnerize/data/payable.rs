//! What can be paid now.

use std::collections::BTreeMap;

use serde::Serialize;

use super::asked::{Answered, Complaint, Parts};
use super::conversion::Payment;
use super::money::{Money, Purse};
use super::words::CURRENCIES;
use super::world::World;

#[derive(Serialize)]
struct Body {
    offset: u64,
    limit: u64,
    count: u64,
    total_conversion_count: BTreeMap<&'static str, u64>,
    total_commission_value: BTreeMap<&'static str, Money>,
    total_value: BTreeMap<&'static str, Money>,
    total_publisher_commission_value: BTreeMap<&'static str, Money>,
    execution_time: &'static str,
    /// Empty, as in the manual's sample, although there are some.
    conversion_items: [(); 0],
}

pub(super) fn answer(world: &World, parts: &Parts<'_>) -> Result<Answered, Complaint> {
    let mut counts = [0_u64; CURRENCIES.len()];
    let (mut value, mut commission, mut gross) = (Purse::default(), Purse::default(), Purse::default());
    for index in world.conversions_between(world.now - Payment::PAYABLE_WITHIN, world.now) {
        let conversion = world.conversion(index);
        let mut any = false;
        for item in conversion.items().filter(|item| item.payment == Payment::Payable) {
            any = true;
            value.add(conversion.currency, item.value);
            commission.add(conversion.currency, item.commission);
            gross.add(conversion.currency, item.gross());
        }
        if let Some(count) = counts.get_mut(conversion.currency) {
            *count += u64::from(any);
        }
    }
    let has = |currency: usize| counts.get(currency).is_some_and(|count| *count > 0);
    let by_code = CURRENCIES.iter().zip(counts).filter(|(_, count)| *count > 0);
    Ok(Answered::json(&Body {
        offset: parts.number("offset")?.unwrap_or(0),
        limit: parts.number("limit")?.unwrap_or(300),
        count: 0,
        total_conversion_count: by_code.map(|((code, _), count)| (*code, count)).collect(),
        total_commission_value: gross.by_code(has),
        total_value: value.by_code(has),
        total_publisher_commission_value: commission.by_code(has),
        execution_time: "0.55225 seconds",
        conversion_items: [],
    }))
}

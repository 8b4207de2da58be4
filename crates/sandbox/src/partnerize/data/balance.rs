//! What the partner has earned, by where its payment is.
//!
//! Pending is what no brand has decided about; approved, what is too young to be paid; available, what could be paid now;
//! confirmed, what is in a self-bill; paid, what was released. The vendor does not say what its words mean.

use std::collections::BTreeMap;

use serde_json::json;

use super::asked::Answered;
use super::conversion::{Item, Payment, Status};
use super::money::{Money, Purse, decimal};
use super::words::CURRENCIES;
use super::world::{PARTNER, World};

const EXECUTION_TIME: &str = "0.31120 seconds";
/// What everything is converted to, by its place among the currencies.
const CONVERTED_TO: usize = 0;

/// Commission, and how many items it is for, by currency.
#[derive(Debug, Default)]
struct Earned {
    items: [u64; CURRENCIES.len()],
    value: Purse,
    commission: Purse,
}

/// What is earned in each place, in the order of the document's names.
#[derive(Debug, Default)]
struct Places {
    available: Earned,
    confirmed: Earned,
    pending: Earned,
    approved: Earned,
    paid: Earned,
}

impl Places {
    /// Of the conversions since then.
    fn of(world: &World, since: i64) -> Self {
        let mut places = Self::default();
        for index in world.conversions_between(since, world.now) {
            let conversion = world.conversion(index);
            for item in conversion.items() {
                let place = match (item.payment, item.status) {
                    (Payment::Payable, _) => &mut places.available,
                    (Payment::Billed { released: None, .. }, _) => &mut places.confirmed,
                    (Payment::Billed { released: Some(_), .. }, _) => &mut places.paid,
                    (Payment::NotYet, Status::Pending) => &mut places.pending,
                    (Payment::NotYet, Status::Approved) => &mut places.approved,
                    (Payment::NotYet, Status::Rejected) => continue,
                };
                place.add(conversion.currency, item);
            }
        }
        places
    }
}

impl Earned {
    fn add(&mut self, currency: usize, item: &Item) {
        self.value.add(currency, item.value);
        self.commission.add(currency, item.commission);
        if let Some(items) = self.items.get_mut(currency) {
            *items += 1;
        }
    }

    fn commission(&self) -> BTreeMap<&'static str, Money> {
        self.commission.by_code(|currency| self.items.get(currency).is_some_and(|items| *items > 0))
    }
}

pub(super) fn summary(world: &World) -> Answered {
    let places = Places::of(world, 0);
    Answered::json(&json!({
        "execution_time": EXECUTION_TIME,
        "summary": {
            "available": places.available.commission(),
            "confirmed": places.confirmed.commission(),
            "pending": places.pending.commission(),
            "approved": places.approved.commission(),
            "paid": places.paid.commission(),
        },
    }))
}

/// One object where there is one currency, as in the manual's sample, and a list where there are several, as in its
/// types.
pub(super) fn available(world: &World) -> Answered {
    let earned = Places::of(world, world.now - Payment::PAYABLE_WITHIN).available;
    let (value, commission) = (earned.value.by_code(|_| true), earned.commission.by_code(|_| true));
    let currencies = CURRENCIES.iter().zip(earned.items).enumerate().filter(|(_, (_, items))| *items > 0);
    let mut sums: Vec<_> = currencies
        .map(|(place, ((code, _), items))| {
            let own = commission.get(code).copied().unwrap_or_default();
            let mut purse = Purse::default();
            purse.add(place, own);
            json!({ "available_commission": {
                "no_items": items, "value": value.get(code), "publisher_commission": own, "currency": code,
                "publisher_id": PARTNER,
                "publisher_commission_converted": {
                    "currency": CURRENCIES.get(CONVERTED_TO).map(|(code, _)| code),
                    "value": decimal(purse.converted(CONVERTED_TO), 10),
                },
            } })
        })
        .collect();
    let sums = if sums.len() == 1 { sums.swap_remove(0) } else { sums.into() };
    Answered::json(&json!({ "execution_time": EXECUTION_TIME, "available_commissions": sums }))
}

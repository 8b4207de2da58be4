//! A conversion and its items, likewise.

use super::campaign::below;
use super::click::Click;
use super::money::Money;
use super::schedule::DAY;
use super::words::{CUSTOMER_TYPES, PRODUCTS, REJECT_REASONS, VOUCHERS};
use super::world::World;
use crate::prng::SplitMix64;

/// After so many seconds nothing changes about a conversion any more.
pub(super) const LATEST_DECISION: i64 = 36 * DAY;
/// An approved item can be paid after so long, and is in a self-bill after so long.
const PAYABLE_AFTER: i64 = 14 * DAY;
const BILLED_AFTER: i64 = 30 * DAY;
const RELEASED_AFTER: i64 = 37 * DAY;
const FIRST_CONVERSION: u64 = 1_000_000;
/// No conversion has more items.
const MOST_ITEMS: usize = 3;

/// What the brand has made of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    Pending,
    Approved,
    Rejected,
}

impl Status {
    pub(super) const ALL: [Self; 3] = [Self::Pending, Self::Approved, Self::Rejected];

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
        }
    }

    /// The number that stands for it.
    pub(super) fn id(self) -> u8 {
        match self {
            Self::Pending => 1,
            Self::Approved => 2,
            Self::Rejected => 3,
        }
    }
}

/// A conversion. What is a place is one in the list of that name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Conversion {
    pub(super) index: u64,
    pub(super) at: i64,
    pub(super) click: Click,
    pub(super) currency: usize,
    pub(super) metric: usize,
    pub(super) customer_type: usize,
    pub(super) disputed: bool,
    /// Whether the customer came by an advertisement of a search engine, which shows in the meta data.
    pub(super) searched: bool,
    items: [Item; MOST_ITEMS],
    many: usize,
}

/// An item of a conversion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Item {
    /// Unique over all conversions.
    pub(super) number: u64,
    pub(super) product: usize,
    pub(super) value: Money,
    pub(super) commission: Money,
    pub(super) status: Status,
    /// When it was last changed.
    pub(super) changed: i64,
    pub(super) voucher: Option<usize>,
    pub(super) reason: usize,
    /// Where its payment is.
    pub(super) payment: Payment,
}

/// Where the payment of an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Payment {
    /// Not approved, or not long enough ago.
    NotYet,
    Payable,
    /// In a self-bill that was asked for at this time, and released at the other when that has come.
    Billed {
        asked: i64,
        released: Option<i64>,
    },
}

impl Payment {
    /// What can be paid now was bought not longer ago.
    pub(super) const PAYABLE_WITHIN: i64 = LATEST_DECISION + BILLED_AFTER;

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::NotYet | Self::Payable => "unpaid",
            Self::Billed { released: None, .. } => "requested",
            Self::Billed { released: Some(_), .. } => "paid",
        }
    }
}

impl Conversion {
    pub(super) fn new(world: &World, index: u64) -> Self {
        let at = world.schedule.conversion_time(index);
        let click = Click::new(world, world.schedule.click_of(index));
        let campaign = world.campaign(click.campaign);
        let currency = campaign.map_or(0, |campaign| campaign.currency);
        let mut stream = SplitMix64::new(world.seed ^ index.wrapping_mul(0x1656_67b1), "conversion");
        let fate = (fate(&mut stream), delay(&mut stream));
        let many = 1 + below(&mut stream, 2) * below(&mut stream, MOST_ITEMS);
        let items = std::array::from_fn(|place| {
            // Now and then the brand decides otherwise about one of several.
            let (fate, delay) = if place > 0 && stream.below(6) == 0 {
                (self::fate(&mut stream), self::delay(&mut stream))
            } else {
                fate
            };
            let cents = 499 + i64::try_from(stream.below(24_000)).unwrap_or_default();
            // Yen have no cents.
            let value = Money::cents(if currency == 3 { cents * 100 } else { cents });
            let (status, changed) =
                if at + delay <= world.now { (fate, at + delay) } else { (Status::Pending, at + 1) };
            Item {
                number: FIRST_CONVERSION * 4 + index * MOST_ITEMS as u64 + place as u64,
                product: below(&mut stream, PRODUCTS.len()),
                value,
                commission: campaign.map(|campaign| campaign.commission(value)).unwrap_or_default(),
                status,
                changed: changed.min(world.now),
                voucher: (stream.below(9) == 0).then(|| below(&mut stream, VOUCHERS.len())),
                reason: below(&mut stream, REJECT_REASONS.len()),
                payment: payment(status, changed, world.now),
            }
        });
        Self {
            index,
            at,
            click,
            currency,
            metric: usize::from(stream.below(12) == 0),
            customer_type: below(&mut stream, CUSTOMER_TYPES.len()),
            disputed: stream.below(50) == 0,
            searched: stream.below(3) == 0,
            items,
            many: many.min(MOST_ITEMS),
        }
    }

    pub(super) fn items(&self) -> impl Iterator<Item = &Item> {
        self.items.iter().take(self.many)
    }

    pub(super) fn id(&self) -> String {
        format!("111111l{}", FIRST_CONVERSION + self.index)
    }

    /// The place in time of the conversion with this id.
    pub(super) fn index_of(id: &str) -> Option<u64> {
        id.strip_prefix("111111l")?.parse::<u64>().ok()?.checked_sub(FIRST_CONVERSION)
    }

    /// The brand's number of the order.
    pub(super) fn reference(&self) -> String {
        format!("ORDER{}", 100_000 + self.index)
    }

    /// When it was last changed.
    pub(super) fn changed(&self) -> i64 {
        self.items().map(|item| item.changed).max().unwrap_or(self.at)
    }

    /// What stands for its items together: `mixed` when they differ.
    pub(super) fn status<'a>(mut items: impl Iterator<Item = &'a Item>) -> &'static str {
        let Some(first) = items.next().map(|item| item.status) else { return Status::Pending.word() };
        if items.all(|item| item.status == first) { first.word() } else { "mixed" }
    }
}

impl Item {
    pub(super) fn id(&self) -> String {
        format!("111111l{}", self.number)
    }

    /// What the brand pays: the commission, and a tenth of it for the network.
    pub(super) fn gross(&self) -> Money {
        self.commission.share(11_000)
    }

    pub(super) fn approved(&self) -> Option<i64> {
        (self.status == Status::Approved).then_some(self.changed)
    }

    /// The self-bill that it is in: there is one a day.
    pub(super) fn self_bill(&self) -> Option<String> {
        match self.payment {
            Payment::Billed { asked, .. } => Some(format!("1011l{}", asked / DAY)),
            _ => None,
        }
    }
}

fn fate(stream: &mut SplitMix64) -> Status {
    match stream.below(100) {
        0..=79 => Status::Approved,
        80..=91 => Status::Rejected,
        _ => Status::Pending,
    }
}

fn delay(stream: &mut SplitMix64) -> i64 {
    i64::try_from(5 * 86_400 + stream.below(30 * 86_400)).unwrap_or(LATEST_DECISION).min(LATEST_DECISION)
}

fn payment(status: Status, changed: i64, now: i64) -> Payment {
    if status != Status::Approved || changed + PAYABLE_AFTER > now {
        return Payment::NotYet;
    }
    if changed + BILLED_AFTER > now {
        return Payment::Payable;
    }
    let released = changed + RELEASED_AFTER;
    Payment::Billed { asked: changed + BILLED_AFTER, released: (released <= now).then_some(released) }
}

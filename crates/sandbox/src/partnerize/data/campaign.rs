//! Campaigns: brands, currencies, what they pay, and how the partner stands to them.

use super::money::Money;
use super::schedule::DAY;
use super::words::{CURRENCIES, currency_place, entry};
use crate::prng::SplitMix64;

/// Made-up brands with what they sell. With more than two campaigns for each, the names come again with a number.
const BRANDS: [(&str, (u16, &str)); 6] = [
    ("Harbour Outfitters", (1, "Retail")),
    ("Northlight Travel", (2, "Travel")),
    ("Quillon Telecom", (3, "Telecommunications")),
    ("Fernway Finance", (4, "Finance")),
    ("Ossian Games", (5, "Entertainment")),
    ("Tallow Home", (1, "Retail")),
];
/// The currencies of the first brands; those behind have all there are.
const FIRST_CURRENCIES: [&str; 3] = ["GBP", "EUR", "USD"];
/// Fields that brands send along with items; the columns of an export depend on who does.
const META: [&str; 9] = [
    "cabin_code",
    "colour",
    "departure_date",
    "dest",
    "device",
    "origin",
    "passenger",
    "payment_method",
    "size",
];

/// A campaign.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Campaign {
    pub(crate) id: String,
    pub(crate) brand_id: String,
    pub(crate) brand: String,
    pub(crate) title: String,
    pub(crate) camref: String,
    /// The place of its currency in the list.
    pub(super) currency: usize,
    /// What the partner gets of an item's value, in percent.
    pub(crate) percent: u16,
    /// How the partner stands to it at the beginning: `a`, `p`, `r`, `t`, or not at all.
    pub(crate) standing: Option<&'static str>,
    pub(crate) vertical: (u16, &'static str),
    /// Since when its commission holds.
    pub(super) since: i64,
    /// The names of what is sent along with items.
    pub(super) meta: Vec<&'static str>,
}

impl Campaign {
    pub(super) fn new(seed: u64, place: usize, start: i64) -> Self {
        let mut stream = SplitMix64::new(seed ^ (place as u64).wrapping_mul(0xc2b2_ae35), "campaign");
        let brand_number = place / 2;
        let (name, vertical) = entry(&BRANDS, brand_number % BRANDS.len());
        let brand = if brand_number < BRANDS.len() {
            name.to_owned()
        } else {
            format!("{name} {}", brand_number / BRANDS.len() + 1)
        };
        let currency = if brand_number < BRANDS.len() {
            currency_place(entry(&FIRST_CURRENCIES, brand_number % FIRST_CURRENCIES.len()))
        } else {
            Some(brand_number % CURRENCIES.len())
        };
        // One in each state and two in none, so that every listing has something to show; the rest take part.
        let standing = match place % 12 {
            1 => Some("p"),
            2 => Some("r"),
            3 | 4 => Some("t"),
            5 | 6 => None,
            _ => Some("a"),
        };
        let many = below(&mut stream, 4);
        let first = below(&mut stream, META.len() - 3);
        Self {
            id: format!("10l{}", 176 + place),
            brand_id: format!("10l{}", 110 + brand_number),
            title: format!("{brand} {}", if place.is_multiple_of(2) { "Standard" } else { "Vouchers" }),
            brand,
            camref: format!("1{:06x}", stream.below(0x0100_0000)),
            currency: currency.unwrap_or_default(),
            percent: 5 + u16::try_from(brand_number % 20).unwrap_or_default(),
            standing,
            vertical,
            since: start - DAY * i64::try_from(1 + stream.below(300)).unwrap_or_default(),
            meta: META.iter().skip(first).take(many).copied().collect(),
        }
    }

    pub(crate) fn currency_code(&self) -> &'static str {
        entry(&CURRENCIES, self.currency).0
    }

    /// What an item of this value pays the partner.
    pub(super) fn commission(&self, value: Money) -> Money {
        value.share(i64::from(self.percent) * 100)
    }
}

/// A place in a list of this length.
pub(super) fn below(stream: &mut SplitMix64, length: usize) -> usize {
    usize::try_from(stream.below(length as u64)).unwrap_or_default()
}

/// Digits and small letters, as references of clicks and campaigns are written.
pub(super) fn base36(mut number: u64) -> String {
    let mut text = Vec::new();
    loop {
        let digit = u32::try_from(number % 36).unwrap_or_default();
        text.push(char::from_digit(digit, 36).unwrap_or('0'));
        number /= 36;
        if number == 0 {
            return text.iter().rev().collect();
        }
    }
}

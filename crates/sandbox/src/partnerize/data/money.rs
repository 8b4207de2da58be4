//! Sums without rounding: ten-thousandths of a currency's unit, as whole numbers, until they are written.

use std::collections::BTreeMap;
use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign};

use serde::{Serialize, Serializer};
use serde_json::Value;

use super::words::{CURRENCIES, entry};

/// How many parts a unit has.
const PARTS: i64 = 10_000;

/// A sum in one currency.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Money(i64);

impl Money {
    pub(super) const fn cents(cents: i64) -> Self {
        Self(cents * (PARTS / 100))
    }

    /// This many hundredths of a percent of it, rounded to a part.
    pub(super) fn share(self, basis_points: i64) -> Self {
        Self((self.0 * basis_points + 5_000) / 10_000)
    }
}

impl Add for Money {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl AddAssign for Money {
    fn add_assign(&mut self, other: Self) {
        self.0 += other.0;
    }
}

impl Sum for Money {
    fn sum<I: Iterator<Item = Self>>(sums: I) -> Self {
        sums.fold(Self::default(), Add::add)
    }
}

impl fmt::Display for Money {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&decimal_text(self.0.into(), 4))
    }
}

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        decimal(self.0.into(), 4).serialize(serializer)
    }
}

/// Sums by currency, each currency by its place in the list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Purse([Money; CURRENCIES.len()]);

impl Purse {
    pub(super) fn add(&mut self, currency: usize, sum: Money) {
        if let Some(own) = self.0.get_mut(currency) {
            *own += sum;
        }
    }

    pub(super) fn merge(&mut self, other: &Self) {
        for (own, sum) in self.0.iter_mut().zip(other.0) {
            *own += sum;
        }
    }

    /// Everything in one currency, in ten-thousand-millionths of its unit.
    pub(super) fn converted(&self, currency: usize) -> i128 {
        let (_, rate) = entry(&CURRENCIES, currency);
        let kept = self.0.get(currency).copied().unwrap_or_default();
        let others = self.0.iter().zip(CURRENCIES).enumerate().filter(|(place, _)| *place != currency);
        let worth: i128 = others.map(|(_, (sum, (_, rate)))| i128::from(sum.0) * i128::from(rate)).sum();
        // What is in the currency already is not converted, so that it stays exact.
        i128::from(kept.0) * 1_000_000 + divide(worth * 1_000_000, i128::from(rate.max(1)))
    }

    /// The sums of those currencies that are asked for, by code.
    pub(super) fn by_code(&self, wanted: impl Fn(usize) -> bool) -> BTreeMap<&'static str, Money> {
        let sums = self.0.iter().zip(CURRENCIES).enumerate().filter(|(place, _)| wanted(*place));
        sums.map(|(_, (sum, (code, _)))| (code, *sum)).collect()
    }
}

/// A quotient, rounded to the nearest.
pub(super) fn divide(above: i128, below: i128) -> i128 {
    if below == 0 {
        return 0;
    }
    let half = below.abs() / 2;
    if (above < 0) == (below < 0) {
        (above.abs() + half) / below.abs()
    } else {
        -((above.abs() + half) / below.abs())
    }
}

/// What a text says, in ten-thousand-millionths; digits behind the tenth are not looked at.
pub(super) fn read(text: &str) -> Option<i128> {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let (whole, rest) = digits.split_once('.').unwrap_or((digits, ""));
    let rest: String = rest.chars().chain(std::iter::repeat('0')).take(10).collect();
    let whole = if whole.is_empty() { 0 } else { whole.parse::<u64>().ok()?.into() };
    Some(sign * (whole * 10_000_000_000_i128 + i128::from(rest.parse::<u64>().ok()?)))
}

/// A quotient as a number of JSON, with ten digits behind the point; 0 when there is nothing to divide by.
pub(super) fn quotient(above: i128, below: i128) -> Value {
    decimal(divide(above * 10_000_000_000, below), 10)
}

/// A number of JSON: `units` with the point `scale` digits from the right.
pub(super) fn decimal(units: i128, scale: u32) -> Value {
    let text = decimal_text(units, scale);
    match text.parse::<i64>() {
        Ok(whole) => whole.into(),
        // The shortest digits that name a double are the ones it was read from, up to 15 of them.
        Err(_) => text.parse::<f64>().unwrap_or_default().into(),
    }
}

/// The same as text, without zeros at the end.
fn decimal_text(units: i128, scale: u32) -> String {
    let one = 10_i128.pow(scale);
    let sign = if units < 0 { "-" } else { "" };
    let (whole, rest) = (units.abs() / one, units.abs() % one);
    if rest == 0 {
        return format!("{sign}{whole}");
    }
    let digits = usize::try_from(scale).unwrap_or_default();
    format!("{sign}{whole}.{}", format!("{rest:0digits$}").trim_end_matches('0'))
}

#[cfg(test)]
mod tests {
    use super::{Money, Purse, decimal, quotient, read};

    #[test]
    fn sums_are_written_as_the_manual_writes_them() {
        assert_eq!(Money::cents(95_500).to_string(), "955");
        assert_eq!(serde_json::to_string(&Money::cents(9_550)).unwrap(), "95.5");
        assert_eq!(serde_json::to_string(&Money(3_423_365)).unwrap(), "342.3365");
        assert_eq!(Money::cents(9_092).share(100).to_string(), "0.9092");
        assert_eq!(decimal(-15, 1).to_string(), "-1.5");
        assert_eq!(read("-12.5"), Some(-125_000_000_000));
        assert_eq!(read("twelve"), None);
        assert_eq!(quotient(1, 3).to_string(), "0.3333333333");
        assert_eq!(quotient(1, 0).to_string(), "0");
    }

    #[test]
    fn a_currency_into_itself_stays_exact_and_others_go_by_the_rate() {
        let mut purse = Purse::default();
        purse.add(1, Money(123));
        assert_eq!(purse.converted(1), 123_000_000);
        purse.add(0, Money::cents(108_500));
        assert_eq!(decimal(purse.converted(1), 10).to_string(), "1000.0123");
    }
}

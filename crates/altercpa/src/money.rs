//! Payments: the two pairs that the vendor recommends, and the commission that it does not.

use std::{borrow::Cow, fmt};

use rust_decimal::Decimal;

use crate::fields::{Fields, Invalid, present};

/// The currency of a payment (`cc`). Its format is not documented; ISO 4217 codes are assumed.
///
/// Two other parameters of a lead are called a currency, and are types of their own:
/// [`OrderCurrency`](crate::OrderCurrency) (`currency`) and [`CurrencyNumber`](crate::CurrencyNumber) (`curr`).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Currency(Cow<'static, str>);

impl Currency {
    /// Euro.
    pub const EUR: Self = Self(Cow::Borrowed("EUR"));
    /// US dollar.
    pub const USD: Self = Self(Cow::Borrowed("USD"));
    /// Pound sterling.
    pub const GBP: Self = Self(Cow::Borrowed("GBP"));
    /// Polish złoty.
    pub const PLN: Self = Self(Cow::Borrowed("PLN"));
    /// Ukrainian hryvnia.
    pub const UAH: Self = Self(Cow::Borrowed("UAH"));
    /// Kazakh tenge.
    pub const KZT: Self = Self(Cow::Borrowed("KZT"));
    /// Russian rouble.
    pub const RUB: Self = Self(Cow::Borrowed("RUB"));

    /// A currency by the code that the install knows.
    pub fn new(code: impl Into<String>) -> Self {
        Self(Cow::Owned(code.into()))
    }

    /// The code.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// The network's own commission. The vendor advises against it: it takes away the way to set different commissions for
/// different affiliates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Commission {
    /// An amount in the currency of the payment (`pd`). Above zero it lowers the affiliate's part, below zero it raises
    /// the advertiser's.
    Amount(Decimal),
    /// The same in percent (`pp`).
    Percent(Decimal),
}

/// A payment, never without its currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Payout {
    /// `wm` and `cc`, and `pd` or `pp`.
    Both(Decimal, Currency, Option<Commission>),
    /// `pay` and `cc`.
    Advertiser(Decimal, Currency),
}

impl Payout {
    pub(crate) fn fields(&self) -> Result<Fields, Invalid> {
        let mut fields = Fields::default();
        let (name, amount, currency) = match self {
            Self::Both(amount, currency, _) => ("wm", amount, currency),
            Self::Advertiser(amount, currency) => ("pay", amount, currency),
        };
        not_negative(name, *amount)?;
        present("cc", currency.as_str())?;
        // A decimal prints as plain digits with a dot: no exponent, no thousands mark.
        // The sign of a zero is left out.
        fields.set(name, amount.abs());
        fields.set("cc", currency);
        if let Self::Both(_, _, Some(commission)) = self {
            match commission {
                Commission::Amount(amount) => fields.set("pd", amount),
                Commission::Percent(percent) => fields.set("pp", percent),
            }
        }
        Ok(fields)
    }
}

pub(crate) fn not_negative(field: &'static str, amount: Decimal) -> Result<(), Invalid> {
    if amount.is_sign_negative() && !amount.is_zero() {
        return Err(Invalid::new(field, "must not be below zero"));
    }
    Ok(())
}

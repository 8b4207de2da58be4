//! Everything else that can be said of a lead: the goal, the customer, the order, the traffic.

use std::fmt;

use jiff::Timestamp;
use rust_decimal::Decimal;

use crate::{
    fields::{Fields, Invalid, letters, present},
    money::not_negative,
};

/// A goal of the offer, by one of its two ids: what both together would mean is not documented.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Goal {
    /// The character id (`goal`), or one of the aliases that the offer has for it; recommended.
    Name(String),
    /// The number (`gid`).
    Id(u64),
}

impl Goal {
    /// By the character id.
    pub fn name(name: impl Into<String>) -> Self {
        Self::Name(name.into())
    }

    pub(crate) fn fields(&self) -> Result<Fields, Invalid> {
        let mut fields = Fields::default();
        match self {
            Self::Name(name) => {
                present("goal", name)?;
                fields.set("goal", name);
            }
            Self::Id(0) => {
                return Err(Invalid::new("gid", "must be above zero: the vendor takes zero for none"));
            }
            Self::Id(id) => fields.set("gid", id),
        }
        Ok(fields)
    }
}

/// The kind of traffic (`mobile`). The vendor takes any word that it does not know for mobile, so only two are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Traffic {
    /// From a desktop or laptop.
    Desktop,
    /// From a phone or a tablet: tablets are mobile traffic to the vendor.
    Mobile,
}

/// The currency of the order (`currency`), ISO 4217. It is not that of the payment.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct OrderCurrency(String);

impl OrderCurrency {
    /// By its three letters.
    pub fn new(code: impl Into<String>) -> Self {
        Self(code.into())
    }
}

impl From<&str> for OrderCurrency {
    fn from(code: &str) -> Self {
        Self::new(code)
    }
}

/// A currency by its number within the install (`curr`). There is no public list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CurrencyNumber(pub u64);

/// The extra fields of a lead. The first thing that is wrong with them is an error when the call is sent.
#[derive(Clone, Default)]
pub(crate) struct Details {
    fields: Fields,
    invalid: Option<Invalid>,
}

impl Details {
    fn set(&mut self, name: &'static str, value: Result<impl fmt::Display, Invalid>) {
        match value {
            Ok(value) => self.fields.set(name, value),
            Err(invalid) => self.invalid = self.invalid.take().or(Some(invalid)),
        }
    }

    pub(crate) fn text(&mut self, name: &'static str, text: String) {
        self.set(name, present(name, &text).map(|()| text));
    }

    pub(crate) fn country(&mut self, country: &str) {
        self.set("country", letters("country", country, 2).map(|()| country));
    }

    pub(crate) fn base(&mut self, base: Decimal) {
        self.set("base", not_negative("base", base).map(|()| base.abs()));
    }

    pub(crate) fn currency(&mut self, currency: &OrderCurrency) {
        self.set("currency", letters("currency", &currency.0, 3).map(|()| &currency.0));
    }

    pub(crate) fn curr(&mut self, currency: CurrencyNumber) {
        self.set("curr", Ok(currency.0));
    }

    pub(crate) fn count(&mut self, count: u32) {
        let fits = if count == 0 { Err(Invalid::new("count", "must be above zero")) } else { Ok(count) };
        self.set("count", fits);
    }

    pub(crate) fn traffic(&mut self, traffic: Traffic) {
        let word = match traffic {
            Traffic::Desktop => "desktop",
            Traffic::Mobile => "mobile",
        };
        self.set("mobile", Ok(word));
    }

    pub(crate) fn bad(&mut self) {
        self.set("bad", Ok(1));
    }

    pub(crate) fn time(&mut self, time: Timestamp) {
        self.set("time", Ok(time.as_second()));
    }

    pub(crate) fn fields(&self) -> Result<&Fields, Invalid> {
        match &self.invalid {
            Some(invalid) => Err(invalid.clone()),
            None => Ok(&self.fields),
        }
    }
}

impl fmt::Debug for Details {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fields.fmt(f)
    }
}

//! What a lead is given beside its ids: status, payment, goal and the rest, checked.

use afflux::altercpa::{Commission, Currency, CurrencyNumber, Goal, Status, Traffic};
use jiff::Timestamp;
use rust_decimal::Decimal;

use super::{given::Wrong, status::status};

/// A payment with its currency.
#[derive(Debug, Clone)]
pub(crate) enum Payment {
    Both(Decimal, Currency, Option<Commission>),
    Advertiser(Decimal, Currency),
}

/// Everything that a lead can be given.
#[derive(Debug, Clone, Default)]
pub(crate) struct Content {
    pub(crate) status: Option<Status>,
    pub(crate) payment: Option<Payment>,
    pub(crate) goal: Option<Goal>,
    pub(crate) name: Option<String>,
    pub(crate) phone: Option<String>,
    pub(crate) email: Option<String>,
    pub(crate) country: Option<String>,
    pub(crate) base: Option<Decimal>,
    pub(crate) currency: Option<String>,
    pub(crate) curr: Option<CurrencyNumber>,
    pub(crate) count: Option<u32>,
    pub(crate) comment: Option<String>,
    pub(crate) traffic: Option<Traffic>,
    pub(crate) bad: bool,
    pub(crate) time: Option<Timestamp>,
    /// Nothing is given.
    empty: bool,
}

impl Content {
    /// The content of these values.
    pub(crate) fn of(values: &[(&str, &str)]) -> Result<Self, Wrong> {
        let value = |name: &str| values.iter().find(|(other, _)| *other == name).map(|(_, value)| *value);
        let text = |name: &str| match value(name) {
            Some(text) if text.trim().is_empty() => Err(Wrong::new(name, "must not be blank")),
            text => Ok(text.map(str::to_owned)),
        };
        let traffic = match value("mobile") {
            None => None,
            Some("desktop") => Some(Traffic::Desktop),
            Some("mobile") => Some(Traffic::Mobile),
            Some(_) => return Err(Wrong::new("mobile", "must be desktop or mobile")),
        };
        let seconds: Option<i64> = parsed(value("time"), "time", "must be seconds since 1970")?;
        let time = seconds
            .map(Timestamp::from_second)
            .transpose()
            .map_err(|_| Wrong::new("time", "must be seconds since 1970"))?;
        let of_ids = ["click", "exto", "order", "flow", "code", "auto"];
        let of_words = ["sta", "stc", "stt", "sth", "stw", "stn"];
        Ok(Self {
            status: status(value)?,
            payment: payment(value)?,
            goal: goal(value)?,
            name: text("name")?,
            phone: text("phone")?,
            email: text("email")?,
            country: text("country")?,
            base: amount(value("base"), "base")?,
            currency: text("currency")?,
            curr: parsed(value("curr"), "curr", "must be a whole number")?.map(CurrencyNumber),
            count: parsed(value("count"), "count", "must be a whole number")?,
            comment: text("comment")?,
            traffic,
            bad: value("bad").is_some(),
            time,
            empty: values.iter().all(|(name, _)| of_ids.contains(name) || of_words.contains(name)),
        })
    }

    /// Whether nothing is given: lists of words without a word are nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.empty
    }
}

fn parsed<T: std::str::FromStr>(text: Option<&str>, name: &str, demand: &str) -> Result<Option<T>, Wrong> {
    text.map(|text| text.parse().map_err(|_| Wrong::new(name, demand))).transpose()
}

fn amount(text: Option<&str>, name: &str) -> Result<Option<Decimal>, Wrong> {
    text.map(|text| {
        Decimal::from_str_exact(text)
            .map_err(|_| Wrong::new(name, "must be a plain decimal with a dot, 28 digits at most"))
    })
    .transpose()
}

fn payment<'a>(value: impl Fn(&str) -> Option<&'a str>) -> Result<Option<Payment>, Wrong> {
    let of = |name: &str| amount(value(name), name);
    let (wm, pay, pd, pp) = (of("wm")?, of("pay")?, of("pd")?, of("pp")?);
    if let (None, Some(name)) = (wm, ["pd", "pp"].into_iter().find(|name| value(name).is_some())) {
        return Err(Wrong::new(name, "belongs to `wm`: it is the network's part of it"));
    }
    let commission = match (pd, pp) {
        (Some(_), Some(_)) => return Err(Wrong::new("pp", "cannot stand beside `pd`")),
        (Some(amount), None) => Some(Commission::Amount(amount)),
        (None, percent) => percent.map(Commission::Percent),
    };
    let currency = match value("cc") {
        Some(cc) if cc.trim().is_empty() => return Err(Wrong::new("cc", "must not be blank")),
        cc => cc.map(Currency::new),
    };
    match (wm, pay, currency) {
        (None, None, None) => Ok(None),
        (None, None, Some(_)) => Err(Wrong::new("cc", "belongs to `wm` or `pay`, and there is neither")),
        (Some(_), Some(_), _) => Err(Wrong::new("pay", "cannot stand beside `wm`")),
        (_, _, None) => Err(Wrong::new("cc", "is missing: the currency of the payment")),
        (Some(amount), None, Some(currency)) => Ok(Some(Payment::Both(amount, currency, commission))),
        (None, Some(amount), Some(currency)) => Ok(Some(Payment::Advertiser(amount, currency))),
    }
}

fn goal<'a>(value: impl Fn(&str) -> Option<&'a str>) -> Result<Option<Goal>, Wrong> {
    match (value("goal"), parsed(value("gid"), "gid", "must be a whole number")?) {
        (Some(_), Some(_)) => Err(Wrong::new("gid", "cannot stand beside `goal`")),
        (Some(goal), None) if goal.trim().is_empty() => Err(Wrong::new("goal", "must not be blank")),
        (Some(goal), None) => Ok(Some(Goal::name(goal))),
        (None, gid) => Ok(gid.map(Goal::Id)),
    }
}

//! What a call says about a lead beside its status: money, goal, and the parameters that are rarely used.

use std::collections::BTreeMap;

use super::params::Params;
use super::world::Offer;

/// How a parameter is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Integer,
    Decimal,
    /// Desktop words, and everything else is mobile.
    Traffic,
    Flag,
}

const PARAMETERS: [(&str, Kind); 16] = [
    ("wm", Kind::Decimal),
    ("cc", Kind::Text),
    ("pd", Kind::Decimal),
    ("pp", Kind::Decimal),
    ("pay", Kind::Decimal),
    ("name", Kind::Text),
    ("phone", Kind::Text),
    ("email", Kind::Text),
    ("country", Kind::Text),
    ("base", Kind::Decimal),
    ("curr", Kind::Integer),
    ("currency", Kind::Text),
    ("count", Kind::Integer),
    ("comment", Kind::Text),
    ("mobile", Kind::Traffic),
    ("bad", Kind::Flag),
];

const DESKTOP: [&str; 6] = ["0", "dsk", "desk", "desktop", "pc", "laptop"];

/// The values by the names of their parameters.
pub(super) type Details = BTreeMap<String, String>;

/// Reads what is there; what cannot be read counts as absent.
pub(super) fn read(params: &Params, offer: Option<&Offer>) -> Details {
    let mut details = Details::new();
    for (name, kind) in PARAMETERS {
        let value = match kind {
            Kind::Text => params.text(name).map(str::to_owned),
            Kind::Integer => params.integer(name).map(|number| number.to_string()),
            Kind::Decimal => params.text(name).and_then(decimal),
            Kind::Traffic => params.text(name).map(|word| {
                let is_desktop = DESKTOP.contains(&word.to_lowercase().as_str());
                if is_desktop { "desktop" } else { "mobile" }.to_owned()
            }),
            Kind::Flag => params.flag(name).then(|| "1".to_owned()),
        };
        if let Some(value) = value {
            details.insert(name.to_owned(), value);
        }
    }
    let (goal, gid) = (params.text("goal"), params.integer("gid"));
    let known = offer.and_then(|offer| {
        offer.goals.iter().find(|known| match (goal, gid) {
            (Some(goal), _) => known.is_called(goal),
            (None, Some(gid)) => i64::try_from(known.gid) == Ok(gid),
            (None, None) => false,
        })
    });
    let (goal, gid) = match known {
        Some(known) => (Some(known.goal.clone()), Some(known.gid.to_string())),
        None => (goal.map(str::to_owned), gid.map(|gid| gid.to_string())),
    };
    details.extend(goal.map(|goal| ("goal".to_owned(), goal)));
    details.extend(gid.map(|gid| ("gid".to_owned(), gid)));
    details
}

/// Whether two values of a parameter mean the same: `10` and `10.00` do.
pub(super) fn same(name: &str, one: &str, other: &str) -> bool {
    let is_decimal = PARAMETERS.iter().any(|(known, kind)| *known == name && *kind == Kind::Decimal);
    one == other || (is_decimal && canonical(one) == canonical(other))
}

/// The plain decimal at the beginning of a text, as it is written.
fn decimal(text: &str) -> Option<String> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let mut has_point = false;
    let end = unsigned
        .find(|letter: char| match letter {
            '.' if !has_point => {
                has_point = true;
                false
            }
            other => !other.is_ascii_digit(),
        })
        .unwrap_or(unsigned.len());
    let number = unsigned.get(..end)?;
    let sign = if text.starts_with('-') { "-" } else { "" };
    number.contains(|letter: char| letter.is_ascii_digit()).then(|| format!("{sign}{number}"))
}

/// A decimal without zeros that say nothing.
fn canonical(text: &str) -> String {
    let (sign, number) = text.strip_prefix('-').map_or(("", text), |number| ("-", number));
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
    if whole.is_empty() && fraction.is_empty() { "0".to_owned() } else { format!("{sign}{whole}.{fraction}") }
}

#[cfg(test)]
mod tests {
    use super::{decimal, same};

    #[test]
    fn decimals_are_read_as_far_as_they_go() {
        let read = |text: &str| decimal(text).unwrap_or_default();
        assert_eq!(
            ["10", "-2.50", "+3", ".5", "12,5", "1e3", "7 usd", "1.2.3"].map(read),
            ["10", "-2.50", "3", ".5", "12", "1", "7", "1.2"]
        );
        assert!([".", "-", "", "usd"].iter().all(|text| decimal(text).is_none()));
    }

    #[test]
    fn decimals_are_compared_by_what_they_are_worth() {
        assert!(same("wm", "10", "10.00") && same("pay", "0.5", ".50") && same("pd", "-0", "0.0"));
        assert!(!same("wm", "10", "100") && !same("wm", "1", "-1") && !same("comment", "10", "10.0"));
    }
}

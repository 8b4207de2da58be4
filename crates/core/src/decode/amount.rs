//! Money and other exact decimals.

use std::borrow::Cow;
use std::fmt;

use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Field, Kind, Lenient, Mismatch};

/// An exact decimal as it came, from a JSON number or from a string that holds one.
///
/// It is never rounded: with more than 28 digits [`decimal`](Self::decimal) is `None` and [`text`](Self::text) has
/// all of them. `1.10` stays `1.10`, and it is written out as it came, quotes included. Equality is of the text:
/// compare [`decimal`](Self::decimal)s to compare values.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Amount {
    quoted: bool,
    form: Form,
}

#[derive(Clone, PartialEq, Eq, Hash)]
enum Form {
    /// The decimal prints as the text that came.
    Plain(Scaled),
    /// It does not: an exponent, a sign, or more digits than fit.
    Written(Box<Written>),
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct Written {
    decimal: Option<Decimal>,
    text: Box<str>,
}

/// A decimal compared digit by digit: `1.1` is not `1.10`.
#[derive(Clone, Copy)]
struct Scaled(Decimal);

impl PartialEq for Scaled {
    fn eq(&self, other: &Self) -> bool {
        self.0.serialize() == other.0.serialize()
    }
}

impl Eq for Scaled {}

impl std::hash::Hash for Scaled {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.serialize().hash(state);
    }
}

impl Amount {
    /// The exact value; `None` with more than 28 digits, where it would have to be rounded.
    pub fn decimal(&self) -> Option<Decimal> {
        match &self.form {
            Form::Plain(decimal) => Some(decimal.0),
            Form::Written(written) => written.decimal,
        }
    }

    /// The digits as they came, without quotes.
    pub fn text(&self) -> Cow<'_, str> {
        match &self.form {
            Form::Plain(decimal) => Cow::Owned(decimal.0.to_string()),
            Form::Written(written) => Cow::Borrowed(&written.text),
        }
    }

    /// Whether it came as a string.
    pub fn is_quoted(&self) -> bool {
        self.quoted
    }

    /// Whether it has more digits than a `Decimal` can hold.
    pub fn is_too_long(&self) -> bool {
        self.decimal().is_none()
    }

    #[inline]
    fn new(text: &str, quoted: bool) -> Option<Self> {
        if let Some(decimal) = short(text) {
            return Some(Self { quoted, form: Form::Plain(Scaled(decimal)) });
        }
        let form = match exact(text) {
            Some(decimal) if is_plain(text) => Form::Plain(Scaled(decimal)),
            None if Number::split(text).is_none() => return None,
            decimal => Form::Written(Box::new(Written { decimal, text: text.into() })),
        };
        Some(Self { quoted, form })
    }
}

impl From<Decimal> for Amount {
    fn from(decimal: Decimal) -> Self {
        Self { quoted: false, form: Form::Plain(Scaled(decimal)) }
    }
}

impl std::str::FromStr for Amount {
    type Err = Mismatch;

    fn from_str(text: &str) -> Result<Self, Mismatch> {
        Self::new(text, false).ok_or(Mismatch::new("a decimal"))
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text())
    }
}

impl fmt::Debug for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

impl Lenient for Amount {
    #[inline]
    fn from_field(field: Field<'_>) -> Result<Self, Mismatch> {
        let amount = match field.kind() {
            Kind::Number => Self::new(field.raw(), false),
            Kind::String => Self::new(&field.text(), true),
            _ => None,
        };
        amount.ok_or(Mismatch::new("a decimal"))
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::lenient(deserializer)
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.quoted { serializer.serialize_str(&self.text()) } else { super::as_number(self, serializer) }
    }
}

/// The exact decimal of a text; `None` if it is none, or if it would have to be rounded.
pub(super) fn exact(text: &str) -> Option<Decimal> {
    if let Some(decimal) = short(text) {
        return Some(decimal);
    }
    if is_plain(text) {
        return Decimal::from_str_exact(text).ok();
    }
    let expanded = Number::split(text.trim())?.expanded()?;
    Decimal::from_str_exact(&expanded).ok()
}

/// The same for a [plain](is_plain) text of at most 18 digits, as nearly all are: in one pass.
#[inline]
fn short(text: &str) -> Option<Decimal> {
    const MOST_DIGITS: usize = 18;
    let digits = text.strip_prefix('-').unwrap_or(text).as_bytes();
    match digits {
        [b'0', b'0'..=b'9', ..] => return None,
        [b'0'..=b'9', ..] if digits.len() <= MOST_DIGITS => {}
        _ => return None,
    }
    let mut number = 0_i64;
    let mut point = None;
    for (at, byte) in digits.iter().enumerate() {
        match byte {
            b'0'..=b'9' => number = number * 10 + i64::from(byte - b'0'),
            b'.' if point.is_none() => point = Some(at),
            _ => return None,
        }
    }
    let scale = point.map_or(0, |point| digits.len() - point - 1);
    let minus = digits.len() < text.len();
    if (point.is_some() && scale == 0) || (minus && number == 0) {
        return None;
    }
    Decimal::try_new(if minus { -number } else { number }, u32::try_from(scale).ok()?).ok()
}

/// Whether the text is written as a `Decimal` prints: digits, a point with digits, a minus before a value.
fn is_plain(text: &str) -> bool {
    let (minus, digits) = text.strip_prefix('-').map_or((false, text), |digits| (true, digits));
    let (whole, fraction) =
        digits.split_once('.').map_or((digits, None), |(whole, fraction)| (whole, Some(fraction)));
    let all_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    all_digits(whole)
        && fraction.is_none_or(all_digits)
        && (whole == "0" || !whole.starts_with('0'))
        && !(minus && digits.bytes().all(|byte| matches!(byte, b'0' | b'.')))
}

/// The parts of a decimal number as text.
struct Number<'a> {
    minus: bool,
    whole: &'a str,
    fraction: &'a str,
    exponent: i64,
}

impl<'a> Number<'a> {
    fn split(text: &'a str) -> Option<Self> {
        let (minus, rest) = match text.as_bytes().first()? {
            b'-' => (true, text.get(1..)?),
            b'+' => (false, text.get(1..)?),
            _ => (false, text),
        };
        let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
            Some((mantissa, exponent)) if is_signed_digits(exponent) => {
                // An exponent beyond any number that fits says so by being huge.
                let huge = if exponent.starts_with('-') { i64::MIN } else { i64::MAX };
                (mantissa, exponent.parse().unwrap_or(huge))
            }
            Some(_) => return None,
            None => (rest, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        (digits(whole) && digits(fraction) && !(whole.is_empty() && fraction.is_empty())).then_some(Self {
            minus,
            whole,
            fraction,
            exponent,
        })
    }

    /// The same number without exponent; `None` if that would have more digits than any decimal.
    fn expanded(&self) -> Option<String> {
        const MOST: i64 = 64;
        let sign = if self.minus { "-" } else { "" };
        let digits = format!("{}{}", self.whole, self.fraction);
        if digits.bytes().all(|digit| digit == b'0') {
            // Zero, however it is scaled.
            let scale = i64::try_from(self.fraction.len()).ok()?.saturating_sub(self.exponent).clamp(0, 28);
            let zeros = "0".repeat(usize::try_from(scale).ok()?);
            return Some(if zeros.is_empty() { "0".to_owned() } else { format!("0.{zeros}") });
        }
        if self.exponent.checked_abs()? > MOST {
            return None;
        }
        let point = i64::try_from(self.whole.len()).ok()? + self.exponent;
        let length = i64::try_from(digits.len()).ok()?;
        Some(if point <= 0 {
            format!("{sign}0.{}{digits}", "0".repeat(usize::try_from(-point).ok()?))
        } else if point >= length {
            format!("{sign}{digits}{}", "0".repeat(usize::try_from(point - length).ok()?))
        } else {
            let (whole, fraction) = digits.split_at_checked(usize::try_from(point).ok()?)?;
            format!("{sign}{whole}.{fraction}")
        })
    }
}

fn is_signed_digits(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

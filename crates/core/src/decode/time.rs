//! Dates and times. A time without zone stays a civil time: nobody guesses a zone, and nobody drops one.

use std::fmt;
use std::ops::Deref;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::Offset;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::{Field, Kind, Lenient, Mismatch, amount};

/// RFC 3339 with an offset (`2023-08-28T14:10:44.176Z`); a blank for the `T` is taken too.
impl Lenient for Timestamp {
    fn from_field(field: Field<'_>) -> Result<Self, Mismatch> {
        let text = field.as_str();
        text.and_then(|text| instant(text.trim())).ok_or(Mismatch::new("a time with its offset"))
    }
}

fn instant(text: &str) -> Option<Timestamp> {
    let utc = || Offset::UTC.to_timestamp(usual(text.strip_suffix('Z')?)?).ok();
    utc().or_else(|| text.parse().ok())
}

/// A date alone (`2023-08-28`). A date with a time is not one: the time would be lost.
impl Lenient for Date {
    fn from_field(field: Field<'_>) -> Result<Self, Mismatch> {
        let text = field.as_str();
        text.and_then(|text| date(text.trim())).ok_or(Mismatch::new("a date without time"))
    }
}

fn date(text: &str) -> Option<Date> {
    if text.len() == 10 { text.parse().ok() } else { None }
}

/// A time without zone (`2023-08-28 14:10:44`). A time with an offset is not one: the offset would be lost.
impl Lenient for DateTime {
    fn from_field(field: Field<'_>) -> Result<Self, Mismatch> {
        let text = field.as_str();
        text.and_then(|text| civil(text.trim())).ok_or(Mismatch::new("a time without offset"))
    }
}

#[inline]
fn civil(text: &str) -> Option<DateTime> {
    if let Some(time) = usual(text) {
        return Some(time);
    }
    let time = text.get(10..)?;
    let local = !time.is_empty()
        && time
            .bytes()
            .all(|byte| byte.is_ascii_digit() || matches!(byte, b'T' | b't' | b' ' | b':' | b'.' | b','));
    if local { text.parse().ok() } else { None }
}

/// The usual way to write a time, `2023-08-28 14:10:44` with `T` or a blank and up to nanoseconds: several times faster
/// than a parser of every way. What it does not take is for that parser.
#[inline]
fn usual(text: &str) -> Option<DateTime> {
    let [
        y1,
        y2,
        y3,
        y4,
        b'-',
        mo1,
        mo2,
        b'-',
        d1,
        d2,
        b'T' | b' ',
        h1,
        h2,
        b':',
        mi1,
        mi2,
        b':',
        s1,
        s2,
        fraction @ ..,
    ] = text.as_bytes()
    else {
        return None;
    };
    let digit = |byte: &u8| byte.is_ascii_digit().then(|| (byte - b'0').cast_signed());
    let pair = |tens: &u8, ones: &u8| Some(digit(tens)? * 10 + digit(ones)?);
    let year = i16::from(pair(y1, y2)?) * 100 + i16::from(pair(y3, y4)?);
    let nanosecond = match fraction {
        [] => 0,
        [b'.', digits @ ..] if (1..=9).contains(&digits.len()) => {
            let mut nanosecond = 0_i32;
            for place in 0..9 {
                nanosecond = nanosecond * 10 + i32::from(digits.get(place).map_or(Some(0), digit)?);
            }
            nanosecond
        }
        _ => return None,
    };
    let (hour, minute, second) = (pair(h1, h2)?, pair(mi1, mi2)?, pair(s1, s2)?);
    DateTime::new(year, pair(mo1, mo2)?, pair(d1, d2)?, hour, minute, second, nanosecond).ok()
}

/// A time that the vendor documents as UTC, with or without saying so in the value. An offset in the value wins.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UtcTime(
    /// The instant.
    pub Timestamp,
);

impl Lenient for UtcTime {
    fn from_field(field: Field<'_>) -> Result<Self, Mismatch> {
        const EXPECTED: &str = "a time in UTC";
        let text = field.as_str().ok_or(Mismatch::new(EXPECTED))?;
        let text = text.trim();
        let time = instant(text).or_else(|| Offset::UTC.to_timestamp(civil(text)?).ok());
        time.map(Self).ok_or(Mismatch::new(EXPECTED))
    }
}

/// Seconds since 1970 in UTC, as a number or a string, fractions included; RFC 3339 is taken too.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EpochSeconds(
    /// The instant.
    pub Timestamp,
);

impl Lenient for EpochSeconds {
    fn from_field(field: Field<'_>) -> Result<Self, Mismatch> {
        epoch(field, 1_000_000_000).map(Self).ok_or(Mismatch::new("seconds since 1970"))
    }
}

/// Milliseconds since 1970 in UTC, as a number or a string, fractions included; RFC 3339 is taken too.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EpochMillis(
    /// The instant.
    pub Timestamp,
);

impl Lenient for EpochMillis {
    fn from_field(field: Field<'_>) -> Result<Self, Mismatch> {
        epoch(field, 1_000_000).map(Self).ok_or(Mismatch::new("milliseconds since 1970"))
    }
}

fn epoch(field: Field<'_>, nanoseconds: i64) -> Option<Timestamp> {
    if !matches!(field.kind(), Kind::Number | Kind::String) {
        return None;
    }
    let text = field.text();
    match amount::exact(&text) {
        Some(count) => {
            let exact = count.checked_mul(Decimal::from(nanoseconds))?;
            Timestamp::from_nanosecond(exact.trunc().to_i128()?).ok()
        }
        None => instant(text.trim()),
    }
}

macro_rules! instants {
    ($($instant:ty),*) => { $(
        impl Deref for $instant {
            type Target = Timestamp;

            fn deref(&self) -> &Timestamp {
                &self.0
            }
        }

        impl From<$instant> for Timestamp {
            fn from(instant: $instant) -> Timestamp {
                instant.0
            }
        }

        impl fmt::Display for $instant {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }

        impl fmt::Debug for $instant {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&self.0, f)
            }
        }
    )* };
}
instants!(UtcTime, EpochSeconds, EpochMillis);

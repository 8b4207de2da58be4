//! What the vendor demands of names and times, checked before anything is sent.

use std::fmt;

/// A time in seconds has at most this many digits until the year 5138; one in milliseconds has more since 1973.
const LAST_SECOND: i64 = 99_999_999_999;

/// Characters that no name of an event or property may have.
const FORBIDDEN: &str = "%><!|&.:;$'\"\\";

/// Names of events that only the vendor's own systems may report.
const RESERVED: [&str; 16] = [
    "Notification Sent",
    "Notification Viewed",
    "Notification Clicked",
    "Notification Delivered",
    "Notification Replied",
    "UTM Visited",
    "App Launched",
    "App Uninstalled",
    "App Version Changed",
    "Stayed",
    "Reply Sent",
    "Experiment Rendered",
    "Reachable By",
    "Identity Reset",
    "Identity Set",
    "Identity Error",
];

/// A bit for each letter with which a reserved name begins, by its place in the alphabet.
const FIRST: u32 = {
    let (mut bits, mut rest) = (0, RESERVED.as_slice());
    while let [name, others @ ..] = rest {
        if let [first, ..] = name.as_bytes() {
            bits |= 1 << (*first & 31);
        }
        rest = others;
    }
    bits
};

/// A field and what it must be, as the rest of a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) field: String,
    pub(crate) demand: String,
}

impl Fault {
    pub(crate) fn new(field: impl Into<String>, demand: impl fmt::Display) -> Self {
        Self { field: field.into(), demand: demand.to_string() }
    }
}

/// Refuses what is empty but for white space.
pub(crate) fn required(field: &str, text: &str) -> Result<(), Fault> {
    if text.trim().is_empty() { Err(Fault::new(field, "must not be empty")) } else { Ok(()) }
}

/// Refuses a time that cannot be in seconds.
pub(crate) fn seconds(field: &str, seconds: i64) -> Result<(), Fault> {
    if seconds > LAST_SECOND {
        return Err(Fault::new(field, "must be in seconds since 1970, and this is in milliseconds"));
    }
    if seconds < 1 {
        return Err(Fault::new(field, "must be in seconds since 1970, above zero"));
    }
    Ok(())
}

/// The name of an event.
pub(crate) fn event(field: &str, name: &str) -> Result<(), Fault> {
    if let Some(demand) = demand(name) {
        return Err(Fault::new(field, demand));
    }
    // Most names begin with no letter of theirs, which is quicker to see.
    let may_be = bare(name).next().is_some_and(|first| FIRST >> (first & 31) & 1 == 1);
    if may_be && RESERVED.iter().any(|reserved| same(reserved, name)) {
        return Err(Fault::new(field, "is an event that only the vendor's own systems may report"));
    }
    Ok(())
}

/// The name of an event's property.
pub(crate) fn property(parent: &str, name: &str) -> Result<(), Fault> {
    // The field is put together only where it is needed: most names are fine.
    match demand(name) {
        None => Ok(()),
        Some(demand) => Err(Fault::new(format!("{parent}.{name}"), demand)),
    }
}

/// The key of a profile.
pub(crate) fn profile_key(parent: &str, name: &str) -> Result<(), Fault> {
    property(parent, name)?;
    if name.contains('#') {
        return Err(Fault::new(format!("{parent}.{name}"), "must not have the character `#`"));
    }
    Ok(())
}

/// Case and spaces do not tell names of events apart.
fn same(one: &str, other: &str) -> bool {
    bare(one).eq(bare(other))
}

fn bare(name: &str) -> impl Iterator<Item = u8> {
    name.bytes().filter(|byte| *byte != b' ').map(|byte| byte.to_ascii_lowercase())
}

/// Whether all bytes are characters that no rule is about. Looks at all of them, whatever the first says: that way the
/// compiler looks at many at a time.
#[allow(clippy::needless_bitwise_bool, reason = "a branch for each would look at one at a time")]
fn are_plain(name: &str) -> bool {
    name.bytes().fold(true, |all, byte| {
        let is_letter = (byte | 0x20).wrapping_sub(b'a') < 26;
        let is_digit = byte.wrapping_sub(b'0') < 10;
        all & (is_letter | is_digit | (byte == b' ') | (byte == b'_') | (byte == b'-'))
    })
}

/// What is wrong with a name.
fn demand(name: &str) -> Option<String> {
    // Nearly all names are short and of plain letters.
    if name.len() <= 120 && are_plain(name) && !name.bytes().all(|byte| byte == b' ') {
        return None;
    }
    if name.trim().is_empty() {
        return Some("must not be empty".to_owned());
    }
    if let Some(bad) = name.chars().find(|letter| FORBIDDEN.contains(*letter) || letter.is_control()) {
        return Some(format!("must not have the character {bad:?}"));
    }
    (name.chars().count() > 120).then(|| "must have at most 120 characters".to_owned())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_or_refused() {
        let long = "x".repeat(121);
        let table = [
            ("Product viewed", true),
            ("Überweisung #1", true),
            ("", false),
            (" ", false),
            ("50%", false),
            ("a.b", false),
            ("it's", false),
            ("a\\b", false),
            ("a\nb", false),
            ("app launched", false),
            ("AppLaunched", false),
            (long.as_str(), false),
        ];
        for (name, fine) in table {
            assert_eq!(event("evtName", name).is_ok(), fine, "{name}");
        }
        assert!(property("evtData", "Payment mode").is_ok());
        assert!(profile_key("profileData", "MSG-email").is_ok());
        assert_eq!(profile_key("profileData", "a#b").unwrap_err().field, "profileData.a#b");
    }

    #[test]
    fn a_time_in_milliseconds_is_refused() {
        assert!(seconds("ts", 1_660_717_763).is_ok());
        assert!(seconds("ts", 1_660_717_763_000).unwrap_err().demand.contains("milliseconds"));
        assert!(seconds("ts", 0).is_err() && seconds("ts", -1).is_err());
    }
}

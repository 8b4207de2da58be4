//! A profile: what is set, and what is done to what is there.

use jiff::Timestamp;
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::{
    fields::Fields,
    raw,
    record::{Who, head, seconds, serialize},
    value::Value,
};
use crate::names::{self, Fault};

/// What is wrong with an addition to a number.
pub(crate) const NO_NUMBER: &str = "must be a number";

/// What is wrong with a change of texts.
pub(crate) const NO_TEXTS: &str = "must name at least one text";

/// What is done to a property.
#[derive(Debug, Clone, PartialEq)]
enum Change<'a> {
    Set(Value<'a>),
    Delete,
    Add(Vec<String>),
    Remove(Vec<String>),
    Increment(Value<'a>),
    Decrement(Value<'a>),
}

impl Serialize for Change<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = match self {
            Self::Set(value) => return value.serialize(serializer),
            _ => serializer.serialize_map(Some(1))?,
        };
        match self {
            Self::Set(_) => {}
            Self::Delete => map.serialize_entry("$delete", &1)?,
            Self::Add(items) => map.serialize_entry("$add", items)?,
            Self::Remove(items) => map.serialize_entry("$remove", items)?,
            Self::Increment(by) => map.serialize_entry("$incr", by)?,
            Self::Decrement(by) => map.serialize_entry("$decr", by)?,
        }
        map.end()
    }
}

impl Change<'_> {
    fn check(&self, key: &str) -> Result<(), Fault> {
        names::profile_key("profileData", key)?;
        let fault = |demand: &str| Err(Fault::new(format!("profileData.{key}"), demand));
        match self {
            Self::Set(Value::Json(json)) => raw::property_of_profile(key, json.field()),
            Self::Set(value) => {
                value.check("profileData", key)?;
                let unlike = match value {
                    Value::Text(text) => unlike(key, Some(text)),
                    Value::Date(_) => None,
                    _ => unlike(key, None),
                };
                unlike.map_or(Ok(()), |demand| fault(&demand))
            }
            Self::Add(items) | Self::Remove(items) if items.is_empty() => fault(NO_TEXTS),
            Self::Increment(by) | Self::Decrement(by) => {
                by.check("profileData", key)?;
                if by.is_number() { Ok(()) } else { fault(NO_NUMBER) }
            }
            Self::Delete | Self::Add(_) | Self::Remove(_) => Ok(()),
        }
    }

    /// Whether a repeat would do it twice.
    fn counts(&self) -> bool {
        match self {
            Self::Increment(_) | Self::Decrement(_) | Self::Add(_) => true,
            // JSON of the caller's own may be an operator.
            Self::Set(Value::Json(json)) => raw::counts(json.field()),
            Self::Set(_) | Self::Delete | Self::Remove(_) => false,
        }
    }

    fn write(&self, body: &mut Vec<u8>) -> serde_json::Result<()> {
        match self {
            Self::Set(value) => value.write(body),
            _ => serde_json::to_writer(body, self),
        }
    }
}

/// Properties of a user. A repeat leads to the same state, but for [`increment`](Self::increment),
/// [`decrement`](Self::decrement) and [`add`](Self::add), and for JSON with an operator in it.
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct Profile {
    who: Who,
    ts: Option<i64>,
    changes: Fields,
}

impl Profile {
    /// The profile of a user; one that is not known is created.
    pub fn new(who: impl Into<Who>) -> Self {
        Self { who: who.into(), ts: None, changes: Fields::new() }
    }

    /// When the properties were so, in whole seconds.
    pub fn at(mut self, time: Timestamp) -> Self {
        self.ts = Some(seconds(time));
        self
    }

    /// Sets a property: the vendor's own (`Name`, `Email`, `Phone`, `Gender`, `DOB`, `MSG-email`, ...) or any other. A
    /// list replaces what was there.
    pub fn set<'v>(self, key: impl AsRef<str>, value: impl Into<Value<'v>>) -> Self {
        self.change(key, &Change::Set(value.into()))
    }

    /// The name.
    pub fn name(self, name: impl Into<String>) -> Self {
        self.set("Name", name.into())
    }

    /// The e-mail address.
    pub fn email(self, email: impl Into<String>) -> Self {
        self.set("Email", email.into())
    }

    /// The phone number: `+`, country, number.
    pub fn phone(self, phone: impl Into<String>) -> Self {
        self.set("Phone", phone.into())
    }

    /// Removes a property.
    pub fn delete(self, key: impl AsRef<str>) -> Self {
        self.change(key, &Change::Delete)
    }

    /// Adds texts to a property that holds several; one that holds a single value becomes such a property. Whether a
    /// repeat adds them twice is not documented, so that the record is never sent again after a lost answer.
    pub fn add<T: Into<String>>(self, key: impl AsRef<str>, items: impl IntoIterator<Item = T>) -> Self {
        self.change(key, &Change::Add(items.into_iter().map(Into::into).collect()))
    }

    /// Removes texts from a property that holds several.
    pub fn remove<T: Into<String>>(self, key: impl AsRef<str>, items: impl IntoIterator<Item = T>) -> Self {
        self.change(key, &Change::Remove(items.into_iter().map(Into::into).collect()))
    }

    /// Adds to a number. A repeat adds twice, so that the record is never sent again after a lost answer.
    pub fn increment<'v>(self, key: impl AsRef<str>, by: impl Into<Value<'v>>) -> Self {
        self.change(key, &Change::Increment(by.into()))
    }

    /// Subtracts from a number. A repeat subtracts twice, so that the record is never sent again after a lost answer.
    pub fn decrement<'v>(self, key: impl AsRef<str>, by: impl Into<Value<'v>>) -> Self {
        self.change(key, &Change::Decrement(by.into()))
    }

    fn change(mut self, key: impl AsRef<str>, change: &Change<'_>) -> Self {
        let key = key.as_ref();
        let counts = change.counts();
        self.changes.set(("profileData", key), counts, change.check(key), |body| change.write(body));
        self
    }

    /// Whether a repeat would count twice.
    pub(crate) fn counts(&self) -> bool {
        self.changes.counts()
    }

    pub(crate) fn faults(&self) -> Result<(), Fault> {
        self.who.check()?;
        if let Some(ts) = self.ts {
            names::seconds("ts", ts)?;
        }
        if self.changes.is_empty() {
            return Err(Fault::new("profileData", "must not be empty"));
        }
        self.changes.check()
    }

    /// Appends the profile's JSON.
    pub(crate) fn write(&self, body: &mut Vec<u8>) -> serde_json::Result<()> {
        head(body, &self.who, self.ts, "profile")?;
        body.extend_from_slice(br#","profileData":{"#);
        self.changes.write(body);
        body.extend_from_slice(b"}}");
        Ok(())
    }
}

/// What the vendor demands of its own properties and would answer with a code; of a value that is no text, none.
pub(crate) fn unlike(key: &str, text: Option<&str>) -> Option<String> {
    let words: &[&str] = match key {
        "Gender" => &["M", "F"],
        "Employed" | "Married" => &["Y", "N"],
        "Education" => &["School", "College", "Graduate"],
        "DOB" if !text.is_some_and(|text| text.starts_with("$D_")) => {
            return Some("must be a date".to_owned());
        }
        _ => return None,
    };
    let unlike = text.is_some_and(|text| !words.contains(&text));
    unlike.then(|| format!("must be one of {}", words.join(", ")))
}

impl Serialize for Profile {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize(serializer, |body| self.write(body))
    }
}

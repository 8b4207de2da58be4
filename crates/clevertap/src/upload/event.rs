//! An event, `Charged` among them.

use jiff::Timestamp;
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::{
    record::{Who, head, seconds},
    value::Value,
};
use crate::names::{self, Fault};

/// Properties in the caller's order; a name given again replaces the value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Properties<V>(Vec<(String, V)>);

impl<V> Default for Properties<V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<V> Properties<V> {
    pub(crate) fn set(&mut self, name: String, value: V) {
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some((_, old)) => *old = value,
            None => self.0.push((name, value)),
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &V)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<V: Serialize> Serialize for Properties<V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

/// Something that a user did. The vendor never removes duplicates: what is uploaded twice counts twice.
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct Event {
    who: Who,
    name: String,
    ts: Option<i64>,
    source: Option<String>,
    properties: Properties<Value>,
    items: Vec<Item>,
}

impl Event {
    /// An event of that name.
    pub fn new(who: impl Into<Who>, name: impl Into<String>) -> Self {
        Self {
            who: who.into(),
            name: name.into(),
            ts: None,
            source: None,
            properties: Properties::default(),
            items: Vec::new(),
        }
    }

    /// A purchase: the event `Charged` with its amount. Give its currency as the property `Currency`, and what was
    /// bought as [`item`](Self::item)s.
    pub fn charged(who: impl Into<Who>, amount: impl Into<Value>) -> Self {
        Self::new(who, "Charged").property("Amount", amount)
    }

    /// When it happened, in whole seconds. Without it the vendor takes the time of the upload.
    pub fn at(self, time: Timestamp) -> Self {
        self.ts(seconds(time))
    }

    /// When it happened, in seconds since 1970. Milliseconds are an error.
    pub fn ts(mut self, seconds: i64) -> Self {
        self.ts = Some(seconds);
        self
    }

    /// The partner id of this event; else the client's, if it has one.
    pub fn source(mut self, partner: impl Into<String>) -> Self {
        self.source = Some(partner.into());
        self
    }

    /// A property of the event.
    pub fn property(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.properties.set(name.into(), value.into());
        self
    }

    /// Something that was bought; only for `Charged`, at most 256.
    pub fn item(mut self, item: Item) -> Self {
        self.items.push(item);
        self
    }

    pub(crate) fn faults(&self) -> Result<(), Fault> {
        self.who.check()?;
        names::event("evtName", &self.name)?;
        if let Some(ts) = self.ts {
            names::seconds("ts", ts)?;
        }
        if let Some(source) = &self.source {
            names::required("$source", source)?;
        }
        check(&self.properties, "evtData")?;
        if !self.items.is_empty() {
            if self.name != "Charged" {
                return Err(Fault::new("evtData.Items", "belongs to the event `Charged` only"));
            }
            if self.items.len() > 256 {
                return Err(Fault::new("evtData.Items", "must have at most 256 items"));
            }
            if self.properties.iter().any(|(name, _)| name == "Items") {
                return Err(Fault::new("evtData.Items", "is a property and a list of items at once"));
            }
        }
        self.items.iter().try_for_each(|item| check(&item.properties, "evtData.Items"))
    }

    pub(crate) fn sourced<'a>(&'a self, partner: Option<&'a str>) -> Sourced<'a> {
        Sourced { event: self, source: self.source.as_deref().or(partner) }
    }
}

fn check(properties: &Properties<Value>, parent: &str) -> Result<(), Fault> {
    for (name, value) in properties.iter() {
        names::property(parent, name)?;
        value.check(parent, name)?;
    }
    Ok(())
}

/// Something that was bought: flat properties.
#[derive(Debug, Clone, PartialEq, Default)]
#[must_use]
pub struct Item {
    properties: Properties<Value>,
}

impl Item {
    /// An item without properties yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// A property of the item.
    pub fn property(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.properties.set(name.into(), value.into());
        self
    }
}

impl Serialize for Item {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.properties.serialize(serializer)
    }
}

/// An event with the source that it is sent with.
pub(crate) struct Sourced<'a> {
    event: &'a Event,
    source: Option<&'a str>,
}

impl Serialize for Sourced<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let event = self.event;
        let mut map = serializer.serialize_map(None)?;
        head(&mut map, &event.who, event.ts, "event")?;
        if let Some(source) = self.source {
            map.serialize_entry("$source", source)?;
        }
        map.serialize_entry("evtName", &event.name)?;
        map.serialize_entry("evtData", &Data(event))?;
        map.end()
    }
}

struct Data<'a>(&'a Event);

impl Serialize for Data<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (name, value) in self.0.properties.iter() {
            map.serialize_entry(name, value)?;
        }
        if !self.0.items.is_empty() {
            map.serialize_entry("Items", &self.0.items)?;
        }
        map.end()
    }
}

//! An event, `Charged` among them.

use jiff::Timestamp;
use serde::ser::{Serialize, Serializer};

use super::{
    fields::{Fields, text},
    record::{Who, head, seconds, serialize},
    value::Value,
};
use crate::names::{self, Fault};

/// Something that a user did. The vendor never removes duplicates: what is uploaded twice counts twice.
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct Event {
    who: Who,
    ts: Option<i64>,
    source: Option<Box<str>>,
    /// Behind the name of the event.
    properties: Fields,
    items: Vec<Item>,
}

impl Event {
    /// An event of that name.
    pub fn new(who: impl Into<Who>, name: impl AsRef<str>) -> Self {
        let name = name.as_ref();
        Self {
            who: who.into(),
            ts: None,
            source: None,
            properties: Fields::behind(name, names::event("evtName", name)),
            items: Vec::new(),
        }
    }

    /// A purchase: the event `Charged` with its amount. Give its currency as the property `Currency`, and what was
    /// bought as [`item`](Self::item)s.
    pub fn charged<'v>(who: impl Into<Who>, amount: impl Into<Value<'v>>) -> Self {
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
        self.source = Some(partner.into().into_boxed_str());
        self
    }

    /// A property of the event.
    pub fn property<'v>(mut self, name: impl AsRef<str>, value: impl Into<Value<'v>>) -> Self {
        property(&mut self.properties, "evtData", name.as_ref(), &value.into());
        self
    }

    /// Something that was bought; only for `Charged`, at most 256.
    pub fn item(mut self, item: Item) -> Self {
        self.items.push(item);
        self
    }

    pub(crate) fn faults(&self) -> Result<(), Fault> {
        self.who.check()?;
        if let Some(ts) = self.ts {
            names::seconds("ts", ts)?;
        }
        if let Some(source) = &self.source {
            names::required("$source", source)?;
        }
        self.properties.check()?;
        if !self.items.is_empty() {
            if self.properties.own() != br#""Charged""# {
                return Err(Fault::new("evtData.Items", "belongs to the event `Charged` only"));
            }
            few_items(self.items.len())?;
            if self.properties.has("Items") {
                return Err(Fault::new("evtData.Items", "is a property and a list of items at once"));
            }
        }
        self.items.iter().try_for_each(|item| item.properties.check())
    }

    /// Appends the event's JSON, with the partner id of the client unless it has its own.
    pub(crate) fn write(&self, partner: Option<&str>, body: &mut Vec<u8>) -> serde_json::Result<()> {
        head(body, &self.who, self.ts, "event")?;
        if let Some(source) = self.source.as_deref().or(partner) {
            body.extend_from_slice(br#","$source":"#);
            text(body, source);
        }
        body.extend_from_slice(br#","evtName":"#);
        body.extend_from_slice(self.properties.own());
        body.extend_from_slice(br#","evtData":{"#);
        self.properties.write(body);
        if !self.items.is_empty() {
            let comma = if self.properties.is_empty() { "" } else { "," };
            body.extend_from_slice(format!(r#"{comma}"Items":["#).as_bytes());
            for (index, item) in self.items.iter().enumerate() {
                body.extend_from_slice(if index > 0 { b",{" } else { b"{" });
                item.properties.write(body);
                body.push(b'}');
            }
            body.push(b']');
        }
        body.extend_from_slice(b"}}");
        Ok(())
    }
}

/// Refuses more items than the vendor takes in one event.
pub(crate) fn few_items(items: usize) -> Result<(), Fault> {
    if items > 256 { Err(Fault::new("evtData.Items", "must have at most 256 items")) } else { Ok(()) }
}

/// Sets a property of an event or an item.
fn property(properties: &mut Fields, parent: &str, name: &str, value: &Value<'_>) {
    let found = names::property(parent, name).and_then(|()| value.check(parent, name));
    properties.set((parent, name), false, found, |body| value.write(body));
}

/// Something that was bought: flat properties.
#[derive(Debug, Clone, PartialEq, Default)]
#[must_use]
pub struct Item {
    properties: Fields,
}

impl Item {
    /// An item without properties yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// A property of the item.
    pub fn property<'v>(mut self, name: impl AsRef<str>, value: impl Into<Value<'v>>) -> Self {
        property(&mut self.properties, "evtData.Items", name.as_ref(), &value.into());
        self
    }
}

/// The item as it is sent.
impl Serialize for Item {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize(serializer, |body| {
            body.push(b'{');
            self.properties.write(body);
            body.push(b'}');
            Ok(())
        })
    }
}

//! Something that users did: an event, its days, and conditions on it.

use std::ops::RangeInclusive;

use afflux_core::decode::JsonText;
use jiff::civil::Date;
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::{condition::Condition, json};
use crate::names::{self, Fault};

/// A first and a last day, both included, in the zone of the project.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Days {
    first: Date,
    last: Date,
}

impl Days {
    pub(crate) fn check(self, at: &str) -> Result<(), Fault> {
        if self.first.year() < 1970 {
            return Err(Fault::new(format!("{at}from"), format!("is {}, before 1970", self.first)));
        }
        if self.first > self.last {
            let said = format!("is {}, after `to`, which is {}", self.first, self.last);
            return Err(Fault::new(format!("{at}from"), said));
        }
        Ok(())
    }

    /// The first day as YYYYMMDD.
    pub fn first(self) -> u32 {
        number(self.first)
    }

    /// The last day as YYYYMMDD.
    pub fn last(self) -> u32 {
        number(self.last)
    }
}

/// A date as YYYYMMDD; years before 1 are none.
fn number(date: Date) -> u32 {
    let part = |part: i32| u32::try_from(part).unwrap_or_default();
    part(date.year().into()) * 10_000 + part(date.month().into()) * 100 + part(date.day().into())
}

impl From<RangeInclusive<Date>> for Days {
    fn from(days: RangeInclusive<Date>) -> Self {
        Self { first: *days.start(), last: *days.end() }
    }
}

/// One day.
impl From<Date> for Days {
    fn from(day: Date) -> Self {
        Self { first: day, last: day }
    }
}

/// How often something happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occurs {
    /// So often.
    Exactly(u64),
    /// More often.
    MoreThan(u64),
    /// So often or more.
    AtLeast(u64),
    /// Less often.
    LessThan(u64),
    /// So often or less.
    AtMost(u64),
}

/// [`Occurs`] as it is written.
#[derive(Debug, Clone, Copy, serde::Serialize)]
pub(super) struct Count {
    operator: &'static str,
    value: u64,
}

impl From<Occurs> for Count {
    fn from(occurs: Occurs) -> Self {
        let (operator, value) = match occurs {
            Occurs::Exactly(value) => ("equals", value),
            Occurs::MoreThan(value) => ("greater_than", value),
            Occurs::AtLeast(value) => ("greater_than_equals", value),
            Occurs::LessThan(value) => ("less_than", value),
            Occurs::AtMost(value) => ("less_than_equals", value),
        };
        Self { operator, value }
    }
}

/// An event that users did in a range of days. Its name must be spelled exactly, capitals included.
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct Activity {
    event: String,
    days: Option<Days>,
    properties: Vec<Condition>,
    session: Vec<Condition>,
    occurs: Option<Occurs>,
}

impl Activity {
    /// The event on these days, for instance `date(2026, 1, 1)..=date(2026, 1, 31)`, both included, in the project's
    /// zone. A last day in the future is refused by the vendor's exports.
    pub fn of(event: impl Into<String>, days: impl Into<Days>) -> Self {
        Self { days: Some(days.into()), ..Self::ever(event) }
    }

    /// The event without days: for `did_all`, `did_none` and `did_any` only. The vendor says that it reads the last 365
    /// days then, and says it of queries without an event of their own; beside one give the days, to be sure.
    pub fn ever(event: impl Into<String>) -> Self {
        Self { event: event.into(), days: None, properties: Vec::new(), session: Vec::new(), occurs: None }
    }

    /// Only with this property.
    pub fn property(mut self, condition: Condition) -> Self {
        self.properties.push(condition);
        self
    }

    /// Only in a session like this: `first_time`, `time_of_day`, ...
    pub fn session(mut self, condition: Condition) -> Self {
        self.session.push(condition);
        self
    }

    /// Only if it happened so often: in `did_all` only.
    pub fn times(mut self, occurs: Occurs) -> Self {
        self.occurs = Some(occurs);
        self
    }

    pub(crate) fn name(&self) -> &str {
        &self.event
    }

    pub(super) fn is_counted(&self) -> bool {
        self.occurs.is_some()
    }

    pub(super) fn properties(&self) -> &[Condition] {
        &self.properties
    }

    pub(super) fn sessions(&self) -> &[Condition] {
        &self.session
    }

    /// The days of the event that a whole query is about.
    pub(crate) fn base(&self) -> Result<Days, Fault> {
        self.check("")?;
        if self.occurs.is_some() {
            return Err(Fault::new("value", "counts the event of the query; only `did_all` can count"));
        }
        self.days.ok_or_else(|| {
            Fault::new("from", "is missing, and so is `to`: an event is asked for with its days")
        })
    }

    /// The conditions as members of a body that names the event itself.
    pub(crate) fn conditions(&self) -> Result<Vec<(String, JsonText)>, Fault> {
        let lists = [("event_properties", &self.properties), ("session_properties", &self.session)];
        let lists = lists.into_iter().filter(|(_, conditions)| !conditions.is_empty());
        lists.map(|(list, conditions)| Ok((list.to_owned(), json(list, conditions)?))).collect()
    }

    pub(super) fn check(&self, at: &str) -> Result<(), Fault> {
        let at = if at.is_empty() { String::new() } else { format!("{at}.") };
        names::required(&format!("{at}event_name"), &self.event)?;
        if let Some(days) = self.days {
            days.check(&at)?;
        }
        let lists = [("event_properties", &self.properties), ("session_properties", &self.session)];
        for (list, conditions) in lists {
            for (index, condition) in conditions.iter().enumerate() {
                condition.check(&format!("{at}{list}[{index}]"))?;
            }
        }
        Ok(())
    }
}

impl Serialize for Activity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("event_name", &self.event)?;
        if let Some(days) = self.days {
            map.serialize_entry("from", &days.first())?;
            map.serialize_entry("to", &days.last())?;
        }
        if !self.properties.is_empty() {
            map.serialize_entry("event_properties", &self.properties)?;
        }
        if !self.session.is_empty() {
            map.serialize_entry("session_properties", &self.session)?;
        }
        if let Some(Count { operator, value }) = self.occurs.map(Into::into) {
            map.serialize_entry("operator", operator)?;
            map.serialize_entry("value", &value)?;
        }
        map.end()
    }
}

//! The query language: which events and which profiles a query means. Keys that nobody knows are ignored, as the vendor
//! does.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::tz::TimeZone;
use serde_json::Value;

use super::call::{day, number_of, zone};
use super::events::Event;
use super::profiles::Profile;
use super::state::State;

/// A query by an event, by days and by properties.
#[derive(Debug, Clone)]
pub(super) struct Query {
    pub(super) event: Option<String>,
    pub(super) from: Option<i64>,
    pub(super) to: Option<i64>,
    event_properties: Vec<Filter>,
    profile_properties: Vec<Filter>,
    advanced: Vec<Part>,
}

/// A condition on a property.
#[derive(Debug, Clone)]
struct Filter {
    name: String,
    operator: String,
    value: Value,
}

/// A part of the advanced query: how many of the queries a profile has to fulfil.
#[derive(Debug, Clone)]
struct Part {
    queries: Vec<Query>,
    needs: Needs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Needs {
    All,
    Any,
    None,
}

impl Query {
    pub(super) fn read(body: &Value) -> Self {
        let profile_properties = body.get("common_profile_properties");
        let groups = ["profile_fields", "demographics", "technographics", "app_fields"];
        let advanced = body.get("advanced_query");
        let part = |name: &str, needs| {
            let part = advanced.and_then(|advanced| advanced.get(name))?;
            let list = part.get("any_events").unwrap_or(part).as_array()?;
            Some(Part { queries: list.iter().map(Query::read).collect(), needs })
        };
        Self {
            event: body.get("event_name").and_then(Value::as_str).map(str::to_owned),
            from: body.get("from").and_then(Value::as_i64),
            to: body.get("to").and_then(Value::as_i64),
            event_properties: filters(body.get("event_properties")),
            profile_properties: groups
                .iter()
                .flat_map(|group| filters(profile_properties.and_then(|members| members.get(group))))
                .collect(),
            advanced: [("did_all", Needs::All), ("did_any", Needs::Any), ("did_none", Needs::None)]
                .into_iter()
                .filter_map(|(name, needs)| part(name, needs))
                .collect(),
        }
    }

    fn means(&self, event: &Event, zone: &TimeZone) -> bool {
        let day = number_of(day(event.timestamp, zone));
        self.event.as_ref().is_none_or(|name| *name == event.name)
            && self.from.is_none_or(|from| day >= from)
            && self.to.is_none_or(|to| day <= to)
            && self.event_properties.iter().all(|filter| filter.holds(event.properties.get(&filter.name)))
    }

    fn means_profile(&self, profile: &Profile) -> bool {
        self.profile_properties.iter().all(|filter| filter.holds(profile.property(&filter.name).as_ref()))
    }
}

impl Filter {
    fn holds(&self, actual: Option<&Value>) -> bool {
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_lowercase);
        let wanted: Vec<&Value> = match &self.value {
            Value::Array(any) => any.iter().collect(),
            one => vec![one],
        };
        let equals = || actual.is_some_and(|actual| wanted.iter().any(|want| text(want) == text(actual)));
        let contains =
            || actual.is_some_and(|actual| wanted.iter().any(|want| text(actual).contains(&text(want))));
        let number = |value: Option<&Value>| value.and_then(Value::as_f64);
        let compared = |good: fn(f64, f64) -> bool| {
            number(actual).zip(number(wanted.first().copied())).is_some_and(|(one, other)| good(one, other))
        };
        match self.operator.as_str() {
            "not_equals" => !equals(),
            "contains" => contains(),
            "does_not_contain" => !contains(),
            "exists" => actual.is_some(),
            "does_not_exist" => actual.is_none(),
            "greater_than" => compared(|one, other| one > other),
            "greater_than_equals" => compared(|one, other| one >= other),
            "less_than" => compared(|one, other| one < other),
            "less_than_equals" => compared(|one, other| one <= other),
            "between" => {
                compared(|one, other| one >= other)
                    && number(actual)
                        .zip(number(wanted.get(1).copied()))
                        .is_some_and(|(one, other)| one <= other)
            }
            _ => equals(),
        }
    }
}

fn filters(list: Option<&Value>) -> Vec<Filter> {
    let read = |filter: &Value| {
        Some(Filter {
            name: filter.get("name")?.as_str()?.to_owned(),
            operator: filter.get("operator").and_then(Value::as_str).unwrap_or("equals").to_owned(),
            value: filter.get("value").cloned().unwrap_or(Value::Null),
        })
    };
    list.and_then(Value::as_array).into_iter().flatten().filter_map(read).collect()
}

impl State {
    /// The zone of the project.
    pub(super) fn zone(&self) -> TimeZone {
        zone(self.switches.utc_offset_minutes)
    }

    /// All events whose profile is still there.
    pub(super) fn all_events(&self) -> impl Iterator<Item = &Arc<Event>> {
        let events = self.events.world.iter().chain(&self.events.uploaded);
        events.filter(|event| self.profiles.get(event.profile).is_some())
    }

    /// The events that a query means.
    pub(super) fn select(&self, query: &Query) -> Vec<Arc<Event>> {
        let zone = self.zone();
        let parts: Vec<_> = query.advanced.iter().map(|part| self.fulfilled(part, &zone)).collect();
        let wanted = self.all_events().filter(|event| {
            query.means(event, &zone)
                && self.profiles.get(event.profile).is_some_and(|profile| query.means_profile(profile))
                && is_fulfilled(query, &parts, event.profile)
        });
        wanted.cloned().collect()
    }

    /// The profiles that a query means; with an event, those that have it.
    pub(super) fn select_profiles(&self, query: &Query) -> Vec<usize> {
        if query.event.is_some() {
            let mut found: Vec<usize> = self.select(query).iter().map(|event| event.profile).collect();
            found.sort_unstable();
            found.dedup();
            return found;
        }
        let zone = self.zone();
        let parts: Vec<_> = query.advanced.iter().map(|part| self.fulfilled(part, &zone)).collect();
        let profiles = self
            .profiles
            .indexed()
            .filter(|(index, profile)| query.means_profile(profile) && is_fulfilled(query, &parts, *index));
        profiles.map(|(index, _)| index).collect()
    }

    /// By profile, how many of the part's queries it fulfils.
    fn fulfilled(&self, part: &Part, zone: &TimeZone) -> HashMap<usize, usize> {
        let mut counts = HashMap::new();
        for query in &part.queries {
            let mut having: Vec<usize> = self
                .all_events()
                .filter(|event| query.means(event, zone))
                .map(|event| event.profile)
                .collect();
            having.sort_unstable();
            having.dedup();
            for profile in having {
                *counts.entry(profile).or_default() += 1;
            }
        }
        counts
    }

    /// Whether any event of this name was ever seen.
    pub(super) fn has_event(&self, name: &str) -> bool {
        self.events.names.contains(name)
    }
}

fn is_fulfilled(query: &Query, parts: &[HashMap<usize, usize>], profile: usize) -> bool {
    query.advanced.iter().zip(parts).all(|(part, counts)| {
        let count = counts.get(&profile).copied().unwrap_or(0);
        match part.needs {
            Needs::All => count == part.queries.len(),
            Needs::Any => count > 0,
            Needs::None => count == 0,
        }
    })
}

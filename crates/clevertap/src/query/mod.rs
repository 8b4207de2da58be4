//! The query language of exports, counts and campaigns, as values that are checked before they are sent.
//!
//! The vendor ignores keys that it does not know, so that a misspelt filter widens the result: here the keys are
//! methods.

mod activity;
mod condition;
mod given;
mod users;

use afflux_core::{decode::JsonText, endpoint::Endpoint, error::Error, operation::Operation};
use serde::Serialize;

pub use self::{
    activity::{Activity, Days, Occurs},
    condition::Condition,
    users::Users,
};
use crate::{
    generated::{CreateCampaign, EventQuery},
    names::Fault,
};

/// What to export or to count: an event in a range of days, users with certain properties, or both.
///
/// ```
/// use afflux_clevertap::{Activity, Condition, Query, Users};
/// use jiff::civil::date;
///
/// let january = date(2026, 1, 1)..=date(2026, 1, 31);
/// let query = Query::from(
///     Activity::of("Charged", january.clone()).property(Condition::greater_than("Amount", 100)),
/// )
/// .users(Users::new().demographic(Condition::any_of("Education", ["College", "Graduate"])))
/// .did_none([Activity::of("App Uninstalled", january)]);
/// assert!(query.check().is_ok());
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
#[must_use]
pub struct Query {
    event: Option<Activity>,
    users: Users,
    did_all: Vec<Activity>,
    did_none: Vec<Activity>,
    did_any: Vec<Activity>,
    did_any_occurs: Option<Occurs>,
    extra: Vec<(String, JsonText)>,
}

impl Query {
    /// Everybody, whatever they did: for the audience of a campaign. Exports and counts want at least one condition.
    pub fn everybody() -> Self {
        Self::default()
    }

    /// Only users with these properties, and with those that were given before.
    pub fn users(mut self, users: Users) -> Self {
        self.users = self.users.and(users);
        self
    }

    /// Only users who did all of this.
    pub fn did_all(mut self, events: impl IntoIterator<Item = Activity>) -> Self {
        self.did_all.extend(events);
        self
    }

    /// Only users who did nothing of this.
    pub fn did_none(mut self, events: impl IntoIterator<Item = Activity>) -> Self {
        self.did_none.extend(events);
        self
    }

    /// Only users who did something of this.
    pub fn did_any(mut self, events: impl IntoIterator<Item = Activity>) -> Self {
        self.did_any.extend(events);
        self
    }

    /// As [`did_any`](Self::did_any), and together so often.
    pub fn did_any_times(mut self, occurs: Occurs, events: impl IntoIterator<Item = Activity>) -> Self {
        self.did_any_occurs = Some(occurs);
        self.did_any(events)
    }

    /// Adds a member as JSON: one that has no method here, for instance `prompt`, or one of the vendor's own text, for
    /// instance `event_properties`. The vendor ignores what it does not know. One that is set already is refused when the
    /// query is checked, and so are `event_name`, `from` and `to`, which an [`Activity`] says.
    pub fn extra(mut self, name: impl Into<String>, value: JsonText) -> Self {
        self.extra.push((name.into(), value));
        self
    }

    /// The query as JSON: the `where` of a campaign.
    pub fn to_json(&self) -> Result<JsonText, Error> {
        self.body()
            .and_then(|body| json("where", &body))
            .map_err(|fault| refused(fault, <CreateCampaign as Endpoint>::OPERATION))
    }

    /// Everything that makes the query impossible to send.
    pub fn check(&self) -> Result<(), Error> {
        self.to_json().map(drop)
    }

    pub(crate) fn event(&self) -> Result<&Activity, Fault> {
        self.event
            .as_ref()
            .ok_or_else(|| Fault::new("event_name", "is missing: this call wants an event and its days"))
    }

    /// Refuses a query without any condition.
    pub(crate) fn some_condition(&self) -> Result<(), Fault> {
        if self.event.is_none() && self.users.is_empty() && !self.has_advanced() && self.extra.is_empty() {
            return Err(Fault::new(
                "event_name",
                "is missing, and so is every condition on users: this call wants one of them",
            ));
        }
        Ok(())
    }

    fn has_advanced(&self) -> bool {
        let lists = [&self.did_all, &self.did_none, &self.did_any];
        self.did_any_occurs.is_some() || lists.into_iter().any(|events| !events.is_empty())
    }

    /// As it is sent.
    pub(crate) fn body(&self) -> Result<EventQuery, Fault> {
        let mut body = EventQuery::new();
        if let Some(event) = &self.event {
            let days = event.base()?;
            body = body.event_name(event.name()).from(days.first()).to(days.last());
            if !event.properties().is_empty() {
                body = body.event_properties(condition::filters(event.properties())?);
            }
            if !event.sessions().is_empty() {
                body = body.session_properties(condition::filters(event.sessions())?);
            }
        }
        for (name, value) in self.beside()? {
            body = given::put(body, name, value)?;
        }
        Ok(body)
    }

    /// What stands beside the event: for bodies that have the event's fields themselves.
    pub(crate) fn beside(&self) -> Result<Vec<(String, JsonText)>, Fault> {
        let mut members = Vec::new();
        if !self.users.is_empty() {
            self.users.check()?;
            members.push((
                "common_profile_properties".to_owned(),
                json("common_profile_properties", &self.users)?,
            ));
        }
        if self.has_advanced() {
            let lists =
                [("did_all", &self.did_all), ("did_none", &self.did_none), ("did_any", &self.did_any)];
            for (list, events) in lists {
                for (index, event) in events.iter().enumerate() {
                    let at = format!("advanced_query.{list}[{index}]");
                    event.check(&at)?;
                    if event.is_counted() && list != "did_all" {
                        return Err(Fault::new(
                            format!("{at}.value"),
                            "counts the event; only those of `did_all` are counted one by one",
                        ));
                    }
                }
            }
            if self.did_any_occurs.is_some() && self.did_any.is_empty() {
                return Err(Fault::new("advanced_query.did_any", "counts events and names none"));
            }
            let any = (!self.did_any.is_empty())
                .then(|| AnyOf { any_events: &self.did_any, occurs: self.did_any_occurs.map(Into::into) });
            let advanced = Advanced { did_all: &self.did_all, did_none: &self.did_none, did_any: any };
            members.push(("advanced_query".to_owned(), json("advanced_query", &advanced)?));
        }
        for (name, value) in &self.extra {
            let set = self.event.as_ref().is_some_and(|event| match name.as_str() {
                "event_properties" => !event.properties().is_empty(),
                "session_properties" => !event.sessions().is_empty(),
                _ => false,
            });
            let about_event = matches!(name.as_str(), "event_properties" | "session_properties");
            if about_event && self.event.is_none() {
                return Err(Fault::new(name, "are conditions on an event, and there is none"));
            }
            given::check(name, value, set || members.iter().any(|(known, _)| known == name))?;
            members.push((name.clone(), value.clone()));
        }
        Ok(members)
    }
}

impl From<Activity> for Query {
    fn from(event: Activity) -> Self {
        Self { event: Some(event), ..Self::default() }
    }
}

impl From<Users> for Query {
    fn from(users: Users) -> Self {
        Self { users, ..Self::default() }
    }
}

#[derive(Serialize)]
#[allow(clippy::struct_field_names, reason = "the vendor's names")]
struct Advanced<'a> {
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    did_all: &'a [Activity],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    did_none: &'a [Activity],
    #[serde(skip_serializing_if = "Option::is_none")]
    did_any: Option<AnyOf<'a>>,
}

#[derive(Serialize)]
struct AnyOf<'a> {
    any_events: &'a [Activity],
    #[serde(flatten)]
    occurs: Option<activity::Count>,
}

/// A fault as the error of an operation.
pub(crate) fn refused(fault: Fault, operation: &'static Operation) -> Error {
    Error::validation(operation, &fault.field, fault.demand)
}

pub(crate) fn json(field: &str, value: &impl Serialize) -> Result<JsonText, Fault> {
    let text = serde_json::to_string(value)
        .map_err(|error| Fault::new(field, format!("cannot be written as JSON: {error}")))?;
    JsonText::new(text).map_err(|error| Fault::new(field, format!("cannot be written as JSON: {error}")))
}

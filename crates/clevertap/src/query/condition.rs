//! A condition on a property: a name, a comparison, a value.

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::json;
use crate::{
    generated::PropertyFilter,
    names::{self, Fault},
    upload::Value,
};

/// A condition on a property of an event, a session or a user.
///
/// Names must be spelled exactly. Truth values are written as the vendor wants them: `"True"`, `"False"`.
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct Condition {
    name: String,
    operator: String,
    value: Option<Operand>,
}

#[derive(Debug, Clone, PartialEq)]
enum Operand {
    One(Value<'static>),
    AnyOf(Vec<Value<'static>>),
}

impl Condition {
    /// A comparison that has no constructor here, for instance `between`, which one source names.
    pub fn new<'v>(
        name: impl Into<String>,
        operator: impl Into<String>,
        value: impl Into<Value<'v>>,
    ) -> Self {
        let value = Some(Operand::One(value.into().into_owned()));
        Self { name: name.into(), operator: operator.into(), value }
    }

    /// Equal to the value.
    pub fn equals<'v>(name: impl Into<String>, value: impl Into<Value<'v>>) -> Self {
        Self::new(name, "equals", value)
    }

    /// Equal to one of the values.
    pub fn any_of<'v, V: Into<Value<'v>>>(
        name: impl Into<String>,
        values: impl IntoIterator<Item = V>,
    ) -> Self {
        let values = values.into_iter().map(|value| value.into().into_owned()).collect();
        Self { name: name.into(), operator: "equals".to_owned(), value: Some(Operand::AnyOf(values)) }
    }

    /// Not equal to the text.
    pub fn not_equals<'v>(name: impl Into<String>, value: impl Into<Value<'v>>) -> Self {
        Self::new(name, "not_equals", value)
    }

    /// A text with this in it.
    pub fn contains(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self::new(name, "contains", text.into())
    }

    /// A text without this in it.
    pub fn does_not_contain(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self::new(name, "does_not_contain", text.into())
    }

    /// Whatever the value is.
    pub fn exists(name: impl Into<String>) -> Self {
        Self { name: name.into(), operator: "exists".to_owned(), value: None }
    }

    /// Nothing with this name.
    pub fn does_not_exist(name: impl Into<String>) -> Self {
        Self { name: name.into(), operator: "does_not_exist".to_owned(), value: None }
    }

    /// A greater number.
    pub fn greater_than<'v>(name: impl Into<String>, number: impl Into<Value<'v>>) -> Self {
        Self::new(name, "greater_than", number)
    }

    /// This number or a greater one.
    pub fn at_least<'v>(name: impl Into<String>, number: impl Into<Value<'v>>) -> Self {
        Self::new(name, "greater_than_equals", number)
    }

    /// A smaller number.
    pub fn less_than<'v>(name: impl Into<String>, number: impl Into<Value<'v>>) -> Self {
        Self::new(name, "less_than", number)
    }

    /// This number or a smaller one.
    pub fn at_most<'v>(name: impl Into<String>, number: impl Into<Value<'v>>) -> Self {
        Self::new(name, "less_than_equals", number)
    }

    pub(super) fn check(&self, at: &str) -> Result<(), Fault> {
        names::required(&format!("{at}.name"), &self.name)?;
        names::required(&format!("{at}.operator"), &self.operator)?;
        let numeric = matches!(
            self.operator.as_str(),
            "greater_than" | "greater_than_equals" | "less_than" | "less_than_equals"
        );
        match &self.value {
            Some(Operand::AnyOf(values)) if values.is_empty() => {
                Err(Fault::new(format!("{at}.value"), "names no value of which any would do"))
            }
            Some(Operand::AnyOf(values)) => values.iter().try_for_each(|value| value.check(at, "value")),
            Some(Operand::One(value)) if numeric && !value.is_number() && !is_json(value) => {
                Err(Fault::new(format!("{at}.value"), format!("must be a number for `{}`", self.operator)))
            }
            Some(Operand::One(value)) => value.check(at, "value"),
            None => Ok(()),
        }
    }
}

fn is_json(value: &Value<'_>) -> bool {
    matches!(value, Value::Json(_))
}

/// A value as the query language writes it.
struct Written<'a>(&'a Value<'a>);

impl Serialize for Written<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Bool(truth) => serializer.serialize_str(if *truth { "True" } else { "False" }),
            value => value.serialize(serializer),
        }
    }
}

impl Serialize for Operand {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::One(value) => Written(value).serialize(serializer),
            Self::AnyOf(values) => serializer.collect_seq(values.iter().map(Written)),
        }
    }
}

impl Serialize for Condition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("name", &self.name)?;
        map.serialize_entry("operator", &self.operator)?;
        if let Some(value) = &self.value {
            map.serialize_entry("value", value)?;
        }
        map.end()
    }
}

/// Conditions as the plain layer has them.
pub(super) fn filters(conditions: &[Condition]) -> Result<Vec<PropertyFilter>, Fault> {
    conditions
        .iter()
        .map(|condition| {
            let filter = PropertyFilter::new(&condition.name).operator(&condition.operator);
            Ok(match &condition.value {
                Some(value) => filter.value(json(&condition.name, value)?),
                None => filter,
            })
        })
        .collect()
}

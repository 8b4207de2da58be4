//! Members of a query that are given as JSON: the vendor's own text, or names that have no method.

use afflux_core::decode::{Field, JsonText, Kind};

use super::json;
use crate::{
    generated::{EventQuery, PropertyFilter},
    names::{self, Fault},
};

/// Members that say which event a query is about: an [`Activity`](super::Activity) does.
const EVENT: [&str; 3] = ["event_name", "from", "to"];

/// Refuses a member that cannot be given so, that is there `twice`, or that the vendor would not understand.
pub(super) fn check(name: &str, value: &JsonText, twice: bool) -> Result<(), Fault> {
    names::required("extra", name)?;
    if EVENT.contains(&name) {
        return Err(Fault::new(
            name,
            "cannot be an extra member: an `Activity` says which event and which days",
        ));
    }
    if twice {
        return Err(Fault::new(name, "is given twice"));
    }
    match name {
        "event_properties" | "session_properties" => filters(name, value).map(drop),
        "common_profile_properties" => object(name, value.field()),
        "advanced_query" => {
            object(name, value.field())?;
            match value.field().entries().find(|(key, _)| key == "did_not") {
                Some(_) => Err(Fault::new(
                    "advanced_query.did_not",
                    "is silently ignored by the vendor; the name is `did_none`",
                )),
                None => Ok(()),
            }
        }
        _ => Ok(()),
    }
}

/// Puts a checked member where it is sent.
pub(super) fn put(body: EventQuery, name: String, value: JsonText) -> Result<EventQuery, Fault> {
    Ok(match name.as_str() {
        "event_properties" => body.event_properties(filters(&name, &value)?),
        "session_properties" => body.session_properties(filters(&name, &value)?),
        "common_profile_properties" => body.common_profile_properties(value),
        "advanced_query" => body.advanced_query(value),
        "groups" => body.groups(value),
        _ => body.extra(name, value),
    })
}

/// Conditions as the vendor writes them: a name, a comparison that may be left out, a value.
fn filters(list: &str, given: &JsonText) -> Result<Vec<PropertyFilter>, Fault> {
    if given.field().kind() != Kind::Array {
        return Err(Fault::new(list, "must be a list of conditions"));
    }
    let one = |(index, condition): (usize, Field<'_>)| {
        let at = format!("{list}[{index}]");
        object(&at, condition)?;
        let (mut name, mut operator, mut value) = (None, None, None);
        for (key, member) in condition.entries() {
            let known = match key.as_ref() {
                "name" => name.replace(member).is_none(),
                "operator" => operator.replace(member).is_none(),
                "value" => value.replace(member).is_none(),
                _ => {
                    return Err(Fault::new(
                        format!("{at}.{key}"),
                        "is not known: the vendor would ignore it",
                    ));
                }
            };
            if !known {
                return Err(Fault::new(format!("{at}.{key}"), "is given twice"));
            }
        }
        let text = |member: &str, field: Field<'_>| {
            let at = format!("{at}.{member}");
            let text = field.as_str().ok_or_else(|| Fault::new(&at, "must be a text"))?;
            names::required(&at, &text).map(|()| text.into_owned())
        };
        let name = name.ok_or_else(|| Fault::new(format!("{at}.name"), "is missing"))?;
        let mut filter = PropertyFilter::new(text("name", name)?);
        if let Some(operator) = operator {
            filter = filter.operator(text("operator", operator)?);
        }
        match value {
            Some(value) => Ok(filter.value(json(&at, &value)?)),
            None => Ok(filter),
        }
    };
    given.field().elements().enumerate().map(one).collect()
}

fn object(at: &str, field: Field<'_>) -> Result<(), Fault> {
    if field.kind() == Kind::Object { Ok(()) } else { Err(Fault::new(at, "must be an object")) }
}

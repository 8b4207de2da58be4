//! A postback out of names and values: the columns of a file, or the options of a command.

use afflux::altercpa::{ClickId, Exto, FlowId, LeadId, OPERATIONS};
use afflux_core::{dynamic, operation::Operation};
use serde_json::{Map, Value};

use super::{content::Content, status};
use crate::journal;

/// Something is wrong with a value: its name, and what it must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wrong {
    pub(crate) name: String,
    pub(crate) demand: String,
}

impl Wrong {
    pub(crate) fn new(name: &str, demand: impl Into<String>) -> Self {
        Self { name: name.to_owned(), demand: demand.into() }
    }
}

/// What a postback does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    /// Creates a lead.
    Create,
    /// Changes one.
    Status,
}

impl Action {
    pub(crate) fn named(text: &str) -> Option<Self> {
        match text {
            "create" => Some(Self::Create),
            "status" => Some(Self::Status),
            _ => None,
        }
    }

    fn operation(self) -> Option<&'static Operation> {
        let id = match self {
            Self::Create => "createLead",
            Self::Status => "changeLead",
        };
        OPERATIONS.iter().find(|operation| operation.id == id).copied()
    }

    /// The names that can be given.
    pub(crate) fn names(self) -> impl Iterator<Item = &'static str> {
        self.operation().map(Operation::body_fields).unwrap_or_default().iter().map(|field| field.name)
    }

    fn other(self) -> Self {
        match self {
            Self::Create => Self::Status,
            Self::Status => Self::Create,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Status => "status",
        }
    }
}

/// How a lead is named: the documented combinations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum By {
    Click(ClickId),
    ClickExto(ClickId, Exto),
    Flow(FlowId),
    FlowExto(FlowId, Exto),
    Code(String),
    CodeExto(String, Exto),
    Order(LeadId),
}

/// A postback that can be sent.
#[derive(Debug, Clone)]
pub(crate) struct Given {
    pub(crate) action: Action,
    pub(crate) by: By,
    pub(crate) content: Content,
    /// Create the lead where it is not found.
    pub(crate) auto: bool,
    /// Sending it twice is harmless.
    pub(crate) repeatable: bool,
    /// An earlier sending may have arrived.
    pub(crate) again: bool,
}

type Values<'a> = [(&'a str, &'a str)];

fn value<'a>(values: &Values<'a>, name: &str) -> Option<&'a str> {
    values.iter().find(|(other, _)| *other == name).map(|(_, value)| *value)
}

/// Builds the postback of these values, or says what is wrong with them. `trust_exto` takes `exto` for a key beside a
/// flow and its code too.
pub(crate) fn given(action: Action, values: &Values<'_>, trust_exto: bool) -> Result<Given, Wrong> {
    check_names(action, values)?;
    let by = by(action, values)?;
    check_values(action, values)?;
    let content = Content::of(values)?;
    if action == Action::Status && content.is_empty() {
        return Err(Wrong::new(
            "status",
            "or a payment, a goal or another field must be given: nothing would change",
        ));
    }
    let auto = value(values, "auto").is_some();
    if auto && matches!(by, By::Order(_)) {
        return Err(Wrong::new(
            "auto",
            "cannot stand beside `order`: an id of AlterCPA's own cannot be created",
        ));
    }
    let repeatable = repeatable(action, values, trust_exto);
    Ok(Given { action, by, content, auto, repeatable, again: false })
}

/// Whether each name is one of the action's.
fn check_names(action: Action, values: &Values<'_>) -> Result<(), Wrong> {
    for (name, _) in values {
        if action.names().any(|known| known == *name) {
            continue;
        }
        let other = action.other();
        return Err(if other.names().any(|known| known == *name) {
            Wrong::new(name, format!("belongs to a {} only, and this is a {}", other.word(), action.word()))
        } else {
            Wrong::new(name, "is not a field of a lead")
        });
    }
    Ok(())
}

/// What `api.yaml` says of each value.
fn check_values(action: Action, values: &Values<'_>) -> Result<(), Wrong> {
    match request(action, values) {
        Some(Err(violations)) => {
            let first = violations.into_iter().next();
            Err(first.map_or_else(
                || Wrong::new("action", "cannot be sent"),
                |violation| Wrong { name: violation.field, demand: violation.demand },
            ))
        }
        Some(Ok(_)) | None => Ok(()),
    }
}

type Checked = Result<afflux_core::request::Request, Vec<afflux_core::schema::Violation>>;

/// The request as the metadata would build it: what it checks, and how safe it is to repeat.
fn request(action: Action, values: &Values<'_>) -> Option<Checked> {
    let body: Map<String, Value> =
        values.iter().map(|(name, value)| ((*name).to_owned(), Value::from(*value))).collect();
    let parameters = dynamic::Parameters::parse(&Value::Object(body).to_string()).ok()?;
    Some(dynamic::request(action.operation()?, &parameters, false))
}

/// Whether sending it twice is harmless: as the metadata says, but that a word which creates nothing does no harm.
fn repeatable(action: Action, values: &Values<'_>, trust_exto: bool) -> bool {
    let creates = status::may_create(value(values, "status"), value(values, "stn"));
    let relevant: Vec<(&str, &str)> =
        values.iter().copied().filter(|(name, _)| *name != "stn" || creates).collect();
    let by_metadata =
        matches!(request(action, &relevant), Some(Ok(request)) if request.effective_safety().repeatable());
    let trusted = trust_exto && value(values, "exto").is_some() && value(values, "accept").is_none();
    by_metadata || trusted
}

fn by(action: Action, values: &Values<'_>) -> Result<By, Wrong> {
    let of = |name: &str| value(values, name);
    let exto = of("exto").map(Exto::new);
    if let Some(order) = of("order") {
        return match ["click", "flow", "code", "exto"].into_iter().find(|name| of(name).is_some()) {
            Some(other) => Err(Wrong::new("order", format!("names the lead alone; leave `{other}` away"))),
            None => Ok(By::Order(LeadId::from(order))),
        };
    }
    let by = match (of("click"), of("flow"), of("code"), exto) {
        (Some(click), None, None, None) => By::Click(ClickId::from(click)),
        (Some(click), None, None, Some(exto)) => By::ClickExto(ClickId::from(click), exto),
        (None, Some(flow), None, None) => By::Flow(FlowId::from(flow)),
        (None, Some(flow), None, Some(exto)) => By::FlowExto(FlowId::from(flow), exto),
        (None, None, Some(code), None) => By::Code(code.to_owned()),
        (None, None, Some(code), Some(exto)) => By::CodeExto(code.to_owned(), exto),
        (None, None, None, _) => {
            let order = if action == Action::Status { ", or `order`" } else { "" };
            return Err(Wrong::new(
                "click",
                format!("is missing: a lead is named by `click`, `flow` or `code`{order}"),
            ));
        }
        _ => {
            return Err(Wrong::new(
                "click",
                "must stand alone: only one of `click`, `flow` and `code` names a lead",
            ));
        }
    };
    match (&by, action) {
        (By::Flow(_) | By::Code(_), Action::Status) => Err(Wrong::new(
            "exto",
            "is missing: a lead of a bare flow is not found again; name it by `order`, its id in AlterCPA",
        )),
        (By::Code(code) | By::CodeExto(code, _), _) if code.trim().is_empty() => {
            Err(Wrong::new("code", "must not be blank"))
        }
        _ => Ok(by),
    }
}

/// The lead that a postback is about, where it is one that others can be about too: a lead of a bare flow is found by
/// nothing. It is known by how it is named: the vendor demands that this is always the same.
pub(crate) fn lead<'a>(values: impl Iterator<Item = (&'a str, &'a str)>) -> Option<journal::Content> {
    let named: Vec<(&str, &str)> = values
        .filter(|(name, _)| matches!(*name, "click" | "exto" | "order" | "flow" | "code"))
        .map(|(name, value)| match name {
            "exto" | "code" => (name, value),
            // The server reads numbers.
            _ => (name, value.trim().trim_start_matches('0')),
        })
        .collect();
    let findable = named.iter().any(|(name, _)| matches!(*name, "click" | "order" | "exto"));
    findable.then(|| journal::Content::of(named))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn wrong(action: Action, values: &Values<'_>) -> String {
        let wrong = given(action, values, false).unwrap_err();
        format!("{} {}", wrong.name, wrong.demand)
    }

    const CLICK: (&str, &str) = ("click", "9001");
    const EXTO: (&str, &str) = ("exto", "A-1");
    const FLOW: (&str, &str) = ("flow", "501");
    const APPROVE: (&str, &str) = ("status", "approve");

    #[test]
    fn what_is_wrong_is_said_by_name() {
        use Action::{Create, Status};
        let table: [(Action, &Values<'_>, &str); 22] = [
            (Create, &[], "click is missing"),
            (Create, &[CLICK, FLOW], "click must stand alone"),
            (Create, &[EXTO], "click is missing"),
            (Create, &[("click", "abc")], "click must be a whole number"),
            (Create, &[("click", "0")], "click must be"),
            (Create, &[CLICK, ("exto", "a b")], "exto must"),
            (Create, &[CLICK, ("order", "7")], "order belongs to a status only"),
            (Create, &[CLICK, ("auto", "1")], "auto belongs to a status only"),
            (Create, &[CLICK, ("price", "1")], "price is not a field"),
            (Create, &[CLICK, ("token", "t")], "token is not a field"),
            (Status, &[("order", "7"), CLICK, APPROVE], "order names the lead alone"),
            (Status, &[("order", "7"), APPROVE, ("auto", "1")], "auto cannot stand beside `order`"),
            (Status, &[FLOW, APPROVE], "exto is missing"),
            (Status, &[CLICK, EXTO], "status or a payment"),
            (Status, &[CLICK, ("status", "hold")], "status `hold` must say which"),
            (Status, &[CLICK, APPROVE, ("accept", "1")], "accept"),
            (Status, &[CLICK, APPROVE, ("reason", "3")], "reason belongs"),
            (Status, &[CLICK, APPROVE, ("sta", "approve"), ("stc", "no,Approve")], "stc has a word"),
            (Create, &[CLICK, ("wm", "10")], "cc is missing"),
            (Create, &[CLICK, ("cc", "EUR")], "cc belongs to"),
            (Create, &[CLICK, ("wm", "1"), ("pay", "1"), ("cc", "EUR")], "pay cannot"),
            (Create, &[CLICK, ("goal", "a"), ("gid", "1")], "gid cannot"),
        ];
        for (action, values, expected) in table {
            assert!(wrong(action, values).starts_with(expected), "{values:?}: {}", wrong(action, values));
        }
    }

    #[test]
    fn what_may_be_sent_twice_is_what_the_vendor_promises() {
        use Action::{Create, Status};
        let table: [(Action, &Values<'_>, bool, bool); 13] = [
            (Create, &[CLICK, EXTO], true, true),
            (Create, &[CLICK], false, false),
            (Create, &[FLOW], false, false),
            (Create, &[FLOW, EXTO], false, true),
            (Create, &[CLICK, EXTO, ("accept", "1")], false, false),
            (Status, &[CLICK, APPROVE], true, true),
            (Status, &[("order", "7"), APPROVE], true, true),
            (Status, &[CLICK, ("accept", "1")], false, false),
            (Status, &[CLICK, APPROVE, ("auto", "1")], false, false),
            (Status, &[CLICK, EXTO, APPROVE, ("auto", "1")], true, true),
            (Status, &[FLOW, EXTO, APPROVE, ("auto", "1")], false, true),
            (Status, &[CLICK, ("status", "fresh"), ("stn", "fresh")], false, false),
            (Status, &[CLICK, APPROVE, ("stn", "fresh")], true, true),
        ];
        for (action, values, plain, trusted) in table {
            assert_eq!(given(action, values, false).unwrap().repeatable, plain, "{values:?}");
            assert_eq!(given(action, values, true).unwrap().repeatable, trusted, "{values:?} trusted");
        }
    }

    #[test]
    fn a_lead_is_known_by_how_it_is_named() {
        let of = |values: &Values<'_>| lead(values.iter().copied());
        assert_eq!(of(&[CLICK, EXTO]), of(&[EXTO, ("click", "09001"), APPROVE]));
        assert_ne!(of(&[CLICK, EXTO]), of(&[CLICK]));
        assert!(of(&[FLOW]).is_none() && of(&[("code", "spring")]).is_none());
        assert!(of(&[FLOW, EXTO]).is_some());
    }
}

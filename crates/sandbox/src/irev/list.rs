//! `GET /leads` and `GET /goal-types`: checks the query, filters, sorts and pages.

use serde_json::{Value, json};

use super::bodies::{self, Fields};
use super::records::{Conversion, GoalType};
use super::stand_in::StandIn;
use super::state::State;
use super::switches::{ListEnvelope, MissingCreatedTo, Order, PerPageOver, RangeEnd, RowLeadUuid};
use crate::fault::Twist;
use crate::spec::{Operation, Rule, Violation, read_time};
use crate::sync::lock;
use crate::wire::{Answer, Request};

impl StandIn {
    /// Steps 7 to 9 of a list.
    pub(super) fn list(
        &self,
        operation: &Operation,
        request: &Request,
        affiliate: &str,
        twist: Option<Twist>,
    ) -> Answer {
        let state = lock(&self.state);
        let violations = violations(operation, request, &state);
        if !violations.is_empty() {
            return bodies::invalid_query(violations.iter().map(in_words).collect());
        }
        let number = |name: &str, fallback: usize| -> usize {
            let text = request.query(name).and_then(|text| text.parse().ok());
            let default = operation
                .query_schema(name)
                .and_then(|schema| schema.fallback.as_ref())
                .and_then(Value::as_u64);
            text.or(default.and_then(|number| usize::try_from(number).ok())).unwrap_or(fallback)
        };
        let most = usize::try_from(state.switches.per_page_max).unwrap_or(usize::MAX);
        let per_page = number("per_page", 20).min(most);
        let mut page = number("page", 1).max(1);
        if twist == Some(Twist::RepeatedCursor) {
            page = page.saturating_sub(1).max(1);
        }
        let mut rows: Vec<&Conversion> = state
            .conversions
            .iter()
            .filter(|row| row.affiliate == affiliate)
            .filter(|row| wanted(row, request, &state))
            .collect();
        // A stable sort: rows of one millisecond stay in the order in which they came to be.
        rows.sort_by_key(|row| row.created_at);
        if state.switches.order == Order::NewestFirst {
            rows.reverse();
        }
        let nothing = twist == Some(Twist::EmptyPage)
            || (state.switches.missing_created_to == MissingCreatedTo::EmptyArray
                && request.query("created_to").is_none());
        let skipped = (page - 1).saturating_mul(per_page);
        let shown = rows.into_iter().skip(skipped).take(if nothing { 0 } else { per_page });
        let with_lead = state.switches.row_lead_uuid == RowLeadUuid::Present;
        let rows = shown.map(|row| {
            if with_lead {
                row.row.clone().with("leadUuid", row.lead_uuid.to_string())
            } else {
                row.row.clone()
            }
        });
        enclosed(rows.collect(), state.switches.list_envelope)
    }

    pub(super) fn goal_types(&self) -> Answer {
        let state = lock(&self.state);
        let shown = |goal: &GoalType| {
            Fields::default().with("uuid", goal.uuid.to_string()).with("name", goal.name.clone())
        };
        enclosed(vec![shown(&state.pushed_goal), shown(&state.ftd_goal)], state.switches.list_envelope)
    }
}

fn enclosed(rows: Vec<Fields>, envelope: ListEnvelope) -> Answer {
    #[derive(serde::Serialize)]
    struct Data {
        data: Vec<Fields>,
    }
    match envelope {
        ListEnvelope::BareArray => Answer::json(200, &rows),
        ListEnvelope::Data => Answer::json(200, &Data { data: rows }),
    }
}

/// What is wrong with the query, the switches' bounds taken into account.
fn violations(operation: &Operation, request: &Request, state: &State) -> Vec<Violation> {
    let mut found = operation.check_query(&request.query);
    // The largest page is the operator's choice, not the document's.
    found.retain(|violation| !(violation.field == "per_page" && matches!(violation.rule, Rule::Maximum(_))));
    let most = state.switches.per_page_max;
    let asked = request.query("per_page").and_then(|text| text.parse::<i64>().ok());
    if state.switches.per_page_over == PerPageOver::Refuse
        && asked.is_some_and(|asked| asked > i64::from(most))
    {
        found.push(Violation {
            field: "per_page".to_owned(),
            rule: Rule::Maximum(most.into()),
            actual: request.query("per_page").map(Value::from),
        });
    }
    found
}

/// A violation as the vendor's validator tells it.
fn in_words(violation: &Violation) -> Fields {
    let (kind, text, expected): (&str, String, Option<Value>) = match &violation.rule {
        Rule::Required => ("required", "is required.".to_owned(), None),
        Rule::Type("number") => ("number", "must be a number.".to_owned(), None),
        Rule::Type("integer") => ("numberInteger", "must be an integer.".to_owned(), None),
        Rule::Type("boolean") => ("boolean", "must be a boolean.".to_owned(), None),
        Rule::Type(_) => ("string", "must be a string.".to_owned(), None),
        Rule::Minimum(bound) => (
            "numberMin",
            format!("must be greater than or equal to {bound}."),
            Some(Value::Number(bound.clone())),
        ),
        Rule::Maximum(bound) => (
            "numberMax",
            format!("must be less than or equal to {bound}."),
            Some(Value::Number(bound.clone())),
        ),
        Rule::Format(format) if format == "uuid" => ("uuid", "must be a valid UUID.".to_owned(), None),
        Rule::Format(_) => ("date", "must be a Date.".to_owned(), None),
        Rule::Enum(choices) => {
            ("enumValue", "value does not match any of the allowed values.".to_owned(), Some(json!(choices)))
        }
        _ => ("stringPattern", "fails to match the required pattern.".to_owned(), None),
    };
    let field = &violation.field;
    let mut told = Fields::default()
        .with("type", kind)
        .with("message", format!("The '{field}' field {text}"))
        .with("field", field.clone());
    if let Some(expected) = expected {
        told = told.with("expected", expected);
    }
    match &violation.actual {
        Some(actual) => told.with("actual", actual.clone()),
        None => told,
    }
}

/// Whether the filters let a row through. The query has been checked.
fn wanted(row: &Conversion, request: &Request, state: &State) -> bool {
    let time = |name: &str| request.query(name).and_then(read_time);
    let from = time("created_from").is_none_or(|from| row.created_at >= from);
    let to = time("created_to").is_none_or(|to| match state.switches.created_to {
        RangeEnd::Exclusive => row.created_at < to,
        RangeEnd::Inclusive => row.created_at <= to,
    });
    let goal = request
        .query("goal_type_uuid")
        .is_none_or(|goal| goal.eq_ignore_ascii_case(&row.goal_type_uuid.to_string()));
    let test = request.query("is_test").is_none_or(|text| text == row.is_test.to_string());
    from && to && goal && test
}

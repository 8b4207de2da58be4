//! The constant metadata of operations, and the schemas in it.

use std::fmt::Write as _;

use super::{
    super::{
        api::{
            Answers, Api, Body, Cost, Items, Meta, MetaSchema, NotYet, Operation, Paging, Parameter, Safety,
        },
        spec::Place,
    },
    text::{HEADER, duration, float, literal, literals, module_doc, optional},
};

/// `schemas.rs`.
pub(crate) fn schemas(api: &Api) -> String {
    let about = "What values may hold, where there is something to check before they are sent.";
    let mut code = format!("{HEADER}{}\n", module_doc(about));
    let bodies: Vec<(String, String)> =
        api.schemas.iter().map(|(name, meta)| (name.clone(), expression(meta, ""))).collect();
    let uses: Vec<&str> = ["Field", "Schema"]
        .into_iter()
        .filter(|name| {
            bodies
                .iter()
                .any(|(_, body)| body.contains(&format!("{name} {{")) || body.contains(&format!("{name}::")))
        })
        .collect();
    if !uses.is_empty() {
        let _ = write!(code, "use afflux_core::schema::{{{}}};\n\n", uses.join(", "));
    }
    for (name, body) in bodies {
        let _ = write!(code, "pub(super) const {name}: Schema = {body};\n\n");
    }
    code
}

/// A schema as a constant expression; `path` leads to the constants.
pub(crate) fn expression(meta: &Meta, path: &str) -> String {
    let schema = match meta {
        Meta::Named(name) => return format!("{path}{name}"),
        Meta::Of(schema) => schema,
    };
    let MetaSchema { kind, .. } = **schema;
    let base = if kind.is_empty() { "ANY".to_owned() } else { kind.to_uppercase() };
    let mut parts = Vec::new();
    let mut add = |name: &str, value: String| parts.push(format!("{name}: {value}"));
    if schema.format.is_some() {
        add("format", optional(schema.format.as_deref()));
    }
    if schema.pattern.is_some() {
        add("pattern", optional(schema.pattern.as_deref()));
    }
    for (name, bound) in [("minimum", schema.minimum), ("maximum", schema.maximum)] {
        if let Some(bound) = bound {
            add(name, format!("Some({})", float(bound)));
        }
    }
    for (name, bound) in [("min_length", schema.min_length), ("max_length", schema.max_length)] {
        if let Some(bound) = bound {
            add(name, format!("Some({bound})"));
        }
    }
    if !schema.words.is_empty() {
        add("words", literals(&schema.words));
    }
    for (name, flag) in [("closed", schema.closed), ("nullable", schema.nullable), ("secret", schema.secret)]
    {
        if flag {
            add(name, "true".to_owned());
        }
    }
    if let Some(items) = &schema.items {
        add("items", format!("Some(&{})", expression(items, path)));
    }
    if !schema.fields.is_empty() {
        let fields: Vec<String> = schema
            .fields
            .iter()
            .map(|field| {
                format!(
                    "Field {{ name: {}, required: {}, read_only: {}, schema: {}, summary: {} }}",
                    literal(&field.name),
                    field.required,
                    field.read_only,
                    expression(&field.meta, path),
                    literal(&field.summary)
                )
            })
            .collect();
        add("fields", format!("&[{}]", fields.join(", ")));
    }
    if !schema.open && kind == "Object" {
        add("open", "false".to_owned());
    }
    if !schema.one_of.is_empty() {
        let schemas: Vec<String> = schema.one_of.iter().map(|meta| expression(meta, path)).collect();
        add("one_of", format!("&[{}]", schemas.join(", ")));
    }
    if parts.is_empty() {
        return format!("Schema::{base}");
    }
    format!("Schema {{ {}, ..Schema::{base} }}", parts.join(", "))
}

/// The metadata of an operation as an expression.
///
/// `shared` is what the constant `ANSWERS` stands for.
pub(crate) fn operation(api: &Api, operation: &Operation, shared: Option<&str>) -> String {
    let parameters: Vec<String> = operation.parameters.iter().map(parameter).collect();
    let mut parts = vec![
        format!("id: {}", literal(&operation.id)),
        format!("vendor: {}", literal(&api.vendor)),
        format!("summary: {}", literal(&operation.summary)),
        format!("group: {}", literal(&operation.group)),
        format!("method: Method::{}", operation.method),
        format!("path: {}", literal(&operation.path)),
        format!("safety: {}", safety(&operation.safety)),
        format!("bucket: {}", literal(&operation.bucket)),
    ];
    if let Safety::Keyed(_, with) = &operation.safety
        && !with.is_empty()
    {
        parts.push(format!("keyed_with: {}", literals(with)));
    }
    if !operation.hazards.is_empty() {
        let hazards: Vec<String> = operation
            .hazards
            .iter()
            .map(|(with, unless)| {
                format!("Hazard {{ with: {}, unless: {} }}", literal(with), literals(unless))
            })
            .collect();
        parts.push(format!("hazards: &[{}]", hazards.join(", ")));
    }
    match &operation.cost {
        Cost::Fixed(1) => {}
        Cost::Fixed(cost) => parts.push(format!("cost: Cost::Fixed({cost})")),
        Cost::ByYears { table, ranges } => {
            let table: Vec<String> = table.iter().map(ToString::to_string).collect();
            let (table, ranges) = (table.join(", "), literals(ranges));
            parts.push(format!("cost: Cost::ByYears {{ table: &[{table}], ranges: {ranges} }}"));
        }
    }
    parts.push(format!("auth: {}", literal(&operation.auth)));
    let flags = [
        ("deprecated", operation.deprecated),
        ("weakly_known", operation.weakly_known),
        ("open_query", operation.open_query),
    ];
    parts.extend(flags.iter().filter(|(_, set)| *set).map(|(name, _)| format!("{name}: true")));
    if !parameters.is_empty() {
        parts.push(format!("parameters: &[{}]", parameters.join(", ")));
    }
    if let Some(Body { encoding, required, meta, .. }) = &operation.body {
        parts.push(format!(
            "body: Some(RequestBody {{ encoding: BodyEncoding::{encoding}, required: {required}, schema: {} }})",
            expression(meta, "schemas::")
        ));
    }
    let told = answers(&operation.answers);
    parts.push(format!("answers: {}", if shared == Some(told.as_str()) { "ANSWERS" } else { &told }));
    if operation.items.is_some() {
        parts.push(format!("items: Some({}_ITEMS)", operation.constant));
    }
    if !operation.paging.is_empty() {
        let ways: Vec<String> = operation.paging.iter().map(paging_expression).collect();
        parts.push(format!("paging: &[{}]", ways.join(", ")));
    }
    if let Some(job) = &operation.job {
        let mut rules: Vec<String> =
            job.lists.iter().map(|(name, words)| format!("{name}: {}", literals(words))).collect();
        rules.push(format!("poll_parameter: {}", optional(job.poll_parameter.as_deref())));
        parts.push(format!("job: Some(JobRules {{ {} }})", rules.join(", ")));
    }
    if let Some(timeout) = operation.timeout {
        parts.push(format!("timeout: Some({})", duration(timeout)));
    }
    if operation.after_unknown.is_some() {
        parts.push(format!("after_unknown: {}", optional(operation.after_unknown.as_deref())));
    }
    format!("Operation {{ {}, ..Operation::GET }}", parts.join(", "))
}

/// The layout of an operation's items as an expression.
pub(crate) fn layout(items: &Items) -> String {
    format!(
        "Layout {{ at: {}, or_under: {}, wrapped: {}, keyed: {}, optional: {} }}",
        literal(&items.at),
        optional(items.or_under.as_deref()),
        optional(items.wrapped.as_deref()),
        items.keyed,
        items.optional
    )
}

fn safety(safety: &Safety) -> String {
    match safety {
        Safety::ReadOnly => "Safety::ReadOnly".to_owned(),
        Safety::Idempotent => "Safety::Idempotent".to_owned(),
        Safety::Unsafe => "Safety::Unsafe".to_owned(),
        Safety::Keyed(key, _) => format!("Safety::Keyed({})", literal(key)),
    }
}

fn parameter(parameter: &Parameter) -> String {
    let place = match parameter.place {
        Place::Path => "Path",
        Place::Query => "Query",
        Place::Header => "Header",
    };
    format!(
        "Parameter {{ name: {}, place: Place::{place}, required: {}, style: Style::{}, schema: {}, summary: {} }}",
        literal(&parameter.name),
        parameter.required,
        parameter.style,
        expression(&parameter.meta, "schemas::"),
        literal(&parameter.summary)
    )
}

fn paging_expression(paging: &Paging) -> String {
    match paging {
        Paging::Number { page, size, max } => {
            format!("Paging::Number {{ page: {}, size: {}, max: {max} }}", literal(page), literal(size))
        }
        Paging::Offset { offset, limit, max, total } => format!(
            "Paging::Offset {{ offset: {}, limit: {}, max: {max}, total: {} }}",
            literal(offset),
            literal(limit),
            literal(total)
        ),
        Paging::Cursor { parameter, next, encoded } => format!(
            "Paging::Cursor {{ parameter: {}, next: {}, encoded: {encoded} }}",
            literal(parameter),
            literal(next)
        ),
        Paging::Link { next } => format!("Paging::Link {{ next: {} }}", literal(next)),
    }
}

/// How answers are told apart as an expression.
pub(crate) fn answers(answers: &Answers) -> String {
    let mut parts = Vec::new();
    let mut add = |name: &str, value: String| parts.push(format!("{name}: {value}"));
    if answers.format != "Json" {
        add("format", format!("Format::{}", answers.format));
    }
    if let Some((path, words)) = &answers.success {
        add("success", format!("Some(({}, {}))", literal(path), literals(words)));
    }
    if let Some((path, words)) = &answers.failure {
        add("failure", format!("Some(({}, {}))", literal(path), literals(words)));
    }
    let lists = [
        ("code", &answers.code),
        ("message", &answers.message),
        ("field", &answers.field),
        ("unauthorized", &answers.unauthorized),
        ("unsettled", &answers.unsettled),
        ("limited", &answers.limited),
        ("outcomes", &answers.outcomes),
    ];
    for (name, list) in lists.into_iter().filter(|(_, list)| !list.is_empty()) {
        add(name, literals(list));
    }
    if !answers.not_yet.is_empty() {
        let rules: Vec<String> = answers
            .not_yet
            .iter()
            .map(|NotYet { code, wait, attempts }| {
                let (code, wait) = (literal(code), duration(*wait));
                format!("NotYet {{ code: {code}, wait: {wait}, attempts: {attempts} }}")
            })
            .collect();
        add("not_yet", format!("&[{}]", rules.join(", ")));
    }
    for (name, by_status) in [("also", &answers.also), ("also_says", &answers.also_says)] {
        if !by_status.is_empty() {
            let pairs: Vec<String> = by_status
                .iter()
                .map(|(status, words)| format!("({status}, {} as &[&str])", literals(words)))
                .collect();
            add(name, format!("&[{}]", pairs.join(", ")));
        }
    }
    if answers.retry_server_errors {
        add("retry_server_errors", "true".to_owned());
    }
    if !answers.limit_precedes_work {
        add("limit_precedes_work", "false".to_owned());
    }
    if let Some(wait) = answers.limit_wait {
        add("limit_wait", format!("Some({})", duration(wait)));
    }
    if answers.may_be_empty {
        add("may_be_empty", "true".to_owned());
    }
    if parts.is_empty() {
        return "Answers::JSON".to_owned();
    }
    format!("Answers {{ {}, ..Answers::JSON }}", parts.join(", "))
}

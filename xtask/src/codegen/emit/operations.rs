//! One file for each group: the metadata of its operations and the request values.

use std::{collections::BTreeMap, fmt::Write as _};

use super::{
    super::api::{Api, Check, Operation, Output, Parameter, Shape, Ty},
    check, endpoint, metadata,
    text::{HEADER, doc, inline, module_doc},
    value::{argument, converted, sent_type},
};

/// The groups in the order of the document.
pub(crate) fn groups(api: &Api) -> Vec<&str> {
    let mut groups: Vec<&str> = Vec::new();
    for operation in &api.operations {
        if !groups.contains(&operation.group.as_str()) {
            groups.push(&operation.group);
        }
    }
    groups
}

/// `operations/<group>.rs`.
pub(crate) fn file(api: &Api, group: &str) -> String {
    let operations: Vec<&Operation> =
        api.operations.iter().filter(|operation| operation.group == group).collect();
    let mut body = String::new();
    let shared = shared_answers(&operations);
    if let Some(answers) = &shared {
        let _ = write!(
            body,
            "/// How most of these operations tell their answers apart.\nconst ANSWERS: Answers = {answers};\n\n"
        );
    }
    for operation in operations {
        body.push_str(&one(api, operation, shared.as_deref()));
    }
    let about = format!("The operations of `{group}`: what is known about each, and its request as a value.");
    let mut code = format!("{HEADER}{}\n", module_doc(&about));
    code.push_str(&super::rust::imports(&body));
    code.push_str(&super::rust::siblings(api, &body, &["super"]));
    code.push_str(&body);
    code
}

/// How several operations tell their answers apart, if there are such.
fn shared_answers(operations: &[&Operation]) -> Option<String> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for operation in operations {
        *counts.entry(metadata::answers(&operation.answers)).or_default() += 1;
    }
    counts.retain(|answers, count| *count > 1 && answers.contains('{'));
    counts.into_iter().max_by_key(|(_, count)| *count).map(|(answers, _)| answers)
}

/// What is held of a parameter.
pub(crate) fn held(parameter: &Parameter) -> String {
    let ty = sent_type(&parameter.ty);
    let many = matches!(parameter.ty, Ty::List(_) | Ty::Map(_));
    if parameter.required || many { ty } else { format!("Option<{ty}>") }
}

fn one(api: &Api, operation: &Operation, shared: Option<&str>) -> String {
    let Operation { constant, name, .. } = operation;
    let mut code = String::new();
    if let Some(items) = &operation.items {
        let _ = write!(
            code,
            "/// Where the rows of `{}` are.\nconst {constant}_ITEMS: Layout = {};\n\n",
            operation.id,
            metadata::layout(items)
        );
    }
    let _ = write!(
        code,
        "/// What is known about `{}`.\npub static {constant}: Operation = {};\n\n",
        operation.id,
        metadata::operation(api, operation, shared)
    );
    code.push_str(&structure(operation));
    let _ = write!(code, "impl {name} {{ {}", constructor(operation));
    for parameter in operation.parameters.iter().filter(|parameter| !parameter.required) {
        let (ident, ty) = (&parameter.ident, &parameter.ty);
        let value = converted(ty, ident);
        let value = if matches!(ty, Ty::List(_) | Ty::Map(_)) { value } else { format!("Some({value})") };
        let about =
            if parameter.doc.is_empty() { format!("`{}`.", parameter.name) } else { parameter.doc.clone() };
        let typed = argument(ty);
        let _ = write!(
            code,
            "{}{}    pub fn {ident}(mut self, {ident}: {typed}) -> Self {{ self.{ident} = {value}; self }}\n\n",
            doc(&about, 4),
            inline(&typed)
        );
    }
    if let Some(body) = operation.body.as_ref().filter(|body| !body.required) {
        let typed = argument(&body.ty);
        let _ = write!(
            code,
            "{}{}    pub fn body(mut self, body: {typed}) -> Self {{ self.body = Some({}); self }}\n\n",
            doc(if body.doc.is_empty() { "The body." } else { &body.doc }, 4),
            inline(&typed),
            converted(&body.ty, "body")
        );
    }
    if operation.open_query {
        code.push_str(
            "    /// Adds a parameter that has no setter here.\n    pub fn extra(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {\n\
             self.extra.insert(name.into(), value.into()); self }\n\n",
        );
    }
    if has_checks(api, operation) {
        code.push_str(&checks(api, operation));
    }
    code.push_str("}\n\n");
    code.push_str(&endpoint::endpoint(api, operation));
    code
}

fn structure(operation: &Operation) -> String {
    let name = &operation.name;
    let mut code = doc(&operation.doc, 0);
    if operation.deprecated {
        code.push_str("///\n/// The vendor says that it should not be used any more.\n");
    }
    let bare = operation.parameters.iter().all(|parameter| !parameter.required)
        && operation.body.as_ref().is_none_or(|body| !body.required);
    let derived = if bare { "Debug, Clone, Default" } else { "Debug, Clone" };
    let mut fields = String::new();
    for parameter in &operation.parameters {
        let _ = writeln!(fields, "    {}: {},", parameter.ident, held(parameter));
    }
    if let Some(body) = &operation.body {
        let ty = sent_type(&body.ty);
        let ty = if body.required { ty } else { format!("Option<{ty}>") };
        let _ = writeln!(fields, "    body: {ty},");
    }
    if operation.open_query {
        fields.push_str("    extra: BTreeMap<String, String>,\n");
    }
    if fields.is_empty() {
        let _ = write!(code, "#[derive({derived})]\n#[must_use]\npub struct {name};\n\n");
    } else {
        let _ = write!(code, "#[derive({derived})]\n#[must_use]\npub struct {name} {{\n{fields}}}\n\n");
    }
    code
}

fn constructor(operation: &Operation) -> String {
    let mut arguments = Vec::new();
    let mut values = Vec::new();
    let mut about = String::new();
    for parameter in &operation.parameters {
        let (ident, ty) = (&parameter.ident, &parameter.ty);
        if parameter.required {
            arguments.push(format!("{ident}: {}", argument(ty)));
            let value = converted(ty, ident);
            values.push(if value == *ident { ident.clone() } else { format!("{ident}: {value}") });
            if !parameter.doc.is_empty() {
                let _ = write!(about, "\n\n`{}`: {}", ident.trim_start_matches("r#"), parameter.doc);
            }
        } else if matches!(ty, Ty::List(_)) {
            values.push(format!("{ident}: Vec::new()"));
        } else if matches!(ty, Ty::Map(_)) {
            values.push(format!("{ident}: BTreeMap::new()"));
        } else {
            values.push(format!("{ident}: None"));
        }
    }
    if let Some(body) = &operation.body {
        if body.required {
            arguments.push(format!("body: {}", argument(&body.ty)));
            let value = converted(&body.ty, "body");
            values.push(if value == "body" { value } else { format!("body: {value}") });
            if !body.doc.is_empty() {
                let _ = write!(about, "\n\n`body`: {}", body.doc);
            }
        } else {
            values.push("body: None".to_owned());
        }
    }
    if operation.open_query {
        values.push("extra: BTreeMap::new()".to_owned());
    }
    let about = if arguments.is_empty() {
        "The call.".to_owned()
    } else {
        format!("The call with what it requires.{about}")
    };
    let value =
        if values.is_empty() { "Self".to_owned() } else { format!("Self {{ {} }}", values.join(", ")) };
    let arguments = arguments.join(", ");
    format!("{}{}    pub fn new({arguments}) -> Self {{ {value} }}\n\n", doc(&about, 4), inline(&arguments))
}

/// Whether there is something to check before encoding.
pub(crate) fn has_checks(api: &Api, operation: &Operation) -> bool {
    let parameters = operation.parameters.iter().any(|parameter| {
        parameter.check != Check::default()
            || (parameter.required && matches!(parameter.ty, Ty::List(_) | Ty::Map(_)))
    });
    let body = operation
        .body
        .as_ref()
        .is_some_and(|body| body.check != Check::default() || check::is_needed(api, &body.ty));
    parameters || body || operation.open_query
}

fn checks(api: &Api, operation: &Operation) -> String {
    let mut code = String::from(
        "    /// The first thing that is wrong.\n    #[inline]\n    fn check(&self) -> Result<(), Violation> {\n",
    );
    for parameter in &operation.parameters {
        let (ident, ty) = (&parameter.ident, &parameter.ty);
        let many = matches!(ty, Ty::List(_) | Ty::Map(_));
        if many && parameter.required {
            let name = super::text::literal(&parameter.name);
            let _ = write!(
                code,
                "if self.{ident}.is_empty() {{ return Err(Violation::new({name}, \"is required and must not be empty\")); }}"
            );
        }
        let statements = check::statements(api, &parameter.name, ty, &parameter.check, "value");
        if statements.is_empty() {
            continue;
        }
        if many && !parameter.required {
            // An empty list is not sent, so there is nothing to count.
            let _ = write!(code, "if !self.{ident}.is_empty() {{ let value = &self.{ident}; {statements} }}");
        } else if parameter.required {
            let _ = write!(code, "let value = &self.{ident}; {statements}");
        } else {
            let _ = write!(code, "if let Some(value) = &self.{ident} {{ {statements} }}");
        }
    }
    if let Some(body) = &operation.body {
        let value = if body.required { "self.body" } else { "value" };
        let statements = check::statements(api, "", &body.ty, &body.check, value);
        if !statements.is_empty() && body.required {
            code.push_str(&statements);
        } else if !statements.is_empty() {
            let _ = write!(code, "if let Some(value) = &self.body {{ {statements} }}");
        }
    }
    if operation.open_query {
        code.push_str(
            "if let Some(name) = self.extra.keys().find(|name| name.is_empty() || Self::OPERATION.parameter(name).is_some()) { \
             return Err(Violation::new(name.as_str(), \"cannot be an extra parameter: it is empty or has a setter of its own\")); }",
        );
    }
    code.push_str("Ok(()) }\n");
    code
}

/// The type that an answer decodes to.
pub(crate) fn output_type(operation: &Operation) -> String {
    match &operation.output {
        Output::Single(shape) => shape_type(shape, operation.answers.may_be_empty),
        Output::Several { name, .. } => name.clone(),
    }
}

/// The type of one shape of an answer.
pub(crate) fn shape_type(shape: &Shape, may_be_empty: bool) -> String {
    match shape {
        Shape::Empty => "()".to_owned(),
        Shape::Text => "Bytes".to_owned(),
        Shape::One { ty, .. } if may_be_empty => format!("Option<{}>", kept(ty)),
        Shape::One { ty, .. } => kept(ty),
        Shape::Page { row } => format!("Page<Result<{}, BadRow>>", kept(row)),
    }
}

fn kept(ty: &Ty) -> String {
    format!("Kept<{}>", super::value::read_type(ty))
}

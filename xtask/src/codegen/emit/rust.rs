//! The generated module as a whole: its files, its front page, and the imports of each file.

use std::fmt::Write as _;

use super::{
    super::api::Api,
    buckets::buckets,
    calls::calls,
    inputs::inputs,
    metadata, models, operations,
    text::{HEADER, module_doc},
    words,
};

/// The files below `src/generated/`, each with its unformatted text.
pub(crate) fn files(api: &Api) -> Vec<(String, String)> {
    let mut files =
        vec![("buckets.rs".to_owned(), buckets(api)), ("schemas.rs".to_owned(), metadata::schemas(api))];
    if let Some(calls) = calls(api) {
        files.push(("calls.rs".to_owned(), calls));
    }
    if !api.ids.is_empty() {
        files.push(("ids.rs".to_owned(), words::ids(api)));
    }
    if !api.words.is_empty() {
        files.push(("words.rs".to_owned(), words::words(api)));
    }
    if !api.models.is_empty() {
        files.push(("models.rs".to_owned(), models::models(api)));
    }
    if !api.inputs.is_empty() || !api.choices.is_empty() {
        files.push(("inputs.rs".to_owned(), inputs(api)));
    }
    for group in operations::groups(api) {
        files.push((format!("operations/{group}.rs"), operations::file(api, group)));
    }
    files.push(("operations/mod.rs".to_owned(), operations_mod(api)));
    let names: Vec<String> = files.iter().map(|(name, _)| name.clone()).collect();
    files.push(("mod.rs".to_owned(), front(api, &names)));
    files.sort();
    files
}

/// What follows from the vendor's names and shapes, and is not worth another form.
const ALLOWED: &str = "#![allow(
    clippy::doc_markdown,
    clippy::large_enum_variant,
    clippy::redundant_closure_for_method_calls,
    clippy::struct_excessive_bools,
    clippy::struct_field_names,
    clippy::too_many_arguments,
    clippy::too_many_lines,
    clippy::unreadable_literal
)]

";

fn front(api: &Api, files: &[String]) -> String {
    let about = format!(
        "The plain layer of {}: every operation as a value, what is read and what is sent. {}",
        api.title, api.description
    );
    let mut code = format!("{HEADER}{}\n", module_doc(&about));
    code.push_str(ALLOWED);
    for file in files.iter().filter(|file| !file.contains('/')) {
        let _ = writeln!(code, "mod {};", file.trim_end_matches(".rs"));
    }
    code.push_str("mod operations;\n\nuse afflux_core::operation::Operation;\n\n");
    for file in files.iter().filter(|file| !file.contains('/') && *file != "schemas.rs") {
        let _ = writeln!(code, "pub use self::{}::*;", file.trim_end_matches(".rs"));
    }
    code.push_str("pub use self::operations::*;\n\n");
    let constants: Vec<String> =
        api.operations.iter().map(|operation| format!("&operations::{}", operation.constant)).collect();
    let _ = write!(
        code,
        "/// Every operation, in the order of their paths in `api.yaml`.\npub static OPERATIONS: &[&Operation] = &[{}];\n",
        constants.join(", ")
    );
    code
}

fn operations_mod(api: &Api) -> String {
    let mut code = format!("{HEADER}{}\n", module_doc("The operations, by group."));
    for group in operations::groups(api) {
        let _ = writeln!(code, "mod {group};");
    }
    code.push('\n');
    for group in operations::groups(api) {
        let _ = writeln!(code, "pub use self::{group}::*;");
    }
    code
}

/// The imports from `std`, core and other crates that a file of operations needs.
pub(crate) fn imports(body: &str) -> String {
    let has = |word: &str| has_word(body, word);
    let pick = |names: &[&'static str]| -> Vec<&'static str> {
        names.iter().copied().filter(|name| has(name)).collect()
    };
    let group = |path: &str, names: &[&'static str]| -> Option<String> {
        let picked = pick(names);
        match picked.as_slice() {
            [] => None,
            [one] => Some(format!("{path}::{one}")),
            several => Some(format!("{path}::{{{}}}", several.join(", "))),
        }
    };
    let mut code = String::new();
    if has("BTreeMap") {
        code.push_str("use std::collections::BTreeMap;\n");
    }
    if body.contains("Duration::") {
        code.push_str("use std::time::Duration;\n");
    }
    let decode = if body.contains("decode::") { "self, " } else { "" };
    let names = pick(&["Amount", "BadRow", "DecodeError", "JsonText", "Kept", "Layout", "Page", "Sensitive"]);
    let from_core = [
        Some(format!("decode::{{{decode}{}}}", names.join(", "))),
        group("endpoint", &["Endpoint"]),
        group("error", &["Error"]),
        group(
            "operation",
            &[
                "Answers",
                "BodyEncoding",
                "Cost",
                "Format",
                "Hazard",
                "JobRules",
                "NotYet",
                "Operation",
                "Paging",
                "Parameter",
                "Place",
                "RequestBody",
                "Safety",
                "Style",
            ],
        ),
        group("page", &["Paged"]),
        group("request", &["Body", "Request"]),
        group("response", &["Raw"]),
        group("schema", &["Field", "Kind", "Schema", "Violation"]),
    ];
    let from_core: Vec<String> = from_core.into_iter().flatten().collect();
    let _ = write!(code, "\nuse afflux_core::{{{}}};\n", from_core.join(", "));
    if has("Bytes") {
        code.push_str("use bytes::Bytes;\n");
    }
    let http = pick(&["HeaderName", "Method"]);
    let _ = match http.as_slice() {
        [one] => writeln!(code, "use http::{one};"),
        several => writeln!(code, "use http::{{{}}};", several.join(", ")),
    };
    if has("Uuid") {
        code.push_str("use uuid::Uuid;\n");
    }
    code.push('\n');
    code
}

/// The import of the vendor's own names that a file uses.
pub(crate) fn siblings(api: &Api, body: &str, from: &[&str]) -> String {
    let mut names: Vec<&str> = Vec::new();
    names.extend(api.ids.iter().map(|id| id.name.as_str()));
    names.extend(api.words.iter().map(|words| words.name.as_str()));
    if !from.contains(&"ids") {
        names.extend(api.models.iter().map(|model| model.name.as_str()));
        names.extend(api.inputs.iter().map(|input| input.name.as_str()));
        names.extend(api.choices.iter().map(|choice| choice.name.as_str()));
    }
    if from.contains(&"operations") {
        names.extend(api.operations.iter().map(|operation| operation.name.as_str()));
    }
    let mut used: Vec<&str> = names.into_iter().filter(|name| has_word(body, name)).collect();
    if body.contains("schemas::") {
        used.push("schemas");
    }
    used.sort_unstable();
    used.dedup();
    let parent = if from.contains(&"super") { "super::super" } else { "super" };
    match used.as_slice() {
        [] => "\n".to_owned(),
        several => format!("use {parent}::{{{}}};\n\n", several.join(", ")),
    }
}

/// The names of generated types that a file outside uses.
pub(crate) fn own_names<'a>(api: &'a Api, body: &str) -> Vec<&'a str> {
    let ids = api.ids.iter().map(|id| id.name.as_str());
    let words = api.words.iter().map(|words| words.name.as_str());
    let inputs = api.inputs.iter().map(|input| input.name.as_str());
    let choices = api.choices.iter().map(|choice| choice.name.as_str());
    let operations = api.operations.iter().map(|operation| operation.name.as_str());
    let all = ids.chain(words).chain(inputs).chain(choices).chain(operations);
    let mut used: Vec<&str> = all.filter(|name| has_word(body, name)).collect();
    used.sort_unstable();
    used.dedup();
    used
}

/// Whether a name stands in code by itself: outside comments, and not behind the `::` of a path.
pub(crate) fn has_word(body: &str, word: &str) -> bool {
    let code = body.lines().filter(|line| !line.trim_start().starts_with("//"));
    code.into_iter().any(|line| {
        line.match_indices(word).any(|(at, _)| {
            let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
            let before = line.get(..at).unwrap_or_default();
            let after = line.get(at + word.len()..).and_then(|text| text.chars().next());
            !before.ends_with(is_part)
                && !before.ends_with("::")
                && !after.is_some_and(is_part)
                && !inside_literal(line, at)
        })
    })
}

/// Whether a place in a line is inside a string literal, as far as one line can tell.
fn inside_literal(line: &str, at: usize) -> bool {
    line.get(..at).is_some_and(|before| before.matches('"').count() % 2 == 1)
}

//! A vendor's operations typed by hand from its documents, compared with every other place that holds them.
//!
//! Client, program, documentation and sandbox take names from `api.yaml`. A wrong name there would pass through all of
//! them unnoticed. So the tables are written from the vendor's documents and must not be written from `api.yaml`.

use std::collections::BTreeSet;

use afflux::core::operation::{Operation, Place};
use serde_json::Value;

/// One operation as the vendor documents it.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// `GET`, `POST`, ...
    pub method: &'static str,
    /// Relative to the base, with `{name}` for its parameters.
    pub path: &'static str,
    /// Names in the query; required ones start with `!`.
    pub query: &'static [&'static str],
    /// Names in the body that the vendor fixes or shows; required ones start with `!`.
    pub body: &'static [&'static str],
    /// An address as the vendor's documents show it.
    pub sample: &'static str,
}

/// What another place says about an operation. Names are written as in [`Row`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Described {
    call: String,
    query: BTreeSet<String>,
    body: BTreeSet<String>,
}

/// Everything in which `described` differs from the table.
pub fn differences(table: &[Row], described: &[Described]) -> Vec<String> {
    let mut found = Vec::new();
    for row in table {
        let call = format!("{} {}", row.method, row.path);
        let Some(other) = described.iter().find(|other| other.call == call) else {
            found.push(format!("{call} is missing"));
            continue;
        };
        for (place, ours, theirs) in [("query", row.query, &other.query), ("body", row.body, &other.body)] {
            let ours: BTreeSet<String> = ours.iter().map(|name| (*name).to_owned()).collect();
            found.extend(
                ours.difference(theirs).map(|name| format!("{call}: {name} is missing in the {place}")),
            );
            found.extend(
                theirs.difference(&ours).map(|name| format!("{call}: {name} is not documented ({place})")),
            );
        }
    }
    let known = |call: &str| table.iter().any(|row| call == format!("{} {}", row.method, row.path));
    let undocumented = described.iter().filter(|other| !known(&other.call));
    found.extend(undocumented.map(|other| format!("{} is not documented", other.call)));
    found
}

/// Everything in which the sample addresses differ from the table: the path, or a name in the query. Vendors that take
/// a parameter in the body as well show it in the query.
pub fn wrong_samples(table: &[Row], base: &str) -> Vec<String> {
    let mut found = Vec::new();
    for row in table {
        let Some(rest) = row.sample.strip_prefix(base) else {
            found.push(format!("{} does not start with {base}", row.sample));
            continue;
        };
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        if !fits(row.path, path) {
            found.push(format!("{} is not {}", row.sample, row.path));
        }
        for name in query.split('&').filter_map(|pair| pair.split('=').next()).filter(|name| !name.is_empty())
        {
            if !row.query.iter().chain(row.body).any(|known| known.trim_start_matches('!') == name) {
                found.push(format!("{}: {name} is not in the table", row.sample));
            }
        }
    }
    found
}

fn fits(template: &str, path: &str) -> bool {
    let (template, path): (Vec<_>, Vec<_>) = (template.split('/').collect(), path.split('/').collect());
    let fits = |(template, segment): (&&str, &&str)| template.starts_with('{') || template == segment;
    template.len() == path.len() && template.iter().zip(&path).all(fits)
}

/// The operations of an `api.yaml`.
///
/// # Errors
/// What is not as expected, with its place.
pub fn of_api_yaml(text: &str) -> Result<Vec<Described>, String> {
    let api: Value = serde_saphyr::from_str(text).map_err(|error| format!("api.yaml: {error}"))?;
    let paths = api.get("paths").and_then(Value::as_object).ok_or("api.yaml has no paths")?;
    let mut found = Vec::new();
    for (path, operations) in paths {
        let operations = operations.as_object().ok_or_else(|| format!("{path} is no object"))?;
        let shared = operations.get("parameters");
        for (method, operation) in operations.iter().filter(|(method, _)| METHODS.contains(&method.as_str()))
        {
            let mut query = BTreeSet::new();
            for parameter in [shared, operation.get("parameters")].into_iter().flatten().flat_map(list) {
                let parameter = resolved(&api, parameter)?;
                if text_of(parameter, "in") == "query" {
                    query.insert(name(
                        text_of(parameter, "name"),
                        parameter.get("required") == Some(&true.into()),
                    ));
                }
            }
            let schema = operation.get("requestBody").map(|body| resolved(&api, body)).transpose()?;
            let schema =
                schema.and_then(|body| body.get("content")?.as_object()?.values().next()?.get("schema"));
            let body = schema.map_or(Ok(BTreeSet::new()), |schema| fields(resolved(&api, schema)?))?;
            found.push(Described { call: format!("{} {path}", method.to_uppercase()), query, body });
        }
    }
    Ok(found)
}

/// The operations of the metadata that clients are generated with.
pub fn of_operations(operations: &[&Operation]) -> Vec<Described> {
    let describe = |operation: &&Operation| Described {
        call: format!("{} {}", operation.method, operation.path),
        query: operation
            .parameters
            .iter()
            .filter(|parameter| parameter.place == Place::Query)
            .map(|parameter| name(parameter.name, parameter.required))
            .collect(),
        body: operation.body_fields().iter().map(|field| name(field.name, field.required)).collect(),
    };
    operations.iter().map(describe).collect()
}

/// The operations of the sandbox's own table.
///
/// # Errors
/// What is not as expected.
pub fn of_sandbox(text: &str) -> Result<Vec<Described>, String> {
    let table: Value = serde_json::from_str(text).map_err(|error| format!("the sandbox's table: {error}"))?;
    let mut found = Vec::new();
    for operation in table.get("operations").into_iter().flat_map(list) {
        let in_query = |parameter: &&Value| text_of(parameter, "in") == "query";
        let parameters = operation.get("parameters").into_iter().flat_map(list).filter(in_query);
        found.push(Described {
            call: format!("{} {}", text_of(operation, "method"), text_of(operation, "path")),
            query: parameters
                .map(|one| name(text_of(one, "name"), one.get("required") == Some(&true.into())))
                .collect(),
            body: operation.get("body").map_or(Ok(BTreeSet::new()), fields)?,
        });
    }
    Ok(found)
}

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

fn name(name: &str, required: bool) -> String {
    if required { format!("!{name}") } else { name.to_owned() }
}

fn text_of<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// The properties of an object schema.
fn fields(schema: &Value) -> Result<BTreeSet<String>, String> {
    let required: Vec<&str> =
        schema.get("required").into_iter().flat_map(list).filter_map(Value::as_str).collect();
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
        return if required.is_empty() {
            Ok(BTreeSet::new())
        } else {
            Err("required without properties".to_owned())
        };
    };
    Ok(properties.keys().map(|key| name(key, required.contains(&key.as_str()))).collect())
}

/// What `$ref` points at, or the value itself.
fn resolved<'a>(api: &'a Value, value: &'a Value) -> Result<&'a Value, String> {
    match value.get("$ref").and_then(Value::as_str) {
        None => Ok(value),
        Some(reference) => {
            let target = reference.strip_prefix('#').and_then(|pointer| api.pointer(pointer));
            target.ok_or_else(|| format!("{reference} points at nothing"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &[Row] = &[Row {
        method: "POST",
        path: "/things/{id}",
        query: &["!page", "size"],
        body: &["!ip"],
        sample: "https://vendor/v1/things/7?page=1",
    }];
    const YAML: &str = "paths:\n  /things/{id}:\n    post:\n      parameters:\n\
        \x20       - { name: page, in: query, required: true }\n        - { $ref: '#/components/parameters/size' }\n\
        \x20       - { name: id, in: path, required: true }\n\
        \x20     requestBody: { content: { application/json: { schema: { $ref: '#/components/schemas/Thing' } } } }\n\
        components:\n  parameters: { size: { name: size, in: query } }\n\
        \x20 schemas: { Thing: { required: [ip], properties: { ip: {} } } }\n";

    #[test]
    fn equal_is_equal() {
        assert_eq!(differences(TABLE, &of_api_yaml(YAML).unwrap()), [""; 0]);
        assert_eq!(wrong_samples(TABLE, "https://vendor/v1"), [""; 0]);
    }

    #[test]
    fn every_kind_of_difference_is_found() {
        for (from, to, expected) in [
            ("name: page,", "name: pages,", "!page is missing in the query"),
            ("name: size,", "name: siez,", "siez is not documented (query)"),
            ("page, in: query, required: true", "page, in: query", "!page is missing in the query"),
            ("properties: { ip:", "properties: { ip_address:", "!ip is missing in the body"),
            ("    post:", "    put:", "POST /things/{id} is missing"),
            ("/things/{id}:", "/thing/{id}:", "POST /thing/{id} is not documented"),
        ] {
            let found = differences(TABLE, &of_api_yaml(&YAML.replace(from, to)).unwrap());
            assert!(found.iter().any(|one| one.contains(expected)), "{from} -> {to}: {found:?}");
        }
    }

    #[test]
    fn a_sample_that_does_not_fit_is_found() {
        let with = |sample| [Row { sample, ..TABLE[0] }];
        assert_eq!(wrong_samples(&with("https://vendor/v1/things?page=1"), "https://vendor/v1").len(), 1);
        assert_eq!(wrong_samples(&with("https://vendor/v1/things/7?pge=1"), "https://vendor/v1").len(), 1);
        assert_eq!(wrong_samples(&with("https://other/things/7"), "https://vendor/v1").len(), 1);
    }
}

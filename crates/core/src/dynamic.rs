//! Any operation by its metadata: parameters as JSON in, a checked request out.
//!
//! This is how the program calls operations that it has no face for. Numbers and bodies are taken over as text, digit
//! by digit; nothing is sent here.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::{Value, value::RawValue};

use crate::{
    operation::{BodyEncoding, Operation, Parameter, Place, Style},
    request::Request,
    schema::{Kind, Schema, Violation},
};

/// How our own words about a repeated name end.
const TWICE: &str = "is given twice";

/// The key under which a request body is given.
const BODY: &str = "body";

/// Parameters keyed by wire names, in the caller's order, each as the text it was given in.
#[derive(Debug, Default)]
pub struct Parameters(Vec<(String, Box<RawValue>)>);

impl Parameters {
    /// Reads a JSON object. A name given twice is an error: one of the two would be lost.
    pub fn parse(text: &str) -> Result<Self, NotParameters> {
        serde_json::from_str(text).map_err(NotParameters::of)
    }

    /// What is given, as texts.
    pub(crate) fn scalars(&self) -> impl Iterator<Item = (&str, String)> {
        let given = self.0.iter().filter(|(_, value)| given(value).is_some());
        given.map(|(name, value)| (name.as_str(), scalar(value)))
    }

    fn get(&self, name: &str) -> Option<&RawValue> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| &**value)
    }
}

/// A text that holds no parameters. It prints no value of them: one may be a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what} (line {line}, column {column})")]
pub struct NotParameters {
    what: String,
    line: usize,
    column: usize,
}

impl NotParameters {
    #[allow(clippy::needless_pass_by_value)] // for `map_err`
    fn of(error: serde_json::Error) -> Self {
        let words = error.to_string();
        // The parser's words may hold a value; ours hold a name.
        let twice = words.split(" at line ").next().filter(|words| words.ends_with(TWICE));
        let what = match twice {
            Some(words) => words,
            None if error.is_data() => "it is not an object keyed by wire names",
            None => "it is not JSON",
        };
        Self { what: what.to_owned(), line: error.line(), column: error.column() }
    }

    /// The line of the fault, from 1.
    pub fn line(&self) -> usize {
        self.line
    }

    /// The column of the fault, from 1.
    pub fn column(&self) -> usize {
        self.column
    }
}

impl<'de> Deserialize<'de> for Parameters {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Parameters;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object keyed by wire names")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Parameters, A::Error> {
                let mut parameters = Parameters::default();
                while let Some((name, value)) = map.next_entry::<String, Box<RawValue>>()? {
                    if parameters.get(&name).is_some() {
                        return Err(serde::de::Error::custom(format!("`{name}` {TWICE}")));
                    }
                    parameters.0.push((name, value));
                }
                Ok(parameters)
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}

/// Builds the request of `operation`. With `as_given` nothing is checked but what cannot be sent at all, and unknown
/// names go into the query.
pub fn request(
    operation: &'static Operation,
    parameters: &Parameters,
    as_given: bool,
) -> Result<Request, Vec<Violation>> {
    let mut found = Vec::new();
    let mut request = Request::new(operation);
    for parameter in operation.parameters {
        let value = parameters.get(parameter.name).and_then(given);
        match value {
            None if parameter.required && !as_given => {
                found.push(Violation::new(parameter.name, "is required"));
            }
            None => {}
            Some(value) => {
                let pairs = pairs(parameter, value);
                if !as_given {
                    check(parameter, &pairs, value, &mut found);
                }
                request = place(request, parameter, pairs, &mut found);
            }
        }
    }
    let mut body = Body::new(operation, parameters);
    for (name, value) in &parameters.0 {
        if name == BODY || operation.parameter(name).is_some() {
            continue;
        }
        if body.takes(name) {
            body.push(name, value, &mut found);
        } else if as_given || operation.open_query {
            for text in given(value).map(texts).unwrap_or_default() {
                request.push_query(name, text);
            }
        } else {
            let known: Vec<&str> = operation.parameters.iter().map(|parameter| parameter.name).collect();
            let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            found.push(Violation::new(
                name,
                format!("is not a parameter of {}; it has: {known}", operation.id),
            ));
        }
    }
    request = body.finish(request, as_given, &mut found);
    let given =
        |name: &str| request.query_value(name).is_some_and(|value| !value.is_empty()) || body.has(name);
    let safety = operation.safety_given(given);
    request = request.safety(safety);
    if found.is_empty() { Ok(request) } else { Err(found) }
}

/// A value that is given; `null` means that it is not.
fn given(value: &RawValue) -> Option<&RawValue> {
    (value.get() != "null").then_some(value)
}

/// A scalar as it goes into a query: a string's content, anything else as its text.
fn scalar(value: &RawValue) -> String {
    serde_json::from_str::<String>(value.get()).unwrap_or_else(|_| value.get().to_owned())
}

fn list(value: &RawValue) -> Option<Vec<Box<RawValue>>> {
    serde_json::from_str(value.get()).ok()
}

fn texts(value: &RawValue) -> Vec<String> {
    list(value).map_or_else(|| vec![scalar(value)], |items| items.iter().map(|item| scalar(item)).collect())
}

/// The name and value pairs of a parameter on the wire.
fn pairs(parameter: &Parameter, value: &RawValue) -> Vec<(String, String)> {
    let name = parameter.name;
    match parameter.style {
        Style::Plain => vec![(name.to_owned(), scalar(value))],
        Style::Repeated => texts(value).into_iter().map(|text| (name.to_owned(), text)).collect(),
        Style::Comma => vec![(name.to_owned(), texts(value).join(","))],
        Style::Deep => match serde_json::from_str::<Parameters>(value.get()) {
            Err(_) => vec![(name.to_owned(), scalar(value))],
            Ok(entries) => entries.0.iter().flat_map(|(key, value)| deep(name, key, value)).collect(),
        },
    }
}

fn deep(name: &str, key: &str, value: &RawValue) -> Vec<(String, String)> {
    match list(value) {
        Some(items) => items.iter().map(|item| (format!("{name}[{key}][]"), scalar(item))).collect(),
        None => vec![(format!("{name}[{key}]"), scalar(value))],
    }
}

fn check(parameter: &Parameter, pairs: &[(String, String)], value: &RawValue, found: &mut Vec<Violation>) {
    match parameter.style {
        Style::Plain => {
            for (_, text) in pairs {
                found.extend(parameter.schema.text_violations(parameter.name, text));
            }
        }
        Style::Repeated | Style::Comma => {
            if let Some(items) = parameter.schema.items {
                for text in texts(value) {
                    found.extend(items.text_violations(parameter.name, &text));
                }
            }
        }
        Style::Deep => {
            let value: Value = serde_json::from_str(value.get()).unwrap_or_default();
            found.extend(parameter.schema.violations(parameter.name, &value));
        }
    }
}

fn place(
    request: Request,
    parameter: &Parameter,
    pairs: Vec<(String, String)>,
    found: &mut Vec<Violation>,
) -> Request {
    let mut request = request;
    for (name, text) in pairs {
        let placed = match parameter.place {
            Place::Query => {
                request.push_query(&name, text);
                continue;
            }
            Place::Path => request.clone().path_parameter(&name, text),
            Place::Header => match http::HeaderName::try_from(name.as_str()) {
                Ok(header) => request.clone().header(header, &text),
                Err(_) => continue,
            },
        };
        match placed {
            Ok(placed) => request = placed,
            Err(_) => found.push(Violation::new(name, "cannot be sent there")),
        }
    }
    request
}

/// The fields of a form as the types that their schemas ask for, where the text allows it.
fn as_fields(schema: &Schema, form: Value) -> Value {
    let Value::Object(mut fields) = form else { return form };
    for field in schema.fields {
        if let Some(value) = fields.get_mut(field.name) {
            let read = match (field.schema.kind, &*value) {
                (Kind::Integer | Kind::Number | Kind::Boolean, Value::String(text)) => {
                    serde_json::from_str(text).ok()
                }
                (Kind::String, Value::Number(number)) => Some(Value::from(number.to_string())),
                _ => None,
            };
            if let Some(read) = read {
                *value = read;
            }
        }
    }
    Value::Object(fields)
}

/// The body on its way: given whole under `body`, or field by field where the body is open.
struct Body<'a> {
    operation: &'static Operation,
    whole: Option<&'a RawValue>,
    fields: Vec<(String, &'a RawValue)>,
}

impl<'a> Body<'a> {
    fn new(operation: &'static Operation, parameters: &'a Parameters) -> Self {
        Self { operation, whole: parameters.get(BODY).and_then(given), fields: Vec::new() }
    }

    /// Whether a name at the top belongs into the body.
    fn takes(&self, name: &str) -> bool {
        self.operation.body.as_ref().is_some_and(|body| {
            let schema = &body.schema;
            schema.kind == Kind::Object
                && (schema.open || schema.fields.iter().any(|field| field.name == name))
        })
    }

    fn push(&mut self, name: &str, value: &'a RawValue, found: &mut Vec<Violation>) {
        if self.whole.is_some() {
            found.push(Violation::new(name, "is a field of the body, which is already given under `body`"));
        } else {
            self.fields.push((name.to_owned(), value));
        }
    }

    fn has(&self, key: &str) -> bool {
        self.text().is_some_and(|text| {
            serde_json::from_str::<Parameters>(&text).is_ok_and(|fields| {
                fields.get(key).and_then(given).is_some_and(|value| !scalar(value).is_empty())
            })
        })
    }

    fn text(&self) -> Option<String> {
        if let Some(whole) = self.whole {
            return Some(whole.get().to_owned());
        }
        if self.fields.is_empty() {
            return None;
        }
        let fields: Vec<String> = self
            .fields
            .iter()
            .map(|(name, value)| format!("{}:{}", Value::from(name.as_str()), value.get()))
            .collect();
        Some(format!("{{{}}}", fields.join(",")))
    }

    fn finish(&self, request: Request, as_given: bool, found: &mut Vec<Violation>) -> Request {
        let Some(text) = self.text() else {
            if let Some(body) = &self.operation.body
                && body.required
                && !as_given
            {
                let value = Value::Object(serde_json::Map::new());
                let missing = body.schema.violations("", &value);
                if missing.is_empty() {
                    found.push(Violation::new(BODY, "is required"));
                }
                found.extend(missing);
            }
            return request;
        };
        let Some(body) = &self.operation.body else {
            if as_given {
                return request.json_text(text);
            }
            found.push(Violation::new(BODY, format!("is not taken by {}", self.operation.id)));
            return request;
        };
        if !as_given {
            // A valid raw value always reads again.
            let value: Value = serde_json::from_str(&text).unwrap_or_default();
            let at = if self.whole.is_some() { BODY } else { "" };
            // A form carries texts: `"12"` is as good a number as `12`.
            let value =
                if body.encoding == BodyEncoding::Form { as_fields(&body.schema, value) } else { value };
            found.extend(body.schema.violations(at, &value));
        }
        match body.encoding {
            BodyEncoding::Json => request.json_text(text),
            BodyEncoding::Binary => request.with_body(crate::request::Body::Bytes(text.into())),
            BodyEncoding::Form => match serde_json::from_str::<Parameters>(&text) {
                Ok(fields) => {
                    fields.scalars().fold(request, |request, (name, value)| request.form_pair(name, value))
                }
                Err(_) => {
                    found.push(Violation::new(BODY, "must be an object"));
                    request
                }
            },
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use super::*;
    use crate::{
        operation::{Hazard, RequestBody, Safety},
        request,
        schema::{Field, Schema},
    };

    const WORD: Schema = Schema { kind: Kind::String, ..Schema::ANY };
    const PAGE: Schema = Schema { kind: Kind::Integer, maximum: Some(100.0), ..Schema::ANY };

    const fn parameter(name: &'static str, place: Place, style: Style, schema: Schema) -> Parameter {
        Parameter { name, place, required: false, style, schema, summary: "" }
    }

    const LIST: Operation = Operation {
        id: "list",
        path: "/{kind}/rows",
        parameters: &[
            Parameter { required: true, ..parameter("kind", Place::Path, Style::Plain, WORD) },
            parameter("per_page", Place::Query, Style::Plain, PAGE),
            parameter(
                "status[]",
                Place::Query,
                Style::Repeated,
                Schema { items: Some(&WORD), ..Schema::ANY },
            ),
            parameter("pivot", Place::Query, Style::Deep, Schema::ANY),
        ],
        ..Operation::GET
    };
    const CREATE: Operation = Operation {
        id: "create",
        safety: Safety::Keyed("exto"),
        body: Some(RequestBody {
            encoding: BodyEncoding::Json,
            required: true,
            schema: Schema {
                kind: Kind::Object,
                fields: &[Field { name: "ip", required: true, read_only: false, schema: WORD, summary: "" }],
                ..Schema::ANY
            },
        }),
        ..Operation::GET
    };

    fn built(operation: &'static Operation, text: &str, as_given: bool) -> Result<Request, String> {
        request(operation, &Parameters::parse(text).unwrap(), as_given)
            .map_err(|violations| violations.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
    }

    #[test]
    fn parameters_take_their_place_and_keep_their_digits() {
        let text =
            r#"{"kind":"a/b","per_page":10,"status[]":["x","y z"],"pivot":{"campaign":[1.10,"c"],"z":true}}"#;
        let request = built(&LIST, text, false).unwrap();
        assert_eq!(request.path(), "/a%2Fb/rows");
        assert_eq!(
            request.query(),
            "per_page=10&status%5B%5D=x&status%5B%5D=y%20z&pivot%5Bcampaign%5D%5B%5D=1.10\
             &pivot%5Bcampaign%5D%5B%5D=c&pivot%5Bz%5D=true"
        );
    }

    #[test]
    fn what_is_wrong_is_named_before_anything_is_sent() {
        assert_eq!(
            built(&LIST, r#"{"per_page":101,"Kind":"x"}"#, false).unwrap_err(),
            "kind is required; per_page must be at most 100; \
             Kind is not a parameter of list; it has: kind, per_page, status[], pivot"
        );
        assert_eq!(built(&CREATE, "{}", false).unwrap_err(), "ip is required");
        assert_eq!(
            built(&LIST, r#"{"kind":"x","body":{}}"#, false).unwrap_err(),
            "body is not taken by list"
        );
    }

    #[test]
    fn as_given_checks_nothing_and_keeps_unknown_names() {
        let request = built(&LIST, r#"{"kind":"x","per_page":101,"new":"1"}"#, true).unwrap();
        assert_eq!(request.query(), "per_page=101&new=1");
    }

    #[test]
    fn what_makes_a_repeat_harmful_is_seen_in_what_is_given() {
        const NUMBER: Schema = Schema { kind: Kind::Integer, minimum: Some(1.0), ..Schema::ANY };
        const fn field(name: &'static str) -> Field {
            Field { name, required: false, read_only: false, schema: NUMBER, summary: "" }
        }
        const CHANGE: Operation = Operation {
            id: "change",
            safety: Safety::Keyed("key"),
            keyed_with: &["source"],
            hazards: &[
                Hazard { with: "book", unless: &[] },
                Hazard { with: "create", unless: &["source", "owner"] },
            ],
            body: Some(RequestBody {
                encoding: BodyEncoding::Form,
                required: true,
                schema: Schema {
                    kind: Kind::Object,
                    fields: &[field("key"), field("source"), field("owner"), field("book"), field("create")],
                    ..Schema::ANY
                },
            }),
            ..Operation::GET
        };
        let table = [
            (r#"{"key":1,"source":2}"#, Safety::Keyed("key")),
            (r#"{"body":{"key":1,"source":"2"}}"#, Safety::Keyed("key")),
            (r#"{"key":1}"#, Safety::Unsafe),
            (r#"{"source":1}"#, Safety::Unsafe),
            (r#"{"key":1,"source":2,"book":1}"#, Safety::Unsafe),
            (r#"{"key":1,"source":2,"create":1}"#, Safety::Unsafe),
            (r#"{"key":1,"source":2,"create":1,"owner":1}"#, Safety::Keyed("key")),
        ];
        for (given, safety) in table {
            assert_eq!(built(&CHANGE, given, false).unwrap().effective_safety(), safety, "{given}");
        }
    }

    #[test]
    fn a_form_takes_a_number_as_a_text_and_back() {
        const FORM: Operation = Operation {
            id: "form",
            body: Some(RequestBody {
                encoding: BodyEncoding::Form,
                required: true,
                schema: Schema {
                    kind: Kind::Object,
                    fields: &[
                        Field { name: "id", required: true, read_only: false, schema: PAGE, summary: "" },
                        Field { name: "word", required: false, read_only: false, schema: WORD, summary: "" },
                    ],
                    ..Schema::ANY
                },
            }),
            ..Operation::GET
        };
        for given in [r#"{"id":12,"word":1.10}"#, r#"{"id":"12","word":"1.10"}"#] {
            let request = built(&FORM, given, false).unwrap();
            let request::Body::Bytes(text) = request.body() else { panic!("no body") };
            assert_eq!(text, "id=12&word=1.10");
        }
        assert_eq!(built(&FORM, r#"{"id":"x"}"#, false).unwrap_err(), "id must be a whole number");
        assert_eq!(built(&FORM, r#"{"id":"101"}"#, false).unwrap_err(), "id must be at most 100");
    }

    #[test]
    fn a_body_goes_out_as_the_text_it_was_given_in() {
        let whole = built(&CREATE, r#"{"body":{ "ip":"::1", "amount":1.10 }}"#, false).unwrap();
        let request::Body::Bytes(text) = whole.body() else { panic!("no body") };
        assert_eq!(text, r#"{ "ip":"::1", "amount":1.10 }"#);
        let fields = built(&CREATE, r#"{"ip":"::1","aff_sub":"x"}"#, false).unwrap();
        let request::Body::Bytes(text) = fields.body() else { panic!("no body") };
        assert_eq!(text, r#"{"ip":"::1","aff_sub":"x"}"#);
    }

    #[test]
    fn a_key_in_the_body_makes_the_call_keyed() {
        let keyed = built(&CREATE, r#"{"ip":"::1","exto":"o-1"}"#, false).unwrap();
        assert_eq!(keyed.effective_safety(), Safety::Keyed("exto"));
        let plain = built(&CREATE, r#"{"ip":"::1","exto":""}"#, false).unwrap();
        assert_eq!(plain.effective_safety(), Safety::Unsafe);
    }

    #[test]
    fn a_name_given_twice_is_an_error() {
        assert!(Parameters::parse(r#"{"a":1,"a":2}"#).is_err());
    }
}

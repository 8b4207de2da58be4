//! Any operation by its metadata: parameters as JSON in, a checked request out.
//!
//! This is how the program calls operations that it has no face for. Numbers and bodies are taken over as text, digit
//! by digit; nothing is sent here.

mod body;
mod parameters;

use serde_json::{Value, value::RawValue};

use self::body::Body;
pub use self::parameters::{NotParameters, Parameters};
use crate::{
    operation::{Operation, Parameter, Place, Style},
    request::Request,
    schema::Violation,
};

/// The key under which a request body is given.
const BODY: &str = "body";

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
            let parameters = operation.parameters.iter().map(|parameter| parameter.name);
            let fields = operation.body_fields().iter().map(|field| field.name);
            let known: Vec<&str> = parameters.chain(fields).collect();
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

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use super::*;
    use crate::{
        operation::{BodyEncoding, Hazard, RequestBody, Safety},
        request,
        schema::{Field, Kind, Schema},
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

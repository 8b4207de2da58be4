//! Generated tests: one for each parameter and each field of a body, in one binary for each crate. Each asserts on the
//! encoded request: the path, the pair in the query, the header, the body.

use std::fmt::Write as _;

use super::{
    super::{
        api::{Api, Input, InputField, Operation, Parameter, Presence, Ty},
        names,
        spec::Place,
    },
    sample::{Sample, encoded, fitting, refused},
    text::{HEADER, literal},
};

const HELPERS: &str = r#"
/// The request of a call that nothing is wrong with.
fn encoded(endpoint: &impl Endpoint) -> Request {
    endpoint.encode().unwrap()
}

/// The pairs of the query.
fn pairs(request: &Request) -> Vec<&str> {
    request.query().split('&').filter(|pair| !pair.is_empty()).collect()
}

/// The body as text.
fn body(request: &Request) -> &str {
    match request.body() {
        Body::Bytes(bytes) => std::str::from_utf8(bytes).unwrap(),
        Body::Empty | Body::Stream(_) => "",
    }
}

/// Asserts that a call is refused before it is sent, because of `field`.
fn refused(endpoint: &impl Endpoint, field: &str) {
    let error = endpoint.encode().unwrap_err();
    assert_eq!(error.delivery(), Delivery::NotSent);
    let said = error.to_string();
    assert!(said.contains(&format!("`{field}")), "{said}");
}
"#;

/// `tests/generated.rs` of a crate whose generated module is at `path`.
pub(crate) fn tests(api: &Api, path: &str) -> String {
    let mut code = String::new();
    for operation in &api.operations {
        let writer = Writer { api, operation };
        writer.write(&mut code);
    }
    let helpers: String = HELPERS
        .split("\n/// ")
        .filter(|helper| {
            let name = helper.split("fn ").nth(1).and_then(|rest| rest.split('(').next());
            name.is_some_and(|name| code.contains(&format!("{name}(")))
        })
        .fold(String::new(), |all, helper| format!("{all}\n/// {helper}"));
    let body = format!("{helpers}{code}");
    let has = |word: &str| super::rust::has_word(&body, word);
    let mut head = String::from(HEADER);
    head.push_str("//! One test for each parameter: what is set is what is sent.\n\n");
    head.push_str("#![allow(clippy::unreadable_literal, clippy::unwrap_used, missing_docs)]\n\n");
    if has("BTreeMap") {
        head.push_str("use std::collections::BTreeMap;\n\n");
    }
    let picked: Vec<&str> =
        ["Amount", "JsonText", "Sensitive"].into_iter().filter(|name| has(name)).collect();
    let mut from_core = Vec::new();
    if has("Delivery") {
        from_core.push("Delivery".to_owned());
    }
    if !picked.is_empty() {
        from_core.push(format!("decode::{{{}}}", picked.join(", ")));
    }
    from_core.push("endpoint::Endpoint".to_owned());
    if has("Safety") {
        from_core.push("operation::Safety".to_owned());
    }
    let request: Vec<&str> = ["Body", "Request"].into_iter().filter(|name| has(name)).collect();
    from_core.push(format!("request::{{{}}}", request.join(", ")));
    let _ = writeln!(head, "use afflux_core::{{{}}};", from_core.join(", "));
    let names = super::rust::own_names(api, &body);
    let _ = writeln!(head, "use {path}::{{{}}};", names.join(", "));
    format!("{head}{body}")
}

struct Writer<'a> {
    api: &'a Api,
    operation: &'a Operation,
}

impl Writer<'_> {
    fn write(&self, code: &mut String) {
        let operation = self.operation;
        let paths: Vec<&Parameter> =
            operation.parameters.iter().filter(|parameter| parameter.place == Place::Path).collect();
        if paths.is_empty() {
            let assertion = format!("assert_eq!(request.path(), {});", literal(&operation.path));
            self.test(code, "goes_to_its_path", "", &assertion);
        }
        for parameter in &operation.parameters {
            self.parameter(code, parameter);
        }
        if operation.open_query {
            let assertion = "assert!(pairs(&request).contains(&\"other%20name=a%26b\"), \"{request:?}\");";
            self.test(code, "sends_an_extra_parameter", ".extra(\"other name\", \"a&b\")", assertion);
        }
        if let Some(body) = operation.body.as_ref() {
            match &body.ty {
                Ty::Input(name) => {
                    if let Some(input) = self.api.inputs.iter().find(|input| input.name == *name) {
                        self.input(code, input, body.encoding == "Form");
                    }
                }
                Ty::Bytes => self.test(
                    code,
                    "sends_its_body",
                    &self.body_setter("Body::Bytes(\"bytes\".into())"),
                    "assert_eq!(body(&request), \"bytes\");",
                ),
                ty => {
                    let sample = fitting(self.api, ty, &body.meta);
                    let assertion = format!("assert_eq!(body(&request), {});", literal(&sample.json));
                    self.test(code, "sends_its_body", &self.body_setter(&sample.argument), &assertion);
                }
            }
        }
    }

    /// The call with samples for everything that is required; `replaced` is another value for one of them.
    fn call(&self, replaced: Option<(&str, &str)>) -> String {
        let mut arguments: Vec<String> = Vec::new();
        for parameter in self.operation.parameters.iter().filter(|parameter| parameter.required) {
            arguments.push(match replaced {
                Some((name, value)) if name == parameter.name => value.to_owned(),
                _ => fitting(self.api, &parameter.ty, &parameter.meta).argument,
            });
        }
        if let Some(body) = self.operation.body.as_ref().filter(|body| body.required) {
            arguments.push(match replaced {
                Some(("", value)) => value.to_owned(),
                _ => fitting(self.api, &body.ty, &body.meta).argument,
            });
        }
        format!("{}::new({})", self.operation.name, arguments.join(", "))
    }

    fn body_setter(&self, value: &str) -> String {
        if self.operation.body.as_ref().is_some_and(|body| body.required) {
            String::new()
        } else {
            format!(".body({value})")
        }
    }

    fn test(&self, code: &mut String, what: &str, setters: &str, assertions: &str) {
        self.test_of(code, what, &format!("{}{setters}", self.call(None)), assertions);
    }

    fn test_of(&self, code: &mut String, what: &str, call: &str, assertions: &str) {
        let _ = write!(
            code,
            "\n#[test]\nfn {}_{what}() {{ let request = encoded(&{call}); {assertions} }}\n",
            names::plain_snake(&self.operation.id)
        );
    }

    fn refuses(&self, code: &mut String, what: &str, call: &str, field: &str) {
        let _ = write!(
            code,
            "\n#[test]\nfn {}_{what}() {{ refused(&{call}, {}); }}\n",
            names::plain_snake(&self.operation.id),
            literal(field)
        );
    }

    fn parameter(&self, code: &mut String, parameter: &Parameter) {
        let sample = fitting(self.api, &parameter.ty, &parameter.meta);
        let setter = if parameter.required {
            String::new()
        } else {
            format!(".{}({})", parameter.ident, sample.argument)
        };
        let name = names::plain_snake(&parameter.name);
        let assertion = match parameter.place {
            Place::Path => {
                let path =
                    self.operation.parameters.iter().fold(self.operation.path.clone(), |path, other| {
                        let other_sample = fitting(self.api, &other.ty, &other.meta);
                        path.replace(&format!("{{{}}}", other.name), &encoded(&other_sample.text))
                    });
                format!("assert_eq!(request.path(), {});", literal(&path))
            }
            Place::Header => format!(
                "assert_eq!(request.headers().get({}).unwrap(), {});",
                literal(&parameter.name.to_ascii_lowercase()),
                literal(&sample.text)
            ),
            Place::Query => {
                let pair = literal(&pair(parameter, &sample));
                format!("assert!(pairs(&request).contains(&{pair}), \"{{request:?}}\");")
            }
        };
        self.test(code, &format!("sends_{name}"), &setter, &assertion);
        let many = matches!(parameter.ty, Ty::List(_) | Ty::Map(_));
        if let Some(value) = refused(self.api, &parameter.ty, &parameter.meta, &parameter.check) {
            let call = if parameter.required {
                self.call(Some((&parameter.name, &value)))
            } else {
                format!("{}.{}({value})", self.call(None), parameter.ident)
            };
            self.refuses(code, &format!("refuses_a_wrong_{name}"), &call, &parameter.name);
        } else if parameter.required && many {
            let empty = if matches!(parameter.ty, Ty::List(_)) {
                "Vec::<String>::new()"
            } else {
                "BTreeMap::<String, String>::new()"
            };
            if matches!(&parameter.ty, Ty::List(item) if **item == Ty::Text) {
                let call = self.call(Some((&parameter.name, empty)));
                self.refuses(code, &format!("requires_{name}"), &call, &parameter.name);
            }
        }
    }

    fn input(&self, code: &mut String, input: &Input, form: bool) {
        let required =
            fitting(self.api, &Ty::Input(input.name.clone()), &super::super::api::Meta::Of(Box::default()));
        self.body_test(
            code,
            "sends_what_the_body_requires",
            &required.argument,
            &self.expected(input, None, form),
        );
        for field in &input.fields {
            let sample = fitting(self.api, &field.ty, &field.meta);
            let name = names::plain_snake(&field.name);
            if matches!(field.presence, Presence::Optional | Presence::TriState) {
                let value = format!("{}.{}({})", required.argument, field.ident, sample.argument);
                let text = if form { sample.text.clone() } else { sample.json.clone() };
                let expected = self.expected(input, Some((field, &text)), form);
                self.body_test(code, &format!("sends_{name}_in_its_body"), &value, &expected);
            }
            if field.presence == Presence::TriState && !form {
                let bare = field.ident.trim_start_matches("r#");
                let value = format!("{}.clear_{bare}()", required.argument);
                let expected = self.expected(input, Some((field, "null")), form);
                self.body_test(code, &format!("clears_{name}_in_its_body"), &value, &expected);
            }
            let wrong = refused(self.api, &field.ty, &field.meta, &field.check);
            if let Some(wrong) = wrong {
                let value = match field.presence {
                    Presence::Required => self.with_required(input, field, &wrong),
                    Presence::Nullable => continue,
                    _ => format!("{}.{}({wrong})", required.argument, field.ident),
                };
                let call = self.with_body(&value);
                self.refuses(code, &format!("refuses_a_wrong_{name}_in_its_body"), &call, &field.name);
            }
        }
        if let Some(extra) = &input.extra
            && !form
        {
            let sample = fitting(self.api, extra, &super::super::api::Meta::Of(Box::default()));
            let value = format!("{}.extra(\"other name\", {})", required.argument, sample.argument);
            let expected = self.expected(input, None, form);
            let members = expected.strip_suffix('}').unwrap_or(&expected);
            let comma = if members.ends_with('{') { "" } else { "," };
            let expected = format!("{members}{comma}\"other name\":{}}}", sample.json);
            self.body_test(code, "sends_an_extra_field_in_its_body", &value, &expected);
            if let Some(field) = input.fields.first() {
                let value =
                    format!("{}.extra({}, {})", required.argument, literal(&field.name), sample.argument);
                let call = self.with_body(&value);
                self.refuses(code, "refuses_an_extra_field_that_has_a_setter", &call, &field.name);
            }
        }
    }

    fn with_body(&self, value: &str) -> String {
        if self.operation.body.as_ref().is_some_and(|body| body.required) {
            self.call(Some(("", value)))
        } else {
            format!("{}.body({value})", self.call(None))
        }
    }

    fn with_required(&self, input: &Input, wrong: &InputField, value: &str) -> String {
        let arguments: Vec<String> = input
            .fields
            .iter()
            .filter_map(|field| match field.presence {
                Presence::Required if field.name == wrong.name => Some(value.to_owned()),
                Presence::Required => Some(fitting(self.api, &field.ty, &field.meta).argument),
                Presence::Nullable => Some("None".to_owned()),
                Presence::Optional | Presence::TriState => None,
            })
            .collect();
        format!("{}::new({})", input.name, arguments.join(", "))
    }

    fn body_test(&self, code: &mut String, what: &str, value: &str, expected: &str) {
        let assertion = format!("assert_eq!(body(&request), {});", literal(expected));
        self.test_of(code, what, &self.with_body(value), &assertion);
    }

    /// The body with its required fields and one more.
    fn expected(&self, input: &Input, one: Option<(&InputField, &str)>, form: bool) -> String {
        let mut members = Vec::new();
        for field in &input.fields {
            let sample = fitting(self.api, &field.ty, &field.meta);
            let value = match (field.presence, one) {
                (_, Some((other, value))) if other.name == field.name => value.to_owned(),
                (Presence::Required, _) if form => sample.text,
                (Presence::Required, _) => sample.json,
                (Presence::Nullable, _) => "null".to_owned(),
                (Presence::Optional | Presence::TriState, _) => continue,
            };
            members.push(if form {
                format!("{}={}", encoded(&field.name), encoded(&value))
            } else {
                format!("{}:{value}", serde_json::Value::from(field.name.as_str()))
            });
        }
        if form { members.join("&") } else { format!("{{{}}}", members.join(",")) }
    }
}

/// The pair of a parameter in the query.
fn pair(parameter: &Parameter, sample: &Sample) -> String {
    let name = match (&parameter.ty, parameter.style) {
        (Ty::Map(item), "Deep") if matches!(**item, Ty::List(_)) => format!("{}[key][]", parameter.name),
        (Ty::Map(_), "Deep") => format!("{}[key]", parameter.name),
        _ => parameter.name.clone(),
    };
    format!("{}={}", encoded(&name), encoded(&sample.text))
}

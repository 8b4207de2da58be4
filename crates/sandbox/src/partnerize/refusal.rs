//! What the vendor says when it refuses, in the words of each of its three generations.

use serde_json::{Map, Value, json};

use crate::spec::{Rule, Violation};
use crate::wire::Answer;

/// The three generations, which live side by side and differ in everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Generation {
    First,
    Second,
    Third,
}

impl Generation {
    pub(super) fn of(path: &str) -> Self {
        let below = |prefix: &str| {
            path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        match (below("/v2"), below("/v3")) {
            (true, _) => Self::Second,
            (_, true) => Self::Third,
            _ => Self::First,
        }
    }
}

/// Why a call is refused.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Refusal {
    NoKeys,
    WrongKeys,
    NoRoute {
        method: String,
        path: String,
    },
    NoMethod {
        method: String,
        path: String,
        allowed: String,
    },
    Limited,
    /// There is none, or the caller may not know that there is.
    NotFound {
        what: &'static str,
        id: String,
    },
    /// It is known, and closed to the caller.
    Forbidden {
        property: String,
        right: &'static str,
        what: &'static str,
        id: String,
    },
    /// The body is no JSON.
    Syntax,
    Invalid(Vec<Flaw>),
    System(u16),
}

/// One thing that is wrong with a call.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Flaw {
    /// The way to it (`a.b`, `a[0]`); empty for the body itself.
    field: String,
    class: Class,
    message: String,
}

/// The classes of flaws that this stand-in tells apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    Required,
    Type,
    TooLow,
    TooHigh,
    TooShort,
    TooLong,
    TooFew,
    TooMany,
    Pattern,
    Format,
    Choice,
    Unexpected,
    Used,
    /// It contradicts the state of what it is about.
    State,
}

impl Class {
    /// The word of the second generation.
    fn word(self) -> &'static str {
        match self {
            Class::Required => "required_property",
            Class::Type => "invalid_type",
            Class::TooLow => "invalid_lower_bound",
            Class::TooHigh => "invalid_upper_bound",
            Class::TooLong => "invalid_max_length",
            Class::Format => "invalid_property_format",
            Class::Choice => "invalid_enum_value",
            Class::Unexpected => "invalid_property",
            Class::TooShort
            | Class::TooFew
            | Class::TooMany
            | Class::Pattern
            | Class::Used
            | Class::State => "invalid_value",
        }
    }

    /// The constraint's code in the third generation's registry.
    fn code(self) -> &'static str {
        match self {
            Class::Required => "2572f7f9-e87e-4aa7-98cf-6f53c9ed5584",
            Class::Type => "6a6c32c0-de05-4301-89dd-4a72133c137f",
            Class::TooLow => "7ed9630d-04c4-4559-ace5-5e44f45e14e9",
            Class::TooHigh => "d0fd75d5-9246-4c22-b395-4f6d0279555e",
            Class::TooShort => "39c6adce-c253-4750-b2c1-7215713af74d",
            Class::TooLong => "32452de9-0c46-4674-a87d-e02f469a003c",
            Class::TooFew => "539b9fb0-b542-422d-992f-4428e26b39e1",
            Class::TooMany => "1098ac2a-42f4-4a46-a684-64d67b8c274c",
            Class::Pattern => "80d20241-7f19-4ee2-b46d-538f7179f7fb",
            Class::Format => "1945fae7-8937-4086-b06b-2a43da93b7e3",
            Class::Choice => "aa903a6c-64ff-4f8b-830d-8967331c5ba3",
            Class::Unexpected => "7703c766-b5d5-4cef-ace7-ae0dd82304e9",
            Class::Used => "f645b551-53ae-4e8b-8ce8-1c747e9df1e2",
            Class::State => "478618a7-95ba-473d-9101-cabd45e49115",
        }
    }
}

impl Flaw {
    pub(super) fn new(field: impl Into<String>, class: Class, message: impl Into<String>) -> Self {
        Self { field: field.into(), class, message: message.into() }
    }

    pub(super) fn required(field: impl Into<String>) -> Self {
        let field = field.into();
        let message = format!("Parameter '{}' is required", last(&field));
        Self::new(field, Class::Required, message)
    }

    /// Something that is wrong by the vendor's document.
    pub(super) fn of(violation: Violation) -> Self {
        let Violation { field, rule, actual } = violation;
        let name = last(&field).to_owned();
        let (class, message) = match rule {
            Rule::Required => return Self::required(field),
            Rule::Type(kind) => {
                let given = actual.as_ref().map_or("null", kind_of);
                (Class::Type, format!("The attribute expected to be of type '{kind}' but '{given}' given."))
            }
            Rule::Minimum(bound) => (Class::TooLow, format!("'{name}' must not be below {bound}")),
            Rule::Maximum(bound) => (Class::TooHigh, format!("'{name}' must not be above {bound}")),
            Rule::MinLength(length) => (Class::TooShort, format!("'{name}' needs {length} characters")),
            Rule::MaxLength(length) => {
                (Class::TooLong, format!("'{name}' has more than {length} characters"))
            }
            Rule::MinItems(count) => (Class::TooFew, format!("'{name}' needs {count} items")),
            Rule::MaxItems(count) => (Class::TooMany, format!("'{name}' has more than {count} items")),
            Rule::Pattern(pattern) => (Class::Pattern, format!("'{name}' does not match {pattern}")),
            Rule::Format(format) => (Class::Format, format!("'{name}' is not a valid {format}")),
            Rule::Enum(_) => (Class::Choice, format!("'{name}' is none of the expected values")),
            Rule::NotAllowed => (Class::Unexpected, format!("'{name}' is not expected here")),
        };
        Self::new(field, class, message)
    }

    /// The way as the third generation writes it: `[a][0]`.
    fn steps(&self) -> String {
        let names = self.field.split(['.', '[', ']']).filter(|step| !step.is_empty());
        names.fold(String::new(), |steps, step| steps + "[" + step + "]")
    }
}

/// The name at the end of a way.
fn last(field: &str) -> &str {
    field.rsplit('.').next().unwrap_or(field)
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// The manual's sentence about missing keys.
const KEYS_ARE_AT: &str = "Your API credentials can be found in Account settings. 'Username' will be your 'User \
                           application key' and 'Password' will be your 'User API key'";
/// The manual's sentence about wrong ones.
const KEYS_ARE_WRONG: &str = "Your 'User application key' and 'User API key' combination is invalid.";

impl Refusal {
    pub(super) fn not_found(what: &'static str, id: &str) -> Self {
        Self::NotFound { what, id: id.to_owned() }
    }

    pub(super) fn flaw(field: impl Into<String>, class: Class, message: impl Into<String>) -> Self {
        Self::Invalid(vec![Flaw::new(field, class, message)])
    }

    fn status(&self) -> u16 {
        match self {
            Self::Syntax | Self::Invalid(_) => 400,
            Self::NoKeys | Self::WrongKeys => 401,
            Self::Forbidden { .. } => 403,
            Self::NoRoute { .. } | Self::NotFound { .. } => 404,
            Self::NoMethod { .. } => 405,
            Self::Limited => 429,
            Self::System(status) => *status,
        }
    }

    /// The usual words beside the status.
    fn title(&self) -> &'static str {
        match self.status() {
            400 => "Bad Request",
            401 => "Unauthorized",
            403 => "Forbidden",
            404 => "Not Found",
            405 => "Method Not Allowed",
            429 => "Too Many Requests",
            503 => "Service Unavailable",
            _ => "Internal Server Error",
        }
    }

    pub(super) fn answer(&self, generation: Generation) -> Answer {
        let body = match generation {
            Generation::First => self.first(),
            Generation::Second => self.in_list(self.second()),
            Generation::Third => self.in_list(self.third()),
        };
        Answer::json(self.status(), &json!({ "error": body }))
    }

    fn in_list(&self, errors: Vec<Value>) -> Value {
        json!({ "errors": Value::from(errors), "code": self.status().to_string(), "message": self.title() })
    }

    fn first(&self) -> Value {
        let message = match self {
            Self::NoKeys | Self::WrongKeys => KEYS_ARE_WRONG.to_owned(),
            Self::Forbidden { right, what, id, .. } => no_right(right, what, id),
            Self::NotFound { what, id } => missing(what, id),
            Self::Syntax => "The body is not valid JSON".to_owned(),
            Self::Invalid(_) => "The request has missing or invalid parameters".to_owned(),
            Self::NoRoute { .. } | Self::NoMethod { .. } | Self::Limited | Self::System(_) => {
                self.title().to_owned()
            }
        };
        let mut body = json!({ "message": message, "type": self.status().to_string() });
        if let (Self::Invalid(flaws), Value::Object(body)) = (self, &mut body) {
            let fields: Map<String, Value> = flaws
                .iter()
                .filter(|flaw| !flaw.field.is_empty())
                .map(|flaw| (flaw.field.clone(), Value::from(flaw.message.clone())))
                .collect();
            if !fields.is_empty() {
                body.insert("fields".to_owned(), Value::Object(fields));
            }
        }
        body
    }

    fn second(&self) -> Vec<Value> {
        let one =
            |code: &str, message: String| vec![json!({ "type": "error", "code": code, "message": message })];
        match self {
            Self::NoKeys => one("unauthorized", KEYS_ARE_AT.to_owned()),
            Self::WrongKeys => one("unauthorized", KEYS_ARE_WRONG.to_owned()),
            Self::Forbidden { right, what, id, .. } => one("unauthorized", no_right(right, what, id)),
            Self::NotFound { what, id } => one("entity_not_found", missing(what, id)),
            Self::NoRoute { .. } => one("routing_error", "no such route".to_owned()),
            Self::NoMethod { .. } => one("routing_error", "index not supported".to_owned()),
            Self::Limited => Vec::new(),
            Self::System(_) => one("internal_error", self.title().to_owned()),
            Self::Syntax => one("invalid_type", "The body is not valid JSON".to_owned()),
            Self::Invalid(flaws) => flaws
                .iter()
                .map(|flaw| {
                    json!({
                        "property": flaw.field, "type": "validation_error", "code": flaw.class.word(),
                        "message": flaw.message,
                    })
                })
                .collect(),
        }
    }

    fn third(&self) -> Vec<Value> {
        let one = |property: &str, kind: &str, code: &str, message: String| {
            vec![json!({ "property": property, "message": message, "code": code, "type": kind })]
        };
        let keys = "39b4b7c2-e5b9-41b1-83d4-db3b23b5ebfa";
        let missing_route = "0d528fb3-569c-45fa-b2b5-309b360bf9fa";
        match self {
            Self::NoKeys => one("", "unauthorised", keys, format!("{KEYS_ARE_AT}.")),
            Self::WrongKeys => one("", "unauthorised", keys, KEYS_ARE_WRONG.to_owned()),
            Self::Forbidden { property, right, .. } => one(
                property,
                "unauthorised",
                "16bd7f4a-bf84-45c3-aa95-9b32aeb139b0",
                format!("You do not have \"{right}\" access on this entity."),
            ),
            // The manual lists one code for 404.
            Self::NotFound { what, id } => one("", "not_found", missing_route, missing(what, id)),
            Self::NoRoute { method, path } => {
                one("", "not_found", missing_route, format!("No route found for \"{method} {path}\""))
            }
            Self::NoMethod { method, path, allowed } => one(
                "",
                "routing_error",
                "5fe5c44b-f299-4fa6-bda4-bf80fecf6093",
                format!("No route found for \"{method} {path}\": Method Not Allowed (Allow: {allowed})"),
            ),
            Self::Limited => one(
                "",
                "too_many_requests",
                "3b22ff00-96a5-4fa4-96cc-f36e68dbd2e2",
                "You have made too many requests recently, please try again later.".to_owned(),
            ),
            Self::System(_) => {
                one("", "error", "a72717b1-0ecb-4d74-a77f-3e3702a2c8d5", self.title().to_owned())
            }
            Self::Syntax => one(
                "",
                "validation_error",
                "0789c8ad-2d2b-49a4-8356-e2ce63998504",
                "The body is not valid JSON.".to_owned(),
            ),
            Self::Invalid(flaws) => flaws
                .iter()
                .flat_map(|flaw| {
                    one(&flaw.steps(), "validation_error", flaw.class.code(), flaw.message.clone())
                })
                .collect(),
        }
    }
}

fn no_right(right: &str, what: &str, id: &str) -> String {
    format!("You do not have '{right}' permission on {what} with id '{id}'")
}

fn missing(what: &str, id: &str) -> String {
    format!("{what} not found for id '{id}'")
}

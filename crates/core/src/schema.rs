//! What a value may hold, as far as `api.yaml` says, and the check of a JSON value against it.
//!
//! The check is about what is *sent*: bad input gets a clear error before anything leaves. Answers are never
//! checked; they are decoded tolerantly.

use std::fmt;

use serde_json::Value;

use crate::{error::Error, operation::Operation};

/// What a value may hold.
#[derive(Debug, Clone, Copy)]
#[allow(clippy::struct_excessive_bools)] // facts, each independent of the others
pub struct Schema {
    /// The JSON type.
    pub kind: Kind,
    /// `uuid`, `date`, `date-time`, `ipv4`, ... as documented; only some are checked.
    pub format: Option<&'static str>,
    /// A regular expression that a string must match.
    pub pattern: Option<&'static str>,
    /// Smallest number.
    pub minimum: Option<f64>,
    /// Largest number.
    pub maximum: Option<f64>,
    /// Least characters of a string, or items of a list.
    pub min_length: Option<usize>,
    /// Most characters of a string, or items of a list.
    pub max_length: Option<usize>,
    /// The words allowed; empty for any. Only checked where `closed`.
    pub words: &'static [&'static str],
    /// Whether a word that is not listed is an error.
    pub closed: bool,
    /// Whether `null` may be sent.
    pub nullable: bool,
    /// The value is a secret: never printed.
    pub secret: bool,
    /// Schema of list items or of map values.
    pub items: Option<&'static Schema>,
    /// Fields of an object.
    pub fields: &'static [Field],
    /// Whether an object may hold fields that are not listed.
    pub open: bool,
    /// Alternatives, one of which must fit.
    pub one_of: &'static [Schema],
}

/// A field of an object.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// The name on the wire.
    pub name: &'static str,
    /// Whether an object without it is an error.
    pub required: bool,
    /// The vendor sets it: it is not sent.
    pub read_only: bool,
    /// What it may hold.
    pub schema: Schema,
    /// One sentence.
    pub summary: &'static str,
}

/// The JSON type of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Anything.
    Any,
    /// A string.
    String,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// A list.
    Array,
    /// An object with known fields.
    Object,
    /// An object whose keys are data.
    Map,
}

impl Schema {
    /// Anything goes.
    pub const ANY: Self = Self {
        kind: Kind::Any,
        format: None,
        pattern: None,
        minimum: None,
        maximum: None,
        min_length: None,
        max_length: None,
        words: &[],
        closed: false,
        nullable: false,
        secret: false,
        items: None,
        fields: &[],
        open: true,
        one_of: &[],
    };
    /// Any string: the base of more, as `Schema { closed: true, words: &["on", "off"], ..Schema::STRING }`.
    pub const STRING: Self = Self::of(Kind::String);
    /// Any whole number.
    pub const INTEGER: Self = Self::of(Kind::Integer);
    /// Any number.
    pub const NUMBER: Self = Self::of(Kind::Number);
    /// A truth value.
    pub const BOOLEAN: Self = Self::of(Kind::Boolean);
    /// Any list.
    pub const ARRAY: Self = Self::of(Kind::Array);
    /// Any object.
    pub const OBJECT: Self = Self::of(Kind::Object);
    /// Any object, its keys being data.
    pub const MAP: Self = Self::of(Kind::Map);

    const fn of(kind: Kind) -> Self {
        Self { kind, ..Self::ANY }
    }

    /// Every way in which `value` does not fit, with the path to it below `at`.
    pub(crate) fn violations(&self, at: &str, value: &Value) -> Vec<Violation> {
        let mut found = Vec::new();
        self.collect(at, value, &mut found);
        found
    }

    /// Every way in which a value that arrives as text does not fit: a query or path parameter.
    pub fn text_violations(&self, at: &str, text: &str) -> Vec<Violation> {
        let mut found = Vec::new();
        match self.kind {
            Kind::Integer => match text.parse::<i128>() {
                Ok(number) => self.check_bounds(at, approximate(number), &mut found),
                Err(_) => found.push(Violation::new(at, "must be a whole number")),
            },
            Kind::Number => match text.parse::<f64>() {
                Ok(number) if number.is_finite() => self.check_bounds(at, number, &mut found),
                _ => found.push(Violation::new(at, "must be a number")),
            },
            Kind::Boolean if !matches!(text, "true" | "false") => {
                found.push(Violation::new(at, "must be true or false"));
            }
            Kind::String | Kind::Any => self.check_text(at, text, &mut found),
            _ => {}
        }
        found
    }

    /// The first thing that is wrong with a text; for generated code, which needs no check of the type.
    pub fn text(&self, at: &str, text: &str) -> Result<(), Violation> {
        let mut found = Vec::new();
        self.check_text(at, text, &mut found);
        first(found)
    }

    /// The same for a whole number.
    pub fn whole(&self, at: &str, number: impl Into<i128>) -> Result<(), Violation> {
        self.number(at, approximate(number.into()))
    }

    /// The same for a number.
    pub fn number(&self, at: &str, number: f64) -> Result<(), Violation> {
        let mut found = Vec::new();
        self.check_bounds(at, number, &mut found);
        if !number.is_finite() {
            found.push(Violation::new(at, "must be a number"));
        }
        first(found)
    }

    /// The same for the length of a list.
    pub fn count(&self, at: &str, items: usize) -> Result<(), Violation> {
        let mut found = Vec::new();
        self.check_length(at, items, "items", &mut found);
        first(found)
    }

    fn collect(&self, at: &str, value: &Value, found: &mut Vec<Violation>) {
        if value.is_null() {
            if !self.nullable && self.kind != Kind::Any {
                found.push(Violation::new(at, "must not be null"));
            }
            return;
        }
        if !self.one_of.is_empty() {
            let fits = self.one_of.iter().any(|schema| schema.violations(at, value).is_empty());
            if !fits {
                found.push(Violation::new(at, "fits none of the documented shapes"));
            }
            return;
        }
        match (self.kind, value) {
            (Kind::Any, _) | (Kind::Boolean, Value::Bool(_)) => {}
            (Kind::String, Value::String(text)) => self.check_text(at, text, found),
            (Kind::Integer, Value::Number(number)) if number.is_i64() || number.is_u64() => {
                self.check_bounds(at, number.as_f64().unwrap_or_default(), found);
            }
            (Kind::Number, Value::Number(number)) => {
                self.check_bounds(at, number.as_f64().unwrap_or_default(), found);
            }
            (Kind::Array, Value::Array(items)) => {
                self.check_length(at, items.len(), "items", found);
                if let Some(schema) = self.items {
                    for (index, item) in items.iter().enumerate() {
                        schema.collect(&format!("{at}[{index}]"), item, found);
                    }
                }
            }
            (Kind::Map, Value::Object(entries)) => {
                if let Some(schema) = self.items {
                    for (key, item) in entries {
                        schema.collect(&join(at, key), item, found);
                    }
                }
            }
            (Kind::Object, Value::Object(entries)) => self.check_object(at, entries, found),
            (kind, _) => found.push(Violation::new(at, kind.demand())),
        }
    }

    fn check_object(&self, at: &str, entries: &serde_json::Map<String, Value>, found: &mut Vec<Violation>) {
        for field in self.fields {
            match entries.get(field.name) {
                Some(_) if field.read_only => {
                    found.push(Violation::new(
                        join(at, field.name),
                        "is set by the vendor and cannot be sent",
                    ));
                }
                Some(value) => field.schema.collect(&join(at, field.name), value, found),
                None if field.required && !field.read_only => {
                    found.push(Violation::new(join(at, field.name), "is required"));
                }
                None => {}
            }
        }
        if !self.open {
            for key in entries.keys().filter(|key| !self.fields.iter().any(|field| field.name == *key)) {
                found.push(Violation::new(join(at, key), "is not a documented field"));
            }
        } else if let Some(schema) = self.items {
            for (key, value) in
                entries.iter().filter(|(key, _)| !self.fields.iter().any(|field| field.name == *key))
            {
                schema.collect(&join(at, key), value, found);
            }
        }
    }

    fn check_text(&self, at: &str, text: &str, found: &mut Vec<Violation>) {
        self.check_length(at, text.chars().count(), "characters", found);
        if self.closed && !self.words.is_empty() && !self.words.contains(&text) {
            found.push(Violation::new(at, format!("must be one of {}", self.words.join(", "))));
        }
        // A pattern that does not compile is refused by code generation; here it would only hide good input.
        if let Some(pattern) = self.pattern
            && let Ok(expression) = regex_lite::Regex::new(pattern)
            && !expression.is_match(text)
        {
            found.push(Violation::new(at, format!("must match {pattern}")));
        }
        if let Some(demand) = self.format.and_then(|format| format_demand(format, text)) {
            found.push(Violation::new(at, demand));
        }
    }

    fn check_bounds(&self, at: &str, number: f64, found: &mut Vec<Violation>) {
        if let Some(minimum) = self.minimum.filter(|minimum| number < *minimum) {
            found.push(Violation::new(at, format!("must be at least {minimum}")));
        }
        if let Some(maximum) = self.maximum.filter(|maximum| number > *maximum) {
            found.push(Violation::new(at, format!("must be at most {maximum}")));
        }
    }

    fn check_length(&self, at: &str, length: usize, unit: &str, found: &mut Vec<Violation>) {
        if let Some(least) = self.min_length.filter(|least| length < *least) {
            found.push(Violation::new(at, format!("must have at least {least} {unit}")));
        }
        if let Some(most) = self.max_length.filter(|most| length > *most) {
            found.push(Violation::new(at, format!("must have at most {most} {unit}")));
        }
    }
}

impl Kind {
    fn demand(self) -> &'static str {
        match self {
            Self::Any => "may be anything",
            Self::String => "must be a string",
            Self::Integer => "must be a whole number",
            Self::Number => "must be a number",
            Self::Boolean => "must be true or false",
            Self::Array => "must be a list",
            Self::Object | Self::Map => "must be an object",
        }
    }
}

/// One way in which a value does not fit. It never prints the value: it may be a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The path to the value: `items[3].name`.
    pub field: String,
    /// What it must be, as the rest of a sentence that starts with the field.
    pub demand: String,
}

impl Violation {
    /// A violation at `field`.
    pub fn new(field: impl Into<String>, demand: impl Into<String>) -> Self {
        Self { field: field.into(), demand: demand.into() }
    }

    /// The same violation, seen from the value that holds this one.
    #[must_use]
    pub fn below(self, parent: &str) -> Self {
        let separator = if self.field.is_empty() || self.field.starts_with('[') { "" } else { "." };
        Self { field: format!("{parent}{separator}{}", self.field), ..self }
    }

    /// The error of a call that is not made because of it.
    pub fn refuse(self, operation: &'static Operation) -> Error {
        let field = if self.field.is_empty() { "body" } else { &self.field };
        Error::validation(operation, field, self.demand)
    }
}

fn first(found: Vec<Violation>) -> Result<(), Violation> {
    found.into_iter().next().map_or(Ok(()), Err)
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.field, self.demand)
    }
}

/// What a text of a known format must be, if it is not.
fn format_demand(format: &str, text: &str) -> Option<&'static str> {
    let (fits, demand) = match format {
        "uuid" => (uuid::Uuid::try_parse(text).is_ok(), "must be a UUID"),
        "date" => (text.parse::<jiff::civil::Date>().is_ok(), "must be a date such as 2026-01-31"),
        "date-time" => (
            text.parse::<jiff::Timestamp>().is_ok(),
            "must be a date and time with its zone, such as 2026-01-31T00:00:00Z",
        ),
        "ip" => (text.parse::<std::net::IpAddr>().is_ok(), "must be an IP address"),
        _ => return None,
    };
    (!fits).then_some(demand)
}

#[allow(clippy::cast_precision_loss)]
fn approximate(number: i128) -> f64 {
    // Bounds are small numbers; what is lost beyond 2^53 cannot change the comparison with them.
    number as f64
}

fn join(at: &str, name: &str) -> String {
    if at.is_empty() { name.to_owned() } else { format!("{at}.{name}") }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use serde_json::json;

    use super::*;

    const PAGE: Schema =
        Schema { kind: Kind::Integer, minimum: Some(1.0), maximum: Some(100.0), ..Schema::ANY };
    const COUNTRY: Schema = Schema { kind: Kind::String, pattern: Some("^[A-Z]{2}$"), ..Schema::ANY };
    const LEAD: Schema = Schema {
        kind: Kind::Object,
        fields: &[
            Field {
                name: "ip",
                required: true,
                read_only: false,
                schema: Schema { kind: Kind::String, format: Some("ip"), ..Schema::ANY },
                summary: "",
            },
            Field { name: "country", required: false, read_only: false, schema: COUNTRY, summary: "" },
            Field { name: "id", required: true, read_only: true, schema: PAGE, summary: "" },
        ],
        open: false,
        ..Schema::ANY
    };

    #[test]
    fn every_violation_is_named_with_its_path_and_without_its_value() {
        let table = [
            (LEAD, json!({"ip": "1.1.1.1", "country": "DE"}), ""),
            (LEAD, json!({"country": "DEU"}), "ip is required; country must match ^[A-Z]{2}$"),
            (
                LEAD,
                json!({"ip": "here", "id": 3}),
                "ip must be an IP address; id is set by the vendor and cannot be sent",
            ),
            (LEAD, json!({"ip": "::1", "Country": "DE"}), "Country is not a documented field"),
            (LEAD, json!([]), " must be an object"),
            (PAGE, json!(101), " must be at most 100"),
            (PAGE, json!(1.5), " must be a whole number"),
            (PAGE, json!(null), " must not be null"),
        ];
        for (schema, value, expected) in table {
            let said: Vec<String> = schema.violations("", &value).iter().map(ToString::to_string).collect();
            assert_eq!(said.join("; "), expected, "{value}");
        }
    }

    #[test]
    fn a_query_value_is_checked_as_text() {
        let table =
            [("1", 0), ("100", 0), ("101", 1), ("0", 1), ("ten", 1), ("99999999999999999999999999", 1)];
        for (text, violations) in table {
            assert_eq!(PAGE.text_violations("per_page", text).len(), violations, "{text}");
        }
    }

    #[test]
    fn local_time_is_not_a_date_time() {
        let schema = Schema { kind: Kind::String, format: Some("date-time"), ..Schema::ANY };
        assert_eq!(schema.text_violations("created_from", "2026-01-31T00:00:00").len(), 1);
        assert_eq!(schema.text_violations("created_from", "2026-01-31T00:00:00Z").len(), 0);
    }
}

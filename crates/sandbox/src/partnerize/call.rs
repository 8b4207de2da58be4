//! A call that was understood, and the ways of answering it.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::refusal::{Class, Refusal};
use crate::clock::Clock;
use crate::fault::Twist;
use crate::spec::read_time;
use crate::wire::Answer;

/// How long the vendor says that it took. Nobody measures.
pub(super) const EXECUTION_TIME: &str = "0.02571 seconds";

/// The answer to a call, or why there is none.
pub(super) type Outcome = Result<Answer, Refusal>;

/// A call of an operation.
pub(super) struct Call<'a> {
    pub(super) operation: &'a str,
    /// The path as it came.
    pub(super) path: &'a str,
    /// The variables of the path, decoded.
    pub(super) captures: Vec<(&'a str, String)>,
    pub(super) query: &'a [(String, String)],
    /// Null where there is none.
    pub(super) body: Value,
    pub(super) now: Timestamp,
    pub(super) clock: &'a Clock,
    pub(super) twist: Option<Twist>,
}

impl Call<'_> {
    /// A variable of the path; empty where there is none.
    pub(super) fn captured(&self, name: &str) -> &str {
        self.captures.iter().find(|(have, _)| *have == name).map_or("", |(_, value)| value)
    }

    /// The first value of a query parameter that says something.
    pub(super) fn query(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// All values of a query parameter, those in lists parted by commas among them.
    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        let given = self.query.iter().filter(move |(have, _)| have == name);
        given.flat_map(|(_, value)| value.split(',')).filter(|value| !value.is_empty())
    }

    /// Whether a parameter asks for nothing, or for this.
    pub(super) fn wants(&self, name: &str, value: &str) -> bool {
        let mut wanted = self.all(name).peekable();
        wanted.peek().is_none() || wanted.any(|wanted| wanted == value)
    }

    /// A query parameter that is a number; the document's check has been there already.
    pub(super) fn number(&self, name: &str) -> Option<usize> {
        self.query(name)?.parse().ok()
    }

    /// Whether a query parameter is true in one of the ways of the three generations.
    pub(super) fn is_on(&self, name: &str) -> bool {
        self.query(name).is_some_and(|value| ["true", "1", "y"].contains(&value))
    }

    /// Whether a time lies between the parameters of these names.
    pub(super) fn spans(&self, from: &str, to: &str, time: Option<Timestamp>) -> bool {
        let bound = |name: &str| self.query(name).and_then(read_time);
        match (bound(from), bound(to), time) {
            (None, None, _) => true,
            (_, _, None) => false,
            (from, to, Some(time)) => from.is_none_or(|from| time >= from) && to.is_none_or(|to| time <= to),
        }
    }

    /// Whether a time lies in the range `FROM..TO` of the parameter, either end of which may be missing.
    pub(super) fn in_range(&self, name: &str, time: Timestamp) -> Result<bool, Refusal> {
        let Some(range) = self.query(name) else { return Ok(true) };
        let read = |text: &str| match (text.is_empty(), read_time(text)) {
            (true, _) => Ok(None),
            (false, Some(time)) => Ok(Some(time)),
            (false, None) => Err(Refusal::flaw(name, Class::Format, format!("'{text}' is not a date-time"))),
        };
        let (from, to) = range.split_once("..").unwrap_or((range, range));
        Ok(read(from)?.is_none_or(|from| time >= from) && read(to)?.is_none_or(|to| time <= to))
    }

    /// A member of the body that is a text.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.body.get(name).and_then(Value::as_str)
    }

    /// The items of a member of the body.
    pub(super) fn items(&self, name: &str) -> &[Value] {
        self.body.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }
}

/// 200 with one thing of the first or second generation.
pub(super) fn one(key: &str, value: Value) -> Answer {
    Answer::json(200, &with(with(json!({}), "execution_time", EXECUTION_TIME), key, value))
}

/// 200 with a list of the first or second generation.
pub(super) fn many(key: &str, items: Vec<Value>) -> Answer {
    let around = json!({ "count": items.len(), "execution_time": EXECUTION_TIME });
    Answer::json(200, &with(around, key, items))
}

/// An object with one member more.
pub(super) fn with(mut object: Value, name: &str, value: impl Into<Value>) -> Value {
    if let Value::Object(members) = &mut object {
        members.insert(name.to_owned(), value.into());
    }
    object
}

/// The items as the first generation has them in lists: each in an object of its own.
pub(super) fn wrapped(key: &str, items: impl IntoIterator<Item = Value>) -> Vec<Value> {
    items.into_iter().map(|item| json!({ key: item })).collect()
}

/// An answer of the third generation.
pub(super) fn third(status: u16, value: impl Into<Value>) -> Answer {
    let value: Value = value.into();
    Answer::json(status, &json!({ "data": value }))
}

/// 204.
pub(super) fn nothing() -> Answer {
    Answer::new(204, None, "")
}

/// A time as the first generation writes it: without a zone, in that of the account, which is UTC here.
pub(super) fn civil(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// A row of CSV.
pub(super) fn csv_row<'a>(cells: impl IntoIterator<Item = &'a str>) -> String {
    let cells = cells.into_iter().map(|cell| {
        if cell.contains([',', '"', '\n', '\r', ' ']) {
            format!("\"{}\"", cell.replace('"', "\"\""))
        } else {
            cell.to_owned()
        }
    });
    let mut row = cells.collect::<Vec<_>>().join(",");
    row.push('\n');
    row
}

/// CSV as the vendor sends it.
pub(super) fn csv(text: impl Into<bytes::Bytes>) -> Answer {
    Answer::new(200, Some("application/octet-stream; charset=utf-8"), text)
}

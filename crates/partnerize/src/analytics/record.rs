//! What comes back: rows whose metrics and dimensions are reached by name, and what stands in the headers.

use std::{borrow::Cow, ops::Deref};

use afflux_core::{
    Error,
    decode::{Amount, Field, JsonText},
    operation::Operation,
    response::Raw,
};
use bytes::Bytes;
use http::HeaderMap;
use rust_decimal::Decimal;
use serde::{Serialize, Serializer};

use super::{
    Period,
    moment::Moment,
    series::{self, Line},
};

/// A row of an answer. Its columns are the vendor's, by their names; it is kept as it came, and written out so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    json: JsonText,
    operation: Operated,
}

/// Compares as equal: which operation a row is of does not make it another row.
#[derive(Debug, Clone, Copy)]
struct Operated(&'static Operation);

impl PartialEq for Operated {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Operated {}

impl Record {
    pub(super) fn new(json: JsonText, operation: &'static Operation) -> Self {
        Self { json, operation: Operated(operation) }
    }

    /// A metric, exactly. An error where the row has no such column, or no decimal of at most 28 digits in it.
    ///
    /// The name is a word of the source or a text: the vendor may answer with columns that no document lists.
    pub fn decimal(&self, name: impl AsRef<str>) -> Result<Decimal, Error> {
        let name = name.as_ref();
        let decimal = self.named(name)?.as_decimal();
        decimal.ok_or_else(|| self.unlike(name, "is not a decimal of at most 28 digits"))
    }

    /// A metric as it came, with all its digits. An error where the row has no such column, or no number in it.
    pub fn amount(&self, name: impl AsRef<str>) -> Result<Amount, Error> {
        let name = name.as_ref();
        self.named(name)?.read().map_err(|_| self.unlike(name, "is not a number"))
    }

    /// A metric that counts whole things. An error where the row has no such column, or no such number in it.
    pub fn count(&self, name: impl AsRef<str>) -> Result<u64, Error> {
        let name = name.as_ref();
        let count = self.named(name)?.as_u64();
        count.ok_or_else(|| self.unlike(name, "is not a whole number from 0"))
    }

    /// A dimension as text; a number or `null` as it stands there. An error where the row has no such column.
    pub fn text(&self, name: impl AsRef<str>) -> Result<Cow<'_, str>, Error> {
        Ok(self.named(name.as_ref())?.text())
    }

    /// What stands in a column, if there is one.
    pub fn get(&self, name: impl AsRef<str>) -> Option<Field<'_>> {
        self.json.get(name.as_ref())
    }

    /// What stands at a JSON pointer from the row's top.
    pub fn pointer(&self, pointer: &str) -> Option<Field<'_>> {
        self.json.pointer(pointer)
    }

    /// The columns in the order of the answer.
    pub fn columns(&self) -> impl Iterator<Item = (Cow<'_, str>, Field<'_>)> {
        self.json.field().entries()
    }

    /// The row as it came.
    pub fn json(&self) -> &JsonText {
        &self.json
    }

    /// The time in a column, if one stands there.
    #[inline]
    pub(super) fn moment(&self, pointer: &str) -> Option<Moment> {
        Moment::read(&self.pointer(pointer)?.as_str()?)
    }

    /// A metric for a plot: none where the vendor has no value, an error where it cannot be drawn exactly.
    #[inline]
    pub(super) fn plotted(&self, name: &str) -> Result<Option<Decimal>, Error> {
        match self.get(name) {
            None => Ok(None),
            Some(field) if field.is_null() => Ok(None),
            Some(_) => self.decimal(name).map(Some),
        }
    }

    #[inline]
    pub(super) fn missing(&self, name: &str) -> Error {
        let names: Vec<String> = self.columns().map(|(name, _)| format!("`{name}`")).collect();
        let what = format!("was answered, but no row has a `{name}`; a row has {}", names.join(", "));
        Error::undocumented(self.operation.0, what)
    }

    /// Two rows that stand for the same dot of a line: what they differ in is what the line is not of.
    #[inline]
    pub(super) fn told_apart(&self, twin: &Self, metric: &str) -> Error {
        let differs = |name: &str| twin.get(name).map(|field| field.text().into_owned());
        let others = self.columns().filter(|(name, field)| {
            name != metric && field.as_str().is_some() && differs(name) != Some(field.text().into_owned())
        });
        let names: Vec<String> = others.map(|(name, _)| format!("`{name}`")).collect();
        let what = if names.is_empty() {
            "whatever else the query is grouped by".to_owned()
        } else {
            names.join(" and ")
        };
        let what = format!(
            "was answered, but two rows of one line have the same time: a line must be by {what} too"
        );
        Error::undocumented(self.operation.0, what)
    }

    #[inline]
    pub(super) fn unlike(&self, name: &str, what: &str) -> Error {
        Error::undocumented(self.operation.0, format!("was answered, but the `{name}` of a row {what}"))
    }

    fn named(&self, name: &str) -> Result<Field<'_>, Error> {
        self.get(name).ok_or_else(|| self.missing(name))
    }
}

impl Serialize for Record {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.json.serialize(serializer)
    }
}

/// What stands around the rows.
#[derive(Debug, Clone)]
pub(super) struct Around {
    body: Bytes,
    approximate: Vec<String>,
    total_rows: Option<u64>,
}

impl Around {
    #[inline]
    pub(super) fn of(raw: &Raw) -> Self {
        let header = |name: &str| raw.headers().get(name).and_then(|value| value.to_str().ok());
        Self {
            body: raw.body().clone(),
            approximate: approximate(raw.headers()),
            total_rows: header("x-total-row-count").and_then(|text| text.trim().parse().ok()),
        }
    }

    pub(super) fn body(&self) -> &Bytes {
        &self.body
    }

    pub(super) fn approximate(&self) -> &[String] {
        &self.approximate
    }
}

/// The names in `X-Approximate-Metrics`: a list, whose form is not documented.
fn approximate(headers: &HeaderMap) -> Vec<String> {
    let values = headers.get_all("x-approximate-metrics").iter().filter_map(|value| value.to_str().ok());
    let names = values.flat_map(|text| text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')));
    names.filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// The metrics of a [`Count`](super::Count) query. It reads like the one [`Record`] that it is.
#[derive(Debug, Clone)]
pub struct Totals {
    record: Record,
    around: Around,
}

impl Totals {
    #[inline]
    pub(super) fn new(record: Record, raw: &Raw) -> Self {
        Self { record, around: Around::of(raw) }
    }

    /// The row.
    pub fn record(&self) -> &Record {
        &self.record
    }

    /// The metrics that the vendor approximated, as `total_unique_clicks`. Money never is.
    pub fn approximate(&self) -> &[String] {
        self.around.approximate()
    }

    /// The whole answer as it came.
    pub fn body(&self) -> &Bytes {
        self.around.body()
    }
}

impl Deref for Totals {
    type Target = Record;

    fn deref(&self) -> &Record {
        &self.record
    }
}

/// The rows of an [`Explode`](super::Explode) or [`Filter`](super::Filter) query, in the vendor's order.
#[derive(Debug, Clone)]
pub struct Records {
    rows: Vec<Record>,
    around: Around,
    period: Option<Period>,
}

impl Records {
    #[inline]
    pub(super) fn new(rows: Vec<Record>, raw: &Raw, period: Option<Period>) -> Self {
        Self { rows, around: Around::of(raw), period }
    }

    /// The rows.
    pub fn rows(&self) -> &[Record] {
        &self.rows
    }

    /// How many rows there are without the limit of [`top`](super::Query::top); told if the query asked for it with
    /// [`total_row_count`](super::Query::total_row_count).
    pub fn total_rows(&self) -> Option<u64> {
        self.around.total_rows
    }

    /// The metrics that the vendor approximated, as `total_unique_clicks`. Money never is.
    pub fn approximate(&self) -> &[String] {
        self.around.approximate()
    }

    /// The whole answer as it came.
    pub fn body(&self) -> &Bytes {
        self.around.body()
    }

    /// A metric over time: one line for each mixture of values in the columns `by`, from a query that is grouped by
    /// `date_time`. All lines have the same times: where a line has no row, it has a hole.
    ///
    /// Lines come in the order of their first rows. An error where no row has such a column, a row has no time in
    /// `date_time`, a value is not a decimal, or two rows of one line have the same time: then the query is grouped by
    /// more than `by` has.
    pub fn lines(&self, metric: impl AsRef<str>, by: &[impl AsRef<str>]) -> Result<Vec<Line>, Error> {
        let by: Vec<&str> = by.iter().map(AsRef::as_ref).collect();
        series::lines(&self.rows, metric.as_ref(), &by, self.period)
    }
}

impl IntoIterator for Records {
    type Item = Record;
    type IntoIter = std::vec::IntoIter<Record>;

    fn into_iter(self) -> Self::IntoIter {
        self.rows.into_iter()
    }
}

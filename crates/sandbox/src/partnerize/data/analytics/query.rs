//! A query of analytics, read and checked.

use std::ops::Range;

use serde_json::Value;

use super::super::asked::{Complaint, Why};
use super::super::when;
use super::super::words::currency_place;
use super::super::world::PARTNER;
use super::super::zone::Zone;
use super::filter::Filter;
use super::source::{Shape, Source};

/// The most rows there are, and how many when nothing is said.
const TOP: u64 = 50_000;

/// Which of an event's dates counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Date {
    Happened,
    Approved,
    /// Of a stay; nothing in this world has one.
    Stay,
}

/// A range of dates.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Dates {
    pub(super) date: Date,
    pub(super) span: Range<i64>,
}

/// A query.
pub(super) struct Query {
    pub(super) source: Source,
    pub(super) shape: Shape,
    pub(super) zone: Zone,
    pub(super) ranges: Vec<Dates>,
    pub(super) comparison: Vec<Dates>,
    pub(super) change: bool,
    pub(super) metrics: Vec<&'static str>,
    pub(super) groups: Vec<String>,
    pub(super) filters: Vec<Filter>,
    /// What to sort by, and whether the largest comes first.
    pub(super) order: Vec<(String, bool)>,
    pub(super) period: String,
    pub(super) by: Date,
    pub(super) currency: usize,
    pub(super) date_format: Option<String>,
    pub(super) top: usize,
    pub(super) counted: bool,
    pub(super) zerofill: bool,
}

impl Query {
    pub(super) fn read(source: Source, shape: Shape, body: &Value) -> Result<Self, Complaint> {
        let partner = text(body, "/scope/partner").ok_or_else(|| Complaint::missing("[scope][partner]"))?;
        if partner != PARTNER {
            return Err(Complaint { field: "[scope][partner]".to_owned(), why: Why::Forbidden });
        }
        let zone = match text(body, "/timezone") {
            None => Zone::utc(),
            Some(name) => Zone::named(name).ok_or_else(|| Complaint::invalid("[timezone]", name))?,
        };
        let ranges = ranges(body, "date_time_ranges", source, &zone)?;
        if ranges.is_empty() {
            return Err(Complaint::missing("[date_time_ranges]"));
        }
        let currency = text(body, "/output_currency").unwrap_or("USD");
        let currency =
            currency_place(currency).ok_or_else(|| Complaint::invalid("[output_currency]", currency))?;
        let top = body.get("top").and_then(Value::as_u64).unwrap_or(TOP);
        let by = text(body, "/interval/field").unwrap_or("date_time");
        let mut query = Self {
            source,
            shape,
            comparison: self::ranges(body, "comparison_date_time_ranges", source, &zone)?,
            zone,
            ranges,
            change: yes(body, "include_comparison_percentage_change").unwrap_or(false),
            metrics: metrics(body, source, shape)?,
            groups: groups(body, source, shape)?,
            filters: filters(body, source, currency)?,
            order: order(body),
            period: text(body, "/interval/period").unwrap_or("P1D").to_owned(),
            by: date(source, by).ok_or_else(|| Complaint::invalid("[interval][field]", by))?,
            currency,
            date_format: text(body, "/output_date_time_format").map(str::to_owned),
            top: usize::try_from(top.clamp(1, TOP)).unwrap_or_default(),
            counted: yes(body, "include_total_row_count").unwrap_or(false),
            zerofill: yes(body, "zerofill").unwrap_or(true),
        };
        // A metric that is sorted by is told as well. What else is unknown is not sorted by: the manual's own sample
        // does so.
        let sorted = query.order.iter().filter_map(|(field, _)| known(source, field));
        for metric in sorted.collect::<Vec<_>>() {
            if !query.metrics.contains(&metric) {
                query.metrics.push(metric);
            }
        }
        Ok(query)
    }
}

fn known(source: Source, metric: &str) -> Option<&'static str> {
    source.metrics().iter().copied().find(|have| *have == metric)
}

fn text<'a>(body: &'a Value, pointer: &str) -> Option<&'a str> {
    body.pointer(pointer).and_then(Value::as_str)
}

fn yes(body: &Value, name: &str) -> Option<bool> {
    body.get(name).and_then(Value::as_bool)
}

fn list<'a>(body: &'a Value, name: &str) -> &'a [Value] {
    body.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn date(source: Source, name: &str) -> Option<Date> {
    if !source.has_date(name) {
        return None;
    }
    Some(match name {
        "date_time" => Date::Happened,
        "approved_at" => Date::Approved,
        _ => Date::Stay,
    })
}

fn ranges(body: &Value, name: &str, source: Source, zone: &Zone) -> Result<Vec<Dates>, Complaint> {
    let read = |(place, range): (usize, &Value)| {
        let end = |which: &str| {
            let field = format!("[{name}][{place}][{which}]");
            let given = range.get(which).and_then(Value::as_str).ok_or_else(|| Complaint::missing(&field))?;
            // An offset is not looked at: the zone of the query counts.
            let wall = when::wall(given).ok_or_else(|| Complaint::invalid(&field, given))?;
            Ok(zone.seconds(wall))
        };
        let by = range.get("field").and_then(Value::as_str).unwrap_or("date_time");
        let date =
            date(source, by).ok_or_else(|| Complaint::invalid(&format!("[{name}][{place}][field]"), by))?;
        Ok(Dates { date, span: end("start")?..end("end")? })
    };
    list(body, name).iter().enumerate().map(read).collect()
}

fn metrics(body: &Value, source: Source, shape: Shape) -> Result<Vec<&'static str>, Complaint> {
    if shape == Shape::Filter {
        return Ok(Vec::new());
    }
    let given = list(body, "metrics");
    if given.is_empty() {
        return Err(Complaint::missing("[metrics]"));
    }
    let read = |(place, metric): (usize, &Value)| {
        let name = metric.as_str().unwrap_or_default();
        known(source, name).ok_or_else(|| Complaint::invalid(&format!("[metrics][{place}]"), name))
    };
    given.iter().enumerate().map(read).collect()
}

fn groups(body: &Value, source: Source, shape: Shape) -> Result<Vec<String>, Complaint> {
    if !matches!(shape, Shape::Explode | Shape::Filter) {
        return Ok(Vec::new());
    }
    let given = list(body, "group_by");
    if given.is_empty() {
        return Err(Complaint::missing("[group_by]"));
    }
    let read = |(place, dimension): (usize, &Value)| {
        let name = dimension.as_str().unwrap_or_default();
        let known = source.has_dimension(name).then(|| name.to_owned());
        known.ok_or_else(|| Complaint::invalid(&format!("[group_by][{place}]"), name))
    };
    given.iter().enumerate().map(read).collect()
}

fn filters(body: &Value, source: Source, currency: usize) -> Result<Vec<Filter>, Complaint> {
    let read = |(place, filter): (usize, &Value)| {
        Filter::read(filter, source, currency).map_err(|mut complaint| {
            complaint.field = format!("[filter_by][{place}]{}", complaint.field);
            complaint
        })
    };
    list(body, "filter_by").iter().enumerate().map(read).collect()
}

fn order(body: &Value) -> Vec<(String, bool)> {
    let read = |order: &Value| {
        let field = order.get("field").and_then(Value::as_str)?.to_owned();
        Some((field, order.get("direction").and_then(Value::as_str) == Some("DESCENDING")))
    };
    list(body, "order_by").iter().filter_map(read).collect()
}

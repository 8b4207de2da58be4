//! Analytics: three sources, each counted in four shapes.

mod column;
mod filter;
mod metric;
mod period;
mod query;
mod source;
mod tally;

use std::cmp::Ordering;
use std::collections::HashMap;

use serde::Serialize;
use serde_json::Value;

use super::asked::{Answered, Complaint, Parts};
use super::money::quotient;
use super::world::World;
use crate::fields::Fields;
use metric::{APPROXIMATE, Sums};
use query::{Dates, Query};
use source::{Shape, Source};
use tally::Tally;

#[derive(Serialize)]
struct Body<T> {
    data: T,
}

/// A row before it is written: its words, and what it comes to.
struct Row {
    words: Vec<(&'static str, Option<String>)>,
    sums: Sums,
}

/// Answers an operation of analytics; `None` for any other.
pub(super) fn answer(
    world: &World,
    operation: &str,
    parts: &Parts<'_>,
) -> Option<Result<Answered, Complaint>> {
    let (source, shape) = Source::of(operation)?;
    Some(Query::read(source, shape, parts.body).and_then(|query| run(world, query)))
}

fn run(world: &World, mut query: Query) -> Result<Answered, Complaint> {
    let answered = match query.shape {
        Shape::Count => count(world, &mut query),
        Shape::Explode | Shape::Filter => table(world, &mut query)?,
        Shape::TimeSeries => series(world, &mut query)?,
    };
    let approximate = query.metrics.contains(&APPROXIMATE);
    Ok(if approximate { answered.header("X-Approximate-Metrics", APPROXIMATE.to_owned()) } else { answered })
}

fn count(world: &World, query: &mut Query) -> Answered {
    let sums = whole(world, query, false);
    let row = with_metrics(Fields::default(), query, &sums, &sums);
    let before = (!query.comparison.is_empty()).then(|| whole(world, query, true));
    let row = match before {
        Some(before) => with_comparison(row, query, &sums, (&before, &before)),
        None => row,
    };
    Answered::json(&Body { data: row })
}

fn whole(world: &World, query: &mut Query, comparison: bool) -> Sums {
    let ranges = if comparison { query.comparison.clone() } else { query.ranges.clone() };
    let tally = Tally::new(world, query, &ranges, None);
    tally.groups.into_values().next().unwrap_or_default()
}

fn series(world: &World, query: &mut Query) -> Result<Answered, Complaint> {
    let ranges = query.ranges.clone();
    let spans = spans(query, &ranges)?;
    let tally = Tally::new(world, query, &ranges, Some(&spans));
    let all = total(tally.groups.values());
    let mut rows = Vec::new();
    for (place, (start, end)) in spans.iter().enumerate() {
        let sums = tally.groups.get(&vec![place]).copied().unwrap_or_default();
        if sums.is_empty() && !query.zerofill {
            continue;
        }
        let (start, end) = (query.zone.with_offset(*start), query.zone.with_offset(*end));
        // The members of the range are in the order of the alphabet, as they are in time.
        let range = serde_json::json!({ "start": start, "end": end });
        rows.push(with_metrics(Fields::default().with("date_time_range", range), query, &sums, &all));
    }
    Ok(Answered::json(&Body { data: rows }))
}

fn table(world: &World, query: &mut Query) -> Result<Answered, Complaint> {
    let mut rows = grouped(world, query, false)?;
    let all = total(rows.iter().map(|row| &row.sums));
    sort(&mut rows, query, &all);
    let many = rows.len();
    let comparison = if query.comparison.is_empty() { None } else { Some(grouped(world, query, true)?) };
    let before = comparison.map(|rows| {
        let all = total(rows.iter().map(|row| &row.sums));
        (rows.into_iter().map(|row| (row.words, row.sums)).collect::<HashMap<_, _>>(), all)
    });
    let shown = rows.into_iter().take(query.top).map(|row| {
        let mut fields = Fields::default();
        for (name, word) in &row.words {
            fields = fields.with(name, word.clone());
        }
        fields = with_metrics(fields, query, &row.sums, &all);
        match &before {
            Some((groups, all)) => {
                let then = groups.get(&row.words).copied().unwrap_or_default();
                with_comparison(fields, query, &row.sums, (&then, all))
            }
            None => fields,
        }
    });
    let answered = Answered::json(&Body { data: shown.collect::<Vec<_>>() });
    Ok(if query.counted { answered.header("X-Total-Row-Count", many.to_string()) } else { answered })
}

/// The groups of the ranges, or of those to compare with, with their words in the order in which they were asked for.
fn grouped(world: &World, query: &mut Query, comparison: bool) -> Result<Vec<Row>, Complaint> {
    let ranges = if comparison { query.comparison.clone() } else { query.ranges.clone() };
    let by_date = query.groups.iter().any(|group| group == "date_time");
    let spans = if by_date { Some(spans(query, &ranges)?) } else { None };
    let tally = Tally::new(world, query, &ranges, spans.as_deref());
    let rows = tally.groups.iter().map(|(key, sums)| {
        let mut key = key.iter().copied();
        let date = spans.as_ref().and_then(|spans| {
            let (start, _) = key.next().and_then(|place| spans.get(place))?;
            Some(match &query.date_format {
                Some(pattern) => query.zone.format(*start, &strftime(pattern)),
                None => query.zone.with_offset(*start),
            })
        });
        let mut columns = tally.columns.iter().zip(key);
        let mut words = Vec::new();
        for group in &query.groups {
            if group == "date_time" {
                words.push(("date_time", date.clone()));
                continue;
            }
            let wide = column::columns_of(group).len();
            words.extend(
                columns
                    .by_ref()
                    .take(wide)
                    .map(|(column, place)| (column.column.name, column.seen.get(place).cloned().flatten())),
            );
        }
        Row { words, sums: *sums }
    });
    Ok(rows.collect())
}

fn spans(query: &Query, ranges: &[Dates]) -> Result<Vec<(i64, i64)>, Complaint> {
    let mut spans = Vec::new();
    for range in ranges {
        let more = period::spans(&query.zone, &query.period, range.span.start, range.span.end);
        spans.extend(more.ok_or_else(|| Complaint::invalid("[interval][period]", &query.period))?);
    }
    spans.sort_unstable();
    spans.dedup();
    Ok(spans)
}

fn total<'a>(groups: impl Iterator<Item = &'a Sums>) -> Sums {
    let mut all = Sums::default();
    groups.for_each(|sums| all.merge(sums));
    all
}

fn sort(rows: &mut [Row], query: &Query, all: &Sums) {
    rows.sort_by(|one, other| {
        let by = query.order.iter().map(|(field, descending)| {
            let order = if query.metrics.contains(&field.as_str()) {
                let number =
                    |row: &Row| row.sums.metric(field, all, query.currency).as_f64().unwrap_or_default();
                number(one).total_cmp(&number(other))
            } else {
                let word = |row: &Row| {
                    row.words.iter().find(|(name, _)| name == field).map(|(_, word)| word.clone())
                };
                word(one).cmp(&word(other))
            };
            if *descending { order.reverse() } else { order }
        });
        by.fold(Ordering::Equal, Ordering::then)
    });
}

fn with_metrics(row: Fields, query: &Query, sums: &Sums, all: &Sums) -> Fields {
    query.metrics.iter().fold(row, |row, name| row.with(name, sums.metric(name, all, query.currency)))
}

/// What a metric was in the ranges to compare with, and by how many percent it has changed since. The vendor shows no
/// such answer; the names are made up.
fn with_comparison(row: Fields, query: &Query, sums: &Sums, before: (&Sums, &Sums)) -> Fields {
    query.metrics.iter().fold(row, |row, name| {
        let then = before.0.metric(name, before.1, query.currency);
        let now = sums.metric(name, sums, query.currency);
        let row = row.with(&format!("{name}_comparison"), then.clone());
        if !query.change {
            return row;
        }
        let change = percentage(&then, &now);
        row.with(&format!("{name}_percentage_change"), change)
    })
}

fn percentage(then: &Value, now: &Value) -> Value {
    let number = |value: &Value| super::money::read(&value.to_string()).unwrap_or_default();
    match number(then) {
        0 => Value::Null,
        before => quotient((number(now) - before) * 100, before),
    }
}

/// A pattern of Joda-Time in the notation that is understood here.
fn strftime(pattern: &str) -> String {
    let mut written = String::new();
    let mut rest = pattern;
    while let Some(first) = rest.chars().next() {
        if first == '\'' {
            let (literal, behind) = rest.get(1..).unwrap_or_default().split_once('\'').unwrap_or_default();
            written.push_str(if literal.is_empty() { "'" } else { literal });
            rest = behind;
            continue;
        }
        let length = rest.chars().take_while(|next| *next == first).count();
        let run = length * first.len_utf8();
        let (word, behind) = rest.split_at_checked(run).unwrap_or((rest, ""));
        written.push_str(match (first, length) {
            ('y' | 'Y' | 'x', 2) => "%y",
            ('y' | 'Y' | 'x', _) => "%Y",
            ('M', 1) => "%-m",
            ('M', 2) => "%m",
            ('M', 3) => "%b",
            ('M', _) => "%B",
            ('d', 1) => "%-d",
            ('d', _) => "%d",
            ('D', _) => "%j",
            ('E', 1..=3) => "%a",
            ('E', _) => "%A",
            ('w', _) => "%V",
            ('H', 1) => "%-H",
            ('H', _) => "%H",
            ('h', _) => "%I",
            ('m', _) => "%M",
            ('s', _) => "%S",
            ('S', _) => "000",
            ('a', _) => "%p",
            ('Z', 1) => "%z",
            ('Z', _) => "%:z",
            ('%', _) => "%%",
            _ => word,
        });
        rest = behind;
    }
    written
}

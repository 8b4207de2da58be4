//! Metrics over time, ready to be drawn.

use std::{collections::HashMap, ops::Deref};

use afflux_core::{Error, response::Raw};
use bytes::Bytes;
use jiff::{
    Timestamp,
    civil::{Date, DateTime},
};
use rust_decimal::Decimal;

use super::{Period, Record, moment::Moment, record::Around};

/// A row of a time series: its span, and a [`Record`] with the metrics.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Point {
    start: Moment,
    end: Option<Moment>,
    record: Record,
}

impl Point {
    /// Where its span begins, on the clock of the query's time zone.
    pub fn time(&self) -> DateTime {
        self.start.local()
    }

    /// The day that its span begins on, in the query's time zone.
    pub fn date(&self) -> Date {
        self.time().date()
    }

    /// Where its span ends, on the clock of the query's time zone.
    pub fn end(&self) -> Option<DateTime> {
        self.end.map(Moment::local)
    }

    /// The instant that its span begins at; `None` where the answer tells no offset.
    pub fn instant(&self) -> Option<Timestamp> {
        self.start.instant()
    }

    /// The row.
    pub fn record(&self) -> &Record {
        &self.record
    }
}

impl Deref for Point {
    type Target = Record;

    fn deref(&self) -> &Record {
        &self.record
    }
}

/// The rows of a [`Series`](super::Series) query.
#[derive(Debug, Clone)]
pub struct TimeSeries {
    rows: Vec<Point>,
    undated: Vec<Record>,
    around: Around,
    period: Option<Period>,
}

impl TimeSeries {
    #[inline]
    pub(super) fn new(records: Vec<Record>, raw: &Raw, period: Option<Period>) -> Self {
        let mut rows = Vec::with_capacity(records.len());
        let mut undated = Vec::new();
        for record in records {
            match record.moment("/date_time_range/start") {
                Some(start) => rows.push(Point { start, end: record.moment("/date_time_range/end"), record }),
                None => undated.push(record),
            }
        }
        Self { rows, undated, around: Around::of(raw), period }
    }

    /// The rows in the vendor's order, which is that of time.
    pub fn rows(&self) -> &[Point] {
        &self.rows
    }

    /// Rows that begin at no time that can be read. There should be none.
    pub fn undated(&self) -> &[Record] {
        &self.undated
    }

    /// A metric over time, to be drawn: where spans are left out between two rows, it has a hole for each.
    ///
    /// An error where no row has such a column, or a value is not a decimal.
    pub fn line(&self, metric: impl AsRef<str>) -> Result<Line, Error> {
        self.line_of(metric.as_ref())
    }

    #[inline]
    fn line_of(&self, metric: &str) -> Result<Line, Error> {
        let mut cells = Vec::with_capacity(self.rows.len());
        for row in &self.rows {
            cells.push(Cell {
                dot: Dot { at: row.start, value: row.plotted(metric)? },
                line: 0,
                row: &row.record,
            });
        }
        some_has(metric, self.rows.iter().map(Point::record))?;
        sort(&mut cells);
        let dots = cells.iter().map(|cell| cell.dot).collect();
        Ok(Line { key: Vec::new(), dots, period: self.period })
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

/// A metric over time. A value is none where the vendor has none: that is a hole in the line, not a zero.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    key: Key,
    dots: Vec<Dot>,
    period: Option<Period>,
}

/// Columns and their values.
type Key = Vec<(String, String)>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Dot {
    at: Moment,
    value: Option<Decimal>,
}

impl Line {
    /// Holes at the times behind its last dot: it has one for each time before.
    #[inline]
    fn leave_holes(&mut self, times: &[Moment]) {
        let behind = times.get(self.dots.len()..).unwrap_or_default();
        self.dots.extend(behind.iter().map(|at| Dot { at: *at, value: None }));
    }

    /// The columns and values that the line is of; none where there is only one line.
    pub fn key(&self) -> &[(String, String)] {
        &self.key
    }

    /// The values of its key, as a legend shows them.
    #[inline]
    pub fn label(&self) -> String {
        let values: Vec<&str> = self.key.iter().map(|(_, value)| value.as_str()).collect();
        values.join(", ")
    }

    /// The line from left to right: the beginning of each span on the clock of the query's time zone, and its value.
    pub fn points(&self) -> Points<'_> {
        Points { dots: self.dots.iter(), period: self.period, before: None, waiting: None }
    }

    /// The sum of its values.
    #[inline]
    pub fn sum(&self) -> Option<Decimal> {
        self.dots.iter().filter_map(|dot| dot.value).try_fold(Decimal::ZERO, Decimal::checked_add)
    }
}

/// The points of a [`Line`], holes included. Holes are made as they are asked for.
#[derive(Debug, Clone)]
pub struct Points<'a> {
    dots: std::slice::Iter<'a, Dot>,
    period: Option<Period>,
    /// Where the span after the last point should begin.
    before: Option<Moment>,
    waiting: Option<Dot>,
}

impl Iterator for Points<'_> {
    type Item = (DateTime, Option<Decimal>);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let dot = self.waiting.take().or_else(|| self.dots.next().copied())?;
        if let (Some(expected), Some(period)) = (self.before, self.period)
            && expected.is_missing_before(dot.at, period)
        {
            self.waiting = Some(dot);
            self.before = expected.after(period);
            return Some((expected.local(), None));
        }
        self.before = self.period.and_then(|period| dot.at.after(period));
        Some((dot.at.local(), dot.value))
    }
}

/// A dot, and the line and the row that it is of.
struct Cell<'a> {
    dot: Dot,
    line: usize,
    row: &'a Record,
}

/// In the order of time, and where times are equal in the order of the rows.
#[inline]
fn sort(cells: &mut [Cell<'_>]) {
    cells.sort_by(|one, other| one.dot.at.order(other.dot.at));
}

/// One line for each mixture of the columns `by`. A line has a dot for each time that any line has one for: a hole where
/// it has none of its own.
#[inline]
pub(super) fn lines(
    rows: &[Record],
    metric: &str,
    by: &[&str],
    period: Option<Period>,
) -> Result<Vec<Line>, Error> {
    some_has(metric, rows.iter())?;
    let (keys, cells) = cells(rows, metric, by)?;
    let line = |key| Line { key, dots: Vec::new(), period };
    let mut lines: Vec<(Line, Option<&Record>)> = keys.into_iter().map(|key| (line(key), None)).collect();
    let mut times: Vec<Moment> = Vec::new();
    for Cell { dot, line, row } in cells {
        if times.last().is_none_or(|last| last.order(dot.at).is_ne()) {
            times.push(dot.at);
        }
        let Some((line, last)) = lines.get_mut(line) else { continue };
        // Two at one time are of two lines that `by` does not tell apart.
        if let Some(earlier) = last.filter(|_| line.dots.len() == times.len()) {
            return Err(earlier.told_apart(row, metric));
        }
        line.leave_holes(times.get(..times.len() - 1).unwrap_or_default());
        line.dots.push(dot);
        *last = Some(row);
    }
    let whole = lines.into_iter().map(|(mut line, _)| {
        line.leave_holes(&times);
        line
    });
    Ok(whole.collect())
}

/// The keys of the lines in the order of their first rows, and all dots in the order of time.
#[inline]
fn cells<'a>(rows: &'a [Record], metric: &str, by: &[&str]) -> Result<(Vec<Key>, Vec<Cell<'a>>), Error> {
    const TIME: &str = "date_time";
    let mut keys: Vec<Key> = Vec::new();
    let mut index: HashMap<Key, usize> = HashMap::new();
    let mut cells = Vec::with_capacity(rows.len());
    for row in rows {
        let at = row.moment("/date_time").ok_or_else(|| match row.get(TIME) {
            None => row.missing(TIME),
            Some(_) => row.unlike(TIME, "is not a time"),
        })?;
        let mut key = Vec::with_capacity(by.len());
        for name in by {
            key.push(((*name).to_owned(), row.text(name)?.into_owned()));
        }
        let dot = Dot { at, value: row.plotted(metric)? };
        let line = *index.entry(key).or_insert_with_key(|key| {
            keys.push(key.clone());
            keys.len() - 1
        });
        cells.push(Cell { dot, line, row });
    }
    sort(&mut cells);
    Ok((keys, cells))
}

/// A column that no row has is a wrong name, unless there are no rows.
fn some_has<'a>(metric: &str, mut rows: impl Iterator<Item = &'a Record>) -> Result<(), Error> {
    let Some(first) = rows.next() else { return Ok(()) };
    if first.get(metric).is_some() || rows.any(|row| row.get(metric).is_some()) {
        Ok(())
    } else {
        Err(first.missing(metric))
    }
}

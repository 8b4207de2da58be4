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
        let metric = metric.as_ref();
        let mut dots = Vec::with_capacity(self.rows.len());
        for row in &self.rows {
            dots.push(Dot { at: row.start, value: row.plotted(metric)? });
        }
        some_has(metric, self.rows.iter().map(Point::record))?;
        Ok(Line::new(Vec::new(), dots, self.period))
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
    fn new(key: Key, mut dots: Vec<Dot>, period: Option<Period>) -> Self {
        dots.sort_by(|one, other| one.at.order(other.at));
        Self { key, dots, period }
    }

    /// The columns and values that the line is of; none where there is only one line.
    pub fn key(&self) -> &[(String, String)] {
        &self.key
    }

    /// The values of its key, as a legend shows them.
    pub fn label(&self) -> String {
        let values: Vec<&str> = self.key.iter().map(|(_, value)| value.as_str()).collect();
        values.join(", ")
    }

    /// The line from left to right: the beginning of each span on the clock of the query's time zone, and its value.
    pub fn points(&self) -> Points<'_> {
        Points { dots: self.dots.iter(), period: self.period, before: None, waiting: None }
    }

    /// The sum of its values.
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

/// One line for each mixture of the columns `by`.
pub(super) fn lines(
    rows: &[Record],
    metric: &str,
    by: &[&str],
    period: Option<Period>,
) -> Result<Vec<Line>, Error> {
    const TIME: &str = "date_time";
    some_has(metric, rows.iter())?;
    let mut times: Vec<Moment> = Vec::with_capacity(rows.len());
    let mut index: HashMap<Key, usize> = HashMap::new();
    let mut lines: Vec<(Key, Vec<(Dot, &Record)>)> = Vec::new();
    for row in rows {
        let at = row.moment("/date_time").ok_or_else(|| match row.get(TIME) {
            None => row.missing(TIME),
            Some(_) => row.unlike(TIME, "is not a time"),
        })?;
        times.push(at);
        let mut key = Vec::with_capacity(by.len());
        for name in by {
            key.push(((*name).to_owned(), row.text(name)?.into_owned()));
        }
        let dot = Dot { at, value: row.plotted(metric)? };
        let line = *index.entry(key.clone()).or_insert(lines.len());
        match lines.get_mut(line) {
            Some((_, dots)) => dots.push((dot, row)),
            None => lines.push((key, vec![(dot, row)])),
        }
    }
    let lines: Vec<(Key, Vec<Dot>)> = lines
        .into_iter()
        .map(|(key, dots)| Ok((key, one_at_a_time(dots, metric)?)))
        .collect::<Result<_, Error>>()?;
    times.sort_by(|one, other| one.order(*other));
    times.dedup_by(|one, other| one.order(*other).is_eq());
    Ok(lines.into_iter().map(|(key, dots)| Line::new(key, with_holes(dots, &times), period)).collect())
}

/// The dots of a line in the order of time. Two at one time are of two lines that `by` does not tell apart.
fn one_at_a_time(mut dots: Vec<(Dot, &Record)>, metric: &str) -> Result<Vec<Dot>, Error> {
    dots.sort_by(|(one, _), (other, _)| one.at.order(other.at));
    for pair in dots.windows(2) {
        if let [(one, row), (other, twin)] = pair
            && one.at.order(other.at).is_eq()
        {
            return Err(row.told_apart(twin, metric));
        }
    }
    Ok(dots.into_iter().map(|(dot, _)| dot).collect())
}

/// The dots of a line, and a hole at each of the times that it has none for.
fn with_holes(mut dots: Vec<Dot>, times: &[Moment]) -> Vec<Dot> {
    let has = |at: &Moment| dots.binary_search_by(|dot| dot.at.order(*at)).is_ok();
    let holes: Vec<Moment> = times.iter().copied().filter(|at| !has(at)).collect();
    dots.extend(holes.into_iter().map(|at| Dot { at, value: None }));
    dots
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

//! The four shapes of a query: what each takes, and how its answer is read.

use std::fmt;

use afflux_core::{
    decode::{self, DecodeError, JsonText, Kept, Page},
    operation::Operation,
    response::Raw,
};

use super::{Period, Records, Source, TimeSeries, Totals, record::Record, source::sealed::Sealed};

/// One row with each metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count;

/// A row for each value of the dimensions, with each metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Explode;

/// A row for each value that the dimensions have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Filter;

/// A row for each interval, with each metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Series;

impl Sealed for Count {}
impl Sealed for Explode {}
impl Sealed for Filter {}
impl Sealed for Series {}

/// A shape that a source can be asked in: [`Count`], [`Explode`], [`Filter`] or [`Series`].
pub trait Shape<S: Source>: Sealed + fmt::Debug + Clone + Send + Sync + 'static {
    /// What the answer is read as.
    type Answer: Send;
    /// The operation.
    const OPERATION: &'static Operation;
    /// Whether it counts metrics, so that it needs one.
    const MEASURED: bool = true;
    /// Whether it is grouped by dimensions, so that it needs one.
    const GROUPED: bool = false;

    /// Reads an answer to a query with this interval.
    #[doc(hidden)]
    fn read(raw: &Raw, period: Option<Period>) -> Result<Self::Answer, DecodeError>;
}

/// A shape that counts metrics: [`Count`], [`Explode`] or [`Series`].
pub trait Measured: Sealed {}
impl Measured for Count {}
impl Measured for Explode {}
impl Measured for Series {}

/// A shape that can be compared with other ranges: [`Count`] or [`Explode`].
pub trait Compared: Sealed {}
impl Compared for Count {}
impl Compared for Explode {}

/// A shape that is sorted and cut: [`Explode`] or [`Filter`].
pub trait Sorted: Sealed {}
impl Sorted for Explode {}
impl Sorted for Filter {}

impl<S: Source> Shape<S> for Count {
    type Answer = Totals;
    const OPERATION: &'static Operation = S::COUNT;

    fn read(raw: &Raw, _: Option<Period>) -> Result<Totals, DecodeError> {
        let data: Kept<JsonText> = decode::one(raw.body(), "data")?;
        Ok(Totals::new(Record::new(data.into_view(), raw.operation()), raw))
    }
}

impl<S: Source> Shape<S> for Explode {
    type Answer = Records;
    const OPERATION: &'static Operation = S::EXPLODE;
    const GROUPED: bool = true;

    fn read(raw: &Raw, period: Option<Period>) -> Result<Records, DecodeError> {
        Ok(Records::new(rows(raw)?, raw, period))
    }
}

impl<S: Source> Shape<S> for Filter {
    type Answer = Records;
    const OPERATION: &'static Operation = S::FILTER;
    const MEASURED: bool = false;
    const GROUPED: bool = true;

    fn read(raw: &Raw, period: Option<Period>) -> Result<Records, DecodeError> {
        Ok(Records::new(rows(raw)?, raw, period))
    }
}

impl<S: Source> Shape<S> for Series {
    type Answer = TimeSeries;
    const OPERATION: &'static Operation = S::TIME_SERIES;

    fn read(raw: &Raw, period: Option<Period>) -> Result<TimeSeries, DecodeError> {
        Ok(TimeSeries::new(rows(raw)?, raw, period))
    }
}

#[inline]
fn rows(raw: &Raw) -> Result<Vec<Record>, DecodeError> {
    let layout = raw.operation().items.unwrap_or_default();
    let page: Page<JsonText> = decode::texts(raw.body(), &layout)?;
    Ok(page.into_rows().into_iter().map(|row| Record::new(row, raw.operation())).collect())
}

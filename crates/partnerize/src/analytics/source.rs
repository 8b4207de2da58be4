//! The three data sources: which metrics, dimensions and fields each has. A query of one knows no word of another.

use std::fmt;

use afflux_core::{decode::Word, operation::Operation};
use serde::Serialize;

use crate::generated::{
    self, ClickDimension, ClickFilterField, ClickMetric, ClickOrderField, ConversionDate,
    ConversionDimension, ConversionFilterField, ConversionMetric, ConversionOrderField, EventDate,
    ImpressionDimension, ImpressionFilterField, ImpressionMetric, ImpressionOrderField,
};

pub(super) mod sealed {
    pub trait Sealed {}
}

/// A word that a source knows. One that the document lacks is made from text: `ClickMetric::from("new_metric")`.
pub trait Name: Word + Serialize + Clone + PartialEq + fmt::Debug + Send + Sync + 'static {}

impl<N: Word + Serialize + Clone + PartialEq + fmt::Debug + Send + Sync + 'static> Name for N {}

/// A data source of analytics: [`Clicks`], [`Conversions`] or [`Impressions`].
pub trait Source: sealed::Sealed + fmt::Debug + Clone + Copy + Send + Sync + 'static {
    /// What can be counted.
    type Metric: Name;
    /// What it can be grouped by.
    type Dimension: Name;
    /// What it can be narrowed down by.
    type FilterField: Name;
    /// What it can be sorted by.
    type OrderField: Name;
    /// The dates that ranges and intervals can apply to.
    type Date: Name;
    /// The operation that counts in one row.
    const COUNT: &'static Operation;
    /// The operation that counts by dimensions.
    const EXPLODE: &'static Operation;
    /// The operation that lists the values of dimensions.
    const FILTER: &'static Operation;
    /// The operation that counts over time.
    const TIME_SERIES: &'static Operation;

    /// Whether the field is an amount of money, which texts are not compared with.
    #[doc(hidden)]
    fn is_sum(_field: &Self::FilterField) -> bool {
        false
    }
}

/// Clicks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clicks;

/// Conversions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Conversions;

/// Impressions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Impressions;

impl sealed::Sealed for Clicks {}
impl sealed::Sealed for Conversions {}
impl sealed::Sealed for Impressions {}

impl Source for Clicks {
    type Metric = ClickMetric;
    type Dimension = ClickDimension;
    type FilterField = ClickFilterField;
    type OrderField = ClickOrderField;
    type Date = EventDate;
    const COUNT: &'static Operation = &generated::COUNT_CLICKS;
    const EXPLODE: &'static Operation = &generated::EXPLODE_CLICKS;
    const FILTER: &'static Operation = &generated::FILTER_CLICKS;
    const TIME_SERIES: &'static Operation = &generated::TIME_CLICKS;
}

impl Source for Conversions {
    type Metric = ConversionMetric;
    type Dimension = ConversionDimension;
    type FilterField = ConversionFilterField;
    type OrderField = ConversionOrderField;
    type Date = ConversionDate;
    const COUNT: &'static Operation = &generated::COUNT_CONVERSIONS;
    const EXPLODE: &'static Operation = &generated::EXPLODE_CONVERSIONS;
    const FILTER: &'static Operation = &generated::FILTER_CONVERSIONS;
    const TIME_SERIES: &'static Operation = &generated::TIME_CONVERSIONS;

    fn is_sum(field: &ConversionFilterField) -> bool {
        matches!(field, ConversionFilterField::OrderValue | ConversionFilterField::PartnerCommission)
    }
}

impl Source for Impressions {
    type Metric = ImpressionMetric;
    type Dimension = ImpressionDimension;
    type FilterField = ImpressionFilterField;
    type OrderField = ImpressionOrderField;
    type Date = EventDate;
    const COUNT: &'static Operation = &generated::COUNT_IMPRESSIONS;
    const EXPLODE: &'static Operation = &generated::EXPLODE_IMPRESSIONS;
    const FILTER: &'static Operation = &generated::FILTER_IMPRESSIONS;
    const TIME_SERIES: &'static Operation = &generated::TIME_IMPRESSIONS;
}

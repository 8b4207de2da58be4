//! The body of a query, in the order that the vendor documents.

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::{Condition, DateRange, Period, Source, range::Ranged};
use crate::generated::{AnalyticsScope, Direction, PartnerId};

/// Everything that a query of any shape can say; a shape sets what it has.
#[derive(Debug, Clone)]
pub(super) struct Body<S: Source> {
    pub(super) partner: PartnerId,
    pub(super) ranges: Vec<DateRange>,
    pub(super) comparison: Vec<DateRange>,
    pub(super) percentage_change: bool,
    pub(super) metrics: Vec<S::Metric>,
    pub(super) group_by: Vec<S::Dimension>,
    pub(super) filter_by: Vec<Condition<S::FilterField>>,
    pub(super) order_by: Vec<(S::OrderField, Direction)>,
    pub(super) period: Option<Period>,
    pub(super) date: Option<S::Date>,
    pub(super) currency: Option<String>,
    pub(super) date_format: Option<String>,
    pub(super) top: Option<u32>,
    pub(super) row_count: bool,
    pub(super) timezone: Option<String>,
    pub(super) zerofill: Option<bool>,
}

impl<S: Source> Body<S> {
    pub(super) fn new(partner: PartnerId, group_by: Vec<S::Dimension>, period: Option<Period>) -> Self {
        Self {
            partner,
            ranges: Vec::new(),
            comparison: Vec::new(),
            percentage_change: false,
            metrics: Vec::new(),
            group_by,
            filter_by: Vec::new(),
            order_by: Vec::new(),
            period,
            date: None,
            currency: None,
            date_format: None,
            top: None,
            row_count: false,
            timezone: None,
            zerofill: None,
        }
    }

    fn ranged<'a>(&'a self, ranges: &'a [DateRange]) -> Vec<Ranged<'a, S::Date>> {
        ranges.iter().map(|range| Ranged(*range, self.date.as_ref())).collect()
    }
}

impl<S: Source> Serialize for Body<S> {
    fn serialize<Z: Serializer>(&self, serializer: Z) -> Result<Z::Ok, Z::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("scope", &AnalyticsScope::new(self.partner.clone()))?;
        map.serialize_entry("date_time_ranges", &self.ranged(&self.ranges))?;
        if !self.comparison.is_empty() {
            map.serialize_entry("comparison_date_time_ranges", &self.ranged(&self.comparison))?;
        }
        if self.percentage_change {
            map.serialize_entry("include_comparison_percentage_change", &true)?;
        }
        list(&mut map, "metrics", &self.metrics)?;
        list(&mut map, "group_by", &self.group_by)?;
        list(&mut map, "filter_by", &self.filter_by)?;
        let orders: Vec<_> =
            self.order_by.iter().map(|(field, direction)| Order { field, direction }).collect();
        list(&mut map, "order_by", &orders)?;
        if let Some(period) = self.period {
            map.serialize_entry("interval", &Interval { period, date: self.date.as_ref() })?;
        }
        option(&mut map, "output_currency", self.currency.as_ref())?;
        option(&mut map, "output_date_time_format", self.date_format.as_ref())?;
        option(&mut map, "top", self.top.as_ref())?;
        if self.row_count {
            map.serialize_entry("include_total_row_count", &true)?;
        }
        option(&mut map, "timezone", self.timezone.as_ref())?;
        option(&mut map, "zerofill", self.zerofill.as_ref())?;
        map.end()
    }
}

fn list<M: SerializeMap, T: Serialize>(map: &mut M, name: &str, values: &[T]) -> Result<(), M::Error> {
    if values.is_empty() { Ok(()) } else { map.serialize_entry(name, values) }
}

fn option<M: SerializeMap, T: Serialize>(map: &mut M, name: &str, value: Option<&T>) -> Result<(), M::Error> {
    value.map_or(Ok(()), |value| map.serialize_entry(name, value))
}

#[derive(serde::Serialize)]
struct Order<'a, F> {
    field: &'a F,
    direction: &'a Direction,
}

struct Interval<'a, D> {
    period: Period,
    date: Option<&'a D>,
}

impl<D: Serialize> Serialize for Interval<'_, D> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("period", &self.period.to_string())?;
        option(&mut map, "field", self.date)?;
        map.end()
    }
}

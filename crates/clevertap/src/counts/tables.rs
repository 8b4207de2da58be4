//! Answers whose groups stand beside `status` under labels of the caller's.

use std::ops::Deref;

use afflux_core::decode::{Field, Kept};

use super::BESIDE;
use crate::generated::CountTable;

/// The most frequent values, by label. The answer as it came is underneath.
#[derive(Debug, Clone)]
pub struct TopCounts(Kept<CountTable>);

/// A value and how often it came.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TopValue {
    /// What kind of value it is, in the vendor's word: `STR`, `NUMBER`.
    pub kind: String,
    /// The value; of numbers a range such as `0-100`.
    pub value: String,
    /// How often. None where the vendor's number is no whole number; it is in the text.
    pub count: Option<i64>,
}

impl TopCounts {
    /// The labels, in the order of the answer.
    pub fn labels(&self) -> Vec<String> {
        groups(&self.0).map(|(label, _)| label).collect()
    }

    /// The values under a label, in the order of the answer; none where the answer does not have it.
    pub fn group(&self, label: &str) -> Option<Vec<TopValue>> {
        let kinds = group(&self.0, label)?.entries().flat_map(|(kind, values)| {
            values.entries().map(move |(value, count)| TopValue {
                kind: kind.clone().into_owned(),
                value: value.into_owned(),
                count: count.as_i64(),
            })
        });
        Some(kinds.collect())
    }
}

/// Trends by label. The answer as it came is underneath.
#[derive(Debug, Clone)]
pub struct TrendCounts(Kept<CountTable>);

/// A step of a trend.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TrendPoint {
    /// The step as the vendor writes it: a day as YYYYMMDD, a week as YYYYWW, a month as YYYYMM.
    pub step: String,
    /// The count or the sum. None where the vendor's number is no whole number; it is in the text.
    pub count: Option<i64>,
}

impl TrendCounts {
    /// The labels, in the order of the answer.
    pub fn labels(&self) -> Vec<String> {
        groups(&self.0).map(|(label, _)| label).collect()
    }

    /// The steps under a label, from the first to the last; none where the answer does not have it.
    pub fn group(&self, label: &str) -> Option<Vec<TrendPoint>> {
        let steps = group(&self.0, label)?.entries();
        let mut points: Vec<TrendPoint> = steps
            .map(|(step, count)| TrendPoint { step: step.into_owned(), count: count.as_i64() })
            .collect();
        points.sort_by(|one, other| one.step.cmp(&other.step));
        Some(points)
    }
}

fn groups(table: &Kept<CountTable>) -> impl Iterator<Item = (String, Field<'_>)> {
    let entries = table.field().entries().map(|(name, value)| (name.into_owned(), value));
    entries.filter(|(name, _)| !BESIDE.contains(&name.as_str()))
}

fn group<'a>(table: &'a Kept<CountTable>, label: &str) -> Option<Field<'a>> {
    groups(table).find(|(name, _)| name == label).map(|(_, group)| group)
}

macro_rules! kept {
    ($($table:ident)+) => {$(
        impl Deref for $table {
            type Target = Kept<CountTable>;

            fn deref(&self) -> &Kept<CountTable> {
                &self.0
            }
        }

        impl From<Kept<CountTable>> for $table {
            fn from(answer: Kept<CountTable>) -> Self {
                Self(answer)
            }
        }
    )+};
}

kept!(TopCounts TrendCounts);

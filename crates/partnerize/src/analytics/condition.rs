//! What a query is narrowed down to.

use std::ops::Not;

use rust_decimal::{Decimal, prelude::ToPrimitive};
use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::generated::{ComparisonOperator, ConversionFilterField, FilterValue};

/// A condition on one field. All conditions of a query must hold; several values of one are alternatives.
///
/// ```
/// use afflux_partnerize::{
///     analytics::{Condition, Sum},
///     generated::ConversionFilterField::{ConversionStatus, Country},
/// };
///
/// let conditions = [
///     Condition::one_of(ConversionStatus, ["approved", "pending"]),
///     !Condition::equals(Country, "US"),
///     Condition::at_least(Sum::OrderValue, 100),
/// ];
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct Condition<F> {
    field: F,
    value: FilterValue,
    operator: ComparisonOperator,
    not: bool,
}

/// A field that is an amount of money, so that it can be more or less than another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sum {
    /// What the customer paid.
    OrderValue,
    /// The partner's commission.
    PartnerCommission,
}

impl<F> Condition<F> {
    /// The field is this value: a text, or a whole number.
    pub fn equals(field: F, value: impl Into<FilterValue>) -> Self {
        Self { field, value: value.into(), operator: ComparisonOperator::Equals, not: false }
    }

    /// The field is one of these values.
    pub fn one_of(field: F, values: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let values: Vec<String> = values.into_iter().map(Into::into).collect();
        Self::equals(field, values)
    }

    /// The field begins with this text.
    pub fn starts_with(field: F, text: impl Into<String>) -> Self {
        Self::compares(field, ComparisonOperator::StartsWith, text.into())
    }

    /// The field ends with this text.
    pub fn ends_with(field: F, text: impl Into<String>) -> Self {
        Self::compares(field, ComparisonOperator::EndsWith, text.into())
    }

    /// The field has this text in it.
    pub fn contains(field: F, text: impl Into<String>) -> Self {
        Self::compares(field, ComparisonOperator::Contains, text.into())
    }

    /// The field is found by this text; how is the vendor's.
    pub fn search(field: F, text: impl Into<String>) -> Self {
        Self::compares(field, ComparisonOperator::Search, text.into())
    }

    fn compares(field: F, operator: ComparisonOperator, value: impl Into<FilterValue>) -> Self {
        Self { field, value: value.into(), operator, not: false }
    }

    pub(super) fn field(&self) -> &F {
        &self.field
    }

    /// Whether it looks into a text.
    pub(super) fn is_of_text(&self) -> bool {
        use ComparisonOperator::{Contains, EndsWith, Search, StartsWith};
        matches!(self.operator, StartsWith | EndsWith | Contains | Search)
    }

    pub(super) fn has_no_value(&self) -> bool {
        matches!(&self.value, FilterValue::Several(values) if values.is_empty())
    }
}

/// The opposite: `!Condition::equals(Country, "US")`.
impl<F> Not for Condition<F> {
    type Output = Self;

    fn not(mut self) -> Self {
        self.not = !self.not;
        self
    }
}

/// Comparisons that only conversions have, for amounts of money.
impl Condition<ConversionFilterField> {
    /// The amount is greater than this.
    pub fn above(sum: Sum, amount: impl Into<Decimal>) -> Self {
        Self::amount(sum, ComparisonOperator::GreaterThan, amount.into())
    }

    /// The amount is this or greater.
    pub fn at_least(sum: Sum, amount: impl Into<Decimal>) -> Self {
        Self::amount(sum, ComparisonOperator::GreaterThanOrEquals, amount.into())
    }

    /// The amount is less than this.
    pub fn below(sum: Sum, amount: impl Into<Decimal>) -> Self {
        Self::amount(sum, ComparisonOperator::LessThan, amount.into())
    }

    /// The amount is this or less.
    pub fn at_most(sum: Sum, amount: impl Into<Decimal>) -> Self {
        Self::amount(sum, ComparisonOperator::LessThanOrEquals, amount.into())
    }

    fn amount(sum: Sum, operator: ComparisonOperator, amount: Decimal) -> Self {
        let field = match sum {
            Sum::OrderValue => ConversionFilterField::OrderValue,
            Sum::PartnerCommission => ConversionFilterField::PartnerCommission,
        };
        // The document knows whole numbers and texts; a fraction goes as a text.
        let whole = if amount.is_integer() { amount.to_i64() } else { None };
        let value = whole.map_or_else(|| FilterValue::Text(amount.to_string()), FilterValue::Number);
        Self::compares(field, operator, value)
    }
}

impl<F: Serialize> Serialize for Condition<F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("field", &self.field)?;
        map.serialize_entry("value", &self.value)?;
        map.serialize_entry("operator", &self.operator)?;
        if self.not {
            map.serialize_entry("not", &true)?;
        }
        map.end()
    }
}

//! What the three exports differ in.

use afflux_core::{endpoint::Endpoint, error::Error, operation::Operation, request::Request};

use super::filters::Filters;
use crate::generated::{
    EXPORT_CLICKS, EXPORT_CONVERSION_ITEMS, EXPORT_CONVERSIONS, ExportClicks, ExportConversionItems,
    ExportConversions,
};

/// An export: [`Clicks`], [`Conversions`] or [`ConversionItems`].
pub trait Exported: sealed::Sealed + Send + Sync + 'static {
    /// What is known about its operation.
    const OPERATION: &'static Operation;

    #[doc(hidden)]
    fn request(filters: &Filters) -> Result<Request, Error>;
}

/// An export with the columns of conversions.
pub trait OfConversions: Exported {}

/// Clicks, one a row.
#[derive(Debug, Clone, Copy)]
pub enum Clicks {}

/// Conversions, one a row.
#[derive(Debug, Clone, Copy)]
pub enum Conversions {}

/// Items of conversions, one a row.
#[derive(Debug, Clone, Copy)]
pub enum ConversionItems {}

impl OfConversions for Conversions {}
impl OfConversions for ConversionItems {}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::Clicks {}
    impl Sealed for super::Conversions {}
    impl Sealed for super::ConversionItems {}
}

/// Encodes a request value with what both sides name alike.
macro_rules! encode {
    ($filters:ident, $type:ident, $operation:expr, $($option:ident),+ $(; $($list:ident),+)?) => {{
        let (start, end) = $filters.range.texts($operation)?;
        let mut request = $type::new($filters.partner.clone(), start, end);
        $(if let Some(value) = $filters.$option.clone() {
            request = request.$option(value);
        })+
        $($(request = request.$list($filters.$list.iter().cloned());)+)?
        request.encode()
    }};
}

/// The metrics, which the manual has as one value, and as an array for several.
#[inline]
fn of_metrics(filters: &Filters, request: Request) -> Request {
    match filters.conversion_metrics.as_slice() {
        [one] => request.query_pair("ref_conversion_metric_id", one),
        several => several
            .iter()
            .fold(request, |request, metric| request.query_pair("ref_conversion_metric_id[]", metric)),
    }
}

impl Exported for Clicks {
    const OPERATION: &'static Operation = &EXPORT_CLICKS;

    #[inline]
    fn request(filters: &Filters) -> Result<Request, Error> {
        encode!(
            filters,
            ExportClicks,
            &EXPORT_CLICKS,
            timezone,
            complete_email,
            limit,
            export_reference,
            encoding,
            delimiter
        )
    }
}

impl Exported for Conversions {
    const OPERATION: &'static Operation = &EXPORT_CONVERSIONS;

    #[inline]
    fn request(filters: &Filters) -> Result<Request, Error> {
        encode!(
            filters, ExportConversions, &EXPORT_CONVERSIONS,
            timezone, complete_email, limit, export_reference, encoding, delimiter, date_type, conversion_id,
            conversion_reference; currency
        )
        .map(|request| of_metrics(filters, request))
    }
}

impl Exported for ConversionItems {
    const OPERATION: &'static Operation = &EXPORT_CONVERSION_ITEMS;

    #[inline]
    fn request(filters: &Filters) -> Result<Request, Error> {
        encode!(
            filters, ExportConversionItems, &EXPORT_CONVERSION_ITEMS,
            timezone, complete_email, limit, export_reference, encoding, delimiter, date_type, conversion_id,
            conversion_reference, include_payment_info; currency
        )
        .map(|request| of_metrics(filters, request))
    }
}

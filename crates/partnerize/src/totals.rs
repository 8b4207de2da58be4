//! What stands beside the rows of a report: sums and the span, the same on each page.

use std::collections::BTreeMap;

use afflux_core::decode::{Amount, Lenient, Page};
use jiff::civil::DateTime;

/// What a report of conversions says beside its rows. Sums are by currency.
///
/// ```no_run
/// # async fn sums(partnerize: afflux_partnerize::Client) -> Result<(), afflux_partnerize::Error> {
/// use afflux_partnerize::{ConversionTotals, generated::ReportFormat};
///
/// let report = partnerize.conversions().report("1l1007802", ReportFormat::Json, "2026-11-14 00:00:00");
/// let page = report.limit(1).send().await?.into_value();
/// for (currency, commission) in ConversionTotals::of(&page).commission {
///     println!("{commission} {currency}");
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct ConversionTotals {
    /// How many conversions the report has, over all pages.
    pub count: Option<u64>,
    /// Conversions.
    pub conversions: BTreeMap<String, Amount>,
    /// The partner's commission.
    pub commission: BTreeMap<String, Amount>,
    /// What customers paid.
    pub value: BTreeMap<String, Amount>,
    /// The span of the report.
    pub span: ReportSpan,
}

/// What a report of clicks says beside its rows.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct ClickTotals {
    /// How many clicks the report has, over all pages.
    pub count: Option<u64>,
    /// How many of them are unique.
    pub unique: Option<u64>,
    /// The span of the report.
    pub span: ReportSpan,
}

/// The span of a report, in its own time zone and in UTC.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct ReportSpan {
    /// Its beginning in the report's time zone.
    pub start: Option<DateTime>,
    /// Its end in the report's time zone.
    pub end: Option<DateTime>,
    /// Its beginning in UTC.
    pub start_utc: Option<DateTime>,
    /// Its end in UTC.
    pub end_utc: Option<DateTime>,
}

impl ConversionTotals {
    /// Reads what stands beside the rows of a page; what is missing or not as documented is left out.
    pub fn of<R>(page: &Page<R>) -> Self {
        Self::read(page, |_| ())
    }

    /// As [`of`](Self::of), and tells the names of what is there and cannot be read.
    pub(crate) fn read<R>(page: &Page<R>, mut unlike: impl FnMut(&'static str)) -> Self {
        Self {
            count: read(page, "count", &mut unlike),
            conversions: read(page, "total_conversion_count", &mut unlike).unwrap_or_default(),
            commission: read(page, "total_publisher_commission", &mut unlike).unwrap_or_default(),
            value: read(page, "total_value", &mut unlike).unwrap_or_default(),
            span: ReportSpan::read(page, &mut unlike),
        }
    }
}

impl ClickTotals {
    /// Reads what stands beside the rows of a page; what is missing or not as documented is left out.
    pub fn of<R>(page: &Page<R>) -> Self {
        Self::read(page, |_| ())
    }

    /// As [`of`](Self::of), and tells the names of what is there and cannot be read.
    pub(crate) fn read<R>(page: &Page<R>, mut unlike: impl FnMut(&'static str)) -> Self {
        Self {
            count: read(page, "count", &mut unlike),
            unique: read(page, "unique_click_count", &mut unlike),
            span: ReportSpan::read(page, &mut unlike),
        }
    }
}

impl ReportSpan {
    fn read<R>(page: &Page<R>, unlike: &mut impl FnMut(&'static str)) -> Self {
        Self {
            start: read(page, "start_date_time", unlike),
            end: read(page, "end_date_time", unlike),
            start_utc: read(page, "start_date_time_utc", unlike),
            end_utc: read(page, "end_date_time_utc", unlike),
        }
    }
}

fn read<R, T: Lenient>(
    page: &Page<R>,
    name: &'static str,
    unlike: &mut impl FnMut(&'static str),
) -> Option<T> {
    // Where there is nothing to be summed up, the vendor has an empty list where a map is documented.
    let field = page.get(name).filter(|field| !field.is_null() && !field.is_empty_array())?;
    let value = field.read().ok();
    if value.is_none() {
        unlike(name);
    }
    value
}

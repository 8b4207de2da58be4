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
        Self {
            count: read(page, "count"),
            conversions: read(page, "total_conversion_count").unwrap_or_default(),
            commission: read(page, "total_publisher_commission").unwrap_or_default(),
            value: read(page, "total_value").unwrap_or_default(),
            span: ReportSpan::of(page),
        }
    }
}

impl ClickTotals {
    /// Reads what stands beside the rows of a page; what is missing or not as documented is left out.
    pub fn of<R>(page: &Page<R>) -> Self {
        Self {
            count: read(page, "count"),
            unique: read(page, "unique_click_count"),
            span: ReportSpan::of(page),
        }
    }
}

impl ReportSpan {
    fn of<R>(page: &Page<R>) -> Self {
        Self {
            start: read(page, "start_date_time"),
            end: read(page, "end_date_time"),
            start_utc: read(page, "start_date_time_utc"),
            end_utc: read(page, "end_date_time_utc"),
        }
    }
}

fn read<R, T: Lenient>(page: &Page<R>, name: &str) -> Option<T> {
    page.get(name).filter(|field| !field.is_null())?.read().ok()
}

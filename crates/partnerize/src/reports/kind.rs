//! What the two reports differ in.

use afflux_core::{error::Error, operation::Operation, page::Paged};

use super::{Report, range::Texts};
use crate::generated::{
    Click, Conversion, ConversionDateType, REPORT_CLICKS, REPORT_CONVERSIONS, ReportClicks,
    ReportConversions, ReportFormat,
};

/// A row of a report: a [`Conversion`] or a [`Click`].
pub trait Reported: sealed::Sealed + Unpin + Sized {
    /// The request value.
    type Endpoint: Paged<Row = Self> + Unpin + 'static;

    /// Whether rows shift between pages while the report is read.
    #[doc(hidden)]
    const SHIFTS: bool;

    /// What tells a row from another one.
    #[doc(hidden)]
    fn id(row: &Self) -> Option<&str>;

    /// The request value of a report.
    #[doc(hidden)]
    fn endpoint(report: &Report<'_, Self>) -> Result<Self::Endpoint, Error>;
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for crate::generated::Conversion {}
    impl Sealed for crate::generated::Click {}
}

fn range<R>(report: &Report<'_, R>, operation: &'static Operation) -> Result<Texts, Error> {
    report.range.texts(operation, report.client.engine().clock().wall())
}

/// Sets what both request values have a method for.
macro_rules! set {
    ($request:ident, $report:ident, $($option:ident = $value:expr),+) => {
        $(if let Some(value) = $value {
            $request = $request.$option(value);
        })+
        $request = $request
            .currency($report.currencies.iter().cloned())
            .statuses($report.statuses.iter().cloned())
            .multipivot($report.pivots.iter().map(|(name, values)| (*name, values.iter().cloned())));
    };
}

impl Reported for Conversion {
    type Endpoint = ReportConversions;
    const SHIFTS: bool = false;

    fn id(row: &Self) -> Option<&str> {
        row.conversion_id.as_ref().map(crate::generated::ConversionId::as_str)
    }

    #[inline]
    fn endpoint(report: &Report<'_, Self>) -> Result<ReportConversions, Error> {
        let Texts { start, end, words } = range(report, &REPORT_CONVERSIONS)?;
        let mut request = ReportConversions::new(report.partner.clone(), ReportFormat::Json, start);
        set!(
            request,
            report,
            end_date = end,
            text_date = words,
            timezone = report.timezone.clone(),
            date_type = report.date_type.clone().map(ConversionDateType::from),
            offset = report.offset,
            limit = report.page_size,
            invoice_created_date = report.invoices_since.map(|time| time.to_string())
        );
        Ok(if report.payment_info { request.include_payment_info(true) } else { request })
    }
}

impl Reported for Click {
    type Endpoint = ReportClicks;
    const SHIFTS: bool = true;

    fn id(row: &Self) -> Option<&str> {
        row.clickref.as_deref()
    }

    #[inline]
    fn endpoint(report: &Report<'_, Self>) -> Result<ReportClicks, Error> {
        let Texts { start, end, words } = range(report, &REPORT_CLICKS)?;
        let mut request = ReportClicks::new(report.partner.clone(), ReportFormat::Json, start);
        set!(
            request,
            report,
            end_date = end,
            text_date = words,
            timezone = report.timezone.clone(),
            date_type = report.date_type.clone(),
            offset = report.offset,
            limit = report.page_size
        );
        Ok(request)
    }
}

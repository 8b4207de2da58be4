//! `afflux partnerize conversions` and `clicks`: every row of a report, as it came.

use afflux::partnerize::{
    core::{endpoint::Endpoint, page::Pages},
    reports::{Between, Moment, Report, ReportRange, Reported},
};
use jiff::{Timestamp, tz::TimeZone};

use super::Account;
use crate::{
    args::partnerize::{self as args, Range},
    failure::Failure,
    interrupt::Interrupt,
    output::{Reading, read_pages},
};

/// Reads conversions.
pub(super) async fn conversions(
    given: &args::Report,
    account: &Account<'_>,
    interrupt: Interrupt,
) -> Result<(), Failure> {
    let client = account.client(given.timeout)?;
    let partner = account.partner(&given.partner)?;
    let report = client.reports(partner.as_str()).conversions(range(&given.range));
    rows("conversions", &partner, report, given, account, interrupt).await
}

/// Reads clicks.
pub(super) async fn clicks(
    given: &args::Report,
    account: &Account<'_>,
    interrupt: Interrupt,
) -> Result<(), Failure> {
    let client = account.client(given.timeout)?;
    let partner = account.partner(&given.partner)?;
    let report = client.reports(partner.as_str()).clicks(range(&given.range));
    rows("clicks", &partner, report, given, account, interrupt).await
}

/// A range without an end has none: a run that goes on reads what came in meanwhile as well.
fn range(range: &Range) -> ReportRange {
    match (range.words, range.from, range.to) {
        (Some(words), ..) => words.into(),
        (None, Some(from), Some(to)) => Between::until(from, to).into(),
        (None, Some(from), None) => ReportRange::Since(from),
        // One of the two is required.
        (None, None, _) => ReportRange::Since(Moment::from(Timestamp::now().to_zoned(TimeZone::UTC).date())),
    }
}

async fn rows<R: Reported>(
    what: &str,
    partner: &str,
    mut report: Report<'_, R>,
    given: &args::Report,
    account: &Account<'_>,
    interrupt: Interrupt,
) -> Result<(), Failure> {
    for status in &given.status {
        report = report.status(status.as_str());
    }
    for currency in &given.currency {
        report = report.currency(currency.as_str());
    }
    for campaign in &given.campaign {
        report = report.campaign(campaign.as_str());
    }
    for reference in &given.reference {
        report = report.publisher_reference(reference);
    }
    if let Some(timezone) = &given.timezone {
        report = report.timezone(timezone);
    }
    let base = account.client(given.timeout)?.engine().base().to_string();
    let what = format!(
        "partnerize {what} of {partner} at {base}: {:?} status {:?} currency {:?} campaign {:?} reference {:?} \
         timezone {:?}",
        given.range, given.status, given.currency, given.campaign, given.reference, given.timezone
    );
    let reading = Reading {
        what: &what,
        output: given.output.as_deref(),
        console: account.console,
        operation: <R::Endpoint as Endpoint>::OPERATION,
    };
    read_pages(
        reading,
        |resume| {
            let report = match resume {
                Some(resume) => report.resume(resume),
                None => report,
            };
            std::future::ready(report.pages())
        },
        Pages::resume,
        interrupt,
    )
    .await
}

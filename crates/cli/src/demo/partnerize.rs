//! Partnerize in the demo: a report of any length, an export by a job, and the week's conversions as a drawing.

use std::{path::Path, time::Duration};

use afflux::partnerize::{
    Client,
    analytics::{DateRange, Period},
    exports::ExportEvent,
    generated::ConversionMetric,
};
use afflux_core::secret::SecretString;
use afflux_sandbox::{
    Fault, Sandbox,
    partnerize::{ExportAnswer, Partnerize},
};
use futures_util::TryStreamExt;
use jiff::{SignedDuration, civil::DateTime, tz::TimeZone};
use rust_decimal::Decimal;

use super::{Section, Step, promise};
use crate::{
    console::Console,
    failure::Failure,
    partnerize::{Chart, Series},
};

/// What the made-up network has.
const CLICKS: u64 = 20_000;
const CONVERSIONS: u64 = 2_000;

/// Makes the section.
pub(crate) async fn show(sandbox: &Sandbox, folder: &Path, console: Console) -> Result<Section, Failure> {
    let partnerize = sandbox.partnerize();
    partnerize.resize(5, CLICKS, CONVERSIONS);
    let client = client(partnerize)?;
    let now = partnerize.now().to_zoned(TimeZone::UTC).datetime();
    console.say("partnerize: reading conversions, losing an answer ...");
    let mut steps = vec![report(partnerize, &client, now).await?];
    console.say("partnerize: exporting clicks, which the vendor makes by a job ...");
    let file = folder.join("partnerize-clicks.csv");
    steps.push(export(partnerize, &client, now, &file).await?);
    console.say("partnerize: asking analytics for the week ...");
    let (step, chart) = week(partnerize, &client, now).await?;
    steps.push(step);
    let svg = folder.join("partnerize-week.svg");
    chart.svg(&svg)?;
    let rows = chart.series.iter().flat_map(|series| &series.points).map(|(day, count)| {
        vec![day.date().to_string(), count.map_or_else(|| "-".to_owned(), |count| count.to_string())]
    });
    Ok(Section {
        title: "Partnerize: conversions read, exported and drawn",
        vendor: "partnerize",
        steps,
        sample: (vec!["day", "conversions"], rows.collect()),
        drawing: chart.text(),
        files: [file, svg].iter().map(|file| file.display().to_string()).collect(),
    })
}

fn client(partnerize: &Partnerize) -> Result<Client, Failure> {
    let keys = [partnerize.application_key(), partnerize.user_api_key()].map(SecretString::from);
    let [application, user] = keys;
    let client = Client::builder_at(&partnerize.url())?.keys(application, user).build()?;
    Ok(client.with_deadline(Duration::from_secs(100)))
}

fn days_before(now: DateTime, days: i64) -> DateTime {
    now.saturating_sub(SignedDuration::from_hours(24 * days))
}

async fn report(partnerize: &Partnerize, client: &Client, now: DateTime) -> Result<Step, Failure> {
    let from = days_before(now, 400);
    partnerize.fault(Fault::reset_after_commit().on_operation("reportConversions").after(2));
    let mut rows = std::pin::pin!(client.reports(partnerize.partner()).conversions(from..now).items()?);
    let mut ids = Vec::new();
    while let Some(row) = rows.try_next().await? {
        ids.extend(row.conversion_id.as_ref().map(ToString::to_string));
    }
    let truth: Vec<String> = partnerize.conversions().into_iter().map(|conversion| conversion.id).collect();
    promise(ids == truth, "the report has every conversion once, in order")?;
    let requests = partnerize.requests().len();
    Ok(Step::new(
        "read the conversions of a year, 300 a page; the answer of one page is lost",
        format!("{} conversions, each once", ids.len()),
        format!("{} conversions, {requests} requests", truth.len()),
    ))
}

async fn export(
    partnerize: &Partnerize,
    client: &Client,
    now: DateTime,
    file: &Path,
) -> Result<Step, Failure> {
    partnerize.configure(|switches| {
        switches.exports = ExportAnswer::Job;
        switches.job = Duration::from_millis(300);
    });
    let mut by_job = false;
    let written = client
        .exports(partnerize.partner())
        .clicks(days_before(now, 400)..now)
        .on_event(|event| by_job |= matches!(event, ExportEvent::Started(_)))
        .to_path(file)
        .await?;
    promise(by_job && partnerize.jobs().len() == 1, "the export was made by one job")?;
    promise(written.rows == CLICKS, "the export has every click")?;
    Ok(Step::new(
        "export the clicks of a year into a file; the vendor makes a job of it",
        format!("{} rows, {} bytes, in constant memory", written.rows, written.bytes),
        "1 job, asked about until it was done",
    ))
}

async fn week(partnerize: &Partnerize, client: &Client, now: DateTime) -> Result<(Step, Chart), Failure> {
    let range = DateRange::last_days(7, now.date());
    let query = client
        .analytics()
        .conversions(partnerize.partner())
        .time_series(Period::days(1))
        .metric(ConversionMetric::TotalConversions)
        .range(range);
    let cost = query.cost();
    let series = query.send().await?;
    let line = series.line(ConversionMetric::TotalConversions)?;
    let counted = partnerize
        .conversions()
        .iter()
        .filter(|conversion| conversion.at.to_zoned(TimeZone::UTC).datetime() >= range.start())
        .count();
    let counted = Decimal::from(counted);
    promise(line.sum() == Some(counted), "analytics counts what the reports have")?;
    let chart = Chart {
        title: "conversions a day".to_owned(),
        series: vec![Series { name: String::new(), points: line.points().collect() }],
    };
    let step = Step::new(
        "ask analytics for the conversions of the last 7 days, day by day",
        format!("{counted} conversions, for {cost} of 60 tokens"),
        format!("{counted} conversions"),
    );
    Ok((step, chart))
}

//! `afflux partnerize analytics`: numbers as a table, and over time as a drawing.

use afflux::partnerize::{
    Error,
    analytics::{
        Analytics, Clicks, Conversions, DateRange, Impressions, Line, Measured, Point, Query, Record, Shape,
        Sorted, Source,
    },
    core::decode::Word,
};
use jiff::{Timestamp, Zoned, civil::DateTime, tz::TimeZone};

use super::{Account, Chart, Series};
use crate::{
    args::partnerize::{self as args, Source as Counted},
    console::Console,
    failure::Failure,
    interrupt::Interrupt,
    output::cell,
    tables,
};

/// The dimension of time.
const TIME: &str = "date_time";

/// Asks, and shows the answer.
pub(super) async fn run(
    given: &args::Analytics,
    account: &Account<'_>,
    interrupt: &Interrupt,
) -> Result<(), Failure> {
    let asked = Asked { given, range: range(given)?, console: account.console };
    if given.currency.is_some() && given.source != Counted::Conversions {
        return Err(Failure::usage("--currency is for conversions: clicks and impressions count no money"));
    }
    let client = account.client(given.timeout)?;
    let partner = account.partner(&given.partner)?;
    match given.source {
        Counted::Clicks => asked.answer(client.analytics().clicks(partner)).await?,
        Counted::Conversions => asked.answer(client.analytics().conversions(partner)).await?,
        Counted::Impressions => asked.answer(client.analytics().impressions(partner)).await?,
    }
    interrupt.check()
}

/// A source, and how it takes a currency.
trait Money: Source {
    /// Sets the currency; sources that count no money have none.
    fn currency<'a, P: Shape<Self>>(query: Query<'a, Self, P>, _: &str) -> Query<'a, Self, P> {
        query
    }
}

impl Money for Clicks {}
impl Money for Impressions {}
impl Money for Conversions {
    fn currency<'a, P: Shape<Self>>(query: Query<'a, Self, P>, currency: &str) -> Query<'a, Self, P> {
        query.in_currency(currency)
    }
}

/// What was asked, and where the answer goes.
struct Asked<'a> {
    given: &'a args::Analytics,
    range: DateRange,
    console: Console,
}

impl Asked<'_> {
    async fn answer<S: Money>(&self, source: Analytics<'_, S>) -> Result<(), Failure> {
        let given = self.given;
        let mut by: Vec<S::Dimension> = words(&given.each, "dimension")?;
        match given.by {
            None if by.is_empty() => {
                let totals = self.measured(source.count())?.send().await?;
                self.show(totals.body(), totals.approximate(), &[totals.record()], None)
            }
            None => {
                let rows = self.sorted(self.measured(source.explode(by))?).send().await?;
                let records: Vec<&Record> = rows.rows().iter().collect();
                self.show(rows.body(), rows.approximate(), &records, None)
            }
            Some(period) if by.is_empty() => {
                let series = self.measured(source.time_series(period))?.send().await?;
                let records: Vec<&Record> = series.rows().iter().map(Point::record).collect();
                let chart = self.chart(|metric| series.line(metric).map(|line| vec![line]));
                let times = series.rows().iter().map(|point| shown(point.time())).collect();
                let shown = Shown { times: Some(times), chart: Some(chart?) };
                self.show(series.body(), series.approximate(), &records, Some(shown))
            }
            Some(period) => {
                by.insert(0, Word::from_word(TIME));
                let query = self.sorted(self.measured(source.explode(by))?).interval(period);
                let rows = query.send().await?;
                let records: Vec<&Record> = rows.rows().iter().collect();
                let keys = self.keys(records.first().copied());
                let chart = self.chart(|metric| rows.lines(metric, &keys))?;
                self.show(
                    rows.body(),
                    rows.approximate(),
                    &records,
                    Some(Shown { times: None, chart: Some(chart) }),
                )
            }
        }
    }

    /// The query with what every shape takes.
    fn measured<'q, S: Money, P: Shape<S> + Measured>(
        &self,
        query: Query<'q, S, P>,
    ) -> Result<Query<'q, S, P>, Failure> {
        let mut query = query.range(self.range).metrics(words::<S::Metric>(&self.given.metric, "metric")?);
        if let Some(timezone) = &self.given.timezone {
            query = query.timezone(timezone);
        }
        Ok(match &self.given.currency {
            Some(currency) => S::currency(query, currency),
            None => query,
        })
    }

    fn sorted<'q, S: Source, P: Shape<S> + Sorted>(&self, query: Query<'q, S, P>) -> Query<'q, S, P> {
        match self.given.top {
            Some(rows) => query.top(rows),
            None => query,
        }
    }

    /// The columns that the dimensions have become: a name where there is one, for it is what people know.
    fn keys(&self, row: Option<&Record>) -> Vec<String> {
        let column = |dimension: &String| {
            let names = [format!("{dimension}_name"), dimension.clone(), format!("{dimension}_id")];
            let has = |name: &&String| row.is_some_and(|row| row.get(name.as_str()).is_some());
            names.iter().find(has).unwrap_or(dimension).clone()
        };
        self.given.each.iter().map(column).collect()
    }

    /// A drawing of the first metric.
    fn chart(&self, lines: impl FnOnce(&str) -> Result<Vec<Line>, Error>) -> Result<Chart, Failure> {
        let metric = self.given.metric.first().map(String::as_str).unwrap_or_default();
        let series = lines(metric)?
            .iter()
            .map(|line| Series { name: line.label(), points: line.points().collect() })
            .collect();
        let unit = self.given.currency.as_ref().map_or_else(String::new, |currency| format!(", {currency}"));
        Ok(Chart { title: format!("{metric}{unit}"), series })
    }

    fn show(
        &self,
        body: &[u8],
        approximate: &[String],
        records: &[&Record],
        shown: Option<Shown>,
    ) -> Result<(), Failure> {
        let Shown { times, chart } = shown.unwrap_or_default();
        if let (Some(path), Some(chart)) = (&self.given.svg, &chart) {
            chart.svg(path)?;
            self.console.say(format!("drawn into {}", path.display()));
        }
        if self.console.json {
            return self.console.line(String::from_utf8_lossy(body).trim_end());
        }
        if records.is_empty() {
            self.console.say("the vendor has nothing in this range");
            return Ok(());
        }
        self.console.line(table(records, times.as_deref()))?;
        if let Some(text) = chart.and_then(|chart| chart.text()) {
            self.console.line(format!("\n{text}"))?;
        }
        for metric in approximate {
            self.console.say(format!("{metric} is an estimate of the vendor's"));
        }
        Ok(())
    }
}

/// What is shown of time.
#[derive(Default)]
struct Shown {
    times: Option<Vec<String>>,
    chart: Option<Chart>,
}

/// Every column of the rows that is no object; a time before them, where they have one of their own.
fn table(records: &[&Record], times: Option<&[String]>) -> String {
    let mut columns: Vec<String> = Vec::new();
    for record in records {
        for (name, value) in record.columns() {
            let is_object = value.raw().starts_with('{');
            if !is_object && !columns.iter().any(|column| *column == name) {
                columns.push(name.into_owned());
            }
        }
    }
    let heads = times.map(|_| "time").into_iter().chain(columns.iter().map(String::as_str));
    let mut table = tables::plain(&heads.collect::<Vec<_>>());
    for (number, record) in records.iter().enumerate() {
        let time = times.map(|times| times.get(number).cloned().unwrap_or_default());
        let value = |column: &String| record.get(column).map_or_else(String::new, |value| cell(value.raw()));
        table.add_row(time.into_iter().chain(columns.iter().map(value)));
    }
    table.to_string()
}

/// Words of the source, or what it has instead.
fn words<W: Word>(given: &[String], what: &str) -> Result<Vec<W>, Failure> {
    let read = |word: &String| {
        let word = W::from_word(word);
        if word.is_documented() {
            return Ok(word);
        }
        let known = W::WORDS.join(", ");
        Err(Failure::usage(format!("`{}` is no {what} of this source; there are: {known}", word.as_str())))
    };
    given.iter().map(read).collect()
}

/// What the arguments reach over, on the clock of the query's time zone.
fn range(given: &args::Analytics) -> Result<DateRange, Failure> {
    let now = now(given.timezone.as_deref())?;
    if let Some(words) = &given.range {
        return DateRange::from_words(words, now).ok_or_else(|| {
            Failure::usage(format!(
                "`{words}` is no range; there are: this hour, last hour, today, yesterday, this week, last week, last N \
                 days, this month, last month, this year, last year"
            ))
        });
    }
    Ok(DateRange::until(given.from.unwrap_or(now), given.to.unwrap_or(now)))
}

fn is_day(time: DateTime) -> bool {
    time.time() == jiff::civil::Time::midnight()
}

/// The time in a zone; without one in UTC, for nobody here knows the account's.
fn now(timezone: Option<&str>) -> Result<DateTime, Failure> {
    let zone = match timezone {
        None => TimeZone::UTC,
        Some(name) => TimeZone::get(name).map_err(|_| {
            Failure::usage(format!("`{name}` is no time zone that this machine knows: give --from and --to"))
        })?,
    };
    Ok(Zoned::new(Timestamp::now(), zone).datetime())
}

fn shown(time: DateTime) -> String {
    let format = if is_day(time) { "%Y-%m-%d" } else { "%Y-%m-%d %H:%M" };
    time.strftime(format).to_string()
}

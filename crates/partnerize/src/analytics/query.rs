//! A query being built, checked and sent.

use std::{fmt, marker::PhantomData, time::Duration};

use afflux_core::{
    Error,
    decode::DecodeError,
    endpoint::Endpoint,
    engine::Engine,
    operation::{Operation, whole_years},
    request::Request,
    response::Raw,
};

use super::{
    Compared, Condition, Conversions, Count, DateRange, Explode, Filter, Measured, Period, Series, Shape,
    Sorted, Source, body::Body,
};
use crate::generated::{ConversionDate, Direction, PartnerId};

/// The most rows that a query may ask for.
const MOST_ROWS: u32 = 50_000;

/// A data source, whose shape is still to be chosen.
#[derive(Debug, Clone)]
#[must_use]
pub struct Analytics<'a, S: Source> {
    engine: &'a Engine,
    partner: PartnerId,
    source: PhantomData<S>,
}

impl<'a, S: Source> Analytics<'a, S> {
    pub(super) fn new(engine: &'a Engine, partner: PartnerId) -> Self {
        Self { engine, partner, source: PhantomData }
    }

    /// Metrics in one row: the totals of a table or a dashboard.
    pub fn count(self) -> Query<'a, S, Count> {
        self.query(Vec::new(), None)
    }

    /// Metrics by dimensions. Some dimensions give a column with `_id` and one with `_name` (`campaign`, `device`), the
    /// others one of their own name. Spans without data are left out: a time series has them, and costs less.
    pub fn explode(self, by: impl IntoIterator<Item = S::Dimension>) -> Query<'a, S, Explode> {
        self.query(distinct(by), None)
    }

    /// The values that dimensions have, as for a list to choose from.
    pub fn filter(self, by: impl IntoIterator<Item = S::Dimension>) -> Query<'a, S, Filter> {
        self.query(distinct(by), None)
    }

    /// Metrics over time, each `period` a row.
    pub fn time_series(self, period: Period) -> Query<'a, S, Series> {
        self.query(Vec::new(), Some(period))
    }

    fn query<P: Shape<S>>(self, group_by: Vec<S::Dimension>, period: Option<Period>) -> Query<'a, S, P> {
        Query {
            engine: self.engine,
            deadline: None,
            body: Body::new(self.partner, group_by, period),
            shape: PhantomData,
        }
    }
}

/// A query of the source `S` in the shape `P`. What it takes depends on both: it has the methods that the vendor has.
///
/// A query must have a range, and in every shape but [`Filter`] a metric. It is checked before it is sent.
#[derive(Clone)]
#[must_use = "nothing is asked before `send`"]
pub struct Query<'a, S: Source, P> {
    engine: &'a Engine,
    deadline: Option<Duration>,
    body: Body<S>,
    shape: PhantomData<P>,
}

impl<S: Source, P: Shape<S>> Query<'_, S, P> {
    /// Adds a range, on the clock of the query's time zone. Several ranges are added up.
    pub fn range(mut self, range: impl Into<DateRange>) -> Self {
        self.body.ranges.push(range.into());
        self
    }

    /// Adds ranges.
    pub fn ranges(mut self, ranges: impl IntoIterator<Item = DateRange>) -> Self {
        self.body.ranges.extend(ranges);
        self
    }

    /// Adds a condition; all of them must hold. Metrics cannot be conditions.
    pub fn filter_by(mut self, condition: Condition<S::FilterField>) -> Self {
        self.body.filter_by.push(condition);
        self
    }

    /// The time zone of the ranges and of the answer, by a name out of
    /// [`timezones`](crate::generated::ReferenceCalls::timezones).
    pub fn timezone(mut self, timezone: impl Into<String>) -> Self {
        self.body.timezone = Some(timezone.into());
        self
    }

    /// The time for all attempts and waits together; the wait for tokens counts too.
    pub fn with_deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// How many of the 60 tokens for 60 seconds the query takes. It goes by the shape and by the years that the ranges
    /// span, those of a comparison included.
    pub fn cost(&self) -> u32 {
        let ranges = self.body.ranges.iter().chain(&self.body.comparison);
        P::OPERATION.cost.for_years(whole_years(ranges.map(|range| (range.start(), range.end()))))
    }

    /// Asks. It waits until there are tokens for the query, and is tried again when an answer is lost: it only reads.
    pub async fn send(self) -> Result<P::Answer, Error> {
        let request = self.encode()?;
        let period = self.body.period;
        let engine = self.engine.clone();
        let answer = engine.send(request, move |raw| P::read(raw, period)).await?;
        Ok(answer.into_value())
    }

    /// What makes the query impossible to send.
    fn check(&self) -> Result<(), Error> {
        let body = &self.body;
        let demand = |field: &str, demand: &str| Err(Error::validation(P::OPERATION, field, demand));
        if body.partner.as_str().trim().is_empty() {
            return demand("scope.partner", "must not be empty");
        }
        if body.ranges.is_empty() {
            return demand("date_time_ranges", "must have a range");
        }
        let lists = [("date_time_ranges", &body.ranges), ("comparison_date_time_ranges", &body.comparison)];
        for (name, ranges) in lists {
            if let Some(at) = ranges.iter().position(|range| range.end() < range.start()) {
                return demand(&format!("{name}[{at}].end"), "must not be before its start");
            }
        }
        if P::MEASURED && body.metrics.is_empty() {
            return demand("metrics", "must have a metric");
        }
        if P::GROUPED && body.group_by.is_empty() {
            return demand("group_by", "must have a dimension");
        }
        for (at, condition) in body.filter_by.iter().enumerate() {
            if condition.is_of_text() && S::is_sum(condition.field()) {
                return demand(
                    &format!("filter_by[{at}].operator"),
                    "must not look into an amount as into a text",
                );
            }
            if condition.has_no_value() {
                return demand(&format!("filter_by[{at}].value"), "must have a value");
            }
        }
        if body.period.is_some_and(Period::is_empty) {
            return demand("interval.period", "must not be zero");
        }
        if body.currency.as_ref().is_some_and(|currency| !is_currency(currency)) {
            return demand("output_currency", "must be the three letters of ISO 4217");
        }
        if body.top.is_some_and(|top| !(1..=MOST_ROWS).contains(&top)) {
            return demand("top", "must be from 1 to 50000");
        }
        Ok(())
    }
}

impl<S: Source, P: Shape<S> + Measured> Query<'_, S, P> {
    /// Adds metrics. Several in one query cost no more than one.
    pub fn metrics(mut self, metrics: impl IntoIterator<Item = S::Metric>) -> Self {
        self.body.metrics.extend(metrics);
        self.body.metrics = distinct(std::mem::take(&mut self.body.metrics));
        self
    }

    /// Adds a metric.
    pub fn metric(self, metric: S::Metric) -> Self {
        self.metrics([metric])
    }
}

impl<S: Source, P: Shape<S> + Compared> Query<'_, S, P> {
    /// Adds a range to compare with. Several are added up. How the comparison stands in the answer is not documented:
    /// look at [`columns`](super::Record::columns).
    pub fn compared_with(mut self, range: impl Into<DateRange>) -> Self {
        self.body.comparison.push(range.into());
        self
    }

    /// Tells the change in percent beside the comparison.
    pub fn percentage_change(mut self) -> Self {
        self.body.percentage_change = true;
        self
    }
}

impl<S: Source, P: Shape<S> + Sorted> Query<'_, S, P> {
    /// Adds a field to sort by; the first counts most. A metric that is sorted by is told as well.
    pub fn order_by(mut self, field: S::OrderField, direction: Direction) -> Self {
        self.body.order_by.push((field, direction));
        self
    }

    /// The most rows, 1 to 50000. The manual has two defaults, 10000 and 50000: say it where it matters.
    pub fn top(mut self, rows: u32) -> Self {
        self.body.top = Some(rows);
        self
    }

    /// Tells how many rows there are without the limit of [`top`](Self::top). It takes the vendor time.
    pub fn total_row_count(mut self) -> Self {
        self.body.row_count = true;
        self
    }
}

impl<S: Source> Query<'_, S, Explode> {
    /// How long a group is where the query is grouped by `date_time`.
    pub fn interval(mut self, period: Period) -> Self {
        self.body.period = Some(period);
        self
    }

    /// How dates are written, as a pattern of Joda-Time; without it as ISO 8601, which [`lines`](super::Records::lines)
    /// needs.
    pub fn date_format(mut self, pattern: impl Into<String>) -> Self {
        self.body.date_format = Some(pattern.into());
        self
    }
}

impl<S: Source> Query<'_, S, Series> {
    /// Whether spans without any data are told as zero. Default: they are. Otherwise a line has holes there.
    pub fn zerofill(mut self, zerofill: bool) -> Self {
        self.body.zerofill = Some(zerofill);
        self
    }
}

impl<P: Shape<Conversions>> Query<'_, Conversions, P> {
    /// The currency of amounts, in the three letters of ISO 4217. The rate is that of the day of the call, so that the
    /// same query tells other amounts tomorrow. Without it the vendor answers in USD.
    pub fn in_currency(mut self, currency: impl Into<String>) -> Self {
        self.body.currency = Some(currency.into());
        self
    }

    /// The date that all ranges and the interval apply to. Default: when the conversion was.
    pub fn by_date(mut self, date: ConversionDate) -> Self {
        self.body.date = Some(date);
        self
    }
}

impl<S: Source, P: Shape<S>> Endpoint for Query<'_, S, P> {
    const OPERATION: &'static Operation = P::OPERATION;
    type Output = P::Answer;

    fn encode(&self) -> Result<Request, Error> {
        self.check()?;
        let request = Request::new(P::OPERATION).json(&self.body)?.cost(self.cost());
        Ok(match self.deadline {
            Some(deadline) => request.deadline(deadline),
            None => request,
        })
    }

    fn decode(&self, raw: &Raw) -> Result<P::Answer, DecodeError> {
        P::read(raw, self.body.period)
    }
}

impl<S: Source, P> fmt::Debug for Query<'_, S, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Query")
            .field("body", &self.body)
            .field("deadline", &self.deadline)
            .finish_non_exhaustive()
    }
}

/// The vendor wants each name once.
fn distinct<N: PartialEq>(names: impl IntoIterator<Item = N>) -> Vec<N> {
    let mut seen = Vec::new();
    for name in names {
        if !seen.contains(&name) {
            seen.push(name);
        }
    }
    seen
}

fn is_currency(text: &str) -> bool {
    text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_uppercase())
}

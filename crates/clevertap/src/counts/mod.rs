//! Counts, most frequent values and trends: answered at once, or as a job that is asked about.

mod job;
mod tables;

use std::{fmt, time::Duration};

use afflux_core::{
    decode::{DecodeError, Kept, Lenient, one},
    endpoint::Endpoint,
    error::Error,
    operation::Operation,
    response::Raw,
};

pub use self::{
    job::{CountHandle, CountJob, Started},
    tables::{TopCounts, TopValue, TrendCounts, TrendPoint},
};
use crate::{
    client::Client,
    generated::{
        Count, CountEvents, CountProfiles, CountRealTime, CountTable, CountTopProperties, CountTrends,
        POLL_EVENT_COUNT, POLL_PROFILE_COUNT, POLL_TOP_PROPERTIES, POLL_TRENDS, RealTimeCounts,
        RealTimeQuery, TopGroup, TopQuery, TrendGroup, TrendQuery,
    },
    names::{self, Fault},
    query::{Query, refused},
};

/// How long [`Counting::run`] waits where nothing else is said.
const PATIENCE: Duration = Duration::from_secs(600);

/// Names that stand beside the groups of an answer, so that no group can have them.
const BESIDE: [&str; 3] = ["status", "req_id", "error"];

/// What can be counted. See [`Client::counts`].
#[derive(Debug, Clone, Copy)]
pub struct Counts<'a> {
    client: &'a Client,
}

impl<'a> Counts<'a> {
    pub(crate) fn new(client: &'a Client) -> Self {
        Self { client }
    }

    /// How often an event happened.
    pub fn events(self, query: impl Into<Query>) -> Counting<'a, CountEvents> {
        let query = query.into();
        let request = query.event().and_then(|_| query.body()).map(CountEvents::new);
        Counting::new(self.client, request)
    }

    /// How many users did it.
    pub fn profiles(self, query: impl Into<Query>) -> Counting<'a, CountProfiles> {
        let query = query.into();
        let request = query.event().and_then(|_| query.body()).map(CountProfiles::new);
        Counting::new(self.client, request)
    }

    /// The most frequent values of properties, each under a label of yours.
    ///
    /// ```no_run
    /// # async fn run(clevertap: afflux_clevertap::Client) -> Result<(), afflux_clevertap::Error> {
    /// use afflux_clevertap::{Activity, TopGroup, TopPropertyType};
    /// use jiff::civil::date;
    ///
    /// let january = Activity::of("Charged", date(2026, 1, 1)..=date(2026, 1, 31));
    /// let by_category = TopGroup::new(TopPropertyType::EventProperties, "Category").top_n(5);
    /// let top = clevertap.counts().top(january, [("categories", by_category)]).run().await?;
    /// for value in top.group("categories").unwrap_or_default() {
    ///     println!("{} {:?}", value.value, value.count);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn top<L: Into<String>>(
        self,
        query: impl Into<Query>,
        groups: impl IntoIterator<Item = (L, TopGroup)>,
    ) -> Counting<'a, CountTopProperties> {
        let groups = groups.into_iter().map(|(label, group)| (label.into(), group)).collect();
        Counting::new(self.client, top_query(&query.into(), groups).map(CountTopProperties::new))
    }

    /// An event by days, weeks or months, each under a label of yours. Other sources name limits of one year and of 5
    /// labels.
    pub fn trends<L: Into<String>>(
        self,
        query: impl Into<Query>,
        groups: impl IntoIterator<Item = (L, TrendGroup)>,
    ) -> Counting<'a, CountTrends> {
        let groups = groups.into_iter().map(|(label, group)| (label.into(), group)).collect();
        Counting::new(self.client, trend_query(&query.into(), groups, |query| query).map(CountTrends::new))
    }

    /// As [`trends`](Self::trends), of users and not of what they did.
    pub fn unique_trends<L: Into<String>>(
        self,
        query: impl Into<Query>,
        groups: impl IntoIterator<Item = (L, TrendGroup)>,
    ) -> Counting<'a, CountTrends> {
        let groups = groups.into_iter().map(|(label, group)| (label.into(), group)).collect();
        let request = trend_query(&query.into(), groups, |query| query.unique(true));
        Counting::new(self.client, request.map(CountTrends::new))
    }

    /// As [`trends`](Self::trends), of the sum of a property whose values are whole numbers.
    pub fn summed_trends<L: Into<String>>(
        self,
        query: impl Into<Query>,
        property: &str,
        groups: impl IntoIterator<Item = (L, TrendGroup)>,
    ) -> Counting<'a, CountTrends> {
        let groups = groups.into_iter().map(|(label, group)| (label.into(), group)).collect();
        let request = names::required("sum_event_prop", property)
            .and_then(|()| trend_query(&query.into(), groups, |query| query.sum_event_prop(property)));
        Counting::new(self.client, request.map(CountTrends::new))
    }

    /// The users of the last five minutes, with the splits that are wanted.
    pub async fn now(self, splits: RealTimeQuery) -> Result<Kept<RealTimeCounts>, Error> {
        Ok(self.client.engine().call(&CountRealTime::new(splits)).await?.into_value())
    }

    /// Goes on with a count that an earlier process started.
    pub fn resume<K: Counted>(self, handle: CountHandle<K>) -> Result<CountJob<K>, Error> {
        CountJob::new(self.client.engine(), handle)
    }
}

/// What is counted: the request that starts it, one of [`CountEvents`], [`CountProfiles`], [`CountTopProperties`] and
/// [`CountTrends`].
pub trait Counted: Endpoint<Output = Kept<Self::View>> + sealed::Sealed {
    /// What an answer reads as.
    type View: Answer + Send;
    /// What a finished count is.
    type Result: From<Kept<Self::View>> + Send;
    #[doc(hidden)]
    const POLL: &'static Operation;
}

mod sealed {
    pub trait Sealed {}
}

/// An answer that is a result, or the id to ask with.
pub trait Answer: Lenient {
    #[doc(hidden)]
    fn partial(&self) -> Option<&str>;
}

macro_rules! counted {
    ($($start:ident, $view:ident, $result:ty, $poll:ident;)+) => {$(
        impl sealed::Sealed for $start {}

        impl Counted for $start {
            type View = $view;
            type Result = $result;
            const POLL: &'static Operation = &$poll;
        }
    )+};
}

counted! {
    CountEvents, Count, Kept<Count>, POLL_EVENT_COUNT;
    CountProfiles, Count, Kept<Count>, POLL_PROFILE_COUNT;
    CountTopProperties, CountTable, TopCounts, POLL_TOP_PROPERTIES;
    CountTrends, CountTable, TrendCounts, POLL_TRENDS;
}

macro_rules! answer {
    ($($view:ident)+) => {$(
        impl Answer for $view {
            fn partial(&self) -> Option<&str> {
                let partial = self.status.as_deref() == Some("partial");
                self.req_id.as_ref().filter(|_| partial).map(|id| id.as_str())
            }
        }
    )+};
}

answer!(Count CountTable);

/// A count that has not begun.
#[must_use = "nothing is counted until run() or start() is asked"]
pub struct Counting<'a, K> {
    client: &'a Client,
    request: Result<K, Fault>,
    within: Duration,
}

impl<K: Counted> fmt::Debug for Counting<'_, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Counting").field("operation", &K::OPERATION.id).finish_non_exhaustive()
    }
}

impl<'a, K: Counted> Counting<'a, K> {
    fn new(client: &'a Client, request: Result<K, Fault>) -> Self {
        Self { client, request, within: PATIENCE }
    }

    /// How long [`run`](Self::run) waits for a count that is not done at once. Default: 10 minutes.
    pub fn within(mut self, limit: Duration) -> Self {
        self.within = limit;
        self
    }

    /// Counts, and asks until the count is done.
    ///
    /// To be able to go on after a restart, or after the time is over, [`start`](Self::start) it.
    pub async fn run(self) -> Result<K::Result, Error> {
        let within = self.within;
        match self.start().await? {
            Started::Done(result) => Ok(result),
            Started::Running(mut job) => job.wait(Some(within)).await,
        }
    }

    /// Counts; what is not done at once is a job to ask about.
    pub async fn start(self) -> Result<Started<K>, Error> {
        let request = self.request.map_err(|fault| refused(fault, K::OPERATION))?;
        let answer = self.client.engine().call(&request).await?.into_value();
        match answer.partial() {
            Some(id) => {
                let job = CountJob::new(self.client.engine(), CountHandle::by_id(id))?;
                Ok(Started::Running(job))
            }
            None => Ok(Started::Done(answer.into())),
        }
    }
}

/// A finished count, out of the answer that says so.
fn finished<K: Counted>(raw: &Raw) -> Result<K::Result, DecodeError> {
    one::<K::View>(raw.body(), "").map(Into::into)
}

fn top_query(query: &Query, groups: Vec<(String, TopGroup)>) -> Result<TopQuery, Fault> {
    let event = query.event()?;
    let days = event.base()?;
    labels(groups.iter().map(|(label, _)| label.as_str()))?;
    let mut body = TopQuery::new(event.name(), days.first(), days.last(), groups);
    for (name, value) in event.conditions()?.into_iter().chain(query.beside()?) {
        body = body.extra(name, value);
    }
    Ok(body)
}

fn trend_query(
    query: &Query,
    groups: Vec<(String, TrendGroup)>,
    of: impl FnOnce(TrendQuery) -> TrendQuery,
) -> Result<TrendQuery, Fault> {
    let event = query.event()?;
    let days = event.base()?;
    labels(groups.iter().map(|(label, _)| label.as_str()))?;
    let mut body = of(TrendQuery::new(event.name(), days.first(), days.last(), groups));
    for (name, value) in event.conditions()?.into_iter().chain(query.beside()?) {
        body = body.extra(name, value);
    }
    Ok(body)
}

/// Labels stand beside the answer's own names, so that they must not be among them, nor be the same twice.
fn labels<'a>(labels: impl Iterator<Item = &'a str>) -> Result<(), Fault> {
    let mut seen = std::collections::HashSet::new();
    for label in labels {
        names::required("groups", label)?;
        if BESIDE.contains(&label) {
            let said = "cannot be a label: the vendor's answer has a field of that name";
            return Err(Fault::new(format!("groups.{label}"), said));
        }
        if !seen.insert(label) {
            return Err(Fault::new(format!("groups.{label}"), "is a label that is there twice"));
        }
    }
    if seen.is_empty() {
        return Err(Fault::new("groups", "is empty: say what to count"));
    }
    Ok(())
}

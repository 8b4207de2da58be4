//! Queries of analytics: three data sources, four shapes.
//!
//! A query takes only what its source and its shape have: a metric of clicks does not compile in a query of conversions,
//! nor does a comparison in a time series.
//!
//! ```no_run
//! # async fn by_day(pz: afflux_partnerize::Client) -> Result<(), afflux_partnerize::Error> {
//! use afflux_partnerize::{analytics::{DateRange, Period}, generated::ConversionMetric as Metric};
//! use jiff::civil::date;
//!
//! let by_day = pz.analytics().conversions("1l1007802").time_series(Period::days(1))
//!     .metrics([Metric::TotalConversions, Metric::TotalPartnerCommission])
//!     .range(DateRange::month_of(date(2026, 11, 1)))
//!     .in_currency("EUR")
//!     .send().await?;
//! for point in by_day.rows() {
//!     println!("{} {}", point.time(), point.decimal("total_partner_commission")?);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! To draw several lines, group by the date and by what they differ in:
//!
//! ```no_run
//! # async fn by_country(pz: afflux_partnerize::Client) -> Result<(), afflux_partnerize::Error> {
//! # use afflux_partnerize::{analytics::{DateRange, Period}, generated::{ClickDimension, ClickMetric}};
//! # use jiff::civil::date;
//! let clicks = pz.analytics().clicks("1l1007802").explode([ClickDimension::DateTime, ClickDimension::Country])
//!     .interval(Period::days(1))
//!     .metric(ClickMetric::TotalClicks)
//!     .range(DateRange::last_days(30, date(2026, 11, 21)))
//!     .send().await?;
//! for line in clicks.lines("total_clicks", &["country"])? {
//!     for (time, clicks) in line.points() {
//!         println!("{} {time} {}", line.label(), clicks.map_or("no data".to_owned(), |clicks| clicks.to_string()));
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! What a source does not have does not compile, whether it is a metric,
//!
//! ```compile_fail,E0271
//! # fn query(pz: &afflux_partnerize::Client) {
//! use afflux_partnerize::generated::ClickMetric;
//! let query = pz.analytics().conversions("1l1007802").count().metrics([ClickMetric::TotalClicks]);
//! # }
//! ```
//!
//! a dimension,
//!
//! ```compile_fail,E0271
//! # fn query(pz: &afflux_partnerize::Client) {
//! use afflux_partnerize::generated::ConversionDimension;
//! let query = pz.analytics().clicks("1l1007802").explode([ConversionDimension::VoucherCode]);
//! # }
//! ```
//!
//! a currency where no money is counted,
//!
//! ```compile_fail,E0599
//! # fn query(pz: &afflux_partnerize::Client) {
//! let query = pz.analytics().impressions("1l1007802").count().in_currency("EUR");
//! # }
//! ```
//!
//! or, of a shape, a comparison over time.
//!
//! ```compile_fail,E0599
//! # fn query(pz: &afflux_partnerize::Client, range: afflux_partnerize::analytics::DateRange) {
//! # use afflux_partnerize::analytics::Period;
//! let query = pz.analytics().clicks("1l1007802").time_series(Period::days(1)).compared_with(range);
//! # }
//! ```

mod body;
mod condition;
mod moment;
mod period;
mod query;
mod range;
mod record;
mod series;
mod shape;
mod source;

pub use self::{
    condition::{Condition, Sum},
    period::{NoPeriod, Period},
    query::{Analytics, Query},
    range::DateRange,
    record::{Record, Records, Totals},
    series::{Line, Point, Points, TimeSeries},
    shape::{Compared, Count, Explode, Filter, Measured, Series, Shape, Sorted},
    source::{Clicks, Conversions, Impressions, Name, Source},
};
use crate::generated::{AnalyticsCalls, PartnerId};

/// The typed queries. What stands beside them takes the body of a query as the document has it.
impl<'a> AnalyticsCalls<'a> {
    /// Queries of clicks of a partner.
    pub fn clicks(self, partner: impl Into<PartnerId>) -> Analytics<'a, Clicks> {
        Analytics::new(self.engine, partner.into())
    }

    /// Queries of conversions of a partner.
    pub fn conversions(self, partner: impl Into<PartnerId>) -> Analytics<'a, Conversions> {
        Analytics::new(self.engine, partner.into())
    }

    /// Queries of impressions of a partner.
    pub fn impressions(self, partner: impl Into<PartnerId>) -> Analytics<'a, Impressions> {
        Analytics::new(self.engine, partner.into())
    }
}

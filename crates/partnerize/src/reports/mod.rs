//! Reports of conversions and clicks as streams of rows, at any size in the memory of one page.
//!
//! ```no_run
//! # async fn read(pz: afflux_partnerize::Client) -> Result<(), afflux_partnerize::Error> {
//! use std::pin::pin;
//!
//! use afflux_partnerize::{generated::ConversionStatus, reports::TextDate};
//! use futures_util::TryStreamExt;
//!
//! let report = pz.reports("1l1007802").conversions(TextDate::ThisMonth).status(ConversionStatus::Approved);
//! let mut rows = pin!(report.items()?);
//! while let Some(row) = rows.try_next().await? {
//!     println!("{:?} {:?}", row.conversion_id, row.conversion_value.get());
//! }
//! # Ok(())
//! # }
//! ```
//!
//! A report goes on after an error when its stream is polled again, and after a restart with the token that
//! [`resume`](afflux_core::page::Items::resume) gave:
//!
//! ```no_run
//! # async fn read(pz: afflux_partnerize::Client, kept: String) -> Result<(), Box<dyn std::error::Error>> {
//! use jiff::civil::date;
//!
//! let days = date(2026, 11, 1)..date(2026, 12, 1);
//! let rows = pz.reports("1l1007802").clicks(days).resume(serde_json::from_str(&kept)?).items()?;
//! # Ok(())
//! # }
//! ```

mod kind;
mod range;
mod words;

use std::{collections::BTreeMap, future::poll_fn, marker::PhantomData, pin::Pin};

use afflux_core::{
    decode::{BadRow, Kept, Page},
    endpoint::Endpoint,
    error::Error,
    link::Link,
    page::{Items, Pager, Pages, Resume},
};
use futures_core::Stream;

pub use self::{
    kind::Reported,
    range::{Between, Moment, MomentError, ReportRange},
    words::{TextDate, TextDateError},
};
use crate::{
    client::Client,
    generated::{CampaignId, Click, Conversion, ConversionDateType, ConversionStatus, Currency, PartnerId},
    totals::{ClickTotals, ConversionTotals},
};

/// The reports of a partner.
#[derive(Debug, Clone)]
#[must_use = "a report is chosen with a method"]
pub struct Reports<'a> {
    client: &'a Client,
    partner: PartnerId,
}

impl<'a> Reports<'a> {
    pub(crate) fn new(client: &'a Client, partner: PartnerId) -> Self {
        Self { client, partner }
    }

    /// Conversions with their items, over a consistent view where the vendor pages by cursor.
    pub fn conversions(&self, range: impl Into<ReportRange>) -> ConversionReport<'a> {
        Report::new(self.client, self.partner.clone(), range.into())
    }

    /// Clicks. The vendor's data is live, so that rows shift between pages while clicks come in; a row that comes again
    /// is left out by its `clickref`.
    pub fn clicks(&self, range: impl Into<ReportRange>) -> ClickReport<'a> {
        Report::new(self.client, self.partner.clone(), range.into())
    }
}

/// A page of a report.
type RowsOf<R> = Page<Result<Kept<R>, BadRow>>;

/// A report of conversions.
pub type ConversionReport<'a> = Report<'a, Conversion>;

/// A report of clicks.
pub type ClickReport<'a> = Report<'a, Click>;

/// A report: what is to be in it, and how it is read.
#[derive(Debug, Clone)]
#[must_use = "nothing is read until items(), rows(), pages() or pager() is asked"]
pub struct Report<'a, R> {
    client: &'a Client,
    partner: PartnerId,
    range: ReportRange,
    timezone: Option<String>,
    currencies: Vec<Currency>,
    statuses: Vec<ConversionStatus>,
    pivots: BTreeMap<&'static str, Vec<String>>,
    date_type: Option<String>,
    invoices_since: Option<Moment>,
    payment_info: bool,
    offset: Option<u64>,
    page_size: Option<u32>,
    resume: Option<Resume>,
    leave_out_repeats: bool,
    rows: PhantomData<fn() -> R>,
}

impl<'a, R: Reported> Report<'a, R> {
    fn new(client: &'a Client, partner: PartnerId, range: ReportRange) -> Self {
        Self {
            client,
            partner,
            range,
            timezone: None,
            currencies: Vec::new(),
            statuses: Vec::new(),
            pivots: BTreeMap::new(),
            date_type: None,
            invoices_since: None,
            payment_info: false,
            offset: None,
            page_size: None,
            resume: None,
            leave_out_repeats: R::SHIFTS,
            rows: PhantomData,
        }
    }

    /// The time zone of the report, for instance `Europe/London`. Default: the account's.
    pub fn timezone(mut self, name: impl Into<String>) -> Self {
        self.timezone = Some(name.into());
        self
    }

    /// Only rows in this state; once more for another one beside it.
    pub fn status(mut self, status: impl Into<ConversionStatus>) -> Self {
        self.statuses.push(status.into());
        self
    }

    /// Only rows in this currency; once more for another one beside it.
    pub fn currency(mut self, currency: impl Into<Currency>) -> Self {
        self.currencies.push(currency.into());
        self
    }

    /// Only rows of this campaign; once more for another one beside it.
    pub fn campaign(self, campaign: impl Into<CampaignId>) -> Self {
        self.pivot("campaign", campaign.into().to_string())
    }

    /// Only rows with this reference of the partner's own; once more for another one beside it.
    pub fn publisher_reference(self, reference: impl Into<String>) -> Self {
        self.pivot("publisher_reference", reference.into())
    }

    fn pivot(mut self, name: &'static str, value: String) -> Self {
        self.pivots.entry(name).or_default().push(value);
        self
    }

    /// How many rows to pass over at the beginning.
    pub fn offset(mut self, rows: u64) -> Self {
        self.offset = Some(rows);
        self
    }

    /// Rows on a page, 1 to 300. Default: 300.
    pub fn page_size(mut self, rows: u32) -> Self {
        self.page_size = Some(rows);
        self
    }

    /// Goes on where an earlier stream of the same report stopped.
    ///
    /// In a range of words it is refused, for the words may mean another time by then; a link of the vendor's that names
    /// the times instead is gone on with.
    pub fn resume(mut self, resume: Resume) -> Self {
        self.resume = Some(resume);
        self
    }

    /// Leaves out rows that come again because pages shifted, by the id of the row: as long as it is among the last
    /// 600 rows. Clicks are read so unless [`keep_repeats`](Self::keep_repeats) says otherwise.
    pub fn leave_out_repeats(mut self) -> Self {
        self.leave_out_repeats = true;
        self
    }

    /// Hands out every row of every page. Conversions are read so unless
    /// [`leave_out_repeats`](Self::leave_out_repeats) says otherwise: their cursor stands for a consistent view.
    pub fn keep_repeats(mut self) -> Self {
        self.leave_out_repeats = false;
        self
    }

    /// Every row, fetched page by page as they are consumed.
    pub fn items(self) -> Result<Items<R::Endpoint>, Error> {
        let endpoint = self.going_on()?;
        let items = self.client.engine().items(endpoint, self.resume)?;
        Ok(if self.leave_out_repeats { items.without_repeats(R::id) } else { items })
    }

    /// All rows at once, or the first error. For reports that fit into memory.
    pub async fn rows(self) -> Result<Vec<Kept<R>>, Error> {
        let mut items = self.items()?;
        let mut rows = Vec::new();
        while let Some(row) = poll_fn(|cx| Pin::new(&mut items).poll_next(cx)).await {
            rows.push(row?);
        }
        Ok(rows)
    }

    /// Page after page, with what stands beside the rows. Repeats are not left out.
    pub fn pages(self) -> Result<Pages<R::Endpoint>, Error> {
        let endpoint = self.going_on()?;
        self.client.engine().pages(endpoint, self.resume)
    }

    /// Page after page as text: rows that are passed on and not read. Repeats are not left out.
    pub fn pager(self) -> Result<Pager, Error> {
        let request = self.going_on()?.encode()?;
        Ok(self.client.engine().pager(request, self.resume))
    }

    /// The request value, for the place where the report goes on.
    fn going_on(&self) -> Result<R::Endpoint, Error> {
        if let (ReportRange::Words(words), Some(resume)) = (self.range, &self.resume) {
            let has_words = |link: &Link| link.query().split('&').any(|pair| pair.starts_with("text_date="));
            if !resume.is_start() && resume.link().is_none_or(has_words) {
                let demand = format!(
                    "is `{words}`, which may mean another time by now: begin again, or give the range by its ends"
                );
                return Err(Error::validation(R::Endpoint::OPERATION, "text_date", demand));
            }
        }
        self.endpoint()
    }

    /// Asks for the smallest page and reads what stands beside its rows.
    async fn beside_the_rows<T>(
        mut self,
        read: impl FnOnce(&RowsOf<R>, &mut dyn FnMut(&'static str)) -> T,
    ) -> Result<T, Error> {
        self.offset = None;
        let page = self.client.engine().call(&self.page_size(1).endpoint()?).await?;
        let mut unlike = None;
        let value = read(&page.value, &mut |name| unlike = unlike.or(Some(name)));
        match unlike {
            None => Ok(value),
            Some(name) => Err(Error::undocumented(
                R::Endpoint::OPERATION,
                format!("was answered, but its `{name}` is not what is documented"),
            )),
        }
    }

    /// The request value of the first page.
    pub fn endpoint(&self) -> Result<R::Endpoint, Error> {
        R::endpoint(self)
    }
}

impl Report<'_, Conversion> {
    /// What the range applies to. Default: when the conversion was.
    pub fn date_type(mut self, date_type: impl Into<ConversionDateType>) -> Self {
        self.date_type = Some(date_type.into().to_string());
        self
    }

    /// Only conversions of this product; once more for another one beside it.
    pub fn product(self, product: impl Into<String>) -> Self {
        self.pivot("product", product.into())
    }

    /// Only what is in invoices made after this time.
    pub fn invoices_since(mut self, time: impl Into<Moment>) -> Self {
        self.invoices_since = Some(time.into());
        self
    }

    /// Adds what is known of each item's payment: its state, and when the self-bill was requested and released.
    pub fn with_payment_info(mut self) -> Self {
        self.payment_info = true;
        self
    }

    /// Only what stands beside the rows of the whole report: counts, and sums by currency.
    ///
    /// What the vendor does not say is left out; what it says in another shape is an error and not a sum of nothing.
    /// Where the report begins and goes on does not matter: [`offset`](Self::offset) and [`resume`](Self::resume) are of
    /// its rows.
    pub async fn totals(self) -> Result<ConversionTotals, Error> {
        self.beside_the_rows(|page, unlike| ConversionTotals::read(page, unlike)).await
    }
}

impl Report<'_, Click> {
    /// What the range applies to, in a word of the vendor's; none is documented for clicks.
    pub fn date_type(mut self, date_type: impl Into<String>) -> Self {
        self.date_type = Some(date_type.into());
        self
    }

    /// Only what stands beside the rows of the whole report: how many clicks there are, and how many of them are unique.
    ///
    /// What the vendor does not say is left out; what it says in another shape is an error. Where the report begins and
    /// goes on does not matter: [`offset`](Self::offset) and [`resume`](Self::resume) are of its rows.
    pub async fn totals(self) -> Result<ClickTotals, Error> {
        self.beside_the_rows(|page, unlike| ClickTotals::read(page, unlike)).await
    }
}

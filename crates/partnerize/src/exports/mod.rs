//! Exports: all clicks, conversions or items of conversions of a time, in one call, in constant memory.
//!
//! The vendor answers a small export with the CSV and a large one with a job that makes it. Both look alike here:
//!
//! ```no_run
//! # async fn export(pz: afflux_partnerize::Client) -> Result<(), afflux_partnerize::Error> {
//! use jiff::civil::date;
//!
//! let year = date(2025, 1, 1)..date(2026, 1, 1);
//! let written = pz.exports("1l1007802").conversions(year).to_path("conversions.csv").await?;
//! println!("{} rows", written.rows);
//! # Ok(())
//! # }
//! ```
//!
//! Rows can be read as they come:
//!
//! ```no_run
//! # async fn export(pz: afflux_partnerize::Client) -> Result<(), afflux_partnerize::Error> {
//! use futures_util::TryStreamExt;
//! use jiff::civil::date;
//!
//! let mut rows = pz.exports("1l1007802").conversion_items((date(2026, 11, 1), date(2026, 11, 30))).rows().await?;
//! while let Some(row) = rows.try_next().await? {
//!     println!("{:?} {:?} {:?}", row.sku(), row.item_value()?, row.meta_item("cabin_code"));
//! }
//! # Ok(())
//! # }
//! ```
//!
//! A job outlives the process that asked for it; keep its handle:
//!
//! ```no_run
//! # async fn export(pz: afflux_partnerize::Client) -> Result<(), Box<dyn std::error::Error>> {
//! use afflux_partnerize::exports::{Clicks, ExportEvent, ExportHandle};
//! use jiff::civil::date;
//!
//! let clicks = pz.exports("1l1007802").clicks(date(2026, 1, 1)..date(2026, 2, 1));
//! clicks
//!     .on_event(|event| {
//!         if let ExportEvent::Started(handle) = event {
//!             let kept = serde_json::to_string(handle).expect("a handle can be written");
//!             std::fs::write("clicks.job", kept).expect("the disk takes it");
//!         }
//!     })
//!     .to_path("clicks.csv")
//!     .await?;
//!
//! // After a restart:
//! let handle: ExportHandle<Clicks> = serde_json::from_str(&std::fs::read_to_string("clicks.job")?)?;
//! pz.resume_export(handle)?.wait().await?.to_path("clicks.csv").await?;
//! # Ok(())
//! # }
//! ```

mod columns;
mod count;
mod data;
mod filters;
mod job;
mod kind;
mod row;
mod rows;
mod table;
mod text;

use std::{fmt, marker::PhantomData, path::Path, time::Duration};

use afflux_core::{download::WholeFile, error::Error};
use tokio::io::AsyncWrite;

pub use self::{
    data::{ExportData, Written},
    job::{ExportEvent, ExportHandle, ExportJob},
    kind::{Clicks, ConversionItems, Conversions, Exported, OfConversions},
    row::ExportRow,
    rows::ExportRows,
};
use self::{
    filters::Filters,
    job::{Asking, Form, Listener},
};
use crate::{
    client::Client,
    generated::{ConversionId, Currency, ExportDateType, ExportDelimiter, ExportEncoding, PartnerId},
    reports::Between,
};

/// How long a job may take where nobody says so.
const PATIENCE: Duration = Duration::from_secs(3600);

/// The exports of a partner.
#[derive(Debug, Clone)]
#[must_use = "an export is chosen with a method"]
pub struct Exports<'a> {
    client: &'a Client,
    partner: PartnerId,
}

impl<'a> Exports<'a> {
    pub(crate) fn new(client: &'a Client, partner: PartnerId) -> Self {
        Self { client, partner }
    }

    /// Clicks, one a row.
    pub fn clicks(&self, range: impl Into<Between>) -> Export<'a, Clicks> {
        Export::new(self.client, self.partner.clone(), range.into())
    }

    /// Conversions, one a row.
    pub fn conversions(&self, range: impl Into<Between>) -> Export<'a, Conversions> {
        Export::new(self.client, self.partner.clone(), range.into())
    }

    /// Items of conversions, one a row, with their meta data.
    pub fn conversion_items(&self, range: impl Into<Between>) -> Export<'a, ConversionItems> {
        Export::new(self.client, self.partner.clone(), range.into())
    }
}

/// What the vendor answered an export with.
#[derive(Debug)]
#[must_use = "nothing is fetched yet"]
#[non_exhaustive]
pub enum Started<'a, K> {
    /// The CSV, which is still coming.
    Data(ExportData<'a, K>),
    /// A job that makes it.
    Job(ExportJob<'a, K>),
}

/// An export: what is to be in it, and how it is written.
#[must_use = "nothing is asked for until to_path(), to_writer(), rows() or start()"]
pub struct Export<'a, K> {
    client: &'a Client,
    filters: Filters,
    patience: Duration,
    listener: Option<Listener<'a, K>>,
    kind: PhantomData<fn() -> K>,
}

impl<K> fmt::Debug for Export<'_, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Export").field("filters", &self.filters).finish_non_exhaustive()
    }
}

impl<'a, K: Exported> Export<'a, K> {
    fn new(client: &'a Client, partner: PartnerId, range: Between) -> Self {
        let filters = Filters::new(partner, range);
        Self { client, filters, patience: PATIENCE, listener: None, kind: PhantomData }
    }

    /// The time zone of the times, for instance `Europe/London`. Default: the account's.
    pub fn timezone(mut self, name: impl Into<String>) -> Self {
        self.filters.timezone = Some(name.into());
        self
    }

    /// At most so many rows. Default: all of them.
    pub fn limit(mut self, rows: u64) -> Self {
        self.filters.limit = Some(rows);
        self
    }

    /// The encoding. Default: UTF-8. Files are written as it came; rows are text whatever it is.
    pub fn encoding(mut self, encoding: impl Into<ExportEncoding>) -> Self {
        self.filters.encoding = Some(encoding.into());
        self
    }

    /// What parts the columns. Default: a comma.
    pub fn delimiter(mut self, delimiter: impl Into<ExportDelimiter>) -> Self {
        self.filters.delimiter = Some(delimiter.into());
        self
    }

    /// What the name of the vendor's own file begins with.
    pub fn reference(mut self, reference: impl Into<String>) -> Self {
        self.filters.export_reference = Some(reference.into());
        self
    }

    /// Has the vendor send a link to this address once everything is there.
    pub fn complete_email(mut self, address: impl Into<String>) -> Self {
        self.filters.complete_email = Some(address.into());
        self
    }

    /// How long a job may take. Default: an hour.
    pub fn wait_at_most(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Tells what happens: that a job was started, how far it is, how much came.
    pub fn on_event(mut self, listener: impl FnMut(ExportEvent<'_, K>) + Send + 'a) -> Self {
        self.listener = Some(Box::new(listener));
        self
    }

    /// Asks for the export and hands out what the vendor chose: the CSV, or the job that makes it.
    pub async fn start(self) -> Result<Started<'a, K>, Error> {
        let form = self.form()?;
        let request = K::request(&self.filters)?;
        let Self { client, patience, listener, .. } = self;
        job::ask(Asking { engine: client.engine().clone(), form, patience, listener }, request).await
    }

    async fn data(self) -> Result<ExportData<'a, K>, Error> {
        match self.start().await? {
            Started::Data(data) => Ok(data),
            Started::Job(job) => job.wait().await,
        }
    }

    /// Writes the CSV into the file at `path`; see [`ExportData::to_path`]. A path that cannot be written to is an error
    /// before anything is asked for.
    pub async fn to_path(self, path: impl AsRef<Path>) -> Result<Written, Error> {
        let path = path.as_ref();
        // A part that is there while a job is waited for would be left behind by whoever is killed meanwhile.
        drop(WholeFile::create(path).await.map_err(Error::before_sending)?);
        self.data().await?.to_path(path).await
    }

    /// Writes the CSV into a writer; see [`ExportData::to_writer`].
    pub async fn to_writer(self, writer: &mut (impl AsyncWrite + Unpin + Send)) -> Result<Written, Error> {
        self.data().await?.to_writer(writer).await
    }

    /// The rows, as they come.
    pub async fn rows(self) -> Result<ExportRows<K>, Error> {
        Ok(self.data().await?.rows())
    }

    /// How the CSV will be written. What this client cannot read is refused before it is asked for.
    fn form(&self) -> Result<Form, Error> {
        let wide = match &self.filters.encoding {
            None | Some(ExportEncoding::Utf8) => false,
            Some(ExportEncoding::Utf16) => true,
            Some(_) => return Err(Error::validation(K::OPERATION, "encoding", "must be UTF-8 or UTF-16")),
        };
        let delimiter = match &self.filters.delimiter {
            None | Some(ExportDelimiter::Comma) => b',',
            Some(ExportDelimiter::Tab) => b'\t',
            Some(ExportDelimiter::Pipe) => b'|',
            Some(_) => {
                return Err(Error::validation(K::OPERATION, "delimiter", "must be comma, tab or pipe"));
            }
        };
        Ok(Form { wide, delimiter })
    }
}

impl<K: OfConversions> Export<'_, K> {
    /// What the range applies to. Default: when the conversion was.
    pub fn date_type(mut self, date_type: impl Into<ExportDateType>) -> Self {
        self.filters.date_type = Some(date_type.into());
        self
    }

    /// Only rows in this currency; once more for another one beside it.
    pub fn currency(mut self, currency: impl Into<Currency>) -> Self {
        self.filters.currency.push(currency.into());
        self
    }

    /// Only this conversion.
    pub fn conversion(mut self, conversion: impl Into<ConversionId>) -> Self {
        self.filters.conversion_id = Some(conversion.into());
        self
    }

    /// Only conversions with this reference of the brand.
    pub fn conversion_reference(mut self, reference: impl Into<String>) -> Self {
        self.filters.conversion_reference = Some(reference.into());
        self
    }

    /// Only conversions of this metric; once more for another one beside it.
    pub fn conversion_metric(mut self, metric: impl Into<String>) -> Self {
        self.filters.conversion_metrics.push(metric.into());
        self
    }
}

impl Export<'_, ConversionItems> {
    /// Adds what is known of each item's payment: its state, and when the self-bill was requested and released.
    pub fn with_payment_info(mut self) -> Self {
        self.filters.include_payment_info = Some(true);
        self
    }
}

impl Client {
    /// Goes on with an export that an earlier process asked for.
    pub fn resume_export<K: Exported>(&self, handle: ExportHandle<K>) -> Result<ExportJob<'_, K>, Error> {
        ExportJob::resumed(self.engine(), handle)
    }
}

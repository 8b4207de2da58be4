//! Exports: events and profiles by cursor, as streams.

use std::fmt;

use afflux_core::{
    decode::{DecodeError, Kept},
    endpoint::Endpoint,
    error::Error,
    page::{Items, Paged, Pages, Resume},
};
use jiff::civil::DateTime;

use crate::{
    client::Client,
    generated::{
        ExportCursor, ExportedEvent, OpenEventExport, OpenProfileExport, ReadEventExport, ReadProfileExport,
    },
    query::{Query, refused},
};

/// What can be exported. See [`Client::exports`].
#[derive(Debug, Clone, Copy)]
pub struct Exports<'a> {
    client: &'a Client,
}

impl<'a> Exports<'a> {
    pub(crate) fn new(client: &'a Client) -> Self {
        Self { client }
    }

    /// Events of one name in a range of days.
    ///
    /// The vendor tells neither the event's name nor an id with a row: keep the name yourself. Notifications cannot be
    /// exported.
    pub fn events(self, query: impl Into<Query>) -> Export<'a, ReadEventExport> {
        Export::new(self.client, query.into())
    }

    /// Profiles, by the activity or the properties of their users.
    ///
    /// A full export is one sweep for each event and holds duplicates.
    pub fn profiles(self, query: impl Into<Query>) -> Export<'a, ReadProfileExport> {
        Export::new(self.client, query.into())
    }
}

/// What an export reads: [`ReadEventExport`] or [`ReadProfileExport`].
pub trait Exported: Paged + Unpin + sealed::Sealed + 'static {
    #[doc(hidden)]
    type Open: Endpoint<Output = Kept<ExportCursor>>;

    #[doc(hidden)]
    fn open(query: &Query, options: Options) -> Result<Self::Open, Error>;

    #[doc(hidden)]
    fn at(cursor: &str) -> Self;
}

mod sealed {
    pub trait Sealed {}
}

/// Options of opening an export.
#[derive(Debug, Clone, Copy, Default)]
#[doc(hidden)]
pub struct Options {
    batch_size: Option<u32>,
    app: Option<bool>,
    events: Option<bool>,
    profile: Option<bool>,
}

macro_rules! exported {
    ($read:ident, $open:ident, $check:expr) => {
        impl sealed::Sealed for $read {}

        impl Exported for $read {
            type Open = $open;

            fn open(query: &Query, options: Options) -> Result<$open, Error> {
                let body = $check(query).and_then(|()| query.body());
                let body = body.map_err(|fault| refused(fault, <$open as Endpoint>::OPERATION))?;
                let mut open = $open::new(body);
                if let Some(rows) = options.batch_size {
                    open = open.batch_size(rows);
                }
                if let Some(app) = options.app {
                    open = open.app(app);
                }
                if let Some(events) = options.events {
                    open = open.events(events);
                }
                if let Some(profile) = options.profile {
                    open = open.profile(profile);
                }
                Ok(open)
            }

            fn at(cursor: &str) -> Self {
                Self::new(cursor)
            }
        }
    };
}

exported!(ReadEventExport, OpenEventExport, |query: &Query| query.event().map(drop));
exported!(ReadProfileExport, OpenProfileExport, Query::some_condition);

/// An export that has not begun.
///
/// The vendor prepares pages in its own time: one that is not ready is asked for again, up to six times with pauses from
/// 2 s. Then it is an error, behind which the stream goes on with the same page, and so does [`Items::resume`]. A cursor
/// is good for some hours (profiles: days); what other sources say is 4 hours, or 1 hour without a call.
#[derive(Clone)]
#[must_use = "nothing is read until items(), pages() or open() is asked"]
pub struct Export<'a, R> {
    client: &'a Client,
    query: Query,
    options: Options,
    resume: Option<Resume>,
    reads: std::marker::PhantomData<fn() -> R>,
}

impl<R> fmt::Debug for Export<'_, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Export")
            .field("query", &self.query)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

impl<'a, R: Exported> Export<'a, R> {
    fn new(client: &'a Client, query: Query) -> Self {
        Self { client, query, options: Options::default(), resume: None, reads: std::marker::PhantomData }
    }

    /// Rows on a page, 1 to 5000. Without it the vendor decides; sizes below 23 were seen to be ignored.
    pub fn batch_size(mut self, rows: u32) -> Self {
        self.options.batch_size = Some(rows);
        self
    }

    /// Adds fields of app and device, or leaves them out.
    pub fn app(mut self, wanted: bool) -> Self {
        self.options.app = Some(wanted);
        self
    }

    /// Adds the summary of the user's events, or leaves it out.
    pub fn events(mut self, wanted: bool) -> Self {
        self.options.events = Some(wanted);
        self
    }

    /// Adds the custom properties of the profile, or leaves them out.
    pub fn profile(mut self, wanted: bool) -> Self {
        self.options.profile = Some(wanted);
        self
    }

    /// Goes on where an earlier stream stopped: no export is opened, and the query is not sent again.
    pub fn resume(mut self, resume: Resume) -> Self {
        self.resume = Some(resume);
        self
    }

    /// Opens the export and answers where its first page is. It can be kept as text, and holds no credential.
    pub async fn open(&self) -> Result<Resume, Error> {
        let open = R::open(&self.query, self.options)?;
        let opened = self.client.engine().send(open.encode()?, |raw| {
            let opened = open.decode(raw)?;
            let cursor = opened.cursor.as_deref().filter(|cursor| !cursor.is_empty());
            // Answers without one were seen; what they mean is not known, so they are no empty export.
            cursor.map(Resume::at_encoded_cursor).ok_or_else(|| DecodeError::new("there is no `cursor`"))
        });
        Ok(opened.await?.into_value())
    }

    /// Every row, fetched page by page as they are consumed.
    pub async fn items(self) -> Result<Items<R>, Error> {
        let at = self.begin().await?;
        self.client.engine().items(R::at(at.cursor().unwrap_or_default()), Some(at))
    }

    /// Page after page.
    pub async fn pages(self) -> Result<Pages<R>, Error> {
        let at = self.begin().await?;
        self.client.engine().pages(R::at(at.cursor().unwrap_or_default()), Some(at))
    }

    async fn begin(&self) -> Result<Resume, Error> {
        match &self.resume {
            Some(resume) => Ok(resume.clone()),
            None => self.open().await,
        }
    }
}

impl ExportedEvent {
    /// When it happened, in the time of the project: the vendor names no zone. None where the vendor tells no time.
    pub fn time(&self) -> Option<DateTime> {
        let ts = self.ts.copied()?;
        let two = |divisor: i64| i8::try_from(ts / divisor % 100).ok();
        DateTime::new(
            i16::try_from(ts / 10_000_000_000).ok()?,
            two(100_000_000)?,
            two(1_000_000)?,
            two(10_000)?,
            two(100)?,
            two(1)?,
            0,
        )
        .ok()
    }
}

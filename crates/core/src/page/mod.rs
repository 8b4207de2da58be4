//! Listings: page by page or item by item, with the memory of one page, and a token to go on from later.
//!
//! How an operation is paged is data ([`Paging`](crate::operation::Paging)); the same pager serves the typed streams
//! and the program. A link to the next page is followed on the vendor's own origin only, and what a vendor echoes of
//! our credentials in it is dropped.

mod items;
mod pager;
mod pages;
mod recent;

use serde::{Deserialize, Serialize};

pub use self::{items::Items, pager::Pager, pages::Pages};
use crate::{
    decode::{BadRow, Kept, Lenient, Page},
    endpoint::Endpoint,
    engine::Engine,
    error::Error,
    link::Link,
    mask::Masker,
    operation::Operation,
    request::Request,
};

/// A request whose answer is one page of a listing.
pub trait Paged: Endpoint<Output = Page<Result<Kept<Self::Row>, BadRow>>> {
    /// A row.
    type Row: Lenient + Send + Sync + 'static;
}

/// Where a listing goes on. It can be kept as text, and holds no credential.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resume {
    at: At,
    /// Items of that page that were consumed already.
    #[serde(default)]
    skip: usize,
    /// What was handed out last, where repeats are left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    recent: Vec<u64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum At {
    Start,
    Page(u64),
    Offset(u64),
    Cursor(String),
    Link(Link),
}

impl Resume {
    /// A listing whose first page is at a cursor that another call gave, decoded.
    pub fn at_cursor(cursor: impl Into<String>) -> Self {
        Self { at: At::Cursor(cursor.into()), skip: 0, recent: Vec::new() }
    }

    /// As [`at_cursor`](Self::at_cursor), of a cursor that came percent-encoded.
    pub fn at_encoded_cursor(cursor: &str) -> Self {
        Self::at_cursor(pager::decoded(cursor))
    }

    /// Whether the listing goes on at its beginning.
    pub fn is_start(&self) -> bool {
        self.at == At::Start && self.skip == 0
    }

    /// The vendor's own link to the next page, where the listing goes on by it: a page that does not depend on the
    /// request that it is asked with.
    pub fn link(&self) -> Option<&Link> {
        match &self.at {
            At::Link(link) => Some(link),
            _ => None,
        }
    }

    /// The cursor, decoded, where the listing has cursors and is not at its start.
    pub fn cursor(&self) -> Option<&str> {
        match &self.at {
            At::Cursor(cursor) => Some(cursor),
            _ => None,
        }
    }
}

impl Engine {
    /// The pages of any listing, as rows of text. `resume` goes on where an earlier pager, or stream, stopped: the first
    /// page comes without the rows that were consumed already.
    pub fn pager(&self, request: Request, resume: Option<Resume>) -> Pager {
        Pager::new(self, request, resume)
    }

    /// All rows of a listing that comes in one answer, or the first that does not decode.
    pub async fn rows<T, E>(&self, endpoint: &E) -> Result<Vec<Kept<T>>, Error>
    where
        T: Send,
        E: Endpoint<Output = Page<Result<Kept<T>, BadRow>>>,
    {
        let response = self.call(endpoint).await?;
        response.value.all().map_err(|row| bad_row(E::OPERATION, &row, Some(&self.inner.masker)))
    }

    /// The pages of a listing. `resume` goes on where an earlier stream stopped: the first page comes without the rows
    /// that were consumed already.
    pub fn pages<E: Paged + 'static>(&self, endpoint: E, resume: Option<Resume>) -> Result<Pages<E>, Error> {
        Ok(Pages::new(Pager::new(self, endpoint.encode()?, resume), endpoint))
    }

    /// The items of a listing, fetched page by page as they are consumed.
    pub fn items<E: Paged + 'static>(&self, endpoint: E, resume: Option<Resume>) -> Result<Items<E>, Error> {
        let recent = resume.as_ref().map(|resume| resume.recent.clone()).unwrap_or_default();
        Ok(Items::new(self.pages(endpoint, resume)?, recent))
    }
}

fn bad_row(operation: &'static Operation, row: &BadRow, masker: Option<&Masker>) -> Error {
    let what = format!("was answered with a row in an undocumented shape: {row}");
    let mut error = Error::undocumented(operation, what);
    let inner = error.inner_mut();
    // Rows are handed out while no page is being fetched, so the masker is there.
    inner.body = masker.map(|masker| masker.bytes(row.json().bytes()));
    error
}

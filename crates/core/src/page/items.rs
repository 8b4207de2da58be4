//! A listing as a stream of items.

use std::{
    collections::VecDeque,
    fmt,
    pin::Pin,
    task::{Context, Poll, ready},
};

use futures_core::Stream;

use super::{Paged, Pager, Pages, Resume, bad_row, recent::Recent};
use crate::{
    decode::{BadRow, Kept},
    error::Error,
};

/// What tells a row from another one.
type IdOf<R> = fn(&R) -> Option<&str>;

/// A stream of items. A row that does not decode is an error among good rows; the stream goes on behind it.
pub struct Items<E: Paged> {
    pages: Pages<E>,
    rows: VecDeque<Result<Kept<E::Row>, BadRow>>,
    /// The page that `rows` are of, or that is being fetched.
    at: Option<Resume>,
    /// How many of its rows were handed out, those of an earlier stream not counted.
    consumed: usize,
    /// How to tell a row from another, where repeats are left out.
    id: Option<IdOf<E::Row>>,
    recent: Recent,
    left_out: u64,
}

impl<E: Paged> fmt::Debug for Items<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Items")
            .field("pages", &self.pages)
            .field("waiting", &self.rows.len())
            .finish_non_exhaustive()
    }
}

impl<E: Paged> Items<E> {
    pub(super) fn new(pages: Pages<E>, recent: Vec<u64>) -> Self {
        Self {
            pages,
            rows: VecDeque::new(),
            at: None,
            consumed: 0,
            id: None,
            recent: Recent::new(recent),
            left_out: 0,
        }
    }

    /// Leaves out rows that come again because the vendor's pages shifted while they were read: those whose id is
    /// among the last 600 that were handed out, in this stream or in the one it goes on from. A row without an id is
    /// always handed out.
    #[must_use]
    pub fn without_repeats(mut self, id: fn(&E::Row) -> Option<&str>) -> Self {
        self.id = Some(id);
        self
    }

    /// How many rows were left out because they came again.
    pub fn left_out(&self) -> u64 {
        self.left_out
    }

    /// Where to go on so that every item not yet handed out comes, and no other, as long as the vendor's pages stand
    /// still, or rows are only added and repeats left out. `None` when all items were handed out. Where the link to the
    /// next page was refused it is at that page, behind its rows: another time the link may be good.
    pub fn resume(&self) -> Option<Resume> {
        let recent = self.recent.fingerprints();
        if self.rows.is_empty()
            && let Some(pager) = self.pages.idle()
        {
            return pager.resume().map(|resume| Resume { recent, ..resume });
        }
        self.at.clone().map(|at| Resume { skip: at.skip + self.consumed, recent, ..at })
    }

    /// Whether the row was handed out a moment ago.
    fn repeats(&mut self, row: &Result<Kept<E::Row>, BadRow>) -> bool {
        let (Some(id), Ok(row)) = (self.id, row) else { return false };
        id(row).is_some_and(|id| !self.recent.insert(id))
    }
}

impl<E: Paged + Unpin + 'static> Stream for Items<E>
where
    E::Row: Unpin,
{
    type Item = Result<Kept<E::Row>, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        loop {
            if let Some(row) = this.rows.pop_front() {
                this.consumed += 1;
                if this.repeats(&row) {
                    this.left_out += 1;
                    continue;
                }
                let masker = this.pages.idle().map(Pager::masker);
                return Poll::Ready(Some(row.map_err(|row| bad_row(E::OPERATION, &row, masker))));
            }
            if let Some(pager) = this.pages.idle() {
                this.at = pager.resume();
                this.consumed = 0;
            }
            match ready!(Pin::new(&mut this.pages).poll_next(cx)) {
                None => return Poll::Ready(None),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                Some(Ok(page)) => this.rows = page.value.into_rows().into(),
            }
        }
    }
}

//! A listing as a stream of pages.

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll, ready},
};

use futures_core::Stream;

use super::{Paged, Pager, Resume};
use crate::{clock::BoxFuture, endpoint::Endpoint, error::Error, response::Response};

type Fetched<E> = Result<Option<Response<<E as Endpoint>::Output>>, Error>;

/// A pager and what decodes its pages: moved into the future that fetches, and back.
type Reader<E> = Box<(Pager, E)>;

enum State<E: Paged> {
    Idle(Reader<E>),
    Fetching(BoxFuture<'static, (Reader<E>, Fetched<E>)>),
    /// Only while the state is being changed, and after a panic of the transport's.
    Gone,
}

/// A stream of pages. After an error it goes on with the same page when polled again.
pub struct Pages<E: Paged> {
    state: State<E>,
}

impl<E: Paged> fmt::Debug for Pages<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages").field("operation", &E::OPERATION.id).finish_non_exhaustive()
    }
}

impl<E: Paged> Pages<E> {
    pub(super) fn new(pager: Pager, endpoint: E) -> Self {
        Self { state: State::Idle(Box::new((pager, endpoint))) }
    }

    /// What fetches the pages, unless one is being fetched.
    pub(super) fn idle(&self) -> Option<&Pager> {
        match &self.state {
            State::Idle(idle) => Some(&idle.0),
            State::Fetching(_) | State::Gone => None,
        }
    }

    /// Where the next page is; `None` after the last, or while a page is being fetched. Where the link to the next page
    /// was refused, it is behind the rows of the page that has it.
    pub fn resume(&self) -> Option<Resume> {
        self.idle().and_then(Pager::resume)
    }
}

impl<E: Paged + Unpin + 'static> Stream for Pages<E> {
    type Item = Result<Response<E::Output>, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let State::Idle(_) = &self.state
            && let State::Idle(mut idle) = std::mem::replace(&mut self.state, State::Gone)
        {
            self.state = State::Fetching(Box::pin(async move {
                let (pager, endpoint) = &mut *idle;
                let fetched = pager.next_page(|raw| endpoint.decode(raw)).await;
                (idle, fetched)
            }));
        }
        let State::Fetching(fetching) = &mut self.state else { return Poll::Ready(None) };
        let (idle, fetched) = ready!(fetching.as_mut().poll(cx));
        self.state = State::Idle(idle);
        Poll::Ready(fetched.transpose())
    }
}

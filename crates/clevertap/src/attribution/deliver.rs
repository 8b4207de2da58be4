//! A stream of events, many in flight, each with an outcome under the caller's id.

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use afflux_core::{clock::BoxFuture, error::Error};
use futures_core::Stream;
use futures_util::{StreamExt, stream::FuturesUnordered};

use super::{Attributed, Attribution};
use crate::client::Client;

/// A delivery that has not begun. See [`Client::deliver`].
#[must_use = "nothing is sent before run()"]
pub struct Deliver<S> {
    client: Client,
    events: S,
    concurrency: usize,
    repeat_unknown: bool,
}

impl<S> fmt::Debug for Deliver<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Deliver").field("concurrency", &self.concurrency).finish_non_exhaustive()
    }
}

impl<S> Deliver<S> {
    pub(crate) fn new(client: Client, events: S) -> Self {
        Self { client, events, concurrency: 15, repeat_unknown: false }
    }

    /// How many events are in flight at most, at least 1. Default: 15; the vendor publishes no limit.
    pub fn concurrency(mut self, events: usize) -> Self {
        self.concurrency = events.max(1);
        self
    }

    /// Accepts that an event may be stored twice: a lost answer is tried again.
    pub fn repeat_unknown(mut self) -> Self {
        self.repeat_unknown = true;
        self
    }

    /// Begins. Outcomes come as they are ready, not in the order of the events. The next event is taken only when there
    /// is room for it, so that what is held is never more than what is in flight.
    pub fn run<I>(self) -> Delivering<S, I>
    where
        S: Stream<Item = (I, Attribution)>,
        I: Send + 'static,
    {
        Delivering {
            client: self.client,
            events: Some(Box::pin(self.events)),
            concurrency: self.concurrency,
            repeat_unknown: self.repeat_unknown,
            in_flight: FuturesUnordered::new(),
        }
    }
}

/// A delivery under way: a stream of the caller's ids and what became of their events.
///
/// Dropped, it abandons what is in flight: the fate of those events is unknown. [`stop`](Self::stop) it first.
#[must_use = "nothing is sent unless it is polled"]
pub struct Delivering<S, I> {
    client: Client,
    events: Option<Pin<Box<S>>>,
    concurrency: usize,
    repeat_unknown: bool,
    in_flight: FuturesUnordered<BoxFuture<'static, (I, Result<Attributed, Error>)>>,
}

impl<S, I> fmt::Debug for Delivering<S, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delivering").field("in_flight", &self.in_flight.len()).finish_non_exhaustive()
    }
}

impl<S, I> Delivering<S, I> {
    /// Takes no further event; the outcomes of those in flight still come, then the stream ends.
    pub fn stop(&mut self) {
        self.events = None;
    }

    /// How many events are in flight.
    pub fn in_flight(&self) -> usize {
        self.in_flight.len()
    }
}

impl<S, I> Stream for Delivering<S, I>
where
    S: Stream<Item = (I, Attribution)>,
    I: Send + 'static,
{
    type Item = (I, Result<Attributed, Error>);

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        while this.in_flight.len() < this.concurrency
            && let Some(events) = &mut this.events
        {
            match events.as_mut().poll_next(cx) {
                Poll::Ready(Some((id, event))) => {
                    let client = this.client.clone();
                    let repeat_unknown = this.repeat_unknown;
                    this.in_flight.push(Box::pin(async move {
                        let result = client.send_attribution(&event, repeat_unknown).await;
                        (id, result.map(afflux_core::response::Response::into_value))
                    }));
                }
                Poll::Ready(None) => this.events = None,
                Poll::Pending => break,
            }
        }
        match this.in_flight.poll_next_unpin(cx) {
            // Nothing is in flight, but events may still come.
            Poll::Ready(None) if this.events.is_some() => Poll::Pending,
            outcome => outcome,
        }
    }
}

// Nothing inside is pinned in place: the events are in a box of their own.
impl<S, I> Unpin for Delivering<S, I> {}

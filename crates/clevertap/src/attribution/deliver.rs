//! A stream of events, many in flight, each with an outcome under the caller's id.
//!
//! While nothing but 5xx comes, one event at a time is taken, after a pause that grows: an outage of an hour must not
//! turn a million events into ones of which nobody knows whether they are stored.

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use afflux_core::{
    clock::BoxFuture,
    error::{Error, ErrorKind},
};
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
    ///
    /// After an event that ended with a 5xx no further event is taken until another one is answered. If none is, a
    /// single one is tried after a second, the next after two, and so on up to a minute.
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
            outage: Outage::None,
        }
    }
}

/// The first pause of an outage, which doubles with every event that meets it.
const FIRST_PAUSE: Duration = Duration::from_secs(1);

/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// Whether events are answered at the moment.
enum Outage {
    None,
    /// Nothing but 5xx comes: no event is taken before the end of the pause.
    Pause {
        length: Duration,
        end: BoxFuture<'static, ()>,
    },
    /// The pause is over: a single event shows whether it is over with the outage too.
    Trial {
        pause: Duration,
    },
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
    outage: Outage,
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

    /// How many events may be in flight now.
    fn room(&mut self, cx: &mut Context<'_>) -> usize {
        if let Outage::Pause { length, end } = &mut self.outage
            && end.as_mut().poll(cx).is_ready()
        {
            self.outage = Outage::Trial { pause: *length };
        }
        match self.outage {
            Outage::None => self.concurrency,
            Outage::Pause { .. } => 0,
            Outage::Trial { .. } => 1,
        }
    }

    /// Listens to what became of an event.
    fn note(&mut self, result: &Result<Attributed, Error>) {
        let down = match result {
            Err(error) if error.kind() == ErrorKind::Server => true,
            // No answer is no news, unless it is that of the one that should bring some.
            Err(error) if error.status().is_none() => match self.outage {
                Outage::Trial { .. } => true,
                _ => return,
            },
            _ => false,
        };
        let length = match (&self.outage, down) {
            (_, false) => {
                self.outage = Outage::None;
                return;
            }
            (Outage::Pause { .. }, true) => return,
            (Outage::None, true) => FIRST_PAUSE,
            (Outage::Trial { pause }, true) => pause.saturating_mul(2).min(LONGEST_PAUSE),
        };
        let clock = self.client.engine().clock();
        self.outage = Outage::Pause { length, end: clock.sleep_until(clock.now() + length) };
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
        while this.in_flight.len() < this.room(cx)
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
            Poll::Ready(Some((id, result))) => {
                this.note(&result);
                Poll::Ready(Some((id, result)))
            }
            outcome => outcome,
        }
    }
}

// Nothing inside is pinned in place: the events are in a box of their own.
impl<S, I> Unpin for Delivering<S, I> {}

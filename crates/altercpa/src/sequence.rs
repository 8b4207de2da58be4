//! One lead, one call at a time: a late repeat of an older status must not overwrite a newer one.
//!
//! AlterCPA's changes carry no version and no time: what arrives last wins. A `hold` whose answer was lost and that is
//! tried again after `approve` went through turns an approved lead back. So the calls of one lead wait for each other,
//! in the order in which they were made, and a newer status takes an older one that is still waiting, or waiting to be
//! tried again, out of the line.

use std::{
    collections::{HashMap, VecDeque},
    future::Future,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use afflux_core::{Delivery, Error, stop::Stop};

use crate::{
    change::{Change, Changing},
    create::Create,
    identify::{Changes, Creates, Ids},
    outcome::{ChangeOutcome, CreateOutcome},
};

/// What became of a change that stood in line.
#[derive(Debug)]
#[must_use]
pub enum Sequenced {
    /// It was sent and answered.
    Done(ChangeOutcome),
    /// A newer change of the same lead says everything that this one said, so it is not sent any more.
    #[non_exhaustive]
    Superseded {
        /// The error of its last attempt, if it had one: the vendor may have acted on it, before the newer change.
        last: Option<Box<Error>>,
    },
}

/// The lines of all leads. Clones share them; they need as much memory as there are calls under way.
///
/// A lead is known by how its calls name it: `click(1).exto("x")` and `order(7)` are two lines even where they are one
/// lead. Use the same combination throughout, as the vendor demands anyway.
///
/// ```no_run
/// # async fn f(cpa: &afflux_altercpa::Client) -> Result<(), afflux_altercpa::Error> {
/// use afflux_altercpa::{Meaning, Status, click, sequence::Sequence};
///
/// let line = Sequence::new();
/// let by = click(90112).exto("ORD-7781");
/// let waiting = line.change(cpa.change(by.clone()).status(Status::word("hold").means(Meaning::Wait)));
/// let approved = line.change(cpa.change(by).status(Status::Approve));
/// // In whatever order they are polled, `approve` is sent last, and the wait is not tried again after it.
/// let (waiting, approved) = futures_util::future::join(waiting, approved).await;
/// # let _ = (waiting?, approved?);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Default)]
pub struct Sequence {
    lines: Arc<Mutex<HashMap<Ids, VecDeque<Arc<Entry>>>>>,
}

/// A call in line; the first one is under way.
#[derive(Debug)]
struct Entry {
    /// Raised when it is this call's turn, or when it need not wait any longer.
    turn: Stop,
    /// Raised when a newer change says the same.
    superseded: Stop,
    /// What it changes; none for a creation, which nothing supersedes.
    changing: Option<Changing>,
}

/// A call's place in line. Dropped, at the latest with its future, it lets the next one go.
struct Place {
    sequence: Sequence,
    key: Ids,
    entry: Arc<Entry>,
}

impl Sequence {
    /// No lines yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sends a creation when its turn comes. Its place in line is taken now, not when the future is polled; a future that
    /// is kept and never polled holds up its lead.
    pub fn create<'a, I: Creates>(
        &self,
        create: Create<'a, I>,
    ) -> impl Future<Output = Result<CreateOutcome<I>, Error>> + Send + use<'a, I> {
        let place = self.enter(create.ids(), None);
        async move {
            place.entry.turn.raised().await;
            create.send().await
        }
    }

    /// Sends a change when its turn comes, unless a newer one supersedes it. Its place in line is taken now, not when the
    /// future is polled; a future that is kept and never polled holds up its lead.
    ///
    /// It uses the change's [`with_stop`](Change::with_stop) for itself. A change is superseded only by one that has a
    /// status too and sets whatever else it sets: no payment and no goal gets lost. An attempt under way is always heard
    /// out first.
    pub fn change<'a, I: Changes>(
        &self,
        change: Change<'a, I>,
    ) -> impl Future<Output = Result<Sequenced, Error>> + Send + use<'a, I> {
        let (client, mut changing) = change.into_changing();
        let place = self.enter(changing.ids.clone(), Some(changing.clone()));
        async move {
            let superseded = &place.entry.superseded;
            changing.sending.stop = Some(superseded.clone());
            place.entry.turn.raised().await;
            if superseded.is_raised() {
                return Ok(Sequenced::Superseded { last: None });
            }
            match client.engine().call(&changing).await {
                Ok(response) => Ok(Sequenced::Done(response.into_value())),
                Err(error) if superseded.is_raised() && was_to_be_repeated(&error) => {
                    let last = (!error.attempts().is_empty()).then(|| Box::new(error));
                    Ok(Sequenced::Superseded { last })
                }
                Err(error) => Err(error),
            }
        }
    }

    fn enter(&self, key: Ids, changing: Option<Changing>) -> Place {
        let entry = Arc::new(Entry { turn: Stop::new(), superseded: Stop::new(), changing });
        let mut lines = self.lock();
        let line = lines.entry(key.clone()).or_default();
        for (index, older) in line.iter().enumerate() {
            let covered = entry
                .changing
                .as_ref()
                .zip(older.changing.as_ref())
                .is_some_and(|(new, old)| new.covers(old));
            if covered {
                older.superseded.stop();
                if index > 0 {
                    older.turn.stop();
                }
            }
        }
        if line.is_empty() {
            entry.turn.stop();
        }
        line.push_back(Arc::clone(&entry));
        drop(lines);
        Place { sequence: self.clone(), key, entry }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Ids, VecDeque<Arc<Entry>>>> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut lines = self.sequence.lock();
        if let Some(line) = lines.get_mut(&self.key) {
            line.retain(|entry| !Arc::ptr_eq(entry, &self.entry));
            match line.front() {
                Some(next) => next.turn.stop(),
                None => {
                    lines.remove(&self.key);
                }
            }
        }
    }
}

/// Whether the call ended because it was not tried again, and not because the vendor decided.
fn was_to_be_repeated(error: &Error) -> bool {
    error.is_retryable() || error.delivery() == Delivery::NotSent
}

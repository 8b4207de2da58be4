//! A count that is under way: asked about by this process, or by the next one.

use std::{fmt, marker::PhantomData, time::Duration};

use afflux_core::{
    engine::Engine,
    error::Error,
    job::{Job, JobHandle, JobState},
};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::{Counted, finished};

/// What has become of a count that was started.
#[derive(Debug)]
pub enum Started<K: Counted> {
    /// It was done at once.
    Done(K::Result),
    /// It takes longer.
    Running(CountJob<K>),
}

/// What is needed to ask about a count again, after a restart too. It can be kept as text, and holds no credential; the
/// text says what is counted, and is not read as another kind of count.
pub struct CountHandle<K> {
    job: JobHandle,
    counts: PhantomData<fn() -> K>,
}

#[derive(Serialize, Deserialize)]
struct Text<'a, J> {
    operation: std::borrow::Cow<'a, str>,
    job: J,
}

impl<K> CountHandle<K> {
    /// A count that the vendor knows by this `req_id`.
    pub fn by_id(req_id: impl Into<String>) -> Self {
        Self::of(JobHandle::by_id(req_id))
    }

    fn of(job: JobHandle) -> Self {
        Self { job, counts: PhantomData }
    }
}

impl<K> Clone for CountHandle<K> {
    fn clone(&self) -> Self {
        Self::of(self.job.clone())
    }
}

impl<K> PartialEq for CountHandle<K> {
    fn eq(&self, other: &Self) -> bool {
        self.job == other.job
    }
}

impl<K> Eq for CountHandle<K> {}

impl<K> fmt::Debug for CountHandle<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("CountHandle").field(&self.job).finish()
    }
}

impl<K: Counted> Serialize for CountHandle<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Text { operation: K::POLL.id.into(), job: &self.job }.serialize(serializer)
    }
}

impl<'de, K: Counted> Deserialize<'de> for CountHandle<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text: Text<'_, JobHandle> = Text::deserialize(deserializer)?;
        if text.operation != K::POLL.id {
            let said = format!("the handle is for `{}`, and not for `{}`", text.operation, K::POLL.id);
            return Err(de::Error::custom(said));
        }
        Ok(Self::of(text.job))
    }
}

/// A count that is asked about.
pub struct CountJob<K> {
    job: Box<Job>,
    counts: PhantomData<fn() -> K>,
}

impl<K> fmt::Debug for CountJob<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("CountJob").field(self.job.handle()).finish()
    }
}

impl<K: Counted> CountJob<K> {
    pub(super) fn new(engine: &Engine, handle: CountHandle<K>) -> Result<Self, Error> {
        let job = Job::resume(engine, K::POLL, handle.job)?;
        Ok(Self { job: Box::new(job), counts: PhantomData })
    }

    /// What to keep to go on after a restart.
    pub fn handle(&self) -> CountHandle<K> {
        CountHandle::of(self.job.handle().clone())
    }

    /// The first and the longest pause between two questions. Defaults: 1 s and 30 s, which is what the vendor advises.
    #[must_use]
    pub fn pauses(self, first: Duration, longest: Duration) -> Self {
        Self { job: Box::new(self.job.pauses(first, longest)), ..self }
    }

    /// Asks once. None: it is not done.
    pub async fn poll(&mut self) -> Result<Option<K::Result>, Error> {
        match self.job.poll().await? {
            JobState::Done(result) => self.job.read(&result, finished::<K>).map(Some),
            _ => Ok(None),
        }
    }

    /// Asks until it is done. With a `limit` the last question is asked at its end; a count that is still running then
    /// is an error, and this job can be asked again.
    pub async fn wait(&mut self, limit: Option<Duration>) -> Result<K::Result, Error> {
        let result = self.job.wait(limit, |_| ()).await?;
        self.job.read(&result, finished::<K>)
    }
}

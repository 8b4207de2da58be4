//! Jobs: work that a vendor does later. Asked about until done, by this process or by the next one.

use std::time::Duration;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    classify::{at, word},
    decode::DecodeError,
    engine::Engine,
    error::{Error, ErrorKind, RAW_BODY_CAP},
    link::Link,
    operation::{JobRules, Operation},
    request::Request,
    response::Raw,
};

/// What is needed to ask about a job again, after a restart too. It can be kept as text, and holds no credential.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobHandle(Ask);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Ask {
    Link(Link),
    Id(String),
}

/// How far a job is.
#[derive(Debug)]
#[non_exhaustive]
pub enum JobState {
    /// Not done. The vendor may say how many percent are.
    Running {
        /// From 0 to 100, where told.
        percent: Option<f64>,
    },
    /// Done.
    Done(Box<JobResult>),
}

/// The answer that said that a job is done.
#[derive(Debug)]
#[non_exhaustive]
pub struct JobResult {
    /// The answer as it came; where there is no link it is the result.
    pub raw: Raw,
    /// Where the result is.
    pub link: Option<Link>,
}

/// A job that is asked about.
#[derive(Debug)]
pub struct Job {
    engine: Engine,
    operation: &'static Operation,
    rules: JobRules,
    handle: JobHandle,
    interval: Duration,
    longest: Duration,
}

impl JobHandle {
    /// A job that the vendor knows by an id.
    pub fn by_id(id: impl Into<String>) -> Self {
        Self(Ask::Id(id.into()))
    }
}

impl Job {
    /// Takes up a job out of the answer that started it. `poll` is the operation that asks about it.
    pub fn started(engine: &Engine, poll: &'static Operation, answer: &Raw) -> Result<Self, Error> {
        let rules = rules(poll)?;
        let value = read(answer.body());
        let handle = handle(engine, &rules, &value)
            .map_err(|what| broken(poll, &what))?
            .ok_or_else(|| broken(poll, "names no job to ask about"))?;
        Ok(Self::of(engine, poll, rules, handle))
    }

    /// Goes on with a job that an earlier process started.
    pub fn resume(engine: &Engine, poll: &'static Operation, handle: JobHandle) -> Result<Self, Error> {
        Ok(Self::of(engine, poll, rules(poll)?, handle))
    }

    fn of(engine: &Engine, operation: &'static Operation, rules: JobRules, handle: JobHandle) -> Self {
        Self {
            engine: engine.clone(),
            operation,
            rules,
            handle,
            interval: Duration::from_secs(1),
            longest: Duration::from_secs(30),
        }
    }

    /// The first and the longest pause between two questions; it doubles in between. Defaults: 1 s and 30 s.
    #[must_use]
    pub fn pauses(mut self, first: Duration, longest: Duration) -> Self {
        self.interval = first;
        self.longest = longest;
        self
    }

    /// What to keep to go on after a restart.
    pub fn handle(&self) -> &JobHandle {
        &self.handle
    }

    /// Asks once.
    pub async fn poll(&mut self) -> Result<JobState, Error> {
        let request = Request::new(self.operation);
        let request = match (&self.handle.0, self.rules.poll_parameter) {
            (Ask::Link(link), _) => request.follow(link),
            (Ask::Id(id), Some(name)) if self.operation.path.contains(&format!("{{{name}}}")) => {
                request.path_parameter(name, id)?
            }
            (Ask::Id(id), Some(name)) => request.query_pair(name, id),
            (Ask::Id(_), None) => request,
        };
        let raw = self.engine.execute(request).await?;
        let value = read(raw.body());
        // Some vendors move a job; a link that leads away is an error, not a detour.
        if let Some(handle) =
            handle(&self.engine, &self.rules, &value).map_err(|what| broken(self.operation, &what))?
        {
            self.handle = handle;
        }
        let status = first(&value, self.rules.status);
        let is = |words: &[&str]| status.as_deref().is_some_and(|status| words.contains(&status));
        if is(self.rules.failed) {
            let mut error = broken(self.operation, "says that the job failed");
            let inner = error.inner_mut();
            inner.kind = ErrorKind::Refused;
            inner.code = status.map(|status| self.engine.masker().text(&status).into_owned());
            inner.status = Some(raw.status());
            inner.body = Some(self.kept(&raw));
            return Err(error);
        }
        if !is(self.rules.done) {
            let percent = first(&value, self.rules.progress).and_then(|text| text.parse().ok());
            return Ok(JobState::Running { percent });
        }
        let link = match first(&value, self.rules.result) {
            None => None,
            Some(text) => {
                let names = self.engine.credentials().query_names();
                let link = Link::read(&text, self.engine.base(), &names).map_err(|error| {
                    broken(self.operation, &format!("has a link to the result that {error}"))
                })?;
                Some(link)
            }
        };
        Ok(JobState::Done(Box::new(JobResult { raw, link })))
    }

    /// Asks until the job is done. With a `limit` the last question is asked at its end; a job that is still running
    /// then is an error whose `retry_after` is the next pause, and [`Job::handle`] goes on later.
    pub async fn wait(
        &mut self,
        limit: Option<Duration>,
        mut progress: impl FnMut(Option<f64>) + Send,
    ) -> Result<JobResult, Error> {
        let clock = std::sync::Arc::clone(self.engine.clock());
        let ends = limit.map(|limit| clock.now() + limit);
        let mut pause = self.interval;
        loop {
            match self.poll().await? {
                JobState::Done(result) => return Ok(*result),
                JobState::Running { percent } => progress(percent),
            }
            let now = clock.now();
            if ends.is_some_and(|ends| now >= ends) {
                let mut error = broken(self.operation, "says that the job is still running");
                let inner = error.inner_mut();
                inner.kind = ErrorKind::Limit;
                inner.retry_after = Some(pause);
                return Err(error);
            }
            let next = now + pause;
            clock.sleep_until(ends.map_or(next, |ends| ends.min(next))).await;
            pause = (pause * 2).min(self.longest);
        }
    }

    /// Reads a result that is the done answer itself. One in another shape is an error that keeps it.
    pub fn read<T>(
        &self,
        result: &JobResult,
        decode: impl FnOnce(&Raw) -> Result<T, DecodeError>,
    ) -> Result<T, Error> {
        decode(&result.raw).map_err(|error| {
            let what = format!("was answered in an undocumented shape: {error}");
            let mut error = Error::undocumented(self.operation, what);
            let inner = error.inner_mut();
            inner.status = Some(result.raw.status());
            inner.body = Some(self.kept(&result.raw));
            error
        })
    }

    /// What an error keeps of an answer.
    fn kept(&self, raw: &Raw) -> Bytes {
        let body = self.engine.masker().bytes(raw.body());
        body.slice(..body.len().min(RAW_BODY_CAP))
    }

    /// A request for the result behind a link, as `operation`.
    pub fn result_request(operation: &'static Operation, link: &Link) -> Request {
        Request::new(operation).follow(link)
    }
}

fn rules(poll: &'static Operation) -> Result<JobRules, Error> {
    poll.job.ok_or_else(|| Error::validation(poll, "operation", "does not ask about jobs"))
}

fn read(body: &Bytes) -> Value {
    serde_json::from_slice(body).unwrap_or_default()
}

fn first(value: &Value, paths: &[&str]) -> Option<String> {
    paths.iter().find_map(|path| at(value, path).and_then(word)).filter(|text| !text.is_empty())
}

/// The handle out of an answer: a link before an id.
fn handle(engine: &Engine, rules: &JobRules, value: &Value) -> Result<Option<JobHandle>, String> {
    if let Some(text) = first(value, rules.poll) {
        let names = engine.credentials().query_names();
        return match Link::read(&text, engine.base(), &names) {
            Ok(link) => Ok(Some(JobHandle(Ask::Link(link)))),
            Err(error) => Err(format!("has a link to the job that {error}; it was not followed")),
        };
    }
    Ok(first(value, rules.poll_id).map(|id| JobHandle(Ask::Id(id))))
}

fn broken(operation: &'static Operation, what: &str) -> Error {
    Error::undocumented(operation, format!("was answered, but the answer {what}"))
}

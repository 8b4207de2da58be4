//! Asking for an export, and following the job that makes it where the vendor chose so.

use std::{fmt, marker::PhantomData, time::Duration};

use afflux_core::{
    download::Download,
    engine::Engine,
    error::Error,
    job::{Job, JobHandle, JobResult},
    request::Request,
    response::Raw,
};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::{ExportData, Started, kind::Exported};
use crate::generated::{self, GET_JOB};

/// A job is a short JSON.
const JOB_CAP: usize = 1024 * 1024;

/// What happens while an export is made and fetched.
#[derive(Debug)]
#[non_exhaustive]
pub enum ExportEvent<'a, K> {
    /// The vendor makes it by a job. Keep the handle to go on after a restart.
    Started(&'a ExportHandle<K>),
    /// The job runs; how many percent are done, where the vendor says so.
    Running(Option<f64>),
    /// So many bytes came.
    Received(u64),
}

pub(super) type Listener<'a, K> = Box<dyn FnMut(ExportEvent<'_, K>) + Send + 'a>;

/// How the CSV is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Form {
    /// UTF-16.
    pub(super) wide: bool,
    pub(super) delimiter: u8,
}

/// What asking goes by, from the first request to the last byte.
pub(super) struct Asking<'a, K> {
    pub(super) engine: Engine,
    pub(super) form: Form,
    /// How long a job may take.
    pub(super) patience: Duration,
    pub(super) listener: Option<Listener<'a, K>>,
}

impl<K> fmt::Debug for Asking<'_, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Asking").field("form", &self.form).finish_non_exhaustive()
    }
}

impl<K> Asking<'_, K> {
    pub(super) fn tell(&mut self, event: ExportEvent<'_, K>) {
        if let Some(listener) = &mut self.listener {
            listener(event);
        }
    }
}

/// Makes the call and finds out what came.
pub(super) async fn ask<K: Exported>(
    mut asking: Asking<'_, K>,
    request: Request,
) -> Result<Started<'_, K>, Error> {
    let mut download = asking.engine.download(request.clone()).await?;
    if !is_json(&mut download).await? {
        return Ok(Started::Data(ExportData::new(asking, request, download)));
    }
    let answer = download.into_raw(JOB_CAP).await?;
    let job = Job::started(&asking.engine, &GET_JOB, &answer)?;
    let handle = ExportHandle { job: job.handle().clone(), form: asking.form, kind: PhantomData };
    asking.tell(ExportEvent::Started(&handle));
    Ok(Started::Job(ExportJob { asking, job, handle }))
}

/// Whether a job comes instead of a CSV: no name of a column begins with a brace.
async fn is_json(download: &mut Download) -> Result<bool, Error> {
    let first = download.peek().await?.unwrap_or_default().trim_ascii_start().first().copied();
    Ok(first == Some(b'{'))
}

/// What is needed to fetch an export after a restart. It can be kept as text, and holds no credential.
pub struct ExportHandle<K> {
    job: JobHandle,
    form: Form,
    kind: PhantomData<fn() -> K>,
}

impl<K> Clone for ExportHandle<K> {
    fn clone(&self) -> Self {
        Self { job: self.job.clone(), form: self.form, kind: PhantomData }
    }
}

impl<K> fmt::Debug for ExportHandle<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ExportHandle").field(&self.job).finish()
    }
}

impl<K> PartialEq for ExportHandle<K> {
    fn eq(&self, other: &Self) -> bool {
        (&self.job, self.form) == (&other.job, other.form)
    }
}

impl<K> Eq for ExportHandle<K> {}

/// A handle as it is kept: with the name of its export, so that it is not taken for another one's.
#[derive(Serialize, Deserialize)]
struct Kept<'a> {
    export: std::borrow::Cow<'a, str>,
    job: JobHandle,
    form: Form,
}

impl<K: Exported> Serialize for ExportHandle<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Kept { export: K::OPERATION.id.into(), job: self.job.clone(), form: self.form }.serialize(serializer)
    }
}

impl<'de, K: Exported> Deserialize<'de> for ExportHandle<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Kept { export, job, form } = Kept::deserialize(deserializer)?;
        if export != K::OPERATION.id {
            return Err(de::Error::custom(format!("it is of `{export}`, not of `{}`", K::OPERATION.id)));
        }
        Ok(Self { job, form, kind: PhantomData })
    }
}

/// An export that the vendor makes by a job.
#[derive(Debug)]
#[must_use = "nothing is fetched until it is waited for"]
pub struct ExportJob<'a, K> {
    asking: Asking<'a, K>,
    job: Job,
    handle: ExportHandle<K>,
}

impl<'a, K: Exported> ExportJob<'a, K> {
    pub(super) fn resumed(engine: &Engine, handle: ExportHandle<K>) -> Result<Self, Error> {
        let job = Job::resume(engine, &GET_JOB, handle.job.clone())?;
        let asking =
            Asking { engine: engine.clone(), form: handle.form, patience: super::PATIENCE, listener: None };
        Ok(Self { asking, job, handle })
    }

    /// What to keep to go on after a restart.
    pub fn handle(&self) -> &ExportHandle<K> {
        &self.handle
    }

    /// How long the job may take. Default: an hour.
    pub fn wait_at_most(mut self, patience: Duration) -> Self {
        self.asking.patience = patience;
        self
    }

    /// Tells what happens.
    pub fn on_event(mut self, listener: impl FnMut(ExportEvent<'_, K>) + Send + 'a) -> Self {
        self.asking.listener = Some(Box::new(listener));
        self
    }

    /// Asks about the job until it is done. One that takes longer than [`wait_at_most`](Self::wait_at_most) is an
    /// error; the handle goes on later.
    pub async fn wait(self) -> Result<ExportData<'a, K>, Error> {
        let Self { mut asking, mut job, .. } = self;
        let patience = asking.patience;
        let done = job.wait(Some(patience), |percent| asking.tell(ExportEvent::Running(percent))).await?;
        let request = result::<K>(&done)?;
        let mut download = asking.engine.download(request.clone()).await?;
        if is_json(&mut download).await? {
            let what = "was answered, but the result of its job is JSON where CSV is documented";
            return Err(Error::undocumented(K::OPERATION, what));
        }
        Ok(ExportData::new(asking, request, download))
    }
}

/// The request for what a job made.
fn result<K: Exported>(done: &JobResult) -> Result<Request, Error> {
    if expired(&done.raw) {
        return Err(Error::unavailable(
            K::OPERATION,
            "was answered by a job that is done, but its result is not kept any more",
            "make the export again",
        ));
    }
    let link = done.link.as_ref().ok_or_else(|| {
        Error::undocumented(K::OPERATION, "was answered by a job that is done and names no result")
    })?;
    Ok(Job::result_request(K::OPERATION, link))
}

fn expired(raw: &Raw) -> bool {
    let job = afflux_core::decode::one::<generated::Job>(raw.body(), "job").ok();
    job.is_some_and(|job| job.response_within_retention.get() == Some(&false))
}

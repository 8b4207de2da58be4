//! Asking for an export, and following the job that makes it where the vendor chose so.

use std::{fmt, marker::PhantomData, time::Duration};

use afflux_core::{
    decode::{Field, JsonText},
    download::Download,
    engine::Engine,
    error::{Error, ErrorKind},
    job::{Job, JobHandle, JobResult},
    request::Request,
    response::Raw,
};
use http::header::CONTENT_TYPE;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::{ExportData, Started, kind::Exported};
use crate::generated::GET_JOB;

/// A job is a short JSON, and so is an error.
const JSON_CAP: usize = 1024 * 1024;

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
    let answer = match open(&asking.engine, request.clone()).await? {
        Came::Csv(download) => return Ok(Started::Data(ExportData::new(asking, request, download))),
        Came::Json(answer) => answer,
    };
    let job = Job::started(&asking.engine, &GET_JOB, &answer)
        .map_err(|error| refused(&asking.engine, &answer).unwrap_or(error))?;
    let handle = ExportHandle { job: job.handle().clone(), form: asking.form, kind: PhantomData };
    asking.tell(ExportEvent::Started(&handle));
    Ok(Started::Job(ExportJob { asking, job, handle }))
}

/// What came of a request for a CSV.
enum Came {
    /// What the document calls CSV; an empty one too.
    Csv(Box<Download>),
    /// Whole: a job, or an error.
    Json(Raw),
}

/// Makes the call and looks at the first character, for a JSON or a page of HTML comes under the same status. No name of
/// a column begins with a brace or an angle bracket.
async fn open(engine: &Engine, request: Request) -> Result<Came, Error> {
    let mut download = engine.download(request).await?;
    let declared = download.headers().get(CONTENT_TYPE).map(|kind| kind.as_bytes().to_ascii_lowercase());
    let declared = declared.is_some_and(|kind| kind.starts_with(b"text/html"));
    match download.peek(|begun| first(begun).is_none()).await?.and_then(first) {
        Some(b'{') => Ok(Came::Json(download.into_raw(JSON_CAP).await?)),
        Some(b'<') => Err(html(engine, download).await),
        Some(_) if declared => Err(html(engine, download).await),
        _ => Ok(Came::Csv(Box::new(download))),
    }
}

/// The first byte that is neither space nor part of a byte order mark or of a wide character.
fn first(begun: &[u8]) -> Option<u8> {
    let passed =
        |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, 0 | 0xef | 0xbb | 0xbf | 0xff | 0xfe);
    begun.iter().find(|byte| !passed(byte)).copied()
}

/// HTML is told by whoever stands between, or by a vendor in trouble: nobody knows what it says of the call.
async fn html(engine: &Engine, download: Download) -> Error {
    let raw = download.into_beginning().await;
    engine.bad_answer(&raw, ErrorKind::Unreadable, "was answered with HTML where CSV is documented")
}

/// The vendor's own error, where JSON under a status of success is one.
fn refused(engine: &Engine, answer: &Raw) -> Option<Error> {
    let what = "was answered with an error where CSV is documented";
    let error = engine.bad_answer(answer, ErrorKind::Refused, what);
    (error.message().is_some() || error.vendor_code().is_some()).then_some(error)
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
        let answer = match open(&asking.engine, request.clone()).await? {
            Came::Csv(download) => return Ok(ExportData::new(asking, request, download)),
            Came::Json(answer) => answer,
        };
        let what = "was answered, but the result of its job is JSON where CSV is documented";
        let undocumented = || asking.engine.bad_answer(&answer, ErrorKind::Decode, what);
        Err(refused(&asking.engine, &answer).unwrap_or_else(undocumented))
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

/// Only this one field is looked at: reading the whole model would compile it here.
fn expired(raw: &Raw) -> bool {
    let job = JsonText::new(raw.body().clone()).ok();
    let kept = job.as_ref().and_then(|job| job.pointer("/job/response_within_retention"));
    kept.and_then(Field::as_bool) == Some(false)
}

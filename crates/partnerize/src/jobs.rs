//! Jobs of other calls than exports, which follow their own.

use afflux_core::{
    error::Error,
    job::{Job, JobHandle},
};

use crate::generated::{GET_JOB, JobId, JobsCalls};

impl JobsCalls<'_> {
    /// Follows a job that a call has answered with, such as [`claim`](crate::generated::TransactionQueriesCalls::claim):
    /// [`wait`](Job::wait) asks until it is done, and [`handle`](Job::handle) is what to keep for a restart. The result is
    /// what the vendor says of the job when it is done, with a link where it names one.
    ///
    /// ```no_run
    /// # async fn run(partnerize: afflux_partnerize::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// use std::time::Duration;
    /// use afflux_partnerize::Claim;
    ///
    /// let claims = [Claim::declined("hrDu67", "AF222PQ")];
    /// let answer = partnerize.transaction_queries().claim("1l1007802", claims)?.send().await?.into_value();
    /// let id = answer.job_id.clone().ok_or("the answer names no job")?;
    /// let (hour, progress) = (Duration::from_secs(3600), |percent| println!("{percent:?} %"));
    /// let done = partnerize.jobs().follow(id)?.wait(Some(hour), progress).await?;
    /// println!("{}", String::from_utf8_lossy(done.raw.body()));
    /// # Ok(())
    /// # }
    /// ```
    pub fn follow(self, job_id: impl Into<JobId>) -> Result<Job, Error> {
        self.resume(JobHandle::by_id(job_id.into().into_string()))
    }

    /// Goes on with a job whose [`handle`](Job::handle) was kept.
    pub fn resume(self, handle: JobHandle) -> Result<Job, Error> {
        Job::resume(self.engine, &GET_JOB, handle)
    }
}

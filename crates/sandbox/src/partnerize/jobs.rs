//! Jobs: how far they are, and what they leave to be fetched.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::call::{Call, Outcome, civil, one, with};
use super::records::{Job, JobResult};
use super::refusal::Refusal;
use super::state::{State, USER};
use super::switches::JobLinks;
use crate::clock::{elapsed, later};
use crate::fault::Twist;
use crate::wire::Answer;

pub(super) fn answer(state: &mut State, call: &Call<'_>) -> Option<Outcome> {
    if call.operation != "getJob" {
        return None;
    }
    let id = call.captured("jobID");
    let links = state.switches.job_links;
    let Some(job) = state.jobs.iter_mut().find(|job| job.id == id) else {
        return Some(Err(Refusal::not_found("job", id)));
    };
    job.polls += 1;
    let now = match call.twist {
        Some(Twist::StuckJob) => job.created_at,
        _ => call.now,
    };
    Some(Ok(one("job", shown(job, links, now))))
}

/// Begins a job that leaves this result.
pub(super) fn begin(state: &mut State, call: &Call<'_>, reference: Option<&str>, result: JobResult) -> Job {
    let ends_at = later(call.now, call.clock.scaled(state.switches.job));
    let job = Job {
        id: state.next_id("111111l", 10),
        operation: call.operation.to_owned(),
        uri: call.path.trim_start_matches('/').to_owned(),
        reference: reference.map(str::to_owned),
        created_at: call.now,
        ends_at,
        kept_until: later(ends_at, call.clock.scaled(state.switches.job_retention)),
        fails: Job::fails_by(state.switches.job_end),
        polls: 0,
        downloads: 0,
        result,
    };
    state.jobs.push(job.clone());
    job
}

/// A job as it stands at this time.
pub(super) fn shown(job: &Job, links: JobLinks, now: Timestamp) -> Value {
    let is_over = job.is_over(now);
    let status = match (is_over, job.fails, now > job.created_at) {
        (true, true, _) => "failed",
        (true, false, _) => "complete",
        (false, _, true) => "active",
        (false, _, false) => "created",
    };
    let shown = json!({
        "job_id": job.id,
        "created_at": civil(job.created_at),
        "completed_at": is_over.then(|| civil(job.ends_at)),
        "created_by": USER,
        "created_by_uri": job.uri,
        "status": status,
        "percentage_complete": if is_over { 100 } else { percentage(job, now) },
        "reference": job.reference,
        "response_within_retention": now < job.kept_until,
    });
    let id = &job.id;
    let response = (is_over && !job.fails).then(|| format!("/job/{id}/response.{}", job.result.extension));
    let is_plain = match links {
        JobLinks::AsInSamples => job.operation == "createTransactionQueries",
        JobLinks::Hypermedia => false,
        JobLinks::Plain => true,
    };
    if is_plain {
        let shown = with(with(shown, "response", response), "update", format!("/job/{id}.json"));
        let elapsed = elapsed(now.min(job.ends_at), job.created_at).as_secs();
        return with(with(shown, "estimated_completion", Value::Null), "time_elapsed", elapsed);
    }
    let links = json!({ "update": format!("/job/{id}") });
    let links = match response {
        Some(response) => with(links, "response", response),
        None => links,
    };
    with(shown, "hypermedia", links)
}

/// How much of its time has gone by; never all of it before it is over.
fn percentage(job: &Job, now: Timestamp) -> u64 {
    let whole = elapsed(job.ends_at, job.created_at).as_millis();
    let gone = elapsed(now, job.created_at).as_millis() * 100;
    gone.checked_div(whole).and_then(|percent| u64::try_from(percent).ok()).unwrap_or(0).min(99)
}

/// The id of the job whose result is at a path: `/job/ID/response.csv`.
pub(super) fn result_at(path: &str) -> Option<(&str, &str)> {
    let (id, file) = path.strip_prefix("/job/")?.split_once('/')?;
    file.strip_prefix("response.").map(|extension| (id, extension))
}

/// What a job left; not found before it is over, after it was thrown away, and in another format.
pub(super) fn download(state: &mut State, id: &str, extension: &str, now: Timestamp) -> Outcome {
    let job = state.jobs.iter_mut().find(|job| job.id == id);
    let job = job.filter(|job| job.has_result(now) && job.result.extension == extension);
    let job = job.ok_or_else(|| Refusal::not_found("job response", id))?;
    job.downloads += 1;
    Ok(Answer::new(200, Some(&job.result.content_type), job.result.body.clone()))
}

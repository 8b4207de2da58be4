//! Everything that follows from the made-up data alone, in the words of the operation's generation; and exports, which
//! come at once or by a job.

use std::sync::Arc;

use bytes::BytesMut;

use super::call::{Call, Outcome, csv, one};
use super::data::{self, Answered, Complaint, Export, Parts, Why};
use super::jobs;
use super::records::JobResult;
use super::refusal::{Class, Flaw, Refusal};
use super::state::State;
use super::switches::ExportAnswer;
use crate::wire::Answer;

/// What CSV is sent as.
const CSV: &str = "application/octet-stream; charset=utf-8";

pub(super) fn answer(state: &mut State, call: &Call<'_>) -> Option<Outcome> {
    let parts = Parts {
        path: call.path,
        query: call.query,
        body: &call.body,
        shift: state.switches.rows_shift,
        twist: call.twist,
    };
    let world = Arc::clone(&state.world);
    if let Some(export) = data::export_csv(&world, call.operation, &parts) {
        return Some(export.map_err(refusal).map(|export| exported(state, call, export)));
    }
    Some(match data::answer(&world, call.operation, &parts)? {
        Answered::Json { body, headers } => {
            let mut answer = Answer::new(200, Some("application/json; charset=utf-8"), body);
            answer.headers.extend(headers);
            Ok(answer)
        }
        Answered::Text { kind, body } => Ok(Answer::new(200, Some(kind), body)),
        Answered::Refused(complaint) => Err(refusal(complaint)),
    })
}

fn refusal(complaint: Complaint) -> Refusal {
    let Complaint { field, why } = complaint;
    match why {
        Why::Missing => Refusal::Invalid(vec![Flaw::required(field)]),
        Why::Invalid(given) => {
            let message = format!("'{given}' is not a valid value");
            Refusal::flaw(field, Class::Choice, message)
        }
        Why::Forbidden => {
            Refusal::Forbidden { property: field, right: "view", what: "publisher", id: String::new() }
        }
    }
}

fn exported(state: &mut State, call: &Call<'_>, export: Export) -> Answer {
    let most = u64::try_from(state.switches.export_rows_at_once).unwrap_or(u64::MAX);
    let comes_at_once = match state.switches.exports {
        ExportAnswer::BySize => export.size() <= most,
        ExportAnswer::Csv => true,
        ExportAnswer::Job => false,
    };
    let mut body = BytesMut::new();
    for piece in export {
        body.extend_from_slice(&piece);
    }
    if comes_at_once {
        return csv(body);
    }
    let result = JobResult { extension: "csv", content_type: CSV.to_owned(), body: body.freeze() };
    let job = jobs::begin(state, call, call.query("export_reference"), result);
    one("job", jobs::shown(&job, state.switches.job_links, call.now)).committed()
}

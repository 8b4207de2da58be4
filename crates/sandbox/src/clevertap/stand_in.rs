//! CleverTap's behaviour as the server calls it: routing, limits, credentials, and the vendor's words.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

use super::attribution;
use super::auth;
use super::bodies;
use super::call::Call;
use super::control;
use super::files;
use super::limits::{self, Limits};
use super::routes;
use super::state::State;
use super::switches::UnknownPath;
use crate::clock::{Clock, later};
use crate::fault::Twist;
use crate::mask::Masker;
use crate::spec::{Operation, Spec};
use crate::sync::lock;
use crate::vendor::{BoxFuture, UnderWay, Vendor};
use crate::wire::{Answer, Request};

pub(super) struct StandIn {
    pub(super) state: Arc<Mutex<State>>,
    pub(super) limits: Arc<Limits>,
    pub(super) clock: Clock,
    pub(super) spec: Spec,
    /// Scheme, host and port.
    pub(super) origin: String,
}

impl StandIn {
    async fn answer(&self, request: &Request, twist: Option<Twist>) -> Answer {
        let switches = lock(&self.state).switches.clone();
        if !switches.work.is_zero() {
            self.clock.sleep_until(later(self.clock.now(), self.clock.scaled(switches.work))).await;
        }
        if request.path.starts_with(files::PLACE) {
            return files::put(&mut lock(&self.state), request, &self.clock);
        }
        let Some(operation) = self.spec.route(&request.method, &request.path) else {
            return match switches.unknown_path {
                _ if self.spec.knows(&request.path) => bodies::refused(405, "Method Not Allowed"),
                UnknownPath::EmptySuccess => bodies::nothing(),
                UnknownPath::NotFound => bodies::refused(404, "Not Found"),
            };
        };
        let answer = match auth::check(request, &switches) {
            Ok(()) => self.perform(operation, request, twist),
            Err(refusal) => refusal,
        };
        if operation.id == "attributeEvent" { attribution::shown(answer, &switches) } else { answer }
    }

    fn perform(&self, operation: &Operation, request: &Request, twist: Option<Twist>) -> Answer {
        // What is wrong with an attribution or an upload is told in words of their own.
        let is_own = ["attributeEvent", "uploadRecords"].contains(&operation.id.as_str());
        let call =
            Call { operation, request, body: Value::Null, twist, clock: &self.clock, origin: &self.origin };
        let call = if is_own {
            call
        } else {
            match call.read() {
                Ok(call) => call,
                Err(refusal) => return refusal,
            }
        };
        let mut state = lock(&self.state);
        let answer = routes::answer(&mut state, &call);
        if answer.committed && !is_own {
            state.note(&operation.id, call.sent());
        }
        answer
    }

    pub(super) fn show() -> Masker {
        let names = [
            "account_id",
            "account_token",
            "account_passcode",
            "x-clevertap-account-id",
            "x-clevertap-passcode",
            "x-clevertap-token",
            "x-account-id",
            "x-amz-signature",
            "presigneds3url",
            "signedurl",
            "url",
        ];
        let (key, secret) = auth::PROMO_KEYS;
        let values = [auth::ACCOUNT_ID, auth::PASSCODE, auth::TOKEN, key, secret].map(str::to_owned);
        Masker::new(&names, values.to_vec())
    }
}

impl Vendor for StandIn {
    fn relative<'a>(&self, path: &'a str) -> Option<&'a str> {
        Some(path)
    }

    fn operation(&self, method: &str, relative: &str) -> Option<&str> {
        self.spec.route(method, relative).map(|operation| operation.id.as_str())
    }

    fn honours(&self, operation: Option<&str>, twist: Twist) -> bool {
        let pages = ["readEventExport", "readProfileExport"];
        let jobs = ["pollEventCount", "pollProfileCount", "pollTopProperties", "pollTrends"];
        operation.is_some_and(|id| match twist {
            Twist::RepeatedCursor | Twist::EmptyPage => pages.contains(&id),
            Twist::StuckJob => jobs.contains(&id),
            Twist::DatabaseError { .. } => false,
        })
    }

    fn admit(&self, operation: Option<&str>) -> Result<UnderWay, Answer> {
        let Some(operation) = operation else { return Ok(None) };
        let state = lock(&self.state);
        let call = self.limits.begin(limits::group(operation), &state.switches);
        call.map(|call| Some(Box::new(call) as _)).ok_or_else(bodies::too_many)
    }

    fn handle<'a>(&'a self, request: &'a Request, twist: Option<Twist>) -> BoxFuture<'a, Answer> {
        Box::pin(self.answer(request, twist))
    }

    fn rate_limited(&self, _path: &str, _wait: Option<Duration>) -> Answer {
        bodies::too_many()
    }

    fn server_error(&self, _path: &str, status: u16) -> Answer {
        bodies::refused(status, if status == 500 { "Internal Server Error" } else { "Service Unavailable" })
    }

    fn masker(&self) -> Masker {
        Self::show()
    }

    fn control(&self, method: &str, path: &[&str], body: &Value) -> Option<Result<Value, String>> {
        control::answer(self, method, path, body)
    }

    fn counters(&self) -> Value {
        let state = lock(&self.state);
        json!({
            "attributions": state.attributions.tally.total(),
            "attributions_repeated": state.attributions.tally.repeats(),
            "events": state.events.tally.total(),
            "events_repeated": state.events.tally.repeats(),
            "profiles": state.profiles.len(),
            "concurrency_refusals": self.limits.refused(),
        })
    }
}

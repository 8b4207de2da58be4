//! CleverTap's behaviour as the server calls it: routing, limits, credentials, and the vendor's words.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

use super::attribution;
use super::auth;
use super::bodies;
use super::control;
use super::limits::{self, Limits};
use super::state::State;
use super::switches::UnknownPath;
use super::upload;
use crate::clock::{Clock, later};
use crate::fault::Twist;
use crate::mask::Masker;
use crate::spec::Spec;
use crate::sync::lock;
use crate::vendor::{BoxFuture, UnderWay, Vendor};
use crate::wire::{Answer, Request};

pub(super) struct StandIn {
    pub(super) state: Arc<Mutex<State>>,
    pub(super) limits: Arc<Limits>,
    pub(super) clock: Clock,
    pub(super) spec: Spec,
}

impl StandIn {
    async fn answer(&self, request: &Request) -> Answer {
        let switches = lock(&self.state).switches.clone();
        if !switches.work.is_zero() {
            self.clock.sleep_until(later(self.clock.now(), self.clock.scaled(switches.work))).await;
        }
        let Some(operation) = self.spec.route(&request.method, &request.path) else {
            return match switches.unknown_path {
                _ if self.spec.knows(&request.path) => bodies::refused(405, "Method Not Allowed"),
                UnknownPath::EmptySuccess => bodies::nothing(),
                UnknownPath::NotFound => bodies::refused(404, "Not Found"),
            };
        };
        if operation.id == "attributeEvent" {
            let mut state = lock(&self.state);
            let answer = match auth::check(request, &switches) {
                Ok(()) => attribution::answer(&mut state, request, self.clock.now()),
                Err(refusal) => refusal,
            };
            return attribution::shown(answer, &switches);
        }
        if let Err(refusal) = auth::check(request, &switches) {
            return refusal;
        }
        match operation.id.as_str() {
            "uploadRecords" => upload::answer(&mut lock(&self.state), request, self.clock.now()),
            _ => bodies::nothing(),
        }
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

    fn honours(&self, _operation: Option<&str>, _twist: Twist) -> bool {
        false
    }

    fn admit(&self, operation: Option<&str>) -> Result<UnderWay, Answer> {
        let Some(operation) = operation else { return Ok(None) };
        let state = lock(&self.state);
        let call = self.limits.begin(limits::group(operation), &state.switches);
        call.map(|call| Some(Box::new(call) as _)).ok_or_else(bodies::too_many)
    }

    fn handle<'a>(&'a self, request: &'a Request, _twist: Option<Twist>) -> BoxFuture<'a, Answer> {
        Box::pin(self.answer(request))
    }

    fn rate_limited(&self, _wait: Option<Duration>) -> Answer {
        bodies::too_many()
    }

    fn server_error(&self, status: u16) -> Answer {
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

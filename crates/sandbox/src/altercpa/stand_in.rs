//! AlterCPA's behaviour as the server calls it: routing, the token, and the vendor's words.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

use super::bodies::{self, Code};
use super::control;
use super::params::Params;
use super::reads;
use super::state::{GLOBAL_TOKEN, State};
use crate::clock::Clock;
use crate::fault::Twist;
use crate::mask::Masker;
use crate::spec::{Operation, Spec};
use crate::sync::lock;
use crate::vendor::{BoxFuture, Vendor};
use crate::wire::{Answer, Request};

pub(super) struct StandIn {
    pub(super) state: Arc<Mutex<State>>,
    pub(super) clock: Clock,
    pub(super) spec: Spec,
}

/// What is at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Endpoint {
    Click,
    Status,
    Fetch,
    Flow,
    Offer,
}

impl Endpoint {
    fn at(path: &str) -> Option<Self> {
        Some(match path {
            "/api/site/click.json" => Endpoint::Click,
            "/api/site/status.json" => Endpoint::Status,
            "/api/site/fetch.json" => Endpoint::Fetch,
            "/api/site/flow.json" => Endpoint::Flow,
            "/api/site/offer.json" => Endpoint::Offer,
            _ => return None,
        })
    }
}

impl StandIn {
    fn answer(&self, request: &Request, twist: Option<Twist>) -> Answer {
        let Some(endpoint) = Endpoint::at(&request.path) else { return bodies::page(404, "Not Found") };
        if !["GET", "HEAD", "POST"].contains(&request.method.as_str()) {
            return bodies::page(405, "Not Allowed");
        }
        let params = Params::read(request);
        let mut state = lock(&self.state);
        let Some(scope) = params.raw("token").and_then(|token| state.authorise(token)) else {
            return bodies::error(&state.switches, Code::Auth);
        };
        match endpoint {
            Endpoint::Click => self.create(&mut state, &params, scope, twist),
            Endpoint::Status => self.change(&mut state, &params, scope, twist),
            Endpoint::Fetch => self.fetch(&state, &params, scope, request.peer.ip()),
            Endpoint::Flow => reads::flow(&state, &params, scope),
            Endpoint::Offer => reads::offer(&state, &params, scope),
        }
    }

    /// The operation at a path. Every one can be called by GET and by POST; the document names one of the two.
    fn described(&self, path: &str) -> Option<&Operation> {
        self.spec.route("GET", path).or_else(|| self.spec.route("POST", path))
    }

    pub(super) fn show(&self) -> Masker {
        let state = lock(&self.state);
        let sites = state.world.sites.values();
        let secrets = sites.flat_map(|site| [site.token(), site.key.clone()]);
        Masker::new(&["key"], std::iter::once(GLOBAL_TOKEN.to_owned()).chain(secrets).collect())
    }
}

impl Vendor for StandIn {
    fn relative<'a>(&self, path: &'a str) -> Option<&'a str> {
        Some(path)
    }

    fn operation(&self, method: &str, relative: &str) -> Option<&str> {
        let is_known = ["GET", "HEAD", "POST"].contains(&method);
        self.described(relative).filter(|_| is_known).map(|operation| operation.id.as_str())
    }

    fn honours(&self, operation: Option<&str>, twist: Twist) -> bool {
        let changes = ["/api/site/click.json", "/api/site/status.json"];
        let ids = changes.into_iter().filter_map(|path| self.described(path));
        matches!(twist, Twist::DatabaseError { .. })
            && operation.is_some_and(|given| ids.into_iter().any(|change| change.id == given))
    }

    fn handle<'a>(&'a self, request: &'a Request, twist: Option<Twist>) -> BoxFuture<'a, Answer> {
        Box::pin(std::future::ready(self.answer(request, twist)))
    }

    fn rate_limited(&self, _path: &str, _wait: Option<Duration>) -> Answer {
        // The vendor has no limits; this is a proxy in front of it.
        bodies::page(429, "Too Many Requests")
    }

    fn server_error(&self, _path: &str, status: u16) -> Answer {
        match status {
            // PHP died, and its error output is off.
            500 => Answer::new(500, Some("text/html; charset=utf-8"), ""),
            502 => bodies::page(502, "Bad Gateway"),
            503 => bodies::page(503, "Service Temporarily Unavailable"),
            504 => bodies::page(504, "Gateway Time-out"),
            other => bodies::page(other, "Error"),
        }
    }

    fn masker(&self) -> Masker {
        self.show()
    }

    fn control(&self, method: &str, path: &[&str], body: &Value) -> Option<Result<Value, String>> {
        control::answer(self, method, path, body)
    }

    fn counters(&self) -> Value {
        let state = lock(&self.state);
        json!({
            "leads": state.leads.len(),
            "duplicates": state.duplicates,
            "payout_bookings": state.payout_bookings,
        })
    }
}

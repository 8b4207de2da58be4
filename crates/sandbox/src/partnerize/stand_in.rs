//! Partnerize's behaviour as the server calls it: routing, keys, limits, what is wrong with a call; then whoever answers
//! it.

use std::sync::Mutex;
use std::time::Duration;

use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use super::call::{Call, Outcome};
use super::refusal::{Flaw, Generation, Refusal};
use super::state::{APPLICATION_KEY, PARTNER, State, USER_API_KEY};
use super::switches::RetryAfter;
use super::throttle::{Standing, cost};
use super::{
    account, attribution, brands, campaigns, commissions, control, exports, jobs, links, payments, queries,
    reference, strict, tags, terms, websites,
};
use crate::base64::encode;
use crate::clock::Clock;
use crate::fault::Twist;
use crate::mask::Masker;
use crate::spec::{Operation, Spec};
use crate::sync::lock;
use crate::vendor::{BoxFuture, Vendor};
use crate::wire::{Answer, Request};

pub(super) struct StandIn {
    pub(super) state: Mutex<State>,
    pub(super) clock: Clock,
    pub(super) spec: Spec,
}

/// The operations of a listing with pages.
const PAGED: [&str; 3] = ["listLinks", "reportConversions", "reportClicks"];

impl StandIn {
    fn answer(&self, request: &Request, twist: Option<Twist>) -> Answer {
        let generation = Generation::of(&request.path);
        let mut state = lock(&self.state);
        let (outcome, standing) = self.outcome(&mut state, request, twist, generation);
        let answer = outcome.unwrap_or_else(|refusal| refusal.answer(generation));
        with_rates(answer, standing, state.switches.retry_after)
    }

    /// The answer, and how the caller stands after it.
    fn outcome(
        &self,
        state: &mut State,
        request: &Request,
        twist: Option<Twist>,
        generation: Generation,
    ) -> (Outcome, Standing) {
        let body = match request.body.as_ref() {
            [] => Ok(Value::Null),
            text => serde_json::from_slice(text).map_err(|_| Refusal::Syntax),
        };
        let standing = self.spend(state, &request.path, body.as_ref().unwrap_or(&Value::Null));
        if let Err(refusal) = authorise(request) {
            return (Err(refusal), standing);
        }
        if standing.wait.is_some() {
            state.rate_refusals += 1;
            return (Err(Refusal::Limited), standing);
        }
        if let ("GET", Some((id, extension))) = (request.method.as_str(), jobs::result_at(&request.path)) {
            return (jobs::download(state, id, extension, self.clock.now()), standing);
        }
        let outcome = self.routed(request).and_then(|operation| {
            let call = Call {
                operation: &operation.id,
                path: &request.path,
                captures: captures(operation, &request.path),
                query: &request.query,
                body: if operation.body_schema().is_some() { body? } else { Value::Null },
                now: self.clock.now(),
                clock: &self.clock,
                twist,
            };
            check(state, operation, &call, generation)?;
            dispatch(state, &call)
        });
        (outcome, standing)
    }

    fn spend(&self, state: &mut State, path: &str, body: &Value) -> Standing {
        let switches = &state.switches;
        let window = switches.window;
        match path.strip_prefix("/v3/partner/analytics/") {
            Some(query) => {
                let shape = query.rsplit('/').next().unwrap_or_default();
                let cost = cost(shape, body, switches.spanned);
                state.analytics.spend(cost, switches.analytics, window, &self.clock)
            }
            None => state.general.spend(1, switches.general, window, &self.clock),
        }
    }

    fn routed(&self, request: &Request) -> Result<&Operation, Refusal> {
        let path = plain(&request.path);
        if let Some(operation) = self.spec.route(&request.method, path) {
            return Ok(operation);
        }
        let (method, path) = (request.method.clone(), path.to_owned());
        let allowed = self.spec.methods(&path).join(", ");
        Err(if allowed.is_empty() {
            Refusal::NoRoute { method, path }
        } else {
            Refusal::NoMethod { method, path, allowed }
        })
    }
}

/// The variables of a path, decoded.
fn captures<'a>(operation: &'a Operation, path: &'a str) -> Vec<(&'a str, String)> {
    let found = operation.captures(plain(path)).unwrap_or_default().into_iter();
    let decode = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    found.map(|(name, value)| (name, decode(value))).collect()
}

/// The path without the `.json` that paths of the first generation may end in. Reports name their format themselves.
fn plain(path: &str) -> &str {
    match path.strip_suffix(".json") {
        Some(rest) if Generation::of(path) == Generation::First && !path.starts_with("/reporting/") => rest,
        _ => path,
    }
}

/// Whether both keys are there and right.
fn authorise(request: &Request) -> Result<(), Refusal> {
    let given = request.header("authorization").ok_or(Refusal::NoKeys)?;
    let encoded = given.strip_prefix("Basic ").ok_or(Refusal::NoKeys)?.trim();
    if encoded == credential() {
        return Ok(());
    }
    Err(Refusal::WrongKeys)
}

/// Both keys as a request has them.
fn credential() -> String {
    encode(&format!("{APPLICATION_KEY}:{USER_API_KEY}"))
}

/// Everything that can be wrong before anybody looks at the state.
fn check(
    state: &State,
    operation: &Operation,
    call: &Call<'_>,
    generation: Generation,
) -> Result<(), Refusal> {
    let partners = ["publisher_id", "publisherId", "partnerId"];
    let named = partners.iter().map(|name| call.captured(name)).find(|id| !id.is_empty());
    let in_query = call.operation.starts_with("export").then(|| call.query("publisher_id")).flatten();
    if let Some(foreign) = named.or(in_query).filter(|id| *id != PARTNER) {
        return Err(Refusal::not_found("publisher", foreign));
    }
    let campaign = call.captured("campaignId");
    if !campaign.is_empty() {
        state.visible_campaign(campaign)?;
    }
    let mut flaws: Vec<Flaw> = operation.check_query(call.query).into_iter().map(Flaw::of).collect();
    if let Some(schema) = operation.body_schema() {
        if call.body.is_null() {
            flaws.push(Flaw::required(""));
        } else {
            flaws.extend(operation.check_body(&call.body).into_iter().map(Flaw::of));
            if generation == Generation::Third {
                flaws.extend(strict::unknown_fields(schema, &call.body));
            }
        }
    }
    if flaws.is_empty() { Ok(()) } else { Err(Refusal::Invalid(flaws)) }
}

/// Whoever knows the operation answers it.
fn dispatch(state: &mut State, call: &Call<'_>) -> Outcome {
    exports::answer(state, call)
        .or_else(|| websites::answer(state, call))
        .or_else(|| links::answer(state, call))
        .or_else(|| tags::answer(state, call))
        .or_else(|| queries::answer(state, call))
        .or_else(|| jobs::answer(state, call))
        .or_else(|| payments::answer(state, call))
        .or_else(|| terms::answer(state, call))
        .or_else(|| brands::answer(state, call))
        .or_else(|| campaigns::answer(state, call))
        .or_else(|| commissions::answer(state, call))
        .or_else(|| attribution::answer(state, call))
        .or_else(|| account::answer(state, call))
        .or_else(|| reference::answer(call))
        // An operation of the document that nobody answers is a mistake of this stand-in.
        .unwrap_or(Err(Refusal::System(500)))
}

/// The headers that come with every answer.
fn with_rates(answer: Answer, standing: Standing, retry_after: RetryAfter) -> Answer {
    let answer = answer
        .header("X-RateLimit-Limit", standing.limit.to_string())
        .header("X-RateLimit-Remaining", standing.remaining.to_string())
        .header("X-RateLimit-Reset", whole_seconds(standing.reset).to_string());
    match (standing.wait, retry_after) {
        (None, RetryAfter::WhenLimited) => answer,
        (wait, _) => {
            answer.header("X-RateLimit-Retry-After", whole_seconds(wait.unwrap_or_default()).to_string())
        }
    }
}

/// Rounded up, for whoever waits so long must have waited enough.
fn whole_seconds(time: Duration) -> u64 {
    time.as_secs() + u64::from(time.subsec_nanos() > 0)
}

impl Vendor for StandIn {
    fn relative<'a>(&self, path: &'a str) -> Option<&'a str> {
        Some(path)
    }

    fn operation(&self, method: &str, relative: &str) -> Option<&str> {
        self.spec.route(method, plain(relative)).map(|operation| operation.id.as_str())
    }

    fn honours(&self, operation: Option<&str>, twist: Twist) -> bool {
        let Some(operation) = operation else { return false };
        match twist {
            Twist::RepeatedCursor | Twist::EmptyPage => PAGED.contains(&operation),
            Twist::StuckJob => operation == "getJob",
            Twist::DatabaseError { .. } => false,
        }
    }

    fn handle<'a>(&'a self, request: &'a Request, twist: Option<Twist>) -> BoxFuture<'a, Answer> {
        Box::pin(std::future::ready(self.answer(request, twist)))
    }

    fn rate_limited(&self, path: &str, wait: Option<Duration>) -> Answer {
        let answer = Refusal::Limited.answer(Generation::of(path));
        match wait {
            Some(wait) => answer
                .header("X-RateLimit-Remaining", "0")
                .header("X-RateLimit-Reset", whole_seconds(wait).to_string())
                .header("X-RateLimit-Retry-After", whole_seconds(wait).to_string()),
            None => answer,
        }
    }

    fn server_error(&self, path: &str, status: u16) -> Answer {
        Refusal::System(status).answer(Generation::of(path))
    }

    fn masker(&self) -> Masker {
        let secrets = vec![credential(), APPLICATION_KEY.to_owned(), USER_API_KEY.to_owned()];
        Masker::new(&["account_number", "routing_number"], secrets)
    }

    fn control(&self, method: &str, path: &[&str], body: &Value) -> Option<Result<Value, String>> {
        control::answer(self, method, path, body)
    }

    fn counters(&self) -> Value {
        let state = lock(&self.state);
        json!({
            "websites": state.websites.len(),
            "databases": state.databases.len(),
            "links": state.links.len(),
            "tags": state.tags.len(),
            "transaction_queries": state.queries.len(),
            "acknowledgments": state.acknowledgments.len(),
            "payment_details": state.payment_details.len(),
            "jobs": state.jobs.len(),
            "rate_refusals": state.rate_refusals,
        })
    }
}

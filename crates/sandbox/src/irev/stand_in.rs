//! iREV's behaviour as the server calls it: routing, the steps that all operations share, and the vendor's words.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

use super::bodies;
use super::control;
use super::limits::{Bucket, Usage};
use super::push;
use super::state::State;
use super::switches::{Firewall, GetContentType, LimitKey, RateHeaders, Switches};
use crate::clock::{Clock, later};
use crate::fault::Twist;
use crate::mask::Masker;
use crate::spec::{Operation, Spec};
use crate::sync::lock;
use crate::vendor::{BoxFuture, Vendor};
use crate::wire::{Answer, Request};

/// What bare HTTP libraries call themselves.
const BARE_CLIENTS: [&str; 4] = ["python-urllib", "python-requests", "go-http-client", "java/"];

pub(super) struct StandIn {
    pub(super) state: Arc<Mutex<State>>,
    pub(super) clock: Clock,
    pub(super) spec: Spec,
}

impl StandIn {
    async fn answer(&self, request: &Request, twist: Option<Twist>) -> Answer {
        let switches = lock(&self.state).switches.clone();
        let operation = match self.find(request, &switches) {
            Ok(operation) => operation,
            Err(answer) => return answer,
        };
        let is_get = request.method == "GET";
        if let Some(answer) = too_large(request, &switches) {
            return answer;
        }
        // Step 2: a body that is no JSON object is refused before anything is counted.
        let is_json = request.media_type().is_some_and(|kind| kind == "application/json");
        let parsed = if !is_get && is_json { push::parse(request, &switches).map(Some) } else { Ok(None) };
        let parsed = match parsed {
            Ok(parsed) => parsed,
            Err(answer) => return answer,
        };
        let usage = self.count(request, is_get, &switches);
        let answer = match usage {
            Some(usage) if !usage.allowed => {
                lock(&self.state).rate_refusals += 1;
                bodies::rate_limited()
            }
            _ => self.after_limits(operation, request, parsed, twist, &switches).await,
        };
        match usage {
            Some(usage) if switches.rate_headers == RateHeaders::On => with_usage(answer, usage),
            _ => answer,
        }
    }

    /// Step 1, and the firewall before it.
    fn find(&self, request: &Request, switches: &Switches) -> Result<&Operation, Answer> {
        if switches.firewall == Firewall::RefusesBareClients && is_bare_client(request) {
            let page = "<html>\r\n<head><title>403 Forbidden</title></head>\r\n<body>403 Forbidden</body>\r\n</html>\r\n";
            return Err(Answer::new(403, Some("text/html"), page));
        }
        let relative = below(&switches.path_prefix, &request.path);
        let found = relative.and_then(|relative| self.spec.route(&request.method, relative));
        found.ok_or_else(|| {
            let old = request.path.split('/').any(|segment| segment.eq_ignore_ascii_case("v1"));
            if old { bodies::old_version() } else { bodies::not_found() }
        })
    }

    /// Step 3.
    fn count(&self, request: &Request, is_get: bool, switches: &Switches) -> Option<Usage> {
        let peer = || request.peer.ip().to_string();
        let caller = match switches.limit_key {
            LimitKey::PeerIp => peer(),
            LimitKey::Token => request.header("authorization").map_or_else(peer, str::to_owned),
            LimitKey::ForwardedFor => request.header("x-forwarded-for").map_or_else(peer, str::to_owned),
        };
        let bucket = Bucket { caller, is_get };
        let windows = switches.limits.windows(is_get);
        lock(&self.state).limiter.count(&bucket, &windows, switches.limit_window, &self.clock)
    }

    /// Steps 4 and 5, then the operation's own.
    async fn after_limits(
        &self,
        operation: &Operation,
        request: &Request,
        parsed: Option<Value>,
        twist: Option<Twist>,
        switches: &Switches,
    ) -> Answer {
        let is_get = request.method == "GET";
        let is_wrong = request.media_type().is_some_and(|kind| kind != "application/json");
        if (is_get && is_wrong && switches.get_requires_ct == GetContentType::Checked)
            || (!is_get && parsed.is_none())
        {
            return bodies::unsupported_content_type(is_get);
        }
        let (token, affiliate) = match self.authorise(request) {
            Ok(known) => known,
            Err(message) => return bodies::unauthorized(message, is_get),
        };
        match (operation.id.as_str(), parsed) {
            ("pushLead", Some(parsed)) => self.push(operation, request, parsed, &token, &affiliate).await,
            ("listLeads", _) => self.list(operation, request, &affiliate, twist),
            ("listGoalTypes", _) => self.goal_types(),
            _ => bodies::not_found(),
        }
    }

    /// Step 5: the token and its affiliate, or the refusal's text.
    fn authorise(&self, request: &Request) -> Result<(String, String), &'static str> {
        let state = lock(&self.state);
        let given = request.header("authorization").ok_or("Unauthorized")?;
        let token = state.tokens.iter().find(|token| token.value == given).ok_or("Unauthorized")?;
        if !token.active {
            return Err("Token isn't active");
        }
        if !token.allowed_ips.is_empty() && !token.allowed_ips.contains(&request.peer.ip()) {
            return Err("IP is not authorized to proceed");
        }
        Ok((token.value.clone(), token.affiliate.clone()))
    }

    pub(super) fn show(&self) -> Masker {
        let tokens = lock(&self.state).tokens.iter().map(|token| token.value.clone()).collect();
        Masker::new(&["password", "auto_login_url", "autologinurl"], tokens)
    }
}

impl Vendor for StandIn {
    fn relative<'a>(&self, path: &'a str) -> Option<&'a str> {
        below(&lock(&self.state).switches.path_prefix, path)
    }

    fn operation(&self, method: &str, relative: &str) -> Option<&str> {
        self.spec.route(method, relative).map(|operation| operation.id.as_str())
    }

    fn honours(&self, operation: Option<&str>, twist: Twist) -> bool {
        operation == Some("listLeads") && matches!(twist, Twist::RepeatedCursor | Twist::EmptyPage)
    }

    fn handle<'a>(&'a self, request: &'a Request, twist: Option<Twist>) -> BoxFuture<'a, Answer> {
        Box::pin(self.answer(request, twist))
    }

    fn rate_limited(&self, _path: &str, wait: Option<Duration>) -> Answer {
        let answer = bodies::rate_limited();
        let Some(wait) = wait else { return answer };
        let reset = later(self.clock.now(), wait);
        with_usage(answer, Usage { allowed: false, limit: 10, remaining: 0, reset })
    }

    fn server_error(&self, _path: &str, status: u16) -> Answer {
        bodies::server_error(status)
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
            "conversions": state.conversions.len(),
            "rotations_started": state.rotations,
            "identical_refusals": state.identical_refusals,
            "rate_refusals": state.rate_refusals,
        })
    }
}

/// The path below the prefix.
fn below<'a>(prefix: &str, path: &'a str) -> Option<&'a str> {
    path.strip_prefix(prefix.trim_end_matches('/')).filter(|rest| rest.starts_with('/'))
}

fn too_large(request: &Request, switches: &Switches) -> Option<Answer> {
    let large = switches.body_limit.is_some_and(|limit| request.body.len() > limit);
    large.then(|| bodies::error(413, "MoleculerError", "request entity too large", Some("entity.too.large")))
}

fn is_bare_client(request: &Request) -> bool {
    request.header("user-agent").is_none_or(|agent| {
        let agent = agent.to_ascii_lowercase();
        agent.is_empty() || BARE_CLIENTS.iter().any(|bare| agent.starts_with(bare))
    })
}

fn with_usage(answer: Answer, usage: Usage) -> Answer {
    answer
        .header("X-Rate-Limit-Limit", usage.limit.to_string())
        .header("X-Rate-Limit-Remaining", usage.remaining.to_string())
        .header("X-Rate-Limit-Reset", usage.reset.as_millisecond().to_string())
}

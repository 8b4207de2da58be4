//! `POST /leads`: the rules in the vendor's order, from the body to the rotation.

use serde_json::{Map, Value};
use uuid::Uuid;

use super::advertiser::{Rejection, Verdict};
use super::bodies::{self, Fields};
use super::config::{DedupScope, ProfileKind};
use super::error_type::ErrorType;
use super::guard::{self, Sight};
use super::records::{Lead, LeadStatus};
use super::stand_in::StandIn;
use super::state::State;
use super::switches::{
    AutoLogin, BadJson, IdenticalRefusal, RecordWhen, Switches, TrimMark, UnknownProfileKey,
};
use crate::clock::{elapsed, later, until};
use crate::spec::{Operation, Rule, Violation};
use crate::sync::lock;
use crate::wire::{Answer, Request};

const TEXT_LIMIT: usize = 512;
const MARK: &str = "<..>";
/// Members of the body that are not of the profile.
const FIXED: [&str; 4] = ["ip", "country_code", "lead_language", "is_test"];

impl StandIn {
    /// Steps 6 to 13 of a push whose caller is known. The body guard keeps what it answers.
    pub(super) async fn push(
        &self,
        operation: &Operation,
        request: &Request,
        parsed: Value,
        token: &str,
        affiliate: &str,
    ) -> Answer {
        let key = {
            let mut state = lock(&self.state);
            let key = guard::key(token, request, &parsed, state.switches.identity);
            if let Some(refusal) = self.look_at_body(&mut state, &key) {
                return refusal;
            }
            key
        };
        let answer = match self.admit(operation, parsed, affiliate) {
            Err(answer) => answer,
            Ok(lead_uuid) => {
                lock(&self.state).guard.remember(&key, self.clock.now());
                self.rotate(lead_uuid).await
            }
        };
        lock(&self.state).guard.answered(&key, &answer);
        answer
    }

    /// Step 6: the refusal of a body that was seen; remembers it where it counts on arrival.
    fn look_at_body(&self, state: &mut State, key: &guard::Key) -> Option<Answer> {
        let now = self.clock.now();
        let window = self.clock.scaled(state.switches.identical_window);
        let slides = state.switches.window_slides;
        match state.guard.look(key, now, window, slides) {
            Sight::New => {
                if state.switches.record_when == RecordWhen::OnArrival {
                    state.guard.remember(key, now);
                }
                None
            }
            Sight::Again(answer) => {
                state.identical_refusals += 1;
                Some(match (&state.switches.identical_refusal, answer) {
                    (IdenticalRefusal::Replay, Some(answer)) => *answer,
                    (IdenticalRefusal::RateLimited | IdenticalRefusal::Replay, _) => bodies::rate_limited(),
                    (IdenticalRefusal::Error { status, kind }, _) => {
                        bodies::error(*status, "MoleculerError", "Identical request body", Some(kind))
                    }
                })
            }
        }
    }

    /// Steps 7 to 11: validation, cutting, creation, and what rejects a lead before anybody is asked.
    fn admit(&self, operation: &Operation, parsed: Value, affiliate: &str) -> Result<Uuid, Answer> {
        let mut state = lock(&self.state);
        let state = &mut *state;
        if let Some(message) = first_failure(operation, &parsed, state) {
            return Err(bodies::fixable_input(&message));
        }
        let Value::Object(mut body) = parsed else {
            return Err(bodies::fixable_input("Body must be an object"));
        };
        if state.switches.unknown_profile_key == UnknownProfileKey::Drop {
            body.retain(|key, _| FIXED.contains(&key.as_str()) || state.profile.kind(key).is_some());
        }
        cut_texts(&mut body, state);
        let now = self.clock.now();
        let lead_uuid = state.create_lead(body.clone(), affiliate, now);
        let rejection =
            self.duplicate(state, &body, affiliate, lead_uuid).or_else(|| filtered(state, &body, now));
        match rejection {
            None => Ok(lead_uuid),
            Some(error_type) => {
                let rejection = Rejection::new(error_type);
                state.reject(lead_uuid, &rejection);
                Err(bodies::rejected(lead_uuid, &rejection, &body).committed())
            }
        }
    }

    /// Step 10.
    fn duplicate(
        &self,
        state: &State,
        body: &Map<String, Value>,
        affiliate: &str,
        new: Uuid,
    ) -> Option<ErrorType> {
        let known = state.dedup.iter().any(|rule| {
            let among = |lead: &&Lead| match rule.scope {
                DedupScope::Global => true,
                DedupScope::Affiliate => lead.affiliate == affiliate,
                DedupScope::Advertiser => false,
            };
            let mut earlier = state.leads.iter().filter(|lead| lead.lead_uuid != new).filter(among);
            earlier.any(|lead| self.same_person(rule, lead, body))
        });
        known.then_some(ErrorType::CrmDuplicationError)
    }

    fn same_person(&self, rule: &super::config::DedupRule, lead: &Lead, body: &Map<String, Value>) -> bool {
        let recent = rule
            .interval
            .is_none_or(|interval| elapsed(self.clock.now(), lead.created_at) < self.clock.scaled(interval));
        recent && lead.status != LeadStatus::Rejected && rule.matches(&lead.body, body)
    }

    /// Steps 12 and 13: asks the advertisers in order.
    async fn rotate(&self, lead_uuid: Uuid) -> Answer {
        // Each advertiser is asked when the one before has answered, not a scheduler's moment later.
        let (count, mut asked_at, deadline, body) = {
            let mut state = lock(&self.state);
            state.rotations += 1;
            let now = self.clock.now();
            let deadline = later(now, self.clock.scaled(state.switches.rotation_timeout));
            let body = state.lead(lead_uuid).map(|lead| lead.body.clone()).unwrap_or_default();
            (state.advertisers.len(), now, deadline, body)
        };
        let mut last = Rejection::new(ErrorType::RotationError);
        for index in 0..count {
            let reply = {
                let mut state = lock(&self.state);
                match self.ask(&mut state, index, &body) {
                    Ok(reply) => reply,
                    Err(rejection) => {
                        last = rejection;
                        continue;
                    }
                }
            };
            let ready = later(asked_at, self.clock.scaled(reply.delay));
            let in_time = reply.verdict != Verdict::Hang && until(deadline, ready).is_none();
            self.clock.sleep_until(if in_time { ready } else { deadline }).await;
            asked_at = ready;
            match reply.verdict {
                Verdict::Accept if in_time => return self.accepted(lead_uuid, index),
                Verdict::Reject(rejection) if in_time => last = rejection,
                _ => {
                    last = Rejection::new(ErrorType::TimeoutError);
                    break;
                }
            }
        }
        lock(&self.state).reject(lead_uuid, &last);
        bodies::rejected(lead_uuid, &last, &body).committed()
    }

    /// What one advertiser says, or why it is not asked.
    fn ask(
        &self,
        state: &mut State,
        index: usize,
        body: &Map<String, Value>,
    ) -> Result<super::advertiser::Reply, Rejection> {
        // An advertiser that was removed in the meantime is one that does not take the lead.
        let none = || Rejection::new(ErrorType::RotationError);
        let advertiser = state.advertisers.get(index).ok_or_else(none)?;
        advertiser.eligible(body.get("country_code").and_then(Value::as_str))?;
        let took = |lead: &&Lead| lead.advertiser_uuid.is_some() && lead.advertiser_uuid == advertiser.uuid;
        let rules = state.dedup.iter().filter(|rule| rule.scope == DedupScope::Advertiser);
        for rule in rules {
            if state.leads.iter().filter(took).any(|lead| self.same_person(rule, lead, body)) {
                return Err(Rejection::new(ErrorType::CrmDuplicationError));
            }
        }
        state.advertisers.get_mut(index).map(|advertiser| advertiser.next_reply(body)).ok_or_else(none)
    }

    fn accepted(&self, lead_uuid: Uuid, advertiser: usize) -> Answer {
        let mut state = lock(&self.state);
        state.accept(lead_uuid, advertiser, self.clock.now());
        let mut body = Fields::default().with("lead_uuid", lead_uuid.to_string());
        match state.switches.auto_login {
            AutoLogin::Link => body = body.with("auto_login_url", auto_login_url(lead_uuid)),
            AutoLogin::Empty => body = body.with("auto_login_url", ""),
            AutoLogin::Absent => {}
        }
        let lead = state.lead(lead_uuid);
        let advertiser_uuid = lead.and_then(|lead| lead.advertiser_uuid).map(|uuid| uuid.to_string());
        let name = lead.and_then(|lead| lead.advertiser_name.clone());
        Answer::json(200, &body.with("advertiser_uuid", advertiser_uuid).with("advertiser_name", name))
            .committed()
    }
}

/// Where a lead's browser would be sent.
pub(super) fn auto_login_url(lead_uuid: Uuid) -> String {
    format!("https://autologin.example/sdk/v1/leads-workflow/go/11/{lead_uuid}")
}

/// Step 2: the body as an object, or the refusal.
pub(super) fn parse(request: &Request, switches: &Switches) -> Result<Value, Answer> {
    let reason = match serde_json::from_slice::<Value>(&request.body) {
        Ok(value @ Value::Object(_)) => return Ok(value),
        Ok(_) => "not an object".to_owned(),
        Err(error) => error.to_string(),
    };
    Err(match switches.bad_json {
        BadJson::ParseFailed => {
            bodies::error(400, "MoleculerError", "Unexpected token", Some("entity.parse.failed"))
        }
        BadJson::InvalidRequestBody => {
            bodies::invalid_request_body(&String::from_utf8_lossy(&request.body), &reason)
        }
        BadJson::Unprocessable => bodies::fixable_input("Body must be a JSON object"),
    })
}

/// Step 7: the text of the first failure, fixed members before the profile.
fn first_failure(operation: &Operation, parsed: &Value, state: &State) -> Option<String> {
    let place = |violation: &Violation| {
        let known = FIXED.iter().position(|name| *name == violation.field);
        (known.unwrap_or(FIXED.len()), violation.field.clone())
    };
    let from_spec = operation.check_body(parsed).into_iter().min_by_key(place);
    if let Some(violation) = from_spec {
        return Some(in_words(&violation));
    }
    let given =
        |key: &str| parsed.get(key).is_some_and(|value| !value.is_null() && value.as_str() != Some(""));
    if let Some(key) = state.profile.required().find(|key| !given(key)) {
        return Some(format!("{} is required", capitalised(key)));
    }
    let members =
        parsed.as_object().filter(|_| state.switches.unknown_profile_key == UnknownProfileKey::Refuse)?;
    let unknown = |key: &&String| !FIXED.contains(&key.as_str()) && state.profile.kind(key).is_none();
    members.keys().find(unknown).map(|key| format!("{} is not allowed", capitalised(key)))
}

fn in_words(violation: &Violation) -> String {
    let name = capitalised(&violation.field);
    match (violation.field.as_str(), &violation.rule) {
        ("country_code", rule) if *rule != Rule::Required => format!("{name} must be in ISO2 format"),
        ("lead_language", rule) if *rule != Rule::Required => format!("{name} must be in ISO 639-1 format"),
        (_, Rule::Required) => format!("{name} is required"),
        (_, Rule::Type(kind)) => format!("{name} must be a {kind}"),
        (_, Rule::NotAllowed) => format!("{name} is not allowed"),
        (_, Rule::MaxLength(bound)) => format!("{name} must not be longer than {bound} characters"),
        (_, Rule::MinLength(bound)) => format!("{name} must be at least {bound} characters long"),
        _ => format!("{name} is not valid"),
    }
}

fn capitalised(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// Step 8.
fn cut_texts(body: &mut Map<String, Value>, state: &State) {
    let kept = match state.switches.trim_mark {
        TrimMark::AfterLimit => TEXT_LIMIT,
        TrimMark::WithinLimit => TEXT_LIMIT - MARK.len(),
    };
    for (key, value) in body.iter_mut() {
        if state.profile.kind(key) != Some(ProfileKind::Text) {
            continue;
        }
        if let Value::String(text) = value
            && text.chars().count() > TEXT_LIMIT
        {
            *text = text.chars().take(kept).chain(MARK.chars()).collect();
        }
    }
}

/// Step 11.
fn filtered(state: &State, body: &Map<String, Value>, now: jiff::Timestamp) -> Option<ErrorType> {
    let filter = &state.filter;
    let today = now.to_zoned(jiff::tz::TimeZone::UTC).weekday();
    if filter.blocks_everything || filter.blocked_weekdays.contains(&today) {
        return Some(ErrorType::BlockedByTrafficFilter);
    }
    let country = body.get("country_code").and_then(Value::as_str)?;
    let blocked = filter.blocked_countries.iter().any(|code| code.eq_ignore_ascii_case(country));
    blocked.then_some(ErrorType::BlockCountry)
}

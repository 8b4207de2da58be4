//! Campaigns and their reports, bulletins, messages to users, and triggers.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::bodies;
use super::call::{Call, day, number_of};
use super::query::Query;
use super::state::State;
use super::switches::ReportNotReady;
use crate::fields::Fields;
use crate::wire::Answer;

const DAY: i64 = 24 * 60 * 60;
const MOST_USERS: usize = 1000;

/// A campaign, which is a message in reports.
#[derive(Debug, Clone)]
pub(super) struct Campaign {
    id: u64,
    name: String,
    channel: String,
    labels: Value,
    scheduled: i64,
    status: &'static str,
    reached: usize,
    /// How often its report was asked for; `None` for one whose report has always been there.
    asked: Option<u32>,
}

/// The campaigns of the made-up world: one every four days.
pub(super) fn of_world(state: &mut State, now: Timestamp) {
    for (number, channel) in ["push", "email", "sms", "push", "webpush", "whatsapp"].into_iter().enumerate() {
        let age = i64::try_from(number).unwrap_or(0) * 4 * DAY;
        let campaign = Campaign {
            id: state.next_id(),
            name: format!("Campaign {}", number + 1),
            channel: channel.to_owned(),
            labels: json!(["sandbox"]),
            scheduled: now.as_second() - age,
            status: "completed",
            reached: 100 + number * 10,
            asked: None,
        };
        state.campaigns.push(campaign);
    }
}

/// Creates a campaign, or only estimates it.
pub(super) fn create(state: &mut State, call: &Call<'_>) -> Answer {
    let audience = (call.body.get("where"), call.body.get("segment"));
    if let (Some(_), Some(_)) = audience {
        return call.refused("Provide either where or segment");
    }
    let channel = call.text("target_mode").unwrap_or_default().to_owned();
    let needs_provider = ["email", "sms", "whatsapp"].contains(&channel.as_str());
    if needs_provider && call.text("provider_nick_name").is_none() {
        return call.refused("provider_nick_name is mandatory");
    }
    let query = Query::read(audience.0.unwrap_or(&Value::Null));
    let reached = state.select_profiles(&query).len();
    let flag = |name: &str| call.body.get(name).and_then(Value::as_bool) == Some(true);
    let mut answer = bodies::success();
    if !flag("estimate_only") {
        let id = state.next_id();
        let scheduled = scheduled(call);
        let is_later = scheduled > call.now().as_second();
        state.campaigns.push(Campaign {
            id,
            name: call.text("name").unwrap_or_default().to_owned(),
            channel: channel.clone(),
            labels: call.body.get("labels").cloned().unwrap_or_else(|| json!([])),
            scheduled,
            status: if is_later { "scheduled" } else { "running" },
            reached,
            asked: Some(0),
        });
        answer = answer.with("id", id);
    }
    if !flag("skip_estimate") {
        answer = answer.with("estimates", estimates(&channel, reached));
    }
    let answer = bodies::ok(&answer);
    if flag("estimate_only") { answer } else { answer.committed() }
}

/// By platform, under the names that the vendor's samples have.
fn estimates(channel: &str, reached: usize) -> Value {
    match channel {
        "push" => json!({"android": reached / 2, "ios": reached - reached / 2, "windows": 0}),
        "webpush" => json!({"chrome": reached}),
        _ => json!({"web": reached}),
    }
}

/// `now`, `YYYYMMDD HH:MM`, or an object with a list of those.
fn scheduled(call: &Call<'_>) -> i64 {
    let when = call.body.get("when");
    let first = when.and_then(|when| when.get("delivery_date_time")).and_then(|times| times.get(0));
    let text = first.or(when).and_then(Value::as_str).unwrap_or("now");
    jiff::civil::DateTime::strptime("%Y%m%d %H:%M", text)
        .ok()
        .and_then(|time| time.to_zoned(jiff::tz::TimeZone::UTC).ok())
        .map_or_else(|| call.now().as_second(), |time| time.timestamp().as_second())
}

fn campaign<'a>(state: &'a mut State, call: &Call<'_>) -> Result<&'a mut Campaign, Answer> {
    let id = call.body.get("id").and_then(Value::as_u64);
    let found = state.campaigns.iter_mut().find(|campaign| Some(campaign.id) == id);
    found.ok_or_else(|| call.refused("Invalid target id"))
}

/// Stops a campaign.
pub(super) fn stop(state: &mut State, call: &Call<'_>) -> Answer {
    match campaign(state, call) {
        Ok(campaign) if ["completed", "stopped"].contains(&campaign.status) => {
            call.refused("Target cannot be stopped")
        }
        Ok(campaign) => {
            campaign.status = "stopped";
            bodies::done().committed()
        }
        Err(refusal) => refusal,
    }
}

/// The counters of a campaign, when there are some.
pub(super) fn result(state: &mut State, call: &Call<'_>) -> Answer {
    let (polls, shape) = (state.switches.report_polls, state.switches.report_not_ready);
    let campaign = match campaign(state, call) {
        Ok(campaign) => campaign,
        Err(refusal) => return refusal,
    };
    if let Some(asked) = &mut campaign.asked {
        *asked = asked.saturating_add(1);
        if *asked <= polls {
            return not_ready(shape);
        }
    }
    let sent = campaign.reached;
    bodies::ok(
        &Fields::default()
            .with("result", json!({"sent": sent, "clicked": sent / 3}))
            .with("status", "success"),
    )
}

fn not_ready(shape: ReportNotReady) -> Answer {
    let incomplete = "This target hasn't been completed";
    match shape {
        ReportNotReady::Conflict => bodies::refused(409, incomplete),
        ReportNotReady::ServerError => bodies::refused(500, "This target has no result as of yet"),
        ReportNotReady::Success => bodies::ok(&bodies::success().with("error", incomplete).with("code", 200)),
        ReportNotReady::Fail => {
            bodies::ok(&Fields::default().with("error", incomplete).with("status", "fail"))
        }
    }
}

/// The campaigns of a range of days.
pub(super) fn list(state: &State, call: &Call<'_>) -> Answer {
    let day_of = |name: &str| call.body.get(name).and_then(Value::as_i64).unwrap_or_default();
    let (from, to) = (day_of("from"), day_of("to"));
    let zone = state.zone();
    let targets: Vec<Value> = state
        .campaigns
        .iter()
        .filter(|campaign| (from..=to).contains(&number_of(day(campaign.scheduled, &zone))))
        .map(|campaign| {
            let on =
                Timestamp::from_second(campaign.scheduled).unwrap_or(Timestamp::MAX).to_zoned(zone.clone());
            json!({
                "id": campaign.id,
                "name": campaign.name,
                "scheduled_on": on.strftime("%Y%m%d %H:%M").to_string(),
                "status": campaign.status,
            })
        })
        .collect();
    bodies::ok(&bodies::success().with("targets", targets))
}

/// The messages that started in a range of days.
pub(super) fn report(state: &State, call: &Call<'_>) -> Answer {
    let day_of = |name: &str| call.text(name).and_then(|text| text.parse::<i64>().ok()).unwrap_or_default();
    let (from, to) = (day_of("from"), day_of("to"));
    let listed = |name: &str, value: &str| {
        let list = call.body.get(name).and_then(Value::as_array).filter(|list| !list.is_empty());
        list.is_none_or(|list| list.iter().any(|wanted| wanted.as_str() == Some(value)))
    };
    let zone = state.zone();
    let chosen = state.campaigns.iter().filter(|campaign| {
        (from..=to).contains(&number_of(day(campaign.scheduled, &zone)))
            && listed("channel", &campaign.channel)
            && listed("status", campaign.status)
            && listed("delivery", "api")
    });
    let messages: Vec<Value> = chosen
        .map(|campaign| {
            json!({
                "message id": campaign.id,
                "message_name": campaign.name,
                "channel": campaign.channel,
                "delivery": "api",
                "start_date": number_of(day(campaign.scheduled, &zone)).to_string(),
                "status": campaign.status,
                "sent": campaign.reached,
                "viewed": campaign.reached / 2,
                "clicked": campaign.reached / 3,
                "labels": campaign.labels,
            })
        })
        .collect();
    bodies::ok(&bodies::success().with("total_results", messages.len()).with("messages", messages))
}

/// A message to users, or a trigger: both name users.
pub(super) fn send(call: &Call<'_>) -> Answer {
    let lists = call.body.get("to").and_then(Value::as_object);
    let users: usize =
        lists.into_iter().flatten().filter_map(|(_, list)| list.as_array()).map(Vec::len).sum();
    match users {
        0 => call.refused("to cannot be empty"),
        users if users > MOST_USERS => call.refused(&format!("Max {MOST_USERS} are allowed")),
        _ => bodies::ok(&bodies::success().with("message", "Added to queue for processing")).committed(),
    }
}

impl Campaign {
    /// A campaign that runs is over after a day.
    pub(super) fn pass(&mut self, call: &Call<'_>) {
        let day = Duration::from_secs(u64::try_from(DAY).unwrap_or(0));
        let started = Timestamp::from_second(self.scheduled).unwrap_or(Timestamp::MAX);
        if ["running", "scheduled"].contains(&self.status) && started <= call.now() {
            self.status = if call.is_over(started, day) { "completed" } else { "running" };
        }
    }
}

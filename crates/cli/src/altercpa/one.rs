//! `afflux altercpa lead` and `afflux altercpa status`: one lead.

use serde_json::json;

use super::{
    given::{Action, Wrong, given},
    send::{Outcome, What, send},
};
use crate::{
    args::{Content, Lead, Source, Status, Timeout},
    console::Console,
    failure::Failure,
    interrupt::Interrupt,
    vendors::{Access, altercpa_client},
};

/// Creates a lead.
pub(crate) async fn lead(
    lead: &Lead,
    access: &Access<'_>,
    console: Console,
    interrupt: &Interrupt,
) -> Result<(), Failure> {
    let values = values(&lead.source, &lead.content, &[])?;
    run(Action::Create, &values, &lead.content, lead.timeout, access, console).await?;
    interrupt.check()
}

/// Changes one.
pub(crate) async fn status(
    status: &Status,
    access: &Access<'_>,
    console: Console,
    interrupt: &Interrupt,
) -> Result<(), Failure> {
    let auto = status.auto.then(|| "1".to_owned());
    let more = [("order", &status.order), ("auto", &auto)];
    let values = values(&status.source, &status.content, &more)?;
    run(Action::Status, &values, &status.content, status.timeout, access, console).await?;
    interrupt.check()
}

async fn run(
    action: Action,
    values: &[(String, String)],
    content: &Content,
    timeout: Timeout,
    access: &Access<'_>,
    console: Console,
) -> Result<(), Failure> {
    let named: Vec<(&str, &str)> =
        values.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let given = given(action, &named, content.trust_exto).map_err(|wrong| usage(&wrong))?;
    let client = altercpa_client(access, console, content.trust_exto)?.with_deadline(timeout.timeout);
    tell(&send(&client, &given).await?, console)
}

/// Says what became of it. A lead that was there before is not what was asked for.
fn tell(outcome: &Outcome, console: Console) -> Result<(), Failure> {
    if outcome.settled {
        console.say(
            "note: an answer was lost, and the vendor says now that it is done already; look at the lead if in doubt",
        );
    }
    let (word, id) = (outcome.what.word(), outcome.id.as_deref());
    if outcome.what == What::Existed {
        let mut failure = Failure::refusal(outcome.status, &outcome.answer, &outcome.attempts);
        failure.set("code", json!("duplicate"));
        failure
            .set("message", json!("altercpa: a lead was there before; nothing of this call was taken over"));
        failure.set("lead_id", json!(id));
        if !console.json {
            console.line(&outcome.answer)?;
            console.say("altercpa: a lead was there before; nothing of this call was taken over");
        }
        return Err(failure);
    }
    if console.json {
        return console.line(json!({
            "outcome": word,
            "lead_id": id,
            "settled_after_lost_answer": outcome.settled,
            "status": outcome.status,
            "attempts": outcome.attempts.len(),
            "raw_body": outcome.answer,
            "exit_code": 0,
        }));
    }
    console.line(format!("{word}   lead {}", id.unwrap_or("-")))
}

/// The options as names and values.
fn values(
    source: &Source,
    content: &Content,
    more: &[(&str, &Option<String>)],
) -> Result<Vec<(String, String)>, Failure> {
    let accept = content.accept.then(|| "1".to_owned());
    let own = [
        ("click", &source.click),
        ("flow", &source.flow),
        ("code", &source.code),
        ("exto", &content.exto),
        ("status", &content.status),
        ("stid", &content.stid),
        ("accept", &accept),
        ("reason", &content.reason),
        ("sta", &content.sta),
        ("stc", &content.stc),
        ("stt", &content.stt),
        ("sth", &content.sth),
        ("stw", &content.stw),
        ("stn", &content.stn),
        ("wm", &content.wm),
        ("pay", &content.pay),
        ("cc", &content.cc),
        ("pd", &content.pd),
        ("pp", &content.pp),
        ("goal", &content.goal),
        ("gid", &content.gid),
    ];
    let options = own.iter().chain(more);
    let mut values: Vec<(String, String)> =
        options.filter_map(|(name, value)| Some(((*name).to_owned(), value.as_ref()?.clone()))).collect();
    for text in &content.fields {
        let (name, value) = text
            .split_once('=')
            .ok_or_else(|| usage(&Wrong::new("--field", "must be NAME=VALUE, such as country=DE")))?;
        let name = name.trim();
        if own.iter().any(|(own, _)| *own == name) || matches!(name, "order" | "auto") {
            return Err(usage(&Wrong::new(name, format!("has an option of its own: --{name}"))));
        }
        if values.iter().any(|(other, _)| other == name) {
            return Err(usage(&Wrong::new(name, "is given twice")));
        }
        values.push((name.to_owned(), value.to_owned()));
    }
    Ok(values)
}

fn usage(wrong: &Wrong) -> Failure {
    Failure::validation(
        format!("altercpa: nothing was sent: `{}` {}", wrong.name, wrong.demand),
        Some(&wrong.name),
    )
}

//! `afflux irev push --ip ...`: one lead.

use afflux::irev::{AdvertiserUuid, Push};
use serde_json::json;

use super::lead::{self, Wrong, secret_values};
use crate::{
    args,
    console::Console,
    failure::Failure,
    interrupt::Interrupt,
    secrets::{self, MASK},
    vendors::{Access, irev_client},
};

/// Pushes it and says what became of it.
pub(crate) async fn run(
    push: &args::Push,
    access: &Access<'_>,
    console: Console,
    interrupt: &Interrupt,
) -> Result<(), Failure> {
    let values = values(push).map_err(|wrong| usage(&wrong))?;
    let named = || values.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let lead = lead::lead(named(), push.correlation.as_deref()).map_err(|wrong| usage(&wrong))?;
    for warning in lead.warnings() {
        console.say(format!("warning: {warning}"));
    }
    if push.dry_run {
        let body = serde_json::to_string(&lead)
            .map_err(|error| Failure::usage(format!("the lead cannot be written: {error}")))?;
        return console.line(secrets::masked(&body));
    }
    let client = irev_client(access, console)?.with_deadline(push.timeout.timeout);
    let secrets = secret_values(named());
    let hide = |mut failure: Failure| {
        failure.mask(&secrets);
        failure
    };
    let response = client.push_in_full(&lead).await.map_err(|error| hide(error.into()))?;
    match response.value {
        Push::Accepted(accepted) => {
            let advertiser = accepted.advertiser_name.as_deref().unwrap_or("-");
            if console.json {
                console.line(json!({
                    "outcome": "accepted",
                    "lead_uuid": accepted.lead_uuid.as_str(),
                    "advertiser_uuid": accepted.advertiser_uuid.as_ref().map(AdvertiserUuid::as_str),
                    "advertiser_name": accepted.advertiser_name,
                    "auto_login_url": accepted.auto_login_url.as_ref().map(|_| MASK),
                    "exit_code": 0,
                }))?;
            } else {
                console.line(format!(
                    "accepted   lead {}   advertiser {advertiser}",
                    accepted.lead_uuid.as_str()
                ))?;
            }
            interrupt.check()
        }
        Push::Rejected(rejected) => {
            let code = rejected.error_type.as_ref().map(|word| word.as_str().to_owned());
            let message = rejected.message.clone().unwrap_or_default();
            let own = client.engine().masker();
            let body = own.text(rejected.source.text()).into_owned();
            let message = own.text(&message).into_owned();
            let status = response.status.as_u16();
            let mut failure = Failure::refusal(status, &secrets::masked(&body), &response.attempts);
            failure.set("code", json!(code));
            failure.set("message", json!("irev: the lead was created, and nobody took it"));
            failure.set("vendor_message", json!(message));
            failure.set("lead_uuid", json!(rejected.lead_uuid.as_str()));
            failure.mask(&secrets);
            if !console.json {
                let line = format!(
                    "rejected   lead {}   {}: {message}",
                    rejected.lead_uuid.as_str(),
                    code.as_deref().unwrap_or("-")
                );
                console.line(secrets::without(&line, &secrets))?;
            }
            Err(failure)
        }
    }
}

/// The options as names and values.
fn values(push: &args::Push) -> Result<Vec<(String, String)>, Wrong> {
    let mut values = Vec::new();
    let fixed = [(lead::IP, &push.ip), (lead::COUNTRY, &push.country), (lead::LANGUAGE, &push.language)];
    for (name, value) in fixed {
        if let Some(value) = value {
            values.push((name.to_owned(), value.clone()));
        }
    }
    if push.test {
        values.push((lead::TEST.to_owned(), "true".to_owned()));
    }
    for text in &push.fields {
        let (key, value) = lead::field(text)?;
        if values.iter().any(|(other, _)| *other == key) {
            return Err(Wrong { name: key, demand: "is given twice".to_owned() });
        }
        values.push((key, value));
    }
    Ok(values)
}

fn usage(wrong: &Wrong) -> Failure {
    Failure::validation(
        format!("irev: the lead was not sent: `{}` {}", wrong.name, wrong.demand),
        Some(&wrong.name),
    )
}

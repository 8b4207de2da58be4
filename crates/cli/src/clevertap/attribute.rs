//! `afflux clevertap attribute FILE`.

use std::sync::Arc;

use afflux::clevertap::{Attribution, Client, CustomEvent, Install};
use futures_util::{StreamExt, stream};

use super::{bad, is_json_lines, options};
use crate::{
    args,
    console::Console,
    failure::Failure,
    interrupt::Interrupt,
    job::{self, BadRow, Files, Form, Row, RowJob, Sent},
    journal::{Detail, Settled},
    vendors::{Access, Vendor, clevertap_client},
};

/// The columns without which no row can be sent.
const NEEDED: [&str; 4] = ["event_type", "device_identifier", "platform", "partner_name"];

/// What has no place in a file.
const CREDENTIALS: [&str; 3] = ["account_id", "account_token", "account_passcode"];

/// The statuses with which the vendor judges an event: a refusal may stand in the body of a success.
const JUDGING: [u16; 2] = [200, 400];

/// Reporting the events of a file.
struct AttributeJob {
    /// `None` where nothing is sent.
    client: Option<Client>,
    target: String,
    host: String,
    repeat_unknown: bool,
}

impl RowJob for AttributeJob {
    type Item = Attribution;

    fn name(&self) -> &'static str {
        "clevertap attribute"
    }

    fn target(&self) -> String {
        self.target.clone()
    }

    fn host(&self) -> String {
        self.host.clone()
    }

    fn things(&self) -> &'static str {
        "events"
    }

    fn verb(&self) -> &'static str {
        "send"
    }

    fn check_columns(&self, columns: &[String]) -> Result<(), String> {
        let has = |name: &&&str| columns.iter().any(|column| column == **name);
        if let Some(name) = CREDENTIALS.iter().find(has) {
            return Err(no_place(name));
        }
        match NEEDED.iter().find(|name| !has(name)) {
            Some(name) => Err(format!("the column `{name}` is missing; it needs {}", NEEDED.join(", "))),
            None => Ok(()),
        }
    }

    fn read(&self, row: &Row) -> Result<Attribution, BadRow> {
        let value = |name: &str| {
            row.values().find(|(other, _)| *other == name).map(|(_, value)| value).unwrap_or_default()
        };
        let device = value("device_identifier");
        let mut event = match value("event_type") {
            "" => return Err(row.bad(Some("event_type"), "is missing")),
            "organic_install" => Install::organic(device),
            "inorganic_install" => Install::inorganic(device),
            name => CustomEvent::named(name, device),
        };
        for (name, value) in row.values() {
            event = match name {
                "event_type" | "device_identifier" => event,
                "platform" => event.platform(value),
                "partner_name" => event.partner(value),
                "utm_source" => event.utm_source(value),
                "utm_medium" => event.utm_medium(value),
                "utm_campaign" => event.utm_campaign(value),
                "timestamp" => event.timestamp(
                    value
                        .parse()
                        .map_err(|_| row.bad(Some(name), "must be a whole number of seconds since 1970"))?,
                ),
                name if CREDENTIALS.contains(&name) => return Err(row.bad(Some(name), no_place(name))),
                name => event.extra(name, value),
            };
        }
        event.check().map_err(|error| bad(row, &error))?;
        Ok(event)
    }

    fn warnings(&self, _event: &Attribution) -> Vec<String> {
        Vec::new()
    }

    fn secrets<'a>(&self, _event: &'a Attribution) -> &'a [String] {
        &[]
    }

    fn repeatable(&self, _event: &Attribution) -> bool {
        self.repeat_unknown
    }

    /// After a 5xx the vendor wants the event again.
    fn repeat_is_asked(&self, last: &Detail) -> bool {
        last.status.is_some_and(|status| (500..600).contains(&status))
    }

    async fn send(&self, event: &Attribution) -> Sent {
        let Some(client) = &self.client else { return Sent::not_sent() };
        let result = if self.repeat_unknown {
            let one = stream::iter([((), event.clone())]);
            let outcome = client.deliver(one).repeat_unknown().run().next().await;
            let Some(((), result)) = outcome else { return Sent::plain(Settled::Unknown) };
            result
        } else {
            client.attribute(event).await
        };
        match result {
            Ok(_) => Sent::plain(Settled::Delivered),
            Err(error) => Sent::failed(Arc::new(error), &JUDGING),
        }
    }
}

fn no_place(name: &str) -> String {
    format!("`{name}` has no place in a file; credentials come from the environment")
}

/// Sends a file.
pub(crate) async fn run(
    attribute: &args::Attribute,
    access: &Access<'_>,
    console: Console,
    interrupt: &Interrupt,
) -> Result<(), Failure> {
    let given = &attribute.job;
    let form = if is_json_lines(&given.file) { Form::Members } else { Form::Csv };
    let files = Files::of(&given.file, form)?;
    let options = options(given, "attribute", attribute.concurrency);
    let repeat_unknown = given.repeat_unknown;
    if given.dry_run {
        let base = Vendor::CleverTap.base(access, console)?;
        let (target, host) = (base.to_string(), base.origin().host().to_owned());
        let job = AttributeJob { client: None, target, host, repeat_unknown };
        return job::dry_run(&job, &files, options.rules, console);
    }
    let client = clevertap_client(access, console, None)?.with_deadline(given.timeout.timeout);
    let base = client.engine().base();
    let (target, host) = (base.to_string(), base.origin().host().to_owned());
    let job = AttributeJob { client: Some(client), target, host, repeat_unknown };
    job::run(&job, &files, &options, console, interrupt).await
}

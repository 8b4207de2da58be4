//! `afflux irev push FILE.csv`.

use std::path::Path;

use afflux::irev::{Client, Lead, Push};

use super::lead::{self, SLIPS, Wrong, secret_values};
use crate::{
    args,
    console::Console,
    failure::Failure,
    interrupt::Interrupt,
    job::{self, BadRow, Files, Form, Options, Reason, Row, RowJob, Rules, Sent, Table},
    vendors::{Access, Vendor, irev_client},
};

/// The statuses with which the vendor judges a lead, and not the call.
const JUDGING: [u16; 3] = [400, 413, 422];

/// The job's name in journals.
pub(crate) const NAME: &str = "irev push";

/// Pushing the leads of a file.
pub(crate) struct PushJob {
    /// `None` where nothing is sent.
    client: Option<Client>,
    target: String,
    host: String,
    correlation: Option<String>,
}

impl PushJob {
    pub(crate) fn new(client: Client, correlation: Option<String>) -> Self {
        let base = client.engine().base();
        let (target, host) = (base.to_string(), base.origin().host().to_owned());
        Self { client: Some(client), target, host, correlation }
    }
}

/// A lead on its way, and what must not be shown of it.
pub(crate) struct Item {
    pub(crate) lead: Lead,
    secrets: Vec<String>,
}

impl RowJob for PushJob {
    type Item = Item;

    fn name(&self) -> &'static str {
        NAME
    }

    fn target(&self) -> String {
        self.target.clone()
    }

    fn host(&self) -> String {
        self.host.clone()
    }

    fn things(&self) -> &'static str {
        "leads"
    }

    fn check_columns(&self, columns: &[String]) -> Result<(), String> {
        if !columns.iter().any(|column| column == lead::IP) {
            return Err("the column `ip` is missing: the address of the lead's browser".to_owned());
        }
        if let Some(key) = &self.correlation
            && !columns.contains(key)
        {
            return Err(format!("the column `{key}` is missing, which --correlation names"));
        }
        Ok(())
    }

    fn read(&self, row: &Row) -> Result<Item, BadRow> {
        let lead = lead::lead(row.values(), self.correlation.as_deref())
            .map_err(|Wrong { name, demand }| row.bad(Some(&name), demand))?;
        Ok(Item { lead, secrets: secret_values(row.values()) })
    }

    fn warnings(&self, item: &Item) -> Vec<String> {
        item.lead.warnings().iter().map(ToString::to_string).collect()
    }

    fn secrets<'a>(&self, item: &'a Item) -> &'a [String] {
        &item.secrets
    }

    async fn send(&self, item: &Item) -> Sent {
        let Some(client) = &self.client else { return Sent::not_sent() };
        match client.push(&item.lead).await {
            Ok(Push::Accepted(accepted)) => Sent::delivered(accepted.lead_uuid.as_str()),
            Ok(Push::Rejected(rejected)) => {
                let text = rejected.message.as_deref().unwrap_or("nobody took it");
                // A vendor may repeat our credentials in its words.
                let mut text = client.engine().masker().text(text).into_owned();
                if rejected.may_be_held() {
                    text.push_str(" (an advertiser may hold it all the same: do not sell it elsewhere)");
                }
                Sent::rejected(Reason {
                    text,
                    error_type: rejected.error_type.as_ref().map(|word| word.as_str().to_owned()),
                    column: rejected.required_fields.first().map(|field| field.key.clone()),
                    status: Some(400),
                    id: Some(rejected.lead_uuid.as_str().to_owned()),
                })
            }
            Err(error) => Sent::failed(error, &JUDGING),
        }
    }
}

/// Pushes a file.
pub(crate) async fn run(
    push: &args::Push,
    file: &Path,
    access: &Access<'_>,
    console: Console,
    interrupt: &Interrupt,
) -> Result<(), Failure> {
    let rules = Rules { refuse_duplicates: push.refuse_duplicates, ..Rules::default() };
    let files = Files::of(file, Form::Csv)?;
    if push.dry_run {
        let base = Vendor::Irev.base(access, console)?;
        let (target, host) = (base.to_string(), base.origin().host().to_owned());
        let job = PushJob { client: None, target, host, correlation: push.correlation.clone() };
        return job::dry_run(&job, &files, rules, console);
    }
    let client = irev_client(access, console)?.with_deadline(push.timeout.timeout);
    for (slip, name) in SLIPS {
        if Table::open(&files.rows)?.columns().iter().any(|column| column == slip) {
            console.say(format!(
                "warning: the column `{slip}` is sent as a profile key; what the vendor fixes is `{name}`"
            ));
        }
    }
    let shown = file.display();
    let key = push.correlation.as_ref().map_or_else(String::new, |key| format!(" --correlation {key}"));
    let options = Options {
        concurrency: usize::from(push.concurrency),
        rules,
        again: format!("afflux irev push {shown}{key}"),
        reconcile: Some(format!("afflux irev reconcile {shown}{key}")),
    };
    job::run(&PushJob::new(client, push.correlation.clone()), &files, &options, console, interrupt).await
}

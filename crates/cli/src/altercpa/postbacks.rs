//! `afflux altercpa postbacks FILE.csv`.

use afflux::altercpa::Client;

use super::{
    given::{self, Action, Given, Wrong},
    send::{What, send},
};
use crate::{
    args,
    console::Console,
    failure::Failure,
    interrupt::Interrupt,
    job::{self, BadRow, Files, Form, Options, Reason, Row, RowJob, Rules, Sent},
    journal::{Content, Detail, Settled},
    vendors::{Access, Vendor, altercpa_client},
};

/// The column that says what a row does.
const ACTION: &str = "action";

/// Sending the postbacks of a file.
struct PostbackJob {
    /// `None` where nothing is sent.
    client: Option<Client>,
    target: String,
    host: String,
    trust_exto: bool,
}

impl RowJob for PostbackJob {
    type Item = Given;

    const ORDERED: bool = true;

    fn name(&self) -> &'static str {
        "altercpa postbacks"
    }

    fn target(&self) -> String {
        self.target.clone()
    }

    fn host(&self) -> String {
        self.host.clone()
    }

    fn things(&self) -> &'static str {
        "postbacks"
    }

    fn verb(&self) -> &'static str {
        "send"
    }

    fn check_columns(&self, columns: &[String]) -> Result<(), String> {
        if !columns.iter().any(|column| column == ACTION) {
            return Err(format!("the column `{ACTION}` is missing: create or status"));
        }
        let known: Vec<&str> = Action::Status.names().chain(Action::Create.names()).collect();
        match columns.iter().find(|column| *column != ACTION && !known.contains(&column.as_str())) {
            None => Ok(()),
            Some(column) if column == "token" => {
                Err("the column `token` has no place in a file; credentials come from the environment"
                    .to_owned())
            }
            Some(column) => {
                let mut known: Vec<&str> = Action::Status.names().collect();
                known.sort_unstable();
                Err(format!("the column `{column}` is not a field of a lead; there are {}", known.join(", ")))
            }
        }
    }

    fn read(&self, row: &Row) -> Result<Given, BadRow> {
        let wrong = |Wrong { name, demand }| row.bad(Some(&name), demand);
        let values: Vec<(&str, &str)> = row.values().filter(|(name, _)| *name != ACTION).collect();
        let action = row.values().find(|(name, _)| *name == ACTION).and_then(|(_, word)| Action::named(word));
        let action = action.ok_or_else(|| wrong(Wrong::new(ACTION, "must be create or status")))?;
        given::given(action, &values, self.trust_exto).map_err(wrong)
    }

    fn warnings(&self, _given: &Given) -> Vec<String> {
        Vec::new()
    }

    fn secrets<'a>(&self, _given: &'a Given) -> &'a [String] {
        &[]
    }

    fn thing(&self, row: &Row) -> Option<Content> {
        given::lead(row.values())
    }

    fn thing_is(&self) -> &'static str {
        "lead"
    }

    fn repeatable(&self, given: &Given) -> bool {
        given.repeatable
    }

    fn again(&self, given: Given) -> Given {
        Given { again: true, ..given }
    }

    async fn send(&self, given: &Given) -> Sent {
        let Some(client) = &self.client else { return Sent::not_sent() };
        let outcome = match send(client, given).await {
            Ok(outcome) => outcome,
            Err(error) => {
                // Only an answer of the vendor's own is about the row; a page of a proxy is about the call.
                let judged = error.vendor_code().and(error.status()).map(|status| status.as_u16());
                return Sent::failed(error, judged.as_slice());
            }
        };
        if outcome.what == What::Existed {
            return Sent::rejected(Reason {
                text: "a lead was there before; nothing of this row was taken over".to_owned(),
                error_type: Some("duplicate".to_owned()),
                column: None,
                status: Some(outcome.status),
                id: outcome.id,
            });
        }
        let code = (outcome.what == What::Unchanged).then(|| "edit".to_owned());
        let detail = Detail { id: outcome.id, code, status: Some(outcome.status), found_as: None };
        Sent { settled: Settled::Delivered, detail, reason: Reason::default(), error: None }
    }
}

/// Sends a file.
pub(crate) async fn run(
    postbacks: &args::Postbacks,
    access: &Access<'_>,
    console: Console,
    interrupt: &Interrupt,
) -> Result<(), Failure> {
    let rules = Rules { refuse_duplicates: postbacks.refuse_duplicates, ..Rules::default() };
    let files = Files::of(&postbacks.file, Form::Csv)?;
    let trust_exto = postbacks.trust_exto;
    if postbacks.dry_run {
        let base = Vendor::AlterCpa.base(access, console)?;
        let (target, host) = (base.to_string(), base.origin().host().to_owned());
        return job::dry_run(&PostbackJob { client: None, target, host, trust_exto }, &files, rules, console);
    }
    let client = altercpa_client(access, console, trust_exto)?.with_deadline(postbacks.timeout.timeout);
    let base = client.engine().base();
    let (target, host) = (base.to_string(), base.origin().host().to_owned());
    let trusting = if trust_exto { " --trust-exto" } else { "" };
    let options = Options {
        concurrency: usize::from(postbacks.concurrency),
        rules,
        again: format!("afflux altercpa postbacks {}{trusting}", postbacks.file.display()),
        reconcile: None,
    };
    let job = PostbackJob { client: Some(client), target, host, trust_exto };
    job::run(&job, &files, &options, console, interrupt).await
}

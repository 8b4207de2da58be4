//! `afflux clevertap upload FILE.jsonl`.

use afflux::clevertap::{Client, Record, RecordOutcome, Rejection};
use afflux_core::{decode::JsonText, operation::Safety};

use super::{bad, is_json_lines, options};
use crate::{
    args,
    console::Console,
    failure::Failure,
    interrupt::Interrupt,
    job::{self, BadRow, Files, Form, Reason, Row, RowJob, Sent, Together},
    journal::{Content, Settled},
    vendors::{Access, Vendor, clevertap_client},
};

/// The keys that say whom a record is about.
const WHO: [&str; 4] = ["identity", "objectId", "FBID", "GPID"];

/// The statuses with which the vendor judges a whole batch, and not the call.
const JUDGING: [u16; 2] = [400, 413];

/// The code with which the vendor says that the fault is its own and that it did not take the record.
const VENDOR_FAULT: i64 = 555;

/// Uploading the records of a file.
struct UploadJob {
    /// `None` where nothing is sent.
    client: Option<Client>,
    target: String,
    host: String,
    batch_size: usize,
    repeat_unknown: bool,
}

/// A record on its way, and what must not be shown of it.
struct Item {
    record: Record,
    bytes: usize,
    hidden: Vec<String>,
}

impl RowJob for UploadJob {
    type Item = Item;

    const ORDERED: bool = true;

    fn name(&self) -> &'static str {
        "clevertap upload"
    }

    fn target(&self) -> String {
        self.target.clone()
    }

    fn host(&self) -> String {
        self.host.clone()
    }

    fn things(&self) -> &'static str {
        "records"
    }

    fn verb(&self) -> &'static str {
        "upload"
    }

    fn check_columns(&self, _columns: &[String]) -> Result<(), String> {
        Ok(())
    }

    fn read(&self, row: &Row) -> Result<Item, BadRow> {
        let text = json(row).ok_or_else(|| row.bad(None, "must be one JSON object"))?;
        let hidden = ["/tokenData/id", "/tokenData/keys/auth", "/tokenData/keys/p256dh"];
        let hidden =
            hidden.iter().filter_map(|path| text.pointer(path)).map(|field| field.text().into_owned());
        let (hidden, bytes) = (hidden.collect(), text.text().len());
        let record = Record::json(text);
        record.check().map_err(|error| bad(row, &error))?;
        Ok(Item { record, bytes, hidden })
    }

    fn warnings(&self, _item: &Item) -> Vec<String> {
        Vec::new()
    }

    fn secrets<'a>(&self, item: &'a Item) -> &'a [String] {
        &item.hidden
    }

    /// Later values of a profile, and later tokens of a device, must not be overwritten by earlier ones. Events are only
    /// ever added.
    fn thing(&self, row: &Row) -> Option<Content> {
        let text = json(row)?;
        let kind = text.get("type")?.text().into_owned();
        if kind == "event" {
            return None;
        }
        let (key, id) = WHO.iter().find_map(|key| Some((*key, text.get(key)?.text().into_owned())))?;
        Some(Content::of([("type", kind.as_str()), (key, id.as_str())]))
    }

    fn thing_is(&self) -> &'static str {
        "profile or device"
    }

    fn repeatable(&self, item: &Item) -> bool {
        self.repeat_unknown || item.record.safety() == Safety::Idempotent
    }

    fn together(&self, item: &Item) -> Together {
        let limit = item.record.batch_limit();
        let kind = match (item.record.safety(), limit) {
            (Safety::Unsafe, _) => "once",
            (_, 1000) => "repeatable",
            _ => "tokens",
        };
        Together { kind, rows: limit.min(self.batch_size), bytes: item.bytes }
    }

    async fn send(&self, item: &Item) -> Sent {
        let sent = self.send_together(std::slice::from_ref(item)).await;
        sent.into_iter().next().unwrap_or_else(|| Sent::plain(Settled::Unknown))
    }

    async fn send_together(&self, items: &[Item]) -> Vec<Sent> {
        let Some(client) = &self.client else { return items.iter().map(|_| Sent::not_sent()).collect() };
        let mut sent: Vec<Sent> = items.iter().map(|_| Sent::plain(Settled::Unknown)).collect();
        let records = items.iter().map(|item| item.record.clone()).enumerate();
        let upload = client.upload(records).concurrency(1);
        let upload = if self.repeat_unknown { upload.repeat_unknown() } else { upload };
        for (index, outcome) in upload.send_all().await.into_outcomes() {
            if let Some(slot) = sent.get_mut(index) {
                *slot = settled(outcome);
            }
        }
        sent
    }
}

fn json(row: &Row) -> Option<JsonText> {
    JsonText::new(row.text()?.to_owned()).ok()
}

fn settled(outcome: RecordOutcome) -> Sent {
    match outcome {
        RecordOutcome::Accepted => Sent::plain(Settled::Delivered),
        RecordOutcome::Rejected(Rejection { error: Some(error), .. }) => Sent::failed(error, &JUDGING),
        RecordOutcome::Rejected(rejection) => {
            let reason = Reason {
                error_type: rejection.code.map(|code| code.to_string()),
                text: rejection.message,
                // The answer is a success that tells of single records.
                status: Some(200),
                ..Reason::default()
            };
            if rejection.code == Some(VENDOR_FAULT) {
                return Sent { reason, ..Sent::plain(Settled::Deferred) };
            }
            Sent::rejected(reason)
        }
        RecordOutcome::NotSent(error) => Sent::failed(error, &[]),
        RecordOutcome::Unknown(doubt) => {
            let text = doubt.to_string();
            let sent = doubt.error.map(|error| Sent::failed(error, &[]));
            let sent = sent.unwrap_or_else(|| Sent {
                reason: Reason { text, ..Reason::default() },
                ..Sent::plain(Settled::Unknown)
            });
            Sent { settled: Settled::Unknown, ..sent }
        }
        // An outcome that this program does not know.
        _ => Sent::plain(Settled::Unknown),
    }
}

/// Uploads a file.
pub(crate) async fn run(
    upload: &args::Upload,
    access: &Access<'_>,
    console: Console,
    interrupt: &Interrupt,
) -> Result<(), Failure> {
    let given = &upload.job;
    if !is_json_lines(&given.file) {
        let file = given.file.display();
        return Err(Failure::usage(format!(
            "{file}: the name must end in .jsonl: a JSON record on each line"
        )));
    }
    let files = Files::of(&given.file, Form::Objects)?;
    let options = options(given, "upload", upload.concurrency);
    let (batch_size, repeat_unknown) = (usize::from(upload.batch_size), given.repeat_unknown);
    if given.dry_run {
        let base = Vendor::CleverTap.base(access, console)?;
        let (target, host) = (base.to_string(), base.origin().host().to_owned());
        let job = UploadJob { client: None, target, host, batch_size, repeat_unknown };
        return job::dry_run(&job, &files, options.rules, console);
    }
    let partner_id = upload.partner_id.as_deref();
    let client = clevertap_client(access, console, partner_id)?.with_deadline(given.timeout.timeout);
    let base = client.engine().base();
    let (target, host) = (base.to_string(), base.origin().host().to_owned());
    let job = UploadJob { client: Some(client), target, host, batch_size, repeat_unknown };
    job::run(&job, &files, &options, console, interrupt).await
}

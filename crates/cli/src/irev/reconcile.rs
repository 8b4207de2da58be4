//! `afflux irev reconcile FILE.csv`: looks for the leads of a file whose outcome is unknown.
//!
//! One listing serves all of them. What is found is delivered; what is not found stays unknown, because a rejected
//! lead has no row, and rows can appear late. It sends nothing.

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use afflux::irev::Client;
use futures_util::StreamExt;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    push::{NAME, PushJob},
    search::Wanted,
};
use crate::{
    args,
    console::Console,
    exit::Exit,
    failure::Failure,
    interrupt::Interrupt,
    job::{Files, Form, Order, Past, RejectedFile, Row, RowJob, Rules, Sent, Source, Table, plan},
    journal::{Detail, Journal, Known, Occurrences, Record, RowKey, Settled, Standing},
};

/// Clocks differ: looked at beside the range.
const MARGIN: Duration = Duration::from_mins(5);

/// The first and the longest pause between two looks.
const PAUSES: (Duration, Duration) = (Duration::from_secs(5), Duration::from_mins(1));

/// A row that is looked for.
struct Lost {
    key: RowKey,
    line: u64,
    sent_at: Timestamp,
    wanted: Option<Wanted>,
    /// Another row that was sent says the same: what is found could be either.
    ambiguous: bool,
    found: Option<String>,
}

/// Looks.
pub(crate) async fn run(
    reconcile: &args::Reconcile,
    client: Client,
    console: Console,
    mut interrupt: Interrupt,
) -> Result<(), Failure> {
    let files = Files::of(&reconcile.file, Form::Csv)?;
    if !files.journal.exists() {
        return Err(Failure::usage(format!(
            "{} has no journal: it was not pushed from here",
            files.rows.display()
        )));
    }
    let job = PushJob::new(client.clone(), reconcile.correlation.clone());
    let journal = Journal::open(&*files.disk, &files.journal, NAME)?;
    let mut rejected = RejectedFile::new(&files.disk, files.rejected.clone());
    let written = rejected.read()?;
    let order = Order::default();
    let past = Past { rows: journal.rows(), written: &written, order: &order, rules: Rules::default() };
    let mut fresh = rejected.rewrite();
    let plan = plan(&job, &mut Source::open(&files)?, past, &mut |entry| fresh.entry(entry))?;
    let settled: HashSet<RowKey> = plan.settle.iter().map(|(key, _)| *key).collect();
    let mut lost = lost(&files, journal.rows(), &settled, reconcile.correlation.as_deref())?;
    let mut claimed: HashSet<String> =
        journal.rows().values().filter_map(|known| known.detail().found_as.clone()).collect();
    rejected.replace(fresh)?;
    let (_, writer) = journal.begin(NAME, &job.target(), Timestamp::now())?;
    for (row, reason) in plan.settle {
        let Sent { settled, detail, .. } = Sent::rejected(reason);
        writer.write(&[Record::Outcome { row, outcome: settled, detail, at: Timestamp::now() }]).await?;
    }
    let clock = client.engine().clock().clone();
    let ends = clock.now() + reconcile.within;
    let mut pause = PAUSES.0;
    let mut told = Vec::new();
    loop {
        look(&client, &mut lost, &mut claimed, &interrupt).await?;
        for row in &mut lost {
            if let Some(found_as) = &row.found {
                let detail = Detail { found_as: Some(found_as.clone()), ..Detail::default() };
                let record = Record::Outcome {
                    row: row.key,
                    outcome: Settled::Delivered,
                    detail,
                    at: Timestamp::now(),
                };
                writer.write(&[record]).await?;
            }
        }
        let (found, missing): (Vec<Lost>, Vec<Lost>) = lost.into_iter().partition(|row| row.found.is_some());
        for row in &found {
            report(row, &mut told, console);
        }
        lost = missing;
        let now = clock.now();
        if now >= ends || interrupt.is_set() || !lost.iter().any(Lost::can_be_found) {
            break;
        }
        tokio::select! {
            () = clock.sleep_until((now + pause).min(ends)) => {}
            () = interrupt.wait() => {}
        }
        pause = (pause * 2).min(PAUSES.1);
    }
    for row in &lost {
        report(row, &mut told, console);
    }
    writer.close().await?;
    interrupt.check()?;
    if plan.summary.unknown_elsewhere > 0 {
        console.say(format!(
            "{} rows with an unknown outcome are not in the file any more and cannot be looked for",
            plan.summary.unknown_elsewhere
        ));
    }
    if lost.is_empty() {
        let object = json!({ "rows": told, "unknown": 0, "exit_code": 0 });
        if console.json {
            return console.line(object);
        }
        console.say("no row is left whose outcome is unknown");
        return Ok(());
    }
    let text =
        format!("{} of the leads that may have arrived were not found; none was sent again", lost.len());
    if !console.json {
        console.say(&text);
    }
    let lines: Vec<u64> = lost.iter().map(|row| row.line).collect();
    let members = json!({ "rows": told, "unknown": lost.len(), "unknown_lines": lines });
    Err(Failure::rows(Exit::Unknown, &text, members.as_object().cloned().unwrap_or_default()))
}

impl Lost {
    fn can_be_found(&self) -> bool {
        self.wanted.is_some() && !self.ambiguous
    }
}

/// The rows of the file whose outcome is unknown.
fn lost(
    files: &Files,
    rows: &HashMap<RowKey, Known>,
    settled: &HashSet<RowKey>,
    correlation: Option<&str>,
) -> Result<Vec<Lost>, Failure> {
    let mut table = Table::open(&files.rows)?;
    let mut occurrences = Occurrences::default();
    let mut lost = Vec::new();
    let mut sent: HashMap<Wanted, u32> = HashMap::new();
    while let Some(row) = table.next()? {
        let Ok(row) = row else { continue };
        let key = occurrences.key(row.key());
        let Some(known) = rows.get(&key).filter(|_| !settled.contains(&key)) else { continue };
        let wanted = wanted(&row, correlation);
        let standing = known.standing();
        if let Some(wanted) = &wanted
            && matches!(standing, Standing::Delivered | Standing::Unknown)
        {
            *sent.entry(wanted.clone()).or_default() += 1;
        }
        if standing == Standing::Unknown {
            let sent_at = known.sent_at;
            lost.push(Lost { key, line: row.line, sent_at, wanted, ambiguous: false, found: None });
        }
    }
    for row in &mut lost {
        row.ambiguous =
            row.wanted.as_ref().is_some_and(|wanted| sent.get(wanted).is_some_and(|count| *count > 1));
    }
    Ok(lost)
}

fn wanted(row: &Row, correlation: Option<&str>) -> Option<Wanted> {
    Wanted::of(row.values(), correlation)
}

/// Reads the list once and notes which lost rows are in it.
async fn look(
    client: &Client,
    lost: &mut [Lost],
    claimed: &mut HashSet<String>,
    interrupt: &Interrupt,
) -> Result<(), Failure> {
    let Some(since) = lost.iter().filter(|row| row.can_be_found()).map(|row| row.sent_at).min() else {
        return Ok(());
    };
    let to = client.engine().clock().wall();
    let to = to.checked_add(MARGIN).unwrap_or(to);
    let mut pages = std::pin::pin!(client.leads().from(earlier(since)).to(to).pages()?);
    while let Some(page) = pages.next().await {
        for row in page?.value.rows().iter().filter_map(|row| row.as_ref().ok()) {
            let Some(uuid) = row.extra("uuid").filter(|uuid| !claimed.contains(uuid)) else { continue };
            let created = row.extra("createdAt").and_then(|text| text.parse::<Timestamp>().ok());
            let mine = lost.iter_mut().find(|lost| {
                lost.found.is_none()
                    && lost.can_be_found()
                    // An older row is of an older push of the same person.
                    && created.is_none_or(|created| created >= earlier(lost.sent_at))
                    && lost.wanted.as_ref().is_some_and(|wanted| wanted.is(|name| row.extra(name)))
            });
            if let Some(mine) = mine {
                mine.found = Some(uuid.clone());
                claimed.insert(uuid);
            }
        }
        if interrupt.is_set() {
            return Ok(());
        }
    }
    Ok(())
}

fn earlier(time: Timestamp) -> Timestamp {
    time.checked_sub(MARGIN).unwrap_or(time)
}

/// Says what became of a row, to a person at once, to a program in the end.
fn report(row: &Lost, told: &mut Vec<Value>, console: Console) {
    let (word, why) = match row {
        Lost { found: Some(_), .. } => ("delivered", None),
        Lost { wanted: None, .. } => {
            ("unknown", Some("it has neither an id, nor e-mail, nor phone to look for"))
        }
        Lost { ambiguous: true, .. } => {
            ("unknown", Some("another row that was sent says the same of its person"))
        }
        _ => ("unknown", Some("not found yet; a rejected lead has no row, and rows can appear late")),
    };
    told.push(json!({ "line": row.line, "outcome": word, "conversion": row.found, "why": why }));
    if console.json {
        return;
    }
    let text = match &row.found {
        Some(uuid) => format!("line {}   delivered   conversion {uuid}", row.line),
        None => format!("line {}   {word}   {}", row.line, why.unwrap_or_default()),
    };
    // The journal holds it; a reader that has gone away changes no outcome.
    let _ = console.line(text);
}

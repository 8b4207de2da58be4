//! CleverTap's section: installs one by one, records in batches, and an outcome for each.

use std::{path::Path, time::Duration};

use afflux::clevertap::{Activity, Attribution, Client, Event, Install, Profile, Record, Region};
use afflux_core::{Delivery, Error, secret::SecretString};
use afflux_sandbox::{
    Fault, Sandbox,
    clevertap::{CleverTap, RecordRule},
};
use futures_util::{StreamExt, TryStreamExt, stream};
use jiff::{ToSpan, tz::TimeZone};

use super::{Section, Step, promise};
use crate::{console::Console, failure::Failure, output::Sink};

/// Installs that are reported.
const INSTALLS: usize = 40;

/// The days in whose course the events happened, in seconds since 1970.
const BEGAN: i64 = 1_767_225_600;

/// Buyers, and what they paid.
const SALES: [(&str, i64); 8] = [
    ("ana", 25),
    ("jonas", 40),
    ("mia", 12),
    ("luca", 99),
    ("emma", 18),
    ("petr", 64),
    ("sofia", 31),
    ("pablo", 7),
];

/// Makes the section.
pub(crate) async fn show(sandbox: &Sandbox, folder: &Path, console: Console) -> Result<Section, Failure> {
    let clevertap = sandbox.clevertap();
    let client = client(clevertap)?;
    console.say("clevertap: reporting installs, losing an answer ...");
    let mut steps = attribute(clevertap, &client).await?;
    console.say("clevertap: uploading records, one of them wrong ...");
    steps.push(upload(clevertap, &client).await?);
    steps.push(lose_a_batch(clevertap, &client).await?);
    console.say("clevertap: reading events back ...");
    let (step, file) = read_back(clevertap, &client, folder).await?;
    steps.push(step);
    Ok(Section {
        title: "CleverTap: installs reported, records uploaded, events read back",
        vendor: "clevertap",
        steps,
        sample: (vec!["user", "event", "amount"], sample(clevertap)),
        drawing: None,
        files: vec![file],
    })
}

fn client(clevertap: &CleverTap) -> Result<Client, Failure> {
    let builder = Client::builder(Region::custom(clevertap.url()), clevertap.account_id())
        .passcode(SecretString::from(clevertap.passcode()))
        .token(SecretString::from(clevertap.token()));
    Ok(builder.build()?.with_deadline(Duration::from_secs(100)))
}

fn counted(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

fn install(number: usize) -> Attribution {
    Install::inorganic(format!("__dev{number:04}"))
        .platform("android")
        .partner("acme")
        .utm_source("acme-ads")
        .utm_campaign("spring")
}

async fn attribute(clevertap: &CleverTap, client: &Client) -> Result<Vec<Step>, Failure> {
    clevertap.fault(Fault::server_error(503).after(5));
    clevertap.fault(Fault::reset_after_commit().after(20));
    let installs = stream::iter((0..INSTALLS).map(|number| (number, install(number))));
    let outcomes: Vec<(usize, Result<_, Error>)> = client.deliver(installs).run().collect().await;
    let (mut taken, mut unknown) = (0_usize, 0_usize);
    for (_, outcome) in &outcomes {
        match outcome {
            Ok(_) => taken += 1,
            Err(error) if error.delivery() == Delivery::Unknown => unknown += 1,
            Err(_) => {}
        }
    }
    promise(taken + unknown == INSTALLS && unknown == 1, "every install has an outcome")?;
    let (stored, twice) = (counted(clevertap.attribution_count()), clevertap.repeated_attributions());
    promise(stored == INSTALLS && twice == 0, "no install is missing or there twice")?;
    let requests = clevertap.requests().len();
    Ok(vec![
        Step::new(
            format!("reported {INSTALLS} installs, 15 at once"),
            format!("{taken} taken, {unknown} unknown"),
            format!("{stored} stored, {twice} twice"),
        ),
        Step::new(
            "  of these, one met a 503 and one lost its answer",
            "503: tried again, as the vendor asks\nlost: not sent again",
            format!("{requests} requests"),
        ),
    ])
}

fn records() -> Vec<(String, Record)> {
    let mut records = Vec::new();
    for (user, amount) in SALES {
        let profile = Profile::new(user).email(format!("{user}@example.com"));
        records.push((format!("profile of {user}"), profile.into()));
        let sale = Event::new(user, "Sale").ts(BEGAN + amount).property("Amount", amount);
        records.push((format!("sale to {user}"), sale.into()));
    }
    records
}

async fn upload(clevertap: &CleverTap, client: &Client) -> Result<Step, Failure> {
    clevertap.reject(RecordRule::code(515).identity_with("petr").times(1));
    let before = clevertap.requests().len();
    let records = records();
    let count = records.len();
    let report = client.upload(records).send_all().await;
    let rejected: Vec<String> = report
        .rejected()
        .map(|(key, why)| format!("{key}: {}", why.code.map_or_else(String::new, |code| code.to_string())))
        .collect();
    let accepted = report.accepted().count();
    promise(accepted + 1 == count && rejected.len() == 1, "each record has an outcome of its own")?;
    let batches = clevertap.requests().len() - before;
    Ok(Step::new(
        format!("uploaded {count} records, one of them wrong"),
        format!("{accepted} accepted\nrejected {}", rejected.join(", ")),
        format!("{batches} batches, {} events stored", clevertap.event_count()),
    ))
}

async fn lose_a_batch(clevertap: &CleverTap, client: &Client) -> Result<Step, Failure> {
    let before = clevertap.event_count();
    clevertap.fault(Fault::reset_after_commit());
    let visits: Vec<(&str, Record)> =
        SALES.iter().map(|(user, _)| (*user, Event::new(*user, "Visit").ts(BEGAN).into())).collect();
    let count = visits.len();
    let report = client.upload(visits).send_all().await;
    let unknown = report.unknown().count();
    let (stored, twice) = (counted(clevertap.event_count() - before), clevertap.repeated_events());
    promise(unknown == count, "what is not answered is unknown")?;
    promise(stored == count && twice == 0, "events are never sent again by themselves")?;
    Ok(Step::new(
        format!("uploaded {count} events; the answer got lost"),
        format!("{unknown} unknown: not sent again"),
        format!("{stored} stored, {twice} twice"),
    ))
}

/// Purchases of the last weeks in the sandbox's made-up project.
async fn read_back(clevertap: &CleverTap, client: &Client, folder: &Path) -> Result<(Step, String), Failure> {
    let today = clevertap.now().to_zoned(TimeZone::UTC).date();
    let purchases = || Activity::of("Charged", today.saturating_sub(35.days())..=today);
    let mut file = Sink::create(&folder.join("charged.jsonl"))?;
    let mut rows = client.exports().events(purchases()).batch_size(50).items().await?;
    let mut read = 0_u64;
    while let Some(row) = rows.try_next().await? {
        file.row(row.text())?;
        read += 1;
    }
    let counted = client.counts().events(purchases()).run().await?.count.copied();
    promise(read > 0 && counted == Some(read), "what is exported is what is counted")?;
    let step = Step::new(
        "exported an event, then counted it",
        format!("{read} rows"),
        format!("{} counted", counted.unwrap_or_default()),
    );
    Ok((step, file.finish()?))
}

fn sample(clevertap: &CleverTap) -> Vec<Vec<String>> {
    let sales = clevertap.events().into_iter().filter(|event| event.name == "Sale").take(4);
    sales
        .map(|event| {
            let amount = event.properties.get("Amount").map(ToString::to_string).unwrap_or_default();
            vec![event.identity, event.name, amount]
        })
        .collect()
}

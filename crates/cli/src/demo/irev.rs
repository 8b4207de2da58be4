//! iREV in the demo: leads pushed, a duplicate refused, a lost answer found, limits kept, leads read back.

use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv4Addr},
    path::Path,
    time::{Duration, Instant},
};

use afflux::irev::{Client, Lead, Push, Reconciled};
use afflux_core::{Delivery, secret::SecretString};
use afflux_sandbox::{
    Fault, Sandbox,
    irev::{Advertiser, DedupRule},
};
use futures_util::{StreamExt, stream};
use jiff::Timestamp;

use super::{Section, Step, promise};
use crate::{
    console::Console,
    failure::Failure,
    output::{Sink, cell},
    secrets::members,
};

/// Made-up people: first name, last name, country.
const PEOPLE: [(&str, &str, &str); 24] = [
    ("Ana", "Horvat", "DE"),
    ("Jonas", "Weber", "DE"),
    ("Mia", "Schulz", "DE"),
    ("Luca", "Rossi", "IT"),
    ("Giulia", "Greco", "IT"),
    ("Emma", "Novak", "CZ"),
    ("Petr", "Dvorak", "CZ"),
    ("Sofia", "Garcia", "ES"),
    ("Pablo", "Moreno", "ES"),
    ("Lena", "Gruber", "AT"),
    ("Paul", "Huber", "AT"),
    ("Chloe", "Martin", "FR"),
    ("Hugo", "Petit", "FR"),
    ("Nora", "Berg", "SE"),
    ("Elias", "Lind", "SE"),
    ("Ines", "Costa", "PT"),
    ("Tiago", "Alves", "PT"),
    ("Zofia", "Nowak", "PL"),
    ("Jan", "Wojcik", "PL"),
    ("Aino", "Laine", "FI"),
    ("Eetu", "Salo", "FI"),
    ("Ana", "Horvat", "DE"),
    ("Noor", "Visser", "NL"),
    ("Daan", "Bakker", "NL"),
];

/// Reads made at once; the vendor allows 10 in 3 seconds.
const READS: usize = 25;

/// Rows of the sample.
const SAMPLE: usize = 6;

/// Makes the section.
pub(crate) async fn show(sandbox: &Sandbox, folder: &Path, console: Console) -> Result<Section, Failure> {
    let irev = sandbox.irev();
    irev.set_advertisers([
        Advertiser::new("Northwind").countries(&["DE", "AT", "NL"]),
        Advertiser::new("Bluebird").countries(&["IT", "ES", "PT"]).cap(5),
        Advertiser::new("Everest").countries(&["CZ", "SE", "PL", "FI"]),
    ]);
    irev.dedup_rules([DedupRule::full(&["email"])]);
    irev.traffic_filter(|filter| filter.blocked_countries = vec!["FR".to_owned()]);
    let client = client(sandbox, true)?;
    let began = Timestamp::now();
    let mut steps = Vec::new();

    console.say("irev: pushing leads ...");
    steps.extend(push_all(sandbox, &client).await?);
    console.say("irev: pushing one of them again ...");
    steps.extend(push_again(sandbox, &client).await?);
    console.say("irev: losing an answer ...");
    steps.extend(lose_an_answer(sandbox, &client, began).await?);
    console.say(format!("irev: {READS} reads at once, of which 10 are allowed in 3 seconds ..."));
    steps.push(read_a_lot(sandbox, &client).await?);
    console.say("irev: reading the leads back ...");
    let (step, files, rows) = read_back(sandbox, &client, began, folder).await?;
    steps.push(step);
    Ok(Section {
        title: "iREV: leads pushed and read back",
        vendor: "irev",
        steps,
        sample: (vec!["created", "country", "goal", "advertiser", "email", "aff_sub"], rows),
        drawing: None,
        files,
    })
}

fn client(sandbox: &Sandbox, guard: bool) -> Result<Client, Failure> {
    let token = SecretString::from(sandbox.irev().token());
    let builder = Client::builder(&sandbox.irev().url())?.token(token).identical_body_guard(guard);
    Ok(builder.build()?.with_deadline(Duration::from_secs(100)))
}

fn lead(number: usize) -> Result<Lead, Failure> {
    let (first, last, country) =
        PEOPLE.get(number % PEOPLE.len()).copied().unwrap_or(("Ana", "Horvat", "DE"));
    let host = u8::try_from(number % 250).unwrap_or(0);
    let email = format!("{}.{}@example.com", first.to_lowercase(), last.to_lowercase());
    Ok(Lead::new(IpAddr::V4(Ipv4Addr::new(203, 0, 113, host)))
        .country(country)?
        .profile("first_name", first)
        .profile("last_name", last)
        .profile("email", email)
        .correlation("aff_sub", format!("c-{:05}", 20_100 + number)))
}

async fn push_all(sandbox: &Sandbox, client: &Client) -> Result<Vec<Step>, Failure> {
    let leads: Vec<Lead> = (0..PEOPLE.len()).map(lead).collect::<Result<_, _>>()?;
    // The repeated person comes last, so that the first one is known by then.
    let results: Vec<_> = stream::iter(&leads).map(|lead| client.push(lead)).buffered(8).collect().await;
    let mut accepted = 0_usize;
    let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
    for result in results {
        match result? {
            Push::Accepted(_) => accepted += 1,
            Push::Rejected(rejected) => {
                let word = rejected.error_type.as_ref().map_or("?", |word| word.as_str());
                *reasons.entry(word.to_owned()).or_default() += 1;
            }
        }
    }
    let rejected: usize = reasons.values().sum();
    let created = sandbox.irev().leads().len();
    promise(
        accepted + rejected == leads.len() && created == leads.len(),
        "a lead is missing or there twice",
    )?;
    promise(accepted > 0 && rejected > 0, "leads are accepted and rejected")?;
    let reasons: Vec<String> = reasons.iter().map(|(word, count)| format!("{word} {count}")).collect();
    Ok(vec![
        Step::new(
            format!("pushed {} leads, 8 at once", leads.len()),
            format!("{accepted} accepted, {rejected} rejected"),
            format!("{created} leads created"),
        ),
        Step::new("  why rejected", reasons.join("\n"), ""),
    ])
}

async fn push_again(sandbox: &Sandbox, client: &Client) -> Result<Vec<Step>, Failure> {
    let irev = sandbox.irev();
    let (created, arrived) = (irev.leads().len(), irev.requests().len());
    let again = lead(0)?;
    let Err(refused) = client.push(&again).await else {
        return Err(Failure::broken_promise("the same lead was pushed twice"));
    };
    promise(refused.delivery() == Delivery::NotSent, "the guard refuses before anything is sent")?;
    promise(irev.requests().len() == arrived, "nothing arrived")?;
    let wait = refused.retry_after().unwrap_or_default().as_secs();
    let first = Step::new(
        "pushed one of them again",
        format!("refused here: not sent, {wait} s to wait"),
        "no request arrived",
    );
    let unguarded = self::client(sandbox, false)?;
    let Err(refused) = unguarded.push(&again).await else {
        return Err(Failure::broken_promise("the vendor takes the same body twice"));
    };
    let status = refused.status().map_or(0, |status| status.as_u16());
    promise(irev.leads().len() == created, "the vendor made no second lead")?;
    let second = Step::new(
        "  the same without our guard",
        format!("refused by the vendor: {status}"),
        format!("still {created} leads"),
    );
    Ok(vec![first, second])
}

async fn lose_an_answer(sandbox: &Sandbox, client: &Client, began: Timestamp) -> Result<Vec<Step>, Failure> {
    let irev = sandbox.irev();
    let lead = Lead::new(IpAddr::V4(Ipv4Addr::new(203, 0, 113, 99)))
        .country("DE")?
        .profile("email", "lost.answer@example.com")
        .correlation("aff_sub", "c-lost");
    irev.fault(Fault::reset_after_commit().once());
    let Err(lost) = client.push(&lead).await else {
        return Err(Failure::broken_promise("the answer was not lost"));
    };
    promise(lost.delivery() == Delivery::Unknown, "a lost answer is unknown")?;
    let attempts = lost.attempts().len();
    let exist = irev.leads_by("aff_sub", "c-lost").len();
    promise(exist == 1 && attempts == 1, "a lost push is never sent again")?;
    let first = Step::new(
        "pushed a lead whose answer got lost",
        format!("unknown after {attempts} attempt: not sent again"),
        format!("{exist} lead created"),
    );
    let Reconciled::Found(row) = client.reconcile(&lead).since(began).await? else {
        return Err(Failure::broken_promise("the lost lead is not found"));
    };
    let uuid = row.extra("uuid").unwrap_or_default();
    promise(irev.leads_by("aff_sub", "c-lost").len() == 1, "looking for a lead makes none")?;
    let second = Step::new(
        "  looked for it by aff_sub",
        format!("found: conversion {uuid}"),
        format!("still {exist} lead"),
    );
    Ok(vec![first, second])
}

async fn read_a_lot(sandbox: &Sandbox, client: &Client) -> Result<Step, Failure> {
    let began = Instant::now();
    let results: Vec<_> =
        stream::iter(0..READS).map(|_| client.goal_types()).buffer_unordered(READS).collect().await;
    let seconds = began.elapsed().as_secs_f64();
    for result in results {
        result?;
    }
    let refused = sandbox.irev().rate_refusals();
    promise(refused == 0, "the limits are kept")?;
    Ok(Step::new(
        format!("{READS} reads at once"),
        format!("all answered, in {seconds:.1} s"),
        format!("{refused} refused (10 in 3 s are allowed)"),
    ))
}

type Sample = Vec<Vec<String>>;

async fn read_back(
    sandbox: &Sandbox,
    client: &Client,
    began: Timestamp,
    folder: &Path,
) -> Result<(Step, Vec<String>, Sample), Failure> {
    let margin = Duration::from_mins(1);
    let from = began.checked_sub(margin).unwrap_or(began);
    let to = Timestamp::now().checked_add(margin).unwrap_or(began);
    let mut sinks =
        vec![Sink::create(&folder.join("leads.jsonl"))?, Sink::create(&folder.join("leads.csv"))?];
    let mut sample = Sample::new();
    let mut count = 0_usize;
    let mut pages = std::pin::pin!(client.leads().from(from).to(to).pages()?);
    while let Some(page) = pages.next().await {
        for row in page?.value.rows() {
            let text = match row {
                Ok(row) => row.text(),
                Err(bad) => bad.json().text(),
            };
            count += 1;
            for sink in &mut sinks {
                sink.row(text)?;
            }
            if sample.len() < SAMPLE {
                sample.push(cells(text));
            }
        }
    }
    let conversions = sandbox.irev().conversions().len();
    promise(count == conversions, "every conversion is read back")?;
    let files = sinks.into_iter().map(Sink::finish).collect::<Result<Vec<_>, _>>()?;
    let step =
        Step::new("read the leads back", format!("{count} rows"), format!("{conversions} conversions"));
    Ok((step, files, sample))
}

fn cells(text: &str) -> Vec<String> {
    let members = members(text).unwrap_or_default();
    ["createdAt", "country", "goalType", "advertiserName", "email", "aff_sub"]
        .iter()
        .map(|name| {
            let value = members.iter().find(|(member, _)| member == name);
            value.map_or_else(|| "-".to_owned(), |(_, value)| cell(value.get()))
        })
        .collect()
}

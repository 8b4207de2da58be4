//! AlterCPA's section: postbacks, and what happens to them when answers get lost.

use std::{fs, path::Path, time::Duration};

use afflux::altercpa::{Client, CreateOutcome, IfMissing, Meaning, Status, click, flow, order};
use afflux_core::{Delivery, secret::SecretString};
use afflux_sandbox::{
    Fault, Sandbox,
    altercpa::{AlterCpa, Source, status},
};

use super::{Section, Step, promise};
use crate::{console::Console, failure::Failure};

/// Clicks of the sandbox's world, all of one offer.
const CLICKS: [u64; 3] = [9001, 9002, 9003];

/// A flow of the same offer.
const FLOW: u64 = 501;

/// Makes the section.
pub(crate) async fn show(sandbox: &Sandbox, folder: &Path, console: Console) -> Result<Section, Failure> {
    let altercpa = sandbox.altercpa();
    let token = SecretString::from(altercpa.token());
    let client = Client::site(&altercpa.url(), token)?.with_deadline(Duration::from_secs(100));
    let mut steps = Vec::new();
    console.say("altercpa: creating leads, losing answers ...");
    steps.push(lose_a_keyed_answer(altercpa, &client).await?);
    steps.push(create_again(altercpa, &client).await?);
    steps.push(lose_an_unkeyed_answer(altercpa, &client).await?);
    console.say("altercpa: changing leads ...");
    steps.push(change_before_creating(altercpa, &client).await?);
    steps.push(wait_by_the_word_hold(altercpa, &client).await?);
    let (step, file) = read_flow(altercpa, &client, folder).await?;
    steps.push(step);
    Ok(Section {
        title: "AlterCPA: leads created and changed by postbacks",
        vendor: "altercpa",
        steps,
        sample: (vec!["lead", "exto", "status", "payout bookings", "stored changes"], sample(altercpa)),
        drawing: None,
        files: vec![file],
    })
}

async fn lose_a_keyed_answer(altercpa: &AlterCpa, client: &Client) -> Result<Step, Failure> {
    altercpa.fault(Fault::reset_after_commit());
    let by = click(CLICKS[0]).exto("ORD-7781");
    let response = client.create(by).status(Status::Approve).send_in_full().await?;
    let attempts = response.attempts.len();
    let CreateOutcome::Created(lead) = response.value else {
        return Err(Failure::broken_promise("the lead of a lost answer is taken for somebody else's"));
    };
    promise(lead.settled_by_duplicate && attempts == 2, "a lost answer with a key is tried again")?;
    let stored = altercpa.stored_leads(Source::Click(CLICKS[0]), Some("ORD-7781"));
    promise(stored == 1 && altercpa.payout_bookings() == 1, "one lead, paid once")?;
    Ok(Step::new(
        "created a lead by click and exto; its answer got lost",
        format!("created after {attempts} attempts: `duplicate` on our own retry"),
        format!("{stored} lead, {} payout booked", altercpa.payout_bookings()),
    ))
}

async fn create_again(altercpa: &AlterCpa, client: &Client) -> Result<Step, Failure> {
    let outcome = client.create(click(CLICKS[0]).exto("ORD-7781")).send().await?;
    let CreateOutcome::AlreadyExisted(lead) = outcome else {
        return Err(Failure::broken_promise("a duplicate on the first try is no success"));
    };
    let id = lead.id.map(|id| id.as_str().to_owned()).unwrap_or_default();
    let stored = altercpa.leads().len();
    promise(stored == 1, "no second lead")?;
    Ok(Step::new(
        "created the same lead again",
        format!("already existed: lead {id}"),
        format!("still {stored} lead"),
    ))
}

async fn lose_an_unkeyed_answer(altercpa: &AlterCpa, client: &Client) -> Result<Step, Failure> {
    altercpa.fault(Fault::reset_after_commit());
    let Err(lost) = client.create(flow(FLOW)).send().await else {
        return Err(Failure::broken_promise("the answer was not lost"));
    };
    promise(lost.delivery() == Delivery::Unknown, "a lost answer is unknown")?;
    let attempts = lost.attempts().len();
    let stored = altercpa.stored_leads(Source::Flow(FLOW), None);
    promise(attempts == 1 && stored == 1, "what nothing protects is never sent again")?;
    Ok(Step::new(
        "created a lead by flow alone; its answer got lost",
        format!("unknown after {attempts} attempt: not sent again"),
        format!("{stored} lead of the flow"),
    ))
}

async fn change_before_creating(altercpa: &AlterCpa, client: &Client) -> Result<Step, Failure> {
    let by = click(CLICKS[1]).exto("ORD-7782");
    let Err(refused) = client.change(by.clone()).status(Status::Approve).send().await else {
        return Err(Failure::broken_promise("a lead that is not there was changed"));
    };
    let code = refused.vendor_code().unwrap_or_default().to_owned();
    let change = client.change(by.clone()).status(Status::Approve).if_missing(IfMissing::Create);
    promise(change.send().await?.is_changed(), "`auto` creates what is missing")?;
    let late = client.create(by).send().await?;
    let stored = altercpa.leads_by_exto("ORD-7782");
    let approved = stored.iter().all(|lead| lead.status == status::COMPLETED);
    promise(!late.is_new() && stored.len() == 1 && approved, "the late creation makes no second lead")?;
    Ok(Step::new(
        "approved a lead before it was created",
        format!("{code}; with auto: created, approved\nthe late creation: already existed"),
        format!("{} lead, approved", stored.len()),
    ))
}

async fn wait_by_the_word_hold(altercpa: &AlterCpa, client: &Client) -> Result<Step, Failure> {
    let by = click(CLICKS[2]).exto("ORD-7783");
    let arrived = altercpa.requests().len();
    let Err(refused) = client.create(by.clone()).status(Status::word("hold").recognised()).send().await
    else {
        return Err(Failure::broken_promise("a bare `hold` was sent"));
    };
    promise(
        refused.delivery() == Delivery::NotSent && altercpa.requests().len() == arrived,
        "nothing arrived",
    )?;
    let lead = client.create(by).status(Status::word("hold").means(Meaning::Wait)).send().await?.into_lead();
    let is_waiting = altercpa.leads_by_exto("ORD-7783").iter().all(|lead| lead.status == status::PROCESSING);
    promise(is_waiting, "`hold` with stw means waiting")?;
    let Some(id) = lead.id else { return Err(Failure::broken_promise("the lead has no id")) };
    let first = client.change(order(id.clone())).status(Status::Approve).send().await?;
    let second = client.change(order(id)).status(Status::Approve).send().await?;
    promise(first.is_changed() && !second.is_changed(), "approving twice changes nothing")?;
    Ok(Step::new(
        "sent the word hold, which networks use for waiting",
        "alone: refused here, not sent\nwith stw: waiting; then approved twice: changed, unchanged",
        format!("{} payouts booked in all", altercpa.payout_bookings()),
    ))
}

async fn read_flow(altercpa: &AlterCpa, client: &Client, folder: &Path) -> Result<(Step, String), Failure> {
    let by_click = client.flow(click(CLICKS[0])).await?;
    let Some(found) = by_click else { return Err(Failure::broken_promise("the click's flow is not found")) };
    let path = folder.join("flow.json");
    fs::write(&path, found.text())
        .map_err(|error| Failure::file(format!("writing {}", path.display()), &error))?;
    let code = found.code.as_deref().unwrap_or("-");
    let requests = altercpa.requests().len();
    let step =
        Step::new("read the click's flow", format!("flow {code}"), format!("{requests} requests in all"));
    Ok((step, path.display().to_string()))
}

fn sample(altercpa: &AlterCpa) -> Vec<Vec<String>> {
    let row = |lead: &afflux_sandbox::altercpa::Lead| {
        vec![
            lead.id.to_string(),
            lead.exto.clone().unwrap_or_else(|| "-".to_owned()),
            lead.status.to_string(),
            lead.payout_bookings.to_string(),
            lead.history.len().to_string(),
        ]
    };
    altercpa.leads().iter().map(row).collect()
}

//! A postback on its way: from names and values to the client's typed calls, and back to one outcome.

use afflux::altercpa::{
    Change, ChangeOutcome, Changes, Client, Creates, IfMissing, click, code, flow, order,
};
use afflux_core::{Error, response::Attempt};

use super::{
    content::{Content, Payment},
    given::{Action, By, Given},
};

/// What became of a postback.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) what: What,
    /// The lead's id in AlterCPA.
    pub(crate) id: Option<String>,
    /// The answer as it came, our credentials masked.
    pub(crate) answer: String,
    /// The HTTP status.
    pub(crate) status: u16,
    pub(crate) attempts: Vec<Attempt>,
    /// An earlier answer of this postback was lost, and this one tells what it would have said.
    pub(crate) settled: bool,
}

/// The same in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    Created,
    /// A lead was there before.
    Existed,
    Changed,
    /// There was nothing to change.
    Unchanged,
}

impl What {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Existed => "already existed",
            Self::Changed => "changed",
            Self::Unchanged => "unchanged",
        }
    }
}

/// Sends it.
pub(crate) async fn send(client: &Client, given: &Given) -> Result<Outcome, Error> {
    let mut outcome = match given.action {
        Action::Create => send_creation(client, given).await?,
        Action::Status => send_change(client, given).await?,
    };
    // An earlier run may have created it.
    if given.again && outcome.what == What::Existed {
        (outcome.what, outcome.settled) = (What::Created, true);
    }
    Ok(outcome)
}

async fn send_creation(client: &Client, given: &Given) -> Result<Outcome, Error> {
    let content = &given.content;
    match given.by.clone() {
        By::Click(id) => create(client, click(id), content).await,
        By::ClickExto(id, exto) => create(client, click(id).exto(exto), content).await,
        By::Flow(id) => create(client, flow(id), content).await,
        By::FlowExto(id, exto) => create(client, flow(id).exto(exto), content).await,
        By::Code(name) => create(client, code(name), content).await,
        By::CodeExto(name, exto) => create(client, code(name).exto(exto), content).await,
        By::Order(_) => Err(Error::configuration("a lead is not created by its id")),
    }
}

async fn send_change(client: &Client, given: &Given) -> Result<Outcome, Error> {
    match given.by.clone() {
        By::Click(id) => change_or_create(client, click(id), given).await,
        By::ClickExto(id, exto) => change_or_create(client, click(id).exto(exto), given).await,
        By::FlowExto(id, exto) => change_or_create(client, flow(id).exto(exto), given).await,
        By::CodeExto(name, exto) => change_or_create(client, code(name).exto(exto), given).await,
        By::Order(id) => change(client, client.change(order(id)), &given.content).await,
        By::Flow(_) | By::Code(_) => Err(Error::configuration("a lead of a bare flow is not found again")),
    }
}

/// Gives a call its content; the setters of both builders are the same.
macro_rules! filled {
    ($call:expr, $content:expr) => {{
        let (mut call, content): (_, &Content) = ($call, $content);
        call = match content.payment.clone() {
            None => call,
            Some(Payment::Both(amount, currency, None)) => call.payout(amount, currency),
            Some(Payment::Both(amount, currency, Some(commission))) => {
                call.payout_with_commission(amount, currency, commission)
            }
            Some(Payment::Advertiser(amount, currency)) => call.advertiser_payout(amount, currency),
        };
        if let Some(currency) = content.currency.as_deref() {
            call = call.currency(currency);
        }
        if content.bad {
            call = call.bad_traffic();
        }
        filled!(call, content, [
            status status, goal goal, name name, phone phone, email email, country country, base base, curr curr,
            count count, comment comment, traffic traffic, time created_at
        ]);
        call
    }};
    ($call:ident, $content:ident, [$($field:ident $setter:ident),+]) => {
        $(if let Some(value) = $content.$field.clone() {
            $call = $call.$setter(value);
        })+
    };
}

async fn create<I: Creates>(client: &Client, by: I, content: &Content) -> Result<Outcome, Error> {
    let response = filled!(client.create(by), content).send_in_full().await?;
    let (status, attempts) = (response.status.as_u16(), response.attempts);
    let what = if response.value.is_new() { What::Created } else { What::Existed };
    let lead = response.value.into_lead();
    Ok(Outcome {
        what,
        id: lead.id.as_ref().map(|id| id.as_str().to_owned()),
        answer: client.engine().masker().text(lead.source.text()).into_owned(),
        status,
        attempts,
        settled: lead.settled_by_duplicate,
    })
}

async fn change_or_create<I: Changes + Creates>(
    client: &Client,
    by: I,
    given: &Given,
) -> Result<Outcome, Error> {
    let if_missing = if given.auto { IfMissing::Create } else { IfMissing::Fail };
    change(client, client.change(by).if_missing(if_missing), &given.content).await
}

async fn change<I: Changes>(
    client: &Client,
    call: Change<'_, I>,
    content: &Content,
) -> Result<Outcome, Error> {
    let response = filled!(call, content).send_in_full().await?;
    let (status, attempts) = (response.status.as_u16(), response.attempts);
    let id = response.value.id().map(|id| id.as_str().to_owned());
    let what = if response.value.is_changed() { What::Changed } else { What::Unchanged };
    let (source, settled) = match &response.value {
        ChangeOutcome::Changed { source, .. } => (source.text(), false),
        ChangeOutcome::Unchanged { source, after_lost_answer, .. } => (source.text(), *after_lost_answer),
        _ => ("", false),
    };
    let answer = client.engine().masker().text(source).into_owned();
    Ok(Outcome { what, id, answer, status, attempts, settled })
}

//! Changing a lead (`status.json`).

use afflux_core::{
    Error,
    decode::{self, DecodeError, Kept},
    endpoint::Endpoint,
    operation::Operation,
    request::Request,
    response::{Raw, Response},
};

use crate::{
    client::Client,
    content::{Content, content_setters},
    fields::{Fields, Invalid},
    generated::{ChangeLead, LeadAnswer},
    identify::{Changes, Creates, Ids},
    outcome::ChangeOutcome,
    sending::{Effect, Sending, next_step},
    status::Status,
};

/// What to do where no lead is found: the call that should have created it was lost, or comes later.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum IfMissing {
    /// Nothing: the error is `bad-id` or `no-id`.
    #[default]
    Fail,
    /// Creates the lead in the wanted status (`auto=1`), provided that no other lead has the click. A creating call that
    /// comes later is then a `duplicate` with `exto`, and a second lead without.
    Create,
}

/// A lead to change; made by [`Client::change`].
///
/// Moves of a status, payments and goals are repeated after lost answers, for the same values again change nothing. A
/// call that may create a lead is repeated only with a click and `exto`, and one with [`Status::Accept`] never.
#[derive(Debug, Clone)]
#[must_use = "nothing is sent before `send`"]
pub struct Change<'a, I> {
    client: &'a Client,
    by: I,
    if_missing: IfMissing,
    content: Content,
    sending: Sending,
}

content_setters!(Change);

impl<I: Changes + Creates> Change<'_, I> {
    /// What to do where no lead is found. There is nothing to choose for [`order`](crate::order): an id of AlterCPA's
    /// own cannot be created.
    pub fn if_missing(mut self, if_missing: IfMissing) -> Self {
        self.if_missing = if_missing;
        self
    }
}

impl<'a, I: Changes> Change<'a, I> {
    pub(crate) fn new(client: &'a Client, by: I) -> Self {
        let sending = Sending { trust_exto: client.trusts_exto(), ..Sending::default() };
        Self { client, by, if_missing: IfMissing::Fail, content: Content::default(), sending }
    }

    /// Sends it.
    pub async fn send(self) -> Result<ChangeOutcome, Error> {
        self.send_in_full().await.map(Response::into_value)
    }

    /// As [`send`](Self::send), with HTTP status, headers, attempts and request id.
    pub async fn send_in_full(self) -> Result<Response<ChangeOutcome>, Error> {
        let (client, changing) = self.into_changing();
        client.engine().call(&changing).await
    }

    pub(crate) fn into_changing(self) -> (&'a Client, Changing) {
        let Self { client, by, if_missing, content, sending } = self;
        (client, Changing { ids: by.ids(), if_missing, content, sending })
    }
}

/// The request value.
#[derive(Debug, Clone)]
pub(crate) struct Changing {
    pub(crate) ids: Ids,
    if_missing: IfMissing,
    content: Content,
    pub(crate) sending: Sending,
}

impl Changing {
    fn effect(&self) -> Effect {
        let by_word = self.content.status.as_ref().is_some_and(Status::creates_if_missing);
        if self.if_missing == IfMissing::Create || (by_word && self.ids.order.is_none()) {
            Effect::MayCreate
        } else {
            Effect::Changes
        }
    }

    fn fields(&self) -> Result<Fields, Invalid> {
        let content = self.content.fields()?;
        if content.is_empty() {
            return Err(Invalid::new(
                "status",
                "or a payment, a goal or another field must be given: nothing would change",
            ));
        }
        let mut fields = self.ids.fields()?;
        if self.if_missing == IfMissing::Create {
            fields.set("auto", 1);
        }
        fields.extend(&content);
        Ok(fields)
    }

    /// Whether everything that `older` says is said by this newer change too, so that `older` need not be sent any more.
    pub(crate) fn covers(&self, older: &Self) -> bool {
        let status = self.content.status.is_some() && older.content.status.is_some();
        let creates = older.effect() == Effect::Changes || self.effect() == Effect::MayCreate;
        let (Ok(new), Ok(old)) = (self.fields(), older.fields()) else { return false };
        // How the status is written does not matter: there is one in both.
        let of_status =
            ["status", "accept", "stid", "reason", "sta", "stc", "stt", "sth", "stw", "stn", "auto"];
        let mut rest = old.names().filter(|name| !of_status.contains(name));
        status && creates && rest.all(|name| new.names().any(|known| known == name))
    }
}

impl Endpoint for Changing {
    const OPERATION: &'static Operation = <ChangeLead as Endpoint>::OPERATION;
    type Output = ChangeOutcome;

    fn encode(&self) -> Result<Request, Error> {
        let fields = self.fields().map_err(|invalid| invalid.refuse(Self::OPERATION))?;
        let books_again = self.content.books_again();
        let safety = self.sending.safety(&self.ids, self.effect(), books_again);
        let advice = next_step(&self.ids, safety, books_again);
        self.sending.request(Self::OPERATION, &fields, safety, advice)
    }

    fn decode(&self, raw: &Raw) -> Result<ChangeOutcome, DecodeError> {
        let answer: Kept<LeadAnswer> = decode::one(raw.body(), "")?;
        let (id, source) = (answer.id.clone(), answer.json().clone());
        Ok(if answer.status.as_deref() == Some("ok") {
            ChangeOutcome::Changed { id, source }
        } else {
            ChangeOutcome::Unchanged { id, after_lost_answer: raw.follows_lost_answer(), source }
        })
    }
}

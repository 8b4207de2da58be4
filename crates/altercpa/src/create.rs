//! Creating a lead (`click.json`).

use afflux_core::{
    Error,
    decode::{self, DecodeError, Kept},
    endpoint::Endpoint,
    operation::{Operation, Safety},
    request::Request,
    response::{Raw, Response},
};

use crate::{
    client::Client,
    content::{Content, content_setters},
    generated::{CreateLead, LeadAnswer},
    identify::{Creates, Identification, Ids},
    outcome::{self, CreateOutcome},
    sending::{Effect, Sending, next_step},
};

/// A lead to create; made by [`Client::create`].
///
/// With [`click`](crate::click)`(..).exto(..)` a lost answer is tried again, because the vendor promises that it does not
/// create a second lead. With anything else a call whose bytes left is never sent again by itself.
#[derive(Debug, Clone)]
#[must_use = "nothing is sent before `send`"]
pub struct Create<'a, I> {
    client: &'a Client,
    by: I,
    content: Content,
    sending: Sending,
}

content_setters!(Create);

impl<'a, I: Creates> Create<'a, I> {
    pub(crate) fn new(client: &'a Client, by: I) -> Self {
        let sending = Sending { trust_exto: client.trusts_exto(), ..Sending::default() };
        Self { client, by, content: Content::default(), sending }
    }

    pub(crate) fn ids(&self) -> Ids {
        self.by.ids()
    }

    /// Sends it.
    pub async fn send(self) -> Result<CreateOutcome<I>, Error> {
        self.send_in_full().await.map(Response::into_value)
    }

    /// As [`send`](Self::send), with HTTP status, headers, attempts and request id.
    pub async fn send_in_full(self) -> Result<Response<CreateOutcome<I>>, Error> {
        let Self { client, by, content, sending } = self;
        client.engine().call(&Creating { by, content, sending }).await
    }
}

/// The request value.
struct Creating<I> {
    by: I,
    content: Content,
    sending: Sending,
}

impl<I: Identification> Creating<I> {
    fn safety(&self) -> Safety {
        self.sending.safety(&self.by.ids(), Effect::Creates, self.content.books_again())
    }
}

impl<I: Identification> Endpoint for Creating<I> {
    const OPERATION: &'static Operation = <CreateLead as Endpoint>::OPERATION;
    type Output = CreateOutcome<I>;

    fn encode(&self) -> Result<Request, Error> {
        let refuse = |invalid: crate::fields::Invalid| invalid.refuse(Self::OPERATION);
        let ids = self.by.ids();
        let mut fields = ids.fields().map_err(refuse)?;
        fields.extend(&self.content.fields().map_err(refuse)?);
        let safety = self.safety();
        let advice = next_step(&ids, safety, self.content.books_again());
        self.sending.request(Self::OPERATION, &fields, safety, advice)
    }

    fn decode(&self, raw: &Raw) -> Result<Self::Output, DecodeError> {
        let answer: Kept<LeadAnswer> = decode::one(raw.body(), "")?;
        let (id, source) = (answer.id.clone(), answer.json().clone());
        let lead = |settled| outcome::lead(self.by.clone(), id, settled, source);
        if answer.status.as_deref() == Some("ok") {
            return Ok(CreateOutcome::Created(lead(false)));
        }
        // `duplicate`: our own doing where an earlier attempt of this keyed call may have created the lead.
        if raw.follows_lost_answer() && matches!(self.safety(), Safety::Keyed(_)) {
            return Ok(CreateOutcome::Created(lead(true)));
        }
        Ok(CreateOutcome::AlreadyExisted(lead(false)))
    }
}

//! Looking things up: a visitor's click, a flow, an offer. Reads: a lost answer is always tried again.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use afflux_core::{
    Error, ErrorKind, decode::Kept, endpoint::Endpoint, operation::Operation, request::Request,
};
use jiff::Timestamp;

use crate::{
    client::{Client, TokenKind},
    fields::{Fields, Invalid, present},
    generated::{self, ClickData, FlowData, FlowId, OfferData, OfferId},
    identify::Identification,
    outcome::ErrorCode,
};

/// Whose click is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Visitor {
    /// Of the visitor with this address: what a backend must say, or the server looks for the backend's own.
    At(IpAddr),
    /// Of whoever makes the call: for a program that runs on the visitor's own device.
    Caller,
}

impl From<IpAddr> for Visitor {
    fn from(address: IpAddr) -> Self {
        Self::At(address)
    }
}

impl From<Ipv4Addr> for Visitor {
    fn from(address: Ipv4Addr) -> Self {
        Self::At(address.into())
    }
}

impl From<Ipv6Addr> for Visitor {
    fn from(address: Ipv6Addr) -> Self {
        Self::At(address.into())
    }
}

/// A search for a visitor's newest click; made by [`Client::find_click`].
#[derive(Debug, Clone)]
#[must_use = "nothing is sent before `send`"]
pub struct FindClick<'a> {
    client: &'a Client,
    offer: Option<OfferId>,
    flow: Option<FlowKey>,
    visitor: Visitor,
    not_before: Option<Timestamp>,
}

#[derive(Debug, Clone)]
enum FlowKey {
    Id(FlowId),
    Code(String),
}

impl<'a> FindClick<'a> {
    pub(crate) fn new(client: &'a Client, visitor: Visitor) -> Self {
        Self { client, offer: None, flow: None, visitor, not_before: None }
    }

    /// The offer. A global token needs it, a site token has one of its own.
    pub fn offer(mut self, offer: impl Into<OfferId>) -> Self {
        self.offer = Some(offer.into());
        self
    }

    /// Only clicks of this flow.
    pub fn flow(mut self, flow: impl Into<FlowId>) -> Self {
        self.flow = Some(FlowKey::Id(flow.into()));
        self
    }

    /// Only clicks of the flow with this code.
    pub fn code(mut self, code: impl Into<String>) -> Self {
        self.flow = Some(FlowKey::Code(code.into()));
        self
    }

    /// Only clicks of this time or later. Without it the server looks at the last 24 hours. The parameter is called `to`
    /// and is a lower bound all the same.
    pub fn not_before(mut self, time: Timestamp) -> Self {
        self.not_before = Some(time);
        self
    }

    /// Searches. Nothing found (`no-click`) is `None`; a click that is seconds old may be found a little later.
    pub async fn send(self) -> Result<Option<Kept<ClickData>>, Error> {
        let operation = <generated::FindClick as Endpoint>::OPERATION;
        let fields = self.fields().map_err(|invalid| invalid.refuse(operation))?;
        found(self.client, fields.request(operation)?, &[ErrorCode::NoClick]).await
    }

    fn fields(&self) -> Result<Fields, Invalid> {
        if self.offer.is_none() && self.client.token_kind() == TokenKind::Global {
            return Err(Invalid::new("offer", "is needed with a global token"));
        }
        let flow = self.flow.clone();
        let ids = crate::identify::Ids {
            offer: self.offer.clone(),
            flow: flow
                .as_ref()
                .and_then(|key| if let FlowKey::Id(id) = key { Some(id.clone()) } else { None }),
            ..Default::default()
        };
        let mut fields = ids.fields()?;
        if let Some(FlowKey::Code(code)) = flow {
            present("code", &code)?;
            fields.set("code", code);
        }
        if let Visitor::At(address) = self.visitor {
            fields.set("ip", address);
        }
        if let Some(time) = self.not_before {
            fields.set("to", time.as_second());
        }
        Ok(fields)
    }
}

/// Reads a flow; `None` where there is none.
pub(crate) async fn flow(client: &Client, by: &impl Identification) -> Result<Option<Kept<FlowData>>, Error> {
    read(client, by, <generated::GetFlow as Endpoint>::OPERATION).await
}

/// Reads an offer; `None` where there is none.
pub(crate) async fn offer(
    client: &Client,
    by: &impl Identification,
) -> Result<Option<Kept<OfferData>>, Error> {
    read(client, by, <generated::GetOffer as Endpoint>::OPERATION).await
}

async fn read<T: afflux_core::decode::Lenient + Send>(
    client: &Client,
    by: &impl Identification,
    operation: &'static Operation,
) -> Result<Option<Kept<T>>, Error> {
    let fields = by.ids().fields().map_err(|invalid| invalid.refuse(operation))?;
    // The manual lists two codes and shows a third.
    let codes = [ErrorCode::NoId, ErrorCode::BadId, ErrorCode::NoClick];
    found(client, fields.request(operation)?, &codes).await
}

async fn found<T: afflux_core::decode::Lenient + Send>(
    client: &Client,
    request: Request,
    nothing: &[ErrorCode],
) -> Result<Option<Kept<T>>, Error> {
    match client.engine().send(request, |raw| afflux_core::decode::one(raw.body(), "")).await {
        Ok(response) => Ok(Some(response.into_value())),
        Err(error) => {
            let is_nothing = error.kind() == ErrorKind::Refused
                && ErrorCode::of(&error).is_some_and(|code| nothing.contains(&code));
            if is_nothing { Ok(None) } else { Err(error) }
        }
    }
}

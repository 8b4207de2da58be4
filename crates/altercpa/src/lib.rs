#![doc = include_str!("../README.md")]

mod change;
mod client;
mod content;
mod create;
mod details;
mod exto;
mod fields;
#[allow(missing_docs)]
pub mod generated;
mod identify;
mod money;
mod outcome;
pub mod postback;
mod reads;
mod sending;
pub mod sequence;
mod status;

pub use afflux_core as core;
pub use afflux_core::{Delivery, Error, ErrorKind, secret::SecretString};

pub use self::{
    change::{Change, IfMissing},
    client::{Client, ClientBuilder, TokenKind, TokenPlace},
    create::Create,
    details::{CurrencyNumber, Goal, OrderCurrency, Traffic},
    exto::Exto,
    generated::{ClickData, ClickId, FlowData, FlowId, LeadId, OPERATIONS, OfferData, OfferId, SiteId},
    identify::{
        Changes, Click, ClickExto, Code, CodeExto, Creates, Flow, FlowExto, Identification, NamesFlow,
        NamesOffer, Offer, Order, click, code, flow, offer, order,
    },
    money::{Commission, Currency},
    outcome::{ChangeOutcome, CreateOutcome, ErrorCode, Failure, Lead, Target},
    reads::{FindClick, Visitor},
    status::{Meaning, ReasonId, Status, StatusId, StatusWords, Word, Worded},
};

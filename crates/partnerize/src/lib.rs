#![doc = include_str!("../README.md")]

pub mod analytics;
mod claim;
mod client;
mod constraint;
pub mod exports;
pub mod generated;
mod groups;
mod jobs;
mod refusal;
pub mod reports;
mod totals;

pub use afflux_core as core;
pub use afflux_core::{Delivery, Error, ErrorKind, secret::SecretString};

pub use self::{
    claim::{Claim, Sale},
    client::{BASE_URL, Client, ClientBuilder, Limits},
    constraint::Constraint,
    generated::OPERATIONS,
    refusal::{Fault, Generation, Property, Refusal, Step},
    totals::{ClickTotals, ConversionTotals, ReportSpan},
};

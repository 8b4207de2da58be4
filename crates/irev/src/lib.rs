#![doc = include_str!("../README.md")]

mod client;
pub mod generated;
mod guard;
mod lead;
mod leads;
mod outcome;
mod reconcile;

pub use afflux_core as core;
pub use afflux_core::{Delivery, Error, ErrorKind, secret::SecretString};

pub use self::{
    client::{Client, ClientBuilder, Limits},
    generated::{
        AdvertiserUuid, ConversionId, ExternalId, GoalType, GoalTypeUuid, LeadRow, LeadUuid, OPERATIONS,
        PushErrorType,
    },
    lead::{Lead, Warning},
    leads::Leads,
    outcome::{Accepted, Push, Rejected, RequiredField},
    reconcile::{Reconcile, Reconciled},
};

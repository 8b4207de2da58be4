#![doc = include_str!("../README.md")]

mod attribution;
mod client;
pub mod generated;
pub mod inbound;
mod names;
mod region;
mod upload;

pub use afflux_core as core;
pub use afflux_core::{Delivery, Error, ErrorKind, secret::SecretString};

pub use self::{
    attribution::{Attributed, Attribution, CustomEvent, Deliver, Delivering, Install},
    client::{Client, ClientBuilder},
    generated::OPERATIONS,
    region::Region,
    upload::{
        DeviceToken, Doubt, Event, Item, Profile, RawRecord, Record, RecordOutcome, Rejection, Report,
        TokenKind, Upload, Uploading, Value, Who,
    },
};

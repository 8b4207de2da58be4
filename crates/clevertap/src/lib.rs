#![doc = include_str!("../README.md")]

mod attribution;
mod campaign_report;
mod client;
mod counts;
mod exports;
mod files;
pub mod generated;
pub mod inbound;
mod names;
mod profile_key;
mod query;
mod region;
mod reports;
mod upload;

pub use afflux_core as core;
pub use afflux_core::{Delivery, Error, ErrorKind, secret::SecretString};

pub use self::{
    attribution::{Attributed, Attribution, CustomEvent, Deliver, Delivering, Install},
    campaign_report::CampaignResult,
    client::{Client, ClientBuilder},
    counts::{
        CountHandle, CountJob, Counted, Counting, Counts, Started, TopCounts, TopValue, TrendCounts,
        TrendPoint,
    },
    exports::{Export, Exported, Exports},
    files::{CatalogFile, FileBody, NewCatalogFile, NewCustomList},
    generated::{
        Count, ExportedEvent, OPERATIONS, RealTimeCounts, RealTimeQuery, TopGroup, TopOrder, TopPropertyType,
        TrendGroup, TrendStep,
    },
    profile_key::ProfileKey,
    query::{Activity, Condition, Days, Occurs, Query, Users},
    region::Region,
    reports::MessageReports,
    upload::{
        DeviceToken, Doubt, Event, Item, Profile, RawRecord, Record, RecordOutcome, Rejection, Report,
        TokenKind, Upload, Uploading, Value, Who,
    },
};

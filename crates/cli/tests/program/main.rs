//! The real program against the sandbox: what it prints, what it sends, what it leaves behind, how it ends.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

mod altercpa;
mod altercpa_postbacks;
mod call;
mod clevertap_attribute;
mod clevertap_call;
mod clevertap_reads;
mod clevertap_upload;
mod config;
mod demo;
mod disk;
mod fleet;
mod interrupt;
mod kill;
mod leads;
mod ops;
mod partnerize;
mod push;
mod push_one;
mod reconcile;
mod size;
mod world;

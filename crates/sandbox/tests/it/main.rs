//! The sandbox from outside: what goes over the socket, and what its handles tell of it.
//!
//! No test sleeps for a vendor's time: clocks stand still and are advanced. One binary, so that linking happens once.
// Names of vendors are words, not code.
#![allow(clippy::doc_markdown)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod support;

mod altercpa_change;
mod altercpa_control;
mod altercpa_create;
mod altercpa_faults;
mod altercpa_reads;
mod altercpa_requests;
mod altercpa_status;
mod bodies;
mod clevertap_attribution;
mod clevertap_changes;
mod clevertap_operations;
mod clevertap_reads;
mod clevertap_upload;
mod control;
mod faults;
mod lifecycle;
mod limits;
mod lists;
mod partnerize_flows;
mod partnerize_jobs;
mod partnerize_operations;
mod partnerize_refusals;
mod partnerize_support;
mod pushes;
mod requests;
mod rotation;
mod rules;

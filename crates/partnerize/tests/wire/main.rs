//! The exact requests, and the answers of every generation.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

mod account;
mod analytics;
mod campaigns;
mod export_breaks;
mod export_jobs;
mod exports;
mod links;
mod payments;
mod refusals;
mod reports;
mod tags;

use std::time::Duration;

use afflux_partnerize::{Client, core::retry::RetryPolicy};
use httpmock::prelude::*;

/// `made-up-application:made-up-user` in base 64.
const BASIC: &str = "Basic bWFkZS11cC1hcHBsaWNhdGlvbjptYWRlLXVwLXVzZXI=";
const PARTNER: &str = "1l1007802";

fn client(server: &MockServer) -> Client {
    let quick = RetryPolicy::default().backoff(Duration::from_millis(1), Duration::from_millis(2));
    Client::builder_at(&server.base_url())
        .unwrap()
        .keys("made-up-application", "made-up-user")
        .engine(|engine| engine.retry(quick.server_wait_cap(Duration::from_secs(3))))
        .build()
        .unwrap()
}

//! A stand-in and an engine of each vendor, without limits of their own: a limit would hide what a fault does.

use std::{sync::Arc, time::Duration};

use afflux::{
    SecretString, altercpa, clevertap,
    core::{
        clock::SystemClock,
        engine::{Engine, EngineBuilder},
        limit::LocalLimiter,
        operation::Operation,
        retry::RetryPolicy,
    },
    irev, partnerize,
};
use afflux_sandbox::{
    Fault, RequestRecord, Sandbox, altercpa::AlterCpa, clevertap::CleverTap, irev::Irev,
    partnerize::Partnerize,
};

use crate::faults::Patience;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Vendor {
    AlterCpa,
    CleverTap,
    Irev,
    Partnerize,
}

pub(crate) const VENDORS: [Vendor; 4] =
    [Vendor::AlterCpa, Vendor::CleverTap, Vendor::Irev, Vendor::Partnerize];

impl Vendor {
    pub(crate) fn operations(self) -> &'static [&'static Operation] {
        match self {
            Self::AlterCpa => altercpa::OPERATIONS,
            Self::CleverTap => clevertap::OPERATIONS,
            Self::Irev => irev::OPERATIONS,
            Self::Partnerize => partnerize::OPERATIONS,
        }
    }

    pub(crate) fn engine(self, sandbox: &Sandbox, patience: &Patience, agent: &str) -> Engine {
        let (patience, agent) = (*patience, agent.to_owned());
        let set = move |engine: EngineBuilder| settings(engine.user_agent(agent), patience);
        match self {
            Self::AlterCpa => altercpa::Client::builder(&sandbox.altercpa().url())
                .unwrap()
                .global_token(sandbox.altercpa().token())
                .engine(set)
                .build()
                .unwrap()
                .engine()
                .clone(),
            Self::CleverTap => {
                let vendor = sandbox.clevertap();
                let (key, secret) = vendor.promo_keys();
                let region: clevertap::Region = vendor.url().parse().unwrap();
                clevertap::Client::builder(region, SecretString::from(vendor.account_id()))
                    .passcode(vendor.passcode())
                    .token(vendor.token())
                    .promo_keys(key, secret)
                    .engine(set)
                    .build()
                    .unwrap()
                    .engine()
                    .clone()
            }
            Self::Irev => irev::Client::builder(&sandbox.irev().url())
                .unwrap()
                .token(sandbox.irev().token())
                .engine(set)
                .build()
                .unwrap()
                .engine()
                .clone(),
            Self::Partnerize => {
                let vendor = sandbox.partnerize();
                partnerize::Client::builder_at(&vendor.url())
                    .unwrap()
                    .keys(vendor.application_key(), vendor.user_api_key())
                    .engine(set)
                    .build()
                    .unwrap()
                    .engine()
                    .clone()
            }
        }
    }

    pub(crate) fn stand_in(self, sandbox: &Sandbox) -> StandIn<'_> {
        match self {
            Self::AlterCpa => StandIn::AlterCpa(sandbox.altercpa()),
            Self::CleverTap => StandIn::CleverTap(sandbox.clevertap()),
            Self::Irev => StandIn::Irev(sandbox.irev()),
            Self::Partnerize => StandIn::Partnerize(sandbox.partnerize()),
        }
    }
}

fn settings(engine: EngineBuilder, patience: Patience) -> EngineBuilder {
    let engine =
        engine.limiter(Arc::new(LocalLimiter::new(Vec::new(), Arc::new(SystemClock)).unwrap())).retry(
            RetryPolicy::default()
                .attempts(patience.attempts)
                .backoff(Duration::from_millis(1), Duration::from_millis(2))
                .server_wait_cap(patience.server_wait_cap),
        );
    match patience.deadline {
        Some(deadline) => engine.deadline(deadline),
        None => engine,
    }
}

/// What the matrix asks of a stand-in.
#[derive(Clone, Copy)]
pub(crate) enum StandIn<'a> {
    AlterCpa(&'a AlterCpa),
    CleverTap(&'a CleverTap),
    Irev(&'a Irev),
    Partnerize(&'a Partnerize),
}

macro_rules! each {
    ($stand_in:expr, $vendor:ident => $what:expr) => {
        match $stand_in {
            StandIn::AlterCpa($vendor) => $what,
            StandIn::CleverTap($vendor) => $what,
            StandIn::Irev($vendor) => $what,
            StandIn::Partnerize($vendor) => $what,
        }
    };
}

impl StandIn<'_> {
    pub(crate) fn fault(self, fault: Fault) {
        each!(self, vendor => vendor.fault(fault));
    }

    /// Forgets faults and what was seen.
    pub(crate) fn forget(self) {
        each!(self, vendor => {
            vendor.clear_faults();
            vendor.clear_requests();
        });
    }

    pub(crate) async fn settled(self) -> Vec<RequestRecord> {
        each!(self, vendor => vendor.settled().await)
    }
}

//! A stand-in and an engine of each vendor, without limits of their own: a limit would hide what a fault does.

use std::sync::Arc;

use afflux::{
    SecretString, altercpa, clevertap,
    core::{
        engine::{Engine, EngineBuilder},
        operation::Operation,
        retry::RetryPolicy,
        transport::ReqwestTransport,
    },
    irev, partnerize,
};
use afflux_sandbox::{
    Fault, RequestRecord, Sandbox, altercpa::AlterCpa, clevertap::CleverTap, irev::Irev,
    partnerize::Partnerize,
};

use crate::{
    faults::Patience,
    time::{Time, Turnstile, Watched},
};

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

    pub(crate) fn engine(self, sandbox: &Sandbox, patience: &Patience, time: &Time) -> Engine {
        let (patience, time) = (*patience, time.clone());
        let set = move |engine: EngineBuilder| settings(engine, patience, &time);
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

    pub(crate) fn stand_in(self, sandbox: &Sandbox) -> StandIn {
        match self {
            Self::AlterCpa => StandIn::AlterCpa(sandbox.altercpa().clone()),
            Self::CleverTap => StandIn::CleverTap(sandbox.clevertap().clone()),
            Self::Irev => StandIn::Irev(sandbox.irev().clone()),
            Self::Partnerize => StandIn::Partnerize(sandbox.partnerize().clone()),
        }
    }
}

fn settings(engine: EngineBuilder, patience: Patience, time: &Time) -> EngineBuilder {
    let engine = engine
        .clock(Arc::new(time.clone()))
        .transport(Arc::new(Watched { inner: ReqwestTransport::new(), time: time.clone() }))
        .limiter(Arc::new(Turnstile(time.clone())))
        .retry(RetryPolicy::default().attempts(patience.attempts));
    match patience.deadline {
        Some(deadline) => engine.deadline(deadline),
        None => engine,
    }
}

/// What the matrix asks of a stand-in.
#[derive(Clone)]
pub(crate) enum StandIn {
    AlterCpa(AlterCpa),
    CleverTap(CleverTap),
    Irev(Irev),
    Partnerize(Partnerize),
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

impl StandIn {
    pub(crate) fn fault(&self, fault: Fault) {
        each!(self, vendor => vendor.fault(fault));
    }

    pub(crate) fn clear_faults(&self) {
        each!(self, vendor => vendor.clear_faults());
    }

    /// Forgets faults and what was seen.
    pub(crate) fn forget(&self) {
        each!(self, vendor => {
            vendor.clear_faults();
            vendor.clear_requests();
        });
    }

    pub(crate) fn requests(&self) -> Vec<RequestRecord> {
        each!(self, vendor => vendor.requests())
    }

    pub(crate) async fn settled(&self) -> Vec<RequestRecord> {
        each!(self, vendor => vendor.settled().await)
    }
}

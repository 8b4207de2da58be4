//! Each vendor's operations, its stand-in in the sandbox, and a client of it: for tests that treat all vendors alike.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use afflux::{
    SecretString, altercpa, clevertap,
    core::{
        engine::{Engine, EngineBuilder},
        operation::Operation,
    },
    irev, partnerize,
};
use afflux_sandbox::{
    Fault, RequestRecord, Sandbox, altercpa::AlterCpa, clevertap::CleverTap, irev::Irev,
    partnerize::Partnerize,
};

/// Where a vendor is, and with what it is called.
#[derive(Debug, Clone)]
pub struct Access {
    /// Its base URL.
    pub base: String,
    /// Its credentials, in the order of the client: AlterCPA's token; CleverTap's account, passcode, token, promo key
    /// and promo secret; iREV's token; Partnerize's application key and user key.
    pub secrets: Vec<String>,
}

/// One of the four.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Vendor {
    AlterCpa,
    CleverTap,
    Irev,
    Partnerize,
}

/// All of them.
pub const VENDORS: [Vendor; 4] = [Vendor::AlterCpa, Vendor::CleverTap, Vendor::Irev, Vendor::Partnerize];

impl Vendor {
    /// What it can be asked.
    pub fn operations(self) -> &'static [&'static Operation] {
        match self {
            Self::AlterCpa => altercpa::OPERATIONS,
            Self::CleverTap => clevertap::OPERATIONS,
            Self::Irev => irev::OPERATIONS,
            Self::Partnerize => partnerize::OPERATIONS,
        }
    }

    /// Where its stand-in is, and the credentials that it takes.
    pub fn access(self, sandbox: &Sandbox) -> Access {
        let (base, secrets) = match self {
            Self::AlterCpa => (sandbox.altercpa().url(), vec![sandbox.altercpa().token()]),
            Self::CleverTap => {
                let vendor = sandbox.clevertap();
                let (key, secret) = vendor.promo_keys();
                (vendor.url(), vec![vendor.account_id(), vendor.passcode(), vendor.token(), key, secret])
            }
            Self::Irev => (sandbox.irev().url(), vec![sandbox.irev().token()]),
            Self::Partnerize => {
                let vendor = sandbox.partnerize();
                (vendor.url(), vec![vendor.application_key(), vendor.user_api_key()])
            }
        };
        Access { base, secrets: secrets.into_iter().map(str::to_owned).collect() }
    }

    /// The vendor's client at work.
    ///
    /// # Panics
    /// If the client refuses the address or the credentials.
    pub fn engine(
        self,
        access: &Access,
        set: impl FnOnce(EngineBuilder) -> EngineBuilder + Send + 'static,
    ) -> Engine {
        let base = access.base.as_str();
        let secret = |number: usize| SecretString::from(access.secrets[number].as_str());
        match self {
            Self::AlterCpa => {
                let client = altercpa::Client::builder(base).unwrap().global_token(secret(0));
                client.engine(set).build().unwrap().engine().clone()
            }
            Self::CleverTap => {
                let client = clevertap::Client::builder(clevertap::Region::custom(base), secret(0));
                let client = client.passcode(secret(1)).token(secret(2)).promo_keys(secret(3), secret(4));
                client.engine(set).build().unwrap().engine().clone()
            }
            Self::Irev => {
                let client = irev::Client::builder(base).unwrap().token(secret(0));
                client.engine(set).build().unwrap().engine().clone()
            }
            Self::Partnerize => {
                let client = partnerize::Client::builder_at(base).unwrap().keys(secret(0), secret(1));
                client.engine(set).build().unwrap().engine().clone()
            }
        }
    }

    /// Its stand-in.
    pub fn stand_in(self, sandbox: &Sandbox) -> StandIn {
        match self {
            Self::AlterCpa => StandIn::AlterCpa(sandbox.altercpa().clone()),
            Self::CleverTap => StandIn::CleverTap(sandbox.clevertap().clone()),
            Self::Irev => StandIn::Irev(sandbox.irev().clone()),
            Self::Partnerize => StandIn::Partnerize(sandbox.partnerize().clone()),
        }
    }
}

/// A stand-in, whichever vendor's.
#[derive(Clone)]
#[allow(missing_docs, missing_debug_implementations)]
pub enum StandIn {
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
    /// Plans a fault.
    pub fn fault(&self, fault: Fault) {
        each!(self, vendor => vendor.fault(fault));
    }

    /// Forgets the faults.
    pub fn clear_faults(&self) {
        each!(self, vendor => vendor.clear_faults());
    }

    /// Forgets faults and what was seen.
    pub fn forget(&self) {
        each!(self, vendor => {
            vendor.clear_faults();
            vendor.clear_requests();
        });
    }

    /// What was seen so far.
    pub fn requests(&self) -> Vec<RequestRecord> {
        each!(self, vendor => vendor.requests())
    }

    /// Where its control API is.
    pub fn control_url(&self) -> String {
        each!(self, vendor => vendor.control_url())
    }

    /// What was seen, once nothing is under way any more.
    pub async fn settled(&self) -> Vec<RequestRecord> {
        each!(self, vendor => vendor.settled().await)
    }
}

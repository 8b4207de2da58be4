//! `--limits`: one quota for everyone who names the same Redis server.

use std::env::{self, VarError};

use afflux_core::{
    base_url::BaseUrl,
    limit::{OnLoss, SharedLimits},
};

use crate::{args::Limits, failure::Failure};

/// The address in the environment, where a password is not seen by every user of the machine.
const VARIABLE: &str = "AFFLUX_LIMITS";

/// The machines that a quota is shared with.
#[derive(Debug)]
pub(crate) struct Fleet {
    shared: SharedLimits,
    scope: Option<String>,
}

impl Fleet {
    /// What was said on the command line, else in the environment; `None` where this machine is alone.
    pub(crate) fn given(limits: &Limits) -> Result<Option<Self>, Failure> {
        let url = match &limits.url {
            // What stands before an @ may be a password; it is not repeated.
            Some(url) if url.contains('@') => {
                return Err(Failure::usage(format!(
                    "--limits: an address with a user or a password belongs into {VARIABLE}; every user of the machine \
                     can read arguments"
                )));
            }
            Some(url) => url.clone(),
            None => match env::var(VARIABLE) {
                Ok(url) if !url.trim().is_empty() => url,
                Ok(_) | Err(VarError::NotPresent) => return Self::nobody(limits),
                Err(VarError::NotUnicode(_)) => {
                    return Err(Failure::configuration(format!("{VARIABLE} is not UTF-8")));
                }
            },
        };
        let mut shared = SharedLimits::redis(url)?;
        if let Some(machines) = limits.machines {
            shared = shared.on_loss(OnLoss::Local { machines });
        }
        if let Some(scope) = &limits.scope
            && (scope.trim().is_empty() || scope.contains(['{', '}']))
        {
            return Err(Failure::usage("--limits-scope must be a name without braces"));
        }
        Ok(Some(Self { shared, scope: limits.scope.clone() }))
    }

    /// Nothing is shared. Whoever says with whom, and not where, would pass the quota unnoticed.
    fn nobody(limits: &Limits) -> Result<Option<Self>, Failure> {
        match (&limits.scope, limits.machines) {
            (None, None) => Ok(None),
            _ => Err(Failure::usage(format!(
                "a quota that is shared needs the address of a Redis server: --limits, or {VARIABLE}"
            ))),
        }
    }

    /// The shared limits of calls to this address.
    pub(crate) fn limits(&self, base: &BaseUrl) -> SharedLimits {
        self.shared.clone().scope(self.scope.as_deref().unwrap_or_else(|| base.origin().host()))
    }
}

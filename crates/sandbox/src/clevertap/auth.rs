//! Who may call: six ways to say who one is, by path, and what a wrong one is answered.

use super::bodies;
use super::switches::{AttributionAuth, CatalogFeature, PromoAuth, Switches, TriggerToken};
use crate::base64;
use crate::wire::{Answer, Request};

/// The made-up project.
pub(super) const ACCOUNT_ID: &str = "TEST-SBX-7K4Z";
/// Its passcode.
pub(super) const PASSCODE: &str = "sandbox-clevertap-passcode";
/// Its token, which is not its passcode.
pub(super) const TOKEN: &str = "sandbox-clevertap-token";
/// API key and secret key of its promo product.
pub(super) const PROMO_KEYS: (&str, &str) = ("sandbox-promo-key", "sandbox-promo-secret");

/// Refuses a call with other credentials than those of the project.
pub(super) fn check(request: &Request, switches: &Switches) -> Result<(), Answer> {
    let path = request.path.as_str();
    if path == "/attribution" {
        return attribution(request, switches);
    }
    if path == "/2/send/externaltrigger.json" {
        account(request)?;
        return trigger_token(request, switches);
    }
    if path.starts_with("/1/promo/") {
        return promo(request, switches);
    }
    if path == "/v2/catalogs" || path.starts_with("/v2/catalogs/") {
        if switches.catalog_feature == CatalogFeature::Off {
            return Err(bodies::message(403, "Catalog feature is not enabled for this account."));
        }
        return if path.contains("/products") { account(request) } else { catalog(request) };
    }
    account(request)
}

/// Account id and passcode in headers.
fn account(request: &Request) -> Result<(), Answer> {
    let refuse = |error| Err(bodies::refused(401, error));
    match request.header("x-clevertap-account-id").map(str::trim) {
        None | Some("") => return refuse("12 digit account ID mandatory"),
        Some(ACCOUNT_ID) => {}
        Some(_) => return refuse("Account ID is not valid"),
    }
    match request.header("x-clevertap-passcode") {
        Some(PASSCODE) => Ok(()),
        _ => refuse("Passcode Invalid"),
    }
}

fn trigger_token(request: &Request, switches: &Switches) -> Result<(), Answer> {
    match (request.header("x-clevertap-token"), switches.trigger_token) {
        (Some(TOKEN), _) | (None, TriggerToken::Optional) => Ok(()),
        _ => Err(bodies::refused(401, "Invalid Credentials")),
    }
}

/// The names that only the pages of catalogs have.
fn catalog(request: &Request) -> Result<(), Answer> {
    let given = (request.header("x-account-id"), request.header("x-clevertap-token"));
    if given == (Some(ACCOUNT_ID), Some(TOKEN)) {
        return Ok(());
    }
    Err(bodies::message(401, "Invalid Credentials"))
}

fn promo(request: &Request, switches: &Switches) -> Result<(), Answer> {
    let (key, secret) = PROMO_KEYS;
    let basic = format!("Basic {}", base64::encode(&format!("{key}:{secret}")));
    match switches.promo_auth {
        PromoAuth::Basic if request.header("authorization") == Some(&basic) => Ok(()),
        PromoAuth::Basic => Err(bodies::refused(401, "Invalid Credentials")),
        PromoAuth::AccountHeaders => account(request),
    }
}

/// Everything in the query.
fn attribution(request: &Request, switches: &Switches) -> Result<(), Answer> {
    let given = ["account_id", "account_token", "account_passcode"].map(|name| request.query(name));
    if given == [Some(ACCOUNT_ID), Some(TOKEN), Some(PASSCODE)] {
        return Ok(());
    }
    let status = match switches.attribution_auth {
        AttributionAuth::Unauthorized => 401,
        AttributionAuth::Forbidden => 403,
    };
    Err(bodies::refused(status, "Invalid Account Info"))
}

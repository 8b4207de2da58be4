//! Wallets, coupons and vouchers.

use serde_json::{Value, json};

use super::bodies;
use super::call::Call;
use super::profiles::Who;
use super::state::State;
use crate::wire::Answer;

const WALLET: u64 = 1000;

/// The wallets of a user; the CleverTap id counts before the e-mail address, and that before the identity.
pub(super) fn wallets(state: &State, call: &Call<'_>) -> Answer {
    let given = |name: &str| call.request.query(name).filter(|text| !text.is_empty()).map(str::to_owned);
    let user = if let Some(object) = given("objectId") {
        state.profiles.find(&Who::Object(object))
    } else if let Some(email) = given("email") {
        state.profiles.find_email(&email)
    } else {
        given("identity").and_then(|identity| state.profiles.find(&Who::Identity(identity)))
    };
    if user.is_none() {
        return call.refused("Invalid identity");
    }
    let wallet = json!({"walletId": WALLET, "walletName": "Points", "activePoints": 120, "promisedPoints": 0,
        "creditedPoints": 200, "expiredPoints": 0, "redeemedPoints": 80});
    bodies::ok(&bodies::success().with("records", vec![wallet]))
}

fn is_known(state: &State, call: &Call<'_>) -> bool {
    let identity = call.request.query("identity").unwrap_or_default().to_owned();
    state.profiles.find(&Who::Identity(identity.clone())).is_some()
        || state.profiles.find(&Who::Object(identity.clone())).is_some()
        || state.profiles.find_email(&identity).is_some()
}

/// The history of a wallet; there is one page.
pub(super) fn transactions(state: &State, call: &Call<'_>) -> Answer {
    if !is_known(state, call) {
        return call.refused("Invalid identity");
    }
    if call.count("walletId", 0) != usize::try_from(WALLET).unwrap_or(0) {
        return bodies::fail(400, "Invalid wallet id", 777);
    }
    let row = |kind: &str, points: u32| {
        json!({"transactionType": kind, "points": points, "saleChannel": "app", "locationId": null,
            "saleAmount": 300, "orderId": "ORD-1", "metadata": null})
    };
    let rows =
        if call.count("page", 1) == 1 { vec![row("CREDIT", 200), row("DEBIT", 80)] } else { Vec::new() };
    bodies::ok(&bodies::success().with("records", rows))
}

/// The coupons of a user.
pub(super) fn coupons(call: &Call<'_>) -> Answer {
    let keys = call.request.query("metadata_key").map_or(0, |keys| keys.split(',').count());
    let values = call.request.query("expected_value").map_or(0, |values| values.split(',').count());
    if keys != values {
        return call.refused("metadata_key and expected_value do not match");
    }
    let coupon = json!({"couponCode": "SANDBOX10", "discount": 10});
    bodies::ok(&bodies::success().with("records", vec![coupon]))
}

/// Whether a coupon is valid for an order.
pub(super) fn validate() -> Answer {
    bodies::ok(&bodies::success().with("valid", true))
}

/// Redeems a coupon, or takes that back.
pub(super) fn apply() -> Answer {
    bodies::done().committed()
}

/// The vouchers of a user.
pub(super) fn vouchers(state: &State, call: &Call<'_>) -> Answer {
    if !is_known(state, call) {
        return call.refused("Invalid identity");
    }
    let expiry = call.now().as_second() + 30 * 24 * 60 * 60;
    let voucher: Value = json!({"listExpiry": expiry, "listTag": "welcome", "partner": "acme", "campaignId": 1500,
        "externalVoucherId": 1434, "listName": "Welcome", "listDescription": "For new users"});
    bodies::ok(&bodies::success().with("records", vec![voucher]))
}

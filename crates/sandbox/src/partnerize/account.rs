//! The partner itself, the user, and the network.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::call::{Call, EXECUTION_TIME, Outcome, civil, many, one, third, wrapped};
use super::data::PARTNER_NAME;
use super::records::Record;
use super::refusal::{Class, Refusal};
use super::state::{PARTNER, State, USER};
use crate::wire::Answer;

const FIELDS: &[&str] = &[
    "account_name",
    "company_name",
    "contact_email",
    "contact_locale",
    "contact_name",
    "default_currency",
    "description",
    "im_provider",
    "im_username",
    "is_affiliate_user",
    "operating_country",
    "phone",
    "phone_area",
    "promotional_method",
    "reporting_timezone",
    "vertical",
    "week_start",
];

/// The partner as it is at the start.
pub(super) fn partner(now: Timestamp) -> Record {
    let fields = json!({
        "publisher_id": PARTNER, "account_name": PARTNER_NAME, "company_name": "Sandbox Partners Ltd",
        "contact_email": "partner@example.com", "contact_locale": "en", "contact_name": "Ada Example",
        "created": civil(now), "created_by": USER, "default_currency": "GBP", "description": "",
        "im_provider": null, "im_username": null, "is_affiliate_user": "y", "is_us_registered": null,
        "legal_entity": "GB", "network_id": "1l1000003", "network_status": "a", "operating_country": "GB",
        "phone": 5_550_100, "phone_area": 44, "promotional_method": 1, "promotional_method_name": "Content",
        "reporting_timezone": "UTC", "signup_ip": "192.0.2.1", "terms_and_conditions_id": 56, "vertical": 2,
        "vertical_name": "Retail", "week_start": "monday",
    });
    Record::new(PARTNER, fields)
}

pub(super) fn answer(state: &mut State, call: &Call<'_>) -> Option<Outcome> {
    Some(match call.operation {
        "getPartner" => Ok(one("publisher", state.partner.value())),
        "updatePartner" => {
            state.partner.take(&call.body, FIELDS);
            let body = json!({
                "status": { "status": "Updated", "message": "Publisher successfully updated" },
                "publisher": state.partner.value(),
                "execution_time": EXECUTION_TIME,
            });
            Ok(Answer::json(200, &body).committed())
        }
        "updateCurrentUser" => update_user(state, call),
        "listNetworks" => {
            let network = json!({
                "network_id": "1l1000003", "network_name": "Sandbox Network",
                "network_description": "A network of made-up brands", "network_notes": "",
                "network_application_id": 2, "auto_approve_publishers": "n", "default_campaign_id": null,
                "cm_client_id": "sandbox", "network_contact_email": null, "network_locale": "en",
            });
            Ok(many("networks", wrapped("network", [network])))
        }
        _ => return None,
    })
}

/// Another address has to be verified again.
fn update_user(state: &mut State, call: &Call<'_>) -> Outcome {
    if let Some(email) = call.text("emailAddress") {
        let is_address =
            email.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.'));
        if !is_address {
            return Err(Refusal::flaw(
                "emailAddress",
                Class::Format,
                "The value is not a valid email address.",
            ));
        }
        if state.email.0 != email {
            state.email = (email.to_owned(), false);
        }
    }
    let (email, is_verified) = (&state.email.0, state.email.1);
    let user: Value = json!({ "user_id": USER, "email_verified": is_verified, "email": email });
    Ok(third(200, user).committed())
}

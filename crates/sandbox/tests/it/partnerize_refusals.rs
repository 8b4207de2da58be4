//! What is refused, in the words of each generation.

use serde_json::{Value, json};

use crate::partnerize_support::{PARTNER, call, campaign, get, own, own_v2, post};
use crate::support::sandbox;

fn error(refused: &crate::support::Reply) -> Value {
    refused.json()["error"].clone()
}

#[test]
fn a_missing_member_is_told_in_three_ways() {
    let sandbox = sandbox();
    let partnerize = sandbox.partnerize();
    let first = post(partnerize, &own("/website"), &json!({ "website_name": "mine" }));
    assert_eq!(first.status, 400);
    assert_eq!(
        error(&first),
        json!({
            "message": "The request has missing or invalid parameters", "type": "400",
            "fields": { "website_url": "Parameter 'website_url' is required" },
        })
    );
    let second = post(partnerize, &own_v2("/links"), &json!({ "params": [{ "key": "a" }] }));
    assert_eq!(
        error(&second),
        json!({
            "code": "400", "message": "Bad Request",
            "errors": [
                {
                    "property": "campaign_id", "type": "validation_error", "code": "required_property",
                    "message": "Parameter 'campaign_id' is required",
                },
                {
                    "property": "params[0].value", "type": "validation_error", "code": "required_property",
                    "message": "Parameter 'value' is required",
                },
            ],
        })
    );
    let third = post(partnerize, "/v3/partner/partnerize-tags", &json!({ "name": "mine" }));
    assert_eq!(
        error(&third),
        json!({
            "code": "400", "message": "Bad Request",
            "errors": [{
                "property": "[scope]", "type": "validation_error",
                "code": "2572f7f9-e87e-4aa7-98cf-6f53c9ed5584", "message": "Parameter 'scope' is required",
            }],
        })
    );
    assert!(
        partnerize.websites().is_empty() && partnerize.links().is_empty() && partnerize.tags().is_empty()
    );
}

#[test]
fn a_wrong_type_has_the_manuals_sentence_and_code() {
    let sandbox = sandbox();
    let body = json!({ "name": 7, "scope": { "partner": PARTNER } });
    let refused = post(sandbox.partnerize(), "/v3/partner/partnerize-tags", &body);
    assert_eq!(
        error(&refused)["errors"],
        json!([{
            "property": "[name]", "code": "6a6c32c0-de05-4301-89dd-4a72133c137f", "type": "validation_error",
            "message": "The attribute expected to be of type 'string' but 'integer' given.",
        }])
    );
    let broken = call(sandbox.partnerize(), "POST", "/v3/partner/partnerize-tags", "{-");
    assert_eq!(error(&broken)["errors"][0]["code"], "0789c8ad-2d2b-49a4-8356-e2ce63998504");
}

#[test]
fn only_the_third_generation_refuses_fields_that_it_does_not_know() {
    let sandbox = sandbox();
    let partnerize = sandbox.partnerize();
    let first = json!({ "website_url": "https://www.example.com", "colour": "red" });
    assert_eq!(post(partnerize, &own("/website"), &first).status, 200);
    let second = json!({ "campaign_id": campaign(partnerize, 'a'), "colour": "red" });
    assert_eq!(post(partnerize, &own_v2("/links"), &second).status, 200);
    let third = json!({ "name": "mine", "scope": { "partner": PARTNER, "colour": "red" }, "size": 1 });
    let refused = post(partnerize, "/v3/partner/partnerize-tags", &third);
    let errors = error(&refused)["errors"].clone();
    assert_eq!(refused.status, 400);
    assert_eq!(
        (&errors[0]["property"], &errors[1]["property"]),
        (&json!("[scope][colour]"), &json!("[size]"))
    );
    assert_eq!(errors[0]["code"], "7703c766-b5d5-4cef-ace7-ae0dd82304e9");
    // What is unknown in the query is nobody's business.
    assert_eq!(get(partnerize, "/v3/partner/partnerize-tags?colour=red").status, 200);
}

#[test]
fn what_belongs_to_others_is_not_found_or_forbidden() {
    let sandbox = sandbox();
    let partnerize = sandbox.partnerize();
    let first = get(partnerize, "/user/publisher/1l999/website");
    assert_eq!(
        (first.status, error(&first)),
        (404, json!({ "message": "publisher not found for id '1l999'", "type": "404" }))
    );
    let second = get(partnerize, "/v2/publishers/1l999/links");
    assert_eq!(
        (second.status, error(&second)["errors"].clone()),
        (
            404,
            json!([{ "type": "error", "code": "entity_not_found", "message": "publisher not found for id '1l999'" }])
        )
    );
    let third = get(partnerize, "/v3/partner/1l999/participations");
    assert_eq!((third.status, &error(&third)["errors"][0]["type"]), (404, &json!("not_found")));
    let export =
        "/reporting/export/export/click.csv?publisher_id=1l999&start_date=2026-01-01&end_date=2026-01-02";
    assert_eq!(get(partnerize, export).status, 404);
    let tag = post(
        partnerize,
        "/v3/partner/partnerize-tags",
        &json!({ "name": "a", "scope": { "partner": "1l999" } }),
    );
    assert_eq!(
        (tag.status, error(&tag)["errors"].clone()),
        (
            403,
            json!([{
                "property": "[scope][partner]", "message": "You do not have \"view\" access on this entity.",
                "code": "16bd7f4a-bf84-45c3-aa95-9b32aeb139b0", "type": "unauthorised",
            }])
        )
    );
    let strange = campaign(partnerize, '-');
    let commissions = format!("/v2/campaigns/{strange}/publishers/{PARTNER}/commissions/campaign");
    let refused = get(partnerize, &commissions);
    assert_eq!(
        (refused.status, error(&refused)["errors"].clone()),
        (
            403,
            json!([{
                "type": "error", "code": "unauthorized",
                "message": format!("You do not have 'read' permission on campaign with id '{strange}'"),
            }])
        )
    );
    let unknown = get(partnerize, &commissions.replace(&strange, "1"));
    assert_eq!(error(&unknown)["errors"][0]["message"], "campaign not found for id '1'");
    let analytics = json!({
        "scope": { "partner": "1l999" }, "metrics": ["total_clicks"],
        "date_time_ranges": [{ "start": "2026-01-01T00:00:00", "end": "2026-01-02T00:00:00" }],
    });
    assert_eq!(post(partnerize, "/v3/partner/analytics/clicks/count", &analytics).status, 403);
}

#[test]
fn unknown_paths_and_methods_have_their_words() {
    let sandbox = sandbox();
    let partnerize = sandbox.partnerize();
    let nowhere = call(partnerize, "POST", "/v3/foo", "");
    assert_eq!(
        (nowhere.status, &error(&nowhere)["errors"][0]["message"]),
        (404, &json!("No route found for \"POST /v3/foo\""))
    );
    let method = call(partnerize, "PUT", "/v3/partner/partnerize-tags/features", "");
    assert_eq!(method.status, 405);
    let said = error(&method)["errors"][0].clone();
    assert_eq!(
        (&said["type"], &said["code"]),
        (&json!("routing_error"), &json!("5fe5c44b-f299-4fa6-bda4-bf80fecf6093"))
    );
    let second = call(partnerize, "DELETE", &own_v2("/links"), "");
    assert_eq!((second.status, &error(&second)["errors"][0]["code"]), (405, &json!("routing_error")));
    let first = call(partnerize, "DELETE", "/network", "");
    assert_eq!(
        (first.status, error(&first)),
        (405, json!({ "message": "Method Not Allowed", "type": "405" }))
    );
    // A path of the first generation may name its format.
    assert_eq!(get(partnerize, "/network.json").body, get(partnerize, "/network").body);
}

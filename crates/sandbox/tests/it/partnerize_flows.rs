//! What the partner makes stays made, and is changed and deleted as asked.

use afflux_sandbox::partnerize::Participation;
use serde_json::{Value, json};

use crate::partnerize_support::{PARTNER, call, campaign, get, own, own_v2, post};
use crate::support::{control, sandbox};

#[test]
fn websites_come_one_by_one_or_several_at_once_and_are_replaced() {
    let sandbox = sandbox();
    let partnerize = sandbox.partnerize();
    let one =
        post(partnerize, &own("/website"), &json!({ "website_url": "https://a.example", "website_type": 9 }));
    let made = one.json()["websites"][0]["website"].clone();
    assert_eq!(
        (&made["website_type"], &made["website_name"], &made["publisher_id"]),
        (&json!(9), &Value::Null, &json!(PARTNER))
    );
    let two = json!({ "websites": [{ "website_url": "https://b.example" }, { "website_url": "https://c.example" }] });
    assert_eq!(post(partnerize, &own("/website"), &two).json()["count"], 2);
    let ids: Vec<String> = partnerize.websites().iter().map(|website| website.id.clone()).collect();
    assert_eq!(ids, ["11l18694", "11l18695", "11l18696"]);
    let change =
        json!({ "websites": [{ "website_id": ids[1], "website_name": "B" }, { "website_id": "11l1" }] });
    assert_eq!(call(partnerize, "PUT", &own("/website"), &change.to_string()).status, 404);
    assert_eq!(partnerize.websites()[1].field("website_name"), None, "none was changed");
    let change = json!({ "websites": [{ "website_id": ids[1], "website_name": "B" }] });
    assert_eq!(call(partnerize, "PUT", &own("/website"), &change.to_string()).json()["count"], 1);
    let shown = get(partnerize, &own(&format!("/website/{}", ids[1]))).json();
    assert_eq!(
        (&shown["website"]["website_name"], &shown["website"]["website_url"]),
        (&json!("B"), &json!("https://b.example"))
    );
    assert_eq!(get(partnerize, &own("/website/11l1")).status, 404);
    let database = json!({ "database_name": "List", "creation_method": "Email", "size": 53_000 });
    assert_eq!(
        post(partnerize, &own("/database"), &database).json()["databases"][0]["database"]["size"],
        53_000
    );
    assert_eq!(partnerize.databases().len(), 1);
    assert_eq!(control(partnerize, "GET", "/counters", "").json()["websites"], 3);
}

#[test]
fn links_need_an_approved_campaign_and_have_pages() {
    let sandbox = sandbox();
    let partnerize = sandbox.partnerize();
    let link = |campaign: &str| {
        post(partnerize, &own_v2("/links"), &json!({ "campaign_id": campaign, "description": null }))
    };
    assert_eq!((link("10l1").status, link(&campaign(partnerize, 'p')).status), (404, 403));
    let approved = campaign(partnerize, 'a');
    for _ in 0..5 {
        assert_eq!(link(&approved).status, 200);
    }
    let page = |query: &str| get(partnerize, &own_v2(&format!("/links?{query}"))).json();
    let second = page("limit=2&offset=2");
    let paging = &second["hypermedia"]["pagination"];
    assert_eq!(second["links"].as_array().unwrap().len(), 2);
    assert_eq!((&second["count"], &paging["total_page_count"]), (&json!(5), &json!(3)));
    assert_eq!(paging["next_page"], json!(own_v2("/links?limit=2&offset=4")));
    assert_eq!(paging["previous_page"], json!(own_v2("/links?limit=2&offset=0")));
    assert_eq!(page("limit=2&offset=4")["hypermedia"]["pagination"]["next_page"], Value::Null);
    let id = partnerize.links()[0].id.clone();
    let path = own_v2(&format!("/links/{id}"));
    let change = json!({ "description": "spring", "active": false });
    assert_eq!(call(partnerize, "PATCH", &path, &change.to_string()).status, 200);
    let link = &get(partnerize, &path).json()["link"];
    assert_eq!(
        (&link["description"], &link["active"], &link["campaign_id"]),
        (&json!("spring"), &json!(false), &json!(approved))
    );
    assert_eq!(partnerize.links()[0].text("description"), Some("spring"));
}

#[test]
fn tags_and_their_features_come_and_go() {
    let sandbox = sandbox();
    let partnerize = sandbox.partnerize();
    let tags = "/v3/partner/partnerize-tags";
    let made = post(partnerize, tags, &json!({ "name": "mine", "scope": { "partner": PARTNER } }));
    let id = made.json()["data"]["id"].as_str().unwrap().to_owned();
    let one = format!("{tags}/{id}");
    let feature = json!({ "name": "tracking-link-generation", "config": { "a": 1 } });
    assert_eq!(post(partnerize, &format!("{one}/features"), &feature).status, 201);
    let again = post(partnerize, &format!("{one}/features"), &feature);
    assert_eq!(again.json()["error"]["errors"][0]["code"], "f645b551-53ae-4e8b-8ce8-1c747e9df1e2");
    assert_eq!(post(partnerize, &format!("{one}/features"), &json!({ "name": "x" })).status, 400);
    let with = get(partnerize, &format!("{tags}?with_features=true")).json();
    assert_eq!(with["data"][0]["features"], json!([feature]));
    assert_eq!(get(partnerize, tags).json()["data"][0].get("features"), None);
    let renamed = call(partnerize, "PATCH", &one, r#"{"name":"yours"}"#);
    assert_eq!(renamed.json()["data"]["name"], "yours");
    partnerize.configure(|switches| switches.stray_colons = afflux_sandbox::partnerize::StrayColons::Yes);
    let features = get(partnerize, &format!("{one}/features")).json();
    assert_eq!(features["data"][0]["name:"], "tracking-link-generation");
    assert_eq!(
        call(partnerize, "DELETE", &format!("{one}/features/tracking-link-generation"), "").status,
        204
    );
    assert_eq!(
        call(partnerize, "DELETE", &format!("{one}/features/tracking-link-generation"), "").status,
        404
    );
    assert_eq!(partnerize.tag_features(&id), [""; 0]);
    assert_eq!(call(partnerize, "DELETE", &one, "").status, 204);
    assert_eq!((get(partnerize, &one).status, partnerize.tags().len()), (404, 0));
}

#[test]
fn invitations_are_decided_together_and_requests_wait_for_the_brand() {
    let sandbox = sandbox();
    let partnerize = sandbox.partnerize();
    let (invited, strange) = (campaign(partnerize, 't'), campaign(partnerize, '-'));
    let decide = |what: &str, ids: &[&str]| {
        post(partnerize, &own_v2(&format!("/invitations/{what}")), &json!({ "campaign_ids": ids })).status
    };
    assert_eq!(decide("accept", &[&invited, &strange]), 404);
    assert_eq!(partnerize.campaigns()[&invited], Some(Participation::Invited), "none was accepted");
    assert_eq!((decide("accept", &[&invited]), decide("accept", &[&invited])), (204, 204));
    assert_eq!(decide("decline", &[&invited]), 404);
    assert_eq!(partnerize.campaigns()[&invited], Some(Participation::Approved));
    let listed = get(partnerize, &own("/campaign/a")).body;
    assert!(listed.contains(&format!("\"{invited}\"")), "{listed}");
    let brands = get(partnerize, &own_v2("/discovery/advertisers")).json();
    let brand = brands["advertisers"].as_array().unwrap().iter().find(|brand| {
        brand["campaigns"]
            .as_array()
            .unwrap()
            .iter()
            .any(|one| one["id"] == strange && one["status"] == "AVAILABLE")
    });
    let asked = json!({ "campaign_requests": [
        { "advertiser_id": brand.unwrap()["id"], "campaign_id": strange },
        { "advertiser_id": "1", "campaign_id": "2" },
    ] });
    let reply = post(partnerize, &own_v2("/campaign-requests"), &asked);
    assert_eq!(
        (reply.status, &reply.json()["success_count"], &reply.json()["failure_count"]),
        (201, &json!(1), &json!(1))
    );
    let of = |status: &str| {
        get(partnerize, &format!("/v3/partner/{PARTNER}/participations?status[]={status}")).body
    };
    assert!(of("p").contains(&strange) && !of("a").contains(&strange));
    assert!(partnerize.set_participation(&strange, Participation::Approved));
    assert!(of("a").contains(&strange));
}

#[test]
fn claims_need_what_their_type_asks_for_and_decided_ones_stay() {
    let sandbox = sandbox();
    let partnerize = sandbox.partnerize();
    let camref = partnerize.camref(&campaign(partnerize, 'a')).unwrap();
    let create =
        |claim: Value| post(partnerize, &own("/tq/create"), &json!({ "transaction_queries": [claim] }));
    let declined =
        json!({ "transaction_query_type": "declined", "camref": camref, "conversion_reference": "A-1" });
    let refused = create(
        json!({ "transaction_query_type": "untracked", "camref": camref, "conversion_reference": "A-1" }),
    );
    let fields = refused.json()["error"]["fields"].clone();
    assert_eq!(
        fields.as_object().unwrap().keys().collect::<Vec<_>>(),
        [
            "transaction_queries[0].conversion_date_time",
            "transaction_queries[0].conversion_value",
            "transaction_queries[0].expected_commission",
        ]
    );
    assert_eq!(
        create(json!({ "transaction_query_type": "lost", "camref": camref, "conversion_reference": "A" }))
            .status,
        400
    );
    assert!(partnerize.transaction_queries().is_empty());
    let untracked = json!({
        "transaction_query_type": "untracked", "camref": camref, "conversion_reference": "A-2",
        "conversion_date_time": "2026-01-01 00:00", "conversion_value": 67.12, "expected_commission": 6.71,
    });
    for claim in [declined, untracked] {
        let job = create(claim).json()["job"].clone();
        assert_eq!((&job["status"], &job["percentage_complete"]), (&json!("created"), &json!(0)));
    }
    let ids: Vec<String> = partnerize.transaction_queries().iter().map(|query| query.id.clone()).collect();
    let listed = get(partnerize, &own("/tq?transaction_query_type=untracked")).json();
    assert_eq!(
        (&listed["count"], &listed["filters"]),
        (&json!(1), &json!({ "transaction_query_type": "untracked" }))
    );
    assert_eq!(get(partnerize, &own("/tq")).json()["filters"], json!([]));
    assert!(get(partnerize, &own("/tq?tq_export=true")).body.starts_with("transaction_query_id,"));
    assert!(partnerize.decide_transaction_query(&ids[0], "approved"));
    let delete = |id: &str| call(partnerize, "POST", &own(&format!("/tq/{id}/delete")), "");
    assert_eq!((delete(&ids[0]).status, delete("1").status), (400, 404));
    for _ in 0..2 {
        assert_eq!(delete(&ids[1]).json()["transaction_query"], json!({ "deleted": true }));
    }
    assert_eq!(get(partnerize, &own("/tq")).json()["count"], 1);
}

#[test]
fn terms_are_acknowledged_and_payment_details_stand_under_their_ids() {
    let sandbox = sandbox();
    let partnerize = sandbox.partnerize();
    let approved = campaign(partnerize, 'a');
    let terms = get(
        partnerize,
        &format!("/v3/partner/campaign-terms-and-conditions?campaign_id={approved}&locale=pl"),
    )
    .json();
    assert_eq!(terms["data"][0]["locale"], "en", "the nearest language");
    let path = "/v3/partner/campaign-terms-and-conditions-acknowledgments";
    let word = json!({ "partner_id": PARTNER, "campaign_terms_and_conditions_id": terms["data"][0]["id"] });
    let made = post(partnerize, path, &word);
    assert_eq!(made.status, 201);
    let id = made.json()["data"]["id"].as_str().unwrap().to_owned();
    assert_eq!(get(partnerize, &format!("{path}/{id}")).body, made.body);
    for (range, count) in [("2026-01-05T00:00:00Z..2026-01-06T00:00:00Z", 1), ("2026-01-06T00:00:00Z..", 0)] {
        let listed = get(partnerize, &format!("{path}?created_at={range}")).json();
        assert_eq!(listed["data"].as_array().unwrap().len(), count, "{range}");
    }
    assert_eq!(get(partnerize, &format!("{path}?created_at=soon..")).status, 400);
    let combined =
        get(partnerize, &own_v2(&format!("/campaigns/terms?campaigns={approved},{approved}"))).json();
    assert_eq!(combined["count"], 3);

    let details = json!({ "payment_details": { "mine": { "country": "PL", "paid_currency": "PLN", "payment_detail_values": { "account_number": 987_654_321 } } } });
    let made = post(partnerize, &own("/payment_detail"), &details).json();
    let (id, set) = made["payment_details"].as_object().unwrap().iter().next().unwrap();
    assert_eq!(
        (set["publisher_payment_detail_set_id"].as_str().unwrap(), &set["country"]),
        (id.as_str(), &json!("PL"))
    );
    assert_eq!(
        get(partnerize, &own("/payment_detail")).json()["payment_details"].as_object().unwrap().len(),
        2
    );
    let log = control(partnerize, "GET", "/requests", "").body;
    assert!(!log.contains("987654321") && log.contains("PLN"), "{log}");
}

//! Every operation of CleverTap: a valid call is answered with a success, one that is not signed for it is not.

use std::collections::BTreeSet;

use afflux_sandbox::CleverTap;
use afflux_sandbox::clevertap::{CatalogFeature, PromoAuth, TriggerToken};
use serde_json::{Value, json};

use crate::support::{JSON, Reply, account, sandbox, send, tap};

/// How a call is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    Query,
    Account,
    AccountAndToken,
    Catalog,
    Basic,
}

struct Sample {
    id: &'static str,
    method: &'static str,
    path: String,
    sign: Sign,
    body: Value,
}

fn headers(clevertap: &CleverTap, sign: Sign) -> Vec<(&'static str, &'static str)> {
    let mut headers = vec![JSON];
    match sign {
        Sign::Query => {}
        Sign::Account => headers = account(clevertap).to_vec(),
        Sign::AccountAndToken => {
            headers = account(clevertap).to_vec();
            headers.push(("X-CleverTap-Token", clevertap.token()));
        }
        Sign::Catalog => {
            headers.push(("X-Account-Id", clevertap.account_id()));
            headers.push(("X-CleverTap-Token", clevertap.token()));
        }
        // sandbox-promo-key:sandbox-promo-secret
        Sign::Basic => {
            headers.push(("Authorization", "Basic c2FuZGJveC1wcm9tby1rZXk6c2FuZGJveC1wcm9tby1zZWNyZXQ="));
        }
    }
    headers
}

fn call(clevertap: &CleverTap, sample: &Sample) -> Reply {
    let body = if sample.body.is_null() { String::new() } else { sample.body.to_string() };
    send(clevertap, sample.method, &sample.path, &headers(clevertap, sample.sign), &body)
}

/// What the samples below need: ids of things that are there.
struct Made {
    cursor: String,
    profiles: String,
    requests: Vec<String>,
    campaign: u64,
    segment: u64,
    catalog: u64,
    block: String,
    list: String,
    file: String,
}

fn make(clevertap: &CleverTap) -> Made {
    let days = json!({"event_name": "Charged", "from": 20_251_201, "to": 20_260_105});
    let text = |reply: Reply, name: &str| reply.json()[name].as_str().unwrap().to_owned();
    let top = json!({"event_name": "Charged", "from": 20_251_201, "to": 20_260_105, "groups": {"a": {
        "property_type": "event_properties", "name": "Currency", "trend_type": "daily"}}});
    let request = |path: &str, body: &Value| tap(clevertap, path, body).json()["req_id"].to_string();
    let put = |address: &str, content: &str| {
        let path = address.strip_prefix(&clevertap.origin()).unwrap();
        assert_eq!(send(clevertap, "PUT", path, &[], content).status, 200);
    };
    let list = text(tap(clevertap, "/get_custom_list_segment_url", &json!({})), "presignedS3URL");
    put(&list, "Type,Identity\ni,user-1\n");
    let file = text(tap(clevertap, "/get_catalog_url", &json!({})), "presignedS3URL");
    put(&file, "Identity,Name,ImageURL\n1,Watch,https://example.com/1.png\n");
    let catalog = json!({"catalogName": "made", "createdBy": "a@example.com",
        "catalogSchema": [{"name": "brand", "type": "string"}]});
    let catalog =
        send(clevertap, "POST", "/v2/catalogs", &headers(clevertap, Sign::Catalog), &catalog.to_string());
    let product = json!({"identity": "SKU 1", "name": "Watch", "imageUrl": "https://example.com/1.png"});
    let catalog = catalog.json()["id"].as_u64().unwrap();
    assert_eq!(tap(clevertap, &format!("/v2/catalogs/{catalog}/products"), &product).status, 200);
    let block = json!({"type": "Text", "name": "b", "content": "c", "createdBy": "a@example.com"});
    let segment = json!([{"segment_name": "s", "customer_segment_id": "s-1"}]);
    let campaign = json!({"name": "c", "target_mode": "push", "when": "now", "content": {"title": "t"}});
    Made {
        cursor: text(tap(clevertap, "/1/events.json", &days), "cursor"),
        profiles: text(tap(clevertap, "/1/profiles.json", &days), "cursor"),
        requests: vec![
            request("/1/counts/events.json", &days),
            request("/1/counts/profiles.json", &days),
            request("/1/counts/top.json", &top),
            request("/1/counts/trends.json", &top),
        ],
        campaign: tap(clevertap, "/1/targets/create.json", &campaign).json()["id"].as_u64().unwrap(),
        segment: tap(clevertap, "/api/createSegment", &segment).json()["segments"][0]["ct_segment_id"]
            .as_u64()
            .unwrap(),
        catalog,
        block: text(tap(clevertap, "/v1/contentBlock/create", &block), "id"),
        list,
        file,
    }
}

/// A valid call of each operation, in an order in which all succeed.
// A table.
#[allow(clippy::too_many_lines)]
fn samples(clevertap: &CleverTap) -> Vec<Sample> {
    let made = make(clevertap);
    let days = json!({"event_name": "Charged", "from": 20_251_201, "to": 20_260_105});
    let group = |group: Value| json!({"event_name": "Charged", "from": 20_251_201, "to": 20_260_105, "groups": {"a": group}});
    let message = json!({"to": {"Identity": ["user-1"]}, "content": {"body": "hello"}});
    let (catalog, query) = (
        made.catalog,
        format!(
            "/attribution?account_id={}&account_token={}&account_passcode={}&partner_name=acme&event_type=x\
         &device_identifier=d&platform=android",
            clevertap.account_id(),
            clevertap.token(),
            clevertap.passcode(),
        ),
    );
    let products = json!({"products": [{"identity": "SKU-2", "name": "Bag"}]});
    let order = json!({"order": {"metadata": {}}, "items": [{"metadata": {}}]});
    let new_catalog = json!({"catalogName": "another", "createdBy": "a@example.com",
        "catalogSchema": [{"name": "brand", "type": "string"}]});
    let none = Value::Null;
    let get = |id, path: String| (id, "GET", path, Sign::Account, Value::Null);
    let post = |id, path: &str, body: Value| (id, "POST", path.to_owned(), Sign::Account, body);
    let v2 = |id, method, path: String, body: Value| (id, method, path, Sign::Catalog, body);
    let product = |id, method, rest: &str, body: Value| {
        (id, method, format!("/v2/catalogs/{catalog}/products{rest}"), Sign::Account, body)
    };
    let promo =
        |id, method, path: &str, body: Value| (id, method, format!("/1/promo/{path}"), Sign::Basic, body);
    let rows = vec![
        ("attributeEvent", "GET", query, Sign::Query, none.clone()),
        post(
            "uploadRecords",
            "/1/upload",
            json!({"d": [{"type": "profile", "identity": "a", "profileData": {}}]}),
        ),
        post("openEventExport", "/1/events.json?batch_size=50&app=true", days.clone()),
        get("readEventExport", format!("/1/events.json?cursor={}", made.cursor)),
        post("openProfileExport", "/1/profiles.json", days.clone()),
        get("readProfileExport", format!("/1/profiles.json?cursor={}", made.profiles)),
        get("getProfile", "/1/profile.json?identity=user-1".to_owned()),
        post("countEvents", "/1/counts/events.json", days.clone()),
        get("pollEventCount", format!("/1/counts/events.json?req_id={}", made.requests[0])),
        post("countProfiles", "/1/counts/profiles.json", days.clone()),
        get("pollProfileCount", format!("/1/counts/profiles.json?req_id={}", made.requests[1])),
        post(
            "countTopProperties",
            "/1/counts/top.json",
            group(json!({"property_type": "demographics", "name": "Gender"})),
        ),
        get("pollTopProperties", format!("/1/counts/top.json?req_id={}", made.requests[2])),
        post("countTrends", "/1/counts/trends.json", group(json!({"trend_type": "weekly"}))),
        get("pollTrends", format!("/1/counts/trends.json?req_id={}", made.requests[3])),
        post("countRealTime", "/1/now.json", json!({"os": true, "new": true})),
        post("reportMessages", "/1/message/report.json", json!({"from": "20251201", "to": "20260105"})),
        post(
            "createCampaign",
            "/1/targets/create.json",
            json!({"name": "c", "target_mode": "email", "when": "now",
            "content": {"subject": "s"}, "provider_nick_name": "p", "where": {}}),
        ),
        post("stopCampaign", "/1/targets/stop.json", json!({"id": made.campaign})),
        post("getCampaignReport", "/1/targets/result.json", json!({"id": 1_457_432_766_u64})),
        post("listCampaigns", "/1/targets/list.json", json!({"from": 20_251_201, "to": 20_260_105})),
        post(
            "raiseBulletin",
            "/1/targets/trigger.json",
            json!({"business_event": "Program Released", "name": "n",
            "properties": {"program_id": "234567"}, "c-by": "admin@example.com", "when": "now"}),
        ),
        post("sendPush", "/1/send/push.json", message.clone()),
        post("sendEmail", "/1/send/email.json", message.clone()),
        post("sendSms", "/1/send/sms.json", message.clone()),
        post("sendWebPush", "/1/send/webpush.json", message.clone()),
        post("sendWhatsApp", "/1/send/whatsapp.json", message),
        post(
            "triggerCampaign",
            "/1/send/externaltrigger.json",
            json!({"to": {"identity": ["user-1"]}, "campaign_id": "1", "ExternalTrigger": {"k": "v"}}),
        ),
        (
            "triggerCampaigns",
            "POST",
            "/2/send/externaltrigger.json".to_owned(),
            Sign::AccountAndToken,
            json!({"to": {"email": ["a@example.com"]}, "campaign_id_list": [1, 2]}),
        ),
        post(
            "updateTemplateIds",
            "/1/update/templateIds.json",
            json!([{"campaign_id": 1_563_478_922, "template_id": "455633413"}]),
        ),
        post(
            "createSegments",
            "/api/createSegment",
            json!([{"segment_name": "t", "customer_segment_id": "t-1"}]),
        ),
        post(
            "updateSegments",
            "/api/updateSegment",
            json!({"bulk_profiles": [{"user_profiles": [{"identity": "user-1"}],
            "segments": [{"ct_segment_id": made.segment, "action": "ADD"}]}]}),
        ),
        post("listSegments", "/1/segments/list.json", json!({"page": 1, "limit": 10})),
        post("getSegment", "/1/segments/get.json", json!({"segment_id": made.segment})),
        post("getCustomListUrl", "/get_custom_list_segment_url", none.clone()),
        post(
            "completeCustomList",
            "/upload_custom_list_segment_completed",
            json!({"name": "l", "email": "a@example.com",
            "filename": "l.csv", "creator": "a", "url": made.list, "replace": false}),
        ),
        post("getCatalogUrl", "/get_catalog_url", none.clone()),
        post(
            "completeCatalogUpload",
            "/upload_catalog_completed",
            json!({"name": "c", "creator": "a", "email": "a@example.com", "url": made.file}),
        ),
        get("getMultipartCatalogUrl", "/get_multipart_upload_catalog_url?totalParts=3".to_owned()),
        v2("createCatalog", "POST", "/v2/catalogs".to_owned(), new_catalog),
        v2("listCatalogs", "GET", "/v2/catalogs?size=10&sortOrder=ASC".to_owned(), none.clone()),
        v2("getCatalog", "GET", format!("/v2/catalogs/{catalog}"), none.clone()),
        v2(
            "updateCatalog",
            "PUT",
            format!("/v2/catalogs/{catalog}"),
            json!({"catalogName": "renamed", "updatedBy": "a@example.com"}),
        ),
        v2(
            "setAttributeFilterable",
            "PATCH",
            format!(
                "/v2/catalogs/{catalog}/schema/attributes/brand/filterable?filterable=true&updatedBy=a%40b.c"
            ),
            none.clone(),
        ),
        v2(
            "getCatalogSignedUrl",
            "GET",
            format!("/v2/catalogs/signedurl?catalogId={catalog}&fileName=c.csv&contentType=text%2Fcsv"),
            none.clone(),
        ),
        v2(
            "completeCatalogSignedUrl",
            "POST",
            "/v2/catalogs/signedurl/complete".to_owned(),
            json!({"uploadId": "u",
            "catalogId": catalog, "fileName": "c.csv", "fileSize": 10, "completedBy": "a@example.com"}),
        ),
        product("createProduct", "POST", "", json!({"identity": "SKU-3", "name": "Hat", "imageUrl": ""})),
        product("createProducts", "POST", "/bulk", products.clone()),
        product("listProducts", "GET", "?search=SKU", none.clone()),
        product("getProduct", "GET", "/SKU%201", none.clone()),
        product("updateProduct", "PUT", "/SKU%201", json!({"name": "Clock"})),
        product("updateProducts", "PUT", "/bulk", products),
        product("deleteProduct", "DELETE", "/SKU%201", none.clone()),
        product("deleteProducts", "DELETE", "/bulk", json!({"identities": ["SKU-2"]})),
        v2(
            "deleteCatalog",
            "PUT",
            format!("/v2/catalogs/delete/{catalog}?deletedBy=a%40example.com"),
            none.clone(),
        ),
        post(
            "createContentBlock",
            "/v1/contentBlock/create",
            json!({"type": "HTML", "name": "b", "content": "c", "createdBy": "a@example.com"}),
        ),
        get("getContentBlock", format!("/v1/contentBlock/info?id={}", made.block)),
        get(
            "listContentBlocks",
            "/v1/contentBlock/list?createdAtFrom=2026-01-01T00:00:00.000Z&pageSize=10".to_owned(),
        ),
        post(
            "updateContentBlock",
            "/v1/contentBlock/update",
            json!({"id": made.block, "content": "d", "updatedBy": "a@example.com"}),
        ),
        post(
            "createVariables",
            "/1/createVars",
            json!({"variableDefinitions": {"a.b": {"type": "string", "defaultValue": "x"}}}),
        ),
        post("getVariables", "/1/getVars", json!({"identity": "user-1", "includeDefaults": true})),
        post("deleteVariables", "/1/deleteVars", json!({"variableNames": ["a.b", "c"]})),
        get("getSchema", "/getSchema?type=events".to_owned()),
        get("listCategoryGroups", "/category-groups".to_owned()),
        get("connect", "/v1/connect?partner=acme".to_owned()),
        promo("getWallets", "GET", "wallets?identity=user-1", none.clone()),
        promo("listWalletTransactions", "GET", "transactions?identity=user-1&walletId=1000", none.clone()),
        promo(
            "fetchCoupons",
            "POST",
            "coupons?identity=user-1&metadata_key=a&expected_value=b&condition=AND",
            none.clone(),
        ),
        promo("validateCoupon", "POST", "coupons/validate?identity=user-1", order.clone()),
        promo("applyCoupon", "POST", "coupons/apply?identity=user-1&type=redeem", order),
        promo("fetchVouchers", "GET", "vouchers?identity=user-1", none),
        post(
            "setSubscriptions",
            "/1/subscribe",
            json!({"d": [{"type": "email", "value": "ana1@example.com", "status": "Unsubscribe"}]}),
        ),
        post(
            "disassociatePhones",
            "/1/disassociate",
            json!({"d": [{"type": "phone", "value": "+14155551234"}]}),
        ),
        post("demergeProfiles", "/1/demerge/profiles.json", json!({"identities": ["user-2"]})),
        post("deleteProfiles", "/1/delete/profiles.json", json!({"identity": "user-3"})),
    ];
    rows.into_iter().map(|(id, method, path, sign, body)| Sample { id, method, path, sign, body }).collect()
}

#[test]
fn a_valid_call_of_each_operation_succeeds() {
    let sandbox = sandbox();
    let clevertap = sandbox.clevertap();
    let samples = samples(clevertap);
    clevertap.clear_requests();
    for sample in &samples {
        let reply = call(clevertap, sample);
        assert!((200..300).contains(&reply.status), "{}: {reply:?}", sample.id);
        assert!(
            !reply.body.is_empty() && reply.json()["status"] != "fail" || sample.id == "disassociatePhones",
            "{}: {reply:?}",
            sample.id
        );
        let seen = clevertap.requests().pop().unwrap();
        assert_eq!(seen.operation.as_deref(), Some(sample.id));
    }
    let table: Value = serde_json::from_str(include_str!("../../src/generated/clevertap.json")).unwrap();
    let all: BTreeSet<&str> =
        table["operations"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
    assert_eq!(samples.iter().map(|sample| sample.id).collect::<BTreeSet<_>>(), all);
    assert_eq!((samples.len(), all.len()), (75, 75));
}

#[test]
fn no_operation_is_answered_without_its_own_credentials() {
    let sandbox = sandbox();
    let clevertap = sandbox.clevertap();
    for sample in samples(clevertap).iter().filter(|sample| sample.sign != Sign::Query) {
        let wrong = if sample.sign == Sign::Catalog { Sign::Account } else { Sign::Catalog };
        for sign in [wrong, Sign::Query] {
            let reply = send(
                clevertap,
                sample.method,
                &sample.path,
                &headers(clevertap, sign),
                &sample.body.to_string(),
            );
            assert_eq!(reply.status, 401, "{} by {sign:?}: {reply:?}", sample.id);
        }
    }
    assert!(clevertap.changes("sendPush").is_empty());
}

#[test]
fn switches_choose_how_triggers_catalogs_and_promo_are_signed() {
    let sandbox = sandbox();
    let clevertap = sandbox.clevertap();
    let trigger = json!({"to": {"email": ["a@example.com"]}, "campaign_id_list": [1]});
    let path = "/2/send/externaltrigger.json";
    let reply = tap(clevertap, path, &trigger);
    assert_eq!(reply.body, r#"{"status":"fail","error":"Invalid Credentials","code":401}"#);
    clevertap.configure(|switches| switches.trigger_token = TriggerToken::Optional);
    assert_eq!(tap(clevertap, path, &trigger).status, 200);

    clevertap.configure(|switches| switches.promo_auth = PromoAuth::AccountHeaders);
    let path = "/1/promo/wallets?identity=user-1";
    assert_eq!(send(clevertap, "GET", path, &account(clevertap), "").status, 200);
    assert_eq!(send(clevertap, "GET", path, &headers(clevertap, Sign::Basic), "").status, 401);

    clevertap.configure(|switches| switches.catalog_feature = CatalogFeature::Off);
    let reply = send(clevertap, "GET", "/v2/catalogs", &headers(clevertap, Sign::Catalog), "");
    assert_eq!(reply.status, 403);
    assert_eq!(reply.body, r#"{"message":"Catalog feature is not enabled for this account."}"#);
}

//! What CleverTap's other calls change: users, segments, files, catalogs, blocks, variables.

use std::time::Duration;

use afflux_sandbox::CleverTap;
use afflux_sandbox::clevertap::Ids;
use serde_json::{Value, json};

use crate::support::{JSON, Reply, account, connect, control, read_one, sandbox, send, tap, tap_get};

fn catalogs(clevertap: &CleverTap, method: &str, path: &str, body: &Value) -> Reply {
    let headers = [("X-Account-Id", clevertap.account_id()), ("X-CleverTap-Token", clevertap.token()), JSON];
    send(clevertap, method, path, &headers, &body.to_string())
}

#[test]
fn a_deleted_user_is_gone_and_a_demerged_one_has_no_identity() {
    let sandbox = sandbox();
    let clevertap = sandbox.clevertap();
    let device = clevertap.profile("user-2").unwrap().devices[0].object_id.clone();
    assert_eq!(
        tap(clevertap, "/1/delete/profiles.json", &json!({"identity": ["user-1"]})).json(),
        json!({"status": "success"})
    );
    assert_eq!(tap(clevertap, "/1/delete/profiles.json", &json!({"guid": device})).status, 200);
    assert!(clevertap.profile("user-1").is_none() && clevertap.profile("user-2").is_none());
    assert_eq!(clevertap.profiles().len(), 58);
    let device = clevertap.profile("user-3").unwrap().devices[0].object_id.clone();
    tap(clevertap, "/1/demerge/profiles.json", &json!({"identities": ["user-3"]}));
    assert!(clevertap.profile("user-3").is_none());
    let left = tap_get(clevertap, &format!("/1/profile.json?objectId={device}")).json();
    assert_eq!(left["record"]["all_identities"], json!([]));
    assert_eq!(clevertap.changes("deleteProfiles").len(), 2);
    assert_eq!(
        control(clevertap, "GET", "/changes/demergeProfiles", "").json()[0]["identities"],
        json!(["user-3"])
    );
}

#[test]
fn subscriptions_hold_for_everybody_with_the_value() {
    let sandbox = sandbox();
    let clevertap = sandbox.clevertap();
    let email = clevertap.profile("user-4").unwrap().email.unwrap();
    let records = json!({"d": [{"type": "email", "value": email, "status": "Unsubscribe"}]});
    assert_eq!(
        tap(clevertap, "/1/subscribe", &records).json(),
        json!({"status": "success", "processed": 1, "unprocessed": []})
    );
    assert_eq!(clevertap.profile("user-4").unwrap().properties["MSG-email"], json!(false));
    tap(
        clevertap,
        "/1/upload",
        &json!({"d": [{"type": "profile", "identity": "+14155550000", "profileData": {}}]}),
    );
    let phones = json!({"d": [{"type": "phone", "value": "+14155550000"}, {"type": "phone", "value": "+1"}]});
    let body = tap(clevertap, "/1/disassociate", &phones).json();
    assert_eq!((&body["status"], &body["processed"]), (&json!("partial"), &json!(1)));
    assert!(body["unprocessed"][0]["error"].as_str().unwrap().ends_with("Skipped record number : 2"));
    assert!(clevertap.profile("+14155550000").is_none());
}

#[test]
fn segments_gain_and_lose_users() {
    let sandbox = sandbox();
    let clevertap = sandbox.clevertap();
    clevertap.configure(|switches| switches.ids = Ids::Large);
    let made =
        tap(clevertap, "/api/createSegment", &json!([{"segment_name": "vip", "customer_segment_id": "v-1"}]))
            .json();
    let id = made["segments"][0]["ct_segment_id"].as_u64().unwrap();
    assert!(id > 1 << 53);
    let update = |action: &str, users: Value| {
        let body = json!({"bulk_profiles": [{"user_profiles": users, "segments": [
            {"customer_segment_id": "v-1", "action": action}]}]});
        assert_eq!(tap(clevertap, "/api/updateSegment", &body).status, 200);
    };
    update("ADD", json!([{"identity": "user-1"}, {"guid": "__g"}]));
    update("REMOVE", json!([{"guid": "__g"}]));
    assert_eq!(clevertap.segment("vip").unwrap(), ["user-1"]);
    let one = tap(clevertap, "/1/segments/get.json", &json!({"segment_id": id})).json();
    assert_eq!((&one["segment"]["name"], &one["segment"]["size"]), (&json!("vip"), &json!(1)));
    assert_eq!(tap(clevertap, "/1/segments/list.json", &json!({})).json()["total_count"], 1);
}

#[test]
fn a_custom_list_is_put_to_the_address_and_then_made() {
    let sandbox = sandbox();
    let clevertap = sandbox.clevertap();
    let opened = send(clevertap, "POST", "/get_custom_list_segment_url", &account(clevertap), "").json();
    let address = opened["presignedS3URL"].as_str().unwrap().to_owned();
    assert_eq!(opened["expiryEpoch"]["$date"], "2026-01-06T12:00:00.000Z");
    let path = address.strip_prefix(&clevertap.origin()).unwrap().to_owned();
    let complete = |name: &str, replace: bool| {
        let body = json!({"name": name, "email": "a@example.com", "filename": "l.csv", "creator": "a",
            "url": address, "replace": replace});
        tap(clevertap, "/upload_custom_list_segment_completed", &body)
    };
    assert_eq!(complete("vip", false).json()["error"], "File not found at url");
    let put = |headers: &[(&str, &str)], path: &str| {
        send(clevertap, "PUT", path, headers, "Type,Identity\ni,user-1\ng,__g\n")
    };
    assert_eq!(put(&account(clevertap), &path).status, 400);
    assert_eq!(put(&[], &path.replace("Signature=", "Signature=x")).status, 403);
    assert_eq!(put(&[("Content-Type", "text/csv")], &path).status, 200);
    let made = complete("vip", false).json();
    assert!(made["Segment ID"].is_u64(), "{made}");
    assert_eq!(clevertap.segment("vip").unwrap(), ["__g", "user-1"]);
    assert_eq!(complete("vip", false).json()["error"], "duplicate_name");
    assert_eq!(complete("vip", true).json()["Segment ID"], made["Segment ID"]);
    let file = &clevertap.files()[0];
    assert!(file.completed && file.content_type.as_deref() == Some("text/csv"));
    // The address is a permission: neither the log nor the control API shows it.
    let signature = path.split("Signature=").nth(1).unwrap();
    assert!(!format!("{:?}", clevertap.requests()).contains(signature));
    assert!(!control(clevertap, "GET", "/files", "").body.contains(signature));
    clevertap.advance_clock(Duration::from_secs(24 * 3600));
    assert_eq!(put(&[], &path).status, 403);
}

#[test]
fn the_storage_wants_to_know_the_length() {
    let sandbox = sandbox();
    let clevertap = sandbox.clevertap();
    let opened = tap(clevertap, "/get_catalog_url", &json!({})).json();
    let path =
        opened["presignedS3URL"].as_str().unwrap().strip_prefix(&clevertap.origin()).unwrap().to_owned();
    let mut stream = connect(clevertap);
    let text =
        format!("PUT {path} HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n");
    std::io::Write::write_all(&mut stream, text.as_bytes()).unwrap();
    let reply = read_one(&mut stream);
    assert!(reply.status == 411 && reply.body.contains("MissingContentLength"), "{reply:?}");
}

#[test]
fn a_catalog_lives_with_its_products() {
    let sandbox = sandbox();
    let clevertap = sandbox.clevertap();
    let new = json!({"catalogName": "shop", "createdBy": "a@example.com", "fieldMappings": {"manufacturer": "brand"},
        "catalogSchema": [{"name": "brand", "type": "string"}]});
    let id = catalogs(clevertap, "POST", "/v2/catalogs", &new).json()["id"].as_u64().unwrap();
    assert_eq!(catalogs(clevertap, "POST", "/v2/catalogs", &new).status, 409);
    let path = format!("/v2/catalogs/{id}");
    let filterable = format!("{path}/schema/attributes/brand/filterable?filterable=true&updatedBy=a");
    assert_eq!(catalogs(clevertap, "PATCH", &filterable, &Value::Null).status, 200);
    let got = catalogs(clevertap, "GET", &path, &Value::Null).json();
    assert_eq!(got["catalogSchema"], json!([{"name": "brand", "type": "string", "filterable": true}]));

    let products = format!("{path}/products");
    let bulk = json!({"products": [{"identity": "a/b", "name": "A"}, {"identity": "c", "name": "C"}]});
    assert_eq!(tap(clevertap, &format!("{products}/bulk"), &bulk).json()["failed"], json!([]));
    assert_eq!(
        tap(clevertap, &format!("{products}/bulk"), &bulk).json()["failed"].as_array().unwrap().len(),
        2
    );
    assert_eq!(tap_get(clevertap, &format!("{products}/a%2Fb")).json()["name"], "A");
    assert_eq!(tap_get(clevertap, &format!("{products}?search=c")).json()["totalElements"], 1);
    let gone = send(
        clevertap,
        "DELETE",
        &format!("{products}/bulk"),
        &account(clevertap),
        r#"{"identities":["c","d"]}"#,
    );
    assert_eq!(gone.json()["failed"], json!([{"identity": "d", "error": "Product not found"}]));
    let hidden = send(clevertap, "DELETE", &format!("{products}/a%2Fb"), &account(clevertap), "");
    assert_eq!(hidden.body, r#"{"message":"Operation completed successfully"}"#);

    let large =
        json!({"identity": "l", "name": "l", "imageUrl": "", "attributes": {"x": "y".repeat(110_000)}});
    assert_eq!(tap(clevertap, &products, &large).status, 413);
    let deleted = catalogs(clevertap, "PUT", &format!("/v2/catalogs/delete/{id}?deletedBy=a"), &Value::Null);
    assert_eq!(deleted.json()["message"], format!("Catalog - {id} deleted successfully"));
    assert_eq!(catalogs(clevertap, "GET", &path, &Value::Null).status, 404);
}

#[test]
fn content_blocks_are_listed_by_time_and_page() {
    let sandbox = sandbox();
    let clevertap = sandbox.clevertap();
    for number in 0..3 {
        let block = json!({"type": "Text", "name": format!("b{number}"), "content": "c", "createdBy": "a"});
        tap(clevertap, "/v1/contentBlock/create", &block);
        clevertap.advance_clock(Duration::from_secs(60));
    }
    let list = |query: &str| tap_get(clevertap, &format!("/v1/contentBlock/list?{query}")).json();
    let page = list("pageSize=2&pageNumber=2");
    assert_eq!((&page["total"], page["contentBlocks"].as_array().unwrap().len()), (&json!(3), 1));
    assert_eq!(list("createdAtFrom=2026-01-05T12:01:00.000Z")["total"], 2);
    assert_eq!(list("createdAtFrom=2026-01-05T12:01:00Z")["error"], "Enter date in ISO format");
    let id = page["contentBlocks"][0]["id"].as_str().unwrap().to_owned();
    tap(clevertap, "/v1/contentBlock/update", &json!({"id": id, "content": "new", "updatedBy": "b"}));
    let block = tap_get(clevertap, &format!("/v1/contentBlock/info?id={id}")).json();
    assert_eq!(
        (&block["content"], &block["createdBy"], &block["updatedBy"]),
        (&json!("new"), &json!("a"), &json!("b"))
    );
}

#[test]
fn variables_are_defined_read_and_deleted() {
    let sandbox = sandbox();
    let clevertap = sandbox.clevertap();
    let define = json!({"variableDefinitions": {"a.b": {"type": "number", "defaultValue": 7}}});
    assert_eq!(tap(clevertap, "/1/createVars", &define).body, r#"{"status":"success","warning":""}"#);
    assert_eq!(
        tap(clevertap, "/1/getVars", &json!({"identity": "user-1"})).json()["vars"],
        json!({"a.b": 7})
    );
    let deleted = tap(clevertap, "/1/deleteVars", &json!({"variableNames": ["a.b", "c"]})).json();
    assert_eq!(
        (&deleted["deletedVariables"], &deleted["problematicVariables"]),
        (&json!(["a.b"]), &json!(["c"]))
    );
}

#[test]
fn what_is_wrong_with_a_call_is_told() {
    let sandbox = sandbox();
    let clevertap = sandbox.clevertap();
    let many: Vec<String> = (0..101).map(|number| number.to_string()).collect();
    let table = [
        ("/1/delete/profiles.json", json!({"identity": many}), "Max 100 are allowed"),
        (
            "/1/delete/profiles.json",
            json!({"identity": ["a"], "guid": ["b"]}),
            "Exactly one of identity and guid is needed",
        ),
        ("/1/targets/stop.json", json!({}), "id is mandatory"),
        ("/1/targets/stop.json", json!({"id": "x"}), "id is invalid"),
        ("/1/targets/stop.json", json!({"id": 5}), "Invalid target id"),
        ("/1/send/push.json", json!({"to": {"Email": []}, "content": {}}), "to cannot be empty"),
        (
            "/1/targets/create.json",
            json!({"name": "c", "target_mode": "email", "when": "now", "content": {}}),
            "provider_nick_name is mandatory",
        ),
    ];
    for (path, body, error) in table {
        let reply = tap(clevertap, path, &body);
        assert_eq!(reply.body, format!(r#"{{"status":"fail","error":"{error}","code":400}}"#), "{path}");
    }
    let reply = send(clevertap, "POST", "/1/targets/stop.json", &account(clevertap), "{");
    assert_eq!(reply.json()["error"], "Malformed request");
}

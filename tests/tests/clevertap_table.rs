//! CleverTap's operations, taken over from the vendor's documents, against the client's metadata.

use std::collections::BTreeSet;

use afflux::core::operation::Place;

/// Method, path, and the names in the query that the documents' table of endpoints shows.
const TABLE: [(&str, &str, &[&str]); 75] = [
    ("GET", "/attribution", &[]),
    ("POST", "/1/upload", &["dryRun"]),
    ("POST", "/1/events.json", &[]),
    ("GET", "/1/events.json", &["cursor"]),
    ("POST", "/1/profiles.json", &[]),
    ("GET", "/1/profiles.json", &["cursor"]),
    ("GET", "/1/profile.json", &["email", "identity", "objectId"]),
    ("POST", "/1/delete/profiles.json", &[]),
    ("POST", "/1/demerge/profiles.json", &[]),
    ("POST", "/1/subscribe", &[]),
    ("POST", "/1/disassociate", &[]),
    ("POST", "/1/counts/events.json", &[]),
    ("GET", "/1/counts/events.json", &["req_id"]),
    ("POST", "/1/counts/profiles.json", &[]),
    ("GET", "/1/counts/profiles.json", &["req_id"]),
    ("POST", "/1/counts/top.json", &[]),
    ("GET", "/1/counts/top.json", &["req_id"]),
    ("POST", "/1/counts/trends.json", &[]),
    ("GET", "/1/counts/trends.json", &["req_id"]),
    ("POST", "/1/now.json", &[]),
    ("POST", "/1/message/report.json", &[]),
    ("POST", "/1/targets/create.json", &[]),
    ("POST", "/1/targets/stop.json", &[]),
    ("POST", "/1/targets/result.json", &[]),
    ("POST", "/1/targets/list.json", &[]),
    ("POST", "/1/targets/trigger.json", &[]),
    ("POST", "/1/send/push.json", &[]),
    ("POST", "/1/send/email.json", &[]),
    ("POST", "/1/send/sms.json", &[]),
    ("POST", "/1/send/webpush.json", &[]),
    ("POST", "/1/send/whatsapp.json", &[]),
    ("POST", "/1/send/externaltrigger.json", &[]),
    ("POST", "/2/send/externaltrigger.json", &[]),
    ("POST", "/1/update/templateIds.json", &[]),
    ("POST", "/api/createSegment", &[]),
    ("POST", "/api/updateSegment", &[]),
    ("POST", "/1/segments/list.json", &[]),
    ("POST", "/1/segments/get.json", &[]),
    ("POST", "/get_custom_list_segment_url", &[]),
    ("POST", "/upload_custom_list_segment_completed", &[]),
    ("POST", "/get_catalog_url", &[]),
    ("POST", "/upload_catalog_completed", &[]),
    ("GET", "/get_multipart_upload_catalog_url", &["totalParts"]),
    ("POST", "/v2/catalogs", &[]),
    ("GET", "/v2/catalogs", &[]),
    ("GET", "/v2/catalogs/{id}", &[]),
    ("PUT", "/v2/catalogs/{id}", &[]),
    ("PUT", "/v2/catalogs/delete/{id}", &["deletedBy"]),
    (
        "PATCH",
        "/v2/catalogs/{catalogId}/schema/attributes/{attributeName}/filterable",
        &["filterable", "updatedBy"],
    ),
    ("GET", "/v2/catalogs/signedurl", &[]),
    ("POST", "/v2/catalogs/signedurl/complete", &[]),
    ("POST", "/v2/catalogs/{catalogId}/products", &[]),
    ("POST", "/v2/catalogs/{catalogId}/products/bulk", &[]),
    ("GET", "/v2/catalogs/{catalogId}/products", &[]),
    ("GET", "/v2/catalogs/{catalogId}/products/{productId}", &[]),
    ("PUT", "/v2/catalogs/{catalogId}/products/{productId}", &[]),
    ("PUT", "/v2/catalogs/{catalogId}/products/bulk", &[]),
    ("DELETE", "/v2/catalogs/{catalogId}/products/{productId}", &[]),
    ("DELETE", "/v2/catalogs/{catalogId}/products/bulk", &[]),
    ("POST", "/v1/contentBlock/create", &[]),
    ("GET", "/v1/contentBlock/info", &["id"]),
    ("GET", "/v1/contentBlock/list", &[]),
    ("POST", "/v1/contentBlock/update", &[]),
    ("POST", "/1/createVars", &[]),
    ("POST", "/1/deleteVars", &[]),
    ("POST", "/1/getVars", &[]),
    ("GET", "/getSchema", &["type"]),
    ("GET", "/category-groups", &[]),
    ("GET", "/v1/connect", &["partner"]),
    ("GET", "/1/promo/wallets", &[]),
    ("GET", "/1/promo/transactions", &[]),
    ("POST", "/1/promo/coupons", &[]),
    ("POST", "/1/promo/coupons/validate", &[]),
    ("POST", "/1/promo/coupons/apply", &[]),
    ("GET", "/1/promo/vouchers", &["identity"]),
];

fn shape(path: &str) -> String {
    path.split('/').map(|part| if part.starts_with('{') { "{}" } else { part }).collect::<Vec<_>>().join("/")
}

#[test]
fn the_client_has_the_documented_operations_and_no_other() {
    let documented: BTreeSet<String> =
        TABLE.iter().map(|(method, path, _)| format!("{method} {}", shape(path))).collect();
    let ours: BTreeSet<String> = afflux::clevertap::OPERATIONS
        .iter()
        .map(|operation| format!("{} {}", operation.method, shape(operation.path)))
        .collect();
    assert_eq!(ours, documented);
}

#[test]
fn what_the_table_shows_in_a_query_can_be_sent() {
    for (method, path, names) in TABLE {
        // A path serves two calls by one method where one starts a job and the other asks for it.
        let known: BTreeSet<&str> = afflux::clevertap::OPERATIONS
            .iter()
            .filter(|operation| operation.method.as_str() == method && shape(operation.path) == shape(path))
            .flat_map(|operation| operation.parameters)
            .filter(|parameter| parameter.place == Place::Query)
            .map(|parameter| parameter.name)
            .collect();
        for name in names {
            assert!(known.contains(name), "{method} {path}: {name} is missing");
        }
    }
}

//! Partnerize's 92 operations, taken over from the vendor's documents, against the client's metadata.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use afflux::core::operation::Place;

/// Method, path, and the names in the query; required ones start with `!`.
const TABLE: [(&str, &str, &[&str]); 92] = [
    ("GET", "/user/publisher/{publisher_id}/campaign/{status}", &[]),
    ("POST", "/user/publisher/{publisher_id}/campaign/{status}", &[]),
    ("GET", "/user/publisher/{publisher_id}/campaign/{campaign_id}/voucher", &[]),
    ("GET", "/user/publisher/{publisher_id}/creative", &[]),
    (
        "GET",
        "/user/publisher/{publisher_id}/campaign/{campaign_id}/creative",
        &["status", "tags", "creative_type_id"],
    ),
    ("GET", "/user/publisher/{publisher_id}/feed", &["campaign_id", "active"]),
    ("GET", "/user/publisher/{publisher_id}/campaign/custom_terms/{custom_terms_id}", &[]),
    ("GET", "/reference/publisher/camref/{publisher_id}", &[]),
    ("GET", "/user/publisher/{publisher_id}", &[]),
    ("POST", "/user/publisher/{publisher_id}", &[]),
    ("GET", "/user/publisher/{publisher_id}/website", &[]),
    ("POST", "/user/publisher/{publisher_id}/website", &[]),
    ("PUT", "/user/publisher/{publisher_id}/website", &[]),
    ("GET", "/user/publisher/{publisher_id}/website/{website_id}", &[]),
    ("GET", "/user/publisher/{publisher_id}/database", &[]),
    ("POST", "/user/publisher/{publisher_id}/database", &[]),
    ("PUT", "/user/publisher/{publisher_id}/database", &[]),
    ("GET", "/user/publisher/{publisher_id}/database/{database_id}", &[]),
    (
        "GET",
        "/user/publisher/{publisher_id}/tq",
        &[
            "transaction_query_id",
            "transaction_query_type",
            "publisher_reference",
            "conversion_reference",
            "conversion_date_time",
            "campaign_id",
            "current_state",
            "date_range_column",
            "date_range_start",
            "date_range_end",
            "text_date",
            "sort_column",
            "order_by",
            "tq_export",
        ],
    ),
    ("POST", "/user/publisher/{publisher_id}/tq/create", &[]),
    ("POST", "/user/publisher/{publisher_id}/tq/{transaction_query_id}/delete", &[]),
    (
        "GET",
        "/user/publisher/{publisher_id}/selfbill",
        &[
            "start_date",
            "end_date",
            "currency",
            "status",
            "payment_start_date",
            "payment_end_date",
            "paid_currency",
            "selfbill_currency",
            "order",
            "order_dir",
        ],
    ),
    ("GET", "/user/publisher/{publisher_id}/selfbill/{publisher_self_bill_id}", &[]),
    ("GET", "/user/publisher/{publisher_id}/payment_detail", &[]),
    ("POST", "/user/publisher/{publisher_id}/payment_detail", &[]),
    ("GET", "/user/publisher/{publisher_id}/available_commission", &[]),
    ("GET", "/user/publisher/{publisher_id}/payment/summary", &[]),
    ("GET", "/v2/publishers/{publisher_id}/links", &[]),
    ("POST", "/v2/publishers/{publisher_id}/links", &[]),
    ("GET", "/v2/publishers/{publisher_id}/links/{link_id}", &[]),
    ("PATCH", "/v2/publishers/{publisher_id}/links/{link_id}", &[]),
    ("GET", "/v2/campaigns/{campaignId}/publishers/{publisherId}/commissions/default", &[]),
    ("GET", "/v2/campaigns/{campaignId}/publishers/{publisherId}/commissions/campaign", &[]),
    ("GET", "/v2/campaigns/{campaignId}/publishers/{publisherId}/commissions/voucher", &[]),
    ("GET", "/v2/campaigns/{campaignId}/publishers/{publisherId}/commissions/promotion", &[]),
    ("GET", "/v2/campaigns/{campaignId}/publishers/{publisherId}/commissions/tier", &[]),
    ("GET", "/v2/campaigns/{campaignId}/publishers/{publisherId}/commissions/active", &["at"]),
    ("GET", "/v2/campaigns/{campaignId}/publishers/{publisherId}/attribution", &[]),
    ("GET", "/user/publisher/{publisherId}/commission_group", &[]),
    ("GET", "/v2/publishers/{publisherId}/discovery/advertisers", &[]),
    ("GET", "/v2/publishers/{publisherId}/discovery/advertisers/{advertiserId}", &[]),
    ("GET", "/v2/publishers/{publisher_id}/invitations/advertisers/", &[]),
    ("POST", "/v2/publishers/{publisherId}/invitations/accept", &[]),
    ("POST", "/v2/publishers/{publisherId}/invitations/decline", &[]),
    ("POST", "/v2/publishers/{publisherId}/campaign-requests", &[]),
    ("GET", "/v2/publishers/{publisherId}/campaigns/terms", &["!campaigns"]),
    ("GET", "/job/{jobID}", &[]),
    (
        "GET",
        "/reporting/report_publisher/publisher/{publisher_id}/conversion.{format}",
        &[
            "!start_date",
            "end_date",
            "text_date",
            "timezone",
            "currency[]",
            "date_type",
            "multipivot[{pivot}][]",
            "statuses[]",
            "offset",
            "invoice_created_date",
            "include_payment_info",
        ],
    ),
    (
        "GET",
        "/reporting/report_publisher/publisher/{publisher_id}/click.{format}",
        &[
            "!start_date",
            "end_date",
            "text_date",
            "timezone",
            "currency[]",
            "date_type",
            "multipivot[{pivot}][]",
            "statuses[]",
            "offset",
        ],
    ),
    ("GET", "/reporting/report_publisher/publisher/{publisher_id}/payable", &[]),
    (
        "GET",
        "/reporting/export/export/click.csv",
        &[
            "!publisher_id",
            "!start_date",
            "!end_date",
            "timezone",
            "complete_email",
            "limit",
            "export_reference",
            "encoding",
            "delimiter",
        ],
    ),
    (
        "GET",
        "/reporting/export/export/conversion.csv",
        &[
            "!publisher_id",
            "!start_date",
            "!end_date",
            "date_type",
            "currency[]",
            "conversion_id",
            "conversion_reference",
            "ref_conversion_metric_id",
            "timezone",
            "complete_email",
            "limit",
            "export_reference",
            "encoding",
            "delimiter",
        ],
    ),
    (
        "GET",
        "/reporting/export/export/conversion_item.csv",
        &[
            "!publisher_id",
            "!start_date",
            "!end_date",
            "date_type",
            "currency[]",
            "conversion_id",
            "conversion_reference",
            "ref_conversion_metric_id",
            "timezone",
            "include_payment_info",
            "complete_email",
            "limit",
            "export_reference",
            "encoding",
            "delimiter",
        ],
    ),
    ("POST", "/v3/partner/analytics/clicks/count", &[]),
    ("POST", "/v3/partner/analytics/clicks/explode", &[]),
    ("POST", "/v3/partner/analytics/clicks/filter", &[]),
    ("POST", "/v3/partner/analytics/clicks/timeseries", &[]),
    ("POST", "/v3/partner/analytics/conversions/count", &[]),
    ("POST", "/v3/partner/analytics/conversions/explode", &[]),
    ("POST", "/v3/partner/analytics/conversions/filter", &[]),
    ("POST", "/v3/partner/analytics/conversions/timeseries", &[]),
    ("POST", "/v3/partner/analytics/impressions/count", &[]),
    ("POST", "/v3/partner/analytics/impressions/explode", &[]),
    ("POST", "/v3/partner/analytics/impressions/filter", &[]),
    ("POST", "/v3/partner/analytics/impressions/timeseries", &[]),
    ("GET", "/reference/country", &[]),
    ("GET", "/reference/currency", &[]),
    ("GET", "/reference/timezone", &[]),
    ("GET", "/reference/device", &[]),
    ("GET", "/reference/user_context", &[]),
    ("GET", "/reference/traffic_source", &[]),
    ("GET", "/reference/conversion_type", &[]),
    ("GET", "/reference/conversion_metric", &[]),
    ("GET", "/reference/partnership_model", &[]),
    ("GET", "/v3/partner/partnerize-tags", &["partner_id", "with_features"]),
    ("POST", "/v3/partner/partnerize-tags", &[]),
    (
        "GET",
        "/v3/partner/{partnerId}/participations",
        &["status[]", "campaign_status[]", "network_status[]", "fields[]"],
    ),
    ("GET", "/v3/partner/partnerize-tags/{partnerizeTagId}", &[]),
    ("PATCH", "/v3/partner/partnerize-tags/{partnerizeTagId}", &[]),
    ("DELETE", "/v3/partner/partnerize-tags/{partnerizeTagId}", &[]),
    ("GET", "/v3/partner/partnerize-tags/features", &[]),
    ("GET", "/v3/partner/partnerize-tags/{tagId}/features", &[]),
    ("POST", "/v3/partner/partnerize-tags/{tagId}/features", &[]),
    ("DELETE", "/v3/partner/partnerize-tags/{tagId}/features/{featureName}", &[]),
    ("GET", "/v3/partner/my-brands", &["brand_ids[]", "partner"]),
    ("GET", "/v3/partner/campaign-terms-and-conditions", &["campaign_id", "created_at", "locale", "content"]),
    ("GET", "/v3/partner/campaign-terms-and-conditions/{id}", &[]),
    (
        "GET",
        "/v3/partner/campaign-terms-and-conditions-acknowledgments",
        &["partner_id", "campaign_terms_and_conditions_id", "created_at", "created_by"],
    ),
    ("POST", "/v3/partner/campaign-terms-and-conditions-acknowledgments", &[]),
    ("PATCH", "/v3/partner/user", &[]),
    ("GET", "/v3/partner/campaign-terms-and-conditions-acknowledgments/{id}", &[]),
    ("GET", "/network", &[]),
];

/// Accepted without being declared, as the documents' own samples show.
const UNDECLARED: [&str; 3] = ["limit", "cursor_id", "offset"];

/// A path whose parameters are told by their place alone: the documents name them in three ways.
fn shape(path: &str) -> String {
    let mut shape = String::new();
    let mut depth = 0;
    for character in path.chars() {
        match character {
            '{' => {
                depth += 1;
                shape.push_str("{}");
            }
            '}' => depth -= 1,
            _ if depth > 0 => {}
            other => shape.push(other),
        }
    }
    shape
}

#[test]
fn the_client_has_the_documented_operations_and_no_other() {
    let documented: BTreeSet<String> =
        TABLE.iter().map(|(method, path, _)| format!("{method} {}", shape(path))).collect();
    let ours: BTreeSet<String> = afflux::partnerize::OPERATIONS
        .iter()
        .map(|operation| format!("{} {}", operation.method, shape(operation.path)))
        .collect();
    assert_eq!(ours, documented);
    assert_eq!(ours.len(), TABLE.len());
}

#[test]
fn each_operation_takes_the_documented_query() {
    for (method, path, names) in TABLE {
        let operation = afflux::partnerize::OPERATIONS
            .iter()
            .find(|operation| operation.method.as_str() == method && shape(operation.path) == shape(path))
            .unwrap();
        let ours: BTreeSet<String> = operation
            .parameters
            .iter()
            .filter(|parameter| parameter.place == Place::Query)
            .map(|parameter| format!("{}{}", if parameter.required { "!" } else { "" }, bare(parameter.name)))
            .filter(|name| {
                names.iter().any(|known| bare(known) == *name) || !UNDECLARED.contains(&name.as_str())
            })
            .collect();
        let documented: BTreeSet<String> = names.iter().map(|name| bare(name)).collect();
        assert_eq!(ours, documented, "{method} {path}");
    }
}

/// A name without the marks of a list or a map: `multipivot[{pivot}][]` is `multipivot`.
fn bare(name: &str) -> String {
    name.split('[').next().unwrap_or(name).to_owned()
}

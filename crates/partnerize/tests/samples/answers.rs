//! Each documented answer through the decoder of its operation.

use std::fmt;

use afflux_partnerize::{
    core::{
        decode::{BadRow, JsonText, Kept, Known, Lenient, Page},
        endpoint::Endpoint,
        page::Paged,
        response::Raw,
    },
    generated::*,
};
use http::StatusCode;

/// Samples that have the word `string` in the place of dates. In no other sample does a field drift from its type.
const PLACEHOLDERS: [&str; 4] = [
    "list-commissions.json",
    "list-promotional-commissions.json",
    "list-tiered-commissions.json",
    "list-voucher-commissions.json",
];

/// Decodes an answer, and asserts that it is still the same text.
#[allow(clippy::too_many_lines, reason = "a table: one line for each operation")]
pub(crate) fn round_trip(operation: &str, file: &str, text: &str) {
    let scope = || AnalyticsScope::new("a");
    match operation {
        "listNetworks" => rows(&ListNetworks::new(), file, text),
        "getPartner" => one(&GetPartner::new("a"), file, text),
        "updatePartner" => one(&UpdatePartner::new("a", PartnerUpdate::new()), file, text),
        "listWebsites" => rows(&ListWebsites::new("a"), file, text),
        "createWebsites" => rows(&CreateWebsites::new("a", NewWebsite::new("a")), file, text),
        "updateWebsites" => rows(&UpdateWebsites::new("a", WebsiteUpdates::new(vec![])), file, text),
        "getWebsite" => one(&GetWebsite::new("a", "a"), file, text),
        "listDatabases" => rows(&ListDatabases::new("a"), file, text),
        "createDatabases" => rows(&CreateDatabases::new("a", NewDatabase::new("a", "a", 1.0)), file, text),
        "updateDatabases" => rows(&UpdateDatabases::new("a", DatabaseUpdates::new(vec![])), file, text),
        "getDatabase" => one(&GetDatabase::new("a", "a"), file, text),
        "discoverBrands" => rows(&DiscoverBrands::new("a"), file, text),
        "getDiscoverableBrand" => one(&GetDiscoverableBrand::new("a", "a"), file, text),
        "listCampaigns" => rows(&ListCampaigns::new("a", ParticipationStatus::Approved), file, text),
        "requestCampaignAccess" => rows(
            &RequestCampaignAccess::new("a", ParticipationStatus::Approved, CampaignAccess::new(vec![])),
            file,
            text,
        ),
        "listInvitations" => rows(&ListInvitations::new("a"), file, text),
        "requestCampaigns" => one(&RequestCampaigns::new("a", CampaignRequests::new(vec![])), file, text),
        "countCreatives" => rows(&CountCreatives::new("a"), file, text),
        "listCreatives" => rows(&ListCreatives::new("a", "a"), file, text),
        "listFeeds" => rows(&ListFeeds::new("a"), file, text),
        "getCustomTerms" => rows(&GetCustomTerms::new("a", "a"), file, text),
        "listCombinedTerms" => rows(&ListCombinedTerms::new("a", ["a"]), file, text),
        "listVoucherCodes" => rows(&ListVoucherCodes::new("a", "a"), file, text),
        "getDefaultCommission" => one(&GetDefaultCommission::new("a", "a"), file, text),
        "listCommissions" => rows(&ListCommissions::new("a", "a"), file, text),
        "listActiveCommissions" => rows(&ListActiveCommissions::new("a", "a"), file, text),
        "listVoucherCommissions" => rows(&ListVoucherCommissions::new("a", "a"), file, text),
        "listPromotionalCommissions" => rows(&ListPromotionalCommissions::new("a", "a"), file, text),
        "listTieredCommissions" => rows(&ListTieredCommissions::new("a", "a"), file, text),
        "listCommissionGroups" => rows(&ListCommissionGroups::new("a"), file, text),
        "listTransactionQueries" => rows(&ListTransactionQueries::new("a"), file, text),
        "createTransactionQueries" => {
            one(&CreateTransactionQueries::new("a", NewTransactionQueries::new(vec![])), file, text);
        }
        "deleteTransactionQuery" => one(&DeleteTransactionQuery::new("a", "a"), file, text),
        "listSelfBills" => rows(&ListSelfBills::new("a"), file, text),
        "getSelfBill" => one(&GetSelfBill::new("a", "a"), file, text),
        "listPaymentDetails" => rows(&ListPaymentDetails::new("a"), file, text),
        "createPaymentDetails" => rows(
            &CreatePaymentDetails::new("a", NewPaymentDetails::new(Vec::<(String, _)>::new())),
            file,
            text,
        ),
        "listAvailableCommissions" => rows(&ListAvailableCommissions::new("a"), file, text),
        "getPaymentSummary" => one(&GetPaymentSummary::new("a"), file, text),
        "listLinks" => rows(&ListLinks::new("a"), file, text),
        "createLink" => one(&CreateLink::new("a", NewLink::new("a")), file, text),
        "getLink" => one(&GetLink::new("a", "a"), file, text),
        "updateLink" => one(&UpdateLink::new("a", "a", LinkUpdate::new()), file, text),
        "getJob" => one(&GetJob::new("a"), file, text),
        "reportConversions" => rows(&ReportConversions::new("a", ReportFormat::Json, "a"), file, text),
        "reportClicks" => rows(&ReportClicks::new("a", ReportFormat::Json, "a"), file, text),
        "getPayable" => one(&GetPayable::new("a"), file, text),
        "countConversions" => {
            open(&CountConversions::new(ConversionCountQuery::new(scope(), vec![], ["a"])), file, text);
        }
        "explodeConversions" => open_rows(
            &ExplodeConversions::new(ConversionExplodeQuery::new(scope(), vec![], ["a"], ["a"])),
            file,
            text,
        ),
        "timeConversions" => open_rows(
            &TimeConversions::new(ConversionTimeSeriesQuery::new(scope(), vec![], ["a"])),
            file,
            text,
        ),
        "countClicks" => open(&CountClicks::new(ClickCountQuery::new(scope(), vec![], ["a"])), file, text),
        "explodeClicks" => {
            open_rows(&ExplodeClicks::new(ClickExplodeQuery::new(scope(), vec![], ["a"], ["a"])), file, text);
        }
        "filterClicks" => {
            open_rows(&FilterClicks::new(ClickFilterQuery::new(scope(), vec![], ["a"])), file, text);
        }
        "timeClicks" => {
            open_rows(&TimeClicks::new(ClickTimeSeriesQuery::new(scope(), vec![], ["a"])), file, text);
        }
        "filterConversions" => {
            open_rows(
                &FilterConversions::new(ConversionFilterQuery::new(scope(), vec![], ["a"])),
                file,
                text,
            );
        }
        "countImpressions" => {
            open(&CountImpressions::new(ImpressionCountQuery::new(scope(), vec![], ["a"])), file, text);
        }
        "explodeImpressions" => open_rows(
            &ExplodeImpressions::new(ImpressionExplodeQuery::new(scope(), vec![], ["a"], ["a"])),
            file,
            text,
        ),
        "filterImpressions" => {
            open_rows(
                &FilterImpressions::new(ImpressionFilterQuery::new(scope(), vec![], ["a"])),
                file,
                text,
            );
        }
        "timeImpressions" => open_rows(
            &TimeImpressions::new(ImpressionTimeSeriesQuery::new(scope(), vec![], ["a"])),
            file,
            text,
        ),
        "listCountries" => rows(&ListCountries::new(), file, text),
        "listUserContexts" => rows(&ListUserContexts::new(), file, text),
        "listTrafficSources" => rows(&ListTrafficSources::new(), file, text),
        "listConversionTypes" => rows(&ListConversionTypes::new(), file, text),
        "listConversionMetrics" => rows(&ListConversionMetrics::new(), file, text),
        "listPartnershipModels" => rows(&ListPartnershipModels::new(), file, text),
        "listParticipations" => rows(&ListParticipations::new("a"), file, text),
        "listTags" => rows(&ListTags::new(), file, text),
        "createTag" => one(&CreateTag::new(NewTag::new("a", NewTagScope::new())), file, text),
        "getTag" => one(&GetTag::new("a"), file, text),
        "updateTag" => one(&UpdateTag::new("a", TagUpdate::new()), file, text),
        "listAvailableFeatures" => rows(&ListAvailableFeatures::new(), file, text),
        "listTagFeatures" => rows(&ListTagFeatures::new("a"), file, text),
        "enableTagFeature" => one(&EnableTagFeature::new("a", NewTagFeature::new("a")), file, text),
        "listMyBrands" => rows(&ListMyBrands::new(), file, text),
        "listCampaignTerms" => rows(&ListCampaignTerms::new(), file, text),
        "getCampaignTerms" => one(&GetCampaignTerms::new("a"), file, text),
        "listAcknowledgments" => rows(&ListAcknowledgments::new(), file, text),
        "acknowledgeTerms" => one(&AcknowledgeTerms::new(NewAcknowledgment::new("a", "a")), file, text),
        "getAcknowledgment" => one(&GetAcknowledgment::new("a"), file, text),
        "updateCurrentUser" => one(&UpdateCurrentUser::new(CurrentUserUpdate::new()), file, text),
        other => panic!("no decoder for `{other}`"),
    }
}

/// A CSV that an operation hands out.
pub(crate) fn csv(operation: &str, text: &str) {
    let came = match operation {
        "exportClicks" => match decoded(&ExportClicks::new("a", "a", "a"), text) {
            ExportClicksAnswer::Text(text) => text,
            other => panic!("{other:?}"),
        },
        "exportConversions" => match decoded(&ExportConversions::new("a", "a", "a"), text) {
            ExportConversionsAnswer::Text(text) => text,
            other => panic!("{other:?}"),
        },
        _ => match decoded(&ExportConversionItems::new("a", "a", "a"), text) {
            ExportConversionItemsAnswer::Text(text) => text,
            other => panic!("{other:?}"),
        },
    };
    assert_eq!(came, text);
}

fn decoded<E: Endpoint>(endpoint: &E, text: &str) -> E::Output {
    let raw = Raw::for_test(E::OPERATION, StatusCode::OK, text.to_owned());
    endpoint.decode(&raw).unwrap_or_else(|error| panic!("{}: {error:?}", E::OPERATION.id))
}

fn one<T: Known + Lenient + fmt::Debug, E: Endpoint<Output = Kept<T>>>(endpoint: &E, file: &str, text: &str) {
    let kept = decoded(endpoint, text);
    assert_eq!(kept.text(), text, "{file}");
    assert_eq!(serde_json::to_string(&kept).unwrap(), text, "{file}");
    known(file, &kept);
}

fn open<E: Endpoint<Output = Kept<JsonText>>>(endpoint: &E, file: &str, text: &str) {
    assert_eq!(decoded(endpoint, text).text(), text, "{file}");
}

fn rows<E: Paged>(endpoint: &E, file: &str, text: &str)
where
    E::Row: Known + fmt::Debug,
{
    for row in all(endpoint, file, text) {
        known(file, &row);
    }
}

fn open_rows<E: Paged<Row = JsonText>>(endpoint: &E, file: &str, text: &str) {
    all(endpoint, file, text);
}

fn all<E: Paged>(endpoint: &E, file: &str, text: &str) -> Vec<Kept<E::Row>> {
    let page: Page<Result<Kept<E::Row>, BadRow>> = decoded(endpoint, text);
    assert_eq!(page.body(), text, "{file}");
    let rows = page.all().unwrap_or_else(|row| panic!("{file}: {row:?}"));
    assert!(!rows.is_empty(), "{file}");
    let mut left = text;
    for row in &rows {
        let at =
            left.find(row.text()).unwrap_or_else(|| panic!("{file}: {} is not in the answer", row.text()));
        left = &left[at + row.text().len()..];
        assert_eq!(serde_json::to_string(row).unwrap(), row.text(), "{file}");
    }
    rows
}

fn known<T: Known + fmt::Debug>(file: &str, kept: &Kept<T>) {
    let unknown: Vec<String> = kept.unknown_fields().into_iter().map(|(name, _)| name).collect();
    let view = format!("{:?}", &**kept);
    assert_eq!(view.contains("Other("), PLACEHOLDERS.contains(&file), "{file} against the types: {view}");
    assert!(unknown.is_empty(), "{file}: {unknown:?} are not in api.yaml");
}

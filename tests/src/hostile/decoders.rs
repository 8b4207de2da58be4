//! The models of every vendor, as one value and as rows.

use std::fmt::Debug;

use afflux::{
    altercpa, clevertap,
    core::decode::{self, Kept, Layout, Lenient},
    irev, partnerize,
};
use bytes::Bytes;

use crate::vendors::VENDORS;

/// Reads the bytes as every model of every vendor, and as a page of every listing.
///
/// # Panics
/// If a reader does what it must not.
pub fn decoders(bytes: &[u8]) {
    let body = Bytes::copy_from_slice(bytes);
    for (_, read) in MODELS {
        read(&body);
    }
    for layout in VENDORS.iter().flat_map(|vendor| vendor.operations()).filter_map(|one| one.items) {
        if let Ok(page) = decode::texts(&body, &layout) {
            let _ = (page.get("count").map(|field| field.text().len()), page.keyed().count());
            let _ = page.pointer("/hypermedia/pagination/next_page").map(|field| field.text().len());
        }
    }
}

fn read<T: Lenient + Debug>(body: &Bytes) {
    if let Ok(value) = decode::one::<T>(body, "") {
        touch(&value, body);
    }
    let _ = decode::one::<T>(body, "data.0");
    let layout = Layout { at: "", or_under: Some("data"), wrapped: None, keyed: false, optional: false };
    if let Ok(page) = decode::page::<T>(body, &layout) {
        for row in page.rows() {
            match row {
                Ok(row) => touch(row, body),
                Err(bad) => drop(format!("{bad} {:?}", bad.error())),
            }
        }
    }
}

/// A value's text is a part of the body, and what it has more than its model is found in it.
fn touch<T: Lenient + Debug>(value: &Kept<T>, body: &Bytes) {
    let (text, body) = (value.bytes().as_ptr_range(), body.as_ptr_range());
    assert!(body.start <= text.start && text.end <= body.end, "the text is not a part of the body");
    let _ = (value.siblings(), value.extra("status"), format!("{value:?}"));
}

macro_rules! models {
    ($($vendor:ident: $($model:ident)+;)+) => {
        /// Each model by its vendor and name.
        pub const MODELS: &[(&str, fn(&Bytes))] =
            &[$($((concat!(stringify!($vendor), " ", stringify!($model)), read::<$vendor::generated::$model>),)+)+];
    };
}

models! {
    altercpa: ClickData FlowData LeadAnswer OfferData;
    clevertap: Acknowledgement Campaign CampaignReport Catalog CatalogAddress CatalogFileJob CategoryGroup
        ContentBlock Count CountTable CreatedCampaign CustomList DeletedVariables Device ExportCursor
        ExportedEvent MessageReport Product Profile ProjectSchema RealTimeCounts SchemaEntry
        UnprocessedRecord UploadAddress UploadResult Voucher Wallet;
    irev: AcceptedLead GoalType LeadRow RejectedLead Rejection RequiredResponseField;
    partnerize: Acknowledgment ActiveCommission Address Attribution AttributionFlags AttributionRules
        AttributionSplit AvailableCommission AvailableFeature Brand Campaign CampaignCreatives CampaignFeeds
        CampaignRequestsDone CampaignTerms Click CodePattern CombinedTerms Commission CommissionGroup
        CommissionGroupEntry CommissionMetaField CommissionOverride CommissionRate CommissionVoucher
        Conversion ConversionClick ConversionItem ConversionValue Creative CreativeCounts CreativeItem
        CurrencyInfo CurrentUser CustomTerms Database DefaultCommission DiscoverableBrand
        DiscoverableCampaign ExclusiveCode Feed InCart Invitation InvitedCampaign InvitingBrand Job JobLinks
        LanguageDestination Link LinkParameter MetaFieldRule Money NamedId Network Participation
        ParticipationCampaign Partner PartnerUpdated Payable PaymentDetailValues PaymentDetails
        PaymentSummary Period PromotionalCommission ReferenceConversionMetric ReferenceConversionType
        ReferenceCountry ReferenceCurrency ReferenceDevice ReferencePartnershipModel ReferenceTimezone
        ReferenceTrafficSource ReferenceUserContext SelfBill Tag TagFeature TagScope TierLevel
        TieredCommission TransactionQuery TransactionQueryCampaign TransactionQueryDeleted
        TransactionQueryHistory TransactionQueryPartner UpdateStatus VoucherCode VoucherCommission Website;
}

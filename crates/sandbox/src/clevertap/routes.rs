//! Which part of the vendor answers an operation.

use super::call::Call;
use super::state::State;
use super::{attribution, audience, bodies, campaigns, catalogs, content, counts, exports, files, project};
use super::{promo, upload};
use crate::wire::Answer;

/// Answers a call whose form is right.
pub(super) fn answer(state: &mut State, call: &Call<'_>) -> Answer {
    for campaign in &mut state.campaigns {
        campaign.pass(call);
    }
    match call.operation.id.as_str() {
        "attributeEvent" => attribution::answer(state, call.request, call.now()),
        "uploadRecords" => upload::answer(state, call.request, call.now()),
        "openEventExport" | "openProfileExport" => exports::open(state, call),
        "readEventExport" | "readProfileExport" => exports::page(state, call),
        "getProfile" => exports::profile(state, call),
        "deleteProfiles" => audience::delete(state, call),
        "demergeProfiles" => audience::demerge(state, call),
        "setSubscriptions" => audience::subscribe(state, call),
        "disassociatePhones" => audience::disassociate(state, call),
        "countEvents" | "countProfiles" | "countTopProperties" | "countTrends" => counts::begin(state, call),
        "pollEventCount" | "pollProfileCount" | "pollTopProperties" | "pollTrends" => {
            counts::poll(state, call)
        }
        "countRealTime" => counts::now(state, call),
        "reportMessages" => campaigns::report(state, call),
        "createCampaign" => campaigns::create(state, call),
        "stopCampaign" => campaigns::stop(state, call),
        "getCampaignReport" => campaigns::result(state, call),
        "listCampaigns" => campaigns::list(state, call),
        "sendPush" | "sendEmail" | "sendSms" | "sendWebPush" | "sendWhatsApp" | "triggerCampaign"
        | "triggerCampaigns" => campaigns::send(call),
        // What these say of a success is not documented.
        "raiseBulletin" | "updateTemplateIds" => bodies::done().committed(),
        "createSegments" => audience::create_segments(state, call),
        "updateSegments" => audience::update_segments(state, call),
        "listSegments" => audience::list_segments(state, call),
        "getSegment" => audience::get_segment(state, call),
        "getCustomListUrl" | "getCatalogUrl" => files::address(state, call),
        "getMultipartCatalogUrl" => files::parts(state, call),
        "completeCustomList" => files::complete_list(state, call),
        "completeCatalogUpload" => files::complete_catalog(state, call),
        "createCatalog" => catalogs::create(state, call),
        "listCatalogs" => catalogs::list(state, call),
        "getCatalog" => catalogs::get(state, call),
        "updateCatalog" => catalogs::update(state, call),
        "deleteCatalog" => catalogs::delete(state, call),
        "setAttributeFilterable" => catalogs::set_filterable(state, call),
        "getCatalogSignedUrl" => catalogs::signed_url(state, call),
        "completeCatalogSignedUrl" => catalogs::complete(state, call),
        "createProduct" => catalogs::create_product(state, call),
        "createProducts" | "updateProducts" | "deleteProducts" => catalogs::bulk(state, call),
        "listProducts" => catalogs::list_products(state, call),
        "getProduct" | "updateProduct" | "deleteProduct" => catalogs::product(state, call),
        "createContentBlock" => content::create(state, call),
        "getContentBlock" => content::get(state, call),
        "listContentBlocks" => content::list(state, call),
        "updateContentBlock" => content::update(state, call),
        "createVariables" => project::create_variables(state, call),
        "deleteVariables" => project::delete_variables(state, call),
        "getVariables" => project::get_variables(state, call),
        "getSchema" => project::schema(state, call),
        "listCategoryGroups" => project::category_groups(),
        "connect" => project::connect(state, call),
        "getWallets" => promo::wallets(state, call),
        "listWalletTransactions" => promo::transactions(state, call),
        "fetchCoupons" => promo::coupons(call),
        "validateCoupon" => promo::validate(),
        "applyCoupon" => promo::apply(),
        "fetchVouchers" => promo::vouchers(state, call),
        // There is no other operation in the table; a test goes through all.
        _ => bodies::nothing(),
    }
}

//! The columns that the document's samples show, typed; every other column is reached by its name.

use std::str::FromStr;

use afflux_core::{decode::Amount, error::Error};
use jiff::civil::{Date, DateTime, Time};

use super::{
    kind::{Clicks, ConversionItems, Exported, OfConversions},
    row::ExportRow,
};
use crate::generated::{CampaignId, ConversionId, ConversionItemId, ConversionStatus, Currency, PartnerId};

/// Known columns: `text` as it came, others parsed. One macro, so that the list and the methods cannot differ.
macro_rules! columns {
    ($([$($generic:tt)*] $kind:ty => $($how:ident $name:ident $(: $type:ty)?, $doc:literal;)+)+) => {
        #[allow(non_camel_case_types)]
        #[derive(Clone, Copy)]
        enum Column { $($($name,)+)+ }

        /// The names of the known columns.
        pub(super) const KNOWN: &[&str] = &[$($(stringify!($name),)+)+];

        $(impl<$($generic)*> ExportRow<$kind> {
            $(columns!(@method $how $name $(: $type)?, $doc);)+
        })+
    };
    (@method text $name:ident, $doc:literal) => {
        #[doc = $doc]
        ///
        /// `None` where it is empty or the export has no such column.
        #[inline]
        pub fn $name(&self) -> Option<&str> {
            self.known(Column::$name as usize)
        }
    };
    (@method word $name:ident : $type:ty, $doc:literal) => {
        #[doc = $doc]
        ///
        /// `None` where it is empty or the export has no such column.
        #[inline]
        pub fn $name(&self) -> Option<$type> {
            self.known(Column::$name as usize).map(<$type>::from)
        }
    };
    (@method parsed $name:ident : $type:ty, $doc:literal) => {
        #[doc = $doc]
        ///
        /// `None` where it is empty or the export has no such column; an error where it is something else.
        #[inline]
        pub fn $name(&self) -> Result<Option<$type>, Error> {
            self.parsed(Column::$name as usize, stringify!($name))
        }
    };
}

columns! {
    [K: Exported] K =>
        word campaign_id: CampaignId, "The campaign.";
        word publisher_id: PartnerId, "The partner.";
        text publisher_name, "The partner's name.";
        text advertiser_reference, "The brand's reference.";
        text cookie_id, "The cookie.";
        text country, "The country, ISO 3166 alpha 2.";
        parsed creative_id: i64, "The creative.";
        parsed creative_type: i64, "The creative's kind.";
        parsed specific_creative_id: i64, "The piece of the creative.";
    [] Clicks =>
        text click_id, "The click.";
        text status, "What became of the click, for instance `nibbled`.";
        parsed set_time: DateTime, "When the click was, in the time zone of the export.";
        text set_ip, "The address it came from.";
        parsed last_used: DateTime, "When it was last used, in the time zone of the export.";
        text last_ip, "The address it was last used from.";
        text referer, "The page it came from.";
    [K: OfConversions] K =>
        word conversion_id: ConversionId, "The conversion.";
        parsed conversion_date: Date, "The day of the conversion.";
        parsed conversion_date_time: DateTime, "When the conversion was, in the time zone of the export.";
        parsed click_time: Time, "The time of day of the click.";
        parsed click_date: Date, "The day of the click.";
        parsed click_date_time: DateTime, "When the click was, in the time zone of the export.";
        word currency: Currency, "The currency of the sums.";
        text conversion_reference, "The brand's reference of the conversion, for instance an order number.";
        text referer_ip, "The address of the customer.";
        text source_referer, "The page the customer came from.";
        text campaign_title, "The campaign's title.";
        word conversion_status: ConversionStatus, "What became of the conversion.";
        parsed conversion_lag: i64, "The seconds from the click to the conversion.";
        parsed value: Amount, "What the customer paid.";
        parsed commission: Amount, "The whole commission.";
        parsed publisher_commission: Amount, "The partner's commission.";
        text customer_type, "New or known.";
        text was_disputed, "Whether it was disputed.";
        text currency_original, "The currency before it was converted.";
        parsed currency_conversion_rate: Amount, "The rate it was converted at.";
        text customer_reference, "The brand's reference of the customer.";
        text camref, "The partner's reference of the campaign.";
    [] ConversionItems =>
        word conversion_item_id: ConversionItemId, "The item.";
        text sku, "The brand's number of the article.";
        text category, "The article's category.";
        parsed item_value: Amount, "What the customer paid for it.";
        parsed item_commission: Amount, "The whole commission for it.";
        parsed item_publisher_commission: Amount, "The partner's commission for it.";
        word item_status: ConversionStatus, "What became of it.";
        parsed item_status_id: i64, "The same as a number.";
        text reject_reason, "Why it was rejected.";
        parsed last_update: DateTime, "When it was last changed, in the time zone of the export.";
        text voucher_codes, "The voucher codes that were used.";
        text invoice_id, "The invoice.";
        text payment_status, "The state of its payment, where payment information was asked for.";
        text self_bill_request_date, "When its self-bill was requested, where payment information was asked for.";
        text self_bill_release_date, "When its self-bill was released, where payment information was asked for.";
}

impl<K: Exported> ExportRow<K> {
    fn parsed<T: FromStr>(&self, column: usize, name: &str) -> Result<Option<T>, Error> {
        let Some(text) = self.known(column) else { return Ok(None) };
        text.trim().parse().map(Some).map_err(|_| {
            let type_name = std::any::type_name::<T>().rsplit("::").next().unwrap_or("value");
            let what =
                format!("was answered with a row whose `{name}` is no {type_name}: row {}", self.number());
            Error::undocumented(K::OPERATION, what)
        })
    }
}

impl ExportRow<ConversionItems> {
    /// Meta data of the item: the column `meta_item_NAME`.
    pub fn meta_item(&self, name: &str) -> Option<&str> {
        self.get(&format!("meta_item_{name}"))
    }
}

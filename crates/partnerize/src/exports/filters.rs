//! What is to be in an export, and how it is written.

use crate::{
    generated::{ConversionId, Currency, ExportDateType, ExportDelimiter, ExportEncoding, PartnerId},
    reports::Between,
};

/// Everything that an export takes; the names are the document's.
#[derive(Debug, Clone)]
pub struct Filters {
    pub(super) partner: PartnerId,
    pub(super) range: Between,
    pub(super) timezone: Option<String>,
    pub(super) complete_email: Option<String>,
    pub(super) limit: Option<u64>,
    pub(super) export_reference: Option<String>,
    pub(super) encoding: Option<ExportEncoding>,
    pub(super) delimiter: Option<ExportDelimiter>,
    pub(super) date_type: Option<ExportDateType>,
    pub(super) conversion_id: Option<ConversionId>,
    pub(super) conversion_reference: Option<String>,
    pub(super) conversion_metrics: Vec<String>,
    pub(super) include_payment_info: Option<bool>,
    pub(super) currency: Vec<Currency>,
}

impl Filters {
    pub(super) fn new(partner: PartnerId, range: Between) -> Self {
        Self {
            partner,
            range,
            timezone: None,
            complete_email: None,
            // Without it the vendor stops somewhere.
            limit: Some(0),
            export_reference: None,
            encoding: None,
            delimiter: None,
            date_type: None,
            conversion_id: None,
            conversion_reference: None,
            conversion_metrics: Vec::new(),
            include_payment_info: None,
            currency: Vec::new(),
        }
    }
}

//! What CleverTap answers to a delivery report: the three channels say it in three ways.

use afflux_core::decode::{DecodeError, Drift, JsonText, Kept};
use bytes::Bytes;

use super::read::tolerant;

tolerant! {
    /// The answer to a report, whichever way it is written. Read the HTTP status too: 400 means that nothing of it was
    /// taken and a repeat will not help, a 5xx that it should be sent again after 10 minutes.
    pub struct ReportAnswer {
        /// `success`, `partial_success` or `error`.
        status: Option<String> = "status",
        /// In words.
        message: Option<String> = "message",
        /// The number of the error, 400 for instance.
        error_code: Drift<i64> = "error_code",
        /// What was taken, of SMS.
        data: Drift<AnswerData> = "data",
        /// What is wrong, of SMS.
        details: Drift<AnswerDetails> = "details",
        /// How many events came, of e-mail over HTTP.
        total_events: Drift<u64> = "TOTAL_EVENTS",
        /// How many were taken: of e-mail over HTTP, and over SMTP where only some were.
        processed: Drift<u64> = "PROCESSED_EVENTS" | "processed",
        /// Those that were not, of e-mail over HTTP. What is in it is not documented.
        unprocessed: Drift<Vec<JsonText>> = "UNPROCESSED_EVENTS",
        /// How many were not, of SMTP.
        failed: Drift<u64> = "failed",
        /// Which ones were not, of SMTP.
        errors: Drift<Vec<FaultyEvent>> = "errors",
    }
}

impl ReportAnswer {
    /// Reads a body.
    pub fn parse(body: impl Into<Bytes>) -> Result<Kept<Self>, DecodeError> {
        Kept::parse(body)
    }

    /// How many events were taken, where the answer says it.
    pub fn taken(&self) -> Option<u64> {
        let of_sms = self.data.get().and_then(|data| data.processed_events.copied());
        self.processed.copied().or(of_sms)
    }

    /// Whether everything was taken, as far as the answer says.
    pub fn is_whole(&self) -> bool {
        let said = self.status.as_deref().is_none_or(|status| status == "success");
        let counted = match (self.total_events.get(), self.processed.get()) {
            (Some(total), Some(processed)) => total == processed,
            _ => true,
        };
        let said_anything = self.status.is_some() || self.total_events.get().is_some();
        let nothing_left = self.unprocessed.get().is_none_or(Vec::is_empty);
        said && counted && said_anything && nothing_left
    }
}

tolerant! {
    /// What was taken of SMS reports.
    pub struct AnswerData {
        /// How many.
        processed_events: Drift<u64> = "processed_events",
        /// When, as a number.
        timestamp: Drift<i64> = "timestamp",
    }
}

tolerant! {
    /// What is wrong with SMS reports.
    pub struct AnswerDetails {
        /// The names that are mandatory and missing.
        missing_fields: Drift<Vec<String>> = "missing_fields",
        /// When, as a number.
        timestamp: Drift<i64> = "timestamp",
    }
}

tolerant! {
    /// An event that was not taken.
    pub struct FaultyEvent {
        /// Which one, as the vendor counts.
        event_index: Drift<u64> = "event_index",
        /// Why.
        error: Option<String> = "error",
    }
}

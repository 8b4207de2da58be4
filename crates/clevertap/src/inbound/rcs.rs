//! Messages for a generic RCS provider. Of the four formats only text is documented; the answer and the reports are not.

use afflux_core::decode::{DecodeError, Drift, Kept, Sensitive};
use bytes::Bytes;

use super::read::tolerant;

tolerant! {
    /// An RCS message to deliver, with an SMS to fall back to.
    pub struct Rcs {
        /// The version of the format, `0.1`.
        payload_version: Option<String> = "payloadVersion",
        /// The message.
        msg_id: Option<String> = "msgId",
        /// The telephone number.
        to: Option<String> = "to",
        /// Where reports go. Masked when it is printed: nobody but its holder may report.
        callback_url: Option<Sensitive> = "callbackURL",
        /// The message as RCS.
        rcs_content: Drift<RcsContent> = "rcsContent",
        /// The message as SMS, for a handset without RCS.
        sms_content: Drift<SmsFallback> = "smsContent",
    }
}

impl Rcs {
    /// Reads a body.
    pub fn parse(body: impl Into<Bytes>) -> Result<Kept<Self>, DecodeError> {
        Kept::parse(body)
    }
}

tolerant! {
    /// A message as RCS.
    pub struct RcsContent {
        /// The sender.
        sender_id: Option<String> = "senderId",
        /// What was configured with the provider.
        custom_parameters: Drift<Vec<RcsParameter>> = "customParam",
        /// The content. Its other formats than text are looked up in its kept text.
        content: Drift<Kept<RcsText>> = "content",
    }
}

tolerant! {
    /// Something that was configured.
    pub struct RcsParameter {
        /// Its name.
        name: Option<String> = "name",
        /// Its value, masked when it is printed: it may be an access key.
        value: Option<Sensitive> = "value",
    }
}

tolerant! {
    /// A text, with what can be tapped below it.
    pub struct RcsText {
        /// `TEXT`.
        kind: Option<String> = "type",
        /// The text.
        text: Option<String> = "text",
        /// What can be tapped.
        suggestions: Drift<Vec<RcsSuggestion>> = "suggestions",
    }
}

tolerant! {
    /// Something to tap.
    pub struct RcsSuggestion {
        /// `REPLY`, `DIAL_PHONE` or `OPEN_URL`.
        kind: Option<String> = "type",
        /// What stands on it.
        text: Option<String> = "text",
        /// What comes back when it is tapped.
        postback_data: Option<String> = "postbackData",
        /// What it opens.
        url: Option<String> = "url",
    }
}

tolerant! {
    /// The SMS to fall back to.
    pub struct SmsFallback {
        /// The sender.
        sender_id: Option<String> = "senderId",
        /// The text.
        body: Option<String> = "body",
    }
}

//! Messages for a generic WhatsApp provider, and the answer that CleverTap waits for.

use afflux_core::decode::{self, DecodeError, Drift, Field, JsonText, Kept};
use bytes::Bytes;
use http::StatusCode;
use serde::Serialize;

use super::read::tolerant;

/// The template of the call that the dashboard makes when a provider is saved.
const VERIFY: &str = "whatsapp:hsm:technology:generic:verify";

tolerant! {
    /// A WhatsApp message to deliver: from a template (`components`) or free (`kind` and the part of that name).
    ///
    /// Answer with a [`WhatsAppAnswer`] within a second.
    pub struct WhatsApp {
        /// The version of the format, `0.1`.
        payload_version: Option<String> = "payloadVersion",
        /// The telephone number, with or without `+`.
        to: Option<String> = "to",
        /// The sender's number, with or without `+`.
        waba_number: Option<String> = "wabaNumber",
        /// Whether it is from a template.
        is_template: Drift<bool> = "isTemplate",
        /// What every status about it gives back: `i|campaign|batch|j`, and a variant behind that.
        msg_id: Option<String> = "msgId" | "msg_id",
        /// The template.
        template: Drift<TemplateName> = "template",
        /// What goes into the template.
        components: Drift<Vec<Kept<Component>>> = "components",
        /// Of a free message: `text`, `audio`, `image`, `video` or `file`.
        kind: Option<String> = "type",
        /// A free text. It has no sample, so it is kept as it comes.
        text: Option<JsonText> = "text",
        /// A free sound.
        audio: Drift<Media> = "audio",
        /// A free picture.
        image: Drift<Media> = "image",
        /// A free film.
        video: Drift<Media> = "video",
        /// A free file.
        file: Drift<Media> = "file" | "document",
    }
}

impl WhatsApp {
    /// Reads a body. The verification call wraps its message in `body`; the view is of that, the text is whole.
    pub fn parse(body: impl Into<Bytes>) -> Result<Kept<Self>, DecodeError> {
        let body = body.into();
        match decode::one(&body, "body") {
            Ok(wrapped) => Ok(wrapped),
            Err(_) => decode::one(&body, ""),
        }
    }

    /// Whether this is the call that the dashboard makes when a provider is saved: nothing is to be delivered, and a
    /// success is expected within a second.
    pub fn is_verification(&self) -> bool {
        self.template.get().is_some_and(|template| template.namespace.as_deref() == Some(VERIFY))
    }

    /// The campaign, from the message id.
    pub fn campaign_id(&self) -> Option<&str> {
        self.msg_id.as_deref()?.split('|').nth(1).filter(|campaign| !campaign.is_empty())
    }

    /// What goes into the template, none of a free message.
    pub fn parts(&self) -> &[Kept<Component>] {
        self.components.get().map_or(&[], Vec::as_slice)
    }
}

tolerant! {
    /// Which template.
    pub struct TemplateName {
        /// Its name in the dashboard.
        namespace: Option<String> = "namespace",
        /// `en`, `en_US`, `en(UK)`, ...
        language_code: Option<String> = "languageCode",
    }
}

tolerant! {
    /// A part of a template: `header`, `body`, `footer`, `button`, `limited_time_offer` or `carousel`. One without a kind
    /// carries properties of the customer's own.
    pub struct Component {
        /// Which part.
        kind: Option<String> = "type",
        /// The header: its own `type` says which of its parts there is (`text`, `image`, `video`, `file`, `location`).
        header: Option<JsonText> = "header",
        /// The body: its text with the places of its parameters, and the parameters.
        body: Drift<ParametrizedText> = "body",
        /// The footer.
        footer: Option<String> = "footer" | "footertext",
        /// Which button, counted from 0; two buttons can have the same number.
        index: Drift<i64> = "index",
        /// `dynamicUrl`, `staticUrl`, `quickReply`, `callPhone` or `copy_code`.
        sub_type: Option<String> = "subType",
        /// What stands on the button.
        button_text: Option<String> = "buttonText",
        /// What stands beside a limited offer.
        text: Option<String> = "text",
        /// What goes into the button or the offer.
        parameters: Drift<Vec<Parameter>> = "parameters",
        /// The cards of a carousel, each to be read by [`Component::cards`].
        card_texts: Drift<Vec<JsonText>> = "cards",
        /// Properties of the customer's own.
        custom_props: Option<JsonText> = "customProps",
    }
}

impl Component {
    /// The media of a header, whichever kind it is.
    pub fn header_media(&self) -> Option<Media> {
        let header = self.header.as_ref()?.field();
        let of = |kind: &str| header.get(kind).and_then(|media| media.read::<Media>().ok());
        ["image", "video", "file"].into_iter().find_map(of)
    }

    /// The cards of a carousel. One that is not an object is left out; it is in `card_texts`.
    pub fn cards(&self) -> impl Iterator<Item = Card> {
        // Read when they are asked for: cards hold components, and those could hold cards without end.
        let texts = self.card_texts.get().map_or(&[][..], Vec::as_slice);
        texts.iter().filter_map(|text| text.read().ok())
    }
}

tolerant! {
    /// A card of a carousel.
    pub struct Card {
        /// Its parts.
        components: Drift<Vec<Kept<Component>>> = "components",
    }
}

tolerant! {
    /// A text with its parameters.
    pub struct ParametrizedText {
        /// The text.
        text: Option<String> = "text",
        /// The parameters in their order.
        parameters: Drift<Vec<Parameter>> = "parameters",
    }
}

tolerant! {
    /// What goes into a place of a template. `Debug` masks texts: one may be a one-time password.
    pub struct Parameter {
        /// `text`, `coupon_code` or `limited_time_offer`.
        kind: Option<String> = "type",
        /// A text.
        text: Option<decode::Sensitive> = "text",
        /// A code to copy.
        coupon_code: Option<decode::Sensitive> = "coupon_code",
        /// When an offer ends; see [`Parameter::expires`].
        limited_time_offer: Option<JsonText> = "limited_time_offer",
    }
}

impl Parameter {
    /// When an offer ends.
    pub fn expires(&self) -> Option<jiff::Timestamp> {
        let offer = self.limited_time_offer.as_ref()?;
        let millis = offer.get("expiration_time_ms").and_then(Field::as_i64)?;
        jiff::Timestamp::from_millisecond(millis).ok()
    }
}

tolerant! {
    /// A picture, a film, a sound or a file.
    pub struct Media {
        /// Where it is.
        media_url: Option<String> = "mediaURL",
        /// What stands below it.
        caption: Option<String> = "caption",
        /// Its name.
        filename: Option<String> = "filename",
    }
}

/// Why a message is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WhatsAppCode {
    /// The credentials are wrong: 2000.
    Credentials,
    /// The template's parameters do not fit: 2001.
    TemplateParameters,
    /// The telephone number is wrong: 2002.
    PhoneNumber,
    /// The user has not subscribed: 2003.
    NotSubscribed,
    /// Something else: 2004.
    Other,
}

impl WhatsAppCode {
    fn number(self) -> u16 {
        match self {
            Self::Credentials => 2000,
            Self::TemplateParameters => 2001,
            Self::PhoneNumber => 2002,
            Self::NotSubscribed => 2003,
            Self::Other => 2004,
        }
    }
}

/// The answer to a message: its [status](Self::status), and its body by `serde`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct WhatsAppAnswer {
    status: StatusCode,
    body: AnswerBody,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct AnswerBody {
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<AnswerError>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'static str>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct AnswerError {
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<u16>,
    message: String,
}

impl WhatsAppAnswer {
    fn failure(status: StatusCode, code: Option<u16>, message: String) -> Self {
        let error = Some(AnswerError { code, message });
        Self { status, body: AnswerBody { status: Some("failure"), error, message: None } }
    }

    fn turned_away(status: StatusCode, message: &'static str) -> Self {
        Self { status, body: AnswerBody { status: None, error: None, message: Some(message) } }
    }

    /// The message was taken and will be delivered.
    pub fn taken() -> Self {
        let body = AnswerBody { status: Some("success"), error: None, message: None };
        Self { status: StatusCode::OK, body }
    }

    /// The message was looked at and refused. That too is a 200.
    pub fn refused(code: WhatsAppCode, message: impl Into<String>) -> Self {
        Self::failure(StatusCode::OK, Some(code.number()), message.into())
    }

    /// Something is broken here.
    pub fn broken() -> Self {
        let message = "Unable to process the request".to_owned();
        Self::failure(StatusCode::INTERNAL_SERVER_ERROR, None, message)
    }

    /// Too many messages at once.
    pub fn too_many() -> Self {
        Self::turned_away(StatusCode::TOO_MANY_REQUESTS, "Too many requests to process")
    }

    /// The caller is not allowed, or what came is no message.
    pub fn forbidden() -> Self {
        Self::turned_away(StatusCode::FORBIDDEN, "Bad Request")
    }

    /// The HTTP status to answer with.
    pub fn status(&self) -> StatusCode {
        self.status
    }
}

impl Serialize for WhatsAppAnswer {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.body.serialize(serializer)
    }
}

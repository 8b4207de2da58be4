//! What goes back about WhatsApp: the status of messages, and what users write.

use jiff::Timestamp;
use serde::Serialize;

/// Why a message did not reach its user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WhatsAppFailure {
    /// The credentials are wrong: 1000.
    Credentials,
    /// The template's parameters do not fit: 1001.
    TemplateParameters,
    /// The number is invalid: 1002.
    InvalidNumber,
    /// The number is inactive: 1003.
    InactiveNumber,
    /// Too many messages: 1004.
    TooMany,
    /// Temporarily not available: 1005.
    Unavailable,
    /// Blacklisted: 1006.
    Blacklisted,
    /// The device cannot receive it: 1007.
    Device,
    /// Outside of the time in which a chat is allowed: 1008.
    OutsideWindow,
    /// Something else: 1009.
    Other,
    /// Blocked by Meta: 1010.
    BlockedByMeta,
}

impl WhatsAppFailure {
    fn number(self) -> u16 {
        match self {
            Self::Credentials => 1000,
            Self::TemplateParameters => 1001,
            Self::InvalidNumber => 1002,
            Self::InactiveNumber => 1003,
            Self::TooMany => 1004,
            Self::Unavailable => 1005,
            Self::Blacklisted => 1006,
            Self::Device => 1007,
            Self::OutsideWindow => 1008,
            Self::Other => 1009,
            Self::BlockedByMeta => 1010,
        }
    }
}

/// What became of a message, by the id that it came with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[must_use]
pub struct WhatsAppStatus {
    #[serde(rename = "msgId")]
    msg_id: String,
    status: &'static str,
    /// Seconds as text; a click has them as a number, under another name.
    #[serde(skip_serializing_if = "Option::is_none")]
    timestamp: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Failed>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ts: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    #[serde(rename = "shortUrl", skip_serializing_if = "Option::is_none")]
    short_url: Option<String>,
    #[serde(rename = "userAgent", skip_serializing_if = "Option::is_none")]
    user_agent: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Failed {
    code: u16,
    title: String,
}

impl WhatsAppStatus {
    fn new(status: &'static str, msg_id: impl Into<String>) -> Self {
        Self {
            msg_id: msg_id.into(),
            status,
            timestamp: None,
            error: None,
            ts: None,
            url: None,
            short_url: None,
            user_agent: None,
        }
    }

    fn timed(status: &'static str, msg_id: impl Into<String>, at: Timestamp) -> Self {
        Self { timestamp: Some(at.as_second().to_string()), ..Self::new(status, msg_id) }
    }

    /// It was sent.
    pub fn sent(msg_id: impl Into<String>, at: Timestamp) -> Self {
        Self::timed("sent", msg_id, at)
    }

    /// It was delivered.
    pub fn delivered(msg_id: impl Into<String>, at: Timestamp) -> Self {
        Self::timed("delivered", msg_id, at)
    }

    /// It was read.
    pub fn read(msg_id: impl Into<String>, at: Timestamp) -> Self {
        Self::timed("read", msg_id, at)
    }

    /// It failed; the title says why in words.
    pub fn failed(
        msg_id: impl Into<String>,
        at: Timestamp,
        failure: WhatsAppFailure,
        title: impl Into<String>,
    ) -> Self {
        let error = Some(Failed { code: failure.number(), title: title.into() });
        Self { error, ..Self::timed("failed", msg_id, at) }
    }

    /// A link in it was followed. Written `Clicked`, as in the samples; the vendor's table has a small letter.
    pub fn clicked(msg_id: impl Into<String>, at: Timestamp, url: impl Into<String>) -> Self {
        Self { ts: Some(at.as_second()), url: Some(url.into()), ..Self::new("Clicked", msg_id) }
    }

    /// The short address that was followed.
    pub fn short_url(mut self, url: impl Into<String>) -> Self {
        self.short_url = Some(url.into());
        self
    }

    /// The browser that followed it.
    pub fn user_agent(mut self, agent: impl Into<String>) -> Self {
        self.user_agent = Some(agent.into());
        self
    }
}

/// Statuses for the provider's report address, as one body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[must_use]
pub struct WhatsAppStatuses {
    #[serde(rename = "payloadVersion")]
    payload_version: &'static str,
    statuses: Vec<WhatsAppStatus>,
}

impl FromIterator<WhatsAppStatus> for WhatsAppStatuses {
    fn from_iter<I: IntoIterator<Item = WhatsAppStatus>>(statuses: I) -> Self {
        Self { payload_version: VERSION, statuses: statuses.into_iter().collect() }
    }
}

const VERSION: &str = "0.1";

/// What a user wrote, for the provider's inbound address. CleverTap records it only from numbers that it has written to.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[must_use]
pub struct WhatsAppIncoming {
    #[serde(rename = "payloadVersion")]
    payload_version: &'static str,
    from: String,
    #[serde(rename = "wabaNumber")]
    waba_number: String,
    timestamp: String,
    r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    context: Option<Context>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<IncomingMedia>,
    #[serde(skip_serializing_if = "Option::is_none")]
    audio: Option<IncomingMedia>,
    #[serde(skip_serializing_if = "Option::is_none")]
    video: Option<IncomingMedia>,
    #[serde(skip_serializing_if = "Option::is_none")]
    document: Option<Document>,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<IncomingLocation>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Context {
    id: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Text {
    body: String,
}

/// A file's type has a capital in the vendor's sample, other media's has none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Document {
    #[serde(rename = "mediaURL")]
    media_url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    caption: Option<String>,
    #[serde(rename = "mimeType", skip_serializing_if = "Option::is_none")]
    mime_type: Option<String>,
}

/// A picture, a film, a sound or a file of a user's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[must_use]
pub struct IncomingMedia {
    #[serde(rename = "mediaURL")]
    media_url: String,
    #[serde(rename = "mimetype", skip_serializing_if = "Option::is_none")]
    mime_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    caption: Option<String>,
}

impl IncomingMedia {
    /// Where it can be fetched.
    pub fn at(url: impl Into<String>) -> Self {
        Self { media_url: url.into(), mime_type: None, caption: None }
    }

    /// Its type, `image/png` for instance.
    pub fn mime_type(mut self, mime_type: impl Into<String>) -> Self {
        self.mime_type = Some(mime_type.into());
        self
    }

    /// What stands below it.
    pub fn caption(mut self, caption: impl Into<String>) -> Self {
        self.caption = Some(caption.into());
        self
    }
}

/// A place that a user sent, in degrees.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[must_use]
pub struct IncomingLocation {
    latitude: f64,
    longitude: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    address: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
}

impl IncomingLocation {
    /// A place and its address.
    pub fn new(latitude: f64, longitude: f64, address: impl Into<String>) -> Self {
        Self { latitude, longitude, name: None, address: address.into(), url: None }
    }

    /// What it is called.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// A link to it.
    pub fn url(mut self, url: impl Into<String>) -> Self {
        self.url = Some(url.into());
        self
    }
}

impl WhatsAppIncoming {
    fn new(
        kind: &'static str,
        from: impl Into<String>,
        waba_number: impl Into<String>,
        at: Timestamp,
    ) -> Self {
        Self {
            payload_version: VERSION,
            from: from.into(),
            waba_number: waba_number.into(),
            timestamp: at.as_second().to_string(),
            r#type: kind,
            context: None,
            text: None,
            image: None,
            audio: None,
            video: None,
            document: None,
            location: None,
        }
    }

    /// A text, from the user's number to yours.
    pub fn text(
        from: impl Into<String>,
        waba_number: impl Into<String>,
        at: Timestamp,
        text: impl Into<String>,
    ) -> Self {
        Self { text: Some(Text { body: text.into() }), ..Self::new("text", from, waba_number, at) }
    }

    /// A picture.
    pub fn image(
        from: impl Into<String>,
        waba_number: impl Into<String>,
        at: Timestamp,
        media: IncomingMedia,
    ) -> Self {
        Self { image: Some(media), ..Self::new("image", from, waba_number, at) }
    }

    /// A sound.
    pub fn audio(
        from: impl Into<String>,
        waba_number: impl Into<String>,
        at: Timestamp,
        media: IncomingMedia,
    ) -> Self {
        Self { audio: Some(media), ..Self::new("audio", from, waba_number, at) }
    }

    /// A film.
    pub fn video(
        from: impl Into<String>,
        waba_number: impl Into<String>,
        at: Timestamp,
        media: IncomingMedia,
    ) -> Self {
        Self { video: Some(media), ..Self::new("video", from, waba_number, at) }
    }

    /// A file. It goes under `document`, as in the vendor's sample; its table says `file`.
    pub fn file(
        from: impl Into<String>,
        waba_number: impl Into<String>,
        at: Timestamp,
        media: IncomingMedia,
    ) -> Self {
        let IncomingMedia { media_url, mime_type, caption } = media;
        let document = Some(Document { media_url, caption, mime_type });
        Self { document, ..Self::new("file", from, waba_number, at) }
    }

    /// A place.
    pub fn location(
        from: impl Into<String>,
        waba_number: impl Into<String>,
        at: Timestamp,
        location: IncomingLocation,
    ) -> Self {
        Self { location: Some(location), ..Self::new("location", from, waba_number, at) }
    }

    /// The message that it answers.
    pub fn in_answer_to(mut self, msg_id: impl Into<String>) -> Self {
        self.context = Some(Context { id: msg_id.into() });
        self
    }
}

//! Delivery reports of the generic SMS provider.

use jiff::Timestamp;
use serde::{
    Serialize, Serializer,
    ser::{SerializeMap, SerializeSeq},
};

afflux_core::open_enum! {
    /// Why an SMS was not delivered. Send a description of your own along; with `Other` it is all that is known.
    pub enum SmsFault {
        /// Anything else.
        Other = "900",
        /// The subscriber wants no such messages.
        DoNotDisturb = "901",
        /// Taken for spam.
        Spam = "902",
        /// Blacklisted, or opted out.
        Blacklisted = "903",
        /// An error of the provider's own.
        System = "904",
        /// An error of the subscriber's.
        Subscriber = "905",
        /// The sender is blocked by the register of templates (DLT, India).
        SenderBlocked = "906",
        /// The entity is blocked by it.
        EntityBlocked = "907",
        /// The template is blocked by it.
        TemplateBlocked = "908",
        /// It misses the subscriber's consent.
        NoConsent = "909",
        /// The subscriber does not exist or is inactive.
        InvalidSubscriber = "910",
        /// The inbox is full.
        InboxFull = "912",
        /// The subscriber is in the national do-not-call register.
        DoNotCall = "913",
        /// Not delivered.
        Undelivered = "914",
        /// Dropped.
        Dropped = "915",
        /// Expired.
        Expired = "916",
        /// Made to expire.
        ForceExpired = "917",
        /// Dropped as a duplicate.
        Duplicate = "918",
        /// The register of templates failed.
        RegisterFailed = "919",
        /// An address in the text is not whitelisted.
        UrlNotWhitelisted = "920",
    }
}

/// What happened to one SMS. `meta` is the [message id](super::Message::message_id), exactly as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct SmsReport {
    event: &'static str,
    ts: i64,
    meta: String,
    texts: Vec<(&'static str, String)>,
}

impl SmsReport {
    fn new(event: &'static str, meta: impl Into<String>, at: Timestamp) -> Self {
        Self { event, ts: at.as_second(), meta: meta.into(), texts: Vec::new() }
    }

    /// Sets a text; one that is there is replaced.
    fn text(mut self, key: &'static str, text: impl Into<String>) -> Self {
        let text = text.into();
        match self.texts.iter_mut().find(|(known, _)| *known == key) {
            Some((_, known)) => *known = text,
            None => self.texts.push((key, text)),
        }
        self
    }

    /// It has reached the handset. The vendor's table demands a [description](Self::description).
    pub fn delivered(meta: impl Into<String>, at: Timestamp) -> Self {
        Self::new("delivered", meta, at)
    }

    /// A link in it was followed.
    pub fn clicked(meta: impl Into<String>, at: Timestamp, url: impl Into<String>) -> Self {
        Self::new("clicked", meta, at).text("url", url)
    }

    /// It was answered. The vendor keeps 512 characters of the answer. [`replied_to`](Self::replied_to) names the number
    /// that was written to.
    pub fn replied(meta: impl Into<String>, at: Timestamp, text: impl Into<String>) -> Self {
        Self::new("replied", meta, at).text("incomingText", text)
    }

    /// As [`replied`](Self::replied), with the number that was written to.
    pub fn replied_to(
        meta: impl Into<String>,
        at: Timestamp,
        number: impl Into<String>,
        text: impl Into<String>,
    ) -> Self {
        Self::new("replied", meta, at).text("toPhone", number).text("incomingText", text)
    }

    /// It was not delivered.
    pub fn failed(meta: impl Into<String>, at: Timestamp, fault: &SmsFault) -> Self {
        Self::new("failed", meta, at).text("code", fault.as_str())
    }

    /// What happened, in words.
    pub fn description(self, description: impl Into<String>) -> Self {
        self.text("description", description)
    }

    /// The short address that was followed.
    pub fn short_url(self, url: impl Into<String>) -> Self {
        self.text("shorturl", url)
    }
}

impl Serialize for SmsReport {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2 + self.texts.len()))?;
        map.serialize_entry("ts", &self.ts)?;
        map.serialize_entry("meta", &self.meta)?;
        for (key, text) in &self.texts {
            map.serialize_entry(key, text)?;
        }
        map.end()
    }
}

/// Reports for the callback address, as one body: written with `serde`, they are grouped by what happened. 100 at a time
/// is safe; the vendor's page says 1000 too. On a 5xx send them again after 10 minutes and then ever more slowly; the
/// vendor does not notice repeats.
///
/// ```
/// use afflux_clevertap::inbound::{SmsFault, SmsReport, SmsReports};
///
/// let now = jiff::Timestamp::from_second(1_435_322_805)?;
/// let reports: SmsReports = [SmsReport::failed("99.12.-1.", now, &SmsFault::DoNotDisturb)].into_iter().collect();
/// let body = serde_json::to_string(&reports)?;
/// assert_eq!(body, r#"[{"event":"failed","data":[{"ts":1435322805,"meta":"99.12.-1.","code":"901"}]}]"#);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[must_use]
pub struct SmsReports(Vec<SmsReport>);

impl SmsReports {
    /// Adds a report.
    pub fn push(&mut self, report: SmsReport) {
        self.0.push(report);
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<SmsReport> for SmsReports {
    fn from_iter<I: IntoIterator<Item = SmsReport>>(reports: I) -> Self {
        Self(reports.into_iter().collect())
    }
}

#[derive(Serialize)]
struct Group<'a> {
    event: &'static str,
    data: Vec<&'a SmsReport>,
}

impl Serialize for SmsReports {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut groups: Vec<Group<'_>> = Vec::new();
        for report in &self.0 {
            match groups.iter_mut().find(|group| group.event == report.event) {
                Some(group) => group.data.push(report),
                None => groups.push(Group { event: report.event, data: vec![report] }),
            }
        }
        let mut list = serializer.serialize_seq(Some(groups.len()))?;
        for group in &groups {
            list.serialize_element(group)?;
        }
        list.end()
    }
}

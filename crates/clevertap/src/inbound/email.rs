//! Delivery reports of the generic e-mail providers, over HTTP and over SMTP.

use jiff::Timestamp;
use serde::{Serialize, Serializer, ser::SerializeSeq};

/// Why an e-mail was not delivered, or is not wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum EmailFault {
    /// The user wants none any more; CleverTap unsubscribes the profile.
    Unsubscribed,
    /// The address does not exist; CleverTap unsubscribes the profile.
    HardBounce,
    /// Not delivered for now; the profile stays subscribed.
    SoftBounce,
    /// Reported as spam; CleverTap unsubscribes the profile.
    Spam,
}

/// What happened to one e-mail. `meta` is the [message id](super::Message::message_id), or the header `X-CleverTap_META`
/// of an e-mail that came by SMTP, exactly as it came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[must_use]
pub struct EmailReport {
    r#type: EmailEvent,
    email: String,
    meta: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(untagged)]
enum EmailEvent {
    Success(&'static str),
    Failed(EmailFault),
}

impl EmailReport {
    fn new(event: EmailEvent, email: impl Into<String>, meta: impl Into<String>) -> Self {
        Self { r#type: event, email: email.into(), meta: meta.into(), description: None }
    }

    /// It was delivered.
    pub fn delivered(email: impl Into<String>, meta: impl Into<String>) -> Self {
        Self::new(EmailEvent::Success("delivered"), email, meta)
    }

    /// A link in it was followed. Only where CleverTap's own tracking of clicks is off, or clicks count twice.
    pub fn clicked(email: impl Into<String>, meta: impl Into<String>) -> Self {
        Self::new(EmailEvent::Success("clicked"), email, meta)
    }

    /// It was not delivered, or is not wanted.
    pub fn failed(fault: EmailFault, email: impl Into<String>, meta: impl Into<String>) -> Self {
        Self::new(EmailEvent::Failed(fault), email, meta)
    }

    /// What happened, in words.
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }
}

/// Reports for the callback address, as one body in version `v2`, of the generic HTTP provider and most likely of SMTP
/// too, whose sample the vendor's page lacks. At most 1000 at a time. On a 5xx send them again after 10 minutes and then
/// ever more slowly; the vendor does not notice repeats.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[must_use]
pub struct EmailReports(Vec<EmailReport>);

impl EmailReports {
    /// Adds a report.
    pub fn push(&mut self, report: EmailReport) {
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

impl FromIterator<EmailReport> for EmailReports {
    fn from_iter<I: IntoIterator<Item = EmailReport>>(reports: I) -> Self {
        Self(reports.into_iter().collect())
    }
}

#[derive(Serialize)]
struct V2<'a> {
    version: &'static str,
    events: V2Events<'a>,
}

#[derive(Serialize)]
struct V2Events<'a> {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    success: Vec<&'a EmailReport>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    failed: Vec<&'a EmailReport>,
}

impl Serialize for EmailReports {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (success, failed) =
            self.0.iter().partition(|report| matches!(report.r#type, EmailEvent::Success(_)));
        V2 { version: "v2", events: V2Events { success, failed } }.serialize(serializer)
    }
}

/// What the first version of the SMTP callback tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum SmtpEvent {
    /// Not delivered for now.
    SoftBounce,
    /// The address does not exist.
    HardBounce,
    /// The user wants none any more.
    Unsubscribe,
}

/// Reports in the first version of the generic SMTP provider: an address and a time for each, no message id.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[must_use]
pub struct SmtpReports(Vec<(SmtpEvent, Vec<SmtpData>)>);

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct SmtpData {
    e: String,
    ts: i64,
}

impl SmtpReports {
    /// Adds a report. Where the time is not known the vendor asks for the present one.
    pub fn push(&mut self, event: SmtpEvent, email: impl Into<String>, at: Timestamp) {
        let data = SmtpData { e: email.into(), ts: at.as_second() };
        match self.0.iter_mut().find(|(known, _)| *known == event) {
            Some((_, list)) => list.push(data),
            None => self.0.push((event, vec![data])),
        }
    }
}

#[derive(Serialize)]
struct SmtpGroup<'a> {
    event: SmtpEvent,
    data: &'a [SmtpData],
}

impl Serialize for SmtpReports {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.0.len()))?;
        for (event, data) in &self.0 {
            list.serialize_element(&SmtpGroup { event: *event, data })?;
        }
        list.end()
    }
}

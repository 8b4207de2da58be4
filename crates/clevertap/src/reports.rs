//! Message reports: what was sent in a range of days, with its counters.

use afflux_core::{decode::Kept, endpoint::Endpoint, error::Error};

use crate::{
    client::Client,
    generated::{MessageQuery, MessageReport, ReportMessages},
    names::Fault,
    query::{Days, refused},
};

/// Reports that were not asked for yet. See [`Client::message_reports`].
#[derive(Debug, Clone)]
#[must_use = "nothing is read until all() is asked"]
pub struct MessageReports<'a> {
    client: &'a Client,
    query: Result<MessageQuery, Fault>,
}

impl Client {
    /// The messages that started on these days, both included, in the project's zone. Counters keep growing afterwards.
    ///
    /// Slow: 90 days were seen to take nearly two minutes, so that an attempt has three.
    ///
    /// ```no_run
    /// # async fn run(clevertap: afflux_clevertap::Client) -> Result<(), afflux_clevertap::Error> {
    /// use jiff::civil::date;
    ///
    /// let week = date(2026, 1, 5)..=date(2026, 1, 11);
    /// for message in clevertap.message_reports(week).channels(["push", "email"]).all().await? {
    ///     println!("{:?} {:?}", message.message_name, message.sent.copied());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn message_reports(&self, days: impl Into<Days>) -> MessageReports<'_> {
        let days = days.into();
        let query =
            days.check("").map(|()| MessageQuery::new(days.first().to_string(), days.last().to_string()));
        MessageReports { client: self, query }
    }
}

impl MessageReports<'_> {
    /// Only these channels: `push`, `email`, `sms`, `browser`, `inapp`, `whatsapp`, ...
    pub fn channels<T: Into<String>>(self, channels: impl IntoIterator<Item = T>) -> Self {
        self.with(|query| query.channel(channels))
    }

    /// Only these kinds of delivery: `one_time`, `action`, `inaction`, `recurring`, `api`, ...
    pub fn deliveries<T: Into<String>>(self, deliveries: impl IntoIterator<Item = T>) -> Self {
        self.with(|query| query.delivery(deliveries))
    }

    /// Only messages in these states: `scheduled`, `running`, `stopped`, `completed`.
    pub fn statuses<T: Into<String>>(self, statuses: impl IntoIterator<Item = T>) -> Self {
        self.with(|query| query.status(statuses))
    }

    /// Only these types: `single`, `ab`, `message_on_user_property`.
    pub fn types<T: Into<String>>(self, types: impl IntoIterator<Item = T>) -> Self {
        self.with(|query| query.message_type(types))
    }

    /// Only messages with one of these labels.
    pub fn labels<T: Into<String>>(self, labels: impl IntoIterator<Item = T>) -> Self {
        self.with(|query| query.label(labels))
    }

    /// Splits the counters by day. In which shape is not documented: look into the text of the rows.
    pub fn daily(self) -> Self {
        self.with(|query| query.daily(true))
    }

    /// All of them, or the first that does not decode.
    pub async fn all(self) -> Result<Vec<Kept<MessageReport>>, Error> {
        let query = self.query.map_err(|fault| refused(fault, ReportMessages::OPERATION))?;
        self.client.engine().rows(&ReportMessages::new(query)).await
    }

    fn with(self, change: impl FnOnce(MessageQuery) -> MessageQuery) -> Self {
        Self { query: self.query.map(change), ..self }
    }
}

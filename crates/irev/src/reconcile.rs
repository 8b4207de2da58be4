//! Finding out whether a lead exists whose push was not answered.

use std::{future::IntoFuture, pin::pin, time::Duration};

use afflux_core::{clock::BoxFuture, decode::Kept, error::Error};
use futures_core::Stream;
use jiff::Timestamp;

use crate::{
    client::Client,
    generated::LeadRow,
    lead::{Lead, invalid},
};

/// Clocks differ, and rows appear late: looked at beside the range.
const MARGIN: Duration = Duration::from_secs(300);

/// How far back to look when nobody says when the push was.
const FAR_BACK: Duration = Duration::from_secs(3600);

/// The first and the longest pause between two looks.
const PAUSES: (Duration, Duration) = (Duration::from_secs(5), Duration::from_secs(60));

/// What a search found.
#[derive(Debug, Clone)]
#[must_use]
pub enum Reconciled {
    /// A row of the lead: the push was acted on, and an advertiser took it.
    Found(Box<Kept<LeadRow>>),
    /// No row. This is **not** a proof that there is no lead: a rejected lead has no row, and rows can appear late.
    NotYet,
}

/// A search. Await it.
///
/// It reads every row of the range, test and real, whatever its goal, and compares your own id of the lead; without one
/// e-mail and phone, both where the lead has both. It takes its calls out of the same limits as every read.
#[derive(Debug)]
#[must_use = "nothing is looked for until it is awaited"]
pub struct Reconcile<'a> {
    client: &'a Client,
    lead: &'a Lead,
    since: Option<Timestamp>,
    within: Duration,
}

impl<'a> Reconcile<'a> {
    pub(crate) fn new(client: &'a Client, lead: &'a Lead) -> Self {
        Self { client, lead, since: None, within: Duration::ZERO }
    }

    /// When the push was sent. Default: an hour ago. Five minutes before it are looked at too.
    pub fn since(mut self, sent: Timestamp) -> Self {
        self.since = Some(sent);
        self
    }

    /// Looks again, with growing pauses, until a row appears or this time is over. Default: looks once.
    pub fn within(mut self, time: Duration) -> Self {
        self.within = time;
        self
    }

    async fn run(self) -> Result<Reconciled, Error> {
        let wanted = Wanted::of(self.lead)?;
        let clock = self.client.engine().clock();
        let since = self.since.unwrap_or_else(|| earlier(clock.wall(), FAR_BACK));
        let ends = clock.now() + self.within;
        let mut pause = PAUSES.0;
        loop {
            if let Some(row) = self.look(&wanted, since).await? {
                return Ok(Reconciled::Found(Box::new(row)));
            }
            let now = clock.now();
            if now >= ends {
                return Ok(Reconciled::NotYet);
            }
            clock.sleep_until((now + pause).min(ends)).await;
            pause = (pause * 2).min(PAUSES.1);
        }
    }

    async fn look(&self, wanted: &Wanted<'_>, since: Timestamp) -> Result<Option<Kept<LeadRow>>, Error> {
        let now = self.client.engine().clock().wall();
        let to = now.checked_add(MARGIN).unwrap_or(now);
        let mut rows = pin!(self.client.leads().from(earlier(since, MARGIN)).to(to).items()?);
        while let Some(row) = std::future::poll_fn(|cx| rows.as_mut().poll_next(cx)).await {
            let mut row = row?;
            if wanted.is(&row) {
                row.detach();
                return Ok(Some(row));
            }
        }
        Ok(None)
    }
}

impl<'a> IntoFuture for Reconcile<'a> {
    type Output = Result<Reconciled, Error>;
    type IntoFuture = BoxFuture<'a, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

/// What a row must say to be the lead's.
enum Wanted<'a> {
    Correlation { key: &'a str, id: &'a str },
    Person { email: Option<&'a str>, phone: Option<&'a str> },
}

impl<'a> Wanted<'a> {
    fn of(lead: &'a Lead) -> Result<Self, Error> {
        if let Some((key, id)) = lead.correlation_item() {
            return Ok(Self::Correlation { key, id });
        }
        let item = |key| lead.profile_item(key).map(str::trim).filter(|text| !text.is_empty());
        match (item("email"), item("phone")) {
            (None, None) => Err(invalid(
                "correlation",
                "is missing, and the lead has neither e-mail nor phone: there is nothing to look for",
            )),
            (email, phone) => Ok(Self::Person { email, phone }),
        }
    }

    fn is(&self, row: &Kept<LeadRow>) -> bool {
        let says = |key: &str| row.extra(key);
        match self {
            Self::Correlation { key, id } => says(key).is_some_and(|text| text == *id),
            Self::Person { email, phone } => {
                let same_email =
                    |wanted: &str| says("email").is_some_and(|text| text.trim().eq_ignore_ascii_case(wanted));
                let same_phone =
                    |wanted: &str| says("phone").is_some_and(|text| digits(&text) == digits(wanted));
                email.is_none_or(same_email) && phone.is_none_or(same_phone)
            }
        }
    }
}

/// A phone number without what people write between its digits.
fn digits(phone: &str) -> String {
    phone.chars().filter(char::is_ascii_digit).collect()
}

fn earlier(time: Timestamp, by: Duration) -> Timestamp {
    time.checked_sub(by).unwrap_or(time)
}

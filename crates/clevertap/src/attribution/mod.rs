//! Attribution: one install or custom event of a device in one call.

mod deliver;
mod outage;

use afflux_core::{
    decode::DecodeError, endpoint::Endpoint, error::Error, operation::Operation, request::Request,
    response::Raw, response::Response,
};
use bytes::Bytes;
use jiff::Timestamp;

pub use self::deliver::{Deliver, Delivering};
pub(crate) use self::outage::Outage;
use crate::{
    generated::AttributeEvent,
    names::{self, Fault},
};

const ORGANIC: &str = "organic_install";
const INORGANIC: &str = "inorganic_install";

/// Bytes that nearly every event fits in.
const ROOM: usize = 512;

/// Names that have a setter, or carry credentials.
const OWN: [&str; 11] = [
    "partner_name",
    "event_type",
    "device_identifier",
    "platform",
    "utm_source",
    "utm_medium",
    "utm_campaign",
    "timestamp",
    "account_id",
    "account_token",
    "account_passcode",
];

/// Installs. The vendor stores both kinds as the event `UTM Visited`, so at least one utm value is needed; one page of
/// the manual demands all three.
#[derive(Debug)]
pub struct Install;

impl Install {
    /// An install that a partner brought. `device` is the identifier that the SDK tells.
    pub fn inorganic(device: impl Into<String>) -> Attribution {
        Attribution::new(INORGANIC, device)
    }

    /// An install that nobody brought. The customer has to switch these on.
    pub fn organic(device: impl Into<String>) -> Attribution {
        Attribution::new(ORGANIC, device)
    }
}

/// Custom events. The customer has to switch these on; the vendor stores them under a name with the partner's initials
/// before it.
#[derive(Debug)]
pub struct CustomEvent;

impl CustomEvent {
    /// An event of that name.
    pub fn named(name: impl Into<String>, device: impl Into<String>) -> Attribution {
        Attribution::new(name, device)
    }
}

/// An install or a custom event, from [`Install`] or [`CustomEvent`]. Platform and partner are required.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct Attribution {
    event_type: String,
    device: String,
    platform: String,
    partner: String,
    utm_source: Option<String>,
    utm_medium: Option<String>,
    utm_campaign: Option<String>,
    timestamp: Option<i64>,
    extra: Vec<(String, String)>,
}

impl Attribution {
    fn new(event_type: impl Into<String>, device: impl Into<String>) -> Self {
        Self {
            event_type: event_type.into(),
            device: device.into(),
            platform: String::new(),
            partner: String::new(),
            utm_source: None,
            utm_medium: None,
            utm_campaign: None,
            timestamp: None,
            extra: Vec::new(),
        }
    }

    /// The platform: `android`, `iOS`, `React Native`, ...
    pub fn platform(mut self, platform: impl Into<String>) -> Self {
        self.platform = platform.into();
        self
    }

    /// The attribution partner, as the vendor has whitelisted the name.
    pub fn partner(mut self, name: impl Into<String>) -> Self {
        self.partner = name.into();
        self
    }

    /// Where the user came from.
    pub fn utm_source(mut self, source: impl Into<String>) -> Self {
        self.utm_source = Some(source.into());
        self
    }

    /// By which medium the user came.
    pub fn utm_medium(mut self, medium: impl Into<String>) -> Self {
        self.utm_medium = Some(medium.into());
        self
    }

    /// The campaign that brought the user.
    pub fn utm_campaign(mut self, campaign: impl Into<String>) -> Self {
        self.utm_campaign = Some(campaign.into());
        self
    }

    /// When it happened, in whole seconds. Without it the vendor takes the time of processing.
    pub fn at(self, time: Timestamp) -> Self {
        self.timestamp(time.as_second())
    }

    /// When it happened, in seconds since 1970. Milliseconds are an error when the event is sent.
    pub fn timestamp(mut self, seconds: i64) -> Self {
        self.timestamp = Some(seconds);
        self
    }

    /// Adds a parameter that has no setter here; the vendor stores it without validation, an empty value too. They are
    /// sent in the order in which they are added.
    pub fn extra(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.extra.push((name.into(), value.into()));
        self
    }

    /// Everything that makes the event impossible to send.
    pub fn check(&self) -> Result<(), Error> {
        self.faults().map_err(|fault| {
            Error::validation(<AttributeEvent as Endpoint>::OPERATION, &fault.field, fault.demand)
        })
    }

    fn faults(&self) -> Result<(), Fault> {
        names::required("device_identifier", &self.device)?;
        names::required("platform", &self.platform)?;
        names::required("partner_name", &self.partner)?;
        if self.is_install() {
            let utm = [&self.utm_source, &self.utm_medium, &self.utm_campaign];
            if !utm.into_iter().flatten().any(|text| !text.trim().is_empty()) {
                return Err(Fault::new(
                    "utm_source",
                    "is missing, and so are `utm_medium` and `utm_campaign`: an install needs one of them",
                ));
            }
        } else {
            names::event("event_type", &self.event_type)?;
        }
        if let Some(timestamp) = self.timestamp {
            names::seconds("timestamp", timestamp)?;
        }
        for (name, _) in &self.extra {
            names::required("extra", name)?;
            if OWN.contains(&name.as_str()) {
                return Err(Fault::new(name, "has a setter of its own and cannot be an extra parameter"));
            }
        }
        Ok(())
    }

    fn is_install(&self) -> bool {
        matches!(self.event_type.as_str(), ORGANIC | INORGANIC)
    }
}

/// The vendor has taken the event. What its answer says is not documented, so it is kept as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Attributed {
    /// The body of the answer.
    pub body: Bytes,
}

/// An event on its way.
pub(crate) struct Sending<'a> {
    pub(crate) event: &'a Attribution,
    pub(crate) repeat_unknown: bool,
    pub(crate) outage: bool,
}

impl Endpoint for Sending<'_> {
    const OPERATION: &'static Operation = <AttributeEvent as Endpoint>::OPERATION;
    type Output = Attributed;

    fn encode(&self) -> Result<Request, Error> {
        let event = self.event;
        event.check()?;
        // In place: a request is large to move.
        let mut request = Request::new(Self::OPERATION).query_room(ROOM);
        request.push_query_text("partner_name", &event.partner);
        request.push_query_text("event_type", &event.event_type);
        let utm = [
            ("utm_source", &event.utm_source),
            ("utm_medium", &event.utm_medium),
            ("utm_campaign", &event.utm_campaign),
        ];
        for (name, value) in utm {
            if let Some(value) = value {
                request.push_query_text(name, value);
            }
        }
        request.push_query_text("device_identifier", &event.device);
        request.push_query_text("platform", &event.platform);
        if let Some(timestamp) = event.timestamp {
            request.push_query("timestamp", timestamp);
        }
        for (name, value) in &event.extra {
            request.push_query_text(name, value);
        }
        if self.repeat_unknown {
            request = request.repeat_unknown();
        }
        if self.outage {
            request = request.next_step(outage::ADVICE);
        }
        Ok(request)
    }

    fn decode(&self, raw: &Raw) -> Result<Attributed, DecodeError> {
        Ok(Attributed { body: raw.body().clone() })
    }
}

/// What became of a call, for the watch on outages.
pub(crate) type Outcome = Result<Response<Attributed>, Error>;

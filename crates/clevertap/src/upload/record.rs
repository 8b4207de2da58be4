//! Records: an event, a profile, a device token, and whom each is about.

use afflux_core::{
    decode::JsonText,
    endpoint::Endpoint,
    error::Error,
    operation::{Operation, Safety},
};
use jiff::Timestamp;
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::{event::Event, profile::Profile, raw::RawRecord, token::DeviceToken};
use crate::{
    generated::UploadRecords,
    names::{self, Fault},
};

/// Whom a record is about: exactly one of the vendor's four keys. An identity that is not known creates a profile.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Who {
    /// The customer's own id of the user.
    Identity(String),
    /// The CleverTap id of a device.
    ObjectId(String),
    /// A Facebook id.
    Facebook(String),
    /// A Google Plus id.
    GooglePlus(String),
}

impl Who {
    /// The customer's own id of the user: a number, an e-mail address, a phone number.
    pub fn identity(identity: impl Into<String>) -> Self {
        Self::Identity(identity.into())
    }

    /// The CleverTap id of a device.
    pub fn object_id(object_id: impl Into<String>) -> Self {
        Self::ObjectId(object_id.into())
    }

    pub(crate) fn entry(&self) -> (&'static str, &str) {
        match self {
            Self::Identity(id) => ("identity", id),
            Self::ObjectId(id) => ("objectId", id),
            Self::Facebook(id) => ("FBID", id),
            Self::GooglePlus(id) => ("GPID", id),
        }
    }

    pub(crate) fn check(&self) -> Result<(), Fault> {
        let (key, id) = self.entry();
        names::required(key, id)
    }
}

/// A text is an identity.
impl From<&str> for Who {
    fn from(identity: &str) -> Self {
        Self::identity(identity)
    }
}

impl From<String> for Who {
    fn from(identity: String) -> Self {
        Self::Identity(identity)
    }
}

/// A record to upload.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Record {
    /// Something that a user did.
    Event(Event),
    /// Properties of a user.
    Profile(Profile),
    /// A device's token for push messages.
    Token(DeviceToken),
    /// JSON of the caller's own; see [`Record::json`].
    Json(RawRecord),
}

/// Records that may travel together: they have the same size limit and the same answer to a lost answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A repeat counts twice: events, and profiles with an increment.
    Once,
    /// A repeat leads to the same state.
    Repeatable,
    /// Device tokens, of which fewer fit.
    Tokens,
}

impl Kind {
    pub(crate) const ALL: [Self; 3] = [Self::Once, Self::Repeatable, Self::Tokens];

    pub(crate) fn safety(self) -> Safety {
        match self {
            Self::Once => Safety::Unsafe,
            Self::Repeatable | Self::Tokens => Safety::Idempotent,
        }
    }

    pub(crate) fn batch_limit(self) -> usize {
        match self {
            Self::Once | Self::Repeatable => 1000,
            Self::Tokens => 100,
        }
    }
}

impl Record {
    const OPERATION: &'static Operation = <UploadRecords as Endpoint>::OPERATION;

    /// A record that is JSON already, as the vendor documents it: `{"identity": .., "type": "event", "evtName": ..}`. It
    /// is sent byte for byte, but for the client's partner id where an event has no `$source`.
    pub fn json(text: JsonText) -> Self {
        Self::Json(RawRecord::new(text))
    }

    /// Everything that makes the record impossible to send.
    pub fn check(&self) -> Result<(), Error> {
        self.faults().map_err(|fault| Error::validation(Self::OPERATION, &fault.field, fault.demand))
    }

    /// As [`check`](Self::check), with the number of the record in the field's name.
    pub(crate) fn check_numbered(&self, number: u64) -> Result<(), Error> {
        self.faults().map_err(|fault| {
            Error::validation(Self::OPERATION, &format!("record {number}: {}", fault.field), fault.demand)
        })
    }

    fn faults(&self) -> Result<(), Fault> {
        match self {
            Self::Event(event) => event.faults(),
            Self::Profile(profile) => profile.faults(),
            Self::Token(token) => token.faults(),
            Self::Json(raw) => raw.faults(),
        }
    }

    /// What a repeat of it does: events and profiles that count would count twice, anything else leads to the same
    /// state.
    pub fn safety(&self) -> Safety {
        self.kind().safety()
    }

    /// How many records like it the vendor takes in one batch: 100 device tokens, 1000 others.
    pub fn batch_limit(&self) -> usize {
        self.kind().batch_limit()
    }

    pub(crate) fn kind(&self) -> Kind {
        match self {
            Self::Event(_) => Kind::Once,
            Self::Profile(profile) if profile.counts() => Kind::Once,
            Self::Profile(_) => Kind::Repeatable,
            Self::Token(_) => Kind::Tokens,
            Self::Json(raw) => raw.kind(),
        }
    }

    /// Appends the record's JSON.
    pub(crate) fn write(&self, partner: Option<&str>, body: &mut Vec<u8>) -> Result<(), serde_json::Error> {
        match self {
            Self::Event(event) => serde_json::to_writer(body, &event.sourced(partner)),
            Self::Profile(profile) => serde_json::to_writer(body, profile),
            Self::Token(token) => serde_json::to_writer(body, token),
            Self::Json(raw) => {
                raw.write(partner, body);
                Ok(())
            }
        }
    }
}

impl From<Event> for Record {
    fn from(event: Event) -> Self {
        Self::Event(event)
    }
}

impl From<Profile> for Record {
    fn from(profile: Profile) -> Self {
        Self::Profile(profile)
    }
}

impl From<DeviceToken> for Record {
    fn from(token: DeviceToken) -> Self {
        Self::Token(token)
    }
}

/// The record as it is sent by a client without a partner id.
impl Serialize for Record {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Event(event) => event.sourced(None).serialize(serializer),
            Self::Profile(profile) => profile.serialize(serializer),
            Self::Token(token) => token.serialize(serializer),
            Self::Json(raw) => raw.json().serialize(serializer),
        }
    }
}

/// What events and profiles begin with.
pub(crate) fn head<M: SerializeMap>(
    map: &mut M,
    who: &Who,
    ts: Option<i64>,
    kind: &str,
) -> Result<(), M::Error> {
    let (key, id) = who.entry();
    map.serialize_entry(key, id)?;
    if let Some(ts) = ts {
        map.serialize_entry("ts", &ts)?;
    }
    map.serialize_entry("type", kind)
}

/// The seconds of a time.
pub(crate) fn seconds(time: Timestamp) -> i64 {
    time.as_second()
}

//! A device's token for push messages.

use std::fmt;

use afflux_core::decode::Sensitive;
use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::names::{self, Fault};

/// Which service a token belongs to. The vendor's newer page names the first three only.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TokenKind {
    /// Apple.
    Apns,
    /// Firebase.
    Fcm,
    /// Google, before Firebase.
    Gcm,
    /// Windows.
    Wns,
    /// Windows Phone.
    Mpns,
    /// A browser; it needs [`DeviceToken::keys`].
    Chrome,
    /// Another word of the vendor's.
    Other(String),
}

impl TokenKind {
    /// The vendor's word.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Apns => "apns",
            Self::Fcm => "fcm",
            Self::Gcm => "gcm",
            Self::Wns => "wns",
            Self::Mpns => "mpns",
            Self::Chrome => "chrome",
            Self::Other(word) => word,
        }
    }
}

/// A device's token for push messages. `Debug` does not show it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct DeviceToken {
    object_id: String,
    kind: TokenKind,
    id: Sensitive,
    keys: Option<Keys>,
}

#[derive(Clone, PartialEq, Eq)]
struct Keys {
    p256dh: Sensitive,
    auth: Sensitive,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keys")
    }
}

impl DeviceToken {
    /// The token of the device that CleverTap knows under `object_id`.
    pub fn new(object_id: impl Into<String>, kind: TokenKind, token: impl Into<String>) -> Self {
        Self { object_id: object_id.into(), kind, id: Sensitive::new(token), keys: None }
    }

    /// The keys of a browser's subscription.
    pub fn keys(mut self, p256dh: impl Into<String>, auth: impl Into<String>) -> Self {
        self.keys = Some(Keys { p256dh: Sensitive::new(p256dh), auth: Sensitive::new(auth) });
        self
    }

    pub(crate) fn faults(&self) -> Result<(), Fault> {
        names::required("objectId", &self.object_id)?;
        names::required("tokenData.id", self.id.reveal())?;
        names::required("tokenData.type", self.kind.as_str())?;
        match (&self.kind, &self.keys) {
            (TokenKind::Chrome, None) => {
                Err(Fault::new("tokenData.keys", "is required with a browser's token"))
            }
            _ => Ok(()),
        }
    }
}

impl Serialize for DeviceToken {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("type", "token")?;
        map.serialize_entry("objectId", &self.object_id)?;
        map.serialize_entry("tokenData", &TokenData(self))?;
        map.end()
    }
}

struct TokenData<'a>(&'a DeviceToken);

impl Serialize for TokenData<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("id", self.0.id.reveal())?;
        map.serialize_entry("type", self.0.kind.as_str())?;
        if let Some(keys) = &self.0.keys {
            let pairs = [("p256dh", keys.p256dh.reveal()), ("auth", keys.auth.reveal())];
            map.serialize_entry("keys", &std::collections::BTreeMap::from(pairs))?;
        }
        map.end()
    }
}

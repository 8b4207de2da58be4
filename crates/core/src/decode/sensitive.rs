//! Secrets that a vendor returns: a lead's password, a link that logs a person in.

use std::fmt;

use serde::{Deserialize, Deserializer};

use super::{Field, Lenient, Mismatch};

/// A secret that a vendor returned. `Debug` and `Display` mask it, and it is not `Serialize`:
/// [`reveal`](Self::reveal) is the only way to it.
///
/// It reads everything that a text reads. The text of the answer that it came in holds it in the clear.
#[derive(Clone, PartialEq, Eq, Hash, Default)]
pub struct Sensitive(String);

impl Sensitive {
    /// Masks a text.
    pub fn new(secret: impl Into<String>) -> Self {
        Self(secret.into())
    }

    /// The secret in the clear.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// The secret in the clear, taken out.
    pub fn into_revealed(self) -> String {
        self.0
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Sensitive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl fmt::Display for Sensitive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl Lenient for Sensitive {
    const DIRECT: bool = true;

    fn from_field(field: Field<'_>) -> Result<Self, Mismatch> {
        String::from_field(field).map(Self)
    }

    fn lenient<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::lenient(deserializer).map(Self)
    }
}

impl<'de> Deserialize<'de> for Sensitive {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::lenient(deserializer)
    }
}

//! The one module that reads credentials: for the wire, and for the masker that keeps them out of everything else.
//!
//! Outside of it a credential is a [`SecretString`] inside a [`Slot`], which says *where* it goes and prints as a
//! name. The transport asks for the parts of the wire when it writes them; nothing else ever holds them as text.

use std::{
    fmt,
    hash::{BuildHasher, Hasher, RandomState},
    sync::OnceLock,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{HeaderName, HeaderValue, header};
use secrecy::ExposeSecret;
pub use secrecy::SecretString;

use crate::{mask::Masker, request::encode_query};

/// A credential and its place in a request.
#[derive(Clone)]
#[non_exhaustive]
pub enum Slot {
    /// A header of its own, as it is.
    Header {
        /// The header's name.
        name: HeaderName,
        /// Its value.
        secret: SecretString,
    },
    /// `Authorization: Basic`.
    Basic {
        /// The user name: often an application key, and as secret as the password.
        user: SecretString,
        /// The password.
        password: SecretString,
    },
    /// A query parameter.
    Query {
        /// The parameter's name.
        name: &'static str,
        /// Its value.
        secret: SecretString,
    },
    /// A field of the body: of a form, or of a JSON object.
    Body {
        /// The field's name.
        name: &'static str,
        /// Its value.
        secret: SecretString,
    },
}

impl fmt::Debug for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Header { name, .. } => write!(f, "Header({name}: [secret])"),
            Self::Basic { .. } => write!(f, "Basic([secret])"),
            Self::Query { name, .. } => write!(f, "Query({name}=[secret])"),
            Self::Body { name, .. } => write!(f, "Body({name}=[secret])"),
        }
    }
}

/// Why a credential cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unusable {
    /// Nothing but white space.
    Empty,
    /// A character that no header can carry.
    Characters,
}

/// Takes white space off both ends: credentials are pasted, and files end with a newline.
pub fn trimmed(secret: &SecretString) -> SecretString {
    SecretString::from(secret.expose_secret().trim())
}

/// The client of the Redis server whose address, password included, this is.
#[cfg(feature = "redis")]
pub(crate) fn redis_client(url: &SecretString) -> Result<redis::Client, crate::error::Error> {
    // The parser's error may repeat the address.
    redis::Client::open(url.expose_secret().trim()).map_err(|_| {
        crate::error::Error::configuration(
            "the address of the shared limits is not of the form redis://[user:password@]host[:port][/database]",
        )
    })
}

impl Slot {
    /// The slot with its credential trimmed, if it can be used.
    pub(crate) fn checked(self) -> Result<Self, Unusable> {
        let usable = |secret: &SecretString| {
            let secret = trimmed(secret);
            if secret.expose_secret().is_empty() { Err(Unusable::Empty) } else { Ok(secret) }
        };
        Ok(match self {
            Self::Header { name, secret } => {
                let secret = usable(&secret)?;
                HeaderValue::from_str(secret.expose_secret()).map_err(|_| Unusable::Characters)?;
                Self::Header { name, secret }
            }
            Self::Basic { user, password } => {
                Self::Basic { user: usable(&user)?, password: usable(&password)? }
            }
            Self::Query { name, secret } => Self::Query { name, secret: usable(&secret)? },
            Self::Body { name, secret } => Self::Body { name, secret: usable(&secret)? },
        })
    }

    /// The slot's header, marked sensitive so that nobody's `Debug` prints it.
    pub(crate) fn header(&self) -> Option<(HeaderName, HeaderValue)> {
        let (name, value) = match self {
            Self::Header { name, secret } => (name.clone(), HeaderValue::from_str(secret.expose_secret())),
            Self::Basic { user, password } => (
                header::AUTHORIZATION,
                HeaderValue::from_str(&format!("Basic {}", basic_pair(user, password))),
            ),
            Self::Query { .. } | Self::Body { .. } => return None,
        };
        // `checked` has refused what a header cannot carry, and base64 is always fine.
        let mut value = value.ok()?;
        value.set_sensitive(true);
        Some((name, value))
    }

    /// The name of the query parameter, if that is the slot's place.
    pub(crate) fn query_name(&self) -> Option<&'static str> {
        match self {
            Self::Query { name, .. } => Some(name),
            _ => None,
        }
    }

    fn secrets(&self) -> Vec<&SecretString> {
        match self {
            Self::Header { secret, .. } | Self::Query { secret, .. } | Self::Body { secret, .. } => {
                vec![secret]
            }
            Self::Basic { user, password } => vec![user, password],
        }
    }
}

fn basic_pair(user: &SecretString, password: &SecretString) -> String {
    STANDARD.encode(format!("{}:{}", user.expose_secret(), password.expose_secret()))
}

/// Appends the query credentials to a query that the transport is writing.
pub(crate) fn write_query(slots: &[Slot], query: &mut String) {
    for slot in slots {
        if let Slot::Query { name, secret } = slot {
            if !query.is_empty() {
                query.push('&');
            }
            encode_query(name, query);
            query.push('=');
            encode_query(secret.expose_secret(), query);
        }
    }
}

/// The body with the body credentials in it, or `None` where there are none to put in.
pub(crate) fn write_body(slots: &[Slot], body: &Bytes, json: bool) -> Option<Bytes> {
    let fields: Vec<(&str, &SecretString)> = slots
        .iter()
        .filter_map(|slot| match slot {
            Slot::Body { name, secret } => Some((*name, secret)),
            _ => None,
        })
        .collect();
    if fields.is_empty() {
        return None;
    }
    Some(if json { json_fields(&fields, body) } else { form_fields(&fields, body) })
}

fn form_fields(fields: &[(&str, &SecretString)], body: &Bytes) -> Bytes {
    let mut form = String::from_utf8_lossy(body).into_owned();
    for (name, secret) in fields {
        if !form.is_empty() {
            form.push('&');
        }
        encode_query(name, &mut form);
        form.push('=');
        encode_query(secret.expose_secret(), &mut form);
    }
    Bytes::from(form)
}

/// Puts the fields first into an object's text, so that the caller's own text stays as it is.
fn json_fields(fields: &[(&str, &SecretString)], body: &Bytes) -> Bytes {
    let text = String::from_utf8_lossy(body);
    let rest = text.trim_start().strip_prefix('{').unwrap_or("}");
    let mut object = String::from("{");
    for (index, (name, secret)) in fields.iter().enumerate() {
        if index > 0 {
            object.push(',');
        }
        object.push_str(&serde_json::Value::from(*name).to_string());
        object.push(':');
        object.push_str(&serde_json::Value::from(secret.expose_secret()).to_string());
    }
    if !rest.trim_start().starts_with('}') {
        object.push(',');
    }
    object.push_str(rest);
    Bytes::from(object)
}

/// The shortest part of a credential that is masked alone: shorter ones stand in every text.
const SHORTEST_PART: usize = 4;

/// A masker that knows every credential of `slots` in every shape in which a vendor may echo it, and what stands in each
/// behind a separator.
pub(crate) fn masker<'a>(slots: impl IntoIterator<Item = &'a Slot>, separators: &[char]) -> Masker {
    let mut masker = Masker::default();
    for slot in slots {
        for secret in slot.secrets() {
            masker.add(secret.expose_secret());
            let parts =
                separators.iter().filter_map(|separator| secret.expose_secret().split_once(*separator));
            for (_, part) in parts.filter(|(_, part)| part.len() >= SHORTEST_PART) {
                masker.add(part);
            }
        }
        if let Slot::Header { secret, .. } = slot
            && let Some((_, alone)) = secret.expose_secret().split_once(' ')
        {
            // `Bearer x`: a vendor may echo the token without the word before it.
            masker.add(alone.trim());
        }
        if let Slot::Basic { user, password } = slot {
            masker.add(&format!("{}:{}", user.expose_secret(), password.expose_secret()));
        }
    }
    masker
}

/// A number that tells credentials apart without telling what they are: random for each process.
pub(crate) fn fingerprint(slots: &[Slot]) -> u64 {
    static KEYS: OnceLock<RandomState> = OnceLock::new();
    let mut hasher = KEYS.get_or_init(RandomState::new).build_hasher();
    for secret in slots.iter().flat_map(Slot::secrets) {
        hasher.write(secret.expose_secret().as_bytes());
        hasher.write_u8(0xff);
    }
    hasher.finish()
}

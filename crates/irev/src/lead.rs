//! A lead to push: what the vendor fixes, and the profile that the operator configures.

use std::{collections::BTreeMap, fmt, net::IpAddr};

use afflux_core::{Error, endpoint::Endpoint};
use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::generated::PushLead;

/// Keys that are not profile keys.
const FIXED: [&str; 4] = ["ip", "country_code", "lead_language", "is_test"];

/// The vendor cuts longer texts silently and marks the cut.
const LONGEST: usize = 512;

/// A lead to push.
///
/// The IP address is the *lead's*, not yours. Everything that describes the person is a profile item; its keys are
/// configured by the operator, usually `email`, `first_name`, `last_name`, `phone`, `password`, `aff_sub` and more.
/// Give every lead an id of your own with [`correlation`](Self::correlation): when an answer gets lost, it is the only
/// exact way to find out whether the lead exists.
///
/// `Debug` names the profile keys only: the values are a person's data.
#[derive(Clone)]
#[must_use]
pub struct Lead {
    ip: IpAddr,
    country: Option<String>,
    language: Option<String>,
    test: Option<bool>,
    profile: BTreeMap<String, String>,
    correlation: Option<String>,
}

impl Lead {
    /// A lead whose browser has this address.
    pub fn new(ip: impl Into<IpAddr>) -> Self {
        Self {
            ip: ip.into(),
            country: None,
            language: None,
            test: None,
            profile: BTreeMap::new(),
            correlation: None,
        }
    }

    /// The country: two letters, ISO 3166-1 alpha-2. Without it the vendor goes by the address.
    pub fn country(mut self, country: impl Into<String>) -> Result<Self, Error> {
        self.country = Some(two_letters("country_code", country.into())?.to_ascii_uppercase());
        Ok(self)
    }

    /// The language: two letters, ISO 639-1.
    pub fn language(mut self, language: impl Into<String>) -> Result<Self, Error> {
        self.language = Some(two_letters("lead_language", language.into())?.to_ascii_lowercase());
        Ok(self)
    }

    /// Marks a test lead. Some operators also want a mark in one of the `aff_sub` keys.
    pub fn test(mut self, test: bool) -> Self {
        self.test = Some(test);
        self
    }

    /// Adds a profile item. A key that the vendor fixes, or an empty one, is an error when the lead is pushed.
    pub fn profile(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.profile.insert(key.into(), value.into());
        self
    }

    /// Adds your own id of this lead as a profile item, by which [`reconcile`](crate::Client::reconcile) finds it.
    /// It must be unique, at most 512 characters, and the same however often the lead is pushed.
    pub fn correlation(mut self, key: impl Into<String>, id: impl Into<String>) -> Self {
        let key = key.into();
        self.correlation = Some(key.clone());
        self.profile(key, id)
    }

    /// A profile item.
    pub fn profile_item(&self, key: &str) -> Option<&str> {
        self.profile.get(key).map(String::as_str)
    }

    /// The key and value of your own id, if the lead has one.
    pub fn correlation_item(&self) -> Option<(&str, &str)> {
        let key = self.correlation.as_deref()?;
        Some((key, self.profile_item(key)?))
    }

    /// What the vendor will change without saying so. It is also logged when the lead is pushed.
    pub fn warnings(&self) -> Vec<Warning> {
        let long = |(key, value): (&String, &String)| {
            let characters = value.chars().count();
            (characters > LONGEST).then(|| Warning { key: key.clone(), characters })
        };
        self.profile.iter().filter_map(long).collect()
    }

    /// Everything that makes the lead impossible to push.
    pub fn check(&self) -> Result<(), Error> {
        for key in self.profile.keys() {
            if FIXED.contains(&key.as_str()) {
                return Err(invalid(key, "is fixed by the vendor and cannot be a profile key"));
            }
            if key.trim().is_empty() {
                return Err(invalid("profile", "has an item without a key"));
            }
        }
        match self.correlation_item() {
            Some((key, "")) => Err(invalid(key, "must not be empty: the lead is found by it")),
            Some((key, id)) if id.chars().count() > LONGEST => {
                Err(invalid(key, "must have at most 512 characters: the vendor would cut the id"))
            }
            _ => Ok(()),
        }
    }
}

impl fmt::Debug for Lead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lead")
            .field("country", &self.country)
            .field("language", &self.language)
            .field("test", &self.test)
            .field("profile", &self.profile.keys().collect::<Vec<_>>())
            .field("correlation", &self.correlation)
            .finish_non_exhaustive()
    }
}

impl Serialize for Lead {
    /// The body of a push: fixed keys first, then the profile in the order of its keys, so that the same lead is
    /// always the same bytes.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut body = serializer.serialize_map(None)?;
        body.serialize_entry("ip", &self.ip)?;
        if let Some(country) = &self.country {
            body.serialize_entry("country_code", country)?;
        }
        if let Some(language) = &self.language {
            body.serialize_entry("lead_language", language)?;
        }
        if let Some(test) = self.test {
            body.serialize_entry("is_test", &test)?;
        }
        for (key, value) in &self.profile {
            body.serialize_entry(key, value)?;
        }
        body.end()
    }
}

/// A text that the vendor cuts to 512 characters.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Warning {
    /// The profile key.
    pub key: String,
    /// How long its value is.
    pub characters: usize,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` has {} characters; the vendor cuts it to {LONGEST}", self.key, self.characters)
    }
}

fn two_letters(field: &str, text: String) -> Result<String, Error> {
    if text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        Ok(text)
    } else {
        Err(invalid(field, "must be two letters"))
    }
}

pub(crate) fn invalid(field: &str, demand: &str) -> Error {
    Error::validation(PushLead::OPERATION, field, demand)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    fn lead() -> Lead {
        Lead::new(Ipv4Addr::new(1, 1, 1, 1))
    }

    #[test]
    fn the_same_lead_is_always_the_same_bytes() {
        let one = lead().profile("email", "a@b.c").profile("aff_sub", "x").country("de").unwrap();
        let other = lead().country("DE").unwrap().profile("aff_sub", "x").profile("email", "a@b.c");
        let text = serde_json::to_string(&one).unwrap();
        assert_eq!(text, r#"{"ip":"1.1.1.1","country_code":"DE","aff_sub":"x","email":"a@b.c"}"#);
        assert_eq!(text, serde_json::to_string(&other).unwrap());
    }

    #[test]
    fn bad_input_is_refused_by_name() {
        assert_eq!(lead().country("DEU").unwrap_err().field(), Some("country_code"));
        assert_eq!(lead().language("d1").unwrap_err().field(), Some("lead_language"));
        assert_eq!(lead().profile("ip", "1.1.1.1").check().unwrap_err().field(), Some("ip"));
        assert_eq!(lead().profile(" ", "x").check().unwrap_err().field(), Some("profile"));
        assert_eq!(lead().correlation("aff_sub", "").check().unwrap_err().field(), Some("aff_sub"));
        let long = "x".repeat(513);
        assert_eq!(lead().correlation("aff_sub", &long).check().unwrap_err().field(), Some("aff_sub"));
        assert!(lead().profile("aff_sub", &long).check().is_ok());
    }

    #[test]
    fn a_text_that_will_be_cut_is_warned_about() {
        assert!(lead().profile("aff_sub", "é".repeat(512)).warnings().is_empty());
        let warnings = lead().profile("aff_sub", "é".repeat(513)).warnings();
        assert_eq!(warnings, [Warning { key: "aff_sub".to_owned(), characters: 513 }]);
    }

    #[test]
    fn debug_shows_no_personal_data() {
        let text = format!("{:?}", lead().profile("password", "hunter2").profile("email", "ana@example.com"));
        assert!(!text.contains("hunter2") && !text.contains("ana@example.com"), "{text}");
        assert!(text.contains("password"), "{text}");
    }
}

//! The vendors that the program knows: their operations, and how to build their engines from settings.

use afflux::{altercpa, irev};
use afflux_core::{base_url::BaseUrl, engine::Engine, operation::Operation, secret::SecretString};

use crate::{
    config::{Setting, Settings},
    console::Console,
    failure::Failure,
};

/// A vendor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Vendor {
    /// AlterCPA, a network's own install.
    AlterCpa,
    /// iREV Lead Distribution.
    Irev,
}

/// All vendors.
pub(crate) const VENDORS: [Vendor; 2] = [Vendor::AlterCpa, Vendor::Irev];

const ALTERCPA_BASE_URL: Setting = Setting { key: "base_url", variable: "ALTERCPA_BASE_URL" };
const ALTERCPA_TOKEN: Setting = Setting { key: "token", variable: "ALTERCPA_TOKEN" };
const ALTERCPA: [Setting; 2] = [ALTERCPA_BASE_URL, ALTERCPA_TOKEN];

const IREV_BASE_URL: Setting = Setting { key: "base_url", variable: "IREV_BASE_URL" };
const IREV_API_TOKEN: Setting = Setting { key: "api_token", variable: "IREV_API_TOKEN" };
const IREV_LIMITS: Setting = Setting { key: "limits", variable: "IREV_LIMITS" };
const IREV: [Setting; 3] = [IREV_BASE_URL, IREV_API_TOKEN, IREV_LIMITS];

impl Vendor {
    /// The vendor's name in commands.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::AlterCpa => "altercpa",
            Self::Irev => "irev",
        }
    }

    /// The vendor of that name.
    pub(crate) fn named(name: &str) -> Result<Self, Failure> {
        VENDORS.into_iter().find(|vendor| vendor.name() == name).ok_or_else(|| {
            let known: Vec<&str> = VENDORS.iter().map(|vendor| vendor.name()).collect();
            Failure::usage(format!("`{name}` is not a vendor; there are: {}", known.join(", ")))
        })
    }

    /// Its operations.
    pub(crate) fn operations(self) -> &'static [&'static Operation] {
        match self {
            Self::AlterCpa => altercpa::OPERATIONS,
            Self::Irev => irev::OPERATIONS,
        }
    }

    /// The operation of that id.
    pub(crate) fn operation(self, id: &str) -> Result<&'static Operation, Failure> {
        self.operations().iter().find(|operation| operation.id == id).copied().ok_or_else(|| {
            let known: Vec<&str> = self.operations().iter().map(|operation| operation.id).collect();
            Failure::usage(format!("{} has no operation `{id}`; it has: {}", self.name(), known.join(", ")))
        })
    }

    /// The headers that credentials go into, for a dry run: the places, never the values.
    pub(crate) fn credential_headers(self) -> &'static [&'static str] {
        match self {
            Self::AlterCpa => &[],
            Self::Irev => &["authorization"],
        }
    }

    /// The query parameters that they go into.
    pub(crate) fn credential_parameters(self) -> &'static [&'static str] {
        match self {
            Self::AlterCpa => &["token"],
            Self::Irev => &[],
        }
    }

    fn base_url_setting(self) -> Setting {
        match self {
            Self::AlterCpa => ALTERCPA_BASE_URL,
            Self::Irev => IREV_BASE_URL,
        }
    }

    fn settings(self, profile: Option<&str>, console: Console) -> Result<Settings, Failure> {
        let known: &[Setting] = match self {
            Self::AlterCpa => &ALTERCPA,
            Self::Irev => &IREV,
        };
        Settings::load(self.name(), known, profile, console)
    }

    /// The vendor's address alone, for a dry run.
    pub(crate) fn base(self, access: &Access<'_>, console: Console) -> Result<BaseUrl, Failure> {
        let settings = self.settings(access.profile, console)?;
        let (text, place) = base_url(&settings, access, self.base_url_setting())?;
        BaseUrl::parse(&text).map_err(|error| Failure::configuration(format!("{place} {error}")))
    }

    /// An engine for calls without a face.
    pub(crate) fn engine(self, access: &Access<'_>, console: Console) -> Result<Engine, Failure> {
        match self {
            Self::AlterCpa => Ok(altercpa_client(access, console, false)?.engine().clone()),
            Self::Irev => Ok(irev_client(access, console)?.engine().clone()),
        }
    }
}

/// What a person says about how to reach a vendor.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Access<'a> {
    /// The profile.
    pub(crate) profile: Option<&'a str>,
    /// Another address than the settings'.
    pub(crate) base_url: Option<&'a str>,
}

/// The address, and where it was said.
fn base_url(settings: &Settings, access: &Access<'_>, setting: Setting) -> Result<(String, String), Failure> {
    if let Some(text) = access.base_url {
        return Ok((text.to_owned(), "--base-url".to_owned()));
    }
    match settings.text(setting)? {
        Some(text) => Ok((text, settings.place(setting))),
        None => Err(settings.missing(setting)),
    }
}

/// AlterCPA's client. With `trust_exto`, `exto` is a key beside a flow and its code too.
pub(crate) fn altercpa_client(
    access: &Access<'_>,
    console: Console,
    trust_exto: bool,
) -> Result<altercpa::Client, Failure> {
    let settings = Vendor::AlterCpa.settings(access.profile, console)?;
    let (text, place) = base_url(&settings, access, ALTERCPA_BASE_URL)?;
    BaseUrl::parse(&text).map_err(|error| Failure::configuration(format!("{place} {error}")))?;
    let is_site = settings.text(ALTERCPA_TOKEN)?.is_some_and(|token| is_site_token(&token));
    let token: SecretString = settings.secret(ALTERCPA_TOKEN)?;
    let builder = altercpa::Client::builder(&text)?.trust_exto(trust_exto);
    let builder = if is_site { builder.site_token(token) } else { builder.global_token(token) };
    Ok(builder.build()?)
}

/// Whether a token has the form of a site's, `{site}-{key}`; anything else is the install's global one.
fn is_site_token(token: &str) -> bool {
    token.trim().split_once('-').is_some_and(|(site, key)| {
        !site.is_empty() && site.bytes().all(|byte| byte.is_ascii_digit()) && !key.is_empty()
    })
}

/// iREV's client.
pub(crate) fn irev_client(access: &Access<'_>, console: Console) -> Result<irev::Client, Failure> {
    let settings = Vendor::Irev.settings(access.profile, console)?;
    let (text, place) = base_url(&settings, access, IREV_BASE_URL)?;
    BaseUrl::parse(&text).map_err(|error| Failure::configuration(format!("{place} {error}")))?;
    let limits = match settings.text(IREV_LIMITS)?.as_deref() {
        None | Some("classic") => irev::Limits::Classic,
        Some("strict") => irev::Limits::Strict,
        Some("none") => irev::Limits::Unlimited,
        Some(_) => {
            let place = settings.place(IREV_LIMITS);
            return Err(Failure::configuration(format!("{place} must be classic, strict or none")));
        }
    };
    let token = settings.secret(IREV_API_TOKEN)?;
    Ok(irev::Client::builder(&text)?.token(token).limits(limits).build()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_token_is_told_by_its_form() {
        let table = [
            ("123-abcd", true),
            (" 1-a-b\n", true),
            ("global-key", false),
            ("123", false),
            ("1-", false),
            ("-a", false),
        ];
        for (token, is_site) in table {
            assert_eq!(is_site_token(token), is_site, "{token}");
        }
    }
}

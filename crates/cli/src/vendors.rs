//! The vendors that the program knows: their operations, and how to build their engines from settings.

use afflux::{altercpa, clevertap, irev, partnerize};
use afflux_core::{
    base_url::BaseUrl,
    engine::{Engine, EngineBuilder},
    operation::Operation,
    secret::SecretString,
};

use crate::{
    config::{Setting, Settings},
    console::Console,
    failure::Failure,
    fleet::Fleet,
};

/// A vendor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Vendor {
    /// AlterCPA, a network's own install.
    AlterCpa,
    /// CleverTap.
    CleverTap,
    /// iREV Lead Distribution.
    Irev,
    /// Partnerize, for partners.
    Partnerize,
}

/// All vendors.
pub(crate) const VENDORS: [Vendor; 4] =
    [Vendor::AlterCpa, Vendor::CleverTap, Vendor::Irev, Vendor::Partnerize];

const ALTERCPA_BASE_URL: Setting = Setting { key: "base_url", variable: "ALTERCPA_BASE_URL" };
const ALTERCPA_TOKEN: Setting = Setting { key: "token", variable: "ALTERCPA_TOKEN" };
const ALTERCPA: [Setting; 2] = [ALTERCPA_BASE_URL, ALTERCPA_TOKEN];

const CLEVERTAP_BASE_URL: Setting = Setting { key: "base_url", variable: "CLEVERTAP_BASE_URL" };
const CLEVERTAP_REGION: Setting = Setting { key: "region", variable: "CLEVERTAP_REGION" };
const CLEVERTAP_ACCOUNT_ID: Setting = Setting { key: "account_id", variable: "CLEVERTAP_ACCOUNT_ID" };
const CLEVERTAP_PASSCODE: Setting = Setting { key: "passcode", variable: "CLEVERTAP_PASSCODE" };
const CLEVERTAP_ACCOUNT_TOKEN: Setting =
    Setting { key: "account_token", variable: "CLEVERTAP_ACCOUNT_TOKEN" };
const CLEVERTAP: [Setting; 5] =
    [CLEVERTAP_BASE_URL, CLEVERTAP_REGION, CLEVERTAP_ACCOUNT_ID, CLEVERTAP_PASSCODE, CLEVERTAP_ACCOUNT_TOKEN];

const PARTNERIZE_BASE_URL: Setting = Setting { key: "base_url", variable: "PARTNERIZE_BASE_URL" };
const PARTNERIZE_APPLICATION_KEY: Setting =
    Setting { key: "application_key", variable: "PARTNERIZE_APPLICATION_KEY" };
const PARTNERIZE_USER_API_KEY: Setting = Setting { key: "user_api_key", variable: "PARTNERIZE_USER_API_KEY" };
const PARTNERIZE_PARTNER_ID: Setting = Setting { key: "partner_id", variable: "PARTNERIZE_PARTNER_ID" };
const PARTNERIZE: [Setting; 4] =
    [PARTNERIZE_BASE_URL, PARTNERIZE_APPLICATION_KEY, PARTNERIZE_USER_API_KEY, PARTNERIZE_PARTNER_ID];

/// Where Partnerize is, unless somebody says otherwise.
const PARTNERIZE_HOST: &str = "https://api.partnerize.com";

const IREV_BASE_URL: Setting = Setting { key: "base_url", variable: "IREV_BASE_URL" };
const IREV_API_TOKEN: Setting = Setting { key: "api_token", variable: "IREV_API_TOKEN" };
const IREV_LIMITS: Setting = Setting { key: "limits", variable: "IREV_LIMITS" };
const IREV: [Setting; 3] = [IREV_BASE_URL, IREV_API_TOKEN, IREV_LIMITS];

impl Vendor {
    /// The vendor's name in commands.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::AlterCpa => "altercpa",
            Self::CleverTap => "clevertap",
            Self::Irev => "irev",
            Self::Partnerize => "partnerize",
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
            Self::CleverTap => clevertap::OPERATIONS,
            Self::Irev => irev::OPERATIONS,
            Self::Partnerize => partnerize::OPERATIONS,
        }
    }

    /// The operation of that id.
    pub(crate) fn operation(self, id: &str) -> Result<&'static Operation, Failure> {
        self.operations().iter().find(|operation| operation.id == id).copied().ok_or_else(|| {
            let known: Vec<&str> = self.operations().iter().map(|operation| operation.id).collect();
            Failure::usage(format!("{} has no operation `{id}`; it has: {}", self.name(), known.join(", ")))
        })
    }

    /// The headers that the credentials of an operation go into, for a dry run: the places, never the values.
    pub(crate) fn credential_headers(self, operation: &Operation) -> &'static [&'static str] {
        match (self, operation.auth) {
            (Self::AlterCpa, _) | (Self::CleverTap, "attribution") => &[],
            (Self::CleverTap, "account-and-token") => {
                &["x-clevertap-account-id", "x-clevertap-passcode", "x-clevertap-token"]
            }
            (Self::CleverTap, "catalog") => &["x-account-id", "x-clevertap-token"],
            (Self::CleverTap, _) => &["x-clevertap-account-id", "x-clevertap-passcode"],
            (Self::Irev | Self::Partnerize, _) => &["authorization"],
        }
    }

    /// The query parameters that they go into.
    pub(crate) fn credential_parameters(self, operation: &Operation) -> &'static [&'static str] {
        match (self, operation.auth) {
            (Self::AlterCpa, _) => &["token"],
            (Self::CleverTap, "attribution") => &["account_id", "account_token", "account_passcode"],
            (Self::CleverTap | Self::Irev | Self::Partnerize, _) => &[],
        }
    }

    fn settings(self, profile: Option<&str>, console: Console) -> Result<Settings, Failure> {
        let known: &[Setting] = match self {
            Self::AlterCpa => &ALTERCPA,
            Self::CleverTap => &CLEVERTAP,
            Self::Irev => &IREV,
            Self::Partnerize => &PARTNERIZE,
        };
        Settings::load(self.name(), known, profile, console)
    }

    /// The vendor's address alone, for a dry run.
    pub(crate) fn base(self, access: &Access<'_>, console: Console) -> Result<BaseUrl, Failure> {
        let settings = self.settings(access.profile, console)?;
        match self {
            Self::AlterCpa => base(&settings, access, ALTERCPA_BASE_URL, None),
            Self::CleverTap => base(&settings, access, CLEVERTAP_BASE_URL, Some(&clevertap_host(&settings)?)),
            Self::Irev => base(&settings, access, IREV_BASE_URL, None),
            Self::Partnerize => base(&settings, access, PARTNERIZE_BASE_URL, Some(PARTNERIZE_HOST)),
        }
        .map(|(base, _)| base)
    }

    /// An engine for calls without a face.
    pub(crate) fn engine(self, access: &Access<'_>, console: Console) -> Result<Engine, Failure> {
        match self {
            Self::AlterCpa => Ok(altercpa_client(access, console, false)?.engine().clone()),
            Self::CleverTap => Ok(clevertap_client(access, console, None)?.engine().clone()),
            Self::Irev => Ok(irev_client(access, console)?.engine().clone()),
            Self::Partnerize => Ok(partnerize_client(access, console)?.engine().clone()),
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
    /// The machines that one quota is shared with.
    pub(crate) fleet: Option<&'a Fleet>,
}

impl Access<'_> {
    /// What an engine for calls to this address needs beside a vendor's own settings.
    fn engine(&self, base: &BaseUrl) -> impl FnOnce(EngineBuilder) -> EngineBuilder + Send + 'static {
        let shared = self.fleet.map(|fleet| fleet.limits(base));
        |engine| match shared {
            Some(shared) => engine.shared_limits(shared),
            None => engine,
        }
    }
}

/// The address, checked, and its text: what was said on the command line, else in the settings, else the vendor's own.
fn base(
    settings: &Settings,
    access: &Access<'_>,
    setting: Setting,
    otherwise: Option<&str>,
) -> Result<(BaseUrl, String), Failure> {
    let (text, place) = match (access.base_url, settings.text(setting)?, otherwise) {
        (Some(text), ..) => (text.to_owned(), "--base-url".to_owned()),
        (None, Some(text), _) => (text, settings.place(setting)),
        (None, None, Some(text)) => (text.to_owned(), "the vendor's address".to_owned()),
        (None, None, None) => return Err(settings.missing(setting)),
    };
    let base = BaseUrl::parse(&text).map_err(|error| Failure::configuration(format!("{place} {error}")))?;
    Ok((base, text))
}

/// The address of the region; without one, of the vendor's default.
fn clevertap_host(settings: &Settings) -> Result<String, Failure> {
    let region = settings.text(CLEVERTAP_REGION)?.unwrap_or_default();
    Ok(region.parse::<clevertap::Region>()?.base_url().to_owned())
}

/// A credential that some calls can do without.
fn optional(settings: &Settings, setting: Setting) -> Result<Option<SecretString>, Failure> {
    settings.text(setting)?.map(|_| settings.secret(setting)).transpose()
}

/// CleverTap's client. Calls whose credentials are not there say so.
pub(crate) fn clevertap_client(
    access: &Access<'_>,
    console: Console,
    partner_id: Option<&str>,
) -> Result<clevertap::Client, Failure> {
    let settings = Vendor::CleverTap.settings(access.profile, console)?;
    let (base, text) = base(&settings, access, CLEVERTAP_BASE_URL, Some(&clevertap_host(&settings)?))?;
    let account_id = settings.secret(CLEVERTAP_ACCOUNT_ID)?;
    let mut builder =
        clevertap::Client::builder(clevertap::Region::custom(text), account_id).engine(access.engine(&base));
    if let Some(passcode) = optional(&settings, CLEVERTAP_PASSCODE)? {
        builder = builder.passcode(passcode);
    }
    if let Some(token) = optional(&settings, CLEVERTAP_ACCOUNT_TOKEN)? {
        builder = builder.token(token);
    }
    if let Some(partner_id) = partner_id {
        builder = builder.partner_id(partner_id);
    }
    Ok(builder.build()?)
}

/// The partner that the settings name.
pub(crate) fn partnerize_partner(access: &Access<'_>, console: Console) -> Result<String, Failure> {
    let settings = Vendor::Partnerize.settings(access.profile, console)?;
    let partner = settings.text(PARTNERIZE_PARTNER_ID)?.filter(|partner| !partner.trim().is_empty());
    partner.map(|partner| partner.trim().to_owned()).ok_or_else(|| {
        let place = settings.place(PARTNERIZE_PARTNER_ID);
        Failure::usage(format!(
            "whose? give --partner, or set {place}; `afflux call partnerize listNetworks` works without"
        ))
    })
}

/// Partnerize's client.
pub(crate) fn partnerize_client(
    access: &Access<'_>,
    console: Console,
) -> Result<partnerize::Client, Failure> {
    let settings = Vendor::Partnerize.settings(access.profile, console)?;
    let (base, text) = base(&settings, access, PARTNERIZE_BASE_URL, Some(PARTNERIZE_HOST))?;
    let (application, user) =
        (settings.secret(PARTNERIZE_APPLICATION_KEY)?, settings.secret(PARTNERIZE_USER_API_KEY)?);
    Ok(partnerize::Client::builder_at(&text)?.keys(application, user).engine(access.engine(&base)).build()?)
}

/// AlterCPA's client. With `trust_exto`, `exto` is a key beside a flow and its code too.
pub(crate) fn altercpa_client(
    access: &Access<'_>,
    console: Console,
    trust_exto: bool,
) -> Result<altercpa::Client, Failure> {
    let settings = Vendor::AlterCpa.settings(access.profile, console)?;
    let (base, text) = base(&settings, access, ALTERCPA_BASE_URL, None)?;
    let is_site = settings.text(ALTERCPA_TOKEN)?.is_some_and(|token| is_site_token(&token));
    let token: SecretString = settings.secret(ALTERCPA_TOKEN)?;
    let builder = altercpa::Client::builder(&text)?.trust_exto(trust_exto).engine(access.engine(&base));
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
    let (base, text) = base(&settings, access, IREV_BASE_URL, None)?;
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
    Ok(irev::Client::builder(&text)?.token(token).limits(limits).engine(access.engine(&base)).build()?)
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

//! The vendors that the program knows: their operations, and how to build their engines from settings.

use afflux::irev;
use afflux_core::{base_url::BaseUrl, engine::Engine, operation::Operation};

use crate::{
    config::{Setting, Settings},
    console::Console,
    failure::Failure,
};

/// A vendor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Vendor {
    /// iREV Lead Distribution.
    Irev,
}

/// All vendors.
pub(crate) const VENDORS: [Vendor; 1] = [Vendor::Irev];

const IREV_BASE_URL: Setting = Setting { key: "base_url", variable: "IREV_BASE_URL" };
const IREV_API_TOKEN: Setting = Setting { key: "api_token", variable: "IREV_API_TOKEN" };
const IREV_LIMITS: Setting = Setting { key: "limits", variable: "IREV_LIMITS" };
const IREV: [Setting; 3] = [IREV_BASE_URL, IREV_API_TOKEN, IREV_LIMITS];

impl Vendor {
    /// The vendor's name in commands.
    pub(crate) fn name(self) -> &'static str {
        match self {
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

    /// Where credentials go, for a dry run: the places, never the values.
    pub(crate) fn credential_headers(self) -> &'static [&'static str] {
        match self {
            Self::Irev => &["authorization"],
        }
    }

    fn settings(self, profile: Option<&str>, console: Console) -> Result<Settings, Failure> {
        match self {
            Self::Irev => Settings::load(self.name(), &IREV, profile, console),
        }
    }

    /// The vendor's address alone, for a dry run.
    pub(crate) fn base(self, access: &Access<'_>, console: Console) -> Result<BaseUrl, Failure> {
        let settings = self.settings(access.profile, console)?;
        let (text, place) = base_url(&settings, access, IREV_BASE_URL)?;
        BaseUrl::parse(&text).map_err(|error| Failure::configuration(format!("{place} {error}")))
    }

    /// An engine for calls without a face.
    pub(crate) fn engine(self, access: &Access<'_>, console: Console) -> Result<Engine, Failure> {
        match self {
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

//! The URL to enter in AlterCPA's panel: your address, and its macros under names of your choice.

use std::fmt;

use afflux_core::{Error, base_url::BaseUrl};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::parse::{self, NotOurs, Postback};

/// What stays as it is in a query.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// The tags that are handed through.
pub(super) const UTM: [&str; 5] = ["utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term"];

/// How many sub ids there are.
pub(super) const SUBS: u8 = 12;

/// What AlterCPA puts into a URL in place of `{name}`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Macro {
    /// What became of the lead: `wait`, `hold`, `approve`, `cancel` or `trash`.
    Stage,
    /// The payment.
    Cash,
    /// The payment's currency.
    Currency,
    /// The lead's id in AlterCPA.
    Id,
    /// The lead's unique id.
    Uuid,
    /// The sub id that your link handed over.
    Subid,
    /// One of the sub ids, 1 to 12.
    Sub(u8),
    /// A tag of your link, by its whole name: `utm_source`, `utm_medium`, `utm_campaign`, `utm_content`, `utm_term`.
    Utm(String),
    /// Another macro of your install, without its braces. It arrives among [`Postback::other`].
    Other(String),
}

impl Macro {
    /// The name between the braces.
    pub fn name(&self) -> String {
        match self {
            Self::Stage => "stage".to_owned(),
            Self::Cash => "cash".to_owned(),
            Self::Currency => "currency".to_owned(),
            Self::Id => "id".to_owned(),
            Self::Uuid => "uuid".to_owned(),
            Self::Subid => "subid".to_owned(),
            Self::Sub(number) => format!("sub{number}"),
            Self::Utm(name) | Self::Other(name) => name.clone(),
        }
    }
}

/// A postback URL: what is entered in the panel, and how what arrives is read.
///
/// ```
/// use afflux_altercpa::postback::{Macro, PostbackTemplate, Stage};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let template = PostbackTemplate::new("https://tracker.example/cpa")?
///     .parameter("click", Macro::Subid)
///     .parameter("state", Macro::Stage)
///     .parameter("sum", Macro::Cash)
///     .secret("key", "c0rrect-h0rse");
/// assert_eq!(
///     template.url(),
///     "https://tracker.example/cpa?click={subid}&state={stage}&sum={cash}&key=c0rrect-h0rse"
/// );
///
/// let postback = template.parse("click=a1&state=approve&sum=25.00&key=c0rrect-h0rse")?;
/// assert_eq!(postback.stage, Some(Stage::Approve));
/// assert_eq!(postback.cash.get().map(ToString::to_string).as_deref(), Some("25.00"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use]
pub struct PostbackTemplate {
    address: String,
    pub(super) parameters: Vec<(String, Macro)>,
    pub(super) secrets: Vec<(String, String)>,
}

impl PostbackTemplate {
    /// A template for your server's address, without a query.
    pub fn new(address: impl Into<String>) -> Result<Self, Error> {
        let address = address.into();
        if address.contains(['?', '#', '{', '}']) {
            return Err(Error::configuration(
                "altercpa: a postback's address must have no query, fragment or braces",
            ));
        }
        BaseUrl::parse_allowing_plain_http(&address)
            .map_err(|error| Error::configuration(format!("altercpa: a postback's address {error}")))?;
        Ok(Self { address, parameters: Vec::new(), secrets: Vec::new() })
    }

    /// Every macro that the vendor documents, each under its own name.
    pub fn with_all_macros(self) -> Self {
        let plain = [Macro::Stage, Macro::Cash, Macro::Currency, Macro::Id, Macro::Uuid, Macro::Subid];
        let subs = (1..=SUBS).map(Macro::Sub);
        let utm = UTM.map(|name| Macro::Utm(name.to_owned()));
        plain.into_iter().chain(subs).chain(utm).fold(self, |template, filled| {
            let name = filled.name();
            template.parameter(name, filled)
        })
    }

    /// Adds a parameter of your server that AlterCPA fills in.
    pub fn parameter(mut self, name: impl Into<String>, filled: Macro) -> Self {
        self.parameters.push((name.into(), filled));
        self
    }

    /// Adds a fixed parameter that only you and the panel know. A query without it is [`NotOurs`].
    pub fn secret(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.secrets.push((name.into(), value.into()));
        self
    }

    /// The URL to enter in the panel. It holds the secrets.
    pub fn url(&self) -> String {
        let encode = |text: &str| utf8_percent_encode(text, RESERVED).to_string();
        let filled =
            self.parameters.iter().map(|(name, filled)| format!("{}={{{}}}", encode(name), filled.name()));
        let fixed = self.secrets.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value)));
        let query: Vec<String> = filled.chain(fixed).collect();
        if query.is_empty() { self.address.clone() } else { format!("{}?{}", self.address, query.join("&")) }
    }

    /// Reads what arrived: the query, with or without its question mark, a form body, or the whole URL.
    pub fn parse(&self, query: &str) -> Result<Postback, NotOurs> {
        parse::parse(self, query)
    }
}

impl fmt::Debug for PostbackTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostbackTemplate")
            .field("address", &self.address)
            .field("parameters", &self.parameters)
            .field("secrets", &self.secrets.iter().map(|(name, _)| name).collect::<Vec<_>>())
            .finish()
    }
}

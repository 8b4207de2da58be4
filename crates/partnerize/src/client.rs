//! The client: an address, two keys, limits.

use std::time::Duration;

use afflux_core::{
    auth::Credentials,
    base_url::BaseUrl,
    engine::{Engine, EngineBuilder},
    error::Error,
    limit::{Bucket, Feedback, Window},
    secret::{SecretString, Slot},
};

use crate::generated;

/// The one host of the vendor.
pub const BASE_URL: &str = "https://api.partnerize.com";

/// The name of the credentials that `api.yaml` gives to every operation.
const BASIC: &str = "basic";

/// The limits to keep to. Whatever they are, the headers of each answer correct them and a 429 is obeyed.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub enum Limits {
    /// The manual's: analytics pays 2 to 15 tokens for a query, out of 60 in 60 seconds; for everything else no number is
    /// published.
    #[default]
    Documented,
    /// Your account's own; the vendor adjusts them by account.
    Custom {
        /// All of them hold for everything but analytics.
        general: Vec<Window>,
        /// All of them hold for analytics, in tokens.
        analytics: Vec<Window>,
    },
    /// None but what the headers say.
    HeadersOnly,
}

impl Limits {
    fn buckets(self) -> Vec<Bucket> {
        let bucket = |name, windows| Bucket { windows, ..Bucket::new(name).feedback(Feedback::XRateLimit) };
        match self {
            Self::Documented => generated::buckets(None),
            Self::Custom { general, analytics } => {
                vec![bucket("general", general), bucket("analytics", analytics)]
            }
            Self::HeadersOnly => vec![bucket("general", Vec::new()), bucket("analytics", Vec::new())],
        }
    }
}

/// Options of a [`Client`].
#[derive(Debug)]
#[must_use]
pub struct ClientBuilder {
    engine: EngineBuilder,
    keys: Option<(SecretString, SecretString)>,
    limits: Limits,
}

impl ClientBuilder {
    fn new(base: BaseUrl) -> Self {
        Self { engine: Engine::builder("partnerize", base), keys: None, limits: Limits::Documented }
    }

    /// The application key, which names the network, and the user's API key, as they stand in the account's settings.
    /// White space at their ends is taken off.
    pub fn keys(
        mut self,
        application_key: impl Into<SecretString>,
        user_api_key: impl Into<SecretString>,
    ) -> Self {
        self.keys = Some((application_key.into(), user_api_key.into()));
        self
    }

    /// The limits to keep to. Default: [`Limits::Documented`].
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Everything that is not the vendor's: deadline, retries, transport, clock, a shared limiter, certificates.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # fn build(application_key: &str, user_api_key: &str) -> Result<afflux_partnerize::Client, afflux_partnerize::Error> {
    /// afflux_partnerize::Client::builder()?
    ///     .keys(application_key, user_api_key)
    ///     .engine(|engine| engine.deadline(Duration::from_secs(300)).user_agent("acme-reports/3.1"))
    ///     .build()
    /// # }
    /// ```
    pub fn engine(mut self, set: impl FnOnce(EngineBuilder) -> EngineBuilder) -> Self {
        self.engine = set(self.engine);
        self
    }

    /// Builds the client; what is wrong with the options is an error here and not at the first call.
    #[inline]
    pub fn build(self) -> Result<Client, Error> {
        let (user, password) =
            self.keys.ok_or_else(|| Error::configuration("partnerize: the keys are missing"))?;
        let credentials = Credentials::new().variant(BASIC, [Slot::Basic { user, password }])?;
        let engine = self.engine.credentials(credentials).buckets(self.limits.buckets()).build()?;
        Ok(Client { engine })
    }
}

/// A client of one user in one network. Cheap to clone; clones share connections and limits.
///
/// Operations are grouped as in the vendor's own pages: `client.links().list(partner)`. What they take beside their
/// arguments are methods; [`send`](generated::Call::send) makes the call, `rows`, `items` and `pages` read listings.
#[derive(Debug, Clone)]
pub struct Client {
    pub(crate) engine: Engine,
}

impl Client {
    /// A client with the vendor's limits and our defaults.
    pub fn new(
        application_key: impl Into<SecretString>,
        user_api_key: impl Into<SecretString>,
    ) -> Result<Self, Error> {
        Self::builder()?.keys(application_key, user_api_key).build()
    }

    /// Starts a client of the vendor's own host.
    pub fn builder() -> Result<ClientBuilder, Error> {
        Self::builder_at(BASE_URL)
    }

    /// Starts a client of another host: a sandbox or a proxy. HTTPS only, but for this machine.
    pub fn builder_at(base_url: &str) -> Result<ClientBuilder, Error> {
        BaseUrl::parse(base_url)
            .map(ClientBuilder::new)
            .map_err(|error| Error::configuration(format!("partnerize: the base URL {error}")))
    }

    /// As [`Client::builder_at`], and plain HTTP to a foreign host is allowed: for a proxy of one's own that adds TLS.
    pub fn builder_allowing_plain_http(base_url: &str) -> Result<ClientBuilder, Error> {
        BaseUrl::parse_allowing_plain_http(base_url)
            .map(ClientBuilder::new)
            .map_err(|error| Error::configuration(format!("partnerize: the base URL {error}")))
    }

    /// The same client with a deadline over all attempts and waits of each call.
    #[must_use]
    pub fn with_deadline(&self, deadline: Duration) -> Self {
        Self { engine: self.engine.with_deadline(deadline) }
    }

    /// The engine underneath: for calls that are put together by hand, and for answers as they came.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }
}

//! The client: an address, a token, limits.

use std::{sync::Arc, time::Duration};

use afflux_core::{
    auth::Credentials,
    base_url::BaseUrl,
    decode::Kept,
    endpoint::Endpoint,
    engine::{Engine, EngineBuilder},
    error::{Delivery, Error},
    limit::{Bucket, Window},
    response::Response,
    secret::{SecretString, Slot},
};
use bytes::Bytes;

use crate::{
    generated::{self, GoalType, ListGoalTypes},
    guard::Guard,
    lead::Lead,
    leads::Leads,
    outcome::{Push, Pushing},
    reconcile::Reconcile,
};

/// The name of the credentials that `api.yaml` gives to every operation.
const TOKEN: &str = "token";

/// The limits of a deployment. Operators differ; ask yours.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub enum Limits {
    /// The manual's: 10 reads in 3 seconds, pushes unlimited.
    #[default]
    Classic,
    /// Seen with a newer edition: 3 reads in 3 seconds and 100 in an hour, 50 pushes in 10 seconds.
    Strict,
    /// Your operator's own.
    Custom {
        /// All of them hold for reads.
        reads: Vec<Window>,
        /// All of them hold for pushes.
        pushes: Vec<Window>,
    },
    /// None. A 429 is still obeyed.
    Unlimited,
}

impl Limits {
    fn buckets(self) -> Vec<Bucket> {
        let bucket = |name, windows| Bucket { windows, ..Bucket::new(name) };
        match self {
            Self::Classic => generated::buckets(None),
            Self::Strict => generated::buckets(Some("strict")),
            Self::Custom { reads, pushes } => vec![bucket("reads", reads), bucket("pushes", pushes)],
            Self::Unlimited => Vec::new(),
        }
    }
}

/// Options of a [`Client`].
#[derive(Debug)]
#[must_use]
pub struct ClientBuilder {
    engine: EngineBuilder,
    token: Option<SecretString>,
    limits: Limits,
    guard: bool,
}

impl ClientBuilder {
    fn new(base: BaseUrl) -> Self {
        Self { engine: Engine::builder("irev", base), token: None, limits: Limits::Classic, guard: true }
    }

    /// The affiliate's API token, as the operator gave it. White space at its ends is taken off.
    pub fn token(mut self, token: impl Into<SecretString>) -> Self {
        self.token = Some(token.into());
        self
    }

    /// The limits of the deployment. Default: [`Limits::Classic`].
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Whether the same body is refused here for 120 seconds, before the vendor refuses it. Default: yes.
    pub fn identical_body_guard(mut self, guard: bool) -> Self {
        self.guard = guard;
        self
    }

    /// Everything that is not the vendor's: deadline, retries, transport, clock, a shared limiter, certificates.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # fn build(token: &str) -> Result<afflux_irev::Client, afflux_irev::Error> {
    /// afflux_irev::Client::builder("https://acme.irev.com/api/affiliates/v2")?
    ///     .token(token)
    ///     .engine(|engine| engine.deadline(Duration::from_secs(300)).user_agent("acme-tracker/3.1"))
    ///     .build()
    /// # }
    /// ```
    pub fn engine(mut self, set: impl FnOnce(EngineBuilder) -> EngineBuilder) -> Self {
        self.engine = set(self.engine);
        self
    }

    /// Builds the client; what is wrong with the options is an error here and not at the first call.
    pub fn build(self) -> Result<Client, Error> {
        let token = self.token.ok_or_else(|| Error::configuration("irev: the token is missing"))?;
        let slot = Slot::Header { name: http::header::AUTHORIZATION, secret: token };
        let credentials = Credentials::new().variant(TOKEN, [slot])?;
        let fingerprint = credentials.fingerprint();
        let engine = self.engine.credentials(credentials).buckets(self.limits.buckets()).build()?;
        let guard = self.guard.then(|| Arc::new(Guard::new(Arc::clone(engine.clock()))));
        Ok(Client { engine, guard, fingerprint })
    }
}

/// A client of one deployment with one token. Cheap to clone; clones share connections, limits and the guard.
#[derive(Debug, Clone)]
pub struct Client {
    engine: Engine,
    guard: Option<Arc<Guard>>,
    fingerprint: u64,
}

impl Client {
    /// Starts a client of the deployment at `base_url`, path prefix included:
    /// `https://acme.irev.com/api/affiliates/v2`. HTTPS only, but for this machine.
    pub fn builder(base_url: &str) -> Result<ClientBuilder, Error> {
        BaseUrl::parse(base_url)
            .map(ClientBuilder::new)
            .map_err(|error| Error::configuration(format!("irev: the base URL {error}")))
    }

    /// As [`Client::builder`], and plain HTTP to a foreign host is allowed: for a proxy of one's own that adds TLS.
    pub fn builder_allowing_plain_http(base_url: &str) -> Result<ClientBuilder, Error> {
        BaseUrl::parse_allowing_plain_http(base_url)
            .map(ClientBuilder::new)
            .map_err(|error| Error::configuration(format!("irev: the base URL {error}")))
    }

    /// The same client with a deadline over all attempts and waits of each call.
    #[must_use]
    pub fn with_deadline(&self, deadline: Duration) -> Self {
        Self { engine: self.engine.with_deadline(deadline), ..self.clone() }
    }

    /// The engine underneath, for calls that have no face here.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Pushes a lead into the rotation. It takes as long as the rotation, up to 85 seconds.
    ///
    /// An error means that no lead exists for sure, or that nobody can know: `delivery()` says which. After
    /// [`Delivery::Unknown`] never push the lead again; [`reconcile`](Self::reconcile) looks for it. A lead whose bytes
    /// left is never pushed twice by this client: the vendor has no key that would make it harmless.
    pub async fn push(&self, lead: &Lead) -> Result<Push, Error> {
        self.push_in_full(lead).await.map(Response::into_value)
    }

    /// As [`push`](Self::push), with status, headers, attempts and request id.
    pub async fn push_in_full(&self, lead: &Lead) -> Result<Response<Push>, Error> {
        lead.check()?;
        for warning in lead.warnings() {
            tracing::warn!(
                key = warning.key,
                characters = warning.characters,
                "the vendor cuts this text to 512"
            );
        }
        let body = serde_json::to_vec(lead).map_err(|error| {
            Error::validation(Pushing::OPERATION, "body", format!("cannot be written: {error}"))
        })?;
        let pushing = Pushing { body: Bytes::from(body), next_step: next_step(lead) };
        let Some(guard) = &self.guard else { return self.engine.call(&pushing).await };
        let pass = guard.enter(self.fingerprint, &pushing.body).map_err(|wait| {
            let what = "the same body was pushed less than 120 s ago, and the vendor would refuse it";
            Error::guard(Pushing::OPERATION, what, wait)
        })?;
        let result = self.engine.call(&pushing).await;
        if result.as_ref().is_err_and(|error| error.delivery() == Delivery::NotSent) {
            pass.not_sent();
        }
        result
    }

    /// The conversions of your leads, by filters.
    pub fn leads(&self) -> Leads<'_> {
        Leads::new(self)
    }

    /// The goal types of this deployment. Their names are the operator's; select by UUID.
    pub async fn goal_types(&self) -> Result<Vec<Kept<GoalType>>, Error> {
        self.engine.rows(&ListGoalTypes::new()).await
    }

    /// Looks for a lead whose push has an unknown outcome.
    pub fn reconcile<'a>(&'a self, lead: &'a Lead) -> Reconcile<'a> {
        Reconcile::new(self, lead)
    }
}

/// What to do when the answer is lost.
fn next_step(lead: &Lead) -> String {
    match lead.correlation_item() {
        Some((key, id)) => format!("do not push it again; `reconcile` looks for it by {key} `{id}`"),
        None => "do not push it again; `reconcile` looks for it by e-mail and phone".to_owned(),
    }
}

//! The client: the network's address and a token.

use std::time::Duration;

use afflux_core::{
    Error,
    auth::Credentials,
    base_url::BaseUrl,
    decode::Kept,
    engine::{Engine, EngineBuilder},
    secret::{SecretString, Slot},
};

use crate::{
    change::Change,
    create::Create,
    generated::{self, FlowData, OfferData},
    identify::{Creates, NamesFlow, NamesOffer},
    outcome::Target,
    reads::{self, FindClick, Visitor},
};

/// The name of the credentials that `api.yaml` gives to every operation, and of the parameter.
const TOKEN: &str = "token";

/// Whose token it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TokenKind {
    /// Of one site: it works with the offer of that site, whose sites' tokens are all alike. `{site}-{key}`.
    Site,
    /// Of the whole install, from Control, Settings, Sites, Technical settings. The vendor advises to use it rarely.
    Global,
}

/// Where the token travels.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum TokenPlace {
    /// In the query, as in every sample of the manual. Servers and proxies on the way may log it.
    #[default]
    Query,
    /// In the body. The manual allows any parameter there; whether an install takes the token from there has to be
    /// tried.
    Body,
}

/// Options of a [`Client`].
#[derive(Debug)]
#[must_use]
pub struct ClientBuilder {
    engine: EngineBuilder,
    token: Option<(TokenKind, SecretString)>,
    place: TokenPlace,
    trust_exto: bool,
}

impl ClientBuilder {
    fn new(base: BaseUrl) -> Self {
        let engine = Engine::builder("altercpa", base).buckets(generated::buckets(None));
        Self { engine, token: None, place: TokenPlace::Query, trust_exto: false }
    }

    /// The token of a site, `{site}-{key}`. White space at its ends is taken off.
    pub fn site_token(mut self, token: impl Into<SecretString>) -> Self {
        self.token = Some((TokenKind::Site, token.into()));
        self
    }

    /// The global token of the install.
    pub fn global_token(mut self, token: impl Into<SecretString>) -> Self {
        self.token = Some((TokenKind::Global, token.into()));
        self
    }

    /// Where the token travels. Default: in the query.
    pub fn token_place(mut self, place: TokenPlace) -> Self {
        self.place = place;
        self
    }

    /// Takes `exto` for a key also beside a flow or its code, for every call of this client. The vendor promises that
    /// for a click only: ask the network first.
    pub fn trust_exto(mut self, trust: bool) -> Self {
        self.trust_exto = trust;
        self
    }

    /// Makes at most so many calls in any span of this length. The vendor documents no limit and none is kept by default;
    /// `limit(10, Duration::from_secs(1))` is polite to a small install.
    pub fn limit(mut self, calls: u32, per: Duration) -> Self {
        let buckets = generated::buckets(None).into_iter().map(|bucket| bucket.window(calls, per));
        self.engine = self.engine.buckets(buckets.collect());
        self
    }

    /// Everything that is not the vendor's: deadline, retries, transport, clock, limits, certificates.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # fn build(token: &str) -> Result<afflux_altercpa::Client, afflux_altercpa::Error> {
    /// afflux_altercpa::Client::builder("https://cpa.example.net")?
    ///     .site_token(token)
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
        let (kind, secret) =
            self.token.ok_or_else(|| Error::configuration("altercpa: the token is missing"))?;
        let slot = match self.place {
            TokenPlace::Query => Slot::Query { name: TOKEN, secret },
            TokenPlace::Body => Slot::Body { name: TOKEN, secret },
        };
        // The key of a site token is a secret without the site's number, too.
        let credentials = Credentials::new().variant(TOKEN, [slot])?.mask_after('-');
        let engine = self.engine.credentials(credentials).build()?;
        Ok(Client { engine, kind, trust_exto: self.trust_exto })
    }
}

/// A client of one network with one token. Cheap to clone; clones share connections.
#[derive(Debug, Clone)]
pub struct Client {
    engine: Engine,
    kind: TokenKind,
    trust_exto: bool,
}

impl Client {
    /// A client of the network at `base_url` with the token of a site.
    pub fn site(base_url: &str, token: impl Into<SecretString>) -> Result<Self, Error> {
        Self::builder(base_url)?.site_token(token).build()
    }

    /// A client of the network at `base_url` with its global token.
    pub fn global(base_url: &str, token: impl Into<SecretString>) -> Result<Self, Error> {
        Self::builder(base_url)?.global_token(token).build()
    }

    /// Starts a client of the network at `base_url`, its own domain: `https://cpa.example.net`. HTTPS only, but for this
    /// machine.
    pub fn builder(base_url: &str) -> Result<ClientBuilder, Error> {
        BaseUrl::parse(base_url)
            .map(ClientBuilder::new)
            .map_err(|error| Error::configuration(format!("altercpa: the base URL {error}")))
    }

    /// As [`Client::builder`], and plain HTTP to a foreign host is allowed: for a proxy of one's own that adds TLS.
    pub fn builder_allowing_plain_http(base_url: &str) -> Result<ClientBuilder, Error> {
        BaseUrl::parse_allowing_plain_http(base_url)
            .map(ClientBuilder::new)
            .map_err(|error| Error::configuration(format!("altercpa: the base URL {error}")))
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

    /// Whose token the client has.
    pub fn token_kind(&self) -> TokenKind {
        self.kind
    }

    pub(crate) fn trusts_exto(&self) -> bool {
        self.trust_exto
    }

    /// Creates a lead by one of the documented combinations.
    ///
    /// ```compile_fail
    /// # fn f(cpa: &afflux_altercpa::Client) {
    /// use afflux_altercpa::order;
    /// cpa.create(order(1)); // a lead is not created by the id that creating it answers
    /// # }
    /// ```
    /// ```compile_fail
    /// # fn f(cpa: &afflux_altercpa::Client) {
    /// use afflux_altercpa::click;
    /// cpa.create(click(1).flow(2)); // click and flow together are not defined
    /// # }
    /// ```
    /// ```compile_fail
    /// # fn f(cpa: &afflux_altercpa::Client) {
    /// use afflux_altercpa::offer;
    /// cpa.create(offer(1)); // an offer is no source of traffic
    /// # }
    /// ```
    pub fn create<I: Creates>(&self, by: I) -> Create<'_, I> {
        Create::new(self, by)
    }

    /// Changes a lead: one that creating it answered, or by one of the documented combinations. It must be the one that
    /// the lead was created by, or its [`order`](crate::order) id.
    ///
    /// ```no_run
    /// # async fn f(cpa: &afflux_altercpa::Client) -> Result<(), afflux_altercpa::Error> {
    /// use afflux_altercpa::{Status, click, order};
    /// let lead = cpa.create(click(90112).exto("ORD-7781")).send().await?;
    /// cpa.change(&lead).status(Status::Approve).send().await?;
    /// cpa.change(click(90112).exto("ORD-7781")).status(Status::Approve).send().await?;
    /// cpa.change(order(1234)).status(Status::Approve).send().await?;
    /// # Ok(())
    /// # }
    /// ```
    /// ```compile_fail
    /// # fn f(cpa: &afflux_altercpa::Client) {
    /// use afflux_altercpa::flow;
    /// cpa.change(flow(3)); // which of the flow's leads?
    /// # }
    /// ```
    /// ```compile_fail
    /// # async fn f(cpa: &afflux_altercpa::Client) -> Result<(), afflux_altercpa::Error> {
    /// use afflux_altercpa::code;
    /// let lead = cpa.create(code("spring")).send().await?;
    /// cpa.change(&lead); // it was created from a bare code: nothing finds it again
    /// # Ok(())
    /// # }
    /// ```
    /// ```compile_fail
    /// # fn f(cpa: &afflux_altercpa::Client) {
    /// use afflux_altercpa::{IfMissing, order};
    /// cpa.change(order(1)).if_missing(IfMissing::Create); // an id of AlterCPA's own cannot be created
    /// # }
    /// ```
    pub fn change<T: Target>(&self, lead: T) -> Change<'_, T::By> {
        Change::new(self, lead.by())
    }

    /// Finds a visitor's newest click, for instance after an app was installed: the visitor's address, or
    /// [`Visitor::Caller`].
    pub fn find_click(&self, visitor: impl Into<Visitor>) -> FindClick<'_> {
        FindClick::new(self, visitor.into())
    }

    /// Reads a flow by its id, its code or one of its clicks; `None` where there is none.
    ///
    /// ```compile_fail
    /// # fn f(cpa: &afflux_altercpa::Client) {
    /// use afflux_altercpa::offer;
    /// cpa.flow(offer(1));
    /// # }
    /// ```
    pub async fn flow(&self, by: impl NamesFlow) -> Result<Option<Kept<FlowData>>, Error> {
        reads::flow(self, &by).await
    }

    /// Reads an offer by its id, a flow, a flow's code or a click; `None` where there is none.
    pub async fn offer(&self, by: impl NamesOffer) -> Result<Option<Kept<OfferData>>, Error> {
        reads::offer(self, &by).await
    }
}

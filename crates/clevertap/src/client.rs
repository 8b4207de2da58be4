//! The client: a region, credentials, limits.

use std::{fmt, sync::Arc, time::Duration};

use afflux_core::{
    auth::Credentials,
    base_url::BaseUrl,
    engine::{Engine, EngineBuilder},
    error::Error,
    limit::Bucket,
    response::Response,
    secret::{SecretString, Slot},
};
use futures_core::Stream;
use http::HeaderName;

use crate::{
    attribution::{Attributed, Attribution, Deliver, Outage, Sending},
    counts::Counts,
    exports::Exports,
    generated,
    region::Region,
    upload::{Record, Upload},
};

/// Changes the engine's options.
type Setting = Box<dyn FnOnce(EngineBuilder) -> EngineBuilder + Send>;

/// Options of a [`Client`].
#[must_use]
pub struct ClientBuilder {
    region: Region,
    plain_http: bool,
    account_id: SecretString,
    passcode: Option<SecretString>,
    token: Option<SecretString>,
    promo: Option<(SecretString, SecretString)>,
    partner_id: Option<String>,
    buckets: Vec<Bucket>,
    settings: Vec<Setting>,
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("region", &self.region)
            .field("partner_id", &self.partner_id)
            .finish_non_exhaustive()
    }
}

impl ClientBuilder {
    /// The account's passcode, or a user's. White space at its ends is taken off, here and with every credential.
    pub fn passcode(mut self, passcode: impl Into<SecretString>) -> Self {
        self.passcode = Some(passcode.into());
        self
    }

    /// The account's token: for attribution, for catalogs and for the second external trigger. It is not the passcode.
    pub fn token(mut self, token: impl Into<SecretString>) -> Self {
        self.token = Some(token.into());
        self
    }

    /// API key and secret key of the promo product. Without them its calls carry account id and passcode; the vendor's
    /// pages say both.
    pub fn promo_keys(mut self, key: impl Into<SecretString>, secret: impl Into<SecretString>) -> Self {
        self.promo = Some((key.into(), secret.into()));
        self
    }

    /// The id of a technical partner, as the vendor has whitelisted it: the `$source` of every uploaded event that has
    /// none of its own.
    pub fn partner_id(mut self, partner: impl Into<String>) -> Self {
        self.partner_id = Some(partner.into());
        self
    }

    /// Replaces the limit of that name, for instance `Bucket::new("upload").concurrency(3)`, or a pace for
    /// `attribution`, which has no limit of its own.
    pub fn limit(mut self, bucket: Bucket) -> Self {
        self.buckets.push(bucket);
        self
    }

    /// Allows plain HTTP to a foreign host, for a custom region: a proxy of one's own that adds TLS.
    pub fn allow_plain_http(mut self) -> Self {
        self.plain_http = true;
        self
    }

    /// Everything that is not the vendor's: deadline, retries, transport, clock, a shared limiter, certificates.
    pub fn engine(mut self, set: impl FnOnce(EngineBuilder) -> EngineBuilder + Send + 'static) -> Self {
        self.settings.push(Box::new(set));
        self
    }

    /// Builds the client; what is wrong with the options is an error here and not at the first call.
    pub fn build(self) -> Result<Client, Error> {
        let address = self.region.base_url();
        let base = if self.plain_http {
            BaseUrl::parse_allowing_plain_http(address)
        } else {
            BaseUrl::parse(address)
        };
        let base = base.map_err(|error| Error::configuration(format!("clevertap: the base URL {error}")))?;
        if let Some(partner) = &self.partner_id
            && partner.trim().is_empty()
        {
            return Err(Error::configuration("clevertap: the partner id is empty"));
        }
        let credentials = self.credentials()?;
        let mut buckets = generated::buckets(None);
        for own in self.buckets {
            match buckets.iter_mut().find(|bucket| bucket.name == own.name) {
                Some(bucket) => *bucket = own,
                None => {
                    let said = format!("clevertap: there is no limit named `{}`", own.name);
                    return Err(Error::configuration(said));
                }
            }
        }
        let mut engine = Engine::builder("clevertap", base).credentials(credentials).buckets(buckets);
        for set in self.settings {
            engine = set(engine);
        }
        let partner_id = self.partner_id.map(|partner| Arc::from(partner.trim()));
        Ok(Client { engine: engine.build()?, partner_id, outage: Arc::default() })
    }

    /// A variant for each set of credentials that is whole. A call that needs another says so.
    fn credentials(&self) -> Result<Credentials, Error> {
        let account = |name: &'static str| header(name, &self.account_id);
        let mut credentials = Credentials::new();
        if self.passcode.is_none() && self.token.is_none() && self.promo.is_none() {
            return Err(Error::configuration("clevertap: both passcode and token are missing"));
        }
        if let (Some(token), Some(passcode)) = (&self.token, &self.passcode) {
            let slots = [
                Slot::Query { name: "account_id", secret: self.account_id.clone() },
                Slot::Query { name: "account_token", secret: token.clone() },
                Slot::Query { name: "account_passcode", secret: passcode.clone() },
            ];
            credentials = credentials.variant("attribution", slots)?;
        }
        if let Some(passcode) = &self.passcode {
            let slots = || vec![account("x-clevertap-account-id"), header("x-clevertap-passcode", passcode)];
            let mut with_token = slots();
            // Whether the token is demanded is not clear, so that without one the call is made all the same.
            with_token.extend(self.token.as_ref().map(|token| header("x-clevertap-token", token)));
            credentials = credentials
                .variant("account", slots())?
                .variant("account-and-token", with_token)?
                .variant("catalog-products", slots())?;
            if self.promo.is_none() {
                credentials = credentials.variant("promo", slots())?;
            }
        }
        if let Some(token) = &self.token {
            let slots = [account("x-account-id"), header("x-clevertap-token", token)];
            credentials = credentials.variant("catalog", slots)?;
        }
        if let Some((user, password)) = &self.promo {
            let slot = Slot::Basic { user: user.clone(), password: password.clone() };
            credentials = credentials.variant("promo", [slot])?;
        }
        Ok(credentials)
    }
}

fn header(name: &'static str, secret: &SecretString) -> Slot {
    Slot::Header { name: HeaderName::from_static(name), secret: secret.clone() }
}

/// A client of one project. Cheap to clone; clones share connections and limits.
#[derive(Debug, Clone)]
pub struct Client {
    engine: Engine,
    partner_id: Option<Arc<str>>,
    outage: Arc<Outage>,
}

impl Client {
    /// Starts a client of the project `account_id` in its region.
    ///
    /// ```
    /// # fn build(passcode: &str, token: &str) -> Result<afflux_clevertap::Client, afflux_clevertap::Error> {
    /// use afflux_clevertap::{Client, Region};
    ///
    /// Client::builder(Region::In1, "ABC-123-4567").passcode(passcode).token(token).build()
    /// # }
    /// ```
    pub fn builder(region: Region, account_id: impl Into<SecretString>) -> ClientBuilder {
        ClientBuilder {
            region,
            plain_http: false,
            account_id: account_id.into(),
            passcode: None,
            token: None,
            promo: None,
            partner_id: None,
            buckets: Vec::new(),
            settings: Vec::new(),
        }
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

    pub(crate) fn partner_id(&self) -> Option<&Arc<str>> {
        self.partner_id.as_ref()
    }

    /// Reports one install or custom event.
    ///
    /// A 5xx is tried again, as the vendor asks, although that may store it twice; a lost answer is not: it is an error
    /// whose `delivery()` is [`Delivery::Unknown`](afflux_core::Delivery::Unknown).
    pub async fn attribute(&self, event: &Attribution) -> Result<Attributed, Error> {
        self.attribute_in_full(event).await.map(Response::into_value)
    }

    /// As [`attribute`](Self::attribute), with status, headers, attempts and request id.
    pub async fn attribute_in_full(&self, event: &Attribution) -> Result<Response<Attributed>, Error> {
        self.send_attribution(event, false).await
    }

    pub(crate) async fn send_attribution(
        &self,
        event: &Attribution,
        repeat_unknown: bool,
    ) -> Result<Response<Attributed>, Error> {
        let outage = self.outage.lasts(&**self.engine.clock());
        let result = self.engine.call(&Sending { event, repeat_unknown, outage }).await;
        self.outage.note(&**self.engine.clock(), &result);
        result
    }

    /// Reports a stream of installs and custom events, each with an id of the caller's, many at a time.
    ///
    /// ```no_run
    /// # async fn run(clevertap: afflux_clevertap::Client) {
    /// use afflux_clevertap::Install;
    /// use futures_util::{StreamExt, stream};
    ///
    /// let events = stream::iter(0..1_000_000).map(|id| {
    ///     (id, Install::inorganic(format!("__{id}")).platform("android").partner("acme").utm_source("acme"))
    /// });
    /// let mut outcomes = clevertap.deliver(events).concurrency(15).run();
    /// while let Some((id, outcome)) = outcomes.next().await {
    ///     println!("{id}: {}", outcome.is_ok());
    /// }
    /// # }
    /// ```
    pub fn deliver<S>(&self, events: S) -> Deliver<S> {
        Deliver::new(self.clone(), events)
    }

    /// Uploads records, each with a key of the caller's, in batches, many at a time.
    ///
    /// ```no_run
    /// # async fn run(clevertap: afflux_clevertap::Client) {
    /// use afflux_clevertap::{Event, Profile, Record};
    ///
    /// let records: [(u32, Record); 2] = [
    ///     (1, Profile::new("ana").email("ana@example.com").into()),
    ///     (2, Event::new("ana", "Product viewed").property("Product name", "Casio").into()),
    /// ];
    /// let report = clevertap.upload(records).send_all().await;
    /// for (key, why) in report.rejected() {
    ///     eprintln!("{key}: {:?} {}", why.code, why.message);
    /// }
    /// for (key, why) in report.unknown() {
    ///     eprintln!("{key}: sent, and never sent again by itself: {why}");
    /// }
    /// # }
    /// ```
    pub fn upload<K, I>(&self, records: I) -> Upload<impl Stream<Item = (K, Record)> + use<K, I>>
    where
        I: IntoIterator<Item = (K, Record)>,
    {
        self.upload_stream(futures_util::stream::iter(records))
    }

    /// Exports of events and profiles, as streams.
    ///
    /// ```no_run
    /// # async fn run(clevertap: afflux_clevertap::Client) -> Result<(), afflux_clevertap::Error> {
    /// use afflux_clevertap::Activity;
    /// use futures_util::TryStreamExt;
    /// use jiff::civil::date;
    ///
    /// let january = Activity::of("Charged", date(2026, 1, 1)..=date(2026, 1, 31));
    /// let mut rows = clevertap.exports().events(january).batch_size(1000).items().await?;
    /// while let Some(row) = rows.try_next().await? {
    ///     println!("{:?} {:?}", row.time(), row.pointer("/event_props/Amount"));
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn exports(&self) -> Exports<'_> {
        Exports::new(self)
    }

    /// Counts, most frequent values, trends, and the users of the last five minutes.
    ///
    /// ```no_run
    /// # async fn run(clevertap: afflux_clevertap::Client) -> Result<(), afflux_clevertap::Error> {
    /// use afflux_clevertap::Activity;
    /// use jiff::civil::date;
    ///
    /// let january = Activity::of("Charged", date(2026, 1, 1)..=date(2026, 1, 31));
    /// let count = clevertap.counts().events(january).run().await?;
    /// println!("{:?}", count.count.copied());
    /// # Ok(())
    /// # }
    /// ```
    pub fn counts(&self) -> Counts<'_> {
        Counts::new(self)
    }

    /// As [`upload`](Self::upload), from a stream that may take its time.
    pub fn upload_stream<S>(&self, records: S) -> Upload<S> {
        Upload::new(self.clone(), records)
    }
}

/// The generated calls of each group, bound to the client's engine.
macro_rules! calls_of {
    ($($(#[$about:meta])* $group:ident: $calls:ident,)+) => {
        impl Client {$(
            $(#[$about])*
            pub fn $group(&self) -> generated::$calls<'_> {
                generated::$calls::new(&self.engine)
            }
        )+}
    };
}

calls_of! {
    /// Single profiles, deletions, subscriptions.
    profiles: ProfilesCalls,
    /// Message reports.
    reports: ReportsCalls,
    /// Campaigns.
    campaigns: CampaignsCalls,
    /// Messages to users, and triggers.
    messages: MessagesCalls,
    /// Segments.
    segments: SegmentsCalls,
    /// Custom lists.
    custom_lists: CustomListsCalls,
    /// Files of catalogs of the first version.
    catalog_files: CatalogFilesCalls,
    /// Catalogs.
    catalogs: CatalogsCalls,
    /// Products of catalogs.
    products: ProductsCalls,
    /// Content blocks.
    content_blocks: ContentBlocksCalls,
    /// Variables of the remote configuration.
    variables: VariablesCalls,
    /// The project's schema, subscription groups, the check of credentials.
    schema: SchemaCalls,
    /// Wallets, coupons, vouchers.
    promo: PromoCalls,
}

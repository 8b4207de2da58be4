//! Building an engine: what users may set, with defaults that are safe without setting anything.

use std::{fmt, sync::Arc, time::Duration};

use http::{HeaderMap, HeaderValue, header};

use super::{Engine, Inner};
#[cfg(feature = "redis")]
use crate::limit::SharedLimits;
use crate::{
    auth::Credentials,
    base_url::BaseUrl,
    clock::{Clock, SystemClock},
    error::Error,
    limit::{Bucket, InvalidBucket, Limiter, LocalLimiter},
    retry::{Budget, RetryPolicy},
    transport::{ReqwestTransport, RootCertificate, Transport},
};

/// Options of an [`Engine`]. Vendors' own builders pass them on.
#[must_use]
pub struct EngineBuilder {
    vendor: &'static str,
    base: BaseUrl,
    credentials: Credentials,
    buckets: Vec<Bucket>,
    transport: Option<Arc<dyn Transport>>,
    limiter: Option<Arc<dyn Limiter>>,
    #[cfg(feature = "redis")]
    shared_limits: Option<SharedLimits>,
    clock: Arc<dyn Clock>,
    policy: RetryPolicy,
    user_agent: String,
    body_cap: usize,
    deadline: Option<Duration>,
    connect_timeout: Duration,
    read_timeout: Duration,
    change_timeout: Duration,
    roots: Vec<RootCertificate>,
}

impl fmt::Debug for EngineBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EngineBuilder")
            .field("vendor", &self.vendor)
            .field("credentials", &self.credentials)
            .field("policy", &self.policy)
            .finish_non_exhaustive()
    }
}

impl EngineBuilder {
    pub(super) fn new(vendor: &'static str, base: BaseUrl) -> Self {
        Self {
            vendor,
            base,
            credentials: Credentials::new(),
            buckets: Vec::new(),
            transport: None,
            limiter: None,
            #[cfg(feature = "redis")]
            shared_limits: None,
            clock: Arc::new(SystemClock),
            policy: RetryPolicy::default(),
            user_agent: concat!("afflux/", env!("CARGO_PKG_VERSION")).to_owned(),
            body_cap: 32 * 1024 * 1024,
            deadline: None,
            connect_timeout: Duration::from_secs(10),
            read_timeout: Duration::from_secs(30),
            change_timeout: Duration::from_secs(60),
            roots: Vec::new(),
        }
    }

    /// The credentials, by variant.
    pub fn credentials(mut self, credentials: Credentials) -> Self {
        self.credentials = credentials;
        self
    }

    /// The vendor's limits. They also say which headers are listened to, when a limiter is shared.
    pub fn buckets(mut self, buckets: Vec<Bucket>) -> Self {
        self.buckets = buckets;
        self
    }

    /// Shares a limiter with other clients. Default: one of its own, made from the vendor's limits.
    pub fn limiter(mut self, limiter: Arc<dyn Limiter>) -> Self {
        self.limiter = Some(limiter);
        self
    }

    /// Shares the vendor's limits with other machines. [`limiter`](Self::limiter) wins where both are set.
    #[cfg(feature = "redis")]
    pub fn shared_limits(mut self, shared: SharedLimits) -> Self {
        self.shared_limits = Some(shared);
        self
    }

    /// Another way to the network. Default: reqwest.
    pub fn transport(mut self, transport: Arc<dyn Transport>) -> Self {
        self.transport = Some(transport);
        self
    }

    /// Another clock.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// How often and how patiently calls are repeated. Default: 4 attempts, full jitter from 250 ms up to 20 s.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.policy = policy;
        self
    }

    /// The `User-Agent`. Default: `afflux/` and the version.
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.user_agent = user_agent.into();
        self
    }

    /// The most bytes, decompressed, that an answer may have in memory. Default: 32 MiB.
    pub fn body_cap(mut self, bytes: usize) -> Self {
        self.body_cap = bytes;
        self
    }

    /// The time for all attempts and waits of a call together. Default: none.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// The time for DNS, TCP and TLS. Default: 10 s. A transport of your own has its own.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// The time for one attempt of a read and of a change, where the operation has none of its own. Defaults: 30 s
    /// and 60 s.
    pub fn attempt_timeouts(mut self, read: Duration, change: Duration) -> Self {
        self.read_timeout = read;
        self.change_timeout = change;
        self
    }

    /// Trusts a certificate beside the system's. A transport of your own does not see it.
    pub fn root_certificate(mut self, root: RootCertificate) -> Self {
        self.roots.push(root);
        self
    }

    /// The limiter that was given, else one made from the vendor's limits.
    fn limits(&mut self) -> Result<Arc<dyn Limiter>, Error> {
        if let Some(limiter) = self.limiter.take() {
            return Ok(limiter);
        }
        let (buckets, clock) = (std::mem::take(&mut self.buckets), Arc::clone(&self.clock));
        let invalid =
            |error: InvalidBucket| Error::configuration(format!("the limits cannot be kept: {error}"));
        #[cfg(feature = "redis")]
        if let Some(shared) = self.shared_limits.take() {
            let limiter = shared.limiter(self.vendor, buckets, clock, self.connect_timeout);
            return Ok(Arc::new(limiter.map_err(invalid)?));
        }
        Ok(Arc::new(LocalLimiter::new(buckets, clock).map_err(invalid)?.linger(self.connect_timeout)))
    }

    /// Builds the engine; what is wrong with the options is an error here and not at the first call.
    pub fn build(mut self) -> Result<Engine, Error> {
        let user_agent = HeaderValue::from_str(&self.user_agent).map_err(|_| {
            Error::configuration("the user agent holds a character that a header cannot carry")
        })?;
        let mut headers = HeaderMap::new();
        headers.insert(header::USER_AGENT, user_agent);
        headers.insert(header::ACCEPT, HeaderValue::from_static("application/json, */*"));
        let feedback = self.buckets.iter().map(|bucket| (bucket.name, bucket.feedback)).collect();
        let limiter = self.limits()?;
        let transport = match self.transport {
            Some(transport) => transport,
            None => {
                let mut transport = ReqwestTransport::new().connect_timeout(self.connect_timeout);
                for root in self.roots {
                    transport = transport.root_certificate(root);
                }
                transport.prepare(self.base.origin())?;
                Arc::new(transport)
            }
        };
        Ok(Engine {
            inner: Arc::new(Inner {
                vendor: self.vendor,
                base: self.base,
                masker: self.credentials.masker(),
                credentials: self.credentials,
                transport,
                limiter,
                feedback,
                clock: self.clock,
                policy: self.policy,
                budget: Budget::full(),
                headers,
                body_cap: self.body_cap,
                read_timeout: self.read_timeout,
                change_timeout: self.change_timeout,
            }),
            deadline: self.deadline,
        })
    }
}

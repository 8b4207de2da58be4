//! What the tests of transport and engine share: fixture operations, servers on raw sockets, a watched transport.
#![allow(dead_code, unreachable_pub, missing_docs)]

pub mod canary;
pub mod h2;
pub mod operations;
pub mod peer;

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use afflux_core::{
    auth::Credentials,
    base_url::BaseUrl,
    clock::BoxFuture,
    engine::{Engine, EngineBuilder},
    retry::RetryPolicy,
    secret::{SecretString, Slot},
    transport::{ReqwestTransport, Sent, Transport, Wire, WireError, WireResponse},
};

/// An attempt may take this long where the test is about a server that stays silent.
pub const ATTEMPT: Duration = Duration::from_millis(100);
/// Connecting may take this long where the test is about a connect that stalls.
pub const CONNECT: Duration = Duration::from_millis(50);
/// Never reached, however busy the machine is.
pub const AMPLE: Duration = Duration::from_secs(30);

/// `http://address`.
pub fn base(address: SocketAddr) -> BaseUrl {
    BaseUrl::parse(&format!("http://{address}")).unwrap()
}

/// A header credential.
pub fn token(secret: &str) -> Credentials {
    let name = http::header::AUTHORIZATION;
    Credentials::new()
        .variant("default", [Slot::Header { name, secret: SecretString::from(secret) }])
        .unwrap()
}

/// Two attempts, hardly any backoff, ample timeouts.
pub fn quick(base: BaseUrl) -> EngineBuilder {
    Engine::builder("fixture", base)
        .credentials(token("token-of-the-fixture"))
        .retry(RetryPolicy::default().attempts(2).backoff(Duration::from_millis(1), Duration::from_millis(2)))
        .attempt_timeouts(AMPLE, AMPLE)
        .connect_timeout(AMPLE)
}

/// The default transport, with the `Sent` mark of every attempt kept.
#[derive(Debug, Clone)]
pub struct Watched {
    inner: Arc<ReqwestTransport>,
    marks: Arc<Mutex<Vec<Sent>>>,
}

impl Watched {
    pub fn new(inner: ReqwestTransport) -> Self {
        Self { inner: Arc::new(inner), marks: Arc::default() }
    }

    /// Whether each attempt was marked as sent.
    pub fn marks(&self) -> Vec<bool> {
        self.marks.lock().unwrap_or_else(PoisonError::into_inner).iter().map(Sent::is_marked).collect()
    }
}

impl Transport for Watched {
    fn send<'a>(&'a self, wire: Wire<'a>) -> BoxFuture<'a, Result<WireResponse, WireError>> {
        self.marks.lock().unwrap_or_else(PoisonError::into_inner).push(wire.sent.clone());
        self.inner.send(wire)
    }
}

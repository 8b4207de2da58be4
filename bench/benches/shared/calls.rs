//! One attribution call, by afflux with every policy on and by reqwest alone.

use std::cell::Cell;

use afflux_bench::{Failure, Sink};
use afflux_clevertap::{Attribution, Client, Install, Region, core::limit::Bucket};
use futures_util::future::try_join_all;

const ACCOUNT: &str = "BEN-123-4567";
const TOKEN: &str = "a1b-c2d";
const PASSCODE: &str = "BENCH-PASS-CODE";

const TOGETHER: usize = 15;

/// afflux: retries, a limit, masking, a deadline for each attempt.
pub(crate) struct Policed {
    client: Client,
    event: Attribution,
}

impl Policed {
    pub(crate) fn new(sink: &Sink) -> Result<Self, Failure> {
        let client = Client::builder(Region::custom(sink.url()), ACCOUNT)
            .passcode(PASSCODE)
            .token(TOKEN)
            .limit(Bucket::new("attribution").concurrency(15))
            .build()?;
        let event = Install::inorganic("__a1b2c3d4e5f60718293a4b5c6d7e8f90")
            .platform("android")
            .partner("acme-ads")
            .utm_source("acme network")
            .utm_medium("cpi")
            .utm_campaign("Spring Sale 2025")
            .timestamp(1_763_730_000)
            .extra("city", "São Paulo")
            .extra("match_type", "gaid");
        Ok(Self { client, event })
    }

    pub(crate) async fn call(&self) -> Result<(), Failure> {
        self.client.attribute(&self.event).await?;
        Ok(())
    }
}

/// reqwest: the same parameters by `.query()`, the whole answer read, its status looked at.
pub(crate) struct Bare {
    client: reqwest::Client,
    address: String,
}

impl Bare {
    pub(crate) fn new(sink: &Sink) -> Result<Self, Failure> {
        Ok(Self { client: bare_client()?, address: format!("{}/attribution", sink.url()) })
    }

    pub(crate) async fn call(&self) -> Result<(), Failure> {
        let query = [
            ("partner_name", "acme-ads"),
            ("event_type", "inorganic_install"),
            ("utm_source", "acme network"),
            ("utm_medium", "cpi"),
            ("utm_campaign", "Spring Sale 2025"),
            ("device_identifier", "__a1b2c3d4e5f60718293a4b5c6d7e8f90"),
            ("platform", "android"),
            ("timestamp", "1763730000"),
            ("city", "São Paulo"),
            ("match_type", "gaid"),
            ("account_id", ACCOUNT),
            ("account_token", TOKEN),
            ("account_passcode", PASSCODE),
        ];
        let answer = self.client.get(&self.address).query(&query).send().await?.error_for_status()?;
        answer.bytes().await?;
        Ok(())
    }
}

/// A client with the settings that afflux gives its own.
pub(crate) fn bare_client() -> Result<reqwest::Client, Failure> {
    // reqwest takes the provider of TLS from the process; nothing here is encrypted.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .retry(reqwest::retry::never())
        .tcp_nodelay(true)
        .user_agent("bare")
        .build()?;
    Ok(client)
}

/// Makes so many calls in all, with a constant number of them under way.
pub(crate) async fn in_flight<F: Future<Output = Result<(), Failure>>>(
    calls: u32,
    call: impl Fn() -> F,
) -> Result<(), Failure> {
    let left = Cell::new(calls);
    let one_after_the_other = || async {
        while let Some(rest) = left.get().checked_sub(1) {
            left.set(rest);
            call().await?;
        }
        Ok(())
    };
    try_join_all(std::iter::repeat_with(one_after_the_other).take(TOGETHER)).await.map(drop)
}

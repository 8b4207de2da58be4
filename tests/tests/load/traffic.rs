//! The callers: a stream of attribution events, leads that are pushed and leads that are created.

use std::{net::Ipv4Addr, sync::Arc};

use afflux::{
    SecretString,
    altercpa::{self, click},
    clevertap::{self, Install, Region},
    core::engine::EngineBuilder,
    irev::{self, Lead, Limits},
};
use futures_util::{StreamExt, stream};
use serde_json::Value;

use crate::{
    account::{Account, Sort},
    compressed::Compressed,
    memory::Memory,
};

/// Calls in flight, of each sort.
const AT_ONCE: usize = 32;

/// A client of each vendor that is called.
pub(crate) struct Clients {
    clevertap: clevertap::Client,
    irev: irev::Client,
    altercpa: altercpa::Client,
    click: u64,
}

impl Clients {
    /// Clients with default policies and a fast clock.
    pub(crate) fn of(access: &Value) -> Self {
        let text = |pointer: &str| access.pointer(pointer).and_then(Value::as_str).unwrap();
        let clock = Arc::new(Compressed::new());
        let fast = || {
            let clock = Arc::clone(&clock);
            move |engine: EngineBuilder| engine.clock(clock)
        };
        let region: Region = text("/clevertap/base_url").parse().unwrap();
        Self {
            clevertap: clevertap::Client::builder(region, SecretString::from(text("/clevertap/account_id")))
                .passcode(text("/clevertap/passcode"))
                .token(text("/clevertap/token"))
                .engine(fast())
                .build()
                .unwrap(),
            irev: irev::Client::builder(text("/irev/base_url"))
                .unwrap()
                .token(text("/irev/token"))
                .limits(Limits::Unlimited)
                .engine(fast())
                .build()
                .unwrap(),
            altercpa: altercpa::Client::builder(text("/altercpa/base_url"))
                .unwrap()
                .site_token(text("/altercpa/token"))
                .engine(fast())
                .build()
                .unwrap(),
            click: access.pointer("/load/click").and_then(Value::as_u64).unwrap(),
        }
    }

    pub(crate) async fn attribute(&self, count: usize, account: &Account, memory: &Memory) {
        let events = stream::iter(0..count).map(|number| {
            let event = Install::inorganic(format!("e{number}"))
                .platform("android")
                .partner("acme-ads")
                .utm_source("acme")
                .utm_campaign("spring");
            (number, event)
        });
        let mut outcomes = self.clevertap.deliver(events).concurrency(AT_ONCE).run();
        while let Some((number, outcome)) = outcomes.next().await {
            account.note(Sort::Event, number, &outcome);
            memory.tick();
        }
    }

    pub(crate) async fn push(&self, count: usize, account: &Account, memory: &Memory) {
        let pushes = stream::iter(0..count).map(|number| async move {
            let id = format!("p{number}");
            let lead = Lead::new(Ipv4Addr::new(93, 86, 208, 220))
                .profile("email", format!("{id}@example.com"))
                .profile("phone", "+49 30 901820")
                .correlation("aff_sub", id);
            (number, self.irev.push(&lead).await)
        });
        let mut outcomes = std::pin::pin!(pushes.buffer_unordered(AT_ONCE));
        while let Some((number, outcome)) = outcomes.next().await {
            account.note(Sort::Push, number, &outcome);
            memory.tick();
        }
    }

    pub(crate) async fn create(&self, count: usize, account: &Account, memory: &Memory) {
        let creates = stream::iter(0..count).map(|number| async move {
            let lead = click(self.click).exto(format!("c{number}"));
            (number, self.altercpa.create(lead).send().await)
        });
        let mut outcomes = std::pin::pin!(creates.buffer_unordered(AT_ONCE));
        while let Some((number, outcome)) = outcomes.next().await {
            account.note(Sort::Create, number, &outcome);
            memory.tick();
        }
    }
}

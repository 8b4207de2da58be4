//! Every operation of every vendor, against a vendor that echoes the request in every way.

use std::time::Duration;

use afflux::core::{
    decode,
    engine::{Engine, EngineBuilder},
    limit::LocalLimiter,
    operation::Operation,
    request::Request,
    response::Raw,
    retry::RetryPolicy,
};
use afflux_probe::{
    echo::{TROUBLES, Trouble},
    error, log, request,
    search::Search,
    server::Server,
};
use afflux_tests::vendors::Vendor;
use futures_util::{StreamExt, stream};

use crate::canaries;

/// An attempt on a vendor that is silent.
const SHORT: Duration = Duration::from_millis(15);
/// Never reached, however busy the machine is.
const AMPLE: Duration = Duration::from_secs(30);

/// Calls on the way at a time. Those that a silent vendor gets need no processor.
const AT_ONCE: usize = 8;

/// One try, but for a fault that is tried again: what was logged in between counts too.
pub(crate) fn settings(attempts: u32) -> impl FnOnce(EngineBuilder) -> EngineBuilder + Send + 'static {
    move |engine| {
        let nothing = Duration::from_millis(1);
        let retry = RetryPolicy::default().attempts(attempts).backoff(nothing, nothing);
        let clock = std::sync::Arc::new(afflux::core::clock::SystemClock);
        let unlimited = LocalLimiter::new(Vec::new(), clock).unwrap();
        engine.retry(retry.server_wait_cap(Duration::ZERO)).limiter(std::sync::Arc::new(unlimited))
    }
}

/// What is played and what is searched for.
struct Played<'a> {
    search: &'a Search,
    engine: &'a Engine,
    trouble: &'a Trouble,
}

impl Played<'_> {
    fn request(&self, operation: &'static Operation) -> Request {
        request::valid(operation, false).attempt_timeout(if self.trouble.silent { SHORT } else { AMPLE })
    }

    /// A call, and everything that comes out of it. Whether a credential was masked in it.
    async fn call(&self, operation: &'static Operation) -> bool {
        let place = format!("{} {}, {}", operation.vendor, operation.id, self.trouble.name);
        let request = self.request(operation);
        error::debug_is_clean(self.search, &request);
        match self.engine.execute(request).await {
            Ok(raw) => {
                assert!(self.trouble.success || !raw.status().is_success(), "{place}: succeeded");
                self.success(&place, &raw);
                false
            }
            Err(error) => {
                error::clean(self.search, &place, &error);
                error.raw_body().is_some_and(|body| String::from_utf8_lossy(body).contains("[masked]"))
            }
        }
    }

    /// A success keeps the vendor's body, and shows it nowhere.
    fn success(&self, place: &str, raw: &Raw) {
        error::debug_is_clean(self.search, raw);
        for value in raw.headers().values() {
            self.search.clean(&format!("{place}: a header"), &String::from_utf8_lossy(value.as_bytes()));
        }
    }

    /// The same answer to a decoder that cannot read it, and as a page of a listing.
    async fn read(&self, operation: &'static Operation) {
        let place = format!("{} {}, {}", operation.vendor, operation.id, self.trouble.name);
        let request = self.request(operation);
        let cannot = |raw: &Raw| decode::one::<Vec<u32>>(raw.body(), "base64").map(drop);
        if let Err(error) = self.engine.send(request.clone(), cannot).await {
            error::clean(self.search, &format!("{place}, decoded"), &error);
        }
        let mut pager = self.engine.pager(request, None);
        match pager.next_texts().await {
            Ok(page) => error::debug_is_clean(self.search, &page.map(|page| page.headers)),
            Err(error) => error::clean(self.search, &format!("{place}, as a page"), &error),
        }
        error::debug_is_clean(self.search, &(pager.resume(), &pager));
    }
}

async fn play(vendor: Vendor) {
    let heard = log::listen();
    for trouble in &TROUBLES {
        let server = Server::start(trouble.answer);
        let access = canaries::access(vendor, &server.url());
        let search = canaries::search(vendor, &access);
        let attempts = if trouble.name == "a server fault" { 2 } else { 1 };
        let engine = vendor.engine(&access, settings(attempts));
        error::debug_is_clean(&search, &engine);
        let played = Played { search: &search, engine: &engine, trouble };
        let masked: Vec<bool> = stream::iter(vendor.operations())
            .map(|operation| async {
                if trouble.success {
                    played.read(operation).await;
                }
                played.call(operation).await
            })
            .buffer_unordered(AT_ONCE)
            .collect()
            .await;
        // The search proves nothing where no credential was on the way, and none came back.
        for request in server.requests() {
            let request = String::from_utf8_lossy(&request).into_owned();
            assert!(!search.leaks(&request).is_empty(), "no credential was sent: {request}");
        }
        if trouble.name == "no permission" {
            assert!(masked.iter().all(|masked| *masked), "an echo did not come back");
        }
        let heard = heard.take();
        for target in ["reqwest::", "hyper_util::", "afflux.call"] {
            assert!(heard.contains(target), "{vendor:?}, {}: nothing was heard from {target}", trouble.name);
        }
        search.clean(&format!("{vendor:?}, {}: the log", trouble.name), &heard);
    }
}

#[tokio::test]
async fn no_operation_of_altercpa_lets_a_secret_out() {
    play(Vendor::AlterCpa).await;
}

#[tokio::test]
async fn no_operation_of_clevertap_lets_a_secret_out() {
    play(Vendor::CleverTap).await;
}

#[tokio::test]
async fn no_operation_of_irev_lets_a_secret_out() {
    play(Vendor::Irev).await;
}

#[tokio::test]
async fn no_operation_of_partnerize_lets_a_secret_out() {
    play(Vendor::Partnerize).await;
}

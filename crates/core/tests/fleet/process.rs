//! One machine of the fleet: this very program, started again, which makes its calls and says what came back.

use std::{
    env,
    net::SocketAddr,
    process::{Child, Command, Stdio},
    time::Duration,
};

use afflux_core::{
    auth::Credentials,
    base_url::BaseUrl,
    engine::Engine,
    limit::{Bucket, SharedLimits},
    operation::Operation,
    request::Request,
    retry::RetryPolicy,
    secret::{SecretString, Slot},
};

use super::{COUNT, SPAN};

const REDIS: &str = "AFFLUX_TEST_FLEET_REDIS";
const VENDOR: &str = "AFFLUX_TEST_FLEET_VENDOR";
const CALLS: &str = "AFFLUX_TEST_FLEET_CALLS";
/// How many calls a machine would make at a time, were there no limit.
const AT_ONCE: usize = 8;

const READ: Operation =
    Operation { id: "listRows", vendor: "fixture", path: "/rows", bucket: "reads", ..Operation::GET };

/// Starts a machine that makes `calls` calls. `arguments` bring this program to [`work`].
pub fn start(arguments: &[&str], redis: &str, vendor: SocketAddr, calls: usize) -> Child {
    Command::new(env::current_exe().unwrap())
        .args(arguments)
        .env(REDIS, redis)
        .env(VENDOR, vendor.to_string())
        .env(CALLS, calls.to_string())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Whether this process is a machine of somebody's fleet.
pub fn is_machine() -> bool {
    env::var_os(REDIS).is_some()
}

/// An engine whose only limit is the fleet's.
pub fn engine(redis: &str, vendor: SocketAddr) -> Engine {
    let token = Slot::Header { name: http::header::AUTHORIZATION, secret: SecretString::from("fleet-token") };
    Engine::builder("fixture", BaseUrl::parse(&format!("http://{vendor}")).unwrap())
        .credentials(Credentials::new().variant("default", [token]).unwrap())
        .buckets(vec![Bucket::new("reads").window(COUNT, SPAN)])
        .shared_limits(SharedLimits::redis(redis).unwrap().patience(Duration::from_secs(20)))
        // A refusal must show, not be repeated.
        .retry(RetryPolicy::default().attempts(1))
        .build()
        .unwrap()
}

/// What machines call.
pub fn read() -> Request {
    Request::new(&READ)
}

/// A machine's life: its calls, so many at a time; the process fails if any was refused.
pub fn work() {
    let [redis, vendor, calls] = [REDIS, VENDOR, CALLS].map(|name| env::var(name).unwrap());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let engine = engine(&redis, vendor.parse().unwrap());
        let each = calls.parse::<usize>().unwrap() / AT_ONCE;
        let callers = (0..AT_ONCE).map(|_| {
            let engine = engine.clone();
            tokio::spawn(async move {
                for _ in 0..each {
                    engine.execute(read()).await.unwrap();
                }
            })
        });
        for caller in callers.collect::<Vec<_>>() {
            caller.await.unwrap();
        }
    });
}

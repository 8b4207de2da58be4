//! How fast four processes are that share one quota in Redis: `cargo bench -p afflux-core --bench fleet`.
//!
//! The vendor refuses the eleventh call in any 300 ms. The best that windows counted at the answer allow is 10 calls in
//! a window and a round trip; the figure is the share of that which the fleet reaches.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

#[path = "../tests/fleet/mod.rs"]
mod fleet;

use std::time::{Duration, Instant};

use fleet::{COUNT, SPAN, WORK, process, server::RedisServer, strict::Strict};

const MACHINES: usize = 4;
const CALLS: usize = 80;

fn main() {
    if process::is_machine() {
        return process::work();
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let Some(redis) = RedisServer::start() else { return };
        let round_trip = round_trip(&redis).await;
        let vendor = Strict::start(COUNT, SPAN, WORK).await;
        let machines: Vec<_> =
            (0..MACHINES).map(|_| process::start(&[], &redis.url(), vendor.address, CALLS)).collect();
        for mut machine in machines {
            let status = tokio::task::spawn_blocking(move || machine.wait().unwrap()).await.unwrap();
            assert!(status.success(), "a call was refused");
        }
        let best = f64::from(COUNT) / (SPAN + round_trip).as_secs_f64();
        let (arrivals, most) = vendor.seen();
        println!("{MACHINES} processes, {} calls, at most {most} in {SPAN:?}", arrivals.len());
        println!("round trip, Redis included: {round_trip:?}");
        println!("{:.2}/s of {best:.2}/s: {:.1} %", vendor.rate(), 100.0 * vendor.rate() / best);
    });
}

/// A call of a machine that has the quota for itself, and nothing to wait for.
async fn round_trip(redis: &RedisServer) -> Duration {
    let vendor = Strict::start(COUNT, SPAN, WORK).await;
    let engine = process::engine(&redis.url(), vendor.address);
    let mut all = Vec::new();
    for _ in 0..COUNT {
        let started = Instant::now();
        engine.execute(process::read()).await.unwrap();
        all.push(started.elapsed());
    }
    all.sort_unstable();
    tokio::time::sleep(SPAN).await;
    all.get(all.len() / 2).copied().unwrap_or_default()
}

//! A fleet in small: a Redis server of our own, a vendor that counts strictly, and processes that share one quota.
#![allow(
    dead_code,
    unreachable_pub,
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr
)]

pub mod process;
pub mod server;
pub mod strict;

use std::time::Duration;

/// The vendor's limit, scaled down: so many calls in any span of [`SPAN`].
pub const COUNT: u32 = 10;
pub const SPAN: Duration = Duration::from_millis(300);
/// How long the vendor takes for an answer, half of it before it counts.
pub const WORK: Duration = Duration::from_millis(20);

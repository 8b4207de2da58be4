//! What anybody may send, read by every reader: plain functions over bytes that must not panic, whatever the bytes are.
//!
//! Tests feed them random and mutated bytes; the crate in `fuzz/` feeds them for as long as you like.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod answers;
mod decoders;
mod exports;
mod inbound;
mod journal;
mod links;

use std::future::Future;

pub use self::{
    answers::answers,
    decoders::{MODELS, decoders},
    exports::exports,
    inbound::inbound,
    journal::journal,
    links::links,
};

/// A reader by its name.
pub type Target = (&'static str, fn(&[u8]));

/// All of them.
pub const TARGETS: [Target; 6] = [
    ("answers", answers),
    ("decoders", decoders),
    ("exports", exports),
    ("inbound", inbound),
    ("journal", journal),
    ("links", links),
];

/// Runs what needs a runtime. Its clock stands still and jumps over every wait.
fn run<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.unwrap().block_on(future)
}

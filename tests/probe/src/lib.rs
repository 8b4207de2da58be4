//! What the tests of several crates probe with: made-up secrets and the search for them in every output, requests of any
//! operation out of its own metadata, and a server that says byte by byte what the test wants.
//!
//! It is for tests alone, and knows no vendor.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

pub mod echo;
pub mod error;
pub mod log;
pub mod request;
pub mod search;
pub mod server;
pub mod shapes;

//! Answers of a vendor, a proxy or an attacker who means harm: nothing panics, nothing fills the memory, nothing is asked
//! of a foreign host, and no parameter changes the route.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod hosts;
mod readers;
mod routes;
mod sockets;

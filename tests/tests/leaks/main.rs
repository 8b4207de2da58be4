//! Canary secrets for every vendor through every operation, in success and in failure, with the TRACE log of every
//! library on: no output holds one of them in any shape.
//!
//! The calls come from the operations' metadata: a new operation is in them without being named here.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod altercpa;
mod canaries;
mod clevertap;
mod irev;
mod operations;
mod panics;
mod sandbox;

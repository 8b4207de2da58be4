#![doc = include_str!("../README.md")]
// Names of vendors are words, not code.
#![allow(clippy::doc_markdown)]

pub mod altercpa;
mod base64;
pub mod clevertap;
mod clock;
mod control;
mod fault;
mod fields;
mod handle;
pub mod irev;
mod log;
mod mask;
pub mod partnerize;
mod prng;
mod program;
mod sandbox;
mod spec;
mod switch;
mod sync;
mod vendor;
mod wire;

pub use altercpa::AlterCpa;
pub use clevertap::CleverTap;
pub use clock::Clock;
pub use fault::{Fault, REFUSAL};
pub use irev::Irev;
pub use log::{RequestRecord, Written};
pub use partnerize::Partnerize;
pub use program::{Options, ServeError, serve, serve_until};
pub use sandbox::{Sandbox, SandboxBuilder, StartError};
pub use spec::SpecError;

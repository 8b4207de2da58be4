#![doc = include_str!("../README.md")]

pub mod auth;
pub mod base_url;
mod classify;
pub mod clock;
pub mod decode;
pub mod download;
pub mod dynamic;
pub mod endpoint;
pub mod engine;
pub mod error;
pub mod job;
pub mod limit;
pub mod link;
pub mod mask;
pub mod operation;
pub mod page;
pub mod request;
pub mod response;
pub mod retry;
pub mod schema;
pub mod secret;
pub mod stop;
mod telemetry;
pub mod transport;

pub use error::{Delivery, Error, ErrorKind};

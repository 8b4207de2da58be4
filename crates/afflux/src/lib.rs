#![doc = include_str!("../README.md")]

pub use afflux_core as core;
pub use afflux_core::{Delivery, Error, ErrorKind, secret::SecretString};
#[cfg(feature = "altercpa")]
pub use afflux_altercpa as altercpa;
#[cfg(feature = "clevertap")]
pub use afflux_clevertap as clevertap;
#[cfg(feature = "irev")]
pub use afflux_irev as irev;

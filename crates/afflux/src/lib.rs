#![doc = include_str!("../README.md")]

#[cfg(feature = "altercpa")]
pub use afflux_altercpa as altercpa;
#[cfg(feature = "clevertap")]
pub use afflux_clevertap as clevertap;
pub use afflux_core as core;
pub use afflux_core::{Delivery, Error, ErrorKind, secret::SecretString};
#[cfg(feature = "irev")]
pub use afflux_irev as irev;
#[cfg(feature = "partnerize")]
pub use afflux_partnerize as partnerize;

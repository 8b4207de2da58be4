//! Rows that were read back, in files.

mod sink;

pub(crate) use self::sink::{Sink, cell};

//! Rows that were read back, in files.

mod resumable;
mod sink;

pub(crate) use self::{
    resumable::Resumable,
    sink::{Sink, cell},
};

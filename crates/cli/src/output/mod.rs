//! Rows that were read back: shown, or in files.

mod reading;
mod resumable;
mod sink;
mod table;
mod wrapper;

pub(crate) use self::{
    reading::{Reading, read_pages},
    resumable::Resumable,
    sink::Sink,
    table::cell,
    wrapper::unwrapped,
};

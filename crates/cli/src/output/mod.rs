//! Rows that were read back: shown, or in files.

mod reading;
mod resumable;
mod sink;
mod table;
mod wrapper;

use std::path::Path;

pub(crate) use self::{
    reading::{Reading, read_pages},
    resumable::Resumable,
    sink::Sink,
    table::cell,
    wrapper::unwrapped,
};
use crate::{disk::beside, failure::Failure};

/// Refuses to write over a file whose rows were sent from here.
pub(crate) fn refuse_sent(path: &Path) -> Result<(), Failure> {
    if beside(path, ".journal").exists() {
        let shown = path.display();
        return Err(Failure::usage(format!(
            "{shown} was sent from here and would be overwritten; choose another name"
        )));
    }
    Ok(())
}

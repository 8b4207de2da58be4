//! What the benchmarks share: a sink in a process of its own, and ratios that a busy machine does not spoil.
//!
//! Nothing here asserts a time. Each part does the same work twice, with afflux and by hand, in turn and in the same run,
//! and prints medians of the ratios of neighbours.

mod options;
mod ratio;
mod sink;

pub use self::{
    options::Options,
    ratio::{Goal, Sample, Side, compare, sample},
    sink::{Sink, serve_if_asked},
};

/// Why a benchmark could not run.
pub type Failure = Box<dyn std::error::Error>;

/// A runtime on this thread alone: what is measured is the work of one core.
pub fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?)
}

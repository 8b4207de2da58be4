//! Without the feature `pace` nobody can ask for one: there is no pacer, and no governor in the build.

use std::{convert::Infallible, sync::Arc, time::Instant};

use super::{Bucket, window::Ready};
use crate::clock::Clock;

/// A pacer that does not exist.
#[derive(Debug)]
pub(super) struct Pacer(Infallible);

impl Pacer {
    #[allow(clippy::unnecessary_wraps)] // the signature of the pacer that exists
    pub(super) fn of(_: &Bucket, _: &Arc<dyn Clock>) -> Result<Option<Self>, &'static str> {
        Ok(None)
    }

    pub(super) fn ready(&self, _: Instant) -> Ready {
        match self.0 {}
    }

    pub(super) fn start(&mut self) -> Result<(), Instant> {
        match self.0 {}
    }
}

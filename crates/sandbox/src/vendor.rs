//! The seam between the server, which knows no vendor, and a vendor's behaviour, which knows no socket.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use serde_json::Value;

use crate::fault::Twist;
use crate::mask::Masker;
use crate::wire::{Answer, Request};

pub(crate) type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Is dropped when a call is over.
pub(crate) type UnderWay = Option<Box<dyn Send>>;

/// One vendor's stand-in.
pub(crate) trait Vendor: Send + Sync + 'static {
    /// The path below the vendor's prefix, when it is below.
    fn relative<'a>(&self, path: &'a str) -> Option<&'a str>;

    /// The operation at this method and path (below the prefix).
    fn operation(&self, method: &str, relative: &str) -> Option<&str>;

    /// Whether the operation can play the twist.
    fn honours(&self, operation: Option<&str>, twist: Twist) -> bool;

    /// Lets a call in, before any fault and before anything is handled, or refuses it. What is answered is kept until the
    /// answer has been written: a vendor that limits how many calls are under way counts with it.
    fn admit(&self, _operation: Option<&str>) -> Result<UnderWay, Answer> {
        Ok(None)
    }

    /// Answers a request; what it changes stays changed, whoever is still there to read the answer.
    fn handle<'a>(&'a self, request: &'a Request, twist: Option<Twist>) -> BoxFuture<'a, Answer>;

    /// A 429 in the words that the vendor has at this path; with a wait, with the vendor's headers for it (`Retry-After`
    /// is added unless one of them says the same).
    fn rate_limited(&self, path: &str, wait: Option<Duration>) -> Answer;

    /// An error of the vendor's system in the words that it has at this path.
    fn server_error(&self, path: &str, status: u16) -> Answer;

    /// What must not be shown.
    fn masker(&self) -> Masker;

    /// The vendor's own part of the control API: `path` are the segments after `/__sim/`.
    fn control(&self, method: &str, path: &[&str], body: &Value) -> Option<Result<Value, String>>;

    /// The vendor's own counters.
    fn counters(&self) -> Value;
}

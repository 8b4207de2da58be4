//! A signal that ends a call between its attempts: what is in flight ends, and no other attempt begins.
//!
//! Dropping a call's future also ends it, but in the middle of an attempt: bytes have left and nobody reads what the
//! vendor says to them. A call that is merely no longer wanted should rather hear its answer and then not try again.

use std::{future::Future, pin::pin, sync::Arc, task::Poll};

use tokio::sync::watch;

/// Tells calls to begin no other attempt. Clones are the same signal; one signal may serve many calls.
#[derive(Debug, Clone)]
pub struct Stop {
    raised: Arc<watch::Sender<bool>>,
}

impl Default for Stop {
    fn default() -> Self {
        Self::new()
    }
}

impl Stop {
    /// A signal that is not raised.
    pub fn new() -> Self {
        Self { raised: Arc::new(watch::Sender::new(false)) }
    }

    /// Raises the signal, for good.
    pub fn stop(&self) {
        self.raised.send_replace(true);
    }

    /// Whether the signal is raised.
    pub fn is_raised(&self) -> bool {
        *self.raised.borrow()
    }

    /// Completes when the signal is raised.
    pub async fn raised(&self) {
        // The sender lives as long as `self`, so that the wait cannot fail.
        let _ = self.raised.subscribe().wait_for(|raised| *raised).await;
    }

    /// The result of `future`, or `None` when the signal is raised first.
    pub(crate) async fn before<T>(&self, future: impl Future<Output = T> + Send) -> Option<T> {
        let mut raised = pin!(self.raised());
        let mut future = pin!(future);
        std::future::poll_fn(|cx| {
            if raised.as_mut().poll(cx).is_ready() {
                return Poll::Ready(None);
            }
            future.as_mut().poll(cx).map(Some)
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_raised_signal_comes_first_and_stays_raised() {
        let stop = Stop::new();
        assert_eq!(stop.before(async { 1 }).await, Some(1));
        stop.clone().stop();
        assert!(stop.is_raised());
        assert_eq!(stop.before(async { 1 }).await, None);
        stop.raised().await;
    }
}

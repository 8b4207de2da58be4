//! Ctrl-C: the first lets what is in flight end, the second ends the program at once.
//!
//! Ending at once is safe too: a journal holds every intent before its call leaves.

use tokio::sync::watch;

use crate::{console::Console, exit::Exit, failure::Failure};

/// Whether the person asked to stop.
#[derive(Debug, Clone)]
pub(crate) struct Interrupt {
    asked: watch::Receiver<bool>,
}

impl Interrupt {
    /// Listens from now on, and answers the first Ctrl-C with these words. Call it inside the runtime.
    pub(crate) fn listen(console: Console, answer: &'static str) -> Self {
        let (sender, asked) = watch::channel(false);
        tokio::spawn(async move {
            loop {
                if signal().await.is_err() {
                    // Without signals the program can still be killed; there is nothing to wait for.
                    std::future::pending::<()>().await;
                }
                if *sender.borrow() {
                    std::process::exit(i32::from(Exit::Interrupted.code()));
                }
                console.say(answer);
                if sender.send(true).is_err() {
                    return;
                }
            }
        });
        Self { asked }
    }

    /// One that is never asked.
    #[cfg(test)]
    pub(crate) fn never() -> Self {
        Self { asked: watch::channel(false).1 }
    }

    /// Whether it was asked.
    pub(crate) fn is_set(&self) -> bool {
        *self.asked.borrow()
    }

    /// Waits until it is asked.
    pub(crate) async fn wait(&mut self) {
        if self.asked.wait_for(|asked| *asked).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// An interrupted end, if it was asked.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        if self.is_set() { Err(Failure::interrupted()) } else { Ok(()) }
    }
}

#[cfg(unix)]
async fn signal() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        result = tokio::signal::ctrl_c() => result,
        _ = terminate.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn signal() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}

//! The program as a library: starts the servers, says where they are, runs until interrupted. The command line tool
//! `afflux` calls the same function.

use std::future::Future;
use std::io::{self, Write};

use crate::sandbox::{Sandbox, StartError};

/// What the program can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// The first port; `None`: any free ones.
    pub port_base: Option<u16>,
    /// Decides every uuid and every made-up person.
    pub seed: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self { port_base: None, seed: 1 }
    }
}

/// Why the program ended otherwise than by an interruption.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// The servers did not start.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The first line could not be written.
    #[error("the addresses cannot be written")]
    Output(#[source] io::Error),
    /// Interruptions cannot be noticed.
    #[error("the interrupt signal cannot be listened for")]
    Signal(#[source] io::Error),
}

/// Starts the servers, writes one line to `out` (a JSON object with base URLs and made-up credentials), and runs until
/// Ctrl-C.
pub async fn serve(options: Options, out: impl Write) -> Result<(), ServeError> {
    // Listened for from the start: an interruption right after the first line must not be lost.
    let (report, interrupted) = tokio::sync::oneshot::channel();
    let interrupt = async {
        let result = tokio::signal::ctrl_c().await;
        let _ = report.send(result);
    };
    serve_until(options, out, interrupt).await?;
    match interrupted.await {
        Ok(Err(error)) => Err(ServeError::Signal(error)),
        Ok(Ok(())) | Err(_) => Ok(()),
    }
}

/// The same with an end of the caller's choice.
pub async fn serve_until(
    options: Options,
    mut out: impl Write,
    end: impl Future<Output = ()>,
) -> Result<(), ServeError> {
    let mut builder = Sandbox::builder().seed(options.seed);
    if let Some(port) = options.port_base {
        builder = builder.port_base(port);
    }
    let sandbox = builder.start().await?;
    writeln!(out, "{}", sandbox.access()).and_then(|()| out.flush()).map_err(ServeError::Output)?;
    end.await;
    sandbox.shutdown().await;
    Ok(())
}

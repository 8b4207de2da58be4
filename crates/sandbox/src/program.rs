//! The program as a library: starts the servers, says where they are, runs until interrupted. The command line tool
//! `afflux` calls the same function.

use std::future::{Future, poll_fn};
use std::io::{self, Write};
use std::pin::pin;
use std::task::Poll;

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
    let mut interrupt = pin!(tokio::signal::ctrl_c());
    // Asked once before anything starts: from here on an interruption is noticed and does not kill.
    let early = poll_fn(|context| Poll::Ready(interrupt.as_mut().poll(context))).await;
    let mut result = Ok(());
    let end = async {
        result = match early {
            Poll::Ready(result) => result,
            Poll::Pending => interrupt.await,
        };
    };
    serve_until(options, out, end).await?;
    result.map_err(ServeError::Signal)
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

//! `afflux sandbox`: the stand-ins of the vendors, until interrupted.

use std::io;

use afflux_sandbox::{Options, ServeError, StartError, serve_until};

use crate::{args::Sandbox, console::written, failure::Failure, interrupt::Interrupt};

/// Serves. Being interrupted is how it ends, so that is success.
pub(crate) async fn run(sandbox: &Sandbox, mut interrupt: Interrupt) -> Result<(), Failure> {
    let options = Options { port_base: sandbox.port_base, seed: sandbox.seed };
    let served = serve_until(options, io::stdout(), interrupt.wait()).await;
    served.map_err(|error| match error {
        ServeError::Output(error) => written(Err(error)).err().unwrap_or_else(Failure::closed_pipe),
        ServeError::Start(error) => start_failure(&error),
        other => Failure::broken_file(other.to_string()),
    })
}

/// Why the stand-ins did not start.
pub(crate) fn start_failure(error: &StartError) -> Failure {
    match error {
        StartError::Bind { port, source } => {
            Failure::file(format!("opening port {port} on 127.0.0.1"), source)
        }
        other => Failure::broken_file(other.to_string()),
    }
}

//! `afflux-sandbox [--port-base N] [--seed N]`: the stand-ins as a program of their own.

use std::io::Write;
use std::process::ExitCode;

use afflux_sandbox::{Options, ServeError, serve};

const USAGE: &str = "\
Stand-ins of ad-tech vendor APIs on loopback. The first line on stdout is a JSON object
with their base URLs and credentials; they run until interrupted.

usage: afflux-sandbox [--port-base N] [--seed N]

  --port-base N   the first port (default: any free ones)
  --seed N        decides every uuid and every made-up person (default: 1)
";

enum Asked {
    Run(Options),
    Help,
}

fn main() -> ExitCode {
    let mut errors = std::io::stderr();
    let options = match read(std::env::args().skip(1)) {
        Ok(Asked::Run(options)) => options,
        Ok(Asked::Help) => {
            // Nothing is left to do when nobody reads it.
            let _ = std::io::stdout().write_all(USAGE.as_bytes());
            return ExitCode::SUCCESS;
        }
        Err(message) => {
            let _ = write!(errors, "afflux-sandbox: {message}\n\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match run(options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = write!(errors, "afflux-sandbox: {error}");
            let mut source = std::error::Error::source(&error);
            while let Some(cause) = source {
                let _ = write!(errors, ": {cause}");
                source = cause.source();
            }
            let _ = writeln!(errors);
            ExitCode::from(5)
        }
    }
}

fn run(options: Options) -> Result<(), ServeError> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(ServeError::Signal)?;
    runtime.block_on(serve(options, std::io::stdout()))
}

/// Reads the arguments; both `--seed 1` and `--seed=1` are understood.
fn read(mut arguments: impl Iterator<Item = String>) -> Result<Asked, String> {
    let mut options = Options::default();
    while let Some(argument) = arguments.next() {
        let (name, value) = match argument.split_once('=') {
            Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
            None => (argument, None),
        };
        let mut value =
            || value.clone().or_else(|| arguments.next()).ok_or_else(|| format!("{name} needs a number"));
        match name.as_str() {
            "-h" | "--help" => return Ok(Asked::Help),
            "--port-base" => {
                options.port_base = Some(value()?.parse().map_err(|error| format!("--port-base: {error}"))?);
            }
            "--seed" => options.seed = value()?.parse().map_err(|error| format!("--seed: {error}"))?,
            other => return Err(format!("{other} is not an option")),
        }
    }
    Ok(Asked::Run(options))
}

//! Time and CPU of afflux beside the same work by hand. See CONTRIBUTING.md.

mod attribution;
#[path = "../shared/calls.rs"]
mod calls;
mod conversions;
mod decode;
mod export;
mod upload;

use afflux_bench::{Failure, Options, Sink, serve_if_asked};

fn main() -> Result<(), Failure> {
    if serve_if_asked()? {
        return Ok(());
    }
    let options = Options::from_arguments();
    let sink = Sink::start()?;
    if options.wants("attribution") {
        attribution::run(&options, &sink)?;
    }
    if options.wants("upload") {
        upload::run(&options, &sink)?;
    }
    if options.wants("export") {
        export::run(&options, &sink)?;
    }
    if options.wants("decode") {
        decode::run(&options)?;
    }
    Ok(())
}

//! `afflux demo`: placeholder.
use crate::{args::Demo, console::Console, failure::Failure};
pub(crate) async fn run(_demo: Demo, _console: Console) -> Result<(), Failure> { Ok(()) }

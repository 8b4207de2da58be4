//! AlterCPA's jobs.

mod content;
mod given;
mod one;
mod postbacks;
mod reads;
mod send;
mod status;

use crate::{args::AlterCpa, console::Console, failure::Failure, interrupt::Interrupt, vendors::Access};

/// Runs one of AlterCPA's commands.
pub(crate) async fn run(
    command: AlterCpa,
    access: &Access<'_>,
    console: Console,
    interrupt: Interrupt,
) -> Result<(), Failure> {
    match command {
        AlterCpa::Lead(lead) => one::lead(&lead, access, console, &interrupt).await,
        AlterCpa::Status(status) => one::status(&status, access, console, &interrupt).await,
        AlterCpa::Postbacks(postbacks) => postbacks::run(&postbacks, access, console, &interrupt).await,
        AlterCpa::Fetch(fetch) => reads::fetch(&fetch, access, console, &interrupt).await,
        AlterCpa::Flow(read) => reads::flow(&read, access, console, &interrupt).await,
        AlterCpa::Offer(offer) => reads::offer(&offer, access, console, &interrupt).await,
    }
}

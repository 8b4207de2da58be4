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
    profile: Option<&str>,
    console: Console,
    interrupt: Interrupt,
) -> Result<(), Failure> {
    let access = Access { profile, base_url: None };
    match command {
        AlterCpa::Lead(lead) => one::lead(&lead, &access, console, &interrupt).await,
        AlterCpa::Status(status) => one::status(&status, &access, console, &interrupt).await,
        AlterCpa::Postbacks(postbacks) => postbacks::run(&postbacks, &access, console, &interrupt).await,
        AlterCpa::Fetch(fetch) => reads::fetch(&fetch, &access, console, &interrupt).await,
        AlterCpa::Flow(read) => reads::flow(&read, &access, console, &interrupt).await,
        AlterCpa::Offer(offer) => reads::offer(&offer, &access, console, &interrupt).await,
    }
}

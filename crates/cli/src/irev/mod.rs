//! iREV's jobs.

mod goal_types;
mod lead;
mod leads;
mod one;
mod push;
mod reconcile;
mod search;

use crate::{
    args::Irev,
    console::Console,
    failure::Failure,
    interrupt::Interrupt,
    vendors::{Access, irev_client},
};

/// Runs one of iREV's commands.
pub(crate) async fn run(
    command: Irev,
    access: &Access<'_>,
    console: Console,
    interrupt: Interrupt,
) -> Result<(), Failure> {
    match command {
        Irev::Push(push) => match &push.file {
            Some(file) => push::run(&push, file, access, console, &interrupt).await,
            None => one::run(&push, access, console, &interrupt).await,
        },
        Irev::Leads(leads) => {
            let client = irev_client(access, console)?.with_deadline(leads.timeout.timeout);
            leads::run(&leads, &client, console, &interrupt).await
        }
        Irev::Reconcile(reconcile) => {
            let client = irev_client(access, console)?.with_deadline(reconcile.timeout.timeout);
            reconcile::run(&reconcile, client, console, interrupt).await
        }
        Irev::GoalTypes(goal_types) => {
            let client = irev_client(access, console)?.with_deadline(goal_types.timeout.timeout);
            goal_types::run(&client, console, &interrupt).await
        }
    }
}

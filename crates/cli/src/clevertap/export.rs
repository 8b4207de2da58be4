//! `afflux clevertap events` and `profiles`: rows as they come, or into a file over several runs.

use afflux::clevertap::{Client, Export, Exported, Query};
use afflux_core::{endpoint::Endpoint, page::Pages};

use super::query;
use crate::{
    args,
    console::Console,
    failure::Failure,
    interrupt::Interrupt,
    output::{Reading, read_pages},
    vendors::{Access, clevertap_client},
};

/// Exports events.
pub(super) async fn events(
    export: &args::Export,
    access: &Access<'_>,
    console: Console,
    interrupt: Interrupt,
) -> Result<(), Failure> {
    let (client, query) = prepared(export, access, console)?;
    let what = described("events", &client, &query)?;
    rows(client.exports().events(query), &what, export, console, interrupt).await
}

/// Exports profiles.
pub(super) async fn profiles(
    export: &args::Export,
    access: &Access<'_>,
    console: Console,
    interrupt: Interrupt,
) -> Result<(), Failure> {
    let (client, query) = prepared(export, access, console)?;
    let what = described("profiles", &client, &query)?;
    rows(client.exports().profiles(query), &what, export, console, interrupt).await
}

fn prepared(
    export: &args::Export,
    access: &Access<'_>,
    console: Console,
) -> Result<(Client, Query), Failure> {
    let query = query::query(&export.query)?;
    Ok((clevertap_client(access, console, None)?.with_deadline(export.timeout.timeout), query))
}

/// What is exported from where: only the same goes on where an earlier run stopped.
fn described(what: &str, client: &Client, query: &Query) -> Result<String, Failure> {
    Ok(format!("clevertap {what} of {} {}", client.engine().base(), query.to_json()?.text()))
}

async fn rows<R: Exported>(
    read: Export<'_, R>,
    what: &str,
    export: &args::Export,
    console: Console,
    interrupt: Interrupt,
) -> Result<(), Failure> {
    let read = read.batch_size(export.batch_size);
    let (output, operation) = (export.output.as_deref(), <R as Endpoint>::OPERATION);
    let reading = Reading { what, output, console, operation };
    let open = |resume| match resume {
        Some(resume) => read.resume(resume).pages(),
        None => read.pages(),
    };
    read_pages(reading, open, Pages::resume, interrupt).await
}

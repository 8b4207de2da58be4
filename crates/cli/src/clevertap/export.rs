//! `afflux clevertap events` and `profiles`: rows as they come, or into a file over several runs.

use afflux::clevertap::{Client, Export, Exported, Query};
use afflux_core::{ErrorKind, page::Resume};
use futures_util::StreamExt;
use serde_json::{Value, json};

use super::{patience::wait_for, query};
use crate::{
    args,
    console::{Console, Listing},
    failure::Failure,
    interrupt::Interrupt,
    job::Progress,
    output::Resumable,
    secrets,
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
    mut interrupt: Interrupt,
) -> Result<(), Failure> {
    let mut read = read.batch_size(export.batch_size);
    let mut out = match &export.output {
        None => Out::Shown(Listing::new(console), 0),
        Some(path) => {
            let (file, at) = Resumable::open(path, what)?;
            if let Some(at) = at {
                console.say(format!("going on behind {} rows of an earlier run", file.rows()));
                read = read.resume(place(at, path)?);
            }
            Out::File(Box::new(file))
        }
    };
    let resumed = out.rows() > 0;
    let opened = wait_for(read.pages(), "the export is not open yet", console, &mut interrupt).await?;
    let mut pages = opened?;
    out.mark(pages.resume())?;
    let progress = Progress::counting(console, "reading".to_owned());
    for number in 1_u64.. {
        let what = format!("page {number} is not ready yet");
        let Some(page) = wait_for(pages.next(), &what, console, &mut interrupt).await? else { break };
        let page = page.map_err(|error| {
            if resumed && number == 1 && error.kind() == ErrorKind::Refused {
                console.say(
                    "a place to go on from is good for some hours; remove FILE.resume and FILE.part to begin anew",
                );
            }
            Failure::from(error)
        })?;
        for row in page.value.rows() {
            match row {
                Ok(row) => out.row(row.text())?,
                // A row that the typed view cannot read is still a row.
                Err(bad) => out.row(bad.json().text())?,
            }
            progress.tick();
        }
        out.mark(pages.resume())?;
        interrupt.check()?;
    }
    progress.finish();
    let count = out.rows();
    if let Some(path) = out.finish()? {
        if console.json {
            console.line(json!({ "rows": count, "file": path, "exit_code": 0 }))?;
        } else {
            console.line(format!("{count} rows -> {path}"))?;
        }
    }
    Ok(())
}

fn place(at: Value, path: &std::path::Path) -> Result<Resume, Failure> {
    serde_json::from_value(at).map_err(|_| {
        Failure::broken_file(format!("{}.resume says no place; remove it to begin anew", path.display()))
    })
}

/// Where rows go.
enum Out {
    File(Box<Resumable>),
    Shown(Listing, u64),
}

impl Out {
    fn rows(&self) -> u64 {
        match self {
            Self::File(file) => file.rows(),
            Self::Shown(_, count) => *count,
        }
    }

    fn row(&mut self, text: &str) -> Result<(), Failure> {
        match self {
            Self::File(file) => file.row(text),
            Self::Shown(listing, count) => {
                *count += 1;
                listing.row(&secrets::masked(text))
            }
        }
    }

    /// A page is whole; the next one is at `at`, if there is one.
    fn mark(&mut self, at: Option<Resume>) -> Result<(), Failure> {
        match (self, at) {
            (Self::File(file), Some(at)) => file.mark(json!(at)),
            (Self::File(_), None) => Ok(()),
            (Self::Shown(listing, _), _) => listing.flush(),
        }
    }

    /// The file's name, if rows went into one.
    fn finish(self) -> Result<Option<String>, Failure> {
        match self {
            Self::File(file) => file.finish().map(Some),
            Self::Shown(mut listing, _) => listing.flush().map(|()| None),
        }
    }
}

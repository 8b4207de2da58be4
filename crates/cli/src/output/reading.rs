//! A listing read to its end: into a file over several runs, or row by row to stdout.

use std::{future::Future, path::Path, pin::pin};

use afflux_core::{
    Error, ErrorKind,
    decode::{BadRow, Kept, Page},
    operation::Operation,
    page::Resume,
    response::Response,
};
use futures_util::{Stream, StreamExt};
use serde_json::{Value, json};

use super::{Resumable, unwrapped};
use crate::{
    console::{Console, Listing},
    failure::Failure,
    interrupt::Interrupt,
    job::Progress,
    patience::wait_for,
    secrets,
};

/// A page of rows, as streams of pages give it.
type PageOf<R> = Result<Response<Page<Result<Kept<R>, BadRow>>>, Error>;

/// What is read, and where it goes.
pub(crate) struct Reading<'a> {
    /// What is read from where, in words: only the same goes on where an earlier run stopped.
    pub(crate) what: &'a str,
    /// The file; without it rows are shown.
    pub(crate) output: Option<&'a Path>,
    pub(crate) console: Console,
    /// Which operation lists it.
    pub(crate) operation: &'static Operation,
}

/// Reads all pages. `open` begins, or goes on at a place; `place` says where the next page is.
pub(crate) async fn read_pages<R, P, O>(
    reading: Reading<'_>,
    open: impl FnOnce(Option<Resume>) -> O,
    place: impl Fn(&P) -> Option<Resume>,
    mut interrupt: Interrupt,
) -> Result<(), Failure>
where
    P: Stream<Item = PageOf<R>>,
    O: Future<Output = Result<P, Error>>,
{
    let console = reading.console;
    let (mut out, at) = Out::open(&reading)?;
    let resumed = at.is_some();
    let opened = wait_for(open(at), "it is not open yet", console, &mut interrupt).await?;
    let mut pages = pin!(opened?);
    out.mark(place(&pages))?;
    let progress = Progress::counting(console, "reading".to_owned());
    for number in 1_u64.. {
        let what = format!("page {number} is not ready yet");
        let Some(page) = wait_for(pages.next(), &what, console, &mut interrupt).await? else { break };
        let page = page.map_err(|error| {
            if resumed && number == 1 && error.kind() == ErrorKind::Refused {
                progress.say(
                    console,
                    "a place to go on from is good for some hours; remove FILE.resume and FILE.part to begin anew",
                );
            }
            Failure::from(error)
        })?;
        for row in page.value.rows() {
            let text = match row {
                Ok(row) => row.text(),
                // A row that the typed view cannot read is still a row.
                Err(bad) => bad.json().text(),
            };
            out.row(&unwrapped(reading.operation, text))?;
            progress.tick();
        }
        out.mark(place(&pages))?;
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

/// Where rows go.
enum Out {
    File(Box<Resumable>),
    Shown(Listing, u64),
}

impl Out {
    /// Where the rows go, and where an earlier run stopped.
    fn open(reading: &Reading<'_>) -> Result<(Self, Option<Resume>), Failure> {
        let Some(path) = reading.output else {
            return Ok((Self::Shown(Listing::new(reading.console), 0), None));
        };
        let (file, at) = Resumable::open(path, reading.what)?;
        if at.is_some() {
            reading.console.say(format!("going on behind {} rows of an earlier run", file.rows()));
        }
        let at = at.map(|at| resume(at, path)).transpose()?;
        Ok((Self::File(Box::new(file)), at))
    }

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

fn resume(at: Value, path: &Path) -> Result<Resume, Failure> {
    serde_json::from_value(at).map_err(|_| {
        Failure::broken_file(format!("{}.resume says no place; remove it to begin anew", path.display()))
    })
}

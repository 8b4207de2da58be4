//! `afflux partnerize export`: one CSV, whether it comes at once or by a job, and whichever run of the program gets it.

use std::{
    fs::{self, TryLockError},
    io::{self, Write},
    path::{Path, PathBuf},
};

use afflux::partnerize::{
    Client, Error,
    exports::{Clicks, ConversionItems, Conversions, Export, ExportEvent, ExportHandle, Exported, Written},
    reports::Between,
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::Account;
use crate::{
    args::partnerize::{self as args, What},
    console::Console,
    disk::{Disk, Local, beside},
    failure::Failure,
    interrupt::Interrupt,
    job::Progress,
    output::refuse_sent,
};

/// Fetches it.
pub(super) async fn run(
    given: &args::Export,
    account: &Account<'_>,
    mut interrupt: Interrupt,
) -> Result<(), Failure> {
    let client = account.client(given.timeout)?;
    let partner = account.partner(&given.partner)?;
    let range = Between::until(given.from, given.to);
    let exports = client.exports(partner.as_str());
    let job = JobFile::new(given, &partner, &client);
    let fetching = async {
        match given.what {
            What::Clicks => {
                fetch::<Clicks>(exports.clicks(range), given, &client, &job, account.console).await
            }
            What::Conversions => {
                fetch::<Conversions>(exports.conversions(range), given, &client, &job, account.console).await
            }
            What::Items => {
                let items = exports.conversion_items(range);
                fetch::<ConversionItems>(items, given, &client, &job, account.console).await
            }
        }
    };
    let written = tokio::select! {
        written = fetching => written?,
        () = interrupt.wait() => return Err(Failure::interrupted()),
    };
    job.remove()?;
    let file = given.output.display().to_string();
    if account.console.json {
        let object = json!({ "rows": written.rows, "bytes": written.bytes, "file": file, "exit_code": 0 });
        account.console.line(object)
    } else {
        account.console.line(format!("{} rows, {} bytes -> {file}", written.rows, written.bytes))
    }
}

async fn fetch<K: Exported>(
    export: Export<'_, K>,
    given: &args::Export,
    client: &Client,
    job: &JobFile,
    console: Console,
) -> Result<Written, Failure> {
    check(&given.output)?;
    let part = beside(&given.output, ".part");
    let mut closed = Ok(());
    let mut began = false;
    let progress = Progress::receiving(console, format!("exporting to {}", given.output.display()));
    let mut listen = |event: ExportEvent<'_, K>| match event {
        ExportEvent::Started(handle) => {
            progress.say(console, "the vendor makes the export by a job; waiting for it");
            if let Err(failure) = job.keep(handle) {
                progress.say(console, failure.text());
                progress.say(console, "the job is not kept: a run after this one would begin anew");
            }
        }
        ExportEvent::Running(Some(percent)) => progress.told(&format!("{percent:.0} % are made")),
        ExportEvent::Received(bytes) => {
            // The first bytes are still in memory.
            if !std::mem::replace(&mut began, true) {
                closed = close(&part);
            }
            progress.at(bytes);
        }
        _ => {}
    };
    let written = match job.read::<K>()? {
        Some(handle) => {
            progress.say(console, "going on with the job of an earlier run");
            let job = client.resume_export(handle)?.wait_at_most(given.within).on_event(&mut listen);
            job.wait().await?.to_path(&given.output).await
        }
        None => {
            let mut export = export.wait_at_most(given.within).on_event(&mut listen);
            if let Some(timezone) = &given.timezone {
                export = export.timezone(timezone);
            }
            if let Some(limit) = given.limit {
                export = export.limit(limit);
            }
            export.to_path(&given.output).await
        }
    };
    progress.finish();
    let written = written.map_err(|error| job.told(error, console))?;
    closed?;
    close(&given.output)?;
    Ok(written)
}

/// Refuses a file that cannot be written before anything is asked of the vendor.
fn check(output: &Path) -> Result<(), Failure> {
    refuse_sent(output)?;
    let part = beside(output, ".part");
    let failed = |error: &io::Error| Failure::file(format!("writing {}", part.display()), error);
    let file = Local.append(&part).map_err(|error| failed(&error))?;
    match file.lock() {
        Ok(()) => Local.remove(&part).map_err(|error| failed(&error)),
        Err(TryLockError::WouldBlock) => {
            Err(Failure::broken_file(format!("another run is writing {}", output.display())))
        }
        Err(TryLockError::Error(error)) => Err(failed(&error)),
    }
}

/// Rows are for their owner.
fn close(path: &Path) -> Result<(), Failure> {
    let closed = Local.append(path).map(drop);
    closed.map_err(|error| Failure::file(format!("closing {} to others", path.display()), &error))
}

/// The job of an export that is under way, beside its file.
struct JobFile {
    path: PathBuf,
    what: String,
}

#[derive(Serialize, Deserialize)]
#[serde(bound(serialize = "K: Exported", deserialize = "K: Exported"))]
struct Kept<K> {
    what: String,
    handle: ExportHandle<K>,
}

impl JobFile {
    fn new(given: &args::Export, partner: &str, client: &Client) -> Self {
        let what = format!(
            "partnerize {:?} of {partner} at {}: {} to {} timezone {:?} limit {:?}",
            given.what,
            client.engine().base(),
            given.from,
            given.to,
            given.timezone,
            given.limit
        );
        Self { path: beside(&given.output, ".job"), what }
    }

    /// The file takes its name when it is whole: whoever sees it can go on with it.
    fn keep<K: Exported>(&self, handle: &ExportHandle<K>) -> Result<(), Failure> {
        let part = self.part();
        let write = || -> io::Result<()> {
            let mut file = Local.create(&part)?;
            let kept = serde_json::to_vec(&Kept { what: self.what.clone(), handle: handle.clone() })?;
            file.write_all(&[&*kept, b"\n"].concat())?;
            file.sync()?;
            Local.rename(&part, &self.path)
        };
        write().map_err(|error| {
            let _ = Local.remove(&part);
            Failure::file(format!("writing {}", self.path.display()), &error)
        })
    }

    fn part(&self) -> PathBuf {
        beside(&self.path, ".part")
    }

    fn read<K: Exported>(&self) -> Result<Option<ExportHandle<K>>, Failure> {
        let text = match fs::read(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Failure::file(format!("reading {}", self.path.display()), &error)),
        };
        let of_another = || {
            Failure::usage(format!(
                "{} is of another export; remove it to begin anew, or choose another name",
                self.path.display()
            ))
        };
        // A torn one is of a disk that failed: nothing is lost but the job.
        let Ok(value) = serde_json::from_slice::<serde_json::Value>(&text) else { return Ok(None) };
        let kept: Kept<K> = serde_json::from_value(value).map_err(|_| of_another())?;
        if kept.what == self.what { Ok(Some(kept.handle)) } else { Err(of_another()) }
    }

    fn remove(&self) -> Result<(), Failure> {
        let removed = Local.remove(&self.part()).and_then(|()| Local.remove(&self.path));
        removed.map_err(|error| Failure::file(format!("removing {}", self.path.display()), &error))
    }

    /// What a job that ended badly leaves: one that the vendor gave up is not gone on with.
    fn told(&self, error: Error, console: Console) -> Failure {
        if self.path.exists() && !error.is_retryable() {
            console.say(format!("{} is kept; remove it to have the export made anew", self.path.display()));
        }
        Failure::from(error)
    }
}

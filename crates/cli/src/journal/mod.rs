//! The journal of a file job: what was about to be sent, and what became of it.
//!
//! It stands beside the file and only grows. The rule that everything hangs on: **the intent is on the disk before an
//! unsafe call leaves**. Kill the program anywhere: a row without an intent was not sent; a row with an intent and no
//! outcome may have arrived, and is never sent again but looked for. Only where a repeat is harmless, which the job
//! says, is it sent again. It knows no vendor.

mod record;
mod replay;
mod row;
mod writer;

use std::{
    collections::HashMap,
    fmt,
    fs::TryLockError,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use jiff::Timestamp;

use self::replay::Unreadable;
pub(crate) use self::{
    record::{Detail, Record, Settled},
    replay::{Known, Standing},
    row::{Content, Occurrences, RowKey},
    writer::Writer,
};
use crate::{
    disk::{Disk, DiskFile},
    failure::Failure,
};

/// A journal, read and locked.
pub(crate) struct Journal {
    path: PathBuf,
    file: Box<dyn DiskFile>,
    rows: HashMap<RowKey, Known>,
    targets: Vec<String>,
    /// How many bytes of a torn record were dropped.
    dropped: u64,
}

impl fmt::Debug for Journal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Journal")
            .field("path", &self.path)
            .field("rows", &self.rows.len())
            .finish_non_exhaustive()
    }
}

impl Journal {
    /// Opens the journal of `job`, and makes one if there is none. A second run on the same file is kept out.
    pub(crate) fn open(disk: &dyn Disk, path: &Path, job: &str) -> Result<Self, Failure> {
        let failed = |what: &str, error: &io::Error| {
            Failure::file(format!("{what} the journal {}", path.display()), error)
        };
        let mut file = disk.append(path).map_err(|error| failed("opening", &error))?;
        file.lock().map_err(|error| match error {
            TryLockError::WouldBlock => Failure::broken_file(format!(
                "another run is working on this file: {} is locked; wait until it has ended",
                path.display()
            )),
            TryLockError::Error(error) => failed("opening", &error),
        })?;
        let replay = file.reader().map_err(Unreadable::Io).and_then(replay::replay);
        let replay = replay.map_err(|unreadable| match unreadable {
            Unreadable::Io(error) => failed("reading", &error),
            Unreadable::Damaged(damaged) => Failure::broken_file(format!(
                "the journal {} cannot be trusted: {damaged}. Nothing was sent. Restore it from a copy; without it, \
                 rows that were sent would be sent again",
                path.display()
            )),
        })?;
        if let Some(other) = replay.jobs.iter().find(|other| *other != job) {
            return Err(Failure::broken_file(format!(
                "the journal {} was written by `{other}`, not by `{job}`",
                path.display()
            )));
        }
        let dropped = replay.torn;
        if dropped > 0 {
            file.cut(replay.whole).and_then(|()| file.sync()).map_err(|error| failed("mending", &error))?;
        }
        if replay.unended {
            file.write_all(b"\n").and_then(|()| file.sync()).map_err(|error| failed("mending", &error))?;
        }
        Ok(Self { path: path.to_owned(), file, rows: replay.rows, targets: replay.targets, dropped })
    }

    /// All rows that were ever about to be sent.
    pub(crate) fn rows(&self) -> &HashMap<RowKey, Known> {
        &self.rows
    }

    /// The addresses that rows were sent to by earlier runs.
    pub(crate) fn targets(&self) -> &[String] {
        &self.targets
    }

    /// How many bytes of a torn last record were dropped.
    pub(crate) fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Begins a run: what is known stays readable, and the file belongs to the writer.
    pub(crate) fn begin(
        self,
        job: &str,
        target: &str,
        at: Timestamp,
    ) -> Result<(HashMap<RowKey, Known>, Writer), Failure> {
        let writer = Writer::start(self.path, self.file)?;
        writer.note(&Record::Run { job: job.to_owned(), target: target.to_owned(), at })?;
        Ok((self.rows, writer))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use super::{record::tests::samples, *};
    use crate::disk::Local;

    #[test]
    fn a_torn_record_is_cut_off_so_that_the_next_one_stands_on_a_line_of_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let whole: String = samples().iter().map(|record| record.line().unwrap()).collect();
        for length in 0..=whole.len() {
            let path = folder.path().join(format!("{length}.journal"));
            std::fs::write(&path, &whole.as_bytes()[..length]).unwrap();
            let journal = Journal::open(&Local, &path, "irev push").unwrap();
            let rows = journal.rows().len();
            drop(journal);
            let mended = std::fs::read(&path).unwrap();
            assert!(mended.is_empty() || mended.ends_with(b"\n"), "torn at {length}");
            assert_eq!(
                Journal::open(&Local, &path, "irev push").unwrap().rows().len(),
                rows,
                "torn at {length}"
            );
        }
    }

    #[test]
    fn a_second_run_on_the_same_file_is_kept_out() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.journal");
        let first = Journal::open(&Local, &path, "irev push").unwrap();
        let second = Journal::open(&Local, &path, "irev push").unwrap_err();
        assert_eq!(second.exit.code(), 5);
        assert!(second.text().contains("another run"), "{}", second.text());
        drop(first);
        Journal::open(&Local, &path, "irev push").unwrap();
    }

    #[test]
    fn the_journal_of_another_job_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.journal");
        let sample = samples().swap_remove(0);
        std::fs::write(&path, sample.line().unwrap()).unwrap();
        assert_eq!(Journal::open(&Local, &path, "altercpa send").unwrap_err().exit.code(), 5);
    }

    #[cfg(unix)]
    #[test]
    fn a_journal_is_for_its_owners_eyes_even_if_it_was_open_to_others() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        for existing in [false, true] {
            let path = folder.path().join(format!("{existing}.journal"));
            if existing {
                std::fs::write(&path, "").unwrap();
                std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
            }
            Journal::open(&Local, &path, "irev push").unwrap();
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }
}

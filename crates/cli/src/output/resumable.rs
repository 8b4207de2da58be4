//! Rows into a file over several runs: what an interrupted run has read is kept, and the next one goes on behind it.
//!
//! Rows go into `FILE.part`. At the end of each page `FILE.resume` says how much of it is whole and where the next page
//! is; what was written behind that is cut off by the next run, so that no row is missing or there twice. Both are for
//! their owner only. `FILE` itself appears when it is complete.

use std::{
    fs::{self, TryLockError},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    refuse_sent,
    table::{columns, tabulate},
};
use crate::{
    args::Format,
    disk::{Disk, DiskFile, Local, beside},
    failure::Failure,
};

/// A file being written, by this run or by several.
#[derive(Debug)]
pub(crate) struct Resumable {
    disk: Arc<dyn Disk>,
    path: PathBuf,
    part: PathBuf,
    resume: PathBuf,
    format: Format,
    lines: BufWriter<Box<dyn DiskFile>>,
    what: String,
    bytes: u64,
    rows: u64,
}

/// What `FILE.resume` says.
#[derive(Debug, Serialize, Deserialize)]
struct Mark {
    /// What is read; another listing does not go on here.
    what: String,
    /// Where the next page is.
    at: Value,
    /// How much of the part is whole.
    bytes: u64,
    /// How many rows that is.
    rows: u64,
}

impl Resumable {
    /// Begins a file of JSON lines or CSV, or goes on with it: then the place where an earlier run that read the same
    /// stopped. Until it is complete it is JSON lines either way.
    pub(crate) fn open(path: &Path, what: &str) -> Result<(Self, Option<Value>), Failure> {
        Self::open_on(Arc::new(Local), path, what)
    }

    fn open_on(disk: Arc<dyn Disk>, path: &Path, what: &str) -> Result<(Self, Option<Value>), Failure> {
        let format = Format::of(path)?;
        refuse_sent(path)?;
        let (part, resume) = (beside(path, ".part"), beside(path, ".resume"));
        let failed = |error: io::Error| Failure::file(format!("writing {}", part.display()), &error);
        let mut file = disk.append(&part).map_err(failed)?;
        match file.lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(Failure::broken_file(format!("another run is writing {}", path.display())));
            }
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        let mark = read(&resume)?;
        if let Some(mark) = mark.as_ref().filter(|mark| mark.what != what) {
            return Err(Failure::usage(format!(
                "{} is of another listing ({}); remove it to begin anew, or choose another name",
                resume.display(),
                mark.what
            )));
        }
        // A part that is shorter than its mark was cut by somebody else.
        let length = file.length().map_err(failed)?;
        let mark = mark.filter(|mark| mark.bytes <= length);
        let (at, bytes, rows) = mark.map_or((None, 0, 0), |mark| (Some(mark.at), mark.bytes, mark.rows));
        file.cut(bytes).map_err(failed)?;
        let lines = BufWriter::with_capacity(64 * 1024, file);
        let (path, what) = (path.to_owned(), what.to_owned());
        let own = Self { disk, path, part, resume, format, lines, what, bytes, rows };
        Ok((own, at))
    }

    /// How many rows there are, those of earlier runs too.
    pub(crate) fn rows(&self) -> u64 {
        self.rows
    }

    /// Appends a row as one line of JSON text.
    pub(crate) fn row(&mut self, text: &str) -> Result<(), Failure> {
        let line = text.replace(['\n', '\r'], " ");
        let written = self.lines.write_all(line.as_bytes()).and_then(|()| self.lines.write_all(b"\n"));
        written.map_err(|error| self.failed(&error))?;
        self.bytes += u64::try_from(line.len() + 1).unwrap_or(u64::MAX);
        self.rows += 1;
        Ok(())
    }

    /// A page is whole, and the next one is at `at`.
    pub(crate) fn mark(&mut self, at: Value) -> Result<(), Failure> {
        let mark = Mark { what: self.what.clone(), at, bytes: self.bytes, rows: self.rows };
        self.write(&mark).map_err(|error| self.failed(&error))
    }

    fn write(&mut self, mark: &Mark) -> io::Result<()> {
        self.flush()?;
        let fresh = beside(&self.resume, ".new");
        let mut file = self.disk.create(&fresh)?;
        let written = file.write_all(&serde_json::to_vec(mark)?).and_then(|()| file.sync());
        let written = written.and_then(|()| self.disk.rename(&fresh, &self.resume));
        self.unless_written(&fresh, written)
    }

    /// Half a file is of no use and takes room, where there may be none.
    fn unless_written(&self, half: &Path, written: io::Result<()>) -> io::Result<()> {
        if written.is_err() {
            let _ = self.disk.remove(half);
        }
        written
    }

    fn flush(&mut self) -> io::Result<()> {
        self.lines.flush()?;
        self.lines.get_mut().sync()
    }

    /// Completes the file and gives it its name.
    pub(crate) fn finish(mut self) -> Result<String, Failure> {
        self.complete().map_err(|error| self.failed(&error))?;
        Ok(self.path.display().to_string())
    }

    fn complete(&mut self) -> io::Result<()> {
        self.flush()?;
        match self.format {
            // Killed behind this step, the next run finds nothing to go on with and begins anew.
            Format::Jsonl => self.disk.rename(&self.part, &self.path)?,
            // The part stays JSON lines as long as its mark is there: a kill in between only reads the last page again.
            Format::Csv => {
                let table = beside(&self.path, ".csv.part");
                let written = columns(&self.part)
                    .and_then(|columns| tabulate(&self.part, &columns, self.disk.create(&table)?))
                    .and_then(|()| self.disk.rename(&table, &self.path));
                self.unless_written(&table, written)?;
            }
        }
        self.disk.remove(&self.resume)?;
        self.disk.remove(&self.part)
    }

    fn failed(&self, error: &io::Error) -> Failure {
        Failure::file(format!("writing {}", self.path.display()), error)
    }
}

impl Drop for Resumable {
    fn drop(&mut self) {
        // Nothing was marked: there is nothing to go on with. After `finish` the part has its name.
        if !self.resume.exists() {
            let _ = self.disk.remove(&self.part);
        }
    }
}

fn read(path: &Path) -> Result<Option<Mark>, Failure> {
    let failed = |error: &io::Error| Failure::file(format!("reading {}", path.display()), error);
    match fs::read(path) {
        Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(|_| {
            Failure::broken_file(format!(
                "{} is not what was written; remove it to begin anew",
                path.display()
            ))
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed(&error)),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::disk::small::SmallDisk;

    #[test]
    fn what_was_written_behind_the_last_mark_is_cut_off_and_the_rest_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rows.jsonl");
        let (mut first, at) = Resumable::open(&path, "events").unwrap();
        assert_eq!(at, None);
        first.row("{\"a\":\n1}").unwrap();
        first.mark(json!({ "cursor": "c2" })).unwrap();
        first.row("{\"a\":2}").unwrap();
        first.flush().unwrap();
        assert_eq!(Resumable::open(&path, "events").unwrap_err().exit.code(), 5, "one run at a time");
        drop(first);
        assert!(!path.exists(), "not before it is complete");
        assert_eq!(Resumable::open(&path, "profiles").unwrap_err().exit.code(), 2);
        let (mut second, at) = Resumable::open(&path, "events").unwrap();
        assert_eq!((at, second.rows()), (Some(json!({ "cursor": "c2" })), 1));
        second.row("{\"a\":3}").unwrap();
        second.finish().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "{\"a\": 1}\n{\"a\":3}\n");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_run_that_read_no_page_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rows.jsonl");
        let (mut first, _) = Resumable::open(&path, "events").unwrap();
        first.row("{}").unwrap();
        drop(first);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        assert_eq!(Resumable::open(&folder.path().join("rows.xlsx"), "events").unwrap_err().exit.code(), 2);
    }

    #[test]
    fn a_table_is_made_of_the_rows_of_all_runs() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rows.csv");
        let (mut first, _) = Resumable::open(&path, "clicks").unwrap();
        first.row(r#"{"a":1.10}"#).unwrap();
        first.mark(json!(2)).unwrap();
        drop(first);
        let (mut second, _) = Resumable::open(&path, "clicks").unwrap();
        second.row(r#"{"b":"x,y","a":null}"#).unwrap();
        second.finish().unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "a,b\n1.10,\n,\"x,y\"\n");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    const PAGES: u64 = 4;

    /// Reads four pages into the file, from where the last run stopped.
    fn read_on(disk: Arc<dyn Disk>, path: &Path) -> Result<(), Failure> {
        let (mut rows, at) = Resumable::open_on(disk, path, "rows")?;
        let first = at.and_then(|at| at.as_u64()).unwrap_or_default();
        rows.mark(json!(first))?;
        for page in first..PAGES {
            for number in 0..3 {
                // The table is longer than the lines: what is known of the one says nothing of the other.
                let name = format!("column-{page}-{number}-{}", "x".repeat(40));
                rows.row(&json!({ "page": page, "number": number, name: 1 }).to_string())?;
            }
            if page + 1 < PAGES {
                rows.mark(json!(page + 1))?;
            }
        }
        rows.finish().map(drop)
    }

    fn undisturbed(name: &str) -> Vec<u8> {
        let folder = tempfile::tempdir().unwrap();
        read_on(Arc::new(Local), &folder.path().join(name)).unwrap();
        fs::read(folder.path().join(name)).unwrap()
    }

    fn goes_on(path: &Path, whole: &[u8], what: &str) {
        read_on(Arc::new(SmallDisk::with_room(u64::MAX)), path).unwrap();
        assert!(fs::read(path).unwrap() == whole, "{what}: another file");
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "{what}");
    }

    #[test]
    fn on_a_full_disk_the_file_is_named_and_a_later_run_ends_with_the_same_file() {
        for name in ["rows.jsonl", "rows.csv"] {
            let whole = undisturbed(name);
            let mut failures = 0;
            for room in (0..6000).step_by(37) {
                let folder = tempfile::tempdir().unwrap();
                let path = folder.path().join(name);
                let Err(failure) = read_on(Arc::new(SmallDisk::with_room(room)), &path) else { continue };
                failures += 1;
                assert_eq!(failure.exit.code(), 5, "{room} bytes");
                assert!(failure.text().contains(name), "{}", failure.text());
                assert!(!path.exists(), "{room} bytes: not before it is complete");
                goes_on(&path, &whole, &format!("{name}, {room} bytes"));
            }
            assert!((20..160).contains(&failures), "{failures} of them");
        }
    }

    #[test]
    fn a_run_that_ends_at_any_step_leaves_what_a_later_one_ends_with_the_same_file() {
        for name in ["rows.jsonl", "rows.csv"] {
            let whole = undisturbed(name);
            let mut ended = 0;
            for steps in 0..80 {
                let folder = tempfile::tempdir().unwrap();
                let path = folder.path().join(name);
                if read_on(Arc::new(SmallDisk::gone_after(steps)), &path).is_err() {
                    ended += 1;
                    goes_on(&path, &whole, &format!("{name}, {steps} steps"));
                }
            }
            assert!((20..80).contains(&ended), "{ended} of them");
        }
    }

    #[test]
    fn a_folder_that_may_not_be_written_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rows.csv");
        let failure = read_on(Arc::new(SmallDisk::read_only()), &path).unwrap_err();
        assert_eq!(failure.exit.code(), 5);
        assert!(failure.text().contains("rows.csv.part: read-only"), "{}", failure.text());
    }

    #[cfg(unix)]
    #[test]
    fn the_file_and_what_stands_beside_it_are_for_their_owner() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rows.jsonl");
        let (mut rows, _) = Resumable::open(&path, "events").unwrap();
        rows.mark(json!(1)).unwrap();
        for file in [&rows.part, &rows.resume] {
            assert_eq!(fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
        }
        rows.finish().unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

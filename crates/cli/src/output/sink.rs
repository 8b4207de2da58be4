//! Rows into a file: whole, for its owner only, and under its name only when it is complete.

use std::{
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use super::refuse_sent;
use crate::{
    args::Format,
    disk::{Disk, DiskFile, Local, beside},
    failure::Failure,
    secrets::members,
};

/// A file being written. Until it is complete it is called `FILE.part`; given up, it is gone.
pub(crate) struct Sink {
    disk: Arc<dyn Disk>,
    path: PathBuf,
    part: PathBuf,
    format: Format,
    lines: BufWriter<Box<dyn DiskFile>>,
    /// Every name that a row has, in order of appearance.
    columns: Vec<String>,
}

impl Sink {
    /// Begins a file; its name says the format.
    pub(crate) fn create(path: &Path) -> Result<Self, Failure> {
        Self::create_on(Arc::new(Local), path)
    }

    fn create_on(disk: Arc<dyn Disk>, path: &Path) -> Result<Self, Failure> {
        let format = Format::of(path)?;
        refuse_sent(path)?;
        let part = beside(path, ".part");
        let file = disk.create(&part);
        let file = file.map_err(|error| Failure::file(format!("writing {}", part.display()), &error))?;
        let lines = BufWriter::new(file);
        Ok(Self { disk, path: path.to_owned(), part, format, lines, columns: Vec::new() })
    }

    /// Appends a row as one line of JSON text.
    pub(crate) fn row(&mut self, text: &str) -> Result<(), Failure> {
        if self.format == Format::Csv {
            for (name, _) in members(text).unwrap_or_default() {
                if !self.columns.contains(&name) {
                    self.columns.push(name);
                }
            }
        }
        let line = text.replace(['\n', '\r'], " ");
        let result = self.lines.write_all(line.as_bytes()).and_then(|()| self.lines.write_all(b"\n"));
        result.map_err(|error| self.failed(&error))
    }

    /// Completes the file and gives it its name.
    pub(crate) fn finish(mut self) -> Result<String, Failure> {
        self.complete().map_err(|error| self.failed(&error))?;
        Ok(self.path.display().to_string())
    }

    fn complete(&mut self) -> io::Result<()> {
        self.lines.flush()?;
        self.lines.get_mut().sync()?;
        match self.format {
            Format::Jsonl => self.disk.rename(&self.part, &self.path),
            Format::Csv => {
                // The columns are known only now: JSON lines become CSV in a second pass, not in memory.
                let table = beside(&self.path, ".csv.part");
                super::table::tabulate(&self.part, &self.columns, self.disk.create(&table)?)?;
                self.disk.rename(&table, &self.path)?;
                self.disk.remove(&self.part)
            }
        }
    }

    fn failed(&self, error: &io::Error) -> Failure {
        Failure::file(format!("writing {}", self.path.display()), error)
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        // A half listing must not be taken for a whole one. After `finish` it has its name and is not there any more.
        let _ = self.disk.remove(&self.part);
        let _ = self.disk.remove(&beside(&self.path, ".csv.part"));
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::fs;

    use super::*;
    use crate::disk::small::SmallDisk;

    #[test]
    fn a_table_has_every_column_that_any_row_has_and_every_digit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("leads.csv");
        let mut sink = Sink::create(&path).unwrap();
        sink.row("{\"a\":1.10,\n\"b\":\"x,\\\"y\\\"\"}").unwrap();
        sink.row(r#"{"b":null,"c":123456789012345678901234567890,"d":[1,2]}"#).unwrap();
        assert!(!path.exists(), "not before it is complete");
        sink.finish().unwrap();
        let text = fs::read_to_string(&path).unwrap();
        assert_eq!(text, "a,b,c,d\n1.10,\"x,\"\"y\"\"\",,\n,,123456789012345678901234567890,\"[1,2]\"\n");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn on_a_full_disk_the_file_is_named_and_the_one_that_was_there_stays() {
        for name in ["leads.csv", "leads.jsonl"] {
            for room in (0..400).step_by(7) {
                let folder = tempfile::tempdir().unwrap();
                let path = folder.path().join(name);
                fs::write(&path, "old").unwrap();
                let written =
                    Sink::create_on(Arc::new(SmallDisk::with_room(room)), &path).and_then(|mut sink| {
                        (0..9)
                            .try_for_each(|number| sink.row(&format!("{{\"a\":{number},\"b\":\"xyz\"}}")))?;
                        sink.finish()
                    });
                assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "{room} bytes");
                match written {
                    Ok(_) => assert!(room > 100 && fs::read(&path).unwrap().len() > 50),
                    Err(failure) => {
                        assert!(failure.exit.code() == 5 && failure.text().contains(name), "{failure:?}");
                        assert_eq!(fs::read_to_string(&path).unwrap(), "old", "{room} bytes");
                    }
                }
            }
        }
    }

    #[test]
    fn a_file_that_was_pushed_is_not_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("leads.csv.journal"), "").unwrap();
        assert_eq!(Sink::create(&folder.path().join("leads.csv")).err().unwrap().exit.code(), 2);
    }

    #[test]
    fn a_name_that_says_no_format_is_refused() {
        assert_eq!(Sink::create(Path::new("leads.xlsx")).err().unwrap().exit.code(), 2);
    }

    #[cfg(unix)]
    #[test]
    fn a_file_with_passwords_is_for_its_owner() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        for name in ["a.csv", "a.jsonl"] {
            let path = folder.path().join(name);
            let mut sink = Sink::create(&path).unwrap();
            sink.row(r#"{"password":"x"}"#).unwrap();
            sink.finish().unwrap();
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }
}

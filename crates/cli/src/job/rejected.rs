//! `FILE.rejected.jsonl`: each row that the vendor refused or that could not be sent, whole, with the reason.
//!
//! It carries what the file carries, secrets included, so it is for its owner's eyes. It is written anew when a run
//! begins, from the journal and from what it held, and grows from there; an entry is in it before the journal says
//! `rejected`, so that a kill between the two loses no reason.

use std::{
    collections::HashMap,
    fs,
    io::{self, BufWriter, Write},
    path::PathBuf,
    sync::Arc,
};

use serde::Serialize;
use serde_json::{Value, value::RawValue};

use crate::{
    disk::{Disk, DiskFile, beside},
    failure::Failure,
    journal::{Detail, RowKey},
};

/// The rejected file of a job.
#[derive(Debug)]
pub(crate) struct RejectedFile {
    disk: Arc<dyn Disk>,
    path: PathBuf,
    file: Option<Box<dyn DiskFile>>,
}

/// The file as it is written anew, beside the old one; none where nothing is in it.
#[derive(Debug)]
pub(crate) struct Rewriting {
    disk: Arc<dyn Disk>,
    path: PathBuf,
    file: Option<BufWriter<Box<dyn DiskFile>>>,
}

impl Rewriting {
    /// Adds an entry.
    pub(crate) fn entry(&mut self, entry: &str) -> Result<(), Failure> {
        self.write(entry).map_err(|error| Failure::file(format!("writing {}", self.path.display()), &error))
    }

    fn write(&mut self, entry: &str) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            None => self.file.insert(BufWriter::new(self.disk.create(&self.path)?)),
        };
        file.write_all(entry.as_bytes()).and_then(|()| file.write_all(b"\n"))
    }
}

/// What an earlier run wrote, by row.
pub(crate) type Entries = HashMap<RowKey, String>;

/// Why a row is in the file.
#[derive(Debug, Clone, Default)]
pub(crate) struct Reason {
    /// In words.
    pub(crate) text: String,
    /// The vendor's error type, or `invalid` for what was not sent.
    pub(crate) error_type: Option<String>,
    /// The column at fault.
    pub(crate) column: Option<String>,
    /// The HTTP status.
    pub(crate) status: Option<u16>,
    /// The vendor's id of the rejected record.
    pub(crate) id: Option<String>,
}

impl Reason {
    /// What the journal remembers, when the words are lost.
    pub(crate) fn remembered(detail: &Detail) -> Self {
        Self {
            text: "refused by the vendor in an earlier run".to_owned(),
            error_type: detail.code.clone(),
            column: None,
            status: detail.status,
            id: detail.id.clone(),
        }
    }

    /// The line of the file.
    pub(crate) fn entry(&self, key: RowKey, line: u64, row: &str) -> String {
        let entry = Entry {
            line,
            reason: &self.text,
            error_type: self.error_type.as_deref(),
            column: self.column.as_deref(),
            status: self.status,
            id: self.id.as_deref(),
            key,
            row: serde_json::from_str(row).unwrap_or(RawValue::NULL),
        };
        // Texts, numbers and a text that was JSON before are JSON.
        serde_json::to_string(&entry).unwrap_or_default()
    }
}

/// A line of the file.
#[derive(Serialize)]
struct Entry<'a> {
    line: u64,
    reason: &'a str,
    error_type: Option<&'a str>,
    column: Option<&'a str>,
    status: Option<u16>,
    id: Option<&'a str>,
    key: RowKey,
    row: &'a RawValue,
}

impl RejectedFile {
    pub(crate) fn new(disk: &Arc<dyn Disk>, path: PathBuf) -> Self {
        Self { disk: Arc::clone(disk), path, file: None }
    }

    /// What stands in the file from earlier runs; a last line that is torn is passed over.
    pub(crate) fn read(&self) -> Result<Entries, Failure> {
        let bytes = match fs::read(&self.path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Entries::new()),
            Err(error) => return Err(self.failed("reading", &error)),
        };
        let text = String::from_utf8_lossy(&bytes);
        Ok(text
            .lines()
            .filter_map(|line| {
                let entry: Value = serde_json::from_str(line).ok()?;
                let key = entry.get("key")?.as_str()?.parse().ok()?;
                Some((key, line.to_owned()))
            })
            .collect())
    }

    /// Begins to write the file anew. What is there stays until [`replace`](Self::replace).
    pub(crate) fn rewrite(&self) -> Rewriting {
        Rewriting { disk: Arc::clone(&self.disk), path: beside(&self.path, ".new"), file: None }
    }

    /// Puts what was written in place of all that was there, in one step.
    pub(crate) fn replace(&mut self, fresh: Rewriting) -> Result<(), Failure> {
        self.file = None;
        let replaced = match fresh.file {
            None => return self.disk.remove(&self.path).map_err(|error| self.failed("removing", &error)),
            Some(file) => file
                .into_inner()
                .map_err(io::IntoInnerError::into_error)
                .and_then(|mut file| file.sync())
                .and_then(|()| self.disk.rename(&fresh.path, &self.path)),
        };
        replaced.map_err(|error| self.failed("writing", &error))
    }

    /// Appends an entry, or nothing of it.
    pub(crate) fn append(&mut self, entry: &str) -> Result<(), Failure> {
        self.write(entry).map_err(|error| self.failed("writing", &error))
    }

    fn write(&mut self, entry: &str) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            None => self.file.insert(self.disk.append(&self.path)?),
        };
        let whole = file.length()?;
        let written = file.write_all(format!("{entry}\n").as_bytes());
        if written.is_err() {
            // The next entry must not be glued to half of this one.
            file.cut(whole)?;
        }
        written
    }

    fn failed(&self, what: &str, error: &io::Error) -> Failure {
        Failure::file(format!("{what} {}", self.path.display()), error)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::{disk::small::SmallDisk, journal::Occurrences};

    fn entries(count: usize) -> Vec<String> {
        let mut occurrences = Occurrences::default();
        let content = crate::journal::Content::of([("name", "x")]);
        let reason = Reason { text: "no".to_owned(), ..Reason::default() };
        (0..count).map(|line| reason.entry(occurrences.key(content), line as u64, "{}")).collect()
    }

    #[test]
    fn an_entry_is_in_the_file_whole_or_not_at_all_however_full_the_disk_is() {
        let entries = entries(3);
        let length = entries[0].len() + 1;
        for room in 0..length * 3 {
            let folder = tempfile::tempdir().unwrap();
            let disk = SmallDisk::with_room(u64::try_from(room).unwrap());
            let mut file = RejectedFile::new(&(Arc::new(disk.clone()) as _), folder.path().join("r.jsonl"));
            let fits: Vec<bool> = entries.iter().map(|entry| file.append(entry).is_ok()).collect();
            assert_eq!(fits, [0, 1, 2].map(|index| index < room / length), "{room} bytes");
            assert_eq!(file.read().unwrap().len(), room / length);
            disk.free(1000);
            file.append(&entries[2]).unwrap();
            let text = fs::read_to_string(folder.path().join("r.jsonl")).unwrap();
            assert_eq!(text.lines().count(), room / length + 1, "{room} bytes: {text}");
        }
    }

    #[test]
    fn what_stood_in_the_file_stays_until_the_new_one_is_whole() {
        let entries = entries(3);
        let whole = entries.iter().map(|entry| entry.len() + 1).sum::<usize>();
        for room in 0..=whole {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("r.jsonl");
            fs::write(&path, format!("{}\n", entries[0])).unwrap();
            let disk = SmallDisk::with_room(u64::try_from(room).unwrap());
            let mut file = RejectedFile::new(&(Arc::new(disk) as _), path);
            let mut fresh = file.rewrite();
            let written = entries.iter().try_for_each(|entry| fresh.entry(entry));
            let replaced = written.and_then(|()| file.replace(fresh));
            assert_eq!(replaced.is_ok(), room == whole, "{room} bytes");
            assert_eq!(file.read().unwrap().len(), if room == whole { 3 } else { 1 });
        }
    }
}

//! `FILE.rejected.jsonl`: each row that the vendor refused or that could not be sent, whole, with the reason.
//!
//! It carries what the file carries, secrets included, so it is for its owner's eyes. It is written anew when a run
//! begins, from the journal and from what it held, and grows from there; an entry is in it before the journal says
//! `rejected`, so that a kill between the two loses no reason.

use std::{
    collections::HashMap,
    fs::{self, File, OpenOptions},
    io::{self, BufWriter, Write},
    path::PathBuf,
};

use serde::Serialize;
use serde_json::{Value, value::RawValue};

use crate::{
    failure::Failure,
    journal::{Detail, RowKey, close_to_others, private, sync_folder},
};

/// The rejected file of a job.
#[derive(Debug)]
pub(crate) struct RejectedFile {
    path: PathBuf,
    file: Option<File>,
}

/// The file as it is written anew, beside the old one; none where nothing is in it.
#[derive(Debug)]
pub(crate) struct Rewriting {
    path: PathBuf,
    file: Option<BufWriter<File>>,
}

impl Rewriting {
    /// Adds an entry.
    pub(crate) fn entry(&mut self, entry: &str) -> Result<(), Failure> {
        self.write(entry).map_err(|error| Failure::file(format!("writing {}", self.path.display()), &error))
    }

    fn write(&mut self, entry: &str) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            None => {
                let file =
                    private(OpenOptions::new().write(true).create(true).truncate(true)).open(&self.path)?;
                close_to_others(&file)?;
                self.file.insert(BufWriter::new(file))
            }
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
    pub(crate) fn new(path: PathBuf) -> Self {
        Self { path, file: None }
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
        let mut path = self.path.clone().into_os_string();
        path.push(".new");
        Rewriting { path: PathBuf::from(path), file: None }
    }

    /// Puts what was written in place of all that was there, in one step.
    pub(crate) fn replace(&mut self, fresh: Rewriting) -> Result<(), Failure> {
        self.file = None;
        let replaced = match fresh.file {
            None => match fs::remove_file(&self.path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(self.failed("removing", &error));
                }
                _ => Ok(()),
            },
            Some(file) => file
                .into_inner()
                .map_err(io::IntoInnerError::into_error)
                .and_then(|file| file.sync_all())
                .and_then(|()| fs::rename(&fresh.path, &self.path))
                .and_then(|()| sync_folder(&self.path)),
        };
        replaced.map_err(|error| self.failed("writing", &error))
    }

    /// Appends an entry.
    pub(crate) fn append(&mut self, entry: &str) -> Result<(), Failure> {
        let result = match &mut self.file {
            Some(file) => file.write_all(format!("{entry}\n").as_bytes()),
            None => {
                private(OpenOptions::new().append(true).create(true)).open(&self.path).and_then(|mut file| {
                    close_to_others(&file)?;
                    file.write_all(format!("{entry}\n").as_bytes())?;
                    self.file = Some(file);
                    Ok(())
                })
            }
        };
        result.map_err(|error| self.failed("writing", &error))
    }

    fn failed(&self, what: &str, error: &io::Error) -> Failure {
        Failure::file(format!("{what} {}", self.path.display()), error)
    }
}

//! `FILE.rejected.jsonl`: each row that the vendor refused or that could not be sent, whole, with the reason.
//!
//! It carries what the file carries, secrets included, so it is for its owner's eyes. It is written anew when a run
//! begins, from the journal and from what it held, and grows from there; an entry is in it before the journal says
//! `rejected`, so that a kill between the two loses no reason.

use std::{
    collections::HashMap,
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::PathBuf,
};

use serde_json::{Value, json};

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
    pub(crate) fn entry(&self, key: Option<RowKey>, line: u64, row: &Value) -> String {
        json!({
            "line": line,
            "reason": self.text,
            "error_type": self.error_type,
            "column": self.column,
            "status": self.status,
            "id": self.id,
            "key": key,
            "row": row,
        })
        .to_string()
    }
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

    /// Puts these entries in place of all that was there, in one step.
    pub(crate) fn replace(&mut self, entries: &[String]) -> Result<(), Failure> {
        self.file = None;
        if entries.is_empty() {
            return match fs::remove_file(&self.path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(self.failed("removing", &error)),
                _ => Ok(()),
            };
        }
        let mut fresh = self.path.clone().into_os_string();
        fresh.push(".new");
        let fresh = PathBuf::from(fresh);
        let write = || -> io::Result<()> {
            let mut file =
                private(OpenOptions::new().write(true).create(true).truncate(true)).open(&fresh)?;
            close_to_others(&file)?;
            let mut text = entries.join("\n");
            text.push('\n');
            file.write_all(text.as_bytes())?;
            file.sync_all()?;
            fs::rename(&fresh, &self.path)?;
            sync_folder(&self.path)
        };
        write().map_err(|error| self.failed("writing", &error))
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

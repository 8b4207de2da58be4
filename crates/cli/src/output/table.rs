//! JSON lines as a table, in a second pass: the columns are known only when all rows are there.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, BufWriter},
    path::Path,
};

use crate::{disk::DiskFile, secrets::members};

/// Every name that a row has, in order of appearance.
pub(super) fn columns(lines: &Path) -> io::Result<Vec<String>> {
    let mut columns: Vec<String> = Vec::new();
    for line in BufReader::new(File::open(lines)?).lines() {
        for (name, _) in members(&line?).unwrap_or_default() {
            if !columns.contains(&name) {
                columns.push(name);
            }
        }
    }
    Ok(columns)
}

/// Writes the rows of `lines` as CSV into `table`.
pub(super) fn tabulate(lines: &Path, columns: &[String], table: Box<dyn DiskFile>) -> io::Result<()> {
    let mut writer = csv::Writer::from_writer(BufWriter::new(table));
    if !columns.is_empty() {
        writer.write_record(columns)?;
    }
    for line in BufReader::new(File::open(lines)?).lines() {
        let members = members(&line?).unwrap_or_default();
        writer.write_record(columns.iter().map(|column| {
            let found = members.iter().find(|(name, _)| name == column);
            found.map_or_else(String::new, |(_, value)| cell(value.get()))
        }))?;
    }
    writer.flush()?;
    let buffer = writer.into_inner().map_err(|error| io::Error::other(error.to_string()))?;
    buffer.into_inner().map_err(io::IntoInnerError::into_error)?.sync()
}

/// A JSON value as the cell of a table: a string's content, nothing for `null`, anything else as its text.
pub(crate) fn cell(value: &str) -> String {
    match serde_json::from_str::<Option<String>>(value) {
        Ok(text) => text.unwrap_or_default(),
        Err(_) => value.to_owned(),
    }
}

//! Reading a CSV file row by row, each with its line, and saying exactly what is wrong with a row.

use std::{fs::File, io, path::Path, sync::Arc};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use csv::ByteRecord;
use serde_json::{Value, json};

use super::{BadRow, Row};
use crate::failure::Failure;

/// A CSV file being read.
pub(crate) struct Table {
    path: String,
    reader: csv::Reader<File>,
    columns: Arc<[String]>,
    record: ByteRecord,
}

impl Table {
    /// Opens a file and reads its header.
    pub(crate) fn open(path: &Path) -> Result<Self, Failure> {
        let shown = path.display().to_string();
        let file = File::open(path).map_err(|error| Failure::file(format!("opening {shown}"), &error))?;
        let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(file);
        let mut record = ByteRecord::new();
        let found = reader.read_byte_record(&mut record).map_err(|error| broken(&shown, error))?;
        if !found {
            return Err(Failure::usage(format!("{shown} is empty; its first line must name the columns")));
        }
        let columns = header(&shown, &record)?;
        Ok(Self { path: shown, reader, columns, record })
    }

    /// The names of the columns.
    pub(crate) fn columns(&self) -> &[String] {
        &self.columns
    }

    /// The next row, good or bad; `None` at the end.
    pub(crate) fn next(&mut self) -> Result<Option<Result<Row, BadRow>>, Failure> {
        let found =
            self.reader.read_byte_record(&mut self.record).map_err(|error| broken(&self.path, error))?;
        Ok(found.then(|| self.row()))
    }

    fn row(&self) -> Result<Row, BadRow> {
        let line = self.record.position().map_or(0, csv::Position::line);
        let bad = |column: Option<&String>, demand: String| BadRow {
            line,
            column: column.cloned(),
            demand,
            content: raw_content(&self.record).to_string(),
        };
        let mut cells = Vec::with_capacity(self.columns.len());
        for (index, cell) in self.record.iter().enumerate() {
            let column = self.columns.get(index);
            match std::str::from_utf8(cell) {
                Ok(text) if text.contains(['\n', '\r']) => {
                    let demand = "holds a line break; is a quote opened and not closed?";
                    return Err(bad(column, demand.to_owned()));
                }
                Ok(text) => cells.push(text.to_owned()),
                Err(error) => {
                    let at = error.valid_up_to() + 1;
                    return Err(bad(column, format!("is not UTF-8 at its byte {at}")));
                }
            }
        }
        if cells.len() != self.columns.len() {
            let demand = format!("has {} cells; the header has {}", cells.len(), self.columns.len());
            return Err(bad(self.columns.get(cells.len()), demand));
        }
        Ok(Row::of_cells(line, &self.columns, cells))
    }
}

fn broken(path: &str, error: csv::Error) -> Failure {
    let text = error.to_string();
    match error.into_kind() {
        csv::ErrorKind::Io(error) => Failure::file(format!("reading {path}"), &error),
        _ => Failure::file(format!("reading {path}"), &io::Error::other(text)),
    }
}

/// The header's names: text, none empty, none twice.
fn header(path: &str, record: &ByteRecord) -> Result<Arc<[String]>, Failure> {
    let mut columns: Vec<String> = Vec::with_capacity(record.len());
    for (index, cell) in record.iter().enumerate() {
        let number = index + 1;
        let cell = if index == 0 { cell.strip_prefix(b"\xef\xbb\xbf").unwrap_or(cell) } else { cell };
        let name = std::str::from_utf8(cell)
            .map_err(|_| Failure::usage(format!("{path}, line 1, column {number}: the name is not UTF-8")))?
            .trim();
        if name.is_empty() {
            return Err(Failure::usage(format!("{path}, line 1, column {number}: the column has no name")));
        }
        if columns.iter().any(|other| other == name) {
            return Err(Failure::usage(format!(
                "{path}, line 1, column {number}: there are two columns `{name}`"
            )));
        }
        columns.push(name.to_owned());
    }
    if let [only] = columns.as_slice()
        && only.contains([';', '\t'])
    {
        return Err(Failure::usage(format!("{path}, line 1: columns are separated by commas")));
    }
    Ok(columns.into())
}

/// A record that is not a row: its cells, as bytes in base64 where one is not text.
fn raw_content(record: &ByteRecord) -> Value {
    record.iter().map(text_or_bytes).collect()
}

/// Bytes as JSON: a text, or else base64.
pub(super) fn text_or_bytes(bytes: &[u8]) -> Value {
    match std::str::from_utf8(bytes) {
        Ok(text) => json!(text),
        Err(_) => json!({ "base64": STANDARD.encode(bytes) }),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use super::*;

    fn rows(text: &[u8]) -> Result<Vec<Result<Row, BadRow>>, Failure> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("f.csv");
        std::fs::write(&path, text).unwrap();
        let mut table = Table::open(&path)?;
        let mut rows = Vec::new();
        while let Some(row) = table.next()? {
            rows.push(row);
        }
        Ok(rows)
    }

    #[test]
    fn a_bad_row_is_named_by_line_and_column_and_the_others_go_on() {
        let text =
            b"ip,email\n1.1.1.1,a@b.c\n2.2.2.2\n3.3.3.3,a,b\n4.4.4.4,\xff\xfe\n5.5.5.5,\"x\ny\"\n6.6.6.6,\n";
        let rows = rows(text).unwrap();
        let said: Vec<String> = rows
            .iter()
            .map(|row| match row {
                Ok(row) => format!("line {} ok", row.line),
                Err(bad) => bad.sentence(),
            })
            .collect();
        assert_eq!(
            said,
            [
                "line 2 ok",
                "line 3, column `email`: has 1 cells; the header has 2",
                "line 4: has 3 cells; the header has 2",
                "line 5, column `email`: is not UTF-8 at its byte 1",
                "line 6, column `email`: holds a line break; is a quote opened and not closed?",
                "line 8 ok",
            ]
        );
    }

    #[test]
    fn an_empty_cell_is_no_value_and_a_byte_order_mark_is_no_part_of_a_name() {
        let rows = rows(b"\xef\xbb\xbfip,email\n1.1.1.1,\n").unwrap();
        let row = rows[0].as_ref().unwrap();
        assert_eq!(row.values().collect::<Vec<_>>(), [("ip", "1.1.1.1")]);
    }

    #[test]
    fn a_header_that_cannot_be_read_is_refused_before_any_row() {
        let table: [(&[u8], &str); 5] = [
            (b"", "is empty"),
            (b"ip,ip\n", "two columns `ip`"),
            (b"ip,,x\n", "column 2: the column has no name"),
            (b"ip;email\n", "separated by commas"),
            (b"ip,\xff\n", "column 2: the name is not UTF-8"),
        ];
        for (text, expected) in table {
            let failure = rows(text).unwrap_err();
            assert_eq!(failure.exit.code(), 2);
            assert!(failure.text().contains(expected), "{}", failure.text());
        }
    }

    #[test]
    fn what_is_not_text_is_kept_byte_for_byte() {
        let rows = rows(b"a\n\xff\x00\n").unwrap();
        let bad = rows[0].as_ref().unwrap_err();
        assert_eq!(bad.content, r#"[{"base64":"/wA="}]"#);
    }
}

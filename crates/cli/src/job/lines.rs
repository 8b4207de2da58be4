//! Reading a file of JSON lines: an object on each, and exactly what is wrong with one that is none.

use std::{
    fs::File,
    io::{BufRead, BufReader},
    path::Path,
};

use super::{BadRow, Row, table::text_or_bytes};
use crate::{failure::Failure, secrets::members};

/// A file of JSON lines being read.
pub(crate) struct Lines {
    path: String,
    reader: BufReader<File>,
    number: u64,
    buffer: Vec<u8>,
    /// Whether the members of an object are names and values, none nested.
    flat: bool,
}

impl Lines {
    /// Opens a file.
    pub(crate) fn open(path: &Path, flat: bool) -> Result<Self, Failure> {
        let shown = path.display().to_string();
        let file = File::open(path).map_err(|error| Failure::file(format!("opening {shown}"), &error))?;
        let reader = BufReader::with_capacity(64 * 1024, file);
        Ok(Self { path: shown, reader, number: 0, buffer: Vec::new(), flat })
    }

    /// The next row, good or bad; `None` at the end. Blank lines are none.
    pub(crate) fn next(&mut self) -> Result<Option<Result<Row, BadRow>>, Failure> {
        loop {
            self.buffer.clear();
            self.number += 1;
            let length = self.reader.read_until(b'\n', &mut self.buffer);
            let length = length.map_err(|error| Failure::file(format!("reading {}", self.path), &error))?;
            if length == 0 {
                return Ok(None);
            }
            let mark = if self.number == 1 { self.buffer.strip_prefix(b"\xef\xbb\xbf") } else { None };
            let line = mark.unwrap_or(&self.buffer).trim_ascii();
            if !line.is_empty() {
                return Ok(Some(self.row(line)));
            }
        }
    }

    fn row(&self, line: &[u8]) -> Result<Row, BadRow> {
        let bad = |demand: String| BadRow {
            line: self.number,
            column: None,
            demand,
            content: text_or_bytes(line).to_string(),
        };
        let text = std::str::from_utf8(line)
            .map_err(|error| bad(format!("is not UTF-8 at its byte {}", error.valid_up_to() + 1)))?;
        let members = members(text).ok_or_else(|| bad("must be one JSON object".to_owned()))?;
        let row = Row::of_text(self.number, text.to_owned());
        if !self.flat {
            return Ok(row);
        }
        let mut values: Vec<(String, String)> = Vec::with_capacity(members.len());
        for (name, value) in members {
            let value = match value.get() {
                "null" => continue,
                value if value.starts_with(['{', '[']) => {
                    return Err(row.bad(Some(&name), "must be a text, a number or a truth value"));
                }
                value if value.starts_with('"') => {
                    serde_json::from_str(value).map_err(|_| row.bad(Some(&name), "must be a text"))?
                }
                value => value.to_owned(),
            };
            if values.iter().any(|(other, _)| *other == name) {
                return Err(row.bad(Some(&name), "is there twice"));
            }
            values.push((name, value));
        }
        Ok(Row::of_members(self.number, values, text.to_owned()))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn rows(text: &[u8], flat: bool) -> Vec<Result<Row, BadRow>> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("f.jsonl");
        std::fs::write(&path, text).unwrap();
        let mut lines = Lines::open(&path, flat).unwrap();
        std::iter::from_fn(|| lines.next().unwrap()).collect()
    }

    #[test]
    fn a_bad_line_is_named_and_the_others_go_on() {
        let text = b"\xef\xbb\xbf{\"a\":1.10}\n\n[1]\n{\"a\":\n\xff\n {\"a\":null,\"b\":\"\",\"c\":true} \r\n{\"a\":{}}\n{\"a\":1,\"a\":2}";
        let said: Vec<String> = rows(text, true)
            .iter()
            .map(|row| match row {
                Ok(row) => format!("{} {:?}", row.line, row.values().collect::<Vec<_>>()),
                Err(bad) => bad.sentence(),
            })
            .collect();
        assert_eq!(
            said,
            [
                r#"1 [("a", "1.10")]"#,
                "line 3: must be one JSON object",
                "line 4: must be one JSON object",
                "line 5: is not UTF-8 at its byte 1",
                r#"6 [("b", ""), ("c", "true")]"#,
                "line 7, column `a`: must be a text, a number or a truth value",
                "line 8, column `a`: is there twice",
            ]
        );
    }

    #[test]
    fn a_record_keeps_its_text() {
        let text = r#"{"b":{"n":12345678901234567890123}, "a":1.10}"#;
        let rows = rows(text.as_bytes(), false);
        let row = rows[0].as_ref().unwrap();
        assert_eq!((row.text(), row.content().as_str()), (Some(text), text));
    }
}

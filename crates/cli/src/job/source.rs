//! A file of rows in whatever form its job takes.

use super::{BadRow, Files, Row, Table, lines::Lines};
use crate::failure::Failure;

/// The form of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// A header line and cells.
    Csv,
    /// A JSON object on each line, its members as names and values.
    Members,
    /// A JSON object on each line, as it is.
    Objects,
}

/// A file being read, row by row.
pub(crate) enum Source {
    /// Cells.
    Csv(Table),
    /// JSON lines.
    Lines(Lines),
}

impl Source {
    /// Opens the rows of a job.
    pub(crate) fn open(files: &Files) -> Result<Self, Failure> {
        Ok(match files.form {
            Form::Csv => Self::Csv(Table::open(&files.rows)?),
            Form::Members => Self::Lines(Lines::open(&files.rows, true)?),
            Form::Objects => Self::Lines(Lines::open(&files.rows, false)?),
        })
    }

    /// The names of the columns; none where each row has its own.
    pub(crate) fn columns(&self) -> Option<&[String]> {
        match self {
            Self::Csv(table) => Some(table.columns()),
            Self::Lines(_) => None,
        }
    }

    /// The next row, good or bad; `None` at the end.
    pub(crate) fn next(&mut self) -> Result<Option<Result<Row, BadRow>>, Failure> {
        match self {
            Self::Csv(table) => table.next(),
            Self::Lines(lines) => lines.next(),
        }
    }
}

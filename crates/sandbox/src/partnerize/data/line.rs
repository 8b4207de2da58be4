//! A line of CSV, written cell by cell to the end of a text.

use std::fmt::{Display, Write as _};

use super::zone::Zone;

/// A line that is being written.
#[derive(Debug)]
pub(super) struct Line<'a> {
    text: &'a mut String,
    delimiter: char,
    begun: bool,
}

impl<'a> Line<'a> {
    pub(super) fn new(text: &'a mut String, delimiter: char) -> Self {
        Self { text, delimiter, begun: false }
    }

    /// Cells with a blank in them stand in quotes, as in the manual.
    pub(super) fn cell(&mut self, cell: &str) -> &mut Self {
        self.part();
        if cell.contains([' ', '"', '\n', self.delimiter]) {
            self.text.push('"');
            self.text.push_str(&cell.replace('"', "\"\""));
            self.text.push('"');
        } else {
            self.text.push_str(cell);
        }
        self
    }

    /// A cell without anything that needs quotes, such as a number or an id.
    pub(super) fn plain(&mut self, cell: impl Display) -> &mut Self {
        self.part();
        // Writing to a string does not fail.
        let _ = write!(self.text, "{cell}");
        self
    }

    pub(super) fn time(&mut self, zone: &Zone, at: Option<i64>) -> &mut Self {
        self.part();
        if let Some(at) = at {
            let _ = write!(self.text, "\"{}\"", zone.plain(at));
        }
        self
    }

    /// Cells that have been written already.
    pub(super) fn written(&mut self, cells: &str) -> &mut Self {
        self.part();
        self.text.push_str(cells);
        self
    }

    pub(super) fn end(&mut self) {
        self.text.push('\n');
    }

    fn part(&mut self) {
        if self.begun {
            self.text.push(self.delimiter);
        }
        self.begun = true;
    }
}

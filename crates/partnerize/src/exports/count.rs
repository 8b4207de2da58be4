//! Counts the rows of a CSV that passes by, without reading it, and as a reader would count them.

use memchr::{memchr, memchr3};

/// Where in the CSV the next byte stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum At {
    /// Behind a line end, or at the beginning: what would be an empty line is none.
    #[default]
    Line,
    /// Behind a delimiter: only here, and at the beginning of a line, a quote opens.
    Field,
    /// Inside of a field.
    Text,
    Quoted,
    /// Behind a quote inside of quotes: a second one is part of the text.
    Quote,
}

/// Lines outside of quotes that are not empty. Chunks may end anywhere.
#[derive(Debug)]
pub(super) struct LineCount {
    delimiter: u8,
    lines: u64,
    at: At,
}

impl LineCount {
    pub(super) fn new(delimiter: u8) -> Self {
        Self { delimiter, lines: 0, at: At::Line }
    }

    pub(super) fn add(&mut self, mut bytes: &[u8]) {
        while let [next, ..] = bytes {
            let passed = match self.at {
                At::Quoted => memchr(b'"', bytes),
                At::Quote if *next == b'"' => Some(0),
                _ => memchr3(b'"', b'\n', b'\r', bytes),
            };
            let (plain, marked) = bytes.split_at(passed.unwrap_or(bytes.len()));
            if let Some(last) = plain.last().filter(|_| self.at != At::Quoted) {
                self.at = self.behind(*last);
            }
            let Some((mark, rest)) = marked.split_first() else { return };
            self.at = match (self.at, mark) {
                (At::Quoted, _) => At::Quote,
                (At::Line | At::Field | At::Quote, b'"') => At::Quoted,
                (_, b'"') => At::Text,
                (at, _) => {
                    self.lines += u64::from(at != At::Line);
                    At::Line
                }
            };
            bytes = rest;
        }
    }

    fn behind(&self, byte: u8) -> At {
        match byte {
            byte if byte == self.delimiter => At::Field,
            _ => At::Text,
        }
    }

    /// The rows beneath the header.
    pub(super) fn rows(&self) -> u64 {
        (self.lines + u64::from(self.at != At::Line)).saturating_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::table::{Read, Table};
    use super::*;

    fn counted<'a>(chunks: impl IntoIterator<Item = &'a [u8]>) -> u64 {
        let mut count = LineCount::new(b',');
        chunks.into_iter().for_each(|chunk| count.add(chunk));
        count.rows()
    }

    /// As many as whoever reads them gets.
    fn read(text: &str) -> u64 {
        let mut table = Table::new(b',', &[]);
        table.push(text.as_bytes());
        if !text.is_empty() {
            table.push(b"");
        }
        let mut rows = 0;
        while let Ok(Read::Row(_)) = table.next() {
            rows += 1;
        }
        rows
    }

    #[test]
    fn rows_are_what_stands_beneath_the_header() {
        for (text, expected) in [
            ("", 0),
            ("a,b", 0),
            ("a,b\n", 0),
            ("a,b\n1,2", 1),
            ("a,b\r\n1,2\r\n", 1),
            ("a,b\n\"x\ny\",2\n3,4\n", 2),
            ("a,b\n\"x\"\"\ny\",2\n", 1),
            ("a,b\n24\" screen,2\n3,\"\"\n\n\n", 2),
        ] {
            assert_eq!((counted([text.as_bytes()]), read(text)), (expected, expected), "{text:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn as_many_are_counted_as_are_read_wherever_chunks_end(
            text in "([a\",\r\n]|[a-z]{20,40}){0,60}",
            size in 1_usize..100,
        ) {
            prop_assert_eq!(counted(text.as_bytes().chunks(size)), read(&text));
        }
    }
}

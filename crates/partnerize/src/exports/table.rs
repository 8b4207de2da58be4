//! Records out of CSV that comes in chunks. It knows no column.

use std::sync::Arc;

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

/// A record longer than this is a quote that nobody closed, and would fill the memory.
pub(super) const LONGEST: usize = 1024 * 1024;

/// The names of the columns, in their order.
#[derive(Debug, Default)]
pub(super) struct Header {
    pub(super) names: Vec<String>,
    /// Where each known column is.
    pub(super) places: Vec<Option<usize>>,
}

impl Header {
    #[inline]
    fn new(record: &Record, known: &[&str]) -> Self {
        let names: Vec<String> = record.fields().map(|name| name.trim().to_owned()).collect();
        let place = |wanted: &&str| names.iter().position(|name| name == wanted);
        Self { places: known.iter().map(place).collect(), names }
    }
}

/// The fields of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Record {
    text: Box<str>,
    /// Where each field ends.
    ends: Box<[usize]>,
}

impl Record {
    fn new(bytes: &[u8], ends: &[usize]) -> Self {
        match std::str::from_utf8(bytes) {
            Ok(text) => Self { text: text.into(), ends: ends.into() },
            Err(_) => Self::lossy(bytes, ends),
        }
    }

    /// Fields that are not UTF-8 lose what is not.
    #[inline]
    fn lossy(bytes: &[u8], ends: &[usize]) -> Self {
        let mut text = String::new();
        let mut start = 0;
        let mut told = Vec::with_capacity(ends.len());
        for end in ends {
            text.push_str(&String::from_utf8_lossy(bytes.get(start..*end).unwrap_or_default()));
            told.push(text.len());
            start = *end;
        }
        Self { text: text.into(), ends: told.into() }
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn get(&self, place: usize) -> Option<&str> {
        let start = place.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied())?;
        self.text.get(start..*self.ends.get(place)?)
    }

    pub(super) fn fields(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map_while(|place| self.get(place))
    }
}

/// What came of the bytes so far.
#[derive(Debug)]
pub(super) enum Read {
    /// A row beneath the header.
    Row(Record),
    /// Nothing more without more bytes.
    More,
    /// Nothing more at all.
    End,
}

/// A record that is longer than [`LONGEST`].
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TooLong;

/// Reads records. Bytes go in with [`push`](Self::push); no bytes stand for the end.
pub(super) struct Table {
    reader: Reader,
    known: &'static [&'static str],
    header: Option<Arc<Header>>,
    input: Vec<u8>,
    read: usize,
    fields: Vec<u8>,
    filled: usize,
    ends: Vec<usize>,
    ended: usize,
    /// No more bytes come.
    last: bool,
}

impl std::fmt::Debug for Table {
    #[inline]
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Table").field("header", &self.header).finish_non_exhaustive()
    }
}

impl Table {
    #[inline]
    pub(super) fn new(delimiter: u8, known: &'static [&'static str]) -> Self {
        Self {
            reader: ReaderBuilder::new().delimiter(delimiter).build(),
            known,
            header: None,
            input: Vec::new(),
            read: 0,
            fields: vec![0; 1024],
            filled: 0,
            ends: vec![0; 64],
            ended: 0,
            last: false,
        }
    }

    /// The columns, once the header was read.
    pub(super) fn header(&self) -> Option<&Arc<Header>> {
        self.header.as_ref()
    }

    /// More bytes; none at the end.
    #[inline]
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.input.drain(..self.read);
        self.read = 0;
        self.input.extend_from_slice(bytes);
        self.last |= bytes.is_empty();
    }

    #[inline]
    pub(super) fn next(&mut self) -> Result<Read, TooLong> {
        loop {
            match self.record()? {
                Step::Record(record) if self.header.is_none() => {
                    self.header = Some(Arc::new(Header::new(&record, self.known)));
                }
                Step::Record(record) => return Ok(Read::Row(record)),
                Step::More => return Ok(Read::More),
                Step::End => return Ok(Read::End),
            }
        }
    }

    #[inline]
    fn record(&mut self) -> Result<Step, TooLong> {
        loop {
            let input = self.input.get(self.read..).unwrap_or_default();
            // To the reader an empty input is the end.
            if input.is_empty() && !self.last {
                return Ok(Step::More);
            }
            let fields = self.fields.get_mut(self.filled..).unwrap_or_default();
            let ends = self.ends.get_mut(self.ended..).unwrap_or_default();
            let (result, read, filled, ended) = self.reader.read_record(input, fields, ends);
            self.read += read;
            self.filled += filled;
            self.ended += ended;
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull if self.fields.len() >= LONGEST => return Err(TooLong),
                ReadRecordResult::OutputFull => self.fields.resize(self.fields.len() * 2, 0),
                ReadRecordResult::OutputEndsFull if self.ends.len() >= LONGEST => return Err(TooLong),
                ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
                ReadRecordResult::Record => {
                    let fields = self.fields.get(..self.filled).unwrap_or_default();
                    let record = Record::new(fields, self.ends.get(..self.ended).unwrap_or_default());
                    (self.filled, self.ended) = (0, 0);
                    return Ok(Step::Record(record));
                }
                ReadRecordResult::End => return Ok(Step::End),
            }
        }
    }
}

enum Step {
    Record(Record),
    More,
    End,
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(bytes: &[u8], size: usize, delimiter: u8) -> Result<Vec<Vec<String>>, TooLong> {
        let mut table = Table::new(delimiter, &["b", "missing"]);
        let mut rows = Vec::new();
        for chunk in bytes.chunks(size).chain([[].as_slice()]) {
            table.push(chunk);
            while let Read::Row(row) = table.next()? {
                rows.push(row.fields().map(str::to_owned).collect());
            }
        }
        if let Some(header) = table.header() {
            rows.insert(0, header.names.clone());
        }
        Ok(rows)
    }

    #[test]
    fn known_columns_are_found_wherever_they_stand() {
        let mut table = Table::new(b'|', &["b", "missing"]);
        table.push(b"a|b\n1|2");
        assert!(matches!(table.next(), Ok(Read::More)));
        table.push(b"");
        let Ok(Read::Row(row)) = table.next() else { panic!("the last row has no line end") };
        let header = table.header().unwrap();
        assert_eq!(header.places, [Some(1), None]);
        assert_eq!((row.get(1), row.get(2)), (Some("2"), None));
        assert!(matches!(table.next(), Ok(Read::End)));
    }

    #[test]
    fn nothing_at_all_has_neither_header_nor_rows() {
        assert_eq!(read(b"", 1, b','), Ok(Vec::new()));
    }

    #[test]
    fn a_quote_that_nobody_closes_does_not_fill_the_memory() {
        let mut text = b"a,b\n\"".to_vec();
        text.resize(2 * LONGEST, b'x');
        assert_eq!(read(&text, 65_536, b','), Err(TooLong));
    }

    #[test]
    fn what_is_not_utf_8_costs_its_own_field_only() {
        let rows = read(b"a,b\n\xff1,gr\xc3\xbcn\n", 3, b',').unwrap();
        assert_eq!(rows[1], ["\u{fffd}1", "grün"]);
    }

    proptest! {
        #[test]
        fn what_was_written_is_read_wherever_chunks_end(
            rows in proptest::collection::vec(proptest::collection::vec("[a-zA-Z0-9äß🎉 ,|\t\"\r\n]{0,12}", 3), 1..8),
            delimiter in proptest::sample::select(vec![b',', b'\t', b'|']),
            line_end in proptest::sample::select(vec!["\n", "\r\n"]),
            size in 1_usize..50,
        ) {
            let mut written = String::new();
            for row in &rows {
                let fields: Vec<String> = row.iter().map(|field| format!("\"{}\"", field.replace('"', "\"\""))).collect();
                written.push_str(&fields.join(&char::from(delimiter).to_string()));
                written.push_str(line_end);
            }
            let mut expected = rows;
            for name in &mut expected[0] {
                *name = name.trim().to_owned();
            }
            prop_assert_eq!(read(written.as_bytes(), size, delimiter).unwrap(), expected);
        }
    }
}

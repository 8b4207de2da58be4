//! The journal of the program's file jobs. Its reader lives in the program; it is compiled here from the same files.

#[allow(dead_code)]
#[path = "../../../crates/cli/src/journal/record.rs"]
mod record;
#[allow(dead_code)]
#[path = "../../../crates/cli/src/journal/replay.rs"]
mod replay;
#[allow(dead_code)]
#[path = "../../../crates/cli/src/journal/row.rs"]
mod row;

use self::{
    record::Record,
    replay::{Replay, replay},
};

/// A journal of these bytes, and one of the records in them that lack their checksum.
///
/// # Panics
/// If the reader does what it must not.
pub fn journal(bytes: &[u8]) {
    holds(bytes);
    let records = bytes.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok());
    let mut sealed = Vec::new();
    for record in records {
        let record: Record = record;
        let line = record.line().unwrap();
        assert_eq!(Record::read(line.trim_end().as_bytes()), Some(record));
        sealed.extend(line.into_bytes());
    }
    let read = holds(&sealed);
    assert!(read.is_some_and(|read| read.torn == 0), "whole records are whole");
    sealed.extend(bytes);
    holds(&sealed);
}

/// What is read of them, if they are a journal: each byte is whole or torn, and what is whole says the same again.
fn holds(bytes: &[u8]) -> Option<Replay> {
    let first = replay(bytes).ok()?;
    let whole = usize::try_from(first.whole).unwrap();
    assert_eq!(whole + usize::try_from(first.torn).unwrap(), bytes.len());
    let again = replay(&bytes[..whole]).ok().unwrap();
    assert_eq!((&again.rows, again.torn), (&first.rows, 0));
    Some(first)
}

//! A row of an export.

use std::{fmt, marker::PhantomData, sync::Arc};

use super::table::{Header, Record};

/// A row of an export: the known columns by their methods, every column by its name.
///
/// ```no_run
/// # fn read(row: afflux_partnerize::exports::ExportRow<afflux_partnerize::exports::ConversionItems>) -> Result<(), afflux_partnerize::Error> {
/// println!("{:?} {:?}", row.conversion_id(), row.item_publisher_commission()?);
/// println!("{:?} {:?}", row.meta_item("cabin_code"), row.get("a_column_of_tomorrow"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct ExportRow<K> {
    header: Arc<Header>,
    record: Record,
    number: u64,
    kind: PhantomData<fn() -> K>,
}

impl<K> ExportRow<K> {
    pub(super) fn new(header: Arc<Header>, record: Record, number: u64) -> Self {
        Self { header, record, number, kind: PhantomData }
    }

    /// Which row it is, from 1; the header is none.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// The text of a column; `None` where the export has no such column.
    pub fn get(&self, column: &str) -> Option<&str> {
        let place = self.header.names.iter().position(|name| name == column)?;
        self.record.get(place)
    }

    /// The names of all columns with their texts, in the export's order.
    pub fn columns(&self) -> impl Iterator<Item = (&str, &str)> {
        self.header.names.iter().map(String::as_str).zip(self.record.fields())
    }

    pub(super) fn known(&self, column: usize) -> Option<&str> {
        let place = (*self.header.places.get(column)?)?;
        self.record.get(place).filter(|text| !text.is_empty())
    }
}

impl<K> fmt::Debug for ExportRow<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.columns()).finish()
    }
}

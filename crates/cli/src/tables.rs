//! How tables look: columns and blanks, so that they can be read and cut.

use comfy_table::{ContentArrangement, Table, presets};

/// A table with a header line and no borders.
pub(crate) fn plain(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(header.iter().map(|name| name.to_uppercase()));
    table
}

/// A table with lines, for people only.
pub(crate) fn framed(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(header.iter().copied());
    table
}

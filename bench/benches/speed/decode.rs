//! Pages of conversions: with their source kept, row by row, and as text, beside owned structs that drop the rest.

use std::hint::black_box;

use afflux_bench::{Failure, Goal, Options, Side, compare};
use afflux_partnerize::{
    core::decode::{self, Layout},
    generated::Conversion,
};
use bytes::Bytes;

use super::conversions::{self, ROWS};

/// Pages in one measured run: one page alone is too short to be measured.
const PAGES: u32 = 40;

const LAYOUT: Layout = Layout {
    at: "conversions",
    or_under: None,
    wrapped: Some("conversion_data"),
    keyed: false,
    optional: false,
};

/// Prints the comparisons.
pub(crate) fn run(options: &Options) -> Result<(), Failure> {
    let page = Bytes::from(conversions::page());
    let units = (PAGES * ROWS, "row");
    let rounds = options.rounds(15);
    compare(
        "decoding pages of 300 conversions, source kept, dates and exact decimals",
        units,
        rounds,
        &mut Side { name: "afflux", run: &mut || typed(&page) },
        &mut Side { name: "owned, f64", run: &mut || owned(&page) },
        &[Goal::Speed(0.95)],
    )?;
    let report = report(&page);
    compare(
        "a report of 12,000 rows, page by page and given away row by row",
        units,
        rounds,
        &mut Side { name: "afflux", run: &mut || row_by_row(&page) },
        &mut Side { name: "owned, whole", run: &mut || owned_whole(&report) },
        &[Goal::Speed(1.15)],
    )?;
    compare(
        "pages of 300 conversions, rows passed on as text",
        units,
        rounds,
        &mut Side { name: "afflux", run: &mut || texts(&page) },
        &mut Side { name: "owned, f64", run: &mut || owned(&page) },
        &[Goal::Speed(4.0)],
    )
}

/// All rows as the vendor would write them on one page, if it did.
fn report(page: &[u8]) -> String {
    let page = String::from_utf8_lossy(page);
    let rows = page.split_once(r#""conversions":["#).map_or("", |(_, rows)| rows.trim_end_matches("]}"));
    format!(r#"{{"conversions":[{}]}}"#, vec![rows; PAGES as usize].join(","))
}

fn typed(page: &Bytes) -> Result<(), Failure> {
    for _ in 0..PAGES {
        let page = decode::page::<Conversion>(page, &LAYOUT)?;
        if page.rows().iter().filter(|row| row.is_ok()).count() != ROWS as usize {
            return Err("a row was not read".into());
        }
        black_box(&page);
    }
    Ok(())
}

fn owned(page: &Bytes) -> Result<(), Failure> {
    for _ in 0..PAGES {
        let page: conversions::Page = serde_json::from_slice(page)?;
        if page.conversions.len() != ROWS as usize {
            return Err("a row was not read".into());
        }
        black_box(&page);
    }
    Ok(())
}

fn row_by_row(page: &Bytes) -> Result<(), Failure> {
    let mut rows = 0;
    for _ in 0..PAGES {
        for row in decode::page::<Conversion>(page, &LAYOUT)?.into_rows() {
            let row = row?;
            rows += u32::from(row.conversion_value.get().is_some_and(|sums| sums.value.get().is_some()));
            black_box(row);
        }
    }
    if rows == PAGES * ROWS { Ok(()) } else { Err("a row was not read".into()) }
}

fn owned_whole(report: &str) -> Result<(), Failure> {
    let page: conversions::Page = serde_json::from_str(report)?;
    let value = |row: &conversions::Wrapper| row.conversion_data.conversion_value.as_ref()?.value;
    let rows = page.conversions.iter().filter_map(value).count();
    if rows == (PAGES * ROWS) as usize { Ok(()) } else { Err("a row was not read".into()) }
}

fn texts(page: &Bytes) -> Result<(), Failure> {
    for _ in 0..PAGES {
        let page = decode::texts(page, &LAYOUT)?;
        if page.rows().len() != ROWS as usize {
            return Err("a row was not read".into());
        }
        black_box(&page);
    }
    Ok(())
}

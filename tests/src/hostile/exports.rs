//! Partnerize's exports: a CSV of any encoding, cut off or not one at all.

use std::sync::Arc;

use afflux::{
    core::transport::{MockTransport, Reply},
    partnerize::{Client, generated::ExportEncoding},
};
use futures_util::StreamExt;
use jiff::civil::date;

use super::run;

/// Reads the bytes as rows of clicks, of conversions and of their items, in UTF-8 and in UTF-16.
///
/// # Panics
/// If a reader does what it must not.
pub fn exports(bytes: &[u8]) {
    let reply = Reply::answer(200, bytes.to_vec()).header("content-type", "text/csv");
    let transport = Arc::new(MockTransport::new(move |_| reply.clone()));
    let client = Client::builder_at("https://vendor.example").unwrap().keys("made-up", "made-up");
    let client = client.engine(|engine| engine.transport(transport)).build().unwrap();
    let range = || date(2026, 1, 1)..date(2026, 2, 1);
    macro_rules! read {
        ($export:expr) => {
            for encoding in [ExportEncoding::Utf8, ExportEncoding::Utf16] {
                if let Ok(mut rows) = $export.encoding(encoding).rows().await {
                    while let Some(row) = rows.next().await {
                        let _ = row.map(|row| row.columns().count()).map_err(|error| error.to_string());
                    }
                }
            }
        };
    }
    run(async {
        let exports = client.exports("1l1");
        read!(exports.clicks(range()));
        read!(exports.conversions(range()));
        read!(exports.conversion_items(range()));
    });
}

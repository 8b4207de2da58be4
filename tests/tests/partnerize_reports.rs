//! Reports of Partnerize from the client to the sandbox and back: every row of the made-up truth, whatever happens on
//! the way.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use std::{collections::BTreeMap, pin::pin};

use afflux::{
    core::retry::RetryPolicy,
    partnerize::{Client, ClientBuilder, Limits, reports::ConversionReport},
};
use afflux_sandbox::{Fault, Sandbox};
use futures_util::TryStreamExt;
use jiff::civil::date;
use rust_decimal::Decimal;

const REPORT: &str = "reportConversions";

async fn sandbox(conversions: u64) -> Sandbox {
    let sandbox = Sandbox::start().await.unwrap();
    sandbox.partnerize().resize(12, conversions * 2, conversions);
    sandbox
}

fn builder(sandbox: &Sandbox) -> ClientBuilder {
    let sandbox = sandbox.partnerize();
    Client::builder_at(&sandbox.url())
        .unwrap()
        .keys(sandbox.application_key(), sandbox.user_api_key())
        .limits(Limits::HeadersOnly)
}

fn everything(client: &Client) -> ConversionReport<'_> {
    client.reports("1l1007802").conversions(date(2000, 1, 1)..date(2100, 1, 1))
}

#[tokio::test]
async fn a_report_of_twenty_thousand_conversions_is_the_truth_row_by_row() {
    let sandbox = sandbox(20_000).await;
    let client = builder(&sandbox).build().unwrap();
    let truth = sandbox.partnerize().conversions();
    assert_eq!(truth.len(), 20_000);

    let mut rows = pin!(everything(&client).items().unwrap());
    let mut sums: BTreeMap<&str, Decimal> = BTreeMap::new();
    for made in &truth {
        let row = rows.try_next().await.unwrap().expect("a row for each conversion");
        assert_eq!(row.conversion_id.as_ref().unwrap().as_str(), made.id);
        *sums.entry(made.currency).or_default() += made.value.parse::<Decimal>().unwrap();
    }
    assert!(rows.try_next().await.unwrap().is_none(), "no row more");

    let totals = everything(&client).totals().await.unwrap();
    assert_eq!(totals.count, Some(20_000));
    assert_eq!(totals.value.len(), sums.len());
    for (currency, sum) in sums {
        assert_eq!(totals.value[currency].decimal(), Some(sum), "{currency}");
    }
}

#[tokio::test]
async fn a_report_with_a_fault_on_every_page_ends_with_exactly_the_rows_of_the_undisturbed_one() {
    let sandbox = sandbox(1_450).await;
    let client = builder(&sandbox).engine(|engine| engine.retry(RetryPolicy::never())).build().unwrap();
    let report = || everything(&client).page_size(100);
    let undisturbed: Vec<String> =
        report().rows().await.unwrap().iter().map(|row| row.text().to_owned()).collect();
    assert_eq!(undisturbed.len(), 1_450);

    let (mut rows, mut token, mut spoiled): (Vec<String>, Option<String>, usize) = (Vec::new(), None, 0);
    'runs: loop {
        // As after a restart: all that is left of the run before is the text of its token.
        let resumed = match &token {
            Some(token) => report().resume(serde_json::from_str(token).unwrap()),
            None => report(),
        };
        let mut items = pin!(resumed.items().unwrap());
        loop {
            if rows.len() == spoiled * 100 {
                sandbox.partnerize().fault(fault(spoiled).on_operation(REPORT).once());
                spoiled += 1;
            }
            match items.try_next().await {
                Ok(Some(row)) => rows.push(row.text().to_owned()),
                Ok(None) => break 'runs,
                Err(_) => break,
            }
        }
        token = Some(serde_json::to_string(&items.resume().unwrap()).unwrap());
    }

    assert_eq!(spoiled, 15, "each page was spoiled once");
    assert_eq!(rows, undisturbed);
}

fn fault(page: usize) -> Fault {
    match page % 6 {
        0 => Fault::reset_before_commit(),
        1 => Fault::half_answer(),
        2 => Fault::server_error(503),
        3 => Fault::truncated_json(),
        4 => Fault::html(502),
        _ => Fault::reset_before_read(),
    }
}

#[tokio::test]
async fn a_report_of_clicks_over_shifting_pages_has_each_click_once() {
    let sandbox = sandbox(1_000).await;
    let client = builder(&sandbox).build().unwrap();
    let clicks = || client.reports("1l1007802").clicks(date(2000, 1, 1)..date(2100, 1, 1));
    let still: Vec<String> = clicks().rows().await.unwrap().iter().map(|row| row.text().to_owned()).collect();
    assert_eq!(still.len(), 2_000);

    sandbox.partnerize().configure(|switches| switches.rows_shift = 7);
    let mut items = pin!(clicks().items().unwrap());
    let mut rows = Vec::new();
    while let Some(row) = items.try_next().await.unwrap() {
        rows.push(row.text().to_owned());
    }

    assert!(items.left_out() > 0, "pages shifted");
    assert_eq!(rows, still);
}

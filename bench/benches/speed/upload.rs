//! 100,000 events in batches of 1000, 15 batches at once.

use afflux_bench::{Failure, Goal, Options, Side, Sink, compare, runtime};
use afflux_clevertap::{Client, Event, Record, Region};
use futures_util::{StreamExt, stream};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::calls::bare_client;

const RECORDS: u32 = 100_000;
const BATCH: usize = 1000;
const TOGETHER: usize = 15;

/// What the user has: a row of a table.
struct Purchase {
    user: String,
    seconds: i64,
    product: String,
    category: String,
    price: f64,
    quantity: i64,
}

fn purchases() -> Vec<Purchase> {
    let purchase = |number: u32| Purchase {
        user: format!("user-{number:07}"),
        seconds: 1_763_000_000 + i64::from(number),
        product: format!("Casio Chronograph Watch {}", number % 500),
        category: "Mens Watch".to_owned(),
        price: f64::from(number % 10_000) / 100.0 + 9.99,
        quantity: i64::from(number % 3) + 1,
    };
    (0..RECORDS).map(purchase).collect()
}

/// By hand: a struct for the record, one for the batch, one for the answer.
#[derive(Serialize)]
struct Batch<'a> {
    d: &'a [HandRecord<'a>],
}

#[derive(Serialize)]
struct HandRecord<'a> {
    identity: &'a str,
    ts: i64,
    r#type: &'static str,
    #[serde(rename = "evtName")]
    name: &'static str,
    #[serde(rename = "evtData")]
    data: HandData<'a>,
}

#[derive(Serialize)]
struct HandData<'a> {
    #[serde(rename = "Product name")]
    product: &'a str,
    #[serde(rename = "Category")]
    category: &'a str,
    #[serde(rename = "Price")]
    price: f64,
    #[serde(rename = "Quantity")]
    quantity: i64,
}

#[derive(Deserialize)]
struct Answer {
    status: String,
    processed: usize,
    unprocessed: Vec<serde_json::Value>,
}

impl<'a> HandRecord<'a> {
    fn new(purchase: &'a Purchase) -> Self {
        Self {
            identity: &purchase.user,
            ts: purchase.seconds,
            r#type: "event",
            name: "Product viewed",
            data: HandData {
                product: &purchase.product,
                category: &purchase.category,
                price: purchase.price,
                quantity: purchase.quantity,
            },
        }
    }
}

fn event(purchase: &Purchase) -> Event {
    Event::new(purchase.user.as_str(), "Product viewed")
        .ts(purchase.seconds)
        .property("Product name", purchase.product.as_str())
        .property("Category", purchase.category.as_str())
        .property("Price", purchase.price)
        .property("Quantity", purchase.quantity)
}

/// Prints the comparisons: with records of any properties, which is what afflux takes, and with structs that know their
/// five properties when they are compiled and borrow all of them, which is as fast as it gets by hand.
pub(crate) fn run(options: &Options, sink: &Sink) -> Result<(), Failure> {
    let runtime = runtime()?;
    let rows = purchases();
    let client =
        Client::builder(Region::custom(sink.url()), "BEN-123-4567").passcode("BENCH-PASS-CODE").build()?;
    let hand = Hand { client: bare_client()?, address: format!("{}/1/upload", sink.url()) };
    let mut afflux = || {
        runtime.block_on(async {
            let records = rows.iter().zip(0_u32..).map(|(row, key)| (key, Record::from(event(row))));
            let report = client.upload(records).send_all().await;
            if report.is_complete() { Ok(()) } else { Err("afflux lost a record".into()) }
        })
    };
    let mut any = || runtime.block_on(hand.upload(&rows, |rows| serde_json::to_vec(&any_properties(rows))));
    let mut structs = || {
        runtime.block_on(hand.upload(&rows, |rows| {
            let records: Vec<HandRecord<'_>> = rows.iter().map(HandRecord::new).collect();
            serde_json::to_vec(&Batch { d: &records })
        }))
    };
    for (name, by_hand) in [("json!", &mut any as &mut dyn FnMut() -> _), ("structs", &mut structs)] {
        compare(
            "upload of 100,000 events in batches of 1000",
            (RECORDS, "record"),
            options.rounds(9),
            &mut Side { name: "afflux", run: &mut afflux },
            &mut Side { name, run: by_hand },
            &[Goal::Time(1.05), Goal::Cpu(1.05)],
        )?;
    }
    Ok(())
}

/// By hand, for properties that are not known when it is compiled.
fn any_properties(rows: &[Purchase]) -> serde_json::Value {
    let record = |row: &Purchase| {
        json!({
            "identity": row.user,
            "ts": row.seconds,
            "type": "event",
            "evtName": "Product viewed",
            "evtData": {
                "Product name": row.product,
                "Category": row.category,
                "Price": row.price,
                "Quantity": row.quantity,
            },
        })
    };
    json!({ "d": rows.iter().map(record).collect::<Vec<_>>() })
}

struct Hand {
    client: reqwest::Client,
    address: String,
}

impl Hand {
    async fn upload(
        &self,
        rows: &[Purchase],
        encode: impl Fn(&[Purchase]) -> serde_json::Result<Vec<u8>>,
    ) -> Result<(), Failure> {
        let send = |rows: &[Purchase]| {
            let body = encode(rows);
            async move {
                let request = self
                    .client
                    .post(&self.address)
                    .header("x-clevertap-account-id", "BEN-123-4567")
                    .header("x-clevertap-passcode", "BENCH-PASS-CODE")
                    .header("content-type", "application/json")
                    .body(body?);
                let answer = request.send().await?.error_for_status()?;
                let answer: Answer = serde_json::from_slice(&answer.bytes().await?)?;
                let whole = answer.status == "success" && answer.processed == BATCH;
                if whole && answer.unprocessed.is_empty() {
                    Ok::<_, Failure>(())
                } else {
                    Err("lost a record".into())
                }
            }
        };
        let mut answers = stream::iter(rows.chunks(BATCH)).map(send).buffer_unordered(TOGETHER);
        while let Some(answer) = answers.next().await {
            answer?;
        }
        Ok(())
    }
}

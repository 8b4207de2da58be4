//! What the sandbox shows of a call: its records and its control API. Every operation with credentials that are good, and
//! with such that are not.

use std::{
    io::{Read, Write},
    net::TcpStream,
};

use afflux_probe::{error, log, request};
use afflux_sandbox::Sandbox;
use afflux_tests::vendors::{VENDORS, Vendor};

use crate::{canaries, operations::settings};

/// The answer to a GET of the control API.
fn asked(url: &str) -> String {
    let (host, path) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    write!(stream, "GET /{path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

async fn play(vendor: Vendor) {
    let heard = log::listen();
    let sandbox = Sandbox::builder().time_scale(0.001).start().await.unwrap();
    let stand_in = vendor.stand_in(&sandbox);
    let good = vendor.access(&sandbox);
    let bad = canaries::access(vendor, &good.base);
    for (access, is_good) in [(good, true), (bad, false)] {
        let search = canaries::search(vendor, &access);
        let engine = vendor.engine(&access, settings(1));
        for operation in vendor.operations() {
            match engine.execute(request::valid(operation, false)).await {
                Ok(raw) => error::debug_is_clean(&search, &raw),
                Err(error) => error::clean(&search, operation.id, &error),
            }
        }
        let records = stand_in.settled().await;
        assert!(records.len() >= vendor.operations().len());
        let let_in = records.iter().any(|record| record.status == Some(200));
        assert!(let_in || !is_good, "{vendor:?}: the credentials are not good");
        search.clean("the sandbox's records", &format!("{records:?} {records:#?}"));
        for path in ["requests", "faults", "counters", "clock"] {
            let answer = asked(&format!("{}/{path}", stand_in.control_url()));
            assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
            search.clean(&format!("GET {path} of the control API"), &answer);
        }
        search.clean("the log", &heard.take());
    }
}

// One runtime thread beside the one that asks the control API and waits for it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_sandbox_shows_no_credential_of_any_call() {
    for vendor in VENDORS {
        play(vendor).await;
    }
}

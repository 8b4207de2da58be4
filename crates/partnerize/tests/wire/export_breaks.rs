//! Exports that break off.

use std::time::Duration;

use afflux_partnerize::{Client, Delivery, ErrorKind, core::retry::RetryPolicy};
use futures_util::TryStreamExt;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::{
    PARTNER,
    exports::{CSV, Directory, november},
};

/// A vendor that says `tries` times that a hundred bytes come, and sends less; then all of them.
async fn breaking(tries: usize) -> std::net::SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        for attempt in 0.. {
            let (mut connection, _) = listener.accept().await.unwrap();
            let mut request = [0; 4096];
            let _ = connection.read(&mut request).await.unwrap();
            let (length, body) = if attempt < tries { (100, &CSV[..45]) } else { (CSV.len(), CSV) };
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
            connection.write_all(head.as_bytes()).await.unwrap();
            connection.write_all(body.as_bytes()).await.unwrap();
            connection.shutdown().await.unwrap();
        }
    });
    address
}

fn client_at(address: std::net::SocketAddr) -> Client {
    let quick = RetryPolicy::default().backoff(Duration::from_millis(1), Duration::from_millis(2));
    Client::builder_at(&format!("http://{address}"))
        .unwrap()
        .keys("made-up-application", "made-up-user")
        .engine(|engine| engine.retry(quick))
        .build()
        .unwrap()
}

#[tokio::test]
async fn a_file_that_breaks_off_is_fetched_again_and_never_stands_there_in_part() {
    let directory = Directory::new("cut-off");
    let path = directory.0.join("conversions.csv");
    let client = client_at(breaking(2).await);
    let written = client.exports(PARTNER).conversions(november()).to_path(&path).await.unwrap();
    assert_eq!((written.rows, std::fs::read_to_string(&path).unwrap().as_str()), (2, CSV));

    std::fs::remove_file(&path).unwrap();
    let client = client_at(breaking(usize::MAX).await);
    let error = client.exports(PARTNER).conversions(november()).to_path(&path).await.unwrap_err();
    assert_eq!((error.kind(), error.delivery()), (ErrorKind::Lost, Delivery::Unknown), "{error}");
    assert_eq!(directory.files(), Vec::<String>::new(), "a part was left behind");
}

#[tokio::test]
async fn rows_that_break_off_end_with_an_error_and_not_with_a_short_export() {
    let client = client_at(breaking(usize::MAX).await);
    let mut rows = client.exports(PARTNER).conversions(november()).rows().await.unwrap();
    let mut whole = 0;
    let error = loop {
        match rows.try_next().await {
            Ok(Some(_)) => whole += 1,
            Ok(None) => panic!("half an export passed as a whole one"),
            Err(error) => break error,
        }
    };
    assert_eq!(error.kind(), ErrorKind::Lost, "{error}");
    assert!(whole <= 1);
    assert!(rows.try_next().await.unwrap().is_none(), "the error is told once");
}

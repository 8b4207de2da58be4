//! Answers of every size and kind: capped, compressed, redirected; and who may be asked at all.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

mod support;

use std::{
    io::Write as _,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use afflux_core::{
    Delivery, ErrorKind,
    base_url::{BaseUrl, BaseUrlError},
    engine::Engine,
    retry::RetryPolicy,
};
use flate2::{Compression, write::GzEncoder};
use support::{
    base,
    operations::{create, read},
    peer::{Peer, http},
};

fn capped(peer: &Peer, cap: usize) -> Engine {
    support::quick(base(peer.address))
        .retry(RetryPolicy::never())
        .attempt_timeouts(Duration::from_secs(5), Duration::from_secs(5))
        .body_cap(cap)
        .build()
        .unwrap()
}

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

fn gzipped(body: &[u8]) -> Vec<u8> {
    let packed = gzip(body);
    let head =
        format!("HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\n\r\n", packed.len());
    [head.into_bytes(), packed].concat()
}

#[tokio::test]
async fn a_gzip_answer_is_decoded() {
    let body = format!("[{}1]", "1,".repeat(5000));
    let peer = Peer::answering(gzipped(body.as_bytes())).await;
    assert_eq!(capped(&peer, 20_000).execute(read()).await.unwrap().body(), body.as_bytes());
}

#[tokio::test]
async fn the_cap_counts_decoded_bytes_to_the_byte() {
    let body = format!("\"{}\"", "a".repeat(9_998));
    for answer in [http("200 OK", "", &body), gzipped(body.as_bytes())] {
        let peer = Peer::answering(answer).await;
        assert_eq!(capped(&peer, 10_000).execute(read()).await.unwrap().body().len(), 10_000);
        let error = capped(&peer, 9_999).execute(read()).await.unwrap_err();
        assert_eq!((error.kind(), error.delivery()), (ErrorKind::TooLarge, Delivery::Unknown), "{error}");
        assert_eq!(error.status().unwrap(), 200);
        assert!(error.raw_body().unwrap().len() <= 9_999);
    }
}

#[tokio::test]
async fn a_body_over_the_cap_is_sent_once_for_an_unsafe_call_and_again_for_a_read() {
    let peer = Peer::answering(http("200 OK", "", &format!("\"{}\"", "a".repeat(2000)))).await;
    for (request, sent) in [(create(), 1), (read(), 2)] {
        let before = peer.arrivals();
        let engine = support::quick(base(peer.address)).body_cap(1000).build().unwrap();
        let error = engine.execute(request).await.unwrap_err();
        assert_eq!((error.kind(), error.delivery()), (ErrorKind::TooLarge, Delivery::Unknown), "{error}");
        assert_eq!(peer.arrivals() - before, sent, "{error}");
    }
}

#[tokio::test]
async fn a_decompression_bomb_is_left_after_the_cap() {
    // 64 MiB of zeros in 64 KiB; nested deeper it would be more, but one layer is all that is undone.
    let peer = Peer::answering(gzipped(&vec![b' '; 64 * 1024 * 1024])).await;
    let error = capped(&peer, 100_000).execute(read()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge, "{error}");
    assert!(error.raw_body().unwrap().len() <= 100_000);
}

#[tokio::test]
async fn a_body_over_the_cap_is_not_read_on() {
    static WRITTEN: AtomicUsize = AtomicUsize::new(0);
    let peer = Peer::start(|mut connection| async move {
        use tokio::io::AsyncWriteExt as _;
        connection.request().await;
        connection.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000000\r\n\r\n").await;
        let block = vec![b'a'; 64 * 1024];
        while let Ok(written) = connection.stream.write(&block).await {
            WRITTEN.fetch_add(written, Ordering::SeqCst);
        }
    })
    .await;
    let error = capped(&peer, 100_000).execute(read()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge, "{error}");
    tokio::time::sleep(Duration::from_millis(30)).await;
    // What the sockets' own buffers take is not ours to say.
    assert!(WRITTEN.load(Ordering::SeqCst) < 50_000_000, "{WRITTEN:?}");
}

#[tokio::test]
async fn a_gzip_answer_that_is_cut_off_or_broken_is_unknown() {
    let mut cut = gzip(b"{\"id\":1}");
    cut.truncate(cut.len() - 9);
    let mut broken = gzip(b"{\"id\":1}");
    let last = broken.len() - 1;
    broken[last - 4] ^= 0xff;
    for body in [cut, broken, b"{\"id\":1}".to_vec()] {
        let head =
            format!("HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\n\r\n", body.len());
        let peer = Peer::answering([head.into_bytes(), body].concat()).await;
        let error = capped(&peer, 1000).execute(create()).await.unwrap_err();
        assert_eq!((error.delivery(), error.attempts().len()), (Delivery::Unknown, 1), "{error}");
        assert_eq!(error.status().unwrap(), 200);
    }
}

#[test]
fn only_https_and_this_machine_are_asked() {
    assert_eq!(BaseUrl::parse("http://api.example"), Err(BaseUrlError::PlainHttp));
    assert_eq!(BaseUrl::parse("http://10.0.0.1"), Err(BaseUrlError::PlainHttp));
    assert_eq!(BaseUrl::parse("http://0.0.0.0:80"), Err(BaseUrlError::PlainHttp));
    for fine in ["https://api.example", "http://127.0.0.1:1", "http://[::1]:1", "http://localhost:1"] {
        assert!(BaseUrl::parse(fine).is_ok(), "{fine}");
    }
    let presigned = |url: &str| read().presigned(url);
    assert!(presigned("http://bucket.example/x").is_err());
    assert!(presigned("ftp://bucket.example/x").is_err());
    assert!(presigned("https://bucket.example/x").is_ok());
}

#[tokio::test]
async fn a_body_that_drips_in_time_is_whole() {
    let peer = Peer::start(|mut connection| async move {
        connection.request().await;
        connection.write(b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\n").await;
        for byte in b"[1,22]" {
            connection.write(&[*byte]).await;
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        connection.hold().await;
    })
    .await;
    assert_eq!(capped(&peer, 6).execute(read()).await.unwrap().body(), "[1,22]");
}

/// Set in the child process that the test below starts.
const ASKED: &str = "AFFLUX_TEST_ASKS";

#[tokio::test]
async fn a_child_asks_this_machine() {
    // Alone it does nothing; it is the other half of the next test.
    let Ok(address) = std::env::var(ASKED) else { return };
    let engine = support::quick(BaseUrl::parse(&address).unwrap()).build().unwrap();
    engine.execute(read().query_pair("private", "yes")).await.unwrap();
}

#[tokio::test]
async fn a_proxy_of_the_environment_never_sees_calls_to_this_machine() {
    let server = Peer::answering(http("200 OK", "", "{}")).await;
    let proxy = Peer::answering(http("200 OK", "", "{}")).await;
    let arrivals = Arc::new((server, proxy));
    let here = Arc::clone(&arrivals);
    let output = tokio::task::spawn_blocking(move || {
        let proxy = format!("http://{}", here.1.address);
        let mut child = std::process::Command::new(std::env::current_exe().unwrap());
        child.args(["--exact", "a_child_asks_this_machine"]).env(ASKED, format!("http://{}", here.0.address));
        for name in ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
            child.env(name, &proxy);
        }
        child.env_remove("NO_PROXY").env_remove("no_proxy").output().unwrap()
    })
    .await
    .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    assert_eq!((arrivals.0.arrivals(), arrivals.1.arrivals()), (1, 0));
}

//! Answers without end, bombs and lies on a real socket: an error comes, and what was taken from the socket is bounded.

use std::{
    io::{self, Write},
    sync::Arc,
    time::Duration,
};

use afflux::core::{
    Delivery, Error, ErrorKind,
    decode::{self, Layout},
    engine::{Engine, EngineBuilder},
    operation::Operation,
    request::Request,
    response::Raw,
    retry::RetryPolicy,
};
use afflux_probe::{
    request,
    server::{Answer, Server},
};
use afflux_tests::vendors::{Access, Vendor};
use flate2::{Compression, write::DeflateEncoder};

/// Never reached, however busy the machine is.
const AMPLE: Duration = Duration::from_secs(30);
/// What may lie in the buffers of two sockets beside what the client has read.
const ON_THE_WAY: u64 = 24 << 20;
const MIB: u64 = 1 << 20;

fn engine(server: &Server, set: impl FnOnce(EngineBuilder) -> EngineBuilder + Send + 'static) -> Engine {
    let access = Access { base: server.url(), secrets: vec!["made-up-secret".to_owned(); 5] };
    Vendor::Partnerize.engine(&access, |engine| set(engine.retry(RetryPolicy::default().attempts(1))))
}

fn listing() -> &'static Operation {
    Vendor::Partnerize.operations().iter().find(|operation| operation.id == "listCampaigns").unwrap()
}

fn asking() -> Request {
    request::valid(listing(), false)
}

/// The error of a call to a vendor that answers so, and how many bytes of the answer were taken.
async fn refused(answer: impl Fn(&mut Answer) -> io::Result<()> + Send + Sync + 'static) -> (Error, u64) {
    let server = Server::start(move |_, to| answer(to));
    let engine = engine(&server, |engine| engine);
    let call = tokio::time::timeout(AMPLE, engine.execute(asking())).await.expect("it hangs");
    (call.unwrap_err(), server.taken())
}

/// Writes until the client has had enough, at most a gigabyte.
fn endless(to: &mut Answer, head: &[u8], part: &[u8]) -> io::Result<()> {
    to.write_all(head)?;
    let mut left = 1 << 30;
    while left > 0 {
        to.write_all(part)?;
        left -= part.len().min(left);
    }
    Ok(())
}

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";

#[tokio::test]
async fn a_body_of_a_gigabyte_is_refused_at_the_limit_declared_or_not() {
    let declared = |to: &mut Answer| {
        endless(to, format!("{OK}content-length: 1073741824\r\n\r\n").as_bytes(), &[b' '; 1 << 14])
    };
    let chunk = [b"4000\r\n".as_slice(), &[b' '; 1 << 14], b"\r\n"].concat();
    let chunked = move |to: &mut Answer| {
        endless(to, format!("{OK}transfer-encoding: chunked\r\n\r\n").as_bytes(), &chunk)
    };
    for (error, taken) in [refused(declared).await, refused(chunked).await] {
        assert_eq!(error.kind(), ErrorKind::TooLarge, "{error}");
        assert!(taken <= 32 * MIB + ON_THE_WAY, "{} MiB were taken", taken / MIB);
    }
}

/// So many MiB of zeros as one deflate block that can be repeated.
fn zeros() -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(&vec![0; 1 << 20]).unwrap();
    encoder.flush().unwrap();
    encoder.get_ref().clone()
}

#[tokio::test]
async fn a_decompression_bomb_is_refused_at_the_limit_of_what_comes_out() {
    let zeros = zeros();
    let size = zeros.len() as u64;
    let bomb = move |to: &mut Answer| {
        let head = format!("{OK}content-encoding: gzip\r\nconnection: close\r\n\r\n");
        let gzip = [31, 139, 8, 0, 0, 0, 0, 0, 0, 255];
        to.write_all(&[head.as_bytes(), &gzip].concat())?;
        // A gigabyte, if anybody wanted it.
        (0..1024).try_for_each(|_| to.write_all(&zeros))
    };
    let server = Server::start(move |_, to| bomb(to));
    let error = engine(&server, |engine| engine).execute(asking()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge, "{error}");
    let kept = error.raw_body().map_or(0, bytes::Bytes::len);
    assert!(kept <= 1 << 20, "the error keeps {kept} bytes");
    assert!(size < 1 << 16, "the bomb is one");
}

#[tokio::test]
async fn headers_without_end_are_refused() {
    let many = |to: &mut Answer| {
        to.write_all(OK.as_bytes())?;
        (0..1_000_000).try_for_each(|number| to.write_all(format!("x-{number}: y\r\n").as_bytes()))?;
        to.write_all(b"\r\n{}")
    };
    let long = |to: &mut Answer| endless(to, format!("{OK}x-long: ").as_bytes(), &[b'a'; 1 << 14]);
    let status = |to: &mut Answer| endless(to, b"HTTP/1.1 200 ", &[b'a'; 1 << 14]);
    for (error, taken) in [refused(many).await, refused(long).await, refused(status).await] {
        assert_eq!(error.delivery(), Delivery::Unknown, "{error}");
        assert!(taken < ON_THE_WAY, "{} MiB were taken", taken / MIB);
        assert!(error.to_string().len() < 2000, "{error}");
    }
}

/// JSON as deep as nobody means it, and around the model of a row.
fn deep() -> Vec<String> {
    const DEPTH: usize = 100_000;
    let nested = |open: &str, inside: &str, close: &str| {
        format!("{}{inside}{}", open.repeat(DEPTH), close.repeat(DEPTH))
    };
    let list = nested("[", "", "]");
    let object = nested("{\"a\":", "1", "}");
    vec![
        "[".repeat(DEPTH),
        "{\"a\":".repeat(DEPTH),
        format!("{{\"campaigns\":[{{\"campaign\":{{\"campaign_id\":{list}}}}}]}}"),
        format!("{{\"campaigns\":[{{\"campaign\":{{\"unknown\":{object}}}}}],\"count\":{list}}}"),
        format!("{{\"error\":{object},\"campaigns\":{list}}}"),
        list,
        object,
    ]
}

#[tokio::test]
async fn deep_json_overflows_no_stack_and_an_error_keeps_a_bounded_part_of_it() {
    let refused = deep().into_iter().skip(5).map(|body| ("422 Unprocessable", body));
    for (status, body) in deep().into_iter().map(|body| ("200 OK", body)).chain(refused) {
        let server = Server::answering(afflux_probe::server::http(status, "", &body));
        let engine = engine(&server, |engine| engine);
        match engine.execute(asking()).await {
            // To be whole, JSON need not be read into anything.
            Ok(raw) => assert_eq!(raw.body(), body.as_bytes()),
            Err(error) => {
                let kept = error.raw_body().expect("it keeps what came");
                assert!(body.as_bytes().starts_with(kept) && kept.len() <= 1 << 20, "{} bytes", kept.len());
                let _ = format!("{error} {error:?}");
            }
        }
        // By every reader: as text, as a model, as a field that no model has.
        let mut pager = engine.pager(asking(), None);
        let _ = pager.next_texts().await.map(|page| page.map(|page| page.value.rows().len()));
        let read = |raw: &Raw| {
            let layout = Layout {
                at: "campaigns",
                or_under: None,
                wrapped: Some("campaign"),
                keyed: false,
                optional: false,
            };
            let page = decode::page::<afflux::partnerize::generated::Campaign>(raw.body(), &layout)?;
            for row in page.rows().iter().flatten() {
                let _ = (row.unknown_fields(), row.pointer("/unknown/a/a/a"), format!("{row:?}"));
            }
            let _ = page.get("count").map(|count| count.text().len());
            Ok(())
        };
        let _ = engine.send(asking(), read).await.map(drop);
    }
}

#[tokio::test]
async fn a_body_that_drips_without_end_ends_with_the_deadline() {
    let server = Server::start(|_, to| {
        to.write_all(format!("{OK}transfer-encoding: chunked\r\n\r\n").as_bytes())?;
        loop {
            to.write_all(b"1\r\n \r\n")?;
            std::thread::sleep(Duration::from_millis(2));
        }
    });
    let engine = engine(&server, |engine| engine.attempt_timeouts(AMPLE, AMPLE));
    let call = engine.with_deadline(Duration::from_millis(100));
    let error = tokio::time::timeout(AMPLE, call.execute(asking())).await.expect("it hangs").unwrap_err();
    assert_eq!(error.delivery(), Delivery::Unknown, "{error}");
    let hurried = asking().attempt_timeout(Duration::from_millis(100));
    let error = tokio::time::timeout(AMPLE, engine.execute(hurried)).await.expect("it hangs").unwrap_err();
    assert_eq!(error.delivery(), Delivery::Unknown, "{error}");
}

#[tokio::test]
async fn a_length_that_lies_is_no_success() {
    let heads = [
        "content-length: 40\r\n\r\n{\"campaigns\":[]}",
        "content-length: 5\r\n\r\n{\"campaigns\":[]}",
        "content-length: 0\r\n\r\n{\"campaigns\":[]}",
        "content-length: -1\r\n\r\n{\"campaigns\":[]}",
        "content-length: 99999999999999999999999\r\n\r\n{\"campaigns\":[]}",
        "content-length: 16\r\ncontent-length: 4\r\n\r\n{\"campaigns\":[]}",
        "transfer-encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\n{\"campaigns\":[]}",
        "transfer-encoding: chunked\r\n\r\nfffffffffffffffff\r\n{\"campaigns\":[]}",
        "transfer-encoding: chunked\r\n\r\n10\r\n{\"campaigns\":[]}\r\n",
        "transfer-encoding: chunked\r\n\r\n-1\r\n{\"campaigns\":[]}\r\n0\r\n\r\n",
        "content-encoding: gzip\r\ncontent-length: 16\r\n\r\n{\"campaigns\":[]}",
    ];
    for head in heads {
        let answer = format!("{OK}connection: close\r\n{head}");
        let (error, _) = refused(move |to| to.write_all(answer.as_bytes())).await;
        assert_eq!(error.delivery(), Delivery::Unknown, "{head:?}: {error}");
    }
}

#[tokio::test]
async fn a_download_takes_no_more_than_its_reader_and_ends_where_the_vendor_lies() {
    let server = Server::start(|_, to| {
        endless(to, format!("{OK}content-length: 1073741824\r\n\r\n").as_bytes(), &[b'x'; 1 << 14])
    });
    let engine = Arc::new(engine(&server, |engine| engine));
    let mut download = engine.download(asking()).await.unwrap();
    for _ in 0..4 {
        download.chunk().await.unwrap().unwrap();
    }
    // Nobody reads on: what is on its way stays there.
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(server.taken() < ON_THE_WAY, "{} MiB were taken", server.taken() / MIB);
    drop(download);
    let download = engine.download(asking()).await.unwrap();
    let error = download.into_raw(1 << 20).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooLarge, "{error}");
}

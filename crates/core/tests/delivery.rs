//! What is known about a call after every way in which it can go wrong, on real sockets over HTTP/1.1.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

mod support;

use afflux_core::{Delivery, Error, ErrorKind, request::Request};
use http::StatusCode;
use support::{
    ATTEMPT, CONNECT, base, operations,
    operations::{create, of_each_safety, read, replace},
    peer::{Peer, http},
    quick,
};

async fn fails(peer: &Peer, request: Request) -> Error {
    quick(base(peer.address)).build().unwrap().execute(request).await.expect_err("the call cannot succeed")
}

/// The fault that only a timeout ends.
const SILENCE: &str = "silence";

/// The peer's fault leaves the outcome unknown: repeated where harmless, else sent exactly once.
async fn leaves_it_unknown(fault: &str, peer: &Peer, status: Option<u16>, body: &str) {
    for (repeatable, request) in of_each_safety() {
        let request = if fault == SILENCE { request.attempt_timeout(ATTEMPT) } else { request };
        let safety = request.effective_safety();
        let before = peer.arrivals();
        let error = fails(peer, request).await;
        assert_eq!(error.delivery(), Delivery::Unknown, "{fault}, {safety:?}: {error}");
        let attempts = if repeatable { 2 } else { 1 };
        assert_eq!(peer.arrivals() - before, attempts, "{fault}, {safety:?}: {error}");
        assert_eq!(error.attempts().len(), attempts, "{fault}, {safety:?}: {error}");
        assert_eq!(error.status().map(|status| status.as_u16()), status, "{fault}, {safety:?}: {error}");
        assert_eq!(
            error.raw_body().map_or("", |body| std::str::from_utf8(body).unwrap()),
            body,
            "{fault}: {error}"
        );
        assert_eq!(error.is_retryable(), repeatable, "{fault}, {safety:?}: {error}");
    }
}

#[tokio::test]
async fn a_refused_connection_is_not_sent_and_tried_again_whatever_the_safety() {
    let address = {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        listener.local_addr().unwrap()
    };
    for (_, request) in of_each_safety() {
        let error = quick(base(address)).build().unwrap().execute(request).await.unwrap_err();
        assert_eq!((error.delivery(), error.kind()), (Delivery::NotSent, ErrorKind::Connect), "{error}");
        assert_eq!(error.attempts().len(), 2, "{error}");
        assert!(error.is_retryable());
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_connect_that_stalls_is_not_sent_by_connect_timeout_and_by_attempt_timeout() {
    let (address, _full) = support::peer::full_backlog().await;
    for (_, request) in of_each_safety() {
        let engine = quick(base(address)).connect_timeout(CONNECT).build().unwrap();
        let error = engine.execute(request.clone()).await.unwrap_err();
        assert_eq!((error.delivery(), error.kind()), (Delivery::NotSent, ErrorKind::Connect), "{error}");
        // The attempt ends before the connect timeout, so only the mark can tell.
        let engine = quick(base(address)).build().unwrap();
        let error = engine.execute(request.attempt_timeout(ATTEMPT / 5)).await.unwrap_err();
        assert_eq!((error.delivery(), error.kind()), (Delivery::NotSent, ErrorKind::Connect), "{error}");
        assert_eq!(error.attempts().len(), 2, "{error}");
    }
}

#[tokio::test]
async fn a_reset_before_the_request_is_read_is_unknown() {
    let peer = Peer::start(|connection| async move {
        connection.peek().await;
        connection.reset();
    })
    .await;
    leaves_it_unknown("reset before reading", &peer, None, "").await;
}

#[tokio::test]
async fn a_reset_after_the_request_was_read_is_unknown() {
    let peer = Peer::start(|mut connection| async move {
        connection.request().await;
        connection.reset();
    })
    .await;
    leaves_it_unknown("reset after reading", &peer, None, "").await;
}

#[tokio::test]
async fn a_connection_closed_before_the_answer_is_unknown() {
    let peer = Peer::answering("").await;
    leaves_it_unknown("closed", &peer, None, "").await;
}

#[tokio::test]
async fn silence_until_the_timeout_is_unknown() {
    let peer = Peer::start(|mut connection| async move {
        connection.request().await;
        connection.hold().await;
    })
    .await;
    leaves_it_unknown(SILENCE, &peer, None, "").await;
}

#[tokio::test]
async fn half_a_head_or_no_http_at_all_is_unknown() {
    for half in ["HTTP/1.1 200 O", "HTTP/1.1 200 OK\r\ncontent-le", "SSH-2.0-OpenSSH_9.6\r\n"] {
        leaves_it_unknown(half, &Peer::answering(half).await, None, "").await;
    }
}

#[tokio::test]
async fn half_a_body_is_unknown_and_keeps_status_and_what_came() {
    for (fault, answer, kept) in [
        ("too long a length", "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"id\":1", "{\"id\":1"),
        ("a length and no body", "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n", ""),
        ("half a chunk", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n8\r\n{\"id", "{\"id"),
        ("no last chunk", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\n{\"id\r\n", "{\"id"),
        ("too short a length", "HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n{\"id\":1}", "{\"id"),
        ("no length and a cut", "HTTP/1.1 200 OK\r\n\r\n{\"id\":1", "{\"id\":1"),
    ] {
        leaves_it_unknown(fault, &Peer::answering(answer).await, Some(200), kept).await;
    }
}

#[tokio::test]
async fn a_body_that_stalls_half_way_is_unknown() {
    let peer = Peer::start(|mut connection| async move {
        connection.request().await;
        connection.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"id\":1").await;
        connection.hold().await;
    })
    .await;
    for (repeatable, request) in of_each_safety() {
        let before = peer.arrivals();
        let error = fails(&peer, request.attempt_timeout(ATTEMPT)).await;
        assert_eq!((error.delivery(), error.kind()), (Delivery::Unknown, ErrorKind::Lost), "{error}");
        assert_eq!(peer.arrivals() - before, if repeatable { 2 } else { 1 }, "{error}");
        assert_eq!(error.status(), Some(StatusCode::OK), "{error}");
        assert_eq!(error.raw_body().unwrap(), "{\"id\":1", "{error}");
    }
}

#[tokio::test]
async fn a_refusal_whose_body_stalls_is_answered() {
    let peer = Peer::start(|mut connection| async move {
        connection.request().await;
        connection.write(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 100\r\n\r\n{\"id\":1").await;
        connection.hold().await;
    })
    .await;
    let error = fails(&peer, create().attempt_timeout(ATTEMPT)).await;
    assert_eq!((error.delivery(), error.kind()), (Delivery::Answered, ErrorKind::Refused), "{error}");
    assert_eq!(error.raw_body().unwrap(), "{\"id\":1", "{error}");
}

#[tokio::test]
async fn a_200_that_is_html_empty_or_not_json_is_unknown_and_keeps_the_body() {
    let html = "<html><body>Down for maintenance</body></html>";
    for (fault, headers, body) in [
        ("html", "content-type: text/html\r\n", html),
        ("html that says it is JSON", "content-type: application/json\r\n", html),
        ("empty", "", ""),
        ("white space", "", " \r\n"),
        ("a word", "", "OK"),
        ("two values", "", "{} {}"),
    ] {
        leaves_it_unknown(fault, &Peer::answering(http("200 OK", headers, body)).await, Some(200), body)
            .await;
    }
}

#[tokio::test]
async fn a_refusal_is_answered_and_sent_once_whatever_its_body() {
    for (fault, answer) in [
        ("json", http("422 Unprocessable", "", "{}")),
        ("html", http("404 Not Found", "content-type: text/html\r\n", "<html>")),
        ("empty", http("400 Bad Request", "", "")),
        ("half a body", b"HTTP/1.1 400 Bad Request\r\ncontent-length: 100\r\n\r\n{\"message\":".to_vec()),
        ("not gzip", http("403 Forbidden", "content-encoding: gzip\r\n", "plain")),
    ] {
        let peer = Peer::answering(answer).await;
        for (_, request) in of_each_safety() {
            let before = peer.arrivals();
            let error = fails(&peer, request).await;
            assert_eq!(error.delivery(), Delivery::Answered, "{fault}: {error}");
            assert!(error.status().is_some_and(|status| status.is_client_error()), "{fault}: {error}");
            assert_eq!(peer.arrivals() - before, 1, "{fault}: {error}");
        }
    }
}

#[tokio::test]
async fn a_server_fault_is_answered_for_a_read_and_unknown_for_a_change_whole_or_half() {
    for answer in
        [http("503 Busy", "", "busy"), b"HTTP/1.1 503 Busy\r\ncontent-length: 100\r\n\r\nbusy".to_vec()]
    {
        let peer = Peer::answering(answer).await;
        for (repeatable, request) in of_each_safety() {
            let before = peer.arrivals();
            let mutates = request.effective_safety().mutates();
            let error = fails(&peer, request).await;
            let known = if mutates { Delivery::Unknown } else { Delivery::Answered };
            assert_eq!((error.delivery(), error.kind()), (known, ErrorKind::Server), "{error}");
            assert_eq!(error.status(), Some(StatusCode::SERVICE_UNAVAILABLE), "{error}");
            assert_eq!(error.raw_body().unwrap(), "busy");
            assert_eq!(peer.arrivals() - before, if repeatable { 2 } else { 1 }, "{error}");
        }
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed_and_settles_nothing_for_a_change() {
    let target = Peer::answering(http("200 OK", "", "{}")).await;
    for status in ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"] {
        let location = format!("location: http://{}/stolen\r\n", target.address);
        let peer = Peer::answering(http(status, &location, "")).await;
        for (_, request) in of_each_safety() {
            let before = peer.arrivals();
            let mutates = request.effective_safety().mutates();
            let error = fails(&peer, request).await;
            let known = if mutates { Delivery::Unknown } else { Delivery::Answered };
            assert_eq!((error.delivery(), error.kind()), (known, ErrorKind::Redirect), "{status}: {error}");
            assert_eq!(peer.arrivals() - before, 1, "{status}: {error}");
        }
    }
    assert_eq!(target.arrivals(), 0, "a redirect was followed");
}

#[tokio::test]
async fn a_kept_connection_that_died_meanwhile_never_sends_an_unsafe_call_twice() {
    // The first request of a connection is answered; the connection dies when the second one arrives.
    let peer = Peer::start(|mut connection| async move {
        connection.request().await;
        connection.write(&http("200 OK", "", "{}")).await;
        connection.request().await;
        connection.reset();
    })
    .await;
    let engine = quick(base(peer.address)).build().unwrap();
    engine.execute(read()).await.unwrap();
    let error = engine.execute(create()).await.unwrap_err();
    assert_eq!(error.delivery(), Delivery::Unknown, "{error}");
    assert_eq!(peer.requests().len(), 2);
    // A harmless one is sent again, on a connection of its own.
    engine.execute(read()).await.unwrap();
    engine.execute(replace()).await.unwrap();
}

#[tokio::test]
async fn a_kept_connection_that_the_server_closed_is_left_before_anything_is_written() {
    let peer = Peer::answering(http("200 OK", "", "{}")).await;
    let engine = quick(base(peer.address)).build().unwrap();
    engine.execute(read()).await.unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    let answer = engine.execute(create()).await.unwrap();
    assert_eq!(answer.attempts().len(), 1);
    assert_eq!(peer.arrivals(), 2);
}

#[tokio::test]
async fn a_body_stream_that_exists_once_is_never_sent_again_not_even_after_a_refused_connection() {
    use afflux_core::{
        operation::Safety,
        request::{Body, StreamBody},
    };
    let peer = Peer::answering("").await;
    let once = || Body::Stream(StreamBody::once(None, operations::chunks(&["{}"])));
    let request = operations::replace().with_body(once());
    let error = fails(&peer, request.safety(Safety::Idempotent)).await;
    assert_eq!((error.delivery(), error.attempts().len()), (Delivery::Unknown, 1), "{error}");
    let gone = peer.address;
    drop(peer);
    tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    let error = quick(base(gone)).build().unwrap().execute(replace().with_body(once())).await.unwrap_err();
    assert_eq!((error.delivery(), error.attempts().len()), (Delivery::NotSent, 1), "{error}");
}

#[tokio::test]
async fn a_body_stream_that_fails_half_way_is_unknown() {
    use afflux_core::request::{Body, StreamBody};
    let peer = Peer::start(|mut connection| async move {
        connection.request().await;
        connection.hold().await;
    })
    .await;
    let broken = || -> afflux_core::request::ByteStream {
        let chunks = [Ok(bytes::Bytes::from_static(b"{\"a\":")), Err(std::io::Error::other("disk"))];
        Box::pin(futures_util::stream::iter(chunks))
    };
    let body = Body::Stream(StreamBody::replayable(None, broken));
    let error = fails(&peer, create().with_body(body)).await;
    assert_eq!((error.delivery(), error.attempts().len()), (Delivery::Unknown, 1), "{error}");
}

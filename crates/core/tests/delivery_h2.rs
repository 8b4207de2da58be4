//! What is known about a call after every way in which it can go wrong, over HTTP/2 and TLS.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

mod support;

use std::sync::Arc;

use afflux_core::{
    Delivery, Error, ErrorKind,
    engine::Engine,
    request::Request,
    transport::{ReqwestTransport, RootCertificate},
};
use support::{
    ATTEMPT, CONNECT, Watched, base,
    h2::{CANCEL, INTERNAL_ERROR, NO_ERROR, REFUSED_STREAM, STATUS_200, STATUS_500, with_length},
    operations::{create, of_each_safety, read},
    peer::{Connection, Peer},
    quick,
};
use tokio::net::TcpStream;
use tokio_rustls::{TlsAcceptor, rustls};

fn engine(peer: &Peer) -> Engine {
    let transport = ReqwestTransport::new().http2_prior_knowledge();
    quick(base(peer.address)).transport(Arc::new(transport)).build().unwrap()
}

async fn fails(peer: &Peer, request: Request) -> Error {
    engine(peer).execute(request).await.expect_err("the call cannot succeed")
}

/// The fault that only a timeout ends.
const SILENCE: &str = "silence";

/// Each safety ends as `Unknown`, after as many requests as it may make.
async fn leaves_it_unknown(fault: &str, peer: &Peer, status: Option<u16>, body: &str) {
    for (repeatable, request) in of_each_safety() {
        let request = if fault == SILENCE { request.attempt_timeout(ATTEMPT) } else { request };
        let safety = request.effective_safety();
        let before = peer.arrivals();
        let error = fails(peer, request).await;
        assert_eq!(error.delivery(), Delivery::Unknown, "{fault}, {safety:?}: {error}");
        assert_eq!(peer.arrivals() - before, if repeatable { 2 } else { 1 }, "{fault}, {safety:?}: {error}");
        assert_eq!(error.status().map(|status| status.as_u16()), status, "{fault}, {safety:?}: {error}");
        let kept = error.raw_body().map_or("", |body| std::str::from_utf8(body).unwrap());
        assert_eq!(kept, body, "{fault}, {safety:?}: {error}");
    }
}

/// Each safety ends as `NotSent` after two attempts, although frames reached the server.
async fn is_not_sent(fault: &str, peer: &Peer) {
    for (_, request) in of_each_safety() {
        let safety = request.effective_safety();
        let before = peer.arrivals();
        let error = fails(peer, request).await;
        assert_eq!(error.delivery(), Delivery::NotSent, "{fault}, {safety:?}: {error}");
        assert_eq!(error.kind(), ErrorKind::Connect, "{fault}, {safety:?}: {error}");
        assert_eq!(error.attempts().len(), 2, "{fault}, {safety:?}: {error}");
        assert_eq!(peer.arrivals() - before, 2, "{fault}, {safety:?}: {error}");
    }
}

#[tokio::test]
async fn a_whole_answer_over_h2_is_a_success() {
    let peer = Peer::start(|mut connection| async move {
        let mut stream = connection.h2_request().await;
        while let Some(id) = stream {
            connection.h2_head(id, STATUS_200, false).await;
            connection.h2_data(id, b"{\"id\":1}", true).await;
            stream = connection.h2_next().await;
        }
    })
    .await;
    let engine = engine(&peer);
    for (_, request) in of_each_safety() {
        let answer = engine.execute(request).await.unwrap();
        assert_eq!((answer.body().as_ref(), answer.attempts().len()), (b"{\"id\":1}".as_slice(), 1));
    }
}

#[tokio::test]
async fn a_refused_stream_is_not_sent() {
    let peer = Peer::start(|mut connection| async move {
        let mut stream = connection.h2_request().await;
        while let Some(id) = stream {
            connection.h2_reset(id, REFUSED_STREAM).await;
            stream = connection.h2_next().await;
        }
    })
    .await;
    is_not_sent("refused stream", &peer).await;
}

#[tokio::test]
async fn a_stream_above_the_last_one_of_a_goaway_is_not_sent() {
    for reason in [NO_ERROR, INTERNAL_ERROR] {
        let peer = Peer::start(move |mut connection| async move {
            if connection.h2_request().await.is_some() {
                connection.h2_goaway(0, reason).await;
                connection.hold().await;
            }
        })
        .await;
        is_not_sent("goaway below", &peer).await;
    }
}

#[tokio::test]
async fn a_stream_that_a_goaway_still_serves_and_then_drops_is_unknown() {
    for reason in [NO_ERROR, INTERNAL_ERROR] {
        let peer = Peer::start(move |mut connection| async move {
            if let Some(id) = connection.h2_request().await {
                connection.h2_goaway(id, reason).await;
                connection.close().await;
            }
        })
        .await;
        leaves_it_unknown("goaway above", &peer, None, "").await;
    }
}

#[tokio::test]
async fn a_refusal_after_the_head_came_is_unknown() {
    let peer = Peer::start(|mut connection| async move {
        let mut stream = connection.h2_request().await;
        while let Some(id) = stream {
            connection.h2_head(id, STATUS_200, false).await;
            connection.h2_reset(id, REFUSED_STREAM).await;
            stream = connection.h2_next().await;
        }
    })
    .await;
    leaves_it_unknown("refused after the head", &peer, Some(200), "").await;
}

#[tokio::test]
async fn any_other_reset_is_unknown() {
    for reason in [NO_ERROR, INTERNAL_ERROR, CANCEL] {
        let peer = Peer::start(move |mut connection| async move {
            let mut stream = connection.h2_request().await;
            while let Some(id) = stream {
                connection.h2_reset(id, reason).await;
                stream = connection.h2_next().await;
            }
        })
        .await;
        leaves_it_unknown("reset", &peer, None, "").await;
    }
}

#[tokio::test]
async fn a_connection_that_ends_before_the_answer_is_unknown() {
    let closed = Peer::start(|mut connection| async move {
        connection.h2_request().await;
        connection.close().await;
    })
    .await;
    leaves_it_unknown("closed", &closed, None, "").await;
    let reset = Peer::start(|mut connection| async move {
        connection.h2_request().await;
        connection.reset();
    })
    .await;
    leaves_it_unknown("reset", &reset, None, "").await;
}

#[tokio::test]
async fn silence_until_the_timeout_is_unknown() {
    let peer = Peer::start(|mut connection| async move {
        connection.h2_request().await;
        // Later requests come on the same connection.
        while connection.h2_next().await.is_some() {}
    })
    .await;
    leaves_it_unknown(SILENCE, &peer, None, "").await;
}

#[tokio::test]
async fn half_an_answer_is_unknown_and_keeps_what_came() {
    async fn half(fault: &'static str, block: Vec<u8>, end: bool) {
        let peer = Peer::start(move |mut connection| {
            let block = block.clone();
            async move {
                let mut stream = connection.h2_request().await;
                while let Some(id) = stream {
                    connection.h2_head(id, &block, false).await;
                    connection.h2_data(id, b"{\"id\":1", end).await;
                    if !end {
                        connection.h2_reset(id, INTERNAL_ERROR).await;
                    }
                    stream = connection.h2_next().await;
                }
            }
        })
        .await;
        for (repeatable, request) in of_each_safety() {
            let before = peer.arrivals();
            let error = fails(&peer, request).await;
            assert_eq!(error.delivery(), Delivery::Unknown, "{fault}: {error}");
            assert_eq!(error.status().unwrap().as_u16(), 200, "{fault}: {error}");
            assert_eq!(peer.arrivals() - before, if repeatable { 2 } else { 1 }, "{fault}: {error}");
        }
    }
    half("reset in the body", STATUS_200.to_vec(), false).await;
    half("cut body", STATUS_200.to_vec(), true).await;
    half("too long a length", with_length(100), true).await;
    half("too short a length", with_length(3), true).await;
}

#[tokio::test]
async fn an_empty_200_is_unknown_and_a_500_to_a_read_is_answered() {
    let answering = |block: &'static [u8]| {
        Peer::start(move |mut connection| async move {
            let mut stream = connection.h2_request().await;
            while let Some(id) = stream {
                connection.h2_head(id, block, true).await;
                stream = connection.h2_next().await;
            }
        })
    };
    leaves_it_unknown("empty", &answering(STATUS_200).await, Some(200), "").await;
    let broken = answering(STATUS_500).await;
    assert_eq!(fails(&broken, read()).await.delivery(), Delivery::Answered);
    let error = fails(&broken, create()).await;
    assert_eq!((error.delivery(), error.attempts().len()), (Delivery::Unknown, 1), "{error}");
}

/// A certificate for 127.0.0.1 and a TLS server side that offers `alpn`.
fn tls(alpn: &'static [u8]) -> (RootCertificate, TlsAcceptor) {
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let key = rustls::pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    config.alpn_protocols = vec![alpn.to_vec()];
    (RootCertificate::from_pem(made.cert.pem()), TlsAcceptor::from(Arc::new(config)))
}

fn https(peer: &Peer) -> afflux_core::base_url::BaseUrl {
    afflux_core::base_url::BaseUrl::parse(&format!("https://{}", peer.address)).unwrap()
}

async fn handshake(
    tls: &TlsAcceptor,
    connection: Connection<TcpStream>,
) -> Option<Connection<tokio_rustls::server::TlsStream<TcpStream>>> {
    let stream = tls.accept(connection.stream).await.ok()?;
    Some(Connection { stream, seen: connection.seen })
}

#[tokio::test]
async fn over_tls_both_protocols_are_agreed_and_a_lost_answer_is_unknown() {
    for alpn in [b"h2".as_slice(), b"http/1.1"] {
        let (root, acceptor) = tls(alpn);
        let peer = Peer::start(move |connection| {
            let acceptor = acceptor.clone();
            async move {
                let Some(mut connection) = handshake(&acceptor, connection).await else { return };
                if alpn == b"h2" {
                    connection.h2_request().await;
                } else {
                    connection.request().await;
                }
                connection.close().await;
            }
        })
        .await;
        for (repeatable, request) in of_each_safety() {
            let before = peer.arrivals();
            let transport = Watched::new(ReqwestTransport::new().root_certificate(root.clone()));
            let engine = quick(https(&peer)).transport(Arc::new(transport.clone())).build().unwrap();
            let error = engine.execute(request).await.unwrap_err();
            assert_eq!(error.delivery(), Delivery::Unknown, "{error}");
            let attempts = if repeatable { 2 } else { 1 };
            assert_eq!(peer.arrivals() - before, attempts, "{error}");
            assert_eq!(transport.marks(), vec![true; attempts]);
        }
    }
}

#[tokio::test]
async fn a_tls_handshake_that_stalls_breaks_or_does_not_convince_is_not_sent() {
    let (_, acceptor) = tls(b"h2");
    let stalls = Peer::start(Connection::hold).await;
    let breaks = Peer::start(|connection| async move {
        connection.peek().await;
        connection.reset();
    })
    .await;
    let answers_plainly = Peer::answering("HTTP/1.1 400 Bad Request\r\n\r\n").await;
    let unknown_issuer = Peer::start(move |connection| {
        let acceptor = acceptor.clone();
        async move {
            handshake(&acceptor, connection).await;
        }
    })
    .await;
    for peer in [&stalls, &breaks, &answers_plainly, &unknown_issuer] {
        for (_, request) in of_each_safety() {
            let transport = Watched::new(ReqwestTransport::new().connect_timeout(CONNECT));
            let engine = quick(https(peer)).transport(Arc::new(transport.clone())).build().unwrap();
            let error = engine.execute(request.clone()).await.unwrap_err();
            assert_eq!((error.delivery(), error.kind()), (Delivery::NotSent, ErrorKind::Connect), "{error}");
            assert_eq!(transport.marks(), [false, false], "{error}");
        }
    }
    // The attempt ends before the connect timeout, so only the mark can tell.
    let engine = quick(https(&stalls)).build().unwrap();
    let error = engine.execute(create().attempt_timeout(CONNECT)).await.unwrap_err();
    assert_eq!((error.delivery(), error.attempts().len()), (Delivery::NotSent, 2), "{error}");
}

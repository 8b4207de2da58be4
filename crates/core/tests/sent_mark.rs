//! The mark that decides between "not sent" and "unknown": when it is set, and that giving up first is final.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

mod support;

use std::{sync::Arc, time::Duration};

use afflux_core::{
    Delivery,
    clock::BoxFuture,
    operation::Safety,
    request::Request,
    transport::{ReqwestTransport, Transport, Wire, WireError, WireResponse},
};
use support::{
    AMPLE, CONNECT, Watched, base,
    h2::STATUS_200,
    operations::{create, read, streamed},
    peer::{Connection, Peer, http},
    quick,
};

fn shapes() -> [(&'static str, Request); 3] {
    [("GET without a body", read()), ("POST with a body", create()), ("a stream", streamed(Safety::Unsafe))]
}

fn transports(connect: Duration) -> [(&'static str, ReqwestTransport); 2] {
    let plain = || ReqwestTransport::new().connect_timeout(connect);
    [("h1", plain()), ("h2", plain().http2_prior_knowledge())]
}

async fn marks_of(
    peer_address: std::net::SocketAddr,
    transport: ReqwestTransport,
    request: Request,
) -> Vec<bool> {
    let watched = Watched::new(transport);
    let engine = quick(base(peer_address)).transport(Arc::new(watched.clone())).build().unwrap();
    let _ = engine.execute(request).await;
    watched.marks()
}

#[tokio::test]
async fn it_is_set_once_bytes_left_with_and_without_a_body() {
    for (name, request) in shapes() {
        let h1 = Peer::answering(http("200 OK", "", "{}")).await;
        let h2 = Peer::start(|mut connection| async move {
            if let Some(id) = connection.h2_request().await {
                connection.h2_head(id, STATUS_200, false).await;
                connection.h2_data(id, b"{}", true).await;
                connection.hold().await;
            }
        })
        .await;
        for ((protocol, transport), peer) in transports(AMPLE).into_iter().zip([h1, h2]) {
            let marks = marks_of(peer.address, transport, request.clone()).await;
            assert_eq!(marks, [true], "{name} over {protocol}");
            assert_eq!(peer.arrivals(), 1, "{name} over {protocol}");
        }
    }
}

#[tokio::test]
async fn it_is_not_set_by_a_refused_connection() {
    let address = {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        listener.local_addr().unwrap()
    };
    for (name, request) in shapes() {
        for (protocol, transport) in transports(AMPLE) {
            let marks = marks_of(address, transport, request.clone()).await;
            assert_eq!(marks, [false, false], "{name} over {protocol}");
        }
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn it_is_not_set_by_a_connect_that_stalls() {
    let (address, _full) = support::peer::full_backlog().await;
    for (name, request) in shapes() {
        for (protocol, transport) in transports(CONNECT) {
            let marks = marks_of(address, transport, request.clone()).await;
            assert_eq!(marks, [false, false], "{name} over {protocol}");
        }
    }
}

/// Gives up at the worst moment: before the transport writes, which it then must not do.
#[derive(Debug)]
struct GivesUp(ReqwestTransport);

impl Transport for GivesUp {
    fn send<'a>(&'a self, wire: Wire<'a>) -> BoxFuture<'a, Result<WireResponse, WireError>> {
        assert!(wire.sent.give_up());
        self.0.send(wire)
    }
}

#[tokio::test]
async fn after_giving_up_nothing_is_written_however_far_the_connection_is() {
    for (name, request) in shapes() {
        for (protocol, transport) in transports(AMPLE) {
            let peer = Peer::start(move |mut connection| async move {
                if protocol == "h1" {
                    connection.request().await;
                } else if connection.h2_request().await.is_some() {
                    connection.seen.keep("whole".to_owned());
                }
            })
            .await;
            let engine = quick(base(peer.address)).transport(Arc::new(GivesUp(transport))).build().unwrap();
            let error = engine.execute(request.clone()).await.unwrap_err();
            assert_eq!(error.delivery(), Delivery::NotSent, "{name} over {protocol}: {error}");
            tokio::time::sleep(Duration::from_millis(20)).await;
            // Over h2 a head may have left, reset at once; no request arrives whole.
            assert_eq!(peer.requests(), Vec::<String>::new(), "{name} over {protocol}");
        }
    }
}

#[tokio::test]
async fn a_call_cancelled_while_connecting_gives_its_slot_back_and_one_cancelled_after_sending_holds_it() {
    use afflux_core::limit::Bucket;

    let buckets = || vec![Bucket::new("default").window(1, Duration::from_secs(60))];
    let silent = Peer::start(|mut connection| async move {
        connection.request().await;
        connection.hold().await;
    })
    .await;
    let stalls = Peer::start(Connection::hold).await;
    let handshake = afflux_core::base_url::BaseUrl::parse(&format!("https://{}", stalls.address)).unwrap();
    for (address, comes_back) in [(handshake, true), (base(silent.address), false)] {
        let engine = quick(address).buckets(buckets()).build().unwrap();
        let engine = engine.with_deadline(Duration::from_secs(1));
        let cancelled = tokio::time::timeout(Duration::from_millis(40), engine.execute(read())).await;
        assert!(cancelled.is_err());
        let again = engine.execute(read().attempt_timeout(Duration::from_millis(20))).await.unwrap_err();
        // A slot that was free leads to an attempt; one that is held refuses before.
        assert_eq!(!again.attempts().is_empty(), comes_back, "{again}");
    }
}

//! What the tests of the faces share.
#![allow(dead_code, reason = "each test binary takes what it needs")]

use std::sync::Arc;

use afflux_clevertap::{
    Client, Region,
    core::transport::{MockTransport, Reply, Seen},
};
use futures_core::Stream;

/// A client whose calls are answered by `answer`.
pub(crate) fn client(answer: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> (Client, MockTransport) {
    let transport = MockTransport::new(answer);
    let shared = Arc::new(transport.clone());
    let client = Client::builder(Region::In1, "ABC-123-4567")
        .passcode("made-up-passcode-1f81b7")
        .token("made-up-token-060")
        .engine(move |engine| engine.transport(shared))
        .build()
        .unwrap();
    (client, transport)
}

/// The next item of a stream.
pub(crate) async fn next<S: Stream + Unpin>(stream: &mut S) -> Option<S::Item> {
    std::future::poll_fn(|cx| std::pin::Pin::new(&mut *stream).poll_next(cx)).await
}

/// `POST /path?query body` of a call.
pub(crate) fn line(seen: &Seen) -> String {
    let question = if seen.query.is_empty() { "" } else { "?" };
    let body = String::from_utf8(seen.body.to_vec()).unwrap();
    format!("{} {}{question}{} {body}", seen.method, seen.path, seen.query).trim_end().to_owned()
}

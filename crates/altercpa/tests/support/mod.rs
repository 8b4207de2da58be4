//! A client whose network is a closure.

#![allow(dead_code, clippy::unwrap_used, clippy::expect_used)]

use std::sync::Arc;

use afflux_altercpa::{
    Client, TokenPlace,
    core::{
        retry::RetryPolicy,
        transport::{MockTransport, Reply, Seen},
    },
};

/// What no output may show.
pub(crate) const TOKEN: &str = "123-s3cr3tk3y";

/// A client with a site token that answers by `handler`.
pub(crate) fn client(handler: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> (Client, MockTransport) {
    built(MockTransport::new(handler), TokenPlace::Query, false)
}

/// A client with a site token that answers with `replies` in turn.
pub(crate) fn scripted(replies: impl IntoIterator<Item = Reply>) -> (Client, MockTransport) {
    built(MockTransport::script(replies), TokenPlace::Query, false)
}

/// A client with a global token.
pub(crate) fn global(replies: impl IntoIterator<Item = Reply>) -> (Client, MockTransport) {
    built(MockTransport::script(replies), TokenPlace::Query, true)
}

pub(crate) fn built(mock: MockTransport, place: TokenPlace, global: bool) -> (Client, MockTransport) {
    let builder = Client::builder("https://cpa.example.net").unwrap().token_place(place);
    let builder = if global { builder.global_token(TOKEN) } else { builder.site_token(TOKEN) };
    let transport = Arc::new(mock.clone());
    let client =
        builder.engine(|engine| engine.transport(transport).retry(RetryPolicy::default())).build().unwrap();
    (client, mock)
}

/// `{"status":"ok","id":1234}`
pub(crate) fn ok() -> Reply {
    Reply::answer(200, r#"{"status":"ok","id":1234}"#)
}

/// An error inside HTTP 200.
pub(crate) fn error(code: &str) -> Reply {
    Reply::answer(200, format!(r#"{{"status":"error","error":"{code}"}}"#))
}

/// `{"status":"error","error":"duplicate","id":1234}`
pub(crate) fn duplicate() -> Reply {
    Reply::answer(200, r#"{"status":"error","error":"duplicate","id":1234}"#)
}

/// The form that was sent, decoded.
pub(crate) fn form(seen: &Seen) -> String {
    let text = String::from_utf8(seen.body.to_vec()).unwrap();
    percent_encoding::percent_decode_str(&text).decode_utf8_lossy().into_owned()
}

/// Path and form of every request.
pub(crate) fn sent(mock: &MockTransport) -> Vec<String> {
    mock.seen().iter().map(|seen| format!("{} {}", seen.path, form(seen))).collect()
}

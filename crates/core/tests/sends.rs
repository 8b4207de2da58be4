//! Every public future, stream, value and error can be sent between threads, and an error is one pointer wide. Most
//! of this is proven by compiling.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

mod support;

use std::time::Duration;

use afflux_core::{
    Delivery, Error, ErrorKind,
    auth::Credentials,
    base_url::{BaseUrl, BaseUrlError},
    decode::{self, BadRow, DecodeError, JsonText, Kept, Layout, Page},
    download::Download,
    endpoint::Endpoint,
    engine::{Engine, EngineBuilder},
    job::{Job, JobHandle, JobResult, JobState},
    limit::{InvalidBucket, LocalLimiter, Permit, Refusal},
    link::{Link, LinkError},
    mask::Masker,
    operation::Operation,
    page::{Items, Paged, Pager, Pages, Resume},
    request::{Body, ByteStream, Request, StreamBody},
    response::{Attempt, Raw, Response},
    retry::RetryPolicy,
    secret::Slot,
    transport::{MockTransport, ReqwestTransport, Sent, Wire, WireBody, WireError, WireResponse},
};
use support::operations::READ;

fn sends<T: Send>() {}
fn shares<T: Send + Sync + 'static>() {}
fn fails<T: std::error::Error + Send + Sync + 'static>() {}
fn sendable<T: Send>(value: T) -> T {
    value
}

struct Rows;

const LAYOUT: Layout = Layout { at: "", or_under: None, wrapped: None, keyed: false, optional: false };

impl Endpoint for Rows {
    const OPERATION: &'static Operation = &READ;
    type Output = Page<Result<Kept<String>, BadRow>>;

    fn encode(&self) -> Result<Request, Error> {
        Ok(Request::new(Self::OPERATION))
    }

    fn decode(&self, raw: &Raw) -> Result<Self::Output, DecodeError> {
        decode::page(raw.body(), &LAYOUT)
    }
}

impl Paged for Rows {
    type Row = String;
}

#[test]
fn an_error_is_eight_bytes_and_every_error_can_be_sent_and_shared() {
    assert_eq!(size_of::<Error>(), 8);
    assert_eq!(size_of::<Result<(), Error>>(), 8);
    fails::<Error>();
    fails::<BaseUrlError>();
    fails::<LinkError>();
    fails::<DecodeError>();
    fails::<BadRow>();
    fails::<InvalidBucket>();
    fails::<Refusal>();
    fails::<WireError>();
    shares::<(Delivery, ErrorKind, Attempt)>();
}

#[test]
fn values_can_be_sent_and_shared() {
    shares::<(Engine, Credentials, BaseUrl, Masker, RetryPolicy, LocalLimiter, Permit)>();
    shares::<(Request, Body, StreamBody, Slot, Raw, Response<JsonText>, Sent, Resume, JobHandle, Link)>();
    shares::<(MockTransport, ReqwestTransport)>();
    shares::<(Job, JobResult, JobState, Pager)>();
    sends::<(EngineBuilder, ByteStream, WireBody, WireResponse, Wire<'static>)>();
}

#[test]
fn streams_can_be_sent() {
    sends::<(Items<Rows>, Pages<Rows>, Download)>();
}

#[tokio::test]
async fn futures_can_be_sent() {
    let mock = MockTransport::new(|_| afflux_core::transport::Reply::answer(200, "[\"a\"]"));
    let engine = Engine::builder("fixture", BaseUrl::parse("https://api.example").unwrap())
        .credentials(support::token("token-of-the-fixture"))
        .transport(std::sync::Arc::new(mock))
        .build()
        .unwrap();
    let request = || Request::new(&READ);
    assert_eq!(sendable(engine.call(&Rows)).await.unwrap().value.rows().len(), 1);
    sendable(engine.send(request(), |_| Ok(()))).await.unwrap();
    sendable(engine.execute(request())).await.unwrap();
    let mut pager = engine.pager(request(), None);
    sendable(pager.next_texts()).await.unwrap();
    let mut download = sendable(engine.download(request())).await.unwrap();
    sendable(download.chunk()).await.unwrap();
    sendable(download.to_writer(&mut Vec::new())).await.unwrap();
    drop(sendable(engine.download_to_path(request(), "never-started")));
    // Compiled only: there is no job to ask about.
    let _ = |mut job: Job| {
        drop(sendable(job.poll()));
        drop(sendable(job.wait(Some(Duration::ZERO), |_| {})));
    };
}

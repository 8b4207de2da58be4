//! Fixture operations: one of each safety, and requests of them.

use afflux_core::{
    operation::{Answers, Format, Operation, Safety},
    request::{Body, ByteStream, Request, StreamBody},
};
use bytes::Bytes;
use http::Method;

pub const READ: Operation = Operation { id: "listRows", vendor: "fixture", path: "/rows", ..Operation::GET };
pub const REPLACE: Operation = Operation {
    id: "replaceRow",
    vendor: "fixture",
    method: Method::PUT,
    path: "/rows/1",
    safety: Safety::Idempotent,
    ..Operation::GET
};
pub const CREATE_KEYED: Operation = Operation {
    id: "createKeyed",
    vendor: "fixture",
    method: Method::POST,
    path: "/keyed",
    safety: Safety::Keyed("key"),
    ..Operation::GET
};
pub const CREATE: Operation = Operation {
    id: "createRow",
    vendor: "fixture",
    method: Method::POST,
    path: "/rows",
    safety: Safety::Unsafe,
    ..Operation::GET
};
pub const DELETE: Operation = Operation {
    id: "deleteRow",
    vendor: "fixture",
    method: Method::DELETE,
    path: "/rows/1",
    safety: Safety::Idempotent,
    answers: Answers { format: Format::Empty, ..Answers::JSON },
    ..Operation::GET
};
pub const EXPORT: Operation = Operation {
    id: "exportRows",
    vendor: "fixture",
    path: "/rows.csv",
    answers: Answers { format: Format::Text, ..Answers::JSON },
    ..Operation::GET
};

pub const BODY: &str = r#"{"name":"value"}"#;

pub fn read() -> Request {
    Request::new(&READ)
}

pub fn replace() -> Request {
    Request::new(&REPLACE).json_text(BODY)
}

pub fn keyed() -> Request {
    Request::new(&CREATE_KEYED).query_pair("key", "k-1").json_text(BODY).keyed()
}

pub fn create() -> Request {
    Request::new(&CREATE).json_text(BODY)
}

/// A change whose body is streamed in two chunks, opened anew for each attempt.
pub fn streamed(safety: Safety) -> Request {
    let open = || chunks(&["{\"name\":", "\"value\"}"]);
    let length = Some(u64::try_from(BODY.len()).unwrap());
    Request::new(&CREATE).with_body(Body::Stream(StreamBody::replayable(length, open))).safety(safety)
}

/// The safeties of the table of outcomes: whether a repeat is harmless, and a request.
pub fn of_each_safety() -> [(bool, Request); 5] {
    [(true, read()), (true, replace()), (true, keyed()), (false, create()), (false, streamed(Safety::Unsafe))]
}

/// A stream of the chunks.
pub fn chunks(chunks: &[&'static str]) -> ByteStream {
    let chunks: Vec<_> = chunks.iter().map(|chunk| Ok(Bytes::from_static(chunk.as_bytes()))).collect();
    Box::pin(futures_util::stream::iter(chunks))
}

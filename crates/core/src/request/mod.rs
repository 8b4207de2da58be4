//! A request as a value: encoded, complete, and without its credentials. It does no IO.
//!
//! Path parameters become exactly one segment each, whatever they hold: empty ones and dot segments are refused, so
//! that no input can change the route. Credentials stay [slots](crate::secret::Slot) until the transport writes them.

mod body;

use std::{
    borrow::Cow,
    fmt::{self, Display, Write as _},
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use percent_encoding::{
    AsciiSet, NON_ALPHANUMERIC, percent_decode_str, percent_encode_byte, utf8_percent_encode,
};
use serde::Serialize;

pub use self::body::{Body, ByteStream, StreamBody};
use crate::{
    base_url::{BaseUrl, Origin},
    error::Error,
    operation::{Operation, Safety},
    stop::Stop,
};

/// What stays as it is in a path segment and in a query: the unreserved characters. [`encode_query`] says the same.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// By byte, whether it stays as it is.
#[allow(clippy::indexing_slicing, reason = "a byte is always inside, and this runs when it is compiled")]
static PLAIN: [bool; 256] = {
    let mut plain = [false; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        plain[byte as usize] = byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~');
        byte += 1;
    }
    plain
};

/// How many bytes from the beginning stay as they are.
fn plain_length(text: &[u8]) -> usize {
    let is_plain = |byte: &u8| PLAIN.get(usize::from(*byte)).is_some_and(|plain| *plain);
    let mut length = 0;
    for eight in text.chunks_exact(8) {
        // Without a branch for each byte.
        if !eight.iter().map(is_plain).fold(true, |all, plain| all & plain) {
            break;
        }
        length += 8;
    }
    let rest = text.get(length..).unwrap_or_default();
    length + rest.iter().position(|byte| !is_plain(byte)).unwrap_or(rest.len())
}

/// Appends `text` to a query, percent-encoded. By hand, for it is on the way of every call: the crate's iterator takes
/// many times as long.
pub(crate) fn encode_query(text: &str, query: &mut String) {
    query.reserve(text.len());
    let mut rest = text;
    loop {
        // Plain bytes are whole characters, so that one begins behind them.
        let (plain, reserved) = rest.split_at_checked(plain_length(rest.as_bytes())).unwrap_or((rest, ""));
        query.push_str(plain);
        let Some(first) = reserved.chars().next() else { return };
        let (reserved, behind) = reserved.split_at_checked(first.len_utf8()).unwrap_or((reserved, ""));
        reserved.bytes().for_each(|byte| query.push_str(percent_encode_byte(byte)));
        rest = behind;
    }
}

/// An encoded request without its credentials.
#[derive(Clone)]
pub struct Request {
    pub(crate) operation: &'static Operation,
    pub(crate) path: Cow<'static, str>,
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Body,
    pub(crate) safety: Safety,
    /// What the caller says that it costs; else its operation does.
    cost: Option<u32>,
    pub(crate) foreign: Option<Origin>,
    /// The query of a presigned address that the body tells.
    pub(crate) told: Option<Box<str>>,
    pub(crate) deadline: Option<Duration>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) stream_answer: bool,
    pub(crate) repeat_unknown: bool,
    pub(crate) next_step: Option<Box<str>>,
    pub(crate) stop: Option<Stop>,
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A presigned address is a permission, and a caller's header may be one.
        let path = if self.foreign.is_some() { "[presigned]" } else { &*self.path };
        let query: Vec<&str> = if self.foreign.is_some() {
            Vec::new()
        } else {
            self.query.split('&').filter_map(|pair| pair.split('=').next()).collect()
        };
        f.debug_struct("Request")
            .field("operation", &self.operation.id)
            .field("path", &path)
            .field("query", &query)
            .field("headers", &self.headers.keys().collect::<Vec<_>>())
            .field("body", &self.body)
            .field("safety", &self.safety)
            .field("cost", &self.effective_cost())
            .finish_non_exhaustive()
    }
}

impl Request {
    /// A request of `operation`, whose path must not have parameters left.
    pub fn new(operation: &'static Operation) -> Self {
        let safety = match operation.safety {
            // Without the caller's key a keyed call is unsafe; `keyed` raises it again.
            Safety::Keyed(_) => Safety::Unsafe,
            safety => safety,
        };
        Self {
            operation,
            path: Cow::Borrowed(operation.path),
            query: String::new(),
            headers: HeaderMap::new(),
            body: Body::Empty,
            safety,
            cost: None,
            foreign: None,
            told: None,
            deadline: None,
            timeout: None,
            stream_answer: false,
            repeat_unknown: false,
            next_step: None,
            stop: None,
        }
    }

    /// The operation.
    pub fn operation(&self) -> &'static Operation {
        self.operation
    }

    /// The effective safety.
    pub fn effective_safety(&self) -> Safety {
        self.safety
    }

    /// The encoded path, relative to the base URL.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The encoded query, without credentials.
    pub fn query(&self) -> &str {
        &self.query
    }

    /// The body.
    pub fn body(&self) -> &Body {
        &self.body
    }

    /// The headers, without credentials.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Fills the path parameter `name` with one segment.
    pub fn path_parameter(mut self, name: &str, value: impl Display) -> Result<Self, Error> {
        let value = value.to_string();
        if matches!(value.as_str(), "" | "." | "..") {
            return Err(Error::validation(
                self.operation,
                name,
                "must not be empty, `.` or `..`: it would change the route",
            ));
        }
        let segment = utf8_percent_encode(&value, RESERVED).to_string();
        self.path = self.path.replace(&format!("{{{name}}}"), &segment).into();
        Ok(self)
    }

    /// Appends a query parameter.
    #[must_use]
    pub fn query_pair(mut self, name: &str, value: impl Display) -> Self {
        self.push_query(name, value);
        self
    }

    /// Makes room for so many bytes of query, for a call that is made so often that growing step by step counts.
    #[must_use]
    pub fn query_room(mut self, bytes: usize) -> Self {
        self.query.reserve(bytes);
        self
    }

    /// Appends a query parameter that is text already, without the detour over its `Display`.
    pub fn push_query_text(&mut self, name: &str, value: &str) {
        self.begin_query(name);
        encode_query(value, &mut self.query);
    }

    fn begin_query(&mut self, name: &str) {
        if !self.query.is_empty() {
            self.query.push('&');
        }
        encode_query(name, &mut self.query);
        self.query.push('=');
    }

    /// Appends a query parameter, if there is a value.
    #[must_use]
    pub fn query_option(mut self, name: &str, value: Option<impl Display>) -> Self {
        if let Some(value) = value {
            self.push_query(name, value);
        }
        self
    }

    /// Appends a query parameter in place.
    pub fn push_query(&mut self, name: &str, value: impl Display) {
        self.begin_query(name);
        // Writing to a `String` cannot fail; a `Display` that fails leaves the pair short, and the vendor refuses it.
        let _ = write!(QueryWriter(&mut self.query), "{value}");
    }

    /// The decoded value of a query parameter.
    pub fn query_value(&self, name: &str) -> Option<String> {
        let decode = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        let pairs = self.query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.into_iter().find(|(key, _)| decode(key) == name).map(|(_, value)| decode(value))
    }

    /// Replaces a query parameter, or appends it.
    pub fn set_query(&mut self, name: &str, value: impl Display) {
        self.remove_query(name);
        self.push_query(name, value);
    }

    /// Takes a query parameter out.
    pub fn remove_query(&mut self, name: &str) {
        let mut unwanted = String::new();
        encode_query(name, &mut unwanted);
        let kept: Vec<&str> = self
            .query
            .split('&')
            .filter(|pair| !pair.is_empty() && pair.split('=').next() != Some(unwanted.as_str()))
            .collect();
        self.query = kept.join("&");
    }

    /// Adds a header. Values that a header cannot carry are refused.
    pub fn header(mut self, name: HeaderName, value: &str) -> Result<Self, Error> {
        let value = HeaderValue::from_str(value).map_err(|_| {
            Error::validation(self.operation, name.as_str(), "holds a character that a header cannot carry")
        })?;
        self.headers.append(name, value);
        Ok(self)
    }

    /// Sets a JSON body.
    pub fn json(self, body: &impl Serialize) -> Result<Self, Error> {
        let operation = self.operation;
        let body = serde_json::to_vec(body).map_err(|error| {
            Error::validation(operation, "body", format!("cannot be written as JSON: {error}"))
        })?;
        Ok(self.json_text(body))
    }

    /// Sets a JSON body that is already text.
    #[must_use]
    pub fn json_text(mut self, body: impl Into<Bytes>) -> Self {
        self.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        self.body = Body::Bytes(body.into());
        self
    }

    /// Appends a field to a form body.
    #[must_use]
    pub fn form_pair(mut self, name: &str, value: impl Display) -> Self {
        let mut form = match &self.body {
            Body::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
            Body::Empty | Body::Stream(_) => String::new(),
        };
        if !form.is_empty() {
            form.push('&');
        }
        encode_query(name, &mut form);
        form.push('=');
        let _ = write!(QueryWriter(&mut form), "{value}");
        self.headers
            .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
        self.body = Body::Bytes(form.into());
        self
    }

    /// Sets any body.
    #[must_use]
    pub fn with_body(mut self, body: Body) -> Self {
        self.body = body;
        self
    }

    /// The call carries the caller's key: a repeat is harmless.
    #[must_use]
    pub fn keyed(mut self) -> Self {
        self.safety = self.operation.safety;
        self
    }

    /// Lowers (or raises) the safety, where a parameter changes it.
    #[must_use]
    pub fn safety(mut self, safety: Safety) -> Self {
        self.safety = safety;
        self
    }

    /// What the call takes out of its bucket. Default: what its operation says, by the ranges in the body where it costs
    /// by years.
    #[must_use]
    pub fn cost(mut self, cost: u32) -> Self {
        self.cost = Some(cost);
        self
    }

    /// What the call takes out of its bucket.
    pub fn effective_cost(&self) -> u32 {
        self.cost.unwrap_or_else(|| match &self.body {
            Body::Bytes(body) => self.operation.cost.of_body(body),
            Body::Empty | Body::Stream(_) => self.operation.cost.for_years(0),
        })
    }

    /// The time for all attempts and waits together.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// The time for one attempt.
    #[must_use]
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// The caller accepts that a repeat may do it twice: an unknown outcome is retried.
    #[must_use]
    pub fn repeat_unknown(mut self) -> Self {
        self.repeat_unknown = true;
        self
    }

    /// Ends the call between its attempts when the signal is raised: the error is that of the last attempt, or, where
    /// there was none, one that says that nothing was sent.
    #[must_use]
    pub fn stop_on(mut self, stop: Stop) -> Self {
        self.stop = Some(stop);
        self
    }

    /// What an error should advise after an unknown outcome, as the rest of a sentence after `next:`.
    #[must_use]
    pub fn next_step(mut self, advice: impl Into<Box<str>>) -> Self {
        self.next_step = Some(advice.into());
        self
    }

    /// Sends the request to another host, as a presigned URL says: **without credentials**, HTTPS or loopback only.
    ///
    /// `url` is whole, with its query; it is not printed anywhere, for a presigned query is a secret.
    pub fn presigned(mut self, url: &str) -> Result<Self, Error> {
        let refused = |why: String| Error::validation(self.operation, "url", why);
        let (address, query) = url.split_once('?').unwrap_or((url, ""));
        let base = BaseUrl::parse(address).map_err(|error| refused(error.to_string()))?;
        let fine = |byte: u8| byte.is_ascii_graphic() && !b"\"<>\\^`{|}#".contains(&byte);
        if !query.bytes().all(fine) {
            return Err(refused("holds characters that are not allowed in a query".to_owned()));
        }
        // The prefix loses a slash at the end, which is part of an object's name.
        let mut path = base.prefix().to_owned();
        if address.ends_with('/') || path.is_empty() {
            path.push('/');
        }
        self.path = path.into();
        query.clone_into(&mut self.query);
        self.foreign = Some(base.origin().clone());
        Ok(self)
    }

    /// The body tells the vendor a presigned address: the permission in it is masked in what comes back, as credentials
    /// are.
    #[must_use]
    pub fn telling_address(mut self, url: &str) -> Self {
        self.told = url.split_once('?').map(|(_, query)| query.into());
        self
    }

    /// Follows a link of the vendor's own answer: path and query as they came.
    pub(crate) fn follow(mut self, link: &crate::link::Link) -> Self {
        self.path = link.path().to_owned().into();
        link.query().clone_into(&mut self.query);
        self
    }
}

/// Percent-encodes what is written into it.
struct QueryWriter<'a>(&'a mut String);

impl fmt::Write for QueryWriter<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        encode_query(text, self.0);
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const GET_THING: Operation = Operation { path: "/things/{id}/parts/{part}", ..Operation::GET };

    #[test]
    fn empty_and_dot_segments_are_refused() {
        for value in ["", ".", ".."] {
            assert!(Request::new(&GET_THING).path_parameter("id", value).is_err(), "{value:?}");
        }
    }

    #[test]
    fn a_query_parameter_is_replaced_in_place_of_the_old_one() {
        let mut request = Request::new(&GET_THING).query_pair("page", 1).query_pair("status[]", "a b");
        request.set_query("page", 2);
        assert_eq!(request.query(), "status%5B%5D=a%20b&page=2");
    }

    #[test]
    fn a_keyed_operation_is_unsafe_until_it_has_its_key() {
        const KEYED: Operation = Operation { safety: Safety::Keyed("exto"), ..Operation::GET };
        assert_eq!(Request::new(&KEYED).effective_safety(), Safety::Unsafe);
        assert_eq!(Request::new(&KEYED).keyed().effective_safety(), Safety::Keyed("exto"));
    }

    #[test]
    fn a_presigned_url_keeps_its_path_and_query_as_they_are() {
        let request =
            Request::new(&GET_THING).presigned("https://bucket.example/a%2Fb/c.csv?X-Sig=a%2Bb&e=1").unwrap();
        assert_eq!((request.path(), request.query()), ("/a%2Fb/c.csv", "X-Sig=a%2Bb&e=1"));
        assert!(Request::new(&GET_THING).presigned("http://bucket.example/x").is_err());
        assert!(Request::new(&GET_THING).presigned("https://u:p@bucket.example/x").is_err());
    }

    proptest! {
        #[test]
        fn a_query_is_encoded_as_the_crate_does_it(text in any::<String>()) {
            let mut query = String::from("?");
            encode_query(&text, &mut query);
            prop_assert_eq!(query, format!("?{}", utf8_percent_encode(&text, RESERVED)));
        }

        #[test]
        fn no_value_changes_the_route(value in any::<String>()) {
            if let Ok(request) = Request::new(&GET_THING).path_parameter("id", &value) {
                let segments: Vec<&str> = request.path().split('/').collect();
                prop_assert_eq!(segments.len(), 5);
                prop_assert!(request.path().is_ascii());
                prop_assert!(!request.path().contains(['?', '#', '\\', ' ', '\n', '\0']));
            }
        }
    }
}

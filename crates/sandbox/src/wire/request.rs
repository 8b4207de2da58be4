//! A request after it has been read, and the parsing of its head and of chunked bodies.

use std::net::SocketAddr;

use bytes::{Bytes, BytesMut};
use percent_encoding::percent_decode_str;

const MOST_HEADERS: usize = 100;

/// A request that was read to its end, or as far as it came.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// As it came, without the query.
    pub(crate) path: String,
    /// Decoded, in order.
    pub(crate) query: Vec<(String, String)>,
    /// Names in lower case, in order.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Bytes,
    pub(crate) peer: SocketAddr,
    /// Head and body as they were on the wire.
    pub(crate) bytes_read: u64,
    pub(crate) keep_alive: bool,
}

/// How long the body is, as the head says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BodyLength {
    Known(usize),
    Chunked,
}

impl Request {
    /// The value of the first header with this (lower case) name.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(have, _)| have == name).map(|(_, value)| value.as_str())
    }

    /// The value of the first query parameter with this name.
    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(have, _)| have == name).map(|(_, value)| value.as_str())
    }

    /// The content type in lower case, without its parameters.
    pub(crate) fn media_type(&self) -> Option<String> {
        let value = self.header("content-type")?;
        Some(value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
    }

    /// The decoded names and values of a form body, in order; `None` when the body is not said to be one.
    pub(crate) fn form(&self) -> Option<Vec<(String, String)>> {
        let is_form = self.media_type().is_some_and(|kind| kind == "application/x-www-form-urlencoded");
        is_form.then(|| decode_pairs(&String::from_utf8_lossy(&self.body)))
    }

    /// How long the body is; `Err` when the head contradicts itself.
    pub(crate) fn body_length(&self) -> Result<BodyLength, ()> {
        match (self.header("transfer-encoding"), self.header("content-length")) {
            (Some(coding), None) if coding.eq_ignore_ascii_case("chunked") => Ok(BodyLength::Chunked),
            (Some(_), _) => Err(()),
            (None, Some(length)) => length.trim().parse().map(BodyLength::Known).map_err(|_| ()),
            (None, None) => Ok(BodyLength::Known(0)),
        }
    }
}

/// What became of parsing a head.
pub(crate) enum Head {
    /// More bytes are needed.
    Partial,
    /// A request without its body, and the length of its head.
    Complete(Box<Request>, usize),
    /// Not HTTP/1.
    Malformed,
}

/// Parses the head of a request.
pub(crate) fn parse_head(bytes: &[u8], peer: SocketAddr) -> Head {
    let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
    let mut parsed = httparse::Request::new(&mut headers);
    let length = match parsed.parse(bytes) {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) => return Head::Partial,
        Err(_) => return Head::Malformed,
    };
    let (Some(method), Some(target)) = (parsed.method, parsed.path) else { return Head::Malformed };
    let (path, query) = split_target(target);
    let headers: Vec<(String, String)> = parsed
        .headers
        .iter()
        .map(|header| (header.name.to_ascii_lowercase(), String::from_utf8_lossy(header.value).into_owned()))
        .collect();
    let connection =
        headers.iter().find(|(name, _)| name == "connection").map(|(_, value)| value.to_ascii_lowercase());
    let keep_alive = match connection.as_deref() {
        Some(value) if value.contains("close") => false,
        Some(value) if value.contains("keep-alive") => true,
        _ => parsed.version == Some(1),
    };
    let request = Request {
        method: method.to_owned(),
        path,
        query,
        headers,
        body: Bytes::new(),
        peer,
        bytes_read: length as u64,
        keep_alive,
    };
    Head::Complete(Box::new(request), length)
}

/// Method and path of a request line of which perhaps only the beginning is there.
pub(crate) fn parse_line(bytes: &[u8]) -> Option<(String, String)> {
    let end = bytes.iter().position(|byte| *byte == b'\r' || *byte == b'\n')?;
    let line = std::str::from_utf8(bytes.get(..end)?).ok()?;
    let mut words = line.split(' ');
    let (method, target) = (words.next()?, words.next()?);
    Some((method.to_owned(), split_target(target).0))
}

/// Path and decoded query of a request target, in origin or absolute form.
fn split_target(target: &str) -> (String, Vec<(String, String)>) {
    let target = match target.split_once("://") {
        Some((_, rest)) if !target.starts_with('/') => {
            rest.find('/').and_then(|at| rest.get(at..)).unwrap_or("/")
        }
        _ => target,
    };
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    (path.to_owned(), decode_pairs(query))
}

fn decode_pairs(text: &str) -> Vec<(String, String)> {
    let pairs = text.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decode(name), decode(value))
    });
    pairs.collect()
}

fn decode(text: &str) -> String {
    percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}

/// What became of decoding a chunked body from the front of `bytes`.
pub(crate) enum Chunks {
    Partial,
    /// The body and how many bytes of the wire it took.
    Complete(Bytes, usize),
    Malformed,
}

/// Decodes a chunked body.
pub(crate) fn parse_chunks(bytes: &[u8]) -> Chunks {
    let mut body = BytesMut::new();
    let mut at = 0_usize;
    loop {
        let Some(rest) = bytes.get(at..) else { return Chunks::Partial };
        let (header, size) = match httparse::parse_chunk_size(rest) {
            Ok(httparse::Status::Complete(found)) => found,
            Ok(httparse::Status::Partial) => return Chunks::Partial,
            Err(_) => return Chunks::Malformed,
        };
        let Ok(size) = usize::try_from(size) else { return Chunks::Malformed };
        let start = at.saturating_add(header);
        if size == 0 {
            return end_of_chunks(bytes, start, body);
        }
        let end = start.saturating_add(size);
        let Some(chunk) = bytes.get(start..end) else { return Chunks::Partial };
        body.extend_from_slice(chunk);
        match bytes.get(end..end.saturating_add(2)) {
            Some(b"\r\n") => at = end.saturating_add(2),
            Some(_) => return Chunks::Malformed,
            None => return Chunks::Partial,
        }
    }
}

/// Skips trailers up to the empty line after the last chunk.
fn end_of_chunks(bytes: &[u8], mut at: usize, body: BytesMut) -> Chunks {
    loop {
        let Some(rest) = bytes.get(at..) else { return Chunks::Partial };
        let Some(line) = rest.windows(2).position(|pair| pair == b"\r\n") else { return Chunks::Partial };
        at = at.saturating_add(line).saturating_add(2);
        if line == 0 {
            return Chunks::Complete(body.freeze(), at);
        }
    }
}

#[cfg(test)]
#[allow(clippy::indexing_slicing)]
mod tests {
    use super::{Chunks, parse_chunks, parse_line, split_target};

    #[test]
    fn a_chunked_body_is_put_together_and_its_trailers_are_skipped() {
        let wire = b"3\r\nabc\r\n2;x=1\r\nde\r\n0\r\nTrailer: 1\r\n\r\nNEXT";
        let Chunks::Complete(body, used) = parse_chunks(wire) else { unreachable!("complete") };
        assert_eq!(&body[..], b"abcde");
        assert_eq!(&wire[used..], b"NEXT");
        for end in 0..used {
            assert!(matches!(parse_chunks(&wire[..end]), Chunks::Partial), "cut at {end}");
        }
        assert!(matches!(parse_chunks(b"zz\r\n"), Chunks::Malformed));
    }

    #[test]
    fn a_target_is_split_and_its_query_decoded() {
        let (path, query) = split_target("/a%2Fb?x=1&y=a%20b+c&flag&x=2");
        assert_eq!(path, "/a%2Fb");
        let pairs = [("x", "1"), ("y", "a b c"), ("flag", ""), ("x", "2")];
        assert_eq!(query, pairs.map(|(name, value)| (name.to_owned(), value.to_owned())));
        assert_eq!(split_target("http://h:1/p?q=1").0, "/p");
        assert_eq!(parse_line(b"GET /p?q HTTP/1.1\r"), Some(("GET".to_owned(), "/p".to_owned())));
        assert_eq!(parse_line(b"GET /p?q HTTP"), None);
    }
}

//! The server side of HTTP/2, frame by frame, so that a test can say exactly what a server never would by a library.

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};

use super::peer::Connection;

const DATA: u8 = 0x0;
const HEADERS: u8 = 0x1;
const RST_STREAM: u8 = 0x3;
const SETTINGS: u8 = 0x4;
const GOAWAY: u8 = 0x7;
const ACK: u8 = 0x1;
pub const END_STREAM: u8 = 0x1;
const END_HEADERS: u8 = 0x4;

pub const NO_ERROR: u32 = 0x0;
pub const INTERNAL_ERROR: u32 = 0x2;
pub const REFUSED_STREAM: u32 = 0x7;
pub const CANCEL: u32 = 0x8;

/// `:status: 200` and, of the static table too, `:status: 500`.
pub const STATUS_200: &[u8] = &[0x88];
pub const STATUS_500: &[u8] = &[0x8e];

impl<S: AsyncRead + AsyncWrite + Unpin> Connection<S> {
    /// Says hello and reads up to the end of the first request; gives its stream, or none if the client left.
    pub async fn h2_request(&mut self) -> Option<u32> {
        let mut preface = [0; 24];
        self.stream.read_exact(&mut preface).await.ok()?;
        assert!(preface.starts_with(b"PRI * HTTP/2.0"), "the client does not speak HTTP/2");
        self.frame(SETTINGS, 0, 0, &[]).await;
        self.h2_next().await
    }

    /// Reads up to the end of the next request.
    pub async fn h2_next(&mut self) -> Option<u32> {
        loop {
            let mut head = [0; 9];
            self.stream.read_exact(&mut head).await.ok()?;
            let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
            let (kind, flags) = (head[3], head[4]);
            let stream = u32::from_be_bytes([head[5], head[6], head[7], head[8]]) & 0x7fff_ffff;
            let mut payload = vec![0; usize::try_from(length).unwrap()];
            self.stream.read_exact(&mut payload).await.ok()?;
            match kind {
                SETTINGS if flags & ACK == 0 => self.frame(SETTINGS, ACK, 0, &[]).await,
                HEADERS => {
                    self.seen.arrived();
                    if flags & END_STREAM != 0 {
                        return Some(stream);
                    }
                }
                DATA if flags & END_STREAM != 0 => return Some(stream),
                _ => {}
            }
        }
    }

    async fn frame(&mut self, kind: u8, flags: u8, stream: u32, payload: &[u8]) {
        let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
        let mut bytes = vec![length[1], length[2], length[3], kind, flags];
        bytes.extend_from_slice(&stream.to_be_bytes());
        bytes.extend_from_slice(payload);
        self.write(&bytes).await;
    }

    pub async fn h2_head(&mut self, stream: u32, block: &[u8], end: bool) {
        let flags = END_HEADERS | if end { END_STREAM } else { 0 };
        self.frame(HEADERS, flags, stream, block).await;
    }

    pub async fn h2_data(&mut self, stream: u32, data: &[u8], end: bool) {
        self.frame(DATA, if end { END_STREAM } else { 0 }, stream, data).await;
    }

    pub async fn h2_reset(&mut self, stream: u32, reason: u32) {
        self.frame(RST_STREAM, 0, stream, &reason.to_be_bytes()).await;
    }

    pub async fn h2_goaway(&mut self, last: u32, reason: u32) {
        let payload = [last.to_be_bytes(), reason.to_be_bytes()].concat();
        self.frame(GOAWAY, 0, 0, &payload).await;
    }
}

/// A header block with `:status: 200` and a content length.
pub fn with_length(length: usize) -> Vec<u8> {
    let digits = length.to_string();
    // A literal without indexing, named by entry 28 of the static table.
    let mut block = [STATUS_200, &[0x0f, 0x0d, u8::try_from(digits.len()).unwrap()]].concat();
    block.extend_from_slice(digits.as_bytes());
    block
}

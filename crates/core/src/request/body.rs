//! The body of a request: none, bytes, or a stream that may or may not be opened again.

use std::{
    fmt, io,
    pin::Pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use bytes::Bytes;
use futures_core::Stream;

/// A stream of body bytes.
pub type ByteStream = Pin<Box<dyn Stream<Item = io::Result<Bytes>> + Send>>;

/// The body of a request.
#[derive(Clone, Default)]
pub enum Body {
    /// None.
    #[default]
    Empty,
    /// Bytes in memory: can be sent again.
    Bytes(Bytes),
    /// A stream. Whether it can be sent again depends on where it comes from.
    Stream(StreamBody),
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("Empty"),
            Self::Bytes(bytes) => write!(f, "Bytes({})", bytes.len()),
            Self::Stream(stream) => write!(f, "Stream({:?})", stream.length),
        }
    }
}

type Open = dyn Fn() -> Option<ByteStream> + Send + Sync;

/// A body that is streamed.
#[derive(Clone)]
pub struct StreamBody {
    /// Its length in bytes, where known.
    pub length: Option<u64>,
    open: Arc<Open>,
    used_up: Option<Arc<AtomicBool>>,
}

impl StreamBody {
    /// A stream that is opened anew for each attempt.
    pub fn replayable(length: Option<u64>, open: impl Fn() -> ByteStream + Send + Sync + 'static) -> Self {
        Self { length, open: Arc::new(move || Some(open())), used_up: None }
    }

    /// A stream that exists once: a call with it is never sent a second time.
    pub fn once(length: Option<u64>, stream: ByteStream) -> Self {
        let slot = Mutex::new(Some(stream));
        let used_up = Arc::new(AtomicBool::new(false));
        let mark = Arc::clone(&used_up);
        let open = move || {
            mark.store(true, Ordering::Relaxed);
            slot.lock().unwrap_or_else(PoisonError::into_inner).take()
        };
        Self { length, open: Arc::new(open), used_up: Some(used_up) }
    }

    /// Whether the stream existed once and is gone.
    pub(crate) fn used_up(&self) -> bool {
        self.used_up.as_ref().is_some_and(|used_up| used_up.load(Ordering::Relaxed))
    }

    /// The stream, unless it has been used up.
    pub(crate) fn open(&self) -> Option<ByteStream> {
        (self.open)()
    }
}

impl fmt::Debug for StreamBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StreamBody").field("length", &self.length).finish_non_exhaustive()
    }
}

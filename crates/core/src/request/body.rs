//! The body of a request: none, bytes, or a stream that may or may not be opened again.

use std::{
    fmt, io,
    path::Path,
    pin::Pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use bytes::{Bytes, BytesMut};
use futures_core::Stream;
use tokio::io::AsyncReadExt;

/// A file is read in pieces of this many bytes.
const PIECE: usize = 64 * 1024;

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

    /// The file at `path`, as long as it is now, opened anew for each attempt and read in pieces.
    pub async fn file(path: impl AsRef<Path>) -> io::Result<Self> {
        let path: Arc<Path> = path.as_ref().into();
        let length = tokio::fs::File::open(&path).await?.metadata().await?.len();
        Ok(Self::replayable(Some(length), move || pieces(Arc::clone(&path), length)))
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

/// A file, piece by piece. One that is not as long as it was would go out cut off, or never end.
fn pieces(path: Arc<Path>, length: u64) -> ByteStream {
    Box::pin(futures_util::stream::try_unfold(None, move |file: Option<tokio::fs::File>| {
        let path = Arc::clone(&path);
        async move {
            let mut file = match file {
                Some(file) => file,
                None => {
                    let file = tokio::fs::File::open(&path).await?;
                    if file.metadata().await?.len() != length {
                        return Err(io::Error::other("the file has changed since the call was made"));
                    }
                    file
                }
            };
            let mut piece = BytesMut::with_capacity(PIECE);
            let read = file.read_buf(&mut piece).await?;
            Ok((read > 0).then(|| (piece.freeze(), Some(file))))
        }
    }))
}

impl fmt::Debug for StreamBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StreamBody").field("length", &self.length).finish_non_exhaustive()
    }
}

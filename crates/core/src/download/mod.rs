//! Large answers in constant memory: a stream of bytes, into a writer or a file.
//!
//! The permit of the call is held until the last byte, for the vendor is busy with it until then.

mod whole_file;

use std::{
    fmt, io,
    path::Path,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::Bytes;
use futures_core::Stream;
use http::{HeaderMap, StatusCode};
use tokio::io::{AsyncWrite, AsyncWriteExt};

pub use self::whole_file::WholeFile;
use crate::{
    clock::{BoxFuture, Clock},
    engine::{Engine, Got, Run, StreamAnswer},
    error::{Error, ErrorKind, RAW_BODY_CAP},
    limit::{End, Permit},
    request::{ByteStream, Request},
    response::Raw,
};

/// An answer whose body is still coming. A stream of its bytes.
pub struct Download {
    run: Run,
    raw: Raw,
    stream: ByteStream,
    permit: Option<Permit>,
    idle: Duration,
    timer: Option<BoxFuture<'static, ()>>,
    received: u64,
    /// What was looked at and not handed out yet.
    peeked: Option<Bytes>,
    /// Tells a shared limiter that the call is over.
    telling: Option<BoxFuture<'static, ()>>,
    done: bool,
}

impl fmt::Debug for Download {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Download")
            .field("answer", &self.raw)
            .field("received", &self.received)
            .finish_non_exhaustive()
    }
}

impl Engine {
    /// Makes the call of `request` and hands out a success while its body is still coming.
    pub async fn download(&self, request: Request) -> Result<Download, Error> {
        let mut run = self.begin(request)?;
        match run.stream().await? {
            Got::Stream(StreamAnswer { raw, stream, permit }) => {
                Ok(Download::new(run, raw, stream, Some(permit)))
            }
            // An outcome that is told in an error's body was read whole.
            Got::Whole(raw) => {
                let body = raw.body().clone();
                let stream: ByteStream = Box::pin(futures_util::stream::once(async move { Ok(body) }));
                Ok(Download::new(run, raw, stream, None))
            }
        }
    }

    /// Downloads into the file at `path`, which appears only when it is whole. A download that breaks off is started
    /// again as often as the retry policy allows, if the operation changes nothing. A path that cannot be written to is
    /// an error before the call.
    pub async fn download_to_path(&self, request: Request, path: impl AsRef<Path>) -> Result<u64, Error> {
        let path = path.as_ref();
        drop(WholeFile::create(path).await.map_err(Error::before_sending)?);
        let mut attempts = 0;
        loop {
            attempts += 1;
            let download = self.download(request.clone()).await?;
            match download.to_path(path).await {
                Err(error) if self.starts_again(&request, &error, attempts).await => {}
                end => return end,
            }
        }
    }

    /// Whether a download that broke off is to be started again after `attempts` of them: waits as long as the retry
    /// policy says, unless it changes something, failed otherwise, or was tried often enough.
    pub async fn starts_again(&self, request: &Request, error: &Error, attempts: u32) -> bool {
        let again = error.kind() == ErrorKind::Lost
            && !request.operation().safety.mutates()
            && attempts < self.inner.policy.attempts;
        if again {
            let wait = crate::retry::backoff(&self.inner.policy, attempts, fastrand::f64());
            self.inner.clock.sleep_until(self.inner.clock.now() + wait).await;
        }
        again
    }
}

impl Download {
    fn new(run: Run, raw: Raw, stream: ByteStream, permit: Option<Permit>) -> Self {
        Self {
            idle: run.attempt_timeout(),
            run,
            raw,
            stream,
            permit,
            timer: None,
            received: 0,
            peeked: None,
            telling: None,
            done: false,
        }
    }

    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        self.raw.status()
    }

    /// The headers, our credentials masked.
    pub fn headers(&self) -> &HeaderMap {
        self.raw.headers()
    }

    /// The answer without its body.
    pub fn answer(&self) -> &Raw {
        &self.raw
    }

    /// Bytes handed out so far, decompressed.
    pub fn received(&self) -> u64 {
        self.received
    }

    /// How long to wait for the next bytes. Default: as long as one attempt may take to the beginning of its answer. All
    /// of it may take as long as bytes come: a deadline is of the beginning, too.
    #[must_use]
    pub fn idle_timeout(mut self, idle: Duration) -> Self {
        self.idle = idle;
        self
    }

    /// The next bytes; `None` at the end of a whole body.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Error> {
        std::future::poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await.transpose()
    }

    /// The next bytes, which stay to be handed out; `None` at the end of a whole body. To find out what came before it
    /// is read: as many as it takes until they are no longer `undecided`, within [`RAW_BODY_CAP`].
    pub async fn peek(&mut self, undecided: impl Fn(&[u8]) -> bool + Send) -> Result<Option<&[u8]>, Error> {
        loop {
            let have = self.peeked.take().unwrap_or_default();
            if !have.is_empty() && (have.len() > RAW_BODY_CAP || !undecided(&have)) {
                self.peeked = Some(have);
                break;
            }
            match self.chunk().await? {
                Some(more) if have.is_empty() => self.peeked = Some(more),
                Some(more) => self.peeked = Some([have, more].concat().into()),
                None => {
                    self.peeked = (!have.is_empty()).then_some(have);
                    break;
                }
            }
        }
        Ok(self.peeked.as_deref())
    }

    /// The answer with the beginning of its body, for an error that tells what came: at most [`RAW_BODY_CAP`] bytes,
    /// and less where it breaks off.
    pub async fn into_beginning(mut self) -> Raw {
        let mut body = Vec::new();
        while body.len() < RAW_BODY_CAP
            && let Ok(Some(chunk)) = self.chunk().await
        {
            body.extend_from_slice(&chunk);
        }
        self.raw.body = body.into();
        self.raw.clone()
    }

    /// Reads the rest into memory: the answer with its body. More than `cap` bytes are an error.
    pub async fn into_raw(mut self, cap: usize) -> Result<Raw, Error> {
        let mut body = Vec::new();
        while let Some(chunk) = self.chunk().await? {
            if body.len() + chunk.len() > cap {
                let what = format!("was answered, but the body is larger than {cap} bytes");
                let mut error = Error::undocumented(self.raw.operation(), what);
                error.inner_mut().kind = ErrorKind::TooLarge;
                return Err(error);
            }
            body.extend_from_slice(&chunk);
        }
        self.raw.body = body.into();
        Ok(self.raw.clone())
    }

    /// Writes all of it. The number of bytes.
    pub async fn to_writer(mut self, writer: &mut (impl AsyncWrite + Unpin + Send)) -> Result<u64, Error> {
        let failed = |error| Error::io("the download cannot be written", &error);
        while let Some(chunk) = self.chunk().await? {
            writer.write_all(&chunk).await.map_err(failed)?;
        }
        writer.flush().await.map_err(failed)?;
        Ok(self.received)
    }

    /// Writes all of it into the file at `path`, which appears only when it is whole. The number of bytes.
    pub async fn to_path(mut self, path: impl AsRef<Path>) -> Result<u64, Error> {
        let mut file = WholeFile::create(path).await?;
        while let Some(chunk) = self.chunk().await? {
            file.write(&chunk).await?;
        }
        file.finish().await?;
        Ok(self.received)
    }

    /// Waits until a shared limiter knows, which takes no longer than its patience.
    fn told(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if let Some(telling) = &mut self.telling {
            ready!(telling.as_mut().poll(cx));
            self.telling = None;
        }
        Poll::Ready(())
    }

    fn end(&mut self, broken: bool) {
        self.done = true;
        self.timer = None;
        if let Some(permit) = self.permit.take() {
            let end = if broken {
                End::Lost
            } else {
                End::Answered { status: self.raw.status(), headers: self.raw.headers() }
            };
            self.telling = permit.end(end);
        }
    }
}

impl Stream for Download {
    type Item = Result<Bytes, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        if let Some(peeked) = this.peeked.take() {
            return Poll::Ready(Some(Ok(peeked)));
        }
        if this.done {
            return this.told(cx).map(|()| None);
        }
        let next: Option<io::Result<Bytes>> = match this.stream.as_mut().poll_next(cx) {
            Poll::Ready(next) => next,
            Poll::Pending => {
                let clock: Arc<dyn Clock> = Arc::clone(&this.run.inner().clock);
                let timer = this.timer.get_or_insert_with(|| clock.sleep_until(clock.now() + this.idle));
                ready!(timer.as_mut().poll(cx));
                Some(Err(io::Error::new(
                    io::ErrorKind::TimedOut,
                    format!("no byte for {:.0} s", this.idle.as_secs_f64()),
                )))
            }
        };
        this.timer = None;
        match next {
            Some(Ok(chunk)) => {
                this.received += chunk.len() as u64;
                Poll::Ready(Some(Ok(chunk)))
            }
            None => {
                this.end(false);
                this.told(cx).map(|()| None)
            }
            Some(Err(error)) => {
                this.end(true);
                let what = format!("{error}, after {} bytes", this.received);
                Poll::Ready(Some(Err(this.run.cut_off(&this.raw, &what))))
            }
        }
    }
}

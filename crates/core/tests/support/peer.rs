//! A server on a raw socket: the test says byte by byte what it does.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// Runs until it is dropped.
pub struct Peer {
    pub address: SocketAddr,
    seen: Seen,
    task: JoinHandle<()>,
}

/// What arrived.
#[derive(Clone, Default)]
pub struct Seen {
    arrivals: Arc<AtomicUsize>,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Seen {
    /// Counts a request of which at least one byte arrived.
    pub fn arrived(&self) {
        self.arrivals.fetch_add(1, Ordering::SeqCst);
    }

    pub fn keep(&self, request: String) {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).push(request);
    }
}

impl Peer {
    /// Accepts connections and gives each to `behave`, one task each.
    pub async fn start<F, T>(behave: F) -> Self
    where
        F: Fn(Connection) -> T + Send + Sync + 'static,
        T: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Seen::default();
        let shared = seen.clone();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                stream.set_nodelay(true).unwrap();
                tokio::spawn(behave(Connection { stream, seen: shared.clone() }));
            }
        });
        Self { address, seen, task }
    }

    /// Answers each request with `answer`, as it is, and closes.
    pub async fn answering(answer: impl Into<Vec<u8>>) -> Self {
        let answer = Arc::new(answer.into());
        Self::start(move |mut connection| {
            let answer = Arc::clone(&answer);
            async move {
                connection.request().await;
                connection.write(&answer).await;
                connection.close().await;
            }
        })
        .await
    }

    /// How many requests arrived, be it with one byte.
    pub fn arrivals(&self) -> usize {
        self.seen.arrivals.load(Ordering::SeqCst)
    }

    /// The requests that arrived whole.
    pub fn requests(&self) -> Vec<String> {
        self.seen.requests.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// One accepted connection.
pub struct Connection<S = TcpStream> {
    pub stream: S,
    pub seen: Seen,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Connection<S> {
    /// Reads one request whole; empty when the client closed before.
    pub async fn request(&mut self) -> String {
        let mut bytes = Vec::new();
        let mut buffer = [0; 4096];
        loop {
            let read = self.stream.read(&mut buffer).await.unwrap_or(0);
            if read == 0 {
                break;
            }
            if bytes.is_empty() {
                self.seen.arrived();
            }
            bytes.extend_from_slice(&buffer[..read]);
            if is_whole(&bytes) {
                break;
            }
        }
        let request = String::from_utf8_lossy(&bytes).into_owned();
        if !request.is_empty() {
            self.seen.keep(request.clone());
        }
        request
    }

    pub async fn write(&mut self, bytes: &[u8]) {
        // The client may be gone; that is its test's matter.
        let _ = self.stream.write_all(bytes).await;
        let _ = self.stream.flush().await;
    }

    pub async fn close(mut self) {
        let _ = self.stream.shutdown().await;
    }

    /// Keeps the connection open and silent until the client closes it.
    pub async fn hold(mut self) {
        let mut buffer = [0; 4096];
        while self.stream.read(&mut buffer).await.is_ok_and(|read| read > 0) {}
    }
}

impl Connection {
    /// Waits until something has arrived, without reading it.
    pub async fn peek(&self) {
        if self.stream.peek(&mut [0; 1]).await.is_ok_and(|read| read > 0) {
            self.seen.arrived();
        }
    }

    /// Ends with a TCP reset.
    pub fn reset(self) {
        socket2::SockRef::from(&self.stream).set_linger(Some(Duration::ZERO)).unwrap();
    }
}

fn is_whole(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let head = head.to_ascii_lowercase();
    if head.contains("transfer-encoding: chunked") {
        return body.ends_with("0\r\n\r\n");
    }
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
    body.len() >= length.map_or(0, |length| length.trim().parse().unwrap())
}

/// An answer of HTTP/1.1 with the right length.
pub fn http(status: &str, headers: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

/// A listener that never accepts and whose backlog is full: whoever connects waits. What is returned keeps it so.
#[cfg(target_os = "linux")]
pub async fn full_backlog() -> (SocketAddr, impl Sized) {
    use socket2::{Domain, Socket, Type};

    let listener = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    listener.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
    listener.listen(0).unwrap();
    let address = listener.local_addr().unwrap().as_socket().unwrap();
    let mut waiting = Vec::new();
    for _ in 0..16 {
        match tokio::time::timeout(Duration::from_millis(30), TcpStream::connect(address)).await {
            Ok(connected) => waiting.push(connected.unwrap()),
            Err(_) => return (address, (listener, waiting)),
        }
    }
    panic!("the backlog never filled up");
}

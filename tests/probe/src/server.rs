//! A server on a raw socket, with a thread for each connection: the test says byte by byte what it answers.

use std::{
    io::{self, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

/// Serves until it is dropped. Each connection serves one request.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    over: AtomicBool,
    taken: AtomicU64,
    requests: Mutex<Vec<Vec<u8>>>,
}

/// The answer's side of a connection. It counts the bytes that the client's system took.
#[derive(Debug)]
pub struct Answer {
    stream: TcpStream,
    shared: Arc<Shared>,
}

impl Server {
    /// Reads each request whole and lets `answer` have it.
    ///
    /// # Panics
    /// If this machine has no port left.
    pub fn start(answer: impl Fn(&[u8], &mut Answer) -> io::Result<()> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared::default());
        let (mine, answer) = (Arc::clone(&shared), Arc::new(answer));
        thread::spawn(move || {
            for stream in listener.incoming() {
                if mine.over.load(Ordering::SeqCst) {
                    return;
                }
                let Ok(stream) = stream else { continue };
                let mut connection = Answer { stream, shared: Arc::clone(&mine) };
                let answer = Arc::clone(&answer);
                thread::spawn(move || {
                    let request = read_request(&mut connection.stream);
                    if request.is_empty() {
                        return;
                    }
                    connection.shared.requests().push(request.clone());
                    // The client may leave in the middle; what it says of that is its test's matter.
                    let _ = answer(&request, &mut connection);
                });
            }
        });
        Self { address, shared }
    }

    /// Answers each request with the same bytes.
    pub fn answering(answer: impl Into<Vec<u8>>) -> Self {
        let answer = answer.into();
        Self::start(move |_, connection| connection.write_all(&answer))
    }

    /// Where it is.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `http://address`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The requests that came, as they came.
    pub fn requests(&self) -> Vec<Vec<u8>> {
        self.shared.requests().clone()
    }

    /// So many bytes of answers were taken, by the client or by the system on its behalf.
    pub fn taken(&self) -> u64 {
        self.shared.taken.load(Ordering::SeqCst)
    }
}

impl Shared {
    fn requests(&self) -> std::sync::MutexGuard<'_, Vec<Vec<u8>>> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.over.store(true, Ordering::SeqCst);
        // Wakes whoever accepts.
        let _ = TcpStream::connect(self.address);
    }
}

impl Answer {
    /// Says nothing more until the client leaves, or for half a minute.
    pub fn hold(&mut self) {
        let _ = self.stream.set_read_timeout(Some(Duration::from_secs(30)));
        let _ = self.stream.read(&mut [0; 1]);
    }
}

impl Write for Answer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.stream.write(bytes)?;
        self.shared.taken.fetch_add(u64::try_from(written).unwrap(), Ordering::SeqCst);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

/// An answer of HTTP/1.1 with the right length, after which the connection closes.
pub fn http(status: &str, headers: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\nconnection: close\r\n{headers}content-length: {length}\r\n\r\n{body}")
        .into()
}

fn read_request(stream: &mut TcpStream) -> Vec<u8> {
    let mut request = Vec::new();
    let mut buffer = [0; 16 * 1024];
    while !is_whole(&request) {
        match stream.read(&mut buffer) {
            Ok(read) if read > 0 => request.extend_from_slice(&buffer[..read]),
            _ => break,
        }
    }
    request
}

fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, _)) = text.split_once("\r\n\r\n") else { return false };
    let body = request.len() - head.len() - 4;
    let head = head.to_ascii_lowercase();
    if head.contains("transfer-encoding: chunked") {
        return request.ends_with(b"0\r\n\r\n");
    }
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
    body >= length.map_or(0, |length| length.trim().parse().unwrap())
}

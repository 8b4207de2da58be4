//! A vendor that counts every arrival in a sliding log and refuses the one too many.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

#[derive(Clone)]
pub struct Strict {
    pub address: SocketAddr,
    arrivals: Arc<Mutex<Vec<Instant>>>,
    count: usize,
    span: Duration,
    work: Duration,
}

impl Strict {
    pub async fn start(count: u32, span: Duration, work: Duration) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let strict = Self {
            address: listener.local_addr().unwrap(),
            arrivals: Arc::default(),
            count: usize::try_from(count).unwrap(),
            span,
            work,
        };
        let server = strict.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(server.clone().serve(stream));
            }
        });
        strict
    }

    async fn serve(self, mut stream: TcpStream) {
        let mut buffer = Vec::new();
        loop {
            let mut chunk = [0; 4096];
            match stream.read(&mut chunk).await {
                Ok(0) | Err(_) => return,
                Ok(read) => buffer.extend_from_slice(chunk.get(..read).unwrap()),
            }
            while let Some(end) = buffer.windows(4).position(|four| four == b"\r\n\r\n") {
                buffer.drain(..end + 4);
                tokio::time::sleep(self.work / 2).await;
                let status = if self.admits() { "200 OK" } else { "429 Too Many Requests" };
                tokio::time::sleep(self.work / 2).await;
                let answer = format!(
                    "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{{}}"
                );
                if stream.write_all(answer.as_bytes()).await.is_err() {
                    return;
                }
            }
        }
    }

    fn admits(&self) -> bool {
        let mut arrivals = self.arrivals.lock().unwrap();
        let now = Instant::now();
        let recent = arrivals.iter().filter(|at| now.duration_since(**at) < self.span).count();
        arrivals.push(now);
        recent < self.count
    }

    /// All arrivals, and the most of them in any span.
    pub fn seen(&self) -> (Vec<Instant>, usize) {
        let arrivals = self.arrivals.lock().unwrap().clone();
        let most = arrivals
            .iter()
            .map(|from| {
                arrivals.iter().filter(|at| *at >= from && at.duration_since(*from) < self.span).count()
            })
            .max();
        (arrivals, most.unwrap_or(0))
    }

    /// Arrivals in a second, from the first to the last.
    pub fn rate(&self) -> f64 {
        let (arrivals, _) = self.seen();
        let (Some(first), Some(last)) = (arrivals.first(), arrivals.last()) else { return 0.0 };
        // The first span's calls came at once: what follows them is the rate.
        let later = arrivals.len().saturating_sub(self.count);
        f64::from(u32::try_from(later).unwrap()) / last.duration_since(*first).as_secs_f64()
    }
}

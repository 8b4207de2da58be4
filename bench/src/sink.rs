//! A server that answers at once, in a process of its own: what it does costs the measured process nothing.
//!
//! The benchmark's program starts itself again with an environment variable; that child serves until its standard input
//! ends, so that no sink outlives its benchmark.

use std::{
    env,
    io::{BufRead, BufReader, Read},
    process::{Child, Command, Stdio},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use crate::Failure;

const ASKED: &str = "AFFLUX_BENCH_SINK";

/// What every upload is told: batches are of this size.
const UPLOADED: &str = r#"{"status":"success","processed":1000,"unprocessed":[]}"#;
const ATTRIBUTED: &str = r#"{"status":"success"}"#;

/// Rows of the export, and rows in one write.
const EXPORT_ROWS: usize = 1_000_000;
const BLOCK_ROWS: usize = 500;
const EXPORT_HEAD: &str =
    "conversion_id,campaign_id,publisher_id,conversion_time,currency,value,commission,status\n";
const EXPORT_ROW: &str = "1011l4712345678,1011l4711,1l1000,2025-11-20 14:03:22,EUR,129.90,12.99,pending\n";

/// A running sink; dropped, it ends.
#[derive(Debug)]
pub struct Sink {
    child: Child,
    address: String,
}

impl Sink {
    /// Starts one on a free port of this machine.
    pub fn start() -> Result<Self, Failure> {
        let mut child = Command::new(env::current_exe()?)
            .env(ASKED, "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let stdout = child.stdout.take().ok_or("the sink has no output")?;
        let mut address = String::new();
        BufReader::new(stdout).read_line(&mut address)?;
        Ok(Self { child, address: address.trim().to_owned() })
    }

    /// Its base URL, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        // It ends by itself when its input does; this only makes sure.
        drop(self.child.stdin.take());
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Serves until the input ends, if this process was started as a sink. To be called first in `main`.
pub fn serve_if_asked() -> Result<bool, Failure> {
    if env::var_os(ASKED).is_none() {
        return Ok(false);
    }
    let runtime = crate::runtime()?;
    std::thread::spawn(|| {
        let _ = std::io::stdin().read(&mut [0]);
        std::process::exit(0);
    });
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        println!("{}", listener.local_addr()?);
        loop {
            let (stream, _) = listener.accept().await?;
            // A connection that breaks is its client's business.
            tokio::spawn(async move { drop(connection(stream).await) });
        }
    })
}

async fn connection(mut stream: TcpStream) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut buffer = Vec::with_capacity(64 * 1024);
    loop {
        let head = loop {
            if let Some(end) = head_end(&buffer) {
                break end;
            }
            if stream.read_buf(&mut buffer).await? == 0 {
                return Ok(());
            }
        };
        let text = String::from_utf8_lossy(buffer.get(..head).unwrap_or_default()).into_owned();
        let mut body = content_length(&text);
        let here = buffer.len().saturating_sub(head).min(body);
        buffer.drain(..head + here);
        body -= here;
        while body > 0 {
            // The buffer is empty: all of it belonged to this request.
            let read = stream.read_buf(&mut buffer).await?;
            if read == 0 {
                return Ok(());
            }
            let taken = buffer.len().min(body);
            body -= taken;
            buffer.drain(..taken);
        }
        let path = text.split(' ').nth(1).unwrap_or_default();
        if path.starts_with("/1/upload") {
            answer(&mut stream, UPLOADED).await?;
        } else if path.contains("export") {
            export(&mut stream).await?;
        } else {
            answer(&mut stream, ATTRIBUTED).await?;
        }
    }
}

fn head_end(buffer: &[u8]) -> Option<usize> {
    buffer.windows(4).position(|four| four == b"\r\n\r\n").map(|at| at + 4)
}

fn content_length(head: &str) -> usize {
    let named = |line: &str| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok())?
    };
    head.lines().find_map(named).unwrap_or(0)
}

async fn answer(stream: &mut TcpStream, body: &str) -> std::io::Result<()> {
    let answer = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json;charset=utf-8\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(answer.as_bytes()).await
}

async fn export(stream: &mut TcpStream) -> std::io::Result<()> {
    let length = EXPORT_HEAD.len() + EXPORT_ROWS * EXPORT_ROW.len();
    let head =
        format!("HTTP/1.1 200 OK\r\ncontent-type: text/csv\r\ncontent-length: {length}\r\n\r\n{EXPORT_HEAD}");
    stream.write_all(head.as_bytes()).await?;
    let block = EXPORT_ROW.repeat(BLOCK_ROWS);
    for _ in 0..EXPORT_ROWS / BLOCK_ROWS {
        stream.write_all(block.as_bytes()).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_ends_with_its_head_and_the_length_that_it_says() {
        let request = b"POST /1/upload HTTP/1.1\r\nhost: x\r\nContent-Length: 5\r\n\r\nhello";
        assert_eq!(head_end(request), Some(request.len() - 5));
        assert_eq!(content_length("POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\n"), 5);
        assert_eq!(content_length("GET / HTTP/1.1\r\nhost: x\r\n\r\n"), 0);
        assert_eq!(head_end(b"GET / HTTP/1.1\r\n"), None);
    }
}

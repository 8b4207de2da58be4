//! A Redis server that lives as long as its test: loopback, a free port, nothing on disk.

use std::{
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
};

pub struct RedisServer {
    child: Child,
    port: u16,
}

impl RedisServer {
    /// `None` where no `redis-server` is installed; said aloud, because then nothing is tested.
    pub fn start() -> Option<Self> {
        // Another process may take the port between the two; then the next one is tried.
        (0..20).find_map(|_| Self::start_on(free_port()).transpose()).and_then(Result::ok).or_else(|| {
            eprintln!("redis-server is not installed: this test did not run");
            None
        })
    }

    /// `Ok(None)`: the port is taken. `Err`: there is no such program.
    fn start_on(port: u16) -> Result<Option<Self>, std::io::Error> {
        let mut child = Command::new("redis-server")
            .args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"])
            .args(["--daemonize", "no", "--loglevel", "notice"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let out = child.stdout.take().expect("piped");
        let mut lines = BufReader::new(out).lines();
        let ready =
            lines.by_ref().map_while(Result::ok).any(|line| line.contains("Ready to accept connections"));
        // Whatever it says later must not block it.
        std::thread::spawn(move || lines.for_each(drop));
        let server = Self { child, port };
        Ok(ready.then_some(server))
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/0", self.port)
    }

    /// What it answers to a command, as the protocol has it: `:3` for the number 3.
    pub fn answer(&self, command: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.write_all(format!("{command}\r\n").as_bytes()).unwrap();
        let mut line = String::new();
        BufReader::new(stream).read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    /// Ends it at once, as a crash would.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Starts it anew on its port, without memory.
    pub fn restart(&mut self) {
        self.kill();
        let anew = (0..50).find_map(|_| Self::start_on(self.port).expect("it was installed a moment ago"));
        *self = anew.expect("the port is free again");
    }

    /// Holds it still: connections stay open and nothing is answered.
    pub fn stop(&self) {
        self.signal("-STOP");
    }

    pub fn resume(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, signal: &str) {
        let status = Command::new("kill").args([signal, &self.child.id().to_string()]).status();
        assert!(status.expect("kill").success());
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        self.kill();
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

//! stdout and stderr: data on the one, everything else on the other, and no panic when a reader goes away.

use std::{
    fmt::Display,
    io::{self, IsTerminal, Write},
};

use crate::failure::Failure;

/// Where a command writes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Console {
    /// Whether output is for programs.
    pub(crate) json: bool,
}

impl Console {
    /// Writes data.
    #[allow(clippy::unused_self)] // Whoever has a console may write; nobody else does.
    pub(crate) fn data(self, bytes: &[u8]) -> Result<(), Failure> {
        let mut out = io::stdout().lock();
        written(out.write_all(bytes).and_then(|()| out.flush()))
    }

    /// Writes a line of data.
    pub(crate) fn line(self, text: impl Display) -> Result<(), Failure> {
        self.data(format!("{}\n", harmless(&text.to_string())).as_bytes())
    }

    /// Says something to the person at the terminal. Nobody listening is not an error.
    #[allow(clippy::unused_self)]
    pub(crate) fn say(self, text: impl Display) {
        let _ = writeln!(io::stderr().lock(), "{}", harmless(&text.to_string()));
    }

    /// Reports how a command failed.
    pub(crate) fn fail(self, failure: &Failure) {
        if !failure.text().is_empty() {
            self.say(failure.text());
        }
        if self.json
            && let Some(object) = failure.object()
        {
            // The exit code says it as well; a closed pipe takes nothing away.
            let _ = self.line(object);
        }
    }
}

/// A vendor's words may hold control characters, which would command the terminal.
fn harmless(text: &str) -> String {
    text.chars().filter(|character| matches!(character, '\n' | '\t') || !character.is_control()).collect()
}

/// Whether stdout is a person's terminal.
pub(crate) fn stdout_is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// The outcome of writing to stdout.
pub(crate) fn written(result: io::Result<()>) -> Result<(), Failure> {
    result.map_err(|error| match error.kind() {
        io::ErrorKind::BrokenPipe => Failure::closed_pipe(),
        _ => Failure::file("writing to stdout", &error),
    })
}

/// A block-buffered stdout for long listings; a closed pipe ends the listing quietly.
#[derive(Debug)]
pub(crate) struct Listing {
    buffer: Vec<u8>,
    console: Console,
}

/// How much is gathered before it is written.
const BLOCK: usize = 32 * 1024;

impl Listing {
    pub(crate) fn new(console: Console) -> Self {
        Self { buffer: Vec::with_capacity(BLOCK + 4096), console }
    }

    /// Appends a row as one line. JSON texts cannot hold line breaks inside strings, so those between tokens become
    /// blanks and nothing is lost.
    pub(crate) fn row(&mut self, text: &str) -> Result<(), Failure> {
        self.buffer.extend(text.bytes().map(|byte| if matches!(byte, b'\n' | b'\r') { b' ' } else { byte }));
        self.buffer.push(b'\n');
        if self.buffer.len() >= BLOCK { self.flush() } else { Ok(()) }
    }

    /// Writes what was gathered: at the end of a page, so that a reader sees rows as they come.
    pub(crate) fn flush(&mut self) -> Result<(), Failure> {
        let result = self.console.data(&self.buffer);
        self.buffer.clear();
        result
    }
}

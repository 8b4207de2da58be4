//! What a failed decode says: what was expected and where, never a value.

use std::fmt;

use super::cursor::{Cursor, Fault, unescape};

/// Why an answer, or a row of it, could not be read as documented.
///
/// It prints no value of the answer, for a value can be a secret: it says what was expected, at which field and at
/// which line and column. The answer's text is kept elsewhere: in the error of the call, or in the
/// [`BadRow`](super::BadRow).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecodeError {
    message: String,
    path: String,
    line: usize,
    column: usize,
}

impl DecodeError {
    /// What was expected.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The field, as a JSON pointer from the top of the text that was read; empty for the text itself.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The line in the text, from 1.
    pub fn line(&self) -> usize {
        self.line
    }

    /// The column in that line in bytes, from 1.
    pub fn column(&self) -> usize {
        self.column
    }

    /// An error that is about no place in a text: what was expected, without any value.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), path: String::new(), line: 1, column: 1 }
    }

    /// An error at a byte of the text: walks the text once more to say which field that is.
    pub(super) fn at(text: &str, fault: Fault) -> Self {
        let at = fault.at.min(text.len());
        let before = text.as_bytes().get(..at).unwrap_or_default();
        let line = before.split(|byte| *byte == b'\n').count();
        let column = before.iter().rev().take_while(|byte| **byte != b'\n').count() + 1;
        Self { message: fault.what, path: path_at(text, at), line, column }
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.message)?;
        if !self.path.is_empty() {
            write!(f, " at `{}`", self.path)?;
        }
        write!(f, " (line {}, column {})", self.line, self.column)
    }
}

impl std::error::Error for DecodeError {}

/// Marks our own messages inside `serde_json` errors: they hold no value.
pub(super) const OURS: &str = "afflux: ";

/// The message of a `serde_json` error without the value that it quotes.
pub(super) fn describe(error: &serde_json::Error) -> String {
    let whole = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    let message = whole.strip_suffix(&place).unwrap_or(&whole);
    if !error.is_data() {
        // Syntax messages are fixed words of serde_json.
        return message.to_owned();
    }
    if let Some(ours) = message.strip_prefix(OURS) {
        return ours.to_owned();
    }
    for named in ["missing field `", "duplicate field `"] {
        // The name is the type's own, not the vendor's.
        if message.starts_with(named) {
            return message.to_owned();
        }
    }
    let quoted = ["invalid type: ", "invalid value: ", "invalid length "];
    match message.rsplit_once(", expected ") {
        Some((_, expected)) if quoted.iter().any(|start| message.starts_with(start)) => {
            format!("expected {expected}")
        }
        _ => "the value does not fit the documented type".to_owned(),
    }
}

/// Deeper than this a path stops: enough for any documented answer, little work for a hostile one.
const DEEPEST: usize = 64;
/// A longer key is cut.
const LONGEST_KEY: usize = 64;

/// The JSON pointer of the innermost value that holds the byte.
fn path_at(text: &str, at: usize) -> String {
    let mut path = String::new();
    let mut cursor = Cursor::new(text, 0);
    for _ in 0..DEEPEST {
        let Some(step) = step_to(&mut cursor, at) else { break };
        path.push('/');
        path.extend(step.chars().take(LONGEST_KEY));
    }
    path
}

/// Moves the cursor from a container to its member that holds the byte; gives the member's pointer segment.
fn step_to(cursor: &mut Cursor<'_>, at: usize) -> Option<String> {
    let object = cursor.take(b'{');
    if !object && !cursor.take(b'[') {
        return None;
    }
    for index in 0.. {
        let key = if object {
            Some(cursor.key(index == 0).ok()??)
        } else {
            cursor.element(index == 0).ok()?.then_some(())?;
            None
        };
        let start = cursor.at();
        if at < start {
            return None;
        }
        // A value that does not end is the one with the fault.
        if cursor.skip().is_err() || at < cursor.at() {
            cursor.jump(start);
            return Some(match key {
                Some(key) => unescape(key).replace('~', "~0").replace('/', "~1"),
                None => index.to_string(),
            });
        }
    }
    None
}

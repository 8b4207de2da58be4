//! The two passes: a fast one straight through `serde_json`, and a careful one from text for what does not decode.
//!
//! Which pass is on is a thread-local, because serde gives a field's deserializer no other way to know.

use std::cell::Cell;

use serde::de::{Deserialize, Deserializer};
use serde::ser::Error as _;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use super::cursor::{Fault, offset_of};
use super::error::describe;
use super::lenient::{Leniently, refuse};
use super::{Field, Lenient, Mismatch};

/// How the value at hand is being read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// By somebody else's deserializer, which may not be over text.
    Foreign,
    /// By the first pass: no second look at anything; whatever drifts further than a scalar fails.
    Fast,
    /// By the second pass: everything from its text.
    Careful,
}

/// Texts inside texts that are read one in the other; beyond this a recursive type would exhaust the stack.
const DEEPEST: u32 = 48;

thread_local! {
    static MODE: Cell<Mode> = const { Cell::new(Mode::Foreign) };
    static DEPTH: Cell<u32> = const { Cell::new(0) };
    /// The address of the text that the last mismatch was about; 0 for none. Only ever compared.
    static BLAMED: Cell<usize> = const { Cell::new(0) };
}

#[inline]
pub(super) fn mode() -> Mode {
    MODE.get()
}

/// Sets the mode until dropped.
struct Entered {
    mode: Mode,
    depth: u32,
}

impl Entered {
    fn new(mode: Mode) -> Self {
        Self { mode: MODE.replace(mode), depth: DEPTH.replace(DEPTH.get() + 1) }
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        MODE.set(self.mode);
        DEPTH.set(self.depth);
    }
}

/// Forgets a mismatch that was handled.
pub(super) fn forgive() {
    BLAMED.set(0);
}

/// Remembers where a mismatch happened, the innermost place first.
fn blame(address: usize) {
    if BLAMED.get() == 0 {
        BLAMED.set(address);
    }
}

/// Reads a value from its text, and remembers the text if that fails.
pub(super) fn read<T: Lenient>(field: Field<'_>) -> Result<T, Mismatch> {
    T::from_field(field).inspect_err(|_| blame(field.raw().as_ptr().addr()))
}

/// Takes a value's text from a deserializer and reads it.
pub(super) fn raw<'de, T, D: Deserializer<'de>>(
    deserializer: D,
    read: impl FnOnce(Field<'_>) -> Result<T, Mismatch>,
) -> Result<T, D::Error> {
    if mode() == Mode::Foreign {
        let text = Box::<RawValue>::deserialize(deserializer)?;
        return read(Field::new(text.get())).map_err(|mismatch| refuse(&mismatch));
    }
    let text = <&RawValue>::deserialize(deserializer)?.get();
    read(Field::new(text)).map_err(|mismatch| {
        blame(text.as_ptr().addr());
        refuse(&mismatch)
    })
}

/// The fast pass: reads the value that starts at `start`; gives it and where it ends.
pub(super) fn fast<T: Lenient>(text: &str, start: usize) -> Option<(T, usize)> {
    let rest = text.get(start..)?;
    if DEPTH.get() >= DEEPEST {
        return None;
    }
    let _entered = Entered::new(Mode::Fast);
    let mut stream = serde_json::Deserializer::from_str(rest).into_iter::<Leniently<T>>();
    let value = stream.next()?.ok()?.0;
    Some((value, start + stream.byte_offset()))
}

/// The careful pass over a whole text.
pub(super) fn careful<T: Lenient>(text: &str) -> Result<T, Fault> {
    forgive();
    let field = Field::new(text);
    let _entered = Entered::new(Mode::Careful);
    read(field).map_err(|mismatch| Fault { at: blamed_in(text).unwrap_or(0), what: mismatch.to_string() })
}

/// The careful pass by a serde function.
pub(super) fn carefully<'a, T>(
    text: &'a str,
    read: impl Fn(&mut serde_json::Deserializer<serde_json::de::StrRead<'a>>) -> serde_json::Result<T>,
) -> Result<T, Fault>
where
    T: serde::de::DeserializeOwned,
{
    if DEPTH.get() >= DEEPEST {
        return Err(Fault { at: 0, what: "the value is nested too deeply".to_owned() });
    }
    if DEPTH.get() == 0 {
        forgive();
    }
    let _entered = Entered::new(Mode::Careful);
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let error = match read(&mut deserializer).and_then(|value| deserializer.end().map(|()| value)) {
        Ok(value) => return Ok(value),
        Err(error) => error,
    };
    if error.is_data() && error.to_string().starts_with("duplicate field") {
        // serde refuses what JSON readers take: the last one counts, as in every lookup here.
        if let Ok(value) = serde_json::from_str(&super::text::without_duplicates(text)) {
            return Ok(value);
        }
    }
    let at = blamed_in(text).unwrap_or_else(|| offset_of(text, &error));
    blame(text.as_ptr().addr() + at);
    Err(Fault { at, what: describe(&error) })
}

/// The byte of this text that the last mismatch was about.
fn blamed_in(text: &str) -> Option<usize> {
    BLAMED.get().checked_sub(text.as_ptr().addr()).filter(|at| *at < text.len())
}

/// Writes a JSON text as it is.
pub(super) fn write_raw<S: Serializer>(text: &str, serializer: S) -> Result<S::Ok, S::Error> {
    let raw: &RawValue = serde_json::from_str(text).map_err(|_| S::Error::custom("the text is not JSON"))?;
    raw.serialize(serializer)
}

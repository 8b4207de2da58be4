//! Passes over one JSON value at the speed of reading it.
//!
//! It takes nothing that is not JSON. What it does not take, faults and very deep nesting, is for `serde_json`, which
//! says what is wrong. It does not recurse.

/// Deeper than this is for `serde_json`: one bit for each level, set for an object.
const DEEPEST: u32 = u64::BITS;

/// The end of the value that begins at `start`; `None` if that is not for here.
pub(super) fn end_of_value(text: &str, start: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut objects = 0_u64;
    let mut depth = 0;
    let mut at = start;
    loop {
        at = blank(bytes, at);
        match bytes.get(at)? {
            b'"' => at = string(bytes, at)?,
            open @ (b'{' | b'[') => {
                let object = *open == b'{';
                at = blank(bytes, at + 1);
                if bytes.get(at) == Some(if object { &b'}' } else { &b']' }) {
                    at += 1;
                } else if depth == DEEPEST {
                    return None;
                } else {
                    objects = objects << 1 | u64::from(object);
                    depth += 1;
                    if object {
                        at = key(bytes, at)?;
                    }
                    continue;
                }
            }
            b'-' | b'0'..=b'9' => at = number(bytes, at)?,
            b't' => at = word(bytes, at, b"true")?,
            b'f' => at = word(bytes, at, b"false")?,
            b'n' => at = word(bytes, at, b"null")?,
            _ => return None,
        }
        // Behind a value: close what ends here, or go on to the next.
        loop {
            if depth == 0 {
                return Some(at);
            }
            at = blank(bytes, at);
            let object = objects & 1 == 1;
            match bytes.get(at)? {
                b',' if object => at = key(bytes, blank(bytes, at + 1))?,
                b',' => at += 1,
                b'}' if object => {
                    (at, objects, depth) = (at + 1, objects >> 1, depth - 1);
                    continue;
                }
                b']' if !object => {
                    (at, objects, depth) = (at + 1, objects >> 1, depth - 1);
                    continue;
                }
                _ => return None,
            }
            break;
        }
    }
}

/// The next byte that is no whitespace.
#[inline]
fn blank(bytes: &[u8], mut at: usize) -> usize {
    while let Some(b' ' | b'\t' | b'\r' | b'\n') = bytes.get(at) {
        at += 1;
    }
    at
}

/// Behind a key and its colon.
#[inline]
fn key(bytes: &[u8], at: usize) -> Option<usize> {
    let at = blank(bytes, string(bytes, at)?);
    (bytes.get(at) == Some(&b':')).then_some(at + 1)
}

#[inline]
fn word(bytes: &[u8], at: usize, word: &[u8]) -> Option<usize> {
    bytes.get(at..)?.starts_with(word).then_some(at + word.len())
}

/// Behind the string whose opening quote is at `at`.
#[inline]
fn string(bytes: &[u8], at: usize) -> Option<usize> {
    if bytes.get(at) != Some(&b'"') {
        return None;
    }
    let mut at = at + 1;
    loop {
        at += plain(bytes.get(at..)?);
        match bytes.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => match bytes.get(at + 1)? {
                b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => at += 2,
                b'u' if bytes.get(at + 2..at + 6)?.iter().all(u8::is_ascii_hexdigit) => at += 6,
                _ => return None,
            },
            // A control character, which a string must not hold.
            _ => return None,
        }
    }
}

/// How many bytes stand before the first that means something in a string: a quote, a backslash, a control character.
#[inline]
fn plain(bytes: &[u8]) -> usize {
    const ONES: u64 = u64::MAX / 255;
    const TOPS: u64 = ONES << 7;
    let (words, rest) = bytes.as_chunks::<8>();
    let mut at = 0;
    for word in words {
        let word = u64::from_le_bytes(*word);
        // The lowest byte with its top bit set is the first that is zero after the xor, or below a blank.
        let quote = word ^ (ONES * 0x22);
        let backslash = word ^ (ONES * 0x5c);
        let found = (quote.wrapping_sub(ONES) & !quote
            | backslash.wrapping_sub(ONES) & !backslash
            | word.wrapping_sub(ONES * 0x20) & !word)
            & TOPS;
        if found != 0 {
            return at + found.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    at + rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20)).unwrap_or(rest.len())
}

/// Behind the number at `at`.
#[inline]
fn number(bytes: &[u8], at: usize) -> Option<usize> {
    let mut at = at + usize::from(bytes.get(at) == Some(&b'-'));
    at = match bytes.get(at)? {
        b'0' => at + 1,
        b'1'..=b'9' => digits(bytes, at)?,
        _ => return None,
    };
    if bytes.get(at) == Some(&b'.') {
        at = digits(bytes, at + 1)?;
    }
    if let Some(b'e' | b'E') = bytes.get(at) {
        let sign = matches!(bytes.get(at + 1), Some(b'+' | b'-'));
        at = digits(bytes, at + 1 + usize::from(sign))?;
    }
    // What else could belong to it is a fault.
    match bytes.get(at) {
        Some(b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'.' | b'+' | b'-' | b'_') => None,
        _ => Some(at),
    }
}

/// Behind one digit or more.
#[inline]
fn digits(bytes: &[u8], start: usize) -> Option<usize> {
    let mut at = start;
    while let Some(b'0'..=b'9') = bytes.get(at) {
        at += 1;
    }
    (at > start).then_some(at)
}

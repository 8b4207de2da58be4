//! Replaces our own credentials in what a vendor echoes back.
//!
//! It is given plain text once and derives every shape in which that text may come back: raw, percent-encoded,
//! as a form field, JSON-escaped, and inside base64 at all three alignments. It keeps the shapes, never prints them.

use std::{
    borrow::Cow,
    fmt::{self, Write as _},
};

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE},
};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue};

/// What stands in the place of a credential.
pub const MASK: &str = "[masked]";

/// A text inside base64 is only looked for when this much of it is certain; less would match by chance.
const LEAST_BASE64: usize = 8;

/// The start of a credential at the end of a body is one when it is this long; less ends many a body by chance.
const LEAST_START: usize = 4;

/// Knows credentials and takes them out of texts.
#[derive(Clone, Default)]
pub struct Masker {
    needles: Vec<String>,
    /// A bit for each pair of bytes that a needle starts with: most texts hold none of them.
    starts: Vec<u64>,
}

impl fmt::Debug for Masker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Masker({} shapes)", self.needles.len())
    }
}

impl Masker {
    /// Adds every shape of `secret`.
    pub(crate) fn add(&mut self, secret: &str) {
        if secret.is_empty() {
            return;
        }
        let mut shapes = vec![secret.to_owned()];
        for upper in [true, false] {
            shapes
                .push(percent(secret, upper, |byte| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte)));
            shapes.push(percent(secret, upper, |byte| {
                byte.is_ascii_alphanumeric() || b"-_.~!*'()".contains(&byte)
            }));
            shapes.push(
                percent(secret, upper, |byte| byte.is_ascii_alphanumeric() || b"-_.*".contains(&byte))
                    .replace("%20", "+"),
            );
            shapes.push(percent(secret, upper, |_| false));
        }
        let json = json_text(secret);
        shapes.push(json.replace('/', "\\/"));
        for careful in ["<>&", "<>&='"] {
            for upper in [true, false] {
                let careful = escaped(&json, careful, upper);
                shapes.push(ascii_json(&careful, upper));
                shapes.push(careful);
            }
        }
        shapes.extend(html(secret));
        for upper in [true, false] {
            shapes.push(ascii_json(&json, upper));
            shapes.push(ascii_json(&json.replace('/', "\\/"), upper));
        }
        shapes.push(json);
        for offset in 0..3 {
            for core in base64_core(secret, offset) {
                // Base64 inside of JSON or of an address.
                shapes.push(core.replace('/', "\\/"));
                for upper in [true, false] {
                    shapes.push(percent(&core, upper, |byte| {
                        byte.is_ascii_alphanumeric() || b"-_".contains(&byte)
                    }));
                }
                shapes.push(core);
            }
        }
        // A vendor that quotes our body, or its own answer of before, writes JSON inside of JSON.
        let quoted: Vec<String> = shapes.iter().map(|shape| json_text(shape)).collect();
        for quoted in quoted {
            shapes.push(ascii_json(&quoted.replace('/', "\\/"), false));
            shapes.push(ascii_json(&quoted, false));
            shapes.push(quoted.replace('/', "\\/"));
            shapes.push(quoted);
        }
        shapes.retain(|shape| !shape.is_empty());
        self.needles.append(&mut shapes);
        self.needles.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        self.needles.dedup();
        self.note_starts();
    }

    fn note_starts(&mut self) {
        self.starts = vec![0; (1 << 16) / u64::BITS as usize];
        for needle in &self.needles {
            // A needle of one byte starts with any pair that begins so.
            let seconds = needle.as_bytes().get(1).map_or(0..=u8::MAX, |second| *second..=*second);
            for second in seconds {
                let (index, bit) = pair(needle.as_bytes().first().copied().unwrap_or_default(), second);
                if let Some(bits) = self.starts.get_mut(index) {
                    *bits |= bit;
                }
            }
        }
    }

    /// Whether one of the needles may be in the text: a pair of bytes of it starts one, or a needle of one byte could be
    /// its last byte.
    fn may_hold(&self, text: &str) -> bool {
        let text = text.as_bytes();
        let held = |first: u8, second: u8| {
            let (index, bit) = pair(first, second);
            self.starts.get(index).is_some_and(|bits| bits & bit != 0)
        };
        let last = text.last().map(|last| [*last, 0]);
        text.windows(2).any(|two| matches!(two, [first, second] if held(*first, *second)))
            || last.is_some_and(|[last, zero]| held(last, zero))
    }

    /// `text` without credentials.
    pub fn text<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let mut masked = Cow::Borrowed(text);
        if !self.may_hold(text) {
            return masked;
        }
        for needle in &self.needles {
            if masked.contains(needle.as_str()) {
                masked = Cow::Owned(masked.replace(needle.as_str(), MASK));
            }
        }
        masked
    }

    /// As [`Masker::text`], for a text that may have been cut off: the start of a credential at its end goes too.
    fn cut_text<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let masked = self.text(text);
        let starts = |needle: &String| {
            let most = needle.len().min(masked.len() + 1);
            (LEAST_START..most)
                .rev()
                .find(|length| needle.get(..*length).is_some_and(|start| masked.ends_with(start)))
        };
        match self.needles.iter().filter_map(starts).max() {
            Some(length) => {
                let kept = masked.get(..masked.len() - length).unwrap_or_default();
                Cow::Owned(format!("{kept}{MASK}"))
            }
            None => masked,
        }
    }

    /// A body without credentials, not even one that was cut off at its end; the same bytes where there are none in
    /// it.
    pub fn bytes(&self, body: &Bytes) -> Bytes {
        match String::from_utf8_lossy(body) {
            Cow::Borrowed(text) => match self.cut_text(text) {
                Cow::Borrowed(_) => body.clone(),
                Cow::Owned(masked) => Bytes::from(masked),
            },
            // Not UTF-8: mask what can be read, keep the rest as it came only when nothing was found.
            Cow::Owned(text) => match self.cut_text(&text) {
                Cow::Borrowed(_) => body.clone(),
                Cow::Owned(masked) => Bytes::from(masked),
            },
        }
    }

    /// Masks header values in place.
    pub fn headers(&self, headers: &mut HeaderMap) {
        for value in headers.values_mut() {
            let text = std::str::from_utf8(value.as_bytes());
            let text = text.map_or_else(|_| String::from_utf8_lossy(value.as_bytes()), Cow::Borrowed);
            if let Cow::Owned(masked) = self.text(&text) {
                *value = HeaderValue::from_str(&masked).unwrap_or_else(|_| HeaderValue::from_static(MASK));
            }
        }
    }
}

/// Where the bit of a pair stands.
fn pair(first: u8, second: u8) -> (usize, u64) {
    let number = usize::from(first) << 8 | usize::from(second);
    (number / u64::BITS as usize, 1 << (number % u64::BITS as usize))
}

fn percent(secret: &str, upper: bool, plain: impl Fn(u8) -> bool) -> String {
    let mut out = String::new();
    for byte in secret.bytes() {
        if plain(byte) {
            out.push(char::from(byte));
        } else if upper {
            // Writing to a `String` cannot fail.
            let _ = write!(out, "%{byte:02X}");
        } else {
            let _ = write!(out, "%{byte:02x}");
        }
    }
    out
}

/// As it stands between the quotes of a JSON string.
fn json_text(text: &str) -> String {
    let json = serde_json::Value::from(text).to_string();
    // One quote on each side; the text's own are escaped.
    json.strip_prefix('"').and_then(|json| json.strip_suffix('"')).unwrap_or(&json).to_owned()
}

/// JSON whose writer also escapes what HTML would read.
fn escaped(json: &str, careful: &str, upper: bool) -> String {
    let mut out = String::new();
    for character in json.chars() {
        if careful.contains(character) {
            let code = u32::from(character);
            let _ = if upper { write!(out, "\\u{code:04X}") } else { write!(out, "\\u{code:04x}") };
        } else {
            out.push(character);
        }
    }
    out
}

/// The texts of HTML error pages.
fn html(secret: &str) -> [String; 4] {
    let text = secret.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let quoted = text.replace('"', "&quot;");
    [quoted.replace('\'', "&#39;"), quoted.replace('\'', "&#x27;"), quoted, text]
}

/// The escapes of a writer that keeps JSON in ASCII.
fn ascii_json(json: &str, upper: bool) -> String {
    let mut out = String::new();
    let mut units = [0; 2];
    for character in json.chars() {
        if character.is_ascii() {
            out.push(character);
        } else {
            for unit in character.encode_utf16(&mut units) {
                let _ = if upper { write!(out, "\\u{unit:04X}") } else { write!(out, "\\u{unit:04x}") };
            }
        }
    }
    out
}

/// The characters of base64 that depend on nothing but `secret` when it starts `offset` bytes into a group.
fn base64_core(secret: &str, offset: usize) -> Vec<String> {
    let mut padded = vec![0_u8; offset];
    padded.extend_from_slice(secret.as_bytes());
    // The first characters also carry the bytes before, the last ones the bytes behind.
    let skip = match offset {
        0 => 0,
        1 => 2,
        _ => 3,
    };
    let whole = padded.len() * 8 / 6;
    let mut cores = Vec::new();
    for encoded in [STANDARD.encode(&padded), URL_SAFE.encode(&padded)] {
        if let Some(core) = encoded.get(skip..whole)
            && core.len() >= LEAST_BASE64
        {
            cores.push(core.to_owned());
        }
    }
    cores
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn masker(secret: &str) -> Masker {
        let mut masker = Masker::default();
        masker.add(secret);
        masker
    }

    #[test]
    fn every_shape_of_an_echo_is_masked() {
        let secret = "pa/ss wörd+\"9%";
        let echoes = [
            secret.to_owned(),
            "pa%2Fss%20w%C3%B6rd%2B%229%25".to_owned(),
            "pa%2fss%20w%c3%b6rd%2b%229%25".to_owned(),
            "pa%2Fss+w%C3%B6rd%2B%229%25".to_owned(),
            r#"pa/ss wörd+\"9%"#.to_owned(),
            r#"pa\/ss wörd+\"9%"#.to_owned(),
            r#"pa/ss w\u00f6rd+\"9%"#.to_owned(),
            // JSON inside of JSON, the outer or the inner one of PHP.
            r#"pa/ss wörd+\\\"9%"#.to_owned(),
            r#"pa\\/ss w\\u00f6rd+\\\"9%"#.to_owned(),
            r#"pa\\\/ss w\\u00f6rd+\\\"9%"#.to_owned(),
            STANDARD.encode(secret),
        ];
        for echo in echoes {
            let masked = masker(secret).text(&format!("you sent <{echo}>!")).into_owned();
            assert!(masked.starts_with("you sent <[masked]"), "{echo}: {masked}");
            assert!(masked.ends_with(">!"), "{echo}: {masked}");
        }
    }

    #[test]
    fn a_text_without_a_credential_is_the_same_bytes() {
        let body = Bytes::from_static(b"{\"status\":\"ok\"}");
        assert_eq!(masker("token-123456").bytes(&body).as_ptr(), body.as_ptr());
    }

    proptest! {
        #[test]
        fn base64_is_masked_wherever_the_secret_stands_in_it(
            secret in "[ -~]{12,40}", before in "[ -~]{0,9}", after in "[ -~]{0,9}",
        ) {
            let echo = STANDARD.encode(format!("{before}{secret}{after}"));
            let masked = masker(&secret).text(&echo).into_owned();
            prop_assert!(masked.contains(MASK), "{masked}");
            // What is left are the characters that also carry neighbours: at most two on each side.
            let kept = masked.len() - MASK.len();
            prop_assert!(kept <= (before.len() + after.len() + 3) * 4 / 3 + 8, "{masked}");
        }

        #[test]
        fn no_byte_sequence_panics(body in proptest::collection::vec(any::<u8>(), 0..200)) {
            masker("secret-token-42").bytes(&Bytes::from(body));
        }
    }
}

//! The search for secrets in an output.

use crate::shapes;

/// Knows secrets in every shape. Made once, for many outputs.
#[derive(Debug, Clone)]
pub struct Search {
    /// As they are, and as they are when nothing is left between their lines.
    whole: Needles,
    joined: Needles,
}

/// Texts by the two bytes that they start with, so that one pass over an output looks for all of them.
#[derive(Debug, Clone)]
struct Needles(Vec<Vec<Needle>>);

#[derive(Debug, Clone)]
struct Needle {
    secret: usize,
    shape: &'static str,
    text: Vec<u8>,
}

impl Search {
    /// A search for each of the secrets.
    pub fn new<S: AsRef<str>>(secrets: &[S]) -> Self {
        let mut search = Self { whole: Needles::none(), joined: Needles::none() };
        for (secret, text) in secrets.iter().enumerate() {
            for (shape, text) in shapes::all(text.as_ref()) {
                search.joined.add(Needle { secret, shape, text: joined(text.as_bytes()) });
                search.whole.add(Needle { secret, shape, text: text.into_bytes() });
            }
        }
        search
    }

    /// Which secrets stand in the output, and in which shape: on one line or split over several.
    pub fn leaks(&self, output: &str) -> Vec<String> {
        let mut found = self.whole.found_in(output.as_bytes(), "");
        found.extend(self.joined.found_in(&joined(output.as_bytes()), ", split"));
        found.sort();
        found
            .dedup_by(|split, whole| split.strip_suffix(", split") == Some(whole.as_str()) || split == whole);
        found
    }

    /// Fails if a secret stands in the output.
    ///
    /// # Panics
    /// With what was found, and the output.
    #[track_caller]
    pub fn clean(&self, what: &str, output: &str) {
        let found = self.leaks(output);
        assert!(found.is_empty(), "{what} holds {found:?}:\n{}", shown(output));
    }
}

impl Needles {
    fn none() -> Self {
        Self(vec![Vec::new(); 1 << 16])
    }

    fn add(&mut self, needle: Needle) {
        let start = start(needle.text[0], needle.text[1]);
        self.0[start].push(needle);
    }

    fn found_in(&self, output: &[u8], how: &str) -> Vec<String> {
        let mut found = Vec::new();
        for (at, pair) in output.windows(2).enumerate() {
            for needle in &self.0[start(pair[0], pair[1])] {
                if output[at..].starts_with(&needle.text) {
                    found.push(format!("secret {} as {}{how}", needle.secret, needle.shape));
                }
            }
        }
        found
    }
}

fn start(first: u8, second: u8) -> usize {
    usize::from(first) << 8 | usize::from(second)
}

/// Without white space, written out or escaped, and without the bars of a table: what was wrapped is whole again.
fn joined(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [first, others @ ..] = rest {
        rest = match rest {
            [b'\\', b'n' | b'r' | b't', behind @ ..]
            | [0xe2, 0x94, 0x82 | 0x86, behind @ ..]
            | [b'|' | b' ' | b'\t' | b'\r' | b'\n', behind @ ..] => behind,
            _ => {
                out.push(*first);
                others
            }
        };
    }
    out
}

/// So much of an output that a failed test can be read.
fn shown(output: &str) -> String {
    const MOST: usize = 20_000;
    if output.len() <= MOST {
        return output.to_owned();
    }
    let start: String = output.chars().take(MOST).collect();
    format!("{start} ... {} bytes in all", output.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Never valid anywhere; with every character that some encoding changes.
    const SECRETS: [&str; 4] = [
        "hdr+Canary/one=\"two\"<&>'%7e",
        "pwd:Canary/\"\u{e4}\u{20ac}\" 9%\u{1f511}",
        "bdy\\Canary/new|line+~*'()",
        "plainCanaryToken42",
    ];

    #[test]
    fn every_shape_of_every_secret_is_found() {
        let search = Search::new(&SECRETS);
        for (number, secret) in SECRETS.iter().enumerate() {
            for (name, shape) in shapes::all(secret) {
                let planted = format!("2026-03-01 TRACE hyper: GET /rows?x={shape}&y=1");
                let found = search.leaks(&planted);
                assert!(found.contains(&format!("secret {number} as {name}")), "{name}: {found:?}");
            }
        }
        assert_eq!(search.leaks("GET /rows?token=[masked] Header(x-api-key: [secret])"), [""; 0]);
    }

    #[test]
    fn every_shape_is_found_when_it_is_split_over_lines_anywhere() {
        let search = Search::new(&SECRETS);
        for secret in SECRETS {
            for (name, shape) in shapes::all(secret) {
                let characters: Vec<char> = shape.chars().collect();
                // Not inside of an escape of its own: a writer wraps around those.
                for at in (1..characters.len()).filter(|at| characters[at - 1] != '\\') {
                    let (start, end): (String, String) =
                        (characters[..at].iter().collect(), characters[at..].iter().collect());
                    for gap in ["\n        ", "\r\n", " │\n│ ", "\\n    ", "\t"] {
                        let planted = format!("Error {{\n    text: {start}{gap}{end}\n}}");
                        assert!(!search.leaks(&planted).is_empty(), "{name} split at {at}: {planted}");
                    }
                }
            }
        }
    }

    #[test]
    fn the_pair_of_basic_is_found_at_every_alignment_and_its_halves_are_too() {
        use base64::{Engine as _, engine::general_purpose::STANDARD};
        let search = Search::new(&["application-key-1", "user-api-key-22"]);
        for before in ["", "x", "xy"] {
            let pair = STANDARD.encode(format!("{before}application-key-1:user-api-key-22"));
            assert_eq!(search.leaks(&format!("authorization: Basic {pair}")).len(), 2, "{pair}");
        }
    }

    #[test]
    #[should_panic(expected = "a log holds [\"secret 3 as hex\"]")]
    fn a_leak_fails_the_test_that_looks() {
        Search::new(&SECRETS).clean("a log", "706c61696e43616e617279546f6b656e3432");
    }
}

//! Counts the rows of a CSV that passes by, without reading it.

/// A block without quotes, or without line ends, needs no look at each byte.
const BLOCK: usize = 32;

/// Line ends outside of quotes. Chunks may end anywhere.
#[derive(Debug, Default)]
pub(super) struct LineCount {
    ends: u64,
    quoted: bool,
    /// Whether something stands behind the last line end.
    open: bool,
}

impl LineCount {
    pub(super) fn add(&mut self, bytes: &[u8]) {
        let blocks = bytes.chunks_exact(BLOCK);
        let rest = blocks.remainder();
        for block in blocks {
            let (quotes, ends) = (count(block, b'"'), count(block, b'\n'));
            if ends == 0 {
                self.quoted ^= quotes % 2 == 1;
            } else if quotes == 0 {
                self.ends += if self.quoted { 0 } else { u64::from(ends) };
            } else {
                self.slowly(block);
            }
        }
        self.slowly(rest);
        if let Some(last) = bytes.last() {
            self.open = self.quoted || *last != b'\n';
        }
    }

    fn slowly(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.quoted ^= *byte == b'"';
            self.ends += u64::from(*byte == b'\n' && !self.quoted);
        }
    }

    /// The rows beneath the header.
    pub(super) fn rows(&self) -> u64 {
        (self.ends + u64::from(self.open)).saturating_sub(1)
    }
}

/// How often a byte stands in a block; the compiler makes vector instructions of it.
fn count(block: &[u8], wanted: u8) -> u8 {
    block.iter().map(|byte| u8::from(*byte == wanted)).sum()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rows(text: &str) -> u64 {
        let mut count = LineCount::default();
        count.add(text.as_bytes());
        count.rows()
    }

    #[test]
    fn rows_are_what_stands_beneath_the_header() {
        for (text, expected) in [
            ("", 0),
            ("a,b", 0),
            ("a,b\n", 0),
            ("a,b\n1,2", 1),
            ("a,b\r\n1,2\r\n", 1),
            ("a,b\n\"x\ny\",2\n3,4\n", 2),
            ("a,b\n\"x\"\"\ny\",2\n", 1),
        ] {
            assert_eq!(rows(text), expected, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn where_chunks_end_does_not_matter(text in "[a\",\n]{0,200}", cuts in proptest::collection::vec(0_usize..40, 0..20)) {
            let mut whole = 0;
            let mut quoted = false;
            for byte in text.bytes() {
                quoted ^= byte == b'"';
                whole += u64::from(byte == b'\n' && !quoted);
            }
            let open = !text.is_empty() && (quoted || !text.ends_with('\n'));
            let mut count = LineCount::default();
            let mut rest = text.as_bytes();
            for cut in cuts {
                let (chunk, behind) = rest.split_at(cut.min(rest.len()));
                count.add(chunk);
                rest = behind;
            }
            count.add(rest);
            prop_assert_eq!(count.rows(), (whole + u64::from(open)).saturating_sub(1));
        }
    }
}

//! The order of words, found out while compiling.
// Whatever is out of bounds here does not compile.
#![allow(clippy::indexing_slicing, clippy::cast_possible_truncation)]

/// The most words that an open enum can have.
pub(super) const MOST: usize = 512; // twice the countries

/// Where the first word of the alphabet stands, the second ...; what is behind the last one has no meaning.
///
/// It sorts by insertion at a place that is searched by halves: most vendors have their words in order already.
pub(super) const fn sorted(words: &[&str]) -> [u16; MOST] {
    assert!(words.len() <= MOST, "an open enum has too many words");
    let mut sorted = [0; MOST];
    let mut taken = 0;
    while taken < words.len() {
        let word = words[taken];
        let (mut from, mut to) = (0, taken);
        if taken > 0 && !precedes(word, words[sorted[taken - 1] as usize]) {
            from = taken;
        }
        while from < to {
            let middle = usize::midpoint(from, to);
            if precedes(word, words[sorted[middle] as usize]) {
                to = middle;
            } else {
                from = middle + 1;
            }
        }
        let mut place = taken;
        while place > from {
            sorted[place] = sorted[place - 1];
            place -= 1;
        }
        assert!(
            from == 0 || precedes(words[sorted[from - 1] as usize], word),
            "an open enum has a word twice"
        );
        sorted[from] = taken as u16;
        taken += 1;
    }
    sorted
}

const fn precedes(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let mut at = 0;
    while at < one.len() && at < other.len() {
        if one[at] != other[at] {
            return one[at] < other[at];
        }
        at += 1;
    }
    one.len() < other.len()
}

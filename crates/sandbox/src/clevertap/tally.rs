//! Counts how often the same thing came, in little memory: a million different things take some 30 MB.

use std::collections::HashMap;

/// How often each thing came. Things are told apart by 64 bits of their text.
#[derive(Debug, Default)]
pub(super) struct Tally {
    counts: HashMap<u64, u32>,
    total: u64,
    repeats: u64,
}

impl Tally {
    pub(super) fn count(&mut self, text: &str) {
        let count = self.counts.entry(hash(text)).or_default();
        *count = count.saturating_add(1);
        self.total += 1;
        self.repeats += u64::from(*count > 1);
    }

    /// How often this came.
    pub(super) fn of(&self, text: &str) -> u32 {
        self.counts.get(&hash(text)).copied().unwrap_or(0)
    }

    /// How many came.
    pub(super) fn total(&self) -> u64 {
        self.total
    }

    /// How many of them had come before.
    pub(super) fn repeats(&self) -> u64 {
        self.repeats
    }
}

/// FNV-1a, and the last step of SplitMix64 to spread it.
fn hash(text: &str) -> u64 {
    let mut mixed = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::Tally;

    #[test]
    fn what_came_twice_is_a_repeat() {
        let mut tally = Tally::default();
        for text in ["a", "b", "a", "a"] {
            tally.count(text);
        }
        assert_eq!((tally.of("a"), tally.of("b"), tally.of("c")), (3, 1, 0));
        assert_eq!((tally.total(), tally.repeats()), (4, 2));
    }
}

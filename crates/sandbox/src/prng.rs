//! Numbers that look random and are not: every uuid and every made-up person comes from the seed.
//!
//! The generator is `SplitMix64` (Steele, Lea and Flood, 2014): one 64-bit state, an addition and two multiplications a
//! step. It is not meant to keep secrets; it is meant to give the same sandbox twice.

use uuid::Uuid;

/// A stream of numbers that is fixed by its seed.
#[derive(Debug, Clone)]
pub(crate) struct SplitMix64 {
    state: u64,
}

impl SplitMix64 {
    /// A stream for one purpose: the same seed gives unrelated streams for different purposes, so that a further lead
    /// does not shift the uuids of advertisers.
    pub(crate) fn new(seed: u64, purpose: &str) -> Self {
        // FNV-1a, only to spread the purpose over 64 bits.
        let spread = purpose.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Self { state: seed ^ spread }
    }

    /// The next 64 bits.
    pub(crate) fn next_u64(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`; 0 when `bound` is 0. The bias of the remainder is of no importance here.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next_u64().checked_rem(bound).unwrap_or(0)
    }

    /// One of `choices`, or the default value when there is none.
    pub(crate) fn pick<T: Copy + Default>(&mut self, choices: &[T]) -> T {
        let index = self.below(choices.len() as u64);
        usize::try_from(index).ok().and_then(|index| choices.get(index)).copied().unwrap_or_default()
    }

    /// A version 4 uuid made of the next 128 bits.
    pub(crate) fn uuid(&mut self) -> Uuid {
        let bits = (u128::from(self.next_u64()) << 64) | u128::from(self.next_u64());
        uuid::Builder::from_random_bytes(bits.to_be_bytes()).into_uuid()
    }
}

#[cfg(test)]
mod tests {
    use super::SplitMix64;

    #[test]
    fn the_first_numbers_are_those_of_the_published_generator() {
        // Reference values of SplitMix64 for state 0; the purpose's spread is undone by the seed.
        let mut stream = SplitMix64 { state: 0 };
        assert_eq!(stream.next_u64(), 0xe220_a839_7b1d_cdaf);
        assert_eq!(stream.next_u64(), 0x6e78_9e6a_a1b9_65f4);
    }

    #[test]
    fn purposes_have_streams_of_their_own() {
        assert_ne!(SplitMix64::new(1, "leads").uuid(), SplitMix64::new(1, "advertisers").uuid());
        assert_eq!(SplitMix64::new(1, "leads").uuid(), SplitMix64::new(1, "leads").uuid());
        assert_ne!(SplitMix64::new(1, "leads").uuid(), SplitMix64::new(2, "leads").uuid());
    }
}

//! The ids of the rows that were handed out last, to leave out those that shifting pages bring again.

use std::collections::VecDeque;

/// So many rows are remembered: two pages of the largest size that our vendors have. A listing that shifts by more
/// between two of its pages repeats rows.
const REMEMBERED: usize = 600;

/// Ids by their fingerprints, the oldest first.
#[derive(Debug, Clone, Default)]
pub(super) struct Recent(VecDeque<u64>);

impl Recent {
    pub(super) fn new(fingerprints: Vec<u64>) -> Self {
        Self(fingerprints.into())
    }

    pub(super) fn fingerprints(&self) -> Vec<u64> {
        self.0.iter().copied().collect()
    }

    /// Remembers an id. Whether it is new.
    pub(super) fn insert(&mut self, id: &str) -> bool {
        let fingerprint = fingerprint(id);
        let (front, back) = self.0.as_slices();
        if front.contains(&fingerprint) || back.contains(&fingerprint) {
            return false;
        }
        if self.0.len() == REMEMBERED {
            self.0.pop_front();
        }
        self.0.push_back(fingerprint);
        true
    }
}

/// FNV-1a: it is kept in tokens, so it must be the same in every build, which std's hasher does not promise.
fn fingerprint(id: &str) -> u64 {
    id.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_rows_are_known_and_no_more_than_those() {
        let mut recent = Recent::default();
        let ids: Vec<String> = (0..=REMEMBERED).map(|number| number.to_string()).collect();
        assert!(ids.iter().all(|id| recent.insert(id)));
        assert!(!recent.insert("1"), "the oldest that is remembered");
        assert!(recent.insert("0"), "one older than those");
        assert_eq!(recent.fingerprints().len(), REMEMBERED);
        assert!(!Recent::new(recent.fingerprints()).insert("0"));
    }

    #[test]
    fn a_fingerprint_is_the_same_in_every_build() {
        // The published value of FNV-1a.
        assert_eq!(fingerprint("a"), 0xaf63_dc4c_8601_ec8c);
    }
}

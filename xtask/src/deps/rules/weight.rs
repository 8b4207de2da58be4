//! How many crates a user builds.

use std::collections::BTreeSet;

/// The goal for one vendor crate with default features.
pub(crate) const GOAL: usize = 112;

/// The line that reports the count of crates built for `package`, itself included.
pub(crate) fn report(package: &str, built: &BTreeSet<String>) -> String {
    let count = built.len();
    let verdict = if count <= GOAL { "within" } else { "ABOVE" };
    format!("{package}: {count} crates, {verdict} the goal of {GOAL}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_goal_is_compared() {
        let built = |count: usize| (0..count).map(|number| format!("c{number} v1.0.0")).collect();
        assert!(report("a", &built(GOAL)).contains("112 crates, within"));
        assert!(report("a", &built(GOAL + 1)).contains("113 crates, ABOVE"));
    }
}
